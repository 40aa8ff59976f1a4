"""What the permissions are called, and the roles a new company starts with (DOMAIN 8)."""

from dataclasses import dataclass

from models.enums import COMPANY_ADMIN, Permission
from models.meta import Label, label

PERMISSION_LABELS: dict[Permission, Label] = {
    Permission.VIEW_ALL_CUSTOMERS: label(
        en="See all customers (private ones excepted)", zh="查看所有客户资料（私密客户除外）"
    ),
    Permission.CREATE_CUSTOMERS: label(en="Create customers", zh="新增客户"),
    Permission.EDIT_TEAM_CUSTOMERS: label(en="Edit and reassign customers of the own team", zh="编辑、调配下属的客户"),
    Permission.CLAIM_POOL_CUSTOMERS: label(en="Claim customers from the pool", zh="领取公海客户"),
    Permission.EXPORT_CUSTOMERS: label(en="Export customers", zh="导出客户"),
    Permission.IMPORT_CUSTOMERS: label(en="Import customers", zh="导入客户"),
    Permission.MANAGE_CUSTOMER_CONFIG: label(en="Customer profile settings", zh="客户资料设置"),
    Permission.MANAGE_EMPLOYEES: label(en="Manage employees, departments and roles", zh="管理员工、部门和角色"),
    Permission.MANAGE_SETTINGS: label(en="Company settings", zh="公司设置"),
    Permission.VIEW_AUDIT: label(en="Read the audit log", zh="查看审计日志"),
}


@dataclass(frozen=True, slots=True)
class StockRole:
    """A role that every installation starts with."""

    code: str
    label: Label
    permissions: frozenset[Permission]


_EMPLOYEE = frozenset(
    {Permission.VIEW_ALL_CUSTOMERS, Permission.CREATE_CUSTOMERS, Permission.CLAIM_POOL_CUSTOMERS},
)
_MANAGER = _EMPLOYEE | {
    Permission.EDIT_TEAM_CUSTOMERS,
    Permission.EXPORT_CUSTOMERS,
    Permission.IMPORT_CUSTOMERS,
}

STOCK_ROLES: tuple[StockRole, ...] = (
    StockRole(COMPANY_ADMIN, label(en="Company admin", zh="企业管理员"), frozenset(Permission)),
    StockRole("manager", label(en="Manager", zh="主管"), _MANAGER),
    StockRole("employee", label(en="Employee", zh="员工"), _EMPLOYEE),
    StockRole(
        "own_only", label(en="Own customers only", zh="仅看自己客户的员工"), frozenset({Permission.CREATE_CUSTOMERS})
    ),
    StockRole(
        "config_admin", label(en="Configuration admin", zh="配置管理员"), frozenset({Permission.MANAGE_CUSTOMER_CONFIG})
    ),
)

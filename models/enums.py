"""The closed sets of words that columns hold, and their labels.

Stored as short text with a CHECK, so that both databases and every export show the same word.
"""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import CheckConstraint

from models.meta import Label, label


class Permission(StrEnum):
    """What a role may do beyond reading what it sees (DOMAIN 8)."""

    VIEW_ALL_CUSTOMERS = "view_all_customers"
    CREATE_CUSTOMERS = "create_customers"
    EDIT_TEAM_CUSTOMERS = "edit_team_customers"
    CLAIM_POOL_CUSTOMERS = "claim_pool_customers"
    EXPORT_CUSTOMERS = "export_customers"
    IMPORT_CUSTOMERS = "import_customers"
    MANAGE_CUSTOMER_CONFIG = "manage_customer_config"
    MANAGE_EMPLOYEES = "manage_employees"
    MANAGE_SETTINGS = "manage_settings"
    VIEW_AUDIT = "view_audit"


#: Code of the role that sees every customer and holds every permission.
COMPANY_ADMIN = "company_admin"


class Visibility(StrEnum):
    """Who may see a customer: all who may see customers, or its followers and their line."""

    PUBLIC = "public"
    PRIVATE = "private"


VISIBILITY_LABELS: dict[str, Label] = {
    "public": label(en="Public", zh="公开"),
    "private": label(en="Private", zh="私密"),
}
CONTACT_ROLE_LABELS: dict[str, Label] = {
    "decision_maker": label(en="Decision-maker", zh="决策人"),
    "purchasing": label(en="Purchasing", zh="采购"),
    "finance": label(en="Finance", zh="财务"),
    "technical": label(en="Technical", zh="技术"),
    "other": label(en="Other", zh="其他"),
}
GENDER_LABELS: dict[str, Label] = {
    "female": label(en="Female", zh="女"),
    "male": label(en="Male", zh="男"),
}
FOLLOW_UP_METHOD_LABELS: dict[str, Label] = {
    "phone": label(en="Phone", zh="电话"),
    "on_site": label(en="On site", zh="上门"),
    "wechat": label(en="WeChat", zh="微信"),
    "email": label(en="E-mail", zh="邮件"),
    "other": label(en="Other", zh="其他"),
}
VISIT_TYPE_LABELS: dict[str, Label] = {
    "planned": label(en="Planned", zh="计划"),
    "ad_hoc": label(en="Ad hoc", zh="临时"),
}
VISIT_STATUS_LABELS: dict[str, Label] = {
    "to_visit": label(en="To visit", zh="待拜访"),
    "visiting": label(en="Visiting", zh="拜访中"),
    "done": label(en="Done", zh="已完成"),
    "overdue": label(en="Overdue", zh="已逾期"),
}
JOB_STATE_LABELS: dict[str, Label] = {
    "uploaded": label(en="Not checked yet", zh="待检查"),
    "waiting": label(en="Waiting", zh="排队中"),
    "running": label(en="Running", zh="进行中"),
    "planned": label(en="To be confirmed", zh="待确认"),
    "done": label(en="Done", zh="已完成"),
    "failed": label(en="Failed", zh="失败"),
    "cancelled": label(en="Cancelled", zh="已取消"),
    "undone": label(en="Undone", zh="已撤销"),
}
#: What an import does next or does now: check the file, write the plan, take what it wrote back.
IMPORT_PHASE_LABELS: dict[str, Label] = {
    "plan": label(en="Check", zh="检查"),
    "run": label(en="Import", zh="导入"),
    "undo": label(en="Undo", zh="撤销"),
}
#: The languages that the product speaks, by their names in translations/.
LANGUAGES = ("zh_Hans_CN", "en")
#: The palette from which a value of a dictionary takes its colour; admin_views/palette.py says how each one looks.
COLOUR_LABELS: dict[str, Label] = {
    "grey": label(en="Grey", zh="灰色"),
    "red": label(en="Red", zh="红色"),
    "orange": label(en="Orange", zh="橙色"),
    "yellow": label(en="Yellow", zh="黄色"),
    "lime": label(en="Lime", zh="黄绿色"),
    "green": label(en="Green", zh="绿色"),
    "teal": label(en="Teal", zh="青绿色"),
    "cyan": label(en="Cyan", zh="青色"),
    "blue": label(en="Blue", zh="蓝色"),
    "indigo": label(en="Indigo", zh="靛蓝色"),
    "purple": label(en="Purple", zh="紫色"),
    "pink": label(en="Pink", zh="粉色"),
}


class PhotoChange(StrEnum):
    """What happened to the one photo that something has."""

    ADDED = "added"
    REPLACED = "replaced"
    REMOVED = "removed"


PHOTO_CHANGE_LABELS: dict[str, Label] = {
    PhotoChange.ADDED: label(en="photo added", zh="新增照片"),
    PhotoChange.REPLACED: label(en="photo replaced", zh="更换照片"),
    PhotoChange.REMOVED: label(en="photo removed", zh="移除照片"),
}
IMPORT_MODE_LABELS: dict[str, Label] = {
    "skip": label(en="Skip existing", zh="跳过已有"),
    "update": label(en="Update existing", zh="更新已有"),
    "insert": label(en="Insert only", zh="仅新增"),
}


def one_of(column: str, values: Iterable[str], *, name: str | None = None) -> CheckConstraint:
    """Build the CHECK that a text column holds one of the given words (or nothing)."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=name or column)

"""The deeds that the audit log knows, and what they are called. A deed without words is no deed of the log."""

from enum import StrEnum

from models.meta import Label, label


class AuditAction(StrEnum):
    """What was done; stored as it stands here, so a code stays once it was used."""

    OPEN_PRIVATE = "open_private_customer"
    TRANSFER = "transfer"
    CLAIM = "claim"
    ADD_CO_FOLLOWER = "add_co_follower"
    REMOVE_CO_FOLLOWER = "remove_co_follower"
    SET_VISIBILITY = "set_visibility"
    CHANGE_GRADE = "change_grade"
    CHANGE_PRICE_LEVEL = "change_price_level"
    CHANGE_PROGRESS = "change_progress"
    EDIT = "edit"
    ADD_CONTACT = "add_contact"
    EDIT_CONTACT = "edit_contact"
    DELETE_CONTACT = "delete_contact"
    EDIT_FOLLOW_UP = "edit_follow_up"
    DELETE_FOLLOW_UP = "delete_follow_up"
    EDIT_VISIT = "edit_visit"
    DELETE_VISIT = "delete_visit"
    CREATE = "create"
    RENAME = "rename"
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    DELETE = "delete"
    REPLACE_VALUE = "replace_value"
    MERGE_VALUES = "merge_values"
    UNDO = "undo"
    LOAD_PRESET = "load_preset"
    CHANGE_SUPERVISOR = "change_supervisor"
    CHANGE_ROLE = "change_role"
    CHANGE_DEPARTMENT = "change_department"
    CHANGE_LOGIN = "change_login"
    ENABLE = "enable"
    DISABLE = "disable"
    CREATE_ADMIN = "create_admin"
    SET_PASSWORD = "set_password"  # noqa: S105 -- the name of a deed
    CHOOSE_PASSWORD = "choose_password"  # noqa: S105 -- the same
    MAKE_LINK = "one_time_link"
    USE_LINK = "use_link"
    CHANGE_PERMISSIONS = "change_permissions"
    CHANGE_SETTING = "change_setting"
    EXPORT = "export"
    IMPORT = "import"
    IMPORT_CREATE = "import_create"
    IMPORT_CHANGE = "import_change"


AUDIT_ACTION_LABELS: dict[str, Label] = {
    AuditAction.OPEN_PRIVATE: label(en="Opened a private customer as admin", zh="管理员查看私密客户"),
    AuditAction.TRANSFER: label(en="Transferred a customer", zh="转移客户"),
    AuditAction.CLAIM: label(en="Claimed a customer from the pool", zh="领取公海客户"),
    AuditAction.ADD_CO_FOLLOWER: label(en="Added a co-follower", zh="添加协作人"),
    AuditAction.REMOVE_CO_FOLLOWER: label(en="Removed a co-follower", zh="移除协作人"),
    AuditAction.SET_VISIBILITY: label(en="Set the visibility", zh="设置可见范围"),
    AuditAction.CHANGE_GRADE: label(en="Changed the grade", zh="更改客户等级"),
    AuditAction.CHANGE_PRICE_LEVEL: label(en="Changed the price level", zh="更改价格级别"),
    AuditAction.CHANGE_PROGRESS: label(en="Changed the progress", zh="更改跟进进度"),
    AuditAction.EDIT: label(en="Edited a customer", zh="编辑客户"),
    AuditAction.ADD_CONTACT: label(en="Added a contact", zh="新增关键人"),
    AuditAction.EDIT_CONTACT: label(en="Edited a contact", zh="编辑关键人"),
    AuditAction.DELETE_CONTACT: label(en="Deleted a contact", zh="删除关键人"),
    AuditAction.EDIT_FOLLOW_UP: label(en="Edited a follow-up", zh="编辑跟进记录"),
    AuditAction.DELETE_FOLLOW_UP: label(en="Deleted a follow-up", zh="删除跟进记录"),
    AuditAction.EDIT_VISIT: label(en="Edited a visit", zh="编辑拜访记录"),
    AuditAction.DELETE_VISIT: label(en="Deleted a visit", zh="删除拜访记录"),
    AuditAction.CREATE: label(en="Created", zh="新增"),
    AuditAction.RENAME: label(en="Renamed", zh="改名"),
    AuditAction.ACTIVATE: label(en="Reactivated", zh="重新启用"),
    AuditAction.DEACTIVATE: label(en="Deactivated", zh="停用"),
    AuditAction.DELETE: label(en="Deleted", zh="删除"),
    AuditAction.REPLACE_VALUE: label(en="Replaced a value", zh="替换"),
    AuditAction.MERGE_VALUES: label(en="Merged two values", zh="合并"),
    AuditAction.UNDO: label(en="Undid a deed", zh="撤销"),
    AuditAction.LOAD_PRESET: label(en="Loaded a ready-made list", zh="载入预设"),
    AuditAction.CHANGE_SUPERVISOR: label(en="Changed the supervisor", zh="更改直属上级"),
    AuditAction.CHANGE_ROLE: label(en="Gave another role", zh="更改员工角色"),
    AuditAction.CHANGE_DEPARTMENT: label(en="Changed the department", zh="更改部门"),
    AuditAction.CHANGE_LOGIN: label(en="Changed the log-in", zh="更改账号"),
    AuditAction.ENABLE: label(en="Enabled the log-in", zh="启用账号"),
    AuditAction.DISABLE: label(en="Disabled the log-in", zh="停用账号"),
    AuditAction.CREATE_ADMIN: label(en="Created a company admin", zh="新增企业管理员"),
    AuditAction.SET_PASSWORD: label(en="Set a password", zh="设置密码"),
    AuditAction.CHOOSE_PASSWORD: label(en="Changed the own password", zh="修改自己的密码"),
    AuditAction.MAKE_LINK: label(en="Made a one-time link", zh="生成一次性链接"),
    AuditAction.USE_LINK: label(en="Chose a password by one-time link", zh="通过一次性链接设置密码"),
    AuditAction.CHANGE_PERMISSIONS: label(en="Changed the permissions of a role", zh="更改角色权限"),
    AuditAction.CHANGE_SETTING: label(en="Changed a setting", zh="更改设置"),
    AuditAction.EXPORT: label(en="Exported", zh="导出"),
    AuditAction.IMPORT: label(en="Imported", zh="导入"),
    AuditAction.IMPORT_CREATE: label(en="Created by an import", zh="导入新增"),
    AuditAction.IMPORT_CHANGE: label(en="Changed by an import", zh="导入更改"),
}

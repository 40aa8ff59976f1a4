"""The tables. ``from models import Customer`` is how others name them; inside this package modules are imported.

Every module of the package is imported here, so a new table is one new file: nothing else is edited.
"""

import importlib
import pkgutil

from models.audit_entry import AuditEntry
from models.base import Base, db
from models.column_choice import ColumnChoice
from models.company_setting import CompanySetting
from models.contact import Contact
from models.counter import Counter
from models.customer import Customer, CustomerFollower
from models.department import Department
from models.dictionary import (
    ChannelType,
    CustomerGrade,
    CustomerSource,
    CustomerStatus,
    FollowUpProgress,
    Industry,
    Region,
)
from models.employee import Employee
from models.follow_up import FollowUp, FollowUpAttachment
from models.job import ExportJob, ImportChange, ImportJob, ImportRow
from models.price_level import PriceLevel
from models.role import Role, RolePermission
from models.undo_entry import UndoEntry
from models.visit import Visit, VisitPhoto

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = [
    "AuditEntry",
    "Base",
    "ChannelType",
    "ColumnChoice",
    "CompanySetting",
    "Contact",
    "Counter",
    "Customer",
    "CustomerFollower",
    "CustomerGrade",
    "CustomerSource",
    "CustomerStatus",
    "Department",
    "Employee",
    "ExportJob",
    "FollowUp",
    "FollowUpAttachment",
    "FollowUpProgress",
    "ImportChange",
    "ImportJob",
    "ImportRow",
    "Industry",
    "PriceLevel",
    "Region",
    "Role",
    "RolePermission",
    "UndoEntry",
    "Visit",
    "VisitPhoto",
    "db",
]

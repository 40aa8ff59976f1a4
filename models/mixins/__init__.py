"""Behaviour that a table takes by inheriting: names, order, trees, time stamps, versions. No concrete model."""

from models.mixins.named import ActiveMixin, DictionaryMixin, NameMixin
from models.mixins.sortable import SortableMixin
from models.mixins.stamped import AuthoredMixin, TimestampMixin
from models.mixins.tree import TreeMixin
from models.mixins.versioned import VersionMixin

__all__ = [
    "ActiveMixin",
    "AuthoredMixin",
    "DictionaryMixin",
    "NameMixin",
    "SortableMixin",
    "TimestampMixin",
    "TreeMixin",
    "VersionMixin",
]

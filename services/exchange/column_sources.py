"""Where the cells of an export come from: one SQL expression a field, with the joins that it needs. For ``exporter``.

Related rows are joined as small tables of (id, text), made whole once: made harmless or strung together, a text costs
once for each row of a dictionary, not for each customer.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal_column, select
from sqlalchemy.orm import aliased

from models import Contact, Customer, CustomerFollower, Employee
from models.inspection import Kind
from models.meta import label
from models.mixins import TreeMixin
from services.exchange.column_texts import cell_text, guarded_text
from services.exchange.fields import FileField
from services.exchange.instances import is_guarded, shown_key

#: What stands for a related customer whose outcome is not FULL (DOMAIN 8).
PRIVATE_CUSTOMER = label(en="Private customer", zh="私密客户")
#: "OFFSET 0" keeps both planners from spreading a subquery over the rows that it is joined to. A bare literal is the
#: one form that PostgreSQL's parallel plans take.
_WHOLE: Any = literal_column("'0'")


class ColumnSources:
    """The SELECT of an export while its columns are added."""

    def __init__(
        self, model: Any, statement: Select[Any], *, dialect: str, zone: ZoneInfo, language: str, as_text: bool
    ) -> None:
        """Begin with the rows.

        :param as_text: make the final texts of a CSV, else values with their types; a blank text is NULL in both
        """
        self.model, self.statement = model, statement
        self.dialect, self.zone, self.language = dialect, zone, language
        self.as_text = as_text
        self._joined: dict[str, Any] = {}

    def column(self, field: FileField) -> ColumnElement[Any] | None:
        """Return the expression of a field, joined to the rows; None where only Python can make it."""
        if field.target is not None:
            return self._guarded_relation(field) if is_guarded(field.target) else self._relation(field)
        if field.key:
            return self._cell(field.kind, getattr(self.model, field.key))
        for base, makers in _SPECIAL.items():
            if issubclass(self.model, base) and field.name in makers:
                return makers[field.name](self, field)
        return None

    def _cell(self, kind: Kind, value: Any) -> ColumnElement[Any] | None:
        if self.as_text:
            return cell_text(kind, value, self.dialect, self.zone)
        return func.nullif(value, "") if kind in {Kind.TEXT, Kind.CHOICE} else value

    def _text(self, text: Any) -> ColumnElement[Any]:
        return guarded_text(text, self.dialect) if self.as_text else text

    def _relation(self, field: FileField) -> ColumnElement[Any]:
        """Name a related row: by its path in a tree, else by its natural key."""
        target: Any = field.target
        if issubclass(target, TreeMixin):
            return self._path(target, getattr(self.model, field.key))
        row = aliased(target)
        key = getattr(row, shown_key(target))
        text = key if isinstance(key.type, String) else cast(key, String)
        found = select(row.id, self._text(text).label("text")).offset(_WHOLE).subquery()
        self.statement = self.statement.outerjoin(found, found.c.id == getattr(self.model, field.key))
        return found.c.text

    def _guarded_relation(self, field: FileField) -> ColumnElement[Any]:
        """Name a row that hangs on a customer: the rule blanks what is not FULL, so it reads as private."""
        model: Any = field.target
        target = aliased(model)
        key = getattr(self.model, field.key)
        self.statement = self.statement.outerjoin(getattr(self.model, field.name).of_type(target))
        hidden = PRIVATE_CUSTOMER.text(self.language)
        text = self._text(getattr(target, shown_key(model)))
        return case((key.is_not(None), func.coalesce(text, hidden)))

    def _path(self, tree: Any, node_id: Any) -> ColumnElement[Any]:
        """Name a node by the names from its root down."""
        nodes = [aliased(tree) for _ in range(tree.max_depth)]
        path: Any = nodes[0].name
        for above in nodes[1:]:
            path = func.coalesce(above.name + "/", "").concat(path)
        statement = select(nodes[0].id, path.label("path")).select_from(nodes[0])
        for below, above in pairwise(nodes):
            statement = statement.outerjoin(above, above.id == below.parent_id)
        paths = statement.offset(_WHOLE).subquery()
        found = select(paths.c.id, self._text(paths.c.path).label("text")).offset(_WHOLE).subquery()
        self.statement = self.statement.outerjoin(found, found.c.id == node_id)
        return found.c.text

    def _own_path(self, _field: FileField) -> ColumnElement[Any]:
        return self._path(self.model, self.model.id)

    def _parent_code(self, _field: FileField) -> ColumnElement[Any]:
        parent = aliased(self.model)
        self.statement = self.statement.outerjoin(parent, parent.id == self.model.parent_id)
        return self._text(parent.code)

    def _primary_contact(self, field: FileField) -> ColumnElement[Any] | None:
        contact = self._joined.get("contact")
        if contact is None:
            contact = self._joined["contact"] = aliased(Contact)
            its_primary = self.model.contacts.of_type(contact).and_(contact.is_primary.is_(True))
            self.statement = self.statement.outerjoin(its_primary)
        return self._cell(field.kind, getattr(contact, field.name.removeprefix("contact_")))

    def _co_followers(self, _field: FileField) -> ColumnElement[Any]:
        """List the log-ins, first come first, parted by a semicolon."""
        logins = (
            select(Employee.login)
            .select_from(CustomerFollower)
            .join(CustomerFollower.employee)
            .where(CustomerFollower.customer_id == self.model.id)
            .order_by(CustomerFollower.id)
            .correlate(self.model)
            .subquery()
        )
        listed = select(func.aggregate_strings(logins.c.login, ";").label("text")).subquery()
        return select(self._text(listed.c.text)).scalar_subquery()


_Maker = Callable[[ColumnSources, FileField], ColumnElement[Any] | None]
#: Base class of the model -> field that is no column of the table -> what makes it.
_SPECIAL: Mapping[type[Any], Mapping[str, _Maker]] = {
    Customer: {
        "co_followers": ColumnSources._co_followers,  # noqa: SLF001 -- methods of this module's class
        **dict.fromkeys(
            ("contact_name", "contact_role", "contact_mobile", "contact_birthday"),
            ColumnSources._primary_contact,  # noqa: SLF001 -- as above
        ),
    },
    TreeMixin: {
        "path": ColumnSources._own_path,  # noqa: SLF001 -- as above
        "parent_code": ColumnSources._parent_code,  # noqa: SLF001 -- as above
    },
}

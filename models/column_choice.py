"""Which columns of a list a person has chosen to see."""

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class ColumnChoice(Base):
    """The columns of one list for one employee, in order. Without a row, a list has the columns of its page."""

    __table_args__ = (UniqueConstraint("employee_id", "endpoint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id", ondelete="CASCADE"))
    #: The list: the name of its table.
    endpoint: Mapped[str] = mapped_column(String(40))
    #: Attribute names. One that the table has no more is passed over.
    columns: Mapped[list[str]] = mapped_column(JSON, default=list)

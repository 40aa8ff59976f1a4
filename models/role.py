"""Roles: named sets of permissions. Stock roles are data; a company edits them and adds its own."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.enums import COMPANY_ADMIN, Permission
from models.meta import Field, field, label, page
from models.mixins import NameMixin, VersionMixin


class Role(VersionMixin, NameMixin, Base):
    """A role that employees hold. ``company_admin`` sees every customer and holds every permission."""

    __table_args__ = (UniqueConstraint("name_key"),)
    __page__ = page(
        label(en="Role", zh="角色"),
        title=label(en="Roles & permissions", zh="角色权限"),
        menu="organisation",
        menu_order=3,
        permission=Permission.MANAGE_EMPLOYEES,
        columns=("code", "name", "permission_codes"),
        form=("code", "name", "permission_codes"),
        search=("code", "name"),
        exchange=("code", "name", "permission_codes"),
        sort="code",
        add=label(en="Add role", zh="新增角色"),
        actions=frozenset({"create", "edit", "delete", "export"}),
    )

    __computed__ = {"permission_codes": Field(label(en="Permissions", zh="权限"))}

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-100)
    code: Mapped[str] = mapped_column(
        String(32),
        unique=True,
        info=field(label(en="Code", zh="编码"), is_immutable=True),
        sort_order=-95,
    )
    grants: Mapped[list["RolePermission"]] = relationship(
        back_populates="role", cascade="all, delete-orphan", lazy="selectin", order_by="RolePermission.permission"
    )

    @property
    def permission_codes(self) -> tuple[str, ...]:
        """Return what the role may do, sorted; everything for the company admin."""
        if self.code == COMPANY_ADMIN:
            return tuple(sorted(Permission))
        return tuple(sorted(grant.permission for grant in self.grants))

    @permission_codes.setter
    def permission_codes(self, codes: tuple[str, ...] | list[str]) -> None:
        """Replace what the role may do.

        :raises ValueError: if a code is no permission
        """
        wanted = {Permission(code).value for code in codes}
        self.grants = [grant for grant in self.grants if grant.permission in wanted]
        held = {grant.permission for grant in self.grants}
        self.grants.extend(RolePermission(permission=code) for code in sorted(wanted - held))


class RolePermission(Base):
    """One permission that a role holds."""

    role_id: Mapped[int] = mapped_column(ForeignKey("role.id", ondelete="CASCADE"), primary_key=True)
    permission: Mapped[str] = mapped_column(String(40), primary_key=True)
    role: Mapped[Role] = relationship(back_populates="grants")

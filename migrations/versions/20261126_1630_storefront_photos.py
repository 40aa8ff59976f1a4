"""Keep a small copy of the storefront photo of a customer, and find the customers that have one."""

import sqlalchemy as sa
from alembic import op

revision = "0013_storefronts"
down_revision = "0012_progress_before"
branch_labels = None
depends_on = None

_COLUMNS = ("storefront_photo", "storefront_thumbnail")


def upgrade() -> None:
    op.add_column("customer", sa.Column("storefront_thumbnail", sa.String(200), nullable=True))
    for name in _COLUMNS:
        given = sa.text(f"{name} IS NOT NULL")
        op.create_index(op.f(f"ix_customer_{name}"), "customer", [name], sqlite_where=given, postgresql_where=given)


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_index(op.f(f"ix_customer_{name}"), table_name="customer")
    op.drop_column("customer", "storefront_thumbnail")

"""Keep what undoes a deed on a value of a dictionary."""

import sqlalchemy as sa
from alembic import op

revision = "0005_undo_entries"
down_revision = "0004_column_choice"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "undo_entry",
        sa.Column("audit_entry_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("deleted", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("written", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["audit_entry_id"],
            ["audit_entry.id"],
            name=op.f("fk_undo_entry_audit_entry_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("audit_entry_id", name=op.f("pk_undo_entry")),
    )


def downgrade() -> None:
    op.drop_table("undo_entry")

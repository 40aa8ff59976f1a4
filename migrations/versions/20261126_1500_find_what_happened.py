"""Let what happened be read newest first: of one row, and of the whole company."""

import sqlalchemy as sa
from alembic import op

revision = "0010_events"
down_revision = "0009_visit_photos"
branch_labels = None
depends_on = None

_NOT_BEGUN = sa.text("check_in_at IS NULL")


def upgrade() -> None:
    op.drop_index(op.f("ix_audit_entry_table_name_row_id"), "audit_entry")
    op.create_index(op.f("ix_audit_entry_table_name_row_id_at"), "audit_entry", ["table_name", "row_id", "at"])
    op.create_index(op.f("ix_follow_up_created_at_id"), "follow_up", ["created_at", "id"])
    op.create_index(op.f("ix_visit_check_in_at_id"), "visit", ["check_in_at", "id"])
    op.create_index(
        op.f("ix_visit_planned"),
        "visit",
        ["created_at", "id"],
        sqlite_where=_NOT_BEGUN,
        postgresql_where=_NOT_BEGUN,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_visit_planned"), "visit")
    op.drop_index(op.f("ix_visit_check_in_at_id"), "visit")
    op.drop_index(op.f("ix_follow_up_created_at_id"), "follow_up")
    op.drop_index(op.f("ix_audit_entry_table_name_row_id_at"), "audit_entry")
    op.create_index(op.f("ix_audit_entry_table_name_row_id"), "audit_entry", ["table_name", "row_id"])

"""Widen the indexes along which customers, visits and follow-ups are counted by all that they have."""

from alembic import op

revision = "0011_counted_columns"
down_revision = "0010_events"
branch_labels = None
depends_on = None

_OLD = (
    ("ix_customer_created_at_id", "customer", ["created_at", "id"]),
    ("ix_visit_check_in_at_id", "visit", ["check_in_at", "id"]),
    ("ix_follow_up_created_at_id", "follow_up", ["created_at", "id"]),
)
_NEW = (
    (
        "ix_customer_counted",
        "customer",
        [
            "created_at",
            "id",
            "owner_id",
            "visibility",
            "progress_id",
            "status_id",
            "grade_id",
            "source_id",
            "channel_type_id",
            "industry_id",
            "region_id",
        ],
    ),
    ("ix_visit_counted", "visit", ["check_in_at", "id", "user_id", "customer_id"]),
    ("ix_follow_up_counted", "follow_up", ["created_at", "id", "author_id", "customer_id"]),
)


def upgrade() -> None:
    _replace(_OLD, _NEW)


def downgrade() -> None:
    _replace(_NEW, _OLD)


def _replace(old: tuple[tuple[str, str, list[str]], ...], new: tuple[tuple[str, str, list[str]], ...]) -> None:
    for name, table, columns in new:
        op.create_index(op.f(name), table, columns)
    for name, table, _ in old:
        op.drop_index(op.f(name), table_name=table)

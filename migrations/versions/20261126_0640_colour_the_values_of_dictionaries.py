"""Colour the values of dictionaries."""

import sqlalchemy as sa
from alembic import op

revision = "0002_value_colours"
down_revision = "0001_tables"
branch_labels = None
depends_on = None

TABLES = (
    "channel_type",
    "customer_grade",
    "customer_source",
    "customer_status",
    "follow_up_progress",
    "price_level",
)
COLOURS = "'grey', 'red', 'orange', 'yellow', 'lime', 'green', 'teal', 'cyan', 'blue', 'indigo', 'purple', 'pink'"


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("colour", sa.String(length=10), nullable=True))
            batch.create_check_constraint(op.f(f"ck_{table}_colour"), f"colour IN ({COLOURS})")


def downgrade() -> None:
    for table in reversed(TABLES):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_colour"), type_="check")
            batch.drop_column("colour")

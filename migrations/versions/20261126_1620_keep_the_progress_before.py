"""Keep which progress a customer had before a follow-up or visit moved it."""

import sqlalchemy as sa
from alembic import op

revision = "0012_progress_before"
down_revision = "0011_counted_columns"
branch_labels = None
depends_on = None

TABLES = ("follow_up", "visit")


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("progress_before_id", sa.Integer(), nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_{table}_progress_before_id"),
                "follow_up_progress",
                ["progress_before_id"],
                ["id"],
                ondelete="RESTRICT",
            )
            batch.create_index(op.f(f"ix_{table}_progress_before_id"), ["progress_before_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        with op.batch_alter_table(table) as batch:
            batch.drop_index(op.f(f"ix_{table}_progress_before_id"))
            batch.drop_constraint(op.f(f"fk_{table}_progress_before_id"), type_="foreignkey")
            batch.drop_column("progress_before_id")

"""Keep what the plan of an import found beside its rows: unknown and missing values, what becomes of a tree."""

import sqlalchemy as sa
from alembic import op

revision = "0008_plan_summary"
down_revision = "0007_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("import_job") as batch:
        batch.add_column(sa.Column("summary", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("import_job") as batch:
        batch.drop_column("summary")

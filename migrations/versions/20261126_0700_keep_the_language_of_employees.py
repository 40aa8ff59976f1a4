"""Keep the language of employees."""

import sqlalchemy as sa
from alembic import op

revision = "0003_employee_language"
down_revision = "0002_value_colours"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("employee") as batch:
        batch.add_column(sa.Column("language", sa.String(length=10), nullable=True))
        batch.create_check_constraint(op.f("ck_employee_language"), "language IN ('zh_Hans_CN', 'en')")


def downgrade() -> None:
    with op.batch_alter_table("employee") as batch:
        batch.drop_constraint(op.f("ck_employee_language"), type_="check")
        batch.drop_column("language")

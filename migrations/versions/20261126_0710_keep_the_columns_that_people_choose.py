"""Keep the columns that people choose."""

import sqlalchemy as sa
from alembic import op

revision = "0004_column_choice"
down_revision = "0003_employee_language"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "column_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=40), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name="fk_column_choice_employee_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_column_choice"),
        sa.UniqueConstraint("employee_id", "endpoint", name="uq_column_choice_employee_id_endpoint"),
    )


def downgrade() -> None:
    op.drop_table("column_choice")

"""Keep a small copy of each photo of a visit, and how far from the customer a check-in may be."""

import sqlalchemy as sa
from alembic import op

revision = "0009_visit_photos"
down_revision = "0008_plan_summary"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("visit_photo") as batch:
        batch.add_column(sa.Column("thumbnail_key", sa.String(200), nullable=True))
        batch.create_unique_constraint(op.f("uq_visit_photo_thumbnail_key"), ["thumbnail_key"])
    with op.batch_alter_table("company_setting") as batch:
        batch.add_column(sa.Column("visit_error_m", sa.Integer(), nullable=False, server_default="500"))
        batch.create_check_constraint(op.f("ck_company_setting_visit_error_m"), "visit_error_m BETWEEN 1 AND 100000")
    with op.batch_alter_table("company_setting") as batch:
        batch.alter_column("visit_error_m", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("company_setting") as batch:
        batch.drop_constraint(op.f("ck_company_setting_visit_error_m"), type_="check")
        batch.drop_column("visit_error_m")
    with op.batch_alter_table("visit_photo") as batch:
        batch.drop_constraint(op.f("uq_visit_photo_thumbnail_key"), type_="unique")
        batch.drop_column("thumbnail_key")

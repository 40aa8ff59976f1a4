"""Let SQLite never give the id of a deleted row to another, as PostgreSQL does."""

from alembic import op

revision = "0006_never_reuse_ids"
down_revision = "0005_undo_entries"
branch_labels = None
depends_on = None

#: The tables whose ids the database gives.
TABLES = (
    "audit_entry",
    "channel_type",
    "column_choice",
    "company_setting",
    "contact",
    "customer",
    "customer_follower",
    "customer_grade",
    "customer_source",
    "customer_status",
    "department",
    "employee",
    "export_job",
    "follow_up",
    "follow_up_attachment",
    "follow_up_progress",
    "import_job",
    "industry",
    "price_level",
    "region",
    "role",
    "visit",
    "visit_photo",
)


def upgrade() -> None:
    _create_anew(autoincrement=True)


def downgrade() -> None:
    _create_anew(autoincrement=False)


def _create_anew(*, autoincrement: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in TABLES:
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": autoincrement}):
            pass

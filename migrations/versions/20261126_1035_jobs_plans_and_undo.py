"""Keep how far jobs are, what imports plan, and what their undo restores."""

import sqlalchemy as sa
from alembic import op

revision = "0007_jobs"
down_revision = "0006_never_reuse_ids"
branch_labels = None
depends_on = None

STATES = ("uploaded", "waiting", "running", "planned", "done", "failed", "cancelled", "undone")
OLD_STATES = ("running", "done", "failed")
#: Columns that both kinds of jobs get, in their order.
COLUMNS = ("position", "attempt", "file_key", "file_size", "expires_at", "fault", "options")


def upgrade() -> None:
    for table in ("import_job", "export_job"):
        # A default for the rows that are there; it goes again below.
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
            batch.add_column(sa.Column("attempt", sa.Integer(), nullable=False, server_default="0"))
            batch.add_column(sa.Column("file_key", sa.String(length=100), nullable=True))
            batch.add_column(sa.Column("file_size", sa.Integer(), nullable=True))
            batch.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
            batch.add_column(sa.Column("fault", sa.JSON(none_as_null=True), nullable=True))
            batch.add_column(sa.Column("options", sa.JSON(), nullable=False, server_default="{}"))
            if table == "import_job":
                batch.add_column(sa.Column("phase", sa.String(length=10), nullable=False, server_default="run"))
                batch.add_column(sa.Column("header_hash", sa.String(length=32), nullable=True))
        with op.batch_alter_table(table) as batch:
            for name in ("position", "attempt", "options", *(("phase",) if table == "import_job" else ())):
                batch.alter_column(name, server_default=None)
            batch.drop_constraint(op.f(f"ck_{table}_state"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_state"), _among("state", STATES))
            if table == "import_job":
                batch.create_check_constraint(op.f("ck_import_job_phase"), _among("phase", ("plan", "run", "undo")))
        op.create_index(op.f(f"ix_{table}_expires_at"), table, ["expires_at"])
    _create_rows()
    _create_changes()


def _create_rows() -> None:
    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], name=op.f("fk_import_row_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint("job_id", "number", name=op.f("uq_import_row_job_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_import_row_job_id_action_number"), "import_row", ["job_id", "action", "number"])


def _create_changes() -> None:
    op.create_table(
        "import_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"], ["import_job.id"], name=op.f("fk_import_change_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_import_change_job_id_number"), "import_change", ["job_id", "number"])


def downgrade() -> None:
    op.drop_table("import_change")
    op.drop_table("import_row")
    for table in ("import_job", "export_job"):
        # What never ended has no word in the old table.
        job = sa.table(table, sa.column("state"))
        op.execute(job.update().where(job.c.state.not_in(OLD_STATES)).values(state="failed"))
        op.drop_index(op.f(f"ix_{table}_expires_at"), table)
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_state"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_state"), _among("state", OLD_STATES))
            if table == "import_job":
                batch.drop_constraint(op.f("ck_import_job_phase"), type_="check")
                batch.drop_column("header_hash")
                batch.drop_column("phase")
            for name in reversed(COLUMNS):
                batch.drop_column(name)


def _among(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"

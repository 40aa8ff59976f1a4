"""Create the tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001_tables"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("name_initials", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_type")),
        sa.UniqueConstraint("name_key", name=op.f("uq_channel_type_name_key")),
    )
    op.create_index(op.f("ix_channel_type_name_initials"), "channel_type", ["name_initials"])
    op.create_index(op.f("ix_channel_type_name_sort"), "channel_type", ["name_sort"])
    op.create_index(op.f("ix_channel_type_sort_order"), "channel_type", ["sort_order"])

    op.create_table(
        "company_setting",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("company_name", sa.String(length=100), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("private_customer_enabled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_company_setting_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_setting")),
    )

    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )

    op.create_table(
        "customer_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("name_initials", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_source")),
        sa.UniqueConstraint("name_key", name=op.f("uq_customer_source_name_key")),
    )
    op.create_index(op.f("ix_customer_source_name_initials"), "customer_source", ["name_initials"])
    op.create_index(op.f("ix_customer_source_name_sort"), "customer_source", ["name_sort"])
    op.create_index(op.f("ix_customer_source_sort_order"), "customer_source", ["sort_order"])

    op.create_table(
        "customer_status",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("name_initials", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_status")),
        sa.UniqueConstraint("name_key", name=op.f("uq_customer_status_name_key")),
    )
    op.create_index(op.f("ix_customer_status_name_initials"), "customer_status", ["name_initials"])
    op.create_index(op.f("ix_customer_status_name_sort"), "customer_status", ["name_sort"])
    op.create_index(op.f("ix_customer_status_sort_order"), "customer_status", ["sort_order"])

    op.create_table(
        "department",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("head_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("name_initials", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_department_not_own_parent")),
        sa.ForeignKeyConstraint(
            ["head_id"], ["employee.id"], name=op.f("fk_department_head_id"), ondelete="SET NULL", use_alter=True
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["department.id"], name=op.f("fk_department_parent_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("code", name=op.f("uq_department_code")),
        sa.UniqueConstraint("parent_id", "name_key", name=op.f("uq_department_parent_id_name_key")),
    )
    op.create_index(op.f("ix_department_name_initials"), "department", ["name_initials"])
    op.create_index(op.f("ix_department_name_sort"), "department", ["name_sort"])
    op.create_index(op.f("ix_department_parent_id_sort_order"), "department", ["parent_id", "sort_order"])
    op.create_index(
        op.f("uq_department_root_name_key"),
        "department",
        ["name_key"],
        unique=True,
        sqlite_where=sa.text("parent_id IS NULL"),
        postgresql_where=sa.text("parent_id IS NULL"),
    )

    op.create_table(
        "follow_up_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("name_initials", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_progress")),
        sa.UniqueConstraint("name_key", name=op.f("uq_follow_up_progress_name_key")),
    )
    op.create_index(op.f("ix_follow_up_progress_name_initials"), "follow_up_progress", ["name_initials"])
    op.create_index(op.f("ix_follow_up_progress_name_sort"), "follow_up_progress", ["name_sort"])
    op.create_index(op.f("ix_follow_up_progress_sort_order"), "follow_up_progress", ["sort_order"])

    op.create_table(
        "industry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("name_initials", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_industry_not_own_parent")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["industry.id"], name=op.f("fk_industry_parent_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_industry")),
        sa.UniqueConstraint("code", name=op.f("uq_industry_code")),
        sa.UniqueConstraint("parent_id", "name_key", name=op.f("uq_industry_parent_id_name_key")),
    )
    op.create_index(op.f("ix_industry_name_initials"), "industry", ["name_initials"])
    op.create_index(op.f("ix_industry_name_sort"), "industry", ["name_sort"])
    op.create_index(op.f("ix_industry_parent_id_sort_order"), "industry", ["parent_id", "sort_order"])
    op.create_index(
        op.f("uq_industry_root_name_key"),
        "industry",
        ["name_key"],
        unique=True,
        sqlite_where=sa.text("parent_id IS NULL"),
        postgresql_where=sa.text("parent_id IS NULL"),
    )

    op.create_table(
        "price_level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("discount", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("name_initials", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("discount > 0 AND discount <= 9.9999", name=op.f("ck_price_level_discount_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_level")),
        sa.UniqueConstraint("name_key", name=op.f("uq_price_level_name_key")),
    )
    op.create_index(op.f("ix_price_level_name_initials"), "price_level", ["name_initials"])
    op.create_index(op.f("ix_price_level_name_sort"), "price_level", ["name_sort"])
    op.create_index(op.f("ix_price_level_sort_order"), "price_level", ["sort_order"])

    op.create_table(
        "region",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("name_initials", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_region_not_own_parent")),
        sa.ForeignKeyConstraint(["parent_id"], ["region.id"], name=op.f("fk_region_parent_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("code", name=op.f("uq_region_code")),
        sa.UniqueConstraint("parent_id", "name_key", name=op.f("uq_region_parent_id_name_key")),
    )
    op.create_index(op.f("ix_region_name_initials"), "region", ["name_initials"])
    op.create_index(op.f("ix_region_name_sort"), "region", ["name_sort"])
    op.create_index(op.f("ix_region_parent_id_sort_order"), "region", ["parent_id", "sort_order"])
    op.create_index(
        op.f("uq_region_root_name_key"),
        "region",
        ["name_key"],
        unique=True,
        sqlite_where=sa.text("parent_id IS NULL"),
        postgresql_where=sa.text("parent_id IS NULL"),
    )

    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("name_initials", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("code", name=op.f("uq_role_code")),
        sa.UniqueConstraint("name_key", name=op.f("uq_role_name_key")),
    )
    op.create_index(op.f("ix_role_name_initials"), "role", ["name_initials"])
    op.create_index(op.f("ix_role_name_sort"), "role", ["name_sort"])

    op.create_table(
        "customer_grade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("price_level_id", sa.Integer(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("name_initials", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["price_level_id"], ["price_level.id"], name=op.f("fk_customer_grade_price_level_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_grade")),
        sa.UniqueConstraint("name_key", name=op.f("uq_customer_grade_name_key")),
    )
    op.create_index(op.f("ix_customer_grade_name_initials"), "customer_grade", ["name_initials"])
    op.create_index(op.f("ix_customer_grade_name_sort"), "customer_grade", ["name_sort"])
    op.create_index(op.f("ix_customer_grade_price_level_id"), "customer_grade", ["price_level_id"])
    op.create_index(op.f("ix_customer_grade_sort_order"), "customer_grade", ["sort_order"])

    op.create_table(
        "employee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("supervisor_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("name_initials", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("supervisor_id <> id", name=op.f("ck_employee_not_own_supervisor")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_employee_department_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_employee_role_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["employee.id"], name=op.f("fk_employee_supervisor_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employee")),
        sa.UniqueConstraint("login", name=op.f("uq_employee_login")),
    )
    op.create_index(op.f("ix_employee_department_id"), "employee", ["department_id"])
    op.create_index(op.f("ix_employee_name_initials"), "employee", ["name_initials"])
    op.create_index(op.f("ix_employee_name_sort"), "employee", ["name_sort"])
    op.create_index(op.f("ix_employee_role_id"), "employee", ["role_id"])
    op.create_index(op.f("ix_employee_supervisor_id"), "employee", ["supervisor_id"])

    op.create_table(
        "role_permission",
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("permission", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_role_permission_role_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("role_id", "permission", name=op.f("pk_role_permission")),
    )

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["employee.id"], name=op.f("fk_audit_entry_actor_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_actor_id"), "audit_entry", ["actor_id"])
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"])
    op.create_index(op.f("ix_audit_entry_table_name_row_id"), "audit_entry", ["table_name", "row_id"])

    op.create_table(
        "customer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("short_name", sa.String(length=50), nullable=True),
        sa.Column("industry_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("channel_type_id", sa.Integer(), nullable=True),
        sa.Column("grade_id", sa.Integer(), nullable=True),
        sa.Column("status_id", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("progress_id", sa.Integer(), nullable=True),
        sa.Column("province", sa.String(length=50), nullable=True),
        sa.Column("city", sa.String(length=50), nullable=True),
        sa.Column("district", sa.String(length=50), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("lat", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("lng", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("geocoded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("website", sa.String(length=200), nullable=True),
        sa.Column("storefront_photo", sa.String(length=200), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("parent_customer_id", sa.Integer(), nullable=True),
        sa.Column("price_level_id", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("last_followed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_visited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("name_initials", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("visibility = 'public' OR owner_id IS NOT NULL", name=op.f("ck_customer_private_has_owner")),
        sa.CheckConstraint("visibility IN ('public', 'private')", name=op.f("ck_customer_visibility")),
        sa.CheckConstraint("(lat IS NULL) = (lng IS NULL)", name=op.f("ck_customer_position_whole")),
        sa.CheckConstraint(
            "lat BETWEEN -90 AND 90 AND lng BETWEEN -180 AND 180", name=op.f("ck_customer_position_range")
        ),
        sa.CheckConstraint("parent_customer_id <> id", name=op.f("ck_customer_not_own_parent")),
        sa.ForeignKeyConstraint(
            ["channel_type_id"], ["channel_type.id"], name=op.f("fk_customer_channel_type_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["employee.id"], name=op.f("fk_customer_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_customer_department_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["grade_id"], ["customer_grade.id"], name=op.f("fk_customer_grade_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["industry_id"], ["industry.id"], name=op.f("fk_customer_industry_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["employee.id"], name=op.f("fk_customer_owner_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["parent_customer_id"], ["customer.id"], name=op.f("fk_customer_parent_customer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["price_level_id"], ["price_level.id"], name=op.f("fk_customer_price_level_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["progress_id"], ["follow_up_progress.id"], name=op.f("fk_customer_progress_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_customer_region_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["customer_source.id"], name=op.f("fk_customer_source_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["status_id"], ["customer_status.id"], name=op.f("fk_customer_status_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["employee.id"], name=op.f("fk_customer_updated_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("code", name=op.f("uq_customer_code")),
        sa.UniqueConstraint("name_key", name=op.f("uq_customer_name_key")),
    )
    op.create_index(op.f("ix_customer_channel_type_id"), "customer", ["channel_type_id"])
    op.create_index(op.f("ix_customer_created_at_id"), "customer", ["created_at", "id"])
    op.create_index(op.f("ix_customer_department_id"), "customer", ["department_id"])
    op.create_index(op.f("ix_customer_grade_id"), "customer", ["grade_id"])
    op.create_index(op.f("ix_customer_industry_id"), "customer", ["industry_id"])
    op.create_index(op.f("ix_customer_name_initials"), "customer", ["name_initials"])
    op.create_index(op.f("ix_customer_name_sort"), "customer", ["name_sort"])
    op.create_index(op.f("ix_customer_owner_id_created_at_id"), "customer", ["owner_id", "created_at", "id"])
    op.create_index(op.f("ix_customer_parent_customer_id"), "customer", ["parent_customer_id"])
    op.create_index(op.f("ix_customer_price_level_id"), "customer", ["price_level_id"])
    op.create_index(op.f("ix_customer_progress_id"), "customer", ["progress_id"])
    op.create_index(op.f("ix_customer_region_id"), "customer", ["region_id"])
    op.create_index(op.f("ix_customer_source_id"), "customer", ["source_id"])
    op.create_index(op.f("ix_customer_status_id"), "customer", ["status_id"])

    op.create_table(
        "export_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("endpoint", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('running', 'done', 'failed')", name=op.f("ck_export_job_state")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_export_job_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_job")),
    )
    op.create_index(op.f("ix_export_job_created_at"), "export_job", ["created_at"])
    op.create_index(op.f("ix_export_job_owner_id"), "export_job", ["owner_id"])

    op.create_table(
        "import_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("endpoint", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("inserted_count", sa.Integer(), nullable=False),
        sa.Column("updated_count", sa.Integer(), nullable=False),
        sa.Column("skipped_count", sa.Integer(), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("mode IN ('skip', 'update', 'insert')", name=op.f("ck_import_job_mode")),
        sa.CheckConstraint("state IN ('running', 'done', 'failed')", name=op.f("ck_import_job_state")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["employee.id"], name=op.f("fk_import_job_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    op.create_index(op.f("ix_import_job_created_at"), "import_job", ["created_at"])
    op.create_index(op.f("ix_import_job_owner_id"), "import_job", ["owner_id"])

    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("position", sa.String(length=50), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("mobile", sa.String(length=40), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("wechat", sa.String(length=50), nullable=True),
        sa.Column("email", sa.String(length=100), nullable=True),
        sa.Column("gender", sa.String(length=10), nullable=True),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("name_initials", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("gender IN ('female', 'male')", name=op.f("ck_contact_gender")),
        sa.CheckConstraint(
            "role IN ('decision_maker', 'purchasing', 'finance', 'technical', 'other')", name=op.f("ck_contact_role")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["employee.id"], name=op.f("fk_contact_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_contact_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["employee.id"], name=op.f("fk_contact_updated_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_customer_id"), "contact", ["customer_id"])
    op.create_index(op.f("ix_contact_name_initials"), "contact", ["name_initials"])
    op.create_index(op.f("ix_contact_name_sort"), "contact", ["name_sort"])
    op.create_index(
        op.f("uq_contact_primary"),
        "contact",
        ["customer_id"],
        unique=True,
        sqlite_where=sa.text("is_primary"),
        postgresql_where=sa.text("is_primary"),
    )

    op.create_table(
        "customer_follower",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["employee.id"], name=op.f("fk_customer_follower_added_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_follower_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name=op.f("fk_customer_follower_employee_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_follower")),
        sa.UniqueConstraint("customer_id", "employee_id", name=op.f("uq_customer_follower_customer_id_employee_id")),
    )
    op.create_index(
        op.f("ix_customer_follower_employee_id_customer_id"), "customer_follower", ["employee_id", "customer_id"]
    )

    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_in_lat", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("check_in_lng", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("check_in_address", sa.String(length=200), nullable=True),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("check_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_out_lat", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("check_out_lng", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("progress_after_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('to_visit', 'visiting', 'done', 'overdue')", name=op.f("ck_visit_status")),
        sa.CheckConstraint("type IN ('planned', 'ad_hoc')", name=op.f("ck_visit_type")),
        sa.CheckConstraint(
            "(check_in_lat IS NULL) = (check_in_lng IS NULL)", name=op.f("ck_visit_check_in_position_whole")
        ),
        sa.CheckConstraint(
            "(check_out_lat IS NULL) = (check_out_lng IS NULL)", name=op.f("ck_visit_check_out_position_whole")
        ),
        sa.CheckConstraint(
            "check_out_at IS NULL OR check_out_at >= check_in_at", name=op.f("ck_visit_check_out_after_check_in")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["employee.id"], name=op.f("fk_visit_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_visit_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["progress_after_id"],
            ["follow_up_progress.id"],
            name=op.f("fk_visit_progress_after_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["employee.id"], name=op.f("fk_visit_updated_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["employee.id"], name=op.f("fk_visit_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_customer_id_check_in_at"), "visit", ["customer_id", "check_in_at"])
    op.create_index(op.f("ix_visit_progress_after_id"), "visit", ["progress_after_id"])
    op.create_index(op.f("ix_visit_user_id_check_in_at"), "visit", ["user_id", "check_in_at"])
    op.create_index(
        op.f("uq_visit_open"),
        "visit",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("status = 'visiting'"),
        postgresql_where=sa.text("status = 'visiting'"),
    )

    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("progress_after_id", sa.Integer(), nullable=True),
        sa.Column("next_follow_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "method IN ('phone', 'on_site', 'wechat', 'email', 'other')", name=op.f("ck_follow_up_method")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["employee.id"], name=op.f("fk_follow_up_author_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_follow_up_contact_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["employee.id"], name=op.f("fk_follow_up_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_follow_up_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["progress_after_id"],
            ["follow_up_progress.id"],
            name=op.f("fk_follow_up_progress_after_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["employee.id"], name=op.f("fk_follow_up_updated_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_author_id_created_at"), "follow_up", ["author_id", "created_at"])
    op.create_index(op.f("ix_follow_up_contact_id"), "follow_up", ["contact_id"])
    op.create_index(op.f("ix_follow_up_customer_id_created_at"), "follow_up", ["customer_id", "created_at"])
    op.create_index(op.f("ix_follow_up_progress_after_id"), "follow_up", ["progress_after_id"])

    op.create_table(
        "visit_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_visit_photo_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_photo_visit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_photo")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_visit_photo_storage_key")),
    )
    op.create_index(op.f("ix_visit_photo_customer_id"), "visit_photo", ["customer_id"])
    op.create_index(op.f("ix_visit_photo_visit_id"), "visit_photo", ["visit_id"])

    op.create_table(
        "follow_up_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_follow_up_attachment_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_up.id"], name=op.f("fk_follow_up_attachment_follow_up_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_attachment")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_follow_up_attachment_storage_key")),
    )
    op.create_index(op.f("ix_follow_up_attachment_customer_id"), "follow_up_attachment", ["customer_id"])
    op.create_index(op.f("ix_follow_up_attachment_follow_up_id"), "follow_up_attachment", ["follow_up_id"])

    if op.get_bind().dialect.name != "sqlite":
        # Departments and employees point at each other, so this key comes last; SQLite wrote it with the table.
        op.create_foreign_key(
            op.f("fk_department_head_id"), "department", "employee", ["head_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("fk_department_head_id"), "department", type_="foreignkey")
    op.drop_table("follow_up_attachment")
    op.drop_table("visit_photo")
    op.drop_table("follow_up")
    op.drop_table("visit")
    op.drop_table("customer_follower")
    op.drop_table("contact")
    op.drop_table("import_job")
    op.drop_table("export_job")
    op.drop_table("customer")
    op.drop_table("audit_entry")
    op.drop_table("role_permission")
    op.drop_table("employee")
    op.drop_table("customer_grade")
    op.drop_table("role")
    op.drop_table("region")
    op.drop_table("price_level")
    op.drop_table("industry")
    op.drop_table("follow_up_progress")
    op.drop_table("department")
    op.drop_table("customer_status")
    op.drop_table("customer_source")
    op.drop_table("counter")
    op.drop_table("company_setting")
    op.drop_table("channel_type")

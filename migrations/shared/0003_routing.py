"""Routing: ported numbers, rules, what each channel did lately, its points and its breaker, and why they changed.

Revision ID: 0003
Revises: 0002
"""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OWN = "tenant_id = substring(current_user from 3)::bigint"
# A rule for everybody, for this business, or for the reseller above it.
OWN_RULES = (
    "coalesce(tenant_id, substring(current_user from 3)::bigint) = substring(current_user from 3)::bigint "
    "AND (reseller_id IS NULL OR reseller_id = (SELECT t.reseller_id FROM shared.tenants t "
    "WHERE t.id = substring(current_user from 3)::bigint))"
)
# Which rows of a table a business's role sees ("" = none), and what it may do with them.
TENANT_RIGHTS = {
    "shared.ported": ("true", "SELECT"),
    "shared.routes": (OWN_RULES, "SELECT (id, country, operator, kind, product, tenant_id, reseller_id, ways)"),
    "shared.health": (OWN, "SELECT, INSERT, UPDATE"),
    "shared.points": ("", ""),
    "shared.point_changes": ("", ""),
}


def upgrade() -> None:
    sql = (Path(__file__).parent / "0003_tables.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql)
    for table, (rows, rights) in TENANT_RIGHTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY platform ON {table} TO qunfa_platform USING (true) WITH CHECK (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO qunfa_platform")
        if rows:
            op.execute(f"CREATE POLICY tenant ON {table} TO qunfa_tenant USING ({rows}) WITH CHECK ({rows})")
            op.execute(f"GRANT {rights} ON {table} TO qunfa_tenant")
    op.execute("GRANT SELECT (products, breaker) ON shared.channels TO qunfa_tenant")


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

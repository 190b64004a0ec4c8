"""Schemas, scopes, shared tables, row-level security, the ledger's functions and the door.

Revision ID: 0001
Revises:
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

HERE = Path(__file__).parent

# Which rows of a shared table a tenant's role sees ("" = none of the table), and what it may do with them.
OWN = "tenant_id = substring(current_user from 3)::bigint"
TENANT_RIGHTS = {
    "shared.tenants": (
        "id = substring(current_user from 3)::bigint",
        "SELECT, UPDATE (name, time_zone, live_asked_at)",
    ),
    "shared.identities": (
        "id IN (SELECT m.identity_id FROM shared.members m WHERE m.tenant_id = substring(current_user from 3)::bigint)",
        "SELECT (id, email, name, locale, verified_at, created_at)",
    ),
    "shared.members": (OWN, "SELECT"),
    "shared.sessions": (OWN, "SELECT (id, identity_id, tenant_id, ip, user_agent, created_at, seen_at, ends_at)"),
    "shared.mail_tokens": ("", ""),
    "shared.throttles": ("", ""),
    "shared.mails": (OWN, "INSERT"),
    "shared.audit": (OWN, "SELECT, INSERT"),
    "shared.price_lists": ("true", "SELECT"),
    "shared.price_rules": ("true", "SELECT"),
    "shared.stripe_events": ("", ""),
    "shared.quota_windows": (OWN, "SELECT, INSERT, UPDATE"),
    "shared.global_blocks": ("true", "SELECT"),
    "shared.words": ("true", "SELECT"),
    "shared.reviews": (OWN, "SELECT, INSERT, UPDATE"),
    "shared.channels": (
        "true",
        "SELECT (id, name, kind, state, countries, operators, kinds, tenant_ids, weight, tps)",
    ),
    "shared.batches": (OWN, "SELECT, INSERT, UPDATE, DELETE"),
    "shared.turns": ("", ""),
    "shared.agenda": (OWN, "SELECT, INSERT, UPDATE, DELETE"),
    "shared.submissions": (OWN, "SELECT, INSERT"),
    "shared.receipts": (OWN, "SELECT, UPDATE"),
    "ledger.accounts": (OWN, "SELECT"),
    "ledger.txns": (OWN, "SELECT"),
    "ledger.entries": (OWN, "SELECT"),
    "ledger.holds": (OWN, "SELECT"),
    "ledger.topups": (OWN, "SELECT, INSERT, UPDATE (session_id)"),
}
PLATFORM_READS_ONLY = {"ledger.accounts", "ledger.txns", "ledger.entries", "ledger.holds"}
# What a reseller sees of the businesses below it; no content.
TREE_RIGHTS = {"shared.tenants": "SELECT (id, state, name, reseller_id, currency, created_at, opened_at)"}
TREE = "reseller_id = nullif(current_setting('qunfa.tree', true), '')::bigint"


def upgrade() -> None:
    for role in ("qunfa_door", "qunfa_tree", "qunfa_platform", "qunfa_tenant"):
        make_role(role)
    for role in ("qunfa_door", "qunfa_tree", "qunfa_platform"):
        op.execute(f"GRANT {role} TO qunfa_app")
    op.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    op.execute("CREATE SCHEMA ledger")
    op.execute("CREATE SEQUENCE shared.ids")
    execute_file("0001_tables.sql")
    for table in TENANT_RIGHTS:
        protect(table)
    for role in ("qunfa_door", "qunfa_tree", "qunfa_platform", "qunfa_tenant"):
        op.execute(f"GRANT USAGE ON SCHEMA shared, ledger TO {role}")
    op.execute("GRANT USAGE ON SEQUENCE shared.ids TO qunfa_platform, qunfa_tenant")
    execute_file("0001_ledger.sql")
    execute_file("0001_door.sql")
    op.execute("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger, shared FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION ledger.hold, ledger.settle TO qunfa_tenant, qunfa_platform")
    op.execute("GRANT EXECUTE ON FUNCTION ledger.credit TO qunfa_platform")
    op.execute("GRANT EXECUTE ON FUNCTION shared.door_session, shared.door_identity TO qunfa_door")


def make_role(role: str) -> None:
    """Roles belong to the whole server: another database of the same server may have made it already."""
    op.execute(
        f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )


def protect(table: str) -> None:
    rows, rights = TENANT_RIGHTS[table]
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY platform ON {table} TO qunfa_platform USING (true) WITH CHECK (true)")
    if rows:
        op.execute(f"CREATE POLICY tenant ON {table} TO qunfa_tenant USING ({rows}) WITH CHECK ({rows})")
        op.execute(f"GRANT {rights} ON {table} TO qunfa_tenant")
    if table in TREE_RIGHTS:
        op.execute(f"CREATE POLICY tree ON {table} TO qunfa_tree USING ({TREE})")
        op.execute(f"GRANT {TREE_RIGHTS[table]} ON {table} TO qunfa_tree")
    writes = "SELECT" if table in PLATFORM_READS_ONLY else "SELECT, INSERT, UPDATE, DELETE"
    if table == "shared.audit":
        writes = "SELECT, INSERT"
    op.execute(f"GRANT {writes} ON {table} TO qunfa_platform")


def execute_file(name: str) -> None:
    # The driver reads a percent sign as a parameter unless it is doubled.
    op.get_bind().exec_driver_sql((HERE / name).read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

"""Products: prices and batches know what is sold, and what is known of the numbers that take RCS.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("price_rules", "batches"):
        op.execute(f"ALTER TABLE shared.{table} ADD COLUMN product TEXT DEFAULT 'sms' NOT NULL")
    op.execute(
        "CREATE TABLE shared.capabilities (channel_id BIGINT NOT NULL, phone_index BYTEA NOT NULL, "
        "capable BOOLEAN NOT NULL, checked_at TIMESTAMP WITH TIME ZONE NOT NULL, "
        "CONSTRAINT pk_capabilities PRIMARY KEY (channel_id, phone_index))"
    )
    op.execute("ALTER TABLE shared.capabilities ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE shared.capabilities FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY owner ON shared.capabilities TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute("CREATE POLICY platform ON shared.capabilities TO qunfa_platform USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON shared.capabilities TO qunfa_platform")


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

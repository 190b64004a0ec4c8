"""Gateways, the channels they hold, the state of each link; batches handed to a channel; parts of long messages.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE shared.gateways (
    id UUID NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    heartbeat_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_gateways PRIMARY KEY (id)
);
CREATE TABLE shared.channel_leases (
    channel_id BIGINT NOT NULL,
    holder UUID,
    fence BIGINT DEFAULT '0' NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_channel_leases PRIMARY KEY (channel_id)
);
CREATE TABLE shared.link_states (
    channel_id BIGINT NOT NULL,
    line INTEGER NOT NULL,
    gateway UUID NOT NULL,
    state TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    links INTEGER NOT NULL,
    window_size INTEGER NOT NULL,
    window_used INTEGER NOT NULL,
    submitted_s DOUBLE PRECISION NOT NULL,
    submitted BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    throttled BIGINT NOT NULL,
    queued INTEGER NOT NULL,
    error TEXT NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_link_states PRIMARY KEY (channel_id, line)
);
ALTER TABLE shared.batches ADD COLUMN channel_id BIGINT;
CREATE INDEX ix_batches_channel ON shared.batches (channel_id, ready_at) WHERE channel_id IS NOT NULL;
ALTER TABLE shared.submissions ADD COLUMN part SMALLINT DEFAULT '1' NOT NULL;
ALTER TABLE shared.submissions ADD COLUMN parts SMALLINT DEFAULT '1' NOT NULL;
ALTER TABLE shared.receipts ADD COLUMN part SMALLINT DEFAULT '1' NOT NULL;
ALTER TABLE shared.receipts ADD COLUMN parts SMALLINT DEFAULT '1' NOT NULL;
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in ("gateways", "channel_leases", "link_states"):
        name = f"shared.{table}"
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner ON {name} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY platform ON {name} TO qunfa_platform USING (true) WITH CHECK (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO qunfa_platform")
    # The slice of a business is committed in its own scope, and only by who still holds the channel.
    op.execute("CREATE POLICY tenant ON shared.channel_leases TO qunfa_tenant USING (true) WITH CHECK (false)")
    op.execute("GRANT SELECT (channel_id, fence) ON shared.channel_leases TO qunfa_tenant")


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

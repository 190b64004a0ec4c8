"""Replies of people, invitations of members, the second look at a review.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OWN = "tenant_id = substring(current_user from 3)::bigint"
TABLES = """
CREATE TABLE shared.replies (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    channel_id BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    phone_index BYTEA NOT NULL,
    extension TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    state TEXT DEFAULT 'new' NOT NULL,
    tenant_id BIGINT,
    message_id BIGINT,
    campaign_id BIGINT,
    signature_id BIGINT,
    stops BOOLEAN DEFAULT false NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_replies PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ux_replies_digest ON shared.replies (channel_id, digest);
CREATE INDEX ix_replies_open ON shared.replies (id) WHERE state IN ('new','matched');
CREATE INDEX ix_replies_tenant_id ON shared.replies (tenant_id, id);
CREATE INDEX ix_replies_phone_index ON shared.replies (tenant_id, phone_index, id);
CREATE INDEX ix_replies_unread ON shared.replies (tenant_id) WHERE state = 'kept' AND read_at IS NULL;
CREATE TABLE shared.invitations (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    tenant_id BIGINT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    state TEXT DEFAULT 'sent' NOT NULL,
    token_hash TEXT NOT NULL,
    invited_by BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_invitations PRIMARY KEY (id),
    CONSTRAINT uq_invitations_token_hash UNIQUE (token_hash)
);
CREATE UNIQUE INDEX ux_invitations_open ON shared.invitations (tenant_id, email) WHERE state = 'sent';
ALTER TABLE shared.reviews
    ADD COLUMN needs_second BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN first_by BIGINT,
    ADD COLUMN first_at TIMESTAMP WITH TIME ZONE;
"""
# What a tenant's role may do with its own rows.
RIGHTS = {
    "shared.replies": "SELECT, UPDATE",
    "shared.invitations": "SELECT, INSERT, UPDATE",
}


def upgrade() -> None:
    op.execute(TABLES)
    for table, rights in RIGHTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY platform ON {table} TO qunfa_platform USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY tenant ON {table} TO qunfa_tenant USING ({OWN}) WITH CHECK ({OWN})")
        op.execute(f"GRANT {rights} ON {table} TO qunfa_tenant")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO qunfa_platform")


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

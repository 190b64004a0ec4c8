"""When the next message of a batch of RCS is taken back.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Batches of SMS and MMS never have one and stand in no index of it.
STATEMENTS = """
ALTER TABLE shared.batches ADD COLUMN revoke_at TIMESTAMP WITH TIME ZONE;
CREATE INDEX ix_batches_revoke ON shared.batches (revoke_at) WHERE revoke_at IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

"""Receipts that wait are found without passing those that are settled.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Every receipt leaves its index within seconds: what it leaves there is cleaned up long before a fifth of the table is.
STATEMENTS = """
DROP INDEX shared.ix_receipts_open;
CREATE INDEX ix_receipts_new ON shared.receipts (next_at) WHERE state = 'new';
CREATE INDEX ix_receipts_matched ON shared.receipts (tenant_id, id) WHERE state = 'matched';
ALTER TABLE shared.receipts SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 20000);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

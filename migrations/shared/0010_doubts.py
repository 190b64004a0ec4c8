"""The number a receipt names: what tells of a message whose answer was lost.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE shared.receipts ADD COLUMN phone_index BYTEA")


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

"""What a campaign does with people whose operator has not filed its text.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE campaigns ADD COLUMN send_unfiled BOOLEAN NOT NULL DEFAULT false")


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

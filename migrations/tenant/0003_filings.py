"""What a campaign does with people whose operator has not filed its text.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE campaigns ADD COLUMN send_unfiled BOOLEAN NOT NULL DEFAULT false")


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

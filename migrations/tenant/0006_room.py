"""A message is rewritten three times on its way: with room left in its page no index has to learn of it.

Messages that are there already stay where they are; the room is left in the pages that are filled from now on.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE messages SET (fillfactor = 45)")


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

"""A message that came to nothing says when it may be tried again, and how often it only had to wait.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE messages ADD COLUMN due_at TIMESTAMP WITH TIME ZONE, ADD COLUMN waits SMALLINT DEFAULT 0 NOT NULL"
    )


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

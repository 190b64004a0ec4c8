"""What finds old submissions without a cost to new ones.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_submissions_at ON shared.submissions USING brin (at)")


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

"""Forecasts keep no text in clear any more: those made before lose theirs and are made anew.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE campaigns SET preflight = preflight - 'sample' WHERE preflight -> 'sample' IS NOT NULL")


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

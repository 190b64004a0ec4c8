"""Products: what a template, a run and a file are made of besides text, and what an RCS costs when it goes as SMS.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE templates ADD COLUMN product TEXT DEFAULT 'sms' NOT NULL")
    op.execute("ALTER TABLE template_versions ADD COLUMN rich JSONB DEFAULT '{}'::jsonb NOT NULL")
    op.execute("ALTER TABLE files ADD COLUMN facts JSONB DEFAULT '{}'::jsonb NOT NULL")
    op.execute("ALTER TABLE runs ADD COLUMN product TEXT DEFAULT 'sms' NOT NULL")
    op.execute(
        "ALTER TABLE messages ADD COLUMN fallback_micro BIGINT, ADD COLUMN fallback_rule_id BIGINT, "
        "ADD COLUMN fallback_segments SMALLINT"
    )


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

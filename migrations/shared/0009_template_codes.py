"""A provider's code of a template stands apart from the number of its filing, and some channels send by nothing else.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Until now the number of a template's filing was also the code it was sent by. What was written down stays as it was.
STATEMENTS = """
ALTER TABLE shared.filings ADD COLUMN template_code TEXT DEFAULT '' NOT NULL;
ALTER TABLE shared.filing_rules ADD COLUMN by_code BOOLEAN DEFAULT false NOT NULL;
UPDATE shared.filings SET template_code = carrier_no
    FROM shared.channels
    WHERE channels.id = filings.channel_id AND channels.kind IN ('aliyun', 'tencent', 'twilio', 'generic_http')
        AND filings.kind = 'template' AND carrier_no ~ '^[A-Za-z0-9_.:-]{1,80}$';
INSERT INTO shared.filing_rules (channel_id, operator, needs, by_code, changed_at)
    SELECT id, operator, '{}', true, now()
    FROM shared.channels CROSS JOIN unnest(ARRAY['mobile', 'unicom', 'telecom', 'broadnet']) AS operator
    WHERE (kind IN ('aliyun', 'tencent') OR kind = 'generic_http' AND settings::text LIKE '%{{template}}%')
        AND (coalesce(settings->>'template', '') = '' OR kind <> 'tencent' AND coalesce(settings->>'variable', '') = '')
    ON CONFLICT (channel_id, operator) DO UPDATE SET by_code = true
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";"):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

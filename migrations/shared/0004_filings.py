"""Filings: what each channel asks for, what a business files, how far it is with each operator, carriers' answers.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OWN = "tenant_id = substring(current_user from 3)::bigint"

TABLES = """
CREATE TABLE shared.filing_rules (
    channel_id BIGINT NOT NULL,
    operator TEXT NOT NULL,
    needs TEXT[] NOT NULL,
    changed_by BIGINT,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_filing_rules PRIMARY KEY (channel_id, operator)
);
CREATE TABLE shared.filing_subjects (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    tenant_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    ref_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    key TEXT NOT NULL,
    stands_on TEXT[] NOT NULL,
    title TEXT NOT NULL,
    facts JSONB NOT NULL,
    evidence JSONB NOT NULL,
    valid_until DATE,
    reminded_days BIGINT,
    created_by BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_filing_subjects PRIMARY KEY (id),
    CONSTRAINT ck_filing_subjects_kind CHECK (kind IN ('qualification','signature','template','link'))
);
CREATE UNIQUE INDEX ux_filing_subjects_version ON shared.filing_subjects (tenant_id, kind, ref_id, version);
CREATE UNIQUE INDEX ux_filing_subjects_key ON shared.filing_subjects (tenant_id, kind, key, version) WHERE key <> '';
CREATE INDEX ix_filing_subjects_valid_until ON shared.filing_subjects (valid_until) WHERE valid_until IS NOT NULL;
CREATE TABLE shared.filings (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    tenant_id BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    ref_id BIGINT NOT NULL,
    edition BIGINT NOT NULL,
    channel_id BIGINT NOT NULL,
    operator TEXT NOT NULL,
    round BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    carrier_no TEXT NOT NULL,
    valid_until DATE,
    reminded_days BIGINT,
    prepared_by BIGINT,
    prepared_at TIMESTAMP WITH TIME ZONE NOT NULL,
    submitted_by BIGINT,
    submitted_at TIMESTAMP WITH TIME ZONE,
    decided_by BIGINT,
    decided_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_filings PRIMARY KEY (id),
    CONSTRAINT ck_filings_state CHECK (state IN ('prepared','withdrawn','submitted','filed','rejected','expired'))
);
CREATE UNIQUE INDEX ux_filings_round ON shared.filings (tenant_id, kind, ref_id, edition, channel_id, operator, round);
CREATE INDEX ix_filings_open ON shared.filings (state, channel_id, operator, id)
    WHERE state IN ('prepared','submitted');
CREATE INDEX ix_filings_valid_until ON shared.filings (valid_until)
    WHERE state = 'filed' AND valid_until IS NOT NULL;
CREATE TABLE shared.filing_answers (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    channel_id BIGINT NOT NULL,
    operator TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    content BYTEA NOT NULL,
    outcome JSONB NOT NULL,
    uploaded_by BIGINT,
    uploaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    applied_by BIGINT,
    applied_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_filing_answers PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ux_filing_answers_file ON shared.filing_answers (channel_id, operator, sha256)
"""

# A business reads its own, asks and takes back; only the platform says what a carrier answered.
POLICIES = """
CREATE POLICY tenant ON shared.filing_rules FOR SELECT TO qunfa_tenant USING (true);
CREATE POLICY tenant ON shared.filing_subjects TO qunfa_tenant USING ({own}) WITH CHECK ({own});
CREATE POLICY tenant ON shared.filings FOR SELECT TO qunfa_tenant USING ({own});
CREATE POLICY tenant_asks ON shared.filings FOR INSERT TO qunfa_tenant WITH CHECK ({own} AND state = 'prepared');
CREATE POLICY tenant_takes_back ON shared.filings FOR UPDATE TO qunfa_tenant
    USING ({own} AND state = 'prepared') WITH CHECK ({own} AND state IN ('prepared','withdrawn'));
GRANT SELECT ON shared.filing_rules TO qunfa_tenant;
GRANT SELECT, INSERT ON shared.filing_subjects TO qunfa_tenant;
GRANT SELECT, INSERT, UPDATE (state) ON shared.filings TO qunfa_tenant
"""


def upgrade() -> None:
    for statement in TABLES.split(";"):
        op.execute(statement)
    for name in ("filing_rules", "filing_subjects", "filings", "filing_answers"):
        table = f"shared.{name}"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY platform ON {table} TO qunfa_platform USING (true) WITH CHECK (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO qunfa_platform")
    for statement in POLICIES.format(own=OWN).split(";"):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("migrations only go forward: restore a backup instead")

CREATE SEQUENCE ids;
CREATE TABLE attempts (
    message_id BIGINT NOT NULL,
    attempt SMALLINT NOT NULL,
    channel_id BIGINT,
    provider_ref TEXT,
    outcome SMALLINT NOT NULL,
    code TEXT,
    submitted_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_attempts PRIMARY KEY (message_id, attempt)
);
CREATE TABLE campaigns (
    id BIGINT DEFAULT nextval('ids') NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    kind TEXT NOT NULL,
    signature_id BIGINT,
    template_id BIGINT,
    version BIGINT,
    audience JSONB NOT NULL,
    bindings JSONB NOT NULL,
    scheduled_at TIMESTAMP WITH TIME ZONE,
    time_zone TEXT NOT NULL,
    revision BIGINT NOT NULL,
    preflight JSONB NOT NULL,
    reason TEXT NOT NULL,
    planned_through BIGINT NOT NULL,
    chunks_n INTEGER NOT NULL,
    batches_n INTEGER NOT NULL,
    skipped JSONB NOT NULL,
    created_by BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    launched_by BIGINT,
    launched_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_campaigns PRIMARY KEY (id)
);
CREATE TABLE contact_lists (
    id BIGINT DEFAULT nextval('ids') NOT NULL,
    name TEXT NOT NULL,
    contacts_n BIGINT NOT NULL,
    created_by BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_contact_lists PRIMARY KEY (id)
);
CREATE TABLE contacts (
    id BIGINT DEFAULT nextval('ids') NOT NULL,
    phone_index BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    country TEXT NOT NULL,
    operator TEXT NOT NULL,
    line TEXT DEFAULT 'mobile' NOT NULL,
    fields JSONB NOT NULL,
    import_id BIGINT,
    row_no BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_contacts PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ux_contacts_phone_index ON contacts (phone_index);
CREATE TABLE events (
    id BIGINT DEFAULT nextval('ids') NOT NULL,
    type TEXT NOT NULL,
    data JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    delivered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_events PRIMARY KEY (id)
);
CREATE TABLE files (
    id BIGINT DEFAULT nextval('ids') NOT NULL,
    name TEXT NOT NULL,
    stored_as TEXT NOT NULL,
    mime TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    purpose TEXT NOT NULL,
    created_by BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_files PRIMARY KEY (id)
);
CREATE TABLE import_rows (
    import_id BIGINT NOT NULL,
    row_no BIGINT NOT NULL,
    problem TEXT DEFAULT '' NOT NULL,
    phone_index BYTEA,
    sealed BYTEA NOT NULL,
    country TEXT DEFAULT '' NOT NULL,
    operator TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_import_rows PRIMARY KEY (import_id, row_no)
);
CREATE INDEX ix_import_rows_phone ON import_rows (import_id, phone_index);
CREATE TABLE imports (
    id BIGINT DEFAULT nextval('ids') NOT NULL,
    purpose TEXT NOT NULL,
    name TEXT NOT NULL,
    file_id BIGINT,
    list_id BIGINT,
    state TEXT NOT NULL,
    error TEXT NOT NULL,
    layout JSONB NOT NULL,
    mapping JSONB NOT NULL,
    consent JSONB NOT NULL,
    position JSONB NOT NULL,
    problems JSONB NOT NULL,
    bytes_n BIGINT NOT NULL,
    bytes_done BIGINT NOT NULL,
    rows_n BIGINT NOT NULL,
    created_n BIGINT NOT NULL,
    updated_n BIGINT NOT NULL,
    duplicate_n BIGINT NOT NULL,
    invalid_n BIGINT NOT NULL,
    optedout_n BIGINT NOT NULL,
    created_by BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lease_until TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_imports PRIMARY KEY (id)
);
CREATE TABLE messages (
    id BIGINT DEFAULT nextval('ids') NOT NULL,
    campaign_id BIGINT NOT NULL,
    batch_no INTEGER NOT NULL,
    state SMALLINT NOT NULL,
    attempt SMALLINT DEFAULT '0' NOT NULL,
    segments SMALLINT NOT NULL,
    country TEXT NOT NULL,
    operator TEXT NOT NULL,
    phone_index BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    unit_micro BIGINT NOT NULL,
    rule_id BIGINT NOT NULL,
    hold_id BIGINT NOT NULL,
    settle_txn UUID,
    channel_id BIGINT,
    provider_ref TEXT,
    code TEXT,
    submitted_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_messages PRIMARY KEY (id)
);
CREATE INDEX ix_messages_campaign_id_batch_no ON messages (campaign_id, batch_no);
CREATE INDEX ix_messages_phone_index ON messages (phone_index);
CREATE TABLE optouts (
    phone_index BYTEA NOT NULL,
    signature_id BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_by BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_optouts PRIMARY KEY (phone_index, signature_id)
);
CREATE INDEX ix_optouts_created_at ON optouts (created_at, phone_index, signature_id);
CREATE TABLE runs (
    campaign_id BIGSERIAL NOT NULL,
    flow TEXT DEFAULT 'filling' NOT NULL,
    kind TEXT NOT NULL,
    signature_id BIGINT NOT NULL,
    text BYTEA NOT NULL,
    queued BIGINT DEFAULT '0' NOT NULL,
    submitting BIGINT DEFAULT '0' NOT NULL,
    accepted BIGINT DEFAULT '0' NOT NULL,
    in_doubt BIGINT DEFAULT '0' NOT NULL,
    delivered BIGINT DEFAULT '0' NOT NULL,
    undelivered BIGINT DEFAULT '0' NOT NULL,
    rejected BIGINT DEFAULT '0' NOT NULL,
    expired BIGINT DEFAULT '0' NOT NULL,
    cancelled BIGINT DEFAULT '0' NOT NULL,
    opted_out BIGINT DEFAULT '0' NOT NULL,
    parts BIGINT DEFAULT '0' NOT NULL,
    held_micro BIGINT DEFAULT '0' NOT NULL,
    posted_micro BIGINT DEFAULT '0' NOT NULL,
    released_micro BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_runs PRIMARY KEY (campaign_id)
);
CREATE TABLE signatures (
    id BIGINT DEFAULT nextval('ids') NOT NULL,
    text TEXT NOT NULL,
    basis TEXT NOT NULL,
    company TEXT NOT NULL,
    registration_no TEXT NOT NULL,
    evidence JSONB NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_by BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_signatures PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ux_signatures_text ON signatures (text);
CREATE TABLE templates (
    id BIGINT DEFAULT nextval('ids') NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    current BIGINT NOT NULL,
    latest BIGINT NOT NULL,
    archived_at TIMESTAMP WITH TIME ZONE,
    created_by BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_templates PRIMARY KEY (id)
);
CREATE TABLE list_members (
    list_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    CONSTRAINT pk_list_members PRIMARY KEY (list_id, contact_id)
);
CREATE INDEX ix_list_members_contact_id ON list_members (contact_id);
CREATE TABLE template_versions (
    template_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    variables JSONB NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_by BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_template_versions PRIMARY KEY (template_id, version),
    CONSTRAINT fk_template_versions_template_id FOREIGN KEY(template_id) REFERENCES templates (id)
);

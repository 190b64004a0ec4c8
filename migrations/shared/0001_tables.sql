CREATE TABLE ledger.accounts (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    tenant_id BIGINT,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    posted BIGINT,
    held BIGINT DEFAULT '0' NOT NULL,
    floor BIGINT,
    CONSTRAINT pk_accounts PRIMARY KEY (id),
    CONSTRAINT ck_accounts_floor CHECK (floor IS NULL OR posted - held >= floor),
    CONSTRAINT ck_accounts_held CHECK (held >= 0)
);
CREATE UNIQUE INDEX ux_accounts_owner ON ledger.accounts (tenant_id, kind, currency) NULLS NOT DISTINCT;
CREATE TABLE ledger.topups (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    tenant_id BIGINT NOT NULL,
    amount_micro BIGINT NOT NULL,
    currency TEXT NOT NULL,
    stripe_account TEXT NOT NULL,
    session_id TEXT NOT NULL,
    payment_intent TEXT NOT NULL,
    state TEXT NOT NULL,
    created_by BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE,
    paid_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_topups PRIMARY KEY (id)
);
CREATE INDEX ix_topups_created ON ledger.topups (created_at) WHERE state = 'created';
CREATE INDEX ix_topups_tenant_id ON ledger.topups (tenant_id, id);
CREATE UNIQUE INDEX ux_topups_payment_intent ON ledger.topups (payment_intent) WHERE payment_intent <> '';
CREATE UNIQUE INDEX ux_topups_session_id ON ledger.topups (session_id) WHERE session_id <> '';
CREATE TABLE ledger.txns (
    id UUID NOT NULL,
    idem TEXT NOT NULL,
    payload TEXT NOT NULL,
    kind TEXT NOT NULL,
    tenant_id BIGINT NOT NULL,
    ref_type TEXT NOT NULL,
    ref_id BIGINT NOT NULL,
    actor_id BIGINT,
    note TEXT DEFAULT '' NOT NULL,
    released BIGINT DEFAULT '0' NOT NULL,
    reverses UUID,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_txns PRIMARY KEY (id),
    CONSTRAINT uq_txns_idem UNIQUE (idem)
);
CREATE INDEX ix_txns_tenant_id_at ON ledger.txns (tenant_id, at);
CREATE TABLE shared.agenda (
    tenant_id BIGINT NOT NULL,
    job TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    tries INTEGER NOT NULL,
    CONSTRAINT pk_agenda PRIMARY KEY (tenant_id, job, object_id)
);
CREATE INDEX ix_agenda_due_at ON shared.agenda (due_at);
CREATE TABLE shared.audit (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    tenant_id BIGINT,
    actor_id BIGINT,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail JSONB NOT NULL,
    ip TEXT NOT NULL,
    request_id TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (id)
);
CREATE INDEX ix_audit_tenant_id_id ON shared.audit (tenant_id, id);
CREATE TABLE shared.batches (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    tenant_id BIGINT NOT NULL,
    campaign_id BIGINT NOT NULL,
    batch_no INTEGER NOT NULL,
    country TEXT NOT NULL,
    operator TEXT NOT NULL,
    kind TEXT NOT NULL,
    lane TEXT NOT NULL,
    state TEXT DEFAULT 'ready' NOT NULL,
    total INTEGER NOT NULL,
    "left" INTEGER NOT NULL,
    tries INTEGER DEFAULT '0' NOT NULL,
    ready_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lease_until TIMESTAMP WITH TIME ZONE,
    lease UUID,
    valid_until TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_batches PRIMARY KEY (id)
);
CREATE INDEX ix_batches_leased ON shared.batches (lease_until) WHERE state = 'leased';
CREATE INDEX ix_batches_ready ON shared.batches (lane, tenant_id, ready_at) WHERE state = 'ready';
CREATE INDEX ix_batches_sent ON shared.batches (expires_at) WHERE state = 'sent';
CREATE UNIQUE INDEX ux_batches_campaign ON shared.batches (tenant_id, campaign_id, batch_no);
CREATE TABLE shared.channels (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    countries TEXT[] NOT NULL,
    operators TEXT[] NOT NULL,
    kinds TEXT[] NOT NULL,
    tenant_ids JSONB NOT NULL,
    weight BIGINT NOT NULL,
    tps BIGINT NOT NULL,
    settings JSONB NOT NULL,
    secrets BYTEA,
    tokens DOUBLE PRECISION NOT NULL,
    refilled_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_channels PRIMARY KEY (id),
    CONSTRAINT ck_channels_state CHECK (state IN ('active','draining','paused')),
    CONSTRAINT uq_channels_name UNIQUE (name)
);
CREATE TABLE shared.global_blocks (
    phone_index BYTEA NOT NULL,
    reason TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_global_blocks PRIMARY KEY (phone_index)
);
CREATE TABLE shared.identities (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    is_staff BOOLEAN NOT NULL,
    locale TEXT NOT NULL,
    verified_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_identities PRIMARY KEY (id),
    CONSTRAINT uq_identities_email UNIQUE (email)
);
CREATE TABLE shared.mails (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    tenant_id BIGINT,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    error TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_mails PRIMARY KEY (id)
);
CREATE INDEX ix_mails_queued ON shared.mails (id) WHERE state = 'queued';
CREATE TABLE shared.price_lists (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    currency TEXT NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_price_lists PRIMARY KEY (id)
);
CREATE TABLE shared.quota_windows (
    tenant_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    day_on DATE NOT NULL,
    used BIGINT NOT NULL,
    CONSTRAINT pk_quota_windows PRIMARY KEY (tenant_id, name, day_on)
);
CREATE TABLE shared.receipts (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    channel_id BIGINT NOT NULL,
    provider_ref TEXT NOT NULL,
    reference TEXT NOT NULL,
    outcome TEXT NOT NULL,
    code TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT DEFAULT 'new' NOT NULL,
    tenant_id BIGINT,
    message_id BIGINT,
    attempt SMALLINT,
    tries INTEGER DEFAULT '0' NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_receipts PRIMARY KEY (id)
);
CREATE INDEX ix_receipts_message ON shared.receipts (tenant_id, message_id);
CREATE INDEX ix_receipts_open ON shared.receipts (next_at) WHERE state IN ('new','matched');
CREATE TABLE shared.reviews (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    tenant_id BIGINT NOT NULL,
    subject TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    title TEXT NOT NULL,
    shown JSONB NOT NULL,
    skeleton TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    submitted_by BIGINT,
    submitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    locked_by BIGINT,
    locked_until TIMESTAMP WITH TIME ZONE,
    decided_by BIGINT,
    decided_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_reviews PRIMARY KEY (id)
);
CREATE INDEX ix_reviews_decided ON shared.reviews (subject, decided_at) WHERE state <> 'pending';
CREATE INDEX ix_reviews_pending ON shared.reviews (due_at) WHERE state = 'pending';
CREATE INDEX ix_reviews_skeleton ON shared.reviews (skeleton) WHERE skeleton <> '';
CREATE INDEX ix_reviews_tenant_id ON shared.reviews (tenant_id, id);
CREATE UNIQUE INDEX ux_reviews_subject ON shared.reviews (tenant_id, subject, subject_id, version) WHERE state = 'pending';
CREATE TABLE shared.stripe_events (
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    account TEXT NOT NULL,
    livemode BOOLEAN NOT NULL,
    payload JSONB NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    note TEXT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    handled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_stripe_events PRIMARY KEY (id)
);
CREATE INDEX ix_stripe_events_new ON shared.stripe_events (received_at) WHERE state = 'new';
CREATE TABLE shared.submissions (
    channel_id BIGINT NOT NULL,
    provider_ref TEXT NOT NULL,
    tenant_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    attempt SMALLINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_submissions PRIMARY KEY (channel_id, provider_ref)
);
CREATE TABLE shared.tenants (
    id BIGINT NOT NULL,
    state TEXT NOT NULL,
    name TEXT NOT NULL,
    reseller_id BIGINT,
    currency TEXT NOT NULL,
    basis TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    data_key BYTEA NOT NULL,
    limits JSONB NOT NULL,
    schema_version TEXT NOT NULL,
    schema_error TEXT NOT NULL,
    live_asked_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE,
    live_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_tenants PRIMARY KEY (id),
    CONSTRAINT ck_tenants_state CHECK (state IN ('spare','trial','live','suspended','closed')),
    CONSTRAINT ck_tenants_basis CHECK (basis IN ('delivered','submitted'))
);
CREATE INDEX ix_tenants_spare ON shared.tenants (id) WHERE state = 'spare';
CREATE TABLE shared.throttles (
    bucket TEXT NOT NULL,
    window_at TIMESTAMP WITH TIME ZONE NOT NULL,
    count BIGINT NOT NULL,
    CONSTRAINT pk_throttles PRIMARY KEY (bucket, window_at)
);
CREATE TABLE shared.turns (
    tenant_id BIGINT NOT NULL,
    lane TEXT NOT NULL,
    served_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_turns PRIMARY KEY (tenant_id, lane)
);
CREATE TABLE shared.words (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    word TEXT NOT NULL,
    level TEXT NOT NULL,
    category TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_words PRIMARY KEY (id),
    CONSTRAINT ck_words_level CHECK (level IN ('block','review','record')),
    CONSTRAINT uq_words_word UNIQUE (word)
);
CREATE TABLE ledger.entries (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    txn_id UUID NOT NULL,
    account_id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    CONSTRAINT pk_entries PRIMARY KEY (id),
    CONSTRAINT ck_entries_amount CHECK (amount <> 0),
    CONSTRAINT fk_entries_txn_id FOREIGN KEY(txn_id) REFERENCES ledger.txns (id),
    CONSTRAINT fk_entries_account_id FOREIGN KEY(account_id) REFERENCES ledger.accounts (id)
);
CREATE INDEX ix_entries_account_id_id ON ledger.entries (account_id, id);
CREATE INDEX ix_entries_txn_id ON ledger.entries (txn_id);
CREATE TABLE ledger.holds (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    idem TEXT NOT NULL,
    payload TEXT NOT NULL,
    tenant_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    remaining BIGINT NOT NULL,
    ref_type TEXT NOT NULL,
    ref_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_holds PRIMARY KEY (id),
    CONSTRAINT ck_holds_remaining CHECK (remaining >= 0 AND remaining <= amount),
    CONSTRAINT uq_holds_idem UNIQUE (idem),
    CONSTRAINT fk_holds_account_id FOREIGN KEY(account_id) REFERENCES ledger.accounts (id)
);
CREATE INDEX ix_holds_tenant_id_ref ON ledger.holds (tenant_id, ref_type, ref_id);
CREATE TABLE shared.mail_tokens (
    token_hash TEXT NOT NULL,
    identity_id BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_mail_tokens PRIMARY KEY (token_hash),
    CONSTRAINT fk_mail_tokens_identity_id FOREIGN KEY(identity_id) REFERENCES shared.identities (id)
);
CREATE TABLE shared.members (
    tenant_id BIGINT NOT NULL,
    identity_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_members PRIMARY KEY (tenant_id, identity_id),
    CONSTRAINT fk_members_tenant_id FOREIGN KEY(tenant_id) REFERENCES shared.tenants (id),
    CONSTRAINT fk_members_identity_id FOREIGN KEY(identity_id) REFERENCES shared.identities (id)
);
CREATE INDEX ix_members_identity_id ON shared.members (identity_id);
CREATE TABLE shared.price_rules (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    list_id BIGINT NOT NULL,
    country TEXT NOT NULL,
    operator TEXT NOT NULL,
    kind TEXT NOT NULL,
    unit_micro BIGINT NOT NULL,
    CONSTRAINT pk_price_rules PRIMARY KEY (id),
    CONSTRAINT fk_price_rules_list_id FOREIGN KEY(list_id) REFERENCES shared.price_lists (id)
);
CREATE INDEX ix_price_rules_list_id ON shared.price_rules (list_id);
CREATE TABLE shared.sessions (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    token_hash TEXT NOT NULL,
    identity_id BIGINT NOT NULL,
    tenant_id BIGINT,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT uq_sessions_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_sessions_identity_id FOREIGN KEY(identity_id) REFERENCES shared.identities (id)
);
CREATE INDEX ix_sessions_identity_id ON shared.sessions (identity_id);

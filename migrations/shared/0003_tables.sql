ALTER TABLE shared.channels
    ADD COLUMN products TEXT[] DEFAULT '{sms}' NOT NULL,
    ADD COLUMN breaker TEXT DEFAULT 'closed' NOT NULL,
    ADD COLUMN breaker_reason TEXT DEFAULT '' NOT NULL,
    ADD COLUMN breaker_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN breaker_until TIMESTAMP WITH TIME ZONE,
    ADD COLUMN failures INTEGER DEFAULT 0 NOT NULL,
    ADD COLUMN openings INTEGER DEFAULT 0 NOT NULL,
    ADD CONSTRAINT ck_channels_breaker CHECK (breaker IN ('closed','open','probing'));
CREATE TABLE shared.ported (
    phone_index BYTEA NOT NULL,
    operator TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_ported PRIMARY KEY (phone_index)
);
CREATE TABLE shared.routes (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    country TEXT NOT NULL,
    operator TEXT NOT NULL,
    kind TEXT NOT NULL,
    product TEXT NOT NULL,
    tenant_id BIGINT,
    reseller_id BIGINT,
    ways JSONB NOT NULL,
    note TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_routes PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ux_routes_match ON shared.routes (country, operator, kind, product, tenant_id, reseller_id) NULLS NOT DISTINCT;
CREATE TABLE shared.health (
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    tenant_id BIGINT NOT NULL,
    channel_id BIGINT NOT NULL,
    country TEXT NOT NULL,
    operator TEXT NOT NULL,
    wait SMALLINT NOT NULL,
    accepted INTEGER NOT NULL,
    throttled INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    doubted INTEGER NOT NULL,
    slow INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    undelivered INTEGER NOT NULL,
    CONSTRAINT pk_health PRIMARY KEY (at, tenant_id, channel_id, country, operator, wait)
);
CREATE TABLE shared.points (
    channel_id BIGINT NOT NULL,
    country TEXT NOT NULL,
    operator TEXT NOT NULL,
    points SMALLINT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    dropped_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_points PRIMARY KEY (channel_id, country, operator)
);
CREATE TABLE shared.point_changes (
    id BIGINT DEFAULT nextval('shared.ids') NOT NULL,
    channel_id BIGINT NOT NULL,
    country TEXT NOT NULL,
    operator TEXT NOT NULL,
    before SMALLINT,
    after SMALLINT,
    reason TEXT NOT NULL,
    detail JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_point_changes PRIMARY KEY (id)
);
CREATE INDEX ix_point_changes_channel_id_at ON shared.point_changes (channel_id, at);

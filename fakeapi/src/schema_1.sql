-- Version 1, as it was made first: what later versions change stands in schema_<version>.sql. Words in
-- braces are the engine's (db.h).
CREATE TABLE accounts (
    id {id},
    apikey TEXT NOT NULL UNIQUE,
    secretkey TEXT NOT NULL,
    name TEXT NOT NULL,
    "user" TEXT NOT NULL,
    password_md5 TEXT NOT NULL,
    password_sha256 TEXT NOT NULL,
    reseller_id BIGINT NOT NULL
);

CREATE TABLE tokens (
    token TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts ON DELETE CASCADE,
    expires_at_ms BIGINT NOT NULL
) {clustered};
CREATE INDEX tokens_expiry ON tokens (expires_at_ms);

CREATE TABLE monitors (
    id {id},
    account_id BIGINT NOT NULL REFERENCES accounts ON DELETE CASCADE,
    agent_id BIGINT NOT NULL,
    is_multi_value BIGINT NOT NULL,
    name TEXT NOT NULL,
    tag TEXT NOT NULL,
    type TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    gui_style TEXT NOT NULL
);
CREATE INDEX monitors_account ON monitors (account_id, name);

CREATE TABLE params (
    id {id},
    monitor_id BIGINT NOT NULL REFERENCES monitors ON DELETE CASCADE,
    kind BIGINT NOT NULL,
    data_type BIGINT NOT NULL,
    is_hidden BIGINT NOT NULL,
    has_fixed_values BIGINT NOT NULL,
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    uom TEXT NOT NULL,
    value TEXT NOT NULL,
    groups TEXT NOT NULL,
    aggregate TEXT NOT NULL,
    UNIQUE (monitor_id, kind, name)
);

-- One row of results: the values are one JSON object, name to text.
CREATE TABLE results (
    id {id},
    monitor_id BIGINT NOT NULL REFERENCES monitors ON DELETE CASCADE,
    checktime_ms BIGINT NOT NULL,
    number BIGINT NOT NULL,
    data {json} NOT NULL,
    UNIQUE (monitor_id, checktime_ms, number)
);

CREATE TABLE additional (
    id {id},
    monitor_id BIGINT NOT NULL REFERENCES monitors ON DELETE CASCADE,
    checktime_ms BIGINT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX additional_time ON additional (monitor_id, checktime_ms);

-- Agents, jobs, pages, contacts and the like; data is one JSON object.
CREATE TABLE objects (
    id {id},
    account_id BIGINT NOT NULL REFERENCES accounts ON DELETE CASCADE,
    parent_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX objects_kind ON objects (account_id, kind, parent_id);

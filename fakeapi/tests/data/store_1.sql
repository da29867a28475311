-- A store as version 1 of the schema made it, with something in it; test_store.c brings it forward.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    apikey TEXT NOT NULL UNIQUE,
    secretkey TEXT NOT NULL,
    name TEXT NOT NULL,
    user TEXT NOT NULL,
    password_md5 TEXT NOT NULL,
    password_sha256 TEXT NOT NULL,
    reseller_id INTEGER NOT NULL
);

CREATE TABLE tokens (
    token TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    expires_at_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tokens_expiry ON tokens (expires_at_ms);

CREATE TABLE monitors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    agent_id INTEGER NOT NULL,
    is_multi_value INTEGER NOT NULL,
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
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    monitor_id INTEGER NOT NULL REFERENCES monitors ON DELETE CASCADE,
    kind INTEGER NOT NULL,
    data_type INTEGER NOT NULL,
    is_hidden INTEGER NOT NULL,
    has_fixed_values INTEGER NOT NULL,
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
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    monitor_id INTEGER NOT NULL REFERENCES monitors ON DELETE CASCADE,
    checktime_ms INTEGER NOT NULL,
    number INTEGER NOT NULL,
    data TEXT NOT NULL,
    UNIQUE (monitor_id, checktime_ms, number)
);

CREATE TABLE additional (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    monitor_id INTEGER NOT NULL REFERENCES monitors ON DELETE CASCADE,
    checktime_ms INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX additional_time ON additional (monitor_id, checktime_ms);

-- Agents, jobs, pages, contacts and the like; data is one JSON object.
CREATE TABLE objects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    parent_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX objects_kind ON objects (account_id, kind, parent_id);

PRAGMA user_version = 1;

INSERT INTO accounts (apikey, secretkey, name, user, password_md5, password_sha256, reseller_id)
VALUES ('OLD', 'S1', 'old', '', '', '', 0);
INSERT INTO monitors (account_id, agent_id, is_multi_value, name, tag, type, agent_name, plugin_id,
                      order_id, gui_style)
VALUES (1, 0, 0, 'm', 't', 'custom', '', '', '', '');
INSERT INTO results (monitor_id, checktime_ms, number, data) VALUES (1, 5, 0, '{"a":"kept"}');

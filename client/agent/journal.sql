-- Schema 1 of the agent's journal. States: 0 waiting, 1 done, 2 set aside.
CREATE TABLE events (
    id         TEXT PRIMARY KEY,
    record     TEXT NOT NULL,
    monitor    TEXT NOT NULL,
    checktime  INTEGER NOT NULL,
    state      INTEGER NOT NULL DEFAULT 0,
    attempts   INTEGER NOT NULL DEFAULT 0,
    next_at    INTEGER NOT NULL DEFAULT 0,
    done_at    INTEGER,
    last_error TEXT,
    UNIQUE (monitor, checktime)
) WITHOUT ROWID;
CREATE INDEX events_waiting ON events (next_at, checktime) WHERE state = 0;
CREATE INDEX events_done ON events (done_at) WHERE state = 1;

-- Links whose target was no record.
CREATE TABLE bad_records (
    name   TEXT PRIMARY KEY,
    record BLOB NOT NULL,
    reason TEXT NOT NULL,
    at     INTEGER NOT NULL
);

PRAGMA user_version = 1;

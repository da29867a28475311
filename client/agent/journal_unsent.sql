-- Schema 3: events that are not sent but counted or left out, and what an event belongs to.
-- Kinds: 0 what the record says, 1 the first of several failures, 2 the first of dropped events.
ALTER TABLE events ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
ALTER TABLE events ADD COLUMN login TEXT; -- id of the login whose session it happened in
CREATE INDEX events_newest ON events (checktime) WHERE state = 0;
CREATE INDEX events_counting ON events (kind) WHERE state = 0 AND kind > 0;

-- Remembered so that a record that is found again is not taken for a new one.
CREATE TABLE unsent (
    id         TEXT PRIMARY KEY,
    record     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    counted_in TEXT, -- id of the event that counts it
    at         INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX unsent_by_time ON unsent (at);

-- Which login an audit session began with.
CREATE TABLE sessions (
    session INTEGER PRIMARY KEY,
    id      TEXT NOT NULL,
    at      INTEGER NOT NULL
);

-- Failures of one source since the time `began`.
CREATE TABLE bursts (
    source   TEXT PRIMARY KEY,
    began    INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    id       TEXT -- of the event that counts the further ones
) WITHOUT ROWID;

PRAGMA user_version = 3;

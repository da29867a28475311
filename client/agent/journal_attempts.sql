-- Schema 2: what became of each attempt to deliver an event, for `paidmonitor trace`. Triggers write
-- it, so that no change of an event can forget to; of an event only the newest attempts are kept.
CREATE TABLE attempts (
    event  TEXT NOT NULL,
    at     INTEGER NOT NULL, -- ms since the epoch
    state  INTEGER NOT NULL, -- of the event, afterwards
    reason TEXT              -- why it failed; NULL: it did not
);
CREATE INDEX attempts_of_event ON attempts (event);

CREATE TRIGGER attempt_made AFTER UPDATE OF attempts, state ON events
WHEN new.attempts > old.attempts OR new.state <> old.state
BEGIN
    INSERT INTO attempts (event, at, state, reason)
    VALUES (new.id, CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER), new.state, new.last_error);
    DELETE FROM attempts WHERE new.attempts > 20 AND event = new.id AND rowid NOT IN
        (SELECT rowid FROM attempts WHERE event = new.id ORDER BY rowid DESC LIMIT 20);
END;

CREATE TRIGGER attempts_forgotten AFTER DELETE ON events
BEGIN
    DELETE FROM attempts WHERE event = old.id;
END;

PRAGMA user_version = 2;

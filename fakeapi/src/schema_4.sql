-- From version 3 to version 4: the journal, for servers that keep it.
CREATE TABLE journal (
    id {id},
    account_id BIGINT NOT NULL,
    time_ms BIGINT NOT NULL,
    status BIGINT NOT NULL,
    monitor_id BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    action TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX journal_account ON journal (account_id, id);

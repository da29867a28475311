-- From version 2 to version 3: the requests that were seen, where servers share a store.
CREATE {unlogged} TABLE replays (
    account_id BIGINT NOT NULL,
    checksum TEXT NOT NULL,
    seen_at_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, checksum)
) {clustered};
CREATE INDEX replays_age ON replays (seen_at_ms);

-- From version 1 to version 2: accounts may end. 0: never.
ALTER TABLE accounts ADD COLUMN expires_at_ms BIGINT NOT NULL DEFAULT 0;

-- From version 4 to version 5: how often monitors and what they declare were changed, so that servers
-- that share a store know when what they remember is old.
CREATE TABLE marks (
    name TEXT PRIMARY KEY,
    number BIGINT NOT NULL
) {clustered};
INSERT INTO marks (name, number) VALUES ('definitions', 0);

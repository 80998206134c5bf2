-- Phrases that experts keep beside the ready ones.
CREATE TABLE phrase (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    saved_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX phrase_name ON phrase (account_id, name);

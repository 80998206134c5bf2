-- Files fetched from the platform lie in a folder under the hash of their bytes; here is which is which, and when it was
-- last wanted, so that what was wanted longest ago goes when room is needed.
CREATE TABLE fetched_file (
    id BLOB NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    used_at INTEGER NOT NULL
) STRICT;
CREATE INDEX fetched_file_by_hash ON fetched_file (hash);

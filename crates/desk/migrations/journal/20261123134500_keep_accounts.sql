-- The accounts saved on this computer, to switch between; never a token.
CREATE TABLE saved_account (
    account_id BLOB NOT NULL PRIMARY KEY,
    platform_url TEXT NOT NULL,
    email TEXT NOT NULL,
    me TEXT NOT NULL,
    clock_offset_ms INTEGER NOT NULL,
    used_at INTEGER NOT NULL
) STRICT;

-- Whether a newcomer's first steps are shown; NULL until it was first asked.
ALTER TABLE account ADD COLUMN is_guide_open INTEGER;

-- How much of a limit is used up, as the moment at which all of it would be free again.
CREATE TABLE rate_limit (
    subject TEXT PRIMARY KEY,
    free_at INTEGER NOT NULL
) STRICT;
CREATE INDEX rate_limit_by_free_at ON rate_limit (free_at);

-- What a session is named by where it may be seen; its token opens, and is kept as a hash alone.
ALTER TABLE session ADD COLUMN id TEXT;
UPDATE session SET id = lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(6)));
CREATE UNIQUE INDEX session_by_id ON session (id);
CREATE INDEX session_by_account ON session (account_id);
CREATE INDEX session_by_expiry ON session (expires_at);

CREATE TABLE password_reset (
    token_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX password_reset_by_account ON password_reset (account_id);

-- confirmed_at is null until a code of it was shown to work; last_step is the last time step whose code was used.
CREATE TABLE totp (
    account_id TEXT PRIMARY KEY REFERENCES account (id),
    secret TEXT NOT NULL,
    confirmed_at INTEGER,
    last_step INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery_code (
    account_id TEXT NOT NULL REFERENCES account (id),
    code_hash TEXT NOT NULL,
    PRIMARY KEY (account_id, code_hash)
) STRICT;

ALTER TABLE account ADD COLUMN disabled_at INTEGER;

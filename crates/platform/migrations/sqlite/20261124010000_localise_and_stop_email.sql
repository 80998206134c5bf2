ALTER TABLE account ADD COLUMN language TEXT NOT NULL DEFAULT 'en';

-- What an email belongs to, so that mail programs show it as one conversation; and where it is stopped by one click.
ALTER TABLE email ADD COLUMN thread TEXT;
ALTER TABLE email ADD COLUMN stop_url TEXT;

-- The kinds of optional email that somebody wants no more.
CREATE TABLE mail_stop (
    account_id TEXT NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL,
    stopped_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, kind)
) STRICT;

CREATE TABLE mail_stop_link (
    token_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL
) STRICT;
CREATE INDEX mail_stop_link_by_account ON mail_stop_link (account_id);

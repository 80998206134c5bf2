-- An emailed link lets one browser in; what lets that browser in again is kept apart, as a hash as well.
ALTER TABLE link ADD COLUMN used_at BIGINT;

CREATE TABLE link_session (
    token_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    question_id TEXT NOT NULL,
    offer_id TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX link_session_by_account ON link_session (account_id);
CREATE INDEX link_session_by_expiry ON link_session (expires_at);

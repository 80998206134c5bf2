-- All that exists only here. Written with synchronous=FULL.
CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Who is signed in; never the token.
CREATE TABLE session (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    state TEXT NOT NULL,
    platform_url TEXT NOT NULL,
    email TEXT NOT NULL,
    account_id BLOB,
    me TEXT,
    clock_offset_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
    account_id BLOB NOT NULL PRIMARY KEY,
    first_signed_in_at INTEGER NOT NULL
) STRICT;

CREATE TABLE draft (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    body TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    UNIQUE (account_id, kind, subject_id)
) STRICT;

-- Files of drafts and, once command_id is set, of outbox entries. Their bytes lie in the drafts folder under their id.
CREATE TABLE draft_file (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    command_id BLOB,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    is_uploaded INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX draft_file_of_draft ON draft_file (account_id, kind, subject_id);
CREATE INDEX draft_file_of_command ON draft_file (command_id);

CREATE TABLE outbox (
    position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    command_id BLOB NOT NULL UNIQUE,
    account_id BLOB NOT NULL,
    lane_id BLOB NOT NULL,
    question_id BLOB,
    offer_id BLOB,
    path TEXT NOT NULL,
    body TEXT NOT NULL,
    content TEXT NOT NULL,
    queued_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    error TEXT
) STRICT;
CREATE INDEX outbox_of_account ON outbox (account_id, position);

CREATE TABLE notice (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL,
    offer_id BLOB,
    question_id BLOB,
    read_at INTEGER,
    raised_at INTEGER,
    raise_error TEXT,
    digest_id BLOB,
    PRIMARY KEY (account_id, id)
) STRICT;
CREATE INDEX notice_newest ON notice (account_id, at);
CREATE INDEX notice_to_raise ON notice (account_id) WHERE raised_at IS NULL;

CREATE TABLE offer_template (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL,
    name TEXT NOT NULL,
    fields TEXT NOT NULL,
    saved_at INTEGER NOT NULL
) STRICT;

CREATE TABLE read_mark (
    account_id BLOB NOT NULL,
    subject_id BLOB NOT NULL,
    read_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, subject_id)
) STRICT;

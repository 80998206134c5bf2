CREATE TABLE account (
    id TEXT PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('customer', 'expert', 'moderator')),
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE account_category (
    account_id TEXT NOT NULL REFERENCES account (id),
    category_id TEXT NOT NULL,
    PRIMARY KEY (account_id, category_id)
) STRICT;
CREATE INDEX account_category_by_category ON account_category (category_id);

CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    device TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- What streams carry, whole, as the wire has it; beside it what queries ask for.
CREATE TABLE document (
    entity TEXT NOT NULL,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    question_id TEXT,
    category_id TEXT,
    customer_id TEXT,
    expert_id TEXT,
    state TEXT,
    sort_at INTEGER NOT NULL,
    due_at INTEGER,
    PRIMARY KEY (entity, id)
) STRICT;
CREATE INDEX document_by_question ON document (question_id, entity, sort_at);
CREATE INDEX document_by_customer ON document (customer_id, entity, sort_at);
CREATE INDEX document_by_expert ON document (expert_id, entity, sort_at);
CREATE INDEX document_by_category ON document (category_id, entity, sort_at);
CREATE INDEX document_by_due ON document (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE offer_event (
    id TEXT PRIMARY KEY,
    offer_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX offer_event_by_offer ON offer_event (offer_id, at);

CREATE TABLE stream (
    id TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE stream_change (
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    entity TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    is_gone INTEGER NOT NULL,
    is_latest INTEGER NOT NULL,
    PRIMARY KEY (stream, seq)
) STRICT;
CREATE INDEX stream_change_latest ON stream_change (stream, seq) WHERE is_latest = 1;
CREATE UNIQUE INDEX stream_change_entity ON stream_change (stream, entity, entity_id) WHERE is_latest = 1;

CREATE TABLE command (
    account_id TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    response TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) STRICT;

CREATE TABLE attachment (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    question_id TEXT,
    offer_id TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE email (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    recipient_name TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    offer_id TEXT,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    sent_at INTEGER
) STRICT;
CREATE INDEX email_pending ON email (next_at) WHERE state = 'pending';

CREATE TABLE link (
    token_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    question_id TEXT NOT NULL,
    offer_id TEXT,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO counter (name, value) VALUES ('question', 48000), ('offer', 2000);

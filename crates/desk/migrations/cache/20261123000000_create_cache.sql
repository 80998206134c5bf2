-- All that can be built anew from the platform. Documents are kept as the text that came, beside the columns that views ask by.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE question (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    number INTEGER NOT NULL,
    category_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    customer_name TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    lock_holder_id BLOB,
    lock_holder_name TEXT,
    lock_expires_at INTEGER,
    answered_by_me INTEGER NOT NULL,
    is_rated INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    last_activity_at INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;
-- Covers the queue's groups, counts and order without touching the documents.
CREATE INDEX question_queue ON question (last_activity_at, lock_holder_id, lock_expires_at, answered_by_me, state, id);
CREATE INDEX question_of_customer ON question (customer_id);
CREATE INDEX question_mine ON question (answered_by_me) WHERE answered_by_me = 1;

CREATE TABLE message (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    question_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    author_id BLOB NOT NULL,
    sent_at INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;
CREATE INDEX message_of_question ON message (question_id, sent_at, kind, author_id);

CREATE TABLE offer (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    question_id BLOB NOT NULL,
    expert_id BLOB NOT NULL,
    state TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;
CREATE INDEX offer_of_question ON offer (question_id, sent_at);

-- The few that are read whole: the account, the limits, categories, support requests.
CREATE TABLE document (
    entity TEXT NOT NULL,
    id BLOB NOT NULL,
    revision INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (entity, id)
) STRICT;

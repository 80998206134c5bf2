-- Full-text search. A document's place is its row in the index: the millisecond it was made in and then bits that tell
-- documents of one moment apart, so that a walk down the index is a walk from new to old. NULL until it is indexed.
-- The texts stay in the documents; the index holds words only.
CREATE VIRTUAL TABLE search USING fts5 (
    text, content = '', contentless_delete = 1, prefix = '3', tokenize = 'unicode61 remove_diacritics 2'
);

-- What was indexed of a question or offer is compared by its hash: most of their changes leave the texts as they are.
ALTER TABLE question ADD COLUMN text_hash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE question ADD COLUMN indexed_hash INTEGER;
ALTER TABLE question ADD COLUMN place INTEGER;
CREATE UNIQUE INDEX question_at_place ON question (place) WHERE place IS NOT NULL;
CREATE INDEX question_to_index ON question (asked_at) WHERE indexed_hash IS NOT text_hash;

ALTER TABLE offer ADD COLUMN text_hash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE offer ADD COLUMN indexed_hash INTEGER;
ALTER TABLE offer ADD COLUMN place INTEGER;
CREATE UNIQUE INDEX offer_at_place ON offer (place) WHERE place IS NOT NULL;
CREATE INDEX offer_to_index ON offer (sent_at) WHERE indexed_hash IS NOT text_hash;

-- A message never changes once it was sent.
ALTER TABLE message ADD COLUMN place INTEGER;
CREATE UNIQUE INDEX message_at_place ON message (place) WHERE place IS NOT NULL;
CREATE INDEX message_to_index ON message (place) WHERE place IS NULL;

-- The customers of the known questions, by name.
CREATE TABLE customer (
    place INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE customer_search USING fts5 (
    name, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);

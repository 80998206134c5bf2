-- The Request Centre by key and index: what narrows, sorts and sums offers is in columns, and one index holds it all.
-- The columns of rows that are here already are filled from their documents when the file is opened.
ALTER TABLE offer ADD COLUMN kind TEXT;
ALTER TABLE offer ADD COLUMN category_id BLOB;
ALTER TABLE offer ADD COLUMN currency TEXT;
ALTER TABLE offer ADD COLUMN amount_minor INTEGER;
ALTER TABLE offer ADD COLUMN first_sent_at INTEGER;
-- What the list is searched by, in small letters; NULL until the row is filled.
ALTER TABLE offer ADD COLUMN words TEXT;
CREATE INDEX offer_of_expert ON offer (
    expert_id, state, sent_at, id, kind, category_id, currency, amount_minor, first_sent_at, words
);
CREATE INDEX offer_to_fill ON offer (id) WHERE words IS NULL;

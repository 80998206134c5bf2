-- Own templates stand in the order that the expert gives them; those there already keep theirs, by name.
ALTER TABLE offer_template ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
UPDATE offer_template SET position = (
    SELECT count(*) FROM offer_template other
     WHERE other.account_id = offer_template.account_id
       AND (other.name, other.id) < (offer_template.name, offer_template.id)
);

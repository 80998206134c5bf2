-- The template that an offer was made from: the expert's own matter, which the platform does not know. The name is kept
-- as it was, for when the template is gone.
CREATE TABLE offer_made_from (
    account_id BLOB NOT NULL,
    offer_id BLOB NOT NULL,
    template_id TEXT NOT NULL,
    template_name TEXT NOT NULL,
    PRIMARY KEY (account_id, offer_id)
) STRICT;

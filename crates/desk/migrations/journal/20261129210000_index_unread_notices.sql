-- Which offers have unread notices is asked for every list, and notices are kept.
CREATE INDEX notice_unread ON notice (account_id, offer_id) WHERE read_at IS NULL;

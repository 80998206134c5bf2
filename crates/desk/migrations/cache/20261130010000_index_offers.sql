-- An expert's offers, newest first, for the insights; and those that were accepted, for the hint at
-- a price.
CREATE INDEX offer_newest ON offer (expert_id, sent_at, id);
CREATE INDEX offer_accepted ON offer (expert_id) WHERE state IN ('accepted', 'in_progress', 'delivered', 'completed');

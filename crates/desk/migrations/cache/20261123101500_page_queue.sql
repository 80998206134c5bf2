-- The queue by key and index: what a row and its group say is in columns, and each group has an index to walk.
ALTER TABLE question ADD COLUMN last_kind TEXT;
ALTER TABLE question ADD COLUMN last_reply_at INTEGER;
UPDATE question SET
    last_kind = (SELECT m.kind FROM message m WHERE m.question_id = question.id ORDER BY m.sent_at DESC LIMIT 1),
    last_reply_at = (SELECT max(m.sent_at) FROM message m WHERE m.question_id = question.id AND m.kind = 'reply');

DROP INDEX question_queue;
DROP INDEX question_mine;
CREATE INDEX question_by_activity ON question (
    last_activity_at, lock_holder_id, lock_expires_at, answered_by_me, state
);
CREATE INDEX question_held ON question (lock_holder_id, lock_expires_at) WHERE lock_holder_id IS NOT NULL;
CREATE INDEX question_answered ON question (
    last_activity_at, lock_holder_id, lock_expires_at, state, last_kind, id
) WHERE answered_by_me = 1;
CREATE INDEX question_open ON question (last_activity_at, lock_expires_at, answered_by_me) WHERE state = 'open';
CREATE INDEX offer_waiting ON offer (expert_id, question_id) WHERE state IN ('sent', 'held');

-- When a notice was held back by quiet hours or a pause: what was held is told in one digest afterwards.
ALTER TABLE notice ADD COLUMN held_at INTEGER;

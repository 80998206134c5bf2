-- Who decided what, when, about what. Rows are written with what they tell of and never change, except that a reason,
-- which people write, can be erased with the person.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL CHECK (actor IN ('customer', 'expert', 'moderator', 'operator', 'clock')),
    actor_id TEXT,
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    object_id TEXT NOT NULL,
    reason TEXT
) STRICT;
CREATE INDEX audit_by_object ON audit (object_id, at);
CREATE INDEX audit_by_actor ON audit (actor_id, at);
CREATE INDEX audit_by_at ON audit (at);

CREATE TRIGGER audit_never_changes BEFORE UPDATE OF id, at, actor, actor_id, action, entity, object_id ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
CREATE TRIGGER audit_reason_is_only_erased BEFORE UPDATE OF reason ON audit WHEN NEW.reason IS NOT '(erased)'
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;

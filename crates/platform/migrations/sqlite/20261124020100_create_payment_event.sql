-- Events that a payment processor has told of, so that one told again does nothing.
CREATE TABLE payment_event (
    id TEXT PRIMARY KEY,
    forget_at INTEGER NOT NULL
) STRICT;
CREATE INDEX payment_event_by_forget_at ON payment_event (forget_at);

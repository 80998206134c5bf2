-- Where the payment for one version of an offer stands. wanted_step is what a processor outside is still to be asked
-- for, from due_at on.
CREATE TABLE payment (
    offer_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('on_account', 'stripe')),
    customer_id TEXT NOT NULL,
    expert_id TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    share_basis_points INTEGER NOT NULL CHECK (share_basis_points BETWEEN 0 AND 10000),
    state TEXT NOT NULL CHECK (state IN ('pending', 'authorised', 'captured', 'voided', 'refunded', 'failed')),
    is_accepted INTEGER NOT NULL CHECK (is_accepted IN (0, 1)),
    attempt INTEGER NOT NULL,
    wanted_step TEXT CHECK (wanted_step IN ('authorise', 'capture', 'void', 'refund')),
    due_at INTEGER,
    tries INTEGER NOT NULL,
    -- Of a processor: the payment's id there, where the customer authorises it, and how they accept then.
    external_id TEXT,
    checkout_id TEXT,
    checkout_url TEXT,
    accept_key TEXT,
    call_slot INTEGER,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (offer_id, version)
) STRICT;
CREATE INDEX payment_by_due ON payment (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX payment_by_external ON payment (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX payment_by_checkout ON payment (checkout_id) WHERE checkout_id IS NOT NULL;

-- Double entry: every row takes one amount from one account to another, so any set of whole rows balances to zero.
CREATE TABLE ledger_entry (
    offer_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('authorise', 'capture', 'void', 'refund')),
    line INTEGER NOT NULL,
    debit_account TEXT NOT NULL,
    credit_account TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (offer_id, version, step, line),
    CHECK (debit_account <> credit_account)
) STRICT;
CREATE INDEX ledger_entry_by_debit ON ledger_entry (debit_account, at);
CREATE INDEX ledger_entry_by_credit ON ledger_entry (credit_account, at);

CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger_entry
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER ledger_is_never_deleted BEFORE DELETE ON ledger_entry
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;

-- The ledger begins with what is under way; what had ended before is not in it.
INSERT INTO payment (offer_id, version, revision, method, customer_id, expert_id, amount_minor, currency,
    share_basis_points, state, is_accepted, attempt, tries, created_at, changed_at)
SELECT id, json_extract(body, '$.offer.version'), 1, 'on_account', customer_id, expert_id,
    json_extract(body, '$.offer.terms.price.amount_minor'), json_extract(body, '$.offer.terms.price.currency'),
    COALESCE((SELECT MIN(json_extract(l.body, '$.limits.platform_share_basis_points'), 10000)
        FROM document l WHERE l.entity = 'limits' LIMIT 1), 2000),
    'authorised', 1, 1, 0, sort_at, sort_at
FROM document
WHERE entity = 'offer' AND state IN ('accepted', 'in_progress', 'delivered');

INSERT INTO ledger_entry (offer_id, version, step, line, debit_account, credit_account, amount_minor, currency, at)
SELECT offer_id, version, 'authorise', 1, 'customer/' || customer_id, 'held/' || customer_id, amount_minor, currency,
    created_at
FROM payment;

-- Where the payment for one version of an offer stands. wanted_step is what a processor outside is still to be asked
-- for, from due_at on.
CREATE TABLE payment (
    offer_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('on_account', 'stripe')),
    customer_id TEXT NOT NULL,
    expert_id TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    share_basis_points BIGINT NOT NULL CHECK (share_basis_points BETWEEN 0 AND 10000),
    state TEXT NOT NULL CHECK (state IN ('pending', 'authorised', 'captured', 'voided', 'refunded', 'failed')),
    is_accepted BIGINT NOT NULL CHECK (is_accepted IN (0, 1)),
    attempt BIGINT NOT NULL,
    wanted_step TEXT CHECK (wanted_step IN ('authorise', 'capture', 'void', 'refund')),
    due_at BIGINT,
    tries BIGINT NOT NULL,
    -- Of a processor: the payment's id there, where the customer authorises it, and how they accept then.
    external_id TEXT,
    checkout_id TEXT,
    checkout_url TEXT,
    accept_key TEXT,
    call_slot BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (offer_id, version)
);
CREATE INDEX payment_by_due ON payment (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX payment_by_external ON payment (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX payment_by_checkout ON payment (checkout_id) WHERE checkout_id IS NOT NULL;

-- Double entry: every row takes one amount from one account to another, so any set of whole rows balances to zero.
CREATE TABLE ledger_entry (
    offer_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('authorise', 'capture', 'void', 'refund')),
    line BIGINT NOT NULL,
    debit_account TEXT NOT NULL,
    credit_account TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (offer_id, version, step, line),
    CHECK (debit_account <> credit_account)
);
CREATE INDEX ledger_entry_by_debit ON ledger_entry (debit_account, at);
CREATE INDEX ledger_entry_by_credit ON ledger_entry (credit_account, at);

CREATE FUNCTION refuse_to_change_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only';
END
$$;
CREATE TRIGGER ledger_never_changes
    BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_ledger();
CREATE TRIGGER ledger_is_never_emptied
    BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_ledger();

-- The ledger begins with what is under way; what had ended before is not in it.
INSERT INTO payment (offer_id, version, revision, method, customer_id, expert_id, amount_minor, currency,
    share_basis_points, state, is_accepted, attempt, tries, created_at, changed_at)
SELECT id, (body::jsonb #>> '{offer,version}')::bigint, 1, 'on_account', customer_id, expert_id,
    (body::jsonb #>> '{offer,terms,price,amount_minor}')::bigint, body::jsonb #>> '{offer,terms,price,currency}',
    COALESCE((SELECT LEAST((l.body::jsonb #>> '{limits,platform_share_basis_points}')::bigint, 10000)
        FROM document l WHERE l.entity = 'limits' LIMIT 1), 2000),
    'authorised', 1, 1, 0, sort_at, sort_at
FROM document
WHERE entity = 'offer' AND state IN ('accepted', 'in_progress', 'delivered');

INSERT INTO ledger_entry (offer_id, version, step, line, debit_account, credit_account, amount_minor, currency, at)
SELECT offer_id, version, 'authorise', 1, 'customer/' || customer_id, 'held/' || customer_id, amount_minor, currency,
    created_at
FROM payment;

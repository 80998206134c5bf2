//! The deliberately broken variants, each of which the invariants must catch.

/// A variant.
pub(crate) struct Variant {
    /// Its name in the code.
    pub(crate) name: &'static str,
    /// What is wrong with it.
    pub(crate) what: &'static str,
    /// A seed that catches it: where looking for one begins. Any change of the program may make it another.
    pub(crate) seed: u64,
}

const fn variant(name: &'static str, what: &'static str, seed: u64) -> Variant {
    Variant { name, what, seed }
}

/// All of them.
pub(crate) const VARIANTS: [Variant; 21] = [
    variant("no_idempotency_key", "every try of a command has a new key", 0),
    variant(
        "key_made_at_each_start",
        "the key of a command is made anew at each start of the desk",
        2,
    ),
    variant(
        "timeout_taken_for_failure",
        "a request without an answer counts as refused",
        19,
    ),
    variant("lanes_without_order", "commands on one question go out side by side", 0),
    variant(
        "acknowledged_before_written",
        "the expert is told before the outbox is written",
        57,
    ),
    variant(
        "entry_dropped_before_sent",
        "an entry leaves the outbox before it is sent",
        1,
    ),
    variant(
        "outbox_lost_with_bad_cache",
        "the outbox lies in the file that is thrown away with a bad cache",
        40,
    ),
    variant("cursor_before_notice", "the cursor is saved before the notice", 5),
    variant(
        "cursor_outside_transaction",
        "the cursor is written outside the transaction of its documents",
        19,
    ),
    variant(
        "failed_page_skipped",
        "a page that could not be taken in is skipped",
        31,
    ),
    variant(
        "notice_marked_before_raised",
        "a notice is marked before it is raised",
        104,
    ),
    variant(
        "notice_without_stable_key",
        "a notice has a new key each time it is made",
        3,
    ),
    variant("notice_never_marked", "a raised notice is not marked", 1),
    variant(
        "check_then_act_on_accept",
        "whether an offer may be accepted is looked up before the transaction",
        5,
    ),
    variant(
        "stream_number_from_a_sequence",
        "numbers of streams come from a sequence beside the transaction",
        136,
    ),
    variant(
        "changes_after_commit",
        "changes are written after the commit of what changed",
        0,
    ),
    variant("response_not_kept", "a command's response is not kept under its key", 0),
    variant(
        "response_kept_after_commit",
        "the response is kept after the commit of its command",
        0,
    ),
    variant("email_before_commit", "email goes out before the commit", 1),
    variant("email_marked_before_sent", "email is marked as sent before it is", 8),
    variant(
        "lock_trusted_to_the_clients_clock",
        "the platform goes by the client's clock",
        1,
    ),
];

/// The name of a variant that there is.
pub(crate) fn known(name: &str) -> Option<&'static str> {
    VARIANTS.iter().map(|variant| variant.name).find(|known| *known == name)
}

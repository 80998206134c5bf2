//! The deliberately broken variants, each of which the invariants must catch.

/// A variant's name and what is wrong with it.
pub(crate) const VARIANTS: [(&str, &str); 21] = [
    ("no_idempotency_key", "every try of a command has a new key"),
    (
        "key_made_at_each_start",
        "the key of a command is made anew at each start of the desk",
    ),
    (
        "timeout_taken_for_failure",
        "a request without an answer counts as refused",
    ),
    ("lanes_without_order", "commands on one question go out side by side"),
    (
        "acknowledged_before_written",
        "the expert is told before the outbox is written",
    ),
    (
        "entry_dropped_before_sent",
        "an entry leaves the outbox before it is sent",
    ),
    (
        "outbox_lost_with_bad_cache",
        "the outbox lies in the file that is thrown away with a bad cache",
    ),
    ("cursor_before_notice", "the cursor is saved before the notice"),
    (
        "cursor_outside_transaction",
        "the cursor is written outside the transaction of its documents",
    ),
    ("failed_page_skipped", "a page that could not be taken in is skipped"),
    ("notice_marked_before_raised", "a notice is marked before it is raised"),
    (
        "notice_without_stable_key",
        "a notice has a new key each time it is made",
    ),
    ("notice_never_marked", "a raised notice is not marked"),
    (
        "check_then_act_on_accept",
        "whether an offer may be accepted is looked up before the transaction",
    ),
    (
        "stream_number_from_a_sequence",
        "numbers of streams come from a sequence beside the transaction",
    ),
    (
        "changes_after_commit",
        "changes are written after the commit of what changed",
    ),
    ("response_not_kept", "a command's response is not kept under its key"),
    (
        "response_kept_after_commit",
        "the response is kept after the commit of its command",
    ),
    ("email_before_commit", "email goes out before the commit"),
    ("email_marked_before_sent", "email is marked as sent before it is"),
    (
        "lock_trusted_to_the_clients_clock",
        "the platform goes by the client's clock",
    ),
];

/// The variant of this name.
pub(crate) fn variant(name: &str) -> Option<&'static str> {
    VARIANTS.iter().map(|(known, _)| *known).find(|known| *known == name)
}

//! Which group an offer stands in, and which view shows it.

use crate::api::request_centre::{OfferGroupKind, RequestView};
use proffer_domain::OfferState;

pub(super) const VIEWS: [RequestView; 5] = [
    RequestView::AllOpen,
    RequestView::NeedsYou,
    RequestView::Waiting,
    RequestView::InProgress,
    RequestView::Done,
];

/// Whether a view shows a group.
pub(super) fn shows(view: RequestView, group: OfferGroupKind) -> bool {
    use OfferGroupKind as G;
    let home = match group {
        G::Refused | G::ToFulfil => RequestView::NeedsYou,
        G::Queued | G::Awaiting | G::Held => RequestView::Waiting,
        G::InProgress | G::Delivered => RequestView::InProgress,
        G::Declined | G::Completed | G::Expired | G::Withdrawn | G::Cancelled => RequestView::Done,
    };
    view == home || (view == RequestView::AllOpen && home != RequestView::Done)
}

/// The group of an offer of which nothing waits in the outbox.
pub(super) fn group_of(state: OfferState) -> OfferGroupKind {
    use OfferGroupKind as G;
    match state {
        OfferState::Sent => G::Awaiting,
        OfferState::Held => G::Held,
        OfferState::Declined => G::Declined,
        OfferState::Accepted => G::ToFulfil,
        OfferState::InProgress => G::InProgress,
        OfferState::Delivered => G::Delivered,
        OfferState::Completed => G::Completed,
        OfferState::Withdrawn | OfferState::Superseded => G::Withdrawn,
        OfferState::Expired => G::Expired,
        OfferState::Cancelled => G::Cancelled,
    }
}

/// The states whose group fits.
pub(super) fn states_where(fits: impl Fn(OfferGroupKind) -> bool) -> Vec<OfferState> {
    OfferState::ALL
        .into_iter()
        .filter(|state| fits(group_of(*state)))
        .collect()
}

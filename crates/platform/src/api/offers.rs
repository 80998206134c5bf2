//! Offers: every command of the lifecycle after sending.

use super::{
    ApiProblem, Caller,
    caller::{Body, Id, Key},
    commands::commands,
};
use crate::{App, flow::Command};
use axum::{Json, extract::State};
use proffer_domain::OfferId;
use proffer_protocol::{
    AcceptOfferRequest, CancelOfferRequest, DeclineOfferRequest, DeliverOfferRequest, Document, HoldOfferRequest,
    OfferDocument, Problem, ReviseOfferRequest,
};

commands! {
    /// Sends a new version of an open or declined offer (expert).
    revise: "/v1/offers/{id}/revise" in "offers" runs ReviseOffer(id: OfferId, body: ReviseOfferRequest) gives OfferDocument;

    /// Takes an open or declined offer back (expert, moderator).
    withdraw: "/v1/offers/{id}/withdraw" in "offers" runs WithdrawOffer(id: OfferId) gives OfferDocument;

    /// Reminds the customer of an open offer by one email: once a version, a day after it was sent (expert).
    remind: "/v1/offers/{id}/remind" in "offers" runs RemindOfOffer(id: OfferId) gives OfferDocument;

    /// Starts the work on an accepted offer (expert).
    start: "/v1/offers/{id}/start" in "offers" runs StartOffer(id: OfferId) gives OfferDocument;

    /// Delivers (expert).
    deliver: "/v1/offers/{id}/deliver" in "offers" runs DeliverOffer(id: OfferId, body: DeliverOfferRequest) gives OfferDocument;

    /// Ends an accepted offer with a reason (expert, moderator).
    cancel: "/v1/offers/{id}/cancel" in "offers" runs CancelOffer(id: OfferId, body: CancelOfferRequest) gives OfferDocument;

    /// Accepts the version that was shown (customer).
    accept: "/v1/offers/{id}/accept" in "offers" runs AcceptOffer(id: OfferId, body: AcceptOfferRequest) gives OfferDocument;

    /// Keeps it for later (customer).
    hold: "/v1/offers/{id}/hold" in "offers" runs HoldOffer(id: OfferId, body: HoldOfferRequest) gives OfferDocument;

    /// Declines (customer).
    decline: "/v1/offers/{id}/decline" in "offers" runs DeclineOffer(id: OfferId, body: DeclineOfferRequest) gives OfferDocument;

    /// Takes a decline back (customer).
    reconsider: "/v1/offers/{id}/reconsider" in "offers" runs ReconsiderOffer(id: OfferId) gives OfferDocument;

    /// Confirms a delivery (customer).
    complete: "/v1/offers/{id}/complete" in "offers" runs CompleteOffer(id: OfferId) gives OfferDocument;
}

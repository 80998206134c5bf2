//! Questions: asking, locking, writing, rating, offering, and asking for help.

use super::{
    ApiProblem, Caller,
    caller::{Body, Id, Key},
    commands::commands,
};
use crate::{App, flow::Command};
use axum::{Json, extract::State};
use proffer_domain::QuestionId;
use proffer_protocol::{
    AskQuestionRequest, Document, MessageDocument, OfferDocument, Problem, QuestionDocument, RateQuestionRequest,
    SendMessageRequest, SendOfferRequest, SupportRequestDocument, SupportRequestRequest,
};

commands! {
    /// Asks a question (customer).
    ask: "/v1/questions" in "questions" runs Ask(body: AskQuestionRequest) gives QuestionDocument;

    /// Takes the lock (expert). Exactly one of those who try at once wins.
    lock: "/v1/questions/{id}/lock" in "questions" runs Lock(id: QuestionId) gives QuestionDocument;

    /// Extends the lock (expert).
    extend: "/v1/questions/{id}/extend" in "questions" runs Extend(id: QuestionId) gives QuestionDocument;

    /// Gives the lock back (expert, moderator).
    release: "/v1/questions/{id}/release" in "questions" runs Release(id: QuestionId) gives QuestionDocument;

    /// Sends a message (expert: Answer or Information Request; customer: reply).
    send_message: "/v1/questions/{id}/messages" in "questions" runs SendMessage(id: QuestionId, body: SendMessageRequest) gives MessageDocument;

    /// Rates (customer); a later rating replaces it.
    rate: "/v1/questions/{id}/rating" in "questions" runs Rate(id: QuestionId, body: RateQuestionRequest) gives QuestionDocument;

    /// Sends an offer (expert).
    send_offer: "/v1/questions/{id}/offers" in "offers" runs SendOffer(id: QuestionId, body: SendOfferRequest) gives OfferDocument;

    /// Asks a moderator for help.
    request_support: "/v1/support-requests" in "questions" runs RequestSupport(body: SupportRequestRequest) gives SupportRequestDocument;
}

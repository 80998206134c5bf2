//! Questions: asking, locking, writing, rating, offering, and asking for help.

use super::{
    ApiProblem, Caller,
    caller::{Body, Id, Key},
};
use crate::{App, flow::Command};
use axum::{Json, extract::State};
use proffer_domain::QuestionId;
use proffer_protocol::{
    AskQuestionRequest, Document, MessageDocument, OfferDocument, Problem, QuestionDocument, RateQuestionRequest,
    SendMessageRequest, SendOfferRequest, SupportRequestDocument, SupportRequestRequest,
};

/// Asks a question (customer).
#[utoipa::path(
    post, path = "/v1/questions", tag = "questions", security(("bearer" = [])), params(("Idempotency-Key" = uuid::Uuid, Header)), request_body = AskQuestionRequest,
    responses((status = 200, body = QuestionDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn ask(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Body(request): Body<AskQuestionRequest>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow.execute(&caller.account, key, &Command::Ask(request)).await?,
    ))
}

/// Takes the lock (expert). Exactly one of those who try at once wins.
#[utoipa::path(
    post, path = "/v1/questions/{id}/lock", tag = "questions", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)),
    responses((status = 200, body = QuestionDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn lock(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<QuestionId>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(app.flow.execute(&caller.account, key, &Command::Lock(id)).await?))
}

/// Extends the lock (expert).
#[utoipa::path(
    post, path = "/v1/questions/{id}/extend", tag = "questions", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)),
    responses((status = 200, body = QuestionDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn extend(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<QuestionId>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow.execute(&caller.account, key, &Command::Extend(id)).await?,
    ))
}

/// Gives the lock back (expert, moderator).
#[utoipa::path(
    post, path = "/v1/questions/{id}/release", tag = "questions", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)),
    responses((status = 200, body = QuestionDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn release(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<QuestionId>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow.execute(&caller.account, key, &Command::Release(id)).await?,
    ))
}

/// Sends a message (expert: Answer or Information Request; customer: reply).
#[utoipa::path(
    post, path = "/v1/questions/{id}/messages", tag = "questions", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)), request_body = SendMessageRequest,
    responses((status = 200, body = MessageDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn send_message(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<QuestionId>,
    Body(request): Body<SendMessageRequest>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow
            .execute(&caller.account, key, &Command::SendMessage(id, request))
            .await?,
    ))
}

/// Rates (customer); a later rating replaces it.
#[utoipa::path(
    post, path = "/v1/questions/{id}/rating", tag = "questions", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)), request_body = RateQuestionRequest,
    responses((status = 200, body = QuestionDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn rate(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<QuestionId>,
    Body(request): Body<RateQuestionRequest>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow
            .execute(&caller.account, key, &Command::Rate(id, request))
            .await?,
    ))
}

/// Sends an offer (expert).
#[utoipa::path(
    post, path = "/v1/questions/{id}/offers", tag = "offers", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)), request_body = SendOfferRequest,
    responses((status = 200, body = OfferDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn send_offer(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<QuestionId>,
    Body(request): Body<SendOfferRequest>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow
            .execute(&caller.account, key, &Command::SendOffer(id, request))
            .await?,
    ))
}

/// Asks a moderator for help.
#[utoipa::path(
    post, path = "/v1/support-requests", tag = "questions", security(("bearer" = [])), params(("Idempotency-Key" = uuid::Uuid, Header)), request_body = SupportRequestRequest,
    responses((status = 200, body = SupportRequestDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn request_support(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Body(request): Body<SupportRequestRequest>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow
            .execute(&caller.account, key, &Command::RequestSupport(request))
            .await?,
    ))
}

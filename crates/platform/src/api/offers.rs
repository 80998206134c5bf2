//! Offers: every command of the lifecycle after sending.

use super::{
    ApiProblem, Caller,
    caller::{Body, Id, Key},
};
use crate::{App, flow::Command};
use axum::{Json, extract::State};
use proffer_domain::OfferId;
use proffer_protocol::{
    AcceptOfferRequest, CancelOfferRequest, DeclineOfferRequest, DeliverOfferRequest, Document, HoldOfferRequest,
    OfferDocument, Problem, ReviseOfferRequest,
};

/// Sends a new version of an open or declined offer (expert).
#[utoipa::path(
    post, path = "/v1/offers/{id}/revise", tag = "offers", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)), request_body = ReviseOfferRequest,
    responses((status = 200, body = OfferDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn revise(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<OfferId>,
    Body(request): Body<ReviseOfferRequest>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow
            .execute(&caller.account, key, &Command::ReviseOffer(id, request))
            .await?,
    ))
}

/// Takes an open or declined offer back (expert, moderator).
#[utoipa::path(
    post, path = "/v1/offers/{id}/withdraw", tag = "offers", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)),
    responses((status = 200, body = OfferDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<OfferId>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow
            .execute(&caller.account, key, &Command::WithdrawOffer(id))
            .await?,
    ))
}

/// Starts the work on an accepted offer (expert).
#[utoipa::path(
    post, path = "/v1/offers/{id}/start", tag = "offers", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)),
    responses((status = 200, body = OfferDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn start(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<OfferId>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow.execute(&caller.account, key, &Command::StartOffer(id)).await?,
    ))
}

/// Delivers (expert).
#[utoipa::path(
    post, path = "/v1/offers/{id}/deliver", tag = "offers", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)), request_body = DeliverOfferRequest,
    responses((status = 200, body = OfferDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn deliver(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<OfferId>,
    Body(request): Body<DeliverOfferRequest>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow
            .execute(&caller.account, key, &Command::DeliverOffer(id, request))
            .await?,
    ))
}

/// Ends an accepted offer with a reason (expert, moderator).
#[utoipa::path(
    post, path = "/v1/offers/{id}/cancel", tag = "offers", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)), request_body = CancelOfferRequest,
    responses((status = 200, body = OfferDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<OfferId>,
    Body(request): Body<CancelOfferRequest>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow
            .execute(&caller.account, key, &Command::CancelOffer(id, request))
            .await?,
    ))
}

/// Accepts the version that was shown (customer).
#[utoipa::path(
    post, path = "/v1/offers/{id}/accept", tag = "offers", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)), request_body = AcceptOfferRequest,
    responses((status = 200, body = OfferDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn accept(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<OfferId>,
    Body(request): Body<AcceptOfferRequest>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow
            .execute(&caller.account, key, &Command::AcceptOffer(id, request))
            .await?,
    ))
}

/// Keeps it for later (customer).
#[utoipa::path(
    post, path = "/v1/offers/{id}/hold", tag = "offers", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)), request_body = HoldOfferRequest,
    responses((status = 200, body = OfferDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn hold(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<OfferId>,
    Body(request): Body<HoldOfferRequest>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow
            .execute(&caller.account, key, &Command::HoldOffer(id, request))
            .await?,
    ))
}

/// Declines (customer).
#[utoipa::path(
    post, path = "/v1/offers/{id}/decline", tag = "offers", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)), request_body = DeclineOfferRequest,
    responses((status = 200, body = OfferDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn decline(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<OfferId>,
    Body(request): Body<DeclineOfferRequest>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow
            .execute(&caller.account, key, &Command::DeclineOffer(id, request))
            .await?,
    ))
}

/// Takes a decline back (customer).
#[utoipa::path(
    post, path = "/v1/offers/{id}/reconsider", tag = "offers", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)),
    responses((status = 200, body = OfferDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn reconsider(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<OfferId>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow
            .execute(&caller.account, key, &Command::ReconsiderOffer(id))
            .await?,
    ))
}

/// Confirms a delivery (customer).
#[utoipa::path(
    post, path = "/v1/offers/{id}/complete", tag = "offers", security(("bearer" = [])), params(("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)),
    responses((status = 200, body = OfferDocument), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
)]
pub async fn complete(
    State(app): State<App>,
    caller: Caller,
    Key(key): Key,
    Id(id): Id<OfferId>,
) -> Result<Json<Document>, ApiProblem> {
    Ok(Json(
        app.flow
            .execute(&caller.account, key, &Command::CompleteOffer(id))
            .await?,
    ))
}

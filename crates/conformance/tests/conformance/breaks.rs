//! One thing broken each, in a layer around the platform's real routes.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use proffer_protocol::{Cursor, PROTOCOL_VERSION_HEADER, version::IDEMPOTENCY_KEY_HEADER};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};
use uuid::Uuid;

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    HealthNeedsSession,
    RouteNotPublished,
    VersionNotNamed,
    OtherVersionsTaken,
    TimesInAnotherZone,
    UnknownAddressToldApart,
    EndedSessionGoesOn,
    EndedSessionHearsOn,
    ProblemsAsPlainJson,
    RepeatedCommandDoneAgain,
    RefusalsForgotten,
    KeyTakenForAnotherRequest,
    TwoHoldersOfALock,
    OfferBeforeAnswer,
    StaleVersionAccepted,
    ConflictWithoutState,
    LimitIgnored,
    MadeUpCursorTaken,
    ChangesNotFolded,
    NothingEverLeaves,
    EventsFromTheBeginning,
    NoHeartbeats,
    SniffingAllowed,
    FilesOpenedInPlace,
    ProgramsTaken,
    ReadingAccepts,
}

/// What a broken server remembers.
#[derive(Default)]
pub struct Memory {
    /// Token to what its session was told at signing in.
    sessions: Mutex<HashMap<String, Value>>,
    /// Key to the request it came with first and the status it got.
    keys: Mutex<HashMap<String, (String, u16)>>,
    /// Requests that are under way.
    under_way: Mutex<HashSet<String>>,
    /// Those beside which another of the same kind was.
    crowded: Mutex<HashSet<String>>,
}

/// The layer.
pub async fn broken(State((broken, memory)): State<(Break, Arc<Memory>)>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let asked = Asked {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        token: text(parts.headers.get(header::AUTHORIZATION)).replace("Bearer ", ""),
        key: text(parts.headers.get(IDEMPOTENCY_KEY_HEADER)),
        body: to_bytes(body, usize::MAX).await.unwrap(),
    };
    let mut request = Request::from_parts(parts, Body::from(asked.body.clone()));
    // What is compressed cannot be changed on its way.
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    change_request(broken, &memory, &asked, &mut request);
    let again = next.clone();
    let is_first = memory.under_way.lock().unwrap().insert(asked.path.clone());
    if !is_first {
        memory.crowded.lock().unwrap().insert(asked.path.clone());
    }
    let response = next.run(request).await;
    memory.under_way.lock().unwrap().remove(&asked.path);
    change_response(broken, &memory, &asked, response, again).await
}

/// What was asked, read whole.
struct Asked {
    method: Method,
    path: String,
    query: String,
    token: String,
    key: String,
    body: Bytes,
}

impl Asked {
    fn is(&self, method: &Method, path: &str) -> bool {
        self.method == method && self.path == path
    }

    /// Whether it is a command of this kind.
    fn does(&self, action: &str) -> bool {
        self.method == Method::POST && self.path.ends_with(action)
    }

    /// What an idempotency key stands for.
    fn fingerprint(&self) -> String {
        format!("{}{}", self.path, String::from_utf8_lossy(&self.body))
    }

    /// A key of an account.
    fn own_key(&self) -> String {
        format!("{}{}", self.token, self.key)
    }
}

fn text(value: Option<&HeaderValue>) -> String {
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

fn set_query(request: &mut Request, query: &str) {
    let path = request.uri().path().to_owned();
    *request.uri_mut() = format!("{path}?{query}").parse::<Uri>().unwrap();
}

/// A query without one of its parameters.
fn without(query: &str, name: &str) -> String {
    let kept = query.split('&').filter(|pair| !pair.starts_with(&format!("{name}=")));
    kept.collect::<Vec<_>>().join("&")
}

fn set_new_key(request: &mut Request) {
    let key = HeaderValue::from_str(&Uuid::now_v7().to_string()).unwrap();
    request.headers_mut().insert(IDEMPOTENCY_KEY_HEADER, key);
}

fn change_request(broken: Break, memory: &Memory, asked: &Asked, request: &mut Request) {
    match broken {
        Break::OtherVersionsTaken => {
            request.headers_mut().remove(PROTOCOL_VERSION_HEADER);
        }
        Break::RepeatedCommandDoneAgain | Break::RefusalsForgotten | Break::KeyTakenForAnotherRequest => {
            let known = memory.keys.lock().unwrap().get(&asked.own_key()).cloned();
            let is_done_anew = known.is_some_and(|(request, status)| match broken {
                Break::RepeatedCommandDoneAgain => status == 200 && asked.does("/extend"),
                Break::RefusalsForgotten => status == 409,
                _ => request != asked.fingerprint(),
            });
            if is_done_anew {
                set_new_key(request);
            }
        }
        Break::LimitIgnored if asked.is(&Method::GET, "/v1/sync") => {
            let is_small = ["limit=1", "limit=2", "limit=5"]
                .iter()
                .any(|limit| asked.query.split('&').any(|pair| pair == *limit));
            if is_small {
                set_query(request, &without(&asked.query, "limit"));
            }
        }
        Break::MadeUpCursorTaken if asked.is(&Method::GET, "/v1/sync") && asked.query.contains("made") => {
            set_query(request, &without(&asked.query, "cursor"));
        }
        Break::EventsFromTheBeginning => {
            let last = text(request.headers().get("last-event-id"));
            if last.parse::<Cursor>().is_ok() {
                request.headers_mut().remove("last-event-id");
            }
        }
        Break::ProgramsTaken if asked.is(&Method::POST, "/v1/attachments") => {
            let query = asked.query.replace(".exe", ".bin");
            set_query(request, &query);
        }
        Break::ReadingAccepts if asked.method == Method::GET && asked.path.ends_with("/accept") => {
            *request.method_mut() = Method::POST;
            *request.body_mut() = Body::from(r#"{"version":1}"#);
            request.headers_mut().remove(header::CONTENT_LENGTH);
        }
        _ => {}
    }
}

async fn change_response(broken: Break, memory: &Memory, asked: &Asked, response: Response, again: Next) -> Response {
    match broken {
        Break::HealthNeedsSession if asked.path == "/healthz" => StatusCode::UNAUTHORIZED.into_response(),
        Break::RouteNotPublished if asked.path == "/openapi.json" => {
            changed(response, |document| {
                document["paths"]
                    .as_object_mut()
                    .unwrap()
                    .remove("/v1/offers/{id}/accept");
            })
            .await
        }
        Break::VersionNotNamed => with_headers(response, |headers| {
            headers.remove(PROTOCOL_VERSION_HEADER);
        }),
        Break::TimesInAnotherZone if asked.path == "/v1/sync" => {
            changed(response, |page| {
                for change in page["changes"].as_array_mut().into_iter().flatten() {
                    if let Some(since) = change["document"].get_mut("customer_since") {
                        *since = since.as_str().unwrap().replace('Z', "+02:00").into();
                    }
                }
            })
            .await
        }
        Break::UnknownAddressToldApart if String::from_utf8_lossy(&asked.body).contains("nobody-") => {
            changed(response, |problem| {
                problem["detail"] = "Nobody has this address.".into()
            })
            .await
        }
        Break::EndedSessionGoesOn => ended_session_goes_on(memory, asked, response).await,
        Break::EndedSessionHearsOn if asked.path == "/v1/events" && response.status() == StatusCode::OK => {
            let (parts, body) = response.into_parts();
            let body = body.into_data_stream().chain(stream::pending());
            Response::from_parts(parts, Body::from_stream(body))
        }
        Break::ProblemsAsPlainJson if !response.status().is_success() => with_headers(response, |headers| {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }),
        Break::RepeatedCommandDoneAgain | Break::RefusalsForgotten | Break::KeyTakenForAnotherRequest => {
            if !asked.key.is_empty() {
                let seen = (asked.fingerprint(), response.status().as_u16());
                memory.keys.lock().unwrap().entry(asked.own_key()).or_insert(seen);
            }
            response
        }
        Break::TwoHoldersOfALock if asked.does("/lock") && response.status() == StatusCode::CONFLICT => {
            if memory.crowded.lock().unwrap().contains(&asked.path) {
                return axum::Json(json!({})).into_response();
            }
            response
        }
        Break::OfferBeforeAnswer if asked.does("/offers") && response.status() == StatusCode::CONFLICT => {
            axum::Json(json!({})).into_response()
        }
        Break::StaleVersionAccepted if asked.does("/accept") => stale_version_accepted(asked, response, again).await,
        Break::ConflictWithoutState if response.status() == StatusCode::CONFLICT => {
            changed(response, |problem| {
                if problem["code"] == "offer_state_conflict" {
                    problem.as_object_mut().unwrap().remove("current");
                }
            })
            .await
        }
        Break::ChangesNotFolded if asked.path == "/v1/sync" && asked.query.contains("limit=500") => {
            changed(response, |page| {
                let Some(changes) = page["changes"].as_array_mut() else {
                    return;
                };
                let earlier: Vec<_> = changes
                    .iter()
                    .filter(|change| change["entity"] == "question")
                    .cloned()
                    .collect();
                drop(changes.splice(0..0, earlier));
            })
            .await
        }
        Break::NothingEverLeaves if asked.path == "/v1/sync" => {
            changed(response, |page| {
                let Some(changes) = page["changes"].as_array_mut() else {
                    return;
                };
                changes.retain(|change| !change["document"].is_null());
            })
            .await
        }
        Break::NoHeartbeats if asked.path == "/v1/events" => {
            let (parts, body) = response.into_parts();
            let body = body.into_data_stream().filter(|chunk| {
                let is_comment = chunk.as_ref().is_ok_and(|chunk| chunk.starts_with(b":"));
                std::future::ready(!is_comment)
            });
            Response::from_parts(parts, Body::from_stream(body))
        }
        Break::SniffingAllowed if asked.path.starts_with("/v1/attachments/") => with_headers(response, |headers| {
            headers.remove(header::X_CONTENT_TYPE_OPTIONS);
        }),
        Break::FilesOpenedInPlace if asked.path.starts_with("/v1/attachments/") => with_headers(response, |headers| {
            headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
        }),
        _ => response,
    }
}

/// As a server that keeps whom it has seen, and never looks again.
async fn ended_session_goes_on(memory: &Memory, asked: &Asked, response: Response) -> Response {
    if asked.is(&Method::POST, "/v1/sessions") && response.status() == StatusCode::CREATED {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let created: Value = serde_json::from_slice(&bytes).unwrap();
        let token = created["token"].as_str().unwrap().to_owned();
        memory.sessions.lock().unwrap().insert(token, created["me"].clone());
        return Response::from_parts(parts, Body::from(bytes));
    }
    let known = memory.sessions.lock().unwrap().get(&asked.token).cloned();
    match known {
        Some(me) if asked.is(&Method::GET, "/v1/me") && response.status() == StatusCode::UNAUTHORIZED => {
            axum::Json(me).into_response()
        }
        _ => response,
    }
}

/// As a server that does not look at the version.
async fn stale_version_accepted(asked: &Asked, response: Response, again: Next) -> Response {
    if response.status() != StatusCode::CONFLICT {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let problem: Value = serde_json::from_slice(&bytes).unwrap();
    if problem["code"] != "offer_revised" {
        return Response::from_parts(parts, Body::from(bytes));
    }
    let body = json!({"version": problem["current"]["offer_version"]});
    let mut request = Request::post(&asked.path)
        .header(header::AUTHORIZATION, format!("Bearer {}", asked.token))
        .body(Body::from(body.to_string()))
        .unwrap();
    set_new_key(&mut request);
    again.run(request).await
}

fn with_headers(mut response: Response, change: impl FnOnce(&mut axum::http::HeaderMap)) -> Response {
    change(response.headers_mut());
    response
}

/// A response of JSON, changed.
async fn changed(response: Response, change: impl FnOnce(&mut Value)) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    // What is compressed or no JSON stays as it is.
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    change(&mut value);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(value.to_string()))
}

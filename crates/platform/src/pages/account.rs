//! Signing up, in and out.

use super::{PageFailure, Visitor, show::Shell};
use crate::{
    App,
    flow::{FlowError, NewAccount, SignIn},
    language::Language,
    mail::OPTIONAL_KINDS,
    peer::Peer,
};
use askama::Template;
use axum::{
    Form,
    extract::{
        Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, Redirect, Response},
};
use proffer_domain::{FieldCode, FieldProblem, Role};
use proffer_protocol::ErrorCode;
use std::net::IpAddr;

/// The time zones offered when signing up; an account made by the operator can have any.
const TIME_ZONES: [&str; 26] = [
    "Europe/London",
    "Europe/Dublin",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Madrid",
    "Europe/Rome",
    "Europe/Warsaw",
    "Europe/Athens",
    "Europe/Kyiv",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Toronto",
    "America/Sao_Paulo",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Hong_Kong",
    "Asia/Tokyo",
    "Australia/Perth",
    "Australia/Sydney",
    "Pacific/Auckland",
    "UTC",
];

/// What either form carries.
#[derive(serde::Deserialize)]
pub struct Credentials {
    form: String,
    email: String,
    password: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    time_zone: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    code: String,
}

impl Credentials {
    fn as_sign_in<'a>(&'a self, headers: &'a HeaderMap, peer: Option<IpAddr>) -> SignIn<'a> {
        let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        SignIn {
            email: &self.email,
            password: &self.password,
            code: Some(&self.code),
            device: browser_of(agent.unwrap_or_default()),
            peer,
        }
    }
}

/// A browser by the name that people know it by.
fn browser_of(agent: &str) -> &'static str {
    [
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]
    .into_iter()
    .find(|(mark, _)| agent.contains(mark))
    .map_or("Browser", |(_, name)| name)
}

/// Where somebody was going when they had to sign in.
#[derive(Default, serde::Deserialize)]
pub struct Onward {
    #[serde(default)]
    next: String,
}

/// The way to the sign-in that leads back to a page.
pub fn way_to_sign_in(path: &str) -> Redirect {
    match onward(path) {
        Some(path) if path != "/questions" => Redirect::to(&format!("/sign-in?next={path}")),
        _ => Redirect::to("/sign-in"),
    }
}

/// A page of ours to go on to, and never another site: only plain paths of the pages that need a sign-in.
fn onward(path: &str) -> Option<&str> {
    let is_ours = ["/questions", "/offers/", "/ask", "/moderate", "/account"]
        .iter()
        .any(|start| path.starts_with(start));
    let is_plain = path.chars().all(|c| c.is_ascii_alphanumeric() || c == '/' || c == '-');
    (is_ours && is_plain && !path.contains("//")).then_some(path)
}

/// A form that carries nothing but its token.
#[derive(serde::Deserialize)]
pub struct Bare {
    form: String,
}

#[derive(Template)]
#[template(path = "pages/sign_in.html")]
struct SignInPage<'a> {
    shell: Shell,
    email: &'a str,
    next: &'a str,
    /// Whether the account asks for a code besides.
    asks_code: bool,
    problems: &'a [FieldProblem],
}

#[derive(Template)]
#[template(path = "pages/sign_up.html")]
struct SignUpPage<'a> {
    shell: Shell,
    name: &'a str,
    email: &'a str,
    time_zone: &'a str,
    time_zones: &'a [&'a str],
    problems: &'a [FieldProblem],
}

fn sign_in_page(
    visitor: &Visitor,
    email: &str,
    next: &str,
    asks_code: bool,
    problems: &[FieldProblem],
) -> Result<Html<String>, PageFailure> {
    let page = SignInPage {
        shell: Shell::new("Sign in", visitor),
        email,
        next: onward(next).unwrap_or_default(),
        asks_code,
        problems,
    };
    Ok(Html(page.render()?))
}

fn sign_up_page(visitor: &Visitor, sent: &Credentials, problems: &[FieldProblem]) -> Result<Html<String>, PageFailure> {
    let page = SignUpPage {
        shell: Shell::new("Sign up", visitor),
        name: &sent.name,
        email: &sent.email,
        time_zone: if sent.time_zone.is_empty() {
            TIME_ZONES[0]
        } else {
            &sent.time_zone
        },
        time_zones: &TIME_ZONES,
        problems,
    };
    Ok(Html(page.render()?))
}

pub async fn sign_in_form(
    visitor: Visitor,
    query: Result<Query<Onward>, QueryRejection>,
) -> Result<Response, PageFailure> {
    let next = query.map(|Query(onward)| onward.next).unwrap_or_default();
    Ok(visitor.respond(sign_in_page(&visitor, "", &next, false, &[])?))
}

pub async fn sign_up_form(visitor: Visitor) -> Result<Response, PageFailure> {
    let empty = Credentials {
        form: String::new(),
        email: String::new(),
        password: String::new(),
        name: String::new(),
        time_zone: String::new(),
        next: String::new(),
        code: String::new(),
    };
    Ok(visitor.respond(sign_up_page(&visitor, &empty, &[])?))
}

fn sent<T>(form: Result<Form<T>, FormRejection>) -> Result<T, PageFailure> {
    form.map(|Form(sent)| sent)
        .map_err(|rejection| PageFailure::FormUnreadable(rejection.body_text()))
}

pub async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    Peer(peer): Peer,
    headers: HeaderMap,
    form: Result<Form<Credentials>, FormRejection>,
) -> Result<Response, PageFailure> {
    let sent = sent(form)?;
    visitor.check_form(&sent.form)?;
    match app.flow.sign_in_with(sent.as_sign_in(&headers, peer)).await {
        Ok(signed_in) => {
            let home = match (onward(&sent.next), signed_in.account.role) {
                (Some(page), _) => page,
                (None, Role::Moderator) => "/moderate",
                (None, Role::Customer | Role::Expert) => "/questions",
            };
            Ok(visitor.start_session(Redirect::to(home), signed_in.token))
        }
        Err(FlowError::Refused(problem)) => {
            let asks_code = problem.code == ErrorCode::CodeNeeded;
            let page = sign_in_page(&visitor, &sent.email, &sent.next, asks_code, &problem.errors)?;
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNAUTHORIZED);
            let mut response = visitor.respond((status, page));
            if let Some(seconds) = problem.retry_after_seconds {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Ok(response)
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn sign_up(
    State(app): State<App>,
    visitor: Visitor,
    Peer(peer): Peer,
    headers: HeaderMap,
    form: Result<Form<Credentials>, FormRejection>,
) -> Result<Response, PageFailure> {
    let sent = sent(form)?;
    visitor.check_form(&sent.form)?;
    let new = NewAccount {
        role: Role::Customer,
        email: sent.email.clone(),
        name: sent.name.clone(),
        password: sent.password.clone(),
        time_zone: sent.time_zone.clone(),
        categories: Vec::new(),
    };
    let made = match app.flow.spend_sign_up(peer).await {
        Ok(()) => app.flow.create_account(new).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(account) => {
            // Letters are written as the browser reads, until the account says otherwise.
            let accepted = headers
                .get(header::ACCEPT_LANGUAGE)
                .and_then(|value| value.to_str().ok());
            let language = accepted.map(Language::accepted).unwrap_or_default();
            if language != account.language {
                app.flow.set_mail(account.id, language, &OPTIONAL_KINDS).await?;
            }
            let signed_in = app.flow.sign_in_with(sent.as_sign_in(&headers, peer)).await?;
            Ok(visitor.start_session(Redirect::to("/ask"), signed_in.token))
        }
        Err(FlowError::Refused(problem)) => {
            // The second click of a double click finds the account that the first one made.
            let is_taken = problem.errors.iter().any(|problem| problem.code == FieldCode::Taken);
            if is_taken && let Ok(signed_in) = app.flow.sign_in_with(sent.as_sign_in(&headers, peer)).await {
                return Ok(visitor.start_session(Redirect::to("/ask"), signed_in.token));
            }
            let page = sign_up_page(&visitor, &sent, &problem.errors)?;
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            Ok(visitor.respond((status, page)))
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn sign_out(
    State(app): State<App>,
    visitor: Visitor,
    form: Result<Form<Bare>, FormRejection>,
) -> Result<Response, PageFailure> {
    visitor.check_form(&sent(form)?.form)?;
    if let Some(token) = visitor.session_token() {
        app.flow.sign_out(token).await?;
    }
    Ok(visitor.end_session(Redirect::to("/sign-in")))
}

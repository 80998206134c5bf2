//! One's own account: where it is signed in, and the second step of signing in.

use super::{
    Address, PageFailure, Visitor,
    show::{Shell, Times},
    stop_mail,
};
use crate::{
    App,
    flow::{FlowError, in_groups},
    language::Language,
    mail::{OPTIONAL_KINDS, REMINDER, REMINDER_OF_EXPERT},
    store::AccountRow,
};
use askama::Template;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::{Html, Redirect, Response},
};
use proffer_domain::{FieldProblem, SessionId};
use proffer_protocol::{TotpEnrolment, TotpState};

/// A session in the list.
struct SessionLine {
    id: String,
    device: String,
    since: String,
    until: String,
    is_current: bool,
}

/// A language that can be chosen.
struct LanguageChoice {
    code: &'static str,
    name: &'static str,
    is_chosen: bool,
}

/// A kind of optional letters.
struct MailChoice {
    kind: &'static str,
    words: &'static str,
    is_wanted: bool,
}

#[derive(Template)]
#[template(path = "pages/account.html")]
struct AccountPage<'a> {
    shell: Shell,
    email: &'a str,
    sessions: Vec<SessionLine>,
    languages: Vec<LanguageChoice>,
    mail: Vec<MailChoice>,
    totp: TotpState,
    /// The secret in groups and the address for apps, while an app is being set up.
    enrolment: Option<TotpEnrolment>,
    /// The recovery codes, shown this once.
    codes: &'a [String],
    problems: &'a [FieldProblem],
}

/// What any of the page's forms carries.
#[derive(serde::Deserialize)]
pub struct AccountForm {
    form: String,
    #[serde(default)]
    code: String,
    /// The secret that is being confirmed, so that a wrong code shows it again.
    #[serde(default)]
    secret: String,
    #[serde(default)]
    uri: String,
    #[serde(default)]
    language: String,
    /// Boxes that are ticked.
    #[serde(default)]
    offer_reminder: Option<String>,
    #[serde(default)]
    offer_reminder_of_expert: Option<String>,
}

type Sent = Result<Form<AccountForm>, FormRejection>;

fn read(visitor: &Visitor, form: Sent) -> Result<AccountForm, PageFailure> {
    let Form(sent) = form.map_err(|rejection| PageFailure::FormUnreadable(rejection.body_text()))?;
    visitor.check_form(&sent.form)?;
    Ok(sent)
}

/// What a page shows besides what is so.
#[derive(Default)]
struct Shown<'a> {
    enrolment: Option<TotpEnrolment>,
    codes: &'a [String],
    problems: &'a [FieldProblem],
}

async fn page(
    app: &App,
    visitor: &Visitor,
    account: &AccountRow,
    shown: Shown<'_>,
) -> Result<Html<String>, PageFailure> {
    let times = Times::of(account);
    let token = visitor.session_token().unwrap_or_default();
    let sessions = app.flow.sessions(account, token).await?;
    let wanted = app.flow.wanted_mail(account.id).await?;
    let page = AccountPage {
        shell: Shell::new("My account", visitor).with_times(&times),
        email: &account.email,
        sessions: sessions
            .into_iter()
            .map(|session| SessionLine {
                id: session.id.to_string(),
                device: session.device,
                since: times.full(session.signed_in_at),
                until: times.full(session.expires_at),
                is_current: session.is_current,
            })
            .collect(),
        languages: Language::ALL
            .into_iter()
            .map(|language| LanguageChoice {
                code: language.code(),
                name: language.name(),
                is_chosen: language == account.language,
            })
            .collect(),
        mail: OPTIONAL_KINDS
            .into_iter()
            .map(|kind| MailChoice {
                kind,
                words: stop_mail::what(kind),
                is_wanted: wanted.contains(&kind),
            })
            .collect(),
        totp: app.flow.totp_state(account).await?,
        enrolment: shown.enrolment,
        codes: shown.codes,
        problems: shown.problems,
    };
    Ok(Html(page.render()?))
}

pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, PageFailure> {
    let account = visitor.need_account()?;
    Ok(visitor.respond(page(&app, &visitor, account, Shown::default()).await?))
}

pub async fn end_session(
    State(app): State<App>,
    visitor: Visitor,
    Address(session): Address<SessionId>,
    form: Sent,
) -> Result<Response, PageFailure> {
    let account = visitor.need_account()?;
    read(&visitor, form)?;
    match app.flow.end_session(account, session).await {
        // Ended already is as good.
        Ok(()) | Err(FlowError::Refused(_)) => Ok(visitor.respond(Redirect::to("/account"))),
        Err(error) => Err(error.into()),
    }
}

pub async fn set_mail(State(app): State<App>, visitor: Visitor, form: Sent) -> Result<Response, PageFailure> {
    let account = visitor.need_account()?;
    let sent = read(&visitor, form)?;
    let language = Language::parse(&sent.language).unwrap_or(account.language);
    let ticked = [
        (REMINDER, sent.offer_reminder),
        (REMINDER_OF_EXPERT, sent.offer_reminder_of_expert),
    ];
    let wanted: Vec<_> = ticked
        .iter()
        .filter_map(|(kind, ticked)| ticked.as_ref().map(|_| *kind))
        .collect();
    app.flow.set_mail(account.id, language, &wanted).await?;
    Ok(visitor.respond(Redirect::to("/account")))
}

pub async fn begin_totp(State(app): State<App>, visitor: Visitor, form: Sent) -> Result<Response, PageFailure> {
    let account = visitor.need_account()?;
    read(&visitor, form)?;
    let enrolment = app.flow.begin_totp(account).await?;
    let shown = Shown {
        enrolment: Some(TotpEnrolment {
            secret: in_groups(&enrolment.secret),
            uri: enrolment.uri,
        }),
        ..Shown::default()
    };
    Ok(visitor.respond(page(&app, &visitor, account, shown).await?))
}

pub async fn confirm_totp(State(app): State<App>, visitor: Visitor, form: Sent) -> Result<Response, PageFailure> {
    let account = visitor.need_account()?;
    let sent = read(&visitor, form)?;
    match app.flow.confirm_totp(account, &sent.code).await {
        Ok(recovery) => {
            let shown = Shown {
                codes: &recovery.codes,
                ..Shown::default()
            };
            Ok(visitor.respond(page(&app, &visitor, account, shown).await?))
        }
        Err(FlowError::Refused(problem)) => {
            let enrolment =
                (sent.uri.starts_with("otpauth://totp/") && !sent.secret.is_empty()).then_some(TotpEnrolment {
                    secret: sent.secret,
                    uri: sent.uri,
                });
            let shown = Shown {
                enrolment,
                problems: &problem.errors,
                ..Shown::default()
            };
            refused(&app, &visitor, account, problem.status, shown).await
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn disable_totp(State(app): State<App>, visitor: Visitor, form: Sent) -> Result<Response, PageFailure> {
    let account = visitor.need_account()?;
    let sent = read(&visitor, form)?;
    match app.flow.disable_totp(account, &sent.code).await {
        Ok(()) => Ok(visitor.respond(Redirect::to("/account"))),
        Err(FlowError::Refused(problem)) => {
            let shown = Shown {
                problems: &problem.errors,
                ..Shown::default()
            };
            refused(&app, &visitor, account, problem.status, shown).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn refused(
    app: &App,
    visitor: &Visitor,
    account: &AccountRow,
    status: u16,
    shown: Shown<'_>,
) -> Result<Response, PageFailure> {
    let page = page(app, visitor, account, shown).await?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    Ok(visitor.respond((status, page)))
}

//! Who looks at a page: signed in, let in by an emailed link to one question or offer, or nobody yet.

use super::PageFailure;
use crate::{App, flow::hash, store::AccountRow};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use proffer_domain::{OfferId, QuestionId};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use url::Url;

/// A cookie's name: over TLS with the prefix by which browsers hold it to its host, and to no other path where it has
/// none of its own. Without TLS, on loopback, browsers refuse the prefix.
struct CookieName {
    plain: &'static str,
    over_tls: &'static str,
}

const SESSION_COOKIE: CookieName = CookieName {
    plain: "proffer_session",
    over_tls: "__Host-proffer_session",
};
/// It has the path of its question or offer, which the stricter prefix does not allow.
const LINK_COOKIE: CookieName = CookieName {
    plain: "proffer_link",
    over_tls: "__Secure-proffer_link",
};
const FORM_COOKIE: CookieName = CookieName {
    plain: "proffer_form",
    over_tls: "__Host-proffer_form",
};

impl CookieName {
    fn at(&self, public_url: &Url) -> &'static str {
        if public_url.scheme() == "https" {
            self.over_tls
        } else {
            self.plain
        }
    }
}

/// How far a visitor is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// To one question.
    Question(QuestionId),
    /// To one offer.
    Offer(OfferId),
}

/// Who looks at a page.
pub struct Visitor {
    signed_in: Option<AccountRow>,
    session_token: Option<String>,
    linked: Option<(AccountRow, Scope)>,
    form_secret: String,
    has_form_cookie: bool,
    public_url: Arc<Url>,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = PageFailure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageFailure> {
        let jar = CookieJar::from_headers(&parts.headers);
        let public_url = app.flow.public_url();
        let value = |name: CookieName| jar.get(name.at(&public_url)).map(|cookie| cookie.value().to_owned());
        let session_token = value(SESSION_COOKIE);
        let signed_in = match &session_token {
            Some(token) => app.flow.account_of_token(token).await?,
            None => None,
        };
        let linked = match value(LINK_COOKIE) {
            Some(way_in) => app.flow.let_in_by(&way_in).await?.map(|(link, account)| {
                let scope = link.offer_id.map_or(Scope::Question(link.question_id), Scope::Offer);
                (account, scope)
            }),
            None => None,
        };
        let form = value(FORM_COOKIE).filter(|secret| secret.len() == 43);
        let has_form_cookie = form.is_some();
        let form_secret = form.unwrap_or_else(|| app.flow.ports().new_token());
        Ok(Self {
            signed_in,
            session_token,
            linked,
            form_secret,
            has_form_cookie,
            public_url,
        })
    }
}

impl Visitor {
    /// The signed-in account.
    pub fn account(&self) -> Option<&AccountRow> {
        self.signed_in.as_ref()
    }

    /// The signed-in account, or the way to the sign-in page.
    pub fn need_account(&self) -> Result<&AccountRow, PageFailure> {
        self.signed_in.as_ref().ok_or(PageFailure::SignInNeeded)
    }

    /// The token of the session.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// In whose name a page of this scope is shown: by the emailed link for just that, else by the session.
    pub fn account_for(&self, wanted: Scope) -> Result<&AccountRow, PageFailure> {
        match &self.linked {
            Some((account, scope)) if *scope == wanted => Ok(account),
            _ => self.need_account(),
        }
    }

    /// What tells this browser from others. It is in the browser's cookie alone.
    pub fn secret(&self) -> &str {
        &self.form_secret
    }

    /// The token that forms of this visitor carry.
    pub fn form_token(&self) -> String {
        hash(format!("form:{}", self.form_secret).as_bytes())
    }

    /// Checks the token that a form carried.
    pub fn check_form(&self, token: &str) -> Result<(), PageFailure> {
        let fits: bool = self.form_token().as_bytes().ct_eq(token.as_bytes()).into();
        if self.has_form_cookie && fits {
            Ok(())
        } else {
            Err(PageFailure::FormForged)
        }
    }

    /// Adds the cookie that the forms on this page need, if the visitor has none yet.
    pub fn respond(&self, response: impl IntoResponse) -> Response {
        let mut response = response.into_response();
        if !self.has_form_cookie {
            let cookie = self.cookie(FORM_COOKIE, self.form_secret.clone(), "/");
            append(response.headers_mut(), &cookie);
        }
        response
    }

    /// Adds the cookie of a new session.
    pub fn start_session(&self, response: impl IntoResponse, token: String) -> Response {
        let mut response = response.into_response();
        append(response.headers_mut(), &self.cookie(SESSION_COOKIE, token, "/"));
        response
    }

    /// Takes the session's cookie away.
    pub fn end_session(&self, response: impl IntoResponse) -> Response {
        let mut response = response.into_response();
        let mut cookie = self.cookie(SESSION_COOKIE, String::new(), "/");
        cookie.make_removal();
        append(response.headers_mut(), &cookie);
        response
    }

    /// Adds the cookie of an emailed link, for the pages of its question or offer alone.
    pub fn enter_by_link(&self, response: impl IntoResponse, way_in: String, path: &str) -> Response {
        let mut response = response.into_response();
        append(response.headers_mut(), &self.cookie(LINK_COOKIE, way_in, path));
        response
    }

    fn cookie(&self, name: CookieName, value: String, path: &str) -> Cookie<'static> {
        Cookie::build((name.at(&self.public_url), value))
            .path(path.to_owned())
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.public_url.scheme() == "https")
            .build()
    }
}

fn append(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}

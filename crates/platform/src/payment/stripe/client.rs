//! What is asked of Stripe, over its HTTP interface at one pinned version. `docs/adr/` says why not by a crate.

use super::StripeConfig;
use crate::{
    payment::{Secret, StepKey},
    store::PaymentRow,
};
use reqwest::{Method, StatusCode, header::RETRY_AFTER};
use serde::Deserialize;
use std::time::Duration;
use url::Url;

/// The version of Stripe's interface that answers are read in, whatever the account's own is.
const API_VERSION: &str = "2024-06-20";
/// How long an answer may take; after that it is unknown what became of the request.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(20);
/// The longest answer that is read, in bytes.
const ANSWER_MAX_BYTES: usize = 1024 * 1024;

/// Why Stripe did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StripeError {
    /// It is not known whether it was done: ask again, with the same key.
    #[error("Stripe's answer is not known: {0}")]
    Unknown(String),
    /// It was not done for now: too many requests. Ask again later, with the same key.
    #[error("Stripe asks to wait")]
    Busy {
        /// For how many seconds, where it says so.
        retry_after_s: Option<u32>,
    },
    /// The card was refused.
    #[error("the card was refused: {code}")]
    Declined {
        /// Why, as Stripe names it.
        code: String,
    },
    /// It was not done, and asking again would not help.
    #[error("Stripe refused with status {status}: {code}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Why, as Stripe names it.
        code: String,
    },
}

/// Where a payment intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    /// No card, or the last one was refused.
    RequiresPaymentMethod,
    /// It can be confirmed.
    RequiresConfirmation,
    /// The customer has to do something, such as 3-D Secure.
    RequiresAction,
    /// Under way.
    Processing,
    /// Set aside.
    RequiresCapture,
    /// Cancelled, or its authorisation has run out.
    Canceled,
    /// Taken.
    Succeeded,
    /// One that came later than this program.
    #[serde(other)]
    Other,
}

/// A payment intent, as far as it is needed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Intent {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub status: IntentStatus,
    /// How much, in minor units.
    pub amount: i64,
    /// The currency, in small letters.
    pub currency: String,
    /// Why the last try failed.
    #[serde(default)]
    pub last_payment_error: Option<LastError>,
}

/// Why the last try to pay failed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LastError {
    /// As Stripe names it.
    #[serde(default)]
    pub code: Option<String>,
}

/// Where a page of Checkout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutStatus {
    /// The customer can pay there.
    Open,
    /// They have.
    Complete,
    /// It can be used no more.
    Expired,
}

/// A page of Checkout.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Checkout {
    /// Its id.
    pub id: String,
    /// Its address, while it is open.
    #[serde(default)]
    pub url: Option<String>,
    /// Where it stands.
    pub status: CheckoutStatus,
    /// The payment intent, once there is one.
    #[serde(default)]
    pub payment_intent: Option<String>,
}

#[derive(Deserialize)]
struct Failure {
    error: FailureBody,
}

#[derive(Deserialize)]
struct FailureBody {
    #[serde(default)]
    code: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Refunded {
    id: String,
}

type Form = Vec<(String, String)>;

fn field(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

/// What can be found again by the offer, at Stripe and in its webhooks.
fn metadata(prefix: &str, payment: &PaymentRow) -> Form {
    vec![
        field(&format!("{prefix}[proffer_offer]"), payment.offer_id),
        field(&format!("{prefix}[proffer_version]"), payment.version),
    ]
}

/// Asks Stripe.
#[derive(Clone, Debug)]
pub struct StripeClient {
    http: reqwest::Client,
    key: Secret,
    url: Url,
}

impl StripeClient {
    /// A client with these keys.
    ///
    /// # Errors
    /// If there is no TLS on this machine.
    pub fn new(config: &StripeConfig) -> Result<Self, reqwest::Error> {
        // Clients need it before they are made; a second time changes nothing.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .timeout(ANSWER_TIME_MAX)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            http,
            key: config.key.clone(),
            url: config.url.clone(),
        })
    }

    /// Makes the page where the customer authorises a payment.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn create_checkout(
        &self,
        payment: &PaymentRow,
        key: &StepKey,
        title: &str,
        back: &Url,
    ) -> Result<Checkout, StripeError> {
        let price = payment.terms.price;
        let mut form = vec![
            field("mode", "payment"),
            field("client_reference_id", payment.offer_id),
            field("success_url", back),
            field("cancel_url", back),
            field("line_items[0][quantity]", 1),
            field(
                "line_items[0][price_data][currency]",
                price.currency.code().to_lowercase(),
            ),
            field("line_items[0][price_data][unit_amount]", price.amount_minor),
            field("line_items[0][price_data][product_data][name]", title),
            field("payment_method_types[0]", "card"),
            field("payment_intent_data[capture_method]", "manual"),
        ];
        form.extend(metadata("metadata", payment));
        form.extend(metadata("payment_intent_data[metadata]", payment));
        self.post("v1/checkout/sessions", Some(key), form).await
    }

    /// Where a page of Checkout stands.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn checkout(&self, id: &str) -> Result<Checkout, StripeError> {
        self.get(&format!("v1/checkout/sessions/{id}")).await
    }

    /// Closes a page of Checkout, so that nobody can pay there any more.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn expire_checkout(&self, id: &str, key: &StepKey) -> Result<Checkout, StripeError> {
        self.post(&format!("v1/checkout/sessions/{id}/expire"), Some(key), vec![])
            .await
    }

    /// Sets a price aside by a payment method that Stripe knows.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn create_intent(
        &self,
        payment: &PaymentRow,
        key: &StepKey,
        payment_method: &str,
    ) -> Result<Intent, StripeError> {
        let price = payment.terms.price;
        let mut form = vec![
            field("amount", price.amount_minor),
            field("currency", price.currency.code().to_lowercase()),
            field("capture_method", "manual"),
            field("payment_method_types[0]", "card"),
            field("payment_method", payment_method),
            field("confirm", true),
        ];
        form.extend(metadata("metadata", payment));
        self.post("v1/payment_intents", Some(key), form).await
    }

    /// Where a payment intent stands.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn intent(&self, id: &str) -> Result<Intent, StripeError> {
        self.get(&format!("v1/payment_intents/{id}")).await
    }

    /// Takes what is set aside.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn capture(&self, id: &str, key: &StepKey) -> Result<Intent, StripeError> {
        self.post(&format!("v1/payment_intents/{id}/capture"), Some(key), vec![])
            .await
    }

    /// Lets go what is set aside.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn cancel(&self, id: &str, key: &StepKey) -> Result<Intent, StripeError> {
        self.post(&format!("v1/payment_intents/{id}/cancel"), Some(key), vec![])
            .await
    }

    /// Gives back all that was taken; gives the refund's id.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn refund(&self, intent: &str, key: &StepKey) -> Result<String, StripeError> {
        let form = vec![field("payment_intent", intent)];
        let refunded: Refunded = self.post("v1/refunds", Some(key), form).await?;
        Ok(refunded.id)
    }

    async fn get<T: for<'de> Deserialize<'de>>(&self, path: &str) -> Result<T, StripeError> {
        self.ask(Method::GET, path, None, vec![]).await
    }

    async fn post<T: for<'de> Deserialize<'de>>(
        &self,
        path: &str,
        key: Option<&StepKey>,
        form: Form,
    ) -> Result<T, StripeError> {
        self.ask(Method::POST, path, key, form).await
    }

    async fn ask<T: for<'de> Deserialize<'de>>(
        &self,
        method: Method,
        path: &str,
        key: Option<&StepKey>,
        form: Form,
    ) -> Result<T, StripeError> {
        let unknown = |error: &dyn std::fmt::Display| StripeError::Unknown(error.to_string());
        let url = self.url.join(path).map_err(|error| unknown(&error))?;
        let mut request = self
            .http
            .request(method.clone(), url)
            .bearer_auth(self.key.reveal())
            .header("Stripe-Version", API_VERSION);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key.to_string());
        }
        if method == Method::POST {
            request = request.form(&form);
        }
        // The address holds ids, which are not for the log.
        let response = request.send().await.map_err(|error| unknown(&error.without_url()))?;
        let (status, retry_after_s) = (response.status(), seconds(&response));
        let body = response.bytes().await.map_err(|error| unknown(&error.without_url()))?;
        if body.len() > ANSWER_MAX_BYTES {
            return Err(StripeError::Unknown("it is too long".to_owned()));
        }
        if status.is_success() {
            // What was done is done, also where its description cannot be read.
            return serde_json::from_slice(&body).map_err(|error| unknown(&error));
        }
        Err(refusal(status, retry_after_s, &body))
    }
}

fn seconds(response: &reqwest::Response) -> Option<u32> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()
}

/// What an answer that is no success means. Stripe's words for people are left out: they can name a person.
fn refusal(status: StatusCode, retry_after_s: Option<u32>, body: &[u8]) -> StripeError {
    let error = serde_json::from_slice::<Failure>(body)
        .ok()
        .map(|failure| failure.error);
    let code = error
        .and_then(|error| error.code.or(error.kind))
        .unwrap_or_else(|| "without a reason".to_owned());
    match status.as_u16() {
        402 => StripeError::Declined { code },
        429 => StripeError::Busy { retry_after_s },
        // Another request with the same key is under way.
        409 => StripeError::Busy { retry_after_s: Some(1) },
        500.. => StripeError::Unknown(format!("status {status}")),
        status => StripeError::Refused { status, code },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_answer_has_its_meaning() {
        let body =
            br#"{"error":{"type":"card_error","code":"card_declined","message":"Your card, Helen, was declined."}}"#;
        let code = "card_declined".to_owned();
        let meaning = |status: u16| refusal(StatusCode::from_u16(status).expect("a status"), Some(7), body);
        assert_eq!(meaning(402), StripeError::Declined { code: code.clone() });
        assert_eq!(meaning(429), StripeError::Busy { retry_after_s: Some(7) });
        assert_eq!(meaning(400), StripeError::Refused { status: 400, code });
        assert!(matches!(meaning(409), StripeError::Busy { .. }));
        for unknown in [500, 502, 503, 504] {
            assert!(matches!(meaning(unknown), StripeError::Unknown(_)), "{unknown}");
        }
        let unreadable = refusal(StatusCode::BAD_REQUEST, None, b"<html>");
        assert!(matches!(unreadable, StripeError::Refused { status: 400, .. }));
        assert!(!format!("{:?} {}", meaning(402), meaning(402)).contains("Helen"));
    }
}

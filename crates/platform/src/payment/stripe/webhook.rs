//! Stripe's webhooks: whether one is Stripe's, and what it is about. What it says happened is not believed but asked
//! for: events come twice, late and in any order.

use crate::payment::Secret;
use jiff::{SignedDuration, Timestamp};
use proffer_domain::OfferId;
use ring::hmac;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How far from now a signature may have been made: Stripe's own recommendation.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// A webhook that is not Stripe's, or too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    /// The header cannot be read.
    #[error("the signature's header cannot be read")]
    Header,
    /// Made too long ago, or in the future.
    #[error("the signature is not of this time")]
    Time,
    /// Made with another secret, or for another body.
    #[error("the signature does not fit")]
    Signature,
}

/// Checks the header `Stripe-Signature` of a webhook, in constant time.
///
/// # Errors
/// [`Forged`] says why it is not believed.
pub fn verify(secret: &Secret, header: &str, body: &[u8], now: Timestamp) -> Result<(), Forged> {
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let (_, time) = parts().find(|(name, _)| *name == "t").ok_or(Forged::Header)?;
    let signed_at = time
        .parse()
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .ok_or(Forged::Header)?;
    // While a secret is being replaced, there is a signature by each.
    let signatures: Vec<_> = parts()
        .filter(|(name, _)| *name == "v1")
        .filter_map(|(_, hex)| from_hex(hex))
        .collect();
    if signatures.is_empty() {
        return Err(Forged::Header);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
    let mut message = format!("{time}.").into_bytes();
    message.extend_from_slice(body);
    if !signatures
        .iter()
        .any(|signature| hmac::verify(&key, &message, signature).is_ok())
    {
        return Err(Forged::Signature);
    }
    if now.duration_since(signed_at).abs() > TOLERANCE {
        return Err(Forged::Time);
    }
    Ok(())
}

/// The header of a webhook as Stripe would sign it; for tests.
#[must_use]
pub fn sign(secret: &Secret, body: &[u8], at: Timestamp) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
    let time = at.as_second();
    let mut message = format!("{time}.").into_bytes();
    message.extend_from_slice(body);
    let signature = hmac::sign(&key, &message);
    let hex: String = signature.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={hex}")
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// What a webhook is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripeEvent {
    /// The event's id: the same event can come several times.
    pub id: String,
    /// The ids of what it is about, at Stripe.
    pub objects: Vec<String>,
    /// The offer's version that it names.
    pub offer: Option<(OfferId, u32)>,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    payment_intent: Option<serde_json::Value>,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
}

/// Reads a webhook's body; `None` if it is about nothing of ours.
#[must_use]
pub fn read_event(body: &[u8]) -> Option<StripeEvent> {
    let event: Event = serde_json::from_slice(body).ok()?;
    let object = event.data.object;
    let metadata = object.metadata.unwrap_or_default();
    let named = |name: &str| metadata.get(name).map(String::as_str);
    let offer = named("proffer_offer").and_then(|id| id.parse().ok());
    let version = named("proffer_version").and_then(|version| version.parse().ok());
    let intent = object
        .payment_intent
        .and_then(|value| value.as_str().map(str::to_owned));
    Some(StripeEvent {
        id: event.id,
        objects: object.id.into_iter().chain(intent).collect(),
        offer: offer.zip(version),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;

    fn now() -> Timestamp {
        Timestamp::from_second(1_772_442_000).expect("a time")
    }

    #[test]
    fn only_what_was_signed_with_the_secret_just_now_is_believed() {
        let (secret, other) = (Secret::new("whsec_right"), Secret::new("whsec_wrong"));
        let header = sign(&secret, BODY, now());
        assert_eq!(verify(&secret, &header, BODY, now()), Ok(()));
        assert_eq!(verify(&other, &header, BODY, now()), Err(Forged::Signature));
        assert_eq!(verify(&secret, &header, b"{}", now()), Err(Forged::Signature));
        for seconds in [-301, 301] {
            let later = now() + SignedDuration::from_secs(seconds);
            assert_eq!(verify(&secret, &header, BODY, later), Err(Forged::Time), "{seconds}");
        }
        assert_eq!(verify(&secret, &header, BODY, now() + TOLERANCE), Ok(()));
        // The time is signed too.
        let moved = header.replace("t=1772442000", "t=1772442001");
        assert_eq!(verify(&secret, &moved, BODY, now()), Err(Forged::Signature));
    }

    #[test]
    fn either_of_two_secrets_fits_while_one_replaces_the_other() {
        let (old, new) = (Secret::new("whsec_old"), Secret::new("whsec_new"));
        let signature = |secret| sign(secret, BODY, now()).split_once(',').expect("parts").1.to_owned();
        let header = format!("t=1772442000,{},{}", signature(&old), signature(&new));
        assert_eq!(verify(&old, &header, BODY, now()), Ok(()));
        assert_eq!(verify(&new, &header, BODY, now()), Ok(()));
    }

    #[test]
    fn a_header_that_cannot_be_read_is_refused() {
        let secret = Secret::new("whsec_right");
        for header in [
            "",
            "t=1",
            "v1=00",
            "t=x,v1=00",
            "t=1772442000,v1=0",
            "t=1772442000,v1=zz",
            "t=1772442000,v0=00",
        ] {
            assert_eq!(verify(&secret, header, BODY, now()), Err(Forged::Header), "{header}");
        }
        assert_eq!(
            verify(&secret, "t=1772442000,v1=00", BODY, now()),
            Err(Forged::Signature)
        );
    }

    #[test]
    fn an_event_tells_what_it_is_about() {
        let offer = "019a1111-2222-7333-8444-555555555555";
        let body = format!(
            r#"{{"id":"evt_2","type":"checkout.session.completed","data":{{"object":{{"id":"cs_1","payment_intent":"pi_1",
            "metadata":{{"proffer_offer":"{offer}","proffer_version":"3"}}}}}}}}"#
        );
        let event = read_event(body.as_bytes()).expect("an event");
        assert_eq!(
            (event.id.as_str(), event.objects),
            ("evt_2", vec!["cs_1".to_owned(), "pi_1".to_owned()])
        );
        assert_eq!(event.offer, Some((offer.parse().expect("an id"), 3)));
        assert_eq!(read_event(b"[]"), None);
    }
}

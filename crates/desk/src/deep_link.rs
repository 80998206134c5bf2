//! Links into the app, `proffer://offer/<id>`. Anyone can write one into a page or an email, so only the exact form is
//! one, and all it can do is to show what the expert may see anyway.

use crate::api::OpenTarget;
use proffer_domain::OfferId;
use uuid::Uuid;

/// The scheme that the system passes to the app.
pub const LINK_SCHEME: &str = "proffer";

/// What an offer's link begins with.
const OFFER: &str = "proffer://offer/";

/// Whether an argument of the command line means to be a link, well formed or not.
#[must_use]
pub fn is_deep_link(argument: &str) -> bool {
    let scheme = argument.trim_start().as_bytes().get(..LINK_SCHEME.len() + 1);
    scheme.is_some_and(|start| start.eq_ignore_ascii_case(b"proffer:"))
}

/// Where a link leads; `None` for everything but an offer's link in its one spelling.
#[must_use]
pub fn deep_link_target(link: &str) -> Option<OpenTarget> {
    let id = link.strip_prefix(OFFER)?;
    let parsed = Uuid::try_parse(id).ok()?;
    let mut spelling = Uuid::encode_buffer();
    // The parser takes braces, capitals and missing hyphens too.
    (parsed.hyphenated().encode_lower(&mut spelling) == id).then_some(OpenTarget::Offer {
        offer_id: OfferId(parsed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01972f3c-8f9a-7c55-9b1e-3f0a2d4c6e81";

    #[test]
    fn an_offers_link_leads_to_the_offer() {
        let target = deep_link_target(&format!("proffer://offer/{ID}"));
        let offer_id = OfferId(ID.parse().expect("an id"));
        assert_eq!(target, Some(OpenTarget::Offer { offer_id }));
    }

    #[test]
    fn every_other_spelling_is_refused() {
        let id = ID;
        let upper = ID.to_uppercase();
        let simple = ID.replace('-', "");
        for hostile in [
            String::new(),
            "proffer:".to_owned(),
            "proffer://".to_owned(),
            "proffer://offer".to_owned(),
            "proffer://offer/".to_owned(),
            format!("PROFFER://offer/{id}"),
            format!("proffer:offer/{id}"),
            format!("proffer:///offer/{id}"),
            format!("proffer://Offer/{id}"),
            format!("proffer://offer//{id}"),
            format!("proffer://offer/{id}/"),
            format!("proffer://offer/{id}?accept=1"),
            format!("proffer://offer/{id}#x"),
            format!("proffer://offer/{id}%00"),
            format!("proffer://offer/{id}\0"),
            format!("proffer://offer/{id}\n"),
            format!(" proffer://offer/{id}"),
            format!("proffer://offer/{id} --selftest"),
            format!("proffer://offer/{upper}"),
            format!("proffer://offer/{simple}"),
            format!("proffer://offer/{{{id}}}"),
            format!("proffer://offer/urn:uuid:{id}"),
            format!("proffer://user:password@offer/{id}"),
            format!("proffer://offer:80/{id}"),
            format!("proffer://offer/../offer/{id}"),
            format!("proffer://offer/%2e%2e/{id}"),
            format!("proffer://question/{id}"),
            format!("proffer://offer/{}", &id[..35]),
            format!("proffer://offer/{id}0"),
            format!("https://offer/{id}"),
            format!("file:///offer/{id}"),
            "proffer://offer/javascript:alert(1)".to_owned(),
            format!("proffer://offer/{}", "9".repeat(100_000)),
            "proffer://offer/०1972f3c-8f9a-7c55-9b1e-3f0a2d4c6e8".to_owned(),
        ] {
            assert_eq!(deep_link_target(&hostile), None, "{hostile:.120}");
        }
    }

    #[test]
    fn what_means_to_be_a_link_is_known_whatever_its_spelling() {
        for link in [
            "proffer:",
            "PROFFER://x",
            " proffer://offer/1",
            "proffer://x\" --selftest",
        ] {
            assert!(is_deep_link(link), "{link}");
        }
        for other in [
            "",
            "--background",
            "proffer",
            "/usr/bin/proffer",
            "https://proffer:1/",
            "prøffer:",
        ] {
            assert!(!is_deep_link(other), "{other}");
        }
    }
}

//! Links from outside that open something in the desk: `proffer://offer/<id>`, and nothing else.
//!
//! A page, an email or another program can make any link and have the system hand it over. A link therefore only
//! *shows*: it names an offer by its id and carries no command, no text, no address of a platform and no way to sign
//! in. What the id leads to is looked up in this desk's own cache, as for a click in the list.

use proffer_domain::OfferId;
use std::fmt;
use uuid::Uuid;

/// The scheme that the system hands to the desk.
pub const SCHEME: &str = "proffer";

/// How every link that is understood begins.
const OFFER_PREFIX: &str = "proffer://offer/";

/// An id is written as 8-4-4-4-12 hexadecimal digits.
const ID_LENGTH: usize = 36;

/// What a link leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeepLink {
    /// An offer, to be shown.
    Offer(OfferId),
}

impl fmt::Display for DeepLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offer(id) => write!(f, "{OFFER_PREFIX}{id}"),
        }
    }
}

/// The link is none that the desk understands. It says nothing of the link's text, which is a stranger's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a link that opens an offer (proffer://offer/<id>)")]
pub struct BadLink;

/// Reads a link as the system hands it over.
///
/// Strict, byte for byte: no other spelling of the same address, no percent escapes, no query, no fragment, nothing
/// after the id. What is not exactly such a link is refused, not mended.
///
/// # Errors
/// If it is anything else.
pub fn parse(link: &str) -> Result<DeepLink, BadLink> {
    let id = link.strip_prefix(OFFER_PREFIX).ok_or(BadLink)?;
    // The parser of ids takes other forms too: braces, `urn:uuid:`, without hyphens.
    if id.len() != ID_LENGTH {
        return Err(BadLink);
    }
    let id = Uuid::try_parse(id).map_err(|_| BadLink)?;
    Ok(DeepLink::Offer(id.into()))
}

/// Whether an argument of the command line means to be a link, well formed or not.
#[must_use]
pub fn is_meant(argument: &str) -> bool {
    let start = argument.trim_start().as_bytes().get(..=SCHEME.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(b"proffer:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0193d5a8-6c1e-7b32-9f00-0123456789ab";

    #[test]
    fn a_link_to_an_offer_is_read() {
        let link = format!("{OFFER_PREFIX}{ID}");
        let DeepLink::Offer(id) = parse(&link).expect("a link");
        assert_eq!(id.to_string(), ID);
        assert_eq!(DeepLink::Offer(id).to_string(), link);
        assert!(link.starts_with(&format!("{SCHEME}://")));
        assert!(parse(&format!("{OFFER_PREFIX}{}", ID.to_uppercase())).is_ok());
    }

    #[test]
    fn every_hostile_link_is_refused() {
        let hostile = [
            String::new(),
            "proffer:".into(),
            "proffer://".into(),
            "proffer://offer".into(),
            "proffer://offer/".into(),
            format!("proffer:/offer/{ID}"),
            format!("proffer:offer/{ID}"),
            format!("proffer:///offer/{ID}"),
            format!("proffer://offers/{ID}"),
            format!("proffer://question/{ID}"),
            format!("proffer://sign-in/{ID}"),
            format!("proffer://offer//{ID}"),
            format!("proffer://offer/../offer/{ID}"),
            format!("proffer://offer/..%2f{ID}"),
            format!("proffer://offer/./{ID}"),
            format!("proffer://user:password@offer/{ID}"),
            format!("proffer://offer:443/{ID}"),
            format!("proffer://offer.example/{ID}"),
            format!("proffer://offer/{ID}/"),
            format!("proffer://offer/{ID}/accept"),
            format!("proffer://offer/{ID}?do=withdraw"),
            format!("proffer://offer/{ID}#x"),
            format!("proffer://offer/{ID}\0"),
            format!("proffer://offer/{ID}\n"),
            format!(" proffer://offer/{ID}"),
            format!("proffer://offer/{ID} --data-dir=/tmp"),
            format!("proffer://offer/{{{ID}}}"),
            format!("proffer://offer/urn:uuid:{ID}"),
            format!("proffer://offer/{}", ID.replace('-', "")),
            format!("proffer://offer/{}", ID.replace('a', "g")),
            // The same number of bytes, of characters that are no digits here.
            format!("proffer://offer/{}", "٠".repeat(18)),
            format!("proffer://offer/{}", "-".repeat(36)),
            format!("proffer://offer/{}", "％".repeat(12)),
            format!("https://offer/{ID}"),
            format!("PROFFER://OFFER/{ID}"),
            format!("file:///{OFFER_PREFIX}{ID}"),
            "javascript:alert(1)".into(),
            "--version".into(),
            "../../../etc/passwd".into(),
            "proffer://offer/".repeat(100_000),
        ];
        for link in hostile {
            let shown: String = link.chars().take(80).collect();
            assert_eq!(parse(&link), Err(BadLink), "{shown:?}");
        }
    }

    #[test]
    fn a_refusal_never_quotes_the_link() {
        let refused = parse("proffer://offer/secret").expect_err("refused");
        assert!(!refused.to_string().contains("secret"));
        assert!(!format!("{refused:?}").contains("secret"));
    }

    #[test]
    fn a_link_with_one_byte_changed_is_another_offers_or_refused() {
        let link = format!("{OFFER_PREFIX}{ID}");
        for at in 0..link.len() {
            for byte in 0..=127u8 {
                let mut changed = link.clone().into_bytes();
                if changed[at] == byte {
                    continue;
                }
                changed[at] = byte;
                let changed = String::from_utf8(changed).expect("ASCII");
                match parse(&changed) {
                    Err(BadLink) => {}
                    // Digits in capitals are the same digits.
                    Ok(read) => assert_eq!(read.to_string(), changed.to_lowercase(), "{changed:?}"),
                }
            }
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
            assert!(is_meant(link), "{link}");
        }
        for other in [
            "",
            "--background",
            "proffer",
            "/usr/bin/proffer",
            "https://proffer:1/",
            "prøffer:",
        ] {
            assert!(!is_meant(other), "{other}");
        }
    }
}

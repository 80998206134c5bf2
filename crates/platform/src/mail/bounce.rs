//! Email that comes back: reads a delivery status notification (RFC 3464).

use mail_parser::{MessageParser, MimeHeaders, PartType};
use uuid::Uuid;

/// What a notification says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// The email that it is about.
    pub email: Uuid,
    /// Whether it says that the email will never arrive; else it is only late, or arrived.
    pub is_final: bool,
    /// Why, in the mail server's words.
    pub reason: String,
}

/// Reads a notification; `None` if it is none, or not about an email of a platform's.
#[must_use]
pub fn read_bounce(raw: &[u8]) -> Option<Bounce> {
    let message = MessageParser::default().parse(raw)?;
    let status = message.parts.iter().find_map(|part| {
        let kind = part.content_type()?;
        let is_status = kind.ctype().eq_ignore_ascii_case("message")
            && kind
                .subtype()
                .is_some_and(|subtype| subtype.eq_ignore_ascii_case("delivery-status"));
        is_status.then(|| match &part.body {
            PartType::Text(text) => text.to_string(),
            _ => String::from_utf8_lossy(part.contents()).into_owned(),
        })
    })?;
    let field = |name: &str| {
        status.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let to = message.to().into_iter().flat_map(|to| to.iter());
    let by_address = to.filter_map(|to| {
        let (user, _) = to.address()?.split_once('@')?;
        user.rsplit_once('+')?.1.parse().ok()
    });
    let email = by_address.chain(message_ids(raw)).next()?;
    let code = field("Status").unwrap_or_default();
    Some(Bounce {
        email,
        is_final: field("Action").is_some_and(|action| action.eq_ignore_ascii_case("failed")),
        reason: field("Diagnostic-Code").unwrap_or(code),
    })
}

/// The ids of all messages that are quoted, whole or by their headers.
fn message_ids(raw: &[u8]) -> impl Iterator<Item = Uuid> {
    raw.split(|byte| *byte == b'\n').filter_map(|line| {
        let line = std::str::from_utf8(line).ok()?;
        let (name, value) = line.split_once(':')?;
        if !name.eq_ignore_ascii_case("message-id") {
            return None;
        }
        value.trim().trim_start_matches('<').split_once('@')?.0.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    const ID: &str = "019ae000-0000-7000-8000-00000000002a";

    /// As Postfix writes it.
    fn notification(to: &str, action: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mail.example\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n\
             Message-ID: <20261129110000.1234@mail.example>\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mail.example\r\n\r\n\
             Final-Recipient: rfc822; helen@example.com\r\nAction: {action}\r\nStatus: 5.1.1\r\n\
             Diagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n\
             --b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
             From: no-reply@proffer.example\r\nMessage-ID: <{ID}@proffer.example>\r\n\r\n--b--\r\n"
        )
    }

    #[test]
    fn a_notification_tells_which_email_came_back_and_why() {
        let by_quote = read_bounce(notification("no-reply@proffer.example", "failed").as_bytes()).unwrap();
        assert_eq!(
            by_quote,
            Bounce {
                email: ID.parse().unwrap(),
                is_final: true,
                reason: "smtp; 550 5.1.1 user unknown".to_owned(),
            }
        );
        let other = "bounces+019ae0000000700080000000000000ff@proffer.example";
        let by_address = read_bounce(notification(other, "failed").as_bytes()).unwrap();
        assert_eq!(
            by_address.email,
            Uuid::from_u128(0x019a_e000_0000_7000_8000_0000_0000_00ff)
        );
    }

    #[test]
    fn an_email_that_is_only_late_has_not_come_back() {
        assert!(
            !read_bounce(notification("x@proffer.example", "delayed").as_bytes())
                .unwrap()
                .is_final
        );
    }

    #[test]
    fn what_is_no_notification_is_none() {
        for raw in ["", "Subject: Hello\r\n\r\nHow are you?", "\u{0}\u{1}"] {
            assert_eq!(read_bounce(raw.as_bytes()), None);
        }
    }
}

//! Messages on a question: Answers, Information Requests, and the customer's replies.

use crate::{AttachmentId, FieldCode, FieldProblem, Limits, MessageId, Person, QuestionId, Role, Timestamp, text};
use serde::{Deserialize, Serialize};

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MessageKind {
    /// The expert answers.
    Answer,
    /// The expert asks for what they need to know (IR).
    InfoRequest,
    /// The customer replies.
    Reply,
}

impl MessageKind {
    /// The name on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::InfoRequest => "info_request",
            Self::Reply => "reply",
        }
    }

    /// Reads a name made by [`MessageKind::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Answer, Self::InfoRequest, Self::Reply]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }

    /// The role that sends this kind.
    #[must_use]
    pub fn sent_by(self) -> Role {
        match self {
            Self::Answer | Self::InfoRequest => Role::Expert,
            Self::Reply => Role::Customer,
        }
    }
}

/// A file as lists and messages show it; its bytes are fetched apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// Its name without any folder. Hostile text.
    pub name: String,
    /// Its media type, as found in its bytes or by its name.
    pub media_type: String,
    /// Its size in bytes.
    pub size_bytes: u64,
}

/// A message as it stands on the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// Its id, made by who sent it.
    pub id: MessageId,
    /// The question it belongs to.
    pub question_id: QuestionId,
    /// What it is for.
    pub kind: MessageKind,
    /// Who wrote it.
    pub author: Person,
    /// Markdown. Hostile text.
    pub text: String,
    /// Whether the sentence that an OPTIONAL offer will follow belongs to it.
    pub announces_offer: bool,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// When the platform took it in.
    pub sent_at: Timestamp,
}

/// The sentence that the switch in the composer adds to a last answer.
pub const OFFER_ANNOUNCEMENT: &str = "I will also send you an OPTIONAL Premium Service offer. You may accept or decline it as you like; your question is answered either way.";

/// A message about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageDraft<'a> {
    /// What it is for.
    pub kind: MessageKind,
    /// Its text, Markdown.
    pub text: &'a str,
    /// How many files go with it.
    pub attachments: usize,
    /// Whether it announces an offer.
    pub announces_offer: bool,
}

/// Why a message cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Fields that are wrong.
    #[error("the message cannot be sent as it is")]
    Fields(Vec<FieldProblem>),
    /// A role that does not send this kind.
    #[error("a {0} does not send this kind of message")]
    WrongRole(&'static str),
}

impl MessageDraft<'_> {
    /// Checks it by the platform's limits.
    ///
    /// # Errors
    /// [`MessageError::WrongRole`] if `role` does not send this kind, else the fields that are wrong.
    pub fn check(&self, role: Role, limits: &Limits) -> Result<(), MessageError> {
        if self.kind.sent_by() != role {
            return Err(MessageError::WrongRole(role.as_str()));
        }
        let mut problems: Vec<_> = text::check("/text", "a message", self.text, limits.text_max_chars as usize)
            .into_iter()
            .chain(check_attachment_count(self.attachments, limits))
            .collect();
        if self.announces_offer && self.kind != MessageKind::Answer {
            problems.push(FieldProblem::new(
                "/announces_offer",
                FieldCode::NotOffered,
                "Only an Answer can announce an offer.",
            ));
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(MessageError::Fields(problems))
        }
    }
}

/// Checks how many files go with one message.
#[must_use]
pub fn check_attachment_count(count: usize, limits: &Limits) -> Option<FieldProblem> {
    (count > limits.attachments_max as usize).then(|| {
        FieldProblem::new(
            "/attachments",
            FieldCode::TooMany,
            format!("Send at most {} files with one message.", limits.attachments_max),
        )
        .with_limit(limits.attachments_max)
    })
}

/// File endings that a double click runs, on any of the three systems.
const DANGEROUS_ENDINGS: [&str; 44] = [
    "exe", "com", "bat", "cmd", "msi", "msp", "msix", "appx", "scr", "pif", "cpl", "dll", "sys", "vbs", "vbe", "js",
    "jse", "mjs", "ws", "wsf", "wsh", "ps1", "psm1", "hta", "jar", "jnlp", "lnk", "url", "reg", "inf", "scf", "gadget",
    "app", "command", "dmg", "pkg", "sh", "bash", "run", "desktop", "appimage", "deb", "rpm", "apk",
];

/// Checks a file by its name, size and first bytes, before it is sent and when it arrives.
///
/// # Errors
/// Why it is refused: empty, too large, no name, or of a type that runs when opened.
pub fn check_attachment(name: &str, size_bytes: u64, head: &[u8], limits: &Limits) -> Result<(), FieldProblem> {
    if let Some(problem) = text::check("/attachment", "a file name", name, text::NAME_MAX_CHARS) {
        return Err(problem);
    }
    if size_bytes == 0 {
        return Err(FieldProblem::new(
            "/attachment",
            FieldCode::Missing,
            format!("{name} is empty; choose another file."),
        ));
    }
    if size_bytes > limits.attachment_max_bytes {
        let limit = format!("{} MB", limits.attachment_max_bytes / (1024 * 1024));
        return Err(FieldProblem::new(
            "/attachment",
            FieldCode::TooLarge,
            format!("{name} is larger than {limit}; send a smaller file or split it."),
        )
        .with_limit(limit));
    }
    let ending = name
        .trim_end_matches(['.', ' '])
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    let runs = ending.is_some_and(|ending| DANGEROUS_ENDINGS.contains(&ending.as_str()))
        || head.starts_with(b"MZ")
        || head.starts_with(b"\x7fELF")
        || head.starts_with(b"#!")
        || matches!(head.get(..4), Some([0xcf, 0xfa, 0xed, 0xfe] | [0xca, 0xfe, 0xba, 0xbe]));
    if runs {
        return Err(FieldProblem::new(
            "/attachment",
            FieldCode::DangerousType,
            format!("{name} is a program; send it as a PDF, an image or a ZIP archive instead."),
        ));
    }
    Ok(())
}

/// The name of an uploaded file without folders, control characters and leading dots; what a browser sends can hold
/// any of them.
#[must_use]
pub fn clean_file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '"' | '<' | '>' | '|' | '?' | '*' | ':' | '\u{202e}' | '\u{200f}'))
        .collect();
    kept.trim().trim_start_matches('.').trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_refused_by_name_and_by_content() {
        let limits = Limits::default();
        let code =
            |name, size, head: &[u8]| check_attachment(name, size, head, &limits).map_err(|problem| problem.code);
        assert_eq!(code("manual.pdf", 10, b"%PDF"), Ok(()));
        assert_eq!(code("setup.EXE", 10, b""), Err(FieldCode::DangerousType));
        assert_eq!(code("setup.exe. ", 10, b""), Err(FieldCode::DangerousType));
        assert_eq!(code("photo.jpg", 10, b"MZ\x90"), Err(FieldCode::DangerousType));
        assert_eq!(code("photo.jpg", 0, b""), Err(FieldCode::Missing));
        assert_eq!(code("film.zip", 100 * 1024 * 1024, b"PK"), Err(FieldCode::TooLarge));
    }

    #[test]
    fn a_file_name_keeps_no_folder() {
        assert_eq!(clean_file_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_file_name("C:\\docs\\in\u{202e}voice.pdf"), "invoice.pdf");
        assert_eq!(clean_file_name("..."), "");
    }

    #[test]
    fn each_role_sends_its_own_kinds() {
        let limits = Limits::default();
        let draft = |kind| MessageDraft {
            kind,
            text: "Hello",
            attachments: 0,
            announces_offer: false,
        };
        assert_eq!(draft(MessageKind::Answer).check(Role::Expert, &limits), Ok(()));
        assert_eq!(draft(MessageKind::Reply).check(Role::Customer, &limits), Ok(()));
        assert!(matches!(
            draft(MessageKind::Answer).check(Role::Customer, &limits),
            Err(MessageError::WrongRole(_))
        ));
    }

    #[test]
    fn a_hundred_kilobytes_of_text_are_refused_with_the_limit() {
        let text = "x".repeat(100 * 1024);
        let draft = MessageDraft {
            kind: MessageKind::Answer,
            text: &text,
            attachments: 0,
            announces_offer: false,
        };
        let Err(MessageError::Fields(problems)) = draft.check(Role::Expert, &Limits::default()) else {
            panic!("it was taken");
        };
        assert_eq!(problems[0].code, FieldCode::TooLong);
        assert_eq!(problems[0].limit.as_deref(), Some("20000"));
    }
}

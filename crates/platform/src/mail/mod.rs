//! Email: what each letter says ([`letters`]) and how it goes out ([`transport`]).

mod bounce;
mod letters;
mod smtp_line;
mod transport;

pub use bounce::{Bounce, read_bounce};
pub use letters::{
    Letter, NEW_LINK, OPTIONAL_KINDS, REMINDER, REMINDER_OF_EXPERT, Reader, message_for_customer, new_link,
    offer_for_customer, offer_for_expert, password_changed, password_reset, reminder_of_expert, reply_for_expert,
    support_reply,
};
pub use transport::{FolderMailer, MailError, Mailer, OutgoingEmail, SmtpMailer, SmtpRoute};

//! Every request the UI can make and every event it hears. TypeScript is made from these types.
//!
//! View models are complete: the UI shows them and decides nothing. Fields whose name ends in `_html` were made safe by
//! [`proffer_domain::text::to_safe_html`] and may be put into a page; every other text is hostile and must be escaped.
//! Requests are named `noun_verb`, events are in the past tense.

pub mod attachment;
pub mod connection;
pub mod diagnostics;
pub mod error;
pub mod event;
pub mod guide;
pub mod insights;
pub mod message;
pub mod notice;
pub mod offer;
pub mod offer_dialog;
pub mod offer_template;
pub mod outbox;
pub mod phrase;
pub mod question;
pub mod queue;
pub mod request_centre;
pub mod search;
pub mod session;
pub mod settings;
pub mod support;
pub mod update;

pub use error::{ApiError, ApiErrorCode};
pub use event::{DeskEvent, OpenTarget};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A request or response without content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(as = "()")]
pub struct Nothing;

/// Calls `$with!` with every request: its name, what it takes and what it gives.
///
/// Declared once: the dispatcher and the TypeScript map both come from this list.
#[macro_export]
macro_rules! for_each_request {
    ($with:ident) => {
        $with! {
            /// Who is signed in, and where.
            session_show(Nothing) -> session::SessionView;
            /// Signs in and begins to sync.
            session_sign_in(session::SessionSignIn) -> session::SessionView;
            /// Signs out here; drafts and outbox stay on this computer.
            session_sign_out(Nothing) -> session::SessionView;
            /// Goes on with another saved account.
            session_switch(session::AccountRef) -> session::SessionView;
            /// Signs out of a saved account that is not the present one.
            session_forget(session::AccountRef) -> session::SessionView;
            /// How the desk stands to its platform.
            connection_show(Nothing) -> connection::ConnectionView;
            /// Tries to reach the platform now.
            connection_retry(Nothing) -> connection::ConnectionView;
            /// The question queue.
            queue_list(queue::QueueList) -> queue::QueueView;
            /// More rows of one of its groups.
            queue_page(queue::QueuePage) -> queue::QueueRows;
            /// Searches questions, messages, offers and customers in the cache, newest first.
            search_list(search::SearchList) -> search::SearchView;
            /// One question with its whole conversation; marks it as read.
            question_show(question::QuestionRef) -> question::ConversationView;
            /// Takes the lock. Needs the platform.
            question_lock(question::QuestionRef) -> question::ConversationView;
            /// Gives the lock back ("opt out"). Needs the platform.
            question_release(question::QuestionRef) -> question::ConversationView;
            /// Extends the lock by one click. Needs the platform.
            question_extend(question::QuestionRef) -> question::ConversationView;
            /// Keeps what was typed.
            message_draft_save(message::MessageDraftSave) -> message::MessageDraftView;
            /// Puts the draft into the outbox; it goes out after the undo window.
            message_send(message::MessageSend) -> question::ConversationView;
            /// Keeps a text as an own phrase.
            phrase_save(phrase::PhraseSave) -> phrase::PhraseList;
            /// Deletes an own phrase.
            phrase_delete(phrase::PhraseRef) -> phrase::PhraseList;
            /// Adds a file to a draft.
            attachment_add(attachment::AttachmentAdd) -> attachment::DraftAttachment;
            /// Takes a file off a draft.
            attachment_remove(attachment::AttachmentRemove) -> Nothing;
            /// Fetches a file (from the cache, else from the platform) and saves it to the downloads folder.
            attachment_save(attachment::AttachmentRef) -> attachment::AttachmentSaved;
            /// A picture's bytes (from this computer, else from the platform), to be shown.
            attachment_preview(attachment::AttachmentRef) -> attachment::AttachmentPreview;
            /// What waits to be sent, and what could not be.
            outbox_list(Nothing) -> outbox::OutboxView;
            /// Takes an entry back within its undo window, into its draft.
            outbox_undo(outbox::OutboxRef) -> outbox::OutboxView;
            /// Sends a parked entry again, with the same key.
            outbox_retry(outbox::OutboxRef) -> outbox::OutboxView;
            /// Turns an entry that failed, or was never tried, back into an editable draft.
            outbox_edit(outbox::OutboxRef) -> outbox::OutboxView;
            /// Throws a refused entry away.
            outbox_discard(outbox::OutboxRef) -> outbox::OutboxView;
            /// Opens the offer dialog on a question, with its kept draft if there is one.
            offer_dialog_open(offer_dialog::OfferDialogOpen) -> offer_dialog::OfferDialogView;
            /// Takes all fields as they stand; validates, previews and keeps them.
            offer_dialog_edit(offer_dialog::OfferDialogEdit) -> offer_dialog::OfferDialogView;
            /// Chooses a kind; its starter template fills what was not typed by hand.
            offer_dialog_choose_kind(offer_dialog::OfferDialogChooseKind) -> offer_dialog::OfferDialogView;
            /// Fills the fields from a template.
            offer_dialog_apply_template(offer_dialog::OfferDialogApplyTemplate) -> offer_dialog::OfferDialogView;
            /// Submits the offer: into the outbox, and out.
            offer_dialog_submit(offer_dialog::OfferDialogRef) -> offer_dialog::OfferDialogView;
            /// Throws the draft away.
            offer_dialog_discard(offer_dialog::OfferDialogRef) -> Nothing;
            /// Keeps the dialog's fields as an own template.
            offer_template_save(offer_template::OfferTemplateSave) -> offer_dialog::OfferDialogView;
            /// Puts the dialog's fields into an own template.
            offer_template_update(offer_template::OfferTemplateRef) -> offer_dialog::OfferDialogView;
            /// Gives an own template another name.
            offer_template_rename(offer_template::OfferTemplateRename) -> offer_dialog::OfferDialogView;
            /// Moves an own template among the own ones.
            offer_template_move(offer_template::OfferTemplateMove) -> offer_dialog::OfferDialogView;
            /// Deletes an own template.
            offer_template_delete(offer_template::OfferTemplateRef) -> offer_dialog::OfferDialogView;
            /// The Request Centre.
            request_centre_list(request_centre::RequestCentreList) -> request_centre::RequestCentreView;
            /// More rows of one of its groups.
            request_centre_page(request_centre::RequestCentrePage) -> request_centre::OfferRows;
            /// Marks offers as read, many at once.
            request_centre_mark_read(request_centre::RequestCentreMarkRead) -> request_centre::RequestCentreMarked;
            /// How the expert's offers fared, in a period.
            insights_show(insights::InsightsShow) -> insights::InsightsView;
            /// Saves the period's offers as CSV to the downloads folder.
            insights_export(insights::InsightsShow) -> insights::InsightsExported;
            /// One offer in full; marks it as read.
            offer_show(offer::OfferRef) -> offer::OfferView;
            /// Starts the work on an accepted offer.
            offer_start(offer::OfferRef) -> offer::OfferView;
            /// Keeps the delivery being written.
            offer_delivery_save(offer::OfferDeliverySave) -> offer::DeliveryDraftView;
            /// Delivers what was kept by `offer_delivery_save`.
            offer_deliver(offer::OfferRef) -> offer::OfferView;
            /// Takes an open or declined offer back.
            offer_withdraw(offer::OfferRef) -> offer::OfferView;
            /// Reminds the customer of an open offer, once a version.
            offer_remind(offer::OfferRef) -> offer::OfferView;
            /// Ends an accepted offer, with a reason.
            offer_cancel(offer::OfferCancel) -> offer::OfferView;
            /// Asks the category's moderator for help.
            support_request_send(support::SupportRequestSend) -> support::SupportRequestList;
            /// Keeps the request for help being written.
            support_draft_save(support::SupportDraftSave) -> support::SupportDraftView;
            /// The requests for help and their replies.
            support_request_list(Nothing) -> support::SupportRequestList;
            /// The notices, newest first.
            notice_list(Nothing) -> notice::NoticeList;
            /// Marks notices as read.
            notice_mark_read(notice::NoticeMarkRead) -> notice::NoticeList;
            /// Raises a test notification and says what came of it.
            notice_send_test(Nothing) -> notice::NoticeTest;
            /// Pauses notifications, or ends the pause; what comes meanwhile is told in one digest.
            notice_pause(notice::NoticePause) -> notice::NoticeList;
            /// Says what the expert is looking at.
            attention_note(notice::AttentionNote) -> Nothing;
            /// The settings.
            settings_show(Nothing) -> settings::SettingsView;
            /// Changes the settings.
            settings_save(settings::Settings) -> settings::SettingsView;
            /// Lets the app start at login, or not.
            settings_start_at_login(settings::SettingsStartAtLogin) -> settings::SettingsView;
            /// Closes the window, as the setting for the tray says.
            window_close(Nothing) -> Nothing;
            /// How much room the desk's data takes.
            data_show(Nothing) -> settings::DataView;
            /// Exports the expert's own data into a folder among the downloads; no token is in it.
            data_export(Nothing) -> settings::DataExported;
            /// The first steps of a newcomer.
            guide_show(Nothing) -> guide::GuideView;
            /// Shows the first steps, or puts them away.
            guide_open(guide::GuideOpen) -> guide::GuideView;
            /// What a support person asks for; holds no secret.
            diagnostics_show(Nothing) -> diagnostics::DiagnosticsView;
            /// How an update of the app stands.
            update_show(Nothing) -> update::UpdateView;
            /// Asks the channel for a newer version now.
            update_check(Nothing) -> update::UpdateView;
            /// Fetches the newer version; events tell how far it is.
            update_download(Nothing) -> update::UpdateView;
            /// Has the system install what was fetched, unless something stands in its way.
            update_install(update::UpdateConsent) -> update::UpdateView;
            /// Restarts the app into the installed version, unless something stands in its way.
            update_restart(update::UpdateConsent) -> update::UpdateView;
            /// Where the window shall go, if a notification or link opened it; asked once at start.
            navigation_take(Nothing) -> event::NavigationTaken;
        }
    };
}

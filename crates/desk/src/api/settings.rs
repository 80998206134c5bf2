//! Settings, kept in the journal.

use super::{notice::NoticeKind, update::UpdateChannel};
use proffer_domain::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Appearance {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The language of the app. Only languages with a whole catalogue are here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// The system's, if the app speaks it.
    #[default]
    System,
    /// English.
    English,
    /// Spanish.
    Spanish,
    /// German.
    German,
    /// Japanese.
    Japanese,
}

/// What is done with notices of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeChoice {
    /// Whether they are raised on the desktop.
    pub is_raised: bool,
    /// Whether that makes a sound.
    pub has_sound: bool,
}

/// The choice for each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct NoticeChoices {
    /// A customer accepted an offer.
    pub offer_accepted: NoticeChoice,
    /// An offer was completed.
    pub offer_completed: NoticeChoice,
    /// A customer declined an offer.
    pub offer_declined: NoticeChoice,
    /// A customer replied.
    pub customer_replied: NoticeChoice,
    /// A moderator replied.
    pub support_replied: NoticeChoice,
    /// A lock ends soon.
    pub lock_ends_soon: NoticeChoice,
    /// Several notices in one.
    pub digest: NoticeChoice,
    /// The local copy is built anew.
    pub cache_rebuilt: NoticeChoice,
}

impl Default for NoticeChoices {
    fn default() -> Self {
        let raised = NoticeChoice {
            is_raised: true,
            has_sound: true,
        };
        let in_app = NoticeChoice {
            is_raised: false,
            has_sound: false,
        };
        Self {
            offer_accepted: raised,
            offer_completed: raised,
            offer_declined: in_app,
            customer_replied: in_app,
            support_replied: in_app,
            lock_ends_soon: raised,
            digest: raised,
            cache_rebuilt: in_app,
        }
    }
}

impl NoticeChoices {
    /// What is done with this kind.
    #[must_use]
    pub fn of(&self, kind: NoticeKind) -> NoticeChoice {
        match kind {
            NoticeKind::OfferAccepted => self.offer_accepted,
            NoticeKind::OfferCompleted => self.offer_completed,
            NoticeKind::OfferDeclined => self.offer_declined,
            NoticeKind::CustomerReplied => self.customer_replied,
            NoticeKind::SupportReplied => self.support_replied,
            NoticeKind::LockEndsSoon => self.lock_ends_soon,
            NoticeKind::Digest => self.digest,
            NoticeKind::CacheRebuilt => self.cache_rebuilt,
            // Nothing to choose: it is rare, and for the app alone.
            NoticeKind::PartRestarted => NoticeChoice {
                is_raised: false,
                has_sound: false,
            },
        }
    }
}

/// How much a notification says. Systems show notifications on a locked screen as well, so it holds everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NoticeDetail {
    /// Who, what, how much.
    #[default]
    Full,
    /// Only what happened, such as "An offer was accepted".
    Event,
    /// Only that there is something new.
    Nothing,
}

/// When nothing is raised, every day, by this computer's clock. Across midnight if it ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuietHours {
    /// Whether they are kept.
    pub is_on: bool,
    /// When they begin, in minutes since midnight.
    pub from_minute: u16,
    /// When they end, in minutes since midnight.
    pub to_minute: u16,
}

impl Default for QuietHours {
    fn default() -> Self {
        Self {
            is_on: false,
            from_minute: 22 * 60,
            to_minute: 7 * 60,
        }
    }
}

/// What the expert can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// Light or dark.
    pub appearance: Appearance,
    /// How large everything is drawn, in percent: 80 to 200.
    pub zoom_percent: u16,
    /// The language.
    pub language: Language,
    /// Whether notifications are raised on the desktop at all.
    pub notifications: bool,
    /// Which of them, and with sound or not.
    pub notice_choices: NoticeChoices,
    /// How much they say.
    pub notice_detail: NoticeDetail,
    /// When none are raised.
    pub quiet_hours: QuietHours,
    /// Whether the program goes on in the tray when its window is closed; `None` until the expert was asked.
    pub keeps_in_tray: Option<bool>,
    /// How long a sent message can be taken back, in seconds; 0 for not at all.
    pub undo_seconds: u8,
    /// Which releases of the app are offered.
    pub update_channel: UpdateChannel,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            appearance: Appearance::System,
            zoom_percent: 100,
            language: Language::System,
            notifications: true,
            notice_choices: NoticeChoices::default(),
            notice_detail: NoticeDetail::Full,
            quiet_hours: QuietHours::default(),
            keeps_in_tray: None,
            undo_seconds: 5,
            update_channel: UpdateChannel::Stable,
        }
    }
}

/// What the system around the app can do and does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SystemView {
    /// Why there is no icon in the tray; `None` if there is one.
    pub tray_problem: Option<String>,
    /// Whether the app starts when its owner logs in; `None` if the system does not say.
    pub starts_at_login: Option<bool>,
}

/// The settings and what they stand beside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SettingsView {
    /// What the expert can set.
    pub settings: Settings,
    /// Until when notifications are paused, if they are.
    pub paused_until: Option<Timestamp>,
    /// What the system can do.
    pub system: SystemView,
    /// Where the desk keeps its data.
    pub data_folder: String,
    /// The app's version.
    pub version: String,
}

/// Lets the app start at login, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SettingsStartAtLogin {
    /// Whether it shall.
    pub starts: bool,
}

/// The data on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DataView {
    /// The folder.
    pub folder: String,
    /// The local copy of the platform: it can be fetched again.
    pub cache_bytes: u64,
    /// Drafts, outbox, notices and settings: they exist only here.
    pub journal_bytes: u64,
    /// Files fetched from the platform.
    pub files_bytes: u64,
    /// Everything else: logs, the window's size.
    pub other_bytes: u64,
}

/// Own data, exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DataExported {
    /// The folder that holds it.
    pub folder: String,
    /// How many files it has.
    pub file_count: u32,
}

//! The words that Rust speaks itself: notifications and the tray. The window's are in `ui/src/i18n`.

use crate::api::settings::Language;
use proffer_domain::{Money, MoneyStyle};
use std::{collections::HashMap, fmt::Display, sync::LazyLock};

macro_rules! phrases {
    ($($name:ident = $key:literal,)*) => {
        /// What can be said; in every language under this key.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the catalogues say what each one says")]
        pub enum Phrase { $($name,)* }

        impl Phrase {
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$name,)*];

            const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }
    };
}

phrases! {
    OfferAccepted = "offer_accepted",
    OfferCompleted = "offer_completed",
    OfferDeclined = "offer_declined",
    CustomerReplied = "customer_replied",
    SupportReplied = "support_replied",
    LockEndsSoon = "lock_ends_soon",
    LockEndsSoonBody = "lock_ends_soon_body",
    CacheRebuilt = "cache_rebuilt",
    CacheRebuiltBody = "cache_rebuilt_body",
    PartRestarted = "part_restarted",
    PartRestartedBody = "part_restarted_body",
    EventOfferAccepted = "event_offer_accepted",
    EventOfferCompleted = "event_offer_completed",
    EventOfferDeclined = "event_offer_declined",
    EventCustomerReplied = "event_customer_replied",
    EventSupportReplied = "event_support_replied",
    EventLockEndsSoon = "event_lock_ends_soon",
    EventDigest = "event_digest",
    EventCacheRebuilt = "event_cache_rebuilt",
    SomethingNew = "something_new",
    SeveralOffersAccepted = "several_offers_accepted",
    SeveralServicesCompleted = "several_services_completed",
    SeveralOffersDeclined = "several_offers_declined",
    SeveralCustomersReplied = "several_customers_replied",
    SeveralModeratorsReplied = "several_moderators_replied",
    AlsoAccepted = "also_accepted",
    AlsoCompleted = "also_completed",
    AlsoDeclined = "also_declined",
    AlsoReplied = "also_replied",
    AlsoFromModerators = "also_from_moderators",
    WhileAway = "while_away",
    MoreInRequestCentre = "more_in_request_centre",
    Test = "test",
    TestBody = "test_body",
    TestRefused = "test_refused",
    Open = "open",
    Start = "start",
    Extend = "extend",
    TrayOpen = "tray_open",
    TrayRequestCentre = "tray_request_centre",
    TrayNoneUnread = "tray_none_unread",
    TrayOneUnread = "tray_one_unread",
    TraySeveralUnread = "tray_several_unread",
    TrayPause = "tray_pause",
    TrayResume = "tray_resume",
    TrayQuit = "tray_quit",
    TrayTooltip = "tray_tooltip",
    StartFailed = "start_failed",
    ExtendFailed = "extend_failed",
    UnreachableNow = "unreachable_now",
    OfferMovedOn = "offer_moved_on",
    SignInAgain = "sign_in_again",
    LockEnded = "lock_ended",
    QuestionHeld = "question_held",
    OthersOff = "others_off",
    OthersPaused = "others_paused",
    OthersQuiet = "others_quiet",
    AcceptedNotRaised = "accepted_not_raised",
    NoTrayLibrary = "no_tray_library",
    NoTrayShown = "no_tray_shown",
}

/// A language that is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Spoken {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// Japanese.
    Japanese,
}

type Catalogue = HashMap<String, String>;

static CATALOGUES: LazyLock<[Catalogue; 4]> = LazyLock::new(|| {
    // They are part of the program, and a test reads them.
    Spoken::ALL.map(|language| serde_json::from_str(language.source()).unwrap_or_default())
});

impl Spoken {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::Spanish, Self::Japanese];

    /// The language chosen, or the system's (a tag such as `de-AT`) if the app speaks it.
    #[must_use]
    pub fn of(chosen: Language, system: Option<&str>) -> Self {
        match chosen {
            Language::English => Self::English,
            Language::German => Self::German,
            Language::Spanish => Self::Spanish,
            Language::Japanese => Self::Japanese,
            Language::System => {
                let tag = system.unwrap_or_default().to_ascii_lowercase();
                match tag.split(['-', '_', '.']).next().unwrap_or_default() {
                    "de" => Self::German,
                    "es" => Self::Spanish,
                    "ja" => Self::Japanese,
                    _ => Self::English,
                }
            }
        }
    }

    const fn source(self) -> &'static str {
        match self {
            Self::English => include_str!("en.json"),
            Self::German => include_str!("de.json"),
            Self::Spanish => include_str!("es.json"),
            Self::Japanese => include_str!("ja.json"),
        }
    }

    /// An amount as this language writes it.
    #[must_use]
    pub fn money(self, money: Money) -> String {
        money.written(match self {
            Self::English | Self::Japanese => MoneyStyle::SignFirst,
            Self::German | Self::Spanish => MoneyStyle::SignLast,
        })
    }

    /// Says it, with `{name}` filled in. What is filled in is taken as it is, braces and all.
    #[must_use]
    pub fn say(self, phrase: Phrase, values: &[(&str, &dyn Display)]) -> String {
        let [english, german, spanish, japanese] = &*CATALOGUES;
        let catalogue = match self {
            Self::English => english,
            Self::German => german,
            Self::Spanish => spanish,
            Self::Japanese => japanese,
        };
        let mut rest = catalogue.get(phrase.key()).map_or("", String::as_str);
        let mut said = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
                said.push_str(&value.to_string());
            }
            rest = after;
        }
        said.push_str(rest);
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn places(text: &str) -> BTreeSet<&str> {
        let after = text.split('{').skip(1);
        after.filter_map(|part| part.split('}').next()).collect()
    }

    #[test]
    fn every_language_says_everything_with_the_same_places() {
        let [english, others @ ..] = &*CATALOGUES;
        let keys: BTreeSet<_> = Phrase::ALL.iter().map(|phrase| phrase.key()).collect();
        assert_eq!(english.keys().map(String::as_str).collect::<BTreeSet<_>>(), keys);
        for other in others {
            assert_eq!(other.keys().collect::<BTreeSet<_>>(), english.keys().collect());
            for (key, text) in other {
                assert_eq!(places(text), places(&english[key]), "{key}: {text}");
                assert!(!text.is_empty(), "{key}");
            }
        }
    }

    #[test]
    fn the_systems_language_is_spoken_where_none_is_chosen() {
        for (chosen, system, spoken) in [
            (Language::System, Some("de-AT"), Spoken::German),
            (Language::System, Some("ja_JP.UTF-8"), Spoken::Japanese),
            (Language::System, Some("fr-FR"), Spoken::English),
            (Language::System, None, Spoken::English),
            (Language::Spanish, Some("de-DE"), Spoken::Spanish),
        ] {
            assert_eq!(Spoken::of(chosen, system), spoken, "{chosen:?} {system:?}");
        }
    }

    #[test]
    fn an_amount_is_written_as_the_language_writes_it() {
        let amount = Money::new(-145_000, "GBP".parse().expect("a currency"));
        assert_eq!(Spoken::English.money(amount), "£-1,450.00");
        assert_eq!(Spoken::German.money(amount), "-1.450,00\u{a0}£");
        let yen = Money::new(1_450_000, "JPY".parse().expect("a currency"));
        assert_eq!(Spoken::Japanese.money(yen), "¥1,450,000");
        assert_eq!(Spoken::Spanish.money(yen), "1.450.000\u{a0}¥");
    }

    #[test]
    fn names_are_filled_in_as_they_are() {
        let said = Spoken::German.say(Phrase::OfferAccepted, &[("customer", &"{file} {")]);
        assert_eq!(said, "{file} { hat Ihr Angebot angenommen");
    }
}

//! Links into the app: how the system hands them over, and what is done with them. Which are taken is decided by
//! [`proffer_desk::deep_link::parse`]; everything else is left alone, and logged without what it said.
//!
//! Linux and Windows start the program with the link as its argument; a program that runs already gets it through the
//! single instance. macOS sends an event.

use crate::{desk_slot::DeskSlot, window};
use proffer_desk::{
    api::OpenTarget,
    deep_link::{self, DeepLink},
};
use tauri::{AppHandle, Manager, async_runtime};

/// What a command line asks for with regard to links.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Asked {
    /// It holds no link.
    Nothing,
    /// To show this.
    Target(OpenTarget),
    /// It holds something that means to be a link and is none.
    Refused,
}

/// Looks for a link among arguments. One that holds a link holds nothing else that counts: whoever made the link may
/// have smuggled options in beside it.
pub(crate) fn asked(arguments: impl IntoIterator<Item = impl AsRef<str>>) -> Asked {
    let mut links = arguments
        .into_iter()
        .filter(|argument| deep_link::is_meant(argument.as_ref()));
    match (links.next(), links.next()) {
        (None, _) => Asked::Nothing,
        (Some(link), None) => {
            deep_link::parse(link.as_ref()).map_or(Asked::Refused, |link| Asked::Target(target(link)))
        }
        // Systems hand over one at a time.
        (Some(_), Some(_)) => Asked::Refused,
    }
}

fn target(link: DeepLink) -> OpenTarget {
    match link {
        DeepLink::Offer(offer_id) => OpenTarget::Offer { offer_id },
    }
}

/// Does what another start or the system asked for.
pub(crate) fn follow(app: &AppHandle, asked: Asked) {
    match asked {
        Asked::Nothing => window::show(app),
        Asked::Target(target) => go(app, target),
        Asked::Refused => tracing::warn!("a link was refused: it is not of the form proffer://offer/<id>"),
    }
}

fn go(app: &AppHandle, target: OpenTarget) {
    let app = app.clone();
    async_runtime::spawn(async move {
        // The desk may be opening still.
        if let Ok(desk) = app.state::<DeskSlot>().desk().await {
            tracing::info!("a link leads into the app");
            desk.navigate(target);
        }
        window::show(&app);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "proffer://offer/01972f3c-8f9a-7c55-9b1e-3f0a2d4c6e81";

    #[test]
    fn a_link_is_found_among_the_arguments() {
        assert_eq!(asked(["/usr/bin/proffer"]), Asked::Nothing);
        assert_eq!(asked(["/usr/bin/proffer", "--background"]), Asked::Nothing);
        assert!(matches!(asked(["/usr/bin/proffer", LINK]), Asked::Target(_)));
        assert!(matches!(
            asked(["/usr/bin/proffer", LINK, "--selftest"]),
            Asked::Target(_)
        ));
    }

    #[test]
    fn what_means_to_be_a_link_and_is_none_is_refused() {
        assert_eq!(asked(["proffer", "proffer://offer/../../etc"]), Asked::Refused);
        assert_eq!(asked(["proffer", "PROFFER:x"]), Asked::Refused);
        assert_eq!(asked(["proffer", LINK, LINK]), Asked::Refused);
    }
}

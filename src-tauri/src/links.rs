//! Where the window may go: nowhere but the app. A link to the web opens in the system's browser.

use tauri::Url;

/// Whether an address is the app's own page.
fn is_own(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // Windows serves the same pages under this name.
        "http" | "https" if url.host_str() == Some("tauri.localhost") => true,
        "http" => tauri::is_dev() && url.host_str() == Some("127.0.0.1"),
        _ => false,
    }
}

/// Whether the system may be asked to open an address: nothing that starts a program or reads a file.
fn may_open(url: &Url) -> bool {
    match url.scheme() {
        "http" | "https" => url.has_host(),
        "mailto" => true,
        _ => false,
    }
}

/// Decides on a navigation of the window.
pub(crate) fn may_navigate(url: &Url) -> bool {
    let own = is_own(url);
    if !own {
        open_outside(url);
    }
    own
}

/// Opens a link in the system's browser or mail program.
pub(crate) fn open_outside(url: &Url) {
    if !may_open(url) {
        tracing::warn!(scheme = url.scheme(), "a link was refused");
        return;
    }
    if let Err(error) = open::that_detached(url.as_str()) {
        tracing::warn!(%error, "the system opened no browser");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("a test's address")
    }

    #[test]
    fn only_the_apps_own_pages_are_its_own() {
        assert!(is_own(&url("tauri://localhost/index.html")));
        assert!(is_own(&url("http://tauri.localhost/")));
        for foreign in [
            "https://example.org/",
            "tauri://example.org/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
        ] {
            assert!(!is_own(&url(foreign)), "{foreign}");
        }
    }

    #[test]
    fn only_the_web_and_mail_are_opened_outside() {
        assert!(may_open(&url("https://example.org/manual.pdf")));
        assert!(may_open(&url("mailto:helen@example.org")));
        for refused in [
            "file:///usr/bin/xterm",
            "javascript:alert(1)",
            "ssh://example.org",
            "smb://host/share",
            "ms-settings:x",
        ] {
            assert!(!may_open(&url(refused)), "{refused}");
        }
    }
}

//! `diagnostics_show`: facts for a support person; no secret, no address of a person, nothing that people wrote.

use super::Answer;
use crate::{
    api::{Nothing, diagnostics::DiagnosticsView},
    desk::Desk,
};
use proffer_protocol::PROTOCOL_VERSION;
use std::fmt::Write as _;

impl Desk {
    pub(crate) async fn diagnostics_show(&self, _: Nothing) -> Answer<DiagnosticsView> {
        let session = self.session();
        let connection = self.connection_view().await?;
        let place = self.inner.cache.place().await?;
        let settings = self.settings();
        let mut text = String::new();
        let mut line = |name: &str, value: &dyn std::fmt::Display| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name}: {value}");
        };
        line("Proffer", &self.inner.config.app_version);
        line(
            "System",
            &format_args!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        );
        line("Protocol", &PROTOCOL_VERSION);
        line("Time", &self.now());
        line("Data folder", &self.inner.config.data_dir.display());
        line("Platform", &session.platform_url);
        line(
            "Session",
            &format_args!("{:?}, token kept: {:?}", session.state, session.token_kept),
        );
        line(
            "Clock ahead of this computer's by",
            &format_args!("{} ms", session.clock_offset_ms),
        );
        line("Connection", &format_args!("{:?}", connection.state));
        line("First sync complete", &place.is_complete);
        line(
            "Last in step",
            &place.synced_at.map_or("never".to_owned(), |at| at.to_string()),
        );
        line(
            "Outbox",
            &format_args!(
                "{} waiting, {} failed",
                connection.waiting_count, connection.failed_count
            ),
        );
        line("Settings", &format_args!("{settings:?}"));
        for name in ["cache.db", "cache.db-wal", "journal.db", "journal.db-wal"] {
            let size = tokio::fs::metadata(self.inner.config.data_dir.join(name)).await;
            line(
                name,
                &size.map_or("absent".to_owned(), |found| format!("{} bytes", found.len())),
            );
        }
        if let Some(aside) = &self.inner.cache_moved_to {
            line("The cache was damaged and moved to", &aside.display());
        }
        if let Ok(account) = self.account() {
            let notices = self.inner.journal.notices(account.id, 200).await?;
            let refused: Vec<_> = notices
                .iter()
                .filter_map(|stored| stored.raise_error.as_deref())
                .collect();
            line(
                "Notices",
                &format_args!("{}, {} not taken by the system", notices.len(), refused.len()),
            );
            if let Some(words) = refused.first() {
                line("The system said", words);
            }
        }
        Ok(DiagnosticsView { text })
    }
}

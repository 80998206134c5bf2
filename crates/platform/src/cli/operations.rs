//! What an operator does to a platform as a whole: copies of its data, and email that came back.

use super::{Place, say};
use crate::{mail::read_bounce, store};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use std::{
    io::Read,
    path::{Path, PathBuf},
};

/// The longest notification that is read, in bytes: what follows the headers of the email that came back is not needed.
const NOTIFICATION_MAX_BYTES: u64 = 1024 * 1024;

/// Copy the data into a folder, while the platform serves: the database as of one moment, and the attachments. To
/// restore, let --data be that folder, and say `restored`.
#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    place: Place,
    /// The folder, which is made if it is not there. Attachments that are there from an earlier copy are not copied again.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

impl Backup {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.to).with_context(|| format!("--to {} cannot be made", self.to.display()))?;
        if self.place.database.is_some() {
            say("PostgreSQL is copied by pg_dump, before this; here come the attachments")?;
        } else {
            let copy = self.to.join("platform.db");
            let part = self.to.join("platform.db.part");
            // What a copy that was broken off has left.
            let _ = std::fs::remove_file(&part);
            store::copy_sqlite(&self.place.data, &part)
                .await
                .with_context(|| format!("the database in {} cannot be copied", self.place.data.display()))?;
            std::fs::File::open(&part)?.sync_all()?;
            std::fs::rename(&part, &copy)?;
        }
        // After the database: every file that it tells of is there by now, and none changes.
        let count = copy_files(&self.place.data.join("attachments"), &self.to.join("attachments"))?;
        say(format!("copied into {}, {count} new attachments", self.to.display()))
    }
}

/// After restoring.
pub async fn restored(place: &Place) -> anyhow::Result<()> {
    place.open().await?.flow().begin_after_restoring().await?;
    say("clients who were told of what is lost will begin anew")
}

/// Copies the files that are not there yet; how many.
fn copy_files(from: &Path, to: &Path) -> anyhow::Result<usize> {
    if !from.exists() {
        return Ok(0);
    }
    std::fs::create_dir_all(to)?;
    let mut count = 0;
    for entry in std::fs::read_dir(from)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let is_part = path.extension().is_some_and(|extension| extension == "part");
        let target = to.join(&name);
        if is_part || target.exists() {
            continue;
        }
        let part = to.join(format!("{}.part", name.to_string_lossy()));
        std::fs::copy(&path, &part).with_context(|| format!("{} cannot be copied", path.display()))?;
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, &target)?;
        count += 1;
    }
    Ok(count)
}

/// About email.
#[derive(Subcommand)]
pub enum EmailCommand {
    /// Take in a message from the mailbox for bounces, on standard input: if it says that an email of the platform's did
    /// not arrive, this is noted, and shown on the offer that the email is about.
    Bounced(super::Place),
}

impl EmailCommand {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let Self::Bounced(place) = self;
        let mut raw = Vec::new();
        std::io::stdin().take(NOTIFICATION_MAX_BYTES).read_to_end(&mut raw)?;
        if raw.is_empty() {
            bail!("there is no message on standard input");
        }
        // Whatever else comes to that mailbox is no failure: the mail server would send it back.
        let Some(bounce) = read_bounce(&raw) else {
            return say("this message is not about an email of the platform's");
        };
        if !bounce.is_final {
            return say(format!("email {} is late and still under way", bounce.email));
        }
        let flow = place.open().await?.flow();
        if flow.email_bounced(bounce.email, &bounce.reason).await? {
            say(format!("email {} came back", bounce.email))
        } else {
            say(format!("email {} is not known, or came back before", bounce.email))
        }
    }
}

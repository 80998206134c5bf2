//! `data_*`: the room that the desk's data takes, and the expert's own data as files for themselves.

use super::Answer;
use crate::{
    api::{
        Nothing,
        settings::{DataExported, DataView},
    },
    desk::Desk,
    error::{DeskError, Result},
    private_files,
};
use jiff::tz::TimeZone;
use proffer_domain::message::clean_file_name;
use serde::Serialize;
use serde_json::json;
use std::path::{Path, PathBuf};

impl Desk {
    pub(crate) async fn data_show(&self, _: Nothing) -> Answer<DataView> {
        let folder = self.inner.config.data_dir.clone();
        let measured = tokio::task::spawn_blocking(move || measure(&folder)).await;
        Ok(measured.map_err(std::io::Error::other).map_err(DeskError::from)?)
    }

    pub(crate) async fn data_export(&self, _: Nothing) -> Answer<DataExported> {
        let account = self.account()?;
        let own = self.inner.journal.own_data(account.id).await?;
        let offers = self.inner.cache.offers_of(account.id).await?;
        let session = self.session();
        let here = self.now().to_zoned(TimeZone::system());
        let name = format!("Proffer export {}", here.strftime("%Y-%m-%d %H-%M-%S"));
        let folder = fresh_folder(&self.inner.config.downloads_dir, &name).await?;
        let about = json!({
            "exported_at": self.now(),
            "app_version": self.inner.config.app_version,
            "platform": session.platform_url,
            "account": account.me.account,
            "categories": account.me.categories,
        });
        let mut file_count = 0;
        write(&folder, "account.json", &about, &mut file_count).await?;
        write(&folder, "settings.json", &*self.settings(), &mut file_count).await?;
        write(&folder, "drafts.json", &own.drafts, &mut file_count).await?;
        write(&folder, "outbox.json", &own.outbox, &mut file_count).await?;
        write(&folder, "offers.json", &offers, &mut file_count).await?;
        write(&folder, "notices.json", &own.notices, &mut file_count).await?;
        write(&folder, "templates.json", &own.templates, &mut file_count).await?;
        if !own.files.is_empty() {
            tokio::fs::create_dir_all(folder.join("files"))
                .await
                .map_err(DeskError::from)?;
        }
        for file in own.files {
            let name = format!("{} {}", file.id, clean_file_name(&file.name));
            match tokio::fs::copy(&file.path, folder.join("files").join(name)).await {
                Ok(_) => file_count += 1,
                // Its draft was thrown away meanwhile.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(DeskError::from(error).into()),
            }
        }
        Ok(DataExported {
            folder: folder.display().to_string(),
            file_count,
        })
    }
}

async fn write<T: Serialize + ?Sized>(folder: &Path, name: &str, content: &T, count: &mut u32) -> Result<()> {
    private_files::write(&folder.join(name), &serde_json::to_vec_pretty(content)?)?;
    *count += 1;
    Ok(())
}

/// Makes a folder that was not there yet.
async fn fresh_folder(parent: &Path, name: &str) -> Result<PathBuf> {
    tokio::fs::create_dir_all(parent).await?;
    let mut folder = parent.join(name);
    for number in 2.. {
        match tokio::fs::create_dir(&folder).await {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                folder = parent.join(format!("{name} ({number})"));
            }
            made => {
                made?;
                break;
            }
        }
    }
    Ok(folder)
}

/// What a file of the data folder belongs to, by its place.
fn measure(folder: &Path) -> DataView {
    let mut view = DataView {
        folder: folder.display().to_string(),
        cache_bytes: 0,
        journal_bytes: 0,
        files_bytes: 0,
        other_bytes: 0,
    };
    let mut folders = vec![folder.to_owned()];
    while let Some(inside) = folders.pop() {
        // What cannot be read, or went meanwhile, is not counted.
        for entry in std::fs::read_dir(&inside).into_iter().flatten().flatten() {
            let Ok(facts) = entry.metadata() else { continue };
            if facts.is_dir() {
                folders.push(entry.path());
                continue;
            }
            let path = entry.path();
            let part = path.strip_prefix(folder).unwrap_or(&path);
            let first = part.iter().next().and_then(|name| name.to_str()).unwrap_or_default();
            let place = match first {
                "drafts" => &mut view.journal_bytes,
                "attachments" => &mut view.files_bytes,
                name if name.starts_with("journal.") => &mut view.journal_bytes,
                name if name.starts_with("cache.") => &mut view.cache_bytes,
                _ => &mut view.other_bytes,
            };
            *place += facts.len();
        }
    }
    view
}

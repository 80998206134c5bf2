//! PouchDB replicating the same documents from its own server: what the first sync is measured against.

use crate::{
    note,
    programs::{Program, repository},
};
use anyhow::{Context, bail};
use proffer_protocol::Document;
use std::{
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::Command,
};

/// A running server that holds the documents.
pub(crate) struct PouchDb {
    scripts: PathBuf,
    url: String,
    _server: Program,
}

#[derive(serde::Deserialize)]
struct Replicated {
    documents: usize,
    seconds: f64,
}

impl PouchDb {
    /// Installs what is missing, writes the documents down and serves them.
    ///
    /// # Errors
    /// When npm cannot install PouchDB, or it does not start.
    pub(crate) fn serve(folder: &Path, documents: &[Document]) -> anyhow::Result<Self> {
        note("  loading the same documents into PouchDB…");
        let scripts = installed()?;
        fs::create_dir_all(folder)?;
        let file = folder.join("documents.ndjson");
        write(&file, documents)?;
        let mut command = Command::new("node");
        command
            .arg(scripts.join("server.js"))
            .arg(folder.join("server"))
            .arg(&file);
        let (server, url) = Program::start_for_line(&mut command)?;
        Ok(Self {
            scripts,
            url,
            _server: server,
        })
    }

    /// Seconds for one replication into a new database.
    ///
    /// # Errors
    /// When it fails, or not all `expected` documents came.
    pub(crate) fn replicate(&self, folder: &Path, expected: usize) -> anyhow::Result<f64> {
        let output = Command::new("node")
            .arg(self.scripts.join("client.js"))
            .arg(&self.url)
            .arg(folder.join("local"))
            .output()
            .context("node cannot be started")?;
        if !output.status.success() {
            bail!(
                "PouchDB did not replicate: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        let done: Replicated = serde_json::from_slice(&output.stdout)?;
        anyhow::ensure!(
            done.documents == expected,
            "PouchDB replicated {} of {expected} documents",
            done.documents
        );
        Ok(done.seconds)
    }
}

/// The folder of the scripts, with their packages.
fn installed() -> anyhow::Result<PathBuf> {
    let scripts = repository()?.join("crates/bench/peers/pouchdb");
    if !scripts.join("node_modules/pouchdb").exists() {
        let done = Command::new("npm")
            .args(["install", "--no-save", "--no-audit", "--no-fund", "--silent"])
            .current_dir(&scripts)
            .output()
            .context("npm cannot be started")?;
        if !done.status.success() {
            bail!(
                "npm cannot install PouchDB: {}",
                String::from_utf8_lossy(&done.stderr).trim()
            );
        }
    }
    Ok(scripts)
}

/// One document a line, each with the `_id` that PouchDB knows it by.
fn write(file: &Path, documents: &[Document]) -> anyhow::Result<()> {
    let mut out = BufWriter::new(fs::File::create(file)?);
    for document in documents {
        let mut value = serde_json::to_value(document)?;
        if let Some(fields) = value.as_object_mut() {
            fields.insert("_id".to_owned(), document.id().to_string().into());
        }
        serde_json::to_writer(&mut out, &value)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

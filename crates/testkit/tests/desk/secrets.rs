//! Where secrets and people's words are, and where they are not.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proffer_desk::{
    api::{
        attachment::{AttachmentAdd, DraftAttachment, DraftOwner},
        diagnostics::DiagnosticsView,
        offer_dialog::OfferFields,
        search::SearchList,
        session::SessionState,
    },
    ports::Keychain,
};
use proffer_domain::MessageKind;
use proffer_testkit::{DeskAtWork, Expert, PASSWORD, World};
use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

/// Planted where the expert keeps a secret to themselves.
const WRONG_PASSWORD: &str = "canary-wrong-password-5e1f";
/// Planted in what people write; each in one field.
const PERSONAL: [&str; 8] = [
    "canary-title-91b2",
    "canary-question-c40d",
    "canary-answer-77aa",
    "canary-draft-08e3",
    "canary-file-name-6f15",
    "canary-file-content-d2c9",
    "canary-offer-b318",
    "canary-search-44f7",
];

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Logs from here on, more than the program ever does.
fn log_everything() -> Log {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_env_filter("info,proffer=trace,proffer_desk=trace,proffer_platform=trace,proffer_domain=trace")
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    log
}

fn is_in(bytes: &[u8], canary: &str) -> bool {
    bytes.windows(canary.len()).any(|window| window == canary.as_bytes())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(inside) = folders.pop() {
        for entry in std::fs::read_dir(&inside).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}

/// A day of work in which every canary passes through.
async fn work(world: &World) -> anyhow::Result<DeskAtWork> {
    let [title, question, answer, draft, file_name, file_content, offer, search] = PERSONAL;
    let helen = world.helen().await?;
    let desk = world.desk(Expert::Daniel).await?;
    assert!(
        desk.sign_in_at(&world.url(), Expert::Daniel.email(), WRONG_PASSWORD)
            .await
            .is_err()
    );
    desk.sign_in(world).await?;
    desk.until_online().await?;
    desk.without_undo().await?;
    let id = helen.ask(title, question).await?;
    desk.lock(id).await?;
    let add = AttachmentAdd {
        owner: DraftOwner::Message { question_id: id },
        name: format!("{file_name}.txt"),
        content_base64: STANDARD.encode(file_content),
    };
    desk.ask::<DraftAttachment>("attachment_add", add).await?;
    desk.write(id, MessageKind::Answer, answer).await?;
    desk.until_sent().await?;
    let filled = desk.fill_dialog(id).await?;
    let fields = OfferFields {
        title: offer.to_owned(),
        ..filled.fields
    };
    let edited = desk.edit_dialog(filled.draft_id, fields).await?;
    desk.submit_dialog(edited.draft_id).await?;
    desk.until_sent().await?;
    let offered = helen.offers().await?;
    helen.decline(offered[0].offer.id, "canary-reason-3ab0").await?;
    desk.until_offer(offered[0].offer.id, proffer_domain::OfferState::Declined)
        .await?;
    desk.draft(id, MessageKind::InfoRequest, draft).await?;
    let list = SearchList {
        query: search.to_owned(),
        after: None,
        limit: 0,
    };
    desk.ask::<serde_json::Value>("search_list", list).await?;
    // What goes wrong is what is logged most.
    assert!(
        desk.ask::<serde_json::Value>("message_draft_save", serde_json::json!({ "text": draft }))
            .await
            .is_err()
    );
    world.stop_platform().await?;
    desk.write(id, MessageKind::InfoRequest, draft).await?;
    world.start_platform().await?;
    desk.until_online().await?;
    desk.until_sent().await?;
    desk.draft(id, MessageKind::Answer, draft).await?;
    Ok(desk)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_canary_of_a_secret_is_in_any_file_or_log_and_none_of_a_person_in_a_log() -> anyhow::Result<()> {
    let log = log_everything();
    let world = World::begin().await?;
    let desk = work(&world).await?;
    let token = desk.token().await?;
    let diagnostics: DiagnosticsView = desk.ask("diagnostics_show", ()).await?;
    let settings: serde_json::Value = desk.ask("settings_show", ()).await?;
    let session: serde_json::Value = desk.ask("session_show", ()).await?;
    let desk = desk.restart().await?;
    desk.until_online().await?;
    desk.desk.close().await;

    let hidden: String = STANDARD.encode(&token);
    let secrets = [token.as_str(), hidden.trim_end_matches('='), PASSWORD, WRONG_PASSWORD];
    let lying = files(&desk.data_dir());
    assert!(lying.len() >= 2, "{lying:?}");
    for path in &lying {
        let bytes = std::fs::read(path)?;
        for (number, secret) in secrets.iter().enumerate() {
            assert!(!is_in(&bytes, secret), "secret {number} is in {}", path.display());
        }
    }
    // The search finds what is there: what people wrote is in the cache and the journal, which are theirs.
    let all: Vec<u8> = lying.iter().flat_map(|path| std::fs::read(path).unwrap()).collect();
    for kept in [PERSONAL[0], PERSONAL[2], PERSONAL[3], PERSONAL[6]] {
        assert!(is_in(&all, kept), "{kept} should be kept");
    }

    let logged = log.0.lock().unwrap().clone();
    assert!(
        is_in(&logged, "request") && is_in(&logged, "the platform cannot be reached"),
        "it was logged"
    );
    let people = [
        "Helen Marsh",
        "Daniel Okafor",
        "helen@customers.example",
        Expert::Daniel.email(),
        "canary-reason-3ab0",
    ];
    let shown = [diagnostics.text.as_bytes(), logged.as_slice()];
    for (place, text) in ["the diagnostics", "the log"].iter().zip(shown) {
        for canary in PERSONAL.iter().chain(&people) {
            assert!(!is_in(text, canary), "{canary} is in {place}");
        }
        for (number, secret) in secrets.iter().enumerate() {
            assert!(!is_in(text, secret), "secret {number} is in {place}");
        }
    }
    for view in [settings, session] {
        let view = view.to_string();
        assert!(!secrets.iter().any(|secret| view.contains(secret)));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keychain_that_is_lost_or_holds_something_else_costs_no_draft_and_no_outbox() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let mut desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    let mut sent = 0;
    for mishap in ["deleted", "changed", "failing"] {
        world.stop_platform().await?;
        let answer = format!("Ask the registrar ({mishap}).");
        desk.write(question, MessageKind::Answer, &answer).await?;
        desk.draft(question, MessageKind::Answer, "Half a thought").await?;
        let names = desk.keychain.names();
        let name = names.first().unwrap();
        match mishap {
            "deleted" => desk.keychain.delete(name).await?,
            "changed" => desk.keychain.set(name, "somebody else's secret\n\0").await?,
            _ => desk.keychain.fail(Some("the keychain is locked")),
        }
        desk = desk.restart().await?;
        world.start_platform().await?;
        desk.until_session(SessionState::Expired).await?;
        desk.keychain.fail(None);
        let shown = desk.conversation(question).await?;
        assert_eq!(shown.draft.text, "Half a thought", "{mishap}");
        assert!(
            shown.messages.iter().any(|message| message.text_html.contains(mishap)),
            "{mishap}: it waits"
        );
        desk.sign_in(&world).await?;
        desk.until_online().await?;
        desk.until_sent().await?;
        sent += 1;
        assert_eq!(desk.conversation(question).await?.messages.len(), sent, "{mishap}");
        assert_eq!(
            desk.conversation(question).await?.draft.text,
            "Half a thought",
            "{mishap}"
        );
    }
    desk.desk.close().await;
    Ok(())
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_the_desk_writes_is_for_its_owner_alone() -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let world = World::begin().await?;
    let desk = work(&world).await?;
    let mode = |path: &Path| std::fs::metadata(path).map(|facts| facts.permissions().mode() & 0o777);
    let check = |what: &str| -> anyhow::Result<()> {
        let lying = files(&desk.data_dir());
        assert!(lying.len() >= 2, "{what}: {lying:?}");
        for path in lying {
            assert_eq!(mode(&path)?, 0o600, "{what}: {}", path.display());
            assert_eq!(mode(path.parent().unwrap())?, 0o700, "{what}: {}", path.display());
        }
        Ok(())
    };
    check("while it works")?;
    desk.desk.close().await;
    check("afterwards")?;
    Ok(())
}

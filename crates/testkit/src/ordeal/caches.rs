//! Damaged caches: truncated, with bits flipped, with pages of zeros, with a write-ahead log of garbage. The desk opens,
//! what waits in drafts and outbox is whole, and the cache is sound or is moved aside and built anew.
//!
//! One desk's folder is damaged again and again, each time a copy, opened in this process for speed. All copies send the
//! same outbox with the same keys; the platform does it once.

use crate::{
    Options,
    checks::{read_documents, same},
    customers::{Caller, Customer, Documents, Questions},
    damage::{DAMAGES, Damage},
    processes::PlatformProcess,
    tcp_proxy::TcpProxy,
    world::{Beginning, EXPERTS, PASSWORD, copy},
};
use anyhow::{Context, bail, ensure};
use proffer_desk::{
    Desk, DeskConfig, HttpConnector, Ports, SystemClock, SystemEntropy,
    api::{
        ApiError, ApiErrorCode,
        connection::{ConnectionState, ConnectionView},
        message::{MessageDraftSave, MessageSend},
        notice::{NoticeKind, NoticeList},
        offer_dialog::{
            OfferDialogChooseKind, OfferDialogEdit, OfferDialogOpen, OfferDialogRef, OfferDialogView, OfferFields,
        },
        outbox::OutboxView,
        question::{ConversationView, QuestionRef},
        queue::{QueueFilter, QueueList},
        request_centre::{RequestCentreList, RequestView},
        session::SessionSignIn,
        settings::Settings,
    },
    ports::{Platform, PlatformConnector, PlatformError},
    testing::{MemoryKeychain, RecordingNotifier},
};
use proffer_domain::{CommandId, MessageKind, QuestionId, ServiceKind};
use proffer_protocol::Entity;
use proffer_testkit::wait_until;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

const DEADLINE: Duration = Duration::from_secs(150);
/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The cache is as it was, or what was lost of its log came again.
    Sound,
    /// It was moved aside and built anew.
    Rebuilt,
    /// SQLite sees nothing wrong, but what the file says is not what was written: the file has no checksums.
    Unseen,
}

/// Counts for the report.
#[derive(Debug, Default)]
pub(crate) struct CacheTally {
    counts: std::collections::BTreeMap<Damage, [u32; 3]>,
}

impl std::fmt::Display for CacheTally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let total: u32 = self.counts.values().flatten().sum();
        write!(f, "{total} damaged caches, drafts and outbox whole in all")?;
        for (damage, [sound, rebuilt, unseen]) in &self.counts {
            write!(
                f,
                "; {damage:?}: {rebuilt} rebuilt, {sound} sound, {unseen} changed unseen"
            )?;
        }
        Ok(())
    }
}

/// Connects to another address than the one that is asked for: the session's address stays the same in every copy.
struct Via(String);

impl PlatformConnector for Via {
    fn connect(&self, _: &str) -> Result<Arc<dyn Platform>, PlatformError> {
        HttpConnector.connect(&self.0)
    }
}

/// A desk in this process.
struct NearDesk {
    desk: Desk,
    notifier: Arc<RecordingNotifier>,
}

impl NearDesk {
    async fn open(data: &Path, url: &str, keychain: &Arc<MemoryKeychain>) -> anyhow::Result<Self> {
        let notifier = Arc::<RecordingNotifier>::default();
        let config = DeskConfig {
            data_dir: data.to_owned(),
            downloads_dir: data.join("downloads"),
            app_version: "0.0.0-test".to_owned(),
            device_name: "headless".to_owned(),
            system_language: None,
        };
        let ports = Ports {
            connector: Arc::new(Via(url.to_owned())),
            notifier: Arc::clone(&notifier) as Arc<_>,
            keychain: Arc::clone(keychain) as Arc<_>,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        };
        let opened = tokio::time::timeout(DEADLINE, Desk::open(config, ports)).await;
        let desk = opened.context("opening hangs")?.context("the desk cannot be opened")?;
        Ok(Self { desk, notifier })
    }

    async fn ask<T: DeserializeOwned>(&self, name: &str, request: impl Serialize) -> anyhow::Result<T> {
        let payload = serde_json::to_vec(&request)?;
        let answer = tokio::time::timeout(DEADLINE, self.desk.request(name, &payload)).await;
        let answer = answer.with_context(|| format!("{name} hangs"))?;
        Ok(serde_json::from_slice(&answer.with_context(|| name.to_owned())?)?)
    }

    async fn until<T>(
        &self,
        what: &str,
        mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<T> {
        let began = Instant::now();
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            if began.elapsed() > DEADLINE {
                let connection: ConnectionView = self.ask("connection_show", ()).await?;
                bail!("waited in vain until {what}; {connection:?}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn until_online(&self) -> anyhow::Result<()> {
        self.until("the desk is online", async || {
            let connection: ConnectionView = self.ask("connection_retry", ()).await?;
            Ok((connection.state == ConnectionState::Online).then_some(()))
        })
        .await
    }

    async fn until_sent(&self) -> anyhow::Result<()> {
        self.until("the outbox is empty", async || {
            let outbox: OutboxView = self.ask("outbox_list", ()).await?;
            Ok(outbox.entries.is_empty().then_some(()))
        })
        .await
    }

    /// Waits until nothing that a window asks for fails on the desk's own data: what cannot be read is built anew.
    async fn until_readable(&self, there: &Documents) -> anyhow::Result<()> {
        let questions = there.keys().filter(|(entity, _)| *entity == Entity::Question);
        let questions: Vec<_> = questions.map(|(_, id)| QuestionId(*id)).collect();
        self.until("everything can be shown", async || {
            let mut answers = Vec::new();
            for question_id in &questions {
                let question_id = *question_id;
                answers.push(
                    self.ask::<serde_json::Value>("question_show", QuestionRef { question_id })
                        .await,
                );
            }
            let list = QueueList {
                filter: QueueFilter::All,
                search: String::new(),
                limit: 1_000,
            };
            answers.push(self.ask("queue_list", list).await);
            let centre = RequestCentreList {
                view: RequestView::NeedsYou,
                search: String::new(),
                ..RequestCentreList::default()
            };
            answers.push(self.ask("request_centre_list", centre).await);
            let mut is_good = true;
            for error in answers.into_iter().filter_map(Result::err) {
                match code(&error) {
                    Some(ApiErrorCode::StorageFailed | ApiErrorCode::Internal) => is_good = false,
                    // An index that lost an entry.
                    Some(ApiErrorCode::NotFound) => {}
                    _ => return Err(error),
                }
            }
            Ok(is_good.then_some(()))
        })
        .await
    }

    async fn draft(&self, question_id: QuestionId, text: &str) -> anyhow::Result<()> {
        let save = MessageDraftSave {
            question_id,
            kind: MessageKind::Answer,
            text: text.to_owned(),
            announces_offer: false,
        };
        self.ask::<serde_json::Value>("message_draft_save", save).await?;
        Ok(())
    }

    async fn write(&self, question_id: QuestionId, text: &str) -> anyhow::Result<()> {
        self.draft(question_id, text).await?;
        self.ask::<serde_json::Value>("message_send", MessageSend { question_id })
            .await?;
        Ok(())
    }

    /// Fills the offer dialog.
    async fn dialog(&self, question_id: QuestionId, title: &str) -> anyhow::Result<OfferDialogRef> {
        let open = OfferDialogOpen {
            question_id,
            revises: None,
        };
        let opened: OfferDialogView = self.ask("offer_dialog_open", open).await?;
        let draft_id = opened.draft_id;
        let kind = ServiceKind::LetterTemplates;
        let choose = OfferDialogChooseKind { draft_id, kind };
        let chosen: OfferDialogView = self.ask("offer_dialog_choose_kind", choose).await?;
        let fields = OfferFields {
            title: title.to_owned(),
            price_text: "145.00".to_owned(),
            ..chosen.fields
        };
        let edit = OfferDialogEdit { draft_id, fields };
        self.ask::<OfferDialogView>("offer_dialog_edit", edit).await?;
        Ok(OfferDialogRef { draft_id })
    }

    async fn commands(&self) -> anyhow::Result<BTreeSet<CommandId>> {
        let outbox: OutboxView = self.ask("outbox_list", ()).await?;
        Ok(outbox.entries.iter().map(|entry| entry.command_id).collect())
    }
}

/// The code of a desk's refusal.
fn code(error: &anyhow::Error) -> Option<ApiErrorCode> {
    error
        .chain()
        .find_map(|cause| cause.downcast_ref::<ApiError>())
        .map(|error| error.code)
}

/// What every copy begins with.
struct Image {
    /// As a process that was killed leaves it, and as one that ended leaves it.
    folders: [PathBuf; 2],
    platform: std::net::SocketAddr,
    keychain: Arc<MemoryKeychain>,
    commands: BTreeSet<CommandId>,
    drafts: [(QuestionId, &'static str); 2],
    offer_draft: (QuestionId, &'static str),
    /// What the platform has once the outbox has arrived.
    there: Documents,
}

/// Makes the image: an expert's folder with everything in it, of which part never got out.
async fn make_image(
    options: &Options,
    folder: &Path,
    platform: &PlatformProcess,
    beginning: &Beginning,
) -> anyhow::Result<Image> {
    let questions = Questions::default();
    let mut customers = beginning.customers(&platform.url(), &questions, options.arguments.seed)?;
    let helen: &mut Customer = &mut customers[0];
    for _ in 0..6 {
        helen.ask().await?;
    }
    let asked = questions.all().clone();
    let keychain = Arc::<MemoryKeychain>::default();
    let proxy = TcpProxy::begin(platform.address, options.arguments.seed).await?;
    let data = folder.join("image");
    let desk = NearDesk::open(&data, &proxy.url(), &keychain).await?;
    let sign_in = SessionSignIn {
        platform_url: platform.url(),
        email: EXPERTS[0].1.to_owned(),
        password: PASSWORD.to_owned(),
        code: None,
    };
    desk.ask::<serde_json::Value>("session_sign_in", sign_in).await?;
    let settings = Settings {
        undo_seconds: 0,
        ..Settings::default()
    };
    desk.ask::<serde_json::Value>("settings_save", settings).await?;
    desk.until_online().await?;
    for question_id in &asked {
        let lock = QuestionRef {
            question_id: *question_id,
        };
        desk.ask::<serde_json::Value>("question_lock", lock).await?;
        desk.write(*question_id, &format!("The first answer on {question_id}"))
            .await?;
    }
    for (question, title) in [(asked[0], "Letters, known"), (asked[1], "Letters, news")] {
        let dialog = desk.dialog(question, title).await?;
        desk.ask::<OfferDialogView>("offer_dialog_submit", dialog).await?;
    }
    desk.until_sent().await?;
    helen.accept_titled("Letters, known").await?;
    desk.until("the acceptance is raised", async || {
        Ok((!desk.notifier.raised().is_empty()).then_some(()))
    })
    .await?;
    proxy.go_away();
    helen.accept_titled("Letters, news").await?;
    for question in &asked[2..4] {
        desk.write(*question, "The second answer, which waits").await?;
        desk.write(*question, "The third answer, which waits").await?;
    }
    let dialog = desk.dialog(asked[2], "Letters, which wait").await?;
    desk.ask::<OfferDialogView>("offer_dialog_submit", dialog).await?;
    let drafts = [(asked[4], "Half a thought"), (asked[3], "The other half")];
    for (question, text) in drafts {
        desk.draft(question, text).await?;
    }
    let offer_draft = (asked[5], "Letters, half written");
    desk.dialog(offer_draft.0, offer_draft.1).await?;
    let commands = desk.commands().await?;
    ensure!(commands.len() == 5, "{} wait instead of 5", commands.len());
    let folders = [folder.join("killed"), folder.join("ended")];
    copy(&data, &folders[0])?;
    desk.desk.close().await;
    copy(&data, &folders[1])?;
    Ok(Image {
        folders,
        platform: platform.address,
        commands,
        drafts,
        offer_draft,
        there: Documents::new(),
        keychain,
    })
}

/// Damages one copy and opens it.
async fn one(image: &Image, seed: u64) -> anyhow::Result<(Damage, Outcome)> {
    let mut generator = StdRng::seed_from_u64(seed);
    let folder = tempfile::Builder::new().prefix("proffer-cache-").tempdir()?;
    let kind = DAMAGES[generator.random_range(0..DAMAGES.len())];
    // Only a killed process leaves a log, and then most of the cache is in it.
    let is_log = matches!(kind, Damage::LogTruncated | Damage::LogBitsFlipped);
    let from = usize::from(!is_log && generator.random_range(0..4) > 0);
    match in_copy(image, folder.path(), from, kind, &mut generator).await {
        Ok(outcome) => Ok((kind, outcome)),
        Err(error) => {
            let kept = folder.keep();
            Err(error.context(format!(
                "{kind:?} with seed {seed}; everything is kept in {}",
                kept.display()
            )))
        }
    }
}

async fn in_copy(
    image: &Image,
    folder: &Path,
    from: usize,
    kind: Damage,
    generator: &mut StdRng,
) -> anyhow::Result<Outcome> {
    let data = folder.join("data");
    copy(&image.folders[from], &data)?;
    kind.inflict(&data, generator)?;
    let proxy = TcpProxy::begin(image.platform, generator.random()).await?;
    proxy.go_away();
    let desk = NearDesk::open(&data, &proxy.url(), &image.keychain).await?;
    let waiting = desk.commands().await?;
    ensure!(waiting == image.commands, "the outbox is not whole: {waiting:?}");
    proxy.calm_down();
    desk.until_online().await?;
    desk.until_sent().await?;
    desk.until_readable(&image.there).await?;
    let mut drafts = drafts_are_whole(image, &desk).await;
    one_notification(&desk).await?;
    // A file is moved aside first, and told of when the new one stands.
    let is_aside = wait_until("what was moved aside is told", async || {
        let is_aside = std::fs::read_dir(&data)?
            .filter_map(Result::ok)
            .any(|entry| entry.file_name().to_string_lossy().starts_with("cache.damaged-"));
        let list: NoticeList = desk.ask("notice_list", ()).await?;
        let is_told = list
            .notices
            .iter()
            .any(|notice| notice.kind == NoticeKind::CacheRebuilt);
        Ok((is_told == is_aside).then_some(is_aside))
    })
    .await?;
    if is_aside {
        // The damage may have been found while the drafts were looked at: for a moment there was no question to show.
        desk.until_readable(&image.there).await?;
        drafts = drafts_are_whole(image, &desk).await;
    }
    let equal = match desk.desk.cached_documents().await {
        Ok(here) => read_documents(here).and_then(|here| same(&here, &image.there)),
        Err(error) => Err(error.into()),
    };
    desk.desk.close().await;
    match drafts {
        Err(error) if kind.can_be_unseen() && !is_aside && code(&error) == Some(ApiErrorCode::NotFound) => {
            // The question is not found; its draft is there all the same.
            std::fs::remove_file(data.join("cache.db"))?;
            let desk = NearDesk::open(&data, &proxy.url(), &image.keychain).await?;
            desk.until_online().await?;
            drafts_are_whole(image, &desk).await?;
            desk.desk.close().await;
            return Ok(Outcome::Unseen);
        }
        whole => whole?,
    }
    match (equal, is_aside) {
        (Ok(()), false) => Ok(Outcome::Sound),
        (Ok(()), true) => Ok(Outcome::Rebuilt),
        (Err(_), false) if kind.can_be_unseen() => Ok(Outcome::Unseen),
        (Err(error), _) => Err(error.context(format!("moved aside: {is_aside}"))),
    }
}

async fn drafts_are_whole(image: &Image, desk: &NearDesk) -> anyhow::Result<()> {
    for (question_id, text) in image.drafts {
        let shown: ConversationView = desk.ask("question_show", QuestionRef { question_id }).await?;
        ensure!(shown.draft.text == text, "the draft {text:?} is {:?}", shown.draft.text);
    }
    let open = OfferDialogOpen {
        question_id: image.offer_draft.0,
        revises: None,
    };
    let dialog: OfferDialogView = desk.ask("offer_dialog_open", open).await?;
    ensure!(
        dialog.fields.title == image.offer_draft.1,
        "the offer's draft {:?} is {:?}",
        image.offer_draft.1,
        dialog.fields
    );
    Ok(())
}

/// The acceptance that came while the desk was away is raised, and the one that it knew is not raised again.
async fn one_notification(desk: &NearDesk) -> anyhow::Result<()> {
    desk.until("the news is raised", async || {
        Ok((!desk.notifier.raised().is_empty()).then_some(()))
    })
    .await?;
    let raised = desk.notifier.raised();
    let bodies: Vec<_> = raised.iter().map(|raised| raised.body.as_str()).collect();
    ensure!(
        bodies.len() == 1 && bodies[0].starts_with("Letters, news"),
        "raised: {bodies:?}"
    );
    let list: NoticeList = desk.ask("notice_list", ()).await?;
    let accepted = list
        .notices
        .iter()
        .filter(|notice| notice.kind == NoticeKind::OfferAccepted);
    let accepted = accepted.count();
    ensure!(accepted == 2, "{accepted} notices of two acceptances");
    Ok(())
}

/// Damages so many caches, some side by side.
pub(crate) async fn run(options: &Options) -> anyhow::Result<CacheTally> {
    let beginning = Beginning::make(options, options.arguments.questions.min(40)).await?;
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("platform");
    beginning.copy_to(&data)?;
    let mut platform = PlatformProcess::begin(&options.programs, folder.path(), data).await?;
    let mut image = make_image(options, folder.path(), &platform, &beginning).await?;
    image.there = first_copy(&image).await?;
    let panics = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&panics);
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        count.fetch_add(1, Ordering::SeqCst);
        usual(panic);
    }));
    let tally = Mutex::new(CacheTally::default());
    let next = AtomicU64::new(0);
    let workers = (0..options.arguments.side_by_side * 2).map(|_| async {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= u64::from(options.arguments.rounds) {
                return anyhow::Ok(());
            }
            let (kind, outcome) = one(&image, options.arguments.seed + index).await?;
            let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
            tally.counts.entry(kind).or_default()[outcome as usize] += 1;
        }
    });
    futures_util::future::try_join_all(workers).await?;
    let panicked = panics.load(Ordering::SeqCst);
    ensure!(panicked == 0, "{panicked} panics");
    platform.kill().await?;
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    let rebuilt: u32 = tally.counts.values().map(|counts| counts[1]).sum();
    ensure!(rebuilt > 0, "no cache was damaged enough to show anything: {tally}");
    Ok(tally)
}

/// Opens a copy that nothing was done to; gives what the platform has once its outbox has arrived.
async fn first_copy(image: &Image) -> anyhow::Result<Documents> {
    let folder = tempfile::tempdir()?;
    copy(&image.folders[0], folder.path())?;
    let url = format!("http://{}", image.platform);
    let desk = NearDesk::open(folder.path(), &url, &image.keychain).await?;
    desk.until_online().await?;
    desk.until_sent().await?;
    drafts_are_whole(image, &desk).await?;
    one_notification(&desk).await?;
    let token = token(&image.keychain).await?;
    let there = Caller::new(url, token)?.everything().await?;
    desk.until("the desk shows what the platform has", async || {
        let here = read_documents(desk.desk.cached_documents().await?)?;
        Ok(same(&here, &there).ok())
    })
    .await?;
    desk.desk.close().await;
    Ok(there)
}

async fn token(keychain: &MemoryKeychain) -> anyhow::Result<String> {
    use proffer_desk::ports::Keychain;
    let names = keychain.names();
    let name = names.first().context("the keychain is empty")?;
    keychain.get(name).await?.context("the keychain forgot")
}

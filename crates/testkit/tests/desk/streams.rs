//! Streams gained and lost, versions that do not fit, and desks that were away for long.

use proffer_desk::{
    HttpConnector,
    api::{
        connection::ConnectionState,
        queue::{QueueFilter, QueueList, QueueView},
        search::{SearchList, SearchView},
        session::SessionView,
    },
    ports::{Platform, PlatformConnector, PlatformError},
};
use proffer_domain::MessageKind;
use proffer_protocol::{ErrorCode, PROTOCOL_VERSION, PROTOCOL_VERSION_HEADER, Problem};
use proffer_testkit::{Between, DeskAtWork, Expert, Interposed, Outside, World, wait_until};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

async fn queue_count(desk: &DeskAtWork) -> anyhow::Result<u32> {
    let list = QueueList {
        filter: QueueFilter::All,
        ..QueueList::default()
    };
    Ok(desk.ask::<QueueView>("queue_list", list).await?.counts.all)
}

async fn find_count(desk: &DeskAtWork, query: &str) -> anyhow::Result<usize> {
    let list = SearchList {
        query: query.to_owned(),
        ..SearchList::default()
    };
    Ok(desk.ask::<SearchView>("search_list", list).await?.hits.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_an_experts_sight_leaves_the_cache_and_comes_back_with_the_category() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let flow = world.flow().await?;
    let daniel = flow.account_by_email(Expert::Daniel.email()).await?;
    let other = flow.create_category("Boilers").await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    desk.until_sent().await?;
    let offer = desk.offer(question).await?;
    assert_eq!(
        (queue_count(&desk).await?, find_count(&desk, "registrar").await?),
        (1, 1)
    );

    // While the desk listens.
    flow.set_account_categories(&daniel, &[other]).await?;
    wait_until("the questions of the lost category are gone", async || {
        Ok((queue_count(&desk).await? == 0).then_some(()))
    })
    .await?;
    assert!(desk.conversation(question).await.is_err());
    assert_eq!(find_count(&desk, "registrar").await?, 0);
    assert_eq!(find_count(&desk, "customer:helen").await?, 0);
    assert!(desk.offer_view(offer).await.is_ok(), "one's own offers stay");
    wait_until("the session names what is served now", async || {
        let session: SessionView = desk.ask("session_show", ()).await?;
        Ok(serde_json::to_string(&session)?.contains("Boilers").then_some(()))
    })
    .await?;

    flow.set_account_categories(&daniel, &[other, world.category()]).await?;
    let back = desk.until_known(question).await?;
    assert_eq!(back.messages.len(), 1);
    assert_eq!(find_count(&desk, "registrar").await?, 1);

    // While it is closed.
    desk.desk.close().await;
    flow.set_account_categories(&daniel, &[]).await?;
    let desk = desk.restart().await?;
    desk.until_online().await?;
    assert_eq!(queue_count(&desk).await?, 0);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_fell_behind_catches_up_and_finds_all_of_it() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let first = helen.ask("The first", "Here before it closed.").await?;
    desk.until_known(first).await?;
    desk.desk.close().await;
    for number in 0..120 {
        helen.ask(&format!("Meanwhile {number}"), "A lot happened.").await?;
    }
    helen.reply(first, "Is anybody there?").await?;
    let desk = desk.restart().await?;
    desk.until_online().await?;
    assert_eq!(queue_count(&desk).await?, 121);
    assert_eq!(desk.conversation(first).await?.messages.len(), 1);
    wait_until("all of it can be found", async || {
        let list = SearchList {
            query: "meanwhile".to_owned(),
            limit: 100,
            ..SearchList::default()
        };
        let view: SearchView = desk.ask("search_list", list).await?;
        Ok((view.is_complete && view.hits.len() == 100 && view.next.is_some()).then_some(()))
    })
    .await?;
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_refuses_another_protocol_and_says_which_it_speaks() -> anyhow::Result<()> {
    let world = World::begin().await?;
    proffer_desk::use_tls_provider();
    let client = reqwest::Client::builder().no_proxy().build()?;
    for version in ["0", "2", "x", ""] {
        let answer = client
            .get(format!("{}/v1/me", world.url()))
            .header(PROTOCOL_VERSION_HEADER, version)
            .send()
            .await?;
        assert_eq!(answer.status().as_u16(), 426, "{version}");
        assert_eq!(
            answer.headers()[PROTOCOL_VERSION_HEADER].to_str()?,
            PROTOCOL_VERSION.to_string()
        );
        let problem: Problem = serde_json::from_slice(&answer.bytes().await?)?;
        assert_eq!(problem.code, ErrorCode::ProtocolMismatch);
        assert!(
            problem
                .detail
                .unwrap_or_default()
                .contains(&PROTOCOL_VERSION.to_string())
        );
    }
    Ok(())
}

/// Answers as a platform of a later protocol does, once told to.
#[derive(Clone, Default)]
struct UpdatedConnector {
    is_updated: Arc<AtomicBool>,
}

struct UpdatedPlatform {
    inner: Arc<dyn Platform>,
    is_updated: Arc<AtomicBool>,
}

impl PlatformConnector for UpdatedConnector {
    fn connect(&self, url: &str) -> Result<Arc<dyn Platform>, PlatformError> {
        Ok(Arc::new(Interposed(UpdatedPlatform {
            inner: HttpConnector.connect(url)?,
            is_updated: Arc::clone(&self.is_updated),
        })))
    }
}

impl Between for UpdatedPlatform {
    fn behind(&self) -> &dyn Platform {
        &*self.inner
    }
    fn refusal(&self) -> Result<(), PlatformError> {
        if self.is_updated.load(Ordering::SeqCst) {
            return Err(PlatformError::Problem(Box::new(Problem::new(
                ErrorCode::ProtocolMismatch,
            ))));
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_is_too_old_says_so_keeps_working_from_its_cache_and_sends_when_it_fits_again() -> anyhow::Result<()>
{
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let connector = UpdatedConnector::default();
    let outside = Outside {
        connector: Arc::new(connector.clone()),
        ..Outside::default()
    };
    let desk = world.desk_with(Expert::Daniel, outside).await?;
    desk.sign_in(&world).await?;
    desk.until_online().await?;
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    connector.is_updated.store(true, Ordering::SeqCst);
    let desk = desk.restart().await?;
    desk.until_connection(ConnectionState::ProtocolMismatch).await?;
    desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    assert_eq!(desk.conversation(question).await?.messages.len(), 1);
    assert_eq!(desk.connection().await?.waiting_count, 1);
    connector.is_updated.store(false, Ordering::SeqCst);
    wait_until("the desk tries again when asked to", async || {
        desk.ask::<serde_json::Value>("connection_retry", ()).await?;
        Ok((desk.connection().await?.state == ConnectionState::Online).then_some(()))
    })
    .await?;
    desk.until_sent().await?;
    assert_eq!(desk.conversation(question).await?.messages.len(), 1);
    desk.desk.close().await;
    Ok(())
}

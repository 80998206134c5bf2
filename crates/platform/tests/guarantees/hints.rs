//! One suite that every way of telling other instances passes, on the real servers; and what holds when it breaks.

use crate::{
    databases::Home,
    events,
    http::{Served, Session, client},
    nats_server::NatsServer,
    waiting::until,
    world::{World, new_id},
};
use jiff::Timestamp;
use proffer_domain::AccountId;
use proffer_platform::{
    HintRoute,
    hints::{Heard, Hint, HintError, Hints, InProcessHints, NatsHints, PostgresHints, Streams},
};
use proffer_protocol::StreamId;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// How long anything that must happen may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Clients look by themselves after a while; what comes sooner came by a hint.
const SOONER_THAN_A_LOOK: Duration = Duration::from_millis(900);

/// What stands between instances, how each of them holds on to it, and how it breaks.
trait Setting: Send {
    /// A new instance's end.
    fn end(&self) -> Arc<dyn Hints>;
    /// Breaks every connection.
    fn break_off(&mut self) -> impl Future<Output = anyhow::Result<()>> + Send;
    /// Where two platforms can be told apart, one that must not be heard.
    fn stranger(&self) -> Option<Arc<dyn Hints>>;
}

fn hint(streams: Streams) -> Hint {
    Hint {
        origin: new_id(),
        // As exact as hints are.
        sent_at: Timestamp::from_microsecond(Timestamp::now().as_microsecond()).unwrap(),
        streams,
        sessions_ended: false,
    }
}

fn accounts(count: usize) -> BTreeSet<StreamId> {
    (0..count).map(|_| StreamId::Account(AccountId(new_id()))).collect()
}

async fn next(heard: &mut Box<dyn Heard>) -> Result<Hint, HintError> {
    tokio::time::timeout(PATIENCE, heard.next()).await.expect("it is heard")
}

/// Publishes until it goes out.
async fn publish(hints: &dyn Hints, hint: &Hint) {
    let goes_out = until("it goes out", async || Ok(hints.publish(hint).await.ok()));
    goes_out.await.unwrap();
}

async fn suite(mut setting: impl Setting) -> anyhow::Result<()> {
    let (one, two) = (setting.end(), setting.end());
    let mut heard = [one.subscribe().await?, two.subscribe().await?, two.subscribe().await?];

    // Everybody hears what anybody publishes, whole; whoever published it too.
    let mut ended = hint(Streams::These(accounts(3)));
    ended.sessions_ended = true;
    for (from, hint) in [
        (&one, hint(Streams::These(accounts(1)))),
        (&two, hint(Streams::Any)),
        (&one, hint(Streams::These(BTreeSet::new()))),
        (&two, ended),
        (&one, hint(Streams::These(accounts(150)))),
    ] {
        from.publish(&hint).await?;
        for heard in &mut heard {
            assert_eq!(next(heard).await?, hint);
        }
    }

    // One that is too long for the way is about everything.
    let long = hint(Streams::These(accounts(500)));
    one.publish(&long).await?;
    for heard in &mut heard {
        let hint = next(heard).await?;
        assert_eq!((hint.origin, hint.streams), (long.origin, Streams::Any));
    }

    // Many at once, from both sides: all of them arrive.
    let many: Vec<Hint> = (0..200).map(|_| hint(Streams::These(accounts(1)))).collect();
    let (left, right) = many.split_at(100);
    let send = async |hints: &Arc<dyn Hints>, some: &[Hint]| {
        for hint in some {
            hints.publish(hint).await.unwrap();
        }
    };
    let hear = async |heard: &mut Box<dyn Heard>| {
        let mut origins = BTreeSet::new();
        for _ in 0..many.len() {
            origins.insert(next(heard).await.unwrap().origin);
        }
        origins
    };
    let ((), (), origins) = tokio::join!(send(&one, left), send(&two, right), hear(&mut heard[1]));
    assert_eq!(origins, many.iter().map(|hint| hint.origin).collect());

    // Another platform's are not heard.
    if let Some(stranger) = setting.stranger() {
        stranger.publish(&hint(Streams::Any)).await?;
        let own = hint(Streams::Any);
        one.publish(&own).await?;
        let mut fresh = two.subscribe().await?;
        one.publish(&own).await?;
        assert_eq!(next(&mut fresh).await?, own);
        drop(fresh);
        // What the first two have not taken yet is known, and nothing else.
        let [first, _, third] = &mut heard;
        for heard in [first, third] {
            for _ in &many {
                next(heard).await?;
            }
            assert_eq!((next(heard).await?, next(heard).await?), (own.clone(), own.clone()));
        }
    }

    // A connection that breaks is told of, also to who sends nothing.
    setting.break_off().await?;
    for heard in &mut heard {
        let broken = async { while heard.next().await.is_ok() {} };
        tokio::time::timeout(PATIENCE, broken).await.expect("it is told");
    }

    // Then both sides can begin again.
    let mut again = until("there is somebody to listen to", async || {
        Ok(two.subscribe().await.ok())
    })
    .await?;
    let last = hint(Streams::These(accounts(2)));
    publish(one.as_ref(), &last).await;
    while next(&mut again).await? != last {}
    Ok(())
}

struct InProcess(InProcessHints);

impl Setting for InProcess {
    fn end(&self) -> Arc<dyn Hints> {
        Arc::new(self.0.clone())
    }

    async fn break_off(&mut self) -> anyhow::Result<()> {
        // More than is kept for who does not listen.
        for _ in 0..2_000 {
            self.0.publish(&hint(Streams::Any)).await?;
        }
        Ok(())
    }

    fn stranger(&self) -> Option<Arc<dyn Hints>> {
        Some(Arc::new(InProcessHints::default()))
    }
}

#[tokio::test]
async fn hints_within_a_process_pass_the_suite() -> anyhow::Result<()> {
    suite(InProcess(InProcessHints::default())).await
}

struct Database(Home, Home);

impl Setting for Database {
    fn end(&self) -> Arc<dyn Hints> {
        Arc::new(PostgresHints::new(self.0.database().unwrap()).unwrap())
    }

    async fn break_off(&mut self) -> anyhow::Result<()> {
        use sqlx::Connection;
        let mut connection = sqlx::PgConnection::connect(self.0.database().unwrap()).await?;
        sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .execute(&mut connection)
        .await?;
        Ok(connection.close().await?)
    }

    fn stranger(&self) -> Option<Arc<dyn Hints>> {
        Some(Arc::new(PostgresHints::new(self.1.database().unwrap()).unwrap()))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hints_by_postgres_pass_the_suite() -> anyhow::Result<()> {
    suite(Database(Home::on_postgres().await?, Home::on_postgres().await?)).await
}

struct Nats(NatsServer);

impl Setting for Nats {
    fn end(&self) -> Arc<dyn Hints> {
        Arc::new(NatsHints::new(&self.0.url()).unwrap())
    }

    async fn break_off(&mut self) -> anyhow::Result<()> {
        self.0.restart()
    }

    fn stranger(&self) -> Option<Arc<dyn Hints>> {
        let url = self.0.url().join("another.platform").unwrap();
        Some(Arc::new(NatsHints::new(&url).unwrap()))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hints_by_nats_pass_the_suite() -> anyhow::Result<()> {
    suite(Nats(NatsServer::open()?)).await
}

#[test]
fn an_address_that_is_none_is_refused_with_the_way_out() {
    for (url, words) in [
        ("https://nats.example", "nats://host:4222"),
        ("nats://host/two words", "letters, digits"),
        ("nats://host/a..b", "single dots"),
        ("nats://host/all.*", "letters, digits"),
    ] {
        let error = NatsHints::new(&url.parse().unwrap()).err().unwrap().to_string();
        assert!(error.contains(words), "{url}: {error}");
    }
    assert!(PostgresHints::new("postgres://host:port/x").is_err());
}

/// Two instances over one database, of which the second is told by the first: who listens at the second hears of a commit
/// at the first before it would look by itself.
async fn told(home: Home, hints: [Arc<dyn Hints>; 2]) -> anyhow::Result<()> {
    let [first, second] = hints;
    let world = World::begin_with(home, |config| config.hints = HintRoute::Custom(first)).await?;
    let other = World::begin_again(&world, |config| config.hints = HintRoute::Custom(second)).await?;
    let served = Served::of(world).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let stop = tokio_util::sync::CancellationToken::new();
    let serving = tokio::spawn(other.serve(listener, stop.clone()));
    let helen = served.sign_in(&served.world.helen).await?;
    let daniel = served.sign_in(&served.world.daniel).await?;
    let elsewhere = Session::new(client(), &url, daniel.token.as_deref().unwrap());
    let mut events = events::listen(&elsewhere, None).await?;
    let mut is_soon = async || -> anyhow::Result<bool> {
        let question = served.question();
        helen.done("/v1/questions", &question).await?;
        let told = events::until(&mut events, |change| question["id"] == change.id.to_string());
        Ok(tokio::time::timeout(SOONER_THAN_A_LOOK, told).await.is_ok())
    };
    // Until the second hears the first, who listens there is told by its own look.
    until("they hear each other", async || Ok(is_soon().await?.then_some(()))).await?;
    for _ in 0..5 {
        assert!(is_soon().await?);
    }
    stop.cancel();
    Ok(serving.await??)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_at_one_instance_wakes_who_listens_at_another_by_postgres() -> anyhow::Result<()> {
    let home = Home::on_postgres().await?;
    let end = || -> Arc<dyn Hints> { Arc::new(PostgresHints::new(home.database().unwrap()).unwrap()) };
    let hints = [end(), end()];
    told(home, hints).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_at_one_instance_wakes_who_listens_at_another_within_a_process() -> anyhow::Result<()> {
    let hints = InProcessHints::default();
    told(Home::on_sqlite()?, [Arc::new(hints.clone()), Arc::new(hints)]).await
}

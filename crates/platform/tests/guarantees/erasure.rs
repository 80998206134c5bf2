//! A person is exported whole and erased without a trace; money and decisions stay.

use crate::{
    databases::Home,
    world::{World, new_id, terms},
};
use bytes::Bytes;
use proffer_domain::{AttachmentId, MessageId, MessageKind, OfferId, OfferState, QuestionId, Role, SupportRequestId};
use proffer_platform::{
    flow::{Command, Incoming, NewAccount},
    store::AccountRow,
};
use proffer_protocol::{
    AcceptOfferRequest, AskQuestionRequest, CancelOfferRequest, RateQuestionRequest, SendMessageRequest,
    SendOfferRequest, SupportRequestRequest,
};
use sqlx::{Connection, Row};
use std::path::Path;

/// What must not be found afterwards, in any of the person's data.
const CANARY: &str = "Quetzalcanary";

/// A customer who leaves their name everywhere; and what was agreed with them.
async fn live(world: &World) -> anyhow::Result<(AccountRow, OfferId)> {
    let person = NewAccount {
        role: Role::Customer,
        email: "quetzalcanary@example.com".to_owned(),
        name: format!("{CANARY} Jones"),
        password: "a long and boring password".to_owned(),
        time_zone: "Europe/London".to_owned(),
        categories: vec![],
    };
    let person = world.flow.create_account(person).await?;
    let incoming = Incoming {
        id: AttachmentId(new_id()),
        name: format!("{CANARY}.txt"),
        bytes: futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from(format!("I am {CANARY}")))]),
    };
    let file = world.flow.store_attachment(&person, incoming).await?;
    let question = QuestionId(new_id());
    let ask = AskQuestionRequest {
        title: format!("{CANARY}’s photos"),
        text: format!("I, {CANARY}, ask."),
        attachments: vec![file.id],
        ..world.question(question)
    };
    world.run(&person, Command::Ask(ask)).await?;
    world.run(&world.daniel, Command::Lock(question)).await?;
    let write = |kind, text: &str| SendMessageRequest {
        id: MessageId(new_id()),
        kind,
        text: text.to_owned(),
        announces_offer: false,
        attachments: vec![],
    };
    let answer = write(MessageKind::Answer, &format!("Dear {CANARY}, no."));
    world.run(&world.daniel, Command::SendMessage(question, answer)).await?;
    let reply = write(MessageKind::Reply, &format!("Thanks, {CANARY}"));
    world.run(&person, Command::SendMessage(question, reply)).await?;
    let rating = RateQuestionRequest {
        stars: 5,
        comment: format!("Says {CANARY}"),
    };
    world.run(&person, Command::Rate(question, rating)).await?;
    let offer = OfferId(new_id());
    let mut terms = terms();
    terms.note = format!("For {CANARY}");
    world
        .run(
            &world.daniel,
            Command::SendOffer(question, SendOfferRequest { id: offer, terms }),
        )
        .await?;
    let accept = AcceptOfferRequest {
        version: 1,
        call_slot: None,
    };
    world.run(&person, Command::AcceptOffer(offer, accept)).await?;
    let cancel = CancelOfferRequest {
        reason: format!("{CANARY} asked for it"),
    };
    world.run(&world.moderator, Command::CancelOffer(offer, cancel)).await?;
    let help = SupportRequestRequest {
        id: SupportRequestId(new_id()),
        question_id: Some(question),
        subject: format!("{CANARY}’s account"),
        text: format!("{CANARY} wants help"),
    };
    world.run(&person, Command::RequestSupport(help)).await?;
    // A refusal that is kept names who holds what.
    world.code(&world.mira, Command::Lock(question)).await;
    world
        .flow
        .sign_in(
            &person.email,
            "a long and boring password",
            &format!("{CANARY}’s phone"),
        )
        .await?;
    world.flow.request_password_reset(&person.email).await?;
    Ok((person, offer))
}

/// Every text of every table.
async fn everything(world: &World) -> anyhow::Result<String> {
    let file = format!("sqlite://{}", world.home.folder().join("platform.db").display());
    let database = world.home.config().database;
    let tables = if database.is_some() {
        "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public' \
         AND table_name NOT LIKE '\\_sqlx%'"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' \
         AND name NOT LIKE 'sqlite%'"
    };
    let mut all = String::new();
    if let Some(url) = database {
        let mut connection = sqlx::PgConnection::connect(&url).await?;
        for table in sqlx::query(tables).fetch_all(&mut connection).await? {
            let name: String = table.try_get(0)?;
            let rows = format!("SELECT CAST(to_jsonb(t) AS TEXT) FROM {name} t");
            for row in sqlx::query(sqlx::AssertSqlSafe(rows))
                .fetch_all(&mut connection)
                .await?
            {
                all.push_str(&row.try_get::<String, _>(0)?);
            }
        }
    } else {
        let mut connection = sqlx::SqliteConnection::connect(&file).await?;
        for table in sqlx::query(tables).fetch_all(&mut connection).await? {
            let name: String = table.try_get(0)?;
            let rows = format!("SELECT * FROM {name}");
            for row in sqlx::query(sqlx::AssertSqlSafe(rows))
                .fetch_all(&mut connection)
                .await?
            {
                for column in 0..row.len() {
                    let text = row.try_get_unchecked::<Option<String>, _>(column)?;
                    all.push_str(&text.unwrap_or_default());
                    all.push('\n');
                }
            }
        }
    }
    Ok(all)
}

fn files_with_canary(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_with_canary(&path)?);
            continue;
        }
        let bytes = std::fs::read(&path)?.to_ascii_lowercase();
        let canary = CANARY.to_ascii_lowercase();
        if bytes.windows(canary.len()).any(|window| window == canary.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    Ok(found)
}

crate::on_both_databases!(
    no_trace_of_an_erased_person_remains_and_money_and_decisions_do,
    an_expert_is_erased_from_what_they_wrote_and_the_customer_keeps_the_question,
);

async fn no_trace_of_an_erased_person_remains_and_money_and_decisions_do(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let (person, id) = live(&world).await?;
    let before = world.offer(id).await?;
    let decisions = world.flow.audit(None, Some(person.id), None, 1_000).await?.len();
    let export = world.flow.export_person(&person).await?;
    for kind in ["question", "message", "offer", "support_request"] {
        assert!(
            export["documents"][kind]
                .as_array()
                .is_some_and(|list| !list.is_empty()),
            "{kind} {export}"
        );
    }
    assert!(export.to_string().contains(CANARY) && !export.to_string().contains("argon2"));
    assert!(everything(&world).await?.contains(CANARY));
    assert!(!files_with_canary(world.home.folder())?.is_empty());

    world.flow.erase_person(&person).await?;

    let all = everything(&world).await?.to_lowercase();
    let canary = CANARY.to_lowercase();
    if let Some(at) = all.find(&canary) {
        let around = all.get(at.saturating_sub(300)..(at + 100).min(all.len()));
        panic!("{}", around.unwrap_or("somewhere"));
    }
    assert_eq!(files_with_canary(world.home.folder())?, Vec::<String>::new());
    let after = world.offer(id).await?;
    assert_eq!(after.terms.price, before.terms.price);
    assert_eq!(
        (after.state, after.accepted_at),
        (OfferState::Cancelled, before.accepted_at)
    );
    assert_eq!(after.events, before.events);
    assert_eq!(
        world.flow.audit(None, Some(person.id), None, 1_000).await?.len(),
        decisions
    );
    assert!(
        world
            .flow
            .sign_in(&person.email, "a long and boring password", "x")
            .await
            .is_err()
    );
    // Desks hear of it, and what is not theirs stays.
    let page = world
        .flow
        .changes_since(&world.daniel, &proffer_protocol::Cursor::default(), 5_000)
        .await?;
    assert!(page.changes.iter().any(|change| change.id == id.0));
    assert_eq!(
        world
            .flow
            .accounts(None)
            .await?
            .iter()
            .filter(|a| a.name == "Helen")
            .count(),
        1
    );
    Ok(())
}

async fn an_expert_is_erased_from_what_they_wrote_and_the_customer_keeps_the_question(
    home: Home,
) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    let question = world.offer(offer).await?.question_id;
    world.flow.erase_person(&world.daniel).await?;
    let kept = world.question_document(question).await?.question;
    assert_eq!(
        (kept.title.as_str(), kept.customer.name.as_str()),
        ("A neighbour uses my photos", "Helen")
    );
    let document = world.offer_document(offer).await?;
    assert_eq!(document.expert.name, "Erased person");
    assert_eq!(document.customer.name, "Helen");
    let all = everything(&world).await?;
    assert!(!all.contains("Daniel") && !all.contains("daniel@"), "by name");
    assert!(all.contains("Helen"));
    Ok(())
}

//! The queue's groups, filters and search.

use proffer_desk::api::queue::{QueueFilter, QueueGroupKind, QueueList, QueueStatus, QueueView};
use proffer_domain::MessageKind;
use proffer_testkit::{DeskAtWork, Expert, World, wait_until};

async fn list(desk: &DeskAtWork, filter: QueueFilter, search: &str) -> anyhow::Result<QueueView> {
    let list = QueueList {
        filter,
        search: search.to_owned(),
        limit: 2,
    };
    Ok(desk.ask("queue_list", list).await?)
}

fn kinds(view: &QueueView) -> Vec<(QueueGroupKind, u32)> {
    view.groups.iter().map(|group| (group.kind, group.count)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_stand_in_the_group_where_the_expert_looks_for_them() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let mira = world.desk_in_step(Expert::Mira).await?;
    desk.without_undo().await?;
    let answered = helen.ask("A boiler that drips", "It is a Vaillant").await?;
    let locked = helen.ask("A deposit kept back", "The landlord says no").await?;
    let hers = helen.ask("A noisy engine", "It knocks").await?;
    for number in 0..3 {
        helen
            .ask(
                &format!("Open question {number}"),
                "100% sure? It's \"quoted\" _and_ odd",
            )
            .await?;
    }
    desk.lock(answered).await?;
    desk.write(answered, MessageKind::Answer, "Replace the seal.").await?;
    desk.until_sent().await?;
    let release = proffer_desk::api::question::QuestionRef { question_id: answered };
    desk.ask::<serde_json::Value>("question_release", release).await?;
    desk.lock(locked).await?;
    mira.lock(hers).await?;
    let all = wait_until("all is where it belongs", async || {
        let view = list(&desk, QueueFilter::All, "").await?;
        Ok((kinds(&view)
            == [
                (QueueGroupKind::LockedByYou, 1),
                (QueueGroupKind::AnsweredByYou, 1),
                (QueueGroupKind::Open, 3),
                (QueueGroupKind::Others, 1),
            ])
        .then_some(view))
    })
    .await?;
    assert_eq!((all.counts.all, all.counts.mine, all.counts.waiting), (6, 2, 1));
    assert_eq!(all.groups[2].rows.len(), 2, "no more rows than asked for");
    assert!(
        all.groups[2].rows[0].is_unread,
        "it was asked since the expert signed in here"
    );
    assert_eq!(all.groups[0].rows[0].status, QueueStatus::Locked);
    assert_eq!(all.groups[1].rows[0].status, QueueStatus::Answered);
    assert_eq!(all.groups[3].rows[0].status, QueueStatus::LockedByOther);
    assert_eq!(all.groups[3].rows[0].lock_holder_name.as_deref(), Some("Mira L."));
    assert_eq!(all.groups[0].rows[0].category_name, "Internet law");

    let waiting = list(&desk, QueueFilter::Waiting, "").await?;
    assert_eq!(kinds(&waiting), [(QueueGroupKind::AnsweredByYou, 1)]);
    let found = list(&desk, QueueFilter::All, "LANDLORD deposit").await?;
    assert_eq!(found.groups[0].rows[0].question_id, locked);
    assert_eq!(kinds(&found), [(QueueGroupKind::LockedByYou, 1)]);
    for (search, count) in [
        ("100%", 3),
        ("\"quoted\"", 3),
        ("_and_", 3),
        ("' OR 1=1 --", 0),
        ("helen", 3),
    ] {
        let found = list(&desk, QueueFilter::All, search).await?;
        let open = found.groups.iter().find(|group| group.kind == QueueGroupKind::Open);
        assert_eq!(open.map_or(0, |group| group.count), count, "{search}");
    }
    helen.reply(answered, "Which seal?").await?;
    wait_until("the reply is announced", async || {
        let view = list(&desk, QueueFilter::Mine, "").await?;
        let row = view
            .groups
            .into_iter()
            .flat_map(|group| group.rows)
            .find(|row| row.question_id == answered);
        Ok(row.filter(|row| row.is_unread && row.status == QueueStatus::NewReply))
    })
    .await?;
    desk.conversation(answered).await?;
    let view = list(&desk, QueueFilter::Mine, "seal drips").await?;
    assert!(view.groups.is_empty(), "words must all occur in the question itself");
    let view = list(&desk, QueueFilter::Mine, "drips").await?;
    assert!(!view.groups[0].rows[0].is_unread);
    assert_eq!(view.groups[0].rows[0].status, QueueStatus::Confirmed);
    desk.desk.close().await;
    mira.desk.close().await;
    Ok(())
}

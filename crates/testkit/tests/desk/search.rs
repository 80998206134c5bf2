//! Searching what the desk knows.

use proffer_desk::api::search::{SearchHitKind, SearchList, SearchText, SearchView};
use proffer_domain::MessageKind;
use proffer_testkit::{DeskAtWork, Expert, World, wait_until};

async fn search(desk: &DeskAtWork, query: &str) -> anyhow::Result<SearchView> {
    let list = SearchList {
        query: query.to_owned(),
        ..SearchList::default()
    };
    Ok(desk.ask("search_list", list).await?)
}

fn highlighted(text: &SearchText) -> Vec<String> {
    let units: Vec<u16> = text.text.encode_utf16().collect();
    text.highlights
        .iter()
        .map(|range| String::from_utf16_lossy(&units[range.start as usize..range.end as usize]))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_messages_offers_and_customers_are_found_as_soon_as_they_are_here() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = helen
        .ask("My domain was taken", "The registrar in Zürich does not answer.")
        .await?;
    let other = helen.ask("A boiler that drips", "It is a Vaillant.").await?;
    desk.lock(question).await?;
    desk.write(
        question,
        MessageKind::Answer,
        "Write a formal complaint to the registrar.",
    )
    .await?;
    desk.until_sent().await?;
    let offer = desk.offer(question).await?;
    desk.until_known(other).await?;

    let view = search(&desk, "registrar").await?;
    assert!(view.is_complete);
    let kinds: Vec<_> = view.hits.iter().map(|hit| hit.found).collect();
    assert!(
        matches!(
            kinds[..],
            [
                SearchHitKind::Message {
                    message_kind: MessageKind::Answer,
                    ..
                },
                SearchHitKind::Question
            ]
        ),
        "newest first: {kinds:?}"
    );
    assert!(view.hits.iter().all(|hit| hit.question_id == question));
    assert_eq!(highlighted(&view.hits[0].snippet), ["registrar"]);
    assert_eq!(view.hits[0].title.text, "My domain was taken");
    assert_eq!(view.hits[0].customer_name, "Helen M.");
    assert_eq!(view.hits[0].category_name, "Internet law");

    let number = view.hits[1].question_number.unwrap();
    for (query, count) in [
        ("zur", 1),
        ("zurich", 1),
        ("zuri", 1),
        ("regist", 2),
        ("ZÜRICH registrar", 1),
        ("registrar boiler", 0),
        ("\"formal complaint\"", 1),
        ("\"complaint formal\"", 0),
        (&format!("Q-{number}"), 1),
        ("helen", 3),
        ("customer:helen", 2),
        ("customer:helen boiler", 1),
        ("customer:nobody boiler", 0),
        ("category:internet registrar", 2),
        ("category:plumbing registrar", 0),
        ("state:answered registrar", 2),
        ("state:open registrar", 0),
        ("state:open", 1),
        ("state:sent", 1),
        ("state:accepted", 0),
        ("state:sent letter", 1),
        ("domain transfer pack", 1),
    ] {
        let found = search(&desk, query).await?;
        assert_eq!(found.hits.len(), count, "{query}: {:?}", found.hits);
    }
    let found = search(&desk, "helen mar").await?;
    assert_eq!(found.customers.len(), 1);
    assert_eq!(highlighted(&found.customers[0].name), ["Helen", "Marsh"]);
    assert_eq!(found.customers[0].question_count, 2);
    let found = search(&desk, "letter before").await?;
    assert!(matches!(found.hits[0].found, SearchHitKind::Offer { offer_id, .. } if offer_id == offer));

    let desk = desk.restart().await?;
    assert_eq!(search(&desk, "registrar").await?.hits.len(), 2);
    desk.ask::<serde_json::Value>("session_sign_out", ()).await?;
    desk.sign_in(&world).await?;
    desk.until_online().await?;
    wait_until("the new cache is indexed", async || {
        let view = search(&desk, "registrar").await?;
        Ok((view.is_complete && view.hits.len() == 2).then_some(()))
    })
    .await?;
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn finds_come_page_by_page_and_none_twice() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let mut asked = Vec::new();
    for number in 0..7 {
        asked.push(
            helen
                .ask(&format!("Fence number {number}"), "Whose fence is it?")
                .await?,
        );
    }
    for question in &asked {
        desk.until_known(*question).await?;
    }
    for filter in ["", " state:open", " customer:marsh"] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let list = SearchList {
                query: format!("fence{filter} "),
                after,
                limit: 3,
            };
            let view: SearchView = desk.ask("search_list", list).await?;
            assert!(view.hits.is_sorted_by(|a, b| a.at >= b.at));
            seen.extend(view.hits.iter().map(|hit| hit.question_id));
            after = view.next;
            if after.is_none() {
                break;
            }
        }
        seen.sort();
        let mut all = asked.clone();
        all.sort();
        assert_eq!(seen, all, "{filter}");
    }
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_is_a_wrong_query() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let question = helen.ask("Half ½ of a fence", "हिन्दी पाठ, 日本語, e\u{301}").await?;
    desk.until_known(question).await?;
    let long = "fence ".repeat(5_000);
    for query in [
        "\"",
        "\"\"\"",
        "*",
        "fence*",
        "*fence",
        "fence AND",
        "NOT",
        "NEAR(",
        "NEAR(a b, 5)",
        "(",
        ")",
        "{",
        "a:b",
        "text:fence",
        "-fence",
        "^fence",
        "fence + fence",
        "'; DROP TABLE question; --",
        "\0",
        "a\0b",
        "½",
        "हिन्दी",
        "日本",
        "\u{301}",
        "\u{202e}",
        "state:",
        "state:\"",
        "customer:\"\"",
        "customer:*",
        "category:%",
        ":",
        "::::",
        "💥",
        "fence\u{0}*",
        "\\",
        "rowid:1",
        &long,
    ] {
        let view = search(&desk, query).await;
        assert!(view.is_ok(), "{query}: {view:?}");
    }
    for query in ["½", "हिन्दी", "日本語", "é"] {
        assert_eq!(search(&desk, query).await?.hits.len(), 1, "{query}");
    }
    let view: SearchView = desk
        .ask(
            "search_list",
            serde_json::json!({"query": "fence", "after": "nonsense"}),
        )
        .await?;
    assert_eq!(view.hits.len(), 1);
    desk.desk.close().await;
    Ok(())
}

//! Pages stay small however much there is: lists go on on pages of their own, and nothing is left out.

use super::{databases::Home, pages::Browser, world::World};
use jiff::SignedDuration;
use proffer_domain::{CallSlot, MessageKind, OfferTerms, ServiceKind};
use proffer_platform::flow::Command;
use proffer_protocol::{AcceptOfferRequest, HoldOfferRequest, ReviseOfferRequest};
use std::collections::BTreeMap;

/// The largest page, before images and before it is compressed on its way.
const PAGE_MAX_BYTES: usize = 30_000;

/// Follows the links with these words from a page on; gives all pages.
async fn follow(browser: &Browser, from: &str, words: &str) -> Vec<String> {
    let mut pages = Vec::new();
    let mut next = Some(from.to_owned());
    while let Some(path) = next {
        let (status, page) = browser.get(&path).await;
        assert!(status.is_success(), "{path}");
        assert!(page.len() < PAGE_MAX_BYTES, "{path} has {} bytes", page.len());
        next = page
            .split("<a href=\"")
            .skip(1)
            .filter_map(|rest| rest.split_once("\">"))
            .find(|(_, rest)| rest.starts_with(words))
            .map(|(href, _)| href.replace("&amp;", "&"));
        pages.push(page);
        assert!(pages.len() < 50, "it never ends");
    }
    pages
}

/// How often each of these is on the pages, as a link.
fn links(pages: &[String], class: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let marker = format!("class=\"{class}\" href=\"");
    for page in pages {
        for href in page.split(&marker).skip(1).filter_map(|rest| rest.split('"').next()) {
            *found.entry(href.to_owned()).or_default() += 1;
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_and_every_offer_that_can_be_accepted_is_on_the_list_once() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let (mut questions, mut open) = (Vec::new(), Vec::new());
    let terms = OfferTerms {
        title: "A letter before action, a form for the registrar, and a plan for both of them".to_owned(),
        ..world.terms()
    };
    for number in 0..27 {
        let question = world.answered().await;
        questions.push(format!("/questions/{question}"));
        for _ in 0..number % 3 {
            let offer = world.send(question, terms.clone()).await;
            if number % 2 == 0 {
                let hold = HoldOfferRequest { remind_at: None };
                world.run(&world.helen, Command::HoldOffer(offer, hold)).await.unwrap();
            }
            open.push(format!("/offers/{offer}"));
        }
        let taken = world.send(question, terms.clone()).await;
        let accept = AcceptOfferRequest {
            version: 1,
            call_slot: None,
        };
        world
            .run(&world.helen, Command::AcceptOffer(taken, accept))
            .await
            .unwrap();
    }
    let browser = Browser::new(&world.serve().await);
    browser.sign_in("helen.marsh@example.com").await;
    let pages = follow(&browser, "/questions", "Earlier questions").await;
    let once = |paths: &[String]| -> BTreeMap<String, usize> { paths.iter().map(|path| (path.clone(), 1)).collect() };
    assert_eq!(links(&pages, "row__link"), once(&questions));
    assert!(pages[0].contains(&format!("<span class=\"count\">{}</span>", open.len())));
    let pages = follow(&browser, "/questions", "Earlier offers").await;
    assert_eq!(links(&pages, "offerline"), once(&open));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_thread_with_many_offers_goes_on_on_pages_of_its_own() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let question = world.answered().await;
    for number in 0..45 {
        world.clock.pass(SignedDuration::from_secs(1));
        let text = format!("Word {number:03}. {}", "It was paid and never handed over. ".repeat(30));
        let reply = world.message(MessageKind::Reply, &text);
        world
            .run(&world.helen, Command::SendMessage(question, reply))
            .await
            .unwrap();
    }
    let mut offers = Vec::new();
    for _ in 0..20 {
        offers.push(format!("/offers/{}", world.send(question, world.terms()).await));
    }
    let browser = Browser::new(&world.serve().await);
    browser.sign_in("helen.marsh@example.com").await;
    let path = format!("/questions/{question}");
    let pages = follow(&browser, &path, "Earlier messages").await;
    assert!(
        pages.len() > 1 && pages[0].contains("Word 044."),
        "the latest come first"
    );
    let mut seen: Vec<String> = Vec::new();
    for page in pages.iter().rev() {
        seen.extend(page.split("Word ").skip(1).map(|rest| rest[..3].to_owned()));
    }
    let expected: Vec<String> = (0..45).map(|number| format!("{number:03}")).collect();
    assert_eq!(seen, expected, "all of them, each once, in their order");
    assert!(
        pages.last().unwrap().contains("Every invoice is paid."),
        "the question itself begins it"
    );
    let pages = follow(&browser, &path, "Earlier offers").await;
    assert_eq!(links(&pages, "offerline").len(), offers.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_says_what_each_version_changed_and_its_receipt_names_all_that_was_accepted() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let question = world.answered().await;
    let offer = world.send(question, world.terms()).await;
    for version in 1..=9 {
        let mut terms = world.terms();
        terms.kind = ServiceKind::FollowUpCall;
        terms.price.amount_minor += 1_000 * i64::from(version);
        terms.deliverables = (0..8)
            .map(|part| format!("Part {part} of version {version}: a letter with everything that belongs to it"))
            .collect();
        terms.call_slots = vec![CallSlot {
            starts_at: "2026-12-01T16:30:00Z".parse().unwrap(),
            minutes: 30,
        }];
        let revise = ReviseOfferRequest { version, terms };
        world
            .run(&world.daniel, Command::ReviseOffer(offer, revise))
            .await
            .unwrap();
    }
    let browser = Browser::new(&world.serve().await);
    browser.sign_in("helen.marsh@example.com").await;
    let path = format!("/offers/{offer}");
    let (_, page) = browser.get(&path).await;
    assert!(page.len() < PAGE_MAX_BYTES, "{} bytes", page.len());
    assert!(page.contains("the price was £225.00, it is now £235.00"), "{page}");
    assert!(page.contains("the price was £215.00, it is now £225.00"), "{page}");
    assert!(page.contains("5 more") && !page.contains("Version 1,"), "{page}");
    assert!(!page.contains("Receipt to print"));
    let (_, page) = browser.get(&format!("{path}?versions=all")).await;
    assert!(page.contains("Version 1, £145.00"), "{page}");
    let (_, instead) = browser.get(&format!("{path}/receipt")).await;
    assert!(
        instead.contains("it is now £235.00") && !instead.contains("receipt__table"),
        "there is no receipt of what was not accepted: {instead}"
    );
    let accept = AcceptOfferRequest {
        version: 10,
        call_slot: Some(0),
    };
    world
        .run(&world.helen, Command::AcceptOffer(offer, accept))
        .await
        .unwrap();
    let (_, page) = browser.get(&path).await;
    assert!(page.contains("Receipt to print"));
    let (status, page) = browser.get(&format!("{path}/receipt")).await;
    assert!(status.is_success() && page.len() < PAGE_MAX_BYTES);
    for part in [
        "£235.00",
        "Part 7 of version 9",
        "Helen Marsh",
        "Daniel Okafor",
        "16:30",
        "version 10",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    let (_, style) = browser.get("/static/site.css").await;
    assert!(style.len() < PAGE_MAX_BYTES && style.contains("@media print"));
}

//! What the rules of offers, links, ratings and help come to, through the whole platform.

use crate::{
    databases::Home,
    on_both_databases,
    world::{World, message, terms},
};
use proffer_domain::{MessageKind, Money, OfferId, OfferState, Role};
use proffer_platform::{flow::Command, store::AccountRow};
use proffer_protocol::{
    AcceptOfferRequest, CancelOfferRequest, DeclineOfferRequest, ErrorCode, HoldOfferRequest, RateQuestionRequest,
    ReviseOfferRequest, SupportRequestRequest, SupportRequestState,
};

on_both_databases![
    an_offer_can_be_held_declined_reconsidered_and_revised,
    what_is_withdrawn_or_cancelled_is_told_and_stays_so,
    an_offer_is_refused_where_the_guards_of_send_say_so,
    losing_the_lock_never_ends_an_offer,
    only_its_own_people_move_an_offer,
    an_emailed_link_opens_its_own_thing_until_it_expires,
    a_rating_needs_an_answer_and_can_be_changed,
    a_request_for_help_gets_its_reply,
];

fn accept(version: u32) -> AcceptOfferRequest {
    AcceptOfferRequest {
        version,
        call_slot: None,
    }
}

/// Carries out a step and checks where it leads and which emails it writes.
async fn step(
    world: &World,
    who: &AccountRow,
    command: Command,
    offer: OfferId,
    leads_to: OfferState,
    emails: &[&str],
) -> anyhow::Result<()> {
    let shown = format!("{command:?}");
    let before = world.offer(offer).await?.events.len();
    world.run(who, command).await?;
    let now = world.offer(offer).await?;
    assert_eq!((now.state, now.events.len()), (leads_to, before + 1), "{shown}");
    let written = world.take_emails().await?;
    assert_eq!(written.len(), emails.len(), "{shown}: {written:?}");
    for (written, expected) in written.iter().zip(emails) {
        assert!(written.starts_with(expected), "{shown}: {written:?}");
    }
    Ok(())
}

async fn an_offer_can_be_held_declined_reconsidered_and_revised(home: Home) -> anyhow::Result<()> {
    use OfferState as S;
    let world = World::begin(home).await?;
    let id = world.offered().await?;
    world.take_emails().await?;
    let (helen, daniel) = (&world.helen, &world.daniel);
    let hold = HoldOfferRequest { remind_at: None };
    step(&world, helen, Command::HoldOffer(id, hold), id, S::Held, &[]).await?;
    let decline = DeclineOfferRequest {
        reason: Some("Too dear".to_owned()),
    };
    let told = ["Daniel: Helen declined your offer: A letter that works"];
    step(
        &world,
        helen,
        Command::DeclineOffer(id, decline),
        id,
        S::Declined,
        &told,
    )
    .await?;
    assert_eq!(world.offer(id).await?.decline_reason.as_deref(), Some("Too dear"));
    step(&world, helen, Command::ReconsiderOffer(id), id, S::Held, &[]).await?;
    let mut cheaper = terms();
    cheaper.price = Money::new(3_000, cheaper.price.currency);
    let revise = ReviseOfferRequest {
        version: 1,
        terms: cheaper,
    };
    let told = ["Helen: Daniel changed the offer “A letter that works”"];
    step(
        &world,
        daniel,
        Command::ReviseOffer(id, revise.clone()),
        id,
        S::Sent,
        &told,
    )
    .await?;
    let offer = world.offer(id).await?;
    assert_eq!((offer.version, offer.earlier.len()), (2, 1));
    // Who still looks at version 1 can neither accept nor revise it.
    let problem = world.refusal(helen, Command::AcceptOffer(id, accept(1))).await;
    assert_eq!(problem.code, ErrorCode::OfferRevised);
    assert_eq!(problem.current.unwrap().offer_version, Some(2));
    assert_eq!(
        world.code(daniel, Command::ReviseOffer(id, revise)).await,
        ErrorCode::OfferRevised
    );
    world.run(helen, Command::AcceptOffer(id, accept(2))).await?;
    let accepted = world.offer(id).await?.terms;
    let revise = ReviseOfferRequest {
        version: 2,
        terms: terms(),
    };
    assert_eq!(
        world.code(daniel, Command::ReviseOffer(id, revise)).await,
        ErrorCode::OfferStateConflict
    );
    assert_eq!(
        world.offer(id).await?.terms,
        accepted,
        "an accepted version never changes"
    );
    Ok(())
}

async fn what_is_withdrawn_or_cancelled_is_told_and_stays_so(home: Home) -> anyhow::Result<()> {
    use OfferState as S;
    let world = World::begin(home).await?;
    let id = world.offered().await?;
    world.take_emails().await?;
    let told = ["Helen: The offer “A letter that works” was withdrawn"];
    step(
        &world,
        &world.daniel,
        Command::WithdrawOffer(id),
        id,
        S::Withdrawn,
        &told,
    )
    .await?;
    let problem = world.refusal(&world.helen, Command::AcceptOffer(id, accept(1))).await;
    assert_eq!((problem.code, problem.status), (ErrorCode::OfferStateConflict, 409));
    let id = world.offered().await?;
    world.run(&world.helen, Command::AcceptOffer(id, accept(1))).await?;
    world.take_emails().await?;
    let cancel = |reason: &str| {
        Command::CancelOffer(
            id,
            CancelOfferRequest {
                reason: reason.to_owned(),
            },
        )
    };
    let problem = world.refusal(&world.moderator, cancel("  ")).await;
    assert_eq!(problem.errors[0].pointer, "/reason");
    let told = [
        "Daniel: Cancelled: A letter that works",
        "Helen: Cancelled: A letter that works",
    ];
    step(
        &world,
        &world.moderator,
        cancel("Asked by both"),
        id,
        S::Cancelled,
        &told,
    )
    .await?;
    Ok(())
}

/// Makes terms wrong in one field.
type Spoil = fn(&mut proffer_domain::OfferTerms);

async fn an_offer_is_refused_where_the_guards_of_send_say_so(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let send = |question, terms| {
        let id = OfferId(crate::world::new_id());
        Command::SendOffer(question, proffer_protocol::SendOfferRequest { id, terms })
    };
    let asked = world.asked().await?;
    let code = world.code(&world.daniel, send(asked, terms())).await;
    assert_eq!(code, ErrorCode::NotYourQuestion);
    let locked = world.locked().await?;
    assert_eq!(
        world.code(&world.daniel, send(locked, terms())).await,
        ErrorCode::AnswerFirst
    );
    let mut upgrade = terms();
    upgrade.kind = proffer_domain::ServiceKind::UpgradeToPhoneCall;
    world.run(&world.daniel, send(locked, upgrade)).await?;
    let answered = world.answered().await?;
    assert_eq!(
        world.code(&world.mira, send(answered, terms())).await,
        ErrorCode::NotYourQuestion
    );
    let wrong: [(&str, Spoil); 5] = [
        ("/price", |terms| terms.price = Money::new(0, terms.price.currency)),
        ("/price", |terms| {
            terms.price = Money::new(250_001, terms.price.currency)
        }),
        ("/price", |terms| {
            terms.price = Money::new(5_000, "CHF".parse().unwrap())
        }),
        ("/deliverables", |terms| terms.deliverables = vec!["  ".to_owned()]),
        ("/expires_at", |terms| {
            terms.expires_at = Some("2026-03-01T00:00:00Z".parse().unwrap())
        }),
    ];
    for (pointer, spoil) in wrong {
        let mut terms = terms();
        spoil(&mut terms);
        let problem = world.refusal(&world.daniel, send(answered, terms)).await;
        assert_eq!(problem.code, ErrorCode::InvalidFields, "{pointer}");
        assert!(problem.errors[0].pointer.starts_with(pointer), "{problem:?}");
        assert!(!problem.errors[0].message.is_empty());
    }
    Ok(())
}

async fn losing_the_lock_never_ends_an_offer(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let id = world.offered().await?;
    let question = world.offer(id).await?.question_id;
    world.run(&world.daniel, Command::Release(question)).await?;
    world.run(&world.mira, Command::Lock(question)).await?;
    assert_eq!(world.offer(id).await?.state, OfferState::Sent);
    // While Mira holds it, Daniel writes nothing more, but his offer is accepted.
    let more = Command::SendMessage(question, message(MessageKind::Answer));
    assert_eq!(world.code(&world.daniel, more).await, ErrorCode::LockHeld);
    world.run(&world.helen, Command::AcceptOffer(id, accept(1))).await?;
    Ok(())
}

async fn only_its_own_people_move_an_offer(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let id = world.offered().await?;
    let accept = || Command::AcceptOffer(id, accept(1));
    for (who, command, code) in [
        (&world.tom, accept(), ErrorCode::NotFound),
        (&world.daniel, accept(), ErrorCode::Forbidden),
        (&world.moderator, accept(), ErrorCode::Forbidden),
        (&world.mira, Command::WithdrawOffer(id), ErrorCode::NotFound),
        (&world.stranger, Command::WithdrawOffer(id), ErrorCode::NotFound),
        (&world.helen, Command::WithdrawOffer(id), ErrorCode::Forbidden),
        (&world.helen, Command::StartOffer(id), ErrorCode::Forbidden),
        (&world.tom, Command::ViewOffer(id), ErrorCode::NotFound),
    ] {
        assert_eq!(world.code(who, command.clone()).await, code, "{} {command:?}", who.name);
    }
    assert_eq!(world.offer(id).await?.state, OfferState::Sent);
    world.run(&world.moderator, Command::WithdrawOffer(id)).await?;
    Ok(())
}

async fn an_emailed_link_opens_its_own_thing_until_it_expires(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let id = world.offered().await?;
    let emails = world.emails().await?;
    let letter = emails
        .iter()
        .find(|email| email.subject.starts_with("Daniel has a message"))
        .unwrap();
    let token: String = letter
        .text
        .split_once("/l/")
        .unwrap()
        .1
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    let (link, account, is_live) = world.flow.open_link(&token).await?;
    assert_eq!((link.offer_id, account.id, is_live), (Some(id), world.helen.id, true));
    assert!(world.flow.open_link(&token[..20]).await.is_err());
    world.clock.pass(jiff::SignedDuration::from_hours(24 * 91));
    assert!(!world.flow.open_link(&token).await?.2);
    Ok(())
}

async fn a_rating_needs_an_answer_and_can_be_changed(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let rate = |question, stars| {
        let comment = "Thank you".to_owned();
        Command::Rate(question, RateQuestionRequest { stars, comment })
    };
    let asked = world.asked().await?;
    assert_eq!(world.code(&world.helen, rate(asked, 5)).await, ErrorCode::AnswerFirst);
    let answered = world.answered().await?;
    assert_eq!(
        world.code(&world.helen, rate(answered, 6)).await,
        ErrorCode::InvalidFields
    );
    world.run(&world.helen, rate(answered, 3)).await?;
    world.run(&world.helen, rate(answered, 5)).await?;
    assert_eq!(
        world.question_document(answered).await?.question.rating.unwrap().stars,
        5
    );
    assert_eq!(world.code(&world.tom, rate(answered, 1)).await, ErrorCode::NotFound);
    Ok(())
}

async fn a_request_for_help_gets_its_reply(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let question = world.locked().await?;
    let request = SupportRequestRequest {
        id: proffer_domain::SupportRequestId(crate::world::new_id()),
        question_id: Some(question),
        subject: "Is this ours?".to_owned(),
        text: "It may belong to another category.".to_owned(),
    };
    let id = request.id;
    world.run(&world.daniel, Command::RequestSupport(request)).await?;
    let reply = || Command::ReplyToSupport(id, "It is ours.".to_owned());
    let mut far = world.moderator.clone();
    far.id = world.stranger.id;
    assert_eq!(far.role, Role::Moderator);
    assert_eq!(world.code(&far, reply()).await, ErrorCode::NotFound);
    let replied = world.run(&world.moderator, reply()).await?;
    let proffer_protocol::Document::SupportRequest(document) = replied else {
        panic!("{replied:?}")
    };
    assert_eq!(document.state, SupportRequestState::Answered);
    assert_eq!(world.take_emails().await?, ["Daniel: Reply: Is this ours?"]);
    Ok(())
}

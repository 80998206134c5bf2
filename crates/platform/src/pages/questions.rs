//! Asking, the list of questions, and one question with its messages, offers and rating.

use super::{
    Address, PageFailure, Visitor,
    forms::{self, SentForm},
    show::{self, MessageCard, OfferCard, Shell, Times},
    visitor::Scope,
};
use crate::{
    App,
    api::give_file,
    flow::{Command, FlowError},
    store::{AccountRow, ListKey, Listed, Part, StoreError},
};
use askama::Template;
use axum::{
    Form,
    extract::{Multipart, Query, State, multipart::MultipartRejection, rejection::FormRejection},
    http::StatusCode,
    response::{Html, Redirect, Response},
};
use jiff::SignedDuration;
use proffer_domain::{
    Attachment, AttachmentId, CategoryId, CommandId, FieldCode, FieldProblem, MessageId, MessageKind, QuestionId,
    QuestionState, question,
};
use proffer_protocol::{
    AskQuestionRequest, CategoryDocument, Document, Entity, OfferDocument, QuestionDocument, RateQuestionRequest,
    SendMessageRequest,
};
use uuid::Uuid;

/// How many questions the list shows at a time.
const QUESTIONS: u32 = 12;
/// How many offers that can still be accepted stand above it at a time.
const OPEN_OFFERS: u32 = 10;
/// How many offers of a question its row shows.
const OFFERS_A_ROW: usize = 2;
/// How many offers a question's page shows at a time, and how many messages at most.
const OFFERS: u32 = 12;
const MESSAGES: u32 = 30;
/// How long messages may be together, in bytes as they are sent, before earlier ones have a page of their own.
const THREAD_BYTES: usize = 14_000;
/// How fresh a fact that the customer looked must be; a reload is no news.
const VIEW_EVERY: SignedDuration = SignedDuration::from_secs(60);

#[derive(Template)]
#[template(path = "pages/ask.html")]
struct AskPage<'a> {
    shell: Shell,
    categories: Vec<CategoryDocument>,
    category: &'a str,
    title: &'a str,
    text: &'a str,
    attached: &'a [Attachment],
    problems: &'a [FieldProblem],
    file_limit: String,
    command: Uuid,
}

/// A row of the list.
struct QuestionRow {
    id: String,
    number: u64,
    title: String,
    state: &'static str,
    at: String,
    offers: Vec<OfferCard>,
    /// How many more it has.
    more_offers: usize,
}

/// Which parts of its lists a page shows: each begins after a key that the page before gave.
#[derive(Default, serde::Deserialize)]
pub struct Parts {
    /// Of questions, or of a question's messages.
    after: Option<String>,
    /// Of offers.
    offers_after: Option<String>,
}

impl Parts {
    fn after(&self) -> Option<ListKey> {
        self.after.as_deref().and_then(|key| key.parse().ok())
    }

    fn offers_after(&self) -> Option<ListKey> {
        self.offers_after.as_deref().and_then(|key| key.parse().ok())
    }
}

#[derive(Template)]
#[template(path = "pages/questions.html")]
struct ListPage {
    shell: Shell,
    open: Vec<OfferCard>,
    open_count: u64,
    open_rest: Option<ListKey>,
    rows: Vec<QuestionRow>,
    rest: Option<ListKey>,
    is_first: bool,
}

#[derive(Template)]
#[template(path = "pages/question.html")]
struct QuestionPage<'a> {
    shell: Shell,
    id: QuestionId,
    number: u64,
    title: &'a str,
    state: &'static str,
    messages: Vec<MessageCard>,
    earlier: Option<ListKey>,
    is_latest: bool,
    offers: Vec<OfferCard>,
    offers_rest: Option<ListKey>,
    reply: &'a str,
    attached: &'a [Attachment],
    problems: &'a [FieldProblem],
    can_rate: bool,
    needs_reply: bool,
    stars: u8,
    comment: &'a str,
    rated_at: Option<String>,
    reply_command: Uuid,
    rate_command: Uuid,
}

/// A rating as its form carries it.
#[derive(serde::Deserialize)]
pub struct RatingForm {
    form: String,
    command: String,
    #[serde(default)]
    stars: String,
    #[serde(default)]
    comment: String,
}

async fn ask_page(
    app: &App,
    visitor: &Visitor,
    sent: &SentForm,
    problems: &[FieldProblem],
) -> Result<Html<String>, PageFailure> {
    let page = AskPage {
        shell: Shell::new("Ask a question", visitor),
        categories: app.flow.categories().await?,
        category: sent.text("category"),
        title: sent.text("title"),
        text: sent.text("text"),
        attached: &sent.attachments,
        problems,
        file_limit: show::size(app.flow.limits().await?.attachment_max_bytes),
        command: show::new_command(app),
    };
    Ok(Html(page.render()?))
}

pub async fn ask_form(State(app): State<App>, visitor: Visitor) -> Result<Response, PageFailure> {
    visitor.need_account()?;
    Ok(visitor.respond(ask_page(&app, &visitor, &SentForm::default(), &[]).await?))
}

fn multipart(multipart: Result<Multipart, MultipartRejection>) -> Result<Multipart, PageFailure> {
    multipart.map_err(|rejection| PageFailure::FormUnreadable(rejection.body_text()))
}

pub async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    body: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageFailure> {
    let account = visitor.need_account()?;
    let sent = forms::read(&app, &visitor, account, multipart(body)?).await?;
    let key = sent.command()?;
    let mut problems = sent.problems.clone();
    let category = sent.text("category").parse::<CategoryId>().ok();
    if category.is_none() {
        let message = "Choose a category from the list.";
        problems.insert(0, FieldProblem::new("/category_id", FieldCode::Missing, message));
    }
    if let (Some(category_id), true) = (category, problems.is_empty()) {
        let ask = |key: CommandId| {
            Command::Ask(AskQuestionRequest {
                id: QuestionId(key.0),
                category_id,
                title: sent.text("title").to_owned(),
                text: sent.text("text").to_owned(),
                attachments: sent.attachment_ids(),
            })
        };
        match forms::execute(&app, account, key, Some(Entity::Question), ask).await {
            Ok(document) => return Ok(visitor.respond(Redirect::to(&format!("/questions/{}", document.id())))),
            Err(FlowError::Refused(problem)) if !problem.errors.is_empty() => problems = problem.errors,
            Err(error) => return Err(error.into()),
        }
    } else {
        // All that is wrong is said at once.
        let limits = app.flow.limits().await?;
        let (title, text) = (sent.text("title"), sent.text("text"));
        problems.extend(
            question::check(title, text, sent.attachments.len(), &limits)
                .err()
                .unwrap_or_default(),
        );
    }
    let page = ask_page(&app, &visitor, &sent, &problems).await?;
    Ok(visitor.respond((StatusCode::UNPROCESSABLE_ENTITY, page)))
}

fn state_words(state: QuestionState) -> &'static str {
    match state {
        QuestionState::Open => "Waiting for an expert",
        QuestionState::Answered => "Answered",
        QuestionState::Closed => "Closed",
    }
}

pub async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(parts): Query<Parts>,
) -> Result<Response, PageFailure> {
    let account = visitor.need_account()?;
    let times = Times::of(account);
    let now = app.flow.ports().clock.now();
    let customer = account.id.0;
    let listed = read_list(&app, customer, &parts).await.map_err(FlowError::from)?;
    let (questions, rest) = listed.questions.split();
    let (open, open_rest) = listed.open.split();
    let rows = questions
        .into_iter()
        .filter_map(|document| match document {
            Document::Question(document) => Some(document.question),
            _ => None,
        })
        .map(|question| {
            let of_question = listed
                .offers
                .iter()
                .filter(|document| document.offer.question_id == question.id);
            let mut offers: Vec<OfferCard> = of_question.map(|document| show::offer(document, &times, now)).collect();
            // Those that call for something first.
            offers.sort_by_key(|offer| !offer.is_open);
            let more_offers = offers.len().saturating_sub(OFFERS_A_ROW);
            offers.truncate(OFFERS_A_ROW);
            QuestionRow {
                id: question.id.to_string(),
                number: question.number,
                state: state_words(question.state),
                at: times.full(question.last_activity_at),
                offers,
                more_offers,
                title: question.title,
            }
        })
        .collect();
    let page = ListPage {
        shell: Shell::new("My questions", &visitor).with_times(&times),
        open: open
            .into_iter()
            .filter_map(offer)
            .map(|document| show::offer(&document, &times, now))
            .collect(),
        open_count: listed.open_count,
        open_rest,
        rows,
        rest,
        is_first: parts.after.is_none() && parts.offers_after.is_none(),
    };
    Ok(visitor.respond(Html(page.render()?)))
}

/// What the list is made of, from one consistent state.
struct ReadList {
    open: Part,
    open_count: u64,
    questions: Part,
    offers: Vec<OfferDocument>,
}

async fn read_list(app: &App, customer: Uuid, parts: &Parts) -> Result<ReadList, StoreError> {
    let mut tx = app.flow.store().read().await?;
    // Further parts of the questions come without the offers above them.
    let (mut open, mut open_count) = (Part::default(), 0);
    if parts.after.is_none() {
        open = tx
            .listed(
                Listed::OpenOffers(customer),
                Entity::Offer,
                parts.offers_after(),
                OPEN_OFFERS,
            )
            .await?;
        open_count = tx.count_open_offers(customer).await?;
    }
    let mut questions = Part::default();
    if parts.offers_after.is_none() {
        questions = tx
            .listed(Listed::Customer(customer), Entity::Question, parts.after(), QUESTIONS)
            .await?;
    }
    let ids: Vec<Uuid> = questions.rows.iter().map(|(_, document)| document.id()).collect();
    let offers = tx.offers_on_questions(&ids).await?;
    Ok(ReadList {
        open,
        open_count,
        questions,
        offers: offers.into_iter().filter_map(offer).collect(),
    })
}

fn offer(document: Document) -> Option<OfferDocument> {
    match document {
        Document::Offer(document) => Some(document),
        _ => None,
    }
}

/// What the visitor typed and what is wrong with it, when a form comes back.
#[derive(Default)]
struct Typed {
    sent: SentForm,
    problems: Vec<FieldProblem>,
    rating: Option<(u8, String)>,
}

async fn question_page(
    app: &App,
    visitor: &Visitor,
    account: &AccountRow,
    document: &QuestionDocument,
    typed: &Typed,
    parts: &Parts,
) -> Result<Html<String>, PageFailure> {
    let question = &document.question;
    let times = Times::of(account);
    let now = app.flow.ports().clock.now();
    let of = Listed::Question(question.id.0);
    let mut tx = app.flow.store().read().await.map_err(FlowError::from)?;
    let messages = tx.listed(of, Entity::Message, parts.after(), MESSAGES).await;
    let offers = tx.listed(of, Entity::Offer, parts.offers_after(), OFFERS).await;
    drop(tx);
    let (mut cards, earlier) = thread(messages.map_err(FlowError::from)?, &times);
    if earlier.is_none() {
        cards.insert(0, show::question(question, &times));
    }
    let (offers, offers_rest) = offers.map_err(FlowError::from)?.split();
    let is_latest = parts.after().is_none();
    let needs_reply = is_latest && cards.last().is_some_and(|card| card.class == "message--request");
    let rating = question.rating.as_ref();
    let (stars, comment) = match &typed.rating {
        Some((stars, comment)) => (*stars, comment.as_str()),
        None => rating.map_or((0, ""), |rating| (rating.stars, rating.comment.as_str())),
    };
    let page = QuestionPage {
        shell: Shell::new(question.title.clone(), visitor).with_times(&times),
        id: question.id,
        number: question.number,
        title: &question.title,
        state: state_words(question.state),
        messages: cards,
        earlier,
        is_latest,
        offers_rest,
        offers: offers
            .into_iter()
            .filter_map(offer)
            .map(|document| show::offer(&document, &times, now))
            .collect(),
        reply: typed.sent.text("text"),
        attached: &typed.sent.attachments,
        problems: &typed.problems,
        can_rate: question.state != QuestionState::Open,
        needs_reply,
        stars,
        comment,
        rated_at: rating.map(|rating| times.full(rating.rated_at)),
        reply_command: show::new_command(app),
        rate_command: show::new_command(app),
    };
    Ok(Html(page.render()?))
}

/// The newest messages that fit on a page, oldest first, and where the earlier ones begin.
fn thread(messages: Part, times: &Times) -> (Vec<MessageCard>, Option<ListKey>) {
    let (mut cards, mut earlier, mut bytes) = (Vec::new(), None, 0);
    let more = messages.more;
    for (key, document) in messages.rows {
        let Document::Message(document) = document else {
            continue;
        };
        let card = show::message(&document.message, times);
        bytes += card.html.len();
        if bytes > THREAD_BYTES && !cards.is_empty() {
            cards.reverse();
            return (cards, earlier);
        }
        earlier = Some(key);
        cards.push(card);
    }
    cards.reverse();
    (cards, earlier.filter(|_| more))
}

pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Address(id): Address<Uuid>,
    Query(parts): Query<Parts>,
) -> Result<Response, PageFailure> {
    let id = QuestionId(id);
    let account = visitor.account_for(Scope::Question(id))?;
    let mut document = app.flow.question_of_customer(account, id).await?;
    let now = app.flow.ports().clock.now();
    let is_news = document
        .question
        .customer_viewed_at
        .is_none_or(|at| now.duration_since(at) > VIEW_EVERY);
    if is_news {
        let key = proffer_domain::CommandId(app.flow.ports().new_id());
        if let Ok(Document::Question(viewed)) = app.flow.execute(account, key, &Command::ViewQuestion(id)).await {
            document = viewed;
        }
    }
    let page = question_page(&app, &visitor, account, &document, &Typed::default(), &parts).await?;
    Ok(visitor.respond(page))
}

pub async fn reply(
    State(app): State<App>,
    visitor: Visitor,
    Address(id): Address<Uuid>,
    body: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageFailure> {
    let id = QuestionId(id);
    let account = visitor.account_for(Scope::Question(id))?;
    let sent = forms::read(&app, &visitor, account, multipart(body)?).await?;
    let key = sent.command()?;
    let problems = if sent.problems.is_empty() {
        let reply = |key: CommandId| {
            let request = SendMessageRequest {
                id: MessageId(key.0),
                kind: MessageKind::Reply,
                text: sent.text("text").to_owned(),
                announces_offer: false,
                attachments: sent.attachment_ids(),
            };
            Command::SendMessage(id, request)
        };
        match forms::execute(&app, account, key, Some(Entity::Message), reply).await {
            Ok(_) => return Ok(visitor.respond(Redirect::to(&format!("/questions/{id}")))),
            Err(FlowError::Refused(problem)) if !problem.errors.is_empty() => problem.errors,
            Err(error) => return Err(error.into()),
        }
    } else {
        sent.problems.clone()
    };
    let document = app.flow.question_of_customer(account, id).await?;
    let typed = Typed {
        sent,
        problems,
        rating: None,
    };
    let page = question_page(&app, &visitor, account, &document, &typed, &Parts::default()).await?;
    Ok(visitor.respond((StatusCode::UNPROCESSABLE_ENTITY, page)))
}

pub async fn rate(
    State(app): State<App>,
    visitor: Visitor,
    Address(id): Address<Uuid>,
    form: Result<Form<RatingForm>, FormRejection>,
) -> Result<Response, PageFailure> {
    let id = QuestionId(id);
    let account = visitor.account_for(Scope::Question(id))?;
    let Form(sent) = form.map_err(|rejection| PageFailure::FormUnreadable(rejection.body_text()))?;
    visitor.check_form(&sent.form)?;
    let stars = sent.stars.parse().unwrap_or(0);
    let request = RateQuestionRequest {
        stars,
        comment: sent.comment.clone(),
    };
    let key = forms::command(&sent.command)?;
    let rate = |_| Command::Rate(id, request.clone());
    match forms::execute(&app, account, key, None, rate).await {
        Ok(_) => Ok(visitor.respond(Redirect::to(&format!("/questions/{id}")))),
        Err(FlowError::Refused(problem)) if !problem.errors.is_empty() => {
            let document = app.flow.question_of_customer(account, id).await?;
            let typed = Typed {
                sent: SentForm::default(),
                problems: problem.errors,
                rating: Some((stars, sent.comment)),
            };
            let page = question_page(&app, &visitor, account, &document, &typed, &Parts::default()).await?;
            Ok(visitor.respond((StatusCode::UNPROCESSABLE_ENTITY, page)))
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn file(
    State(app): State<App>,
    visitor: Visitor,
    Address((id, file)): Address<(Uuid, Uuid)>,
) -> Result<Response, PageFailure> {
    let id = QuestionId(id);
    let account = visitor.account_for(Scope::Question(id))?;
    let stored = app
        .flow
        .attachment_of(account, AttachmentId(file), |row| row.question_id == Some(id))
        .await?;
    Ok(give_file(stored).await?)
}

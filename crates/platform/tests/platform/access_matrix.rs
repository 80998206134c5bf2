//! Every route, asked for by everybody, with what is theirs, what is others' and what is not there.
//!
//! The routes come from the platform itself: one that is new and not in the matrix fails the test.

use crate::{
    databases::Home,
    pages::hidden,
    world::{PASSWORD, World, nothing},
};
use proffer_domain::{AccountId, CategoryId, MessageKind, OfferId, QuestionId, Role, SupportRequestId};
use proffer_platform::{
    flow::{Command, Flow, Incoming, NewAccount},
    store::AccountRow,
};
use proffer_protocol::{AskQuestionRequest, SendOfferRequest, SupportRequestRequest, version::IDEMPOTENCY_KEY_HEADER};
use reqwest::{Client, Method, RequestBuilder, StatusCode, header, redirect::Policy};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What the address of a route names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Thing {
    /// Nothing that is anybody's.
    None,
    Question,
    Offer,
    Request,
    File,
    /// A file on its question's page, and on its offer's.
    QuestionFile,
    OfferFile,
    Session,
    /// A secret that opens by itself; here one that is made up.
    Token,
}

/// Who is let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum For {
    /// Everybody, signed in or not.
    Everybody,
    /// Who is signed in with one of these roles.
    Roles(&'static [Role]),
    /// Nobody here: it is not configured, or its secret is made up.
    Nobody,
}

use For::{Everybody, Nobody, Roles};
const ALL: For = Roles(&[Role::Customer, Role::Expert, Role::Moderator]);
const CUSTOMER: For = Roles(&[Role::Customer]);
const EXPERT: For = Roles(&[Role::Expert]);
const MODERATOR: For = Roles(&[Role::Moderator]);
const TRUSTED: For = Roles(&[Role::Expert, Role::Moderator]);
const TALKERS: For = Roles(&[Role::Customer, Role::Expert]);

/// The matrix: method, route, who is let in, and what the address names.
const MATRIX: &[(&str, &str, For, Thing)] = &[
    // Operators' and clients' own.
    ("GET", "/healthz", Everybody, Thing::None),
    ("GET", "/metrics", Everybody, Thing::None),
    ("GET", "/openapi.json", Everybody, Thing::None),
    ("POST", "/webhooks/stripe", Nobody, Thing::None),
    ("POST", "/v1/sessions", Everybody, Thing::None),
    ("GET", "/v1/sessions", ALL, Thing::None),
    ("DELETE", "/v1/sessions/current", ALL, Thing::None),
    ("DELETE", "/v1/sessions/{id}", ALL, Thing::Session),
    ("GET", "/v1/me", ALL, Thing::None),
    ("GET", "/v1/me/totp", ALL, Thing::None),
    ("POST", "/v1/me/totp", ALL, Thing::None),
    ("POST", "/v1/me/totp/confirm", ALL, Thing::None),
    ("POST", "/v1/me/totp/disable", ALL, Thing::None),
    ("GET", "/v1/sync", ALL, Thing::None),
    ("GET", "/v1/events", ALL, Thing::None),
    // Commands.
    ("POST", "/v1/questions", CUSTOMER, Thing::None),
    ("POST", "/v1/questions/{id}/lock", EXPERT, Thing::Question),
    ("POST", "/v1/questions/{id}/extend", EXPERT, Thing::Question),
    ("POST", "/v1/questions/{id}/messages", TALKERS, Thing::Question),
    ("POST", "/v1/questions/{id}/rating", CUSTOMER, Thing::Question),
    ("POST", "/v1/questions/{id}/offers", EXPERT, Thing::Question),
    ("POST", "/v1/questions/{id}/release", TRUSTED, Thing::Question),
    ("POST", "/v1/offers/{id}/revise", EXPERT, Thing::Offer),
    ("POST", "/v1/offers/{id}/remind", EXPERT, Thing::Offer),
    ("POST", "/v1/offers/{id}/hold", CUSTOMER, Thing::Offer),
    ("POST", "/v1/offers/{id}/decline", CUSTOMER, Thing::Offer),
    ("POST", "/v1/offers/{id}/reconsider", CUSTOMER, Thing::Offer),
    ("POST", "/v1/offers/{id}/accept", CUSTOMER, Thing::Offer),
    ("POST", "/v1/offers/{id}/start", EXPERT, Thing::Offer),
    ("POST", "/v1/offers/{id}/deliver", EXPERT, Thing::Offer),
    ("POST", "/v1/offers/{id}/complete", CUSTOMER, Thing::Offer),
    ("POST", "/v1/offers/{id}/cancel", TRUSTED, Thing::Offer),
    ("POST", "/v1/offers/{id}/withdraw", TRUSTED, Thing::Offer),
    ("POST", "/v1/support-requests", TALKERS, Thing::None),
    ("POST", "/v1/attachments", ALL, Thing::None),
    ("GET", "/v1/attachments/{id}", ALL, Thing::File),
    // Pages for everybody.
    ("GET", "/", Everybody, Thing::None),
    ("GET", "/static/site.css", Everybody, Thing::None),
    ("GET", "/sign-in", Everybody, Thing::None),
    ("POST", "/sign-in", Everybody, Thing::None),
    ("GET", "/sign-up", Everybody, Thing::None),
    ("POST", "/sign-up", Everybody, Thing::None),
    ("POST", "/sign-out", Everybody, Thing::None),
    ("GET", "/forgot-password", Everybody, Thing::None),
    ("POST", "/forgot-password", Everybody, Thing::None),
    ("GET", "/new-link", Everybody, Thing::None),
    ("POST", "/new-link", Everybody, Thing::None),
    ("GET", "/reset-password/{token}", Nobody, Thing::Token),
    ("POST", "/reset-password/{token}", Nobody, Thing::Token),
    ("GET", "/l/{token}", Nobody, Thing::Token),
    ("POST", "/l/{token}", Nobody, Thing::Token),
    ("GET", "/stop/{token}", Nobody, Thing::Token),
    ("POST", "/stop/{token}", Nobody, Thing::Token),
    // Pages of whoever is signed in.
    ("GET", "/account", ALL, Thing::None),
    ("POST", "/account/sessions/{id}/end", ALL, Thing::Session),
    ("POST", "/account/mail", ALL, Thing::None),
    ("POST", "/account/totp", ALL, Thing::None),
    ("POST", "/account/totp/confirm", ALL, Thing::None),
    ("POST", "/account/totp/disable", ALL, Thing::None),
    ("GET", "/questions", ALL, Thing::None),
    ("GET", "/ask", ALL, Thing::None),
    // Pages of customers.
    ("POST", "/ask", CUSTOMER, Thing::None),
    ("GET", "/questions/{id}", CUSTOMER, Thing::Question),
    ("POST", "/questions/{id}/reply", CUSTOMER, Thing::Question),
    ("POST", "/questions/{id}/rate", CUSTOMER, Thing::Question),
    ("GET", "/questions/{id}/files/{file}", ALL, Thing::QuestionFile),
    ("GET", "/offers/{id}", CUSTOMER, Thing::Offer),
    ("GET", "/offers/{id}/pay", CUSTOMER, Thing::Offer),
    ("GET", "/offers/{id}/receipt", CUSTOMER, Thing::Offer),
    ("POST", "/offers/{id}/{action}", CUSTOMER, Thing::Offer),
    ("GET", "/offers/{id}/files/{file}", TALKERS, Thing::OfferFile),
    // Pages of moderators.
    ("GET", "/moderate", MODERATOR, Thing::None),
    ("GET", "/moderate/questions/{id}", MODERATOR, Thing::Question),
    ("GET", "/moderate/offers/{id}", MODERATOR, Thing::Offer),
    ("GET", "/moderate/requests/{id}", MODERATOR, Thing::Request),
    ("POST", "/moderate/{kind}/{id}", MODERATOR, Thing::Question),
];

/// All of one conversation.
#[derive(Clone)]
struct Things {
    question: QuestionId,
    question_file: Uuid,
    offer: OfferId,
    offer_file: Uuid,
    request: SupportRequestId,
}

/// Somebody who asks.
struct Actor {
    name: &'static str,
    account: Option<AccountRow>,
    /// What they are, once their session is looked up: nobody, if it has ended.
    role: Option<Role>,
    token: String,
    own: Things,
    foreign: Things,
    /// Another session of their own, and one of somebody else.
    own_session: Uuid,
    foreign_session: Uuid,
}

async fn account(flow: &Flow, role: Role, name: &str, category: Option<CategoryId>) -> AccountRow {
    flow.create_account(NewAccount {
        role,
        email: format!("{}@example.com", name.to_lowercase()),
        name: name.to_owned(),
        password: PASSWORD.to_owned(),
        time_zone: "Europe/London".to_owned(),
        categories: category.into_iter().collect(),
    })
    .await
    .unwrap()
}

async fn stored(flow: &Flow, owner: &AccountRow) -> proffer_domain::AttachmentId {
    let bytes = futures_util::stream::iter([Ok::<_, std::io::Error>(b"%PDF-1.7 x".to_vec().into())]);
    let id = proffer_domain::AttachmentId(flow.ports().new_id());
    let incoming = Incoming {
        id,
        name: "plan.pdf".to_owned(),
        bytes,
    };
    flow.store_attachment(owner, incoming).await.unwrap();
    id
}

/// A conversation with all that can belong to it: the offer is delivered with a file.
async fn things(world: &World, customer: &AccountRow, expert: &AccountRow, category: CategoryId) -> Things {
    let flow = &world.flow;
    let file = stored(flow, customer).await;
    let question = QuestionId(flow.ports().new_id());
    let ask = AskQuestionRequest {
        id: question,
        category_id: category,
        title: "Who pays for the fence?".to_owned(),
        text: "It fell over.".to_owned(),
        attachments: vec![file],
    };
    world.run(customer, Command::Ask(ask)).await.unwrap();
    world.run(expert, Command::Lock(question)).await.unwrap();
    let answer = world.message(MessageKind::Answer, "Your neighbour.");
    world.run(expert, Command::SendMessage(question, answer)).await.unwrap();
    let offer = OfferId(flow.ports().new_id());
    let send = SendOfferRequest {
        id: offer,
        terms: world.terms(),
    };
    world.run(expert, Command::SendOffer(question, send)).await.unwrap();
    let offer_file = stored(flow, expert).await;
    let mut tx = flow.store().begin().await.unwrap();
    assert!(
        tx.use_attachment(offer_file, expert.id, question, Some(offer))
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let request = SupportRequestId(flow.ports().new_id());
    let help = SupportRequestRequest {
        id: request,
        question_id: Some(question),
        subject: "Help".to_owned(),
        text: "Please.".to_owned(),
    };
    world.run(expert, Command::RequestSupport(help)).await.unwrap();
    Things {
        question,
        question_file: file.0,
        offer,
        offer_file: offer_file.0,
        request,
    }
}

/// A session's token and id.
async fn session(flow: &Flow, account: &AccountRow) -> (String, Uuid) {
    let token = flow.sign_in(&account.email, PASSWORD, "matrix").await.unwrap().token;
    let sessions = flow.sessions(account, &token).await.unwrap();
    let id = sessions.iter().find(|session| session.is_current).unwrap().id;
    (token, id.0)
}

/// Everybody, each with what is theirs.
async fn actors(world: &World) -> Vec<Actor> {
    let flow = &world.flow;
    let boats = flow.create_category("Boats").await.unwrap();
    let tom = account(flow, Role::Customer, "Tom", None).await;
    let stellan = account(flow, Role::Expert, "Stellan", Some(boats)).await;
    let legal = things(world, &world.helen, &world.daniel, world.category).await;
    let boating = things(world, &tom, &stellan, boats).await;
    let (_, others) = session(flow, &world.mira).await;
    let mut actors = Vec::new();
    for (name, account, is_legal) in [
        ("customer A", &world.helen, true),
        ("customer B", &tom, false),
        ("expert A", &world.daniel, true),
        ("expert B", &stellan, false),
        ("moderator", &world.nora, true),
        ("revoked session", &world.daniel, true),
    ] {
        let (token, _) = session(flow, account).await;
        let (own, foreign) = if is_legal {
            (&legal, &boating)
        } else {
            (&boating, &legal)
        };
        actors.push(Actor {
            name,
            account: Some(account.clone()),
            role: Some(account.role),
            token,
            own: own.clone(),
            foreign: foreign.clone(),
            own_session: session(flow, account).await.1,
            foreign_session: others,
        });
    }
    for revoked in actors.iter_mut().filter(|actor| actor.name == "revoked session") {
        revoked.role = None;
        flow.sign_out(&revoked.token).await.unwrap();
    }
    for (name, token) in [("anonymous", ""), ("made-up token", "made-up")] {
        actors.push(Actor {
            name,
            account: None,
            role: None,
            token: token.to_owned(),
            own: legal.clone(),
            foreign: boating.clone(),
            own_session: others,
            foreign_session: others,
        });
    }
    actors
}

/// Whose thing is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Whose {
    Own,
    Foreign,
    Unknown,
}

/// An address with its parts filled in.
fn address(path: &str, thing: Thing, whose: Whose, actor: &Actor) -> String {
    let things = if whose == Whose::Own {
        &actor.own
    } else {
        &actor.foreign
    };
    let (id, file) = match (whose, thing) {
        (Whose::Unknown, Thing::QuestionFile) => (actor.own.question.0, nothing()),
        (Whose::Unknown, Thing::OfferFile) => (actor.own.offer.0, nothing()),
        (Whose::Unknown, _) | (_, Thing::None | Thing::Token) => (nothing(), nothing()),
        (_, Thing::Question) => (things.question.0, nothing()),
        (_, Thing::Offer) => (things.offer.0, nothing()),
        (_, Thing::Request) => (things.request.0, nothing()),
        (_, Thing::File) => (things.question_file, nothing()),
        (_, Thing::QuestionFile) => (things.question.0, things.question_file),
        (_, Thing::OfferFile) => (things.offer.0, things.offer_file),
        (Whose::Own, Thing::Session) => (actor.own_session, nothing()),
        (Whose::Foreign, Thing::Session) => (actor.foreign_session, nothing()),
    };
    let path = path
        .replace("{id}", &id.to_string())
        .replace("{file}", &file.to_string())
        .replace("{token}", "made-up-by-somebody-who-guesses-and-guesses")
        .replace("{action}", "hold");
    match path.as_str() {
        "/v1/attachments" => format!("{path}?id={}&name=plan.pdf", Uuid::now_v7()),
        _ => path,
    }
}

/// A request that can be read, whoever sends it.
fn request(http: &Client, url: &str, (method, path): (&str, &str), form: &str, world: &World) -> RequestBuilder {
    let method: Method = method.parse().unwrap();
    let request = http.request(method.clone(), format!("{url}{path}"));
    if method != Method::POST {
        return request;
    }
    let command = Uuid::now_v7().to_string();
    if path.starts_with("/v1/attachments") {
        return request.body("%PDF-1.7 x");
    }
    if path.starts_with("/v1/") {
        let id = Uuid::now_v7();
        let kind = "reply";
        let body = json!({
            "id": id, "category_id": world.category, "title": "t", "text": "t", "kind": kind, "stars": 5,
            "terms": world.terms(), "version": 1, "message": "m", "reason": "r", "subject": "s", "code": "000000",
            "email": "nobody@example.com", "password": "no password", "device": "matrix",
        });
        return request.header(IDEMPOTENCY_KEY_HEADER, command).json(&body);
    }
    let request = request.header(header::COOKIE, format!("proffer_form={FORM_SECRET}"));
    let category = world.category.to_string();
    // Good enough to be asked whether the link is.
    let password = if path.starts_with("/reset-password") {
        PASSWORD
    } else {
        "no"
    };
    let fields = [
        ("form", form),
        ("command", command.as_str()),
        ("category", category.as_str()),
        ("title", "t"),
        ("text", "t"),
        ("stars", "5"),
        ("version", "1"),
        ("email", "nobody@example.com"),
        ("password", password),
        ("name", "Nobody"),
        ("time_zone", "UTC"),
        ("code", "000000"),
        ("language", "en"),
    ];
    if path == "/ask" || path.ends_with("/reply") {
        // In one piece with its head: who is refused is refused before the form is read, and hung up on.
        let parts = fields.map(|(name, value)| {
            format!("--matrix\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        });
        let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=matrix");
        return request.body(format!("{}--matrix--\r\n", parts.concat()));
    }
    request.form(&fields)
}

/// The secret of everybody's form cookie.
const FORM_SECRET: &str = "0123456789012345678901234567890123456789abc";

/// Whether an answer is what the matrix says.
fn fits(
    (method, path, who, thing): &(&str, &str, For, Thing),
    actor: &Actor,
    whose: Whose,
    status: StatusCode,
    location: &str,
) -> bool {
    let is_api = path.starts_with("/v1/");
    let is_let_in = !status.is_server_error()
        && ![401, 403, 404].contains(&status.as_u16())
        && (path.starts_with("/sign") || !location.starts_with("/sign-in"));
    let roles = match who {
        Nobody => return status == 404,
        Everybody if *path == "/v1/sessions" => return status == 401 || status == 429,
        // A wrong password on the page is told there.
        Everybody if (*method, *path) == ("POST", "/sign-in") => return [401, 422, 429].contains(&status.as_u16()),
        Everybody => return is_let_in,
        Roles(roles) => roles,
    };
    match actor.role {
        None if *method == "GET" && !is_api => status == 303 && location.starts_with("/sign-in"),
        None => status == 401,
        Some(role) if !roles.contains(&role) && is_api => status == 403,
        Some(role) if !roles.contains(&role) => status == 403 || status == 404,
        // To end a session that is not there is as good as done; that others' live on is looked at afterwards.
        Some(_) if *path == "/account/sessions/{id}/end" => is_let_in,
        // One sends what the other may not: whose question it is was settled before.
        Some(Role::Expert) if path.ends_with("/messages") && whose == Whose::Own => status == 403,
        Some(_) if whose == Whose::Own || *thing == Thing::None => is_let_in,
        Some(_) => status == 404,
    }
}

/// The routes with their methods, as the platform has them.
async fn routes(http: &Client, url: &str) -> BTreeSet<(String, String)> {
    let mut routes = BTreeSet::new();
    for path in proffer_platform::server::route_paths() {
        let filled = path
            .replace("{id}", &nothing().to_string())
            .replace("{file}", &nothing().to_string())
            .replace("{token}", "x")
            .replace("{action}", "x")
            .replace("{kind}", "x");
        let refused = http
            .request(Method::PATCH, format!("{url}{filled}"))
            .send()
            .await
            .unwrap();
        assert_eq!(refused.status(), 405, "PATCH {path}");
        let allowed = refused.headers()[header::ALLOW].to_str().unwrap().to_owned();
        for method in allowed.split(',').filter(|method| *method != "HEAD") {
            routes.insert((method.to_owned(), path.clone()));
        }
    }
    routes
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_in_whom_it_is_for_and_nobody_else() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let actors = actors(&world).await;
    let url = world.serve().await;
    // A form that is refused unread ends its connection, which must not be used again.
    let http = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .build()
        .unwrap();
    let known: BTreeSet<_> = MATRIX
        .iter()
        .map(|(method, path, ..)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    let there = routes(&http, &url).await;
    let missing: Vec<_> = there.difference(&known).collect();
    assert!(missing.is_empty(), "say in the matrix who these are for: {missing:?}");
    let gone: Vec<_> = known.difference(&there).collect();
    assert!(gone.is_empty(), "these are in the matrix and nowhere else: {gone:?}");
    let page = http
        .get(format!("{url}/sign-in"))
        .header(header::COOKIE, format!("proffer_form={FORM_SECRET}"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let form = hidden(&page, "form").to_owned();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for row in MATRIX {
        let (method, path, _, thing) = row;
        for actor in &actors {
            let of_whom: &[Whose] = match thing {
                Thing::None | Thing::Token => &[Whose::Own],
                _ => &[Whose::Foreign, Whose::Unknown, Whose::Own],
            };
            for whose in of_whom {
                for (path, thing) in variants(path, *thing) {
                    let address = address(&path, thing, *whose, actor);
                    let mut request = request(&http, &url, (*method, address.as_str()), &form, &world);
                    let is_ending = address == "/v1/sessions/current" || address == "/sign-out";
                    let token = match (&actor.account, actor.role) {
                        // It ends the session that asks: one made for that.
                        (Some(account), Some(_)) if is_ending => session(&world.flow, account).await.0,
                        _ => actor.token.clone(),
                    };
                    if address.starts_with("/v1/") && !token.is_empty() {
                        request = request.bearer_auth(token);
                    } else if !token.is_empty() {
                        request = request.header(
                            header::COOKIE,
                            format!("proffer_session={token}; proffer_form={FORM_SECRET}"),
                        );
                    }
                    let answer = request.send().await.unwrap();
                    asked += 1;
                    let status = answer.status();
                    let location = answer.headers().get(header::LOCATION);
                    let location = location.and_then(|value| value.to_str().ok()).unwrap_or_default();
                    if !fits(row, actor, *whose, status, location) {
                        wrong.push(format!(
                            "{method} {address} by {} ({whose:?}): {status} {location}",
                            actor.name
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 900, "{asked}");
    // Nobody ended another's session.
    let mut alive: BTreeMap<AccountId, bool> = BTreeMap::new();
    for actor in actors.iter().filter(|actor| actor.role.is_some()) {
        let account = world.flow.account_of_token(&actor.token).await.unwrap();
        alive.insert(actor.account.as_ref().unwrap().id, account.is_some());
    }
    assert!(alive.values().all(|alive| *alive), "{alive:?}");
    let mira = world.flow.accounts(Some(Role::Expert)).await.unwrap();
    let mira = mira.into_iter().find(|account| account.id == world.mira.id).unwrap();
    let (token, _) = session(&world.flow, &mira).await;
    assert_eq!(
        world.flow.sessions(&mira, &token).await.unwrap().len(),
        2,
        "hers is there still"
    );
}

/// A route whose last part says what is done, once for each that there is.
fn variants(path: &str, thing: Thing) -> Vec<(String, Thing)> {
    if path != "/moderate/{kind}/{id}" {
        return vec![(path.to_owned(), thing)];
    }
    [
        ("release", Thing::Question),
        ("reply", Thing::Request),
        ("withdraw", Thing::Offer),
        ("cancel", Thing::Offer),
    ]
    .map(|(kind, thing)| (path.replace("{kind}", kind), thing))
    .into()
}

//! What holds on every route there is, by the table of routes itself: headers, cookies, forms.

use crate::{
    databases::Home,
    pages::{Browser, emailed_link, hidden},
    world::{PASSWORD, World, nothing},
};
use reqwest::{Client, Method, StatusCode, header::HeaderMap, multipart, redirect::Policy};
use std::collections::BTreeSet;

const PUBLIC: &str = "https://answers.example/";

/// A route of the pages with its methods, as the router's source has it.
fn page_routes() -> Vec<(&'static str, Vec<Method>)> {
    let source = include_str!("../../src/pages/mod.rs");
    let table = source
        .split("fn table() -> RouteTable {")
        .nth(1)
        .unwrap()
        .split("\n}\n")
        .next()
        .unwrap();
    let routes: Vec<_> = table
        .split(".route(")
        .skip(1)
        .map(|route| {
            let path = route.split('"').nth(1).unwrap();
            // What follows the table's last route is no part of it.
            let route = route.split(".layer(").next().unwrap();
            let methods = [("get(", Method::GET), ("post(", Method::POST)];
            let methods = methods.into_iter().filter(|(call, _)| route.contains(call));
            (path, methods.map(|(_, method)| method).collect::<Vec<_>>())
        })
        .collect();
    assert!(
        routes.len() > 25 && routes.iter().all(|(_, methods)| !methods.is_empty()),
        "{routes:?}"
    );
    routes
}

/// A route of the API with its methods, as its description has it.
fn api_routes() -> Vec<(String, Vec<Method>)> {
    let described = serde_json::to_value(proffer_platform::api::openapi()).unwrap();
    let paths = described["paths"].as_object().unwrap().iter();
    let mut routes: Vec<_> = paths
        .map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            let methods = methods.map(|name| Method::from_bytes(name.to_uppercase().as_bytes()).unwrap());
            (path.clone(), methods.collect())
        })
        .collect();
    routes.push(("/openapi.json".to_owned(), vec![Method::GET]));
    routes.push(("/webhooks/stripe".to_owned(), vec![Method::POST]));
    assert!(routes.len() > 25);
    routes
}

/// An address of the route.
fn address(path: &str) -> String {
    let id = nothing().to_string();
    path.replace("{id}", &id)
        .replace("{file}", &id)
        .replace("{token}", "made-up")
        .replace("{action}", "accept")
        .replace("{kind}", "release")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// What every answer says, whoever asked for whatever.
fn check_headers(headers: &HeaderMap, what: &str) {
    let policy = text(headers, "content-security-policy");
    let says = |part: &str| policy.split(';').any(|directive| directive.trim() == part);
    assert!(says("default-src 'none'"), "{what}: {policy}");
    assert!(says("frame-ancestors 'none'"), "{what}: {policy}");
    assert!(says("base-uri 'none'"), "{what}: {policy}");
    assert!(
        !policy.contains("script-src") && !policy.contains("unsafe"),
        "{what}: {policy}"
    );
    assert_eq!(text(headers, "x-content-type-options"), "nosniff", "{what}");
    assert_eq!(text(headers, "referrer-policy"), "no-referrer", "{what}");
    assert_eq!(
        text(headers, "strict-transport-security"),
        "max-age=63072000; includeSubDomains",
        "{what}"
    );
    assert!(!text(headers, "cache-control").is_empty(), "{what}");
    assert!(headers.get("access-control-allow-origin").is_none(), "{what}");
    assert!(
        headers.get("server").is_none() && headers.get("x-powered-by").is_none(),
        "{what}"
    );
    assert!(!text(headers, "x-request-id").is_empty(), "{what}");
    let kind = text(headers, "content-type");
    let names_its_letters = !kind.starts_with("text/") || kind.contains("charset=utf-8");
    // Server-sent events are UTF-8 by their standard.
    assert!(names_its_letters || kind == "text/event-stream", "{what}: {kind}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_with_the_headers_that_keep_it_to_itself() {
    let mut world = World::begin_with(Home::on_sqlite().unwrap(), |config| {
        config.public_url = Some(PUBLIC.parse().unwrap());
    })
    .await;
    let url = world.serve().await;
    let http = Client::builder().redirect(Policy::none()).build().unwrap();
    let pages = page_routes()
        .into_iter()
        .map(|(path, methods)| (path.to_owned(), methods));
    let all: Vec<_> = pages.chain(api_routes()).collect();
    let token = world
        .flow
        .sign_in("daniel.okafor@example.com", PASSWORD, "test")
        .await
        .unwrap()
        .token;
    let mut asked = 0;
    for (path, methods) in &all {
        // Also by methods that it does not have.
        let others = [Method::TRACE, Method::OPTIONS, Method::PUT, Method::DELETE];
        for method in methods.iter().chain(others.iter()) {
            for bearer in [None, Some(&token)] {
                let what = format!("{method} {path} signed in: {}", bearer.is_some());
                let mut request = http.request(method.clone(), format!("{url}{}", address(path)));
                if let Some(token) = bearer {
                    request = request.bearer_auth(token);
                }
                let response = request.send().await.unwrap();
                check_headers(response.headers(), &what);
                if method == Method::TRACE {
                    assert!(response.status().is_client_error(), "{what} gave {}", response.status());
                }
                let keeps = text(response.headers(), "cache-control");
                let is_for_all = path == "/static/site.css" && method == Method::GET;
                assert!(
                    is_for_all || keeps.contains("no-store") || keeps.contains("no-cache"),
                    "{what}: {keeps}"
                );
                asked += 1;
            }
        }
    }
    assert!(asked > 400, "{asked}");
    for path in ["/no-such-page", "/v1/no-such-thing", "/offers/%ff"] {
        let response = http.get(format!("{url}{path}")).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        check_headers(response.headers(), path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_tls_browsers_are_not_told_to_insist_on_it() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    let response = reqwest::get(format!("{url}/sign-in")).await.unwrap();
    assert!(response.headers().get("strict-transport-security").is_none());
}

/// The cookies that an answer sets.
fn cookies(headers: &HeaderMap) -> Vec<String> {
    let set = headers.get_all("set-cookie").iter();
    set.map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// What a browser sends back of them.
fn sent_back(cookies: &[String]) -> String {
    let pairs = cookies.iter().map(|cookie| cookie.split(';').next().unwrap());
    pairs.collect::<Vec<_>>().join("; ")
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_bound_to_their_host_and_to_tls_where_there_is_tls() {
    for (public, prefixes) in [(Some(PUBLIC), ["__Host-", "__Secure-"]), (None, ["", ""])] {
        let mut world = World::begin_with(Home::on_sqlite().unwrap(), |config| {
            config.public_url = public.map(|url| url.parse().unwrap());
        })
        .await;
        let url = world.serve().await;
        world.offered().await;
        world.flow.wake();
        let link = emailed_link(world.home.folder(), "has a message for you").await;
        // A browser keeps no cookie of TLS without TLS; this one does by hand.
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        let first = http.get(format!("{url}/sign-in")).send().await.unwrap();
        let form_cookie = cookies(first.headers());
        let page = first.text().await.unwrap();
        let form = [
            ("form", hidden(&page, "form")),
            ("email", "helen.marsh@example.com"),
            ("password", PASSWORD),
        ];
        let post = async |path: &str, form: &[(&str, &str)]| {
            let request = http
                .post(format!("{url}{path}"))
                .header("cookie", sent_back(&form_cookie));
            request.form(form).send().await.unwrap()
        };
        let signed_in = post("/sign-in", &form).await;
        let session_cookie = cookies(signed_in.headers());
        let entered = post(&link, &[("form", hidden(&page, "form"))]).await;
        assert_eq!(entered.status(), StatusCode::SEE_OTHER);
        let link_cookie = cookies(entered.headers());
        for (cookie, name, prefix) in [
            (&form_cookie, "proffer_form=", prefixes[0]),
            (&session_cookie, "proffer_session=", prefixes[0]),
            (&link_cookie, "proffer_link=", prefixes[1]),
        ] {
            let [cookie] = &cookie[..] else { panic!("{cookie:?}") };
            assert!(cookie.starts_with(&format!("{prefix}{name}")), "{cookie}");
            assert!(
                cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
                "{cookie}"
            );
            assert_eq!(
                cookie.contains("Secure;") || cookie.ends_with("Secure"),
                public.is_some(),
                "{cookie}"
            );
            assert!(!cookie.contains("Domain="), "{cookie}");
            assert_eq!(
                cookie.contains("Path=/;") || cookie.ends_with("Path=/"),
                prefix != "__Secure-" && !name.contains("link"),
                "{cookie}"
            );
        }
        let with_session = http
            .get(format!("{url}/questions"))
            .header("cookie", sent_back(&session_cookie));
        assert!(
            with_session
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap()
                .contains("Helen Marsh")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_route_refuses_a_form_without_its_token() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    let offer = world.offered().await;
    let question = world.offer(offer).await.offer.question_id;
    let (helen, nora, stranger) = (Browser::new(&url), Browser::new(&url), Browser::new(&url));
    helen.sign_in("helen.marsh@example.com").await;
    nora.sign_in("nora.castellan@example.com").await;
    let (_, page) = stranger.get("/sign-in").await;
    let theirs = hidden(&page, "form").to_owned();
    let mut forms = BTreeSet::new();
    for (path, methods) in page_routes() {
        // One click of a mail program stops reminders (RFC 8058): it has no cookie, and the address is the secret.
        if !methods.contains(&Method::POST) || path == "/stop/{token}" {
            continue;
        }
        forms.insert(path);
        let browser = if path.starts_with("/moderate") { &nora } else { &helen };
        let address = path
            .replace("/questions/{id}", &format!("/questions/{question}"))
            .replace("/offers/{id}", &format!("/offers/{offer}"));
        let address = self::address(&address);
        for token in [None, Some(""), Some("made-up"), Some(theirs.as_str())] {
            let mut fields = vec![
                ("command", nothing().to_string()),
                ("version", "1".to_owned()),
                ("email", "new@example.com".to_owned()),
                ("password", PASSWORD.to_owned()),
                ("name", "New".to_owned()),
                ("time_zone", "UTC".to_owned()),
                ("stars", "5".to_owned()),
                ("code", "000000".to_owned()),
                ("text", "x".to_owned()),
                ("title", "x".to_owned()),
                ("reason", "x".to_owned()),
                ("category", world.category.to_string()),
                ("language", "en".to_owned()),
            ];
            fields.extend(token.map(|token| ("form", token.to_owned())));
            let post = browser.http.post(format!("{url}{address}"));
            let post = if path == "/ask" || path.ends_with("/reply") {
                let form = fields.iter().fold(multipart::Form::new(), |form, (name, value)| {
                    form.text(*name, value.clone())
                });
                post.multipart(form)
            } else {
                post.form(&fields)
            };
            let status = post.send().await.unwrap().status();
            // A form without the field at all is one that cannot be read.
            let refused = status == StatusCode::FORBIDDEN || (token.is_none() && status.is_client_error());
            assert!(refused, "{path} with the token {token:?} gave {status}");
        }
    }
    assert!(forms.len() > 12, "{forms:?}");
    let (_, page) = helen.get("/questions").await;
    assert!(page.contains("Helen Marsh"), "still signed in, as nothing was done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_posts_of_one_link_make_one_session() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    let offer = world.offered().await;
    world.flow.wake();
    let link = emailed_link(world.home.folder(), "has a message for you").await;
    assert_eq!(link.len(), "/l/".len() + 43, "256 bits: {link}");
    let http = || Client::builder().redirect(Policy::none()).build().unwrap();
    // Fifty browsers, each with a double click.
    let (address, link) = (&url, &link);
    let clicks = (0..50).map(|_| http()).map(|http| async move {
        let url = address;
        let page = http.get(format!("{url}{link}")).send().await.unwrap();
        let cookie = sent_back(&cookies(page.headers()));
        let page = page.text().await.unwrap();
        let click = async || {
            let post = http.post(format!("{url}{link}")).header("cookie", &cookie);
            let response = post.form(&[("form", hidden(&page, "form"))]).send().await.unwrap();
            (response.status(), cookies(response.headers()))
        };
        futures_util::future::join(click(), click()).await
    });
    let answers = futures_util::future::join_all(clicks).await;
    let let_in: Vec<_> = answers
        .iter()
        .filter(|(first, second)| first.0 == StatusCode::SEE_OTHER || second.0 == StatusCode::SEE_OTHER)
        .collect();
    let [(first, second)] = &let_in[..] else {
        panic!("{} browsers were let in", let_in.len())
    };
    assert_eq!(first, second, "both clicks of the one browser lead to the same");
    assert!(answers.iter().all(|(first, second)| {
        [first, second]
            .iter()
            .all(|answer| [StatusCode::SEE_OTHER, StatusCode::GONE].contains(&answer.0))
    }));
    let sessions = async || {
        let mut tx = world.flow.store().read().await.unwrap();
        tx.count_link_sessions(world.helen.id).await.unwrap()
    };
    assert_eq!(sessions().await, 1);
    // What lets the browser in again lies nowhere as it is. (The link itself lay in the email that waited to be sent.)
    let way_in = sent_back(&first.1);
    let secret = way_in.split_once('=').unwrap().1;
    for entry in std::fs::read_dir(world.home.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let is_in = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_in, "it is in {}", path.display());
        }
    }
    // The page is the offer's, for who has the cookie, and stays so; the link itself says the way out.
    let shown = http().get(format!("{url}/offers/{offer}")).header("cookie", &way_in);
    assert!(
        shown
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("Accept for £145.00")
    );
    let late = Browser::new(&url);
    let (status, page) = late.get(link).await;
    assert!(
        status == StatusCode::GONE && page.contains("This link has been used"),
        "{page}"
    );
    assert!(page.contains("Send a new link") && page.contains("Sign in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_link_goes_on_in_the_browser_that_used_it_for_thirty_days() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let offer = world.offered().await;
    world.flow.wake();
    let link = emailed_link(world.home.folder(), "has a message for you").await;
    let (_, page) = browser.get(&link).await;
    browser.post(&link, &[("form", hidden(&page, "form"))]).await;
    let again = browser.http.get(format!("{}{link}", browser.url)).send().await.unwrap();
    assert_eq!(again.url().path(), format!("/offers/{offer}"));
    world.clock.pass(jiff::SignedDuration::from_hours(31 * 24));
    let (status, _) = browser.get(&link).await;
    assert_eq!(status, StatusCode::GONE);
    let (_, page) = browser.get(&format!("/offers/{offer}")).await;
    assert!(page.contains("Sign in"));
    world.flow.sweep().await.unwrap();
    let mut tx = world.flow.store().read().await.unwrap();
    assert_eq!(tx.count_link_sessions(world.helen.id).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_made_from_one_address_are_limited() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let (_, page) = browser.get("/sign-up").await;
    // The address is taken: nothing is hashed, and it is counted all the same.
    let form = [
        ("form", hidden(&page, "form")),
        ("name", "Helen Marsh"),
        ("email", "helen.marsh@example.com"),
        ("password", "x"),
        ("time_zone", "Europe/London"),
    ];
    for _ in 0..50 {
        let (status, ..) = browser.post("/sign-up", &form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let (status, _, page) = browser.post("/sign-up", &form).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        page.contains("Too many tries. Wait a minute") && page.contains("Helen Marsh"),
        "{page}"
    );
}

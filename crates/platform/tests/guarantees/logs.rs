//! What an instance logs: one JSON object a line, and nothing about a person.

use crate::{
    databases::Home,
    http::{Session, client},
    instance::Instance,
    smtp_server::SmtpServer,
    waiting::until,
    world::{PASSWORD, World, message, new_id, terms},
};
use proffer_domain::{MessageKind, Role};
use proffer_platform::flow::NewAccount;
use proffer_protocol::SendOfferRequest;
use serde_json::{Value, json};

/// In every name, address, text and secret of this test, and in nothing else.
const PLANTED: &str = "xyzzyplugh";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_people_write_or_are_called_is_in_the_log() -> anyhow::Result<()> {
    let world = World::begin(Home::on_postgres().await?).await?;
    let address = format!("{PLANTED}@example.com");
    let server = SmtpServer::like(json!({ "tls": "none", "refuse": { &address: 550 } })).await?;
    let smtp = format!("smtp://127.0.0.1:{}", server.port);
    let instance = Instance::start(
        world.home.folder(),
        world.home.database(),
        &["--log", "json", "--smtp", &smtp],
        Some("info,proffer_platform=trace,sqlx=debug"),
    )
    .await?;
    let url = &instance.url;
    let client = client();

    // A customer with a planted name, address and password, who asks and is answered by an email that is refused.
    let password = format!("{PLANTED} and long enough");
    let customer = world
        .flow
        .create_account(NewAccount {
            role: Role::Customer,
            email: address.clone(),
            name: PLANTED.to_owned(),
            password: password.clone(),
            time_zone: "Europe/London".to_owned(),
            categories: vec![],
        })
        .await?;
    let sign_in = async |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password, "device": PLANTED });
        client.post(format!("{url}/v1/sessions")).json(&body).send().await
    };
    let created: Value = sign_in(&address, &password).await?.json().await?;
    let planted = Session::new(client.clone(), url, created["token"].as_str().unwrap());
    let created: Value = sign_in(&world.daniel.email, PASSWORD).await?.json().await?;
    let daniel = Session::new(client.clone(), url, created["token"].as_str().unwrap());
    let id = new_id();
    let question = json!({ "id": id, "category_id": world.category, "title": PLANTED, "text": PLANTED });
    planted.done("/v1/questions", &question).await?;
    daniel.done(&format!("/v1/questions/{id}/lock"), &Value::Null).await?;
    let mut answer = message(MessageKind::Answer);
    answer.text = PLANTED.to_owned();
    daniel
        .done(&format!("/v1/questions/{id}/messages"), &serde_json::to_value(answer)?)
        .await?;
    let mut terms = terms();
    terms.title = PLANTED.to_owned();
    let offer = SendOfferRequest {
        id: proffer_domain::OfferId(new_id()),
        terms,
    };
    daniel
        .done(&format!("/v1/questions/{id}/offers"), &serde_json::to_value(&offer)?)
        .await?;
    planted.upload(PLANTED, PLANTED.as_bytes()).await?;

    // What goes wrong is logged the more: wrong passwords, addresses, links, bodies.
    sign_in(&address, PLANTED).await?;
    sign_in(&format!("{PLANTED}@nowhere.example"), PLANTED).await?;
    for path in ["l", "stop", "v1/attachments", "v1", "reset"] {
        client
            .get(format!("{url}/{path}/{PLANTED}?{PLANTED}={PLANTED}"))
            .send()
            .await?;
    }
    let lock = format!("/v1/questions/{PLANTED}/lock");
    planted.command(&lock, &json!({ "text": PLANTED })).send().await?;
    planted
        .command("/v1/questions", &json!({ "title": PLANTED, "text": 7 }))
        .send()
        .await?;
    let form = [("email", address.as_str()), ("password", PLANTED)];
    client.post(format!("{url}/sign-in")).form(&form).send().await?;
    client
        .get(format!("{url}/v1/me"))
        .bearer_auth(PLANTED)
        .header("user-agent", PLANTED)
        .header("x-request-id", PLANTED)
        .send()
        .await?;

    // Until both emails have been refused.
    until("both were given up", async || {
        let state = world.flow.store().read().await?.outbox_state().await?;
        Ok((state.failed >= 2).then_some(()))
    })
    .await?;
    instance.terminate().await?;
    until("it has written its last line", async || {
        Ok(instance.log().ends_with('\n').then_some(()))
    })
    .await?;
    let log = instance.log();
    assert!(instance.ended().await?.success());

    let lines: Vec<Value> = log.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let routes: Vec<&str> = lines.iter().filter_map(|line| line["route"].as_str()).collect();
    for route in ["/v1/questions/{id}/offers", "/v1/sessions", "unmatched"] {
        assert!(routes.contains(&route), "{routes:?}");
    }
    assert!(
        lines
            .iter()
            .all(|line| line["level"].is_string() && line["timestamp"].is_string())
    );
    assert!(
        lines.iter().any(|line| line["outcome"] == "given_up"),
        "a refused email is told of"
    );
    let token = planted.token.as_deref().unwrap();
    for secret in [PLANTED, token, customer.id.to_string().as_str(), PASSWORD, "127.0.0.1"] {
        let told: Vec<&str> = log.lines().filter(|line| line.contains(secret)).collect();
        assert!(told.is_empty(), "{secret}: {told:#?}");
    }
    Ok(())
}

//! The second step of signing in: codes of an authenticator app and recovery codes, each good once.

use crate::{
    databases::Home,
    http::{Served, client, problem},
    world::{PASSWORD, World},
};
use jiff::SignedDuration;
use proffer_platform::{
    flow::{FlowError, SignIn},
    ports::Clock,
};
use proffer_protocol::{ErrorCode, RecoveryCodes, TotpEnrolment, TotpState};
use serde_json::json;
use totp_rs::{Builder, Secret};

/// The code that an app with this secret shows now.
fn shown(world: &World, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    let now = u64::try_from(world.clock.now().as_second()).unwrap();
    totp.generate(now).to_string()
}

/// Signs Daniel in; the problem's code and whether the code was called wrong.
async fn sign_in(world: &World, code: Option<&str>) -> Result<(), (ErrorCode, bool)> {
    let sign_in = SignIn {
        email: &world.daniel.email,
        password: PASSWORD,
        code,
        device: "test",
        peer: None,
    };
    match world.flow.sign_in_with(sign_in).await {
        Ok(_) => Ok(()),
        Err(FlowError::Refused(problem)) => Err((problem.code, !problem.errors.is_empty())),
        Err(error) => panic!("{error}"),
    }
}

/// Sets an app up; gives its secret and the recovery codes.
async fn enrol(world: &World) -> anyhow::Result<(String, Vec<String>)> {
    let enrolment = world.flow.begin_totp(&world.daniel).await?;
    assert!(enrolment.uri.starts_with("otpauth://totp/") && enrolment.uri.contains(&enrolment.secret));
    sign_in(world, None).await.unwrap();
    let code = shown(world, &enrolment.secret);
    let recovery = world.flow.confirm_totp(&world.daniel, &code).await?;
    Ok((enrolment.secret, recovery.codes))
}

crate::on_both_databases!(
    a_code_signs_in_once_and_a_recovery_code_when_the_app_is_lost,
    wrong_codes_are_limited_as_wrong_passwords_are,
);

async fn a_code_signs_in_once_and_a_recovery_code_when_the_app_is_lost(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let (secret, recovery) = enrol(&world).await?;
    assert_eq!(recovery.len(), 10);
    assert_eq!(sign_in(&world, None).await, Err((ErrorCode::CodeNeeded, false)));
    let used = shown(&world, &secret);
    assert_eq!(
        sign_in(&world, Some(&used)).await,
        Err((ErrorCode::CodeNeeded, true)),
        "spent to confirm"
    );
    world.clock.pass(SignedDuration::from_secs(30));
    let code = shown(&world, &secret);
    assert_eq!(sign_in(&world, Some(&code)).await, Ok(()));
    assert_eq!(sign_in(&world, Some(&code)).await, Err((ErrorCode::CodeNeeded, true)));
    let lost = recovery[0].to_lowercase().replace('-', " ");
    assert_eq!(sign_in(&world, Some(&lost)).await, Ok(()));
    assert_eq!(sign_in(&world, Some(&lost)).await, Err((ErrorCode::CodeNeeded, true)));
    let state = world.flow.totp_state(&world.daniel).await?;
    assert!(state.is_on && state.recovery_codes_left == 9);
    assert!(
        world.flow.begin_totp(&world.daniel).await.is_err(),
        "no second app without the first's code"
    );
    assert!(world.flow.disable_totp(&world.daniel, "000000").await.is_err());
    world.flow.disable_totp(&world.daniel, &recovery[1]).await?;
    assert_eq!(sign_in(&world, None).await, Ok(()));
    assert_eq!(world.flow.totp_state(&world.daniel).await?.recovery_codes_left, 0);
    Ok(())
}

async fn wrong_codes_are_limited_as_wrong_passwords_are(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let (secret, _) = enrol(&world).await?;
    world.clock.pass(SignedDuration::from_hours(1));
    // To be asked for a code is no wrong one.
    for _ in 0..12 {
        assert_eq!(sign_in(&world, None).await, Err((ErrorCode::CodeNeeded, false)));
    }
    for _ in 0..10 {
        assert_eq!(
            sign_in(&world, Some("1234567")).await,
            Err((ErrorCode::CodeNeeded, true))
        );
    }
    let code = shown(&world, &secret);
    assert_eq!(
        sign_in(&world, Some(&code)).await,
        Err((ErrorCode::TooManyRequests, true))
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expert_sets_it_up_and_turns_it_off_over_the_api() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let world = &served.world;
    let daniel = served.sign_in(&world.daniel).await?;
    let enrolment: TotpEnrolment = daniel.command("/v1/me/totp", &json!({})).send().await?.json().await?;
    let wrong = daniel
        .command("/v1/me/totp/confirm", &json!({"code": "12345"}))
        .send()
        .await?;
    assert_eq!(problem(wrong).await?.errors[0].pointer, "/code");
    let code = shown(world, &enrolment.secret);
    let confirmed = daniel
        .command("/v1/me/totp/confirm", &json!({"code": code}))
        .send()
        .await?;
    let recovery: RecoveryCodes = confirmed.json().await?;
    let state: TotpState = daniel.get("/v1/me/totp").send().await?.json().await?;
    assert!(state.is_on);
    let sign_in = |code: Option<&str>| {
        let mut body = json!({"email": world.daniel.email, "password": PASSWORD, "device": "test"});
        if let Some(code) = code {
            body["code"] = json!(code);
        }
        client().post(format!("{}/v1/sessions", served.url)).json(&body).send()
    };
    let asked = problem(sign_in(None).await?).await?;
    assert_eq!((asked.code, asked.status), (ErrorCode::CodeNeeded, 401));
    assert_eq!(sign_in(Some(&recovery.codes[0])).await?.status(), 201);
    let off = daniel
        .command("/v1/me/totp/disable", &json!({"code": recovery.codes[1]}))
        .send()
        .await?;
    assert_eq!(off.status(), 204);
    assert_eq!(sign_in(None).await?.status(), 201);
    Ok(())
}

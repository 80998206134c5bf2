//! Back up and restore, drilled: a copy is taken while people go on, everything is lost, and a platform begins on the
//! copy.

use crate::{
    databases::Home,
    http::{Served, Session, client},
    instance::{Instance, program},
    on_both_databases,
    world::{World, message},
};
use anyhow::ensure;
use jiff::Timestamp;
use proffer_domain::MessageKind;
use proffer_platform::{Platform, flow::Command, ports::Clock};
use proffer_protocol::{AcceptOfferRequest, Cursor, StreamId};
use std::{path::Path, process::Output};

on_both_databases![a_platform_goes_on_from_a_copy_that_was_taken_while_people_went_on];

async fn run(command: &mut tokio::process::Command) -> anyhow::Result<Output> {
    let output = command.output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(output)
}

async fn back_up(home: &Home, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    if let Some(database) = home.database() {
        let mut dump = tokio::process::Command::new("pg_dump");
        run(dump
            .args(["--format=custom", "--file"])
            .arg(to.join("platform.dump"))
            .arg(database))
        .await?;
    }
    let (data, to) = (home.folder().to_str().unwrap(), to.to_str().unwrap());
    let mut command = program(&["backup", "--data", data, "--to", to]);
    if let Some(database) = home.database() {
        command.env("PROFFER_DATABASE", database);
    }
    run(&mut command).await?;
    Ok(())
}

/// Puts the copy where a new platform will look for it.
async fn restore(copy: &Path, fresh: &Home) -> anyhow::Result<()> {
    if let Some(database) = fresh.database() {
        let mut restore = tokio::process::Command::new("pg_restore");
        restore.args(["--exit-on-error", "--no-owner", "--dbname", database]);
        run(restore.arg(copy.join("platform.dump"))).await?;
    }
    let mut command = tokio::process::Command::new("cp");
    run(command.arg("-r").arg(copy.join(".")).arg(fresh.folder())).await?;
    Ok(())
}

async fn a_platform_goes_on_from_a_copy_that_was_taken_while_people_went_on(home: Home) -> anyhow::Result<()> {
    let fresh = if home.database().is_some() {
        Home::on_postgres().await?
    } else {
        Home::on_sqlite()?
    };
    let world = World::begin(home).await?;
    // What is restored is served by the system's clock.
    world.clock.pass(Timestamp::now().duration_since(world.clock.now()));
    let served = Served::of(world).await?;
    let world = &served.world;
    let helen = served.sign_in(&world.helen).await?;
    let file = helen.upload("plan.txt", "north is up").await?;
    assert!(file.status().is_success());
    let file: serde_json::Value = file.json().await?;
    let offer = world.offered().await?;
    let accept = AcceptOfferRequest {
        version: 1,
        call_slot: None,
    };
    world.run(&world.helen, Command::AcceptOffer(offer, accept)).await?;
    let before = world
        .flow
        .changes_since(&world.daniel, &Cursor::default(), 5_000)
        .await?;

    // While the copies are taken, the first of everything and the second of what is new, questions are asked.
    let copy = tempfile::tempdir()?;
    let busy = async {
        for _ in 0..20 {
            let question = world.answered().await?;
            let info = Command::SendMessage(question, message(MessageKind::InfoRequest));
            world.run(&world.daniel, info).await?;
        }
        anyhow::Ok(())
    };
    let copying = async {
        back_up(&world.home, copy.path()).await?;
        back_up(&world.home, copy.path()).await
    };
    tokio::try_join!(busy, copying)?;
    // What comes after the copy is lost, though a desk was told of it.
    for _ in 0..3 {
        world.answered().await?;
    }
    let lost = world
        .flow
        .changes_since(&world.daniel, &Cursor::default(), 5_000)
        .await?;
    let token = helen.token.clone().unwrap();
    let (daniel, served_before) = (world.daniel.clone(), world.category);
    let streams = [StreamId::Account(daniel.id), StreamId::Category(world.category)];
    // The platform and all that it had are gone.
    served.stop.cancel();
    served.serving.await??;
    drop(served.world);
    restore(copy.path(), &fresh).await?;

    let flow = Platform::open(fresh.config()).await?.flow();
    let mut tx = flow.store().read().await?;
    for stream in streams {
        let numbers = tx.stream_numbers(stream).await?;
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
        assert_eq!(tx.stream_head(stream).await?, numbers.len() as u64);
    }
    drop(tx);
    assert_eq!(flow.check_ledger().await?.faults, Vec::<String>::new());
    let after = flow.changes_since(&daniel, &Cursor::default(), 5_000).await?;
    for change in &before.changes {
        let is_there = after.changes.iter().any(|kept| kept.id == change.id);
        assert!(is_there, "{change:?}");
    }
    flow.store().close().await;

    // Who was told of what is lost begins anew, also once its numbers would have been given again; others go on.
    let mut command = program(&["restored", "--data", fresh.folder().to_str().unwrap()]);
    if let Some(database) = fresh.database() {
        command.env("PROFFER_DATABASE", database);
    }
    run(&mut command).await?;
    let flow = Platform::open(fresh.config()).await?.flow();
    let refused = flow.changes_since(&daniel, &lost.cursor()?, 10).await.unwrap_err();
    assert!(format!("{refused:?}").contains("/cursor"), "{refused:?}");
    let category = flow.create_category("New").await?;
    flow.set_account_categories(&daniel, &[served_before, category]).await?;
    for _ in 0..2 {
        assert!(flow.changes_since(&daniel, &lost.cursor()?, 10).await.is_err());
        let new = flow.changes_since(&daniel, &before.cursor()?, 5_000).await?;
        assert!(new.changes.iter().any(|change| change.id == category.0));
        // And what they were told of since is a place as well.
        assert_eq!(flow.changes_since(&daniel, &new.cursor()?, 10).await?.changes, vec![]);
        flow.begin_after_restoring().await?;
    }
    flow.store().close().await;

    // The program serves it: sessions and files are there, and work goes on.
    let instance = Instance::start(fresh.folder(), fresh.database(), &[], None).await?;
    let helen = Session::new(client(), &instance.url, &token);
    assert_eq!(helen.get("/v1/me").send().await?.status(), 200);
    let path = format!("/v1/attachments/{}", file["id"].as_str().unwrap());
    assert_eq!(helen.get(&path).send().await?.text().await?, "north is up");
    let category = streams[1].to_string();
    let category = category.split(':').next_back().unwrap();
    let question = serde_json::json!({
        "id": crate::world::new_id(), "category_id": category, "title": "A title", "text": "A text"
    });
    helen.done("/v1/questions", &question).await?;
    instance.terminate().await?;
    assert!(instance.ended().await?.success());
    Ok(())
}

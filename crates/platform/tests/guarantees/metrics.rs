//! What an operator watches: every metric of the dashboard is there.

use crate::{
    databases::Home,
    http::{Session, client},
    instance::Instance,
    world::{PASSWORD, World, new_id},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path, time::Duration};

/// The names in an expression of PromQL that are metrics: not its functions, labels, values or durations.
fn metrics_of(expression: &str) -> BTreeSet<String> {
    let mut plain = String::new();
    let mut depth = 0;
    for letter in expression.chars() {
        depth += i32::from(matches!(letter, '{' | '['));
        plain.push(if depth > 0 { ' ' } else { letter });
        depth -= i32::from(matches!(letter, '}' | ']'));
    }
    // The labels of `by (…)` are no metrics either.
    while let Some(by) = plain.find("by (") {
        let end = plain[by..].find(')').map_or(plain.len(), |end| by + end + 1);
        plain.replace_range(by..end, " ");
    }
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| word.contains('_') && word.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter(|word| *word != "histogram_quantile")
        .map(|word| {
            let word = word
                .strip_suffix("_bucket")
                .or(word.strip_suffix("_count"))
                .unwrap_or(word);
            word.strip_suffix("_sum").unwrap_or(word).to_owned()
        })
        .collect()
}

fn expressions(dashboard: &Value, into: &mut Vec<String>) {
    match dashboard {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "expr" => into.push(text.clone()),
                    value => expressions(value, into),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| expressions(value, into)),
        _ => {}
    }
}

/// The names that have a sample.
fn exported(text: &str) -> BTreeSet<String> {
    let samples = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    samples
        .map(|line| {
            let name = line.split(['{', ' ']).next().unwrap();
            let name = name
                .strip_suffix("_bucket")
                .or(name.strip_suffix("_count"))
                .unwrap_or(name);
            name.strip_suffix("_sum").unwrap_or(name).to_owned()
        })
        .collect()
}

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_metrics_of_an_expression_are_found() {
    let expression = "histogram_quantile(0.99, sum by (le, route) (rate(a_b_bucket{route!=\"c_d\"}[5m]))) / e_f_total";
    assert_eq!(
        metrics_of(expression),
        ["a_b".to_owned(), "e_f_total".to_owned()].into()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_metric_of_the_dashboard_and_of_the_guide_is_exported() -> anyhow::Result<()> {
    let world = World::begin(Home::on_postgres().await?).await?;
    let start = || Instance::start(world.home.folder(), world.home.database(), &[], None);
    let (one, two) = (start().await?, start().await?);
    let client = client();
    let sign_in = json!({ "email": world.helen.email, "password": PASSWORD, "device": "test" });
    let created: Value = client
        .post(format!("{}/v1/sessions", one.url))
        .json(&sign_in)
        .send()
        .await?
        .json()
        .await?;
    let helen = Session::new(client.clone(), &one.url, created["token"].as_str().unwrap());
    let mut events = helen.get("/v1/events").send().await?;
    events.chunk().await?;
    let metrics = async |instance: &Instance| -> anyhow::Result<String> {
        Ok(client
            .get(format!("{}/metrics", instance.url))
            .send()
            .await?
            .text()
            .await?)
    };
    assert!(metrics(&one).await?.contains("\nsse_clients 1\n"));
    // Until the second one has heard of the first one's commits.
    let heard = async {
        loop {
            let question = json!({ "id": new_id(), "category_id": world.category, "title": "A", "text": "B" });
            helen.done("/v1/questions", &question).await?;
            let text = metrics(&two).await?;
            if text
                .lines()
                .any(|line| line.starts_with("stream_hint_delay_seconds_count"))
            {
                return anyhow::Ok(text);
            }
        }
    };
    let mut there = exported(&tokio::time::timeout(Duration::from_secs(30), heard).await??);
    there.extend(exported(&metrics(&one).await?));

    let dashboard: Value = serde_json::from_str(&document("operations/grafana.json"))?;
    let mut all = Vec::new();
    expressions(&dashboard, &mut all);
    assert!(all.len() >= 10, "{all:?}");
    let shown: BTreeSet<String> = all.iter().flat_map(|expression| metrics_of(expression)).collect();
    let missing: Vec<_> = shown.difference(&there).collect();
    assert!(missing.is_empty(), "the dashboard shows {missing:?}, of {there:?}");
    // And the list of the guide is whole, both ways.
    let guide = document("operations.md");
    let (_, guide) = guide.split_once("\n## Monitor\n").unwrap();
    let (guide, _) = guide.split_once("\n## Sizing\n").unwrap();
    let rows = guide
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let told: BTreeSet<String> = rows
        .filter(|name| name.contains('_') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .map(str::to_owned)
        .collect();
    assert_eq!(told, there);
    Ok(())
}

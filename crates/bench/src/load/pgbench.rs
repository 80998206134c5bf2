//! The statements of an acceptance run by pgbench: taken from PostgreSQL's own log of one, with the numbers in them made
//! variables, so that they are the same whatever the platform's code comes to.

use super::{
    crowd::{Kind, OFFERS_EACH, customer_of, digits},
    postgres::Postgres,
};
use anyhow::{Context, bail, ensure};
use proffer_domain::AccountId;
use proffer_platform::{Platform, flow::Command};
use proffer_protocol::AcceptOfferRequest;
use std::{collections::BTreeMap, path::Path};

/// Threads that drive the clients.
const THREADS: usize = 2;

/// A script for pgbench.
pub(crate) struct Script {
    pub(crate) text: String,
    /// How many statements an acceptance has, without BEGIN and COMMIT.
    pub(crate) statements: usize,
}

#[derive(Debug)]
struct Logged {
    sql: String,
    parameters: BTreeMap<usize, Option<String>>,
}

/// Columns of a change that are parameters: its stream, its number in it, and three more.
const CHANGE_PARAMETERS: usize = 5;

impl Logged {
    /// Of the numbers of changes, those that the streams' rows gave before, by their parameters.
    fn numbers(&self, streams: &[String]) -> BTreeMap<usize, String> {
        let text = |number: usize| self.parameters.get(&number).and_then(Option::as_deref);
        let rows = (0..self.parameters.len() / CHANGE_PARAMETERS).filter_map(|row| {
            let first = row * CHANGE_PARAMETERS + 1;
            let seq: i64 = text(first + 1)?.parse().ok()?;
            Some((first + 1, text(first)?, seq))
        });
        let rows: Vec<_> = rows.collect();
        let expression = |(number, stream, seq): &(usize, &str, i64)| {
            let last = rows.iter().filter(|(_, of, _)| of == stream).map(|row| row.2).max()?;
            let place = streams.iter().position(|known| known == stream)?;
            Some((*number, format!(":head_s{place} - {}", last - seq)))
        };
        rows.iter().filter_map(expression).collect()
    }
}

/// Accepts `offer` in `database` and takes down how.
pub(crate) async fn record(postgres: &Postgres, data: &Path, database: &str, offer: u32) -> anyhow::Result<Script> {
    let platform = Platform::open(super::crowd::config(data, Some(&postgres.url(database)))).await?;
    let flow = platform.flow();
    let customer = flow
        .account_by_email(&format!("{}@customers.example", customer_of(offer)))
        .await?;
    // What came before has its own place in the log.
    let marker = format!("ALTER DATABASE {database} SET log_statement = 'all'");
    postgres.tell(marker).await?;
    flow.store().close().await;
    let platform = Platform::open(super::crowd::config(data, Some(&postgres.url(database)))).await?;
    let flow = platform.flow();
    let begin = std::fs::read_to_string(postgres.log()).unwrap_or_default().len();
    let accept = Command::AcceptOffer(
        super::crowd::offer_id(offer),
        AcceptOfferRequest {
            version: 1,
            call_slot: None,
        },
    );
    let key = proffer_domain::CommandId(uuid::Uuid::now_v7());
    flow.execute(&customer, key, &accept).await?;
    flow.store().close().await;
    postgres
        .tell(format!("ALTER DATABASE {database} RESET log_statement"))
        .await?;
    let log = std::fs::read_to_string(postgres.log())?;
    let logged = read_log(log.get(begin..).unwrap_or_default())?;
    script(&logged, offer, &customer.id)
}

/// The statements from BEGIN to COMMIT.
fn read_log(log: &str) -> anyhow::Result<Vec<Logged>> {
    let mut found = Vec::new();
    let mut is_within = false;
    for line in log.lines() {
        let entry: serde_json::Value = serde_json::from_str(line)?;
        let message = entry["message"].as_str().unwrap_or_default();
        let Some(sql) = statement(message) else {
            continue;
        };
        match sql.trim() {
            "BEGIN" => {
                is_within = true;
                found.clear();
            }
            "COMMIT" if is_within => return Ok(found),
            _ if is_within => found.push(Logged {
                sql: sql.to_owned(),
                parameters: parameters(entry["detail"].as_str().unwrap_or_default())?,
            }),
            _ => {}
        }
    }
    bail!("PostgreSQL's log holds no acceptance")
}

/// The text after `statement: ` or `execute NAME: `.
fn statement(message: &str) -> Option<&str> {
    message.strip_prefix("statement: ").or_else(|| {
        let rest = message.strip_prefix("execute ")?;
        rest.split_once(": ").map(|(_, sql)| sql)
    })
}

/// `parameters: $1 = 'text', $2 = NULL`, with quotation marks doubled.
fn parameters(detail: &str) -> anyhow::Result<BTreeMap<usize, Option<String>>> {
    let mut found = BTreeMap::new();
    let Some((_, mut rest)) = detail.split_once(": ") else {
        return Ok(found);
    };
    while let Some(numbered) = rest.strip_prefix('$') {
        let (number, value) = numbered.split_once(" = ").context("a parameter without a value")?;
        if let Some(after) = value.strip_prefix("NULL") {
            found.insert(number.parse()?, None);
            rest = after.trim_start_matches(", ");
            continue;
        }
        let quoted = value
            .strip_prefix('\'')
            .context("a parameter without quotation marks")?;
        let mut text = String::new();
        let mut letters = quoted.char_indices().peekable();
        let end = loop {
            match letters.next().context("a parameter without an end")? {
                (_, '\'') if letters.peek().is_some_and(|(_, next)| *next == '\'') => {
                    letters.next();
                    text.push('\'');
                }
                (at, '\'') => break at + 1,
                (_, letter) => text.push(letter),
            }
        };
        found.insert(number.parse()?, Some(text));
        rest = quoted.get(end..).unwrap_or_default().trim_start_matches(", ");
    }
    Ok(found)
}

/// Makes variables of what differs from offer to offer.
fn script(logged: &[Logged], offer: u32, customer: &AccountId) -> anyhow::Result<Script> {
    ensure!(!logged.is_empty(), "an acceptance without statements");
    let names = Names {
        offer: digits(Kind::Offer, offer).to_string(),
        customer: digits(Kind::Customer, customer_of(offer)).to_string(),
        expert: digits(Kind::Expert, customer_of(offer) % EXPERTS).to_string(),
        question: digits(Kind::Question, super::crowd::question_of(offer)).to_string(),
    };
    ensure!(
        customer.to_string().ends_with(&names.customer),
        "another customer's offer"
    );
    let (offers, customers, experts, questions) = (
        digits(Kind::Offer, 0),
        digits(Kind::Customer, 0),
        digits(Kind::Expert, 0),
        digits(Kind::Question, 0),
    );
    let mut text = format!(
        "\\set i :i + 1\n\\set k :client_id * :each + :i\n\\set n {offers} + :k\n\\set c {customers} + :k / {OFFERS_EACH}\n\
         \\set e {experts} + (:k / {OFFERS_EACH}) % {EXPERTS}\n\\set q {questions} + :k / 5\nBEGIN;\n"
    );
    let mut streams = Vec::new();
    for statement in logged {
        let numbers = if statement.sql.starts_with("INSERT INTO stream_change ") {
            statement.numbers(&streams)
        } else {
            BTreeMap::new()
        };
        let mut sql = statement.sql.clone();
        // From the last on, so that $1 is not found in $12.
        for (number, value) in statement.parameters.iter().rev() {
            let value = match (numbers.get(number), value) {
                (Some(number), _) => number.clone(),
                (None, None) => "NULL".to_owned(),
                (None, Some(value)) => names.expression(value),
            };
            sql = sql.replace(&format!("${number}"), &value);
        }
        if sql.starts_with("INSERT INTO stream (") {
            streams = statement.parameters.values().flatten().step_by(2).cloned().collect();
            let heads = streams.iter().enumerate().map(|(place, stream)| {
                let stream = names.expression(stream);
                format!("max(seq) FILTER (WHERE id = {stream}) AS s{place}")
            });
            let heads = heads.collect::<Vec<_>>().join(", ");
            text.push_str(&format!(
                "WITH taken AS ({sql}) SELECT {heads} FROM taken \\gset head_\n"
            ));
        } else {
            text.push_str(&format!("{sql};\n"));
        }
    }
    text.push_str("COMMIT;\n");
    Ok(Script {
        text,
        statements: logged.len(),
    })
}

/// How many experts the offers of the comparison are of.
pub(crate) const EXPERTS: u32 = 1_000;

struct Names {
    offer: String,
    customer: String,
    expert: String,
    question: String,
}

impl Names {
    /// A value as SQL, with the numbers in it as variables.
    fn expression(&self, value: &str) -> String {
        if value.parse::<i64>().is_ok() && value.len() != 12 {
            return value.to_owned();
        }
        let mut literal = format!("E'{}'", escaped(value));
        let mut is_named = false;
        for (number, variable) in [
            (&self.offer, "n"),
            (&self.customer, "c"),
            (&self.expert, "e"),
            (&self.question, "q"),
        ] {
            is_named |= literal.contains(number.as_str());
            literal = literal.replace(number.as_str(), &format!("' || :{variable} || E'"));
        }
        // What is made for one acceptance alone must be another for the next.
        let is_id = uuid::Uuid::parse_str(value).is_ok() && value.len() == 36;
        let is_hash = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_named && (is_id || is_hash) {
            return format!("('{}' || :n)", &value[..value.len() - 12]);
        }
        if is_named { format!("({literal})") } else { literal }
    }
}

/// Without colons, which pgbench takes for variables, on one line.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('\'', "''")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
        .replace(':', "\\x3A")
}

/// Runs a script in a database: acceptances a second.
pub(crate) fn run(
    postgres: &Postgres,
    script: &Script,
    database: &str,
    clients: usize,
    each: usize,
) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("accept.sql");
    std::fs::write(&file, &script.text)?;
    let mut command = postgres.program("pgbench");
    command.args(["--no-vacuum", "--protocol=prepared", "--define=i=-1"]);
    command.arg(format!("--define=each={each}"));
    command
        .arg(format!("--client={clients}"))
        .arg(format!("--jobs={THREADS}"));
    command.arg(format!("--transactions={each}"));
    command.arg("--file").arg(&file).arg(database);
    let output = command
        .output()
        .context("pgbench cannot be started: apt install postgresql")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("pgbench failed: {}", errors.chars().take(2_000).collect::<String>());
    }
    let tps = said
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|rest| rest.split(' ').next()?.parse().ok());
    tps.with_context(|| format!("pgbench did not say how fast it was: {said}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_with_their_quotation_marks() -> anyhow::Result<()> {
        let read = parameters("parameters: $1 = 'it''s, $2 = ''x''', $2 = NULL, $3 = '7'")?;
        assert_eq!(read[&1].as_deref(), Some("it's, $2 = 'x'"));
        assert_eq!((read[&2].as_deref(), read[&3].as_deref()), (None, Some("7")));
        Ok(())
    }

    #[test]
    fn changes_take_the_numbers_that_their_streams_gave() {
        let values = [
            "account:a",
            "25",
            "offer",
            "x",
            "1",
            "account:b",
            "7",
            "question",
            "y",
            "1",
            "account:b",
            "8",
            "offer",
            "x",
            "1",
        ];
        let logged = Logged {
            sql: String::new(),
            parameters: (1..).zip(values.map(|value| Some(value.to_owned()))).collect(),
        };
        let numbers = logged.numbers(&["account:a".to_owned(), "account:b".to_owned()]);
        let expected = [(2, ":head_s0 - 0"), (7, ":head_s1 - 1"), (12, ":head_s1 - 0")];
        assert_eq!(numbers, expected.map(|(number, text)| (number, text.to_owned())).into());
    }

    #[test]
    fn numbers_of_one_offer_become_variables_and_ids_of_one_time_differ_each_time() {
        let names = Names {
            offer: "100000000123".to_owned(),
            customer: "200000000006".to_owned(),
            expert: "300000000006".to_owned(),
            question: "400000000024".to_owned(),
        };
        assert_eq!(
            names.expression("01900000-0000-7000-8000-100000000123"),
            "(E'01900000-0000-7000-8000-' || :n || E'')"
        );
        assert_eq!(names.expression("17"), "17");
        assert_eq!(names.expression("it's"), "E'it''s'");
        assert_eq!(names.expression("a:b"), "E'a\\x3Ab'");
        assert_eq!(
            names.expression("0190aaaa-0000-7000-8000-0123456789ab"),
            "('0190aaaa-0000-7000-8000-' || :n)"
        );
    }
}

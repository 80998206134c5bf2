//! A scripted customer who acts through the public pages, as a browser would: cookies, forms and their tokens.

use crate::cli::say;
use anyhow::{Context, bail};
use clap::Args;
use std::{io::Read, time::Duration};
use tokio::time::Instant;
use url::Url;

/// How often the customer looks at their list.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// What the customer says to whatever is asked.
const REPLY: &str = "I signed in March for twelve months and moved 80 km away in October. The contract says nothing \
                     about moving.";

/// A customer who accepts an offer that waits, asks, answers what is asked and accepts what is offered.
#[derive(Args)]
pub struct ScriptedCustomer {
    /// The platform's address.
    #[arg(long, value_name = "URL")]
    url: Url,
    /// The customer's address.
    #[arg(long, value_name = "E")]
    email: String,
    /// Read the password from standard input; it is asked for in no other way.
    #[arg(long, required = true)]
    password_stdin: bool,
    /// When to accept an offer that waits, in seconds from the start.
    #[arg(long, visible_alias = "accept-within", value_name = "SECONDS", default_value_t = 45)]
    accept_after: u64,
    /// For how long to go on, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 1800)]
    run_for: u64,
}

struct Browser {
    http: reqwest::Client,
    url: Url,
}

impl ScriptedCustomer {
    /// Plays the part.
    pub async fn run(self) -> anyhow::Result<()> {
        let mut password = String::new();
        std::io::stdin()
            .read_to_string(&mut password)
            .context("--password-stdin: cannot read standard input")?;
        // The transport for https must be there before the first client, also when only http is used.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .cookie_store(true)
            .timeout(Duration::from_secs(20))
            .build()?;
        let browser = Browser {
            http,
            url: self.url.clone(),
        };
        browser.sign_in(&self.email, password.trim_end()).await?;
        say("customer: signed in")?;
        let asked = browser.ask().await?;
        say("customer: asked “Can the gym keep charging me after I moved away?”")?;
        let started = Instant::now();
        let mut story = Progress {
            asked,
            has_accepted: false,
            has_replied: false,
        };
        let mut is_told = false;
        while started.elapsed() < Duration::from_secs(self.run_for) {
            tokio::time::sleep(LOOK_EVERY).await;
            let accepts = !story.has_accepted && started.elapsed() >= Duration::from_secs(self.accept_after);
            match story.go_on(&browser, accepts).await {
                Ok(()) => is_told = false,
                // The platform may be down for a moment; a customer tries again.
                Err(error) if !is_told => {
                    is_told = true;
                    say(format!("customer: could not reach the pages, trying again ({error:#})"))?;
                }
                Err(_) => {}
            }
        }
        Ok(())
    }
}

/// How far the customer came.
struct Progress {
    asked: String,
    has_accepted: bool,
    has_replied: bool,
}

impl Progress {
    /// Looks at the pages once and does what there is to do.
    async fn go_on(&mut self, browser: &Browser, accepts: bool) -> anyhow::Result<()> {
        if accepts && let Some(offer) = browser.accept_first("/questions").await? {
            self.has_accepted = true;
            say(format!("customer: accepted the offer that was waiting, {offer}"))?;
        }
        let page = browser.get(&self.asked).await?;
        if !self.has_replied && page.contains("message--request") {
            browser.reply(&self.asked, &page, REPLY).await?;
            self.has_replied = true;
            say("customer: replied to what the expert asked")?;
        }
        if page.contains("s-awaiting")
            && let Some(offer) = browser.accept_first(&self.asked).await?
        {
            say(format!("customer: accepted the offer on the new question, {offer}"))?;
        }
        Ok(())
    }
}

impl Browser {
    async fn get(&self, path: &str) -> anyhow::Result<String> {
        let response = self.http.get(self.url.join(path)?).send().await?;
        Ok(response.error_for_status()?.text().await?)
    }

    async fn sign_in(&self, email: &str, password: &str) -> anyhow::Result<()> {
        let page = self.get("/sign-in").await?;
        let form = [
            ("form", hidden(&page, "form")?),
            ("email", email),
            ("password", password),
        ];
        let response = self.http.post(self.url.join("/sign-in")?).form(&form).send().await?;
        if !response.status().is_success() {
            bail!("the customer could not sign in: check --email and the password");
        }
        Ok(())
    }

    async fn ask(&self) -> anyhow::Result<String> {
        let page = self.get("/ask").await?;
        let category = page
            .split("<option value=\"")
            .filter_map(|part| part.split_once('"'))
            .find(|(_, rest)| rest.starts_with(">Legal<"))
            .map(|(value, _)| value.to_owned())
            .context("the form for asking has no category Legal")?;
        let form = reqwest::multipart::Form::new()
            .text("form", hidden(&page, "form")?.to_owned())
            .text("command", hidden(&page, "command")?.to_owned())
            .text("category", category)
            .text("title", "Can the gym keep charging me after I moved away?")
            .text("text", "I moved to another city and the gym has no branch here. They say I must pay until March. Is that right?");
        let response = self
            .http
            .post(self.url.join("/ask")?)
            .multipart(form)
            .send()
            .await?
            .error_for_status()?;
        Ok(response.url().path().to_owned())
    }

    async fn reply(&self, question: &str, page: &str, text: &str) -> anyhow::Result<()> {
        let form = reqwest::multipart::Form::new()
            .text("form", hidden(page, "form")?.to_owned())
            .text("command", hidden(page, "command")?.to_owned())
            .text("text", text.to_owned());
        let url = self.url.join(&format!("{question}/reply"))?;
        self.http.post(url).multipart(form).send().await?.error_for_status()?;
        Ok(())
    }

    /// Accepts the first offer on a page that awaits the customer, if there is one; gives its title with the price.
    async fn accept_first(&self, path: &str) -> anyhow::Result<Option<String>> {
        let list = self.get(path).await?;
        let waiting = list.split("<a class=\"offerline\" href=\"").skip(1).find(|part| {
            part.split("</a>")
                .next()
                .is_some_and(|line| line.contains("s-awaiting"))
        });
        let Some(offer) = waiting.and_then(|part| part.split('"').next()).map(str::to_owned) else {
            return Ok(None);
        };
        let page = self.get(&offer).await?;
        let mut form = vec![
            ("form", hidden(&page, "form")?),
            ("command", hidden(&page, "command")?),
            ("version", hidden(&page, "version")?),
        ];
        if page.contains("name=\"call_slot\"") {
            form.push(("call_slot", "0"));
        }
        let url = self.url.join(&format!("{offer}/accept"))?;
        self.http.post(url).form(&form).send().await?.error_for_status()?;
        let between = |start: &str, end: &str| Some(page.split_once(start)?.1.split_once(end)?.0);
        let title = between("<h1 class=\"offer__title\">", "<").unwrap_or("without a title");
        let price = between("<p class=\"price\">", "<").unwrap_or_default();
        Ok(Some(format!("“{title}” for {price}")))
    }
}

/// The value of a hidden field, as the page has it.
fn hidden<'a>(page: &'a str, name: &str) -> anyhow::Result<&'a str> {
    let marker = format!("name=\"{name}\" value=\"");
    page.split_once(&marker)
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(value, _)| value)
        .with_context(|| format!("the page has no hidden field {name}; is this a Proffer platform?"))
}

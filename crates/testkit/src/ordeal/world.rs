//! What every history begins with: a platform with its people and a stock of questions, made once and copied.

use crate::{
    Options,
    customers::{Caller, Customer, Questions},
    processes::PlatformProcess,
};
use anyhow::Context;
use proffer_domain::{CategoryId, Role};
use proffer_platform::{Config, Platform, flow::NewAccount};
use proffer_protocol::{SessionCreated, SignInRequest};
use rand::{SeedableRng, rngs::StdRng};
use std::path::Path;

pub(crate) const PASSWORD: &str = "a long and boring password";
/// Everybody who asks.
pub(crate) const CUSTOMERS: [(&str, &str); 3] = [
    ("Helen Marsh", "helen@customers.example"),
    ("Tomas Rees", "tomas@customers.example"),
    ("Ines Vidal", "ines@customers.example"),
];
/// Everybody who answers.
pub(crate) const EXPERTS: [(&str, &str); 2] = [
    ("Daniel Okafor", "daniel@experts.example"),
    ("Mira Lindqvist", "mira@experts.example"),
];

/// A platform at rest.
pub(crate) struct Beginning {
    folder: tempfile::TempDir,
    pub(crate) category: CategoryId,
    tokens: Vec<String>,
}

impl Beginning {
    /// Makes it with so many questions.
    pub(crate) async fn make(options: &Options, questions: u32) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("platform");
        let platform = Platform::open(Config::in_folder(data.clone())).await?;
        let flow = platform.flow();
        let category = flow.create_category("Internet law").await?;
        let people = CUSTOMERS.iter().map(|person| (Role::Customer, person));
        let people = people.chain(EXPERTS.iter().map(|person| (Role::Expert, person)));
        for (role, (name, email)) in people {
            flow.create_account(NewAccount {
                role,
                email: (*email).to_owned(),
                name: (*name).to_owned(),
                password: PASSWORD.to_owned(),
                time_zone: "Europe/London".to_owned(),
                categories: if role == Role::Expert { vec![category] } else { vec![] },
            })
            .await?;
        }
        flow.store().close().await;
        let mut platform = PlatformProcess::begin(&options.programs, folder.path(), data).await?;
        let mut tokens = Vec::new();
        for (index, (_, email)) in CUSTOMERS.iter().enumerate() {
            let token = sign_in(&platform.url(), email).await?;
            let caller = Caller::new(platform.url(), token.clone())?;
            let generator = StdRng::seed_from_u64(index as u64);
            let mut customer = Customer::new(caller, category, Questions::default(), generator);
            for _ in 0..questions / CUSTOMERS.len() as u32 {
                customer.ask().await?;
            }
            tokens.push(token);
        }
        platform.kill().await?;
        Ok(Self {
            folder,
            category,
            tokens,
        })
    }

    /// Copies the platform's data.
    pub(crate) fn copy_to(&self, data: &Path) -> anyhow::Result<()> {
        copy(&self.folder.path().join("platform"), data).context("copying the platform's data")
    }

    /// The customers, at a platform of this address.
    pub(crate) fn customers(&self, url: &str, questions: &Questions, seed: u64) -> anyhow::Result<Vec<Customer>> {
        let tokens = self.tokens.iter().zip(1..);
        tokens
            .map(|(token, number)| {
                let caller = Caller::new(url.to_owned(), token.clone())?;
                let generator = StdRng::seed_from_u64(seed.wrapping_mul(1_000).wrapping_add(number));
                Ok(Customer::new(caller, self.category, questions.clone(), generator))
            })
            .collect()
    }
}

/// Signs somebody in over HTTP and gives the token.
pub(crate) async fn sign_in(url: &str, email: &str) -> anyhow::Result<String> {
    proffer_desk::use_tls_provider();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let request = SignInRequest {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        device: "browser".to_owned(),
        code: None,
    };
    let response = client.post(format!("{url}/v1/sessions")).json(&request).send().await?;
    let created: SessionCreated = response.error_for_status()?.json().await?;
    Ok(created.token)
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

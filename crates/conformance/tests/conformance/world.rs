//! A platform that serves on loopback, behind whatever stands between it and its clients.

use crate::databases::Home;
use axum::Router;
use futures_util::future::BoxFuture;
use proffer_conformance::{Credentials, Operator, Settings};
use proffer_domain::{CategoryId, Role};
use proffer_platform::{
    Platform,
    flow::{Flow, NewAccount},
};
use std::{net::SocketAddr, sync::Arc};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Everybody's password.
pub const PASSWORD: &str = "a long and boring password";

/// The people, by the options that name them.
pub const PEOPLE: [(&str, Role, &str); 4] = [
    ("expert", Role::Expert, "daniel@example.com"),
    ("second-expert", Role::Expert, "mira@example.com"),
    ("customer", Role::Customer, "helen@example.com"),
    ("second-customer", Role::Customer, "tom@example.com"),
];

/// A platform that serves until it is dropped.
pub struct Served {
    pub url: String,
    flow: Flow,
    category: CategoryId,
    _stop: DropGuard,
    _home: Home,
}

impl Served {
    /// Serves on SQLite, with `between` around all its routes.
    pub async fn begin(between: impl FnOnce(Router) -> Router) -> anyhow::Result<Self> {
        let home = Home::on_sqlite()?;
        let platform = Platform::open(home.config()).await?;
        let flow = platform.flow();
        let category = flow.create_category("Boats").await?;
        // Twenty megabytes are as large as one, and take longer.
        let mut limits = flow.limits().await?;
        limits.attachment_max_bytes = 1024 * 1024;
        flow.set_limits(limits).await?;
        for (_, role, email) in PEOPLE {
            let categories = if role == Role::Expert { vec![category] } else { vec![] };
            flow.create_account(NewAccount {
                role,
                email: email.to_owned(),
                name: email.split('@').next().unwrap_or_default().to_owned(),
                password: PASSWORD.to_owned(),
                time_zone: "Europe/London".to_owned(),
                categories,
            })
            .await?;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let (router, jobs) = platform.parts(address, &stop);
        tokio::spawn(jobs);
        let service = between(router).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Ok(Self {
            url: format!("http://{address}"),
            flow,
            category,
            _stop: stop.drop_guard(),
            _home: home,
        })
    }

    /// What a run against it needs.
    pub fn settings(&self) -> Settings {
        let who = |place: usize| Credentials {
            email: PEOPLE[place].2.to_owned(),
            password: PASSWORD.to_owned(),
        };
        Settings {
            url: self.url.clone(),
            expert: who(0),
            second_expert: who(1),
            customer: who(2),
            second_customer: who(3),
            operator: Some(Arc::new(Here {
                flow: self.flow.clone(),
                category: self.category,
            })),
            only: vec![],
        }
    }
}

/// The operator of a platform in this process.
struct Here {
    flow: Flow,
    category: CategoryId,
}

impl Operator for Here {
    fn let_serve(&self, serves: bool) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let categories = if serves { vec![self.category] } else { vec![] };
            let second = self.flow.account_by_email(PEOPLE[1].2).await;
            let second = second.map_err(|error| error.to_string())?;
            let set = self.flow.set_account_categories(&second, &categories).await;
            set.map_err(|error| error.to_string())
        })
    }
}

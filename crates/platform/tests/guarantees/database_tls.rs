//! PostgreSQL over TLS: used where it is asked for, and never by a server that nobody vouches for.

use crate::{
    databases::{Home, Postgres, give_to_postgres, new_cluster, serve},
    smtp_server::certificate,
    world::World,
};
use std::{
    fs::{self, Permissions},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    sync::Arc,
};

/// A server that takes no connection without TLS, with a certificate that vouches for itself.
struct OverTls {
    server: Arc<Postgres>,
    port: u16,
    /// Where its certificate lies.
    certificates: PathBuf,
}

impl OverTls {
    fn start() -> anyhow::Result<Self> {
        let cluster = new_cluster()?;
        let folder = cluster.path().to_owned();
        certificate(&folder)?;
        let key = folder.join("key.pem");
        fs::set_permissions(&key, Permissions::from_mode(0o600))?;
        give_to_postgres(&key)?;
        // The socket in its folder is for whoever makes databases here.
        fs::write(
            folder.join("data/pg_hba.conf"),
            "local all all trust\nhostssl all all 127.0.0.1/32 trust\n",
        )?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let certificates = folder.join("cert.pem");
        let settings = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            "ssl=on".to_owned(),
            format!("ssl_key_file={}", key.display()),
            format!("ssl_cert_file={}", certificates.display()),
        ];
        let server = Postgres::keep(move || {
            let settings: Vec<_> = settings.iter().map(String::as_str).collect();
            let child = serve(cluster.path(), &settings)?;
            Ok((cluster, child))
        })?;
        Ok(Self {
            server: Arc::new(server),
            port,
            certificates,
        })
    }

    /// A platform's home there, with what its address says of TLS.
    async fn home(&self, tls: &str) -> anyhow::Result<Home> {
        let name = self.server.name_database(self.port).await?;
        let url = format!("postgres://proffer@127.0.0.1:{}/{name}?{tls}", self.port);
        Home::at(url, Arc::clone(&self.server))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_reached_over_tls_and_only_where_its_certificate_is_vouched_for() -> anyhow::Result<()> {
    let server = tokio::task::spawn_blocking(OverTls::start).await??;
    let vouched = format!("sslmode=verify-full&sslrootcert={}", server.certificates.display());
    let world = World::begin(server.home(&vouched).await?).await?;
    world.asked().await?;

    let other = tempfile::tempdir()?;
    certificate(other.path())?;
    let unknown = format!(
        "sslmode=verify-full&sslrootcert={}",
        other.path().join("cert.pem").display()
    );
    let refused = World::begin(server.home(&unknown).await?).await.err().unwrap();
    let words = format!("{refused:#}").to_lowercase();
    assert!(words.contains("certificate"), "{words}");

    let plain = World::begin(server.home("sslmode=disable").await?).await;
    assert!(plain.is_err(), "the server takes nothing without TLS");
    Ok(())
}

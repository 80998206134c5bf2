//! A platform over TLS whose certificate nobody vouches for.

use proffer_desk::{
    HttpConnector,
    api::ApiErrorCode,
    ports::{PlatformConnector, PlatformError},
};
use proffer_testkit::{Expert, PASSWORD, World};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// Made for this test with OpenSSL: for localhost, valid for a hundred years, signed by itself.
const CERTIFICATE: &[u8] = include_bytes!("certificates/nobody.pem");
const KEY: &[u8] = include_bytes!("certificates/nobody.key.pem");

/// A server with that certificate; counts the requests that reach it.
async fn serve() -> anyhow::Result<(String, Arc<AtomicU32>)> {
    proffer_desk::use_tls_provider();
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE)?;
    let key = PrivateKeyDer::from_pem_slice(KEY)?;
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("https://localhost:{}", listener.local_addr()?.port());
    let requests = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
            tokio::spawn(async move {
                // A client that refuses the certificate ends here.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut request = [0; 4096];
                if stream.read(&mut request).await.is_ok_and(|count| count > 0) {
                    counted.fetch_add(1, Ordering::SeqCst);
                    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
                    let _ = stream.write_all(answer.as_bytes()).await;
                    let _ = stream.shutdown().await;
                }
            });
        }
    });
    Ok((url, requests))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_whose_certificate_nobody_vouches_for_is_refused() -> anyhow::Result<()> {
    let (url, requests) = serve().await?;
    let world = World::begin().await?;
    let desk = world.desk(Expert::Daniel).await?;
    for _ in 0..2 {
        let refused = desk
            .sign_in_at(&url, Expert::Daniel.email(), PASSWORD)
            .await
            .unwrap_err();
        assert_eq!(refused.code, ApiErrorCode::Offline, "{refused}");
    }
    let platform = HttpConnector.connect(&url)?;
    let Err(PlatformError::Unreachable(words)) = platform.me("a token").await else {
        panic!("it was believed")
    };
    assert!(words.to_lowercase().contains("certificate"), "{words}");
    assert_eq!(
        requests.load(Ordering::SeqCst),
        0,
        "neither password nor token went out"
    );
    desk.desk.close().await;

    // Who has reason to believe it is served: it is the certificate that was refused, and nothing else.
    let believed = reqwest::Certificate::from_pem(CERTIFICATE)?;
    let believer = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([believed])
        .build()?;
    assert!(believer.get(&url).send().await?.status().is_success());
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    Ok(())
}

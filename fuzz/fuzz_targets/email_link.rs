//! Addresses of emailed links, on the platform's real routes over a real database: none of them makes it fail.
#![no_main]

use axum::{
    Router,
    body::Body,
    http::{Method, Request, Uri, header},
};
use proffer_platform::{Config, Platform};
use std::sync::OnceLock;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

struct World {
    runtime: Runtime,
    routes: Router,
    _folder: tempfile::TempDir,
    _stop: CancellationToken,
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let stop = CancellationToken::new();
        let platform = runtime
            .block_on(Platform::open(Config::in_folder(folder.path().to_owned())))
            .expect("a platform");
        // The jobs behind the routes are not needed.
        let (routes, _) = platform.parts(([127, 0, 0, 1], 1).into(), &stop);
        World {
            runtime,
            routes,
            _folder: folder,
            _stop: stop,
        }
    })
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((kind, token)) = bytes.split_first() else {
        return;
    };
    let place = ["/l/", "/stop/", "/reset-password/", "/sign-in?next="][usize::from(kind % 4)];
    let Ok(token) = std::str::from_utf8(token) else { return };
    // As it came, where an address can hold it, and percent-encoded.
    let encoded: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let world = world();
    for address in [format!("{place}{token}"), format!("{place}{encoded}")] {
        let Ok(uri) = address.parse::<Uri>() else { continue };
        for method in [Method::GET, Method::POST] {
            let body = if method == Method::POST {
                format!("form=x&email={encoded}&password={encoded}")
            } else {
                String::new()
            };
            let request = Request::builder()
                .method(method)
                .uri(uri.clone())
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(body))
                .expect("a request");
            let response = world
                .runtime
                .block_on(world.routes.clone().oneshot(request))
                .expect("infallible");
            assert!(!response.status().is_server_error(), "{uri} gave {}", response.status());
        }
    }
});

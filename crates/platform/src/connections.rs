//! Connections: accepted, served, and handed over when they do nothing any more but listen.
//!
//! hyper keeps buffers and state for every connection as long as it lasts. Thousands of event streams wait nearly all the
//! time, so once such a response has begun its connection is taken out of hyper and costs a small task.

use crate::ports::Clock;
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, Version, header, response::Parts},
    response::Response,
};
use futures_util::{StreamExt, future::BoxFuture};
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::oneshot,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

/// How long to wait when the system has no room for more connections.
const NO_ROOM_WAIT: Duration = Duration::from_secs(1);

/// Marks a response whose body is a stream that lasts as long as its connection.
#[derive(Clone, Copy)]
pub(crate) struct LastsLong;

/// Accepts connections and serves them until `ending` is cancelled; then waits until those under way have ended.
pub(crate) async fn serve(listener: TcpListener, router: Router, clock: Arc<dyn Clock>, ending: CancellationToken) {
    let connections = TaskTracker::new();
    while let Some(accepted) = ending.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                // An event is a small write that must not wait for more to send with it.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection gathers small writes");
                }
                let service = Requests {
                    router: router.clone(),
                    peer,
                    taken: Arc::default(),
                };
                connections.spawn(converse(
                    stream,
                    service,
                    clock.clone(),
                    ending.clone(),
                    connections.clone(),
                ));
            }
            Err(error) if is_of_the_other_end(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted; trying again");
                let _ = ending.run_until_cancelled(tokio::time::sleep(NO_ROOM_WAIT)).await;
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

fn is_of_the_other_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

/// The requests of one connection.
struct Requests {
    router: Router,
    peer: SocketAddr,
    /// Where a response goes with which the connection is taken out of hyper.
    taken: Arc<Mutex<Option<oneshot::Sender<Response>>>>,
}

impl Service<Request<Incoming>> for Requests {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (router, taken) = (self.router.clone(), self.taken.clone());
        // Chunks, by which such a body is framed, came with HTTP/1.1.
        let can_last = request.version() == Version::HTTP_11 && request.method() == Method::GET;
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        Box::pin(async move {
            let response = router.oneshot(request).await?;
            if can_last && response.extensions().get::<LastsLong>().is_some() {
                let taker = taken.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(taker) = taker {
                    // If it is gone, so is the connection.
                    let _ = taker.send(response);
                    return std::future::pending().await;
                }
            }
            Ok(response)
        })
    }
}

async fn converse(
    stream: TcpStream,
    service: Requests,
    clock: Arc<dyn Clock>,
    ending: CancellationToken,
    connections: TaskTracker,
) {
    let (give, mut taken) = oneshot::channel();
    *service.taken.lock().unwrap_or_else(PoisonError::into_inner) = Some(give);
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut is_ending = false;
    let response = loop {
        tokio::select! {
            biased;
            Ok(response) = &mut taken => break response,
            ended = &mut connection => {
                if let Err(error) = ended {
                    tracing::trace!(%error, "a connection ended badly");
                }
                return;
            }
            () = ending.cancelled(), if !is_ending => {
                is_ending = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
        }
    };
    let stream = connection.into_parts().io.into_inner();
    // Another task, as this one is as large as all that came before.
    connections.spawn(last(stream, response, clock));
}

/// Sends a response whose body lasts until it ends or the other end has gone.
async fn last(mut stream: TcpStream, response: Response, clock: Arc<dyn Clock>) {
    let (parts, body) = response.into_parts();
    if stream.write_all(&head(&parts, &*clock)).await.is_err() {
        return;
    }
    drop(parts);
    let mut body = body.into_data_stream();
    loop {
        let piece = tokio::select! {
            piece = body.next() => piece,
            () = gone(&stream) => return,
        };
        let Some(Ok(piece)) = piece else { break };
        if piece.is_empty() {
            // An empty chunk would be the end.
            continue;
        }
        let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
        chunk.reserve(piece.len() + 2);
        chunk.extend_from_slice(&piece);
        chunk.extend_from_slice(b"\r\n");
        // Who reads nothing keeps what is written, and not twice.
        drop(piece);
        if stream.write_all(&chunk).await.is_err() {
            return;
        }
    }
    // Who has gone need not be told.
    let _ = stream.write_all(b"0\r\n\r\n").await;
    let _ = stream.shutdown().await;
}

/// The response's first lines.
fn head(parts: &Parts, clock: &dyn Clock) -> Vec<u8> {
    let framing = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION];
    let mut head = format!("HTTP/1.1 {}\r\n", parts.status).into_bytes();
    for (name, value) in parts.headers.iter().filter(|(name, _)| !framing.contains(name)) {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    let date = clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT");
    head.extend_from_slice(
        format!("date: {date}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n").as_bytes(),
    );
    head
}

/// Waits until the other end has gone. What it still says is of no interest.
async fn gone(stream: &TcpStream) {
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut [0; 256]) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

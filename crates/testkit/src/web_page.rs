//! Something that answers every request with a web page: what a mistyped address or a hotel's network does.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

/// A server of one web page on a loopback port; ends when dropped.
pub struct WebPage {
    /// Its address.
    pub url: String,
    task: JoinHandle<()>,
}

impl WebPage {
    /// Serves it.
    ///
    /// # Errors
    /// If no port can be had.
    pub async fn serve() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                // Whatever was asked, the page is the answer.
                if stream.read(&mut request).await.is_err() {
                    continue;
                }
                let page = "<!doctype html><title>Welcome</title><p>Welcome to our guest network.";
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close";
                let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{page}", page.len());
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    continue;
                }
            }
        });
        Ok(Self { url, task })
    }
}

impl Drop for WebPage {
    fn drop(&mut self) {
        self.task.abort();
    }
}

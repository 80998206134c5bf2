//! HTTP/1.1 over one connection that is kept, with as little work as can be: what is measured is the other end.

use anyhow::{Context, bail};
use std::time::Instant;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// When its first byte was there.
    pub(crate) first_byte: Instant,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects to `http://host:port`.
    pub(crate) async fn to(url: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(url.trim_start_matches("http://")).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
        })
    }

    pub(crate) async fn get(&mut self, path: &str, header: &str) -> anyhow::Result<Answer> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: platform\r\n{header}\r\n\r\n");
        self.ask(request.as_bytes()).await
    }

    pub(crate) async fn post(&mut self, path: &str, token: &str, body: &str) -> anyhow::Result<Answer> {
        let key = uuid::Uuid::now_v7();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: platform\r\nauthorization: Bearer {token}\r\nidempotency-key: {key}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.ask(request.as_bytes()).await
    }

    async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut first_byte = None;
        let (head, length) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the platform ended the connection");
            }
            first_byte.get_or_insert_with(Instant::now);
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.buffer[..end]).to_lowercase();
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length:"))
                    .and_then(|length| length.trim().parse::<usize>().ok());
                let is_chunked = head.contains("transfer-encoding: chunked");
                let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
                break ((end + 4, status.context("no status")?), length.filter(|_| !is_chunked));
            }
        };
        let (begin, status) = head;
        loop {
            let is_whole = match length {
                Some(length) => self.buffer.len() >= begin + length,
                None => self.buffer.ends_with(b"0\r\n\r\n"),
            };
            if is_whole {
                break;
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the platform ended the connection within an answer");
            }
        }
        Ok(Answer {
            status,
            first_byte: first_byte.context("no first byte")?,
            body: self.buffer[begin..].to_vec(),
        })
    }
}

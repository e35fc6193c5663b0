//! A connection that sends what no client would, and reads what comes back.

use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use doorbuster_tests::web::Answer;
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::world::SOON;

const FIELDS_MAX: usize = 64;

pub(super) struct Wire<Io = TcpStream> {
    io: Io,
    /// Came, and belongs to no answer that was read yet.
    come: Vec<u8>,
}

impl Wire {
    /// Connects to a shop.
    pub(super) async fn to(shop: &str) -> Self {
        Self::from(Ipv4Addr::LOCALHOST, shop).await
    }

    /// Connects as another of loopback's addresses.
    pub(super) async fn from(address: Ipv4Addr, shop: &str) -> Self {
        Self::from_with(address, shop, |_| {}).await
    }

    /// The same, over a socket that is changed before.
    pub(super) async fn from_with(address: Ipv4Addr, shop: &str, change: impl FnOnce(&TcpSocket)) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        change(&socket);
        socket.bind(SocketAddr::from((address, 0))).unwrap();
        Self::over(socket.connect(address_of(shop)).await.unwrap())
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> Wire<Io> {
    /// Takes a connection that exists.
    pub(super) fn over(io: Io) -> Self {
        Self { io, come: Vec::new() }
    }

    /// Sends bytes. The other side may have hung up before it has read them all.
    pub(super) async fn say(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.io.write_all(bytes.as_ref()).await;
        let _ = self.io.flush().await;
    }

    /// Asks with GET, and reads the answer.
    pub(super) async fn get(&mut self, path: &str, fields: &str) -> Answer {
        self.say(format!("GET {path} HTTP/1.1\r\nHost: shop.test\r\n{fields}\r\n")).await;
        self.answer().await
    }

    /// Reads one answer, whose length must be told.
    pub(super) async fn answer(&mut self) -> Answer {
        timeout(SOON, self.read_answer()).await.expect("an answer in time").expect("an answer, found the end")
    }

    /// Reads the answer to a HEAD.
    pub(super) async fn answer_without_body(&mut self) -> Answer {
        timeout(SOON, self.read_head()).await.expect("an answer in time").expect("an answer, found the end")
    }

    /// Reads so many bytes as they come.
    pub(super) async fn bytes(&mut self, count: usize) -> Vec<u8> {
        let whole = timeout(SOON, async { while self.come.len() < count && self.more().await {} });
        whole.await.expect("so many bytes in time");
        assert!(self.come.len() >= count, "expected {count} bytes, found the end after {:?}", self.come);
        self.come.drain(..count).collect()
    }

    /// Reads until the other side closes, and gives what was left.
    pub(super) async fn rest(mut self) -> Vec<u8> {
        timeout(SOON, async { while self.more().await {} }).await.expect("the connection is closed in time");
        self.come
    }

    async fn read_answer(&mut self) -> Option<Answer> {
        let mut answer = self.read_head().await?;
        let length = answer.headers.get("content-length").map(|length| length.to_str().unwrap().parse().unwrap());
        let length: usize = length.unwrap_or(0);
        while self.come.len() < length && self.more().await {}
        assert!(self.come.len() >= length, "expected a body of {length} bytes, found {}", self.come.len());
        answer.body = self.come.drain(..length).collect::<Vec<_>>().into();
        Some(answer)
    }

    async fn read_head(&mut self) -> Option<Answer> {
        loop {
            if let Some((answer, length)) = head_of(&self.come) {
                self.come.drain(..length);
                return Some(answer);
            }
            if !self.more().await {
                return None;
            }
        }
    }

    /// A reset is an end too: the other side closed over what it did not want to read.
    async fn more(&mut self) -> bool {
        self.io.read_buf(&mut self.come).await.is_ok_and(|count| count > 0)
    }
}

/// Where a shop listens.
pub(super) fn address_of(shop: &str) -> SocketAddr {
    shop.strip_prefix("http://").unwrap().parse().unwrap()
}

fn head_of(bytes: &[u8]) -> Option<(Answer, usize)> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut response = httparse::Response::new(&mut fields);
    let parsed = response.parse(bytes).unwrap_or_else(|error| {
        panic!("expected an answer, found {:?} ({error})", String::from_utf8_lossy(bytes));
    });
    let httparse::Status::Complete(length) = parsed else { return None };
    let mut headers = HeaderMap::new();
    for field in response.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_bytes(field.value).unwrap());
    }
    Some((Answer { status: response.code.unwrap(), headers, body: Bytes::new() }, length))
}

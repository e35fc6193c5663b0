//! Origins over real sockets: each test has servers of its own on loopback, which do what their script says.

mod answers;
mod failures;
mod uploads;
mod websocket;

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use doorbuster_config::Field;
use http::Request;
use http::request::Parts;
use hyper::body::{Body, Frame};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::*;
use crate::http::{BodyError, Client, Incoming, Reply};

const CLIENT: Client = Client { address: IpAddr::V4(Ipv4Addr::LOCALHOST), secure: false };
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A server that does what its script says with each connection.
struct Scripted {
    url: String,
    accepted: Arc<AtomicUsize>,
}

impl Scripted {
    async fn new<F, T>(script: F) -> Self
    where
        F: Fn(TcpStream) -> T + Send + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let accepted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&accepted);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(script(stream));
            }
        });
        Self { url, accepted }
    }

    /// Answers every request of a connection with the same.
    async fn answering(answer: &'static str) -> Self {
        Self::new(move |mut stream| async move {
            while read_head(&mut stream).await.is_some() {
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        })
        .await
    }

    fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

/// An address that refuses connections.
async fn refusing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// An origin of these servers, with more lines of configuration.
fn origin_of(urls: &[&str], more: &str) -> Arc<Origin> {
    let text = format!("[[origin]]\nname = \"app\"\nurls = {urls:?}\n{more}");
    let read = |document: &Field<'_>| OriginConfig::read_all(&document.table(&["origin"])?);
    let configs = doorbuster_config::parse(&text, Path::new(""), read).unwrap();
    Arc::clone(Origins::new(&configs, &Meters::default(), None).find("app").unwrap())
}

fn head(method: &str, fields: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder().method(method).uri("/x?y=1").header("host", "shop.example");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

async fn ask(origin: &Origin, method: &str, body: &str) -> Result<Reply, OriginError> {
    origin.forward(head(method, &[]), Incoming::whole(Bytes::copy_from_slice(body.as_bytes())), &CLIENT).await
}

async fn text(reply: Reply) -> String {
    use http_body_util::BodyExt as _;
    let bytes = reply.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The next request's head; nothing where the connection ended.
async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).unwrap())
}

/// A request's body whose pieces the test hands out.
struct Pieces(mpsc::Receiver<Result<Bytes, BodyError>>);

impl Pieces {
    fn new() -> (mpsc::Sender<Result<Bytes, BodyError>>, Self) {
        let (sender, receiver) = mpsc::channel(1);
        (sender, Self(receiver))
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

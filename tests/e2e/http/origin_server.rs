//! A server behind the edge.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Answers `/echo` with what it is sent, piece by piece, and takes `/socket` over as a WebSocket that says everything
/// again.
pub(super) struct OriginServer {
    pub(super) url: String,
    whole: Arc<AtomicUsize>,
}

impl OriginServer {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let whole = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&whole);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let counted = Arc::clone(&counted);
                let answers = service_fn(move |request| answer(request, Arc::clone(&counted)));
                let connection =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answers);
                tokio::spawn(connection.with_upgrades());
            }
        });
        Self { url, whole }
    }

    /// How many bodies came whole.
    pub(super) fn whole_bodies(&self) -> usize {
        self.whole.load(Ordering::SeqCst)
    }
}

type Answer = Response<BoxBody<Bytes, hyper::Error>>;

async fn answer(request: Request<Incoming>, whole: Arc<AtomicUsize>) -> Result<Answer, Infallible> {
    match request.uri().path() {
        "/socket" => Ok(switched(request)),
        "/count" => {
            let came = request.into_body().collect().await.is_ok();
            whole.fetch_add(usize::from(came), Ordering::SeqCst);
            Ok(Response::new(nothing()))
        }
        _ => Ok(Response::new(request.into_body().boxed())),
    }
}

fn switched(mut request: Request<Incoming>) -> Answer {
    let taken = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let (mut read, mut write) = tokio::io::split(TokioIo::new(taken.await.unwrap()));
        let _ = tokio::io::copy(&mut read, &mut write).await;
    });
    let mut answer = Response::new(nothing());
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    for (name, value) in [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-accept", ACCEPT)] {
        answer.headers_mut().insert(name, value.parse().unwrap());
    }
    answer
}

/// What RFC 6455, 1.3 has for its example key.
pub(super) const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

fn nothing() -> BoxBody<Bytes, hyper::Error> {
    Empty::new().map_err(|never| match never {}).boxed()
}

//! A small HTTP client over hyper's keep-alive pools. Never sends twice what may have arrived.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value;

/// Past this a request counts as lost.
const ANSWER_BOUND: Duration = Duration::from_secs(10);
/// Idle connections kept for each address.
const IDLE_CONNECTIONS_MAX: usize = 1_024;

/// The client. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Web {
    client: Client<HttpConnector, Full<Bytes>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Default for Web {
    fn default() -> Self {
        Self::with(None)
    }
}

impl Web {
    /// A client at another of this machine's addresses.
    pub fn at(address: IpAddr) -> Self {
        Self::with(Some(address))
    }

    fn with(address: Option<IpAddr>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_local_address(address);
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_secs(2)));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(20))
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .build(connector);
        Self { client }
    }
}

impl Web {
    /// Fetches `url`.
    ///
    /// # Errors
    /// The connection failed, or no whole answer came in time.
    pub async fn get(&self, url: &str) -> anyhow::Result<Answer> {
        self.send(Method::GET, url, &[], Bytes::new()).await
    }

    /// Posts JSON to `url`.
    ///
    /// # Errors
    /// The connection failed, or no whole answer came in time.
    pub async fn post(&self, url: &str, headers: &[(&str, &str)], body: &Value) -> anyhow::Result<Answer> {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        self.send(Method::POST, url, &headers, Bytes::from(body.to_string())).await
    }

    /// Sends a request as it is.
    ///
    /// # Errors
    /// The connection failed, or no whole answer came in time.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> anyhow::Result<Answer> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body))?;
        tokio::time::timeout(ANSWER_BOUND, self.answer(request)).await.with_context(|| format!("no answer: {url}"))?
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> anyhow::Result<Answer> {
        let (head, body) = self.client.request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }
}

impl Answer {
    /// The body as JSON; `Null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The last word of a problem's `type` (RFC 9457), as `sold-out`; nothing where the answer is no problem.
    pub fn problem(&self) -> Option<String> {
        let is_problem = self.header("content-type").is_some_and(|kind| kind.starts_with("application/problem+json"));
        let body = self.json();
        let kind = body["type"].as_str().filter(|_| is_problem)?;
        Some(kind.rsplit(['/', ':', '#']).next().unwrap_or(kind).to_owned())
    }

    /// How long to wait before asking again, as the body or else the header `Retry-After` says.
    pub fn retry_after(&self) -> Option<Duration> {
        let by_body = self.json()["retry_after_ms"].as_u64().map(Duration::from_millis);
        by_body.or_else(|| self.header("retry-after")?.parse().ok().map(Duration::from_secs))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

//! The incumbent: nginx with its Lua module, and a Redis, both on the servers' processor.

mod headers;
mod redis;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

pub use self::headers::Headers;
use self::redis::Redis;
use super::launch::{SERVERS, pinned};
use super::ports::Port;
use super::tls::{Certificate, HOST};
use crate::until;

const ASSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/bench");
const UP_BOUND: Duration = Duration::from_secs(10);
const STOP_BOUND: Duration = Duration::from_secs(10);
const PLENTY: u64 = 1_000_000_000;

/// What the incumbent is to serve.
#[derive(Debug)]
pub struct Work<'a> {
    /// The sale.
    pub sale: &'a str,
    /// Its items with stock.
    pub skus: &'a [String],
    /// The key that signs shoppers' tokens.
    pub token_key: &'a Path,
    /// The folder of the pages.
    pub pages: &'a Path,
    /// For TLS.
    pub certificate: &'a Certificate,
    /// The edge's headers, for answers to orders.
    pub order_headers: &'a Headers,
    /// For pages.
    pub page_headers: &'a Headers,
    /// For pages over TLS.
    pub tls_page_headers: &'a Headers,
}

/// The running incumbent.
pub struct Peer {
    /// Where nginx speaks HTTP/1.1.
    pub plain: SocketAddr,
    /// Where it speaks TLS.
    pub tls: SocketAddr,
    /// Where it speaks HTTP/2 without TLS.
    pub h2c: SocketAddr,
    nginx: Child,
    redis: Child,
    redis_socket: PathBuf,
    orders: String,
}

/// When Redis makes its log durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// Before each answer: the edge's own promise.
    Always,
    /// Once a second: what was sold in the last second may be lost.
    EverySecond,
}

impl Peer {
    /// Starts Redis and nginx in `folder`, and waits until both answer.
    ///
    /// # Errors
    /// One of them did not start.
    pub async fn start(folder: &Path, work: &Work<'_>) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let [plain, tls, h2c] = [Port::take()?, Port::take()?, Port::take()?].map(Port::address);
        let redis_config = filled("redis.conf", &[("FOLDER", &text(folder))])?;
        let redis = launch("redis-server", &[], &written(folder, "redis.conf", &redis_config)?, folder)?;
        let nginx_config = nginx_config(folder, work, plain, tls, h2c)?;
        let nginx = launch("/usr/sbin/nginx", &["-c"], &written(folder, "nginx.conf", &nginx_config)?, folder)?;
        let redis_socket = folder.join("redis.sock");
        let peer = Self { plain, tls, h2c, nginx, redis, redis_socket, orders: format!("orders:{}", work.sale) };
        peer.answers(folder).await?;
        peer.stock(work.skus).await?;
        Ok(peer)
    }

    /// The process of nginx.
    ///
    /// # Errors
    /// It ended.
    pub fn nginx_pid(&self) -> anyhow::Result<u32> {
        self.nginx.id().context("nginx has ended")
    }

    /// The processes that do the work.
    ///
    /// # Errors
    /// One ended.
    pub fn pids(&self) -> anyhow::Result<Vec<u32>> {
        Ok(vec![self.nginx_pid()?, self.redis.id().context("Redis has ended")?])
    }

    /// Sets when an order is durable.
    ///
    /// # Errors
    /// Redis refused.
    pub async fn set_sync(&self, sync: Sync) -> anyhow::Result<()> {
        let word = if sync == Sync::Always { "always" } else { "everysec" };
        self.redis().await?.ask(&["CONFIG", "SET", "appendfsync", word]).await.map(drop)
    }

    /// Orders that Redis has recorded.
    ///
    /// # Errors
    /// Redis did not answer.
    pub async fn orders(&self) -> anyhow::Result<u64> {
        let answer = self.redis().await?.ask(&["LLEN", &self.orders]).await?;
        answer.parse().with_context(|| format!("LLEN: expected a number, found {answer:?}"))
    }

    /// Ends both, and waits until they are gone.
    ///
    /// # Errors
    /// One did not end.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        for child in [&mut self.nginx, &mut self.redis] {
            child.start_kill()?;
            tokio::time::timeout(STOP_BOUND, child.wait()).await.context("the incumbent does not end")??;
        }
        Ok(())
    }

    async fn answers(&self, folder: &Path) -> anyhow::Result<()> {
        let listens = until::holds("nginx and Redis answer", UP_BOUND, || async {
            TcpStream::connect(self.plain).await.is_ok() && self.redis().await.is_ok()
        });
        listens.await.with_context(|| format!("see {}", folder.join("nginx.log").display()))
    }

    async fn stock(&self, skus: &[String]) -> anyhow::Result<()> {
        let mut redis = self.redis().await?;
        for sku in skus {
            redis.ask(&["SET", &format!("stock:{sku}"), &PLENTY.to_string()]).await?;
        }
        Ok(())
    }

    async fn redis(&self) -> anyhow::Result<Redis> {
        Redis::connect(&self.redis_socket).await
    }
}

fn nginx_config(
    folder: &Path,
    work: &Work<'_>,
    plain: SocketAddr,
    tls: SocketAddr,
    h2c: SocketAddr,
) -> anyhow::Result<String> {
    filled(
        "nginx.conf",
        &[
            ("FOLDER", &text(folder)),
            ("ASSETS", ASSETS),
            ("KEY", &text(work.token_key)),
            ("PAGES", &text(work.pages)),
            ("SALE", work.sale),
            ("HOST", HOST),
            ("PORT", &plain.port().to_string()),
            ("TLS_PORT", &tls.port().to_string()),
            ("H2C_PORT", &h2c.port().to_string()),
            ("CERTIFICATE", &text(&work.certificate.certificate)),
            ("CERTIFICATE_KEY", &text(&work.certificate.key)),
            ("ORDER_HEADERS", &work.order_headers.of_location()),
            ("PAGE_HEADERS", &work.page_headers.of_files()),
            ("TLS_PAGE_HEADERS", &work.tls_page_headers.of_files()),
        ],
    )
}

fn launch(program: &str, before: &[&str], config: &Path, folder: &Path) -> anyhow::Result<Child> {
    let name = Path::new(program).file_stem().unwrap_or_default().display();
    let log = fs::File::create(folder.join(format!("{name}.log")))?;
    let mut command: Command = pinned(SERVERS, Path::new(program));
    command.args(before).arg(config).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    command.spawn().with_context(|| format!("start {program}"))
}

fn filled(asset: &str, values: &[(&str, &str)]) -> anyhow::Result<String> {
    let path = Path::new(ASSETS).join(asset);
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    Ok(values.iter().fold(text, |text, (name, value)| text.replace(&format!("@{name}@"), value)))
}

fn written(folder: &Path, name: &str, text: &str) -> anyhow::Result<PathBuf> {
    let path = folder.join(name);
    fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
    Ok(path)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

//! The floor and the null answer as processes, on the servers' processor.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::launch::{SERVERS, myself};
use super::ports::Port;
use crate::until;

const UP_BOUND: Duration = Duration::from_secs(10);

/// A server that is there to be compared with. Ends when it is dropped.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
}

impl Server {
    /// A bare epoll loop that answers these bytes; they are kept in `file`.
    ///
    /// # Errors
    /// It did not start.
    pub async fn floor(file: &Path, answer: &[u8]) -> anyhow::Result<Self> {
        fs::write(file, answer).with_context(|| format!("write {}", file.display()))?;
        let mut command = myself(SERVERS, "floor")?;
        command.arg("--answer").arg(file);
        Self::start(command).await
    }

    /// Bare hyper, with answers of so many bytes.
    ///
    /// # Errors
    /// It did not start.
    pub async fn null(bytes: usize) -> anyhow::Result<Self> {
        let mut command = myself(SERVERS, "null")?;
        command.args(["--bytes", &bytes.to_string()]);
        Self::start(command).await
    }

    /// Its process.
    ///
    /// # Errors
    /// It ended.
    pub fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("a floor or null server has ended")
    }

    async fn start(mut command: Command) -> anyhow::Result<Self> {
        let address = Port::take()?.address();
        let child = command.args(["--listen", &address.to_string()]).spawn()?;
        until::holds("a floor or null server listens", UP_BOUND, || async {
            TcpStream::connect(address).await.is_ok()
        })
        .await?;
        Ok(Self { address, child })
    }
}

//! Connections that have asked once and do nothing since, held by a process of their own.

use std::io::Read as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::Child;

use super::launch::{LOAD, myself};
use super::load::{Answer, from_some_address, page_request};
use super::rows::SMALL;
use super::tls::{HOST, Trust};

const READY: &str = "ready";

/// What the process is told.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// Where the server listens.
    #[arg(long)]
    target: SocketAddr,
    /// How many.
    #[arg(long)]
    connections: u32,
    /// The certificate to trust; without it, no TLS.
    #[arg(long)]
    trust: Option<PathBuf>,
}

/// Opens the connections, says so, and holds them until standard input ends.
///
/// # Errors
/// The server did not answer on one of them.
pub async fn hold(arguments: &Arguments) -> anyhow::Result<()> {
    let trust = arguments.trust.as_deref().map(Trust::in_file).transpose()?;
    let (mut plain, mut secure) = (Vec::new(), Vec::new());
    for at in 0..arguments.connections {
        let stream = from_some_address(at, arguments.target)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream)?;
        if let Some(trust) = &trust {
            let mut stream = trust.connect(stream).await?;
            ask(&mut stream).await?;
            secure.push(stream);
        } else {
            ask(&mut stream).await?;
            plain.push(stream);
        }
    }
    println!("{READY}");
    std::io::stdin().lock().read_to_end(&mut Vec::new())?;
    Ok(())
}

async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> anyhow::Result<()> {
    stream.write_all(&page_request(HOST, SMALL.path)).await?;
    let (mut answer, mut buffer) = (Answer::default(), [0; 8 << 10]);
    loop {
        let read = stream.read(&mut buffer).await?;
        anyhow::ensure!(read > 0, "the server closed an idle connection");
        if let Some(status) = answer.take(&buffer[..read])? {
            anyhow::ensure!(status == 200, "expected 200, found {status}");
            return Ok(());
        }
    }
}

/// The process that holds them. They are closed when it is dropped.
pub struct Idle(Child);

impl Idle {
    /// Opens so many connections.
    ///
    /// # Errors
    /// The server did not take them all.
    pub async fn open(target: SocketAddr, connections: usize, trust: Option<PathBuf>) -> anyhow::Result<Self> {
        let mut command = myself(LOAD, "idle")?;
        command.args(["--target", &target.to_string(), "--connections", &connections.to_string()]);
        if let Some(trust) = trust {
            command.arg("--trust").arg(trust);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("start idle")?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("idle has no output")?).read_line(&mut line).await?;
        anyhow::ensure!(line.trim() == READY, "{connections} idle connections were not taken");
        Ok(Self(child))
    }

    /// Closes them.
    ///
    /// # Errors
    /// The process did not end.
    pub async fn close(mut self) -> anyhow::Result<()> {
        drop(self.0.stdin.take());
        self.0.wait().await?;
        Ok(())
    }
}

//! The load as a process: its arguments on one side, its handle on the other.

use std::io::BufRead as _;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::setpriority_process;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdout};

use super::closed::Closed;
use super::open::Open;
use super::requests::{Kind, Requests};
use crate::bench::launch::{LOAD, myself};
use crate::bench::outcome::Outcome;

/// Says that everything is connected and made.
const READY: &str = "ready";
/// A niceness.
const BEFORE_OTHERS: i32 = -10;

/// What the load process is told.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// Where the server listens.
    #[arg(long)]
    target: SocketAddr,
    /// Keep-alive connections.
    #[arg(long)]
    connections: usize,
    /// How long; without it, until every request was answered.
    #[arg(long)]
    seconds: Option<f64>,
    /// Requests a second that fall due; without it, each connection asks again as soon as it has its answer.
    #[arg(long)]
    rate: Option<f64>,
    #[command(subcommand)]
    kind: Kind,
}

/// Connects, says so, waits for a line on standard input, loads, and prints the [`Outcome`].
///
/// # Errors
/// The server did not answer as it should.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Arguments { target, connections, rate, kind, .. } = arguments;
    let requests = Requests::make(kind, &target.to_string())?;
    let seconds = arguments.seconds.map(Duration::from_secs_f64);
    anyhow::ensure!(seconds.is_some() || requests.end(), "--seconds: expected with a page");
    let outcome = if let Some(rate) = rate {
        let seconds = seconds.context("--seconds: expected with --rate")?;
        let open = Open::connect(*target, *connections, requests, seconds, *rate)?;
        wait_for_the_word()?;
        open.run()?
    } else {
        let closed = Closed::connect(*target, *connections, requests, seconds)?;
        wait_for_the_word()?;
        closed.run()?
    };
    println!("{}", serde_json::to_string(&outcome)?);
    Ok(())
}

fn wait_for_the_word() -> anyhow::Result<()> {
    // What else is on this processor gives way, so that the load keeps its pace. Only root may; else it shares.
    let _ = setpriority_process(None, BEFORE_OTHERS);
    println!("{READY}");
    std::io::stdin().lock().read_line(&mut String::new())?;
    Ok(())
}

/// A load process that is ready to begin.
pub struct Load {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Load {
    /// Starts the process, and waits until it is ready.
    ///
    /// # Errors
    /// It did not connect.
    pub async fn prepare(
        target: SocketAddr,
        connections: usize,
        pace: Option<(f64, f64)>,
        kind: &Kind,
    ) -> anyhow::Result<Self> {
        let mut command = myself(LOAD, "load")?;
        command.args(["--target", &target.to_string(), "--connections", &connections.to_string()]);
        if let Some((rate, seconds)) = pace {
            command.args(["--rate", &rate.to_string(), "--seconds", &seconds.to_string()]);
        }
        command.args(words(kind));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("start the load")?;
        let mut output = BufReader::new(child.stdout.take().context("the load has no output")?);
        let mut line = String::new();
        output.read_line(&mut line).await?;
        anyhow::ensure!(line.trim() == READY, "the load did not begin: {line:?}");
        Ok(Self { child, output })
    }

    /// Gives it the word, and waits for what comes of it.
    ///
    /// # Errors
    /// The server did not answer as it should.
    pub async fn run(mut self) -> anyhow::Result<Outcome> {
        let mut word = self.child.stdin.take().context("the load has no input")?;
        word.write_all(b"\n").await?;
        let mut text = String::new();
        self.output.read_to_string(&mut text).await?;
        let status = self.child.wait().await?;
        anyhow::ensure!(status.success(), "the load ended with {status}");
        serde_json::from_str(&text).with_context(|| format!("the load: expected an outcome, found {text:?}"))
    }
}

fn words(kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Page { host, path } => ["page", "--host", host, "--path", path].map(str::to_owned).into(),
        Kind::Orders { key, sale, skus, first, count } => [
            "orders".to_owned(),
            format!("--key={}", key.display()),
            format!("--sale={sale}"),
            format!("--skus={}", skus.join(",")),
            format!("--first={first}"),
            format!("--count={count}"),
        ]
        .into(),
    }
}

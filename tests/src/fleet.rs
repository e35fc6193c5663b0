//! One allocator and some edges as real processes on loopback, with their files under one folder.
//!
//! Owns the processes: whatever it started is dead when it is dropped, or when this process is gone.

mod addresses;
mod files;
mod ports;
mod process;

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::Signal;

pub use self::addresses::{Addresses, AllocatorAddresses, EdgeAddresses};
pub use self::files::Folder;
pub use self::ports::Ports;
use self::process::Process;
pub use self::process::{Death, binary, dies_with_parent};
use crate::until;
use crate::web::Web;

/// Until a started process must be ready.
const READY_BOUND: Duration = Duration::from_secs(20);
/// Until a process that was asked to stop must be gone.
const STOP_BOUND: Duration = Duration::from_secs(20);

/// One of the fleet's processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// The allocator.
    Allocator,
    /// An edge, by its place in [`Addresses::edges`].
    Edge(usize),
}

/// The running fleet.
pub struct Fleet {
    folder: Folder,
    addresses: Addresses,
    allocator: Process,
    edges: Vec<Process>,
    web: Web,
}

impl Fleet {
    /// Writes the configuration files under `folder`, starts everything, and waits until all are up. The edges are
    /// [ready](Self::all_ready) once there is a sale.
    ///
    /// # Errors
    /// A file could not be written, or a process did not come up.
    pub async fn start(folder: &Path, edges: usize, ports: &Ports) -> anyhow::Result<Self> {
        Self::start_with(folder, edges, ports, &|_, _| {}).await
    }

    /// As [`start`](Self::start), with the configuration of each process changed before it is written.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_with(
        folder: &Path,
        edges: usize,
        ports: &Ports,
        change: &dyn Fn(&str, &mut toml::Table),
    ) -> anyhow::Result<Self> {
        let mut fleet = Self::prepared(folder, Addresses::on(ports, edges), change)?;
        fleet.start_all().await?;
        Ok(fleet)
    }

    /// A fleet with its files written, and nothing started.
    ///
    /// # Errors
    /// A file could not be written.
    pub fn prepared(
        folder: &Path,
        addresses: Addresses,
        change: &dyn Fn(&str, &mut toml::Table),
    ) -> anyhow::Result<Self> {
        let folder = Folder::create(folder, &addresses, change)?;
        let allocator = Process::new("doorbuster-allocator", "allocator", &folder);
        let edges = addresses.edges.iter().map(|edge| Process::new("doorbuster-edge", &edge.id, &folder)).collect();
        Ok(Self { folder, addresses, allocator, edges, web: Web::default() })
    }

    /// Starts everything, and waits until all are up.
    ///
    /// # Errors
    /// A process did not come up.
    pub async fn start_all(&mut self) -> anyhow::Result<()> {
        for member in self.members() {
            self.launch(member)?;
        }
        for member in self.members() {
            self.answers(member, "livez").await?;
        }
        Ok(())
    }

    /// A fleet with fresh data and free ports, for a test.
    ///
    /// # Errors
    /// As [`Fleet::start`].
    pub async fn fresh(folder: &Path, edges: usize) -> anyhow::Result<Self> {
        Self::start(folder, edges, &Ports::free(edges)?).await
    }

    /// Where everything listens.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Where its files are.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The allocator, then every edge.
    pub fn members(&self) -> Vec<Member> {
        std::iter::once(Member::Allocator).chain((0..self.edges.len()).map(Member::Edge)).collect()
    }

    /// Publishes a sale as an operator does, and gives what the command printed.
    ///
    /// # Errors
    /// The command could not be run.
    pub async fn publish(&self, sale: &Path) -> anyhow::Result<Output> {
        let console = self.addresses.allocator.console.as_str();
        let mut command = tokio::process::Command::new(binary("doorbuster-allocator")?);
        command.args(["publish", "--console", console]).arg(sale);
        command.output().await.context("run doorbuster-allocator publish")
    }

    /// Starts a process that does not run, and does not wait for it.
    ///
    /// # Errors
    /// The program could not be run.
    pub fn launch(&mut self, member: Member) -> anyhow::Result<()> {
        self.process(member).launch()
    }

    /// Sets what a process finds in its environment from its next start on.
    pub fn set_environment(&mut self, member: Member, environment: Vec<(String, String)>) {
        self.process(member).set_environment(environment);
    }

    /// Starts a process that does not run, and waits until it is ready.
    ///
    /// # Errors
    /// It did not become ready.
    pub async fn restart(&mut self, member: Member) -> anyhow::Result<()> {
        self.launch(member)?;
        self.answers(member, "readyz").await
    }

    /// Kills a process with SIGKILL, and waits until it is gone.
    ///
    /// # Errors
    /// It could not be waited for.
    pub async fn kill(&mut self, member: Member) -> anyhow::Result<()> {
        self.process(member).kill().await
    }

    /// Sends a process a signal, if it runs.
    ///
    /// # Errors
    /// The system refused.
    pub fn signal(&mut self, member: Member, signal: Signal) -> anyhow::Result<()> {
        self.process(member).signal(signal)
    }

    /// Asks a process to stop with SIGTERM, and waits until it is gone.
    ///
    /// # Errors
    /// It was not gone in time, and has been killed.
    pub async fn terminate(&mut self, member: Member) -> anyhow::Result<()> {
        self.process(member).terminate(STOP_BOUND).await
    }

    /// Stops everything with SIGTERM: the edges together, then the allocator.
    ///
    /// # Errors
    /// A process was not gone in time, and has been killed.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        for edge in &self.edges {
            edge.signal(Signal::TERM)?;
        }
        for member in self.members().into_iter().rev() {
            self.terminate(member).await?;
        }
        Ok(())
    }

    /// Waits until every process says that it is ready.
    ///
    /// # Errors
    /// One was not ready in time, or died.
    pub async fn all_ready(&mut self) -> anyhow::Result<()> {
        for member in self.members() {
            self.answers(member, "readyz").await?;
        }
        Ok(())
    }

    /// Whether every process says that it is ready.
    pub async fn is_ready(&self) -> bool {
        for member in self.members() {
            let answer = self.web.get(&format!("{}/readyz", self.addresses.admin(member))).await;
            if !answer.is_ok_and(|answer| answer.status == 200) {
                return false;
            }
        }
        true
    }

    /// Waits until a process answers a probe with yes.
    async fn answers(&mut self, member: Member, probe: &str) -> anyhow::Result<()> {
        let url = format!("{}/{probe}", self.addresses.admin(member));
        let web = self.web.clone();
        let process = self.process(member);
        let what = format!("{} answers {probe}", process.name());
        let found = until::found(&what, READY_BOUND, || {
            let died = process.death();
            let (web, url) = (web.clone(), url.clone());
            async move {
                match died {
                    Some(death) => Some(Err(death)),
                    None => web.get(&url).await.is_ok_and(|answer| answer.status == 200).then_some(Ok(())),
                }
            }
        });
        match found.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(death)) => anyhow::bail!("{death}"),
            Err(late) => Err(late.context(self.process(member).last_words())),
        }
    }

    /// The first process that died without being asked to.
    pub fn death(&mut self) -> Option<Death> {
        self.members().into_iter().find_map(|member| self.process(member).death())
    }

    /// How a process ended without being asked to; nothing while it runs.
    pub fn death_of(&mut self, member: Member) -> Option<Death> {
        self.process(member).death()
    }

    /// The process ids of everything that runs.
    pub fn pids(&self) -> Vec<u32> {
        std::iter::once(&self.allocator).chain(&self.edges).filter_map(Process::pid).collect()
    }

    /// A process's name.
    pub fn name(&self, member: Member) -> &str {
        match member {
            Member::Allocator => "allocator",
            Member::Edge(at) => &self.addresses.edges[at].id,
        }
    }

    /// The folder of a process's own data.
    pub fn data(&self, member: Member) -> PathBuf {
        self.folder.data(self.name(member))
    }

    fn process(&mut self, member: Member) -> &mut Process {
        match member {
            Member::Allocator => &mut self.allocator,
            Member::Edge(at) => &mut self.edges[at],
        }
    }
}

//! One process of the fleet: its program, its log, its life.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::Folder;

/// Lines of a log that are shown of a process that died.
const LAST_LINES: usize = 12;
/// Makes the kernel kill the child when this process is gone, however it goes.
const DIE_WITH_PARENT: &str = "/usr/bin/setpriv";

pub(super) struct Process {
    program: &'static str,
    name: String,
    config: PathBuf,
    log: PathBuf,
    environment: Vec<(String, String)>,
    child: Option<Child>,
}

/// A process that ended without being asked to.
#[derive(Debug, Clone)]
pub struct Death {
    name: String,
    status: ExitStatus,
    last_words: String,
}

impl Death {
    /// Whether it ended itself by `abort`, or could not start.
    pub fn is_abort_or_failed_start(&self) -> bool {
        self.status.signal() == Some(Signal::ABORT.as_raw()) || self.status.code() == Some(1)
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ended by itself ({}). {}", self.name, self.status, self.last_words)
    }
}

impl Process {
    pub(super) fn new(program: &'static str, name: &str, folder: &Folder) -> Self {
        let (config, log) = (folder.config(name), folder.log(name));
        Self { program, name: name.to_owned(), config, log, environment: Vec::new(), child: None }
    }

    pub(super) fn set_environment(&mut self, environment: Vec<(String, String)>) {
        self.environment = environment;
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.child.as_ref()?.id()
    }

    pub(super) fn launch(&mut self) -> anyhow::Result<()> {
        anyhow::ensure!(self.child.is_none(), "{} runs already", self.name);
        let log = self.open_log()?;
        let child = dies_with_parent(&binary(self.program)?)
            .arg("--config")
            .arg(&self.config)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // Ctrl-C reaches a terminal's whole process group; the fleet must outlive it to drain.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("start {}", self.program))?;
        self.child = Some(child);
        Ok(())
    }

    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await.with_context(|| format!("kill {}", self.name))?;
        }
        Ok(())
    }

    pub(super) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let pid = self.pid().and_then(|pid| Pid::from_raw(pid.cast_signed()));
        pid.map_or(Ok(()), |pid| kill_process(pid, signal)).with_context(|| format!("signal {}", self.name))
    }

    pub(super) async fn terminate(&mut self, bound: Duration) -> anyhow::Result<()> {
        self.signal(Signal::TERM)?;
        let Some(mut child) = self.child.take() else { return Ok(()) };
        if let Ok(ended) = tokio::time::timeout(bound, child.wait()).await {
            let status = ended?;
            anyhow::ensure!(status.success(), "{} ended with {status}. {}", self.name, self.last_words());
            return Ok(());
        }
        child.kill().await?;
        anyhow::bail!("{} did not stop within {bound:?}. {}", self.name, self.last_words())
    }

    pub(super) fn death(&mut self) -> Option<Death> {
        let status = self.child.as_mut()?.try_wait().ok()??;
        self.child = None;
        Some(Death { name: self.name.clone(), status, last_words: self.last_words() })
    }

    pub(super) fn last_words(&self) -> String {
        let text = fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let mut lines: Vec<_> = text.lines().rev().take(LAST_LINES).collect();
        lines.reverse();
        format!("Last lines of {}:\n  {}", self.log.display(), lines.join("\n  "))
    }

    fn open_log(&self) -> anyhow::Result<File> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        log.with_context(|| format!("open {}", self.log.display()))
    }
}

/// One of Doorbuster's programs, in the folder that this program was built into.
///
/// # Errors
/// It is not there.
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.parent().context("this program is in no folder")?;
    let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    let found = folder.join(name);
    anyhow::ensure!(found.exists(), "{} is not built: run `make build`", found.display());
    Ok(found)
}

/// A command for a program that is killed when this process is gone, however it goes.
pub fn dies_with_parent(program: &Path) -> Command {
    if !Path::new(DIE_WITH_PARENT).exists() {
        return Command::new(program);
    }
    let mut command = Command::new(DIE_WITH_PARENT);
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

//! Reads the configuration, the sites and the certificate anew while the edge serves: checked whole, then swapped whole. What
//! is wrong is said, and everything stays as it was.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use doorbuster_config::in_lines;
use tracing::{error, info, warn};

use crate::access::AccessLog;
use crate::config::Config;
use crate::http;
use crate::http::{Certificate, Current, Live};
use crate::origin::Meters;
use crate::service_manager::ServiceManager;
use crate::watch::{Trigger, Triggers};

/// What a reload needs.
#[derive(Debug)]
pub struct Reload {
    /// The configuration file.
    pub path: PathBuf,
    /// What was read of it last.
    pub running: Config,
    /// Where the new snapshot goes.
    pub current: Current,
    /// The certificate that is shown, if there is encryption.
    pub certificate: Option<Certificate>,
    /// The origins' figures.
    pub meters: Meters,
    /// Opened anew on SIGHUP.
    pub access_log: AccessLog,
    /// Is told of each reload.
    pub manager: Arc<ServiceManager>,
}

/// Why everything stayed as it was.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Config(#[from] doorbuster_config::Error),
    #[error("{0}")]
    Sites(String),
    #[error(transparent)]
    Certificate(#[from] http::TlsError),
}

impl Reload {
    /// The files that tell, when they change, that there is something to read.
    pub fn files(path: PathBuf, config: &Config) -> Vec<PathBuf> {
        let tls = config.http.tls.iter().flat_map(|tls| [tls.certificate.clone(), tls.key.clone()]);
        let roots = config.live.sites.iter().filter_map(|site| site.root.clone());
        [path].into_iter().chain(tls).chain(roots).collect()
    }

    /// Reloads whenever it is asked to. Ends by being dropped.
    pub async fn run(mut self, mut triggers: Triggers) {
        loop {
            let trigger = triggers.next().await;
            if trigger == Trigger::Hangup {
                self.access_log.reopen();
            }
            self.manager.reloading();
            self = tokio::task::spawn_blocking(move || self.once()).await.expect("a panic ends the process");
            triggers.watch(Self::files(self.path.clone(), &self.running));
            self.manager.ready("serving");
        }
    }

    fn once(mut self) -> Self {
        match self.read() {
            Ok(config) => {
                self.running = config;
                info!(path = %self.path.display(), "configuration reloaded");
            }
            Err(refused) => {
                error!(error = &refused as &dyn std::error::Error, "reload refused, everything stays as it was");
            }
        }
        self
    }

    fn read(&self) -> Result<Config, Error> {
        let config = Config::load(&self.path)?;
        let before = self.current.get();
        let live = Live::build(&config.live, &config.http, &self.meters, SystemTime::now(), Some(&before))
            .map_err(|faults| Error::Sites(in_lines(&faults)))?;
        let certificate = match (&self.certificate, &config.http.tls) {
            (Some(_), Some(tls)) => Some(Certificate::read(&tls.certificate, &tls.key)?),
            _ => None,
        };
        // From here on nothing can fail.
        if let (Some(shown), Some(new)) = (&self.certificate, &certificate) {
            shown.swap(new);
        }
        self.current.swap(live);
        for field in needs_restart(&self.running, &config) {
            warn!(field, "changed, which counts from the next start on");
        }
        Ok(config)
    }
}

/// What a running edge cannot change, and the file does.
fn needs_restart<'f>(running: &Config, file: &Config) -> Vec<&'f str> {
    let changed = [
        ("edge", running.edge != file.edge),
        ("data", running.data != file.data),
        ("http", !running.http.listens_like(&file.http)),
        ("admin", running.admin != file.admin),
        ("link", running.link != file.link),
        ("login", running.login != file.login),
        ("log", running.log != file.log),
        ("access_log", running.access_log != file.access_log),
    ];
    changed.into_iter().filter(|(_, is)| *is).map(|(field, _)| field).collect()
}

//! The whole service: opened from a configuration, run until a signal, drained.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use doorbuster_allocator_core::{Allocator, RecoverError, Settings};
use doorbuster_proto::{EdgeId, Instance};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::admin::{self, Metrics};
use crate::config::Config;
use crate::console::Console;
use crate::grpc;
use crate::ledger::{Ledger, Owner, Parts, Publishing};
use crate::publish::RenderError;
use crate::sites::Sites;
use crate::store::{self, Backups, LedgerStore as _, RocksStore, settle_presentations};

/// What is not drained by then is cut off.
const DRAIN_WITHIN: Duration = Duration::from_secs(5);

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A port cannot be had.
    #[error("cannot listen on {at}")]
    Listen {
        /// Which.
        at: SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
    /// The ledger cannot be opened or read.
    #[error("cannot open the ledger")]
    Open(#[from] store::Error),
    /// The ledger's folder cannot be made.
    #[error("cannot make the folder {}", path.display())]
    Folder {
        /// Where.
        path: std::path::PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The shop's templates are wrong.
    #[error("the shop cannot be rendered")]
    Render(#[from] RenderError),
    /// A listener failed while it ran.
    #[error("a listener failed")]
    Serve(#[from] std::io::Error),
    /// The gRPC transport failed while it ran.
    #[error("the gRPC listener failed")]
    Grpc(#[from] tonic::transport::Error),
}

/// An allocator with its ports bound and its ledger loaded.
pub struct Service {
    config: Config,
    listeners: Listeners,
    ledger: Ledger,
    backups: Backups,
    owner: JoinHandle<()>,
    sites: Sites,
    metrics: Arc<Metrics>,
}

/// Where a service listens.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// For edges.
    pub grpc: SocketAddr,
    /// For operators.
    pub console: SocketAddr,
    /// For probes and the scraper.
    pub admin: SocketAddr,
}

struct Listeners {
    grpc: TcpListener,
    console: TcpListener,
    admin: TcpListener,
}

impl Service {
    /// Binds the ports, then loads the ledger and starts its owner.
    ///
    /// # Errors
    /// [`Error`], before anything was written where a port is taken.
    pub async fn open(config: Config) -> Result<Self, Error> {
        let listeners = Listeners {
            grpc: listen(config.grpc.listen).await?,
            console: listen(config.console).await?,
            admin: listen(config.admin).await?,
        };
        let (orders, sites) = Sites::start(config.edges.keys().cloned().collect())?;
        let metrics = Arc::new(Metrics::default());
        let (parts, backups) = load(&config, orders, metrics.clone())?;
        let (owner, ledger) = Owner::new(parts);
        let owner = std::thread::Builder::new().name("ledger".into()).spawn(|| owner.run())?;
        tracing::info!(
            grpc = %config.grpc.listen, console = %config.console, admin = %config.admin,
            environment = %config.environment, edges = config.edges.len(), "allocator serves"
        );
        Ok(Self { config, listeners, ledger, backups, owner, sites, metrics })
    }

    /// Where it listens: as configured, with the port that the system chose where the configuration says 0.
    ///
    /// # Errors
    /// What the sockets say.
    pub fn addresses(&self) -> std::io::Result<Addresses> {
        let Listeners { grpc, console, admin } = &self.listeners;
        Ok(Addresses { grpc: grpc.local_addr()?, console: console.local_addr()?, admin: admin.local_addr()? })
    }

    /// Serves until the shutdown, then drains.
    ///
    /// # Errors
    /// [`Error`] where a listener fails.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
        let (end, ending) = watch::channel(false);
        let Self { config, listeners, ledger, backups, owner, sites, metrics } = self;
        let mut serving: JoinSet<Result<(), Error>> = JoinSet::new();
        let console = Console::new(ledger.clone(), backups, config.traits, ending.clone());
        let console = console.run(listeners.console, ended(ending.clone()));
        serving.spawn(async { Ok(console.await?) });
        let grpc = grpc::run(listeners.grpc, config.grpc.secret, ledger.clone(), sites, ended(ending.clone()));
        serving.spawn(async { Ok(grpc.await?) });
        let (watched, asked) = (ending.clone(), ledger.clone());
        serving.spawn(async move {
            let environment = config.environment;
            Ok(admin::run(listeners.admin, &metrics, environment, asked, watched, ended(ending)).await?)
        });
        let failed = tokio::select! {
            () = shutdown => Ok(()),
            Some(first) = serving.join_next() => first.expect("a listener does not panic"),
        };
        tracing::info!("draining");
        ledger.stop().await;
        // The owner's end ends every session, without which the gRPC listener would not drain.
        tokio::task::spawn_blocking(move || owner.join()).await.ok();
        end.send_replace(true);
        if tokio::time::timeout(DRAIN_WITHIN, serving.join_all()).await.is_err() {
            tracing::warn!("not everything drained in time");
        }
        failed
    }
}

async fn listen(at: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(at).await.map_err(|source| Error::Listen { at, source })
}

async fn ended(mut ending: watch::Receiver<bool>) {
    // A sender that is gone has ended too.
    let _ = ending.wait_for(|ending| *ending).await;
}

fn load(
    config: &Config,
    orders: watch::Sender<crate::sites::Order>,
    metrics: Arc<Metrics>,
) -> Result<(Parts, Backups), Error> {
    let path = config.data.clone();
    std::fs::create_dir_all(&path).map_err(|source| Error::Folder { path: path.clone(), source })?;
    let mut store = RocksStore::open(&path)?;
    let image = store.load()?;
    let presentations = settle_presentations(&mut store, &image)?;
    tracing::info!(data = %path.display(), sales = image.sales.len(), orders = image.orders.len(), "ledger loaded");
    let settings = Settings {
        edges: config.edges.values().cloned().collect(),
        evict_after_ms: config.evict_after_ms,
        policy: config.policy,
        guides: true,
    };
    let core = Allocator::recover(settings, instance(), image);
    let core = core.map_err(|RecoverError::Damaged(found)| store::Error::damaged(&path, &found))?;
    let publishing = Publishing::new(presentations, orders);
    publishing.render(core.image().site(), &core);
    let backups = store.backups();
    Ok((Parts { core, store: Box::new(store), publishing, shops: shops(config), metrics }, backups))
}

/// Where each edge serves shoppers, if that is to be shown.
fn shops(config: &Config) -> BTreeMap<EdgeId, Option<String>> {
    config.edges.iter().map(|(id, edge)| (id.clone(), edge.shop.clone())).collect()
}

fn instance() -> Instance {
    Instance(getrandom::u64().expect("the system gives random numbers"))
}

#[cfg(test)]
mod tests;

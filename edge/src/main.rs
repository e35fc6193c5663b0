//! Wires the edge: parses, builds, serves until a signal, drains in order.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context as _;
use clap::Parser;
use doorbuster_config::{in_lines, log};
use doorbuster_edge::access::{self, AccessLog};
use doorbuster_edge::admin::{self, Health, Metrics};
use doorbuster_edge::config::Config;
use doorbuster_edge::gate::Gate;
use doorbuster_edge::http::{self, Counts, Current, Front, Live, Shop};
use doorbuster_edge::link::{self, Link};
use doorbuster_edge::origin::Meters;
use doorbuster_edge::pages::Pages;
use doorbuster_edge::reload::Reload;
use doorbuster_edge::service_manager::ServiceManager;
use doorbuster_edge::sockets::Inherited;
use doorbuster_edge::stock::{self, StockOptions};
use doorbuster_edge::watch::Triggers;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tracing::{info, warn};

/// Requests and orders are many small pieces of memory that one thread asks for and another gives back.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Serves a flash sale's pages, and sells the stock that it holds itself.
///
/// An allocator hands the stock out and publishes the pages; this edge connects to it. SIGTERM and SIGINT end it after
/// the requests in hand, with its orders shipped as far as the allocator takes them.
#[derive(Debug, Parser)]
#[command(name = "doorbuster-edge", version)]
#[command(after_help = "Examples:\n  \
    doorbuster-edge --config config/edge.toml\n  \
    doorbuster-edge --config config/edge.toml --check-config")]
struct Cli {
    /// The configuration file. Paths in it are relative to its folder.
    #[arg(long, value_name = "FILE", default_value = "edge.toml")]
    config: PathBuf,
    /// Checks the configuration, says all that is wrong with it, and ends.
    #[arg(long)]
    check_config: bool,
}

fn main() -> ExitCode {
    match start(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(cli: &Cli) -> anyhow::Result<()> {
    let config = Config::load(&cli.config)?;
    let gate = Gate::open(&config.login)?;
    if cli.check_config {
        println!("{} is right: {} serves shoppers on {}", cli.config.display(), config.edge, config.http.listen);
        return Ok(());
    }
    log::to_stderr(&config.log);
    abort_on_panic();
    // Before there is any thread: taking them changes the environment.
    let inherited = Inherited::receive()?;
    // Shoppers have threads of their own; what is left has time, and passes messages on without waking another thread.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("cannot start a runtime")?.block_on(run(cli.config.clone(), config, gate, inherited))
}

async fn run(path: PathBuf, config: Config, gate: Gate, mut inherited: Inherited) -> anyhow::Result<()> {
    let stop = stop_signal().context("cannot listen for signals")?;
    let triggers = Triggers::listen(Reload::files(path.clone(), &config)).context("cannot watch for changes")?;
    let manager = Arc::new(ServiceManager::from_environment());
    let metrics = Metrics::default();
    let meters = metrics.register(Meters::register);
    let live = Live::build(&config.live, &config.http, &meters, SystemTime::now(), None);
    let current = Current::new(live.map_err(|faults| anyhow::anyhow!(in_lines(&faults)))?);
    let http = http::Bound::bind(config.http.clone(), &mut inherited)?;
    let admin = admin::Bound::bind(&config.admin, &mut inherited)?;
    inherited.unused().for_each(|name| warn!(name, "a socket of the service manager's has no listener"));
    let (log, log_writer) = open_access_log(config.access_log.as_ref(), &metrics)?;
    let pages = Pages::open(&config.data.join("site"))?;
    let options = StockOptions {
        path: config.data.join("stock"),
        edge: config.edge.clone(),
        reserve_bytes: config.reserve_bytes,
        park_ms_max: config.park_ms_max,
    };
    let (stock, owner, ends) = stock::start(options)?;
    let options = link::Options {
        edge: config.edge.clone(),
        allocator: config.link.allocator.clone(),
        secret_file: config.link.secret_file.clone(),
    };
    let link = Link::new(options, ends, pages.clone())?;
    metrics.register(|registry| stock.register(registry));
    let counts = metrics.register(Counts::register);
    let health = Health::new(stock.clone(), pages.clone());
    info!(edge = %config.edge, http = %http.address(), https = ?http.encrypted_address(), admin = %admin.address(), "listening");

    let (close_link, link_closed) = closing();
    let link = tokio::spawn(link.run(link_closed));
    let (close_admin, admin_closed) = closing();
    let admin = tokio::spawn(admin.run(health, metrics, admin_closed));
    let reload = Reload {
        path,
        running: config,
        current: current.clone(),
        certificate: http.certificate(),
        meters,
        access_log: log.clone(),
        manager: Arc::clone(&manager),
    };
    let reloads = tokio::spawn(reload.run(triggers));
    let watched = Arc::clone(&manager);
    let watchdog = tokio::spawn(async move { watched.keep_watchdog(|| true).await });
    manager.ready("serving");
    let told = Arc::clone(&manager);
    let stop = async move {
        stop.await;
        told.stopping("draining");
    };
    Front::new(Shop::new(stock, pages, gate, counts), current, log).serve(http, stop).await?;
    reloads.abort();

    // No shopper is left; what they bought goes to the ledger while there is a link to carry it.
    owner.drain().await;
    drop(close_link);
    link.await?;
    owner.stop().await;
    drop(close_admin);
    admin.await?;
    watchdog.abort();
    let _ = reloads.await;
    if let Some(writer) = log_writer {
        writer.finish();
    }
    info!("stopped");
    Ok(())
}

fn open_access_log(
    config: Option<&access::Config>,
    metrics: &Metrics,
) -> anyhow::Result<(AccessLog, Option<access::Writer>)> {
    let Some(config) = config else { return Ok((AccessLog::off(), None)) };
    let (log, writer) = metrics.register(|registry| AccessLog::start(config, registry))?;
    Ok((log, Some(writer)))
}

/// A handle whose drop completes the future.
fn closing() -> (oneshot::Sender<()>, impl Future<Output = ()> + Send + 'static) {
    let (handle, dropped) = oneshot::channel();
    (handle, async { drop(dropped.await) })
}

fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => info!("terminated, draining"),
            _ = interrupted.recv() => info!("interrupted, draining"),
        }
    })
}

/// A thread that panicked left its state half changed: the next start reads what is durable.
fn abort_on_panic() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!(%panic, "panicked, aborting");
        told(panic);
        std::process::abort();
    }));
}

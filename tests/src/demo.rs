//! The demo: starts a fleet, publishes a sale, tells how it goes, and drains everything at the end.

mod audience;
mod options;
mod report;
mod signals;
mod status;
mod welcome;

use std::fs;
use std::time::Duration;

use anyhow::Context as _;
use tokio::time::{MissedTickBehavior, interval};

use self::audience::Audience;
pub use self::options::Options;
use self::options::Sale;
use self::signals::Signals;
use crate::console::{Console, Report};
use crate::fleet::{Fleet, Ports};

/// Until a closed sale must be settled: the edges return what is left within moments.
const SETTLE_BOUND: Duration = Duration::from_secs(30);

/// How a demo ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The sale was settled, and every process stopped by itself.
    Drained,
    /// Asked twice to stop: everything was killed at once.
    Killed,
}

/// Runs the demo until it is asked to stop.
///
/// # Errors
/// Something could not be started, died, or could not be drained.
pub async fn run(options: Options) -> anyhow::Result<Ended> {
    let mut signals = Signals::install()?;
    let begun = tokio::select! {
        begun = Demo::begin(options) => begun,
        () = signals.next() => return Ok(Ended::Killed),
    };
    let mut demo = begun?;
    demo.show(&mut signals).await?;
    println!("\nClosing the sale and settling it. Ctrl-C again kills everything at once.");
    tokio::select! {
        drained = demo.drain() => drained.map(|()| Ended::Drained),
        () = signals.next() => Ok(Ended::Killed),
    }
}

struct Demo {
    options: Options,
    sale: Sale,
    fleet: Fleet,
    console: Console,
    audience: Audience,
    reported: Option<Report>,
}

impl Demo {
    async fn begin(options: Options) -> anyhow::Result<Self> {
        let sale = Sale::read(&options.sale)?;
        let configure = |process: &str, config: &mut toml::Table| options.configure(process, config);
        let mut fleet = Fleet::start_with(&options.folder, options.edges, &ports(&options)?, &configure).await?;
        let published = fleet.publish(&options.sale).await?;
        if !published.status.success() {
            let (out, err) = (String::from_utf8_lossy(&published.stdout), String::from_utf8_lossy(&published.stderr));
            anyhow::bail!("the sale was refused\n{out}{err}");
        }
        fleet.all_ready().await?;
        let console = Console::at(&fleet.addresses().allocator.console);
        welcome::print(fleet.addresses(), &sale, &options, fleet.folder());
        write_whole(&fleet.folder().addresses(), &serde_json::to_string_pretty(fleet.addresses())?)?;
        let audience = Audience::invite(options.shoppers, &sale, &console, &fleet).await?;
        Ok(Self { options, sale, fleet, console, audience, reported: None })
    }

    /// Tells how the sale goes until somebody asks to stop, or until it is over where it runs once.
    async fn show(&mut self, signals: &mut Signals) -> anyhow::Result<()> {
        let mut second = interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = signals.next() => return Ok(()),
                _ = second.tick() => {}
            }
            if let Some(death) = self.fleet.death() {
                anyhow::bail!("{death}");
            }
            self.look().await?;
            if self.reported.is_some() && self.options.once {
                return Ok(());
            }
        }
    }

    async fn look(&mut self) -> anyhow::Result<()> {
        let Ok(snapshot) = self.console.snapshot().await else {
            println!("the console does not answer");
            return Ok(());
        };
        let Some(sale) = snapshot.sales.iter().find(|sale| sale.id == self.sale.id) else { return Ok(()) };
        if self.reported.is_none() {
            println!("{}", status::line(&snapshot, sale, self.audience.progress()));
        }
        if sale.state == "settled" && self.reported.is_none() {
            let report = self.console.report(&self.sale.id).await?;
            self.publish_report(report)?;
            if !self.options.once {
                println!("The sale is over; shops and console go on. Ctrl-C stops everything.");
            }
        }
        Ok(())
    }

    async fn drain(&mut self) -> anyhow::Result<()> {
        self.console.close(&self.sale.id).await?;
        let report = self.console.settled(&self.sale.id, SETTLE_BOUND).await?;
        self.audience.leave().await?;
        if self.reported.as_ref() != Some(&report) {
            self.publish_report(report)?;
        }
        self.fleet.stop().await?;
        println!("Every process has stopped.");
        Ok(())
    }

    fn publish_report(&mut self, report: Report) -> anyhow::Result<()> {
        println!("\n{}", report::table(&report));
        write_whole(&self.fleet.folder().report(), &serde_json::to_string_pretty(&report)?)?;
        self.reported = Some(report);
        Ok(())
    }
}

fn ports(options: &Options) -> anyhow::Result<Ports> {
    if let Some(first) = options.first_port {
        return Ports::from_first(first, options.edges);
    }
    Ports::usual(options.edges).or_else(|taken| {
        println!("Of the usual ports, {taken}: free ones are used instead.");
        Ports::free(options.edges)
    })
}

/// Whoever sees the file sees all of it.
fn write_whole(path: &std::path::Path, text: &str) -> anyhow::Result<()> {
    let unfinished = path.with_extension("json.part");
    fs::write(&unfinished, text).with_context(|| format!("write {}", unfinished.display()))?;
    fs::rename(&unfinished, path).with_context(|| format!("write {}", path.display()))
}

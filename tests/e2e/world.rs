//! A fleet with a sale, and the judge at its end.

use std::path::{Path, PathBuf};
use std::time::Duration;

use doorbuster_tests::audit;
use doorbuster_tests::checker::{Facts, gather, judge};
use doorbuster_tests::console::{Console, Report};
use doorbuster_tests::fleet::{Fleet, Member, Ports, binary};
use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::shoppers::{Intent, Log, Outcome, Patience, Shopper, Told};
use doorbuster_tests::until;
use doorbuster_tests::web::Web;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::{Mutex, MutexGuard};

/// Fleets share two cores: one at a time, whatever the number of test threads.
static TURN: Mutex<()> = Mutex::const_new(());

/// Waits until no other fleet runs.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}

/// Until what should happen at once must have happened, on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(20);
/// The id of the sale in every world.
pub(crate) const SALE: &str = "e2e";

pub(crate) struct World {
    pub(crate) fleet: Fleet,
    pub(crate) console: Console,
    pub(crate) web: Web,
    pub(crate) log: Log,
    folder: Option<TempDir>,
    _turn: MutexGuard<'static, ()>,
}

impl World {
    /// A fleet without a sale.
    pub(crate) async fn empty(edges: usize) -> Self {
        Self::empty_with(edges, &|_, _| {}).await
    }

    /// The same, with the configuration of each process changed before it is written.
    pub(crate) async fn empty_with(edges: usize, change: &dyn Fn(&str, &mut toml::Table)) -> Self {
        let turn = turn().await;
        let folder = tempfile::Builder::new().prefix("doorbuster-e2e-").tempdir().unwrap();
        let fleet = Fleet::start_with(folder.path(), edges, &Ports::free(edges).unwrap(), change).await.unwrap();
        let console = Console::at(&fleet.addresses().allocator.console);
        let log = Log::append_to(&fleet.folder().shoppers_log()).unwrap();
        Self { fleet, console, web: Web::default(), log, folder: Some(folder), _turn: turn }
    }

    /// A fleet with a sale that every edge sells by now.
    pub(crate) async fn selling(edges: usize, sale: SaleFile) -> Self {
        Self::selling_with(edges, sale, &|_, _| {}).await
    }

    /// The same, with the configuration of each process changed before it is written.
    pub(crate) async fn selling_with(edges: usize, sale: SaleFile, change: &dyn Fn(&str, &mut toml::Table)) -> Self {
        let mut world = Self::empty_with(edges, change).await;
        let file = sale.write(&world.path().join("sale")).unwrap();
        let published = world.fleet.publish(&file).await.unwrap();
        assert!(published.status.success(), "{}", String::from_utf8_lossy(&published.stderr));
        world.fleet.all_ready().await.unwrap();
        for at in 0..edges {
            world.sells(at).await;
        }
        world
    }

    /// Waits until an edge knows the sale.
    pub(crate) async fn sells(&self, at: usize) {
        let url = format!("{}/api/sales/{SALE}", self.shop(at));
        let looks = || async { self.web.get(&url).await.is_ok_and(|answer| answer.status == 200) };
        until::holds(&format!("edge {at} knows the sale"), SOON, looks).await.unwrap();
    }

    /// Waits until an edge knows that the ledger has all it sold: so many units.
    pub(crate) async fn has_shipped(&self, at: usize, sku: &str, units: u64) {
        let url = format!("{}/metrics", self.fleet.addresses().edges[at].admin);
        let sold = format!("doorbuster_units{{account=\"sold\",sale=\"{SALE}\",sku=\"{sku}\"}} {units}");
        let shows = |text: &str| {
            [sold.as_str(), "doorbuster_up_in_flight 0"].iter().all(|figure| text.lines().any(|line| line == *figure))
        };
        let looks =
            || async { self.web.get(&url).await.is_ok_and(|answer| shows(&String::from_utf8_lossy(&answer.body))) };
        until::holds(&format!("edge {at} has shipped {units} of {sku}"), SOON, looks).await.unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.fleet.folder().path()
    }

    pub(crate) fn shop(&self, at: usize) -> String {
        self.fleet.addresses().edges[at].shop.clone()
    }

    /// One honest shopper's purchase at one edge, kept in the log.
    pub(crate) async fn buy(&self, at: usize, name: &str, sku: &str, units: u64) -> Told {
        self.buy_as(at, intent(name, &format!("key-of-{name}"), sku, units), Patience::default()).await
    }

    /// The same, with a key and patience of its own.
    pub(crate) async fn buy_as(&self, at: usize, intent: Intent, patience: Patience) -> Told {
        let told = Shopper::new(self.web.clone(), &[self.shop(at)], 0, patience).buy(intent).await;
        self.log.add(told.clone()).unwrap();
        told
    }

    /// Closes the sale, waits until it is settled, stops everything, and has the books judged.
    pub(crate) async fn settle(mut self) -> Report {
        let close = || async { self.console.close(SALE).await.is_ok() };
        until::holds("the sale can be closed", SOON, close).await.unwrap();
        self.judged().await
    }

    /// Waits until the sale is settled, stops everything, and has the books judged.
    pub(crate) async fn judged(&mut self) -> Report {
        let report = self.console.settled(SALE, SOON).await.unwrap();
        self.fleet.stop().await.unwrap();
        let facts = self.facts();
        let violations: Vec<_> = judge(&facts).iter().map(ToString::to_string).collect();
        assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
        assert!(report.balanced, "{report:?}");
        for row in &report.skus {
            assert!(row.is_balanced() && row.escrow == 0 && row.quarantine == 0, "{row:?}");
        }
        report
    }

    /// Everything that the judge needs, of processes that have stopped.
    pub(crate) fn facts(&self) -> Facts {
        self.log.told().unwrap();
        let facts = gather(self.path(), true).unwrap();
        self.audit();
        assert!(!facts.accounts.is_empty(), "the judge saw no ledger");
        facts
    }
}

impl World {
    /// Whatever was done to them: the stores prove the eight invariants, as far as stores can.
    fn audit(&self) {
        let edges: Vec<_> = (1..self.fleet.members().len()).map(|n| self.fleet.data(Member::Edge(n - 1))).collect();
        let stores = audit::open(&self.fleet.data(Member::Allocator), &edges).unwrap();
        let reports = audit::look(&stores);
        assert!(reports.iter().all(audit::Report::holds), "{}", audit::tell::reports(&stores, &reports));
    }
}

/// Runs the audit on stores; its exit code, and what it said.
pub(crate) async fn audit(ledger: &Path, edges: &[PathBuf]) -> (i32, String) {
    audit_with(ledger, edges, &[]).await
}

/// The same, with further arguments.
pub(crate) async fn audit_with(ledger: &Path, edges: &[PathBuf], more: &[&str]) -> (i32, String) {
    let mut command = Command::new(binary("audit").unwrap());
    command.arg("--allocator").arg(ledger).args(more);
    for edge in edges {
        command.arg("--edge").arg(edge);
    }
    let output = command.output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), text)
}

impl Drop for World {
    /// What a failed test leaves is worth a look.
    fn drop(&mut self) {
        if let Some(folder) = self.folder.take().filter(|_| std::thread::panicking()) {
            eprintln!("logs and data are kept in {}", folder.keep().display());
        }
    }
}

pub(crate) fn intent(name: &str, key: &str, sku: &str, units: u64) -> Intent {
    Intent { sale: SALE.into(), shopper: name.into(), key: key.into(), sku: sku.into(), units }
}

/// The order that a shopper was told is its own.
pub(crate) fn order(told: &Told) -> String {
    match &told.outcome {
        Outcome::Acknowledged { order } => order.clone(),
        other => panic!("{} was told {other:?}", told.intent.shopper),
    }
}

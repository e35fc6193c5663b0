//! The fleet that is attacked, with everything around it that can fail.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use doorbuster_proto::EdgeId;

use super::disk::{Disk, Loss, Syncs, build_library};
use super::fault::{Fault, Role};
use super::link::Link;
use super::operator::Operator;
use super::plan::{EDGES, Plan};
use super::small_disk::{RESERVE_MB, SmallDisk};
use crate::console::Console;
use crate::dice::Dice;
use crate::fleet::{Addresses, Fleet, Member, Ports};
use crate::sale_file::SaleFile;
use crate::until;

/// The sale of every run.
pub(super) const SALE: &str = "nemesis";
/// Its items, the most wanted first.
pub(super) const SKUS: [&str; 2] = ["lamp", "kettle"];
/// Units of a shopper, over all.
pub(super) const LIMIT: i64 = 2;

/// Until every edge must have the sale's pages: it compresses them first, which takes its time on a busy machine.
const START_BOUND: Duration = Duration::from_secs(90);

/// The fleet, its disks, its links, and what has been done to them.
pub(super) struct Victims {
    pub(super) fleet: Fleet,
    pub(super) operator: Operator,
    pub(super) disks: BTreeMap<Member, Disk>,
    pub(super) links: Vec<Link>,
    pub(super) small: Option<(Member, SmallDisk)>,
    pub(super) dice: Dice,
    /// Processes that do not run, because a fault says so.
    pub(super) down: BTreeSet<Member>,
    /// Processes that may end by themselves: their disk refused a write in this life.
    pub(super) excused: BTreeSet<Member>,
    /// The steps of the plan that are on.
    pub(super) on: BTreeSet<usize>,
    pub(super) done: Done,
}

/// What has been done.
#[derive(Debug, Clone, Default)]
pub(super) struct Done {
    pub(super) faults: BTreeMap<(Fault, Role), u64>,
    pub(super) loss: Loss,
    /// Processes that ended because their disk refused something.
    pub(super) ended_by_disk: u64,
    /// How often each edge lost its disk.
    pub(super) disks_lost: BTreeMap<EdgeId, u64>,
}

impl Victims {
    /// Starts a fleet whose disks, clocks and links are in our hands, with a sale that it knows.
    pub(super) async fn start(folder: &Path, plan: &Plan) -> anyhow::Result<Self> {
        let addresses = Addresses::on(&Ports::free(EDGES)?, EDGES);
        let allocator: SocketAddr = addresses.allocator.grpc.trim_start_matches("http://").parse()?;
        let mut links = Vec::new();
        for _ in 0..EDGES {
            links.push(Link::to(allocator).await?);
        }
        let names: Vec<String> = addresses.edges.iter().map(|edge| edge.id.clone()).collect();
        let change = |process: &str, config: &mut toml::Table| {
            let Some(edge) = names.iter().position(|name| name == process) else { return };
            config["link"]["allocator"] = links[edge].url().into();
            if edge == plan.small_disk {
                config.insert("disk_reserve_mb".into(), RESERVE_MB.into());
            }
        };
        let mut fleet = Fleet::prepared(folder, addresses, &change)?;
        let victim = Member::Edge(plan.small_disk);
        let small = SmallDisk::mount(&fleet.data(victim)).map(|disk| (victim, disk));
        let disks = Self::disks(&mut fleet)?;
        fleet.start_all().await?;
        let operator = Operator::at(Console::at(&fleet.addresses().allocator.console));
        let dice = Dice::new(plan.seed.wrapping_mul(3));
        let (down, excused, on) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let done = Done::default();
        let mut victims = Self { fleet, operator, disks, links, small, dice, down, excused, on, done };
        victims.publish(plan).await?;
        if plan.disks_lie {
            for disk in victims.disks.values_mut() {
                disk.behave(|behaviour| behaviour.syncs = Syncs::Lie)?;
            }
        }
        Ok(victims)
    }

    fn disks(fleet: &mut Fleet) -> anyhow::Result<BTreeMap<Member, Disk>> {
        let folder: PathBuf = fleet.folder().path().join("disks");
        fs::create_dir_all(&folder)?;
        let library = build_library(&folder)?;
        let mut disks = BTreeMap::new();
        for member in fleet.members() {
            let disk = Disk::new(&fleet.data(member), &folder, fleet.name(member))?;
            fleet.set_environment(member, disk.environment(&library));
            disks.insert(member, disk);
        }
        Ok(disks)
    }

    async fn publish(&mut self, plan: &Plan) -> anyhow::Result<()> {
        let mut sale = SaleFile::new(SALE).limit(LIMIT).credit(plan.credit.cast_signed());
        for (sku, supply) in SKUS.into_iter().zip(plan.supply) {
            sale = sale.item(sku, supply.cast_signed(), LIMIT);
        }
        let file = sale.write(&self.fleet.folder().path().join("sale"))?;
        let published = self.fleet.publish(&file).await?;
        anyhow::ensure!(published.status.success(), "publish: {}", String::from_utf8_lossy(&published.stderr));
        until::holds("the fleet shows the sale", START_BOUND, || self.fleet.is_ready()).await
    }

    pub(super) fn disk(&mut self, member: Member) -> &mut Disk {
        self.disks.get_mut(&member).expect("every process has a disk")
    }

    /// The small disk, if this process has it.
    pub(super) fn small_disk(&self, member: Member) -> Option<&SmallDisk> {
        self.small.as_ref().filter(|(owner, _)| *owner == member).map(|(_, disk)| disk)
    }
}

//! How each fault is done, and put right.

use std::time::Duration;

use anyhow::Context as _;
use doorbuster_proto::EdgeId;
use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use super::disk::Syncs;
use super::fault::Fault;
use super::link::Passage;
use super::plan::{Plan, Step};
use super::victims::Victims;
use crate::fleet::Member;
use crate::until;

/// Until a process whose disk failed must be gone.
const ABORT_BOUND: Duration = Duration::from_secs(5);
/// Time between two looks at a fleet that recovers.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Room that is left on a disk that is nearly full: enough to start with.
const ROOM_BYTES: usize = 256 << 10;

impl Victims {
    /// Begins a step of the plan.
    pub(super) async fn inflict(&mut self, plan: &Plan, at: usize) -> anyhow::Result<()> {
        let step @ Step { fault, member, .. } = plan.steps[at];
        self.look_after(member)?;
        if self.down.contains(&member) {
            return Ok(());
        }
        self.on.insert(at);
        match fault {
            Fault::Kill => self.kill(member).await?,
            Fault::PowerCut => self.cut_power(member).await?,
            Fault::Pause => self.fleet.signal(member, Signal::STOP)?,
            Fault::Partition | Fault::Silence | Fault::Delay => self.set_links(plan),
            Fault::DiskFull => self.fill_disk(member).await?,
            Fault::SyncError => self.disk(member).behave(|disk| disk.syncs = Syncs::Fail)?,
            Fault::ClockSkew => self.shift_clock(member, 200..3_000)?,
            Fault::ClockJump => self.shift_clock(member, 20_000..120_000)?,
            Fault::DiskLost => self.lose_disk(member).await?,
            Fault::Eviction => self.operator.evict(self.fleet.name(member)),
        }
        // These two count once they have had their effect.
        if !matches!(fault, Fault::SyncError | Fault::Eviction) {
            self.count(step);
        }
        Ok(())
    }

    /// Puts a step right, if it was done.
    pub(super) async fn mend(&mut self, plan: &Plan, at: usize) -> anyhow::Result<()> {
        if !self.on.remove(&at) {
            return Ok(());
        }
        let step @ Step { fault, member, .. } = plan.steps[at];
        match fault {
            Fault::Kill | Fault::PowerCut | Fault::DiskLost => self.launch(member)?,
            Fault::Pause => self.fleet.signal(member, Signal::CONT)?,
            Fault::Partition | Fault::Silence | Fault::Delay => self.set_links(plan),
            Fault::DiskFull => self.empty_disk(member)?,
            Fault::SyncError => self.mend_syncs(step).await?,
            Fault::ClockSkew | Fault::ClockJump => self.disk(member).behave(|disk| disk.clock_shift_ms = 0)?,
            Fault::Eviction => {}
        }
        Ok(())
    }

    /// Starts what ended by itself, until every process is ready.
    pub(super) async fn recover(&mut self, bound: Duration) -> anyhow::Result<()> {
        let (deadline, members) = (Instant::now() + bound, self.fleet.members());
        loop {
            for member in &members {
                self.look_after(*member)?;
            }
            if self.fleet.is_ready().await {
                return Ok(());
            }
            anyhow::ensure!(Instant::now() < deadline, "the fleet was not ready again within {bound:?}");
            sleep(LOOK_EVERY).await;
        }
    }

    fn launch(&mut self, member: Member) -> anyhow::Result<()> {
        self.down.remove(&member);
        self.excused.remove(&member);
        self.fleet.launch(member)
    }

    /// A process that ended by itself is started again, if its disk explains its end.
    pub(super) fn look_after(&mut self, member: Member) -> anyhow::Result<()> {
        let Some(death) = self.fleet.death_of(member) else { return Ok(()) };
        anyhow::ensure!(self.excused.contains(&member), "{death}");
        self.done.ended_by_disk += 1;
        if self.disks[&member].behaviour().full {
            self.down.insert(member);
            return Ok(());
        }
        self.launch(member)
    }

    fn count(&mut self, step: Step) {
        *self.done.faults.entry((step.fault, step.role())).or_default() += 1;
    }

    async fn kill(&mut self, member: Member) -> anyhow::Result<()> {
        self.down.insert(member);
        self.fleet.kill(member).await
    }

    async fn cut_power(&mut self, member: Member) -> anyhow::Result<()> {
        self.kill(member).await?;
        self.drop_unsynced(member)
    }

    /// Plays a power cut on the files of a process that is gone.
    pub(super) fn drop_unsynced(&mut self, member: Member) -> anyhow::Result<()> {
        let disk = self.disks.get_mut(&member).expect("every process has a disk");
        let loss = disk.cut_power(&mut self.dice)?;
        self.done.loss.bytes += loss.bytes;
        self.done.loss.names += loss.names;
        Ok(())
    }

    async fn lose_disk(&mut self, member: Member) -> anyhow::Result<()> {
        self.kill(member).await?;
        let edge: EdgeId = self.fleet.name(member).parse()?;
        self.operator.disk_lost(edge.as_str());
        *self.done.disks_lost.entry(edge).or_default() += 1;
        self.disk(member).wipe()
    }

    /// A small disk is filled while its process is down, since a log takes its room beforehand; elsewhere writes fail.
    async fn fill_disk(&mut self, member: Member) -> anyhow::Result<()> {
        self.excused.insert(member);
        if self.small_disk(member).is_none() {
            return self.disk(member).behave(|disk| disk.full = true);
        }
        self.fleet.kill(member).await?;
        self.small_disk(member).expect("it was there just now").fill(ROOM_BYTES)?;
        self.fleet.launch(member)
    }

    fn empty_disk(&mut self, member: Member) -> anyhow::Result<()> {
        if let Some(disk) = self.small_disk(member) {
            disk.empty()?;
        }
        self.disk(member).behave(|disk| disk.full = false)?;
        if self.down.contains(&member) { self.launch(member) } else { self.look_after(member) }
    }

    /// After a failed sync nobody knows what the kernel kept: a process that goes on would lie.
    async fn mend_syncs(&mut self, step: Step) -> anyhow::Result<()> {
        let member = step.member;
        if self.disks[&member].failed_syncs()? == 0 {
            return self.disk(member).behave(|disk| disk.syncs = Syncs::Work);
        }
        let fleet = &mut self.fleet;
        let gone = until::found("a process whose sync failed is gone", ABORT_BOUND, || {
            std::future::ready(fleet.death_of(member))
        });
        let death = gone.await.context("a sync failed, and the process goes on")?;
        anyhow::ensure!(death.is_abort_or_failed_start(), "a sync failed: expected an abort, found: {death}");
        self.count(step);
        self.done.ended_by_disk += 1;
        self.disk(member).behave(|disk| disk.syncs = Syncs::Work)?;
        self.drop_unsynced(member)?;
        self.launch(member)
    }

    fn shift_clock(&mut self, member: Member, by_ms: std::ops::Range<u64>) -> anyhow::Result<()> {
        let (shift, back) = (self.dice.within(by_ms).cast_signed(), self.dice.chance(50));
        self.disk(member).behave(|disk| disk.clock_shift_ms = if back { -shift } else { shift })
    }

    /// Every link lets through what the steps that are on let through.
    fn set_links(&self, plan: &Plan) {
        for (edge, link) in self.links.iter().enumerate() {
            let on = self.on.iter().map(|at| plan.steps[*at]);
            let meets = |step: &Step| step.member == Member::Allocator || step.member == Member::Edge(edge);
            link.set(on.filter(meets).filter_map(passage).max().unwrap_or_default());
        }
    }
}

fn passage(step: Step) -> Option<Passage> {
    match step.fault {
        Fault::Partition => Some(Passage::Cut),
        Fault::Silence => Some(Passage::Held),
        // From 20 to 219 ms: as far as the step is long.
        Fault::Delay => Some(Passage::Slow(Duration::from_millis(20 + (step.ends_ms - step.begins_ms) / 10))),
        _ => None,
    }
}

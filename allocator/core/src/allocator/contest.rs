//! Two processes that say they hold the same disk: the one whose session is up is challenged. A process that died cannot
//! answer, and its successor takes over; one that answers lives on, and the other holds a copy, which is refused.
//!
//! Nobody sells before its hello is answered, so a copy that is refused at its first hello has sold nothing. One that had
//! a session before, while its original was cut off, has acknowledged at most W units of a SKU that the ledger does not
//! know (the credit of its epoch), and those are what is lost. Where the two were never up together, the digest of the log
//! tells: the answer to a hello says where the ledger's end of the log is, and a disk with another log takes no verdict.

use std::collections::BTreeMap;

use doorbuster_proto::{AllocatorBody, BootId, DiskId, EdgeId, FromEdge, Hello, RefusedReason, Session, Timestamp};

use super::{Allocator, Link};
use crate::{CHALLENGE_MS_MAX, Connection};

/// How often an answer is looked for.
const LOOK_MS: u64 = 250;
/// The most copies that are remembered; each of those beyond is told of each time that it says hello.
const CLONES_MAX: usize = 1_024;

/// A hello that waits for what becomes of the session of its disk's other process.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Contest {
    hello: FromEdge,
    incumbent: Connection,
    /// It may still be looked for so often.
    looks_left: u64,
    look_at: Timestamp,
}

/// The contests, by the newcomer's transport; an incumbent has one at most.
pub(super) type Contests = BTreeMap<Connection, Contest>;

impl Allocator {
    /// The session of another process on the same disk, where one is up.
    pub(super) fn incumbent(&self, hello: &Hello, session: Session) -> Option<Connection> {
        let is_other =
            |link: &Link| link.disk == hello.disk && link.session.boot != session.boot && link.deferred.is_none();
        self.links.of(&hello.edge).find(|(_, link)| is_other(link)).map(|(connection, _)| connection)
    }

    /// Asks the incumbent whether it lives. A newcomer that waited before goes: it says hello again.
    pub(super) fn challenge(&mut self, newcomer: Connection, incumbent: Connection, hello: FromEdge, now: Timestamp) {
        let before = self.contests.iter().find(|(_, contest)| contest.incumbent == incumbent);
        if let Some(before) = before.map(|(before, _)| *before) {
            self.hang_up(before, "a newer hello with the same disk came");
        }
        let (looks_left, look_at) = (CHALLENGE_MS_MAX / LOOK_MS, now.after_ms(LOOK_MS));
        self.contests.insert(newcomer, Contest { hello, incumbent, looks_left, look_at });
        self.send(incumbent, AllocatorBody::Challenge(newcomer.0));
    }

    /// The incumbent lives: the newcomer's disk is a copy.
    pub(super) fn challenge_answered(&mut self, incumbent: Connection, number: u64, now: Timestamp) {
        let newcomer = Connection(number);
        if self.contests.get(&newcomer).is_none_or(|contest| contest.incumbent != incumbent) {
            return;
        }
        let contest = self.contests.remove(&newcomer).expect("it was found just now");
        let Some(link) = self.links.get(incumbent) else { return };
        let (edge, disk, session) = (link.edge.clone(), link.disk, contest.hello.session);
        self.note_clone(session.boot, &edge, disk, now);
        self.refuse_clone(newcomer, session, &edge, disk);
    }

    /// A disk that holds another log than the one that was shipped in its name. It has taken no verdict, and hung up.
    pub(super) fn log_differs(&mut self, connection: Connection, now: Timestamp) {
        let Some(link) = self.links.get(connection) else { return };
        let (edge, disk, session) = (link.edge.clone(), link.disk, link.session);
        self.note_clone(session.boot, &edge, disk, now);
        self.refuse_clone(connection, session, &edge, disk);
    }

    pub(super) fn refuse_clone(&mut self, connection: Connection, session: Session, edge: &EdgeId, disk: DiskId) {
        let detail = format!("another process of {edge} lives on disk {disk}, or on a copy of it");
        self.refuse(connection, session, RefusedReason::DiskCloned, &detail);
    }

    /// Alerts of a copy once; its process is refused from now on.
    fn note_clone(&mut self, boot: BootId, edge: &EdgeId, disk: DiskId, now: Timestamp) {
        if self.clones.contains(&boot) {
            return;
        }
        if self.clones.len() < CLONES_MAX {
            self.clones.insert(boot);
        }
        let text = format!(
            "two processes of {edge} live on copies of disk {disk}; this one is refused, the other goes on. What this one had \
             acknowledged and not shipped, at most W units of a SKU, is lost. Stop this one and leave it stopped; only if the \
             other is to go, stop both, and start one with an empty disk (RUNBOOK.md, \"DiskCloned\")"
        );
        self.alert(text, now);
    }

    /// Looks whether the incumbents have answered by now: however late a look comes, it is one. An allocator that stood
    /// still itself has heard nobody, and takes nobody for dead.
    pub(super) fn look_at_contests(&mut self, now: Timestamp) {
        for contest in self.contests.values_mut().filter(|contest| contest.look_at <= now) {
            contest.looks_left = contest.looks_left.saturating_sub(1);
            contest.look_at = now.after_ms(LOOK_MS);
        }
    }

    /// Lets every newcomer go on whose incumbent is gone, or has not answered in time.
    pub(super) fn decide_contests(&mut self, now: Timestamp) {
        while let Some(newcomer) = self.next_decided() {
            let contest = self.contests.remove(&newcomer).expect("it was found just now");
            if self.links.contains(contest.incumbent) {
                self.hang_up(contest.incumbent, "another process of this disk is up, and this one did not answer");
            }
            self.hello(newcomer, contest.hello, now);
        }
    }

    /// When to look for an answer next.
    pub(super) fn contests_due_at(&self) -> Option<Timestamp> {
        self.contests.values().map(|contest| contest.look_at).min()
    }

    fn next_decided(&self) -> Option<Connection> {
        let is_decided = |contest: &Contest| contest.looks_left == 0 || !self.links.contains(contest.incumbent);
        self.contests.iter().find(|(_, contest)| is_decided(contest)).map(|(newcomer, _)| *newcomer)
    }
}

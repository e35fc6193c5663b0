//! The transports that are up, and what is sent on them.

use doorbuster_proto::{
    AllocatorBody, BATCH_ENTRIES_MAX, DiskId, EdgeId, Epoch, FromAllocator, FromEdge, Published, Refused,
    RefusedReason, Seq, Session, Timestamp, UpTaken, Welcome,
};

use super::log::Sync;
use super::{Allocator, levels::Watch};
use crate::{Command, Connection, Phase};

/// One transport whose hello was answered, or must wait for its answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Link {
    pub(super) session: Session,
    pub(super) edge: EdgeId,
    pub(super) disk: DiskId,
    pub(super) epoch: Option<Epoch>,
    /// Down entries were sent to here.
    pub(super) down_sent: Seq,
    /// Verdicts were sent to here.
    pub(super) verdicts_sent: Seq,
    pub(super) heard_at: Timestamp,
    /// A hello that would fence, in a term that may not yet.
    pub(super) deferred: Option<Box<FromEdge>>,
}

impl Allocator {
    /// The transport of an epoch.
    pub(super) fn link_of(&self, edge: &EdgeId, epoch: Epoch) -> Option<(Connection, &Link)> {
        let speaks = |link: &Link| link.epoch == Some(epoch);
        self.links.of(edge).find(|(_, link)| speaks(link))
    }

    /// The transport of an edge's last epoch. Another disk of the edge may be up beside it, to ship its tail.
    pub(super) fn last_link(&self, edge: &EdgeId) -> Option<(Connection, &Link)> {
        self.link_of(edge, self.image.last_epoch(edge)?.0)
    }

    pub(super) fn watch(&mut self, edge: &EdgeId) -> &mut Watch {
        if !self.watches.contains_key(edge) {
            self.watches.insert(edge.clone(), Watch::default());
        }
        self.watches.get_mut(edge).expect("it was there, or is now")
    }

    pub(super) fn phase_of(&self, link: &Link) -> Option<Phase> {
        Some(self.image.book(&link.edge, link.epoch?)?.head.phase)
    }

    /// Queues a message, behind everything that was changed before it.
    pub(super) fn send(&mut self, connection: Connection, body: AllocatorBody) {
        if let Some(link) = self.links.get(connection) {
            self.send_to(connection, link.session, link.epoch, body);
        }
    }

    fn send_to(&mut self, connection: Connection, session: Session, epoch: Option<Epoch>, body: AllocatorBody) {
        let (term, commit) = (self.image.term, self.image.commit);
        let message = FromAllocator { session, epoch, term, instance: self.instance, commit, body };
        self.log.push(Command::Send { connection, message });
    }

    pub(super) fn welcome(&mut self, connection: Connection, welcome: Welcome) {
        self.send(connection, AllocatorBody::Welcome(welcome));
    }

    pub(super) fn refuse(&mut self, connection: Connection, session: Session, reason: RefusedReason, detail: &str) {
        let refused = Refused { reason, detail: detail.to_owned() };
        self.send_to(connection, session, None, AllocatorBody::Welcome(Welcome::Refused(refused)));
        self.hang_up(connection, detail);
    }

    pub(super) fn hang_up(&mut self, connection: Connection, reason: &str) {
        self.forget(connection);
        self.log.push(Command::HangUp { connection, reason: reason.to_owned() });
    }

    /// Drops a transport, and what was softly known through it.
    pub(super) fn forget(&mut self, connection: Connection) {
        self.contests.remove(&connection);
        self.wants_words.remove(&connection);
        let Some(link) = self.links.remove(connection) else { return };
        self.link_changed(&link.edge);
        if link.epoch == self.image.last_epoch(&link.edge).map(|(epoch, _)| epoch) {
            self.forget_levels(&link.edge);
            if self.settings.guides {
                // Nobody is to be sent there.
                let skus = self.unsettled_skus();
                self.to_look.extend(skus);
            }
        }
        if self.links.is_empty() {
            self.words_due_at = None;
        }
    }

    /// Tells the watermark, and the verdicts that this session has not heard.
    pub(super) fn send_up_taken(&mut self, connection: Connection) {
        let Some(link) = self.links.get_mut(connection) else { return };
        let Some(book) = link.epoch.and_then(|epoch| self.image.book(&link.edge, epoch)) else { return };
        let verdicts = book.verdicts_after(link.verdicts_sent);
        let (watermark, tail) = (book.head.up_taken, !book.head.phase.is_unfenced());
        link.verdicts_sent = watermark;
        self.send(connection, AllocatorBody::UpTaken(UpTaken { watermark, verdicts, tail }));
    }

    /// Tells the edge of every sale that it sells, or has sold.
    pub(super) fn send_published(&mut self, connection: Connection) {
        let Some(link) = self.links.get(connection) else { return };
        let sales = self.shown_sales().filter_map(|sale| sale.rules_for(&link.edge)).collect();
        let published = Published { site: self.image.site(), sales, edges: self.settings.addresses() };
        self.send(connection, AllocatorBody::Published(published));
    }

    /// Sends every down entry that has not left on its session yet.
    pub(super) fn send_downs(&mut self) {
        let edges = std::mem::take(&mut self.to_send);
        let live = |link: &Link| self.phase_of(link) == Some(Phase::Live);
        let connections = edges.iter().flat_map(|edge| self.links.of(edge)).filter(|(_, link)| live(link));
        let connections: Vec<_> = connections.map(|(connection, _)| connection).collect();
        for connection in connections {
            while let Some(batch) = self.next_down(connection) {
                self.send(connection, batch);
                self.time_down(connection);
            }
        }
    }

    fn next_down(&mut self, connection: Connection) -> Option<AllocatorBody> {
        let link = self.links.get_mut(connection)?;
        let batch = self.image.book(&link.edge, link.epoch?)?.down_batch(link.down_sent, BATCH_ENTRIES_MAX)?;
        link.down_sent = Seq(link.down_sent.0 + batch.entries.len() as u64);
        Some(AllocatorBody::Down(batch))
    }

    /// Where a policy asks for round trips, a batch's is taken.
    fn time_down(&mut self, connection: Connection) {
        if self.settings.policy.reads_demand() {
            let Some(link) = self.links.get(connection) else { return };
            let (edge, sent, at) = (link.edge.clone(), link.down_sent, self.turn_at);
            self.watch(&edge).round_trip.sent(sent, at);
        }
    }

    /// Takes the edge's word on how far it holds the down log.
    pub(super) fn down_taken(&mut self, connection: Connection, watermark: Seq, now: Timestamp) {
        let Some((edge, epoch)) = self.spoken_for(connection) else { return };
        let head = self.image.book(&edge, epoch).expect("a link's epoch exists").head;
        if watermark > head.down_tail {
            return self.hang_up(connection, "the edge took down entries that were never sent");
        }
        self.watch(&edge).round_trip.confirmed(watermark, now);
        self.link_changed(&edge);
        self.confirm_down(&edge, epoch, watermark);
    }

    pub(super) fn confirm_down(&mut self, edge: &EdgeId, epoch: Epoch, watermark: Seq) {
        let taken = self.image.book(edge, epoch).expect("a link's epoch exists").head.down_taken;
        if watermark > taken {
            self.change_head(edge, epoch, Sync::Forgets, |head| head.down_taken = watermark);
            self.trim_down(edge, epoch, watermark);
        }
    }

    pub(super) fn confirm_verdicts(&mut self, edge: &EdgeId, epoch: Epoch, watermark: Seq) {
        let head = self.image.book(edge, epoch).expect("a link's epoch exists").head;
        let watermark = watermark.min(head.up_taken);
        if watermark > head.verdicts_taken {
            self.change_head(edge, epoch, Sync::Forgets, |head| head.verdicts_taken = watermark);
            self.trim_verdicts(edge, epoch, watermark);
        }
    }

    pub(super) fn spoken_for(&self, connection: Connection) -> Option<(EdgeId, Epoch)> {
        let link = self.links.get(connection)?;
        Some((link.edge.clone(), link.epoch?))
    }
}

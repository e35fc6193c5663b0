//! Automatic eviction: an edge that holds escrow and says nothing for too long is fenced, so that others sell what it
//! held. It needs no agreement on time: the fence is safe at any moment, silence only decides when it is worth it.

use doorbuster_proto::{EdgeId, Epoch, Timestamp};

use super::Allocator;
use crate::{AWAY_MS, Account, Connection, HEARTBEAT_MS, Phase};

/// An allocator that did not look at the silent for so long, four times as long as it should, stood still itself.
const STOOD_STILL_MS: u64 = 2_000;

/// From when on silence counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Silence {
    looked_at: Option<Timestamp>,
    counts_from: Timestamp,
}

impl Allocator {
    /// When to look at the silent next.
    pub(super) fn silence_due_at(&self) -> Option<Timestamp> {
        self.settings.evict_after_ms?;
        let is_any_live = self.image.epochs.keys().any(|edge| self.live_epoch(edge).is_some());
        is_any_live.then(|| self.silence.looked_at.map_or(Timestamp(0), |at| at.after_ms(HEARTBEAT_MS)))
    }

    /// Evicts whoever was silent for too long.
    pub(super) fn evict_silent(&mut self, now: Timestamp) {
        let Some(patience_ms) = self.settings.evict_after_ms else { return };
        if self.silence_due_at().is_none_or(|due| due > now) {
            return;
        }
        // Whoever stood still itself heard nobody; nor does a term begin with a silence that it has not heard.
        let stood_still = self.silence.looked_at.replace(now).is_none_or(|at| now.since_ms(at) > STOOD_STILL_MS);
        if stood_still || !self.awaited.is_empty() {
            self.silence.counts_from = now;
        }
        // Where nobody speaks, the fault is this side's more likely; and nobody could sell what comes back.
        if !self.is_anyone_live(now) {
            return;
        }
        let edges: Vec<EdgeId> = self.image.epochs.keys().cloned().collect();
        let silent = edges.into_iter().filter(|edge| self.silent_ms(edge, now) >= patience_ms);
        let silent: Vec<_> = silent.filter_map(|edge| self.live_epoch(&edge).map(|epoch| (edge, epoch))).collect();
        for (edge, epoch) in silent {
            self.evict_as_silent(&edge, epoch, now);
        }
    }

    /// Its last epoch has spoken. What an earlier disk of the edge says, or a refused one, keeps no epoch alive.
    pub(super) fn note_heard(&mut self, connection: Connection, now: Timestamp) {
        let Some((edge, epoch)) = self.spoken_for(connection) else { return };
        if self.image.last_epoch(&edge).is_some_and(|(last, _)| last == epoch) {
            // The policy does not see it: no view is stale by it.
            self.watches.entry(edge).or_default().heard_at = Some(now);
        }
    }

    fn evict_as_silent(&mut self, edge: &EdgeId, epoch: Epoch, now: Timestamp) {
        let escrow = Account::Escrow(edge.clone(), epoch);
        if self.image.stock.values().all(|stock| stock.balance(&escrow).is_zero()) {
            return;
        }
        let why = format!("nothing was heard of it for {} ms", self.silent_ms(edge, now));
        let (reclaimed, quarantined) = self.fence(edge, epoch, "allocator", &why, now);
        self.alert(
            format!(
                "{edge}, epoch {epoch}, is evicted: {why}; {reclaimed} units came back, {quarantined} are in quarantine"
            ),
            now,
        );
    }

    fn silent_ms(&self, edge: &EdgeId, now: Timestamp) -> u64 {
        let heard_at = self.last_link(edge).map(|(_, link)| link.heard_at);
        let left_at = self.watches.get(edge).and_then(|watch| watch.heard_at);
        now.since_ms(heard_at.or(left_at).unwrap_or_default().max(self.silence.counts_from))
    }

    fn is_anyone_live(&self, now: Timestamp) -> bool {
        let speaks = |link: &super::Link| now.since_ms(link.heard_at) < AWAY_MS;
        self.links.iter().any(|(_, link)| speaks(link) && self.phase_of(link) == Some(Phase::Live))
    }

    /// The edge's last epoch, where it may hold escrow that was confirmed.
    fn live_epoch(&self, edge: &EdgeId) -> Option<Epoch> {
        let (epoch, book) = self.image.last_epoch(edge)?;
        (book.head.phase == Phase::Live).then_some(epoch)
    }
}

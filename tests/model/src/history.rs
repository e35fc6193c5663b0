//! What was so once: for what may only grow, and for what is promised once and for all.

use std::collections::BTreeMap;

use doorbuster_allocator_core::Phase;
use doorbuster_edge_core::OrderStatus;
use doorbuster_proto::{DiskId, EdgeId, Epoch, Instance, Seq, Sku, Term, Units};

use crate::invariants::{Invariant, Violation};
use crate::network::Down;
use crate::nodes::EdgeNode;
use crate::world::World;

/// An order that an edge acknowledged before the ledger had judged it, by its entry in the log of a disk.
pub(crate) type OnCredit = BTreeMap<(EdgeId, DiskId, Epoch, Seq), (Sku, Units)>;

/// What was seen on the way to a state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct History {
    /// Disks that were lost, set back or copied, and how often.
    pub(crate) lost: BTreeMap<DiskId, u64>,
    pub(crate) on_credit: OnCredit,
    /// The watermark of each epoch when it was fenced: what comes after gives no credit.
    pub(crate) fenced_at: BTreeMap<(EdgeId, Epoch), Seq>,
    /// Who spoke in which term.
    led_by: BTreeMap<Term, Instance>,
    term: Term,
    /// How far each epoch had come in the ledger's store.
    phases: BTreeMap<(EdgeId, Epoch), Phase>,
    /// The highest term and epoch that each disk held.
    disks: BTreeMap<DiskId, (Term, Epoch)>,
}

impl History {
    pub(crate) fn disk_lost(&mut self, disk: DiskId) {
        *self.lost.entry(disk).or_default() += 1;
        self.disks.remove(&disk);
    }

    /// Notes what is new in a state.
    ///
    /// # Errors
    /// A violation of what may only grow.
    pub(crate) fn note(&mut self, world: &World) -> Result<(), Violation> {
        let found = self.note_ledger(world).and_then(|()| self.note_disks(world));
        found.map_err(|what| Violation { invariant: Invariant::Fences, what })
    }

    /// Notes what an edge has acknowledged by itself.
    pub(crate) fn note_credit(&mut self, node: &EdgeNode) {
        for order in node.core.all_orders().filter(|order| order.status == OrderStatus::Pending) {
            let view = node.core.order(&order.shopper, order.id);
            if view.is_some_and(|view| view.status == OrderStatus::Reserved) {
                let entry = (node.name.clone(), node.disk_id, order.epoch, order.seq);
                self.on_credit.insert(entry, (order.sku.clone(), order.units));
            }
        }
    }

    fn note_ledger(&mut self, world: &World) -> Result<(), String> {
        let stored = world.allocator.disk.synced();
        if stored.term < self.term && !world.allocator.is_restored {
            return Err(format!("the ledger was in term {}, and is in {}", self.term, stored.term));
        }
        self.term = stored.term;
        for (term, instance) in led_by(world) {
            let leader = *self.led_by.entry(term).or_insert(instance);
            if leader != instance && !world.allocator.is_restored {
                return Err(format!("allocator {leader} spoke in term {term}, and {instance} does"));
            }
        }
        for (edge, books) in &stored.epochs {
            for (epoch, book) in books {
                let phase = book.head.phase;
                let before = self.phases.insert((edge.clone(), *epoch), phase).unwrap_or(phase);
                if phase < before && !world.allocator.is_restored {
                    return Err(format!("epoch {epoch} of {edge} was {before:?}, and is {phase:?}"));
                }
                if !phase.is_unfenced() {
                    self.fenced_at.entry((edge.clone(), *epoch)).or_insert(book.head.up_taken);
                }
            }
        }
        Ok(())
    }

    fn note_disks(&mut self, world: &World) -> Result<(), String> {
        for node in world.edges.iter().filter(|node| !node.is_tainted) {
            let meta = &node.disk.synced().meta;
            let found = (meta.led_by.map_or(Term(0), |(term, _)| term), meta.epoch.unwrap_or_default());
            let highest = self.disks.entry(node.disk_id).or_default();
            if found.0 < highest.0 || found.1 < highest.1 {
                return Err(format!("the disk of {} held {highest:?}, and holds {found:?}", node.called));
            }
            *highest = found;
        }
        Ok(())
    }
}

/// Who speaks on the streams.
fn led_by(world: &World) -> impl Iterator<Item = (Term, Instance)> {
    let messages = world.network.streams.values().flat_map(|stream| &stream.down);
    messages.filter_map(|down| match down {
        Down::Message(message) => Some((message.term, message.instance)),
        Down::End => None,
    })
}

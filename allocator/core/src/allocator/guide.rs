//! Guidance: when an edge should ask for more, and where the stock is. Told when a move changes it, and with heartbeats.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use doorbuster_proto::{AllocatorBody, EdgeId, EdgeStock, GUIDED_EDGES_MAX, Sku, SkuGuidance, Timestamp, Units};

use super::Allocator;
use crate::{Connection, EdgeView, Phase, SkuView};

/// What edges were told of a SKU.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Guide {
    left: Units,
    waiting: Units,
    stock: Vec<EdgeStock>,
    low_water: BTreeMap<EdgeId, Units>,
    /// Edges that are told in this turn.
    untold: Vec<EdgeId>,
    /// Edges that would read something else than they were told, and hear it with the next heartbeat.
    late: Vec<EdgeId>,
}

impl Guide {
    fn of(view: &SkuView, low_water: Vec<Units>) -> Self {
        let ready = || view.edges.iter().filter(|edge| edge.ready);
        let mut stock: Vec<_> = ready()
            .map(|edge| EdgeStock { edge: edge.edge.clone(), units: edge.stock() })
            .filter(|stock| !stock.units.is_zero())
            .collect();
        stock.sort_by(|one, other| (Reverse(one.units), &one.edge).cmp(&(Reverse(other.units), &other.edge)));
        stock.truncate(GUIDED_EDGES_MAX);
        Self {
            left: view.pool.plus(ready().map(EdgeView::stock).sum()).saturating_sub(view.debt),
            waiting: ready().map(EdgeView::waiting).sum(),
            stock,
            low_water: view.edges.iter().map(|edge| edge.edge.clone()).zip(low_water).collect(),
            untold: Vec::new(),
            late: Vec::new(),
        }
    }

    /// What this edge would read.
    fn reads(&self, edge: &EdgeId) -> Option<(Units, Units, Units, &[EdgeStock])> {
        Some((*self.low_water.get(edge)?, self.left, self.waiting, &self.stock))
    }

    fn for_edge(&self, sku: &Sku, edge: &EdgeId) -> Option<SkuGuidance> {
        let (low_water, left, waiting, stock) = self.reads(edge)?;
        Some(SkuGuidance { sku: sku.clone(), low_water, left, waiting, stock: stock.to_vec() })
    }
}

impl Allocator {
    /// The low-water mark that an edge goes by; `None` where it was told none.
    pub(super) fn low_water_of(&self, edge: &EdgeId, sku: &Sku) -> Option<Units> {
        self.guides.get(sku)?.low_water.get(edge).copied()
    }

    /// Whoever is granted something is told of its low-water mark, where that has changed.
    pub(super) fn guide_about_grants(&mut self, now: Timestamp) {
        for (sku, granted) in std::mem::take(&mut self.to_guide) {
            let is_news = |before: &Guide, after: &Guide, edge: &EdgeId| {
                granted.contains(edge) && before.low_water.get(edge) != after.low_water.get(edge)
            };
            self.guide(&sku, now, is_news);
        }
    }

    /// With a heartbeat, everyone is told what has changed since the last.
    pub(super) fn guide_all(&mut self, now: Timestamp) {
        for sku in std::mem::take(&mut self.seen) {
            self.guide(&sku, now, |before, after, edge| {
                before.late.contains(edge) || before.reads(edge) != after.reads(edge)
            });
        }
    }

    fn guide(&mut self, sku: &Sku, now: Timestamp, is_news: impl Fn(&Guide, &Guide, &EdgeId) -> bool) {
        if !self.settings.guides {
            return;
        }
        let Some(view) = self.sku_view(sku, now) else {
            self.guides.remove(sku);
            return;
        };
        let mut guide = Guide::of(&view, self.settings.policy.low_water(&view));
        let before = self.guides.remove(sku).unwrap_or_default();
        let news = guide.low_water.keys().filter(|edge| before.untold.contains(edge) || is_news(&before, &guide, edge));
        guide.untold = news.cloned().collect();
        let is_late = |edge: &&EdgeId| before.late.contains(*edge) || before.reads(edge) != guide.reads(edge);
        let late = guide.low_water.keys().filter(|edge| !guide.untold.contains(edge)).filter(is_late);
        guide.late = late.cloned().collect();
        self.guides.insert(sku.clone(), guide);
    }

    /// A session that begins is told everything.
    pub(super) fn guide_anew(&mut self, edge: &EdgeId) {
        for guide in self.guides.values_mut() {
            if guide.low_water.contains_key(edge) && !guide.untold.contains(edge) {
                guide.untold.push(edge.clone());
            }
        }
    }

    /// Tells, at the end of the turn, what was not told.
    pub(super) fn send_guidance(&mut self) {
        let mut told: BTreeMap<EdgeId, Vec<SkuGuidance>> = BTreeMap::new();
        for (sku, guide) in &mut self.guides {
            for edge in std::mem::take(&mut guide.untold) {
                let guidance = guide.for_edge(sku, &edge);
                told.entry(edge).or_default().extend(guidance);
            }
        }
        for (edge, guidance) in told {
            if let Some(connection) = self.guided(&edge) {
                self.send(connection, AllocatorBody::Guidance(guidance));
            }
        }
    }

    fn guided(&self, edge: &EdgeId) -> Option<Connection> {
        let (connection, link) = self.last_link(edge)?;
        (self.phase_of(link) == Some(Phase::Live)).then_some(connection)
    }
}

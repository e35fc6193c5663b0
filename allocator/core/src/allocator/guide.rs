//! Guidance: when an edge should ask for more, and where the stock is. Told when a move changes it, and with heartbeats.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use doorbuster_proto::{AllocatorBody, EdgeId, EdgeStock, GUIDED_EDGES_MAX, Sku, SkuGuidance, Timestamp, Units};

use super::Allocator;
use crate::{Connection, EdgeView, Phase, SkuView};

/// News of a number is what changes it by one part in so many; of nothing, or to nothing, always.
const NEWS_PART: u64 = 8;

/// What edges were told of a SKU.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Guide {
    left: Units,
    waiting: Units,
    stock: Vec<EdgeStock>,
    low_water: BTreeMap<EdgeId, Units>,
    /// Edges that are told in this turn.
    untold: BTreeSet<EdgeId>,
    /// Edges that would read something else than they were told, and hear it with the next heartbeat.
    late: BTreeSet<EdgeId>,
}

impl Guide {
    /// What is to be told now, where this was told before. What is near enough to be no news stays as it was told.
    fn of(view: &SkuView, low_water: Vec<Units>, before: &Self) -> Self {
        let ready = || view.edges.iter().filter(|edge| edge.ready);
        let told = |edge: &EdgeView| before.low_water.get(&edge.edge).copied();
        let low_water = view.edges.iter().zip(low_water).map(|(edge, now)| {
            let mark = told(edge).filter(|told| is_near(*told, now)).unwrap_or(now);
            (edge.edge.clone(), mark)
        });
        let mut guide = Self {
            left: view.pool.plus(ready().map(EdgeView::stock).sum()).saturating_sub(view.debt),
            waiting: ready().map(EdgeView::waiting).sum(),
            stock: richest(view),
            low_water: low_water.collect(),
            untold: BTreeSet::new(),
            late: BTreeSet::new(),
        };
        if guide.is_like(before, view) {
            (guide.left, guide.waiting, guide.stock) = (before.left, before.waiting, before.stock.clone());
        }
        guide
    }

    /// Whether all that every edge reads is no news after what was told before.
    fn is_like(&self, before: &Self, view: &SkuView) -> bool {
        let stock_of = |edge: &EdgeId| {
            let at = view.edges.binary_search_by(|seen| seen.edge.cmp(edge)).ok();
            at.map(|at| &view.edges[at]).filter(|seen| seen.ready).map_or(Units::ZERO, EdgeView::stock)
        };
        let most = |stock: &[EdgeStock]| stock.first().map_or(Units::ZERO, |richest| richest.units);
        is_near(before.left, self.left)
            && is_near(before.waiting, self.waiting)
            && before.stock.len() == self.stock.len()
            && is_near(most(&before.stock), most(&self.stock))
            && before.stock.iter().all(|told| is_near(told.units, stock_of(&told.edge)))
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

/// The edges with most of it that speak.
fn richest(view: &SkuView) -> Vec<EdgeStock> {
    let ready = view.edges.iter().filter(|edge| edge.ready);
    let mut stock: Vec<_> =
        ready.map(|edge| (Reverse(edge.stock()), &edge.edge)).filter(|(units, _)| !units.0.is_zero()).collect();
    if stock.len() > GUIDED_EDGES_MAX {
        stock.select_nth_unstable(GUIDED_EDGES_MAX);
        stock.truncate(GUIDED_EDGES_MAX);
    }
    stock.sort_unstable();
    stock.into_iter().map(|(units, edge)| EdgeStock { edge: edge.clone(), units: units.0 }).collect()
}

fn is_near(told: Units, now: Units) -> bool {
    let (least, most) = (told.min(now).get(), told.max(now).get());
    least == most || (least > 0 && (most - least).saturating_mul(NEWS_PART) < most)
}

impl Allocator {
    /// The low-water mark that an edge goes by; `None` where it was told none.
    pub(super) fn low_water_of(&self, edge: &EdgeId, sku: &Sku) -> Option<Units> {
        self.guides.get(sku)?.low_water.get(edge).copied()
    }

    /// Whoever is granted something is told of its low-water mark, where that has changed.
    pub(super) fn guide_about_grants(&mut self, sku: &Sku, granted: &BTreeSet<EdgeId>, now: Timestamp) {
        self.guide(sku, None, now, |before, after, edge| {
            granted.contains(edge) && before.low_water.get(edge) != after.low_water.get(edge)
        });
    }

    /// After a heartbeat, everyone is told what has changed since the last.
    pub(super) fn guide_all(&mut self, sku: &Sku, view: Option<Arc<SkuView>>, now: Timestamp) {
        self.guide(sku, view, now, |before, after, edge| {
            before.late.contains(edge) || before.reads(edge) != after.reads(edge)
        });
    }

    /// Finds out who has what to hear, by a view of the SKU that is not older than its last move.
    fn guide(
        &mut self,
        sku: &Sku,
        view: Option<Arc<SkuView>>,
        now: Timestamp,
        is_news: impl Fn(&Guide, &Guide, &EdgeId) -> bool,
    ) {
        if !self.settings.guides {
            return;
        }
        let before = self.guides.remove(sku).unwrap_or_default();
        let Some(view) = view.or_else(|| self.sku_view(sku, now)) else { return };
        let mut guide = Guide::of(&view, self.settings.policy.low_water(&view), &before);
        let hears = |edge: &&EdgeId| before.untold.contains(*edge) || is_news(&before, &guide, edge);
        guide.untold = guide.low_water.keys().filter(hears).cloned().collect();
        let is_late = |edge: &&EdgeId| before.late.contains(*edge) || before.reads(edge) != guide.reads(edge);
        let late = guide.low_water.keys().filter(|edge| !guide.untold.contains(*edge)).filter(is_late);
        guide.late = late.cloned().collect();
        self.guides.insert(sku.clone(), guide);
    }

    /// A session that begins is told everything.
    pub(super) fn guide_anew(&mut self, edge: &EdgeId) {
        for guide in self.guides.values_mut() {
            if guide.low_water.contains_key(edge) {
                guide.untold.insert(edge.clone());
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

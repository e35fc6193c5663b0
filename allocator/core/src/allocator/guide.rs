//! Guidance: when an edge needs more, and where the stock is. Told when a move changes it, and with heartbeats.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use doorbuster_proto::{
    AllocatorBody, BATCH_ENTRIES_MAX, EdgeId, EdgeStock, GUIDED_EDGES_MAX, Sku, SkuGuidance, Timestamp, Units,
    untold_low_water,
};

use super::Allocator;
use crate::{Connection, EdgeView, Phase, SkuView, Total};

/// News of a number is what changes it by one part in so many; of nothing, or to nothing, always.
const NEWS_PART: u64 = 8;
/// Of what one edge has, as a hint where to go: what changes it by one part in so many.
const STOCK_NEWS_PART: u64 = 2;

/// What edges were told of a SKU. Edges go by their numbers in the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Guide {
    left: Units,
    waiting: Units,
    stock: Vec<EdgeStock>,
    /// By number; `None` of an edge that does not sell it.
    low_water: Vec<Option<Units>>,
    /// Edges that are told in this turn.
    untold: BTreeSet<usize>,
    /// Edges that would read something else than they were told, and hear it with the next heartbeat.
    late: BTreeSet<usize>,
}

/// Who is told now of what has changed; the others hear it with the next heartbeat.
enum Hears<'a> {
    Everyone,
    /// Whose low-water mark has changed, of these.
    Granted(&'a BTreeSet<usize>),
}

impl Guide {
    /// What is to be told now, where this was told before. What is near enough to be no news stays as it was told.
    fn of(view: &SkuView, low_water: Vec<Option<Units>>, before: &Self) -> Self {
        let ready = || view.edges.iter().filter(|edge| edge.ready);
        let mark = |(number, now): (usize, Option<Units>)| {
            let now = now?;
            Some(before.low_water(number).filter(|told| is_near(*told, now, NEWS_PART)).unwrap_or(now))
        };
        let mut guide = Self {
            left: view.pool.plus(ready().map(EdgeView::stock).sum()).saturating_sub(view.debt),
            waiting: ready().map(EdgeView::waiting).sum(),
            stock: richest(view),
            low_water: low_water.into_iter().enumerate().map(mark).collect(),
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
        is_near(before.left, self.left, NEWS_PART)
            && is_near(before.waiting, self.waiting, NEWS_PART)
            && before.stock.len() == self.stock.len()
            && is_near(most(&before.stock), most(&self.stock), STOCK_NEWS_PART)
            && before.stock.iter().all(|told| is_near(told.units, stock_of(&told.edge), STOCK_NEWS_PART))
    }

    /// Notes who has what to hear, where this was told before.
    fn follow(&mut self, before: &Self, hears: &Hears<'_>) {
        let all_read_the_same =
            (self.left, self.waiting) == (before.left, before.waiting) && self.stock == before.stock;
        for number in (0..self.low_water.len()).filter(|number| self.low_water[*number].is_some()) {
            let is_marked_anew = before.low_water(number) != self.low_water[number];
            let is_due = before.late.contains(&number) || is_marked_anew || !all_read_the_same;
            let is_told = match hears {
                Hears::Everyone => is_due,
                Hears::Granted(edges) => is_marked_anew && edges.contains(&number),
            };
            if is_told || before.untold.contains(&number) {
                self.untold.insert(number);
            } else if is_due {
                self.late.insert(number);
            }
        }
    }

    fn low_water(&self, number: usize) -> Option<Units> {
        self.low_water.get(number).copied().flatten()
    }

    fn for_edge(&self, sku: &Sku, number: usize) -> Option<SkuGuidance> {
        let (low_water, stock) = (self.low_water(number)?, self.stock.clone());
        Some(SkuGuidance { sku: sku.clone(), low_water, left: self.left, waiting: self.waiting, stock })
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

fn is_near(told: Units, now: Units, news_part: u64) -> bool {
    let (least, most) = (told.min(now).get(), told.max(now).get());
    least == most || (least > 0 && (most - least).saturating_mul(news_part) < most)
}

impl Allocator {
    /// An edge's low-water mark, as it is told it or soon will be; where there is none, the one that it goes by by itself.
    pub(super) fn low_water_of(&self, number: usize, sku: &Sku, total: Total) -> Units {
        let told = self.guides.get(sku).and_then(|guide| guide.low_water(number));
        told.unwrap_or_else(|| untold_low_water(total.last_grant))
    }

    /// Whoever is granted something is told of its low-water mark, where that has changed.
    pub(super) fn guide_about_grants(&mut self, sku: &Sku, granted: &BTreeSet<usize>, now: Timestamp) {
        self.guide(sku, None, now, &Hears::Granted(granted));
    }

    /// After a heartbeat, everyone is told what has changed since the last.
    pub(super) fn guide_all(&mut self, sku: &Sku, view: Option<Arc<SkuView>>, now: Timestamp) {
        self.guide(sku, view, now, &Hears::Everyone);
    }

    /// Finds out who has what to hear, by a view of the SKU that is not older than its last move.
    fn guide(&mut self, sku: &Sku, view: Option<Arc<SkuView>>, now: Timestamp, hears: &Hears<'_>) {
        if !self.settings.guides {
            return;
        }
        let before = self.guides.remove(sku).unwrap_or_default();
        let Some(view) = view.or_else(|| self.sku_view(sku, now)) else { return };
        let mut low_water = vec![None; self.settings.edges.len()];
        for (number, mark) in self.sights.numbers(sku).zip(self.settings.policy.low_water(&view)) {
            if let Some(number) = number {
                low_water[number] = Some(mark);
            }
        }
        let mut guide = Guide::of(&view, low_water, &before);
        guide.follow(&before, hears);
        if !guide.untold.is_empty() {
            self.to_guide.insert(sku.clone());
        }
        self.guides.insert(sku.clone(), guide);
    }

    /// A session that begins is told everything.
    pub(super) fn guide_anew(&mut self, edge: &EdgeId) {
        let Some(number) = self.settings.number(edge) else { return };
        for (sku, guide) in &mut self.guides {
            if guide.low_water(number).is_some() {
                guide.untold.insert(number);
                self.to_guide.insert(sku.clone());
            }
        }
    }

    /// Tells, at the end of the turn, what was not told.
    pub(super) fn send_guidance(&mut self) {
        let mut told: BTreeMap<usize, Vec<SkuGuidance>> = BTreeMap::new();
        for sku in std::mem::take(&mut self.to_guide) {
            let Some(guide) = self.guides.get_mut(&sku) else { continue };
            for number in std::mem::take(&mut guide.untold) {
                let guidance = guide.for_edge(&sku, number);
                told.entry(number).or_default().extend(guidance);
            }
        }
        for (number, guidance) in told {
            if let Some(connection) = self.guided(&self.settings.edges[number].id) {
                for some in guidance.chunks(BATCH_ENTRIES_MAX) {
                    self.send(connection, AllocatorBody::Guidance(some.to_vec()));
                }
            }
        }
    }

    fn guided(&self, edge: &EdgeId) -> Option<Connection> {
        let (connection, link) = self.last_link(edge)?;
        (self.phase_of(link) == Some(Phase::Live)).then_some(connection)
    }
}

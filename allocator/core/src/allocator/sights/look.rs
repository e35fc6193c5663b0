//! A look at a SKU: what has changed since the last one is taken out of the ledger, and what edges told.

use std::collections::BTreeSet;
use std::sync::Arc;

use doorbuster_proto::{EdgeId, Epoch, Sku, Timestamp};

use super::super::Allocator;
use super::{LinkSight, Part, Sight};
use crate::{Account, Book, DOWN_UNCONFIRMED_MAX, EdgeView, ItemDefinition, Phase, SaleStage, SkuView};

impl Allocator {
    /// What the policy may know of a SKU; `None` where nothing of it may move.
    pub(in super::super) fn sku_view(&mut self, sku: &Sku, now: Timestamp) -> Option<Arc<SkuView>> {
        self.refresh_links();
        let kept = self.sights.views.remove(sku);
        let frame = self.frame(sku, now)?;
        let sight = match kept {
            Some(sight) => self.refreshed(sku, sight, &frame),
            None => self.first_sight(sku, &frame),
        };
        let view = sight.view.clone();
        self.sights.views.insert(sku.clone(), sight);
        Some(view)
    }

    /// What an edge has of a SKU, or told of it, is not what it was.
    pub(in super::super) fn pair_changed(&mut self, edge: &EdgeId, sku: &Sku) {
        match self.settings.number(edge) {
            Some(number) => self.sights.pair_changed(number, sku),
            None => self.sights.forget(),
        }
    }

    /// Whether an edge can be granted to, or how far away it is, is not what it was.
    pub(in super::super) fn link_changed(&mut self, edge: &EdgeId) {
        if let Some(number) = self.settings.number(edge) {
            self.sights.link_changed(number);
        }
    }

    /// Another life of an edge's escrow is its last, or nothing is known of its shelves.
    pub(in super::super) fn edge_changed(&mut self, edge: &EdgeId) {
        match self.settings.number(edge) {
            Some(number) => self.sights.edge_changed(number),
            None => self.sights.forget(),
        }
    }

    /// Whether what is kept of every SKU is what a look from scratch would find: for checks.
    ///
    /// # Errors
    /// What differs.
    pub fn check_sights(&self) -> Result<(), String> {
        self.sights.views.iter().try_for_each(|(sku, sight)| {
            let frame = SkuView { edges: Vec::new(), ..(*sight.view).clone() };
            let kept = self.refreshed(sku, sight.clone(), &frame);
            let fresh = self.first_sight(sku, &frame);
            let same = kept.view == fresh.view && kept.parts == fresh.parts && kept.places == fresh.places;
            let difference = || format!("{sku}: the policy would see {kept:?}, and there is {fresh:?}");
            same.then_some(()).ok_or_else(difference)
        })
    }

    fn refresh_links(&mut self) {
        if self.sights.links.len() != self.settings.edges.len() {
            self.sights.links = vec![LinkSight::default(); self.settings.edges.len()];
            self.sights.stale = (0..self.settings.edges.len()).collect();
        }
        for number in std::mem::take(&mut self.sights.stale) {
            self.sights.links[number] = self.link_sight(&self.settings.edges[number].id);
        }
    }

    /// What is kept of an edge's link, where that is still so.
    fn link_seen(&self, number: usize) -> LinkSight {
        let kept = self.sights.links.get(number).filter(|_| !self.sights.stale.contains(&number));
        kept.copied().unwrap_or_else(|| self.link_sight(&self.settings.edges[number].id))
    }

    /// An edge's last epoch, where it may be granted to.
    fn live_book(&self, edge: &EdgeId) -> Option<(Epoch, &Book)> {
        self.image.last_epoch(edge).filter(|(_, book)| book.head.phase == Phase::Live)
    }

    fn link_sight(&self, edge: &EdgeId) -> LinkSight {
        let live = self.live_book(edge);
        let has_room = |(epoch, book): (Epoch, &Book)| {
            book.down.len() < DOWN_UNCONFIRMED_MAX && self.link_of(edge, epoch).is_some()
        };
        LinkSight {
            ready: live.is_some_and(has_room),
            round_trip_ms: self.watches.get(edge).and_then(|watch| watch.round_trip.ms()),
        }
    }

    /// The view without its edges; `None` where nothing of the SKU may move.
    fn frame(&self, sku: &Sku, now: Timestamp) -> Option<SkuView> {
        let sale = self.image.sales.get(&sku.sale)?;
        let stock = self.image.stock.get(sku)?;
        let is_open = sale.stage == SaleStage::Published && now < sale.ends_at && stock.halted.is_none();
        let (starts_at, ends_at) = (sale.definition.starts_at, sale.ends_at);
        let (issued, pool, debt) = (stock.issued(), stock.balance(&Account::Pool), stock.owed());
        let cart_max =
            sale.definition.item(&sku.code).map(|item| item.limit.min(sale.definition.limit)).unwrap_or_default();
        is_open.then_some(SkuView { now, starts_at, ends_at, issued, pool, debt, cart_max, edges: Vec::new() })
    }

    fn first_sight(&self, sku: &Sku, frame: &SkuView) -> Sight {
        let item = self.item(sku);
        let edges = item.map(|item| self.placement(item)).unwrap_or_default();
        let mut places = vec![None; self.settings.edges.len()];
        let (mut views, mut parts) = (Vec::with_capacity(edges.len()), Vec::with_capacity(edges.len()));
        for (place, edge) in edges.into_iter().enumerate() {
            let number = self.settings.number(&edge);
            if let Some(number) = number {
                places[number] = Some(place);
            }
            let weight = self.weight(sku, item, &edge);
            let (view, part) = self.part(sku, edge, weight, number);
            views.push(view);
            parts.push(part);
        }
        let view = Arc::new(SkuView { edges: views, ..frame.clone() });
        self.refreshed(sku, Sight { view, parts, places, stale: BTreeSet::new() }, frame)
    }

    fn item(&self, sku: &Sku) -> Option<&ItemDefinition> {
        self.image.sales.get(&sku.sale).and_then(|sale| sale.definition.item(&sku.code))
    }

    /// What an edge weighs among those that sell an item: by page views, once they are counted up. It changes with the sale or
    /// with them, and then nothing is kept.
    fn weight(&self, sku: &Sku, item: Option<&ItemDefinition>, edge: &EdgeId) -> u32 {
        let configured = self.settings.edge(edge).map_or(1, |edge| edge.weight);
        let viewed = self.expected.weights(sku).map(|weights| weights.of(edge, configured));
        viewed.unwrap_or_else(|| item.map_or(configured, |item| item.weight(edge, configured)))
    }

    fn placement(&self, item: &ItemDefinition) -> Vec<EdgeId> {
        let all = || self.settings.ids().cloned().collect();
        let mut edges = item.edges.clone().unwrap_or_else(all);
        edges.sort();
        edges.dedup();
        edges
    }

    /// The view as it is now: with what has changed, and every edge's demand at this moment.
    fn refreshed(&self, sku: &Sku, mut sight: Sight, frame: &SkuView) -> Sight {
        let view = Arc::make_mut(&mut sight.view);
        *view = SkuView { edges: std::mem::take(&mut view.edges), ..frame.clone() };
        for number in std::mem::take(&mut sight.stale) {
            if let Some(place) = sight.places[number] {
                let EdgeView { edge, weight, .. } = view.edges[place].clone();
                (view.edges[place], sight.parts[place]) = self.part(sku, edge, weight, Some(number));
            }
        }
        for (edge, part) in view.edges.iter_mut().zip(&sight.parts) {
            let link = part.number.map(|number| self.link_seen(number)).unwrap_or_default();
            (edge.ready, edge.round_trip_ms) = (link.ready, link.round_trip_ms);
            if let (Some(heard), Some(told)) = (&part.heard, &mut edge.told) {
                (told.demand, told.evidence) = heard.demand_at(view.now, view.starts_at);
            }
        }
        sight
    }

    /// An edge's part of a view; what concerns its link, and its demand at the moment, come with every look.
    fn part(&self, sku: &Sku, edge: EdgeId, weight: u32, number: Option<usize>) -> (EdgeView, Part) {
        let live = self.live_book(&edge);
        let total = live.map(|(_, book)| book.total(sku)).unwrap_or_default();
        let in_flight = live.map(|(_, book)| book.in_flight(sku)).unwrap_or_default();
        let watch = self.watches.get(&edge);
        let heard = watch.and_then(|watch| watch.levels.get(sku)).copied();
        let view = EdgeView {
            ready: false,
            weight,
            granted: total.granted,
            last_grant: total.last_grant,
            told: heard.map(|heard| heard.told(total, in_flight)),
            round_trip_ms: None,
            recalled_at: watch.and_then(|watch| watch.recalled_at.get(sku)).copied(),
            edge,
        };
        (view, Part { number, heard })
    }
}

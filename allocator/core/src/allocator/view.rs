//! What the console and the reports see.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeId, Epoch, SaleId, Sku, Timestamp, Units};

use super::Allocator;
use crate::{
    AWAY_MS, Account, Count, DemandByEdge, EdgeSnapshot, EdgeState, EscrowSnapshot, ItemDefinition, Phase,
    QuarantineSnapshot, Report, Sale, SaleSnapshot, SaleStage, SaleState, SkuReport, SkuSnapshot, Snapshot, Stock,
};

impl Allocator {
    /// The ledger and the edges as the console shows them. At most one commit ahead of what is durable.
    pub fn snapshot(&self, now: Timestamp) -> Snapshot {
        let mut quarantine = self.quarantine();
        let edge = |edge: EdgeId| {
            let held = quarantine.remove(&edge).unwrap_or_default();
            self.edge_snapshot(edge, held, now)
        };
        Snapshot {
            now_ms: now.0,
            term: self.image.term.0,
            commit: self.image.commit.0,
            waiting_for: self.waiting_for(),
            edges: self.all_edges().into_iter().map(edge).collect(),
            sales: self.image.sales.values().map(|sale| self.sale_snapshot(sale, now)).collect(),
            alerts: self.alerts.snapshot(),
        }
    }

    /// One sale's balance sheet.
    pub fn report(&self, sale: &SaleId) -> Option<Report> {
        let sale = self.image.sales.get(sale)?;
        let definition = &sale.definition;
        let balanced = definition.skus().all(|sku| self.image.stock[&sku].check(&sku).is_ok());
        let skus = definition.items.iter().map(|item| sku_report(item, &self.image.stock[&definition.sku(&item.sku)]));
        Some(Report {
            sale: definition.id.clone(),
            title: definition.title.clone(),
            state: state(sale, definition.starts_at),
            skus: skus.collect(),
            balanced,
        })
    }

    /// What each edge sold of a sale, whatever has become of the sale since. Looks at the sale's items and their sellers
    /// alone, and not at its orders.
    pub fn sold_by_edge(&self, sale: &SaleId) -> Option<DemandByEdge> {
        let definition = &self.image.sales.get(sale)?.definition;
        let sold = |sku: Sku| Some((sku.code.clone(), self.image.counts.sold_by_edge(&sku)?.clone()));
        Some(definition.skus().filter_map(sold).collect())
    }

    fn all_edges(&self) -> Vec<EdgeId> {
        let mut edges: Vec<EdgeId> = self.settings.ids().cloned().collect();
        edges.extend(self.image.epochs.keys().filter(|edge| !self.settings.knows(edge)).cloned());
        edges
    }

    fn edge_snapshot(&self, id: EdgeId, quarantine: BTreeMap<Epoch, Units>, now: Timestamp) -> EdgeSnapshot {
        let held = quarantine.into_iter().map(|(epoch, units)| QuarantineSnapshot { epoch: epoch.0, units });
        let heard_at = self.watches.get(&id).and_then(|watch| watch.heard_at);
        EdgeSnapshot {
            state: self.edge_state(&id, now),
            epoch: self.image.last_epoch(&id).map(|(epoch, _)| epoch.0),
            last_heard_ms_ago: heard_at.map(|at| now.since_ms(at)),
            orders: self.image.counts.of_edge(&id).taken,
            quarantine: held.collect(),
            id,
        }
    }

    /// What each edge's fenced epochs have in quarantine, over all SKUs.
    fn quarantine(&self) -> BTreeMap<EdgeId, BTreeMap<Epoch, Units>> {
        let mut held: BTreeMap<EdgeId, BTreeMap<Epoch, Units>> = BTreeMap::new();
        for (account, units) in self.image.stock.values().flat_map(|stock| &stock.accounts) {
            if let Account::Quarantine(edge, epoch) = account {
                let sum = held.entry(edge.clone()).or_default().entry(*epoch).or_default();
                *sum = sum.plus(*units);
            }
        }
        held
    }

    fn edge_state(&self, edge: &EdgeId, now: Timestamp) -> EdgeState {
        if self.watches.get(edge).is_some_and(|watch| watch.refused) {
            return EdgeState::Refused;
        }
        let heard = self.last_link(edge).is_some_and(|(_, link)| now.since_ms(link.heard_at) < AWAY_MS);
        match self.image.last_epoch(edge).map(|(_, book)| book.head.phase) {
            None | Some(Phase::Offered) => EdgeState::New,
            Some(Phase::Live) if heard => EdgeState::Live,
            Some(Phase::Live) => EdgeState::Away,
            Some(Phase::Fenced | Phase::Closed | Phase::Retired) => EdgeState::Fenced,
        }
    }

    fn sale_snapshot(&self, sale: &Sale, now: Timestamp) -> SaleSnapshot {
        let definition = &sale.definition;
        let sku = |item: &ItemDefinition| {
            let sku = definition.sku(&item.sku);
            sku_snapshot(item, &self.image.stock[&sku], self.image.counts.of_sku(&sku))
        };
        SaleSnapshot {
            id: definition.id.clone(),
            title: definition.title.clone(),
            state: state(sale, now),
            starts_at_ms: definition.starts_at.0,
            ends_at_ms: sale.ends_at.0,
            limit: definition.limit,
            credit: definition.credit,
            skus: definition.items.iter().map(sku).collect(),
        }
    }
}

fn state(sale: &Sale, now: Timestamp) -> SaleState {
    match sale.stage {
        SaleStage::Published if now < sale.definition.starts_at => SaleState::Planned,
        SaleStage::Published => SaleState::Open,
        SaleStage::Closed => SaleState::Closed,
        SaleStage::Settled => SaleState::Settled,
    }
}

fn sku_snapshot(item: &ItemDefinition, stock: &Stock, orders: Count) -> SkuSnapshot {
    SkuSnapshot {
        sku: item.sku.clone(),
        name: item.name.clone(),
        supply: item.supply,
        budget: item.budget,
        debt: stock.owed(),
        oversold: stock.debt.minus(stock.owed()),
        pool: stock.balance(&Account::Pool),
        escrow: stock.accounts.iter().filter_map(escrow).collect(),
        sold: stock.balance(&Account::Sold),
        at_risk: stock.at_risk(),
        quarantine: stock.quarantine(),
        written_off: stock.written_off(),
        sold_out: stock.is_sold_out(),
        halted: stock.halted.clone(),
        orders: orders.taken,
        cancelled: orders.cancelled,
    }
}

fn escrow((account, units): (&Account, &Units)) -> Option<EscrowSnapshot> {
    match account {
        Account::Escrow(edge, epoch) => Some(EscrowSnapshot { edge: edge.clone(), epoch: epoch.0, units: *units }),
        _ => None,
    }
}

fn sku_report(item: &ItemDefinition, stock: &Stock) -> SkuReport {
    SkuReport {
        sku: item.sku.clone(),
        name: item.name.clone(),
        supply: item.supply,
        budget: item.budget,
        debt: stock.owed(),
        oversold: stock.debt.minus(stock.owed()),
        pool: stock.balance(&Account::Pool),
        escrow: stock.escrow(),
        sold: stock.balance(&Account::Sold),
        quarantine: stock.quarantine(),
        written_off: stock.written_off(),
    }
}

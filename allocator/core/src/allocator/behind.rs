//! A ledger that is behind an edge: it was set back, and of what the edge may sell no number can be trusted.

use doorbuster_proto::{EdgeId, Hello, RefusedReason, Seq, Session, Sku, Timestamp};

use super::Allocator;
use crate::{Account, Connection, SaleStage};

/// The most processes that are remembered; each of those beyond says again that the ledger is behind it.
const AHEAD_MAX: usize = 1_024;

impl Allocator {
    /// What the hello shows.
    pub(super) fn hello_is_ahead(
        &mut self,
        c: Connection,
        session: Session,
        hello: &Hello,
        detail: &str,
        now: Timestamp,
    ) {
        if self.is_refusal_new(hello, RefusedReason::LedgerBehind) {
            self.alert(behind(&hello.edge, detail), now);
        }
        self.ledger_behind(&hello.edge, detail, now);
        self.refuse(c, session, RefusedReason::LedgerBehind, detail);
    }

    /// What the edge finds at its welcome: its process heard more than its disk had kept when it said hello. That hello
    /// has counted as the epoch's word in this term, and does not any more. From its next start on the process knows only
    /// what its disk holds, and ships again what the ledger lacks.
    pub(super) fn told_behind(&mut self, connection: Connection, held: Seq, now: Timestamp) {
        let Some(link) = self.links.get(connection) else { return };
        let (edge, session, epoch) = (link.edge.clone(), link.session, link.epoch);
        let Some((epoch, head)) = epoch.and_then(|epoch| Some((epoch, self.image.book(&edge, epoch)?.head))) else {
            return self.hang_up(connection, "a word on the ledger without an epoch");
        };
        if held <= head.up_taken {
            return self.hang_up(connection, "the ledger is said to be behind, and is not");
        }
        let detail = format!("it heard that the ledger held its log to {held}, and that is held to {}", head.up_taken);
        self.alert(behind(&edge, &detail), now);
        self.awaited.insert((edge.clone(), epoch));
        self.ledger_behind(&edge, &detail, now);
        if self.ahead.len() < AHEAD_MAX {
            self.ahead.insert(session.boot, detail.clone());
        }
        self.refuse(connection, session, RefusedReason::LedgerBehind, &detail);
    }

    /// The ledger lost what the edge holds: nothing that the edge may sell can be trusted, so none of it moves any more.
    fn ledger_behind(&mut self, edge: &EdgeId, detail: &str, now: Timestamp) {
        self.watch(edge).refused = true;
        let reason = behind(edge, detail);
        for sku in self.skus_of(edge) {
            self.halt(&sku, &reason, now);
        }
    }

    /// What an edge may sell, or holds by these books, of sales that are not settled.
    fn skus_of(&self, edge: &EdgeId) -> Vec<Sku> {
        let unsettled = self.image.sales.values().filter(|sale| sale.stage != SaleStage::Settled);
        let items = unsettled.flat_map(|sale| {
            let sku = |item: &crate::ItemDefinition| Sku { sale: sale.definition.id.clone(), code: item.sku.clone() };
            sale.definition.items.iter().map(move |item| (sku(item), item.is_placed(edge)))
        });
        items.filter(|(sku, is_placed)| *is_placed || self.has_dealt(edge, sku)).map(|(sku, _)| sku).collect()
    }

    fn has_dealt(&self, edge: &EdgeId, sku: &Sku) -> bool {
        let is_its = |account: &Account| account.epoch().is_some_and(|(holder, _)| holder == edge);
        let holds = self.image.stock.get(sku).is_some_and(|stock| stock.accounts.keys().any(is_its));
        let books = self.image.epochs.get(edge).into_iter().flat_map(|books| books.values());
        holds || books.into_iter().any(|book| book.totals.contains_key(sku))
    }
}

fn behind(edge: &EdgeId, detail: &str) -> String {
    format!("the ledger is behind {edge}: {detail} (RUNBOOK.md, \"LedgerBehind\")")
}

//! What an edge told last of a SKU, and what its log has said since.

use doorbuster_proto::{LevelBooks, Timestamp, Units};

use super::demand::Demand;
use crate::{Rate, Told, Total};

/// What an edge told last of a SKU. Time and demand are kept where the policy reads them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Heard {
    at: Timestamp,
    waiting: Units,
    books: LevelBooks,
    demand: Demand,
}

impl Heard {
    /// What the policy makes of it but its demand, beside the ledger's own totals: whichever of the two heard last of a sale
    /// or a return is right, and what was sold since went to whoever waited.
    pub(super) fn told(&self, total: Total, has_grant_in_flight: bool) -> Told {
        let (sold, returned) = (self.books.sold.max(total.sold), self.books.returned.max(total.returned));
        let stock = total.granted.saturating_sub(sold).saturating_sub(returned);
        let in_flight =
            if has_grant_in_flight { total.granted.saturating_sub(self.books.granted) } else { Units::ZERO };
        let waiting = self.waiting.saturating_sub(sold.minus(self.books.sold));
        Told { shelf: stock.saturating_sub(in_flight), waiting, in_flight, ..Told::default() }
    }

    /// What shoppers ask for, and what that is worth, at a moment. What was before the sale began does not count.
    pub(super) fn demand_at(&self, now: Timestamp, begins: Timestamp) -> (Rate, u64) {
        let demand = self.demand.after(0, self.at.max(begins), now);
        (demand.rate(), demand.units())
    }

    /// What it told beside its demand.
    pub(super) fn new(waiting: Units, books: LevelBooks) -> Self {
        Self { waiting, books, ..Self::default() }
    }

    /// Takes what the log says was sold as if the edge had told it: whoever waited has it.
    pub(super) fn listen_to_log(&mut self, sold: Units, begins: Timestamp, now: Timestamp) {
        let news = sold.saturating_sub(self.books.sold);
        if news.is_zero() {
            return;
        }
        let before = *self;
        self.books.sold = sold;
        self.waiting = self.waiting.saturating_sub(news);
        self.listen(Some(&before), begins, now);
    }

    /// Notes the moment, and what was asked for since it was heard before.
    pub(super) fn listen(&mut self, before: Option<&Self>, begins: Timestamp, now: Timestamp) {
        self.at = now;
        if let Some(before) = before {
            self.demand = before.demand.after(before.asked_until(self), before.at.max(begins), now);
        }
    }

    /// Whether the edge tells anything that it has not told before.
    pub(super) fn differs(&self, next: &Self) -> bool {
        (self.waiting, self.books) != (next.waiting, next.books)
    }

    /// What was asked for since, a unit a shopper however often they ask: sold, or waited for.
    fn asked_until(&self, next: &Self) -> u64 {
        let sold = next.books.sold.saturating_sub(self.books.sold).get();
        (sold + next.waiting.get()).saturating_sub(self.waiting.get())
    }
}

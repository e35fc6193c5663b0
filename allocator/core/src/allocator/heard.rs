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
    /// or a return is right, and what was sold since went to whoever waited. Under way is what the edge has not confirmed, nor
    /// told as granted.
    pub(super) fn told(&self, total: Total, unconfirmed: Units) -> Told {
        let (sold, returned) = (self.books.sold.max(total.sold), self.books.returned.max(total.returned));
        let stock = Total { sold, returned, ..total }.stock();
        let in_flight = total.granted.saturating_sub(self.books.granted).min(unconfirmed);
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

#[cfg(test)]
mod tests {
    use super::*;

    const BEGINS: Timestamp = Timestamp(1_000);

    fn u(count: u64) -> Units {
        Units::new(count).unwrap()
    }

    fn books(granted: u64, sold: u64) -> LevelBooks {
        LevelBooks { granted: u(granted), sold: u(sold), returned: u(0) }
    }

    fn total(granted: u64, sold: u64) -> Total {
        Total { granted: u(granted), last_grant: u(granted), sold: u(sold), returned: u(0) }
    }

    /// What was asked for until then, of an edge that had told so much at the start.
    fn asked(mut heard: Heard, before: Heard, ms: u64) -> u64 {
        let now = BEGINS.after_ms(ms);
        heard.listen(Some(&before), BEGINS, now);
        heard.demand_at(now, BEGINS).1
    }

    fn first(waiting: u64, granted: u64, sold: u64) -> Heard {
        let mut heard = Heard::new(u(waiting), books(granted, sold));
        heard.listen(None, BEGINS, BEGINS);
        heard
    }

    #[test]
    fn what_the_log_said_first_the_level_does_not_say_again() {
        let mut heard = first(0, 100, 0);
        heard.listen_to_log(u(40), BEGINS, BEGINS.after_ms(500));
        assert_eq!(heard.demand_at(BEGINS.after_ms(500), BEGINS), (Rate(80_000), 40));
        assert!(!heard.differs(&Heard::new(u(0), books(100, 40))));
        assert_eq!(asked(Heard::new(u(0), books(100, 50)), heard, 500), 50);
    }

    #[test]
    fn what_the_level_said_first_the_log_does_not_say_again() {
        let mut heard = first(0, 100, 40);
        let before = heard;
        heard.listen_to_log(u(40), BEGINS, BEGINS.after_ms(500));
        heard.listen_to_log(u(30), BEGINS, BEGINS.after_ms(600));
        assert_eq!(heard, before);
    }

    #[test]
    fn whoever_waited_and_then_bought_asked_once() {
        let mut heard = first(0, 10, 10);
        let waits = Heard::new(u(3), books(10, 10));
        assert_eq!(asked(waits, heard, 100), 3);
        heard = first(3, 15, 10);
        heard.listen_to_log(u(15), BEGINS, BEGINS.after_ms(100));
        assert_eq!(heard.demand_at(BEGINS.after_ms(100), BEGINS).1, 2, "five were sold, three of them to who waited");
        assert_eq!(heard.told(total(15, 15), u(0)).waiting, u(0));
    }

    #[test]
    fn under_way_is_what_the_edge_has_not_confirmed_however_long_ago_it_told() {
        let heard = first(0, 100, 0);
        let told = heard.told(total(260, 190), u(60));
        assert_eq!((told.shelf, told.in_flight), (u(10), u(60)));
        assert_eq!(
            first(0, 260, 190).told(total(260, 190), u(60)).in_flight,
            u(0),
            "it told of the grant before it confirmed it"
        );
    }
}

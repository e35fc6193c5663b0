//! What shoppers were told, held against the books at the end: a fast answer that is not true is worth nothing.

use super::ours::Ours;
use super::outcome::Outcome;
use super::peer::Peer;
use super::rounds::Side;
use super::rows::Work;

/// Purchases that were answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    ours: u64,
    ours_undecided: u64,
    peer: u64,
}

impl Tally {
    /// Counts what came of a load.
    pub fn note(&mut self, work: Work, side: Side, outcome: &Outcome) {
        match (work, side) {
            (Work::Purchase, Side::Ours) => {
                self.ours += outcome.with_status(201);
                self.ours_undecided += outcome.with_status(202);
            }
            (Work::Purchase, Side::Peer) => self.peer += outcome.with_status(201),
            _ => {}
        }
    }

    /// Counts purchases that were made one at a time.
    pub fn bought(&mut self, ours: u64, peer: u64) {
        self.ours += ours;
        self.peer += peer;
    }

    /// Asks both sides' books.
    ///
    /// # Errors
    /// They do not agree with what shoppers were told.
    pub async fn check(&self, ours: &Ours, peer: &Peer) -> anyhow::Result<()> {
        ours.taken_in().await?;
        self.agrees(ours.metrics().await?.sold(), peer.orders().await?)
    }

    /// An undecided answer may have become an order.
    fn agrees(&self, sold: u64, recorded: u64) -> anyhow::Result<()> {
        let Self { ours, ours_undecided, peer } = *self;
        anyhow::ensure!(
            (ours..=ours + ours_undecided).contains(&sold),
            "the edge's books: expected {ours} units sold, and up to {ours_undecided} more, found {sold}"
        );
        anyhow::ensure!(recorded == peer, "Redis: expected {peer} orders, found {recorded}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_must_be_in_the_books() {
        let mut tally = Tally::default();
        let outcome = Outcome { statuses: [(201, 10), (202, 2)].into(), ..Outcome::of(12, 1.0) };
        tally.note(Work::Purchase, Side::Ours, &outcome);
        tally.note(Work::SoldOut, Side::Ours, &outcome);
        tally.bought(1, 3);
        assert!(tally.agrees(11, 3).is_ok() && tally.agrees(13, 3).is_ok());
        for (sold, recorded) in [(10, 3), (14, 3), (11, 2)] {
            assert!(tally.agrees(sold, recorded).is_err(), "{sold} {recorded}");
        }
    }
}

//! A purchase on its way to the stock: refused from the board where the stock need not be asked.

use std::ops::RangeInclusive;

use doorbuster_proto::{Availability, Timestamp};

use super::guide::Outcome;
use super::{Problem, Shop};
use crate::stock::{Answer, Board, Busy, Purchase, Refusal};

/// How long a shopper is asked to wait when the stock's queue is full; drawn at random, so that not all come back at once.
const BUSY_RETRY_MS: RangeInclusive<u64> = 1_000..=3_000;

impl Shop {
    /// Buys, or says why not. Repeats are answered as the first was.
    pub(super) async fn buy(&self, purchase: Purchase, now: Timestamp) -> Outcome {
        match self.refused(&purchase, now) {
            Some(refusal) => self.outcome(Ok(Answer::Refused(refusal)), &purchase, now),
            None => self.buy_of_stock(purchase, now).await,
        }
    }

    /// Refuses what needs no word of the stock, which keeps what was bought once.
    pub(super) fn refused(&self, purchase: &Purchase, now: Timestamp) -> Option<Refusal> {
        // Most purchases meet an item that sells: whether it is a repeat is asked only of the others.
        let refusal = refusal(&self.stock.board(), purchase, now)?;
        if self.stock.may_know(&purchase.order()) {
            return None;
        }
        self.counts.answered(&Ok(Answer::Refused(refusal)));
        Some(refusal)
    }

    /// Buys of the stock, whatever the board says.
    pub(super) async fn buy_of_stock(&self, purchase: Purchase, now: Timestamp) -> Outcome {
        let answer = self.stock.purchase(purchase.clone()).await;
        self.counts.answered(&answer);
        self.outcome(answer, &purchase, now)
    }
}

/// What the board alone says against a fresh purchase.
fn refusal(board: &Board, purchase: &Purchase, now: Timestamp) -> Option<Refusal> {
    let Some((rules, word)) = board.item(purchase.sale.as_str(), purchase.sku.as_str(), now) else {
        // Before the ledger has told the sales, only the stock knows what to say.
        return board.is_complete().then_some(Refusal::UnknownSku);
    };
    match word {
        Availability::NotStarted => Some(Refusal::NotStarted { starts_at: rules.starts_at }),
        Availability::SoldOut => Some(Refusal::SoldOut),
        Availability::Over => Some(Refusal::Over),
        Availability::Available | Availability::FewLeft | Availability::Queueing => None,
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownSku => Self::UnknownSku,
            Refusal::NotStarted { starts_at } => Self::NotStarted { starts_at },
            Refusal::Over => Self::Over,
            Refusal::SoldOut => Self::SoldOut,
            Refusal::LimitReached { limit } => Self::LimitReached { limit },
            Refusal::KeyReused => Self::KeyReused,
        }
    }
}

impl From<Busy> for Problem {
    fn from(_: Busy) -> Self {
        Self::TooBusy { retry_after_ms: rand::random_range(BUSY_RETRY_MS) }
    }
}

//! What shoppers may read without asking the owner: the sales, and a word per SKU.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU8, Ordering};

use doorbuster_edge_core::ShownSale;
use doorbuster_proto::{Availability, SaleId, SaleRules, Sku, SkuCode, Timestamp};

/// The sales and their words. Replaced when the sales change; the words change in place.
#[derive(Debug, Default)]
pub struct Board {
    sales: BTreeMap<SaleId, BoardSale>,
    sale_of: HashMap<SkuCode, SaleId>,
    complete: bool,
}

#[derive(Debug)]
struct BoardSale {
    rules: SaleRules,
    closed: bool,
    words: BTreeMap<SkuCode, AtomicU8>,
}

impl Board {
    /// Every sale, by id.
    pub fn sales(&self) -> impl Iterator<Item = &SaleRules> {
        self.sales.values().map(|sale| &sale.rules)
    }

    /// Whether the ledger has told the sales since the start: what is not here is not for sale.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// One sale.
    pub fn sale(&self, sale: &SaleId) -> Option<&SaleRules> {
        self.sale_named(sale.as_str())
    }

    /// The sale that sells this code, and the code in full.
    pub fn find(&self, code: &SkuCode) -> Option<(&SaleRules, Sku)> {
        let sale = self.sale_of.get(code)?;
        Some((self.sale(sale)?, Sku { sale: sale.clone(), code: code.clone() }))
    }

    /// The word that shoppers read of a SKU at `now`.
    pub fn availability(&self, sku: &Sku, now: Timestamp) -> Option<Availability> {
        self.item(sku.sale.as_str(), sku.code.as_str(), now).map(|(_, word)| word)
    }

    /// The sale of this name.
    pub fn sale_named(&self, sale: &str) -> Option<&SaleRules> {
        self.sales.get(sale).map(|sale| &sale.rules)
    }

    /// The code of the item that these texts name: a clone shares its text with the board.
    pub fn code(&self, sale: &str, code: &str) -> Option<&SkuCode> {
        self.sales.get(sale)?.words.get_key_value(code).map(|(code, _)| code)
    }

    /// The item that these texts name: its sale, and the word that shoppers read of it at `now`.
    pub fn item(&self, sale: &str, code: &str, now: Timestamp) -> Option<(&SaleRules, Availability)> {
        let sale = self.sales.get(sale)?;
        let word = sale.words.get(code)?;
        let word = if sale.closed || now >= sale.rules.ends_at {
            Availability::Over
        } else if now < sale.rules.starts_at {
            Availability::NotStarted
        } else {
            Availability::ALL[usize::from(word.load(Ordering::Relaxed))]
        };
        Some((&sale.rules, word))
    }

    /// A board of these sales, with the words that `before` showed.
    pub(super) fn of(shown: Vec<ShownSale>, complete: bool, before: &Self) -> Self {
        let sale_of =
            shown.iter().flat_map(|sale| sale.rules.items.keys().map(|code| (code.clone(), &sale.rules.sale)));
        let sale_of = sale_of.map(|(code, sale)| (code, sale.clone())).collect();
        let sales = shown.into_iter().map(|sale| (sale.rules.sale.clone(), BoardSale::of(sale, before)));
        Self { sales: sales.collect(), sale_of, complete }
    }

    pub(super) fn show(&self, sku: &Sku, availability: Availability) {
        if let Some(word) = self.sales.get(&sku.sale).and_then(|sale| sale.words.get(&sku.code)) {
            word.store(position(availability), Ordering::Relaxed);
        }
    }
}

impl BoardSale {
    fn of(shown: ShownSale, before: &Board) -> Self {
        let ShownSale { rules, closed } = shown;
        let words_before = before.sales.get(&rules.sale).map(|sale| &sale.words);
        let word = |code: &SkuCode| {
            let shown = words_before.and_then(|words| words.get(code)).map(|word| word.load(Ordering::Relaxed));
            AtomicU8::new(shown.unwrap_or_else(|| position(Availability::Queueing)))
        };
        let words = rules.items.keys().map(|code| (code.clone(), word(code))).collect();
        Self { rules, closed, words }
    }
}

fn position(word: Availability) -> u8 {
    let position = Availability::ALL.into_iter().zip(0..).find(|(each, _)| *each == word);
    position.expect("all words are in the list").1
}

#[cfg(test)]
mod tests {
    use doorbuster_proto::{ItemRules, Units};

    use super::Availability::{FewLeft, NotStarted, Over};
    use super::*;

    fn sku() -> Sku {
        Sku { sale: "first-light".parse().unwrap(), code: "kettle".parse().unwrap() }
    }

    fn shown(closed: bool) -> Vec<ShownSale> {
        let item = ItemRules { limit: Units::ONE, few_left: Units::ONE };
        let rules = SaleRules {
            sale: sku().sale,
            title: "First Light".into(),
            starts_at: Timestamp(10),
            ends_at: Timestamp(20),
            limit: Units::ONE,
            credit: Units::ZERO,
            items: BTreeMap::from([(sku().code, item)]),
        };
        vec![ShownSale { rules, closed }]
    }

    #[test]
    fn the_clock_goes_before_the_word() {
        let board = Board::of(shown(false), true, &Board::default());
        board.show(&sku(), Availability::FewLeft);
        let words = [9, 10, 19, 20].map(|now| board.availability(&sku(), Timestamp(now)).unwrap());
        assert_eq!(words, [NotStarted, FewLeft, FewLeft, Over]);
        assert_eq!(board.find(&sku().code).map(|(_, sku)| sku), Some(sku()));
    }

    #[test]
    fn an_item_is_found_by_its_names_as_text() {
        let board = Board::of(shown(false), true, &Board::default());
        let item = board.item("first-light", "kettle", Timestamp(9));
        assert_eq!(item.map(|(rules, word)| (&rules.sale, word)), Some((&sku().sale, NotStarted)));
        assert_eq!(board.code("first-light", "kettle"), Some(&sku().code));
        assert_eq!(board.sale_named("first-light").map(|rules| &rules.sale), Some(&sku().sale));
        for (sale, code) in [("first-light", "Kettle"), ("", "kettle"), ("second-light", "kettle")] {
            assert!(board.item(sale, code, Timestamp(9)).is_none(), "{sale}/{code}");
            assert!(board.code(sale, code).is_none(), "{sale}/{code}");
        }
    }

    #[test]
    fn a_new_board_keeps_the_words_and_shows_what_is_closed() {
        let board = Board::of(shown(false), true, &Board::default());
        board.show(&sku(), Availability::SoldOut);
        let board = Board::of(shown(false), true, &board);
        assert_eq!(board.availability(&sku(), Timestamp(10)), Some(Availability::SoldOut));
        let board = Board::of(shown(true), true, &board);
        assert_eq!(board.availability(&sku(), Timestamp(10)), Some(Availability::Over));
    }
}

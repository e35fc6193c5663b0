//! What shoppers may read without asking the owner: the sales, and a word per SKU. And who looked at what before the start.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

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
    items: BTreeMap<SkuCode, BoardItem>,
}

#[derive(Debug)]
struct BoardItem {
    word: AtomicU8,
    /// Views of its page before the start.
    views: AtomicU64,
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
        self.sales.get(sale)?.items.get_key_value(code).map(|(code, _)| code)
    }

    /// The item that these texts name: its sale, and the word that shoppers read of it at `now`.
    pub fn item(&self, sale: &str, code: &str, now: Timestamp) -> Option<(&SaleRules, Availability)> {
        let sale = self.sales.get(sale)?;
        let item = sale.items.get(code)?;
        let word = if sale.closed || now >= sale.rules.ends_at {
            Availability::Over
        } else if now < sale.rules.starts_at {
            Availability::NotStarted
        } else {
            Availability::ALL[usize::from(item.word.load(Ordering::Relaxed))]
        };
        Some((&sale.rules, word))
    }

    /// Counts a view of an item's page, where its sale has yet to start. `None` where there is no such item.
    pub fn count_view(&self, sale: &str, code: &str, now: Timestamp) -> Option<()> {
        let sale = self.sales.get(sale)?;
        let item = sale.items.get(code)?;
        if now < sale.rules.starts_at {
            item.views.fetch_add(1, Ordering::Relaxed);
        }
        Some(())
    }

    /// How often the page of each item was looked at before its sale's start, where it was.
    pub fn views(&self) -> impl Iterator<Item = (Sku, u64)> {
        let all =
            self.sales.iter().flat_map(|(sale, shown)| shown.items.iter().map(move |(code, item)| (sale, code, item)));
        let viewed = all.map(|(sale, code, item)| (sale, code, item.views.load(Ordering::Relaxed)));
        let viewed = viewed.filter(|(.., views)| *views > 0);
        viewed.map(|(sale, code, views)| (Sku { sale: sale.clone(), code: code.clone() }, views))
    }

    /// A board of these sales, with the words that `before` showed, and its views.
    pub(super) fn of(shown: Vec<ShownSale>, complete: bool, before: &Self) -> Self {
        let sale_of =
            shown.iter().flat_map(|sale| sale.rules.items.keys().map(|code| (code.clone(), &sale.rules.sale)));
        let sale_of = sale_of.map(|(code, sale)| (code, sale.clone())).collect();
        let sales = shown.into_iter().map(|sale| (sale.rules.sale.clone(), BoardSale::of(sale, before)));
        Self { sales: sales.collect(), sale_of, complete }
    }

    pub(super) fn show(&self, sku: &Sku, availability: Availability) {
        if let Some(item) = self.sales.get(&sku.sale).and_then(|sale| sale.items.get(&sku.code)) {
            item.word.store(position(availability), Ordering::Relaxed);
        }
    }
}

impl BoardSale {
    fn of(shown: ShownSale, before: &Board) -> Self {
        let ShownSale { rules, closed } = shown;
        let items_before = before.sales.get(&rules.sale).map(|sale| &sale.items);
        let item = |code: &SkuCode| items_before.and_then(|items| items.get(code)).map(BoardItem::again);
        let items = rules.items.keys().map(|code| (code.clone(), item(code).unwrap_or_default())).collect();
        Self { rules, closed, items }
    }
}

impl BoardItem {
    fn again(&self) -> Self {
        Self {
            word: AtomicU8::new(self.word.load(Ordering::Relaxed)),
            views: AtomicU64::new(self.views.load(Ordering::Relaxed)),
        }
    }
}

impl Default for BoardItem {
    fn default() -> Self {
        Self { word: AtomicU8::new(position(Availability::Queueing)), views: AtomicU64::new(0) }
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
    fn views_count_until_the_start_and_a_new_board_keeps_them() {
        let board = Board::of(shown(false), true, &Board::default());
        let look = |board: &Board, now| board.count_view("first-light", "kettle", Timestamp(now));
        assert_eq!(board.views().next(), None);
        assert_eq!([0, 9, 10].map(|now| look(&board, now)), [Some(()); 3]);
        assert_eq!(board.count_view("first-light", "mug", Timestamp(0)), None);
        let board = Board::of(shown(false), true, &board);
        assert_eq!(look(&board, 9), Some(()));
        assert_eq!(board.views().collect::<Vec<_>>(), [(sku(), 3)]);
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

//! The sales as published, and the site.

use doorbuster_edge_core::{Command, ShownSale};
use doorbuster_proto::{AllocatorBody, Published, SaleRules, SiteVersion, UpEntry, Verdict};

use super::rig::*;

fn published(site: u64) -> AllocatorBody {
    AllocatorBody::Published(Published { site: SiteVersion(site), sales: vec![rules(0)], edges: vec![] })
}

fn fetches(rig: &mut Rig) -> Vec<Command> {
    rig.effects().into_iter().filter(|command| matches!(command, Command::FetchSite { .. })).collect()
}

#[test]
fn sales_are_shown_and_kept_over_a_restart() {
    let mut rig = Rig::live(0, 0);
    rig.publish(vec![rules(0)]);
    let shown = |complete| {
        let sales = vec![ShownSale { rules: rules(0), closed: false }];
        Command::ShowSales { sales, complete }
    };
    assert!(rig.board().contains(&shown(true)));
    rig.crash();
    assert!(rig.board().contains(&shown(false)));
}

#[test]
fn a_site_is_fetched_once_and_again_after_a_new_connection() {
    let mut rig = Rig::live(0, 0);
    let fetch = Command::FetchSite { site: SiteVersion(4) };
    for expected in [vec![fetch.clone()], vec![]] {
        rig.hear(published(4));
        assert_eq!(fetches(&mut rig), expected);
    }
    rig.disconnect();
    rig.resume(0);
    rig.hear(published(4));
    assert_eq!(fetches(&mut rig), [fetch]);
    rig.edge.handle_site_installed(SiteVersion(4));
    rig.hear(published(4));
    assert_eq!(fetches(&mut rig), []);
    rig.disconnect();
    rig.connect();
    assert_eq!(hello(&rig.effects()).site, SiteVersion(4));
}

#[test]
fn a_sale_that_is_published_no_more_gives_its_stock_back_and_goes() {
    let mut rig = Rig::live(10, 0);
    rig.publish(vec![]);
    let entries: Vec<_> = shipped(&rig.effects()).into_iter().flat_map(|batch| batch.entries).collect();
    assert_eq!(entries, [UpEntry::StockReturned { sku: kettle(), units: units(10) }]);
    rig.publish(vec![]);
    assert!(rig.board().contains(&Command::ShowSales { sales: vec![], complete: true }));
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "unknown sku")]);
    assert!(rig.disk.sales.is_empty());
}

#[test]
fn what_is_not_for_sale_is_refused_only_once_the_ledger_has_told_the_sales() {
    let mut rig = Rig::fresh();
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "queueing")]);
    rig.connect();
    rig.begin(1);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(2, "queueing")]);
    rig.publish(vec![]);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(3, "unknown sku")]);
}

fn without_kettles() -> SaleRules {
    let mut rules = rules(0);
    rules.items.remove(&kettle().code);
    rules
}

fn entries(rig: &mut Rig) -> Vec<UpEntry> {
    shipped(&rig.effects()).into_iter().flat_map(|batch| batch.entries).collect()
}

#[test]
fn an_item_that_goes_elsewhere_gives_its_shelf_back() {
    let mut rig = Rig::live(10, 0);
    rig.publish(vec![without_kettles()]);
    assert_eq!(entries(&mut rig), [UpEntry::StockReturned { sku: kettle(), units: units(10) }]);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "unknown sku")]);
    // A grant was on its way.
    rig.grant(2, 4);
    assert_eq!(entries(&mut rig), [UpEntry::StockReturned { sku: kettle(), units: units(4) }]);
    assert_eq!(rig.on_hand(), 0);
}

/// Four units come, and one of them is sold, as it is where the sale is open.
fn sells_what_is_granted(rig: &mut Rig) {
    rig.grant(2, 4);
    rig.effects();
    rig.buy("ann", "k", 1);
    rig.effects();
    rig.taken(2, &[(2, Verdict::Valid)]);
    assert_eq!(replies(&rig.effects()), [(1, "reserved")]);
}

#[test]
fn an_item_that_comes_back_is_sold_again() {
    let mut rig = Rig::live(10, 0);
    rig.publish(vec![]);
    rig.effects();
    rig.publish(vec![rules(0)]);
    sells_what_is_granted(&mut rig);
    assert_eq!(rig.on_hand(), 3);
}

#[test]
fn an_old_sold_out_does_not_outlive_the_item() {
    let mut rig = Rig::live(0, 0);
    rig.word(true);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), [(1, "sold out")]);
    rig.publish(vec![without_kettles()]);
    rig.publish(vec![rules(0)]);
    rig.buy("ann", "k", 1);
    assert_eq!(replies(&rig.effects()), []);
    rig.word(true);
    assert_eq!(replies(&rig.effects()), [(2, "sold out")]);
}

#[test]
fn an_edge_that_has_not_been_told_what_it_sells_gives_nothing_back() {
    let mut rig = Rig::live(10, 0);
    rig.crash();
    rig.resume(0);
    rig.grant(2, 4);
    assert_eq!(entries(&mut rig), []);
    rig.publish(vec![without_kettles()]);
    assert_eq!(entries(&mut rig), [UpEntry::StockReturned { sku: kettle(), units: units(14) }]);
}

#[test]
fn a_sale_that_lasts_longer_is_open_again() {
    let mut rig = Rig::live(10, 0);
    rig.now = END;
    rig.publish(vec![rules(0)]);
    assert_eq!(entries(&mut rig), [UpEntry::StockReturned { sku: kettle(), units: units(10) }]);
    rig.publish(vec![SaleRules { ends_at: END.after_ms(1_000), ..rules(0) }]);
    sells_what_is_granted(&mut rig);
}

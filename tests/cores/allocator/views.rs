//! Page views: shortly before the start edges weigh by them, and what was split otherwise is moved.

use doorbuster_allocator_core::{Connection, Operator, Policy, SaleDefinition, VIEWS_COUNTED_MS};
use doorbuster_proto::{AllocatorBody, EdgeBody, Level, Timestamp};

use super::desk::{Desk, Out, Peer, START, returned, sale, sku, units};

fn soon() -> Timestamp {
    Timestamp(START.0 - VIEWS_COUNTED_MS)
}

fn tell(desk: &mut Desk, peer: &Peer, shelf: u64, views: u64) -> Vec<Out> {
    let level = Level { views, ..desk.level_of(peer, shelf, 0) };
    desk.say(peer, EdgeBody::LevelsChanged(vec![level]))
}

/// The first notice of a session, which tells all.
fn tell_all(desk: &mut Desk, peer: &Peer, views: u64) -> Vec<Out> {
    let all = vec![Level { views, ..desk.level_of(peer, 52, 0) }];
    desk.say(peer, EdgeBody::Levels(all))
}

/// Of 120 units each of two edges was granted 52.
fn split_evenly(by_page_views: bool) -> (Desk, Peer, Peer) {
    let mut desk = Desk::under(Policy::Adaptive, &["one", "two"]);
    let (mut one, mut two) = (desk.join("one", 1), desk.join("two", 2));
    let outs = desk.publish(SaleDefinition { by_page_views, ..sale("s", &[("a", 120)], 0) });
    for peer in [&mut one, &mut two] {
        desk.take_downs(peer, &outs);
        tell_all(&mut desk, peer, 0);
    }
    assert_eq!(desk.accounts(), [16, 104, 0, 0, 0]);
    (desk, one, two)
}

fn recalls(outs: &[Out]) -> Vec<(u64, u64)> {
    let recall = |out: &Out| match out {
        Out::To(to, AllocatorBody::Recall { keep, .. }) => Some((*to, keep.get())),
        _ => None,
    };
    outs.iter().filter_map(recall).collect()
}

#[test]
fn stock_goes_where_pages_were_looked_at() {
    let (mut desk, one, mut two) = split_evenly(true);
    tell(&mut desk, &one, 52, 300);
    tell(&mut desk, &two, 52, 100);
    assert_eq!(recalls(&desk.at(Timestamp(soon().0 - 1_000))), [], "there is time for more");
    assert_eq!(recalls(&desk.at(soon())), [(2, 26)]);
    desk.up(&mut two, vec![returned(26)]);
    let held = |desk: &Desk, peer: &Peer| {
        let total = desk.store.book(&peer.edge, peer.epoch.unwrap()).unwrap().total(&sku("a"));
        total.granted.minus(total.returned)
    };
    // By 300 and 100, and a view for each besides.
    assert_eq!([held(&desk, &one), held(&desk, &two)], [units(78), units(26)]);
    assert_eq!(desk.accounts(), [16, 104, 0, 0, 0]);
}

#[test]
fn views_after_they_were_counted_up_and_of_other_sales_move_nothing() {
    let (mut desk, one, two) = split_evenly(true);
    tell(&mut desk, &one, 52, 100);
    tell(&mut desk, &two, 52, 100);
    assert_eq!(recalls(&desk.at(soon())), []);
    tell(&mut desk, &one, 52, 900);
    assert_eq!(recalls(&desk.at(Timestamp(START.0 - 1_000))), []);

    let (mut desk, one, _) = split_evenly(false);
    tell(&mut desk, &one, 52, 900);
    assert_eq!(recalls(&desk.at(soon())), []);
}

#[test]
fn where_nobody_has_looked_the_first_view_before_the_start_counts() {
    let (mut desk, one, _) = split_evenly(true);
    assert_eq!(recalls(&desk.at(soon())), []);
    tell(&mut desk, &one, 52, 3);
    // Three, and a view for each edge: a first view says little.
    assert_eq!(recalls(&desk.at(Timestamp(soon().0 + 1_000))), [(2, 21)]);
}

#[test]
fn what_an_edge_told_counts_while_its_connection_is_down_and_after_it_began_anew() {
    let (mut desk, mut one, two) = split_evenly(true);
    tell(&mut desk, &one, 52, 100);
    tell(&mut desk, &two, 52, 100);
    desk.core.handle_disconnected(one.connection, desk.now);
    assert_eq!(recalls(&desk.at(soon())), [], "both were looked at alike");
    one.connection = Connection(3);
    desk.hello(&one);
    tell_all(&mut desk, &one, 1);
    assert_eq!(recalls(&desk.at(Timestamp(soon().0 + 1_000))), []);
}

#[test]
fn nothing_is_counted_before_every_edge_that_is_there_has_told_its_views() {
    let (mut desk, one, two) = split_evenly(true);
    desk.restart();
    desk.now = Timestamp(soon().0);
    desk.hello(&one);
    desk.hello(&two);
    tell_all(&mut desk, &one, 100);
    assert_eq!(recalls(&desk.at(Timestamp(soon().0 + 500))), [], "the second has as many views, and has yet to tell");
    tell_all(&mut desk, &two, 100);
    assert_eq!(recalls(&desk.at(Timestamp(soon().0 + 1_000))), []);
}

#[test]
fn a_sale_that_is_published_again_without_it_goes_by_its_other_weights() {
    let (mut desk, one, two) = split_evenly(true);
    tell(&mut desk, &one, 52, 300);
    tell(&mut desk, &two, 52, 300);
    assert_eq!(recalls(&desk.at(soon())), []);
    let mut again = sale("s", &[("a", 120)], 0);
    let weights = [("one", 3), ("two", 1)].map(|(edge, weight)| (edge.parse().unwrap(), weight));
    again.items[0].weights = Some(weights.into_iter().collect());
    let outs = desk.operator(Operator::Republish(again));
    assert_eq!(recalls(&outs), [(2, 26)]);
}

#[test]
fn from_the_start_on_views_are_no_reason_to_move_anything() {
    let (mut desk, one, _) = split_evenly(true);
    tell(&mut desk, &one, 52, 900);
    assert_eq!(recalls(&desk.at(START)), []);
}

/// Views are soft, as the levels that tell them.
#[test]
fn a_new_leader_counts_what_edges_tell_it() {
    let (mut desk, one, mut two) = split_evenly(true);
    tell(&mut desk, &one, 52, 300);
    desk.restart();
    for (peer, views) in [(&one, 300), (&two, 100)] {
        desk.hello(peer);
        tell_all(&mut desk, peer, views);
    }
    assert_eq!(recalls(&desk.at(soon())), [(2, 26)]);
    desk.up(&mut two, vec![returned(26)]);
    assert_eq!(desk.accounts(), [16, 104, 0, 0, 0]);
}

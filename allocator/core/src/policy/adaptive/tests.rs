use doorbuster_proto::Timestamp;

use super::super::view::tests::*;
use super::super::{EdgeView, Told};
use super::*;

fn moves(view: &SkuView) -> Vec<Move> {
    super::moves(view, Tail::Pool)
}

/// Three edges alike, with so many on each shelf, and demand of one a second each.
fn alike(shelf: u64) -> Vec<EdgeView> {
    ["a", "b", "c"].map(|name| asked(name, shelf, 1_000)).to_vec()
}

fn before_start(issued: u64, edges: Vec<EdgeView>) -> SkuView {
    SkuView { now: Timestamp(4_000), ..view(issued, issued, edges) }
}

#[test]
fn nobody_waits_so_that_somebody_else_may_have_one_in_stock() {
    let waiting = |at: u64| EdgeView { edge: format!("e-{at:02}").parse().unwrap(), ..stocked("e", 0, 1) };
    for (pool, edges) in [(35, 30), (30, 30), (61, 30), (8, 3)] {
        let given = moves(&view(400, pool, (0..edges).map(waiting).collect()));
        let edges_given: std::collections::BTreeSet<_> = given
            .iter()
            .map(|one| match one {
                Move::Grant { edge, .. } => edge.clone(),
                Move::Recall { .. } => panic!("the pool has enough: {given:?}"),
            })
            .collect();
        assert_eq!(edges_given.len() as u64, edges, "{pool} units: {given:?}");
    }
}

#[test]
fn most_of_it_goes_out_by_weight_before_the_start() {
    let edges = vec![weighing("a", 3), weighing("b", 1)];
    assert_eq!(moves(&before_start(80, edges)), [grant("a", 51), grant("b", 17)]);
}

#[test]
fn the_pool_keeps_back_no_more_than_chance_can_move() {
    let edges = vec![edge("a"), edge("b")];
    assert_eq!(moves(&before_start(20_000, edges)), [grant("a", 9_900), grant("b", 9_900)]);
}

#[test]
fn an_edge_above_its_low_water_mark_is_left_alone() {
    assert_eq!(moves(&view(400, 100, alike(30))), []);
}

#[test]
fn a_low_shelf_is_filled_up_to_its_part() {
    let mut edges = alike(50);
    edges[0] = asked("a", 0, 1_000);
    assert_eq!(moves(&view(400, 110, edges)), [grant("a", 61)]);
}

#[test]
fn what_is_out_of_reach_is_left_for_others_that_have_as_little() {
    let edges = vec![asked("a", 0, 1_000), asked("b", 8, 1_000), asked("c", 200, 1_000)];
    assert_eq!(moves(&view(400, 60, edges)), [grant("a", 30)]);
}

#[test]
fn an_edge_that_cannot_be_granted_to_leaves_its_part_of_the_pool_to_others() {
    // A full disk: it speaks, and tells of nothing that it could sell.
    let full = EdgeView { told: None, ..stocked("c", 0, 0) };
    let mut edges = vec![asked("a", 0, 1_000), asked("b", 0, 1_000), full, asked("d", 200, 1_000)];
    for told in edges.iter_mut().filter_map(|edge| edge.told.as_mut()) {
        told.evidence = 1;
    }
    assert_eq!(moves(&view(400, 60, edges)), [grant("a", 26), grant("b", 26), recall("d", 62)]);
}

#[test]
fn no_busy_edge_is_filled_up_before_it_has_sold_half_of_what_it_should_hold() {
    let busy = |shelf| ["a", "b", "c"].map(|name| asked(name, shelf, 100_000)).to_vec();
    assert_eq!(moves(&view(400, 20, busy(7))), [], "each sells as many until it has an answer");
    assert_eq!(moves(&view(400, 20, busy(3))), [grant("a", 3), grant("b", 3), grant("c", 3)]);
}

#[test]
fn a_first_part_does_not_depend_on_who_came_first() {
    let came_first = EdgeView { granted: u(40), last_grant: u(40), ..edge("a") };
    let of = |edges: Vec<EdgeView>| moves(&SkuView { pool: u(80), ..before_start(120, edges) });
    assert_eq!(of(vec![came_first, edge("b"), EdgeView { ready: false, ..edge("c") }]), [grant("b", 34)]);
}

#[test]
fn of_what_is_added_before_the_start_each_edge_gets_its_part() {
    let granted = |name| EdgeView { granted: u(10), last_grant: u(10), ..stocked(name, 10, 0) };
    let edges = ["a", "b", "c"].map(granted).to_vec();
    let raised = SkuView { pool: u(29_970), ..before_start(30_000, edges.clone()) };
    assert_eq!(moves(&raised), [grant("a", 9_890), grant("b", 9_890), grant("c", 9_890)]);
    let as_it_was = SkuView { pool: u(14), ..before_start(44, edges) };
    assert_eq!(moves(&as_it_was), []);
}

#[test]
fn a_busier_edge_is_filled_up_to_more() {
    let mut edges = alike(50);
    edges[0] = asked("a", 0, 8_000);
    assert_eq!(moves(&view(600, 400, edges)), [grant("a", 365)]);
}

#[test]
fn who_waits_comes_before_who_is_low() {
    let edges = vec![asked("a", 0, 1_000), EdgeView { round_trip_ms: Some(50), ..stocked("b", 0, 9) }];
    let moves = moves(&view(100, 9, edges));
    assert_eq!(moves[0], grant("b", 9));
}

#[test]
fn a_pool_that_is_too_small_is_shared_by_who_waits() {
    let edges = vec![stocked("a", 0, 30), stocked("b", 0, 10), stocked("c", 0, 0)];
    assert_eq!(moves(&view(100, 8, edges)), [grant("a", 6), grant("b", 2)]);
}

/// Sales in which a shopper may want several at once.
fn of_carts(pool: u64, edges: Vec<EdgeView>) -> SkuView {
    SkuView { cart_max: u(10), ..view(400, pool, edges) }
}

#[test]
fn where_a_part_may_serve_nobody_whoever_lacks_least_gets_all_of_it() {
    let edges = || vec![stocked("a", 0, 3), stocked("b", 0, 2), stocked("c", 0, 2)];
    assert_eq!(moves(&of_carts(4, edges())), [grant("b", 2), grant("c", 2)]);
    assert_eq!(moves(&of_carts(3, edges())), [grant("b", 2), grant("c", 1)]);
}

#[test]
fn units_too_few_for_whoever_waits_there_are_gathered_for_whoever_lacks_least() {
    let edges = || vec![stocked("a", 1, 2), stocked("b", 1, 2), stocked("c", 4, 10)];
    assert_eq!(moves(&of_carts(0, edges())), [recall("c", 0), recall("b", 0)]);
    let mut asked_just_now = edges();
    asked_just_now[2].recalled_at = Some(Timestamp(9_900));
    assert_eq!(moves(&of_carts(0, asked_just_now)), [recall("b", 0)], "four are on their way, and eight are lacked");
    assert_eq!(moves(&of_carts(0, edges()[..2].to_vec())), [recall("b", 0)]);
    assert_eq!(moves(&view(400, 0, edges()[..2].to_vec())), [], "each wants one, and has come for it");
    let ending = SkuView { ends_at: Timestamp(11_000), ..of_carts(0, edges()) };
    assert_eq!(moves(&ending), [recall("c", 0), recall("b", 0)]);
    let tail = vec![stocked("a", 1, 2), stocked("b", 1, 2), stocked("c", 1, 9)];
    assert_eq!(super::moves(&of_carts(0, tail), Tail::OneEdge), [recall("b", 0), recall("c", 0)]);
}

#[test]
fn units_under_way_are_not_granted_again() {
    let with = |in_flight: u64| {
        let mut edge = stocked("a", 0, 9);
        edge.told = edge.told.map(|told| Told { in_flight: u(in_flight), ..told });
        moves(&view(100, 50, vec![edge, stocked("b", 40, 0)]))
    };
    assert_eq!(with(7), [grant("a", 40)], "two that are lacked, and 38 ahead");
    assert_eq!(with(40), []);
}

#[test]
fn an_edge_with_more_cover_than_the_others_gives_it_back_when_the_pool_runs_down() {
    let edges = vec![asked("a", 10, 10_000), asked("b", 10, 10_000), asked("c", 60, 0)];
    let moves = moves(&view(400, 5, edges));
    assert!(
        matches!(&moves[..], [Move::Recall { edge, keep }] if edge.as_str() == "c" && keep.get() < 15),
        "{moves:?}"
    );
}

#[test]
fn the_last_units_are_gathered_and_go_to_who_waits() {
    let edges = vec![stocked("a", 2, 0), stocked("b", 0, 3), stocked("c", 0, 0)];
    assert_eq!(moves(&view(400, 1, edges)), [grant("b", 1), recall("a", 0)]);
    assert_eq!(low_water(&view(400, 0, alike(1))), [u(0), u(0), u(0)]);
}

#[test]
fn of_the_last_units_no_more_are_gathered_than_are_sold_until_more_could_be() {
    let rarely = |name: &str, shelf| asked(name, shelf, 100);
    let edges = || vec![rarely("a", 1), rarely("b", 1), rarely("c", 0)];
    assert_eq!(moves(&view(400, 0, edges())), [recall("a", 0)]);
    assert_eq!(moves(&view(400, 1, edges())), []);
    let mut asked_just_now = edges();
    asked_just_now[0].recalled_at = Some(Timestamp(9_900));
    assert_eq!(moves(&view(400, 0, asked_just_now)), [], "it is on its way");
}

#[test]
fn no_edge_is_left_without_a_unit_while_the_pool_can_spare_one() {
    let rarely = |name: &str, shelf| asked(name, shelf, 10);
    let edges = || vec![rarely("a", 0), rarely("b", 2), rarely("c", 2)];
    assert_eq!(moves(&view(400, 2, edges())), [grant("a", 1)]);
    assert_eq!(moves(&view(400, 1, edges())), [], "the last is for whoever comes next, anywhere");
    let mut expected_nowhere = edges();
    expected_nowhere[0] = EdgeView { weight: 0, ..asked("a", 0, 0) };
    assert_eq!(moves(&view(400, 2, expected_nowhere)), []);
}

#[test]
fn the_last_units_may_be_gathered_on_the_edge_that_has_the_most() {
    let edges =
        vec![stocked("a", 1, 0), stocked("b", 0, 1), stocked("c", 2, 0), stocked("d", 0, 0), stocked("e", 0, 0)];
    let gathered = super::moves(&view(400, 2, edges.clone()), Tail::OneEdge);
    assert_eq!(gathered, [grant("b", 1), grant("c", 1), recall("a", 0)]);
    // There they stay.
    let gathered = super::moves(&view(400, 0, vec![stocked("a", 0, 0), stocked("c", 3, 0)]), Tail::OneEdge);
    assert_eq!(gathered, []);
}

#[test]
fn one_recall_is_under_way_at_a_time_and_none_beside_a_grant() {
    let asked_just_now = EdgeView { recalled_at: Some(Timestamp(9_900)), ..stocked("a", 3, 0) };
    let mut granted = stocked("b", 3, 0);
    granted.told = granted.told.map(|told| Told { in_flight: Units::ONE, ..told });
    let edges = vec![asked_just_now, granted, stocked("c", 0, 1)];
    assert_eq!(moves(&view(400, 0, edges.clone())), []);
    let its_answer_is_overdue = SkuView { now: Timestamp(10_040), ..view(400, 0, edges) };
    assert_eq!(moves(&its_answer_is_overdue), [recall("a", 1)]);
}

#[test]
fn near_the_end_nothing_is_kept_where_nobody_waits() {
    let ending = SkuView { ends_at: Timestamp(11_000), ..view(400, 100, alike(50)) };
    assert_eq!(moves(&ending), [recall("a", 0), recall("b", 0), recall("c", 0)]);
}

#[test]
fn the_low_water_mark_is_what_is_sold_in_the_time_of_an_answer_and_a_margin() {
    let slow = EdgeView { round_trip_ms: Some(980), weight: 0, ..asked("a", 50, 100_000) };
    let near = EdgeView { weight: 0, ..asked("b", 50, 100_000) };
    assert_eq!(low_water(&view(4_000, 1_000, vec![slow, near])), [u(150), u(20)]);
    assert_eq!(low_water(&view(4_000, 1_000, vec![stocked("a", 20, 0)])), [u(10)], "nobody has asked yet");
}

#[test]
fn no_mark_is_more_than_a_third_of_what_the_edge_should_hold_unless_it_may_sell_that_at_once() {
    let edges = |rate| ["a", "b"].map(|name| asked(name, 6, rate)).to_vec();
    // Each should hold six.
    assert_eq!(low_water(&view(400, 6, edges(4_000))), [u(2), u(2)]);
    assert_eq!(low_water(&view(400, 6, edges(100_000))), [u(3), u(3)]);
}

#[test]
fn who_waits_is_not_left_waiting_for_a_few_units_that_lie_elsewhere() {
    // Three units are no tail for two edges, and a pool that should keep back one is not low.
    let edges = vec![asked("a", 3, 0), EdgeView { granted: u(0), last_grant: u(0), ..stocked("b", 0, 1) }];
    assert_eq!(moves(&view(40, 0, edges)), [recall("a", 2)]);
}

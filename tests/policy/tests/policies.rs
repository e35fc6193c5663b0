//! Whatever the policy, nobody is told "sold out" while a unit is left; and the adaptive one leaves nobody waiting for what
//! lies elsewhere. How much better than the others it is, is for the benchmark to say.

use doorbuster_allocator_core::Policy;
use doorbuster_policy::{Figures, Replay, Row, Shape, Trace, Workload, measure, simulate};

const EDGES: usize = 8;
const SUPPLY: u64 = 400;
/// Sales of each kind.
const SALES: u64 = 20;
/// Buyers who may wait for more than two round trips although a unit is left, over all sales of a kind.
const WAITING_SHARE_MAX: f64 = 0.01;
const WAITING_SHARE_OF_ONE_MAX: f64 = 0.06;

fn workloads() -> Vec<Workload> {
    let made = Shape::MADE.map(|shape| Workload::of(shape, EDGES, SUPPLY));
    made.into_iter().chain([recorded()]).collect()
}

/// In the morning shoppers come to the first edge, and then more and more to the others.
fn recorded() -> Workload {
    let row = |hour, edge| format!("{hour},{edge},{}", if edge == 0 { 100 } else { hour * edge });
    let rows: Vec<_> = (0..12).flat_map(|hour| (0..EDGES).map(move |edge| row(hour, edge))).collect();
    let trace = Trace::parse("a-day", &format!("second,edge,shoppers\n{}", rows.join("\n"))).expect("it is a trace");
    Workload::recorded(Replay::steady(trace), SUPPLY)
}

fn sales(rows: &[Row]) -> impl Iterator<Item = (&Row, &Figures)> {
    rows.iter().flat_map(|row| row.sales.iter().map(move |sale| (row, sale)))
}

#[test]
fn no_policy_says_sold_out_while_a_unit_is_left() {
    let rows = measure(&workloads(), &Policy::ALL, |_| 1);
    for (row, sale) in sales(&rows) {
        assert!(sale.false_sold_out <= 0.0, "{} under {}: {sale:?}", row.policy, row.workload.name());
    }
}

#[test]
fn the_adaptive_policy_sells_everything_and_keeps_hardly_anyone_waiting() {
    for row in measure(&workloads(), &[Policy::Adaptive], |_| SALES) {
        let name = row.workload.name();
        // Of one sale it is chance where the last unit lies.
        for sale in &row.sales {
            assert!(sale.unsold <= 0.0 && sale.waiting_share <= WAITING_SHARE_OF_ONE_MAX, "{name}: {sale:?}");
        }
        let waiting = row.sales.iter().map(|sale| sale.waiting_share).sum::<f64>() / row.sales.len() as f64;
        assert!(waiting <= WAITING_SHARE_MAX, "{name}: {waiting}");
    }
}

#[test]
fn units_too_few_for_a_shopper_who_wants_several_do_not_stay_where_they_are() {
    for carts in [&[2][..], &[1, 1, 4]] {
        let with_carts: Vec<_> = workloads().into_iter().map(|workload| workload.with_carts(carts)).collect();
        let rows = measure(&with_carts, &[Policy::Adaptive, Policy::AdaptiveOneEdge], |_| SALES / 4);
        for (row, sale) in sales(&rows) {
            let name = row.workload.name();
            assert!(
                sale.unsold <= 0.0 && sale.false_sold_out <= 0.0,
                "{} under {name}, {carts:?}: {sale:?}",
                row.policy
            );
        }
    }
}

#[test]
fn a_split_that_nothing_mends_leaves_shoppers_waiting() {
    // What the figure is there to show: without it, the two tests above could not fail.
    let zipf = Workload::of(Shape::Zipf, EDGES, SUPPLY);
    let sale = simulate(&zipf, Policy::Static, 1);
    assert!(sale.waiting_share > 10.0 * WAITING_SHARE_MAX && sale.stranded_unit_seconds > 0.0, "{sale:?}");
}

#[test]
fn the_same_seed_gives_the_same_sale() {
    let moving = Workload::of(Shape::Moving, EDGES, SUPPLY);
    for workload in [moving, recorded()] {
        let sale = simulate(&workload, Policy::Adaptive, 7);
        assert_eq!(sale, simulate(&workload, Policy::Adaptive, 7));
        assert_ne!(sale, simulate(&workload, Policy::Adaptive, 8), "who comes is drawn");
    }
}

//! What the console reads.

use doorbuster_allocator_core::{AWAY_MS, EdgeState, Operator, SaleState};

use super::desk::{Desk, START, order};

fn state(desk: &Desk) -> EdgeState {
    desk.core.snapshot(desk.now).edges[0].state
}

#[test]
fn an_edge_goes_from_new_to_live_to_away_to_fenced() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    assert_eq!(state(&desk), EdgeState::New);
    let peer = desk.join("one", 1);
    assert_eq!(state(&desk), EdgeState::Live);
    desk.now = desk.now.after_ms(AWAY_MS);
    assert_eq!(state(&desk), EdgeState::Away);
    desk.operator(Operator::Evict { edge: peer.edge });
    assert_eq!(state(&desk), EdgeState::Fenced);
}

#[test]
fn an_evicted_edge_shows_what_its_epoch_has_in_quarantine() {
    let mut desk = Desk::selling(&["one"], 20, 3);
    let peer = desk.join("one", 1);
    assert_eq!(desk.core.snapshot(desk.now).edges[0].quarantine, []);
    desk.operator(Operator::Evict { edge: peer.edge });
    let edges = serde_json::to_value(desk.core.snapshot(desk.now).edges).unwrap();
    assert_eq!(edges[0]["quarantine"], serde_json::json!([{ "epoch": 1, "units": 3 }]));
}

#[test]
fn the_json_has_the_consoles_names() {
    let mut desk = Desk::selling(&["one"], 20, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 2)]);
    desk.now = START;
    let json = serde_json::to_value(desk.core.snapshot(desk.now)).unwrap();
    assert_eq!(
        json["sales"],
        serde_json::json!([{
            "id": "s", "title": "s", "state": "open", "starts_at_ms": 1_000_000, "ends_at_ms": 2_000_000, "limit": 5,
            "credit": 0,
            "skus": [{
                "sku": "a", "name": "a", "supply": 20, "budget": 0, "debt": 0, "oversold": 0, "pool": 10, "at_risk": 0,
                "escrow": [{ "edge": "one", "epoch": 1, "units": 8 }], "sold": 2, "quarantine": 0, "written_off": 0,
                "sold_out": false, "halted": null, "orders": 1, "cancelled": 0,
            }],
        }])
    );
    assert_eq!(json["edges"][0]["orders"], 1);
    assert_eq!(json["edges"][0]["epoch"], 1);
    assert_eq!(json["waiting_for"], serde_json::json!([]));
}

#[test]
fn a_sale_is_planned_until_it_starts() {
    let desk = Desk::selling(&["one"], 20, 0);
    assert_eq!(desk.core.snapshot(desk.now).sales[0].state, SaleState::Planned);
    assert_eq!(desk.core.snapshot(START).sales[0].state, SaleState::Open);
}

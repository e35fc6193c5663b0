//! Levels and demand: soft, at each heartbeat and at once when it matters.

use doorbuster_edge_core::{HEARTBEAT_MS, LEVELS_MS_MIN};
use doorbuster_proto::Level;

use super::rig::*;

fn level(shelf: u64, waiting: u64) -> Vec<Level> {
    vec![Level { sku: kettle(), shelf: units(shelf), waiting: units(waiting) }]
}

/// Time passes to the next timeout.
fn later(rig: &mut Rig, ms: u64) -> Vec<Vec<Level>> {
    rig.advance_ms(ms);
    rig.edge.handle_timeout(rig.now);
    rig.levels()
}

#[test]
fn every_heartbeat_tells_all_levels() {
    let mut rig = Rig::live(10, 9);
    later(&mut rig, HEARTBEAT_MS);
    assert_eq!(later(&mut rig, HEARTBEAT_MS - 1), Vec::<Vec<Level>>::new());
    assert_eq!(later(&mut rig, 1), [level(10, 0)]);
    assert_eq!(rig.edge.poll_timeout(), Some(rig.now.after_ms(HEARTBEAT_MS)));
}

#[test]
fn a_shelf_that_falls_to_a_third_of_its_last_grant_is_told_at_once_and_once() {
    let mut rig = Rig::live(6, 9);
    later(&mut rig, HEARTBEAT_MS);
    rig.advance_ms(LEVELS_MS_MIN);
    for (shopper, expected) in [("a", vec![]), ("b", vec![]), ("c", vec![]), ("d", vec![level(2, 0)]), ("e", vec![])] {
        rig.buy(shopper, "k", 1);
        assert_eq!(rig.levels(), expected, "{shopper}");
        rig.advance_ms(LEVELS_MS_MIN);
    }
}

#[test]
fn demand_at_an_empty_shelf_is_told_at_once_but_not_too_often() {
    let mut rig = Rig::live(0, 9);
    later(&mut rig, HEARTBEAT_MS);
    rig.advance_ms(LEVELS_MS_MIN);
    rig.buy("ann", "k", 2);
    assert_eq!(rig.levels(), [level(0, 2)]);
    rig.buy("bob", "k", 1);
    assert_eq!(rig.levels(), Vec::<Vec<Level>>::new());
    assert_eq!(later(&mut rig, LEVELS_MS_MIN), [level(0, 3)]);
}

#[test]
fn those_turned_away_are_told_once() {
    let mut rig = Rig::live(0, 9);
    later(&mut rig, HEARTBEAT_MS);
    rig.buy("ann", "k", 1);
    rig.pass_ms(HEARTBEAT_MS - 1);
    assert_eq!(later(&mut rig, 1), [level(0, 1)]);
    assert_eq!(later(&mut rig, HEARTBEAT_MS), [vec![]]);
}

#[test]
fn nobody_is_told_without_a_session() {
    let mut rig = Rig::live(10, 9);
    rig.disconnect();
    assert_eq!(later(&mut rig, HEARTBEAT_MS), Vec::<Vec<Level>>::new());
}

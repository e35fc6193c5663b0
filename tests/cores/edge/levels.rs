//! Levels and demand: soft, at each heartbeat and at once when it matters.

use doorbuster_edge_core::{
    ALL_LEVELS_MS, HEARTBEAT_MS, LEVELS_MS_MIN, LOG_LATE_MS, PARK_MS_MAX, QUEUED_MS, REST_MS, REST_MS_MIN,
};
use doorbuster_proto::{BATCH_ENTRIES_MAX, DownEntry, Level, LevelBooks, Sku, SkuCode, Welcome};

use super::rig::*;

/// Of what was granted, so much is on the shelf, and the rest is sold.
fn level_of(granted: u64, shelf: u64, waiting: u64) -> Vec<Level> {
    let books = LevelBooks { granted: units(granted), sold: units(granted - shelf), returned: units(0) };
    vec![Level { sku: kettle(), shelf: units(shelf), waiting: units(waiting), books, views: 0 }]
}

fn level(shelf: u64, waiting: u64) -> Vec<Level> {
    level_of(shelf, shelf, waiting)
}

/// Time passes to the next timeout: what is told.
fn later(rig: &mut Rig, ms: u64) -> Vec<Vec<Level>> {
    notices(rig, ms).into_iter().map(|(_, levels)| levels).collect()
}

/// Time passes to the next timeout: what is told, and whether it is all that can be sold.
fn notices(rig: &mut Rig, ms: u64) -> Vec<(bool, Vec<Level>)> {
    rig.advance_ms(ms);
    rig.edge.handle_timeout(rig.now);
    rig.notices()
}

/// An edge with so many kettles, which has told so, and may tell more at once.
fn at_rest(kettles: u64) -> Rig {
    let mut rig = Rig::live(kettles, 9);
    later(&mut rig, HEARTBEAT_MS);
    rig.advance_ms(LEVELS_MS_MIN);
    rig
}

#[test]
fn a_heartbeat_tells_what_has_changed() {
    let mut rig = Rig::live(10, 9);
    later(&mut rig, HEARTBEAT_MS);
    rig.buy("ann", "k", 1);
    assert_eq!(later(&mut rig, HEARTBEAT_MS - 1), Vec::<Vec<Level>>::new());
    assert_eq!(later(&mut rig, 1), [level_of(10, 9, 0)]);
    assert_eq!(rig.edge.poll_timeout(), Some(rig.now.after_ms(HEARTBEAT_MS)));
}

#[test]
fn an_edge_at_rest_says_now_and_then_that_it_is_there_and_tells_all_more_rarely() {
    let mut rig = Rig::live(10, 9);
    let begun = rig.now;
    let mut told = Vec::new();
    while rig.now.since_ms(begun) < 2 * ALL_LEVELS_MS {
        rig.word(false);
        for levels in later(&mut rig, HEARTBEAT_MS) {
            told.push((rig.now.since_ms(begun), levels));
        }
    }
    assert!(told.windows(2).all(|two| two[1].0 - two[0].0 <= REST_MS), "{told:?}");
    let all: Vec<_> = told.iter().filter(|(_, levels)| !levels.is_empty()).collect();
    assert!(all.iter().all(|(_, levels)| *levels == level(10, 0)) && (2..=3).contains(&all.len()), "{told:?}");
    let words = 2 * ALL_LEVELS_MS / REST_MS_MIN;
    assert!(told.len() as u64 <= words + 2, "it rests between two words: {}", told.len());
}

#[test]
fn an_edge_at_rest_that_hears_nothing_says_that_it_is_there_all_the_same() {
    let mut rig = Rig::live(10, 9);
    later(&mut rig, HEARTBEAT_MS);
    rig.word(false);
    let begun = rig.now;
    while later(&mut rig, HEARTBEAT_MS).is_empty() {
        assert!(rig.now.since_ms(begun) < REST_MS);
    }
    assert_eq!(rig.now.since_ms(begun), REST_MS);
}

#[test]
fn an_edge_at_rest_answers_what_it_hears_once_it_has_rested_for_long_enough() {
    let mut rig = Rig::live(10, 9);
    later(&mut rig, HEARTBEAT_MS);
    rig.advance_ms(REST_MS_MIN - 1);
    rig.word(false);
    assert_eq!(rig.notices(), []);
    rig.advance_ms(1);
    rig.word(false);
    assert_eq!(rig.notices(), [(false, vec![])]);
    rig.word(false);
    assert_eq!(rig.notices(), [], "once");
}

#[test]
fn what_shoppers_wait_for_is_told_with_every_heartbeat() {
    let mut rig = Rig::live(0, 9);
    rig.buy("ann", "k", 2);
    later(&mut rig, LEVELS_MS_MIN);
    later(&mut rig, HEARTBEAT_MS);
    for _ in 0..2 {
        assert_eq!(later(&mut rig, HEARTBEAT_MS), [level(0, 2)]);
    }
}

#[test]
fn a_session_that_begins_is_told_all_and_then_what_changes() {
    let mut rig = Rig::live(10, 9);
    notices(&mut rig, HEARTBEAT_MS);
    rig.disconnect();
    rig.connect();
    rig.effects();
    let up_taken = rig.mark(0);
    rig.welcome(Welcome::Resume { up_taken });
    assert_eq!(rig.notices(), [(true, level(10, 0))]);
    rig.buy("ann", "k", 1);
    assert_eq!(notices(&mut rig, HEARTBEAT_MS), [(false, level_of(10, 9, 0))]);
}

#[test]
fn what_cannot_be_sold_any_more_is_taken_back() {
    let told_after = |change: fn(&mut Rig)| {
        let mut rig = Rig::live(10, 9);
        notices(&mut rig, HEARTBEAT_MS);
        change(&mut rig);
        let mut told = rig.notices();
        told.extend(notices(&mut rig, HEARTBEAT_MS));
        told
    };
    assert_eq!(told_after(|rig| rig.publish(vec![])), [(true, vec![])], "it is sold elsewhere");
    let told = told_after(|rig| {
        rig.edge.handle_room(false, rig.now);
        rig.edge.handle_timeout(rig.now);
    });
    assert_eq!(told.first(), Some(&(true, vec![])), "the disk is full");
}

#[test]
fn a_shelf_that_falls_low_is_told_of_by_the_log_alone() {
    let mut rig = Rig::live(6, 9);
    later(&mut rig, HEARTBEAT_MS);
    for shopper in ["a", "b", "c", "d", "e"] {
        rig.buy(shopper, "k", 1);
        rig.effects();
        assert_eq!(later(&mut rig, LOG_LATE_MS), Vec::<Vec<Level>>::new(), "{shopper}");
    }
    let beat = HEARTBEAT_MS - 5 * LOG_LATE_MS;
    assert_eq!(later(&mut rig, beat), [level_of(6, 1, 0)]);
}

#[test]
fn a_shelf_that_falls_to_a_third_of_its_last_grant_is_told_once_where_the_log_is_late() {
    let mut rig = Rig::live(30, 99);
    later(&mut rig, HEARTBEAT_MS);
    for shopper in 0..19 {
        rig.buy(&format!("s-{shopper}"), "k", 1);
        rig.effects();
    }
    assert_eq!(later(&mut rig, LOG_LATE_MS), Vec::<Vec<Level>>::new(), "as many batches as may be are under way");
    rig.buy("ann", "k", 1);
    assert_eq!(later(&mut rig, LOG_LATE_MS - 1), Vec::<Vec<Level>>::new(), "the log may say so yet");
    assert_eq!(rig.edge.poll_timeout(), Some(rig.now.after_ms(1)));
    assert_eq!(later(&mut rig, 1), [level_of(30, 10, 0)]);
    rig.buy("bob", "k", 1);
    assert_eq!(later(&mut rig, LOG_LATE_MS), Vec::<Vec<Level>>::new(), "once");
}

#[test]
fn demand_at_an_empty_shelf_is_told_at_once_and_again_when_it_has_grown_to_a_crowd() {
    let mut rig = at_rest(0);
    rig.buy("ann", "k", 1);
    assert_eq!(rig.levels(), [level(0, 1)]);
    rig.buy("bob", "k", 1);
    assert_eq!(rig.levels(), Vec::<Vec<Level>>::new(), "not so soon");
    assert_eq!(later(&mut rig, LEVELS_MS_MIN), [level(0, 2)]);
    for shopper in ["cat", "dan", "eve"] {
        rig.buy(shopper, "k", 2);
    }
    assert_eq!(later(&mut rig, LEVELS_MS_MIN), Vec::<Vec<Level>>::new(), "two are known, and their cube lacks a unit");
    rig.buy("fay", "k", 1);
    assert_eq!(rig.levels(), [level(0, 9)]);
}

#[test]
fn whoever_still_waits_after_a_grant_is_asked_for_where_the_allocator_does_not_know() {
    let mut rig = at_rest(0);
    rig.buy("ann", "k", 1);
    assert_eq!(rig.levels(), [level(0, 1)]);
    rig.grant(1, 1);
    rig.effects();
    assert_eq!(later(&mut rig, LEVELS_MS_MIN), Vec::<Vec<Level>>::new(), "all that was asked for has come");
    rig.buy("bob", "k", 2);
    assert_eq!(rig.levels(), [level_of(1, 0, 2)]);
    rig.buy("cat", "k", 1);
    rig.grant(2, 1);
    rig.effects();
    assert_eq!(later(&mut rig, LEVELS_MS_MIN), [level_of(2, 1, 3)], "two were asked for, and three are waited for");
    rig.grant(3, 1);
    rig.effects();
    assert_eq!(later(&mut rig, LEVELS_MS_MIN), Vec::<Vec<Level>>::new(), "two of three have come, and three were told");
}

#[test]
fn whoever_comes_first_after_a_grant_or_a_quiet_time_is_told_at_once() {
    let mut rig = at_rest(0);
    rig.buy("ann", "k", 2);
    assert_eq!(rig.levels(), [level(0, 2)]);
    rig.grant(1, 2);
    rig.effects();
    rig.advance_ms(LEVELS_MS_MIN);
    rig.buy("bob", "k", 1);
    assert_eq!(rig.levels(), [level_of(2, 0, 1)]);
}

#[test]
fn those_turned_away_count_once_and_until_they_stop_asking() {
    let mut rig = Rig::live(0, 9);
    rig.buy("ann", "k", 1);
    rig.pass_ms(PARK_MS_MAX);
    rig.buy("ann", "k", 1);
    rig.pass_ms(PARK_MS_MAX);
    assert_eq!(later(&mut rig, HEARTBEAT_MS), [level(0, 1)]);
    // The allocator is still there.
    rig.publish(vec![rules(9)]);
    assert_eq!(later(&mut rig, QUEUED_MS), [level(0, 0)], "and then it is told that nobody waits");
    rig.publish(vec![rules(9)]);
    assert_eq!(later(&mut rig, REST_MS), [vec![]], "once");
}

#[test]
fn a_sale_that_is_over_or_gone_is_not_told_and_the_heartbeat_goes_on() {
    let mut over = Rig::live(10, 9);
    over.at(END);
    later(&mut over, HEARTBEAT_MS);
    over.grant(2, 5);
    assert_eq!(later(&mut over, REST_MS), [vec![]]);

    let mut gone = Rig::live(10, 9);
    gone.publish(vec![]);
    later(&mut gone, HEARTBEAT_MS);
    assert_eq!(later(&mut gone, REST_MS), [vec![]]);
}

#[test]
fn many_levels_are_told_in_messages_that_the_allocator_accepts() {
    let mut rig = Rig::live(0, 9);
    let mut rules = rules(9);
    let item = rules.items[&mug().code].clone();
    let codes: Vec<SkuCode> = (0..=BATCH_ENTRIES_MAX).map(|n| format!("item-{n}").parse().unwrap()).collect();
    rules.items = codes.iter().map(|code| (code.clone(), item.clone())).collect();
    rig.publish(vec![rules.clone()]);
    for (seq, code) in (1..).zip(codes) {
        rig.down(seq, vec![DownEntry::Grant { sku: Sku { code, ..mug() }, units: units(1) }]);
    }
    rig.levels();
    rig.advance_ms(2 * ALL_LEVELS_MS);
    rig.publish(vec![rules.clone()]);
    rig.edge.handle_timeout(rig.now);
    let told = rig.notices();
    let told: Vec<_> = told.iter().map(|(are_all, levels)| (*are_all, levels.len())).collect();
    assert_eq!(told, [(true, BATCH_ENTRIES_MAX), (false, 1)]);
}

#[test]
fn nobody_is_told_without_a_session() {
    let mut rig = Rig::live(10, 9);
    rig.disconnect();
    assert_eq!(later(&mut rig, HEARTBEAT_MS), Vec::<Vec<Level>>::new());
}

#[test]
fn page_views_are_told_before_anything_is_granted_and_are_news_when_they_have_grown_by_an_eighth() {
    let mut rig = Rig::live(0, 9);
    later(&mut rig, HEARTBEAT_MS);
    let viewed = |views| vec![Level { views, ..level(0, 0).remove(0) }];
    let mut told = Vec::new();
    for views in [5, 5, 100, 103, 104, 120] {
        rig.edge.handle_views([(kettle(), views)]);
        told.push(later(&mut rig, HEARTBEAT_MS));
    }
    assert_eq!(told, [vec![viewed(5)], vec![], vec![viewed(96)], vec![], vec![viewed(104)], vec![viewed(120)]]);
}

#[test]
fn views_of_what_the_edge_does_not_sell_are_not_told() {
    let mut rig = Rig::live(0, 9);
    later(&mut rig, HEARTBEAT_MS);
    rig.edge.handle_views([(Sku { code: "sofa".parse().unwrap(), ..kettle() }, 7)]);
    assert_eq!(later(&mut rig, HEARTBEAT_MS), Vec::<Vec<Level>>::new());
}

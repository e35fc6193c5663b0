//! Guidance: who is told what of a SKU, and when.

use std::collections::BTreeSet;

use doorbuster_allocator_core::HEARTBEAT_MS;
use doorbuster_proto::{AllocatorBody, EdgeBody, EdgeStock, Level, SkuCode, SkuGuidance};

use super::desk::{Desk, Out, Peer, granted, sale, sku, units};

/// What an edge was told of the one SKU there is.
fn told(outs: &[Out], peer: &Peer) -> Option<SkuGuidance> {
    outs.iter().find_map(|out| match out {
        Out::To(to, AllocatorBody::Guidance(guidance)) if *to == peer.connection.0 => Some(guidance[0].clone()),
        _ => None,
    })
}

fn stock(of: &[(&Peer, u64)]) -> Vec<EdgeStock> {
    of.iter().map(|(peer, count)| EdgeStock { edge: peer.edge.clone(), units: units(*count) }).collect()
}

fn heartbeat(desk: &mut Desk) -> Vec<Out> {
    desk.at(desk.now.after_ms(HEARTBEAT_MS))
}

/// Two edges with a fourth of 400 units each, who have told so, and have been told so.
fn settled() -> (Desk, Peer, Peer) {
    let mut desk = Desk::guiding(&["one", "two"]);
    let (mut one, mut two) = (desk.join("one", 1), desk.join("two", 2));
    let outs = desk.publish(sale("s", &[("a", 400)], 0));
    desk.take_downs(&mut one, &outs);
    desk.take_downs(&mut two, &outs);
    for peer in [&one, &two] {
        desk.level(peer, 100, 0);
    }
    let outs = heartbeat(&mut desk);
    let expected = (units(33), units(400), stock(&[(&one, 100), (&two, 100)]));
    for peer in [&one, &two] {
        let SkuGuidance { low_water, left, stock, .. } = told(&outs, peer).expect("it is news");
        assert_eq!((low_water, left, stock), expected);
    }
    assert_eq!(told(&heartbeat(&mut desk), &one), None, "nothing has changed");
    (desk, one, two)
}

#[test]
fn little_changes_are_no_news_until_they_add_up() {
    let (mut desk, one, two) = settled();
    for shelf in [97, 80, 60, 51] {
        desk.level(&one, shelf, 0);
        assert_eq!(told(&heartbeat(&mut desk), &two), None, "{shelf} of 100");
    }
    desk.level(&one, 50, 0);
    let outs = heartbeat(&mut desk);
    for peer in [&one, &two] {
        let guidance = told(&outs, peer).expect("an eighth of all is gone");
        assert_eq!((guidance.left, guidance.stock), (units(350), stock(&[(&two, 100), (&one, 50)])));
    }
}

#[test]
fn of_nothing_and_to_nothing_is_always_news() {
    let (mut desk, one, two) = settled();
    desk.level(&one, 33, 200);
    let waits = told(&heartbeat(&mut desk), &two).expect("somebody waits");
    assert_eq!(waits.waiting, units(200));
}

#[test]
fn what_a_grant_changes_is_told_to_the_others_after_the_heartbeat() {
    let (mut desk, one, two) = settled();
    let outs = desk.level(&one, 30, 0);
    assert!(outs.contains(&granted(&one, 2, 25, 125)), "{outs:?}");
    assert_eq!(told(&outs, &one).expect("its mark has moved").low_water, units(8));
    assert_eq!(told(&outs, &two), None);
    let later = told(&heartbeat(&mut desk), &two).expect("it was told nothing yet");
    assert_eq!((later.left, later.stock), (units(330), stock(&[(&two, 100), (&one, 55)])));
}

/// So many edges that one SKU is looked at in a turn, and six SKUs.
#[test]
fn a_look_at_many_skus_goes_on_where_it_was_whatever_news_comes_meanwhile() {
    let names: Vec<String> = (0..1_000).map(|at| format!("edge-{at:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let codes = ["a", "b", "c", "d", "e", "f"];
    let mut desk = Desk::guiding(&names);
    let mut peer = desk.join("edge-000", 1);
    let outs = desk.publish(sale("s", &codes.map(|code| (code, 4_000)), 0));
    desk.take_downs(&mut peer, &outs);
    // Two units of each have come: news of all six.
    let level = |code: &str| Level { sku: sku(code), ..desk.level_of(&peer, 2, 0) };
    desk.say(&peer, EdgeBody::Levels(codes.map(level).into()));
    let mut told = Vec::new();
    for waiting in 0..codes.len() as u64 / 2 {
        let outs = [heartbeat(&mut desk), desk.level(&peer, 2, waiting)].concat();
        told.extend(outs.into_iter().filter_map(|out| match out {
            Out::To(_, AllocatorBody::Guidance(guidance)) => Some(guidance),
            _ => None,
        }));
    }
    let told: BTreeSet<SkuCode> = told.into_iter().flatten().map(|guidance| guidance.sku.code).collect();
    assert_eq!(told, codes.map(|code| code.parse().unwrap()).into());
}

#[test]
fn what_an_edge_does_not_tell_any_more_it_cannot_sell() {
    let (mut desk, one, two) = settled();
    desk.say(&one, EdgeBody::LevelsChanged(Vec::new()));
    assert_eq!(told(&heartbeat(&mut desk), &two), None, "nothing has changed");
    desk.say(&one, EdgeBody::Levels(Vec::new()));
    desk.level(&two, 99, 0);
    let guidance = told(&heartbeat(&mut desk), &two).expect("one of two has nothing to sell");
    assert_eq!(guidance.stock, stock(&[(&two, 99)]));
}

//! "Sold out" is a global word.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_allocator_core::{Command, HEARTBEAT_MS, HEARTBEAT_PARTS, ITEMS_MAX, Operator};
use doorbuster_proto::{AllocatorBody, BATCH_ENTRIES_MAX, EdgeBody, FromAllocator, Word};

use super::desk::{Desk, Out, id_of, order, returned, sale, sku, word};

#[test]
fn sold_out_is_said_when_pool_and_escrow_are_empty() {
    let mut desk = Desk::selling(&["one", "two"], 2, 0);
    let (mut one, mut two) = (desk.join("one", 1), desk.join("two", 2));
    assert!(!desk.up(&mut one, vec![order("ann", 1)]).contains(&word(&one, true)), "two has one left");
    let outs = desk.up(&mut two, vec![order("bob", 1)]);
    assert!(outs.contains(&word(&one, true)) && outs.contains(&word(&two, true)));
}

#[test]
fn sold_out_clears_when_units_come_back() {
    let mut desk = Desk::selling(&["one"], 1, 0);
    let mut peer = desk.join("one", 1);
    desk.up(&mut peer, vec![order("ann", 1)]);
    let outs = desk.operator(Operator::CancelOrder { order: id_of("ann") });
    assert!(outs.contains(&word(&peer, false)));
}

#[test]
fn quarantine_does_not_keep_the_word_back() {
    let mut desk = Desk::selling(&["one", "two"], 2, 5);
    let (mut one, two) = (desk.join("one", 1), desk.join("two", 2));
    desk.operator(Operator::Evict { edge: two.edge });
    let outs = desk.up(&mut one, vec![order("ann", 1)]);
    assert!(outs.contains(&word(&one, true)));
}

/// What a session hears with the next heartbeat, where it is one of its.
fn beat(desk: &mut Desk) -> Option<Vec<Word>> {
    let due = desk.core.poll_timeout().unwrap();
    assert_eq!(due, desk.now.after_ms(HEARTBEAT_MS));
    desk.at(due).into_iter().find_map(|out| match out {
        Out::To(_, AllocatorBody::Words(words)) => Some(words),
        _ => None,
    })
}

/// What a session hears until each has had its turn.
fn round(desk: &mut Desk) -> Vec<Vec<Word>> {
    (0..HEARTBEAT_PARTS).filter_map(|_| beat(desk)).collect()
}

#[test]
fn every_session_hears_words_again_with_every_fourth_heartbeat() {
    let mut desk = Desk::selling(&["one"], 2, 0);
    desk.join("one", 1);
    let said = Word { sku: sku("a"), sold_out: false, halted: false };
    for _ in 0..3 {
        assert_eq!(round(&mut desk), [vec![said.clone()]]);
    }
}

#[test]
fn late_heartbeats_leave_no_session_out() {
    for late_ms in [300, 400, 500] {
        let mut desk = Desk::selling(&["one", "two"], 2, 0);
        let (one, two) = (desk.join("one", 1), desk.join("two", 2));
        let mut heard = BTreeMap::from([(one.connection.0, desk.now), (two.connection.0, desk.now)]);
        for _ in 0..20 {
            let due = desk.core.poll_timeout().unwrap().after_ms(late_ms);
            for out in desk.at(due) {
                if let Out::To(to, AllocatorBody::Words(_)) = out {
                    let silent_ms = desk.now.since_ms(heard.insert(to, desk.now).unwrap());
                    assert!(
                        silent_ms <= HEARTBEAT_PARTS * (HEARTBEAT_MS + late_ms),
                        "{to} heard nothing for {silent_ms} ms"
                    );
                }
            }
        }
        let round_ms = HEARTBEAT_PARTS * (HEARTBEAT_MS + late_ms);
        assert!(heard.values().all(|at| desk.now.since_ms(*at) <= round_ms), "{heard:?}");
    }
}

#[test]
fn an_edge_that_gains_an_item_hears_its_word() {
    let mut desk = Desk::fresh(&["one", "two"]);
    let (mut one, mut two) = (desk.join("one", 1), desk.join("two", 2));
    let mut definition = sale("s", &[("a", 1)], 0);
    definition.items[0].edges = Some(vec![one.edge.clone()]);
    let outs = desk.publish(definition.clone());
    desk.take_downs(&mut one, &outs);
    desk.up(&mut one, vec![order("ann", 1)]);
    definition.items[0].edges = Some(vec![one.edge.clone(), two.edge.clone()]);
    let outs = desk.publish(definition);
    desk.take_downs(&mut two, &outs);
    assert!(outs.contains(&word(&two, true)), "{outs:?}");
}

#[test]
fn many_words_are_said_again_in_turn() {
    let mut desk = Desk::fresh(&["one"]);
    let codes: Vec<String> = (0..40).map(|n| format!("item-{n:02}")).collect();
    let items: Vec<(&str, u64)> = codes.iter().map(|code| (code.as_str(), 1)).collect();
    desk.publish(sale("s", &items, 0));
    desk.join("one", 1);
    let mut heard = BTreeSet::new();
    for _ in 0..3 {
        let words = round(&mut desk).pop().expect("one of them is its");
        assert!(words.len() <= 16, "{words:?}");
        heard.extend(words.into_iter().map(|word| word.sku.code.to_string()));
    }
    assert_eq!(heard.into_iter().collect::<Vec<_>>(), codes);
}

#[test]
fn an_edge_hears_nothing_of_what_it_does_not_sell() {
    let mut desk = Desk::fresh(&["one", "two"]);
    let (one, mut two) = (desk.join("one", 1), desk.join("two", 2));
    let mut definition = sale("s", &[("a", 1)], 0);
    definition.items[0].edges = Some(vec![two.edge.clone()]);
    let outs = desk.publish(definition);
    desk.take_downs(&mut two, &outs);
    let outs = desk.up(&mut two, vec![order("ann", 1)]);
    assert!(outs.contains(&word(&two, true)) && !outs.contains(&word(&one, true)));
}

#[test]
fn one_commit_has_one_word() {
    let mut desk = Desk::selling(&["one", "two"], 2, 0);
    let (mut one, mut two) = (desk.join("one", 1), desk.join("two", 2));
    desk.up(&mut one, vec![order("ann", 1)]);
    let last_sold = two.batch(vec![order("bob", 1)]);
    desk.core.handle_message(two.connection, two.message(EdgeBody::Up(last_sold)), desk.now);
    desk.core.handle_operator(
        doorbuster_allocator_core::RequestId(1),
        Operator::CancelOrder { order: id_of("ann") },
        desk.now,
    );
    let outs = desk.drain();
    assert!(!outs.iter().any(|out| *out == word(&one, true)), "sold out only in the middle of the commit");
}

#[test]
fn the_word_carries_the_commit_that_made_it_true() {
    let mut desk = Desk::selling(&["one"], 1, 0);
    let mut peer = desk.join("one", 1);
    let batch = peer.batch(vec![order("ann", 1)]);
    desk.core.handle_message(peer.connection, peer.message(EdgeBody::Up(batch)), desk.now);
    let Some(Command::Persist { batch, writes, .. }) = desk.core.next_command() else { panic!("a write first") };
    desk.keep(&writes);
    desk.core.handle_persisted(batch, desk.now);
    let words = std::iter::from_fn(|| desk.core.next_command()).find_map(|command| match command {
        Command::Send { message: FromAllocator { commit, body: AllocatorBody::Words(_), .. }, .. } => Some(commit),
        _ => None,
    });
    assert_eq!(words, Some(desk.store.commit));
}

#[test]
fn returned_units_are_no_sell_out() {
    let mut desk = Desk::selling(&["one"], 2, 0);
    let mut peer = desk.join("one", 1);
    let outs = desk.up(&mut peer, vec![returned(1)]);
    assert!(outs.iter().all(|out| !matches!(out, Out::To(_, AllocatorBody::Words(_)))));
}

#[test]
fn many_words_come_in_messages_that_an_edge_accepts() {
    let mut desk = Desk::guiding(&["one"]);
    let sales = BATCH_ENTRIES_MAX / ITEMS_MAX + 1;
    for of in 0..sales {
        let codes: Vec<String> = (0..ITEMS_MAX).map(|item| format!("item-{of}-{item}")).collect();
        let items: Vec<_> = codes.iter().map(|code| (code.as_str(), 1)).collect();
        desk.publish(sale(&format!("sale-{of}"), &items, 0));
    }
    let peer = desk.join("one", 1).again(2);
    let words = |out: Out| match out {
        Out::To(_, AllocatorBody::Words(words)) => Some(words.len()),
        _ => None,
    };
    let told: Vec<usize> = desk.hello(&peer).into_iter().filter_map(words).collect();
    assert_eq!(told, [BATCH_ENTRIES_MAX, sales * ITEMS_MAX - BATCH_ENTRIES_MAX]);
}

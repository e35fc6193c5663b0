//! What will happen, in order.

use std::collections::BTreeMap;

use doorbuster_proto::{FromAllocator, FromEdge, Timestamp};

pub(super) enum Event {
    ToEdge { edge: usize, message: FromAllocator },
    ToAllocator { edge: usize, message: FromEdge },
    EdgeTimer { edge: usize },
    AllocatorTimer,
    Ask { shopper: usize },
    Gone { edge: usize },
}

#[derive(Default)]
pub(super) struct Queue {
    events: BTreeMap<(Timestamp, u64), Event>,
    last: u64,
}

impl Queue {
    pub(super) fn at(&mut self, time: Timestamp, event: Event) {
        self.last += 1;
        self.events.insert((time, self.last), event);
    }

    pub(super) fn due(&mut self, now: Timestamp) -> Option<Event> {
        let first = self.events.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }
}

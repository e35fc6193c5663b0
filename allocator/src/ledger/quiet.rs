//! Heartbeats of edges at rest: a thousand of them a second wake nobody. The owner takes them in with what wakes it next,
//! its own heartbeat at the latest.

use std::sync::Mutex;

use doorbuster_allocator_core::Connection;
use doorbuster_proto::{EdgeBody, FromEdge};

/// The most that wait; beyond, they go with everything else.
const QUIET_MAX: usize = 4_096;

/// Messages that can wait, in order.
#[derive(Default)]
pub(super) struct Quiet(Mutex<Vec<(Connection, FromEdge)>>);

impl Quiet {
    /// Takes a message that can wait, and gives back one that cannot.
    pub(super) fn put(&self, connection: Connection, message: FromEdge) -> Option<FromEdge> {
        let is_rest = matches!(&message.body, EdgeBody::LevelsChanged(levels) if levels.is_empty());
        if !is_rest {
            return Some(message);
        }
        let mut waiting = self.0.lock().expect("no holder panics");
        if waiting.len() >= QUIET_MAX {
            return Some(message);
        }
        waiting.push((connection, message));
        None
    }

    /// What waits.
    pub(super) fn take(&self) -> Vec<(Connection, FromEdge)> {
        std::mem::take(&mut self.0.lock().expect("no holder panics"))
    }
}

#[cfg(test)]
mod tests {
    use doorbuster_proto::{BootId, Level, LevelBooks, Session, Sku, Units};

    use super::*;

    fn message(levels: Vec<Level>) -> FromEdge {
        let session = Session { boot: BootId(1), counter: 1 };
        FromEdge { session, epoch: None, body: EdgeBody::LevelsChanged(levels) }
    }

    #[test]
    fn what_says_nothing_new_waits_and_what_does_not_is_given_back() {
        let quiet = Quiet::default();
        assert_eq!(quiet.put(Connection(1), message(vec![])), None);
        let sku = Sku { sale: "s".parse().unwrap(), code: "a".parse().unwrap() };
        let news = message(vec![Level {
            sku,
            waiting: Units::ONE,
            shelf: Units::ZERO,
            books: LevelBooks::default(),
            views: 0,
        }]);
        assert_eq!(quiet.put(Connection(1), news.clone()), Some(news));
        assert_eq!(quiet.take(), [(Connection(1), message(vec![]))]);
        assert_eq!(quiet.take(), []);
    }

    #[test]
    fn no_more_wait_than_there_is_room_for() {
        let quiet = Quiet::default();
        for _ in 0..QUIET_MAX {
            assert_eq!(quiet.put(Connection(1), message(vec![])), None);
        }
        assert_eq!(quiet.put(Connection(2), message(vec![])), Some(message(vec![])));
        assert_eq!(quiet.take().len(), QUIET_MAX);
    }
}

//! What a person must see: said once as a command, and kept for the console.

use std::collections::VecDeque;

use doorbuster_proto::Timestamp;

use super::Allocator;
use crate::{ALERTS_MAX, AlertSnapshot, Command};

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Alerts(VecDeque<(Timestamp, String)>);

impl Alerts {
    pub(super) fn snapshot(&self) -> Vec<AlertSnapshot> {
        self.0.iter().map(|(at, text)| AlertSnapshot { at_ms: at.0, text: text.clone() }).collect()
    }
}

impl Allocator {
    pub(super) fn alert(&mut self, text: String, now: Timestamp) {
        if self.alerts.0.len() == ALERTS_MAX {
            self.alerts.0.pop_front();
        }
        self.alerts.0.push_back((now, text.clone()));
        self.log.push(Command::Alert { text });
    }
}

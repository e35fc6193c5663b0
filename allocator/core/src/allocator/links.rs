//! The transports that are up, by connection and by edge: what concerns one edge is found without a look at all others.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_proto::EdgeId;

use super::sessions::Link;
use crate::Connection;

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Links {
    all: BTreeMap<Connection, Link>,
    of_edge: BTreeMap<EdgeId, BTreeSet<Connection>>,
}

impl Links {
    pub(super) fn insert(&mut self, connection: Connection, link: Link) {
        self.remove(connection);
        self.of_edge.entry(link.edge.clone()).or_default().insert(connection);
        self.all.insert(connection, link);
    }

    pub(super) fn remove(&mut self, connection: Connection) -> Option<Link> {
        let link = self.all.remove(&connection)?;
        if let Some(connections) = self.of_edge.get_mut(&link.edge) {
            connections.remove(&connection);
            if connections.is_empty() {
                self.of_edge.remove(&link.edge);
            }
        }
        Some(link)
    }

    pub(super) fn get(&self, connection: Connection) -> Option<&Link> {
        self.all.get(&connection)
    }

    pub(super) fn get_mut(&mut self, connection: Connection) -> Option<&mut Link> {
        self.all.get_mut(&connection)
    }

    pub(super) fn contains(&self, connection: Connection) -> bool {
        self.all.contains_key(&connection)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Connection, &Link)> {
        self.all.iter().map(|(connection, link)| (*connection, link))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (Connection, &mut Link)> {
        self.all.iter_mut().map(|(connection, link)| (*connection, link))
    }

    pub(super) fn of(&self, edge: &EdgeId) -> impl Iterator<Item = (Connection, &Link)> {
        let connections = self.of_edge.get(edge).into_iter().flatten();
        connections.map(|connection| (*connection, &self.all[connection]))
    }
}

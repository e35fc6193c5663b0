//! What goes wrong.

use std::sync::Arc;

use doorbuster_allocator_core::Connection;

use super::World;
use crate::network::{Copied, Down, Stray};
use crate::shared::Shared;

impl World {
    pub(super) fn crash(&mut self, node: usize, kept: usize) {
        self.lose_process(node);
        self.edges[node].change().crash(kept);
        self.run_edge(node);
    }

    pub(super) fn wipe(&mut self, node: usize) {
        self.lose_process(node);
        let lost = self.edges[node].disk_id;
        self.history.change().disk_lost(lost);
        self.edges[node].change().wipe();
        self.run_edge(node);
    }

    pub(super) fn keep(&mut self, node: usize) {
        let edge = self.edges[node].change();
        edge.kept = Some(Arc::new(edge.disk.synced().clone()));
    }

    pub(super) fn roll_back(&mut self, node: usize) {
        let Some(kept) = self.edges[node].kept.clone() else { return };
        self.lose_process(node);
        let lost = self.edges[node].disk_id;
        self.history.change().disk_lost(lost);
        self.edges[node].change().roll_back(&kept);
        self.run_edge(node);
    }

    pub(super) fn copy_disk(&mut self, node: usize) {
        let number = self.edges.len() as u64 + 1;
        let copy = self.edges[node].copied(number);
        self.history.change().disk_lost(copy.disk_id);
        self.edges[node].change().is_tainted = true;
        self.edges.push(Shared::new(copy));
        let node = self.edges.len() - 1;
        self.run_edge(node);
    }

    pub(super) fn fail_over(&mut self, kept: usize) {
        self.lose_streams();
        self.allocator.change().fail_over(kept);
        self.run_allocator();
    }

    pub(super) fn back_up(&mut self) {
        let allocator = self.allocator.change();
        allocator.backup = Some(Arc::new(allocator.disk.synced().clone()));
    }

    pub(super) fn restore(&mut self) {
        let Some(backup) = self.allocator.backup.clone() else { return };
        self.lose_streams();
        self.allocator.change().restore(&backup);
        self.run_allocator();
    }

    pub(super) fn copy_up(&mut self, connection: Connection, at: usize) {
        let network = self.network.change();
        let Some(stream) = network.streams.get(&connection) else { return };
        let (node, message) = (stream.node, Copied::Up(stream.up[at].clone()));
        network.strays.push(Stray { node, stream: connection, is_late: false, message });
    }

    pub(super) fn copy_down(&mut self, connection: Connection, at: usize) {
        let network = self.network.change();
        let Some(stream) = network.streams.get(&connection) else { return };
        let node = stream.node;
        if let Down::Message(message) = stream.down[at].clone() {
            let message = Copied::Down(message);
            network.strays.push(Stray { node, stream: connection, is_late: false, message });
        }
    }

    /// A process is gone; what it has sent may still arrive.
    fn lose_process(&mut self, node: usize) {
        self.leave_stream(node);
        self.shoppers.change().forget(node);
    }

    /// The allocator is gone, and with it all that was under way to it. What it has sent may still arrive.
    fn lose_streams(&mut self) {
        let connections: Vec<Connection> = self.network.streams.keys().copied().collect();
        for connection in connections {
            self.end_stream(connection);
        }
        // An end that the edge has left already is nobody's.
        self.network.change().streams.retain(|_, stream| stream.edge_is_on);
    }
}

//! What can happen in a state, and its happening.

use doorbuster_allocator_core::{Account, Connection, Operator};
use doorbuster_proto::{AllocatorBody, EdgeBody, Units};

use super::World;
use crate::action::Action;
use crate::network::{Down, Stream};

impl World {
    /// Everything that can happen next. After a violation, nothing.
    pub(crate) fn actions(&self, actions: &mut Vec<Action>) {
        if self.violation.is_some() {
            return;
        }
        self.requests(actions);
        self.progress(actions);
        self.edge_faults(actions);
        self.network_faults(actions);
        self.ledger_faults(actions);
        self.operations(actions);
    }

    /// The first thing that is under way; nothing where all is calm.
    pub(super) fn due(&self) -> Option<Action> {
        let mut actions = Vec::new();
        self.progress(&mut actions);
        actions.into_iter().find(|action| !matches!(action, Action::Connect { .. }))
    }

    /// Of wishes for the same item the first is asked for first: others are the same with other names.
    fn requests(&self, actions: &mut Vec<Action>) {
        let wishes = &self.shoppers.wishes;
        for (at, wish) in wishes.iter().enumerate() {
            let waits = self.shoppers.is_waiting(at);
            let earlier = wishes[..at].iter().find(|earlier| {
                earlier.tries == 0 && earlier.purchase.sku == wish.purchase.sku && earlier.edges == wish.edges
            });
            let is_first = wish.tries > 0 || earlier.is_none();
            if is_first && wish.tries < self.configuration.tries && (!waits || self.budget.impatience > 0) {
                let nodes = self.nodes_of(&wish.edges);
                actions.extend(nodes.into_iter().map(|node| Action::Ask { wish: at, node }));
            }
        }
    }

    /// The processes of these edges: a copy of a disk is asked too.
    fn nodes_of(&self, edges: &[usize]) -> Vec<usize> {
        let named = |node: &usize| edges.iter().any(|edge| self.edges[*edge].name == self.edges[*node].name);
        (0..self.edges.len()).filter(named).collect()
    }

    fn progress(&self, actions: &mut Vec<Action>) {
        for (node, edge) in self.edges.iter().enumerate() {
            if edge.writing.is_some() {
                actions.push(Action::Sync { node });
            }
            if edge.stream.is_none() && self.budget.connects > 0 {
                actions.push(Action::Connect { node });
            }
        }
        if !self.allocator.writing.is_empty() {
            actions.push(Action::SyncLedger);
        }
        for (connection, stream) in &self.network.streams {
            let connection = *connection;
            if !stream.up.is_empty() {
                actions.push(Action::DeliverUp { connection });
            }
            if !stream.down.is_empty() {
                actions.push(Action::DeliverDown { connection });
            }
            if !stream.edge_is_on {
                actions.push(Action::LearnOfBreak { connection });
            }
        }
    }

    fn edge_faults(&self, actions: &mut Vec<Action>) {
        for (node, edge) in self.edges.iter().enumerate() {
            if self.budget.crashes > 0 {
                actions.push(Action::Crash { node, kept: 0 });
                if edge.disk.unsynced() > 0 {
                    actions.push(Action::Crash { node, kept: edge.disk.unsynced() });
                }
            }
            if self.budget.wipes > 0 {
                actions.push(Action::Wipe { node });
            }
            if self.budget.keeps > 0 {
                actions.push(Action::Keep { node });
            }
            if self.budget.rollbacks > 0 && edge.kept.is_some() {
                actions.push(Action::RollBack { node });
            }
            if self.budget.clones > 0 {
                actions.push(Action::Clone { node });
            }
            if self.budget.timers > 0 && edge.core.poll_timeout().is_some() {
                actions.push(Action::Timer { node });
            }
        }
    }

    fn network_faults(&self, actions: &mut Vec<Action>) {
        for (connection, stream) in &self.network.streams {
            if self.budget.breaks > 0 && stream.edge_is_on {
                breaks(*connection, stream, actions);
            }
            if self.budget.copies > 0 {
                copies(*connection, stream, actions);
            }
        }
        let strays = self.network.strays.iter().enumerate().filter(|(_, stray)| self.network.may_come(stray));
        actions.extend(strays.map(|(at, _)| Action::Stray { at }));
    }

    fn ledger_faults(&self, actions: &mut Vec<Action>) {
        if self.budget.failovers > 0 {
            actions.push(Action::FailOver { kept: 0 });
            if self.allocator.disk.unsynced() > 0 {
                actions.push(Action::FailOver { kept: self.allocator.disk.unsynced() });
            }
        }
        if self.budget.backups > 0 {
            actions.push(Action::Backup);
        }
        if self.budget.restores > 0 && self.allocator.backup.is_some() {
            actions.push(Action::Restore);
        }
        if self.budget.timers > 0 && self.allocator.core.poll_timeout().is_some() {
            actions.push(Action::LedgerTimer);
        }
    }

    fn operations(&self, actions: &mut Vec<Action>) {
        let ledger = self.allocator.core.image();
        if self.budget.evictions > 0 {
            let live = ledger
                .epochs
                .iter()
                .filter(|(_, books)| books.values().next_back().is_some_and(|book| book.head.phase.is_unfenced()));
            actions.extend(live.map(|(edge, _)| Action::Evict { edge: edge.clone() }));
        }
        if self.budget.write_offs > 0 {
            let held = ledger.stock.values().flat_map(|stock| stock.accounts.keys());
            actions.extend(held.filter_map(|account| match account {
                Account::Quarantine(edge, epoch) => Some(Action::WriteOff { edge: edge.clone(), epoch: *epoch }),
                _ => None,
            }));
        }
        if self.budget.cancellations > 0 {
            let valid = ledger.orders.values().filter(|order| order.is_valid());
            actions.extend(valid.map(|order| Action::Cancel { order: order.id }));
        }
        if self.budget.closings > 0 {
            actions.push(Action::Close);
        }
        for (sku, stock) in &ledger.stock {
            let (sku, supply) = (sku.clone(), stock.terms.supply);
            if self.budget.raises > 0 {
                actions.push(Action::Raise { sku: sku.clone(), supply: supply.plus(Units::ONE) });
            }
            // To what is sold, and so to no more than that: what is less is refused.
            if self.budget.lowerings > 0 && stock.gone() < supply {
                actions.push(Action::Lower { sku, supply: stock.gone() });
            }
        }
    }

    pub(super) fn happen(&mut self, action: &Action) {
        self.pay(action);
        match action {
            Action::Ask { wish, node } => self.ask(*wish, *node),
            Action::DeliverUp { connection } => self.deliver_up(*connection),
            Action::DeliverDown { connection } => self.deliver_all_down(*connection),
            Action::Sync { node } => self.sync_edge(*node),
            Action::SyncLedger => self.sync_ledger(),
            Action::Connect { node } => self.connect(*node),
            Action::LearnOfBreak { connection } => self.learn_of_break(*connection),
            Action::Break { connection, arrived } => self.break_stream(*connection, *arrived),
            Action::CopyUp { connection, at } => self.copy_up(*connection, *at),
            Action::CopyDown { connection, at } => self.copy_down(*connection, *at),
            Action::Stray { at } => self.deliver_stray(*at),
            Action::Crash { node, kept } => self.crash(*node, *kept),
            Action::Wipe { node } => self.wipe(*node),
            Action::Keep { node } => self.keep(*node),
            Action::RollBack { node } => self.roll_back(*node),
            Action::Clone { node } => self.copy_disk(*node),
            Action::FailOver { kept } => self.fail_over(*kept),
            Action::Backup => self.back_up(),
            Action::Restore => self.restore(),
            Action::Timer { node } => self.pass_time(*node),
            Action::LedgerTimer => self.pass_ledger_time(),
            Action::Evict { edge } => self.operate(Operator::Evict { edge: edge.clone() }),
            Action::WriteOff { edge, epoch } => {
                self.operate(Operator::WriteOff { edge: edge.clone(), epoch: *epoch });
            }
            Action::Cancel { order } => self.operate(Operator::CancelOrder { order: *order }),
            Action::Raise { sku, supply } | Action::Lower { sku, supply } => {
                self.operate(Operator::SetSupply { sku: sku.clone(), supply: Some(*supply), budget: None });
            }
            Action::Close => {
                let sales: Vec<_> = self.allocator.core.definitions().map(|sale| sale.id.clone()).collect();
                for sale in sales {
                    self.operate(Operator::Close { sale });
                }
            }
        }
    }

    fn deliver_all_down(&mut self, connection: Connection) {
        let under_way = self.network.streams.get(&connection).map_or(0, |stream| stream.down.len());
        self.network.change().has_arrived(connection, false);
        self.deliver_down(connection, under_way);
    }

    fn pay(&mut self, action: &Action) {
        let is_impatient = matches!(action, Action::Ask { wish, .. } if self.shoppers.is_waiting(*wish));
        let budget = &mut self.budget;
        let account = match action {
            Action::Ask { .. } if is_impatient => &mut budget.impatience,
            Action::Ask { .. }
            | Action::DeliverUp { .. }
            | Action::DeliverDown { .. }
            | Action::Sync { .. }
            | Action::SyncLedger
            | Action::LearnOfBreak { .. }
            | Action::Stray { .. } => return,
            Action::Connect { .. } => &mut budget.connects,
            Action::Break { .. } => &mut budget.breaks,
            Action::CopyUp { .. } | Action::CopyDown { .. } => &mut budget.copies,
            Action::Crash { .. } => &mut budget.crashes,
            Action::Wipe { .. } => &mut budget.wipes,
            Action::Keep { .. } => &mut budget.keeps,
            Action::RollBack { .. } => &mut budget.rollbacks,
            Action::Clone { .. } => &mut budget.clones,
            Action::FailOver { .. } => &mut budget.failovers,
            Action::Backup => &mut budget.backups,
            Action::Restore => &mut budget.restores,
            Action::Timer { .. } | Action::LedgerTimer => &mut budget.timers,
            Action::Evict { .. } => &mut budget.evictions,
            Action::WriteOff { .. } => &mut budget.write_offs,
            Action::Cancel { .. } => &mut budget.cancellations,
            Action::Close => &mut budget.closings,
            Action::Raise { .. } => &mut budget.raises,
            Action::Lower { .. } => &mut budget.lowerings,
        };
        *account = account.saturating_sub(1);
    }
}

fn breaks(connection: Connection, stream: &Stream, actions: &mut Vec<Action>) {
    let arrived = 0..=stream.down.len();
    actions.extend(arrived.map(|arrived| Action::Break { connection, arrived }));
}

/// What says nothing that is kept need not be copied.
fn copies(connection: Connection, stream: &Stream, actions: &mut Vec<Action>) {
    for (at, message) in stream.up.iter().enumerate() {
        if !matches!(message.body, EdgeBody::Hello(_) | EdgeBody::Levels(_) | EdgeBody::LevelsChanged(_)) {
            actions.push(Action::CopyUp { connection, at });
        }
    }
    for (at, message) in stream.down.iter().enumerate() {
        let is_worth = |body: &AllocatorBody| !matches!(body, AllocatorBody::Published(_));
        if matches!(message, Down::Message(message) if is_worth(&message.body)) {
            actions.push(Action::CopyDown { connection, at });
        }
    }
}

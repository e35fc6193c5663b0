//! A step in words, for the trace of a violation.

use doorbuster_allocator_core::Connection;
use doorbuster_proto::{AllocatorBody, EdgeBody, UpEntry, Welcome};

use crate::action::Action;
use crate::network::{Copied, Down};
use crate::world::World;

impl World {
    /// What a step does in this state.
    pub(crate) fn in_words(&self, action: &Action) -> String {
        let called = |node: &usize| self.edges[*node].called.as_str();
        let of = |connection: &Connection| {
            self.network.streams.get(connection).map_or("nobody", |stream| called(&stream.node))
        };
        match action {
            Action::Ask { wish, node } => {
                let purchase = &self.shoppers.wishes[*wish].purchase;
                format!("{} asks {} for {} by key {}", purchase.shopper, called(node), purchase.sku, purchase.key)
            }
            Action::DeliverUp { connection } => format!("{} → allocator: {}", of(connection), self.up(*connection)),
            Action::DeliverDown { connection } => format!("allocator → {}: {}", of(connection), self.down(*connection)),
            Action::Sync { node } => format!("the batch of {} is on its disk", called(node)),
            Action::SyncLedger => "the allocator's oldest batch is on its disk".to_owned(),
            Action::Connect { node } => format!("{} opens a stream", called(node)),
            Action::LearnOfBreak { connection } => format!("the allocator learns that {} has left", of(connection)),
            Action::Break { connection, arrived } => {
                format!("the stream of {} breaks, after {arrived} of: {}", of(connection), self.down(*connection))
            }
            Action::CopyUp { connection, at } => {
                format!("a copy is made of message {at} of {} → allocator: {}", of(connection), self.up(*connection))
            }
            Action::CopyDown { connection, at } => {
                format!("a copy is made of message {at} of allocator → {}: {}", of(connection), self.down(*connection))
            }
            Action::Stray { at } => self.stray_in_words(*at),
            Action::Crash { node, kept } => {
                format!("{} dies and starts; of its unsynced batches {kept} stay", called(node))
            }
            Action::Wipe { node } => format!("{} dies and starts on an empty disk", called(node)),
            Action::Keep { node } => format!("the disk of {} is noted", called(node)),
            Action::RollBack { node } => format!("{} dies and starts on the disk as it was noted", called(node)),
            Action::Clone { node } => format!("a second process starts on a copy of the disk of {}", called(node)),
            Action::FailOver { kept } => {
                format!("another allocator takes over; of the unsynced batches {kept} stay")
            }
            Action::Backup => "the ledger is backed up".to_owned(),
            Action::Restore => "another allocator takes over with the backup".to_owned(),
            Action::Timer { node } => format!("time passes for {}", called(node)),
            Action::LedgerTimer => "time passes for the allocator".to_owned(),
            Action::Evict { edge } => format!("an operator evicts {edge}"),
            Action::WriteOff { edge, epoch } => format!("an operator writes off epoch {epoch} of {edge}"),
            Action::Cancel { order } => format!("an operator cancels {}", self.order_in_words(*order)),
            Action::Close => "an operator closes the sale".to_owned(),
            Action::Raise { sku, supply } => format!("an operator raises the supply of {sku} to {supply}"),
            Action::Lower { sku, supply } => format!("an operator lowers the supply of {sku} to {supply}"),
        }
    }

    fn up(&self, connection: Connection) -> String {
        let messages = self.network.streams.get(&connection).into_iter().flat_map(|stream| &stream.up);
        messages.map(|message| up_word(&message.body)).collect::<Vec<_>>().join(", ")
    }

    fn down(&self, connection: Connection) -> String {
        let messages = self.network.streams.get(&connection).into_iter().flat_map(|stream| &stream.down);
        let words = messages.map(|message| match message {
            Down::Message(message) => down_word(&message.body),
            Down::End => "end".to_owned(),
        });
        words.collect::<Vec<_>>().join(", ")
    }

    fn stray_in_words(&self, at: usize) -> String {
        let stray = &self.network.strays[at];
        let called = &self.edges[stray.node].called;
        match &stray.message {
            Copied::Up(message) => format!("the copy comes up, {called} → allocator: {}", up_word(&message.body)),
            Copied::Down(message) => format!("the copy comes up, allocator → {called}: {}", down_word(&message.body)),
        }
    }

    fn order_in_words(&self, order: doorbuster_proto::OrderId) -> String {
        let wish = self.shoppers.wishes.iter().find(|wish| wish.purchase.order() == order);
        wish.map_or_else(|| order.to_string(), |wish| format!("the order of {}", wish.purchase.shopper))
    }
}

fn up_word(body: &EdgeBody) -> String {
    match body {
        EdgeBody::Hello(_) => "hello".to_owned(),
        EdgeBody::EpochStored { epoch } => format!("epoch {epoch} stored"),
        EdgeBody::Up(batch) => {
            let entries = batch.entries.iter().map(|entry| match entry {
                UpEntry::OrderPlaced(order) => format!("order of {}", order.shopper),
                UpEntry::StockReturned { units, .. } => format!("return of {units}"),
                UpEntry::EpochClosed => "end of the epoch".to_owned(),
            });
            let log = if batch.tail { "tail" } else { "up" };
            format!("{log} from {} [{}]", batch.first, entries.collect::<Vec<_>>().join(", "))
        }
        EdgeBody::DownTaken { watermark } => format!("down taken to {watermark}"),
        EdgeBody::Levels(_) => "levels".to_owned(),
        EdgeBody::LevelsChanged(_) => "changed levels".to_owned(),
        EdgeBody::ChallengeAnswered(_) => "this process lives".to_owned(),
        EdgeBody::LogDiffers => "the log differs".to_owned(),
        EdgeBody::LedgerIsBehind { held } => format!("the ledger held the log to {held}"),
    }
}

fn down_word(body: &AllocatorBody) -> String {
    match body {
        AllocatorBody::Welcome(Welcome::Resume { up_taken }) => format!("welcome, resume from {}", up_taken.seq),
        AllocatorBody::Welcome(Welcome::Begin { epoch }) => format!("welcome, begin epoch {epoch}"),
        AllocatorBody::Welcome(Welcome::Fenced { up_taken }) => format!("welcome, fenced at {}", up_taken.seq),
        AllocatorBody::Welcome(Welcome::Refused(refused)) => format!("refused, {:?}", refused.reason),
        AllocatorBody::Down(batch) => format!("down from {} {:?}", batch.first, batch.entries),
        AllocatorBody::UpTaken(taken) => {
            let verdicts: Vec<_> = taken.verdicts.iter().map(|judged| (judged.seq.0, judged.verdict)).collect();
            format!("{} {} {verdicts:?}", if taken.tail { "tail taken to" } else { "up taken to" }, taken.watermark)
        }
        AllocatorBody::Words(words) => format!("words {:?}", words.iter().map(|w| w.sold_out).collect::<Vec<_>>()),
        AllocatorBody::Recall { keep, .. } => format!("recall, keep {keep}"),
        AllocatorBody::Published(_) => "published".to_owned(),
        AllocatorBody::Challenge(_) => "challenge".to_owned(),
        AllocatorBody::Guidance(_) => "guidance".to_owned(),
    }
}

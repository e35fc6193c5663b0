//! One edge with its disk and its time, and the words to drive it.

use std::collections::BTreeMap;

use doorbuster_edge_core::{
    Answer, BatchId, Command, Edge, HangUpReason, Identity, Image, OrderStatus, Purchase, Refusal, Waiter, Write,
};
use doorbuster_proto::{
    AllocatorBody, BootId, Commit, DiskId, DownBatch, DownEntry, DownTotal, EdgeBody, Epoch, FromAllocator, FromEdge,
    Hello, Instance, ItemRules, Level, LogMark, OrderId, OrderVerdict, Published, SaleRules, Seq, Session, SiteVersion,
    Sku, Term, Timestamp, Units, UpBatch, UpTaken, Verdict, Welcome, Word,
};

pub(crate) const START: Timestamp = Timestamp(1_000_000);
pub(crate) const END: Timestamp = Timestamp(2_000_000);

pub(crate) struct Rig {
    pub(crate) edge: Edge,
    /// What the disk holds, written and synced alike.
    pub(crate) disk: Image,
    pub(crate) now: Timestamp,
    /// What the allocator's messages say of their sender.
    pub(crate) term: Term,
    pub(crate) instance: Instance,
    pub(crate) commit: Commit,
    pub(crate) epoch: Option<Epoch>,
    boot: u64,
    connections: u64,
    last_waiter: u64,
    writing: Option<(BatchId, Vec<Write>)>,
    granted: BTreeMap<Sku, Units>,
}

impl Rig {
    /// An edge on a fresh disk, before its first connection.
    pub(crate) fn fresh() -> Self {
        Self {
            edge: Edge::recover(identity(1), Image::default()).unwrap(),
            disk: Image::default(),
            now: START,
            term: Term(1),
            instance: Instance(7),
            commit: Commit(1),
            epoch: None,
            boot: 1,
            connections: 0,
            last_waiter: 0,
            writing: None,
            granted: BTreeMap::new(),
        }
    }

    /// A live edge with so many kettles, in a sale of this credit.
    pub(crate) fn live(kettles: u64, credit: u64) -> Self {
        let mut rig = Self::fresh();
        rig.connect();
        rig.begin(1);
        rig.publish(vec![rules(credit)]);
        if kettles > 0 {
            rig.grant(1, kettles);
        }
        rig.effects();
        rig
    }

    pub(crate) fn session(&self) -> Session {
        Session { boot: BootId(self.boot), counter: self.connections }
    }

    /// Connects, without what comes of it.
    pub(crate) fn connect(&mut self) {
        self.connections += 1;
        self.edge.handle_connected(self.now);
    }

    pub(crate) fn disconnect(&mut self) {
        self.edge.handle_disconnected(self.now);
    }

    /// The process dies; what the disk holds by now is all that is left.
    pub(crate) fn crash(&mut self) {
        self.boot += 1;
        self.connections = 0;
        self.writing = None;
        self.edge = Edge::recover(identity(self.boot), self.disk.clone()).unwrap();
    }

    /// Time jumps; the allocator has been heard all the while.
    pub(crate) fn at(&mut self, now: Timestamp) {
        self.now = now;
        self.hear(AllocatorBody::Words(vec![]));
        self.effects();
    }

    pub(crate) fn advance_ms(&mut self, ms: u64) {
        self.now = self.now.after_ms(ms);
    }

    /// Lets time pass, with every timeout on its way.
    pub(crate) fn pass_ms(&mut self, ms: u64) -> Vec<Command> {
        let until = self.now.after_ms(ms);
        let mut effects = self.effects();
        while let Some(due) = self.edge.poll_timeout().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.edge.handle_timeout(self.now);
            effects.extend(self.effects());
        }
        self.now = until;
        effects
    }

    /// Every command, until a write must be completed.
    pub(crate) fn commands(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        while let Some(command) = self.edge.next_command() {
            if let Command::Persist { batch, writes, .. } = &command {
                assert_eq!(self.writing.replace((*batch, writes.clone())), None, "one write at a time");
            }
            commands.push(command);
        }
        commands
    }

    /// Completes the write that is on its way.
    pub(crate) fn persisted(&mut self) {
        let (batch, writes) = self.writing.take().expect("a write is on its way");
        for write in &writes {
            self.disk.apply(write);
        }
        self.edge.handle_persisted(batch, self.now);
    }

    /// Completes every write; all that leaves the edge, the board and the levels apart.
    pub(crate) fn effects(&mut self) -> Vec<Command> {
        let mut all = self.everything();
        all.retain(|command| !is_board(command) && !is_levels(command));
        all
    }

    /// The levels sent since.
    pub(crate) fn levels(&mut self) -> Vec<Vec<Level>> {
        self.notices().into_iter().map(|(_, levels)| levels).collect()
    }

    /// The levels sent since, and whether they are all that can be sold.
    pub(crate) fn notices(&mut self) -> Vec<(bool, Vec<Level>)> {
        let notice = |command| match command {
            Command::Send(FromEdge { body: EdgeBody::Levels(levels), .. }) => Some((true, levels)),
            Command::Send(FromEdge { body: EdgeBody::LevelsChanged(levels), .. }) => Some((false, levels)),
            _ => None,
        };
        self.everything().into_iter().filter_map(notice).collect()
    }

    /// What the board is told since.
    pub(crate) fn board(&mut self) -> Vec<Command> {
        let mut all = self.everything();
        all.retain(is_board);
        all
    }

    fn everything(&mut self) -> Vec<Command> {
        let mut all = Vec::new();
        loop {
            all.extend(self.commands().into_iter().filter(|command| !matches!(command, Command::Persist { .. })));
            if self.writing.is_none() {
                return all;
            }
            self.persisted();
        }
    }

    pub(crate) fn hear(&mut self, body: AllocatorBody) {
        let message = self.message(body);
        self.edge.handle_message(message, self.now);
    }

    pub(crate) fn message(&self, body: AllocatorBody) -> FromAllocator {
        let Self { epoch, term, instance, commit, .. } = *self;
        FromAllocator { session: self.session(), epoch, term, instance, commit, body }
    }

    pub(crate) fn welcome(&mut self, welcome: Welcome) {
        self.hear(AllocatorBody::Welcome(welcome));
    }

    /// Begins an epoch, which the edge stores and confirms.
    pub(crate) fn begin(&mut self, epoch: u64) {
        self.epoch = Some(Epoch(epoch));
        self.granted.clear();
        self.welcome(Welcome::Begin { epoch: Epoch(epoch) });
        self.effects();
    }

    pub(crate) fn resume(&mut self, up_taken: u64) -> Vec<Command> {
        self.connect();
        self.effects();
        let up_taken = self.mark(up_taken);
        self.welcome(Welcome::Resume { up_taken });
        self.effects()
    }

    /// The mark of this disk's log at an entry; beyond its end, of some log.
    pub(crate) fn mark(&self, seq: u64) -> LogMark {
        let epoch = self.disk.meta.epoch.unwrap_or_default();
        let entries = self.disk.log.range((epoch, Seq(1))..(epoch, Seq(seq + 1)));
        let mark = entries.fold(LogMark::default(), |mark, (_, record)| mark.then(&record.entry));
        LogMark { seq: Seq(seq), ..mark }
    }

    pub(crate) fn publish(&mut self, sales: Vec<SaleRules>) {
        self.hear(AllocatorBody::Published(Published { site: SiteVersion(0), sales, edges: vec![] }));
    }

    /// Grants kettles by the entry of this number.
    pub(crate) fn grant(&mut self, seq: u64, kettles: u64) {
        self.down(seq, vec![DownEntry::Grant { sku: kettle(), units: units(kettles) }]);
    }

    pub(crate) fn down(&mut self, first: u64, entries: Vec<DownEntry>) {
        let mut touched = Vec::new();
        for entry in &entries {
            if let DownEntry::Grant { sku, units } = entry {
                let granted = self.granted.entry(sku.clone()).or_default();
                *granted = granted.plus(*units);
                touched.push(sku.clone());
            }
        }
        let total = |sku: Sku| DownTotal { granted: self.granted[&sku], sku };
        let totals = touched.into_iter().map(total).collect();
        self.hear(AllocatorBody::Down(DownBatch { first: Seq(first), entries, totals }));
    }

    /// The ledger has taken in the up log to `watermark`, with these verdicts.
    pub(crate) fn taken(&mut self, watermark: u64, verdicts: &[(u64, Verdict)]) {
        self.taken_as(watermark, verdicts, false);
    }

    pub(crate) fn taken_as(&mut self, watermark: u64, verdicts: &[(u64, Verdict)], tail: bool) {
        let verdict =
            |(seq, verdict): &(u64, Verdict)| OrderVerdict { seq: Seq(*seq), verdict: *verdict, backorder: false };
        let verdicts = verdicts.iter().map(verdict).collect();
        self.hear(AllocatorBody::UpTaken(UpTaken { watermark: Seq(watermark), verdicts, tail }));
    }

    pub(crate) fn word(&mut self, sold_out: bool) {
        self.hear(AllocatorBody::Words(vec![Word { sku: kettle(), sold_out, halted: false }]));
    }

    /// The ledger's word on kettles: sold out, and halted or not.
    pub(crate) fn say_halted(&mut self, halted: bool) {
        self.hear(AllocatorBody::Words(vec![Word { sku: kettle(), sold_out: false, halted }]));
    }

    /// Buys kettles for a shopper, by key.
    pub(crate) fn buy(&mut self, shopper: &str, key: &str, kettles: u64) -> Waiter {
        self.last_waiter += 1;
        let waiter = Waiter(self.last_waiter);
        self.edge.handle_purchase(waiter, purchase(shopper, key, kettles), self.now);
        waiter
    }

    pub(crate) fn status(&self, shopper: &str, key: &str) -> Option<OrderStatus> {
        let order = self.edge.order(&shopper.parse().unwrap(), order_id(shopper, key));
        order.map(|order| order.status)
    }

    pub(crate) fn on_hand(&self) -> u64 {
        self.edge.balances().find(|(sku, _)| **sku == kettle()).map_or(0, |(_, shelf)| shelf.on_hand.get())
    }
}

pub(crate) fn identity(boot: u64) -> Identity {
    Identity { edge: "edge-1".parse().unwrap(), disk: DiskId(5), boot: BootId(boot) }
}

pub(crate) fn units(n: u64) -> Units {
    Units::new(n).unwrap()
}

pub(crate) fn kettle() -> Sku {
    Sku { sale: "first-light".parse().unwrap(), code: "kettle".parse().unwrap() }
}

pub(crate) fn mug() -> Sku {
    Sku { sale: "first-light".parse().unwrap(), code: "mug".parse().unwrap() }
}

/// A sale of kettles and mugs: three units a shopper, two of each item.
pub(crate) fn rules(credit: u64) -> SaleRules {
    let item = ItemRules { limit: units(2), few_left: units(3) };
    SaleRules {
        sale: kettle().sale,
        title: "First Light".into(),
        starts_at: START,
        ends_at: END,
        limit: units(3),
        credit: units(credit),
        items: BTreeMap::from([(kettle().code, item.clone()), (mug().code, item)]),
    }
}

pub(crate) fn purchase(shopper: &str, key: &str, kettles: u64) -> Purchase {
    Purchase {
        sale: kettle().sale,
        sku: kettle().code,
        units: units(kettles),
        shopper: shopper.parse().unwrap(),
        key: key.parse().unwrap(),
    }
}

pub(crate) fn order_id(shopper: &str, key: &str) -> OrderId {
    OrderId::of(&kettle().sale, &shopper.parse().unwrap(), &key.parse().unwrap())
}

/// What each waiter was told, in one word: "reserved", "pending", "queueing", or the refusal.
pub(crate) fn replies(commands: &[Command]) -> Vec<(u64, &'static str)> {
    let reply = |command: &Command| match command {
        Command::Reply { waiter, answer } => Some((waiter.0, word_of(answer))),
        _ => None,
    };
    commands.iter().filter_map(reply).collect()
}

/// The first reply's answer, whole.
pub(crate) fn answer(commands: &[Command]) -> Answer {
    let answer = |command: &Command| match command {
        Command::Reply { answer, .. } => Some(answer.clone()),
        _ => None,
    };
    commands.iter().find_map(answer).expect("somebody is answered")
}

/// The batches of the up log that were sent.
pub(crate) fn shipped(commands: &[Command]) -> Vec<UpBatch> {
    let batch = |command: &Command| match command {
        Command::Send(FromEdge { body: EdgeBody::Up(batch), .. }) => Some(batch.clone()),
        _ => None,
    };
    commands.iter().filter_map(batch).collect()
}

/// The number of the first entry and of the last, of each batch sent.
pub(crate) fn shipped_span(commands: &[Command]) -> Vec<(u64, u64)> {
    let span = |batch: UpBatch| (batch.first.0, batch.first.0 + batch.entries.len() as u64 - 1);
    shipped(commands).into_iter().map(span).collect()
}

pub(crate) fn sent(commands: &[Command]) -> Vec<EdgeBody> {
    let body = |command: &Command| match command {
        Command::Send(message) => Some(message.body.clone()),
        _ => None,
    };
    commands.iter().filter_map(body).collect()
}

pub(crate) fn hello(commands: &[Command]) -> Hello {
    let hello = |body| match body {
        EdgeBody::Hello(hello) => Some(hello),
        _ => None,
    };
    sent(commands).into_iter().find_map(hello).expect("a hello is sent")
}

pub(crate) fn hung_up(commands: &[Command]) -> Option<HangUpReason> {
    commands.iter().find_map(|command| match command {
        Command::HangUp { reason } => Some(*reason),
        _ => None,
    })
}

pub(crate) fn alerts(commands: &[Command]) -> usize {
    commands.iter().filter(|command| matches!(command, Command::Alert(_))).count()
}

fn word_of(answer: &Answer) -> &'static str {
    match answer {
        Answer::Reserved(_) => "reserved",
        Answer::Pending { .. } => "pending",
        Answer::Queueing { .. } => "queueing",
        Answer::Refused(Refusal::UnknownSku) => "unknown sku",
        Answer::Refused(Refusal::NotStarted { .. }) => "not started",
        Answer::Refused(Refusal::Over) => "over",
        Answer::Refused(Refusal::SoldOut) => "sold out",
        Answer::Refused(Refusal::LimitReached { .. }) => "limit reached",
        Answer::Refused(Refusal::KeyReused) => "key reused",
    }
}

fn is_board(command: &Command) -> bool {
    matches!(
        command,
        Command::ShowSales { .. } | Command::ShowGuidance(_) | Command::ShowEdges(_) | Command::ShowAvailability { .. }
    )
}

fn is_levels(command: &Command) -> bool {
    matches!(command, Command::Send(FromEdge { body: EdgeBody::Levels(_) | EdgeBody::LevelsChanged(_), .. }))
}

//! An edge that is played: one connection and one session, the protocol and nothing behind it. A thousand of them fit into one
//! thread, where real edges would be a thousand processes.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use doorbuster_proto::{
    AllocatorBody, BootId, DiskId, DownBatch, DownEntry, EdgeBody, EdgeId, Epoch, FromAllocator, FromEdge, Hello,
    Level, LevelBooks, MESSAGE_BYTES_MAX, Seq, Session, SiteVersion, Sku, Units, UpBatch, UpEntry, UpTotal, Welcome,
    wire,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::transport::{Channel, Endpoint};
use wire::link_client::LinkClient;

/// The most messages that wait to be sent.
const SENDS_MAX: usize = 64;
/// A silent connection is probed as often as an edge's own.
const KEEP_ALIVE: Duration = Duration::from_secs(3);
/// Until a session must be open.
const JOIN_BOUND: Duration = Duration::from_secs(20);

/// One edge.
pub(super) struct Played {
    session: Session,
    epoch: Epoch,
    sends: mpsc::Sender<wire::FromEdge>,
    inbound: Streaming<wire::FromAllocator>,
    /// The books of its shelves, as it tells them.
    books: BTreeMap<Sku, LevelBooks>,
    /// Its down log, as far as it holds it.
    down: Seq,
    /// The last number of its up log.
    pub(super) up: Seq,
}

/// What an edge does with what it hears.
pub(super) enum Heard {
    /// These came, so many units each.
    Grants(Vec<(Sku, Units)>),
    /// The ledger holds the up log to here.
    UpTaken(Seq),
    /// Anything else.
    Other,
}

impl Played {
    /// Connects, and lives: its first epoch is confirmed.
    ///
    /// # Errors
    /// There is no connection, or the allocator will not have it.
    pub(super) async fn join(allocator: &str, edge: &EdgeId) -> anyhow::Result<Self> {
        let joined = tokio::time::timeout(JOIN_BOUND, Self::joining(allocator, edge)).await;
        joined.with_context(|| format!("{edge}: no session within {JOIN_BOUND:?}"))?
    }

    async fn joining(allocator: &str, edge: &EdgeId) -> anyhow::Result<Self> {
        let endpoint = Endpoint::from_shared(allocator.to_owned())?.tcp_nodelay(true);
        let endpoint = endpoint.http2_keep_alive_interval(KEEP_ALIVE).keep_alive_while_idle(true);
        let channel = endpoint.connect().await?;
        let session = Session { boot: BootId(rand::random()), counter: 1 };
        let (sends, messages) = mpsc::channel(SENDS_MAX);
        sends.send(wire::FromEdge::from(hello(edge, session))).await?;
        let inbound = client(channel).session(ReceiverStream::new(messages)).await?.into_inner();
        let mut played = Self {
            session,
            epoch: Epoch(0),
            sends,
            inbound,
            books: BTreeMap::new(),
            down: Seq::default(),
            up: Seq::default(),
        };
        let AllocatorBody::Welcome(welcome) = played.next().await? else { bail!("expected a welcome first") };
        let Welcome::Begin { epoch } = welcome else { bail!("expected a first epoch, found {welcome:?}") };
        played.epoch = epoch;
        played.say(EdgeBody::EpochStored { epoch }).await?;
        Ok(played)
    }

    /// Says something.
    ///
    /// # Errors
    /// The session is over.
    pub(super) async fn say(&self, body: EdgeBody) -> anyhow::Result<()> {
        let message = FromEdge { session: self.session, epoch: Some(self.epoch), body };
        self.sends.send(message.into()).await.context("the allocator hung up")
    }

    /// Hears one message, and acts upon it.
    ///
    /// # Errors
    /// As [`next`](Self::next) and [`take`](Self::take).
    pub(super) async fn hear(&mut self) -> anyhow::Result<Heard> {
        let message = self.next().await?;
        self.take(message).await
    }

    /// Acts upon a message: a grant is on the shelf, and confirmed.
    ///
    /// # Errors
    /// The session is over, or an entry of the down log is missing.
    pub(super) async fn take(&mut self, message: AllocatorBody) -> anyhow::Result<Heard> {
        match message {
            AllocatorBody::Down(batch) => self.take_grants(batch).await,
            AllocatorBody::UpTaken(taken) => Ok(Heard::UpTaken(taken.watermark)),
            _ => Ok(Heard::Other),
        }
    }

    async fn take_grants(&mut self, batch: DownBatch) -> anyhow::Result<Heard> {
        ensure!(batch.first == self.down.next(), "expected entry {}, found {}", self.down.next(), batch.first);
        let mut grants = Vec::with_capacity(batch.entries.len());
        for entry in batch.entries {
            self.down = self.down.next();
            if let DownEntry::Grant { sku, units } = entry {
                let books = self.books.entry(sku.clone()).or_default();
                books.granted = books.granted.plus(units);
                grants.push((sku, units));
            }
        }
        self.say(EdgeBody::DownTaken { watermark: self.down }).await?;
        Ok(Heard::Grants(grants))
    }

    /// Units on a shelf.
    pub(super) fn shelf(&self, sku: &Sku) -> Units {
        let books = self.books.get(sku).copied().unwrap_or_default();
        books.granted.minus(books.sold).minus(books.returned)
    }

    /// Takes units off a shelf for shoppers. The up log may tell of it later.
    pub(super) fn sell(&mut self, sku: &Sku, units: Units) {
        let books = self.books.entry(sku.clone()).or_default();
        books.sold = books.sold.plus(units);
    }

    /// Takes all units off the shelves for the pool, and says so.
    ///
    /// # Errors
    /// The session is over.
    pub(super) async fn give_back(&mut self, skus: &[Sku]) -> anyhow::Result<()> {
        let mut entries = Vec::with_capacity(skus.len());
        for sku in skus {
            let units = self.shelf(sku);
            let books = self.books.entry(sku.clone()).or_default();
            books.returned = books.returned.plus(units);
            entries.push(UpEntry::StockReturned { sku: sku.clone(), units });
        }
        self.ship(entries, skus, Seq::default()).await
    }

    /// Ships entries that concern these SKUs.
    ///
    /// # Errors
    /// The session is over.
    pub(super) async fn ship(
        &mut self,
        entries: Vec<UpEntry>,
        skus: &[Sku],
        verdicts_taken: Seq,
    ) -> anyhow::Result<()> {
        let first = self.up.next();
        self.up = Seq(self.up.0 + entries.len() as u64);
        let total = |sku: &Sku| {
            let books = self.books.get(sku).copied().unwrap_or_default();
            UpTotal { sku: sku.clone(), sold: books.sold, returned: books.returned }
        };
        let totals = skus.iter().map(total).collect();
        self.say(EdgeBody::Up(UpBatch { first, entries, totals, verdicts_taken, tail: false })).await
    }

    /// A shelf as the edge tells it, while shoppers wait for so many units.
    pub(super) fn level(&self, sku: &Sku, waiting: Units) -> Level {
        let books = self.books.get(sku).copied().unwrap_or_default();
        Level { sku: sku.clone(), shelf: self.shelf(sku), waiting, books, views: 0 }
    }

    /// The next message. Nothing is lost where this is not awaited to its end.
    ///
    /// # Errors
    /// The session is over, or the message breaks the contract.
    pub(super) async fn next(&mut self) -> anyhow::Result<AllocatorBody> {
        let message = self.inbound.message().await?.context("the allocator ended the session")?;
        Ok(FromAllocator::try_from(message)?.body)
    }
}

fn client(channel: Channel) -> LinkClient<Channel> {
    LinkClient::new(channel).max_decoding_message_size(MESSAGE_BYTES_MAX).max_encoding_message_size(MESSAGE_BYTES_MAX)
}

fn hello(edge: &EdgeId, session: Session) -> FromEdge {
    let hello = Hello {
        edge: edge.clone(),
        disk: DiskId(rand::random()),
        up_tail: Seq::default(),
        verdicts_taken: Seq::default(),
        down_taken: Seq::default(),
        led_by: None,
        site: SiteVersion::default(),
        closing: false,
    };
    FromEdge { session, epoch: None, body: EdgeBody::Hello(hello) }
}

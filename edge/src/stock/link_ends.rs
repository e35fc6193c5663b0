//! The channels between the owner and the link.

use std::fmt;
use std::sync::mpsc::SyncSender;

use doorbuster_proto::{FromAllocator, FromEdge, SiteVersion};
use tokio::sync::mpsc;

use super::LINK_OUTBOX_MAX;
use super::queue::Request;

/// What the link tells the owner.
#[derive(Debug)]
pub enum LinkInput {
    /// A connection is up; the owner speaks through this until one of the two drops it.
    Connected(Outbox),
    /// The connection is down.
    Disconnected,
    /// The allocator said something.
    Message(FromAllocator),
    /// This site is served by now.
    SiteInstalled(SiteVersion),
}

/// The owner's side of one connection. Dropping it hangs up.
#[derive(Debug)]
pub struct Outbox {
    pub(super) messages: mpsc::Sender<FromEdge>,
    pub(super) sites: mpsc::Sender<SiteVersion>,
}

/// The link's side of one connection.
#[derive(Debug)]
pub struct OutboxReader {
    /// What the owner says to the allocator.
    pub messages: mpsc::Receiver<FromEdge>,
    /// The sites to fetch; its end is the owner's wish to hang up.
    pub sites: mpsc::Receiver<SiteVersion>,
}

/// The owner's inbox is full, or the owner is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the owner takes no more messages")]
pub struct Full;

/// The link's way to the owner.
pub struct LinkEnds {
    inbox: SyncSender<LinkInput>,
    requests: SyncSender<Request>,
}

impl Outbox {
    /// Channels for one connection.
    pub fn new() -> (Self, OutboxReader) {
        let (messages, message_reader) = mpsc::channel(LINK_OUTBOX_MAX);
        let (sites, site_reader) = mpsc::channel(LINK_OUTBOX_MAX);
        (Self { messages, sites }, OutboxReader { messages: message_reader, sites: site_reader })
    }
}

impl LinkEnds {
    /// Tells the owner something, at once.
    ///
    /// # Errors
    /// [`Full`], and what could not be told is lost: the caller hangs up.
    pub fn tell(&self, input: LinkInput) -> Result<(), Full> {
        self.inbox.try_send(input).map_err(|_| Full)?;
        // A full queue keeps the owner awake: it looks into the inbox on every turn.
        drop(self.requests.try_send(Request::Wake));
        Ok(())
    }

    pub(super) fn new(inbox: SyncSender<LinkInput>, requests: SyncSender<Request>) -> Self {
        Self { inbox, requests }
    }
}

impl fmt::Debug for LinkEnds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkEnds")
    }
}

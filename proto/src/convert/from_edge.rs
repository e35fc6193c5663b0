//! Messages of an edge on the wire.

use super::{Malformed, all, bytes16, id, required, units};
use crate::wire::{self, from_edge::Body};
use crate::{
    BATCH_ENTRIES_MAX, BootId, DiskId, EdgeBody, Epoch, FromEdge, Hello, Instance, Level, LevelBooks, Seq, Session,
    SiteVersion, Sku, Term, UpBatch,
};

impl From<Session> for wire::Session {
    fn from(session: Session) -> Self {
        Self { boot: session.boot.0, counter: session.counter }
    }
}

impl TryFrom<Option<wire::Session>> for Session {
    type Error = Malformed;

    fn try_from(session: Option<wire::Session>) -> Result<Self, Malformed> {
        let session = required("session", session)?;
        Ok(Self { boot: BootId(session.boot), counter: session.counter })
    }
}

/// On the wire, 0 stands for no epoch.
pub(super) fn epoch_from_wire(epoch: u64) -> Option<Epoch> {
    (epoch != 0).then_some(Epoch(epoch))
}

pub(super) fn epoch_to_wire(epoch: Option<Epoch>) -> u64 {
    epoch.map_or(0, |epoch| epoch.0)
}

impl From<FromEdge> for wire::FromEdge {
    fn from(message: FromEdge) -> Self {
        let body = match message.body {
            EdgeBody::Hello(hello) => Body::Hello(hello.into()),
            EdgeBody::EpochStored { epoch } => Body::EpochStored(wire::EpochStored { epoch: epoch.0 }),
            EdgeBody::Up(batch) => Body::Up(batch.into()),
            EdgeBody::DownTaken { watermark } => Body::DownTaken(wire::DownTaken { watermark: watermark.0 }),
            EdgeBody::Levels(levels) => Body::Levels(levels_to_wire(levels)),
            EdgeBody::LevelsChanged(levels) => Body::LevelsChanged(levels_to_wire(levels)),
            EdgeBody::ChallengeAnswered(number) => Body::ChallengeAnswered(wire::ChallengeAnswered { number }),
            EdgeBody::LogDiffers => Body::LogDiffers(wire::LogDiffers {}),
            EdgeBody::LedgerIsBehind { held } => Body::LedgerIsBehind(wire::LedgerIsBehind { held: held.0 }),
        };
        Self { session: Some(message.session.into()), epoch: epoch_to_wire(message.epoch), body: Some(body) }
    }
}

impl TryFrom<wire::FromEdge> for FromEdge {
    type Error = Malformed;

    fn try_from(message: wire::FromEdge) -> Result<Self, Malformed> {
        let body = match required("from_edge.body", message.body)? {
            Body::Hello(hello) => EdgeBody::Hello(Hello::try_from(hello)?),
            Body::EpochStored(stored) => EdgeBody::EpochStored { epoch: Epoch(stored.epoch) },
            Body::Up(batch) => EdgeBody::Up(UpBatch::try_from(batch)?),
            Body::DownTaken(taken) => EdgeBody::DownTaken { watermark: Seq(taken.watermark) },
            Body::Levels(levels) => EdgeBody::Levels(levels_from_wire("levels", levels)?),
            Body::LevelsChanged(levels) => EdgeBody::LevelsChanged(levels_from_wire("levels_changed", levels)?),
            Body::ChallengeAnswered(answered) => EdgeBody::ChallengeAnswered(answered.number),
            Body::LogDiffers(wire::LogDiffers {}) => EdgeBody::LogDiffers,
            Body::LedgerIsBehind(behind) => EdgeBody::LedgerIsBehind { held: Seq(behind.held) },
        };
        Ok(Self { session: Session::try_from(message.session)?, epoch: epoch_from_wire(message.epoch), body })
    }
}

fn levels_to_wire(levels: Vec<Level>) -> wire::Levels {
    wire::Levels { levels: levels.into_iter().map(Into::into).collect() }
}

fn levels_from_wire(field: &'static str, levels: wire::Levels) -> Result<Vec<Level>, Malformed> {
    all(field, BATCH_ENTRIES_MAX, levels.levels, Level::try_from)
}

impl From<Hello> for wire::Hello {
    fn from(hello: Hello) -> Self {
        let (term, instance) = hello.led_by.unwrap_or((Term(0), Instance(0)));
        Self {
            edge: hello.edge.to_string(),
            disk: hello.disk.0.to_be_bytes().to_vec(),
            up_tail: hello.up_tail.0,
            verdicts_taken: hello.verdicts_taken.0,
            down_taken: hello.down_taken.0,
            term: term.0,
            instance: instance.0,
            site: hello.site.0,
            closing: hello.closing,
        }
    }
}

impl TryFrom<wire::Hello> for Hello {
    type Error = Malformed;

    fn try_from(hello: wire::Hello) -> Result<Self, Malformed> {
        Ok(Self {
            edge: id("hello.edge", &hello.edge)?,
            disk: DiskId(u128::from_be_bytes(bytes16("hello.disk", &hello.disk)?)),
            up_tail: Seq(hello.up_tail),
            verdicts_taken: Seq(hello.verdicts_taken),
            down_taken: Seq(hello.down_taken),
            led_by: (hello.term != 0).then_some((Term(hello.term), Instance(hello.instance))),
            site: SiteVersion(hello.site),
            closing: hello.closing,
        })
    }
}

impl From<Level> for wire::Level {
    fn from(level: Level) -> Self {
        Self {
            sku: Some(level.sku.into()),
            shelf: level.shelf.get(),
            waiting: level.waiting.get(),
            granted: level.books.granted.get(),
            sold: level.books.sold.get(),
            returned: level.books.returned.get(),
            views: level.views,
        }
    }
}

impl TryFrom<wire::Level> for Level {
    type Error = Malformed;

    fn try_from(level: wire::Level) -> Result<Self, Malformed> {
        Ok(Self {
            sku: Sku::try_from(level.sku)?,
            shelf: units("levels.shelf", level.shelf)?,
            waiting: units("levels.waiting", level.waiting)?,
            books: LevelBooks {
                granted: units("levels.granted", level.granted)?,
                sold: units("levels.sold", level.sold)?,
                returned: units("levels.returned", level.returned)?,
            },
            views: level.views,
        })
    }
}

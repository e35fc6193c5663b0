//! Messages of the allocator on the wire.

use super::from_edge::{epoch_from_wire, epoch_to_wire};
use super::{Malformed, required, units};
use crate::wire::{self, from_allocator::Body, welcome};
use crate::{
    AllocatorBody, Commit, DownBatch, Epoch, FromAllocator, Instance, LogDigest, LogMark, Published, Refused,
    RefusedReason, Seq, Session, Sku, SkuGuidance, Term, UpTaken, Welcome, Word,
};

impl From<FromAllocator> for wire::FromAllocator {
    fn from(message: FromAllocator) -> Self {
        let body = match message.body {
            AllocatorBody::Welcome(welcome) => Body::Welcome(welcome.into()),
            AllocatorBody::Down(batch) => Body::Down(batch.into()),
            AllocatorBody::UpTaken(taken) => Body::UpTaken(taken.into()),
            AllocatorBody::Words(words) => {
                let word = |word: Word| wire::Word {
                    sku: Some(word.sku.into()),
                    sold_out: word.sold_out,
                    halted: word.halted,
                };
                Body::Words(wire::Words { words: words.into_iter().map(word).collect() })
            }
            AllocatorBody::Recall { sku, keep } => {
                Body::Recall(wire::Recall { sku: Some(sku.into()), keep: keep.get() })
            }
            AllocatorBody::Published(published) => Body::Published(published.into()),
            AllocatorBody::Challenge(number) => Body::Challenge(wire::Challenge { number }),
            AllocatorBody::Guidance(skus) => {
                Body::Guidance(wire::Guidance { skus: skus.into_iter().map(Into::into).collect() })
            }
        };
        Self {
            session: Some(message.session.into()),
            epoch: epoch_to_wire(message.epoch),
            term: message.term.0,
            instance: message.instance.0,
            commit: message.commit.0,
            body: Some(body),
        }
    }
}

impl TryFrom<wire::FromAllocator> for FromAllocator {
    type Error = Malformed;

    fn try_from(message: wire::FromAllocator) -> Result<Self, Malformed> {
        let body = match required("from_allocator.body", message.body)? {
            Body::Welcome(welcome) => AllocatorBody::Welcome(Welcome::try_from(welcome)?),
            Body::Down(batch) => AllocatorBody::Down(DownBatch::try_from(batch)?),
            Body::UpTaken(taken) => AllocatorBody::UpTaken(UpTaken::try_from(taken)?),
            Body::Words(words) => {
                let word = |word: wire::Word| {
                    Ok(Word { sku: Sku::try_from(word.sku)?, sold_out: word.sold_out, halted: word.halted })
                };
                AllocatorBody::Words(words.words.into_iter().map(word).collect::<Result<_, Malformed>>()?)
            }
            Body::Recall(recall) => {
                AllocatorBody::Recall { sku: Sku::try_from(recall.sku)?, keep: units("recall.keep", recall.keep)? }
            }
            Body::Published(published) => AllocatorBody::Published(Published::try_from(published)?),
            Body::Challenge(challenge) => AllocatorBody::Challenge(challenge.number),
            Body::Guidance(guidance) => {
                let skus = guidance.skus.into_iter().map(SkuGuidance::try_from);
                AllocatorBody::Guidance(skus.collect::<Result<_, _>>()?)
            }
        };
        Ok(Self {
            session: Session::try_from(message.session)?,
            epoch: epoch_from_wire(message.epoch),
            term: Term(message.term),
            instance: Instance(message.instance),
            commit: Commit(message.commit),
            body,
        })
    }
}

impl From<LogMark> for wire::LogMark {
    fn from(mark: LogMark) -> Self {
        Self { seq: mark.seq.0, digest: mark.digest.0 }
    }
}

impl TryFrom<Option<wire::LogMark>> for LogMark {
    type Error = Malformed;

    fn try_from(mark: Option<wire::LogMark>) -> Result<Self, Malformed> {
        let mark = required("welcome.up_taken", mark)?;
        Ok(Self { seq: Seq(mark.seq), digest: LogDigest(mark.digest) })
    }
}

impl From<Welcome> for wire::Welcome {
    fn from(welcome: Welcome) -> Self {
        let verdict = match welcome {
            Welcome::Resume { up_taken } => welcome::Verdict::Resume(wire::Resume { up_taken: Some(up_taken.into()) }),
            Welcome::Begin { epoch } => welcome::Verdict::Begin(wire::Begin { epoch: epoch.0 }),
            Welcome::Fenced { up_taken } => welcome::Verdict::Fenced(wire::Fenced { up_taken: Some(up_taken.into()) }),
            Welcome::Refused(refused) => {
                let reason = match refused.reason {
                    RefusedReason::UnknownEdge => wire::RefusedReason::UnknownEdge,
                    RefusedReason::DiskRolledBack => wire::RefusedReason::DiskRolledBack,
                    RefusedReason::LedgerBehind => wire::RefusedReason::LedgerBehind,
                    RefusedReason::DiskRetired => wire::RefusedReason::DiskRetired,
                    RefusedReason::Malformed => wire::RefusedReason::Malformed,
                    RefusedReason::DiskCloned => wire::RefusedReason::DiskCloned,
                };
                welcome::Verdict::Refused(wire::Refused { reason: reason.into(), detail: refused.detail })
            }
        };
        Self { verdict: Some(verdict) }
    }
}

impl TryFrom<wire::Welcome> for Welcome {
    type Error = Malformed;

    fn try_from(welcome: wire::Welcome) -> Result<Self, Malformed> {
        Ok(match required("welcome.verdict", welcome.verdict)? {
            welcome::Verdict::Resume(resume) => Self::Resume { up_taken: LogMark::try_from(resume.up_taken)? },
            welcome::Verdict::Begin(begin) => Self::Begin { epoch: Epoch(begin.epoch) },
            welcome::Verdict::Fenced(fenced) => Self::Fenced { up_taken: LogMark::try_from(fenced.up_taken)? },
            welcome::Verdict::Refused(refused) => {
                let reason = match refused.reason() {
                    wire::RefusedReason::UnknownEdge => RefusedReason::UnknownEdge,
                    wire::RefusedReason::DiskRolledBack => RefusedReason::DiskRolledBack,
                    wire::RefusedReason::LedgerBehind => RefusedReason::LedgerBehind,
                    wire::RefusedReason::DiskRetired => RefusedReason::DiskRetired,
                    wire::RefusedReason::Malformed => RefusedReason::Malformed,
                    wire::RefusedReason::DiskCloned => RefusedReason::DiskCloned,
                    wire::RefusedReason::Unspecified => {
                        return Err(Malformed::UnknownCase("refused.reason", refused.reason));
                    }
                };
                Self::Refused(Refused { reason, detail: refused.detail })
            }
        })
    }
}

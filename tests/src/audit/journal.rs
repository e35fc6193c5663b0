//! What a record of the journal says that it is: the words of the ledger, read back.

use doorbuster_allocator_core::JournalRecord;
use doorbuster_proto::{EdgeId, Epoch, OrderId, Seq};

/// Why units moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A grant, with its number in the down log.
    Grant(EdgeId, Epoch, Seq),
    /// Entries of an up log, or of the tail of a fenced epoch.
    Entries {
        /// Whose.
        edge: EdgeId,
        /// Which epoch.
        epoch: Epoch,
        /// The first number.
        first: Seq,
        /// The last number.
        last: Seq,
    },
    /// An epoch's end.
    Fence(EdgeId, Epoch),
    /// What was left in quarantine after the tail.
    TailEnd(EdgeId, Epoch),
    /// An operator gave a quarantine up.
    WriteOff(EdgeId, Epoch),
    /// An order was cancelled.
    Cancellation(OrderId),
    /// A sale was published, or published again.
    Publish(String),
    /// The supply of an item was set.
    Supply(String),
    /// A SKU was halted.
    Halt(String),
    /// A sale was closed, or is settled.
    Stage(String),
    /// The ledger was brought back from a backup.
    Restore(String),
}

impl Cause {
    /// Reads a record's words; `None` where they are none of these.
    pub fn of(record: &JournalRecord) -> Option<Self> {
        let why = record.why.as_str();
        if let Some(rest) = why.strip_prefix("grant ") {
            let (seq, epoch) = rest.split_once(" to ")?;
            let (edge, epoch) = of_epoch(epoch)?;
            return Some(Self::Grant(edge, epoch, Seq(seq.parse().ok()?)));
        }
        if let Some(rest) = why.strip_prefix("up ").or_else(|| why.strip_prefix("tail ")) {
            let (numbers, _held) = rest.split_once("; ").unwrap_or((rest, ""));
            let (first, last) = numbers.split_once(" to ")?;
            let (edge, epoch) = of_epoch(&record.who)?;
            return Some(Self::Entries { edge, epoch, first: Seq(first.parse().ok()?), last: Seq(last.parse().ok()?) });
        }
        let of = |prefix, make: fn(EdgeId, Epoch) -> Self| {
            let (edge, epoch) = of_epoch(why.strip_prefix(prefix)?)?;
            Some(make(edge, epoch))
        };
        of("fence of ", Self::Fence)
            .or_else(|| of("end of the tail of ", Self::TailEnd))
            .or_else(|| of("write-off of ", Self::WriteOff))
            .or_else(|| Some(Self::Cancellation(why.strip_prefix("cancellation of order ")?.parse().ok()?)))
            .or_else(|| Some(Self::Publish(why.strip_prefix("publish of ")?.to_owned())))
            .or_else(|| Some(Self::Supply(why.strip_prefix("supply of ")?.to_owned())))
            .or_else(|| Some(Self::Halt(why.strip_prefix("halted ")?.to_owned())))
            .or_else(|| Some(Self::Restore(why.strip_prefix("restore of ")?.to_owned())))
            .or_else(|| {
                why.strip_suffix(" is closed").or(why.strip_suffix(" is settled")).map(|_| Self::Stage(why.to_owned()))
            })
    }
}

/// `edge-1, epoch 3`, and what may follow after a colon.
fn of_epoch(text: &str) -> Option<(EdgeId, Epoch)> {
    let (edge, rest) = text.split_once(", epoch ")?;
    let number = rest.split(':').next()?;
    Some((edge.parse().ok()?, Epoch(number.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use doorbuster_proto::{Commit, Timestamp};

    use super::*;

    fn cause(who: &str, why: &str) -> Option<Cause> {
        let (who, why) = (who.to_owned(), why.to_owned());
        Cause::of(&JournalRecord { commit: Commit(1), index: 0, at: Timestamp(0), who, why, transfers: Vec::new() })
    }

    #[test]
    fn the_ledgers_words_are_read_back() {
        let (edge, epoch): (EdgeId, _) = ("edge-1".parse().unwrap(), Epoch(3));
        let entries =
            |first, last| Some(Cause::Entries { edge: edge.clone(), epoch, first: Seq(first), last: Seq(last) });
        assert_eq!(cause("edge-1, epoch 3", "up 7 to 9"), entries(7, 9));
        assert_eq!(cause("edge-1, epoch 3", "tail 7 to 7; 2 of s/a held, it is halted"), entries(7, 7));
        assert_eq!(cause("policy", "grant 12 to edge-1, epoch 3"), Some(Cause::Grant(edge.clone(), epoch, Seq(12))));
        assert_eq!(cause("operator", "fence of edge-1, epoch 3: evicted"), Some(Cause::Fence(edge.clone(), epoch)));
        assert_eq!(cause("operator", "write-off of edge-1, epoch 3"), Some(Cause::WriteOff(edge, epoch)));
        let supply = "s/a: 5 and a budget of 0";
        assert_eq!(cause("operator", &format!("supply of {supply}")), Some(Cause::Supply(supply.to_owned())));
        assert_eq!(cause("somebody", "something else"), None);
    }
}

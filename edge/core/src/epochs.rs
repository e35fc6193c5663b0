//! The answer to a hello: go on, begin an epoch, end one, or stop.

use doorbuster_proto::{EdgeBody, Epoch, LogMark, Refused, RefusedReason, Seq, Units, Welcome};

use crate::node::Edge;
use crate::session::{Phase, Standing};
use crate::up_log::{LoggedEntry, UpLog};
use crate::{HangUpReason, Meta};

impl Edge {
    pub(crate) fn welcome(&mut self, epoch: Option<Epoch>, welcome: Welcome) -> Result<(), HangUpReason> {
        match welcome {
            Welcome::Resume { up_taken } => self.resume(epoch, up_taken),
            Welcome::Begin { epoch } => self.begin(epoch),
            Welcome::Fenced { up_taken } => self.fenced(epoch, up_taken),
            Welcome::Refused(refused) => Err(self.refused(&refused)),
        }
    }

    pub(crate) fn set_standing(&mut self, standing: Standing) {
        self.standing = standing;
        self.demand.tell_all_at(self.clock);
        self.show_all();
        if standing == Standing::Live {
            self.close_ended();
            self.make_room();
        }
    }

    fn resume(&mut self, epoch: Option<Epoch>, up_taken: LogMark) -> Result<(), HangUpReason> {
        if self.connection.phase != Phase::Greeting || epoch.is_none() || epoch != self.meta.epoch {
            return Err(HangUpReason::UnexpectedMessage);
        }
        if self.meta.closing {
            return Err(self.distrust(HangUpReason::LedgerBehind, "a live epoch", "a fenced one"));
        }
        self.check_mark(up_taken)?;
        self.up.rewind(up_taken.seq);
        self.connection.phase = Phase::Up;
        self.set_standing(Standing::Live);
        Ok(())
    }

    /// Stores a new epoch; it is confirmed, and lives, once it is durable.
    fn begin(&mut self, epoch: Epoch) -> Result<(), HangUpReason> {
        if self.meta.epoch != Some(epoch) {
            if !self.may_begin(epoch) {
                let now = self.meta.epoch.unwrap_or_default();
                self.alert(format!("expected to go on with epoch {now}, found an offer of epoch {epoch}"));
                return Err(HangUpReason::UnexpectedEpoch);
            }
            self.reset(epoch);
        } else if self.meta.closing {
            return Err(HangUpReason::UnexpectedEpoch);
        }
        self.up.rewind(self.up.watermark());
        self.connection.phase = Phase::Beginning;
        self.confirm_epoch();
        Ok(())
    }

    /// An epoch follows one that has ended and told all, or one that was never used.
    ///
    /// As the answer to a hello that said "closing", an offer is the ledger's word that it holds the whole tail, also
    /// where its last watermark was lost on the way; what it judged meanwhile comes as order states.
    fn may_begin(&self, epoch: Epoch) -> bool {
        let is_told = self.meta.closing && (self.up.in_flight() == 0 || self.connection.phase == Phase::Greeting);
        let is_unused = self.up.tail() == Seq(0) && self.meta.down_taken == Seq(0);
        self.meta.epoch.is_none_or(|current| epoch > current && (is_told || is_unused))
    }

    fn reset(&mut self, epoch: Epoch) {
        self.meta = Meta { led_by: self.meta.led_by, epoch: Some(epoch), ..Meta::default() };
        self.shelves.clear();
        self.credits.clear();
        // Without a word of the ledger they would count as taken in, as all of an epoch that has ended.
        let unsettled = self.up.from(self.up.watermark().next()).filter_map(|(_, logged)| logged.order());
        unsettled.for_each(|slot| self.staged.status(slot));
        self.up = UpLog::default();
        self.standing = Standing::Unanswered;
        self.staged.begin();
        self.staged.meta();
        self.staged.sync();
        self.show_all();
    }

    fn fenced(&mut self, epoch: Option<Epoch>, up_taken: LogMark) -> Result<(), HangUpReason> {
        if epoch.is_none() || epoch != self.meta.epoch {
            return Err(HangUpReason::UnexpectedMessage);
        }
        self.check_mark(up_taken)?;
        if !self.meta.closing {
            self.close_epoch();
        }
        self.up.rewind(up_taken.seq);
        self.connection.phase = Phase::Up;
        self.set_standing(Standing::Closing);
        Ok(())
    }

    /// In one write: empty shelves, and the last entry of the log.
    fn close_epoch(&mut self) {
        for (sku, shelf) in &mut self.shelves {
            shelf.close();
            self.staged.shelf(sku);
        }
        let seq = self.up.append(LoggedEntry::Closed, self.up.digest().then_close(), Units::ZERO, Units::ZERO);
        self.staged.up(seq);
        self.meta.closing = true;
        self.staged.meta();
        self.staged.sync();
    }

    fn refused(&mut self, refused: &Refused) -> HangUpReason {
        let standing = Standing::Refused(refused.reason);
        if self.standing != standing {
            self.alert(format!("refused by the allocator ({:?}): {}", refused.reason, refused.detail));
        }
        self.set_standing(standing);
        HangUpReason::Refused
    }

    /// The ledger's end of the log must be this log's. Where it is not, another process has shipped from a copy of this disk,
    /// and the verdicts on its entries must not be taken for verdicts on these.
    fn check_mark(&mut self, up_taken: LogMark) -> Result<(), HangUpReason> {
        self.check_watermark(up_taken.seq)?;
        if self.up.has_mark(up_taken) {
            return Ok(());
        }
        self.send(EdgeBody::LogDiffers);
        let expected = format!("this disk's log to entry {}", up_taken.seq);
        Err(self.distrust(HangUpReason::AnotherLog, &expected, "another one"))
    }

    /// Where the ledger is must lie between where it was and where this disk is.
    pub(crate) fn check_watermark(&mut self, up_taken: Seq) -> Result<(), HangUpReason> {
        let (least, most) = (self.up.watermark(), self.durable_tail());
        if up_taken < least {
            self.send(EdgeBody::LedgerIsBehind { held: least });
            let (expected, found) = (format!("watermark {least} or later"), format!("watermark {up_taken}"));
            return Err(self.distrust(HangUpReason::LedgerBehind, &expected, &found));
        }
        if up_taken > most {
            let (expected, found) = (format!("a watermark up to {most}"), format!("watermark {up_taken}"));
            return Err(self.distrust(HangUpReason::LedgerAhead, &expected, &found));
        }
        Ok(())
    }

    /// One of the two has lost state: nothing is sold until the allocator says otherwise.
    fn distrust(&mut self, reason: HangUpReason, expected: &str, found: &str) -> HangUpReason {
        let kind = match reason {
            HangUpReason::LedgerAhead => RefusedReason::DiskRolledBack,
            HangUpReason::AnotherLog => RefusedReason::DiskCloned,
            _ => RefusedReason::LedgerBehind,
        };
        self.alert(format!("{reason}: expected {expected}, found {found}"));
        self.set_standing(Standing::Refused(kind));
        reason
    }
}

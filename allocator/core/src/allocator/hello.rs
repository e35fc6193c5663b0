//! The first message of a transport, and its answer.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeBody, EdgeId, Epoch, FromEdge, Hello, LogMark, RefusedReason, Session, Timestamp, Welcome};

use super::log::Sync;
use super::term::ANY_EPOCH;
use super::{Allocator, Link};
use crate::epochs::{Answer, judge};
use crate::{ALERTS_MAX, Book, Connection, Phase};

impl Allocator {
    pub(super) fn hello(&mut self, connection: Connection, message: FromEdge, now: Timestamp) {
        let session = message.session;
        let EdgeBody::Hello(hello) = message.body.clone() else {
            return self.refuse(connection, session, RefusedReason::Malformed, "the first message must be a hello");
        };
        if !self.settings.knows(&hello.edge) {
            let detail = format!("the configuration has no edge {}", hello.edge);
            return self.refuse(connection, session, RefusedReason::UnknownEdge, &detail);
        }
        if let Some(owner) = self.other_owner(&hello) {
            let detail = format!("disk {} belongs to edge {owner}, not to {}", hello.disk, hello.edge);
            if self.is_refusal_new(&hello, RefusedReason::UnknownEdge) {
                self.alert(format!("refused a hello of {}: {detail}", hello.edge), now);
            }
            return self.refuse(connection, session, RefusedReason::UnknownEdge, &detail);
        }
        if self.clones.contains(&session.boot) {
            return self.refuse_clone(connection, session, &hello.edge, hello.disk);
        }
        if let Some(detail) = self.ahead.get(&session.boot).cloned() {
            return self.refuse(connection, session, RefusedReason::LedgerBehind, &detail);
        }
        if let Some(incumbent) = self.incumbent(&hello, session) {
            return self.challenge(connection, incumbent, message, now);
        }
        if !self.replace_older(&hello, session) {
            return self.hang_up(connection, "a later session of this process is up already");
        }
        self.watch(&hello.edge).refused = false;
        self.answer(connection, message, &hello, now);
        self.note_heard(connection, now);
    }

    /// The newest transport of a disk is the one that counts; a delayed hello of the same process is not newer. Another
    /// disk's stays, unless both wait for an answer: that disk may be the living one, or ship its tail.
    fn replace_older(&mut self, hello: &Hello, session: Session) -> bool {
        let same = |link: &Link| link.disk == hello.disk || link.deferred.is_some();
        let older =
            self.links.of(&hello.edge).filter(|(_, link)| same(link)).map(|(older, link)| (older, link.session));
        let older: Vec<_> = older.collect();
        if older.iter().any(|(_, known)| known.boot == session.boot && known.counter >= session.counter) {
            return false;
        }
        for (older, _) in older {
            self.hang_up(older, "a newer session of the edge is up");
        }
        true
    }

    /// The other edge whose disk says hello, where volumes were swapped. Nobody lost anything: no reason to halt.
    fn other_owner(&self, hello: &Hello) -> Option<EdgeId> {
        let holds = |books: &BTreeMap<Epoch, Book>| books.values().any(|book| book.head.disk == hello.disk);
        if self.image.epochs.get(&hello.edge).is_some_and(holds) {
            return None;
        }
        self.image.epochs.iter().find(|(_, books)| holds(books)).map(|(edge, _)| edge.clone())
    }

    fn answer(&mut self, connection: Connection, message: FromEdge, hello: &Hello, now: Timestamp) {
        let none = BTreeMap::new();
        let books = self.image.epochs.get(&hello.edge).unwrap_or(&none);
        let answer = judge(books, message.epoch, hello, (self.image.term, self.instance));
        let session = message.session;
        // A refused disk, and one that waits, leave open what the edge holds.
        let is_settled = match &answer {
            Answer::RolledBack(_) | Answer::LedgerBehind(_) => false,
            // The lost ledger may have known of a disk that this one replaces: an operator knows whether it did.
            Answer::Begin { .. } if self.image.restored && message.epoch.is_none() => false,
            Answer::Begin { fence } => fence.is_none() || self.awaited.is_empty(),
            _ => true,
        };
        match answer {
            Answer::Resume(epoch) => self.answer_resume(connection, session, epoch, hello, now),
            Answer::OfferAgain(epoch) => self.answer_offer_again(connection, session, epoch, hello, now),
            Answer::Tail(epoch) => self.answer_tail(connection, session, epoch, hello, now),
            Answer::Begin { fence: Some(_) } if !self.awaited.is_empty() => self.defer(connection, message, hello, now),
            Answer::Begin { fence } => self.answer_begin(connection, session, fence, hello, now),
            Answer::Retire(epoch) => self.answer_retire(connection, session, epoch, hello, now),
            Answer::RolledBack(detail) => {
                if self.is_refusal_new(hello, RefusedReason::DiskRolledBack) {
                    let see = "RUNBOOK.md, \"DiskRolledBack\"";
                    self.alert(format!("{} holds a disk that was rolled back: {detail} ({see})", hello.edge), now);
                }
                self.watch(&hello.edge).refused = true;
                self.refuse(connection, session, RefusedReason::DiskRolledBack, &detail);
            }
            Answer::LedgerBehind(detail) => self.hello_is_ahead(connection, session, hello, &detail, now),
        }
        if is_settled {
            self.has_spoken(&hello.edge, ANY_EPOCH, now);
        }
    }

    fn answer_resume(&mut self, c: Connection, session: Session, epoch: Epoch, hello: &Hello, now: Timestamp) {
        let edge = &hello.edge;
        self.connect(c, session, Some(epoch), hello, now);
        self.confirm_down(edge, epoch, hello.down_taken);
        self.confirm_verdicts(edge, epoch, hello.verdicts_taken);
        self.confirm_epoch(edge, epoch);
        let up_taken = self.up_mark(edge, epoch);
        self.welcome(c, Welcome::Resume { up_taken });
        self.send_up_taken(c);
        self.send_published(c);
        self.send_words(c);
        self.place_all();
        self.has_spoken(edge, epoch, now);
    }

    fn answer_offer_again(&mut self, c: Connection, session: Session, epoch: Epoch, hello: &Hello, now: Timestamp) {
        self.connect(c, session, Some(epoch), hello, now);
        self.offer(c, epoch);
        self.has_spoken(&hello.edge, epoch, now);
    }

    fn answer_tail(&mut self, c: Connection, session: Session, epoch: Epoch, hello: &Hello, now: Timestamp) {
        self.connect(c, session, Some(epoch), hello, now);
        self.confirm_down(&hello.edge, epoch, hello.down_taken);
        self.confirm_verdicts(&hello.edge, epoch, hello.verdicts_taken);
        let up_taken = self.up_mark(&hello.edge, epoch);
        self.welcome(c, Welcome::Fenced { up_taken });
        self.send_up_taken(c);
        self.has_spoken(&hello.edge, epoch, now);
    }

    fn answer_begin(&mut self, c: Connection, session: Session, fence: Option<Epoch>, hello: &Hello, now: Timestamp) {
        if let Some(fenced) = fence {
            let why = format!("disk {} said hello in its place", hello.disk);
            let (pooled, quarantined) = self.fence(&hello.edge, fenced, &hello.edge.to_string(), &why, now);
            self.alert(
                format!(
                    "{}: epoch {fenced} is fenced, {why}; {pooled} units went to the pool, {quarantined} are in quarantine \
                     until the old disk speaks or an operator writes epoch {fenced} off",
                    hello.edge
                ),
                now,
            );
        }
        let epoch = self.begin_epoch(&hello.edge, hello.disk);
        self.connect(c, session, Some(epoch), hello, now);
        self.offer(c, epoch);
    }

    fn answer_retire(&mut self, c: Connection, session: Session, epoch: Epoch, hello: &Hello, now: Timestamp) {
        self.connect(c, session, Some(epoch), hello, now);
        self.confirm_verdicts(&hello.edge, epoch, hello.verdicts_taken);
        let untold = self.image.book(&hello.edge, epoch).is_some_and(|book| !book.verdicts.is_empty());
        if untold {
            let up_taken = self.up_mark(&hello.edge, epoch);
            self.welcome(c, Welcome::Fenced { up_taken });
            self.send_up_taken(c);
        }
        self.retire(c, epoch);
    }

    /// Says that another disk has taken this one's place, and hangs up.
    pub(super) fn retire(&mut self, connection: Connection, epoch: Epoch) {
        let Some(link) = self.links.get(connection) else { return };
        let (edge, session) = (link.edge.clone(), link.session);
        if self.image.book(&edge, epoch).is_some_and(|book| book.head.phase != Phase::Retired) {
            self.change_head(&edge, epoch, Sync::Promise, |head| head.phase = Phase::Retired);
        }
        let detail = format!("another disk of {edge} has taken the place of this one");
        self.refuse(connection, session, RefusedReason::DiskRetired, &detail);
    }

    fn defer(&mut self, connection: Connection, message: FromEdge, hello: &Hello, now: Timestamp) {
        self.tell_deferred(hello, now);
        self.connect(connection, message.session, None, hello, now);
        self.links.get_mut(connection).expect("just connected").deferred = Some(Box::new(message));
    }

    /// Alerts of a disk that waits, once in a term: it says hello again and again.
    fn tell_deferred(&mut self, hello: &Hello, now: Timestamp) {
        let is_full = self.deferred_told.len() >= ALERTS_MAX;
        if is_full || !self.deferred_told.insert((hello.edge.clone(), hello.disk)) {
            return;
        }
        let names = self.waiting_for();
        let names: Vec<_> = names.iter().map(EdgeId::as_str).collect();
        let text = format!(
            "a new disk of {} waits for its answer: {} did not speak in this term yet",
            hello.edge,
            names.join(", ")
        );
        self.alert(text, now);
    }

    pub(super) fn offer(&mut self, connection: Connection, epoch: Epoch) {
        self.welcome(connection, Welcome::Begin { epoch });
        self.send_published(connection);
    }

    fn connect(&mut self, c: Connection, session: Session, epoch: Option<Epoch>, hello: &Hello, now: Timestamp) {
        let head = epoch.and_then(|epoch| self.image.book(&hello.edge, epoch)).map(|book| book.head);
        let goes_on = head.filter(|head| head.confirmed);
        // A hello without an epoch was compared with none: it cannot have taken what was never made.
        let (down_sent, verdicts_sent) = goes_on.map_or_else(Default::default, |head| {
            (hello.down_taken.min(head.down_tail), hello.verdicts_taken.min(head.up_taken))
        });
        let link = Link {
            session,
            edge: hello.edge.clone(),
            disk: hello.disk,
            epoch,
            down_sent,
            verdicts_sent,
            heard_at: now,
            deferred: None,
        };
        self.to_send.insert(link.edge.clone());
        self.link_changed(&link.edge);
        self.links.insert(c, link);
    }

    /// Whether a refusal was not told of in this term.
    pub(super) fn is_refusal_new(&mut self, hello: &Hello, reason: RefusedReason) -> bool {
        let is_full = self.refusals_told.len() >= ALERTS_MAX;
        !is_full && self.refusals_told.insert((hello.edge.clone(), hello.disk, reason))
    }

    fn up_mark(&self, edge: &EdgeId, epoch: Epoch) -> LogMark {
        self.image.book(edge, epoch).expect("the answer names a known epoch").head.up_mark()
    }
}

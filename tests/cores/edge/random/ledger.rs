//! As much of a ledger as one edge needs: one pool, epochs with escrow or quarantine, verdicts.

use std::collections::BTreeMap;

use doorbuster_proto::{
    AllocatorBody, DownBatch, DownEntry, DownTotal, EdgeBody, Epoch, FromEdge, LogDigest, LogMark, OrderId,
    OrderPlaced, OrderState, OrderVerdict, Seq, Sku, Units, UpBatch, UpEntry, UpTaken, Verdict, Welcome,
};
use doorbuster_tests::dice::Dice;

#[derive(Default)]
pub(crate) struct Life {
    pub(crate) granted: BTreeMap<Sku, u64>,
    pub(crate) sold: BTreeMap<Sku, u64>,
    pub(crate) returned: BTreeMap<Sku, u64>,
    /// Units that may have been sold, once the epoch is fenced.
    pub(crate) quarantine: Option<BTreeMap<Sku, u64>>,
    pub(crate) watermark: u64,
    digest: LogDigest,
    down: Vec<DownEntry>,
    verdicts: BTreeMap<u64, Verdict>,
    placed: BTreeMap<u64, OrderId>,
    confirmed: bool,
    closed: bool,
}

impl Life {
    pub(crate) fn escrow(&self, sku: &Sku) -> u64 {
        let of = |units: &BTreeMap<Sku, u64>| units.get(sku).copied().unwrap_or(0);
        of(&self.granted) - of(&self.sold) - of(&self.returned)
    }

    fn taken(&self, verdicts_taken: Seq) -> UpTaken {
        let verdicts = self.verdicts.range(verdicts_taken.0 + 1..);
        let verdicts = verdicts
            .map(|(seq, verdict)| OrderVerdict { seq: Seq(*seq), verdict: *verdict, backorder: false })
            .collect();
        UpTaken { watermark: Seq(self.watermark), verdicts, tail: self.quarantine.is_some() }
    }

    fn batch(&self, down_taken: Seq) -> AllocatorBody {
        let first = usize::try_from(down_taken.0).unwrap();
        let entries = self.down[first..].to_vec();
        let touched = entries.iter().filter_map(|entry| match entry {
            DownEntry::Grant { sku, .. } => Some(sku.clone()),
            _ => None,
        });
        let totals = touched.map(|sku| DownTotal { granted: Units::new(self.granted[&sku]).unwrap(), sku }).collect();
        AllocatorBody::Down(DownBatch { first: Seq(down_taken.0 + 1), entries, totals })
    }
}

pub(crate) struct Ledger {
    pub(crate) supply: BTreeMap<Sku, u64>,
    pub(crate) pool: BTreeMap<Sku, u64>,
    pub(crate) lives: BTreeMap<Epoch, Life>,
    pub(crate) orders: BTreeMap<OrderId, (OrderPlaced, OrderState)>,
    pub(crate) credit: u64,
}

impl Ledger {
    pub(crate) fn current(&self) -> Option<Epoch> {
        self.lives.keys().next_back().copied()
    }

    pub(crate) fn is_live(&self) -> bool {
        self.current().is_some_and(|epoch| self.lives[&epoch].quarantine.is_none() && self.lives[&epoch].confirmed)
    }

    /// What pool, escrow, quarantine and valid orders make together.
    pub(crate) fn sum(&self, sku: &Sku) -> u64 {
        let life = |life: &Life| match &life.quarantine {
            Some(quarantine) => quarantine.get(sku).copied().unwrap_or(0),
            None => life.escrow(sku),
        };
        let lives: u64 = self.lives.values().map(life).sum();
        let valid = self.orders.values().filter(|(order, state)| order.sku == *sku && state.is_valid());
        self.pool[sku] + lives + valid.map(|(order, _)| order.units.get()).sum::<u64>()
    }

    pub(crate) fn grant(&mut self, sku: &Sku, wanted: u64) -> Option<AllocatorBody> {
        let units = wanted.min(self.pool[sku]);
        if units == 0 || !self.is_live() {
            return None;
        }
        *self.pool.get_mut(sku).unwrap() -= units;
        let life = self.lives.get_mut(&self.current()?)?;
        *life.granted.entry(sku.clone()).or_default() += units;
        self.tell(DownEntry::Grant { sku: sku.clone(), units: Units::new(units).unwrap() })
    }

    /// An order that stands expires: its units go to the pool.
    pub(crate) fn expire(&mut self, dice: &mut Dice) -> Option<AllocatorBody> {
        let valid = self.orders.iter_mut().filter(|(_, (_, state))| state.is_valid());
        let mut valid: Vec<_> = valid.collect();
        let chosen = usize::try_from(dice.below(valid.len().max(1) as u64)).unwrap();
        let (id, (order, state)) = valid.get_mut(chosen)?;
        *state = OrderState::Expired;
        *self.pool.get_mut(&order.sku).unwrap() += order.units.get();
        let id = **id;
        if self.is_live() {
            self.tell(DownEntry::OrderState { order: id, state: OrderState::Expired, backorder: false })
        } else {
            None
        }
    }

    fn tell(&mut self, entry: DownEntry) -> Option<AllocatorBody> {
        let life = self.lives.get_mut(&self.current()?)?;
        life.down.push(entry);
        Some(life.batch(Seq(life.down.len() as u64 - 1)))
    }

    pub(crate) fn fence(&mut self) {
        let Some(epoch) = self.current().filter(|_| self.is_live()) else { return };
        let life = self.lives.get_mut(&epoch).unwrap();
        let mut quarantine = BTreeMap::new();
        for (sku, pool) in &mut self.pool {
            let held = life.escrow(sku);
            quarantine.insert(sku.clone(), held.min(self.credit));
            *pool += held.saturating_sub(self.credit);
        }
        life.quarantine = Some(quarantine);
    }

    /// What it answers, and of which epoch it speaks.
    pub(crate) fn hear(&mut self, message: FromEdge, dice: &mut Dice) -> Vec<(Option<Epoch>, AllocatorBody)> {
        let epoch = message.epoch;
        let bodies = self.answer(message, dice);
        bodies.into_iter().map(|body| (epoch, body)).collect()
    }

    fn answer(&mut self, message: FromEdge, dice: &mut Dice) -> Vec<AllocatorBody> {
        match message.body {
            EdgeBody::Hello(hello) => self.welcome(message.epoch, hello.verdicts_taken, hello.down_taken),
            EdgeBody::EpochStored { epoch } => {
                let life = self.lives.get_mut(&epoch).unwrap();
                life.confirmed = true;
                vec![life.batch(Seq(0))]
            }
            EdgeBody::Up(batch) => self.take(message.epoch.unwrap(), batch, dice),
            EdgeBody::LogDiffers => panic!("there is one log"),
            EdgeBody::LedgerIsBehind { held } => panic!("it is never set back, and held the log to {held}"),
            EdgeBody::DownTaken { .. }
            | EdgeBody::Levels(_)
            | EdgeBody::LevelsChanged(_)
            | EdgeBody::ChallengeAnswered(_) => vec![],
        }
    }

    fn welcome(&mut self, epoch: Option<Epoch>, verdicts_taken: Seq, down_taken: Seq) -> Vec<AllocatorBody> {
        let known = epoch.and_then(|epoch| self.lives.get(&epoch));
        let current = self.current();
        let Some(life) = known.filter(|life| life.confirmed && !life.closed) else {
            let unconfirmed = current.filter(|epoch| !self.lives[epoch].confirmed);
            let next = unconfirmed.unwrap_or_else(|| current.unwrap_or_default().next());
            self.lives.entry(next).or_default();
            return vec![AllocatorBody::Welcome(Welcome::Begin { epoch: next })];
        };
        let up_taken = LogMark { seq: Seq(life.watermark), digest: life.digest };
        let taken = AllocatorBody::UpTaken(life.taken(verdicts_taken));
        if life.quarantine.is_some() {
            return vec![AllocatorBody::Welcome(Welcome::Fenced { up_taken }), taken];
        }
        vec![AllocatorBody::Welcome(Welcome::Resume { up_taken }), taken, life.batch(down_taken)]
    }

    fn take(&mut self, epoch: Epoch, batch: UpBatch, dice: &mut Dice) -> Vec<AllocatorBody> {
        let before = self.lives[&epoch].watermark;
        assert!(batch.first.0 <= before + 1, "no gap: {} after {before}", batch.first);
        let known = usize::try_from(before + 1 - batch.first.0).unwrap();
        for entry in batch.entries.into_iter().skip(known) {
            let life = self.lives.get_mut(&epoch).unwrap();
            (life.watermark, life.digest) = (life.watermark + 1, life.digest.then(&entry));
            self.take_entry(epoch, entry, dice);
        }
        let life = &self.lives[&epoch];
        for total in batch.totals.iter().filter(|_| life.watermark > before) {
            let found = [&life.sold, &life.returned].map(|units| units.get(&total.sku).copied().unwrap_or(0));
            assert_eq!(found, [total.sold.get(), total.returned.get()], "totals of {}", total.sku);
        }
        let mut bodies = vec![AllocatorBody::UpTaken(life.taken(Seq(before)))];
        if life.closed {
            bodies.push(self.begin_after(epoch));
        }
        bodies
    }

    fn begin_after(&mut self, epoch: Epoch) -> AllocatorBody {
        // The edge may have missed states and verdicts: they go over to the new epoch's down log.
        let ended = &self.lives[&epoch];
        let states = ended.down.iter().filter(|entry| matches!(entry, DownEntry::OrderState { .. }));
        let mut states: Vec<_> = states.cloned().collect();
        for (seq, verdict) in &ended.verdicts {
            let order = ended.placed[seq];
            let state = self.orders.get(&order).map_or(verdict.state(), |(_, state)| *state);
            states.push(DownEntry::OrderState { order, state, backorder: false });
        }
        self.lives.entry(epoch.next()).or_insert_with(|| Life { down: states, ..Life::default() });
        AllocatorBody::Welcome(Welcome::Begin { epoch: epoch.next() })
    }

    fn take_entry(&mut self, epoch: Epoch, entry: UpEntry, dice: &mut Dice) {
        let life = self.lives.get_mut(&epoch).unwrap();
        assert!(!life.closed, "nothing follows the end of an epoch");
        match entry {
            UpEntry::OrderPlaced(order) => self.judge(epoch, order, dice),
            UpEntry::StockReturned { sku, units } => {
                *life.returned.entry(sku.clone()).or_default() += units.get();
                if life.quarantine.is_none() {
                    *self.pool.get_mut(&sku).unwrap() += units.get();
                }
            }
            UpEntry::EpochClosed => {
                life.closed = true;
                let quarantine = life.quarantine.replace(BTreeMap::new()).expect("only a fenced epoch is closed");
                for (sku, units) in quarantine {
                    *self.pool.get_mut(&sku).unwrap() += units;
                }
            }
        }
    }

    fn judge(&mut self, epoch: Epoch, order: OrderPlaced, dice: &mut Dice) {
        let life = self.lives.get_mut(&epoch).unwrap();
        let (id, sku, units) = (order.order, order.sku.clone(), order.units.get());
        *life.sold.entry(sku.clone()).or_default() += units;
        let backed = match &mut life.quarantine {
            None => true,
            Some(quarantine) => {
                let left = quarantine.entry(sku.clone()).or_default();
                let is_enough = *left >= units;
                *left -= if is_enough { units } else { 0 };
                is_enough
            }
        };
        let verdict = match (backed, self.orders.get(&order.order)) {
            (false, _) => Verdict::NoUnit,
            (true, Some((_, first))) => Verdict::Repeat(*first),
            (true, None) if dice.chance(5) => Verdict::OverLimit,
            (true, None) => Verdict::Valid,
        };
        if backed && verdict != Verdict::Valid {
            *self.pool.get_mut(&sku).unwrap() += units;
        }
        if verdict != Verdict::NoUnit {
            self.orders.entry(order.order).or_insert((order, verdict.state()));
        }
        life.verdicts.insert(life.watermark, verdict);
        life.placed.insert(life.watermark, id);
    }
}

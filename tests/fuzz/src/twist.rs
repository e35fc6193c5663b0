//! Messages that nobody who keeps the protocol would send.

use doorbuster_proto::{AllocatorBody, DownEntry, EdgeBody, FromAllocator, FromEdge, Seq, Units, UpEntry, Verdict};

use crate::Noise;

/// Makes one thing wrong with what an edge says.
pub fn twist_from_edge(message: &mut FromEdge, noise: &mut Noise<'_>) {
    match &mut message.body {
        EdgeBody::Up(batch) => match noise.below(8) {
            0 => batch.first = Seq(noise.near(batch.first.0)),
            1 => batch.verdicts_taken = Seq(noise.near(batch.verdicts_taken.0)),
            2 => batch.tail = !batch.tail,
            3 => batch.totals.clear(),
            4 => {
                if let Some(total) = batch.totals.first_mut() {
                    total.sold = units(noise.near(total.sold.get()));
                }
            }
            5 => batch.entries.extend(batch.entries.last().cloned()),
            6 => batch.entries.push(UpEntry::EpochClosed),
            _ => {
                if let Some(entry) = batch.entries.first_mut() {
                    twist_entry(entry, noise);
                }
            }
        },
        EdgeBody::DownTaken { watermark } => watermark.0 = noise.near(watermark.0),
        EdgeBody::EpochStored { epoch } => epoch.0 = noise.near(epoch.0),
        EdgeBody::Hello(hello) => match noise.below(4) {
            0 => hello.up_tail.0 = noise.near(hello.up_tail.0),
            1 => hello.verdicts_taken.0 = noise.near(hello.verdicts_taken.0),
            2 => hello.down_taken.0 = noise.near(hello.down_taken.0),
            _ => hello.closing = !hello.closing,
        },
        EdgeBody::Levels(levels) | EdgeBody::LevelsChanged(levels) => {
            if let Some(level) = levels.first_mut() {
                level.shelf = units(noise.near(level.shelf.get()));
            }
        }
        EdgeBody::ChallengeAnswered(number) => *number = noise.near(*number),
        EdgeBody::LogDiffers | EdgeBody::LedgerIsBehind { .. } => {}
    }
}

fn twist_entry(entry: &mut UpEntry, noise: &mut Noise<'_>) {
    match entry {
        UpEntry::OrderPlaced(order) => order.units = units(noise.near(order.units.get())),
        UpEntry::StockReturned { units: returned, .. } => *returned = units(noise.near(returned.get())),
        UpEntry::EpochClosed => {}
    }
}

/// Makes one thing wrong with what the allocator says. It is trusted with how much it grants.
pub fn twist_from_allocator(message: &mut FromAllocator, noise: &mut Noise<'_>) {
    match &mut message.body {
        AllocatorBody::Down(batch) => match noise.below(4) {
            0 => batch.first = Seq(noise.near(batch.first.0)),
            1 => batch.totals.clear(),
            2 => batch.entries.extend(batch.entries.last().cloned()),
            _ => {
                if let Some(DownEntry::Grant { units: granted, .. }) = batch.entries.first_mut() {
                    *granted = Units::new(u64::from(noise.below(50)) + 1).expect("it is small");
                }
            }
        },
        AllocatorBody::UpTaken(taken) => match noise.below(4) {
            0 => taken.watermark = Seq(noise.near(taken.watermark.0)),
            1 => taken.tail = !taken.tail,
            2 => taken.verdicts.clear(),
            _ => {
                if let Some(verdict) = taken.verdicts.first_mut() {
                    verdict.seq = Seq(noise.near(verdict.seq.0));
                    verdict.verdict = Verdict::NoUnit;
                }
            }
        },
        AllocatorBody::Recall { keep, .. } => *keep = units(noise.near(keep.get())),
        AllocatorBody::Guidance(told) => {
            for guidance in told {
                guidance.low_water = units(noise.near(guidance.low_water.get()));
            }
        }
        AllocatorBody::Welcome(_)
        | AllocatorBody::Words(_)
        | AllocatorBody::Published(_)
        | AllocatorBody::Challenge(_) => message.term.0 = noise.near(message.term.0),
    }
}

fn units(count: u64) -> Units {
    Units::new(count).unwrap_or(Units::MAX)
}

//! The allocator's core: an input, and exactly the commands that it gives. Time is driven.

mod desk;

mod backorder;
mod closing;
mod contest;
mod epochs;
mod fence;
mod fleet;
mod grants;
mod guidance;
mod halts;
mod hello;
mod limits;
mod orders;
mod publish;
mod random;
mod recovery;
mod republish;
mod silence;
mod snapshot;
mod sold;
mod supply;
mod tail;
mod terms;
mod up_batch;
mod verdicts;
mod views;
mod words;
mod write_off;

//! The edge's core: input → exact commands. One file per operation.

mod backorder;
mod closing;
mod credit;
mod epochs;
mod fenced;
mod grants;
mod hello;
mod levels;
mod parked;
mod persisted;
mod purchase;
mod random;
mod recall;
mod recovery;
mod rig;
mod room;
mod sales;
mod terms;
mod watermarks;
mod words;

//! How often each thing may still go wrong: what keeps the space of states finite.

/// Faults, and what else happens of itself or by an operator, that are left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Budget {
    /// An edge's stream is opened again.
    pub(crate) connects: u8,
    /// A stream breaks, with what is under way on it.
    pub(crate) breaks: u8,
    /// A message is copied; the copy comes up at any later moment, on whatever stream there is.
    pub(crate) copies: u8,
    /// An edge's machine dies, with what was not synced, and starts again.
    pub(crate) crashes: u8,
    /// An edge comes back with an empty disk.
    pub(crate) wipes: u8,
    /// An edge's disk is noted, to be set back to.
    pub(crate) keeps: u8,
    /// An edge comes back with the noted disk.
    pub(crate) rollbacks: u8,
    /// A second process starts on a copy of an edge's disk.
    pub(crate) clones: u8,
    /// The allocator dies, with what was not synced, and another takes the next term.
    pub(crate) failovers: u8,
    /// The allocator's store is backed up.
    pub(crate) backups: u8,
    /// The allocator dies, and another takes the next term with the backup.
    pub(crate) restores: u8,
    /// Time passes for a process, up to its next timer.
    pub(crate) timers: u8,
    /// An operator evicts an edge.
    pub(crate) evictions: u8,
    /// An operator writes a quarantine off.
    pub(crate) write_offs: u8,
    /// An operator cancels an order.
    pub(crate) cancellations: u8,
    /// An operator closes the sale.
    pub(crate) closings: u8,
    /// An operator raises the supply.
    pub(crate) raises: u8,
    /// An operator lowers the supply.
    pub(crate) lowerings: u8,
    /// A shopper who waits asks elsewhere too.
    pub(crate) impatience: u8,
}

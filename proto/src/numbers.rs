//! Counters and times that must not be mistaken for one another.

use std::fmt;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

number!(
    /// A fencing number: one life of one edge's escrow. The first is 1.
    Epoch
);
number!(
    /// A fencing number of the allocator's leadership. The first is 1; 0 stands for none seen.
    Term
);
number!(
    /// The number of an entry in a log. The first is 1; 0 stands for an empty log.
    Seq
);
number!(
    /// The number of a commit of the ledger.
    Commit
);
number!(
    /// The version of what an edge serves: the commit that published it.
    SiteVersion
);
number!(
    /// Milliseconds since the Unix epoch, by a disciplined clock.
    Timestamp
);

macro_rules! successor {
    ($($name:ident),*) => {$(
        impl $name {
            /// The number after this one.
            #[must_use]
            pub fn next(self) -> Self {
                Self(self.0.checked_add(1).expect("a 64-bit counter does not wrap in a lifetime"))
            }
        }
    )*};
}
successor!(Epoch, Term, Seq, Commit);

impl Timestamp {
    /// The time so many milliseconds later.
    #[must_use]
    pub fn after_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to here; 0 where `earlier` is later.
    pub fn since_ms(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

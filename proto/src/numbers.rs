//! Counters and times that must not be mistaken for one another.

use std::fmt;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The last millisecond that RFC 3339 has a form for: of the year 9999.
const RFC3339_MS_MAX: u64 = 253_402_300_799_999;

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

    /// The second that it lies in.
    #[must_use]
    pub fn whole_second(self) -> Self {
        Self(self.0 - self.0 % 1_000)
    }

    /// The time in UTC as RFC 3339 has it, with a fraction where there is one; the last one that it has a form for where
    /// it is later.
    pub fn rfc3339(self) -> String {
        let nanoseconds = i128::from(self.0.min(RFC3339_MS_MAX)) * 1_000_000;
        let moment = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).expect("its year has four digits");
        moment.format(&Rfc3339).expect("a time within the years 1970 to 9999 has this form")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_utc() {
        for (ms, written) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (951_868_800_000, "2000-03-01T00:00:00Z"),
            (1_795_432_545_007, "2026-11-23T11:15:45.007Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (u64::MAX, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp(ms).rfc3339(), written);
        }
        assert_eq!(Timestamp(1_999).whole_second(), Timestamp(1_000));
    }
}

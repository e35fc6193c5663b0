//! Quantities of stock.

use std::fmt;
use std::iter::Sum;

/// So many units of a SKU. Never negative; arithmetic is checked.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Units(u64);

/// Why a number is not a quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {min} to {max} units, found {found}", max = Units::MAX)]
pub struct UnitsError {
    /// The least that was allowed.
    pub min: u64,
    /// What was found.
    pub found: u64,
}

impl Units {
    /// None.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(1);
    /// The most: sums of a sale's quantities stay far below 2⁶⁴.
    pub const MAX: Self = Self(1 << 48);

    /// Takes a number as a quantity, 0 included.
    ///
    /// # Errors
    /// [`UnitsError`] above [`Units::MAX`].
    pub fn new(found: u64) -> Result<Self, UnitsError> {
        if found > Self::MAX.0 {
            return Err(UnitsError { min: 0, found });
        }
        Ok(Self(found))
    }

    /// Takes a number as a quantity of at least one.
    ///
    /// # Errors
    /// [`UnitsError`] for 0 and above [`Units::MAX`].
    pub fn some(found: u64) -> Result<Self, UnitsError> {
        if found == 0 || found > Self::MAX.0 {
            return Err(UnitsError { min: 1, found });
        }
        Ok(Self(found))
    }

    /// The quantity as a number.
    pub fn get(self) -> u64 {
        self.0
    }

    /// Whether there is nothing.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or `None` past 2⁶⁴.
    #[must_use]
    pub fn checked_add(self, more: Self) -> Option<Self> {
        self.0.checked_add(more.0).map(Self)
    }

    /// The difference, or `None` below zero.
    #[must_use]
    pub fn checked_sub(self, less: Self) -> Option<Self> {
        self.0.checked_sub(less.0).map(Self)
    }

    /// The difference, or zero below zero.
    #[must_use]
    pub fn saturating_sub(self, less: Self) -> Self {
        Self(self.0.saturating_sub(less.0))
    }

    /// The sum.
    ///
    /// # Panics
    /// Past 2⁶⁴: no sale has so many units, so the books are corrupt.
    #[must_use]
    pub fn plus(self, more: Self) -> Self {
        self.checked_add(more).expect("units stay below 2^64")
    }

    /// The difference.
    ///
    /// # Panics
    /// Below zero: the caller took what was not there.
    #[must_use]
    pub fn minus(self, less: Self) -> Self {
        self.checked_sub(less).expect("units never go below zero")
    }
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Units({})", self.0)
    }
}

impl Sum for Units {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Self::plus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_says_what_it_expected() {
        assert_eq!(Units::some(0).unwrap_err().to_string(), "expected 1 to 281474976710656 units, found 0");
        assert!(Units::new(1 << 49).is_err());
    }

    #[test]
    #[should_panic(expected = "never go below zero")]
    fn taking_what_is_not_there_panics() {
        let _ = Units::ONE.minus(Units::new(2).unwrap());
    }
}

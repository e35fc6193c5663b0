//! Bytes read as choices.

/// What is left of an input.
#[derive(Debug)]
pub struct Noise<'a>(&'a [u8]);

impl<'a> Noise<'a> {
    /// All of an input.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next byte, where there is one.
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A number below a small bound; 0 once the input is used up.
    pub fn below(&mut self, bound: u8) -> u8 {
        self.byte().unwrap_or(0) % bound
    }

    /// A number near another one, rarely far from it.
    pub fn near(&mut self, number: u64) -> u64 {
        match self.byte().unwrap_or(0) {
            0 => 0,
            1 => u64::MAX,
            step => number.wrapping_add(u64::from(step % 7)).wrapping_sub(3),
        }
    }
}

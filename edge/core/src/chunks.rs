//! A list that grows without moving what is in it: a million orders are not copied when one more comes.

/// So many fit in one piece.
const PIECE: usize = 1_024;

/// A list to which is only ever added.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Chunks<T> {
    pieces: Vec<Vec<T>>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { pieces: Vec::new() }
    }
}

impl<T> Chunks<T> {
    pub(crate) fn len(&self) -> usize {
        self.pieces.last().map_or(0, |last| (self.pieces.len() - 1) * PIECE + last.len())
    }

    /// Adds one, and says where it is.
    pub(crate) fn push(&mut self, value: T) -> usize {
        let at = self.len();
        if at.is_multiple_of(PIECE) {
            self.pieces.push(Vec::with_capacity(PIECE));
        }
        self.pieces.last_mut().expect("there is room").push(value);
        at
    }

    pub(crate) fn at(&self, at: usize) -> &T {
        &self.pieces[at / PIECE][at % PIECE]
    }

    pub(crate) fn at_mut(&mut self, at: usize) -> &mut T {
        &mut self.pieces[at / PIECE][at % PIECE]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_found_where_it_was_said_to_be() {
        let mut list = Chunks::default();
        for n in 0..=2 * PIECE {
            assert_eq!((list.len(), list.push(n)), (n, n));
        }
        *list.at_mut(PIECE) = 7;
        assert_eq!((*list.at(PIECE - 1), *list.at(PIECE), *list.at(2 * PIECE)), (PIECE - 1, 7, 2 * PIECE));
        assert_eq!(list.iter().count(), list.len());
    }
}

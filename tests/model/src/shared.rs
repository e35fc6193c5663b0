//! A part of the state that most steps leave alone: shared between states, copied when it changes, hashed once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A value that is cheap to clone and to compare.
#[derive(Debug, Clone)]
pub(crate) struct Shared<T> {
    value: Arc<T>,
    hash: u64,
}

impl<T: Clone + Hash> Shared<T> {
    pub(crate) fn new(value: T) -> Self {
        let hash = hash_of(&value);
        Self { value: Arc::new(value), hash }
    }

    /// The value, to be changed; [`Shared::seal`] follows before the state is looked at as a whole.
    pub(crate) fn change(&mut self) -> &mut T {
        self.hash = 0;
        Arc::make_mut(&mut self.value)
    }

    /// Hashes what has changed.
    pub(crate) fn seal(&mut self) {
        if self.hash == 0 {
            self.hash = hash_of(&*self.value);
        }
    }
}

/// Never 0, which stands for "changed".
fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish().max(1)
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.value, &other.value) || (self.hash == other.hash && self.value == other.value)
    }
}

impl<T: Eq> Eq for Shared<T> {}

impl<T> Hash for Shared<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

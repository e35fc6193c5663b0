//! How often requests may be sent again: a budget, so that retries do not double the load of an origin that fails. Pure.

/// What one request pays in, and what a retry costs: at most one retry in five requests.
const REQUEST: u32 = 1;
const RETRY: u32 = 5;
/// What is kept for quiet times: ten retries.
const SAVED_MAX: u32 = 10 * RETRY;

/// An origin's budget.
#[derive(Debug)]
pub(super) struct Budget {
    saved: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { saved: SAVED_MAX }
    }
}

impl Budget {
    /// A request came.
    pub(super) fn pay_in(&mut self) {
        self.saved = (self.saved + REQUEST).min(SAVED_MAX);
    }

    /// Whether a retry can be paid.
    pub(super) fn spend(&mut self) -> bool {
        let left = self.saved.checked_sub(RETRY);
        self.saved = left.unwrap_or(self.saved);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_that_always_fails_sees_a_fifth_more_requests() {
        let mut budget = Budget::default();
        let retries = (0..1_000).filter(|_| {
            budget.pay_in();
            budget.spend()
        });
        let retries = retries.count();
        assert!((200..=212).contains(&retries), "{retries}");
    }

    #[test]
    fn quiet_times_save_no_more_than_the_bound() {
        let mut budget = Budget::default();
        (0..1_000).for_each(|_| budget.pay_in());
        assert_eq!((0..100).filter(|_| budget.spend()).count(), 10);
    }
}

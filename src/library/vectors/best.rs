//! A bounded collection of pairs that many tasks fill: the closest ones stay, whatever the order they come in.

use std::cmp::Ordering;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering as Atomic};
use std::sync::{Mutex, PoisonError};

/// Collects pairs.
pub struct ClosestPairs<T> {
    limit: usize,
    order: fn(&T, &T) -> Ordering,
    pairs: Mutex<Vec<T>>,
    /// Bits of the bound of the last pair that can still stay; tasks may skip what lies beyond.
    bound: AtomicU32,
    is_stopped: AtomicBool,
}

impl<T> ClosestPairs<T> {
    /// `order` must tell all pairs apart, so that the same ones stay each time. `bound` is what tasks start with.
    pub fn new(limit: usize, bound: u32, order: fn(&T, &T) -> Ordering) -> Self {
        Self {
            limit,
            order,
            pairs: Mutex::default(),
            bound: AtomicU32::new(bound),
            is_stopped: AtomicBool::new(false),
        }
    }

    /// The bound now.
    pub fn bound(&self) -> u32 {
        self.bound.load(Atomic::Relaxed)
    }

    /// Asks `should_stop`, and remembers a yes.
    pub fn is_stopped(&self, should_stop: &(dyn Fn() -> bool + Sync)) -> bool {
        if self.is_stopped.load(Atomic::Relaxed) {
            return true;
        }
        let stop = should_stop();
        if stop {
            self.is_stopped.store(true, Atomic::Relaxed);
        }
        stop
    }

    /// Takes what a task found and leaves the vector empty. `bound_of` gives the bound after the last pair that stays.
    pub fn take(&self, found: &mut Vec<T>, bound_of: impl Fn(&T) -> u32) {
        if found.is_empty() {
            return;
        }
        let mut pairs = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        pairs.append(found);
        if pairs.len() > 2 * self.limit
            && let Some(bound) = self.prune(&mut pairs, bound_of)
        {
            self.bound.store(bound, Atomic::Relaxed);
        }
    }

    fn prune(&self, pairs: &mut Vec<T>, bound_of: impl Fn(&T) -> u32) -> Option<u32> {
        let last = self.limit.checked_sub(1)?;
        let (_, worst, _) = pairs.select_nth_unstable_by(last, self.order);
        let bound = bound_of(worst);
        pairs.truncate(self.limit);
        Some(bound)
    }

    /// All that stay, in no order.
    pub fn into_pairs(self) -> Vec<T> {
        let mut pairs = self.pairs.into_inner().unwrap_or_else(PoisonError::into_inner);
        if pairs.len() > self.limit {
            pairs.select_nth_unstable_by(self.limit, self.order);
            pairs.truncate(self.limit);
        }
        pairs
    }
}

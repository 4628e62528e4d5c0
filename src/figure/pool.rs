//! The renderer pool: how many figures are in the making at once.
//!
//! A renderer here is no process but a permit: whoever draws holds one, the rest wait in their threads. The most that
//! were held at once is counted, so that a bound on memory can be checked and not only hoped for.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Permits to draw.
#[derive(Debug)]
pub struct RendererPool {
    max: usize,
    state: Mutex<PoolStats>,
    freed: Condvar,
}

/// What a pool counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStats {
    /// Renderers at work now.
    pub busy: usize,
    /// The most that were at work at once.
    pub peak: usize,
    /// Figures drawn, failed ones included.
    pub drawn: u64,
}

/// Held while drawing; gives the permit back when dropped, also by a panic.
struct Permit<'a>(&'a RendererPool);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.busy -= 1;
        state.drawn += 1;
        drop(state);
        self.0.freed.notify_one();
    }
}

impl RendererPool {
    /// A pool of at least one renderer.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self { max: max.max(1), state: Mutex::default(), freed: Condvar::new() }
    }

    /// The most renderers at work at once.
    #[must_use]
    pub fn max(&self) -> usize {
        self.max
    }

    /// Draws on this thread, as soon as a renderer is free.
    pub fn draw<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut state = self.lock();
        while state.busy >= self.max {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.busy += 1;
        state.peak = state.peak.max(state.busy);
        drop(state);
        let _permit = Permit(self);
        work()
    }

    /// What was counted so far.
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, PoolStats> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

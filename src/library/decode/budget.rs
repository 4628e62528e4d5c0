//! How many bytes all decoders together may use.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A number of bytes that decoders share. Clones share it too.
///
/// Who needs bytes waits until others give theirs back, in order of asking, so that large pictures have their turn. A
/// reservation lasts as long as one call of [`super::decode`]; nothing is reserved while something else is held, so no
/// two can wait for each other. A picture that needs more than all of it may be decoded while nothing else is, up to a
/// limit of its own.
#[derive(Clone, Debug)]
pub struct ByteBudget {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    limit_bytes: u64,
    lone_limit_bytes: u64,
    state: Mutex<State>,
    given_back: Condvar,
}

#[derive(Debug, Default)]
struct State {
    used_bytes: u64,
    next_ticket: u64,
    waiting: VecDeque<u64>,
}

impl ByteBudget {
    /// For so many bytes.
    #[must_use]
    pub fn new(limit_bytes: u64) -> Self {
        Self::with_lone(limit_bytes, limit_bytes)
    }

    /// For so many bytes, and for one picture alone the larger number.
    #[must_use]
    pub fn with_lone(limit_bytes: u64, lone_limit_bytes: u64) -> Self {
        let lone_limit_bytes = lone_limit_bytes.max(limit_bytes);
        let (state, given_back) = (Mutex::default(), Condvar::new());
        Self { shared: Arc::new(Shared { limit_bytes, lone_limit_bytes, state, given_back }) }
    }

    /// What one picture may take.
    #[must_use]
    pub fn most_for_one(&self) -> u64 {
        self.shared.lone_limit_bytes
    }

    /// Bytes reserved now.
    #[must_use]
    pub fn used_bytes(&self) -> u64 {
        self.lock().used_bytes
    }

    /// Waits until the bytes are free; `None` when they never will be, because the budget is smaller.
    #[must_use]
    pub fn reserve(&self, bytes: u64) -> Option<Reservation> {
        if bytes > self.shared.lone_limit_bytes {
            return None;
        }
        let mut state = self.lock();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.waiting.push_back(ticket);
        let fits = |used: u64| used == 0 || used.saturating_add(bytes) <= self.shared.limit_bytes;
        while state.waiting.front() != Some(&ticket) || !fits(state.used_bytes) {
            state = self.shared.given_back.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting.pop_front();
        state.used_bytes += bytes;
        drop(state);
        // The next one in line may fit as well.
        self.shared.given_back.notify_all();
        Some(Reservation { budget: self.clone(), bytes })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes of a [`ByteBudget`], given back when dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: ByteBudget,
    bytes: u64,
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.lock().used_bytes -= self.bytes;
        self.budget.shared.given_back.notify_all();
    }
}

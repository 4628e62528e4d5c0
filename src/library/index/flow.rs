//! Work that goes to a pool and comes back one result at a time.
//!
//! A barrier would wait for the slowest file of each round, and for ever for one on a drive that hangs. Here only the
//! number in flight is bounded; who takes the results decides how long to wait for them.

use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use rayon::ThreadPool;

/// Tasks in flight on a pool.
pub struct Flow<'a, R> {
    pool: &'a ThreadPool,
    limit: usize,
    in_flight: usize,
    sender: Sender<R>,
    results: Receiver<R>,
}

impl<'a, R: Send + 'static> Flow<'a, R> {
    /// At most `limit` tasks at a time.
    pub fn new(pool: &'a ThreadPool, limit: usize) -> Self {
        let limit = limit.max(1);
        let (sender, results) = bounded(limit);
        Self { pool, limit, in_flight: 0, sender, results }
    }

    /// Whether another task may be given now.
    pub fn has_room(&self) -> bool {
        self.in_flight < self.limit
    }

    /// How many results are still to come.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Starts a task; ask [`Self::has_room`] first.
    pub fn give(&mut self, task: impl FnOnce() -> R + Send + 'static) {
        self.in_flight += 1;
        let sender = self.sender.clone();
        // The channel has room for all in flight, so a worker never waits; nobody listens after a cancel.
        self.pool.spawn(move || drop(sender.send(task())));
    }

    /// The next result, in the order of finishing; `None` when none came in time.
    pub fn take(&mut self, wait: Duration) -> Option<R> {
        if self.in_flight == 0 {
            return None;
        }
        let result = self.results.recv_timeout(wait).ok()?;
        self.in_flight -= 1;
        Some(result)
    }
}

//! A slot in which the newest value wins.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::lock;

/// Passes values from makers to a taker that wants the newest only: requests for a render, or its pictures.
/// Clones share the slot.
pub struct Latest<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    slot: Mutex<Slot<T>>,
    /// Signalled when a value comes or the slot closes.
    changed: Condvar,
}

struct Slot<T> {
    value: Option<T>,
    closed: bool,
    superseded: u64,
}

/// What waiting at a slot gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken<T> {
    /// The newest value.
    Value(T),
    /// Nothing came in time.
    TimedOut,
    /// Nothing will come any more.
    Closed,
}

impl<T> Latest<T> {
    /// An empty slot.
    pub fn new() -> Self {
        let slot = Mutex::new(Slot { value: None, closed: false, superseded: 0 });
        Self { shared: Arc::new(Shared { slot, changed: Condvar::new() }) }
    }

    /// Puts a value in place of an older one. False when the slot is closed; then the value is dropped.
    pub fn put(&self, value: T) -> bool {
        let older = {
            let mut slot = lock(&self.shared.slot);
            if slot.closed {
                return false;
            }
            let older = slot.value.replace(value);
            slot.superseded += u64::from(older.is_some());
            older
        };
        self.shared.changed.notify_one();
        // Dropped outside the lock: it may be a picture of many megabytes.
        drop(older);
        true
    }

    /// The newest value if there is one; never blocks.
    pub fn take(&self) -> Option<T> {
        lock(&self.shared.slot).value.take()
    }

    /// Waits up to `timeout` for a value.
    pub fn wait_take(&self, timeout: Duration) -> Taken<T> {
        let slot = lock(&self.shared.slot);
        let (slot, _) = self
            .shared
            .changed
            .wait_timeout_while(slot, timeout, |slot| slot.value.is_none() && !slot.closed)
            .unwrap_or_else(PoisonError::into_inner);
        Self::taken(slot)
    }

    /// Waits until there is a value; `None` when the slot is closed.
    pub fn wait(&self) -> Option<T> {
        let slot = lock(&self.shared.slot);
        let mut slot = self
            .shared
            .changed
            .wait_while(slot, |slot| slot.value.is_none() && !slot.closed)
            .unwrap_or_else(PoisonError::into_inner);
        slot.value.take()
    }

    /// Whether a value waits to be taken: what is being worked on is out of date.
    pub fn is_waiting(&self) -> bool {
        lock(&self.shared.slot).value.is_some()
    }

    /// Lets nothing in any more, drops what waits, and ends every wait.
    pub fn close(&self) {
        let value = {
            let mut slot = lock(&self.shared.slot);
            slot.closed = true;
            slot.value.take()
        };
        self.shared.changed.notify_all();
        drop(value);
    }

    /// Whether the slot is closed.
    pub fn is_closed(&self) -> bool {
        lock(&self.shared.slot).closed
    }

    /// How many values were replaced before anybody took them.
    pub fn superseded(&self) -> u64 {
        lock(&self.shared.slot).superseded
    }

    fn taken(mut slot: std::sync::MutexGuard<'_, Slot<T>>) -> Taken<T> {
        match slot.value.take() {
            Some(value) => Taken::Value(value),
            None if slot.closed => Taken::Closed,
            None => Taken::TimedOut,
        }
    }
}

// Derived, these would ask the same of `T`.
impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Latest<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

//! Waking the receiver of news: changes of state at once, progress at a bounded rate.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::lock;

/// Shortest time between two wake-ups for progress: about two frames at 60 Hz.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(30);

/// What to call, by what the receiver can do.
#[derive(Clone)]
pub(super) enum Callback {
    /// It can only be woken now.
    Now(Arc<dyn Fn() + Send + Sync>),
    /// It can be asked to wake after a delay.
    Timed(Arc<dyn Fn(Duration) + Send + Sync>),
}

impl Callback {
    fn call(&self, delay: Duration) {
        match self {
            Self::Now(wake) => wake(),
            Self::Timed(wake) => wake(delay),
        }
    }
}

#[derive(Default)]
struct Pending {
    callback: Option<Callback>,
    /// When the last wake-up for progress is due: in the future when it was asked for with a delay.
    last_progress: Option<Duration>,
}

#[derive(Default)]
pub(super) struct Waker {
    pending: Mutex<Pending>,
}

impl Waker {
    pub(super) fn set(&self, callback: Callback) {
        lock(&self.pending).callback = Some(callback);
    }

    /// The state of a job changed.
    pub(super) fn wake(&self) {
        // Called outside the lock: the callback may ask the registry for a snapshot.
        let callback = lock(&self.pending).callback.clone();
        if let Some(callback) = callback {
            callback.call(Duration::ZERO);
        }
    }

    /// A job reported progress at `now`.
    pub(super) fn wake_for_progress(&self, now: Duration) {
        let due = self.next_progress(now);
        if let Some((callback, delay)) = due {
            callback.call(delay);
        }
    }

    fn next_progress(&self, now: Duration) -> Option<(Callback, Duration)> {
        let mut pending = lock(&self.pending);
        let callback = pending.callback.clone()?;
        let earliest = pending.last_progress.map_or(now, |last| last + PROGRESS_INTERVAL);
        if earliest <= now {
            pending.last_progress = Some(now);
            return Some((callback, Duration::ZERO));
        }
        let one_is_due = pending.last_progress.is_some_and(|last| last > now);
        if one_is_due || matches!(callback, Callback::Now(_)) {
            return None;
        }
        pending.last_progress = Some(earliest);
        Some((callback, earliest.saturating_sub(now)))
    }
}

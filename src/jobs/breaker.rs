//! Stops asking a service that does not answer.
//!
//! Closed, every call goes through. After some failures in a row the breaker opens and refuses at once, so that
//! two hundred downloads do not each wait for the same dead server. When the cool-down is over, one call goes
//! through as a probe (half-open): its success closes the breaker, its failure opens it for another cool-down.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::clock::Clock;
use super::lock;

/// Guards calls to one service. Clones share the state.
#[derive(Clone)]
pub struct CircuitBreaker {
    shared: Arc<Shared>,
}

struct Shared {
    failures_to_open: u32,
    cool_down: Duration,
    clock: Arc<dyn Clock>,
    circuit: Mutex<Circuit>,
}

#[derive(Default)]
struct Circuit {
    phase: Phase,
    /// Counts the changes of phase: a verdict on a call from before the last change says nothing any more.
    generation: u64,
}

#[derive(Clone, Copy)]
enum Phase {
    Closed { failures: u32 },
    Open { since: Duration },
    HalfOpen,
}

impl Default for Phase {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

/// The state as a panel shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls go through.
    Closed,
    /// Calls are refused until the cool-down is over.
    Open,
    /// The cool-down is over; one call may try, or is trying.
    HalfOpen,
}

/// The breaker refused a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not tried, because earlier tries failed; the next try is possible in {retry_in_secs} s")]
pub struct BreakerOpen {
    /// Whole seconds, rounded up; 0 while a probe is under way.
    pub retry_in_secs: u64,
}

/// Why a guarded call gave nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BreakerError<E> {
    /// It was not made.
    #[error(transparent)]
    Open(BreakerOpen),
    /// It was made and failed.
    #[error("{0}")]
    Failed(E),
}

/// Leave for one call. Dropped without a verdict it counts as a failure, as when the call panicked.
#[must_use = "dropped at once, it counts as a failure"]
pub struct Permit {
    shared: Arc<Shared>,
    generation: u64,
    reported: bool,
}

impl CircuitBreaker {
    /// Opens after that many failures in a row (at least one) and tries again after `cool_down`.
    pub fn new(failures_to_open: u32, cool_down: Duration, clock: Arc<dyn Clock>) -> Self {
        let failures_to_open = failures_to_open.max(1);
        Self { shared: Arc::new(Shared { failures_to_open, cool_down, clock, circuit: Mutex::default() }) }
    }

    /// Makes the call if the breaker lets it through, and notes how it went.
    ///
    /// # Errors
    /// [`BreakerError::Open`] when it was not made, [`BreakerError::Failed`] with what it failed with.
    pub fn call<T, E>(&self, call: impl FnOnce() -> Result<T, E>) -> Result<T, BreakerError<E>> {
        let permit = self.try_acquire().map_err(BreakerError::Open)?;
        match call() {
            Ok(value) => {
                permit.success();
                Ok(value)
            }
            Err(error) => {
                permit.failure();
                Err(BreakerError::Failed(error))
            }
        }
    }

    /// Leave for a call whose verdict comes later.
    ///
    /// # Errors
    /// [`BreakerOpen`] during the cool-down and while a probe is under way.
    pub fn try_acquire(&self) -> Result<Permit, BreakerOpen> {
        let Shared { cool_down, clock, circuit, .. } = self.shared.as_ref();
        let mut circuit = lock(circuit);
        match circuit.phase {
            Phase::Closed { .. } => {}
            Phase::Open { since } => {
                let left = (since + *cool_down).saturating_sub(clock.now());
                if !left.is_zero() {
                    return Err(BreakerOpen { retry_in_secs: left.as_secs_f64().ceil() as u64 });
                }
                circuit.enter(Phase::HalfOpen);
            }
            Phase::HalfOpen => return Err(BreakerOpen { retry_in_secs: 0 }),
        }
        Ok(Permit { shared: Arc::clone(&self.shared), generation: circuit.generation, reported: false })
    }

    /// The state at this moment.
    pub fn state(&self) -> BreakerState {
        let Shared { cool_down, clock, circuit, .. } = self.shared.as_ref();
        match lock(circuit).phase {
            Phase::Closed { .. } => BreakerState::Closed,
            Phase::Open { since } if clock.now() < since + *cool_down => BreakerState::Open,
            Phase::Open { .. } | Phase::HalfOpen => BreakerState::HalfOpen,
        }
    }
}

impl Circuit {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.generation += 1;
    }
}

impl Permit {
    /// The call went well.
    pub fn success(mut self) {
        self.report(true);
    }

    /// The call failed.
    pub fn failure(mut self) {
        self.report(false);
    }

    fn report(&mut self, succeeded: bool) {
        self.reported = true;
        let now = self.shared.clock.now();
        let mut circuit = lock(&self.shared.circuit);
        if circuit.generation != self.generation {
            return;
        }
        match (circuit.phase, succeeded) {
            (Phase::Closed { .. }, true) => circuit.phase = Phase::Closed { failures: 0 },
            (Phase::Closed { failures }, false) if failures + 1 < self.shared.failures_to_open => {
                circuit.phase = Phase::Closed { failures: failures + 1 };
            }
            (Phase::HalfOpen, true) => circuit.enter(Phase::default()),
            (_, false) => circuit.enter(Phase::Open { since: now }),
            // No permit is given out while the breaker is open.
            (Phase::Open { .. }, true) => {}
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.reported {
            self.report(false);
        }
    }
}

//! How a job ends when it does not end well.

use std::fmt::Display;

/// Why a job gave no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Somebody asked it to stop.
    #[error("cancelled")]
    Cancelled,
    /// It made no progress within a step of its deadline.
    #[error("gave up after {allowed_secs} s without progress (step {step} of {steps}); try again later")]
    DeadlineExceeded {
        /// Which step ran out, counted from 1.
        step: usize,
        /// How many steps the deadline has.
        steps: usize,
        /// How long that step was.
        allowed_secs: u64,
    },
    /// It panicked; the panic ended the job, not the program.
    #[error("stopped by a fault in the program: {message}")]
    Panicked {
        /// What the panic said.
        message: String,
    },
    /// It failed in its own way, in words for the user.
    #[error("{0}")]
    Failed(String),
    /// It never ran, in words for the user.
    #[error("could not start: {0}")]
    NotStarted(String),
}

impl JobError {
    /// A failure in the words of `error`; for `map_err`.
    pub fn failed(error: impl Display) -> Self {
        Self::Failed(error.to_string())
    }
}

/// A lane that has no room for another job.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{capacity} jobs are waiting already in “{lane}”; try again when one of them is done")]
pub struct QueueFull {
    /// Name of the lane.
    pub lane: String,
    /// How many jobs may wait in it.
    pub capacity: usize,
}

//! What a running job sees of the world.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::board::Board;
use super::deadline::{Deadline, DeadlineSteps};
use super::{JobError, JobId, lock};

/// The part of a job that its owner and the job itself share.
#[derive(Default)]
pub(super) struct Control {
    cancelled: AtomicBool,
    deadline: Mutex<Option<Deadline>>,
    /// The farthest `done` reported: saying the same number again is no progress for the deadline.
    farthest: AtomicU64,
}

impl Control {
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// Handed to every job. Clones may go to helper threads of the job.
#[derive(Clone)]
pub struct JobContext {
    id: JobId,
    control: Arc<Control>,
    board: Arc<Board>,
}

impl JobContext {
    pub(super) fn new(id: JobId, control: Arc<Control>, board: Arc<Board>) -> Self {
        Self { id, control, board }
    }

    /// The job's own id.
    pub fn id(&self) -> JobId {
        self.id
    }

    /// Says how far the job is, in any unit; a `total` of 0 means that the whole is unknown.
    pub fn progress(&self, done: u64, total: u64) {
        if self.control.farthest.fetch_max(done, Ordering::Relaxed) < done
            && let Some(deadline) = lock(&self.control.deadline).as_mut()
        {
            deadline.note_progress();
        }
        let fraction = (total > 0).then(|| (done as f64 / total as f64).min(1.0) as f32);
        self.board.report(self.id, |entry| entry.fraction = fraction);
    }

    /// Says what the job is at, in words for the user.
    pub fn message(&self, text: impl Into<String>) {
        let text = text.into();
        self.board.report(self.id, |entry| entry.message = text);
    }

    /// Gives the job a deadline that begins now, in place of any earlier one.
    pub fn set_deadline(&self, steps: DeadlineSteps) {
        *lock(&self.control.deadline) = Some(Deadline::start(steps, self.board.clock().now()));
    }

    /// Whether somebody asked the job to stop.
    pub fn is_cancelled(&self) -> bool {
        self.control.is_cancelled()
    }

    /// To be asked between steps of the work, some ten times a second or more.
    ///
    /// # Errors
    /// [`JobError::Cancelled`] or [`JobError::DeadlineExceeded`]: the job should clean up and return it.
    pub fn check(&self) -> Result<(), JobError> {
        if self.is_cancelled() {
            return Err(JobError::Cancelled);
        }
        match lock(&self.control.deadline).as_mut() {
            Some(deadline) => deadline.check(self.board.clock().now()),
            None => Ok(()),
        }
    }

    /// Time until the current window of the deadline ends; `None` without a deadline.
    pub fn remaining(&self) -> Option<Duration> {
        let now = self.board.clock().now();
        lock(&self.control.deadline).as_ref().and_then(|deadline| deadline.remaining(now))
    }
}

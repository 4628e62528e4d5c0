//! The starter's end of a job.

use std::sync::Arc;

use poll_promise::Promise;

use super::board::Board;
use super::{JobError, JobId};

/// Waits for the result of one job. Dropping it lets the job run on unobserved.
#[must_use = "the result of the job arrives here"]
pub struct JobHandle<T: Send + 'static> {
    id: JobId,
    board: Arc<Board>,
    /// `None` once the result was handed out.
    promise: Option<Promise<Result<T, JobError>>>,
}

impl<T: Send + 'static> JobHandle<T> {
    pub(super) fn new(id: JobId, board: Arc<Board>, promise: Promise<Result<T, JobError>>) -> Self {
        Self { id, board, promise: Some(promise) }
    }

    /// The job's id in the registry.
    pub fn id(&self) -> JobId {
        self.id
    }

    /// The result, once, when it is there; never blocks.
    pub fn poll(&mut self) -> Option<Result<T, JobError>> {
        // `try_take` would panic on a promise whose sender is gone, `ready_mut` does not.
        self.promise.as_mut()?.ready_mut()?;
        self.promise.take().map(Promise::block_and_take)
    }

    /// Whether the result was handed out already.
    pub fn is_taken(&self) -> bool {
        self.promise.is_none()
    }

    /// Asks the job to stop. Its result still arrives, usually [`JobError::Cancelled`].
    pub fn cancel(&self) {
        self.board.cancel(self.id);
    }

    /// Blocks until the result is there. For tests and the command line, never for the thread that draws.
    ///
    /// # Errors
    /// What the job failed with; [`JobError::Failed`] when [`Self::poll`] handed the result out already.
    pub fn wait(self) -> Result<T, JobError> {
        match self.promise {
            Some(promise) => promise.block_and_take(),
            None => Err(JobError::failed("the result was taken already")),
        }
    }
}

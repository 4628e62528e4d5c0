//! A job's closure, its place in the registry and its result, tied into one thing to call.

use std::sync::Arc;

use poll_promise::Promise;

use super::board::Board;
use super::{JobContext, JobError, JobHandle, JobId, JobState, thread};

/// To be called exactly once: with `Ok` to run the job here and now, with the reason to let it end unrun.
/// Dropped uncalled, it would leave a handle that waits for ever.
pub(super) type Task = Box<dyn FnOnce(Result<(), JobError>) + Send>;

pub(super) fn prepare<T, F>(board: &Arc<Board>, id: JobId, work: F) -> (Task, JobHandle<T>)
where
    T: Send + 'static,
    F: FnOnce(&JobContext) -> Result<T, JobError> + Send + 'static,
{
    let (sender, promise) = Promise::new();
    let handle = JobHandle::new(id, Arc::clone(board), promise);
    let board = Arc::clone(board);
    let control = board.control(id);
    let task: Task = Box::new(move |admission| {
        let context = JobContext::new(id, control, Arc::clone(&board));
        let outcome = match admission {
            Ok(()) if context.is_cancelled() => Err(JobError::Cancelled),
            Ok(()) => {
                board.start(id);
                thread::guarded(move || work(&context))
            }
            Err(reason) => Err(reason),
        };
        // In this order, whoever has the result finds the job finished, and whoever is woken finds the result.
        board.finish(id, state_after(&outcome));
        sender.send(outcome);
        board.wake();
    });
    (task, handle)
}

fn state_after<T>(outcome: &Result<T, JobError>) -> JobState {
    match outcome {
        Ok(_) => JobState::Done,
        Err(JobError::Cancelled) => JobState::Cancelled,
        Err(error) => JobState::Failed(error.to_string()),
    }
}

//! The one place where threads start.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::JobError;

/// Starts a detached thread of that name.
pub(super) fn start(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), JobError> {
    // The standard library panics on a NUL in a thread's name, and job names carry file names.
    let name = name.replace('\0', " ");
    match std::thread::Builder::new().name(name).spawn(body) {
        Ok(_detached) => Ok(()),
        Err(error) => Err(JobError::NotStarted(format!("the system gave no thread ({error})"))),
    }
}

/// Runs `work` and turns a panic into an error.
///
/// What `work` captured is either consumed by it or, for the closure of a [`super::LatestWorker`], used again
/// as the panic left it.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, JobError>) -> Result<T, JobError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|payload| Err(JobError::Panicked { message: panic_message(payload.as_ref()) }))
}

/// A panic's payload is a `&str` or a `String`, unless somebody used `panic_any`.
fn panic_message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it left no message".to_owned())
}

//! Background work: everything that would make a frame wait happens here.
//!
//! A *job* is a closure with a name. [`Jobs::spawn`] gives it a thread of its own; a [`Lane`] runs its jobs
//! in the order of submission on a few threads and says no when its queue is full. While it runs, a job
//! reports progress and asks [`JobContext::check`] whether it should go on. Whoever started it keeps a
//! [`JobHandle`] and polls it once per frame; the registry keeps what a panel of jobs needs.
//!
//! Work where only the newest request counts (a render while somebody turns a structure) is no job but goes
//! through [`Latest`] or a [`LatestWorker`], which drop what was superseded.
//!
//! Nothing here unwinds into its owner: a job that panics is a job that failed with
//! [`JobError::Panicked`]. Time comes from a [`Clock`], so that tests move it by hand. Threads are started in
//! this room and nowhere else.

mod board;
mod breaker;
mod clock;
mod context;
mod deadline;
mod error;
mod handle;
mod info;
mod lane;
mod latest;
mod latest_worker;
mod task;
mod thread;
mod ticker;
mod wake;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use self::breaker::{BreakerError, BreakerOpen, BreakerState, CircuitBreaker, Permit};
pub use self::clock::{Clock, FakeClock, SystemClock};
pub use self::context::JobContext;
pub use self::deadline::{Deadline, DeadlineSteps};
pub use self::error::{JobError, QueueFull};
pub use self::handle::JobHandle;
pub use self::info::{JobId, JobInfo, JobState};
pub use self::lane::Lane;
pub use self::latest::{Latest, Taken};
pub use self::latest_worker::{LatestWorker, Newer};
pub use self::ticker::Ticker;

use self::board::Board;
use self::wake::Callback;

/// The registry of all jobs, running and finished. Clones share it.
#[derive(Clone)]
pub struct Jobs {
    board: Arc<Board>,
}

impl Jobs {
    /// An empty registry that reads time from `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { board: Arc::new(Board::new(clock)) }
    }

    /// Calls `waker` when a job changes state, and at most every 30 ms when jobs report progress.
    ///
    /// It runs on the thread that caused the change and must neither block nor panic. Reports that come
    /// within the 30 ms are seen with the next wake-up; [`Self::set_timed_waker`] has no such gap.
    pub fn set_waker(&self, waker: impl Fn() + Send + Sync + 'static) {
        self.board.waker().set(Callback::Now(Arc::new(waker)));
    }

    /// Like [`Self::set_waker`] for a receiver that can be woken later: it gets the time to wait before it
    /// looks, zero for now. A report that falls within the 30 ms asks for one wake-up at their end, so that
    /// the last report of a burst is shown too.
    pub fn set_timed_waker(&self, waker: impl Fn(Duration) + Send + Sync + 'static) {
        self.board.waker().set(Callback::Timed(Arc::new(waker)));
    }

    /// Starts `work` at once on a thread of its own, named after the job.
    ///
    /// For work that a person starts one at a time. What comes in numbers belongs in a [`Lane`]. When the
    /// system gives no thread, the handle yields [`JobError::NotStarted`].
    pub fn spawn<T, F>(&self, name: impl Into<String>, work: F) -> JobHandle<T>
    where
        T: Send + 'static,
        F: FnOnce(&JobContext) -> Result<T, JobError> + Send + 'static,
    {
        let name = name.into();
        let id = self.board.register(&name, None);
        let (task, handle) = task::prepare(&self.board, id, work);
        self.board.wake();

        // The task stays reachable from here, to be told why when no thread takes it.
        let slot = Arc::new(Mutex::new(Some(task)));
        let taken = Arc::clone(&slot);
        let started = thread::start(&name, move || {
            let task = lock(&taken).take();
            if let Some(task) = task {
                task(Ok(()));
            }
        });
        if let Err(error) = started {
            let task = lock(&slot).take();
            if let Some(task) = task {
                task(Err(error));
            }
        }
        handle
    }

    /// All jobs: the running ones by age, then the waiting ones by age, then the last 100 finished ones,
    /// newest first.
    pub fn snapshot(&self) -> Vec<JobInfo> {
        self.board.snapshot()
    }

    /// Asks a job to stop; a job that still waits in a lane leaves it at once. False when it is over already.
    pub fn cancel(&self, id: JobId) -> bool {
        self.board.cancel(id)
    }

    /// Asks every job to stop, as at the end of the program.
    pub fn cancel_all(&self) {
        self.board.cancel_all();
    }

    /// Forgets the finished jobs.
    pub fn clear_finished(&self) {
        self.board.clear_finished();
    }

    /// How many jobs are running now; those that wait in a lane do not count.
    pub fn running_count(&self) -> usize {
        self.board.running_count()
    }

    /// Blocks until no job runs or waits; false when `timeout` passed first. For the end of the program and
    /// the command line, never for the thread that draws.
    pub fn wait_until_idle(&self, timeout: Duration) -> bool {
        self.board.wait_until_idle(timeout)
    }

    /// Wakes the receiver as a change of state would.
    pub fn wake(&self) {
        self.board.wake();
    }

    /// The clock that the registry reads.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(self.board.clock())
    }
}

impl Default for Jobs {
    /// A registry on the system's clock.
    fn default() -> Self {
        Self::new(Arc::new(SystemClock::new()))
    }
}

/// Locks and carries on after a panic elsewhere: every state behind these locks is whole between statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

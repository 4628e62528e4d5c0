//! A thread that always works on the newest request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{JobError, Jobs, Latest, thread};

/// One named thread with a slot for requests and a slot for results, newest first in both.
///
/// It keeps what its closure captured from request to request (buffers, a renderer) and wakes the receiver of
/// `jobs` with every result. Dropped, it lets the request at hand come to its end and leaves.
pub struct LatestWorker<Q, R> {
    /// Each with its number.
    requests: Latest<(u64, Q)>,
    results: Latest<Result<R, JobError>>,
    /// Number of the newest request.
    requested: u64,
    /// Number of the last request that came to its end.
    served: Arc<AtomicU64>,
}

/// Tells the closure of a [`LatestWorker`] whether its request is out of date.
pub struct Newer<'a> {
    is_waiting: &'a (dyn Fn() -> bool + Sync),
}

impl Newer<'_> {
    /// A newer request waits, or the worker is to end: a partial result is not worth finishing.
    pub fn is_waiting(&self) -> bool {
        (self.is_waiting)()
    }
}

impl<Q: Send + 'static, R: Send + 'static> LatestWorker<Q, R> {
    /// Starts the thread. `work` returns `None` when it dropped an outdated request halfway.
    ///
    /// After a panic, which arrives as [`JobError::Panicked`], `work` is called again for the next request,
    /// with what it captured as the panic left it.
    ///
    /// # Errors
    /// [`JobError::NotStarted`] when the system gives no thread.
    pub fn new<F>(jobs: &Jobs, name: &str, mut work: F) -> Result<Self, JobError>
    where
        F: FnMut(Q, &Newer<'_>) -> Option<R> + Send + 'static,
    {
        let worker =
            Self { requests: Latest::new(), results: Latest::new(), requested: 0, served: Arc::default() };
        let (requests, results) = (worker.requests.clone(), worker.results.clone());
        let served = Arc::clone(&worker.served);
        let jobs = jobs.clone();
        thread::start(name, move || {
            while let Some((number, request)) = requests.wait() {
                let is_waiting = || requests.is_waiting() || requests.is_closed();
                let newer = Newer { is_waiting: &is_waiting };
                let outcome = thread::guarded(|| Ok(work(request, &newer)));
                let result = outcome.transpose();
                let is_news = result.is_some();
                if let Some(result) = result {
                    results.put(result);
                }
                served.store(number, Ordering::Release);
                // Work without a result changes nothing that could be drawn.
                if is_news {
                    jobs.wake();
                }
            }
        })?;
        Ok(worker)
    }

    /// Asks for the newest state of things; an older request that nobody began is forgotten.
    pub fn request(&mut self, request: Q) {
        self.requested += 1;
        self.requests.put((self.requested, request));
    }

    /// The newest result if there is one that was not taken; never blocks.
    pub fn take(&self) -> Option<Result<R, JobError>> {
        self.results.take()
    }

    /// Blocks until there is a result, for ever if `work` drops the last request. For tests and the command
    /// line.
    pub fn wait(&self) -> Option<Result<R, JobError>> {
        self.results.wait()
    }

    /// Whether a request waits or is being worked on.
    pub fn is_busy(&self) -> bool {
        self.served.load(Ordering::Acquire) < self.requested
    }

    /// How many requests were replaced before the worker began with them.
    pub fn superseded(&self) -> u64 {
        self.requests.superseded()
    }
}

impl<Q, R> Drop for LatestWorker<Q, R> {
    fn drop(&mut self) {
        self.requests.close();
        self.results.close();
    }
}

//! A quiet thread that does a small thing again and again.

use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};

use super::{JobError, thread};

/// Calls a function at an interval until it is dropped. It is no job: it has no end and no progress to show.
pub struct Ticker {
    /// Never sent to: dropping it is the signal to stop.
    _stop: Sender<()>,
}

impl Ticker {
    /// Starts the thread; the first call comes at once. `tick` must not take long: stopping waits for nobody, but the
    /// next call comes an interval after the last has ended.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        name: &str,
        interval: Duration,
        mut tick: impl FnMut() + Send + 'static,
    ) -> Result<Self, JobError> {
        let (stop, stopped) = bounded::<()>(0);
        thread::start(name, move || {
            loop {
                if let Err(error) = thread::guarded(|| {
                    tick();
                    Ok(())
                }) {
                    log::error!("{error}");
                    return;
                }
                match stopped.recv_timeout(interval) {
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        })?;
        Ok(Self { _stop: stop })
    }
}

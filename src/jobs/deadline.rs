//! Deadlines against silence.
//!
//! A download of two gigabytes on a slow line is no failure, a server that says nothing for a minute is one.
//! So a deadline limits the time without progress, not the time altogether. It is a row of windows, for the
//! network 60, 120 and 300 seconds. When a window ends and there was progress in it, the next one opens, and
//! the last one as often as needed; when there was none, the deadline has passed. The windows grow because
//! the longer something has been arriving, the more is lost by giving up.

use std::time::Duration;

use super::JobError;

/// The windows of a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadlineSteps {
    windows: &'static [Duration],
}

impl DeadlineSteps {
    /// For whatever waits for a server: 60, 120 and 300 seconds.
    pub const NETWORK: Self =
        Self::new(&[Duration::from_mins(1), Duration::from_mins(2), Duration::from_mins(5)]);

    /// Windows of these lengths. Without any, the deadline never passes.
    pub const fn new(windows: &'static [Duration]) -> Self {
        Self { windows }
    }
}

/// A deadline that has begun. All times are those of one [`super::Clock`].
#[derive(Clone, Debug)]
pub struct Deadline {
    steps: DeadlineSteps,
    /// Index into the windows.
    step: usize,
    window_start: Duration,
    moved_in_window: bool,
}

impl Deadline {
    /// Opens the first window.
    pub fn start(steps: DeadlineSteps, now: Duration) -> Self {
        Self { steps, step: 0, window_start: now, moved_in_window: false }
    }

    /// Notes that something arrived. What arrives after the end of a window, but before anybody checked,
    /// counts: the job was blocked for long and is alive.
    pub fn note_progress(&mut self) {
        self.moved_in_window = true;
    }

    /// Whether to go on; opens the next window where this one has ended with progress.
    ///
    /// # Errors
    /// [`JobError::DeadlineExceeded`] when the window has ended without progress.
    pub fn check(&mut self, now: Duration) -> Result<(), JobError> {
        let Some(window) = self.window() else { return Ok(()) };
        if now < self.window_start + window {
            return Ok(());
        }
        if !self.moved_in_window {
            return Err(JobError::DeadlineExceeded {
                step: self.step + 1,
                steps: self.steps.windows.len(),
                allowed_secs: window.as_secs(),
            });
        }
        self.step = (self.step + 1).min(self.steps.windows.len().saturating_sub(1));
        self.window_start = now;
        self.moved_in_window = false;
        Ok(())
    }

    /// Time until the current window ends; `None` without windows. Right after a [`Self::check`] that went well
    /// it is more than zero, and so fits a socket's read timeout.
    pub fn remaining(&self, now: Duration) -> Option<Duration> {
        self.window().map(|window| (self.window_start + window).saturating_sub(now))
    }

    fn window(&self) -> Option<Duration> {
        self.steps.windows.get(self.step).copied()
    }
}

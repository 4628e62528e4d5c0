//! GPU errors as data: collected, de-duplicated, shown; never a panic.
//!
//! wgpu reports most errors through a callback, on whichever thread happened to submit. One broken draw repeats at every
//! frame, so faults are kept once, with a count.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// How many different faults are kept; a device that fails in more ways than this has told enough.
const MAX_FAULTS: usize = 32;

/// One kind of failure and how often it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GpuFault {
    /// What the driver or the validation said.
    pub message: String,
    /// How often.
    pub count: u64,
    /// Whether memory ran out.
    pub out_of_memory: bool,
}

#[derive(Debug, Default)]
struct State {
    faults: Vec<GpuFault>,
    lost: Option<String>,
    unseen: usize,
}

/// Collects what a device reports.
#[derive(Default)]
pub struct ErrorSink {
    state: Mutex<State>,
    waker: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl fmt::Debug for ErrorSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorSink").field("state", &self.state).finish_non_exhaustive()
    }
}

impl ErrorSink {
    /// Listens to a device's errors and to its loss.
    #[must_use]
    pub fn attach(device: &wgpu::Device) -> Arc<Self> {
        let sink = Arc::new(Self::default());
        let errors = Arc::clone(&sink);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let out_of_memory = matches!(error, wgpu::Error::OutOfMemory { .. });
            errors.report(&error.to_string(), out_of_memory);
        }));
        let losses = Arc::clone(&sink);
        device.set_device_lost_callback(move |reason, message| {
            // Dropping the device at the end of the program is reported here too.
            if reason != wgpu::DeviceLostReason::Destroyed {
                losses.report_lost(&message);
            }
        });
        sink
    }

    /// Calls `waker` when something new is reported: an idle window would not look otherwise. The first one set stays.
    pub fn set_waker(&self, waker: impl Fn() + Send + Sync + 'static) {
        self.waker.set(Box::new(waker)).ok();
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.get() {
            waker();
        }
    }

    /// Notes a failure. The first of its kind goes to the log.
    pub fn report(&self, message: &str, out_of_memory: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = state.faults.iter_mut().find(|fault| fault.message == message) {
            known.count += 1;
            return;
        }
        if state.faults.len() < MAX_FAULTS {
            log::error!("the graphics device reported: {message}");
            state.faults.push(GpuFault { message: message.to_owned(), count: 1, out_of_memory });
            state.unseen += 1;
            drop(state);
            self.wake();
        }
    }

    /// Notes that the device is gone.
    pub fn report_lost(&self, message: &str) {
        log::error!("the graphics device was lost: {message}");
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.lost.get_or_insert_with(|| message.to_owned());
        drop(state);
        self.wake();
    }

    /// Why the device is gone, when it is.
    #[must_use]
    pub fn lost(&self) -> Option<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).lost.clone()
    }

    /// Every kind of failure so far, in order of first occurrence.
    #[must_use]
    pub fn faults(&self) -> Vec<GpuFault> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).faults.clone()
    }

    /// The kinds of failure that nobody has asked for yet.
    #[must_use]
    pub fn take_unseen(&self) -> Vec<GpuFault> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let first = state.faults.len() - state.unseen.min(state.faults.len());
        state.unseen = 0;
        state.faults.iter().skip(first).cloned().collect()
    }
}

//! Where to search: on the compute device when one is active and is faster, on the processor otherwise.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::upload::bytes_on_device;
use super::{DeviceRows, Kernels};
use crate::gpu::GpuError;
use crate::gpu::compute::ActiveCompute;
use crate::library::vectors::pairs::Pair;
use crate::library::vectors::{Rows, VectorError};

/// Numbers in the rows from which on a device scores them sooner. Asking a device and reading its answer takes 0.7 ms,
/// however few there are; two cores score 10 numbers in a nanosecond, so they need several times as long for these.
/// (Measured on two cores of an EPYC with lavapipe as the device, which is slower at every size; how fast GPUs are was not.)
const LEAST_NUMBERS: usize = 32 << 20;
/// Products in a comparison of all pairs from which on a device makes them sooner. The same two cores make 40 in a
/// nanosecond, half a second for these; compiling the kernels and copying the rows take some tens of milliseconds.
const LEAST_PRODUCTS: f64 = 2e10;
/// What rows may take on the device together; models need the rest.
const MOST_BYTES: u64 = 1 << 30;

/// Searches where it is faster. Every failure of the device ends its use, with a line in the log: the processor can do all.
#[derive(Debug, Default)]
pub struct DeviceSearch {
    compute: ActiveCompute,
    on_any_device: bool,
    is_given_up: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    kernels: Option<Arc<Kernels>>,
    held: Vec<Held>,
}

/// A snapshot that was searched.
#[derive(Debug)]
struct Held {
    rows: Weak<Rows>,
    there: Option<Arc<DeviceRows>>,
}

impl Held {
    fn is_of(&self, rows: &Arc<Rows>) -> bool {
        std::ptr::eq(self.rows.as_ptr(), Arc::as_ptr(rows))
    }
}

impl DeviceSearch {
    /// On this device, once it is active. Never on software adapters: they are the processor by a detour.
    #[must_use]
    pub fn new(compute: ActiveCompute) -> Self {
        Self { compute, ..Self::default() }
    }

    /// The same for rows of every number and for adapters of every kind.
    #[must_use]
    pub fn on_any_device(compute: ActiveCompute) -> Self {
        Self { compute, on_any_device: true, ..Self::default() }
    }

    /// Whether the device failed and is not used any more.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.is_given_up.load(Ordering::Relaxed)
    }

    /// The dot product of `query` with every row, by position; see [`Rows::scores`] and [`DeviceRows::scores`].
    pub fn scores(&self, rows: &Arc<Rows>, query: &[f32], out: &mut Vec<f32>) {
        let there = self.there(rows);
        if there.and_then(|there| self.attempt(|| there.scores(query, out))).is_none() {
            rows.scores(query, out);
        }
    }

    /// All pairs that are alike; see [`Rows::pairs_above`].
    #[must_use]
    pub fn pairs_above(
        &self,
        rows: &Arc<Rows>,
        threshold: f32,
        should_stop: &(dyn Fn() -> bool + Sync),
    ) -> Vec<Pair> {
        let found = self.pairs_there(rows, threshold, should_stop);
        found.unwrap_or_else(|| rows.pairs_above(threshold, should_stop))
    }

    /// Gives back what the device holds of snapshots that nobody uses any more.
    pub fn drop_outdated(&self) {
        let is_given_up = self.is_given_up();
        self.state().held.retain(|held| !is_given_up && held.rows.strong_count() > 0);
    }

    /// Whether there is a device, and it is sooner done.
    fn is_used(&self, is_much: bool) -> bool {
        let Some(compute) = self.compute.get() else { return false };
        let is_software = || compute.adapter.get_info().device_type == wgpu::DeviceType::Cpu;
        !self.is_given_up() && (self.on_any_device || (is_much && !is_software()))
    }

    /// The rows on the device. They are copied when a snapshot is asked for the second time: while pictures are being
    /// indexed, most snapshots are searched once.
    fn there(&self, rows: &Arc<Rows>) -> Option<Arc<DeviceRows>> {
        if !self.is_used(rows.len() * rows.dimensions() >= LEAST_NUMBERS) {
            return None;
        }
        self.drop_outdated();
        let mut state = self.state();
        let taken: u64 = state.held.iter().flat_map(|held| &held.there).map(|there| there.bytes()).sum();
        let kernels = self.kernels(&mut state)?;
        let Some(held) = state.held.iter_mut().find(|held| held.is_of(rows)) else {
            state.held.push(Held { rows: Arc::downgrade(rows), there: None });
            return None;
        };
        let fits = taken + bytes_on_device(rows.len(), rows.dimensions()) <= MOST_BYTES;
        if held.there.is_none() && fits {
            held.there = self.attempt(|| DeviceRows::upload(&kernels, rows)).map(Arc::new);
        }
        held.there.clone()
    }

    /// Rows are compared once; nothing is kept for a second time.
    fn pairs_there(
        &self,
        rows: &Arc<Rows>,
        threshold: f32,
        should_stop: &(dyn Fn() -> bool + Sync),
    ) -> Option<Vec<Pair>> {
        let products = (rows.len() as f64).powi(2) / 2.0 * rows.dimensions() as f64;
        let bytes = bytes_on_device(rows.len(), rows.dimensions());
        if !self.is_used(products >= LEAST_PRODUCTS) || bytes > MOST_BYTES {
            return None;
        }
        let kernels = self.kernels(&mut self.state())?;
        self.attempt(|| DeviceRows::upload(&kernels, rows)?.pairs_above(threshold, should_stop))
    }

    fn kernels(&self, state: &mut State) -> Option<Arc<Kernels>> {
        if state.kernels.is_none() {
            let compute = self.compute.get()?;
            state.kernels = self.attempt(|| Kernels::new(compute)).map(Arc::new);
        }
        state.kernels.clone()
    }

    /// What the device gives; nothing when it fails, and then it is not asked again.
    fn attempt<T>(&self, work: impl FnOnce() -> Result<T, VectorError>) -> Option<T> {
        // wgpu panics when the driver tells of the device's loss while somebody waits for it.
        let panicked = |_| Err(GpuError::Lost { message: "while searching".to_owned() }.into());
        match catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(panicked) {
            Ok(found) => Some(found),
            // These rows only; others may fit.
            Err(VectorError::TooLargeForDevice(_) | VectorError::Outdated) => None,
            Err(error) => {
                if !self.is_given_up.swap(true, Ordering::Relaxed) {
                    log::warn!("vectors are searched on the processor from now on: {error}");
                }
                None
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

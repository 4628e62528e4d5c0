//! Measures memory and load once a second, never in a frame.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{ProcessMeter, ProcessUsage};
use crate::{
    gpu::{
        GpuContext,
        memory::{self, MemoryReading},
    },
    jobs::{JobError, Ticker},
};

/// Seconds of history.
pub const WINDOW_SECS: f64 = 120.0;
const INTERVAL: Duration = Duration::from_secs(1);

/// What was measured at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    /// Seconds since the sampler began.
    pub at_secs: f64,
    /// This process.
    pub process: ProcessUsage,
    /// What the driver says.
    pub video: MemoryReading,
    /// Bytes of buffers and textures of the window's device.
    pub device_bytes: u64,
}

#[derive(Default)]
struct Shared {
    history: VecDeque<Sample>,
    sources: Vec<&'static str>,
}

/// Measures until dropped.
pub struct Sampler {
    shared: Arc<Mutex<Shared>>,
    _ticker: Ticker,
}

impl Sampler {
    /// Begins to measure. `after` is called after each sample: the panel may want to be drawn.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(gpu: GpuContext, mut after: impl FnMut() + Send + 'static) -> Result<Self, JobError> {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let out = Arc::clone(&shared);
        let began = Instant::now();
        let mut meter = ProcessMeter::new();
        let mut sources = None;
        let ticker = Ticker::start("system sampler", INTERVAL, move || {
            // Loading NVML takes a while; here nobody waits for it.
            let sources = sources.get_or_insert_with(|| memory::sources(&gpu.adapter));
            let sample = Sample {
                at_secs: began.elapsed().as_secs_f64(),
                process: meter.as_mut().map(ProcessMeter::read).unwrap_or_default(),
                video: memory::read_all(sources),
                device_bytes: gpu.device_bytes(),
            };
            {
                let mut shared = out.lock().unwrap_or_else(PoisonError::into_inner);
                shared.sources = sources.iter().map(|source| source.name()).collect();
                shared.history.push_back(sample);
                while shared
                    .history
                    .front()
                    .is_some_and(|old| sample.at_secs - old.at_secs > WINDOW_SECS + 1.0)
                {
                    shared.history.pop_front();
                }
            }
            after();
        })?;
        Ok(Self { shared, _ticker: ticker })
    }

    /// The samples of the last two minutes, oldest first.
    #[must_use]
    pub fn history(&self) -> Vec<Sample> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).history.iter().copied().collect()
    }

    /// Names of the sources that answer about video memory.
    #[must_use]
    pub fn sources(&self) -> Vec<&'static str> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).sources.clone()
    }
}

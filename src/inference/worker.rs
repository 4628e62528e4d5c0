//! The inference thread and its device.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use burn::tensor::{Device, wgpu::WgpuSetup};

use crate::{
    gpu::{
        GpuContext,
        compute::{self, ActiveCompute},
    },
    jobs::{JobContext, JobError, JobHandle, Jobs, Lane, QueueFull},
};

/// Requests that may wait; more would only hide that the models cannot keep up.
const QUEUE: usize = 64;

/// What computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ComputePath {
    /// A device of its own on the GPU.
    Wgpu,
    /// The processor.
    Flex,
}

impl ComputePath {
    /// Which path a machine takes, and why. A software adapter would compute on the processor through a detour.
    #[must_use]
    pub fn of(gpu: Option<&GpuContext>) -> (Self, &'static str) {
        match gpu {
            None => (Self::Flex, "there is no graphics adapter"),
            Some(gpu) if gpu.adapter.get_info().device_type == wgpu::DeviceType::Cpu => {
                (Self::Flex, "the adapter is software; burn's own processor code is faster")
            }
            Some(_) => (Self::Wgpu, "the adapter is a GPU"),
        }
    }
}

impl fmt::Display for ComputePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wgpu => "wgpu",
            Self::Flex => "flex",
        })
    }
}

/// Why the models cannot run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InferenceError {
    /// The queue is full, or the system gave no thread.
    #[error("{0}")]
    Refused(String),
    /// burn did not accept the device.
    #[error("the compute device cannot run models: {0}")]
    Device(String),
}

/// Where tensors live; only the inference thread sees one.
#[derive(Clone, Debug)]
pub struct Compute {
    /// burn's handle of the device.
    pub device: Device,
    /// What it is.
    pub path: ComputePath,
}

impl Compute {
    /// A compute device on the adapter of `gpu`, handed to burn. Every call makes another one, and burn keeps each until
    /// the program ends: [`Inference`] calls this once, on its own thread.
    ///
    /// # Errors
    /// When the driver refuses the device, or burn cannot use it.
    pub fn on_gpu(gpu: &GpuContext) -> Result<(Self, GpuContext), InferenceError> {
        let made = compute::request(gpu).map_err(|error| InferenceError::Device(error.to_string()))?;
        let errors = Arc::clone(&gpu.errors);
        let context = made.context(gpu);
        let device = Device::wgpu_options()
            .setup(WgpuSetup {
                instance: gpu.instance.clone(),
                adapter: gpu.adapter.clone(),
                device: made.device,
                queue: made.queue,
                backend: gpu.adapter.get_info().backend,
            })
            .tasks_max(16)
            .init()
            .map_err(|error| InferenceError::Device(error.to_string()))?;
        // burn has set a handler that panics; the last one set counts.
        context.device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let out_of_memory = matches!(error, wgpu::Error::OutOfMemory { .. });
            errors.report(&format!("while computing: {error}"), out_of_memory);
        }));
        Ok((Self { device, path: ComputePath::Wgpu }, context))
    }
}

/// Sends work to the inference thread. Making one starts nothing.
pub struct Inference {
    gpu: Option<GpuContext>,
    jobs: Jobs,
    lane: OnceLock<Lane>,
    compute: Arc<OnceLock<Compute>>,
    active: ActiveCompute,
}

impl Inference {
    /// For a machine with or without a GPU.
    #[must_use]
    pub fn new(gpu: Option<GpuContext>, jobs: Jobs) -> Self {
        Self { gpu, jobs, lane: OnceLock::new(), compute: Arc::default(), active: ActiveCompute::default() }
    }

    /// The path taken, once the first request has made a device.
    #[must_use]
    pub fn active_path(&self) -> Option<ComputePath> {
        self.compute.get().map(|compute| compute.path)
    }

    /// The compute device for those who use it beside models. It is empty until the first request has made one, and stays
    /// so where models run on the processor.
    #[must_use]
    pub fn active_compute(&self) -> ActiveCompute {
        self.active.clone()
    }

    /// Runs `work` on the inference thread. The first request makes the thread and the device.
    ///
    /// # Errors
    /// When the queue is full or the system gives no thread. Failures of the device and of the work come with the handle.
    pub fn request<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&Compute, &JobContext) -> Result<T, JobError> + Send + 'static,
    ) -> Result<JobHandle<T>, InferenceError> {
        let lane = if let Some(lane) = self.lane.get() {
            lane
        } else {
            let lane = Lane::new(&self.jobs, "inference", 1, QUEUE)
                .map_err(|error| InferenceError::Refused(error.to_string()))?;
            self.lane.get_or_init(|| lane)
        };
        let gpu = self.gpu.clone();
        let slot = Arc::clone(&self.compute);
        let active = self.active.clone();
        lane.submit(name, move |job: &JobContext| work(slot.get_or_init(|| make(gpu.as_ref(), &active)), job))
            .map_err(|refusal: QueueFull| InferenceError::Refused(refusal.to_string()))
    }
}

/// Makes the device, on the thread that will use it, and tells the others.
fn make(gpu: Option<&GpuContext>, active: &ActiveCompute) -> Compute {
    let (path, reason) = ComputePath::of(gpu);
    log::info!("computing with {path}: {reason}");
    if let (ComputePath::Wgpu, Some(gpu)) = (path, gpu) {
        match Compute::on_gpu(gpu) {
            Ok((compute, context)) => {
                active.activate(context);
                return compute;
            }
            Err(error) => log::warn!("{error}; computing on the processor instead"),
        }
    }
    Compute { device: Device::flex(), path: ComputePath::Flex }
}

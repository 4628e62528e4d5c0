//! The second logical device, on which models and kernels run.
//!
//! It comes from the same adapter as the window's. Measured with one shared device, a frame waited a median of 595 ms
//! while a chain of matrix products ran; with a second device 35 ms. It also keeps the memory, the errors and the loss of
//! the two apart.

use std::sync::{Arc, OnceLock};

use super::{GpuContext, GpuError};

/// A device for compute, with what registers it with burn.
#[derive(Clone, Debug)]
pub struct ComputeDevice {
    /// The logical device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
}

impl ComputeDevice {
    /// This device with the adapter, the ledger and the error sink of `gpu`, which it was requested from.
    #[must_use]
    pub fn context(&self, gpu: &GpuContext) -> GpuContext {
        GpuContext { device: self.device.clone(), queue: self.queue.clone(), ..gpu.clone() }
    }
}

/// The program's compute device, once there is one. Whoever can use a device that is there anyway looks here; nobody makes
/// one for it. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct ActiveCompute {
    device: Arc<OnceLock<GpuContext>>,
}

impl ActiveCompute {
    /// The device; its `checked` and `ledger` work as for the window's.
    #[must_use]
    pub fn get(&self) -> Option<&GpuContext> {
        self.device.get()
    }

    /// Tells that there is one. The first one stays.
    pub fn activate(&self, compute: GpuContext) {
        self.device.set(compute).ok();
    }
}

/// Asks the adapter of `gpu` for a compute device with everything it can do: burn's kernels look at the adapter's
/// features and limits, not at those of the device they run on.
///
/// # Errors
/// When the driver refuses.
pub fn request(gpu: &GpuContext) -> Result<ComputeDevice, GpuError> {
    let adapter = &gpu.adapter;
    #[expect(unsafe_code, reason = "wgpu marks features in development as unsafe to ask for")]
    // SAFETY: the features are those the adapter itself advertises; only burn's generated kernels run on this device.
    let experimental_features = unsafe { wgpu::ExperimentalFeatures::enabled() };
    let descriptor = wgpu::DeviceDescriptor {
        label: Some("compute"),
        required_features: adapter.features().difference(wgpu::Features::MAPPABLE_PRIMARY_BUFFERS),
        required_limits: adapter.limits(),
        // burn keeps pools of its own.
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        experimental_features,
        trace: wgpu::Trace::Off,
    };
    let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
        .map_err(|error| GpuError::Device { adapter: adapter.get_info().name, message: error.to_string() })?;
    Ok(ComputeDevice { device, queue })
}

//! The second logical device, on which models and kernels run.
//!
//! It comes from the same adapter as the window's. Measured with one shared device, a frame waited a median of 595 ms
//! while a chain of matrix products ran; with a second device 35 ms. It also keeps the memory, the errors and the loss of
//! the two apart.

use super::{GpuContext, GpuError};

/// A device for compute, with what registers it with burn.
#[derive(Clone, Debug)]
pub struct ComputeDevice {
    /// The logical device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
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

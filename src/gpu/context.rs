//! The device that draws, with everything that belongs to it.

use std::sync::Arc;

use super::{ErrorSink, Ledger, adapter};

/// Why the GPU could not do what was asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GpuError {
    /// The machine has no adapter.
    #[error("no graphics adapter found; {}", adapter::missing_driver_hint())]
    NoAdapter,
    /// The driver refused to make a device.
    #[error("the graphics driver refused to open {adapter}: {message}")]
    Device {
        /// Which adapter.
        adapter: String,
        /// What the driver said.
        message: String,
    },
    /// The device is gone: driver reset, card removed, machine woken from sleep.
    #[error("the graphics device was lost ({message}); restart Vitrine to draw again")]
    Lost {
        /// What the driver said.
        message: String,
    },
    /// The device refused this piece of work; the next may succeed.
    #[error("the graphics device reported: {message}")]
    Failed {
        /// What the driver said.
        message: String,
    },
}

/// Adapter, device and queue that draw, with their ledger and their error sink. Cheap to clone.
#[derive(Clone, Debug)]
pub struct GpuContext {
    /// The instance the adapter came from.
    pub instance: wgpu::Instance,
    /// The physical adapter; the compute device is requested from it too.
    pub adapter: wgpu::Adapter,
    /// The logical device that draws.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
    /// Who holds how many bytes.
    pub ledger: Ledger,
    /// What went wrong so far.
    pub errors: Arc<ErrorSink>,
}

impl GpuContext {
    /// Takes over a device that was made elsewhere (eframe's), and listens to its errors from now on.
    #[must_use]
    pub fn adopt(
        instance: wgpu::Instance,
        adapter: wgpu::Adapter,
        device: wgpu::Device,
        queue: wgpu::Queue,
    ) -> Self {
        let errors = ErrorSink::attach(&device);
        Self { instance, adapter, device, queue, ledger: Ledger::default(), errors }
    }

    /// A device without a window, for the command line and for tests.
    ///
    /// # Errors
    /// When the machine has no adapter or its driver refuses.
    pub fn headless() -> Result<Self, GpuError> {
        let tries = [Some(adapter::first_backends()), adapter::second_backends()];
        let mut error = GpuError::NoAdapter;
        for backends in tries.into_iter().flatten() {
            let instance = wgpu::Instance::new(adapter::instance_descriptor(backends));
            let adapters = pollster::block_on(instance.enumerate_adapters(backends));
            let Ok(adapter) = adapter::choose(&adapters, None) else { continue };
            match pollster::block_on(adapter.request_device(&window_device_descriptor(&adapter))) {
                Ok((device, queue)) => return Ok(Self::adopt(instance, adapter, device, queue)),
                Err(refusal) => {
                    error =
                        GpuError::Device { adapter: adapter.get_info().name, message: refusal.to_string() };
                }
            }
        }
        Err(error)
    }

    /// What the adapter is, in words.
    #[must_use]
    pub fn summary(&self) -> adapter::AdapterSummary {
        adapter::AdapterSummary::of(&self.adapter)
    }

    /// Bytes that the driver holds for buffers and textures of this device, egui's own included.
    #[must_use]
    pub fn device_bytes(&self) -> u64 {
        let counters = self.device.get_internal_counters();
        let bytes = counters.hal.buffer_memory.read() + counters.hal.texture_memory.read();
        u64::try_from(bytes).unwrap_or(0)
    }

    /// Does GPU work on this thread and fails when the device reports an error about it, whatever else is going on. Such
    /// errors belong to the caller and do not reach the error sink.
    ///
    /// # Errors
    /// Those of the work, and those of the device.
    pub fn checked<T>(&self, work: impl FnOnce() -> Result<T, GpuError>) -> Result<T, GpuError> {
        let filters =
            [wgpu::ErrorFilter::Internal, wgpu::ErrorFilter::Validation, wgpu::ErrorFilter::OutOfMemory];
        let scopes = filters.map(|filter| self.device.push_error_scope(filter));
        let result = work();
        // The last scope opened is the first to close.
        let error = scopes.into_iter().rev().filter_map(|scope| pollster::block_on(scope.pop())).last();
        match error {
            Some(error) => Err(GpuError::Failed { message: error.to_string() }),
            None => result,
        }
    }

    /// The fault that ended the device, if one did.
    ///
    /// # Errors
    /// [`GpuError::Lost`] from then on.
    pub fn check_alive(&self) -> Result<(), GpuError> {
        self.errors.lost().map_or(Ok(()), |message| Err(GpuError::Lost { message }))
    }
}

/// What the drawing device is asked for: little, so that old drivers agree, but textures as large as the adapter can.
#[must_use]
pub fn window_device_descriptor(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
    let available = adapter.limits();
    let base = if adapter.get_info().backend == wgpu::Backend::Gl {
        wgpu::Limits::downlevel_webgl2_defaults()
    } else {
        wgpu::Limits::default()
    };
    wgpu::DeviceDescriptor {
        label: Some("window"),
        required_limits: wgpu::Limits {
            max_texture_dimension_2d: available.max_texture_dimension_2d,
            max_buffer_size: available.max_buffer_size,
            ..base
        }
        // An adapter below the defaults still draws: ask for no more than it has.
        .or_worse_values_from(&available),
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        ..Default::default()
    }
}

//! The same answers from the compute device.
//!
//! [`Kernels`] are the programs, made once for a device; [`DeviceRows`] are the rows of one snapshot there. A device adds
//! numbers up in another order than the processor, and rounds in its own way. So it only names candidates: all rows and
//! pairs that could belong to the answer, by a margin ([`margin`]) that no rounding exceeds. Their scores are made again on
//! the processor, by the code that makes all scores there; the answer is the same to the last bit. [`DeviceSearch`] chooses
//! where to search.

mod choice;
mod nearest;
mod pairs;
mod upload;

use std::sync::{Arc, Weak};

pub use self::choice::DeviceSearch;
pub use self::upload::DeviceSizes;

use super::{Rows, VectorError};
use crate::gpu::{GpuContext, GpuError, LedgerBuffer, Owner, Shader};

/// Numbers in a chunk, the unit in which the device reads rows.
const NUMBERS_IN_CHUNK: usize = 8;
/// Threads of a workgroup, and storage buffers of a kernel; every adapter that computes has them.
const THREADS: u32 = 256;
const STORAGE_BUFFERS: u32 = 4;

/// The programs that search, on one device.
#[derive(Debug)]
pub struct Kernels {
    gpu: GpuContext,
    score_rows: wgpu::ComputePipeline,
    find_pairs: wgpu::ComputePipeline,
}

impl Kernels {
    /// Compiles them.
    ///
    /// # Errors
    /// When the device cannot compute, or refuses.
    pub fn new(gpu: &GpuContext) -> Result<Self, VectorError> {
        let limits = gpu.device.limits();
        if limits.max_compute_invocations_per_workgroup < THREADS
            || limits.max_storage_buffers_per_shader_stage < STORAGE_BUFFERS
        {
            return Err(GpuError::Failed { message: "this adapter cannot search vectors".to_owned() }.into());
        }
        let (score_rows, find_pairs) = gpu.checked(|| {
            let module = Shader::VECTORS.module(&gpu.device);
            let pipeline = |entry_point| {
                gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: Some(entry_point),
                    layout: None,
                    module: &module,
                    entry_point: Some(entry_point),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    cache: None,
                })
            };
            Ok((pipeline("score_rows"), pipeline("find_pairs")))
        })?;
        Ok(Self { gpu: gpu.clone(), score_rows, find_pairs })
    }

    /// A buffer of at least four bytes, which is what the device wants.
    fn buffer(&self, label: &str, size: u64, usage: wgpu::BufferUsages) -> LedgerBuffer {
        let descriptor = wgpu::BufferDescriptor {
            label: Some(label),
            size: size.max(4),
            usage,
            mapped_at_creation: false,
        };
        self.gpu.ledger.buffer(&self.gpu.device, Owner::Vectors, &descriptor)
    }
}

/// The rows of a snapshot on a device. The snapshot itself is not kept: when nobody uses it any more, this is out of date.
#[derive(Debug)]
pub struct DeviceRows {
    kernels: Arc<Kernels>,
    rows: Weak<Rows>,
    dimensions: usize,
    /// Chunks of a row.
    chunks: usize,
    parts: Vec<Part>,
    inverse_lengths: Vec<f32>,
    inverse_lengths_there: LedgerBuffer,
    sizes: DeviceSizes,
}

/// Rows that lie in one buffer.
#[derive(Debug)]
struct Part {
    /// Position of the first.
    first: usize,
    count: usize,
    buffer: LedgerBuffer,
    span: LedgerBuffer,
}

impl DeviceRows {
    /// What they take on the device.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        upload::bytes_on_device(self.inverse_lengths.len(), self.dimensions)
    }

    fn snapshot(&self) -> Result<Arc<Rows>, VectorError> {
        self.rows.upgrade().ok_or(VectorError::Outdated)
    }

    fn gpu(&self) -> &GpuContext {
        &self.kernels.gpu
    }

    /// Buffers for the bindings of a program from the `first` on.
    fn bind<const COUNT: usize>(
        &self,
        pipeline: &wgpu::ComputePipeline,
        first: u32,
        buffers: [&LedgerBuffer; COUNT],
    ) -> wgpu::BindGroup {
        let entries: Vec<wgpu::BindGroupEntry<'_>> = (first..)
            .zip(buffers)
            .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        self.gpu().device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("vectors"),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        })
    }
}

/// How far the device's and the processor's dot product of two vectors may lie apart, in parts of the product of their
/// lengths.
///
/// A sum of n products, each product and each addition rounded with a relative error of u at most, is off by (n + 1) u of
/// the sum of the products' sizes, whatever the order (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1;
/// terms of u² are a hundredth of that for the longest rows); that sum is at most the product of the lengths. The
/// processor rounds to nearest, u = 2^-24; a device may round either way, u = 2^-23. Bringing vectors to length 1 rounds a
/// few times more. That makes 1.5 (n + 5) 2^-23 together; this is more for every n.
fn margin(dimensions: usize) -> f32 {
    (2 * dimensions + 16) as f32 * f32::EPSILON
}

//! Rows on their way to the device.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::{DeviceRows, Kernels, NUMBERS_IN_CHUNK, Part};
use crate::gpu::GpuError;
use crate::library::vectors::{Rows, VectorError};

/// Bytes handed over at once: the driver keeps a copy until they have arrived.
const PIECE_BYTES: usize = 8 << 20;

/// How the work on the device is cut; smaller than the device's limits only in tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceSizes {
    /// Bytes of rows in one buffer at most.
    pub part_bytes: u64,
    /// Rows of a block that is compared with another one at once.
    pub block_rows: usize,
    /// Pairs that one comparison of blocks can give; where there are more, the blocks are halved.
    pub pairs: usize,
}

impl Default for DeviceSizes {
    fn default() -> Self {
        Self { part_bytes: u64::MAX, block_rows: 4096, pairs: 1 << 17 }
    }
}

/// `Span` of the shader.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct Span {
    rows: u32,
    first: u32,
    chunks: u32,
    padding: u32,
}

fn chunks_of(dimensions: usize) -> usize {
    dimensions.div_ceil(NUMBERS_IN_CHUNK).max(1)
}

/// What rows take on a device, with one over the length of each.
pub fn bytes_on_device(rows: usize, dimensions: usize) -> u64 {
    rows as u64 * (2 * NUMBERS_IN_CHUNK * chunks_of(dimensions) + size_of::<f32>()) as u64
}

impl DeviceRows {
    /// Copies a snapshot to the device.
    ///
    /// # Errors
    /// [`VectorError::TooLargeForDevice`], [`VectorError::Device`].
    pub fn upload(kernels: &Arc<Kernels>, rows: &Arc<Rows>) -> Result<Self, VectorError> {
        Self::upload_cut(kernels, rows, DeviceSizes::default())
    }

    /// The same, cut as asked for.
    ///
    /// # Errors
    /// Those of [`Self::upload`].
    pub fn upload_cut(
        kernels: &Arc<Kernels>,
        rows: &Arc<Rows>,
        sizes: DeviceSizes,
    ) -> Result<Self, VectorError> {
        let gpu = &kernels.gpu;
        let limits = gpu.device.limits();
        let largest = limits.max_buffer_size.min(limits.max_storage_buffer_binding_size);
        let chunks = chunks_of(rows.dimensions());
        let row_bytes = 2 * NUMBERS_IN_CHUNK * chunks;
        let rows_in_part = (largest.min(sizes.part_bytes) / row_bytes as u64) as usize;
        let number_bytes = size_of::<f32>() as u64 * rows.len() as u64;
        if rows_in_part == 0 || number_bytes > largest {
            return Err(VectorError::TooLargeForDevice(bytes_on_device(rows.len(), rows.dimensions())));
        }
        let inverse_lengths = rows.inverse_lengths();
        let (inverse_lengths_there, parts) = gpu.checked(|| {
            let storage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
            let there = kernels.buffer("lengths", number_bytes, storage);
            gpu.queue.write_buffer(&there, 0, bytemuck::cast_slice(&inverse_lengths));
            let mut parts = Vec::new();
            for first in (0..rows.len()).step_by(rows_in_part) {
                let count = rows_in_part.min(rows.len() - first);
                let buffer = kernels.buffer("rows", (count * row_bytes) as u64, storage);
                let uniform = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
                let span = kernels.buffer("spans", size_of::<Span>() as u64, uniform);
                let numbers =
                    Span { rows: count as u32, first: first as u32, chunks: chunks as u32, padding: 0 };
                gpu.queue.write_buffer(&span, 0, bytemuck::bytes_of(&numbers));
                let part = Part { first, count, buffer, span };
                write_rows(kernels, rows, &part, chunks)?;
                parts.push(part);
            }
            Ok((there, parts))
        })?;
        Ok(Self {
            kernels: Arc::clone(kernels),
            rows: Arc::downgrade(rows),
            dimensions: rows.dimensions(),
            chunks,
            parts,
            inverse_lengths,
            inverse_lengths_there,
            sizes,
        })
    }
}

/// Fills a part's buffer, piece by piece.
fn write_rows(kernels: &Kernels, rows: &Rows, part: &Part, chunks: usize) -> Result<(), GpuError> {
    let gpu = &kernels.gpu;
    let row_numbers = NUMBERS_IN_CHUNK * chunks;
    let rows_in_piece = (PIECE_BYTES / 2 / row_numbers).max(1);
    let mut piece: Vec<u16> = Vec::new();
    for first in (0..part.count).step_by(rows_in_piece) {
        let count = rows_in_piece.min(part.count - first);
        piece.clear();
        piece.resize(count * row_numbers, 0);
        for (at, slots) in piece.chunks_exact_mut(row_numbers).enumerate() {
            let bits = rows.bits(part.first + first + at).unwrap_or_default();
            slots.iter_mut().zip(bits).for_each(|(slot, bits)| *slot = *bits);
        }
        let place = (2 * first * row_numbers) as u64;
        gpu.queue.write_buffer(&part.buffer, place, bytemuck::cast_slice(&piece));
        gpu.queue.submit([]);
        gpu.device
            .poll(wgpu::PollType::Poll)
            .map_err(|error| GpuError::Failed { message: error.to_string() })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_laid_out_as_in_the_shader() {
        assert_eq!(size_of::<Span>(), 16);
    }

    #[test]
    fn rows_are_filled_up_to_whole_chunks() {
        assert_eq!(bytes_on_device(3, 512), 3 * (1024 + 4));
        assert_eq!(bytes_on_device(3, 513), 3 * (1040 + 4));
        assert_eq!(bytes_on_device(1, 0), 16 + 4);
    }
}

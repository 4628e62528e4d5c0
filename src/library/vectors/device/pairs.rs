//! All pairs of rows that are alike.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::{DeviceRows, margin};
use crate::gpu::{GpuError, LedgerBuffer, read_buffer};
use crate::library::vectors::VectorError;
use crate::library::vectors::pairs::{Pair, collector, in_order};

/// Rows of each side that a workgroup takes.
const TILE: usize = 64;
/// Products in one piece of work: a fraction of a second on a small GPU, whose other users wait for it.
const PRODUCTS_AT_ONCE: usize = 1 << 32;

/// `Block` of the shader.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct Uniform {
    left_place: u32,
    left_rows: u32,
    left_first: u32,
    right_place: u32,
    right_rows: u32,
    right_first: u32,
    chunks: u32,
    capacity: u32,
    threshold: f32,
    padding: [u32; 3],
}

/// Positions in one part.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stripe {
    part: usize,
    positions: Range<usize>,
}

impl Stripe {
    fn halves(&self) -> [Self; 2] {
        let Range { start, end } = self.positions;
        let middle = start.midpoint(end);
        [start..middle, middle..end].map(|positions| Self { part: self.part, positions })
    }
}

/// Rows of the left stripe against rows of the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Block {
    left: Stripe,
    right: Stripe,
}

impl Block {
    /// Cuts it until `count` pairs, evenly spread, leave room for half as many again in every piece.
    fn cut(self, count: usize, capacity: usize) -> Vec<Self> {
        let mut pieces = vec![self];
        for _ in 0..=(count / capacity).max(1).ilog2() {
            pieces = pieces.iter().flat_map(Self::halves).collect();
        }
        pieces.retain(Self::has_pairs);
        pieces
    }

    fn halves(&self) -> [Self; 2] {
        if self.left.positions.len() >= self.right.positions.len() {
            self.left.halves().map(|left| Self { left, right: self.right.clone() })
        } else {
            self.right.halves().map(|right| Self { left: self.left.clone(), right })
        }
    }

    /// Whether some position on the left is smaller than one on the right.
    fn has_pairs(&self) -> bool {
        let (left, right) = (&self.left.positions, &self.right.positions);
        !left.is_empty() && !right.is_empty() && left.start + 1 < right.end
    }
}

/// What all blocks share.
struct Scratch {
    uniform: LedgerBuffer,
    found: LedgerBuffer,
    read: LedgerBuffer,
    capacity: usize,
}

impl DeviceRows {
    /// What [`crate::library::vectors::Rows::pairs_above`] gives. Waits for the device.
    ///
    /// # Errors
    /// [`VectorError::Device`], [`VectorError::Outdated`].
    pub fn pairs_above(
        &self,
        threshold: f32,
        should_stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Vec<Pair>, VectorError> {
        if threshold.is_nan() || self.dimensions == 0 {
            return Ok(Vec::new());
        }
        let rows = self.snapshot()?;
        let scratch = self.gpu().checked(|| Ok(self.scratch()))?;
        let closest = collector(threshold);
        for block in self.blocks() {
            let mut waiting = vec![block];
            while let Some(block) = waiting.pop() {
                if closest.is_stopped(should_stop) {
                    return Ok(in_order(closest));
                }
                let bound = f32::from_bits(closest.bound());
                let (count, pairs) = self.gpu().checked(|| self.compare(&block, bound, &scratch))?;
                if count > scratch.capacity {
                    waiting.extend(block.cut(count, scratch.capacity));
                    continue;
                }
                let mut found = rows.cosines(&self.inverse_lengths, &pairs, bound);
                closest.take(&mut found, |pair| pair.2.to_bits());
            }
        }
        Ok(in_order(closest))
    }

    /// Every block of rows with itself and all later ones.
    fn blocks(&self) -> Vec<Block> {
        let numbers = super::NUMBERS_IN_CHUNK * self.chunks;
        let block_rows = (PRODUCTS_AT_ONCE / numbers).isqrt().min(self.sizes.block_rows).max(1);
        let stripes: Vec<Stripe> = self
            .parts
            .iter()
            .enumerate()
            .flat_map(|(at, part)| {
                let end = part.first + part.count;
                (part.first..end)
                    .step_by(block_rows)
                    .map(move |first| Stripe { part: at, positions: first..end.min(first + block_rows) })
            })
            .collect();
        let with_later = |(at, left): (usize, &Stripe)| {
            let later = stripes.iter().skip(at);
            later.map(|right| Block { left: left.clone(), right: right.clone() }).collect::<Vec<_>>()
        };
        stripes.iter().enumerate().flat_map(with_later).filter(Block::has_pairs).collect()
    }

    fn scratch(&self) -> Scratch {
        use wgpu::BufferUsages as Usage;
        let capacity = self.sizes.pairs.max(1);
        let bytes = (8 * (1 + capacity)) as u64;
        let kernels = &self.kernels;
        Scratch {
            uniform: kernels.buffer("block", size_of::<Uniform>() as u64, Usage::UNIFORM | Usage::COPY_DST),
            found: kernels.buffer("pairs", bytes, Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST),
            read: kernels.buffer("pairs read back", bytes, Usage::MAP_READ | Usage::COPY_DST),
            capacity,
        }
    }

    /// How many pairs of a block may have a cosine of `threshold`, and those of them that there was room for.
    fn compare(
        &self,
        block: &Block,
        threshold: f32,
        scratch: &Scratch,
    ) -> Result<(usize, Vec<[u32; 2]>), GpuError> {
        let Block { left, right } = block;
        let (Some(left_part), Some(right_part)) = (self.parts.get(left.part), self.parts.get(right.part))
        else {
            return Ok((0, Vec::new()));
        };
        let gpu = self.gpu();
        let uniform = Uniform {
            left_place: (left.positions.start - left_part.first) as u32,
            left_rows: left.positions.len() as u32,
            left_first: left.positions.start as u32,
            right_place: (right.positions.start - right_part.first) as u32,
            right_rows: right.positions.len() as u32,
            right_first: right.positions.start as u32,
            chunks: self.chunks as u32,
            capacity: scratch.capacity as u32,
            // No cosine lies beyond 1; shaders need not know infinity.
            threshold: (threshold - margin(self.dimensions)).clamp(-4.0, 4.0),
            padding: [0; 3],
        };
        gpu.queue.write_buffer(&scratch.uniform, 0, bytemuck::bytes_of(&uniform));
        let mut encoder =
            gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("pairs") });
        encoder.clear_buffer(&scratch.found, 0, Some(8));
        {
            let pipeline = &self.kernels.find_pairs;
            let buffers = [
                &scratch.uniform,
                &left_part.buffer,
                &right_part.buffer,
                &self.inverse_lengths_there,
                &scratch.found,
            ];
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, &self.bind(pipeline, 4, buffers), &[]);
            let tiles = |stripe: &Stripe| stripe.positions.len().div_ceil(TILE) as u32;
            pass.dispatch_workgroups(tiles(right), tiles(left), 1);
        }
        encoder.copy_buffer_to_buffer(&scratch.found, 0, &scratch.read, 0, scratch.read.size());
        gpu.queue.submit([encoder.finish()]);
        read_buffer(gpu, &scratch.read, |bytes| {
            let words: &[[u32; 2]] = bytemuck::try_cast_slice(bytes).unwrap_or_default();
            let (count, pairs) = words.split_first().unwrap_or((&[0; 2], &[]));
            let count = count[0] as usize;
            (count, pairs.get(..count).unwrap_or_default().to_vec())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(left: Range<usize>, right: Range<usize>) -> Block {
        Block { left: Stripe { part: 0, positions: left }, right: Stripe { part: 0, positions: right } }
    }

    #[test]
    fn blocks_are_laid_out_as_in_the_shader() {
        assert_eq!(size_of::<Uniform>(), 48);
    }

    #[test]
    fn a_cut_block_has_the_same_pairs() {
        let pairs = |block: &Block| -> Vec<(usize, usize)> {
            let right = block.right.positions.clone();
            let left = block.left.positions.clone();
            left.flat_map(|a| right.clone().filter(move |b| a < *b).map(move |b| (a, b))).collect()
        };
        for whole in [block(0..13, 0..13), block(3..4, 7..90), block(0..50, 50..61), block(0..2, 0..2)] {
            for (count, capacity) in [(9, 8), (1000, 3), (70, 1)] {
                let pieces = whole.clone().cut(count, capacity);
                let mut found: Vec<_> = pieces.iter().flat_map(&pairs).collect();
                found.sort_unstable();
                assert_eq!(found, pairs(&whole));
                assert!(pieces.iter().all(|piece| *piece != whole) || pairs(&whole).len() < 2);
            }
        }
    }
}

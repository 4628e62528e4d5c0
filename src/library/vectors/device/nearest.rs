//! Scores of all rows, and the best of them.

use super::{DeviceRows, margin};
use crate::gpu::read_buffer;
use crate::library::RowId;
use crate::library::vectors::VectorError;
use crate::library::vectors::nearest::Keep;
use crate::library::vectors::scores::Query;

/// Rows that a workgroup takes.
const ROWS_OF_GROUP: u32 = 16;
/// Sizes of a query with which scores keep their relative precision, so that scores of candidates can be told apart before
/// the query's size is multiplied in.
const USUAL_SIZES: std::ops::Range<f32> = 1e-18..1e18;

impl DeviceRows {
    /// The dot product of `query` with every row, by position, as [`crate::library::vectors::Rows::scores`] gives it but for
    /// rounding: scores lie as far apart as [`margin`] says at most. Equal rows have equal scores. Waits for the device.
    ///
    /// # Errors
    /// [`VectorError::Device`].
    pub fn scores(&self, query: &[f32], out: &mut Vec<f32>) -> Result<(), VectorError> {
        out.clear();
        let Some(query) = Query::new(query, self.dimensions) else { return Ok(()) };
        *out = self.sums(&query)?;
        for score in out {
            *score *= query.scale();
        }
        Ok(())
    }

    /// What [`crate::library::vectors::Rows::top_k`] gives. Waits for the device.
    ///
    /// # Errors
    /// [`VectorError::Device`], [`VectorError::Outdated`].
    pub fn top_k(
        &self,
        query: &[f32],
        k: usize,
        keep: Option<Keep<'_>>,
    ) -> Result<Vec<(RowId, f32)>, VectorError> {
        let rows = self.snapshot()?;
        let Some(ready) = Query::new(query, self.dimensions) else { return Ok(Vec::new()) };
        if k == 0 || !USUAL_SIZES.contains(&ready.scale()) {
            return Ok(rows.top_k(query, k, keep));
        }
        let sums = self.sums(&ready)?;
        let squares: f64 = ready.numbers().map(|number| f64::from(number).powi(2)).sum();
        let margin = margin(self.dimensions) * squares.sqrt() as f32;
        let error = |position: usize| match self.inverse_lengths.get(position) {
            Some(inverse) if *inverse > 0.0 => margin / inverse,
            _ => 0.0,
        };
        let scored = sums.iter().enumerate().zip(rows.ids());
        let kept: Vec<(usize, f32)> = scored
            .filter(|(_, id)| keep.is_none_or(|keep| keep(**id)))
            .map(|((position, sum), _)| (position, *sum))
            .collect();
        // At least k rows reach this, however they were rounded.
        let mut least: Vec<f32> = kept.iter().map(|(position, sum)| sum - error(*position)).collect();
        let floor = if k < least.len() {
            *least.select_nth_unstable_by(k - 1, |a, b| b.total_cmp(a)).1
        } else {
            f32::NEG_INFINITY
        };
        let candidates = kept.into_iter().filter(|(position, sum)| sum + error(*position) >= floor);
        Ok(rows.best_of(&ready, k, candidates.map(|(position, _)| position)))
    }

    /// The dot products of all rows with [`Query::numbers`].
    fn sums(&self, query: &Query) -> Result<Vec<f32>, VectorError> {
        let count = self.inverse_lengths.len();
        if count == 0 {
            return Ok(Vec::new());
        }
        let gpu = self.gpu();
        let mut numbers: Vec<f32> = query.numbers().collect();
        numbers.resize(self.chunks * super::NUMBERS_IN_CHUNK, 0.0);
        let most_groups = gpu.device.limits().max_compute_workgroups_per_dimension;
        let sums = gpu.checked(|| {
            use wgpu::BufferUsages as Usage;
            let asked = self.kernels.buffer(
                "query",
                size_of_val(numbers.as_slice()) as u64,
                Usage::STORAGE | Usage::COPY_DST,
            );
            gpu.queue.write_buffer(&asked, 0, bytemuck::cast_slice(&numbers));
            let bytes = (size_of::<f32>() * count) as u64;
            let scores = self.kernels.buffer("scores", bytes, Usage::STORAGE | Usage::COPY_SRC);
            let read = self.kernels.buffer("scores read back", bytes, Usage::MAP_READ | Usage::COPY_DST);
            let mut encoder =
                gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("scores") });
            {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                pass.set_pipeline(&self.kernels.score_rows);
                for part in &self.parts {
                    let buffers = [&part.span, &part.buffer, &asked, &scores];
                    pass.set_bind_group(0, &self.bind(&self.kernels.score_rows, 0, buffers), &[]);
                    let groups = (part.count as u32).div_ceil(ROWS_OF_GROUP);
                    let wide = groups.min(most_groups);
                    pass.dispatch_workgroups(wide, groups.div_ceil(wide), 1);
                }
            }
            encoder.copy_buffer_to_buffer(&scores, 0, &read, 0, bytes);
            gpu.queue.submit([encoder.finish()]);
            read_buffer(gpu, &read, bytemuck::pod_collect_to_vec::<u8, f32>)
        });
        Ok(sums?)
    }
}

//! All pairs of rows that are alike: the product of the rows with themselves, tile by tile, of which only what is above a
//! threshold is kept.
//!
//! Rows are widened, brought to length 1 and laid out as the inner loop reads them: panels of a few rows, number by
//! number. The inner loop holds 6 × 2 registers of sums. Blocks are so large that two of them stay in a core's cache.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for the processor at hand"
)]

use std::cmp::Ordering;

use pulp::{Arch, Simd, WithSimd};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSlice as _;

use super::best::ClosestPairs;
use super::scores::widened;
use super::{MAX_PAIRS, Rows};

/// Rows in a panel of the left side.
const LEFT: usize = 6;
/// Numbers in a block of the right side: 256 KiB.
const RIGHT_BLOCK: usize = 1 << 16;
/// Rows of the left side that one task compares with all later ones.
const ROWS_IN_TASK: usize = 240;

/// Pairs of which one task computes the cosines.
const PAIRS_IN_TASK: usize = 1024;

/// Two positions and the cosine of their vectors.
pub type Pair = (u32, u32, f32);

impl Rows {
    /// All pairs of positions (see [`Rows::ids`]) whose cosine is at least `threshold`: the smaller position first, ordered
    /// by position. Rows are brought to length 1 for it; a row of zeros has cosine 0 with all. When there are more than
    /// [`MAX_PAIRS`], the closest ones are given. When `should_stop` says so, it gives what it found so far.
    ///
    /// Works on all cores of the current rayon pool.
    #[must_use]
    pub fn pairs_above(&self, threshold: f32, should_stop: &(dyn Fn() -> bool + Sync)) -> Vec<Pair> {
        if threshold.is_nan() || self.dimensions() == 0 {
            return Vec::new();
        }
        let closest = collector(threshold);
        let inverse_lengths = self.inverse_lengths();
        let arch = Arch::new();
        (0..self.len().div_ceil(ROWS_IN_TASK)).into_par_iter().for_each(|task| {
            let first = task * ROWS_IN_TASK;
            arch.dispatch(Task {
                rows: self,
                inverse_lengths: &inverse_lengths,
                first,
                closest: &closest,
                should_stop,
            });
        });
        in_order(closest)
    }

    /// Which of some pairs of positions have a cosine of at least `threshold`, with the cosine that [`Rows::pairs_above`]
    /// gives them, to the last bit.
    pub(super) fn cosines(&self, inverse_lengths: &[f32], pairs: &[[u32; 2]], threshold: f32) -> Vec<Pair> {
        let arch = Arch::new();
        let tasks = pairs.par_chunks(PAIRS_IN_TASK).map(|pairs| {
            let mut found = Vec::new();
            arch.dispatch(Cosines { rows: self, inverse_lengths, pairs, threshold, found: &mut found });
            found
        });
        tasks.flatten_iter().collect()
    }

    /// One over the length of each row, 0 for a row of zeros.
    pub(super) fn inverse_lengths(&self) -> Vec<f32> {
        (0..self.len()).into_par_iter().map(|position| self.inverse_length(position)).collect()
    }

    fn inverse_length(&self, position: usize) -> f32 {
        let square = |bits: &u16| f64::from(widened(*bits)).powi(2);
        let squares: f64 = self.bits(position).unwrap_or_default().iter().map(square).sum();
        if squares > 0.0 { (1.0 / squares.sqrt()) as f32 } else { 0.0 }
    }
}

/// How [`Rows::pairs_above`] collects pairs.
pub fn collector(threshold: f32) -> ClosestPairs<Pair> {
    ClosestPairs::new(MAX_PAIRS, threshold.to_bits(), closer)
}

/// The pairs that were collected, by position.
pub fn in_order(closest: ClosestPairs<Pair>) -> Vec<Pair> {
    let mut pairs = closest.into_pairs();
    pairs.sort_unstable_by_key(|(a, b, _)| (*a, *b));
    pairs
}

fn closer(one: &Pair, other: &Pair) -> Ordering {
    other.2.total_cmp(&one.2).then((one.0, one.1).cmp(&(other.0, other.1)))
}

/// One block of rows against itself and all later ones.
struct Task<'a> {
    rows: &'a Rows,
    inverse_lengths: &'a [f32],
    first: usize,
    closest: &'a ClosestPairs<Pair>,
    should_stop: &'a (dyn Fn() -> bool + Sync),
}

impl WithSimd for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let dimensions = self.rows.dimensions();
        let right_width = 2 * S::F32_LANES;
        let right_rows = (RIGHT_BLOCK / dimensions.max(1)).clamp(right_width, 4 * ROWS_IN_TASK);
        let right_rows = right_rows.next_multiple_of(right_width);
        let left_rows = ROWS_IN_TASK.min(self.rows.len() - self.first);
        let mut left = vec![0.0; left_rows.next_multiple_of(LEFT) * dimensions];
        let mut right = vec![0.0; right_rows * dimensions];
        self.pack(self.first, left_rows, LEFT, &mut left);
        let mut found = Vec::new();
        let mut first_right = self.first;
        while first_right < self.rows.len() && !self.closest.is_stopped(self.should_stop) {
            let count = right_rows.min(self.rows.len() - first_right);
            self.pack(first_right, count, right_width, &mut right);
            let threshold = f32::from_bits(self.closest.bound());
            for (panel, right) in right.chunks_exact(right_width * dimensions).enumerate() {
                if panel * right_width >= count {
                    break;
                }
                let right = S::as_simd_f32s(right).0;
                for (left_panel, left) in left.chunks_exact(LEFT * dimensions).enumerate() {
                    let sums = tile(simd, left.as_chunks::<LEFT>().0, right);
                    let corner = (self.first + left_panel * LEFT, first_right + panel * right_width);
                    let sums = sums.each_ref().map(|sums| bytemuck::cast_slice(sums));
                    self.gather(&sums, corner, threshold, &mut found);
                }
            }
            self.closest.take(&mut found, |pair| pair.2.to_bits());
            first_right += count;
        }
    }
}

impl Task<'_> {
    /// Lays out rows in panels of `width`, number by number; rows that are missing are zeros.
    #[inline(always)]
    fn pack(&self, first: usize, count: usize, width: usize, out: &mut [f32]) {
        let dimensions = self.rows.dimensions();
        for (panel, out) in out.chunks_exact_mut(width * dimensions).enumerate() {
            for lane in 0..width {
                let at = panel * width + lane;
                let position = first + at;
                let slots = out.iter_mut().skip(lane).step_by(width);
                match (self.rows.bits(position), self.inverse_lengths.get(position)) {
                    (Some(bits), Some(scale)) if at < count => {
                        slots.zip(bits).for_each(|(slot, bits)| *slot = widened(*bits) * scale);
                    }
                    _ => slots.for_each(|slot| *slot = 0.0),
                }
            }
        }
    }

    /// Takes over what is above the threshold.
    #[inline(always)]
    fn gather(&self, sums: &[&[f32]; LEFT], corner: (usize, usize), threshold: f32, found: &mut Vec<Pair>) {
        let most =
            sums.iter().flat_map(|sums| sums.iter()).fold(f32::NEG_INFINITY, |most, sum| most.max(*sum));
        if most < threshold {
            return;
        }
        for (a, sums) in (corner.0..).zip(sums) {
            for (b, sum) in (corner.1..).zip(sums.iter()) {
                if *sum >= threshold && a < b && b < self.rows.len() && a < self.first + ROWS_IN_TASK {
                    found.push((a as u32, b as u32, sum.min(1.0)));
                }
            }
        }
    }
}

/// The work of [`Rows::cosines`]: as many pairs at once as a register has lanes. For each pair the sum is made as [`tile`]
/// makes it, number by number from the first.
struct Cosines<'a> {
    rows: &'a Rows,
    inverse_lengths: &'a [f32],
    pairs: &'a [[u32; 2]],
    threshold: f32,
    found: &'a mut Vec<Pair>,
}

impl WithSimd for Cosines<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = S::F32_LANES;
        let mut left = vec![0.0; width * self.rows.dimensions()];
        let mut right = left.clone();
        for pairs in self.pairs.chunks(width) {
            for (lane, [a, b]) in pairs.iter().enumerate() {
                self.unpack(*a, left.iter_mut().skip(lane).step_by(width));
                self.unpack(*b, right.iter_mut().skip(lane).step_by(width));
            }
            let mut sums = simd.splat_f32s(0.0);
            for (left, right) in S::as_simd_f32s(&left).0.iter().zip(S::as_simd_f32s(&right).0) {
                sums = simd.mul_add_e_f32s(*left, *right, sums);
            }
            let sums = [sums];
            let sums: &[f32] = bytemuck::cast_slice(&sums);
            for ([a, b], sum) in pairs.iter().zip(sums) {
                if *sum >= self.threshold {
                    self.found.push((*a, *b, sum.min(1.0)));
                }
            }
        }
    }
}

impl Cosines<'_> {
    #[inline(always)]
    fn unpack<'a>(&self, position: u32, slots: impl Iterator<Item = &'a mut f32>) {
        match (self.rows.bits(position as usize), self.inverse_lengths.get(position as usize)) {
            (Some(bits), Some(scale)) => {
                slots.zip(bits).for_each(|(slot, bits)| *slot = widened(*bits) * scale);
            }
            _ => slots.for_each(|slot| *slot = 0.0),
        }
    }
}

/// The products of six rows with two registers' width of rows.
#[inline(always)]
fn tile<S: Simd>(simd: S, left: &[[f32; LEFT]], right: &[S::f32s]) -> [[S::f32s; 2]; LEFT] {
    let mut sums = [[simd.splat_f32s(0.0); 2]; LEFT];
    for (left, [low, high]) in left.iter().zip(right.as_chunks::<2>().0) {
        for ([sum_low, sum_high], number) in sums.iter_mut().zip(left) {
            let number = simd.splat_f32s(*number);
            *sum_low = simd.mul_add_e_f32s(number, *low, *sum_low);
            *sum_high = simd.mul_add_e_f32s(number, *high, *sum_high);
        }
    }
    sums
}

//! Dot products of one query with many rows.
//!
//! Rows are read from memory once, so the memory's speed is the limit. Half precision is widened with integer operations
//! that every SIMD unit has: the bits moved to their places in single precision are the number times 2^-112, and the
//! query takes the 2^112. That is exact, since rows hold no subnormal numbers (see `rows`).

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for the processor at hand"
)]

use pulp::{Arch, Simd, WithSimd};
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;

use super::Rows;

/// Rows that one task takes.
pub const ROWS_IN_TASK: usize = 1024;
/// 2^112: the difference of the exponents' offsets of single and half precision.
const WIDENING: f32 = f32::from_bits((127 + 112) << 23);
/// Sums that are kept at once.
const LANES: usize = 32;

/// Half precision as single precision times 2^-112.
#[inline(always)]
pub fn narrowed(bits: u16) -> f32 {
    let sign_and_all = i32::from(bits.cast_signed()) << 13;
    f32::from_bits(sign_and_all.cast_unsigned() & 0x8fff_e000)
}

/// Half precision as single precision.
#[inline(always)]
pub fn widened(bits: u16) -> f32 {
    narrowed(bits) * WIDENING
}

/// A query made ready: divided by its largest number, so that the widening cannot overflow.
pub struct Query {
    numbers: Vec<f32>,
    scale: f32,
    arch: Arch,
}

impl Query {
    /// `None` when it does not fit rows of so many numbers, or holds something that is no number.
    pub fn new(query: &[f32], dimensions: usize) -> Option<Self> {
        if query.len() != dimensions || query.iter().any(|number| !number.is_finite()) {
            return None;
        }
        let scale = query.iter().fold(f32::MIN_POSITIVE, |most, number| most.max(number.abs()));
        let numbers = query.iter().map(|number| number / scale * WIDENING).collect();
        Some(Self { numbers, scale, arch: Arch::new() })
    }

    /// The query divided by its largest number.
    pub fn numbers(&self) -> impl Iterator<Item = f32> {
        self.numbers.iter().map(|number| number / WIDENING)
    }

    /// Its largest number.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// Gives the position and score of some rows.
    pub fn scores(&self, rows: &Rows, positions: impl Iterator<Item = usize>, take: impl FnMut(usize, f32)) {
        self.arch.dispatch(Scoring { query: self, rows, positions, take });
    }
}

/// The work of [`Query::scores`]; a type, since closures are not always inlined.
struct Scoring<'a, Positions, Take> {
    query: &'a Query,
    rows: &'a Rows,
    positions: Positions,
    take: Take,
}

impl<Positions: Iterator<Item = usize>, Take: FnMut(usize, f32)> WithSimd for Scoring<'_, Positions, Take> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { query, rows, positions, mut take } = self;
        for position in positions {
            let bits = rows.bits(position).unwrap_or_default();
            take(position, dot(bits, &query.numbers) * query.scale);
        }
    }
}

#[inline(always)]
fn dot(bits: &[u16], query: &[f32]) -> f32 {
    let (chunks, rest) = bits.as_chunks::<LANES>();
    let (query_chunks, query_rest) = query.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (chunk, query) in chunks.iter().zip(query_chunks) {
        for ((sum, bits), query) in sums.iter_mut().zip(chunk).zip(query) {
            *sum += narrowed(*bits) * query;
        }
    }
    let rest: f32 = rest.iter().zip(query_rest).map(|(bits, query)| narrowed(*bits) * query).sum();
    // Halves are added so that neighbouring lanes stay independent.
    let mut width = LANES / 2;
    while width > 0 {
        let (low, high) = sums.split_at_mut(width);
        low.iter_mut().zip(high).for_each(|(low, high)| *low += *high);
        width /= 2;
    }
    rest + sums.first().copied().unwrap_or_default()
}

impl Rows {
    /// The dot product of `query` with every row, by position, in place of what was in `out`. It stays empty when the
    /// query has another length than the rows, or is not finite.
    pub fn scores(&self, query: &[f32], out: &mut Vec<f32>) {
        out.clear();
        let Some(query) = Query::new(query, self.dimensions()) else { return };
        out.resize(self.len(), 0.0);
        out.par_chunks_mut(ROWS_IN_TASK).enumerate().for_each(|(task, out)| {
            let first = task * ROWS_IN_TASK;
            let positions = first..first + out.len();
            let mut slots = out.iter_mut();
            query.scores(self, positions, |_, score| {
                if let Some(slot) = slots.next() {
                    *slot = score;
                }
            });
        });
    }
}

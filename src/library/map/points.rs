//! The vectors, one after the other, and their distances.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for the processor at hand"
)]

use pulp::{Arch, Simd, WithSimd};

/// Sums that are kept at once.
const LANES: usize = 16;

/// Vectors of one length.
#[derive(Debug)]
pub struct Points {
    dimensions: usize,
    values: Vec<f32>,
    /// The square of each vector's length.
    squares: Vec<f32>,
    arch: Arch,
}

impl Points {
    /// None yet.
    pub fn new(dimensions: usize) -> Self {
        Self { dimensions, values: Vec::new(), squares: Vec::new(), arch: Arch::new() }
    }

    /// Numbers per vector.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.squares.len()
    }

    /// Appends a vector of the right length.
    pub fn push(&mut self, vector: &[f32]) {
        self.values.extend_from_slice(vector);
        self.squares.push(vector.iter().map(|value| value * value).sum());
    }

    /// Puts another vector in place of one.
    pub fn replace(&mut self, index: usize, vector: &[f32]) {
        let from = index * self.dimensions;
        if let (Some(row), Some(square)) =
            (self.values.get_mut(from..from + self.dimensions), self.squares.get_mut(index))
        {
            row.copy_from_slice(vector);
            *square = vector.iter().map(|value| value * value).sum();
        }
    }

    /// One of them; nothing when there is none.
    #[inline(always)]
    pub fn row(&self, index: u32) -> &[f32] {
        let from = index as usize * self.dimensions;
        self.values.get(from..from + self.dimensions).unwrap_or_default()
    }

    #[inline(always)]
    fn square(&self, index: u32) -> f32 {
        self.squares.get(index as usize).copied().unwrap_or_default()
    }

    /// Keeps those that are marked.
    pub fn retain(&mut self, keep: &[bool]) {
        let kept = |index: &usize| keep.get(*index).copied().unwrap_or(true);
        let mut values = Vec::with_capacity(self.values.len());
        for index in (0..self.len()).filter(kept) {
            values.extend_from_slice(self.row(index as u32));
        }
        self.values = values;
        let mut index = 0..;
        self.squares.retain(|_| index.next().is_none_or(|index| kept(&index)));
    }

    /// Gives the squared distance from each of up to four points to each candidate: `take(which, candidate, square)`.
    pub fn squares_from(&self, from: &[u32], candidates: &[u32], take: impl FnMut(usize, u32, f32)) {
        self.arch.dispatch(Comparing { points: self, from, candidates, take });
    }

    /// The dot product of some direction with each candidate.
    pub fn along(&self, direction: &[f32], candidates: &[u32], take: impl FnMut(u32, f32)) {
        self.arch.dispatch(Projecting { points: self, direction, candidates, take });
    }
}

/// The work of [`Points::squares_from`]; a type, since closures are not always inlined.
struct Comparing<'a, Take> {
    points: &'a Points,
    from: &'a [u32],
    candidates: &'a [u32],
    take: Take,
}

impl<Take: FnMut(usize, u32, f32)> WithSimd for Comparing<'_, Take> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { points, from, candidates, mut take } = self;
        if let [a, b, c, d] = *from {
            let rows = [a, b, c, d].map(|index| points.row(index));
            let own = [a, b, c, d].map(|index| points.square(index));
            for candidate in candidates {
                let square = points.square(*candidate);
                let dots = four_dots(points.row(*candidate), rows);
                for ((which, dot), own) in dots.into_iter().enumerate().zip(own) {
                    take(which, *candidate, (own + square - 2.0 * dot).max(0.0));
                }
            }
            return;
        }
        for (which, index) in from.iter().enumerate() {
            let (row, own) = (points.row(*index), points.square(*index));
            for candidate in candidates {
                let square = points.square(*candidate) + own - 2.0 * dot(row, points.row(*candidate));
                take(which, *candidate, square.max(0.0));
            }
        }
    }
}

/// The work of [`Points::along`].
struct Projecting<'a, Take> {
    points: &'a Points,
    direction: &'a [f32],
    candidates: &'a [u32],
    take: Take,
}

impl<Take: FnMut(u32, f32)> WithSimd for Projecting<'_, Take> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { points, direction, candidates, mut take } = self;
        for candidate in candidates {
            take(*candidate, dot(direction, points.row(*candidate)));
        }
    }
}

#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    rest + sums.iter().sum::<f32>()
}

/// Four at once: what is read of the shared vector serves four times.
#[inline(always)]
fn four_dots(shared: &[f32], rows: [&[f32]; 4]) -> [f32; 4] {
    const HALF: usize = LANES / 2;
    let (chunks, rest) = shared.as_chunks::<HALF>();
    let [a, b, c, d] = rows.map(|row| row.as_chunks::<HALF>());
    let mut sums = [[0.0_f32; HALF]; 4];
    let [sum_a, sum_b, sum_c, sum_d] = &mut sums;
    for ((((shared, a), b), c), d) in chunks.iter().zip(a.0).zip(b.0).zip(c.0).zip(d.0) {
        for lane in 0..HALF {
            sum_a[lane] += shared[lane] * a[lane];
            sum_b[lane] += shared[lane] * b[lane];
            sum_c[lane] += shared[lane] * c[lane];
            sum_d[lane] += shared[lane] * d[lane];
        }
    }
    let mut dots = sums.map(|sums| sums.iter().sum::<f32>());
    for (dot, row) in dots.iter_mut().zip([a.1, b.1, c.1, d.1]) {
        *dot += rest.iter().zip(row).map(|(a, b)| a * b).sum::<f32>();
    }
    dots
}

//! A grid of numbers, and the few filters that the descriptors need. Beyond its edge the last row or column goes on.

/// Rows of numbers.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Plane {
    /// `values` has `width` × `height` numbers.
    pub(super) fn new(width: usize, height: usize, values: Vec<f32>) -> Self {
        debug_assert_eq!(values.len(), width * height, "a plane's size fits its values");
        Self { width, height, values }
    }

    /// Columns.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub(super) fn height(&self) -> usize {
        self.height
    }

    /// All numbers, row by row.
    pub(super) fn values(&self) -> &[f32] {
        &self.values
    }

    /// All rows from the top.
    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.width.max(1))
    }

    /// The row `y`, or the nearest one.
    pub(super) fn row(&self, y: isize) -> &[f32] {
        let y = y.clamp(0, self.height.saturating_sub(1) as isize) as usize;
        self.values.get(y * self.width..(y + 1) * self.width).unwrap_or_default()
    }

    /// Smoothed by 1 4 6 4 1 in both directions.
    pub(super) fn blurred(&self) -> Self {
        let mut across = Vec::with_capacity(self.values.len());
        let mut padded = Vec::with_capacity(self.width + 4);
        for row in self.rows() {
            let (first, last) =
                (row.first().copied().unwrap_or_default(), row.last().copied().unwrap_or_default());
            padded.clear();
            padded.extend([first; 2]);
            padded.extend_from_slice(row);
            padded.extend([last; 2]);
            across.extend(padded.array_windows().map(|[a, b, c, d, e]| binomial(*a, *b, *c, *d, *e)));
        }
        let across = Self { width: self.width, height: self.height, values: across };
        let mut values = Vec::with_capacity(self.values.len());
        for y in 0..self.height as isize {
            let [a, b, c, d, e] = [-2, -1, 0, 1, 2].map(|step| across.row(y + step));
            let columns = a.iter().zip(b).zip(c).zip(d).zip(e);
            values.extend(columns.map(|((((a, b), c), d), e)| binomial(*a, *b, *c, *d, *e)));
        }
        Self { width: self.width, height: self.height, values }
    }

    /// What is left of it without `other`, which has the same size.
    pub(super) fn minus(&self, other: &Self) -> Self {
        let values = self.values.iter().zip(&other.values).map(|(own, other)| own - other).collect();
        Self { width: self.width, height: self.height, values }
    }

    /// Half as large: the mean of two by two. An odd last row or column stays alone.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height as isize {
            let (upper, lower) = (self.row(2 * y), self.row(2 * y + 1));
            let mean = |(upper, lower): (&[f32], &[f32])| {
                (upper.iter().sum::<f32>() + lower.iter().sum::<f32>()) / (upper.len() + lower.len()) as f32
            };
            values.extend(upper.chunks(2).zip(lower.chunks(2)).map(mean));
        }
        Self { width, height, values }
    }

    /// Visits each number with its eight neighbours: x, y, and three above, three beside, three below.
    pub(super) fn visit_neighbourhoods(&self, mut visit: impl FnMut(usize, usize, [[f32; 3]; 3])) {
        let padded = self.padded();
        let stride = self.width + 2;
        let row = |y: usize| padded.get(y * stride..(y + 1) * stride).unwrap_or_default();
        let last = self.height.saturating_sub(1);
        for y in 0..self.height {
            let [above, beside, below] = [y.saturating_sub(1), y, (y + 1).min(last)].map(row);
            let windows = above.array_windows().zip(beside.array_windows()).zip(below.array_windows());
            for (x, ((above, beside), below)) in windows.enumerate() {
                visit(x, y, [*above, *beside, *below]);
            }
        }
    }

    /// All rows with one more number on either side.
    fn padded(&self) -> Vec<f32> {
        let mut padded = Vec::with_capacity((self.width + 2) * self.height);
        for row in self.rows() {
            padded.extend(row.first());
            padded.extend_from_slice(row);
            padded.extend(row.last());
        }
        padded
    }

    /// Visits the slope to the right and downwards at every place: x, y and the two.
    pub(super) fn visit_slopes(&self, mut visit: impl FnMut(usize, usize, f32, f32)) {
        self.visit_neighbourhoods(|x, y, [[a, b, c], [d, _, f], [g, h, i]]| {
            let right = (c + 2.0 * f + i - a - 2.0 * d - g) / 8.0;
            let down = (g + 2.0 * h + i - a - 2.0 * b - c) / 8.0;
            visit(x, y, right, down);
        });
    }
}

/// In which of `cells` equal parts each of `length` places lies.
pub(super) fn parts(length: usize, cells: usize) -> Vec<usize> {
    (0..length).map(|place| place * cells / length).collect()
}

/// The five numbers' smoothed middle.
fn binomial(a: f32, b: f32, c: f32, d: f32, e: f32) -> f32 {
    ((a + e) + 4.0 * (b + d) + 6.0 * c) / 16.0
}

/// How a place between 0 and `length` is shared out among `cells` tents of equal width: two cells with their parts,
/// which sum to one. Tents overlap, so that a small shift changes little.
pub(super) fn tents(place: usize, length: usize, cells: usize) -> [(usize, f32); 2] {
    let at = (place as f32 + 0.5) / length.max(1) as f32 * cells as f32 - 0.5;
    let at = at.clamp(0.0, cells.saturating_sub(1) as f32);
    let lower = at.floor();
    let part = at - lower;
    let lower = lower as usize;
    [(lower, 1.0 - part), ((lower + 1).min(cells.saturating_sub(1)), part)]
}

/// Zero up to `from`, one from `to` on, straight between; `from` may be the larger one.
pub(super) fn ramp(value: f32, from: f32, to: f32) -> f32 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

/// Scaled to length one; nothing happens to zeros.
pub(super) fn normalised(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        for value in &mut vector {
            *value /= length;
        }
    }
    vector
}

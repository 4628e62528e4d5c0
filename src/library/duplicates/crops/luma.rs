//! Brightness as a plane of numbers.

use crate::library::Pixels;

/// Luma of a picture, 0 to 255, rows from the top.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Plane {
    /// Transparent pixels stand over mid grey.
    pub(super) fn of(pixels: &Pixels) -> Self {
        let luma = |[red, green, blue, alpha]: [u8; 4]| {
            let luma = 0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue);
            let cover = f32::from(alpha) / 255.0;
            luma * cover + 128.0 * (1.0 - cover)
        };
        Self {
            width: pixels.width() as usize,
            height: pixels.height() as usize,
            values: pixels.iter().map(luma).collect(),
        }
    }

    /// One value; positions outside take the edge's.
    pub(super) fn at(&self, x: isize, y: isize) -> f32 {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.values.get(y * self.width + x).copied().unwrap_or(0.0)
    }

    /// Between the centres of four pixels.
    pub(super) fn between(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (across, down) = (x - left, y - top);
        let (left, top) = (left as isize, top as isize);
        let upper = self.at(left, top) * (1.0 - across) + self.at(left + 1, top) * across;
        let lower = self.at(left, top + 1) * (1.0 - across) + self.at(left + 1, top + 1) * across;
        upper * (1.0 - down) + lower * down
    }

    /// Every second column and row.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let rows = self.values.chunks(self.width.max(1)).step_by(2);
        Self { width, height, values: rows.flat_map(|row| row.iter().step_by(2).copied()).collect() }
    }

    /// With a Gaussian of the given standard deviation in pixels.
    pub(super) fn blurred(&self, sigma: f32) -> Self {
        let radius = (sigma * 3.0).ceil().max(1.0) as usize;
        let weight = |step: usize| (-0.5 * (step as f32 / sigma).powi(2)).exp();
        let weights: Vec<f32> = (0..=2 * radius).map(|at| weight(at.abs_diff(radius))).collect();
        let sum: f32 = weights.iter().sum();
        let weights: Vec<f32> = weights.iter().map(|weight| weight / sum).collect();
        let mut across = Vec::with_capacity(self.values.len());
        let mut padded = Vec::new();
        for row in self.values.chunks(self.width.max(1)) {
            let (Some(&first), Some(&last)) = (row.first(), row.last()) else { continue };
            padded.clear();
            padded.resize(radius, first);
            padded.extend_from_slice(row);
            padded.resize(padded.len() + radius, last);
            let sums = padded.windows(weights.len()).map(|window| dot(window, &weights));
            across.extend(sums);
        }
        let mut values = vec![0.0_f32; self.values.len()];
        for (y, row) in values.chunks_mut(self.width.max(1)).enumerate() {
            for (step, &weight) in weights.iter().enumerate() {
                let from = (y + step).saturating_sub(radius).min(self.height.saturating_sub(1)) * self.width;
                let source = across.get(from..from + self.width).unwrap_or_default();
                row.iter_mut().zip(source).for_each(|(sum, value)| *sum += weight * value);
            }
        }
        Self { width: self.width, height: self.height, values }
    }

    /// Scaled so that the longer side is at most `longest`; each new pixel is the mean of the area that it covers.
    pub(super) fn shrunk(self, longest: usize) -> Self {
        let side = self.width.max(self.height);
        if side <= longest {
            return self;
        }
        let scaled = |length: usize| (length * longest).div_ceil(side).max(1);
        let (width, height) = (scaled(self.width), scaled(self.height));
        let narrow = shrink_rows(&self.values, self.width, width);
        let turned = transposed(&narrow, width, self.height);
        let small = shrink_rows(&turned, self.height, height);
        Self { width, height, values: transposed(&small, height, width) }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Each row of `from` values to one of `to`, by the mean over the span that a new value covers.
fn shrink_rows(values: &[f32], from: usize, to: usize) -> Vec<f32> {
    let ratio = from as f32 / to as f32;
    let mut out = Vec::with_capacity(values.len() / from.max(1) * to);
    for row in values.chunks(from.max(1)) {
        for at in 0..to {
            let (begin, end) = (at as f32 * ratio, ((at + 1) as f32 * ratio).min(from as f32));
            let (first, last) = (begin as usize, (end.ceil() as usize).min(from));
            let covered = |at: usize| (end.min(at as f32 + 1.0) - begin.max(at as f32)).max(0.0);
            let span = row.get(first..last).unwrap_or_default();
            let sum: f32 = span.iter().enumerate().map(|(step, value)| value * covered(first + step)).sum();
            out.push(sum / (end - begin).max(f32::MIN_POSITIVE));
        }
    }
    out
}

fn transposed(values: &[f32], width: usize, height: usize) -> Vec<f32> {
    let column = |x: usize| (0..height).map(move |y| y * width + x);
    (0..width).flat_map(column).map(|at| values.get(at).copied().unwrap_or(0.0)).collect()
}

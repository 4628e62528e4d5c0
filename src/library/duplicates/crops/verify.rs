//! Comparing the pixels of a crop with the part of the source that it should be.

use super::Rect;
use super::luma::Plane;
use crate::library::Pixels;

/// Samples across and down.
const SAMPLES: usize = 48;

/// Correlation of brightness between a crop and the part `rect` of its source, −1 to 1: above 0.9 for the same pixels
/// compressed and scaled, near 0 for others. Zero where either is one flat tone. Shifts of a hundredth of the side are
/// tried too, for `rect` is only as exact as small pictures allow.
#[must_use]
pub fn verify(source: &Pixels, crop: &Pixels, rect: Rect) -> f32 {
    let (source, crop) = (Plane::of(source).shrunk(512), Plane::of(crop).shrunk(256));
    let wanted = samples(&crop, Rect::WHOLE);
    let (across, down) = ((rect.right - rect.left) / 100.0, (rect.bottom - rect.top) / 100.0);
    let mut best = -1.0_f32;
    for vertical in -2..=2 {
        for horizontal in -2..=2 {
            let (dx, dy) = (horizontal as f32 * across, vertical as f32 * down);
            let moved = Rect {
                left: rect.left + dx,
                top: rect.top + dy,
                right: rect.right + dx,
                bottom: rect.bottom + dy,
            };
            best = best.max(correlation(&wanted, &samples(&source, moved)));
        }
    }
    best
}

/// Means over a grid of cells, from four points in each.
fn samples(plane: &Plane, rect: Rect) -> Vec<f32> {
    let (width, height) = (plane.width as f32, plane.height as f32);
    let mut out = Vec::with_capacity(SAMPLES * SAMPLES);
    let point = |row: usize, column: usize, down: f32, across: f32| {
        let x = rect.left + (rect.right - rect.left) * (column as f32 + across) / SAMPLES as f32;
        let y = rect.top + (rect.bottom - rect.top) * (row as f32 + down) / SAMPLES as f32;
        plane.between(x * width - 0.5, y * height - 0.5)
    };
    for row in 0..SAMPLES {
        for column in 0..SAMPLES {
            let corners = [(0.25, 0.25), (0.25, 0.75), (0.75, 0.25), (0.75, 0.75)];
            let sum: f32 = corners.iter().map(|&(down, across)| point(row, column, down, across)).sum();
            out.push(sum / 4.0);
        }
    }
    out
}

fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let count = a.len().max(1) as f32;
    let mean = |values: &[f32]| values.iter().sum::<f32>() / count;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut shared, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        shared += a * b;
        of_a += a * a;
        of_b += b * b;
    }
    // A grey level of noise is no structure.
    if of_a < count || of_b < count { 0.0 } else { shared / (of_a * of_b).sqrt() }
}

//! The "edges" space: how strong edges of eight directions are in 4 × 4 parts of the picture.
//!
//! In the manner of MPEG-7's edge histogram, from slopes at half size with soft shares. Roots tame single hard edges;
//! the mean is taken off, so that a dot product is a correlation. A constant in front keeps pictures without edges
//! comparable.

use std::f32::consts::PI;

use super::plane::{Plane, normalised, tents};

/// Parts on a side.
const GRID: usize = 4;
/// Directions in a half turn.
const DIRECTIONS: usize = 8;
/// Numbers of a vector: the constant, then the directions of each part, row by row.
pub(super) const DIMENSIONS: usize = 1 + GRID * GRID * DIRECTIONS;
/// The constant in front, before scaling.
const CONSTANT: f32 = 0.008;

/// The vector of a picture, from its luma at half size.
pub(super) fn vector(luma: &Plane) -> Vec<f32> {
    let columns: Vec<_> = (0..luma.width()).map(|x| tents(x, luma.width(), GRID)).collect();
    let rows: Vec<_> = (0..luma.height()).map(|y| tents(y, luma.height(), GRID)).collect();
    let mut sums = [[0.0_f32; DIRECTIONS]; GRID * GRID];
    luma.visit_slopes(|x, y, right, down| {
        let strength = right.hypot(down);
        if strength < 1.0 / 512.0 {
            return;
        }
        let at = (down.atan2(right) / PI).rem_euclid(1.0) * DIRECTIONS as f32;
        let (direction, part) = (at.floor() as usize % DIRECTIONS, at - at.floor());
        for (row, down_part) in rows.get(y).into_iter().flatten() {
            for (column, right_part) in columns.get(x).into_iter().flatten() {
                let Some(cell) = sums.get_mut(row * GRID + column) else { continue };
                let share = strength * down_part * right_part;
                if let Some(target) = cell.get_mut(direction) {
                    *target += share * (1.0 - part);
                }
                if let Some(target) = cell.get_mut((direction + 1) % DIRECTIONS) {
                    *target += share * part;
                }
            }
        }
    });
    let scale = (GRID * GRID) as f32 / luma.values().len().max(1) as f32;
    let roots: Vec<f32> = sums.as_flattened().iter().map(|sum| (sum * scale).sqrt()).collect();
    let mean = roots.iter().sum::<f32>() / roots.len() as f32;
    // Divided by the root of the count, so that the constant compares with a root mean square.
    let count = (roots.len() as f32).sqrt();
    normalised(std::iter::once(CONSTANT).chain(roots.iter().map(|root| (root - mean) / count)).collect())
}

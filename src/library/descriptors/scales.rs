//! What the picture's luma holds at five sizes, each half of the one before: detail, and its directions.

use super::plane::{self, Plane};

/// Number of sizes.
pub(super) const SIZES: usize = 5;
/// Parts on a side in which detail is measured on its own.
pub(super) const GRID: usize = 8;

/// One size.
pub(super) struct Scale {
    /// Luma, 0 to 1.
    pub luma: Plane,
    /// Mean square of detail finer than what the next size can hold.
    pub energy: f32,
    /// Mean of that detail's absolute value.
    pub mean_detail: f32,
    /// `energy` in each of 8 × 8 parts, row by row.
    pub parts: [f32; GRID * GRID],
    /// How much slopes agree in direction, 0 (none preferred) to 1 (all the same).
    pub coherence: f32,
}

impl Scale {
    fn new(luma: Plane) -> Self {
        let detail = luma.minus(&luma.blurred());
        let (mut energy, mut mean_detail) = (0.0, 0.0);
        let mut parts = [(0.0_f32, 0.0_f32); GRID * GRID];
        let columns = plane::parts(luma.width(), GRID);
        for (row, down) in detail.rows().zip(plane::parts(luma.height(), GRID)) {
            for (value, across) in row.iter().zip(&columns) {
                let square = value * value;
                energy += square;
                mean_detail += value.abs();
                if let Some((sum, count)) = parts.get_mut(down * GRID + across) {
                    *sum += square;
                    *count += 1.0;
                }
            }
        }
        let count = detail.values().len().max(1) as f32;
        let (mut xx, mut yy, mut xy) = (0.0_f32, 0.0_f32, 0.0_f32);
        luma.visit_slopes(|_, _, right, down| {
            xx += right * right;
            yy += down * down;
            xy += right * down;
        });
        let both = xx + yy;
        // Below this there is nothing but rounding.
        let coherence = if both > 1e-7 * count { ((xx - yy).hypot(2.0 * xy) / both).min(1.0) } else { 0.0 };
        Self {
            luma,
            energy: energy / count,
            mean_detail: mean_detail / count,
            parts: parts.map(|(sum, count)| if count > 0.0 { sum / count } else { 0.0 }),
            coherence,
        }
    }
}

/// All sizes, the finest first.
pub(super) fn scales(luma: Plane) -> [Scale; SIZES] {
    let mut next = luma;
    std::array::from_fn(|_| {
        let half = next.halved();
        Scale::new(std::mem::replace(&mut next, half))
    })
}

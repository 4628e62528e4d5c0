//! The reciprocal points within a sphere, one of each Friedel pair.
//!
//! They come in rows of constant h and k with consecutive l. Of ±(hkl) the one whose first index other than zero is
//! positive stands for both: without anomalous scattering both have the same intensity.

use glam::DVec3;

use crate::crystal::lattice::Lattice;

use super::{
    error::DiffractionError,
    reflections::{MAX_POINTS, MAX_WORK},
};

/// Largest index: it keeps the tables of phases below 100 MB and fits the 16 bits in which indices are stored.
pub(super) const MAX_INDEX: f64 = 4000.0;

/// Points (h, k, first_l) to (h, k, first_l + count − 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) h: i32,
    pub(super) k: i32,
    pub(super) first_l: i32,
    pub(super) count: usize,
}

impl Row {
    pub(super) fn points(self) -> impl Iterator<Item = [i32; 3]> {
        (self.first_l..).take(self.count).map(move |l| [self.h, self.k, l])
    }
}

/// Whether this one of ±(hkl) stands for both; false for (000).
pub(super) fn stands_for_pair(hkl: [i32; 3]) -> bool {
    hkl > [0; 3]
}

/// The reciprocal vector in 1/Å of a point.
pub(super) fn reciprocal_vector(reciprocal: &[DVec3; 3], [h, k, l]: [i32; 3]) -> DVec3 {
    let [a, b, c] = reciprocal;
    f64::from(h) * *a + f64::from(k) * *b + f64::from(l) * *c
}

/// Refuses a limit that is not positive, or whose indices would be too large. Gives the bounds of h, k and l.
pub(super) fn check_reach(lattice: &Lattice, g_max: f64) -> Result<[f64; 3], DiffractionError> {
    let reach = lattice.vectors().map(|vector| vector.length() * g_max);
    if !(g_max > 0.0 && reach.iter().all(|limit| *limit <= MAX_INDEX)) {
        return Err(DiffractionError::Reach { g_max_per_angstrom: g_max });
    }
    Ok(reach)
}

/// Refuses what would take too long or too much memory, before anything is computed.
pub(super) fn check_size(lattice: &Lattice, sites: usize, g_max: f64) -> Result<(), DiffractionError> {
    let [h, k, _] = check_reach(lattice, g_max)?;
    let sphere = 4.0 / 3.0 * std::f64::consts::PI * g_max.powi(3) * lattice.volume_angstrom3();
    let rows = (h + 1.0) * (2.0 * k + 1.0);
    let reflections = (0.5 * sphere).max(rows);
    if reflections > MAX_POINTS || reflections * sites as f64 > MAX_WORK {
        return Err(DiffractionError::TooLarge { reflections, sites });
    }
    Ok(())
}

/// Every row that has a point with 0 < |g| ≤ `g_max`, in the order of h, k, l.
///
/// |hᵢ| = |g·aᵢ| ≤ g_max·|aᵢ| bounds h and k; l runs between the roots of |g|² = g_max².
pub(super) fn rows(lattice: &Lattice, g_max: f64) -> Vec<Row> {
    let reciprocal = lattice.reciprocal_vectors();
    let [h_max, k_max, _] = lattice.vectors().map(|vector| (vector.length() * g_max + 1e-9).floor() as i32);
    let c_star = reciprocal[2];
    let c_squared = c_star.length_squared();
    let mut rows = Vec::new();
    for h in 0..=h_max {
        let first_k = if h == 0 { 0 } else { -k_max };
        for k in first_k..=k_max {
            let base = reciprocal_vector(&reciprocal, [h, k, 0]);
            let centre = -base.dot(c_star) / c_squared;
            let rest = centre * centre - (base.length_squared() - g_max * g_max) / c_squared;
            if rest < -1e-9 {
                continue;
            }
            let half = rest.max(0.0).sqrt();
            let inside = |l: i32| {
                stands_for_pair([h, k, l]) && reciprocal_vector(&reciprocal, [h, k, l]).length() <= g_max
            };
            let (low, high) = ((centre - half).floor() as i32 - 1, (centre + half).ceil() as i32 + 1);
            // The sphere is convex, so the points inside are consecutive.
            let Some(first_l) = (low..=high).find(|l| inside(*l)) else { continue };
            let count = (first_l..=high).take_while(|l| inside(*l)).count();
            rows.push(Row { h, k, first_l, count });
        }
    }
    rows
}

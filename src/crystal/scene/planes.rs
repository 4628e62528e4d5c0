//! Lattice planes in the cell.

use glam::DVec3;

use super::{Face, Rgba};
use crate::crystal::lattice::Lattice;

/// The planes of one set of Miller indices in a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct LatticePlanes {
    /// The parts inside the cell, in the order of their distance from the origin along the normal.
    pub faces: Vec<Face>,
    /// How many more planes pass through the cell.
    pub left_out: u64,
    /// Distance between neighbouring planes in Å.
    pub spacing_angstrom: f64,
}

/// The planes hx + ky + lz = n that pass through the cell, cut at its walls: polygons of three to six corners. Walls of the
/// cell count as planes; planes that touch it in a corner or an edge do not. Of more than `max_planes` those nearest to the
/// middle are taken.
///
/// Indices with a common divisor mean what they say: (200) has twice as many planes as (100). `None` for (000), which is no
/// plane.
#[must_use]
pub fn lattice_planes(
    lattice: &Lattice,
    hkl: [i32; 3],
    max_planes: usize,
    color: Rgba,
) -> Option<LatticePlanes> {
    let indices = hkl.map(i64::from);
    if indices == [0; 3] {
        return None;
    }
    let mut first: i64 = indices.iter().filter(|index| **index < 0).sum();
    let mut last: i64 = indices.iter().filter(|index| **index > 0).sum();
    if indices.iter().filter(|index| **index != 0).count() > 1 {
        (first, last) = (first + 1, last - 1);
    }
    let count = (last - first + 1).max(0) as u64;
    let taken = count.min(max_planes as u64);
    let begin = first + ((count - taken) / 2) as i64;
    let normal = lattice
        .reciprocal_vectors()
        .into_iter()
        .zip(indices)
        .map(|(vector, index)| vector * index as f64)
        .sum::<DVec3>();
    let faces = (begin..begin + taken as i64)
        .filter_map(|n| polygon(lattice, indices, n, normal))
        .map(|corners| Face { corners: corners.iter().map(|corner| corner.as_vec3()).collect(), color })
        .collect();
    Some(LatticePlanes { faces, left_out: count - taken, spacing_angstrom: 1.0 / normal.length() })
}

/// Corners of one plane's part in the cell, in order, Å.
fn polygon(lattice: &Lattice, indices: [i64; 3], n: i64, normal: DVec3) -> Option<Vec<DVec3>> {
    let mut corners: Vec<DVec3> = Vec::with_capacity(6);
    for axis in 0..3_usize {
        let (second, third) = ((axis + 1) % 3, (axis + 2) % 3);
        for mask in 0..4_i64 {
            let (v, w) = (mask & 1, mask >> 1);
            let [Some(own), Some(at_second), Some(at_third)] =
                [axis, second, third].map(|place| indices.get(place).copied())
            else {
                continue;
            };
            let mut rest = n - v * at_second - w * at_third;
            let size = own.abs();
            rest *= own.signum();
            // In whole numbers, so that a corner of the cell is one point whichever edge it is found on.
            if size == 0 || rest < 0 || rest > size {
                continue;
            }
            let mut frac = [0.0; 3];
            for (place, value) in [(axis, rest as f64 / size as f64), (second, v as f64), (third, w as f64)] {
                if let Some(slot) = frac.get_mut(place) {
                    *slot = value;
                }
            }
            let frac = DVec3::from_array(frac);
            if !corners.contains(&frac) {
                corners.push(frac);
            }
        }
    }
    if corners.len() < 3 {
        return None;
    }
    for corner in &mut corners {
        *corner = lattice.cart_from_frac(*corner);
    }
    let middle = corners.iter().sum::<DVec3>() / corners.len() as f64;
    let right = (corners.first().copied()? - middle).normalize_or_zero();
    let up = normal.normalize_or_zero().cross(right);
    let angle = |corner: &DVec3| (*corner - middle).dot(up).atan2((*corner - middle).dot(right));
    corners.sort_by(|a, b| angle(a).total_cmp(&angle(b)));
    Some(corners)
}

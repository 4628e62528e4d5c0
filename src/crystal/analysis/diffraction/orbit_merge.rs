//! Merging by symmetry: each orbit of the Laue group is a family; orbits at one angle are a peak.

use super::{
    pattern::{Family, Peak, Window},
    reflections::{Orbit, Reflections},
};

/// Orbits closer than this in 2θ to the first of a peak belong to it. No diffractometer tells them apart; noise of a
/// millionth in the cell of a structure without symmetry stays below it.
const MERGE_DEG: f64 = 1e-4;
/// A family that adds less than this share to its peak is not named: it is forbidden, but for rounding.
const LEAST_SHARE: f64 = 1e-6;

pub(super) fn peaks(reflections: &Reflections, window: &Window) -> Vec<Peak> {
    let mut peaks: Vec<Peak> = Vec::new();
    let mut parts: Vec<(f64, &Orbit)> = Vec::new();
    for orbit in &reflections.orbits {
        let Some((two_theta_deg, factor)) = window.place(orbit.g) else { continue };
        let sum = 2.0 * orbit.count as f64 * orbit.f_squared;
        let close = |peak: &&mut Peak| two_theta_deg - peak.two_theta_deg < MERGE_DEG;
        if let Some(peak) = peaks.last_mut().filter(close) {
            peak.f_squared_sum += sum;
            peak.intensity += sum * factor;
        } else {
            finish(peaks.last_mut(), &mut parts, reflections);
            peaks.push(Peak {
                two_theta_deg,
                intensity: sum * factor,
                d_angstrom: 1.0 / orbit.g,
                f_squared_sum: sum,
                families: Vec::new(),
            });
        }
        parts.push((sum, orbit));
    }
    finish(peaks.last_mut(), &mut parts, reflections);
    peaks
}

/// Names the families of a complete peak, the largest indices first.
fn finish(peak: Option<&mut Peak>, parts: &mut Vec<(f64, &Orbit)>, reflections: &Reflections) {
    let Some(peak) = peak else { return };
    let strong = parts.drain(..).filter(|(sum, _)| *sum > LEAST_SHARE * peak.f_squared_sum);
    let family = |(_, orbit): (f64, &Orbit)| {
        let largest = reflections.members_of(orbit).iter().max()?;
        Some(Family {
            hkl: largest.map(i32::from),
            multiplicity: 2 * orbit.count as u32,
            four_index: reflections.four_index,
        })
    };
    peak.families = strong.filter_map(family).collect();
    peak.families.sort_by_key(|family| std::cmp::Reverse(family.hkl));
}

//! Merging as pymatgen does it (2026.10: `analysis/diffraction/xrd.py`, `neutron.py` and `core.py`).
//!
//! Reflections come by |g|, then by falling h, k, l. Those whose 2θ rounds to the same multiple of 1e-5° are one peak,
//! at the angle of the first. Older versions compared with the peaks found so far instead (|Δ2θ| < 1e-5°); the two
//! differ only where reflections are that close without being equal. Families are sets of indices equal up to order
//! and signs, in hexagonal cells of all four indices (hkil).

use super::{
    pattern::{Family, Peak, Window},
    reflections::Reflections,
};

/// Width of a bin of 2θ in degrees.
const BIN_DEG: f64 = 1e-5;

pub(super) fn peaks(reflections: &Reflections, window: &Window) -> Vec<Peak> {
    let mut peaks: Vec<Peak> = Vec::new();
    let mut families = Families::new(reflections.four_index);
    let mut bin = f64::NAN;
    for orbit in &reflections.orbits {
        let Some((two_theta_deg, factor)) = window.place(orbit.g) else { continue };
        let own_bin = (two_theta_deg / BIN_DEG).round_ties_even();
        if own_bin != bin {
            if let Some(peak) = peaks.last_mut() {
                peak.families = families.take();
            }
            bin = own_bin;
            peaks.push(Peak {
                two_theta_deg,
                intensity: 0.0,
                d_angstrom: 1.0 / orbit.g,
                f_squared_sum: 0.0,
                families: Vec::new(),
            });
        }
        let Some(peak) = peaks.last_mut() else { continue };
        // Both of each Friedel pair.
        let sum = 2.0 * orbit.count as f64 * orbit.f_squared;
        peak.f_squared_sum += sum;
        peak.intensity += sum * factor;
        for hkl in reflections.members_of(orbit) {
            families.add(hkl.map(i32::from));
        }
    }
    if let Some(peak) = peaks.last_mut() {
        peak.families = families.take();
    }
    peaks
}

/// The families of one peak, in the order in which they were met.
struct Families {
    four_index: bool,
    found: Vec<([i32; 4], Family)>,
}

impl Families {
    fn new(four_index: bool) -> Self {
        Self { four_index, found: Vec::new() }
    }

    /// Both of a Friedel pair; `hkl` is the larger one.
    fn add(&mut self, hkl: [i32; 3]) {
        let [h, k, l] = hkl;
        let i = if self.four_index { -h - k } else { 0 };
        let mut key = [h, k, i, l].map(i32::abs);
        key.sort_unstable();
        if let Some((_, family)) = self.found.iter_mut().find(|(known, _)| *known == key) {
            family.multiplicity += 2;
            family.hkl = family.hkl.max(hkl);
        } else {
            self.found.push((key, Family { hkl, multiplicity: 2, four_index: self.four_index }));
        }
    }

    fn take(&mut self) -> Vec<Family> {
        std::mem::take(&mut self.found).into_iter().map(|(_, family)| family).collect()
    }
}

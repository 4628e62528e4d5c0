//! The structure factor of one reflection, and what each site adds to it: for tinting atoms by phase.

use std::f64::consts::{PI, TAU};

use crate::crystal::structure::Structure;

use super::{
    atoms::{Displacements, atoms},
    error::DiffractionError,
    points::reciprocal_vector,
    radiation::Probe,
    scattering::Scattering,
};

/// F(hkl) = Σ f exp(2πi(hx + ky + lz)) of one reflection.
#[derive(Clone, Debug, PartialEq)]
pub struct StructureFactor {
    /// Distance of the planes in Å.
    pub d_angstrom: f64,
    /// |F| in electrons (X-rays) or fm (neutrons).
    pub amplitude: f64,
    /// arg F in radians, −π to π.
    pub phase_rad: f64,
    /// What each site of the structure adds, as (real, imaginary) part.
    pub contributions: Vec<(f64, f64)>,
}

/// The structure factor of the reflection hkl of a structure as its numbers stand.
///
/// # Errors
/// For molecules, empty structures, unusable numbers, elements without an entry, and for (000), which is no reflection.
pub fn structure_factor(
    structure: &Structure,
    probe: Probe,
    displacements: &Displacements,
    hkl: [i32; 3],
) -> Result<StructureFactor, DiffractionError> {
    let (atoms, _) = atoms(structure, probe, displacements)?;
    let g = reciprocal_vector(&structure.lattice.reciprocal_vectors(), hkl);
    if hkl == [0; 3] || !g.is_finite() {
        return Err(DiffractionError::Reach { g_max_per_angstrom: g.length() });
    }
    let mut contributions = vec![(0.0, 0.0); structure.sites.len()];
    for atom in &atoms {
        let f = Scattering::of(atom.element, probe)?.amplitude(0.25 * g.length_squared());
        let exponent = (2.0 * PI * PI * g.dot(atom.motion.tensor() * g)).max(0.0);
        let weight = f * atom.occupancy * (-exponent).exp();
        let [h, k, l] = hkl.map(f64::from);
        let turns = h * atom.frac.x + k * atom.frac.y + l * atom.frac.z;
        let (sine, cosine) = (TAU * (turns - turns.floor())).sin_cos();
        if let Some((re, im)) = contributions.get_mut(atom.site) {
            *re += weight * cosine;
            *im += weight * sine;
        }
    }
    let (re, im) = contributions.iter().fold((0.0_f64, 0.0_f64), |(re, im), (x, y)| (re + x, im + y));
    Ok(StructureFactor {
        d_angstrom: 1.0 / g.length(),
        amplitude: re.hypot(im),
        phase_rad: im.atan2(re),
        contributions,
    })
}

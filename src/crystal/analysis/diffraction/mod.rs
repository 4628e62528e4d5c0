//! Powder diffraction of X-rays and neutrons.
//!
//! [`reflections::Reflections`] hold |g| and |F|² of everything within a sphere of reciprocal space, whatever the
//! wavelength; they can be stored. [`pattern::Pattern`] turns them into peaks over 2θ for one [`radiation::Radiation`].
//! [`mod@profile`] gives the peaks a shape; [`measured`] reads a measurement and lays it over a pattern.
//! [`structure_factor()`] looks into one reflection. Kinematic scattering, no absorption, no texture, no anomalous
//! scattering; neutral atoms.

mod amplitudes;
mod atoms;
mod bytes;
mod error;
pub mod measured;
mod orbit_merge;
mod parity;
pub mod pattern;
mod phases;
mod points;
pub mod profile;
pub mod radiation;
pub mod reflections;
pub mod scattering;
pub mod structure_factor;
pub mod symmetry;

pub use atoms::Displacements;
pub use bytes::VERSION as REFLECTIONS_VERSION;
pub use error::DiffractionError;
pub use measured::Measurement;
pub use pattern::{Family, Merge, Pattern, PatternSettings, Peak};
pub use profile::{CrystalSize, Grid, Profile, ProfileSettings, profile, profile_at};
pub use radiation::{Probe, Radiation};
pub use reflections::{Reflection, Reflections};
pub use structure_factor::{StructureFactor, structure_factor};
pub use symmetry::IdealCell;

use crate::crystal::structure::Structure;

/// The pattern of a structure in one step: its reflections as far as the range needs them, merged.
///
/// # Errors
/// As [`Reflections::new`] and [`Pattern::new`].
pub fn pattern_of(
    structure: &Structure,
    probe: Probe,
    displacements: &Displacements,
    settings: &PatternSettings,
) -> Result<Pattern, DiffractionError> {
    let g_max = settings.g_max_per_angstrom()?;
    let reflections = match settings.merge {
        Merge::Parity => Reflections::new(structure, probe, displacements, g_max)?,
        Merge::Symmetrized => Reflections::symmetrized(structure, probe, displacements, g_max)?,
    };
    Pattern::new(&reflections, settings)
}

//! Powder patterns of two crystals, and their difference.

use serde::Serialize;

use super::{ComparisonError, CurveDifference, Which, check_both};
use crate::crystal::{
    analysis::diffraction::{
        Displacements, Grid, Pattern, PatternSettings, Probe, ProfileSettings, pattern_of, profile_at,
    },
    structure::Structure,
};

/// Step of the curves in degrees of 2θ: five points on a line's width.
const STEP_DEG: f64 = 0.02;

/// Powder patterns as curves, each with 100 at its highest point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PatternComparison {
    /// The wavelength in Å.
    pub wavelength_angstrom: f64,
    /// Angles in degrees.
    pub two_theta_deg: Vec<f64>,
    /// The curves.
    pub profile: CurveDifference,
    /// Σ|difference| / Σ(first + second): 0 for equal patterns, 1 for patterns without a common line.
    pub distance: f64,
}

/// Compares the powder patterns on the same angles.
///
/// # Errors
/// When one of them has no pattern.
pub fn compare_patterns(
    first: &Structure,
    second: &Structure,
    probe: Probe,
    settings: &PatternSettings,
    shape: &ProfileSettings,
) -> Result<PatternComparison, ComparisonError> {
    check_both(first, second)?;
    let failed = |which| move |source| ComparisonError::Diffraction { which, source };
    let pattern = |structure, which| -> Result<Pattern, ComparisonError> {
        pattern_of(structure, probe, &Displacements::Ignored, settings).map_err(failed(which))
    };
    let patterns = (pattern(first, Which::First)?, pattern(second, Which::Second)?);
    let grid = Grid {
        start_deg: settings.lower_deg,
        end_deg: settings.upper_deg.unwrap_or(180.0),
        step_deg: STEP_DEG,
    };
    let two_theta_deg = grid.angles_deg().map_err(failed(Which::First))?;
    let curve = |pattern: &Pattern, which| profile_at(pattern, shape, &two_theta_deg).map_err(failed(which));
    let (a, b) = (curve(&patterns.0, Which::First)?, curve(&patterns.1, Which::Second)?);
    let profile = CurveDifference::new(&a, &b);
    let all: f64 = a.iter().chain(&b).sum();
    let apart: f64 = profile.difference.iter().map(|difference| difference.abs()).sum();
    let distance = if all > 0.0 { apart / all } else { 0.0 };
    let wavelength_angstrom = settings.radiation.wavelength_angstrom();
    Ok(PatternComparison { wavelength_angstrom, two_theta_deg, profile, distance })
}

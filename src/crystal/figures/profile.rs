//! The shape of a pattern's lines in a figure.

use super::{FigureFailure, XrdSettings};
use crate::crystal::analysis::diffraction::{CrystalSize, Grid, Pattern, ProfileSettings, profile_at};

/// Points of a curve, so that a page of a figure shows no corners.
const POINTS: f64 = 6000.0;
/// Points within a line's width.
const POINTS_PER_LINE: f64 = 12.0;
/// The finest grid.
const MAX_POINTS: f64 = 60_000.0;

/// How lines look by the settings of a figure.
#[must_use]
pub fn profile_settings(settings: &XrdSettings) -> ProfileSettings {
    let (u_deg2, v_deg2, w_deg2) = settings.caglioti_deg2;
    ProfileSettings {
        eta: settings.eta,
        u_deg2,
        v_deg2,
        w_deg2,
        crystal_size: (settings.crystallite_nm > 0.0).then(|| CrystalSize::from_nm(settings.crystallite_nm)),
        doublet: settings.doublet,
        ..ProfileSettings::default()
    }
}

/// The curve of a pattern over its range: (2θ in degrees, intensity with 100 at the highest point). Its points are denser
/// where lines are.
///
/// # Errors
/// When a line has no width, or the range is empty.
pub fn points(pattern: &Pattern, settings: &XrdSettings) -> Result<Vec<(f64, f64)>, FigureFailure> {
    let shape = profile_settings(settings);
    let (start_deg, end_deg) = settings.two_theta_deg;
    let step = (end_deg - start_deg) / POINTS;
    let mut angles = Grid { start_deg, end_deg, step_deg: step }.angles_deg()?;
    let wavelength = pattern.radiation.wavelength_angstrom();
    let mut fine = Vec::new();
    for peak in &pattern.peaks {
        let (width, _) = shape.shape(peak.two_theta_deg, wavelength)?;
        let fine_step = (width / POINTS_PER_LINE).max((end_deg - start_deg) / MAX_POINTS);
        if fine_step < step && (fine.len() as f64) < MAX_POINTS {
            let count = (3.0 * width / fine_step) as i32;
            let at = |index: i32| peak.two_theta_deg + f64::from(index) * fine_step;
            fine.extend((-count..=count).map(at).filter(|angle| (start_deg..=end_deg).contains(angle)));
        }
    }
    angles.extend(fine);
    angles.sort_unstable_by(f64::total_cmp);
    angles.dedup();
    let heights = profile_at(pattern, &shape, &angles)?;
    Ok(angles.into_iter().zip(heights).collect())
}

//! A calculated pattern laid over a measurement: scale, zero shift, and how far the two are apart.
//!
//! The model is y = background + s·profile + c. The constant c is what the background estimate leaves (it follows the
//! lower edge of the noise). s and c come from linear least squares with the weights w = 1/σ². Figures as in Young, The
//! Rietveld Method (1993), chapter 1: R_wp² = Σ w (y_obs − y)² / Σ w y_obs², and the same with the background taken off
//! y_obs in the denominator, which a high background cannot flatter.

use crate::crystal::analysis::diffraction::{
    error::DiffractionError,
    pattern::Pattern,
    profile::{ProfileSettings, profile_at},
};

use super::{
    BackgroundSettings, Matching, MeasuredPeak, Measurement, PeakSettings, background, find_peaks,
    match_peaks,
};

/// How to compare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComparisonSettings {
    /// Shape of the calculated lines; its zero shift is replaced by the one found, its scale does not matter.
    pub profile: ProfileSettings,
    /// Of the measurement.
    pub background: BackgroundSettings,
    /// Of the measurement.
    pub peaks: PeakSettings,
    /// How far in degrees a measured peak may be from the calculated one, zero shift included.
    pub window_deg: f64,
}

impl Default for ComparisonSettings {
    fn default() -> Self {
        Self {
            profile: ProfileSettings::default(),
            background: BackgroundSettings::default(),
            peaks: PeakSettings::default(),
            window_deg: 0.3,
        }
    }
}

/// A pattern laid over a measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The background at every measured point.
    pub background: Vec<f64>,
    /// The calculated curve at every measured point, background included.
    pub calculated: Vec<f64>,
    /// The peaks of the measurement.
    pub peaks: Vec<MeasuredPeak>,
    /// Which of them are which of the pattern.
    pub matching: Matching,
    /// Measured intensity per intensity of the profile (areas in degrees); 0 where the fit would turn it negative.
    pub scale: f64,
    /// The constant that the fit adds to the background.
    pub offset: f64,
    /// R_wp as a fraction.
    pub r_wp: f64,
    /// R_wp with the background taken off, as a fraction.
    pub r_wp_without_background: f64,
}

/// Lays a pattern over a measurement.
///
/// # Errors
/// When the measurement is too short or a setting of the profile is outside its range.
pub fn compare(
    pattern: &Pattern,
    measurement: &Measurement,
    settings: &ComparisonSettings,
) -> Result<Comparison, DiffractionError> {
    let (Some(first), Some(last)) = (measurement.two_theta_deg.first(), measurement.two_theta_deg.last())
    else {
        return Err(DiffractionError::Measurement("it has no points"));
    };
    if !(settings.window_deg > 0.0 && settings.window_deg.is_finite()) {
        return Err(DiffractionError::Measurement("the window for matching peaks is not a positive number"));
    }
    let background = background(measurement, &settings.background);
    let peaks = find_peaks(measurement, &background, &settings.peaks);
    let matching = match_peaks(&peaks, pattern, settings.window_deg, (*first, *last));
    let shape =
        ProfileSettings { zero_shift_deg: matching.zero_shift_deg, scaled: false, ..settings.profile };
    let curve = profile_at(pattern, &shape, &measurement.two_theta_deg)?;
    let (scale, offset) = fit(measurement, &background, &curve);
    let calculated: Vec<f64> =
        curve.iter().zip(&background).map(|(value, base)| base + scale * value + offset).collect();
    let (mut misfit, mut all, mut net) = (0.0, 0.0, 0.0);
    let points = measurement.intensity.iter().zip(&measurement.sigma);
    for (((observed, sigma), value), base) in points.zip(&calculated).zip(&background) {
        let weight = weight(*sigma);
        misfit += weight * (observed - value).powi(2);
        all += weight * observed.powi(2);
        net += weight * (observed - base - offset).powi(2);
    }
    let ratio = |sum: f64| if sum > 0.0 { (misfit / sum).sqrt() } else { f64::INFINITY };
    Ok(Comparison {
        r_wp: ratio(all),
        r_wp_without_background: ratio(net),
        background,
        calculated,
        peaks,
        matching,
        scale,
        offset,
    })
}

fn weight(sigma: f64) -> f64 {
    if sigma > 0.0 { 1.0 / (sigma * sigma) } else { 0.0 }
}

/// Scale and offset by weighted least squares.
fn fit(measurement: &Measurement, background: &[f64], curve: &[f64]) -> (f64, f64) {
    let (mut n, mut x, mut y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let points = measurement.intensity.iter().zip(&measurement.sigma);
    for (((observed, sigma), base), value) in points.zip(background).zip(curve) {
        let (weight, net) = (weight(*sigma), observed - base);
        n += weight;
        x += weight * value;
        y += weight * net;
        xx += weight * value * value;
        xy += weight * value * net;
    }
    let mean = if n > 0.0 { y / n } else { 0.0 };
    let determinant = n * xx - x * x;
    // A curve without any line cannot be told from a constant.
    if determinant <= 1e-12 * n * xx {
        return (0.0, mean);
    }
    let scale = (n * xy - x * y) / determinant;
    if scale > 0.0 { (scale, (y - scale * x) / n) } else { (0.0, mean) }
}

//! The background under the lines.
//!
//! SNIP (Ryan et al., Nucl. Instrum. Methods B 34 (1988) 396), with the window shrinking as in Morháč et al., Nucl.
//! Instrum. Methods A 401 (1997) 113: on v = ln(ln(√(I+1)+1)+1), which makes strong and weak lines alike, every value is
//! replaced by the mean of its neighbours p points away where that is lower, for p from the window down to 1. A running
//! mean over three points comes before, so that single low counts do not pull the line down; intensities below zero
//! count as zero.

use super::Measurement;

/// How the background is found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BackgroundSettings {
    /// Half width in degrees of what counts as a line: about twice the width of the broadest.
    pub half_window_deg: f64,
}

impl Default for BackgroundSettings {
    fn default() -> Self {
        Self { half_window_deg: 1.5 }
    }
}

/// A window has at most this many points to each side.
const MAX_WINDOW: usize = 2000;

/// The background at every point of a measurement.
#[must_use]
pub fn background(measurement: &Measurement, settings: &BackgroundSettings) -> Vec<f64> {
    let step = measurement.step_deg();
    let points = (settings.half_window_deg / step).round();
    let most = MAX_WINDOW.min(measurement.intensity.len() / 2);
    let window = if points.is_finite() && points > 1.0 { (points as usize).min(most) } else { 1 };
    let mut values: Vec<f64> = smoothed(&measurement.intensity)
        .iter()
        .map(|intensity| ((intensity.max(0.0) + 1.0).sqrt() + 1.0).ln().ln_1p())
        .collect();
    let mut clipped = values.clone();
    for p in (1..=window).rev() {
        let ends = values.iter().zip(values.get(2 * p..).unwrap_or_default());
        for ((low, high), middle) in ends.zip(clipped.get_mut(p..).unwrap_or_default()) {
            *middle = middle.min(0.5 * (low + high));
        }
        values.copy_from_slice(&clipped);
    }
    values.iter().map(|v| (v.exp_m1().exp() - 1.0).powi(2) - 1.0).map(|b| b.max(0.0)).collect()
}

/// Mean of each value and its neighbours.
fn smoothed(values: &[f64]) -> Vec<f64> {
    let inner = values.windows(3).map(|three| three.iter().sum::<f64>() / 3.0);
    let first = values.first().copied().into_iter();
    let last = values.last().copied().into_iter();
    first.chain(inner).chain(last).take(values.len()).collect()
}

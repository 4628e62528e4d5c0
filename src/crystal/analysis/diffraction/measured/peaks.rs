//! Peaks of a measurement, by prominence.
//!
//! The curve above the background is smoothed (a parabola through five points, Savitzky and Golay). A local maximum is a
//! peak when it stands out by enough: its prominence is its height above the higher of the two lowest points between it
//! and the next higher ground on either side (or the end of the data). The place of a peak is the centroid of what
//! rises above half its prominence.

use super::{Measurement, median};

/// What counts as a peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeakSettings {
    /// Least prominence relative to the highest point above the background.
    pub least_share: f64,
    /// Least prominence in standard deviations of the noise.
    pub least_sigmas: f64,
}

impl Default for PeakSettings {
    fn default() -> Self {
        Self { least_share: 0.005, least_sigmas: 4.0 }
    }
}

/// A peak of a measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasuredPeak {
    /// Its place, in degrees.
    pub two_theta_deg: f64,
    /// Height of its top above the background.
    pub height: f64,
    /// How far it stands out of its surroundings.
    pub prominence: f64,
    /// Width in degrees at half its prominence.
    pub width_deg: f64,
}

/// The peaks above a background, by rising angle.
#[must_use]
pub fn find_peaks(
    measurement: &Measurement,
    background: &[f64],
    settings: &PeakSettings,
) -> Vec<MeasuredPeak> {
    let above: Vec<f64> = measurement.intensity.iter().zip(background).map(|(i, b)| i - b).collect();
    let curve = smoothed(&above);
    let highest = curve.iter().copied().fold(0.0, f64::max);
    let least =
        (settings.least_share * highest).max(settings.least_sigmas * noise(&above)).max(f64::MIN_POSITIVE);
    let tops = maxima(&curve);
    let left = bases(&curve, &tops, false);
    let right = bases(&curve, &tops, true);
    let mut peaks = Vec::new();
    for ((top, left), right) in tops.into_iter().zip(left).zip(right) {
        let Some(&height) = curve.get(top) else { continue };
        let prominence = height - left.max(right);
        if prominence >= least {
            peaks.extend(placed(&measurement.two_theta_deg, &curve, top, height, prominence));
        }
    }
    peaks
}

/// Quadratic smoothing over five points; the ends stay as they are.
fn smoothed(values: &[f64]) -> Vec<f64> {
    let mut out = values.to_vec();
    for (five, place) in values.windows(5).zip(out.get_mut(2..).unwrap_or_default()) {
        if let [a, b, c, d, e] = five {
            *place = (-3.0 * a + 12.0 * b + 17.0 * c + 12.0 * d - 3.0 * e) / 35.0;
        }
    }
    out
}

/// Standard deviation of the noise, from the second differences: lines hardly enter into their median.
fn noise(values: &[f64]) -> f64 {
    let mut differences: Vec<f64> = values
        .windows(3)
        .filter_map(|three| match three {
            [a, b, c] => Some((a - 2.0 * b + c).abs()),
            _ => None,
        })
        .collect();
    // A median of |x| is 0.6745 σ; a second difference has √6 times the σ of a point.
    median(&mut differences).unwrap_or(0.0) / (0.6745 * 6.0_f64.sqrt())
}

/// Points higher than both neighbours; the middle of a plateau.
fn maxima(curve: &[f64]) -> Vec<usize> {
    let mut tops = Vec::new();
    let mut rising_from = None;
    for (index, pair) in curve.windows(2).enumerate() {
        let [a, b] = pair else { continue };
        if b > a {
            rising_from = Some(index + 1);
        } else if b < a
            && let Some(start) = rising_from.take()
        {
            tops.push(start.midpoint(index));
        }
    }
    tops
}

/// The lowest value between each top and the next higher point to one side, or the end.
///
/// One pass with a stack of (value, lowest value since it): each point enters and leaves once.
fn bases(curve: &[f64], tops: &[usize], to_the_right: bool) -> Vec<f64> {
    let mut lowest = vec![0.0; curve.len()];
    let mut stack: Vec<(f64, f64)> = Vec::new();
    let mut visit = |index: usize, value: f64| {
        let mut low = value;
        while let Some(&(height, since)) = stack.last() {
            if height > value {
                break;
            }
            low = low.min(since);
            stack.pop();
        }
        if let Some(place) = lowest.get_mut(index) {
            *place = low;
        }
        stack.push((value, low));
    };
    if to_the_right {
        curve.iter().enumerate().rev().for_each(|(index, value)| visit(index, *value));
    } else {
        curve.iter().enumerate().for_each(|(index, value)| visit(index, *value));
    }
    tops.iter().map(|top| lowest.get(*top).copied().unwrap_or(0.0)).collect()
}

fn placed(angles: &[f64], curve: &[f64], top: usize, height: f64, prominence: f64) -> Option<MeasuredPeak> {
    let level = height - 0.5 * prominence;
    let is_above = |index: &usize| curve.get(*index).is_some_and(|value| *value > level);
    let first = (0..=top).rev().take_while(is_above).last()?;
    let last = (top..curve.len()).take_while(is_above).last()?;
    let crossing = |inside: usize, outside: Option<usize>| {
        let inner = (*angles.get(inside)?, *curve.get(inside)?);
        let Some(outer) = outside.and_then(|o| Some((*angles.get(o)?, *curve.get(o)?))) else {
            return Some(inner.0);
        };
        Some(inner.0 + (outer.0 - inner.0) * (inner.1 - level) / (inner.1 - outer.1))
    };
    let (from, to) = (crossing(first, first.checked_sub(1))?, crossing(last, Some(last + 1))?);
    // The polygon above the level, with its two crossings, in trapezoids.
    let inner = (first..=last).filter_map(|i| Some((*angles.get(i)?, curve.get(i)? - level)));
    let corners: Vec<(f64, f64)> = [(from, 0.0)].into_iter().chain(inner).chain([(to, 0.0)]).collect();
    let (mut area, mut moment) = (0.0, 0.0);
    for pair in corners.windows(2) {
        let [(x0, y0), (x1, y1)] = pair else { continue };
        let width = x1 - x0;
        area += 0.5 * width * (y0 + y1);
        // ∫ (x − from) y over the trapezoid.
        let (u0, u1) = (x0 - from, x1 - from);
        moment += width * (y0 * (2.0 * u0 + u1) + y1 * (u0 + 2.0 * u1)) / 6.0;
    }
    let two_theta_deg = if area > 0.0 { from + moment / area } else { *angles.get(top)? };
    Some(MeasuredPeak { two_theta_deg, height, prominence, width_deg: to - from })
}

//! Which measured peak is which calculated one.
//!
//! First the zero shift: of all differences measured − calculated within the window, the values around which most
//! calculated intensity gathers. Then pairs: all within the window after the shift, the closest first; each peak is used
//! once. The mean difference of the pairs, weighted with the calculated intensities, refines the shift.

use crate::crystal::analysis::diffraction::pattern::Pattern;

use super::MeasuredPeak;

/// A measured peak and the calculated one it belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Index into the measured peaks.
    pub measured: usize,
    /// Index into the peaks of the pattern.
    pub calculated: usize,
    /// Measured − calculated 2θ in degrees, the zero shift taken off.
    pub difference_deg: f64,
}

/// How the peaks of a measurement and of a pattern belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Matching {
    /// By rising angle.
    pub pairs: Vec<Pair>,
    /// How much larger the measured angles are throughout, in degrees.
    pub zero_shift_deg: f64,
    /// ⟨|Δ2θ|⟩ over the pairs, in degrees, the shift taken off; `None` without pairs.
    pub mean_difference_deg: Option<f64>,
    /// F_N = N/(⟨|Δ2θ|⟩ N_poss) of Smith and Snyder, J. Appl. Cryst. 12 (1979) 60, in 1/degree: N pairs, N_poss
    /// calculated peaks up to the last of them. As the pattern leaves out what is too weak to see, N_poss is smaller
    /// than with every line that symmetry allows. `None` without pairs or differences.
    pub smith_snyder: Option<f64>,
    /// Measured peaks that belong to no calculated one.
    pub unexplained: Vec<usize>,
    /// Calculated peaks within the measured range that were not found.
    pub missing: Vec<usize>,
}

/// Calculated peaks below this share of the strongest are not looked for where they would only take a stronger one's
/// measured peak; they still explain what is left.
const WEAK_PERCENT: f64 = 1.0;

/// Matches measured peaks to those of a pattern, allowing `window_deg` between them.
#[must_use]
pub fn match_peaks(
    measured: &[MeasuredPeak],
    pattern: &Pattern,
    window_deg: f64,
    range_deg: (f64, f64),
) -> Matching {
    let rough = rough_shift(measured, pattern, window_deg);
    let mut pairs = pairs(measured, pattern, window_deg, rough);
    // Differences so far are those after the rough shift.
    let weight = |pair: &Pair| pattern.peaks.get(pair.calculated).map_or(0.0, |peak| peak.intensity);
    let total: f64 = pairs.iter().map(weight).sum();
    let rest = pairs.iter().map(|pair| weight(pair) * pair.difference_deg).sum::<f64>();
    let rest = if total > 0.0 { rest / total } else { 0.0 };
    for pair in &mut pairs {
        pair.difference_deg -= rest;
    }
    let shift = rough + rest;
    let count = pairs.len() as f64;
    let mean = pairs.iter().map(|pair| pair.difference_deg.abs()).sum::<f64>() / count;
    let mean_difference_deg = (!pairs.is_empty()).then_some(mean);
    let possible = pairs.iter().map(|pair| pair.calculated + 1).max().unwrap_or(0);
    let inside = |index: usize| {
        pattern.peaks.get(index).is_some_and(|peak| {
            peak.two_theta_deg + shift >= range_deg.0 && peak.two_theta_deg + shift <= range_deg.1
        })
    };
    let possible = (0..possible).filter(|index| inside(*index)).count() as f64;
    let smith_snyder = mean_difference_deg.filter(|mean| *mean > 0.0 && possible > 0.0);
    let smith_snyder = smith_snyder.map(|mean| count / (mean * possible));
    let unexplained = (0..measured.len()).filter(|i| !pairs.iter().any(|p| p.measured == *i)).collect();
    let missing =
        (0..pattern.peaks.len()).filter(|i| inside(*i) && !pairs.iter().any(|p| p.calculated == *i));
    let missing = missing.collect();
    Matching { pairs, zero_shift_deg: shift, mean_difference_deg, smith_snyder, unexplained, missing }
}

/// The middle of the densest fifth of the window.
fn rough_shift(measured: &[MeasuredPeak], pattern: &Pattern, window_deg: f64) -> f64 {
    let mut differences: Vec<(f64, f64)> = Vec::new();
    for peak in &pattern.peaks {
        let from = measured.partition_point(|m| m.two_theta_deg < peak.two_theta_deg - window_deg);
        let near = measured.iter().skip(from);
        for found in near.take_while(|m| m.two_theta_deg <= peak.two_theta_deg + window_deg) {
            // Both should be strong.
            let weight = (peak.intensity.max(0.0) * found.height.max(0.0)).sqrt();
            differences.push((found.two_theta_deg - peak.two_theta_deg, weight));
        }
    }
    differences.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
    let width = 0.2 * window_deg;
    let (mut best, mut shift) = (0.0, 0.0);
    let (mut from, mut weight, mut moment) = (0, 0.0, 0.0);
    for (difference, own) in &differences {
        weight += own;
        moment += own * difference;
        while let Some((first, first_weight)) = differences.get(from).filter(|(d, _)| *difference - d > width)
        {
            weight -= first_weight;
            moment -= first_weight * first;
            from += 1;
        }
        if weight > best {
            best = weight;
            shift = moment / weight;
        }
    }
    shift
}

/// Closest first; strong calculated peaks before weak ones.
fn pairs(measured: &[MeasuredPeak], pattern: &Pattern, window_deg: f64, shift: f64) -> Vec<Pair> {
    let strongest = pattern.peaks.iter().map(|peak| peak.intensity).fold(0.0, f64::max);
    let mut candidates: Vec<(bool, Pair)> = Vec::new();
    for (calculated, peak) in pattern.peaks.iter().enumerate() {
        let place = peak.two_theta_deg + shift;
        let from = measured.partition_point(|m| m.two_theta_deg < place - window_deg);
        let near = measured.iter().enumerate().skip(from);
        for (index, found) in near.take_while(|(_, m)| m.two_theta_deg <= place + window_deg) {
            let difference_deg = found.two_theta_deg - place;
            let is_weak = peak.intensity < WEAK_PERCENT / 100.0 * strongest;
            candidates.push((is_weak, Pair { measured: index, calculated, difference_deg }));
        }
    }
    candidates.sort_by(|(a_weak, a), (b_weak, b)| {
        a_weak.cmp(b_weak).then(a.difference_deg.abs().total_cmp(&b.difference_deg.abs()))
    });
    let mut measured_free = vec![true; measured.len()];
    let mut calculated_free = vec![true; pattern.peaks.len()];
    let mut chosen: Vec<Pair> = Vec::new();
    for (_, pair) in candidates {
        if let (Some(m), Some(c)) =
            (measured_free.get_mut(pair.measured), calculated_free.get_mut(pair.calculated))
            && *m
            && *c
        {
            (*m, *c) = (false, false);
            chosen.push(pair);
        }
    }
    chosen.sort_by_key(|pair| pair.measured);
    chosen
}

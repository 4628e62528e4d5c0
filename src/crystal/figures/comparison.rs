//! Figures of two things side by side: two structures, or a pattern and a measurement.

use super::{FigureSettings, labels::radiation_label};
use crate::{
    crystal::analysis::{
        comparison::{Comparison, CurveDifference, PairComparison, PatternComparison},
        diffraction::{
            Pattern,
            measured::{Comparison as Overlay, Measurement},
        },
    },
    figure::{
        plot::{Axis, Figure, Ink, Legend, LineStyle, Mark, Panel, Shape, TickStyle},
        text::Label,
    },
};

/// Powder patterns and pair distributions of two structures, each with the difference below.
#[must_use]
pub fn comparison_figure(names: (&Label, &Label), comparison: &Comparison) -> Figure {
    let mut panels = Vec::new();
    if let Some(patterns) = comparison.diffraction.compared() {
        panels.push(patterns_panel(names, patterns));
    }
    if let Some(pairs) = comparison.pairs.compared() {
        // Above, the names stand once.
        panels.push(pairs_panel(names, pairs, panels.is_empty()));
    }
    Figure {
        title: format!("{} and {}", names.0.text(), names.1.text()),
        description: "Differences are second minus first.".to_owned(),
        panels,
        columns: 1,
        letters: true,
    }
}

fn curve(x: &[f64], y: &[f64], offset: f64) -> Vec<(f64, f64)> {
    x.iter().zip(y).map(|(x, y)| (*x, y + offset)).collect()
}

/// Two curves over each other, and their difference below zero.
fn marks(names: (&Label, &Label), x: &[f64], curves: &CurveDifference, depth: f64, named: bool) -> Vec<Mark> {
    let name = |name: &Label| if named { name.clone() } else { Label::default() };
    vec![
        Mark::new(name(names.0), Ink::Series(0), Shape::Line(curve(x, &curves.first, 0.0), LineStyle::Solid)),
        Mark::new(
            name(names.1),
            Ink::Series(1),
            Shape::Line(curve(x, &curves.second, 0.0), LineStyle::Solid),
        ),
        Mark::new("", Ink::Weak, Shape::Level(-depth, LineStyle::Dotted)),
        Mark::new(
            name(&Label::plain("difference")),
            Ink::Weak,
            Shape::Line(curve(x, &curves.difference, -depth), LineStyle::Solid),
        ),
    ]
}

/// How far below zero the difference stands, so that it touches nothing.
fn depth(curves: &CurveDifference) -> f64 {
    let highest = curves.first.iter().chain(&curves.second).copied().fold(0.0, f64::max);
    0.08 * highest + curves.difference.iter().copied().fold(0.0, f64::max)
}

fn patterns_panel(names: (&Label, &Label), patterns: &PatternComparison) -> Panel {
    let x = &patterns.two_theta_deg;
    let ends = x.first().zip(x.last()).map(|(first, last)| (*first, *last));
    Panel {
        x: Axis { label: "2*θ* (°)".into(), range: ends, ..Axis::default() },
        y: Axis { label: "Intensity (a.u.)".into(), ticks: TickStyle::None, ..Axis::default() },
        marks: marks(names, x, &patterns.profile, depth(&patterns.profile), true),
        legend: Legend::Above,
        ..Panel::default()
    }
}

fn pairs_panel(names: (&Label, &Label), pairs: &PairComparison, named: bool) -> Panel {
    let x = &pairs.r_angstrom;
    let reach = x.last().copied().unwrap_or(1.0);
    Panel {
        x: Axis { label: "*r* (Å)".into(), range: Some((0.0, reach)), ..Axis::default() },
        y: Axis { label: "*g*(*r*)".into(), ..Axis::default() },
        marks: marks(names, x, &pairs.total, depth(&pairs.total), named),
        legend: Legend::Above,
        ..Panel::default()
    }
}

/// A measurement, the calculated pattern over it, their difference, and ticks of the calculated peaks: found ones dark,
/// missing ones in the second colour.
#[must_use]
pub fn measured_figure(
    name: &Label,
    pattern: &Pattern,
    measurement: &Measurement,
    overlay: &Overlay,
    settings: &FigureSettings,
) -> Figure {
    let x = &measurement.two_theta_deg;
    let high = measurement.intensity.iter().copied().fold(0.0, f64::max);
    let low = measurement.intensity.iter().copied().fold(high, f64::min).min(0.0);
    let difference: Vec<f64> = measurement
        .intensity
        .iter()
        .zip(&overlay.calculated)
        .map(|(observed, value)| observed - value)
        .collect();
    let span = (high - low).max(1e-9);
    let above = difference.iter().copied().fold(0.0, f64::max);
    let (tick_top, tick_foot) = (low - 0.03 * span, low - 0.07 * span);
    let zero = tick_foot - 0.03 * span - above;
    let shift = overlay.matching.zero_shift_deg;
    let missing = &overlay.matching.missing;
    let ticks = |wanted: bool| -> Vec<(f64, f64)> {
        let peaks = pattern.peaks.iter().enumerate();
        let chosen = peaks.filter(|(index, _)| missing.contains(index) == wanted);
        chosen.map(|(_, peak)| (peak.two_theta_deg + shift, tick_top)).collect()
    };
    let title = if settings.show_title {
        name.clone().then(&Label::plain(" · ")).then(&radiation_label(pattern.radiation, pattern.probe))
    } else {
        Label::default()
    };
    let ends = x.first().zip(x.last()).map(|(first, last)| (*first, *last));
    let line = |y: &[f64], offset: f64| Shape::Line(curve(x, y, offset), LineStyle::Solid);
    Figure {
        title: format!("Measured and calculated pattern of {}", name.text()),
        description: format!(
            "R_wp = {:.2} %, {:.2} % without background; zero shift {:.4}°.",
            100.0 * overlay.r_wp,
            100.0 * overlay.r_wp_without_background,
            shift
        ),
        panels: vec![Panel {
            title,
            x: Axis { label: "2*θ* (°)".into(), range: ends, ..Axis::default() },
            y: Axis { label: "Intensity (a.u.)".into(), ticks: TickStyle::None, ..Axis::default() },
            marks: vec![
                Mark::new("calculated", Ink::Series(1), line(&overlay.calculated, 0.0)),
                // Over the calculated curve, which shines through the gaps.
                Mark::new(
                    "measured",
                    Ink::Text,
                    Shape::Line(curve(x, &measurement.intensity, 0.0), LineStyle::Dotted),
                ),
                Mark::new("difference", Ink::Series(0), line(&difference, zero)),
                Mark::new("", Ink::Text, Shape::Sticks { points: ticks(false), base: tick_foot }),
                Mark::new("", Ink::Series(1), Shape::Sticks { points: ticks(true), base: tick_foot }),
            ],
            legend: Legend::Above,
            ..Panel::default()
        }],
        columns: 1,
        letters: false,
    }
}

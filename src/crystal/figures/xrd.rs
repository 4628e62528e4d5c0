//! The figure of a powder pattern.

use std::fmt::Write as _;

use super::{
    FigureFailure, FigureKind, FigureSettings,
    labels::{radiation_label, title},
};
use crate::{
    crystal::{
        analysis::diffraction::{Merge, Pattern, Peak},
        structure::Structure,
    },
    figure::{
        Tokens,
        plot::{Axis, Figure, Ink, Legend, LineStyle, Mark, Note, Panel, Shape, TickStyle},
        pt_from_mm,
        text::Label,
    },
};

/// Peaks below this share of the strongest carry no indices.
const LEAST_LABELLED: f64 = 0.4;
/// Where the ticks of the peaks stand, in percent of the strongest peak.
const TICKS: (f64, f64) = (-7.0, -3.0);
/// Lowest intensity of the axis, and the highest if no label needs more, in percent.
const LOWEST: f64 = -9.0;
const HIGHEST: f64 = 108.0;
/// Letters below and above the axes, and the air around a label, in points.
const AROUND_PT: f64 = 45.0;
const AIR_PT: f64 = 5.0;

/// The profile over 2θ, a tick per peak below it, and indices at the peaks as far as they fit.
///
/// # Errors
/// When the profile cannot be made with these settings.
pub fn xrd_figure(
    structure: &Structure,
    pattern: &Pattern,
    settings: &FigureSettings,
) -> Result<Figure, FigureFailure> {
    let (from, to) = settings.xrd.two_theta_deg;
    let profile = super::profile::points(pattern, &settings.xrd)?;
    let ticks = pattern.peaks.iter().map(|peak| (peak.two_theta_deg, TICKS.1)).collect();
    let radiation = radiation_label(pattern.radiation, pattern.probe);
    let mut notes = Vec::new();
    if settings.xrd.show_indices {
        // A label stands on the profile, which is higher than the stick where peaks overlap.
        let mut peaks: Vec<&Peak> =
            pattern.peaks.iter().filter(|peak| peak.intensity >= LEAST_LABELLED).collect();
        peaks.sort_by(|a, b| b.intensity.total_cmp(&a.intensity));
        notes.extend(peaks.into_iter().filter_map(|peak| {
            let height = height_at(&profile, peak.two_theta_deg);
            Some(Note { at: (peak.two_theta_deg, height), label: indices(peak)?, upright: true })
        }));
    }
    Ok(Figure {
        title: format!("Powder diffraction of {}", crate::crystal::formula::formula(structure)),
        description: description(pattern, settings),
        panels: vec![Panel {
            title: title(structure, settings, &radiation),
            x: Axis { label: "2*θ* (°)".into(), range: Some((from, to)), ..Axis::default() },
            y: Axis {
                label: "Intensity (a.u.)".into(),
                range: Some((LOWEST, highest(&notes, settings))),
                ticks: TickStyle::None,
                ..Axis::default()
            },
            marks: vec![
                Mark::new("", Ink::Text, Shape::Sticks { points: ticks, base: TICKS.0 }),
                Mark::new("", Ink::Series(0), Shape::Line(profile, LineStyle::Solid)),
            ],
            notes,
            legend: Legend::None,
            ..Panel::default()
        }],
        columns: 1,
        letters: false,
    })
}

/// The intensity up to which the axis has to go so that labels of strong peaks fit above them.
fn highest(notes: &[Note], settings: &FigureSettings) -> f64 {
    let height_mm = settings.size(FigureKind::Xrd).map_or(50.0, |size| size.height_mm);
    let frame = (pt_from_mm(height_mm) - AROUND_PT).max(60.0);
    let needed = notes.iter().filter(|note| note.at.1 > 50.0).map(|note| {
        let length = (note.label.width(Tokens::get().text_small, false) + AIR_PT).min(0.4 * frame);
        // Where (top − height)/(top − lowest) of the frame is as long as the label.
        (note.at.1 * frame - LOWEST * length) / (frame - length)
    });
    needed.fold(HIGHEST, f64::max)
}

/// Indices of the planes that contribute most members; an ellipsis where there are others.
fn indices(peak: &Peak) -> Option<Label> {
    let family = peak.families.first()?;
    let [h, k, l] = family.hkl;
    let label = if family.four_index { Label::miller(&[h, k, -h - k, l]) } else { Label::miller(&[h, k, l]) };
    Some(if peak.families.len() > 1 { label.then(&Label::plain(" …")) } else { label })
}

/// Height of a curve at a place, between its points.
fn height_at(curve: &[(f64, f64)], x: f64) -> f64 {
    let after = curve.partition_point(|point| point.0 < x);
    let around = curve.get(after.saturating_sub(1)..(after + 1).min(curve.len())).unwrap_or_default();
    around.iter().map(|point| point.1).fold(0.0, f64::max)
}

fn description(pattern: &Pattern, settings: &FigureSettings) -> String {
    let merge = match pattern.merge {
        Merge::Parity => "reflections within 1e-5° are one peak",
        Merge::Symmetrized => "the structure is idealised and reflections are merged by symmetry",
    };
    let mut text = format!(
        "Calculated for {} of {} Å; {merge}; ",
        pattern.probe,
        pattern.radiation.wavelength_angstrom(),
    );
    let (u, v, w) = settings.xrd.caglioti_deg2;
    let _ = write!(text, "pseudo-Voigt lines, Caglioti U, V, W = {u}, {v}, {w} deg²");
    if settings.xrd.crystallite_nm > 0.0 {
        let _ = write!(text, ", crystallites of {} nm", settings.xrd.crystallite_nm);
    }
    text.push('.');
    for note in &pattern.notes {
        text.push(' ');
        text.push_str(note);
        text.push('.');
    }
    text
}

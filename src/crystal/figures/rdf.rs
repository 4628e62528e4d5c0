//! The figure of a pair distribution.

use std::fmt::Write as _;

use super::{FigureSettings, labels::title};
use crate::{
    crystal::{
        analysis::pairs::{PairCurve, PairDistribution},
        structure::Structure,
    },
    figure::{
        plot::{Axis, Figure, Ink, Legend, LineStyle, Mark, Panel, Shape},
        text::Label,
    },
};

/// More curves than this are not told apart; those with the shortest contacts are drawn.
const MAX_CURVES: usize = 6;

/// Partial and total g(r) above, running coordination numbers below.
#[must_use]
pub fn rdf_figure(
    structure: &Structure,
    distribution: &PairDistribution,
    settings: &FigureSettings,
) -> Figure {
    let r = &distribution.r_angstrom;
    let points =
        |values: &[f64]| -> Vec<(f64, f64)> { r.iter().copied().zip(values.iter().copied()).collect() };
    let curves = nearest(distribution);
    let is_single = distribution.pairs.len() == 1;
    let mut marks = vec![Mark::new("", Ink::Weak, Shape::Level(1.0, LineStyle::Dotted))];
    if !is_single {
        marks.push(Mark::new("all", Ink::Weak, Shape::Line(points(&distribution.total), LineStyle::Solid)));
    }
    let mut numbers = Vec::new();
    for (curve, index) in curves.iter().zip(0..) {
        let ink = Ink::Series(index);
        marks.push(Mark::new(
            Label::plain(&pair_name(curve)),
            ink,
            Shape::Line(points(&curve.g), LineStyle::Solid),
        ));
        numbers.push(Mark::new("", ink, Shape::Line(points(&curve.running_cn), LineStyle::Solid)));
        if curve.pair.first != curve.pair.second {
            let reversed = points(&curve.running_cn_reversed);
            if reversed.iter().zip(&curve.running_cn).any(|((_, a), b)| (a - b).abs() > 1e-9) {
                numbers.push(Mark::new("", ink, Shape::Line(reversed, LineStyle::Dashed)));
            }
        }
    }
    let reach = settings.rdf.cutoff_angstrom;
    let x = |label: &str| Axis { label: label.into(), range: Some((0.0, reach)), ..Axis::default() };
    let highest_number = first_shells(distribution);
    Figure {
        title: format!("Pair distribution of {}", crate::crystal::formula::formula(structure)),
        description: description(
            settings,
            distribution.pairs.len() - curves.len().min(distribution.pairs.len()),
        ),
        panels: vec![
            Panel {
                title: title(structure, settings, &shown_pairs(curves.len(), distribution.pairs.len())),
                x: x(""),
                y: Axis { label: "*g*(*r*)".into(), ..Axis::default() },
                marks,
                legend: Legend::Above,
                height_share: 1.5,
                ..Panel::default()
            },
            Panel {
                x: x("*r* (Å)"),
                y: Axis {
                    label: "*n*(*r*)".into(),
                    range: Some((0.0, highest_number)),
                    grid: true,
                    ..Axis::default()
                },
                marks: numbers,
                legend: Legend::None,
                ..Panel::default()
            },
        ],
        columns: 1,
        letters: false,
    }
}

/// Says so where pairs are left out.
fn shown_pairs(shown: usize, all: usize) -> Label {
    if shown < all { Label::plain(&format!("{shown} of {all} pairs")) } else { Label::default() }
}

fn pair_name(curve: &PairCurve) -> String {
    format!("{}–{}", curve.pair.first.symbol(), curve.pair.second.symbol())
}

/// The pairs with the shortest contacts, in alphabetical order.
fn nearest(distribution: &PairDistribution) -> Vec<&PairCurve> {
    let contact = |curve: &PairCurve| curve.g.iter().position(|g| *g > 0.5).unwrap_or(usize::MAX);
    let mut chosen: Vec<(usize, &PairCurve)> = distribution.pairs.iter().enumerate().collect();
    chosen.sort_by_key(|(_, curve)| contact(curve));
    chosen.truncate(MAX_CURVES);
    chosen.sort_by_key(|(index, _)| *index);
    chosen.into_iter().map(|(_, curve)| curve).collect()
}

/// A height that shows the first shells: what lies beyond grows with the cube of the distance.
fn first_shells(distribution: &PairDistribution) -> f64 {
    /// Enough for the twelve neighbours of a close packing.
    const LEAST: f64 = 14.0;
    let at_contact = distribution.pairs.iter().filter_map(|curve| {
        let contact = curve.g.iter().position(|g| *g > 0.5)?;
        let reach = distribution.r_angstrom.get(contact)? * 1.2;
        let end = distribution.r_angstrom.partition_point(|r| *r <= reach);
        let numbers = [&curve.running_cn, &curve.running_cn_reversed];
        numbers.into_iter().filter_map(|numbers| numbers.get(end.saturating_sub(1)).copied()).reduce(f64::max)
    });
    at_contact.fold(LEAST, f64::max) * 1.1
}

fn description(settings: &FigureSettings, left_out: usize) -> String {
    let rdf = &settings.rdf;
    let width = rdf.cutoff_angstrom / rdf.bins.max(1) as f64;
    let mut text = format!("Exact shell volumes, bins of {width:.4} Å");
    if rdf.sigma_angstrom > 0.0 {
        let _ = write!(text, ", each distance a Gaussian of σ = {} Å", rdf.sigma_angstrom);
    }
    text.push_str(
        ". Below, the running coordination number: atoms of the second element around one of the first; dashed the other way round.",
    );
    if left_out > 0 {
        let _ = write!(text, " {left_out} pairs of elements with longer contacts are not drawn.");
    }
    text
}

//! The figure of coordination numbers and bond lengths.

use std::collections::BTreeMap;

use super::{FigureSettings, labels::title};
use crate::{
    crystal::{
        analysis::coordination::{Coordination, Method},
        element::Element,
        structure::Structure,
    },
    figure::{
        plot::{Axis, Bar, Figure, Ink, Legend, Mark, Panel, Shape, TickStyle},
        text::Label,
    },
};

/// Half the width of a bar, in steps of the coordination number.
const HALF_BAR: f64 = 0.38;
/// Width of a bin of the bond lengths in Å.
const LENGTH_BIN_ANGSTROM: f64 = 0.02;
/// More pairs of elements than this are not told apart; the most frequent are drawn.
const MAX_PAIRS: usize = 8;

/// How often each coordination number occurs, by element, and below how long the bonds are, by pair of elements.
#[must_use]
pub fn coordination_figure(
    structure: &Structure,
    coordination: &Coordination,
    settings: &FigureSettings,
) -> Figure {
    let lengths = lengths(coordination);
    let mut panels = vec![numbers_panel(structure, coordination, settings)];
    if !lengths.is_empty() {
        panels.push(lengths_panel(&lengths));
    }
    Figure {
        title: format!("Coordination in {}", crate::crystal::formula::formula(structure)),
        description: format!("Neighbours by {}.", method_name(coordination.method)),
        panels,
        columns: 1,
        letters: false,
    }
}

/// A method in words.
#[must_use]
pub fn method_name(method: Method) -> &'static str {
    match method {
        Method::Default => "longest bond per pair of elements",
        Method::CrystalNn => "CrystalNN",
        Method::Jmol => "Jmol's radii",
    }
}

fn numbers_panel(structure: &Structure, coordination: &Coordination, settings: &FigureSettings) -> Panel {
    let mut counts: BTreeMap<Element, BTreeMap<usize, usize>> = BTreeMap::new();
    for site in &coordination.sites {
        *counts.entry(site.element).or_default().entry(site.cn).or_default() += 1;
    }
    let mut heights: BTreeMap<usize, f64> = BTreeMap::new();
    let mut marks = Vec::new();
    for ((element, by_number), index) in counts.iter().zip(0..) {
        let bars = by_number.iter().map(|(&number, &count)| {
            let height = heights.entry(number).or_insert(0.0);
            let bottom = *height;
            *height += count as f64;
            let x = number as f64;
            Bar { x: (x - HALF_BAR, x + HALF_BAR), y: (bottom, *height) }
        });
        marks.push(Mark::new(
            Label::plain(element.symbol()),
            Ink::Series(index),
            Shape::Bars(bars.collect()),
        ));
    }
    let numbers = || heights.keys().copied();
    let (low, high) = (numbers().min().unwrap_or(0), numbers().max().unwrap_or(0));
    let most = heights.values().copied().fold(1.0, f64::max);
    let named = if high - low <= 24 {
        let ticks = (low..=high).map(|number| (number as f64, Label::plain(&number.to_string())));
        TickStyle::Named(ticks.collect())
    } else {
        TickStyle::Whole
    };
    // Few bars are drawn as wide as if there were some.
    let air = 0.7 + 0.5 * (5.0 - (high - low) as f64).max(0.0) * 0.5;
    Panel {
        title: title(structure, settings, &Label::default()),
        x: Axis {
            label: "Coordination number".into(),
            range: Some((low as f64 - air, high as f64 + air)),
            ticks: named,
            ..Axis::default()
        },
        y: Axis {
            label: "Sites per cell".into(),
            range: Some((0.0, 1.08 * most)),
            ticks: TickStyle::Whole,
            ..Axis::default()
        },
        marks,
        legend: Legend::Above,
        ..Panel::default()
    }
}

/// Lengths of all bonds in Å by pair of elements; each bond once per end.
type Lengths = BTreeMap<(Element, Element), Vec<f64>>;

fn lengths(coordination: &Coordination) -> Lengths {
    let mut lengths = Lengths::new();
    for site in &coordination.sites {
        for neighbour in &site.neighbors {
            let pair = if site.element.symbol() <= neighbour.element.symbol() {
                (site.element, neighbour.element)
            } else {
                (neighbour.element, site.element)
            };
            lengths.entry(pair).or_default().push(neighbour.distance_angstrom);
        }
    }
    lengths
}

fn lengths_panel(lengths: &Lengths) -> Panel {
    let mut pairs: Vec<(&(Element, Element), &Vec<f64>)> = lengths.iter().collect();
    pairs.sort_by_key(|(_, lengths)| std::cmp::Reverse(lengths.len()));
    pairs.truncate(MAX_PAIRS);
    pairs.sort_by_key(|((a, b), _)| (a.symbol(), b.symbol()));
    let mut heights: BTreeMap<i64, f64> = BTreeMap::new();
    let mut marks = Vec::new();
    for ((pair, lengths), index) in pairs.iter().zip(0..) {
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        for length in *lengths {
            // Symmetry makes many lengths equal but for their last digits, which must not fall into two bins.
            *counts.entry((length / LENGTH_BIN_ANGSTROM + 1e-6).floor() as i64).or_default() += 1;
        }
        let bars = counts.into_iter().map(|(bin, count)| {
            let height = heights.entry(bin).or_insert(0.0);
            let bottom = *height;
            // A bond between two sites was met at both.
            *height += 0.5 * count as f64;
            let x = bin as f64 * LENGTH_BIN_ANGSTROM;
            Bar { x: (x, x + LENGTH_BIN_ANGSTROM), y: (bottom, *height) }
        });
        let name = Label::plain(&format!("{}–{}", pair.0.symbol(), pair.1.symbol()));
        marks.push(Mark::new(name, Ink::Series(index), Shape::Bars(bars.collect())));
    }
    let low = heights.keys().next().copied().unwrap_or(0) as f64 * LENGTH_BIN_ANGSTROM;
    let high = (heights.keys().next_back().copied().unwrap_or(0) + 1) as f64 * LENGTH_BIN_ANGSTROM;
    let air = (0.05 * (high - low)).max(0.15);
    let most = heights.values().copied().fold(1.0, f64::max);
    Panel {
        x: Axis { label: "Bond length (Å)".into(), range: Some((low - air, high + air)), ..Axis::default() },
        y: Axis {
            label: "Bonds per cell".into(),
            range: Some((0.0, 1.08 * most)),
            ticks: TickStyle::Whole,
            ..Axis::default()
        },
        marks,
        legend: Legend::Above,
        ..Panel::default()
    }
}

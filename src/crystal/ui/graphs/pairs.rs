//! The pair distribution: options, curves, the distances of the selected atom.

use eframe::egui;
use egui_plot::{Legend, Line, PlotPoints, Span, VLine};

use super::{
    compute::PairGraph,
    plots,
    settings::{GraphSettings, MAX_BINS, MAX_CUTOFF_ANGSTROM, MAX_SIGMA_ANGSTROM},
    table,
};
use crate::{
    crystal::{
        figures::RdfSettings,
        ui::{CrystalCommand, link::Link},
    },
    ui::{Theme, widgets},
};

/// Ticks of the selected atom beyond this many would be a wall.
const MAX_TICKS: usize = 200;

pub(super) fn options_ui(ui: &mut egui::Ui, settings: &mut GraphSettings) {
    let rdf = &mut settings.rdf;
    let width = rdf.cutoff_angstrom / rdf.bins as f64;
    ui.label("up to");
    let cutoff = egui::DragValue::new(&mut rdf.cutoff_angstrom)
        .range(1.0..=MAX_CUTOFF_ANGSTROM)
        .speed(0.05)
        .max_decimals(2)
        .suffix(" Å");
    if widgets::renamed(ui.add(cutoff), "Cutoff").changed() {
        // Another cutoff keeps the width of the bins.
        rdf.bins = ((rdf.cutoff_angstrom / width).round() as usize).clamp(10, MAX_BINS);
    }
    let bins = egui::DragValue::new(&mut rdf.bins).range(10..=MAX_BINS).speed(2.0).suffix(" bins");
    widgets::renamed(ui.add(bins), "Bins");
    ui.label("smoothed by");
    let sigma = egui::DragValue::new(&mut rdf.sigma_angstrom)
        .range(0.0..=MAX_SIGMA_ANGSTROM.min(rdf.cutoff_angstrom))
        .speed(0.002)
        .max_decimals(3)
        .suffix(" Å");
    widgets::renamed(ui.add(sigma), "Standard deviation of the smoothing");
    ui.checkbox(&mut settings.show_total, "Total");
    ui.checkbox(&mut settings.show_partials, "Partials");
}

/// Half of the stretch of distances that a click means: a bin, or the width of a smoothed distance.
fn half_width(settings: &RdfSettings) -> f64 {
    let bin = settings.cutoff_angstrom / settings.bins as f64;
    (0.5 * bin).max(2.0 * settings.sigma_angstrom)
}

pub(super) fn graph_ui(
    ui: &mut egui::Ui,
    graph: &PairGraph,
    settings: &GraphSettings,
    name: &str,
    link: Option<&Link>,
    selected: &[f64],
    commands: &mut Vec<CrystalCommand>,
) {
    let found = &graph.distribution;
    let cutoff = graph.settings.cutoff_angstrom;
    let palette = Theme::of(ui);
    let total_color = palette.text_weak.egui();
    let accent = palette.selection.egui();
    let colors: Vec<egui::Color32> =
        (0..found.pairs.len()).map(|index| plots::series_color(ui, index)).collect();
    let total: Vec<(f64, f64)> = found.r_angstrom.iter().copied().zip(found.total.iter().copied()).collect();
    let shown = plots::plot("pair plot", "r / Å", "g(r)")
        .include_x(0.0)
        .include_x(cutoff)
        .include_y(0.0)
        .legend(Legend::default().background_alpha(0.6))
        .label_formatter(|hover| Some(readout(graph, plots::place(hover).x)))
        .show(ui, |plot| {
            plots::zoom_by_wheel(plot);
            let (seen, columns) = plots::seen(plot, (0.0, cutoff));
            if let Some(Link::Distances { from_angstrom, to_angstrom }) = link {
                let span = Span::new("", *from_angstrom..=*to_angstrom).fill(accent.gamma_multiply(0.35));
                plot.span(span.border_width(0.0));
            }
            for (index, distance) in selected.iter().take(MAX_TICKS).enumerate() {
                let tick = VLine::new("", *distance).id(("selected atom", index)).color(accent).width(1.0);
                plot.vline(tick.allow_hover(false));
            }
            if settings.show_total {
                let line = plots::thinned(&total, seen, columns);
                plot.line(Line::new("total", PlotPoints::from(line)).color(total_color).width(1.5));
            }
            if settings.show_partials {
                for (curve, color) in found.pairs.iter().zip(&colors) {
                    let points: Vec<(f64, f64)> =
                        found.r_angstrom.iter().copied().zip(curve.g.iter().copied()).collect();
                    let line = PlotPoints::from(plots::thinned(&points, seen, columns));
                    plot.line(Line::new(curve.pair.label(), line).color(*color).width(1.5));
                }
            }
            plots::clicked_at(plot)
        });
    let words = format!("Pair distribution of {name} up to {cutoff} Å");
    let response = shown.response;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
    if let Some((at, _)) = shown.inner {
        response.request_focus();
        let half = half_width(&graph.settings);
        let from = (at.x - half).max(0.0);
        let is_inside = (0.0..=cutoff).contains(&at.x) && has_pairs(graph, from, at.x + half);
        let link = is_inside.then_some(Link::Distances { from_angstrom: from, to_angstrom: at.x + half });
        commands.push(CrystalCommand::Link(link));
    }
}

fn has_pairs(graph: &PairGraph, from: f64, to: f64) -> bool {
    let found = &graph.distribution;
    found.r_angstrom.iter().zip(&found.total).any(|(r, g)| (from..=to).contains(r) && *g > 1e-3)
}

fn readout(graph: &PairGraph, r: f64) -> String {
    let found = &graph.distribution;
    let width = graph.settings.cutoff_angstrom / graph.settings.bins as f64;
    let bin = (r / width).floor();
    let Some(total) = found.total.get(bin.max(0.0) as usize).filter(|_| bin >= 0.0) else {
        return format!("r = {r:.3} Å");
    };
    let mut text = format!("r = {r:.3} Å\ng = {total:.2}");
    for curve in &found.pairs {
        let at = bin as usize;
        if let (Some(g), Some(number)) = (curve.g.get(at), curve.running_cn.get(at))
            && *g > 1e-3
        {
            let pair = curve.pair;
            let line =
                format!("{}: g = {g:.2}, {number:.2} {} around {}", pair.label(), pair.second, pair.first);
            text.push('\n');
            text.push_str(&line);
        }
    }
    text
}

/// The table: each bin with g(r) of all atoms and of the pairs.
pub(super) fn table_ui(
    ui: &mut egui::Ui,
    graph: &PairGraph,
    link: Option<&Link>,
    commands: &mut Vec<CrystalCommand>,
) {
    // Only where something is: most bins of a sharp distribution are empty.
    let found = &graph.distribution;
    let peaks: Vec<usize> = (1..found.total.len().saturating_sub(1))
        .filter(|bin| {
            let at = |bin: usize| found.total.get(bin).copied().unwrap_or(0.0);
            at(*bin) > 0.05 && at(*bin) >= at(bin - 1) && at(*bin) > at(bin + 1)
        })
        .collect();
    let main_pair = |bin: usize| {
        let strongest = found.pairs.iter().max_by(|a, b| {
            let at =
                |curve: &crate::crystal::analysis::pairs::PairCurve| curve.g.get(bin).copied().unwrap_or(0.0);
            at(a).total_cmp(&at(b))
        });
        strongest.map(|curve| curve.pair.label()).unwrap_or_default()
    };
    let place = |bin: usize| found.r_angstrom.get(bin).copied().unwrap_or(0.0);
    let line = |row: usize| {
        peaks.get(row).map_or_else(String::new, |bin| {
            let g = found.total.get(*bin).copied().unwrap_or(0.0);
            format!("{:>8.3}{g:>9.2}  {}", place(*bin), main_pair(*bin))
        })
    };
    let header = format!("{:>8}{:>9}  {}", "r / Å", "g(r)", "mostly");
    let copied = || {
        let header = found
            .pairs
            .iter()
            .fold("r_angstrom\ttotal".to_owned(), |text, curve| format!("{text}\t{}", curve.pair.label()));
        let rows = found.r_angstrom.iter().enumerate().map(|(bin, r)| {
            let total = found.total.get(bin).copied().unwrap_or(0.0);
            found.pairs.iter().fold(format!("{r:.5}\t{total:.6}"), |text, curve| {
                format!("{text}\t{:.6}", curve.g.get(bin).copied().unwrap_or(0.0))
            })
        });
        table::tabbed(&header, rows)
    };
    let marked = match link {
        Some(Link::Distances { from_angstrom, to_angstrom }) => {
            peaks.iter().position(|bin| (*from_angstrom..=*to_angstrom).contains(&place(*bin)))
        }
        _ => None,
    };
    if let Some(row) = table::rows_ui(ui, "distances", &header, peaks.len(), marked, copied, line)
        && let Some(bin) = peaks.get(row)
    {
        let half = half_width(&graph.settings);
        let link = (marked != Some(row)).then(|| Link::Distances {
            from_angstrom: (place(*bin) - half).max(0.0),
            to_angstrom: place(*bin) + half,
        });
        commands.push(CrystalCommand::Link(link));
    }
}

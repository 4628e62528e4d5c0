//! The powder pattern: options, curve, indices, measurement, table of peaks.

use eframe::egui::{self, Key};
use egui_plot::{Legend, Line, PlotPoint, PlotPoints, Points, Text, VLine};

use super::{
    compute::{DiffractionGraph, Fit},
    plots,
    settings::{GraphSettings, MAX_CRYSTALLITE_NM},
    table,
};
use crate::{
    crystal::{
        analysis::diffraction::{Merge, Pattern, Peak, Probe, Radiation},
        ui::{CrystalCommand, link::Link},
    },
    ui::{Theme, widgets},
};

/// A peak is hit within this many points.
const REACH: f64 = 10.0;
/// Peaks below this intensity carry no indices.
const LEAST_LABELLED: f64 = 2.0;

pub(super) fn options_ui(ui: &mut egui::Ui, settings: &mut GraphSettings) {
    let xrd = &mut settings.xrd;
    radiation_ui(ui, &mut xrd.radiation);
    for (probe, word) in [(Probe::XRay, "X-rays"), (Probe::Neutron, "Neutrons")] {
        ui.selectable_value(&mut xrd.probe, probe, word);
    }
    let (mut lower, mut upper) = xrd.two_theta_deg;
    ui.label("2θ");
    let field = |ui: &mut egui::Ui, value: &mut f64, range: std::ops::RangeInclusive<f64>, name| {
        let field = egui::DragValue::new(value).range(range).speed(0.5).max_decimals(2).suffix("°");
        widgets::renamed(ui.add(field), name);
    };
    field(ui, &mut lower, 0.0..=upper - 1.0, "First 2θ");
    ui.label("–");
    field(ui, &mut upper, lower + 1.0..=180.0, "Last 2θ");
    xrd.two_theta_deg = (lower, upper);
    ui.checkbox(&mut xrd.show_indices, "Indices");
    ui.menu_button("More", |ui| {
        egui::Grid::new("diffraction options").num_columns(2).show(ui, |ui| {
            let label = ui.label("Crystallites");
            let size =
                egui::DragValue::new(&mut xrd.crystallite_nm)
                    .range(0.0..=MAX_CRYSTALLITE_NM)
                    .speed(0.5)
                    .custom_formatter(|value, _| {
                        if value == 0.0 { "large".to_owned() } else { format!("{value:.1} nm") }
                    })
                    .custom_parser(|text| text.trim().trim_end_matches("nm").trim().parse().ok());
            ui.add(size).labelled_by(label.id);
            ui.end_row();
            ui.label("Merging");
            ui.horizontal(|ui| {
                ui.selectable_value(&mut xrd.merge, Merge::Symmetrized, "by symmetry");
                ui.selectable_value(&mut xrd.merge, Merge::Parity, "by angle");
            });
            ui.end_row();
            ui.label("Displacements");
            ui.checkbox(&mut xrd.use_displacements, "of the file");
            ui.end_row();
            ui.label("Mean Kα");
            ui.checkbox(&mut xrd.doublet, "as two lines");
            ui.end_row();
        });
    });
}

fn radiation_ui(ui: &mut egui::Ui, radiation: &mut Radiation) {
    let response = egui::ComboBox::from_id_salt("radiation")
        .selected_text(radiation.name().unwrap_or("Wavelength"))
        .width(96.0)
        .show_ui(ui, |ui| {
            for line in Radiation::ALL {
                let text = format!("{line}  {} Å", line.wavelength_angstrom());
                if ui.selectable_label(*radiation == line, text).clicked() {
                    *radiation = line;
                }
            }
            if ui.selectable_label(radiation.name().is_none(), "Any wavelength").clicked()
                && let Ok(free) = Radiation::new(radiation.wavelength_angstrom())
            {
                *radiation = free;
            }
        })
        .response;
    widgets::renamed(response, "Radiation");
    if radiation.name().is_none() {
        let mut wavelength = radiation.wavelength_angstrom();
        let field = egui::DragValue::new(&mut wavelength)
            .range(0.05..=10.0)
            .speed(0.005)
            .max_decimals(5)
            .suffix(" Å");
        let field = widgets::renamed(ui.add(field), "Wavelength");
        if field.changed()
            && let Ok(free) = Radiation::new(wavelength)
        {
            *radiation = free;
        }
    }
}

/// All families of a peak.
pub(super) fn peak_text(peak: &Peak) -> String {
    peak.families
        .iter()
        .map(crate::crystal::analysis::diffraction::Family::text)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The first family of a peak, and how many more there are.
fn short_text(peak: &Peak) -> String {
    let first = peak.families.first().map(crate::crystal::analysis::diffraction::Family::text);
    let first = first.unwrap_or_default();
    match peak.families.len() {
        0 | 1 => first,
        count => format!("{first}+{}", count - 1),
    }
}

fn link_of(pattern: &Pattern, peak: &Peak) -> Option<Link> {
    let family = peak.families.first()?;
    Some(Link::Planes { hkl: family.hkl, label: family.text(), probe: pattern.probe })
}

fn is_linked(link: Option<&Link>, peak: &Peak) -> bool {
    matches!(link, Some(Link::Planes { hkl, .. }) if peak.families.iter().any(|family| family.hkl == *hkl))
}

pub(super) fn graph_ui(
    ui: &mut egui::Ui,
    graph: &DiffractionGraph,
    name: &str,
    link: Option<&Link>,
    commands: &mut Vec<CrystalCommand>,
) {
    let pattern = &graph.pattern;
    let peaks = &pattern.peaks;
    let range = graph.settings.two_theta_deg;
    let palette = Theme::of(ui);
    let mut plot = plots::plot("diffraction plot", "2θ / °", "Intensity")
        .include_x(range.0)
        .include_x(range.1)
        .include_y(0.0)
        .include_y(if graph.fit.is_some() { 0.0 } else { 110.0 })
        .label_formatter(|hover| Some(readout(graph, plots::place(hover))));
    if graph.fit.is_some() {
        plot = plot.legend(Legend::default().background_alpha(0.6));
    }
    let colors = [0, 1, 2].map(|index| plots::series_color(ui, index));
    let (text_color, accent) = (palette.text_weak.egui(), palette.selection.egui());
    let shown = plot.show(ui, |plot| {
        plots::zoom_by_wheel(plot);
        let (seen, columns) = plots::seen(plot, range);
        if let Some(fit) = &graph.fit {
            fit_lines(plot, graph, fit, seen, columns, colors);
        } else {
            let line = plots::thinned(&graph.curve, seen, columns);
            plot.line(Line::new("calculated", PlotPoints::from(line)).color(colors[0]).width(1.5));
        }
        if let Some(peak) = peaks.iter().find(|peak| is_linked(link, peak)) {
            plot.vline(VLine::new("", peak.two_theta_deg).id("planes shown").color(accent).width(1.5));
        }
        if graph.settings.show_indices && graph.fit.is_none() {
            indices(plot, graph, text_color);
        }
        plots::clicked_at(plot)
    });
    let strongest = peaks.iter().max_by(|a, b| a.intensity.total_cmp(&b.intensity));
    let words = match strongest {
        Some(peak) => format!(
            "Powder pattern of {name}: {} peaks, the strongest {} at {:.2}°",
            peaks.len(),
            peak_text(peak),
            peak.two_theta_deg
        ),
        None => format!("Powder pattern of {name}: no peaks in this range"),
    };
    let response = shown.response;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
    if let Some((at, per_point)) = shown.inner {
        response.request_focus();
        let hit = nearest(peaks, at.x).filter(|peak| (peak.two_theta_deg - at.x).abs() < REACH * per_point);
        commands.push(CrystalCommand::Link(hit.and_then(|peak| link_of(pattern, peak))));
    }
    if response.has_focus() {
        step_by_keys(ui, &response, pattern, link, commands);
    }
}

/// Arrow keys go from peak to peak.
fn step_by_keys(
    ui: &egui::Ui,
    response: &egui::Response,
    pattern: &Pattern,
    link: Option<&Link>,
    commands: &mut Vec<CrystalCommand>,
) {
    let arrows = egui::EventFilter { horizontal_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    let (right, left) =
        ui.input(|input| (input.key_pressed(Key::ArrowRight), input.key_pressed(Key::ArrowLeft)));
    if right == left {
        return;
    }
    let current = pattern.peaks.iter().position(|peak| is_linked(link, peak));
    let next = match (current, right) {
        (None, _) => 0,
        (Some(index), true) => index + 1,
        (Some(index), false) => index.saturating_sub(1),
    };
    if let Some(link) = pattern.peaks.get(next).and_then(|peak| link_of(pattern, peak)) {
        commands.push(CrystalCommand::Link(Some(link)));
    }
}

fn nearest(peaks: &[Peak], two_theta_deg: f64) -> Option<&Peak> {
    let away = |peak: &&Peak| (peak.two_theta_deg - two_theta_deg).abs();
    peaks.iter().min_by(|a, b| away(a).total_cmp(&away(b)))
}

fn readout(graph: &DiffractionGraph, at: PlotPoint) -> String {
    let (from, to) = graph.settings.two_theta_deg;
    match nearest(&graph.pattern.peaks, at.x) {
        Some(peak) if (peak.two_theta_deg - at.x).abs() < 0.006 * (to - from) => format!(
            "{}\n2θ = {:.3}°\nd = {:.4} Å\nI = {:.1} %",
            peak_text(peak),
            peak.two_theta_deg,
            peak.d_angstrom,
            peak.intensity
        ),
        _ => {
            let sine = (0.5 * at.x).to_radians().sin();
            let d = 0.5 * graph.pattern.radiation.wavelength_angstrom() / sine;
            format!("2θ = {:.3}°\nd = {d:.4} Å\nI = {:.1}", at.x, at.y)
        }
    }
}

/// Indices above the peaks, the strongest first, where no other stands.
fn indices(plot: &mut egui_plot::PlotUi<'_>, graph: &DiffractionGraph, color: egui::Color32) {
    let theme = Theme::get();
    let mut peaks: Vec<&Peak> =
        graph.pattern.peaks.iter().filter(|p| p.intensity >= LEAST_LABELLED).collect();
    peaks.sort_by(|a, b| b.intensity.total_cmp(&a.intensity));
    let transform = *plot.transform();
    let bounds = *transform.bounds();
    let mut taken: Vec<egui::Rect> = Vec::new();
    for peak in peaks.into_iter().filter(|peak| bounds.range_x().contains(&peak.two_theta_deg)) {
        let text = short_text(peak);
        let top = height_at(&graph.curve, peak.two_theta_deg);
        let at = transform.position_from_point(&PlotPoint::new(peak.two_theta_deg, top));
        let width = 0.52 * theme.text_small * text.chars().count() as f32;
        let rect = egui::Rect::from_center_size(
            at - egui::vec2(0.0, 0.7 * theme.text_small),
            egui::vec2(width, 1.2 * theme.text_small),
        );
        if taken.iter().any(|other| other.intersects(rect)) {
            continue;
        }
        taken.push(rect);
        let place = PlotPoint::new(peak.two_theta_deg, top);
        let words = egui::RichText::new(text).size(theme.text_small);
        plot.text(
            Text::new("", place, words).color(color).anchor(egui::Align2::CENTER_BOTTOM).allow_hover(false),
        );
    }
}

fn height_at(curve: &[(f64, f64)], x: f64) -> f64 {
    let index = curve.partition_point(|(at, _)| *at < x);
    curve.get(index).or(curve.last()).map_or(0.0, |(_, y)| *y)
}

/// Measured and scaled calculated curve, their difference below, and ticks of the peaks.
fn fit_lines(
    plot: &mut egui_plot::PlotUi<'_>,
    graph: &DiffractionGraph,
    fit: &Fit,
    seen: (f64, f64),
    columns: usize,
    [calculated, measured, difference]: [egui::Color32; 3],
) {
    let angles = &fit.measurement.two_theta_deg;
    let with =
        |values: &[f64]| -> Vec<(f64, f64)> { angles.iter().copied().zip(values.iter().copied()).collect() };
    let highest = fit.measurement.intensity.iter().copied().fold(0.0, f64::max).max(1e-9);
    let points = plots::thinned(&with(&fit.measurement.intensity), seen, columns);
    plot.line(Line::new("measured", PlotPoints::from(points)).color(measured).width(1.0));
    let Ok(comparison) = &fit.comparison else { return };
    let points = plots::thinned(&with(&comparison.calculated), seen, columns);
    plot.line(Line::new("calculated", PlotPoints::from(points)).color(calculated).width(1.5));
    let offset = -0.16 * highest;
    let rest: Vec<f64> =
        fit.measurement.intensity.iter().zip(&comparison.calculated).map(|(o, c)| o - c + offset).collect();
    let points = plots::thinned(&with(&rest), seen, columns);
    plot.line(Line::new("difference", PlotPoints::from(points)).color(difference).width(1.0));
    let matching = &comparison.matching;
    let of_pattern = |indices: &mut dyn Iterator<Item = usize>| -> Vec<[f64; 2]> {
        indices
            .filter_map(|index| graph.pattern.peaks.get(index))
            .map(|peak| [peak.two_theta_deg + matching.zero_shift_deg, -0.01 * highest])
            .collect()
    };
    let matched = of_pattern(&mut matching.pairs.iter().map(|pair| pair.calculated));
    let missing = of_pattern(&mut matching.missing.iter().copied());
    let unexplained: Vec<[f64; 2]> = matching
        .unexplained
        .iter()
        .filter_map(|index| comparison.peaks.get(*index))
        .map(|peak| [peak.two_theta_deg, -0.06 * highest])
        .collect();
    for (name, points, color) in [
        ("matched", matched, calculated),
        ("not measured", missing, difference),
        ("not explained", unexplained, measured),
    ] {
        if !points.is_empty() {
            let foot = points.first().map_or(0.0, |[_, top]| top - 0.04 * highest);
            // Without a name they are not in the legend, which would hide the plot.
            let ticks = Points::new("", PlotPoints::from(points)).id(name).stems(foot as f32).radius(0.8);
            plot.points(ticks.color(color).allow_hover(false));
        }
    }
}

/// How well the pattern fits, in one line.
pub(super) fn fit_text(fit: &Fit) -> String {
    match &fit.comparison {
        Err(error) => format!("The measurement cannot be compared: {error}"),
        Ok(found) => {
            let matching = &found.matching;
            let net = 100.0 * found.r_wp_without_background;
            let mut parts = vec![format!("Rwp {:.1} % ({net:.1} % above background)", 100.0 * found.r_wp)];
            let all = matching.pairs.len() + matching.unexplained.len();
            parts.push(format!("{} of {all} peaks explained", matching.pairs.len()));
            if let Some(mean) = matching.mean_difference_deg {
                parts.push(format!("mean |Δ2θ| {mean:.3}°"));
            }
            if let Some(merit) = matching.smith_snyder {
                parts.push(format!("Smith–Snyder F {merit:.0}"));
            }
            parts.push(format!("zero shift {:+.3}°", matching.zero_shift_deg));
            parts.join(" · ")
        }
    }
}

pub(super) fn table_ui(
    ui: &mut egui::Ui,
    graph: &DiffractionGraph,
    link: Option<&Link>,
    commands: &mut Vec<CrystalCommand>,
) {
    let peaks = &graph.pattern.peaks;
    let line = |peak: &Peak| {
        let times: u32 = peak.families.iter().map(|family| family.multiplicity).sum();
        format!(
            "{:<14}{:>8.3}{:>9.4}{:>7.1}{times:>4}",
            short_text(peak),
            peak.two_theta_deg,
            peak.d_angstrom,
            peak.intensity
        )
    };
    let header = format!("{:<14}{:>8}{:>9}{:>7}{:>4}", "h k l", "2θ / °", "d / Å", "I / %", "m");
    let copied = || {
        let rows = peaks.iter().map(|peak| {
            let times: u32 = peak.families.iter().map(|family| family.multiplicity).sum();
            format!(
                "{}\t{:.5}\t{:.5}\t{:.3}\t{times}",
                peak_text(peak),
                peak.two_theta_deg,
                peak.d_angstrom,
                peak.intensity
            )
        });
        table::tabbed("hkl\ttwo_theta_deg\td_angstrom\tintensity\tmultiplicity", rows)
    };
    let marked = peaks.iter().position(|peak| is_linked(link, peak));
    let clicked = table::rows_ui(ui, "peaks", &header, peaks.len(), marked, copied, |row| {
        peaks.get(row).map(line).unwrap_or_default()
    });
    if let Some(peak) = clicked.and_then(|row| peaks.get(row)) {
        let link = if is_linked(link, peak) { None } else { link_of(&graph.pattern, peak) };
        commands.push(CrystalCommand::Link(link));
    }
}

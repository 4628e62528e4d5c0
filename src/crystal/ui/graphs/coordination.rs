//! Coordination numbers and bond lengths: options, bars, table of sites.

use eframe::egui;
use egui_plot::{Bar, BarChart, Corner, Legend};

use super::{compute::CoordinationGraph, plots, settings::GraphSettings, table};
use crate::{
    crystal::{
        analysis::coordination::{Method, SiteCoordination, statistics::histogram},
        element::Element,
        structure::Structure,
        ui::{CrystalCommand, link::Link},
    },
    ui::{Theme, widgets},
};

/// Width of the bins of bond lengths in Å.
const LENGTH_BIN_ANGSTROM: f64 = 0.02;

pub(super) fn method_name(method: Method) -> &'static str {
    match method {
        Method::Default => "Bonds of the view",
        Method::CrystalNn => "CrystalNN",
        Method::Jmol => "Jmol radii",
    }
}

pub(super) fn options_ui(ui: &mut egui::Ui, settings: &mut GraphSettings) {
    let method = &mut settings.coordination.method;
    let response = egui::ComboBox::from_id_salt("coordination method")
        .selected_text(method_name(*method))
        .width(132.0)
        .show_ui(ui, |ui| {
            for choice in [Method::Default, Method::CrystalNn, Method::Jmol] {
                ui.selectable_value(method, choice, method_name(choice));
            }
        })
        .response;
    widgets::renamed(response, "How neighbours are chosen");
    ui.selectable_value(&mut settings.show_lengths, false, "Numbers");
    ui.selectable_value(&mut settings.show_lengths, true, "Bond lengths");
}

pub(super) fn graph_ui(
    ui: &mut egui::Ui,
    graph: &CoordinationGraph,
    show_lengths: bool,
    name: &str,
    link: Option<&Link>,
    selected: Option<u32>,
    commands: &mut Vec<CrystalCommand>,
) {
    if show_lengths {
        lengths_ui(ui, graph, name, link, commands);
    } else {
        numbers_ui(ui, graph, name, link, selected, commands);
    }
}

fn site(graph: &CoordinationGraph, index: Option<u32>) -> Option<&SiteCoordination> {
    index.and_then(|index| graph.coordination.sites.get(index as usize))
}

fn numbers_ui(
    ui: &mut egui::Ui,
    graph: &CoordinationGraph,
    name: &str,
    link: Option<&Link>,
    selected: Option<u32>,
    commands: &mut Vec<CrystalCommand>,
) {
    let counts = histogram(&graph.coordination);
    let kinds = counts.len().max(1);
    let width = 0.8 / kinds as f64;
    let most = counts.values().filter_map(|numbers| numbers.keys().max()).max().copied().unwrap_or(0) as f64;
    let offset = |index: usize| (index as f64 + 0.5) * width - 0.4;
    let marked = site(graph, selected).map(|site| (site.element.symbol(), site.cn)).or(match link {
        Some(Link::Number { element, cn, .. }) => Some((element.symbol(), *cn)),
        _ => None,
    });
    let (accent, colors) = (Theme::of(ui).selection.egui(), colors(ui, kinds));
    let shown = plots::plot("number plot", "Coordination number", "Sites")
        .include_x(-0.5)
        .include_x(most + 1.5)
        .include_y(0.0)
        .legend(Legend::default().position(Corner::LeftTop).background_alpha(0.6))
        .label_formatter(|_| None)
        .show(ui, |plot| {
            plots::zoom_by_wheel(plot);
            for (((symbol, numbers), index), color) in counts.iter().zip(0..).zip(&colors) {
                let bars = numbers.iter().map(|(cn, count)| {
                    let bar = Bar::new(*cn as f64 + offset(index), *count as f64)
                        .width(0.92 * width)
                        .name(format!("{count} {symbol} with {cn} neighbours"))
                        .fill(*color);
                    if marked == Some((*symbol, *cn)) {
                        bar.stroke(egui::Stroke::new(3.0, accent))
                    } else {
                        bar.stroke(egui::Stroke::new(1.0, *color))
                    }
                });
                let chart = BarChart::new(*symbol, bars.collect()).color(*color);
                plot.bar_chart(chart.element_formatter(Box::new(|bar, _| bar.name.clone())));
            }
            plots::clicked_at(plot)
        });
    let words = format!("Coordination numbers of {name}");
    let response = shown.response;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
    if let Some((at, _)) = shown.inner {
        response.request_focus();
        let hit = counts.iter().zip(0..).find_map(|((symbol, numbers), index)| {
            let (cn, count) = numbers.iter().find(|(cn, _)| {
                let middle = **cn as f64 + offset(index);
                (at.x - middle).abs() <= 0.5 * width
            })?;
            // The whole column down to the axis counts, so that low bars can be hit.
            let is_hit = at.y >= 0.0 && at.y <= (*count as f64).max(0.08 * highest(&counts));
            Some(Link::Number {
                element: Element::from_symbol(symbol)?,
                cn: *cn,
                method: graph.coordination.method,
            })
            .filter(|_| is_hit)
        });
        commands.push(CrystalCommand::Link(hit));
    }
}

fn highest(counts: &std::collections::BTreeMap<&str, std::collections::BTreeMap<usize, usize>>) -> f64 {
    counts.values().flat_map(|numbers| numbers.values()).copied().max().unwrap_or(1) as f64
}

fn colors(ui: &egui::Ui, count: usize) -> Vec<egui::Color32> {
    (0..count).map(|index| plots::series_color(ui, index)).collect()
}

fn lengths_ui(
    ui: &mut egui::Ui,
    graph: &CoordinationGraph,
    name: &str,
    link: Option<&Link>,
    commands: &mut Vec<CrystalCommand>,
) {
    let lengths = match &graph.lengths {
        Ok(lengths) => lengths,
        Err(error) => {
            super::message_ui(ui, error);
            return;
        }
    };
    if lengths.is_empty() {
        super::message_ui(ui, "No two atoms are neighbours; choose another way to choose them");
        return;
    }
    let bin_of = |length: f64| (length / LENGTH_BIN_ANGSTROM + 1e-9).floor();
    let charts: Vec<(&str, Vec<(f64, usize)>)> = lengths
        .iter()
        .map(|(pair, known)| {
            let bins = known.lengths_angstrom.chunk_by(|a, b| bin_of(*a) == bin_of(*b));
            let counted = bins.filter_map(|same| Some((bin_of(*same.first()?), same.len())));
            (pair.as_str(), counted.collect())
        })
        .collect();
    let linked = match link {
        Some(Link::Distances { from_angstrom, to_angstrom }) => Some(*from_angstrom..=*to_angstrom),
        _ => None,
    };
    let shortest = lengths.iter().map(|(_, known)| known.min_angstrom).fold(f64::INFINITY, f64::min);
    let longest = lengths.iter().map(|(_, known)| known.max_angstrom).fold(0.0, f64::max);
    let (accent, colors) = (Theme::of(ui).selection.egui(), colors(ui, charts.len()));
    let middle = |bin: f64| (bin + 0.5) * LENGTH_BIN_ANGSTROM;
    let shown = plots::plot("length plot", "Bond length / Å", "Bonds per cell")
        .include_x(shortest - 0.2)
        .include_x(longest + 0.2)
        .include_y(0.0)
        .legend(Legend::default().position(Corner::LeftTop).background_alpha(0.6))
        .label_formatter(|_| None)
        .show(ui, |plot| {
            plots::zoom_by_wheel(plot);
            for ((pair, bins), color) in charts.iter().zip(&colors) {
                let bars = bins.iter().map(|(bin, count)| {
                    let is_linked = linked.as_ref().is_some_and(|range| range.contains(&middle(*bin)));
                    let stroke = if is_linked { (3.0, accent) } else { (1.0, *color) };
                    Bar::new(middle(*bin), *count as f64)
                        .width(LENGTH_BIN_ANGSTROM)
                        .name(format!("{count} {pair} of {:.2} Å", middle(*bin)))
                        .fill(*color)
                        .stroke(egui::Stroke::new(stroke.0, stroke.1))
                });
                let chart = BarChart::new(*pair, bars.collect()).color(*color);
                plot.bar_chart(chart.element_formatter(Box::new(|bar, _| bar.name.clone())));
            }
            plots::clicked_at(plot)
        });
    let words = format!("Bond lengths of {name}");
    let response = shown.response;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
    if let Some((at, per_point)) = shown.inner {
        response.request_focus();
        let all = charts.iter().flat_map(|(_, bins)| bins.iter().map(|(bin, _)| *bin));
        let away = |bin: &f64| (middle(*bin) - at.x).abs();
        let nearest = all.min_by(|a, b| away(a).total_cmp(&away(b)));
        let hit = nearest.filter(|bin| away(bin) < (0.5 * LENGTH_BIN_ANGSTROM).max(8.0 * per_point));
        let link = hit.map(|bin| Link::Distances {
            from_angstrom: bin * LENGTH_BIN_ANGSTROM,
            to_angstrom: (bin + 1.0) * LENGTH_BIN_ANGSTROM,
        });
        commands.push(CrystalCommand::Link(link));
    }
}

fn label(structure: &Structure, index: usize) -> &str {
    let site = structure.sites.get(index);
    site.and_then(|site| structure.asymmetric_of(site)).map_or("", |row| row.label.as_str())
}

fn mean_length(site: &SiteCoordination) -> Option<f64> {
    let count = site.neighbors.len();
    let sum: f64 = site.neighbors.iter().map(|near| near.distance_angstrom).sum();
    (count > 0).then(|| sum / count as f64)
}

pub(super) fn table_ui(
    ui: &mut egui::Ui,
    graph: &CoordinationGraph,
    selected: Option<u32>,
    commands: &mut Vec<CrystalCommand>,
) {
    let sites = &graph.coordination.sites;
    let structure = &graph.structure;
    let header = format!("{:>5} {:<9}{:<4}{:>4}{:>10}", "No.", "Site", "", "CN", "mean / Å");
    let line = |row: usize| {
        sites.get(row).map_or_else(String::new, |site| {
            let mean = mean_length(site).map_or_else(|| "–".to_owned(), |mean| format!("{mean:.4}"));
            let name: String = label(structure, row).chars().take(8).collect();
            format!("{:>5} {name:<9}{:<4}{:>4}{mean:>10}", row + 1, site.element.symbol(), site.cn)
        })
    };
    let copied = || {
        let rows = sites.iter().enumerate().map(|(row, site)| {
            let lengths: Vec<String> =
                site.neighbors.iter().map(|near| format!("{:.5}", near.distance_angstrom)).collect();
            let element = site.element.symbol();
            format!("{}\t{}\t{element}\t{}\t{}", row + 1, label(structure, row), site.cn, lengths.join(" "))
        });
        table::tabbed("site\tlabel\telement\tcn\tlengths_angstrom", rows)
    };
    let marked = selected.map(|index| index as usize);
    if let Some(row) = table::rows_ui(ui, "sites", &header, sites.len(), marked, copied, line) {
        let is_again = marked == Some(row);
        commands.push(CrystalCommand::SelectSite((!is_again).then_some(row as u32)));
        let link = Link::Site { site: row as u32, method: graph.coordination.method };
        commands.push(CrystalCommand::Link((!is_again).then_some(link)));
    }
}

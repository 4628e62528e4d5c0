//! Two structures side by side: curves with their difference, and what changed in numbers.

use std::sync::Arc;

use eframe::egui;
use egui_plot::{Legend, Line, PlotPoints};

use super::{Seen, compute::CompareGraph, message_ui, plots};
use crate::{
    crystal::{
        analysis::comparison::{Change, CurveDifference, Part},
        structure::Structure,
    },
    ui::{Theme, widgets},
};

/// Which curves are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Curves {
    #[default]
    Patterns,
    Pairs,
    Numbers,
}

fn curves_id() -> egui::Id {
    egui::Id::unique("compared curves")
}

/// The structure to compare with: the chosen one while it is open, else the next in the list.
pub(super) fn second(
    chosen: &mut Option<(String, Arc<Structure>)>,
    seen: &Seen<'_>,
) -> Option<Arc<Structure>> {
    let is_open = |structure: &Arc<Structure>| {
        seen.all.iter().any(|other| Arc::ptr_eq(&other.loaded.structure, structure))
            && !Arc::ptr_eq(structure, &seen.shown.loaded.structure)
    };
    if !chosen.as_ref().is_some_and(|(_, structure)| is_open(structure)) {
        let own = seen
            .all
            .iter()
            .position(|other| Arc::ptr_eq(&other.loaded.structure, &seen.shown.loaded.structure))?;
        let others = seen.all.iter().cycle().skip(own + 1).take(seen.all.len().saturating_sub(1));
        *chosen =
            others.map(|other| (other.loaded.title.clone(), Arc::clone(&other.loaded.structure))).next();
    }
    chosen.as_ref().map(|(_, structure)| Arc::clone(structure))
}

pub(super) fn options_ui(ui: &mut egui::Ui, chosen: &mut Option<(String, Arc<Structure>)>, seen: &Seen<'_>) {
    if seen.all.len() < 2 {
        return;
    }
    ui.label("with");
    let text = chosen.as_ref().map_or("–", |(title, _)| title.as_str()).to_owned();
    let response = egui::ComboBox::from_id_salt("second structure")
        .selected_text(text)
        .width(180.0)
        .truncate()
        .show_ui(ui, |ui| {
            for other in seen.all {
                let structure = &other.loaded.structure;
                if Arc::ptr_eq(structure, &seen.shown.loaded.structure) {
                    continue;
                }
                let is_chosen = chosen.as_ref().is_some_and(|(_, known)| Arc::ptr_eq(known, structure));
                let text = format!("{}  {}", other.loaded.formula, other.loaded.title);
                if ui.selectable_label(is_chosen, text).clicked() {
                    *chosen = Some((other.loaded.title.clone(), Arc::clone(structure)));
                }
            }
        })
        .response;
    widgets::renamed(response, "Structure to compare with");
    let mut curves: Curves = ui.data(|data| data.get_temp(curves_id())).unwrap_or_default();
    for (choice, word) in
        [(Curves::Patterns, "Patterns"), (Curves::Pairs, "g(r)"), (Curves::Numbers, "Coordination numbers")]
    {
        ui.selectable_value(&mut curves, choice, word);
    }
    ui.data_mut(|data| data.insert_temp(curves_id(), curves));
}

pub(super) fn graph_ui(ui: &mut egui::Ui, graph: &CompareGraph, name: &str) {
    let curves: Curves = ui.data(|data| data.get_temp(curves_id())).unwrap_or_default();
    match curves {
        Curves::Patterns => match &graph.curves {
            Err(error) => message_ui(ui, error),
            Ok(points) => {
                let one: Vec<(f64, f64)> = points.iter().map(|(x, a, _)| (*x, *a)).collect();
                let other: Vec<(f64, f64)> = points.iter().map(|(x, _, b)| (*x, *b)).collect();
                lines_ui(ui, "compared patterns", ("2θ / °", "Intensity"), name, &one, &other);
            }
        },
        Curves::Pairs => match &graph.comparison.pairs {
            Part::Not { not_comparable } => message_ui(ui, &super::compute::sentence(not_comparable)),
            Part::Compared(pairs) => {
                let with = |values: &[f64]| -> Vec<(f64, f64)> {
                    pairs.r_angstrom.iter().copied().zip(values.iter().copied()).collect()
                };
                let CurveDifference { first, second, .. } = &pairs.total;
                lines_ui(ui, "compared pairs", ("r / Å", "g(r)"), name, &with(first), &with(second));
            }
        },
        Curves::Numbers => match &graph.comparison.coordination {
            Part::Not { not_comparable } => message_ui(ui, &super::compute::sentence(not_comparable)),
            Part::Compared(numbers) => {
                egui::ScrollArea::vertical().id_salt("compared numbers").auto_shrink([false, false]).show(
                    ui,
                    |ui| {
                        egui::Grid::new("compared numbers")
                            .num_columns(5)
                            .spacing([18.0, 4.0])
                            .striped(true)
                            .show(ui, |ui| {
                                for word in ["Element", "CN", "Sites here", "Sites there", "Share"] {
                                    ui.weak(word);
                                }
                                ui.end_row();
                                for (symbol, element) in &numbers.elements {
                                    for (cn, count) in &element.numbers {
                                        ui.label(*symbol);
                                        ui.label(cn.to_string());
                                        ui.label(count.first.to_string());
                                        ui.label(count.second.to_string());
                                        ui.label(format!("{:+.1} %", 100.0 * count.difference_of_shares));
                                        ui.end_row();
                                    }
                                }
                            });
                    },
                );
            }
        },
    }
}

/// Both curves, and the second minus the first below them.
fn lines_ui(
    ui: &mut egui::Ui,
    id: &str,
    (x_label, y_label): (&str, &str),
    name: &str,
    one: &[(f64, f64)],
    other: &[(f64, f64)],
) {
    let colors = [0, 1, 2].map(|index| plots::series_color(ui, index));
    let whole = (one.first().map_or(0.0, |(x, _)| *x), one.last().map_or(1.0, |(x, _)| *x));
    let highest = one.iter().chain(other).map(|(_, y)| *y).fold(0.0, f64::max);
    let differences = one.iter().zip(other).map(|((x, a), (_, b))| (*x, b - a));
    let largest = differences.clone().map(|(_, d)| d).fold(0.0, f64::max);
    let offset = -0.05 * highest - largest;
    let difference: Vec<(f64, f64)> = differences.map(|(x, d)| (x, d + offset)).collect();
    let shown = plots::plot(id, x_label, y_label)
        .include_x(whole.0)
        .include_x(whole.1)
        .legend(Legend::default().background_alpha(0.6))
        .label_formatter(|hover| {
            let x = plots::place(hover).x;
            let at = |curve: &[(f64, f64)]| {
                curve.get(curve.partition_point(|(known, _)| *known < x)).map_or(0.0, |(_, y)| *y)
            };
            let (a, b) = (at(one), at(other));
            Some(format!("{x_label} {x:.3}\nthis {a:.2}\nother {b:.2}\ndifference {:+.2}", b - a))
        })
        .show(ui, |plot| {
            plots::zoom_by_wheel(plot);
            let (seen, columns) = plots::seen(plot, whole);
            for ((curve, word), color) in
                [(one, "this"), (other, "other"), (&difference, "other − this")].into_iter().zip(colors)
            {
                let points = plots::thinned(curve, seen, columns);
                plot.line(Line::new(word, PlotPoints::from(points)).color(color).width(1.5));
            }
        });
    let words = format!("{y_label} of {name} and of another structure");
    shown.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
}

pub(super) fn table_ui(ui: &mut egui::Ui, graph: &CompareGraph) {
    egui::ScrollArea::vertical().id_salt("comparison").auto_shrink([false, false]).show(ui, |ui| {
        let comparison = &graph.comparison;
        let percent = |value: f64| format!("{:+.3} %", 100.0 * value);
        let change = |change: &Change, unit: &str| {
            format!("{:.3} → {:.3} {unit}  ({})", change.first, change.second, percent(change.relative))
        };
        widgets::section(ui, "CELL");
        match &comparison.cells {
            Part::Not { not_comparable } => reason_ui(ui, not_comparable),
            Part::Compared(cells) => {
                let mut rows = vec![
                    ("Volume", change(&cells.volume_angstrom3, "Å³")),
                    ("per atom", change(&cells.volume_per_atom_angstrom3, "Å³")),
                    ("Density", change(&cells.density_g_cm3, "g/cm³")),
                ];
                match &cells.strain {
                    Some(strain) => {
                        let principal = strain.principal.map(percent).join("  ");
                        rows.push(("Strain", principal));
                        rows.push(("Distortion", format!("{:.5}", strain.degree)));
                    }
                    None => rows.push(("Strain", "the cells do not correspond".to_owned())),
                }
                widgets::facts(ui, "compared cells", &rows);
            }
        }
        widgets::section(ui, "ATOMS");
        match &comparison.sites {
            Part::Not { not_comparable } => reason_ui(ui, not_comparable),
            Part::Compared(sites) => {
                let rows = [
                    ("Moved most", format!("{:.4} Å", sites.max_angstrom)),
                    ("RMS", format!("{:.4} Å", sites.rms_angstrom)),
                    ("Mean", format!("{:.4} Å", sites.mean_angstrom)),
                ];
                widgets::facts(ui, "compared sites", &rows);
            }
        }
        widgets::section(ui, "PAIR DISTRIBUTION");
        match &comparison.pairs {
            Part::Not { not_comparable } => reason_ui(ui, not_comparable),
            Part::Compared(pairs) => {
                let total = &pairs.total;
                let rows = [
                    ("Largest Δg", format!("{:.3}", total.max_abs)),
                    ("RMS Δg", format!("{:.4}", total.rms)),
                ];
                widgets::facts(ui, "compared curves", &rows);
            }
        }
        ui.add_space(Theme::get().space);
    });
}

fn reason_ui(ui: &mut egui::Ui, error: &impl ToString) {
    ui.add(egui::Label::new(super::compute::sentence(error)).wrap());
}

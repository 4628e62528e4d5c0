//! What all plots have in common: how they zoom, how they look, how much of a curve is drawn.

use eframe::egui::{self, Color32};
use egui_plot::{GridInput, GridMark, HoverPosition, Plot, PlotPoint, PlotUi};

use crate::{
    figure::FigureTheme,
    ui::{Mode, Theme},
};

/// How much a wheel's step zooms.
const ZOOM_PER_POINT: f32 = 0.004;

/// A plot with axes; the wheel zooms along x, dragging moves, the right button draws a box, a double click resets.
pub(super) fn plot<'a>(id: &str, x_label: &str, y_label: &str) -> Plot<'a> {
    Plot::new(id)
        .allow_scroll(false)
        .allow_boxed_zoom(true)
        .allow_axis_zoom_drag(true)
        .show_background(false)
        .show_crosshair(false)
        .show_grid(false)
        .x_grid_spacer(|input| marks(&input, 80.0))
        .y_grid_spacer(|input| marks(&input, 36.0))
        .x_axis_label(x_label)
        .y_axis_label(y_label)
        .set_margin_fraction(egui::vec2(0.01, 0.06))
        .min_size(egui::vec2(120.0, 60.0))
}

/// Round numbers at least `points` of the screen apart.
fn marks(input: &GridInput, points: f64) -> Vec<GridMark> {
    // The base step is that of the plot's own finest grid, 8 points.
    let least = input.base_step_size / 8.0 * points;
    let power = 10_f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power).into_iter().find(|step| *step >= least);
    let step = step.unwrap_or(10.0 * power);
    let (first, last) = ((input.bounds.0 / step).ceil(), (input.bounds.1 / step).floor());
    if !(step > 0.0 && (last - first).abs() < 1000.0) {
        return Vec::new();
    }
    (first as i64..=last as i64)
        .map(|index| GridMark { value: index as f64 * step, step_size: step })
        .collect()
}

/// The wheel zooms along the x axis, which is the one that holds detail.
pub(super) fn zoom_by_wheel(plot: &mut PlotUi<'_>) {
    let scroll = plot.ctx().input(|input| input.smooth_scroll_delta().y);
    if scroll != 0.0 && plot.response().contains_pointer() {
        plot.zoom_bounds_around_hovered(egui::vec2((scroll * ZOOM_PER_POINT).exp(), 1.0));
    }
}

/// Where a plot was clicked, in its own units, and how much a screen point is along x.
pub(super) fn clicked_at(plot: &PlotUi<'_>) -> Option<(PlotPoint, f64)> {
    let response = plot.response();
    let at = response.clicked().then(|| plot.pointer_coordinate()).flatten()?;
    Some((at, plot.transform().dvalue_dpos()[0].abs()))
}

/// Colour of the n-th curve: that of the exported figures.
pub(super) fn series_color(ui: &egui::Ui, index: usize) -> Color32 {
    let theme = match Theme::mode(ui.visuals()) {
        Mode::Dark => FigureTheme::Dark,
        Mode::Light => FigureTheme::Screen,
    };
    crate::ui::theme::Color(theme.palette().series(index)).egui()
}

pub(super) fn place(hover: &HoverPosition<'_>) -> PlotPoint {
    match hover {
        HoverPosition::NearDataPoint { position, .. } | HoverPosition::Elsewhere { position } => *position,
    }
}

/// The points of a curve that matter in `columns` columns of the range: the lowest and the highest of each, in order.
pub(super) fn thinned(points: &[(f64, f64)], range: (f64, f64), columns: usize) -> Vec<[f64; 2]> {
    // One point beyond either end, so that the line leaves the plot.
    let from = points.partition_point(|(x, _)| *x < range.0).saturating_sub(1);
    let to = (points.partition_point(|(x, _)| *x <= range.1) + 1).min(points.len());
    let seen = points.get(from..to).unwrap_or_default();
    if seen.len() <= 3 * columns || range.1 <= range.0 {
        return seen.iter().map(|(x, y)| [*x, *y]).collect();
    }
    let column = |x: f64| ((x - range.0) / (range.1 - range.0) * columns as f64).floor();
    let mut kept = Vec::with_capacity(2 * columns + 2);
    for same in seen.chunk_by(|a, b| column(a.0) == column(b.0)) {
        let mut ends: [Option<(f64, f64)>; 2] = [None; 2];
        for point in same {
            if ends[0].is_none_or(|lowest| point.1 < lowest.1) {
                ends[0] = Some(*point);
            }
            if ends[1].is_none_or(|highest| point.1 >= highest.1) {
                ends[1] = Some(*point);
            }
        }
        let mut pair: Vec<(f64, f64)> = ends.into_iter().flatten().collect();
        pair.sort_by(|a, b| a.0.total_cmp(&b.0));
        pair.dedup();
        kept.extend(pair.into_iter().map(|(x, y)| [x, y]));
    }
    kept
}

/// The range of x that is seen and how many columns of the screen it has; all of it while a plot shows all.
pub(super) fn seen(plot: &PlotUi<'_>, whole: (f64, f64)) -> ((f64, f64), usize) {
    let columns = (plot.response().rect.width() * plot.ctx().pixels_per_point()).max(64.0) as usize;
    if plot.auto_bounds().x {
        return (whole, columns);
    }
    let range = plot.plot_bounds().range_x();
    ((*range.start(), *range.end()), columns)
}

#[cfg(test)]
mod tests {
    use super::thinned;

    #[test]
    fn a_thinned_curve_keeps_its_highest_and_lowest_points() {
        let points: Vec<(f64, f64)> = (0..100_000)
            .map(|i| {
                let x = f64::from(i) * 1e-3;
                (x, if i == 54_321 { 100.0 } else { (7.0 * x).sin() })
            })
            .collect();
        let few = thinned(&points, (0.0, 100.0), 500);
        assert!(few.len() <= 1002, "{}", few.len());
        assert!(few.iter().any(|[x, y]| *y == 100.0 && (*x - 54.321).abs() < 1e-9));
        assert!(few.is_sorted_by(|a, b| a[0] <= b[0]));
        let zoomed = thinned(&points, (54.3, 54.4), 500);
        assert!(zoomed.len() <= 104, "all points of a small range, and one beyond either end");
        assert!(zoomed.iter().any(|[_, y]| *y == 100.0));
    }
}

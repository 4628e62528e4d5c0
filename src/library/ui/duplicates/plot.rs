//! All pairs in a plane: how much their structure differs, and how alike they look. The thresholds are lines to drag.

use std::collections::BTreeSet;

use eframe::egui;
use egui_plot::{HLine, LineStyle, Plot, PlotPoint, PlotPoints, PlotUi, Points, VLine};

use super::{
    look,
    settings::{DuplicateSettings, LEAST_SIMILARITY, MOST_BITS},
};
use crate::{library::duplicates::Kind, library::session::Duplicates, ui::Theme};

/// Steps of the look that are told apart; more would draw thousands of dots on one pixel.
const STEPS: f32 = 400.0;
/// How near to a line the pointer takes it, in points.
const REACH: f32 = 10.0;

/// A threshold being dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Distance,
    Similarity,
}

/// The dots of one search, and what is being dragged.
#[derive(Default)]
pub(super) struct PairPlot {
    /// Distinct places per kind, in the order of [`Kind::ALL`].
    dots: [Vec<[f64; 2]>; 7],
    /// Largest distance and smallest similarity among the dots.
    extent: (f64, f64),
    dragged: Option<Line>,
}

impl PairPlot {
    pub fn new(found: &Duplicates) -> Self {
        let mut places: [BTreeSet<(u8, u32)>; 7] = Default::default();
        for (pair, kind) in found.pairs() {
            let Some((distance, similarity)) = pair.hash_distance.zip(pair.similarity) else { continue };
            let step = (similarity.clamp(0.0, 1.0) * STEPS).round() as u32;
            for (set, _) in places.iter_mut().zip(Kind::ALL).filter(|(_, known)| *known == kind) {
                set.insert((distance, step));
            }
        }
        let dots = places.map(|set| {
            let dot = |(distance, step)| [f64::from(distance), f64::from(step) / f64::from(STEPS)];
            set.into_iter().map(dot).collect::<Vec<[f64; 2]>>()
        });
        let mut extent = (f64::from(MOST_BITS), f64::from(LEAST_SIMILARITY));
        for [distance, similarity] in dots.iter().flatten() {
            extent = (extent.0.max(*distance), extent.1.min(*similarity));
        }
        Self { dots, extent, dragged: None }
    }

    /// Draws; a dragged line changes the settings.
    pub fn ui(&mut self, ui: &mut egui::Ui, settings: &mut DuplicateSettings) {
        let palette = Theme::of(ui);
        let colors = Kind::ALL.map(|kind| look::kind_color(ui, kind));
        let shown = settings.kinds;
        let (most, least) = self.extent;
        let plot = Plot::new("pairs of duplicates")
            .allow_drag(false)
            .allow_scroll(false)
            .allow_zoom(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .show_background(false)
            .show_grid(false)
            .default_x_bounds(-0.5, most + 1.0)
            .default_y_bounds(least - 0.01, 1.006)
            .auto_bounds([false, false])
            .x_axis_label("structure: bits of 64 that differ")
            .y_axis_label("look")
            .label_formatter(|hover| {
                let place = place(hover);
                Some(format!("{:.0} bits, look {:.3}", place.x.max(0.0), place.y))
            });
        plot.show(ui, |plot| {
            for ((kind, dots), (color, shown)) in
                Kind::ALL.into_iter().zip(&self.dots).zip(colors.into_iter().zip(shown))
            {
                let color = if shown { color } else { color.gamma_multiply(0.15) };
                let points = PlotPoints::from(dots.clone());
                plot.points(Points::new(look::kind_title(kind), points).color(color).radius(3.0));
            }
            self.drag(plot, settings);
            let strong = palette.accent.egui();
            let weak = palette.text_weak.egui();
            let color = |line| if self.dragged == Some(line) { strong } else { weak };
            let style = LineStyle::dashed_loose();
            // Between two whole numbers of bits, so that it is clear on which side a dot is.
            let distance = f64::from(settings.hash_distance) + 0.5;
            plot.vline(
                VLine::new("most bits", distance).color(color(Line::Distance)).style(style).width(1.5),
            );
            let similarity = f64::from(settings.similarity);
            plot.hline(
                HLine::new("least look", similarity).color(color(Line::Similarity)).style(style).width(1.5),
            );
        });
    }

    fn drag(&mut self, plot: &PlotUi<'_>, settings: &mut DuplicateSettings) {
        let response = plot.response().clone();
        let lines = plot.screen_from_plot(PlotPoint::new(
            f64::from(settings.hash_distance) + 0.5,
            f64::from(settings.similarity),
        ));
        let near = |at: egui::Pos2| {
            let (x, y) = ((at.x - lines.x).abs(), (at.y - lines.y).abs());
            match x <= y {
                true if x < REACH => Some(Line::Distance),
                false if y < REACH => Some(Line::Similarity),
                _ => None,
            }
        };
        let pressed = plot.ctx().input(|input| input.pointer.press_origin());
        if response.drag_started() {
            self.dragged = pressed.and_then(near);
        }
        if !response.is_pointer_button_down_on() {
            self.dragged = None;
        }
        let hovered = self.dragged.or_else(|| response.hover_pos().and_then(near));
        match hovered {
            Some(Line::Distance) => plot.ctx().set_cursor_icon(egui::CursorIcon::ResizeHorizontal),
            Some(Line::Similarity) => plot.ctx().set_cursor_icon(egui::CursorIcon::ResizeVertical),
            None => {}
        }
        let Some((line, at)) = self.dragged.zip(plot.pointer_coordinate()) else { return };
        match line {
            Line::Distance => {
                settings.hash_distance = (at.x - 0.5).round().clamp(0.0, f64::from(MOST_BITS)) as u32;
            }
            Line::Similarity => {
                settings.similarity = (at.y as f32 * 1000.0).round() / 1000.0;
                settings.similarity = settings.similarity.clamp(LEAST_SIMILARITY, 1.0);
            }
        }
    }
}

fn place(hover: &egui_plot::HoverPosition<'_>) -> PlotPoint {
    match hover {
        egui_plot::HoverPosition::NearDataPoint { position, .. }
        | egui_plot::HoverPosition::Elsewhere { position } => *position,
    }
}

//! How relevant the pictures of the library are to the question, and the line below which hits are not shown.

use eframe::egui::{self, Color32, Sense, Stroke, pos2};

use super::search::Search;
use crate::library::session::{Histogram, Strength};
use crate::ui::{Theme, widgets};
use crate::units::grouped;

/// Draws it where the question has an order of relevance.
pub(super) fn relevance_ui(ui: &mut egui::Ui, search: &mut Search) {
    let Some(histogram) = &search.answer.response.histogram else { return };
    let cut = search.cut.unwrap_or(histogram.suggested_cut);
    let mut new_cut = None;
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 200.0).clamp(120.0, 420.0);
        let size = egui::vec2(width, 0.8 * Theme::get().graph_height);
        let (rect, response) = ui.allocate_exact_size(size, Sense::CLICK | Sense::DRAG);
        let name = "Relevance: drag the line to show more or fewer pictures";
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Slider, true, name));
        paint(ui, rect, histogram, cut);
        if (response.dragged() || response.clicked())
            && let Some(place) = response.interact_pointer_pos()
        {
            let share = ((place.x - rect.left()) / rect.width()).clamp(0.0, 1.0);
            new_cut = Some(relevance_at(histogram, share));
        }
        response.on_hover_ui_at_pointer(|ui| {
            ui.label("Filled: the pictures of your libraries. Line: what unrelated questions would give.");
            ui.label("Pictures right of the cut are shown; drag it. Double-click: as the scores suggest.");
        });
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for (strength, count) in [Strength::Strong, Strength::Likely, Strength::Weak]
                .into_iter()
                .zip(search.answer.response.strengths)
            {
                let word = super::cell::strength_word(strength);
                let text = egui::RichText::new(format!("{word} {}", grouped(count as u64)));
                ui.label(text.small().color(color(ui, strength)));
            }
        });
        ui.vertical(|ui| {
            ui.checkbox(&mut search.with_weak, "below the cut too");
            let is_set = search.cut.is_some();
            let reset = ui.add_enabled(is_set, egui::Button::new("Suggested cut").small());
            if widgets::named(reset, "Suggested cut").clicked() {
                search.cut = None;
            }
        });
    });
    if new_cut.is_some() {
        search.cut = new_cut;
    }
}

fn color(ui: &egui::Ui, strength: Strength) -> Color32 {
    let palette = Theme::of(ui);
    match strength {
        Strength::Strong => palette.good,
        Strength::Likely => palette.warning,
        Strength::Weak => palette.text_weak,
    }
    .egui()
}

/// The relevance at a share of the width.
fn relevance_at(histogram: &Histogram, share: f32) -> f32 {
    let bins = histogram.relevance.len();
    let at = share * bins as f32;
    let low = (at as usize).min(bins.saturating_sub(1));
    let here = histogram.relevance.get(low).copied().unwrap_or(0.0);
    let next = histogram.relevance.get(low + 1).copied().unwrap_or(1.0);
    here + (next - here) * (at - low as f32).clamp(0.0, 1.0)
}

/// The share of the width at which a relevance lies.
fn share_of(histogram: &Histogram, relevance: f32) -> f32 {
    let bins = histogram.relevance.len();
    let above = histogram.relevance.iter().position(|edge| *edge >= relevance).unwrap_or(bins);
    let Some(below) = above.checked_sub(1) else { return 0.0 };
    let here = histogram.relevance.get(below).copied().unwrap_or(0.0);
    let next = histogram.relevance.get(above).copied().unwrap_or(1.0);
    let part = if next > here { (relevance - here) / (next - here) } else { 1.0 };
    (below as f32 + part.clamp(0.0, 1.0)) / bins.max(1) as f32
}

fn paint(ui: &egui::Ui, rect: egui::Rect, histogram: &Histogram, cut: f32) {
    let palette = Theme::of(ui);
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 3.0, palette.canvas.egui());
    let bins = histogram.pictures.len().max(1) as f32;
    // Square roots: a hundred thousand weak pictures would hide ten strong ones.
    let most = histogram.pictures.iter().map(|count| *count as f32).chain(histogram.neutral.iter().copied());
    let most = most.fold(1.0_f32, f32::max).sqrt();
    let height = |count: f32| rect.height() * 0.92 * (count.max(0.0).sqrt() / most);
    let cut_share = share_of(histogram, cut);
    for (at, (count, relevance)) in histogram.pictures.iter().zip(&histogram.relevance).enumerate() {
        let left = rect.left() + rect.width() * at as f32 / bins;
        let right = rect.left() + rect.width() * (at as f32 + 1.0) / bins;
        let top = rect.bottom() - height(*count as f32);
        let fill = color(ui, Strength::of(*relevance));
        let is_shown = (at as f32 + 0.5) / bins >= cut_share;
        let fill = fill.gamma_multiply(if is_shown { 0.85 } else { 0.3 });
        painter.rect_filled(egui::Rect::from_min_max(pos2(left, top), pos2(right, rect.bottom())), 0.0, fill);
    }
    let line: Vec<egui::Pos2> = histogram
        .neutral
        .iter()
        .enumerate()
        .map(|(at, count)| {
            pos2(rect.left() + rect.width() * (at as f32 + 0.5) / bins, rect.bottom() - height(*count))
        })
        .collect();
    painter.add(egui::Shape::line(line, Stroke::new(1.0, palette.text_weak.egui())));
    let x = rect.left() + rect.width() * cut_share;
    painter.vline(x, rect.y_range(), Stroke::new(2.0, palette.accent.egui()));
    painter.rect_stroke(rect, 3.0, Stroke::new(1.0, palette.outline.egui()), egui::StrokeKind::Inside);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram() -> Histogram {
        Histogram {
            range: (-1.0, 1.0),
            pictures: vec![50, 20, 5, 2, 1],
            neutral: vec![48.0, 22.0, 6.0, 1.0, 0.1],
            relevance: vec![0.0, 0.5, 0.9, 0.97, 0.999],
            suggested_cut: 0.97,
        }
    }

    #[test]
    fn the_line_stands_where_it_was_put() {
        let histogram = histogram();
        for share in [0.0, 0.13, 0.5, 0.77, 0.99] {
            let back = share_of(&histogram, relevance_at(&histogram, share));
            assert!((back - share).abs() < 1e-3, "{share} {back}");
        }
    }
}

//! How each part of the text was taken: small tags under the field, and lines under what is wrong.

use eframe::egui::text::{LayoutJob, LayoutSection, TextFormat};
use eframe::egui::{self, Color32, Stroke};

use crate::library::session::{Reading, TookAs};
use crate::library::ui::search::Search;
use crate::ui::Theme;

pub(super) fn wrong_parts(readings: &[Reading]) -> Vec<std::ops::Range<usize>> {
    readings
        .iter()
        .filter(|reading| reading.took_as == TookAs::Wrong)
        .map(|reading| reading.span.clone())
        .collect()
}

/// The text with its wrong parts underlined.
pub(super) fn layout(ui: &egui::Ui, text: &str, wrong: &[std::ops::Range<usize>]) -> LayoutJob {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let plain = TextFormat::simple(font, ui.visuals().text_color());
    let error = Theme::of(ui).error.egui();
    let marked = TextFormat { underline: Stroke::new(1.5, error), color: error, ..plain.clone() };
    let mut job = LayoutJob { text: text.to_owned(), break_on_newline: false, ..LayoutJob::default() };
    let mut from = 0;
    let mut part = |from: usize, until: usize, format: &TextFormat| {
        if from < until {
            let byte_range = egui::text::ByteIndex(from)..egui::text::ByteIndex(until);
            job.sections.push(LayoutSection { leading_space: 0.0, byte_range, format: format.clone() });
        }
    };
    for span in wrong {
        let is_inside = from <= span.start && span.start <= span.end && span.end <= text.len();
        if is_inside && text.is_char_boundary(span.start) && text.is_char_boundary(span.end) {
            part(from, span.start, &plain);
            part(span.start, span.end, &marked);
            from = span.end;
        }
    }
    part(from, text.len(), &plain);
    job
}

/// How each part of the text was taken, as small tags.
pub(super) fn readings_ui(ui: &mut egui::Ui, search: &Search) {
    let answer = &search.answer;
    if answer.text != search.text || answer.response.readings.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::Vec2::splat(Theme::get().space_small);
        ui.spacing_mut().interact_size.y = 0.0;
        for reading in &answer.response.readings {
            let part = answer.text.get(reading.span.clone()).unwrap_or_default();
            tag_ui(ui, part, reading);
        }
    });
}

fn tag_ui(ui: &mut egui::Ui, part: &str, reading: &Reading) {
    let theme = Theme::get();
    let color = color_of(ui, reading.took_as);
    let note = reading.note.strip_suffix(&format!(": {part}")).unwrap_or(&reading.note);
    let font = egui::FontId::proportional(theme.text_small);
    let mut job = LayoutJob::default();
    job.append(part, 0.0, TextFormat::simple(font.clone(), Theme::of(ui).text.egui()));
    let weak = TextFormat::simple(font, Theme::of(ui).text_weak.egui());
    job.append(&format!(" · {note}"), 0.0, weak);
    job.wrap = egui::text::TextWrapping::truncate_at_width(ui.max_rect().width() - 16.0);
    let galley = ui.ctx().fonts_mut(|fonts| fonts.layout_job(job));
    let margin = egui::vec2(6.0, 2.0);
    let (rect, response) = ui.allocate_exact_size(galley.size() + 2.0 * margin, egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{part} · {note}")));
    let (fill, stroke) = (color.gamma_multiply(0.16), Stroke::new(1.0, color.gamma_multiply(0.6)));
    ui.painter().rect(rect, f32::from(theme.corner), fill, stroke, egui::StrokeKind::Inside);
    ui.painter().galley(rect.min + margin, galley, color);
    response.on_hover_text(&reading.note);
}

fn color_of(ui: &egui::Ui, took_as: TookAs) -> Color32 {
    let palette = Theme::of(ui);
    match took_as {
        TookAs::Colour => palette.warning,
        TookAs::Tone => palette.cell_edges,
        TookAs::Texture => palette.axis_b,
        TookAs::Place => palette.good,
        TookAs::Date => palette.axis_c,
        TookAs::Field => palette.accent,
        TookAs::NamesAndTexts => palette.text_weak,
        TookAs::Wrong => palette.error,
    }
    .egui()
}

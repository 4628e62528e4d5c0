//! What is known of the picture, beside it.

use eframe::egui::{self, Color32, Rect, Sense, vec2};

use super::Viewer;
use crate::jobs::LatestWorker;
use crate::library::PictureId;
use crate::library::session::{Details, Entry, Libraries};
use crate::library::ui::work::name_of;
use crate::ui::{Shell, Theme, widgets};

impl Viewer {
    /// Draws what is known of the picture.
    pub fn details_ui(
        &mut self,
        ui: &mut egui::Ui,
        entry: &Entry,
        libraries: &Libraries,
        shell: &mut Shell<'_>,
    ) {
        self.ask_details(entry.id, libraries, shell);
        egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            ui.add_space(Theme::get().space_small);
            ui.add(egui::Label::new(egui::RichText::new(name_of(&entry.relative)).strong()).wrap());
            let Some((_, details)) = self.details.as_ref().filter(|(id, _)| *id == entry.id) else {
                ui.weak("…");
                return;
            };
            swatches_ui(ui, &details.swatches);
            for (title, rows) in &details.sections {
                widgets::section(ui, &title.to_uppercase());
                let rows: Vec<(&str, String)> =
                    rows.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
                widgets::facts(ui, title, &rows);
            }
            ui.add_space(Theme::get().space_large);
        });
    }

    fn ask_details(&mut self, id: PictureId, libraries: &Libraries, shell: &mut Shell<'_>) {
        if self.details_reader.is_none() {
            let libraries = libraries.clone();
            let started = LatestWorker::new(shell.jobs, "details", move |id: PictureId, _| {
                let details = libraries.details(id).unwrap_or_else(|error| Details {
                    sections: vec![("Error".to_owned(), vec![("Reason".to_owned(), error.to_string())])],
                    ..Details::default()
                });
                Some((id, details))
            });
            self.details_reader = started.inspect_err(|error| log::error!("no details: {error}")).ok();
        }
        let Some(reader) = &mut self.details_reader else { return };
        let asked = Some((id, libraries.generation()));
        if self.asked_details != asked {
            self.asked_details = asked;
            reader.request(id);
        }
        match reader.take() {
            Some(Ok(details)) => self.details = Some(details),
            Some(Err(error)) => shell.notifications.error(format!("The details were not read: {error}")),
            None => {}
        }
    }
}

/// The main colours as a bar, as wide as their shares.
fn swatches_ui(ui: &mut egui::Ui, swatches: &[([u8; 3], f32)]) {
    let sum: f32 = swatches.iter().map(|(_, share)| share).sum();
    if sum <= 0.0 {
        return;
    }
    let (bar, response) = ui.allocate_exact_size(vec2(ui.available_width(), 14.0), Sense::hover());
    let mut left = bar.left();
    let mut under_pointer = None;
    for ([r, g, b], share) in swatches {
        let right = left + bar.width() * share / sum;
        let part = Rect::from_x_y_ranges(left..=right, bar.y_range());
        ui.painter().rect_filled(part, 0.0, Color32::from_rgb(*r, *g, *b));
        if response.hover_pos().is_some_and(|place| part.contains(place)) {
            under_pointer = Some(format!("#{r:02x}{g:02x}{b:02x}, {:.0} % of the picture", share * 100.0));
        }
        left = right;
    }
    if let Some(text) = under_pointer {
        response.on_hover_text_at_pointer(text);
    }
}

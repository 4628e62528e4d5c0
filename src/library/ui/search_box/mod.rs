//! The search field with what was understood under it, what can be typed next, and the pictures that are searched with.

mod chips;
mod completions;
mod tags;

use eframe::egui;

use self::chips::chips_ui;
pub(super) use self::chips::{shortened, texture_of};
use self::completions::{completion_keys, completions_ui};
use self::tags::{layout, readings_ui, wrong_parts};
use super::search::Search;
use super::thumbs::Thumbnails;
use super::{LibraryCommand, sketch};
use crate::library::query::complete;
use crate::library::query::parse;
use crate::library::session::Libraries;
use crate::ui::{Shell, Theme, widgets};

/// The field and what belongs to it.
#[derive(Default)]
pub struct SearchBox {
    /// Put the cursor into the field at the next frame.
    pub focus: bool,
    /// Height of the tags under the field, as last drawn: the list opens below them, so that reasons can be read.
    tags_height: f32,
    sketch: sketch::Pad,
}

impl SearchBox {
    /// Draws it. Returns whether Enter or an arrow leads from the field to the pictures.
    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        search: &mut Search,
        thumbs: &Thumbnails,
        libraries: &Libraries,
        shell: &Shell<'_>,
        commands: &mut Vec<LibraryCommand>,
    ) -> bool {
        let mut leaves = false;
        ui.horizontal(|ui| {
            let layout = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(layout, |ui| {
                ui.menu_button("?", help_ui).response.on_hover_text("What can be typed");
                self.sketch.button_ui(ui, &mut search.sketch);
                let can_clear = !search.is_empty();
                let clear = egui::Button::new("×").frame_when_inactive(false);
                let clear = widgets::named(ui.add_enabled(can_clear, clear), "Show all pictures");
                if clear.on_hover_text("Show all pictures").clicked() {
                    commands.push(LibraryCommand::ClearSearch);
                }
                leaves = self.field_ui(ui, search, libraries, shell);
            });
        });
        let before = ui.cursor().top();
        readings_ui(ui, search);
        self.tags_height = ui.cursor().top() - before;
        chips_ui(ui, search, thumbs, commands);
        leaves
    }

    fn field_ui(
        &mut self,
        ui: &mut egui::Ui,
        search: &mut Search,
        libraries: &Libraries,
        shell: &Shell<'_>,
    ) -> bool {
        let id = ui.make_persistent_id("search field");
        let has_focus = ui.memory(|memory| memory.has_focus(id));
        let (mut leaves, mut takes) = (false, None);
        if has_focus {
            (leaves, takes) = completion_keys(ui, search);
        }
        let mut completed_cursor = None;
        if let Some(completion) = takes.and_then(|at: usize| search.completions.list.get(at)) {
            let (text, cursor) = complete::apply(&search.text, completion);
            completed_cursor = Some(text.get(..cursor).unwrap_or(&text).chars().count());
            search.text = text;
            search.completions.close();
        }
        let wrong: Vec<std::ops::Range<usize>> = if search.answer.text == search.text {
            wrong_parts(&search.answer.response.readings)
        } else {
            Vec::new()
        };
        let mut layouter = |ui: &egui::Ui, text: &dyn egui::TextBuffer, _width: f32| {
            let job = layout(ui, text.as_str(), &wrong);
            ui.ctx().fonts_mut(|fonts| fonts.layout_job(job))
        };
        let mut output = egui::TextEdit::singleline(&mut search.text)
            .id(id)
            .hint_text("Search: words, color:teal, iso:>800, 2023, has:gps…")
            .desired_width(f32::INFINITY)
            .layouter(&mut layouter)
            .lock_focus(!search.completions.list.is_empty())
            .show(ui);
        let response: egui::Response = (*output.response).clone();
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search pictures"));
        if std::mem::take(&mut self.focus) || completed_cursor.is_some() {
            response.request_focus();
        }
        if let Some(chars) = completed_cursor {
            let cursor = egui::text::CCursor::new(egui::text::CharIndex(chars));
            output.state.cursor.set_char_range(Some(egui::text::CCursorRange::one(cursor)));
            output.state.clone().store(ui.ctx(), id);
        }
        let hovered =
            response.hover_pos().map(|place| output.galley.cursor_from_pos(place - output.galley_pos));
        if let Some(cursor) = hovered {
            let byte = byte_of(&search.text, cursor.index.0);
            let reading = search.answer.response.readings.iter().find(|reading| reading.span.contains(&byte));
            if let Some(reading) = reading.filter(|_| search.answer.text == search.text) {
                response.clone().on_hover_text_at_pointer(&reading.note);
            }
        }
        if response.has_focus() {
            // Escape closes the list before it leaves the field.
            let is_open = !search.completions.list.is_empty();
            let filter = egui::EventFilter {
                tab: is_open,
                horizontal_arrows: true,
                vertical_arrows: true,
                escape: is_open,
            };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        }
        if response.has_focus() && completed_cursor.is_none() {
            let cursor = output.cursor_range.map_or(usize::MAX, |range| range.primary.index.0);
            let cursor = byte_of(&search.text, cursor);
            search.completions.refresh(&search.text, cursor, libraries, shell.jobs);
            if let Some(at) = completions_ui(&response, self.tags_height, search) {
                if let Some(completion) = search.completions.list.get(at) {
                    let (text, cursor) = complete::apply(&search.text, completion);
                    let chars = text.get(..cursor).unwrap_or(&text).chars().count();
                    search.text = text;
                    let cursor = egui::text::CCursor::new(egui::text::CharIndex(chars));
                    output.state.cursor.set_char_range(Some(egui::text::CCursorRange::one(cursor)));
                    output.state.store(ui.ctx(), id);
                }
                search.completions.close();
                response.request_focus();
            }
        }
        if leaves {
            response.surrender_focus();
        }
        leaves
    }
}

/// The byte at which a letter begins.
fn byte_of(text: &str, char_index: usize) -> usize {
    text.char_indices().nth(char_index).map_or(text.len(), |(byte, _)| byte)
}

fn help_ui(ui: &mut egui::Ui) {
    ui.set_max_width(Theme::get().palette_width);
    ui.label("Words are looked for in names and texts; some are also colours, tones and textures.");
    ui.label("\"in quotes\" together · begin* · -without · more^2");
    ui.separator();
    egui::ScrollArea::vertical().max_height(0.6 * ui.ctx().content_rect().height()).show(ui, |ui| {
        egui::Grid::new("search help").num_columns(2).spacing([16.0, 4.0]).show(ui, |ui| {
            for field in parse::help() {
                ui.monospace(field.example);
                ui.label(field.meaning);
                ui.end_row();
            }
        });
    });
}

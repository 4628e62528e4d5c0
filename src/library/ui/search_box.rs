//! The search field with what was understood under it, what can be typed next, and the pictures that are searched with.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, LayoutSection, TextFormat};
use eframe::egui::{self, Color32, Key, Modifiers, RichText, Stroke};

use super::search::{Chip, Search};
use super::thumbs::Thumbnails;
use super::{LibraryCommand, sketch};
use crate::library::query::complete;
use crate::library::query::parse;
use crate::library::session::{Libraries, PictureSource, Reading, TookAs};
use crate::ui::{Shell, Theme, widgets};

/// Side of the picture in a chip.
const CHIP_SIDE: f32 = 40.0;
/// How much a picture can count.
const WEIGHTS: std::ops::RangeInclusive<f32> = -1.0..=2.0;

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
                let clear = egui::Button::new("✕").frame_when_inactive(false);
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

fn chips_ui(ui: &mut egui::Ui, search: &mut Search, thumbs: &Thumbnails, commands: &mut Vec<LibraryCommand>) {
    if let Some(within) = &search.within {
        let count = within.len();
        ui.horizontal(|ui| {
            ui.label(if count == 1 {
                "among 1 chosen picture".to_owned()
            } else {
                format!("among {count} chosen pictures")
            });
            if widgets::icon_button(ui, "✕", "Search all pictures again").clicked() {
                search.within = None;
            }
        });
    }
    if search.chips.is_empty() {
        return;
    }
    let mut removed = None;
    ui.horizontal_wrapped(|ui| {
        for (at, chip) in search.chips.iter_mut().enumerate() {
            if chip_ui(ui, chip, thumbs, commands) {
                removed = Some(at);
            }
        }
    });
    if let Some(at) = removed {
        search.chips.remove(at);
    }
}

/// Keys in the field: whether one leads out of it, and the completion that one takes.
fn completion_keys(ui: &egui::Ui, search: &mut Search) -> (bool, Option<usize>) {
    let list = &mut search.completions;
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let count = list.list.len();
    if count == 0 {
        return (pressed(Key::ArrowDown) || ui.input(|input| input.key_pressed(Key::Enter)), None);
    }
    if pressed(Key::Escape) {
        list.close();
        return (false, None);
    }
    if pressed(Key::ArrowDown) {
        list.chosen = Some(list.chosen.map_or(0, |at| (at + 1) % count));
    }
    if pressed(Key::ArrowUp) {
        list.chosen = Some(list.chosen.map_or(count - 1, |at| (at + count - 1) % count));
    }
    if pressed(Key::Tab) {
        return (false, Some(list.chosen.unwrap_or(0)));
    }
    if let Some(at) = list.chosen
        && pressed(Key::Enter)
    {
        return (false, Some(at));
    }
    let leaves = ui.input(|input| input.key_pressed(Key::Enter));
    if leaves {
        list.close();
    }
    (leaves, None)
}

/// The list under the field; the row that was clicked.
fn completions_ui(field: &egui::Response, tags_height: f32, search: &Search) -> Option<usize> {
    let list = &search.completions;
    if list.list.is_empty() || list.text != search.text {
        return None;
    }
    let mut clicked = None;
    egui::Popup::from_response(field)
        .id(field.id.with("completions"))
        .open(true)
        .close_behavior(egui::PopupCloseBehavior::IgnoreClicks)
        .gap(2.0 + tags_height)
        .show(|ui| {
            ui.set_min_width(Theme::get().sidebar_width);
            for (at, completion) in list.list.iter().enumerate() {
                let button = egui::Button::selectable(list.chosen == Some(at), &completion.label)
                    .shortcut_text(RichText::new(&completion.note).small())
                    .min_size(egui::vec2(ui.available_width(), 0.0));
                let response = ui.add(button);
                // Pressed, not clicked: the field loses the focus when the button goes down.
                if response.is_pointer_button_down_on() || response.clicked() {
                    clicked = Some(at);
                }
            }
        });
    clicked
}

fn wrong_parts(readings: &[Reading]) -> Vec<std::ops::Range<usize>> {
    readings
        .iter()
        .filter(|reading| reading.took_as == TookAs::Wrong)
        .map(|reading| reading.span.clone())
        .collect()
}

/// The byte at which a letter begins.
fn byte_of(text: &str, char_index: usize) -> usize {
    text.char_indices().nth(char_index).map_or(text.len(), |(byte, _)| byte)
}

/// The text with its wrong parts underlined.
fn layout(ui: &egui::Ui, text: &str, wrong: &[std::ops::Range<usize>]) -> LayoutJob {
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
fn readings_ui(ui: &mut egui::Ui, search: &Search) {
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

/// Draws a chip; whether it is to be removed.
fn chip_ui(
    ui: &mut egui::Ui,
    chip: &mut Chip,
    thumbs: &Thumbnails,
    commands: &mut Vec<LibraryCommand>,
) -> bool {
    let mut removed = false;
    let frame = egui::Frame::group(ui.style()).inner_margin(4.0);
    frame.show(ui, |ui| {
        let (rect, response) = ui.allocate_exact_size(egui::Vec2::splat(CHIP_SIDE), egui::Sense::CLICK);
        let texture = match (&chip.texture, &chip.source) {
            (Some(texture), _) => Some(texture),
            (None, PictureSource::Library(id)) => thumbs.peek(*id).map(|thumb| &thumb.texture),
            (None, PictureSource::Foreign(..)) => None,
        };
        if let Some(texture) = texture {
            let shown = super::geometry::fitted(rect, texture.size_vec2(), 0.01);
            let whole = egui::Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
            ui.painter().image(texture.id(), shown, whole, Color32::WHITE);
            if let Some(crop) = chip.crop {
                let part = egui::Rect::from_min_max(
                    shown.min + shown.size() * egui::vec2(crop.left, crop.top),
                    shown.min + shown.size() * egui::vec2(crop.right, crop.bottom),
                );
                let stroke = Stroke::new(1.5, Theme::of(ui).selection.egui());
                ui.painter().rect_stroke(part, 0.0, stroke, egui::StrokeKind::Outside);
            }
        }
        if let PictureSource::Library(id) = chip.source
            && response.on_hover_text("Show large").clicked()
        {
            commands.push(LibraryCommand::Open(id));
        }
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.horizontal(|ui| {
                let what =
                    if chip.crop.is_some() { format!("part of {}", chip.name) } else { chip.name.clone() };
                ui.add(egui::Label::new(RichText::new(shortened(&what)).small()).selectable(false))
                    .on_hover_text(&what);
                removed = widgets::icon_button(ui, "✕", &format!("Remove {}", chip.name)).clicked();
            });
            ui.horizontal(|ui| {
                ui.spacing_mut().slider_width = 72.0;
                let slider = egui::Slider::new(&mut chip.weight, WEIGHTS).step_by(0.1).fixed_decimals(1);
                let slider = widgets::renamed(ui.add(slider), "How much it counts; below zero: unlike it");
                if slider.double_clicked() {
                    chip.weight = 1.0;
                }
            });
        });
        if let Some(folder) = chip.file.as_deref().and_then(std::path::Path::parent)
            && ui.small_button("Add its folder").on_hover_text(folder.display().to_string()).clicked()
        {
            commands.push(LibraryCommand::OpenFolder(folder.to_owned()));
            chip.file = None;
        }
    });
    removed
}

fn shortened(name: &str) -> String {
    const MOST: usize = 28;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    name.chars().take(MOST - 1).chain(['…']).collect()
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

/// A texture of a picture from elsewhere.
pub(super) fn texture_of(ctx: &egui::Context, pixels: &Arc<crate::library::Pixels>) -> egui::TextureHandle {
    let small = crate::library::decode::shrink(pixels, 128);
    let size = [small.width() as usize, small.height() as usize];
    let image = egui::ColorImage::from_rgba_unmultiplied(size, small.rgba());
    ctx.load_texture("query picture", image, egui::TextureOptions::LINEAR)
}

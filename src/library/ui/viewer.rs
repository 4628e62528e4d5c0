//! One picture, large: what is there is shown at once, then as many pixels as the screen has, then all of them when one looks
//! closer.

use std::sync::Arc;

use eframe::egui::{
    self, Color32, Key, Modifiers, Pos2, Rect, Sense, Stroke, TextureHandle, Vec2, pos2, vec2,
};

use super::LibraryCommand;
use super::thumbs::{Thumbnails, size_of};
use super::work::name_of;
use crate::gpu::{Holding, Owner};
use crate::jobs::LatestWorker;
use crate::library::session::{Crop, Details, Entry, Libraries};
use crate::library::{PictureId, Pixels};
use crate::ui::{Shell, Theme, widgets};
use crate::units::grouped;

/// Screen sizes are asked for in steps, so that a window that is being resized does not read the file at each step.
const SIDE_STEP: u32 = 512;
/// How far one can zoom in: screen pixels for one of the picture.
const MOST_ZOOM: f32 = 32.0;

/// Asked of the reader: which picture, and how many pixels on its longer side.
type Asked = (PictureId, u32);
/// What the reader answers.
type Read = (Asked, Result<Arc<Pixels>, String>);

/// The viewer.
#[derive(Default)]
pub struct Viewer {
    shown: Option<PictureId>,
    /// Screen pixels for one pixel of the picture; absent to fit it into the view.
    zoom: Option<f32>,
    /// The place of the picture, in fractions of it, at the middle of the view.
    middle: Pos2,
    loaded: Option<Loaded>,
    failed: Option<(PictureId, String)>,
    asked: Option<Asked>,
    reader: Option<LatestWorker<Asked, Read>>,
    details: Option<(PictureId, Details)>,
    asked_details: Option<PictureId>,
    details_reader: Option<LatestWorker<PictureId, (PictureId, Details)>>,
    tools_height: f32,
    cropping: bool,
    crop: Option<Rect>,
    crop_from: Option<Pos2>,
}

struct Loaded {
    asked: Asked,
    texture: TextureHandle,
    _holding: Holding,
}

impl Viewer {
    /// Which picture is shown.
    pub fn shown(&self) -> Option<PictureId> {
        self.shown
    }

    /// Whether pixels or details are awaited.
    pub fn is_busy(&self) -> bool {
        self.reader.as_ref().is_some_and(LatestWorker::is_busy)
            || self.details_reader.as_ref().is_some_and(LatestWorker::is_busy)
    }

    /// Shows a picture.
    pub fn open(&mut self, id: PictureId) {
        if self.shown != Some(id) {
            self.shown = Some(id);
            self.zoom = None;
            self.middle = pos2(0.5, 0.5);
            self.crop = None;
            self.crop_from = None;
            self.failed = None;
        }
    }

    /// Back to the grid; the memory is given back.
    pub fn close(&mut self) {
        self.shown = None;
        self.loaded = None;
        self.asked = None;
        self.cropping = false;
        self.crop = None;
    }

    /// Draws the picture and its tools.
    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        (entry, at, count): (&Entry, Option<usize>, usize),
        shows_details: &mut bool,
        thumbs: &Thumbnails,
        libraries: &Libraries,
        shell: &mut Shell<'_>,
        commands: &mut Vec<LibraryCommand>,
    ) {
        self.poll(ui.ctx(), shell);
        if super::grid::may_take_keys(ui.ctx()) {
            self.keys(ui, commands);
            *shows_details ^= ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::I));
        }
        let tools = egui::Panel::top("viewer tools").show(ui, |ui| {
            ui.add_space(2.0);
            ui.horizontal_wrapped(|ui| {
                self.tools_ui(ui, entry, (at, count), commands);
                if ui.selectable_label(*shows_details, "Details").on_hover_text("I").clicked() {
                    *shows_details ^= true;
                }
            });
            ui.add_space(2.0);
        });
        // Buttons that wrapped into another row need a higher panel, which the next frame has.
        let height = tools.response.rect.height();
        if (height - std::mem::replace(&mut self.tools_height, height)).abs() > 0.5 {
            ui.ctx().request_repaint();
        }
        let canvas = egui::Frame::NONE.fill(Theme::of(ui).canvas.egui());
        egui::CentralPanel::default().frame(canvas).show(ui, |ui| {
            self.picture_ui(ui, entry, thumbs, libraries, shell);
        });
    }

    fn keys(&mut self, ui: &egui::Ui, commands: &mut Vec<LibraryCommand>) {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::Escape) {
            if self.cropping {
                self.cropping = false;
                self.crop = None;
            } else {
                commands.push(LibraryCommand::CloseViewer);
            }
        }
        if pressed(Key::Enter) || pressed(Key::Backspace) {
            commands.push(LibraryCommand::CloseViewer);
        }
        for (key, by) in [
            (Key::ArrowRight, 1),
            (Key::PageDown, 1),
            (Key::Space, 1),
            (Key::ArrowLeft, -1),
            (Key::PageUp, -1),
        ] {
            if pressed(key) {
                commands.push(LibraryCommand::StepViewer(by));
            }
        }
        if pressed(Key::Num0) {
            self.zoom = None;
        }
        if pressed(Key::Num1) {
            self.zoom = Some(1.0);
        }
    }

    fn tools_ui(
        &mut self,
        ui: &mut egui::Ui,
        entry: &Entry,
        (at, count): (Option<usize>, usize),
        commands: &mut Vec<LibraryCommand>,
    ) {
        if ui.button("⬅ All pictures").on_hover_text("Esc").clicked() {
            commands.push(LibraryCommand::CloseViewer);
        }
        if widgets::icon_button(ui, "◀", "Previous picture").clicked() {
            commands.push(LibraryCommand::StepViewer(-1));
        }
        if widgets::icon_button(ui, "▶", "Next picture").clicked() {
            commands.push(LibraryCommand::StepViewer(1));
        }
        if let Some(at) = at {
            ui.weak(format!("{} of {}", grouped(at as u64 + 1), grouped(count as u64)));
        }
        ui.separator();
        if ui.selectable_label(self.zoom.is_none(), "Fit").on_hover_text("0").clicked() {
            self.zoom = None;
        }
        if ui.selectable_label(self.zoom == Some(1.0), "100 %").on_hover_text("1").clicked() {
            self.zoom = Some(1.0);
        }
        if let Some(zoom) = self.zoom.filter(|zoom| *zoom != 1.0) {
            ui.weak(format!("{:.0} %", zoom * 100.0));
        }
        ui.separator();
        if ui.button("Find similar").clicked() {
            commands.push(LibraryCommand::FindSimilar(vec![entry.id]));
        }
        if ui
            .selectable_label(self.cropping, "Select a part")
            .on_hover_text("Drag a rectangle, then search with it")
            .clicked()
        {
            self.cropping ^= true;
            self.crop = None;
        }
        if let Some(crop) = self.crop
            && ui.button("Find what looks like this part").clicked()
        {
            let crop =
                Crop { left: crop.left(), top: crop.top(), right: crop.right(), bottom: crop.bottom() };
            commands.push(LibraryCommand::FindPart(entry.id, crop));
        }
        ui.menu_button("More", |ui| {
            let mut item = |ui: &mut egui::Ui, label: &str, command: LibraryCommand| {
                if ui.button(label).clicked() {
                    commands.push(command);
                    ui.close();
                }
            };
            item(ui, "Show in file manager", LibraryCommand::Reveal(entry.id));
            item(ui, "Copy picture", LibraryCommand::CopyPicture(entry.id));
            item(ui, "Copy path", LibraryCommand::CopyPaths(vec![entry.id]));
        });
    }

    fn picture_ui(
        &mut self,
        ui: &mut egui::Ui,
        entry: &Entry,
        thumbs: &Thumbnails,
        libraries: &Libraries,
        shell: &mut Shell<'_>,
    ) {
        let (view, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
        let name = format!("Picture {}", name_of(&entry.relative));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
        let scale = ui.pixels_per_point();
        let mut texture = thumbs.peek(entry.id).map(|thumb| &thumb.texture);
        if let Some(loaded) = self.loaded.as_ref().filter(|loaded| loaded.asked.0 == entry.id) {
            texture = Some(&loaded.texture);
        }
        let mut size_px = size_of(entry);
        if size_px.x <= 0.0 {
            size_px = texture.map_or(vec2(1.0, 1.0), TextureHandle::size_vec2);
        }
        let texture = texture.map(TextureHandle::id);
        // Points for one pixel of the picture.
        let fit = (view.width() / size_px.x).min(view.height() / size_px.y).min(1.0 / scale);
        self.steer(ui, &response, view, size_px, fit);
        let per_pixel = self.zoom.map_or(fit, |zoom| zoom / scale);
        let size = size_px * per_pixel;
        self.hold_middle(view, size);
        let rect = Rect::from_min_size(view.center() - size * self.middle.to_vec2(), size);
        self.ask(entry, size_px, size.max_elem() * scale, libraries, shell);
        let painter = ui.painter_at(view);
        let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        if let Some(texture) = texture {
            painter.image(texture, rect, whole, Color32::WHITE);
        } else if let Some((_, reason)) = self.failed.as_ref().filter(|(id, _)| *id == entry.id) {
            let font = egui::TextStyle::Body.resolve(ui.style());
            let color = Theme::of(ui).error.egui();
            let galley = painter.layout(
                format!("This picture cannot be shown: {reason}"),
                font,
                color,
                view.width() - 40.0,
            );
            painter.galley(view.center() - 0.5 * galley.size(), galley, color);
        } else {
            ui.put(Rect::from_center_size(view.center(), Vec2::splat(32.0)), egui::Spinner::new());
        }
        if self.cropping {
            self.crop_ui(ui, &response, rect, &painter);
        }
    }

    /// The wheel zooms at the pointer, dragging moves.
    fn steer(&mut self, ui: &egui::Ui, response: &egui::Response, view: Rect, size_px: Vec2, fit: f32) {
        let scale = ui.pixels_per_point();
        let before = self.zoom.unwrap_or(fit * scale);
        if response.dragged() && !self.cropping {
            let size = size_px * before / scale;
            self.middle -= vec2(response.drag_delta().x / size.x, response.drag_delta().y / size.y);
        }
        if response.double_clicked() {
            self.zoom = if self.zoom.is_none() { Some(1.0) } else { None };
        }
        let Some(pointer) = response.hover_pos() else { return };
        let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let factor = (scroll * 0.004).exp() * pinch;
        if (factor - 1.0).abs() < 1e-4 {
            return;
        }
        let least = (fit * scale).min(1.0);
        let after = (before * factor).clamp(least, MOST_ZOOM);
        // What lies under the pointer stays there.
        let offset = (pointer - view.center()) * scale;
        let shift = |zoom: f32| vec2(offset.x / (size_px.x * zoom), offset.y / (size_px.y * zoom));
        self.middle += shift(before) - shift(after);
        self.zoom = (after > least * 1.0001).then_some(after);
    }

    /// The picture cannot be pushed out of the view.
    fn hold_middle(&mut self, view: Rect, size: Vec2) {
        let held = |middle: f32, view: f32, size: f32| {
            let half = 0.5 * view / size.max(1.0);
            if half >= 0.5 { 0.5 } else { middle.clamp(half, 1.0 - half) }
        };
        self.middle =
            pos2(held(self.middle.x, view.width(), size.x), held(self.middle.y, view.height(), size.y));
    }

    fn crop_ui(&mut self, ui: &egui::Ui, response: &egui::Response, rect: Rect, painter: &egui::Painter) {
        ui.ctx().set_cursor_icon(egui::CursorIcon::Crosshair);
        let place = |pointer: Pos2| {
            let at = (pointer - rect.min) / rect.size();
            pos2(at.x.clamp(0.0, 1.0), at.y.clamp(0.0, 1.0))
        };
        if response.drag_started() {
            self.crop_from = ui.input(|input| input.pointer.press_origin()).map(place);
        }
        if let (true, Some(from), Some(pointer)) =
            (response.dragged() || response.drag_stopped(), self.crop_from, response.interact_pointer_pos())
        {
            let crop = Rect::from_two_pos(from, place(pointer));
            self.crop = (crop.width() > 0.01 && crop.height() > 0.01).then_some(crop);
        }
        let Some(crop) = self.crop else { return };
        let part = Rect::from_min_max(
            rect.min + crop.min.to_vec2() * rect.size(),
            rect.min + crop.max.to_vec2() * rect.size(),
        );
        let shade = Color32::from_black_alpha(130);
        for side in [
            Rect::from_min_max(rect.min, pos2(rect.right(), part.top())),
            Rect::from_min_max(pos2(rect.left(), part.bottom()), rect.max),
            Rect::from_min_max(pos2(rect.left(), part.top()), part.left_bottom()),
            Rect::from_min_max(part.right_top(), pos2(rect.right(), part.bottom())),
        ] {
            painter.rect_filled(side, 0.0, shade);
        }
        let stroke = Stroke::new(1.5, Theme::of(ui).selection.egui());
        painter.rect_stroke(part, 0.0, stroke, egui::StrokeKind::Outside);
    }

    /// Asks for as many pixels as the screen shows of the picture, in steps, when there are fewer.
    fn ask(
        &mut self,
        entry: &Entry,
        size_px: Vec2,
        shown_px: f32,
        libraries: &Libraries,
        shell: &mut Shell<'_>,
    ) {
        let limit = shell.gpu.device.limits().max_texture_dimension_2d;
        let own = if entry.width > 0 { size_px.max_elem() as u32 } else { limit };
        let side = (shown_px.max(1.0) as u32).next_multiple_of(SIDE_STEP).min(own.max(1)).min(limit);
        let is_enough = |asked: &Asked| asked.0 == entry.id && asked.1 >= side;
        if self.asked.as_ref().is_some_and(is_enough) {
            return;
        }
        if self.reader.is_none() {
            let libraries = libraries.clone();
            let started = LatestWorker::new(shell.jobs, "viewer", move |(id, side): Asked, newer| {
                let pixels = libraries.load(id, side);
                // Somebody who holds the key down is at another picture by now.
                (!newer.is_waiting())
                    .then(|| ((id, side), pixels.map(Arc::new).map_err(|error| error.to_string())))
            });
            match started {
                Ok(reader) => self.reader = Some(reader),
                Err(error) => shell.notifications.error(format!("Pictures cannot be read: {error}")),
            }
        }
        if let Some(reader) = &mut self.reader {
            self.asked = Some((entry.id, side));
            reader.request((entry.id, side));
        }
    }

    fn poll(&mut self, ctx: &egui::Context, shell: &mut Shell<'_>) {
        let Some(result) = self.reader.as_ref().and_then(LatestWorker::take) else { return };
        match result {
            Ok((asked, Ok(pixels))) if Some(asked.0) == self.shown => {
                let size = [pixels.width() as usize, pixels.height() as usize];
                let image = egui::ColorImage::from_rgba_unmultiplied(size, pixels.rgba());
                let options = egui::TextureOptions {
                    magnification: egui::TextureFilter::Nearest,
                    ..egui::TextureOptions::LINEAR
                };
                let bytes = pixels.rgba().len() as u64;
                let holding = shell.gpu.ledger.hold(Owner::Library, "viewer", bytes);
                let texture = ctx.load_texture("viewer", image, options);
                self.loaded = Some(Loaded { asked, texture, _holding: holding });
            }
            Ok((asked, Err(reason))) => self.failed = Some((asked.0, reason)),
            Ok(_) => {}
            Err(error) => shell.notifications.error(format!("The picture was not read: {error}")),
        }
    }

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
        if self.asked_details != Some(id) {
            self.asked_details = Some(id);
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

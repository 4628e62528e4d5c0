//! The picture itself: zoomed, moved, and a part of it marked.

use eframe::egui::{self, Color32, Pos2, Rect, Sense, Stroke, TextureHandle, Vec2, pos2, vec2};

use super::Viewer;
use crate::library::session::{Entry, Libraries};
use crate::library::ui::thumbs::{Thumbnails, size_of};
use crate::library::ui::work::name_of;
use crate::ui::{Shell, Theme};

/// How far one can zoom in: screen pixels for one of the picture.
const MOST_ZOOM: f32 = 32.0;

impl Viewer {
    pub(super) fn picture_ui(
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
        if let Some(loaded) = self.loaded.as_ref().filter(|loaded| loaded.asked.id == entry.id) {
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
}

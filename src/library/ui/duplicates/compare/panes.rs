//! The pictures of a comparison on the screen.

use eframe::egui::{self, Color32, Pos2, Rect, Sense};

use super::{Compare, Way, look};
use crate::ui::{Theme, widgets};

/// How much a wheel's step zooms.
const ZOOM_PER_POINT: f32 = 0.004;

impl Compare {
    pub(super) fn panes_ui(&mut self, ui: &mut egui::Ui) {
        let (rect, _) =
            ui.allocate_exact_size(ui.available_size().max(egui::vec2(40.0, 40.0)), Sense::hover());
        match self.way {
            Way::SideBySide => {
                let half = egui::vec2(0.5 * (rect.width() - Theme::get().space_small), rect.height());
                let left = Rect::from_min_size(rect.min, half);
                let right = Rect::from_min_size(egui::pos2(rect.right() - half.x, rect.top()), half);
                self.pane_ui(ui, left, 0, 0);
                self.pane_ui(ui, right, 1, 1);
            }
            Way::Flicker => self.pane_ui(ui, rect, usize::from(self.shows_second), 0),
            Way::Difference => self.pane_ui(ui, rect, 2, 0),
        }
        if let Some(error) = &self.error {
            let font = egui::TextStyle::Body.resolve(ui.style());
            let color = Theme::of(ui).error.egui();
            ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, error, font, color);
        } else if self.shown.as_ref().map(|shown| shown.request) != self.wanted {
            ui.put(Rect::from_center_size(rect.center(), egui::Vec2::splat(24.0)), egui::Spinner::new());
        }
    }

    /// One picture; `placed_as` says whose frame it is put into, so that what flickers stays where it is.
    fn pane_ui(&mut self, ui: &egui::Ui, rect: Rect, which: usize, placed_as: usize) {
        let names = ["First picture", "Second picture", "Difference"];
        let name = names.get(which).copied().unwrap_or_default();
        let response = ui.interact(rect, ui.scope_id().with(("pane", placed_as)), Sense::click_and_drag());
        let response = widgets::named(response, &format!("{name} at {:.0} %", self.zoom * 100.0));
        let placed_as = if self.align || self.way == Way::SideBySide { placed_as } else { which };
        let Some(shown) = &self.shown else { return };
        let (Some(texture), Some(frame)) = (shown.pictures.get(which), shown.pictures.get(placed_as)) else {
            return;
        };
        let fitted = look::fit(rect, frame.texture.aspect_ratio());
        let (id, per_point) = (texture.texture.id(), ui.ctx().pixels_per_point());
        self.fitted_px = fitted.width().max(fitted.height()) * per_point;
        self.move_ui(ui, &response, fitted.size(), rect);
        let size = fitted.size() * self.zoom;
        let picture = Rect::from_min_size(rect.center() - self.centre * size, size);
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        painter.image(id, picture, Rect::from_min_max(Pos2::ZERO, egui::pos2(1.0, 1.0)), Color32::WHITE);
        let title = match self.side(which) {
            Some(side) => format!("{}  ·  {}", side.name, side.facts),
            None => name.to_owned(),
        };
        let font = egui::TextStyle::Small.resolve(ui.style());
        let palette = Theme::of(ui);
        let space = Theme::get().space_small;
        let text = painter.layout(title, font, palette.text.egui(), rect.width() - 4.0 * space);
        let at = rect.left_bottom() + egui::vec2(2.0 * space, -text.size().y - 2.0 * space);
        let back = Rect::from_min_size(at, text.size()).expand(space);
        painter.rect_filled(back, f32::from(Theme::get().corner), palette.panel.egui());
        painter.galley(at, text, palette.text.egui());
    }

    /// The wheel zooms at the pointer, dragging moves, a double click shows all.
    fn move_ui(&mut self, ui: &egui::Ui, response: &egui::Response, fitted: egui::Vec2, rect: Rect) {
        if response.double_clicked() {
            self.fit();
        }
        if response.dragged() {
            self.centre -= response.drag_delta() / (fitted * self.zoom);
        }
        if let Some(at) = response.hover_pos() {
            let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
            let zoom = (self.zoom * pinch * (scroll * ZOOM_PER_POINT).exp()).clamp(0.1, 64.0);
            if zoom != self.zoom {
                let from_centre = at - rect.center();
                self.centre += from_centre / fitted * (1.0 / self.zoom - 1.0 / zoom);
                self.zoom = zoom;
            }
        }
        self.centre = self.centre.clamp(egui::Vec2::ZERO, egui::Vec2::splat(1.0));
    }
}

//! What mouse, trackpad and keyboard do on the map.

use std::collections::HashSet;

use eframe::egui::{self, Key, PointerButton, Pos2, Rect, Vec2};

use super::picture::{Sharp, picture_rect};
use super::worker::Snapshot;
use super::{MapView, Screen, Seen};
use crate::library::PictureId;
use crate::library::map::inside;
use crate::library::ui::RoomAction;
use crate::library::ui::selection::Selection;
use crate::library::ui::thumbs::Thumbnails;
use crate::ui::popups;

impl MapView {
    /// Mouse, trackpad and keyboard move the map or draw a loop.
    pub(super) fn steer(
        &mut self,
        ui: &egui::Ui,
        response: &egui::Response,
        rect: Rect,
        snapshot: &Snapshot,
        seen: &Seen<'_>,
    ) -> Option<RoomAction> {
        let selection = seen.selection;
        let is_shift = ui.input(|input| input.modifiers.shift);
        let pointer = response.interact_pointer_pos();
        if response.drag_started_by(PointerButton::Primary) && (self.is_lasso_on || is_shift) {
            // The pointer may have gone far before it counted as dragging.
            let origin = ui.input(|input| input.pointer.press_origin());
            self.lasso = Some(origin.map(|origin| self.camera.place(origin, rect)).into_iter().collect());
        }
        if let (Some(corners), Some(at)) = (&mut self.lasso, pointer) {
            let place = self.camera.place(at, rect);
            let last = corners.last().map(|last| self.camera.screen(*last, rect));
            if last.is_none_or(|last| last.distance(at) > 3.0) {
                corners.push(place);
            }
        } else if response.dragged() && response.drag_delta() != Vec2::ZERO {
            self.camera.pan(response.drag_delta());
            self.is_steered = true;
        }
        if response.hovered() {
            let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
            let factor = pinch * (scroll * 0.004).exp();
            if let Some(at) = response.hover_pos().filter(|_| factor != 1.0) {
                self.camera.zoom_at(factor, at, rect);
                self.is_steered = true;
            }
        }
        let is_typing = ui.memory(|memory| memory.focused().is_some_and(|id| id != response.id));
        let is_free = !popups::is_something_over(ui.ctx());
        if is_free && !is_typing {
            self.steer_by_keys(ui, rect);
        }
        if is_free && ui.input(|input| input.key_pressed(Key::Escape)) {
            self.lasso = None;
            if !selection.is_empty() {
                return Some(RoomAction::Select(Vec::new()));
            }
        }
        if response.drag_stopped()
            && let Some(corners) = self.lasso.take()
        {
            self.is_lasso_on = false;
            let found = inside(&corners, &snapshot.places);
            let found = found.into_iter().filter_map(|index| snapshot.ids.get(index).copied());
            // What the search has dimmed is not meant.
            let found = found.filter(|id| seen.found.is_none_or(|shown| shown.contains(id)));
            let is_added = ui.input(|input| input.modifiers.command);
            let before = selection.chosen().iter().copied().filter(|_| is_added);
            return Some(RoomAction::Select(found.chain(before).collect()));
        }
        None
    }

    fn steer_by_keys(&mut self, ui: &egui::Ui, rect: Rect) {
        let (right, down, nearer, all) = ui.input(|input| {
            if input.modifiers.command || input.modifiers.alt {
                return (0.0, 0.0, 0.0, false);
            }
            let presses = |key| input.num_presses(key) as f32;
            (
                presses(Key::ArrowRight) - presses(Key::ArrowLeft),
                presses(Key::ArrowDown) - presses(Key::ArrowUp),
                presses(Key::Plus) + presses(Key::Equals) - presses(Key::Minus),
                input.key_pressed(Key::Num0),
            )
        });
        if right != 0.0 || down != 0.0 {
            self.camera.pan(Vec2::new(-right, -down) * 60.0);
            self.is_steered = true;
        }
        if nearer != 0.0 {
            self.camera.zoom_at(1.25_f32.powf(nearer), rect.center(), rect);
            self.is_steered = true;
        }
        if all {
            self.is_steered = false;
        }
    }

    /// Hover tells, click selects, double-click opens.
    pub(super) fn point(
        &mut self,
        response: &egui::Response,
        snapshot: &Snapshot,
        screen: &Screen,
        selection: &Selection,
        sharp: &Sharp<'_>,
        thumbnails: &mut Thumbnails,
    ) -> Option<RoomAction> {
        if self.lasso.is_some() {
            return None;
        }
        let under = |at: Pos2| self.under(at, snapshot, screen);
        if response.clicked() || response.double_clicked() {
            response.request_focus();
            let id = response.interact_pointer_pos().and_then(under);
            return match id {
                Some(id) if response.double_clicked() => Some(RoomAction::Open(id)),
                Some(id) if response.ctx.input(|input| input.modifiers.command) => {
                    let mut chosen: HashSet<PictureId> = selection.chosen().clone();
                    if !chosen.remove(&id) {
                        chosen.insert(id);
                    }
                    Some(RoomAction::Select(chosen.into_iter().collect()))
                }
                Some(id) => Some(RoomAction::Select(vec![id])),
                None if selection.is_empty() => None,
                None => Some(RoomAction::Select(Vec::new())),
            };
        }
        let id = response.hover_pos().filter(|_| !response.dragged()).and_then(under)?;
        let name = sharp.table.get(id).and_then(|entry| entry.relative.file_name().map(ToOwned::to_owned));
        let picture = sharp.get(id, thumbnails);
        response.clone().on_hover_ui_at_pointer(|ui| {
            if let Some((texture, aspect)) = picture {
                let size = picture_rect(Pos2::ZERO, 220.0, aspect).size();
                ui.image((texture, size));
            }
            ui.label(name.unwrap_or_default().to_string_lossy());
        });
        None
    }

    /// The picture that is drawn last of those under a point.
    fn under(&self, at: Pos2, snapshot: &Snapshot, screen: &Screen) -> Option<PictureId> {
        let place = self.camera.place(at, screen.rect);
        let reach = screen.side.max(8.0) / 2.0 / self.camera.zoom;
        let low = place.map(|axis| axis - reach);
        let high = place.map(|axis| axis + reach);
        let mut found: Vec<u32> = snapshot.grid.in_rectangle(low, high).collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.into_iter().find_map(|index| {
            let id = *snapshot.ids.get(index as usize)?;
            let middle = self.camera.screen(*snapshot.places.get(index as usize)?, screen.rect);
            let aspect = self.tiles.get(id).map_or(1.0, |tile| tile.aspect);
            picture_rect(middle, screen.side.max(8.0), aspect).contains(at).then_some(id)
        })
    }
}

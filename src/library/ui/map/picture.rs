//! What is drawn: all pictures by the device, and larger ones over them where there is room.

use std::collections::BTreeSet;

use eframe::egui::{self, Pos2, Rect, Vec2};

use super::gpu::{CHOSEN, DIMMED, DOT_POINTS, Instance, Renderer, View};
use super::tiles::Tiles;
use super::worker::Snapshot;
use super::{MapView, Screen, Seen};
use crate::gpu::GpuError;
use crate::library::PictureId;
use crate::library::session::Table;
use crate::library::ui::thumbs::{Look, Thumbnails, Wanted};
use crate::ui::{Shell, Theme};

/// Longer sides of pictures in points: when all are shown, and the limits.
const SIDES: (f32, f32, f32, f32) = (6.0, 44.0, 4.0, 200.0);
/// So many larger pictures are drawn over their tiles.
const MOST_SHARP: usize = 160;

/// What the texture shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawn {
    size: (u32, u32),
    view: View,
    pub(super) texture: egui::TextureId,
}

impl MapView {
    /// Longer side of pictures in points. It grows slower than distances, so that zooming in parts what overlaps.
    pub(super) fn side(&self, snapshot: &Snapshot, rect: Rect, fit_zoom: f32) -> f32 {
        let (least_all, most_all, least, most) = SIDES;
        let all = (rect.area() / snapshot.ids.len().max(1) as f32).sqrt() * 0.6;
        let closer = (self.camera.zoom / fit_zoom.max(1e-3)).powf(0.65);
        (all.clamp(least_all, most_all) * closer).clamp(least, most)
    }

    /// Pictures on the screen, nearest to the middle first.
    pub(super) fn seen(&self, snapshot: &Snapshot, screen: &Screen) -> Vec<PictureId> {
        let room = screen.rect.expand(screen.side);
        let (a, b) = (self.camera.place(room.min, screen.rect), self.camera.place(room.max, screen.rect));
        let low = [a[0].min(b[0]), a[1].min(b[1])];
        let high = [a[0].max(b[0]), a[1].max(b[1])];
        let mut seen: Vec<(f32, PictureId)> = snapshot
            .grid
            .in_rectangle(low, high)
            .filter_map(|index| {
                let place = *snapshot.places.get(index as usize)?;
                let id = *snapshot.ids.get(index as usize)?;
                let at = self.camera.screen(place, screen.rect);
                room.contains(at).then(|| (at.distance_sq(screen.rect.center()), id))
            })
            .collect();
        seen.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        seen.into_iter().map(|(_, id)| id).collect()
    }

    pub(super) fn draw(
        &mut self,
        snapshot: &Snapshot,
        screen: &Screen,
        scale: f32,
        seen: &Seen<'_>,
        shell: &Shell<'_>,
    ) -> Result<(), GpuError> {
        let gpu = shell.gpu;
        gpu.check_alive()?;
        let limit = gpu.device.limits().max_texture_dimension_2d;
        let pixels = |points: f32| ((points * scale).round() as u32).clamp(1, limit);
        let size = (pixels(screen.rect.width()), pixels(screen.rect.height()));
        let (x, y) = (2.0 / screen.rect.width(), 2.0 / screen.rect.height());
        let zoom = self.camera.zoom;
        let [r, g, b, _] = Theme::get().palette(shell.mode).selection.0.map(|byte| f32::from(byte) / 255.0);
        let view = View {
            ndc_from_world: [
                x * zoom,
                y * zoom,
                -self.camera.middle[0] * x * zoom,
                -self.camera.middle[1] * y * zoom,
            ],
            pixels: [2.0 / size.0 as f32, 2.0 / size.1 as f32, screen.side * scale, 2.0 * scale],
            tiles: View::tiles(DOT_POINTS * scale),
            chosen: [r, g, b, 1.0],
        };
        let is_current = !self.is_stale
            && self.drawn.as_ref().is_some_and(|drawn| drawn.size == size && drawn.view == view);
        if is_current {
            return Ok(());
        }
        let renderer = self.renderer.get_or_insert_with(|| Renderer::new(gpu));
        // Before the instances: a larger texture keeps its tiles' numbers.
        let Some(tiles) = self.tiles.view(gpu, snapshot.ids.len()).cloned() else { return Ok(()) };
        if self.is_stale {
            let unknown = Theme::get().palette(shell.mode).outline.0;
            let known = |index: usize| {
                let [r, g, b] = snapshot.colors.get(index).copied().flatten()?;
                Some([r, g, b, 255])
            };
            let instance = |(index, (id, place)): (usize, (&PictureId, &[f32; 2]))| {
                let tile = self.tiles.get(*id);
                let is_chosen = seen.selection.contains(*id);
                Instance {
                    place: *place,
                    aspect: tile.map_or(1.0, |tile| tile.aspect),
                    tile: self.tiles.number(*id),
                    color: tile.map_or_else(|| known(index).unwrap_or(unknown), |tile| tile.color),
                    frame: self.frames.colors.get(index).copied().unwrap_or_default(),
                    flags: if is_chosen { CHOSEN } else { u32::from(seen.dims(*id)) * DIMMED },
                }
            };
            let instances: Vec<Instance> =
                snapshot.ids.iter().zip(&snapshot.places).enumerate().map(instance).collect();
            renderer.upload(gpu, &instances)?;
            self.is_stale = false;
        }
        let texture = renderer.draw(gpu, shell.render_state, size, &view, &tiles)?;
        self.drawn = Some(Drawn { size, view, texture });
        Ok(())
    }

    /// Larger pictures over their tiles, where few are on the screen.
    pub(super) fn sharp_ui(
        &self,
        painter: &egui::Painter,
        snapshot: &Snapshot,
        visible: &[PictureId],
        screen: &Screen,
        seen: &Seen<'_>,
        sharp: &Sharp<'_>,
        thumbnails: &mut Thumbnails,
    ) {
        if visible.len() > MOST_SHARP {
            return;
        }
        let wanted: BTreeSet<PictureId> = visible.iter().copied().collect();
        // In the order of drawing, so that the same pictures lie on top.
        for (id, place) in snapshot.ids.iter().zip(&snapshot.places).filter(|(id, _)| wanted.contains(id)) {
            let is_dimmed = seen.dims(*id);
            if let Some((texture, aspect)) = sharp.get(*id, thumbnails).filter(|_| !is_dimmed) {
                let area = picture_rect(self.camera.screen(*place, screen.rect), screen.side, aspect);
                let uv = Rect::from_min_max(Pos2::ZERO, egui::pos2(1.0, 1.0));
                painter.image(texture, area, uv, egui::Color32::WHITE);
            }
        }
    }

    /// Gives the memory of the device back.
    pub(super) fn release(&mut self, shell: &Shell<'_>) {
        if let Some(renderer) = &mut self.renderer {
            renderer.release(shell.render_state);
        }
        self.renderer = None;
        self.tiles = Tiles::default();
        self.drawn = None;
        self.is_stale = true;
    }
}

/// Thumbnails of a size, for pictures that are large enough on the map.
pub(super) struct Sharp<'a> {
    pub(super) table: &'a Table,
    pub(super) side_px: f32,
}

impl Sharp<'_> {
    /// A picture's texture and its width over its height; asked for when it is not there yet.
    pub(super) fn get(&self, id: PictureId, thumbnails: &mut Thumbnails) -> Option<(egui::TextureId, f32)> {
        match thumbnails.look(Wanted::new(self.table.get(id)?, self.side_px)) {
            Look::Thumb(thumb) => Some((thumb.texture.id(), thumb.size().x / thumb.size().y.max(1.0))),
            Look::Waiting(_) | Look::Failed(_) => None,
        }
    }
}

/// A picture around a point.
pub(super) fn picture_rect(middle: Pos2, side: f32, aspect: f32) -> Rect {
    let size = if aspect >= 1.0 { Vec2::new(side, side / aspect) } else { Vec2::new(side * aspect, side) };
    Rect::from_center_size(middle, size)
}

//! The view in which pictures that look alike lie close together.
//!
//! [`worker`] lays out, [`tiles`] loads very small pictures, [`gpu`] draws all of them at once. Here is what the pointer
//! does, and what is written over the picture: names of groups, the loop, larger pictures where there is room for them.

mod camera;
mod frames;
mod gpu;
mod overlay;
mod pointer;
mod tiles;
mod worker;

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use eframe::egui::{self, Pos2, Rect, Vec2};

use self::{
    camera::Camera,
    frames::Frames,
    gpu::{CHOSEN, DIMMED, DOT_POINTS, Instance, Renderer, View},
    tiles::Tiles,
    worker::{Settled, Snapshot},
};
use super::RoomAction;
use super::selection::Selection;
use super::thumbs::{Look, Thumbnails, Wanted};
use crate::{
    gpu::GpuError,
    jobs::LatestWorker,
    library::{
        PictureId,
        map::Stage,
        session::{Libraries, Table},
    },
    ui::{Shell, Theme},
    units::grouped,
};

pub use self::frames::FramesBy;

/// Longer sides of pictures in points: when all are shown, and the limits.
const SIDES: (f32, f32, f32, f32) = (6.0, 44.0, 4.0, 200.0);
/// A larger picture is drawn over its tile from this side on, for so many pictures.
const SHARP_POINTS: f32 = 56.0;
const MOST_SHARP: usize = 160;
/// What is on the device stays so long after it was last shown.
const KEPT: Duration = Duration::from_mins(1);
/// After a change in the libraries the map waits this long before it asks again.
const PATIENCE: Duration = Duration::from_secs(3);

/// The map.
#[derive(Default)]
pub struct MapView {
    worker: Option<LatestWorker<Libraries, Snapshot>>,
    asked_at: Option<Instant>,
    shown_at: Option<Instant>,
    snapshot: Option<Snapshot>,
    frames_by: FramesBy,
    frames: Frames,
    tiles: Tiles,
    renderer: Option<Renderer>,
    drawn: Option<Drawn>,
    /// Instances must be handed over again.
    is_stale: bool,
    failed: Option<String>,
    camera: Camera,
    /// The user has moved the map: it no longer follows the pictures.
    is_steered: bool,
    is_lasso_on: bool,
    /// Corners of the loop that is being drawn, in places of the map.
    lasso: Option<Vec<[f32; 2]>>,
    /// The selection and the search that the instances show.
    shown_seen: (u64, usize),
}

/// What the rest of the room knows of the pictures.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The selection.
    pub selection: &'a Selection,
    /// What the search shows; `None` while nothing is searched.
    pub found: Option<&'a HashSet<PictureId>>,
}

impl Seen<'_> {
    /// Whether other pictures matter more.
    fn dims(&self, id: PictureId) -> bool {
        let is_aside = self.selection.len() > 1 && !self.selection.contains(id);
        is_aside || self.found.is_some_and(|found| !found.contains(&id))
    }

    /// Another number when another picture is drawn.
    fn revision(&self) -> (u64, usize) {
        (self.selection.revision(), self.found.map_or(0, |found| std::ptr::from_ref(found).addr()))
    }
}

/// What the texture shows.
#[derive(Clone, Debug, PartialEq)]
struct Drawn {
    size: (u32, u32),
    view: View,
    texture: egui::TextureId,
}

/// Where pictures are on the screen.
struct Screen {
    rect: Rect,
    /// Longer side of a picture in points.
    side: f32,
}

impl MapView {
    /// Does nothing before it is first shown.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether background work runs whose result it waits for.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.worker.as_ref().is_some_and(LatestWorker::is_busy)
            || self.tiles.is_busy()
            || self.snapshot.as_ref().is_some_and(|snapshot| is_moving(snapshot.stage))
    }

    /// Pictures on the map.
    #[must_use]
    pub fn len(&self) -> usize {
        self.snapshot.as_ref().map_or(0, |snapshot| snapshot.ids.len())
    }

    /// Whether nothing is on the map.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives the memory of the device back when it has not been shown for a while.
    pub fn rest(&mut self, shell: &Shell<'_>) {
        if self.renderer.is_some() && self.shown_at.is_none_or(|at| at.elapsed() > KEPT) {
            self.release(shell);
        }
    }

    /// Takes what background work has finished, and asks for more while something is to be done.
    pub fn logic(&mut self, shell: &mut Shell<'_>, libraries: &Libraries) {
        self.shown_at = Some(Instant::now());
        if self.worker.is_none() && self.failed.is_none() {
            match worker::start(shell.jobs) {
                Ok(worker) => self.worker = Some(worker),
                Err(error) => self.failed = Some(error.to_string()),
            }
        }
        match self.worker.as_ref().and_then(LatestWorker::take) {
            Some(Ok(snapshot)) => self.take(snapshot),
            Some(Err(error)) => self.failed = Some(error.to_string()),
            None => {}
        }
        self.is_stale |= self.tiles.logic(shell);
        let Some(worker) = &mut self.worker else { return };
        if worker.is_busy() || self.failed.is_some() {
            return;
        }
        let is_due = match &self.snapshot {
            None => true,
            Some(snapshot) if is_moving(snapshot.stage) => true,
            Some(snapshot) => {
                snapshot.generation != libraries.generation()
                    && self.asked_at.is_none_or(|at| at.elapsed() >= PATIENCE)
            }
        };
        if is_due {
            worker.request(libraries.clone());
            self.asked_at = Some(Instant::now());
        }
    }

    fn take(&mut self, snapshot: Snapshot) {
        let is_same = self.snapshot.as_ref().is_some_and(|old| Arc::ptr_eq(&old.ids, &snapshot.ids));
        if !is_same {
            let there: BTreeSet<PictureId> = snapshot.ids.iter().copied().collect();
            self.tiles.retain(|id| there.contains(&id));
        }
        self.snapshot = Some(snapshot);
        self.color();
    }

    /// Colours frames anew.
    fn color(&mut self) {
        let settled = self.settled();
        self.frames = settled.map(|settled| Frames::new(self.frames_by, &settled)).unwrap_or_default();
        self.is_stale = true;
    }

    fn settled(&self) -> Option<Arc<Settled>> {
        self.snapshot.as_ref().and_then(|snapshot| snapshot.settled.clone())
    }

    /// Draws.
    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        shell: &mut Shell<'_>,
        libraries: &Libraries,
        seen: &Seen<'_>,
        thumbnails: &mut Thumbnails,
    ) -> Option<RoomAction> {
        self.is_stale |= self.shown_seen != seen.revision();
        self.shown_seen = seen.revision();
        let mut action = self.bar_ui(ui, seen);
        let (rect, response) = ui.allocate_exact_size(ui.available_size(), egui::Sense::click_and_drag());
        let name = format!(
            "Map of {} pictures: drag to move, scroll to zoom, click to select, double-click to open",
            self.len()
        );
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
        if rect.width() < 8.0 || rect.height() < 8.0 {
            return action;
        }
        let painter = ui.painter_at(rect);
        let Some(snapshot) = self.snapshot.take() else {
            overlay::message(&painter, rect, ui, "Reading what is known of the pictures…");
            return action;
        };
        let fit = Camera::fit(&snapshot.places, rect);
        if !self.is_steered {
            self.camera = fit;
        }
        action = self.steer(ui, &response, rect, &snapshot, seen).or(action);
        let screen = Screen { rect, side: self.side(&snapshot, rect, fit.zoom) };
        let visible = self.seen(&snapshot, &screen);
        self.tiles.want(&visible, shell, libraries);
        if let Err(error) = self.draw(&snapshot, &screen, ui.pixels_per_point(), seen, shell) {
            overlay::message(&painter, rect, ui, &format!("The map could not be drawn: {error}"));
        } else if let Some(drawn) = &self.drawn {
            let uv = Rect::from_min_max(Pos2::ZERO, egui::pos2(1.0, 1.0));
            painter.image(drawn.texture, rect, uv, egui::Color32::WHITE);
        }
        let sharp =
            Sharp { table: &libraries.table(), side_px: screen.side.max(160.0) * ui.pixels_per_point() };
        if screen.side >= SHARP_POINTS {
            self.sharp_ui(&painter, &snapshot, &visible, &screen, seen, &sharp, thumbnails);
        }
        if let Some(settled) = snapshot.settled.as_deref() {
            overlay::names(&painter, ui, &settled.groups, |place| self.camera.screen(place, rect));
            overlay::legend(&painter, ui, rect, &self.frames.legend);
        }
        if let Some(corners) = &self.lasso {
            let line: Vec<Pos2> = corners.iter().map(|place| self.camera.screen(*place, rect)).collect();
            painter
                .add(egui::Shape::closed_line(line, egui::Stroke::new(2.0, Theme::of(ui).selection.egui())));
        }
        if snapshot.ids.is_empty() {
            overlay::message(&painter, rect, ui, "The map fills while pictures are described.");
        }
        action = self.point(&response, &snapshot, &screen, seen.selection, &sharp, thumbnails).or(action);
        if snapshot.generation != libraries.generation() {
            ui.ctx().request_repaint_after(PATIENCE);
        }
        self.snapshot = Some(snapshot);
        action
    }

    /// What frames tell, the tools, and how far the layout is.
    fn bar_ui(&mut self, ui: &mut egui::Ui, seen: &Seen<'_>) -> Option<RoomAction> {
        let mut action = None;
        let selection = seen.selection;
        let margin =
            egui::Frame::NONE.inner_margin(Theme::get().space_small).fill(Theme::of(ui).panel.egui());
        margin.show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                let before = self.frames_by;
                let combo = egui::ComboBox::from_id_salt("map frames").selected_text(self.frames_by.title());
                let response = combo.show_ui(ui, |ui| {
                    for by in FramesBy::ALL {
                        ui.selectable_value(&mut self.frames_by, by, by.title());
                    }
                });
                response.response.on_hover_text("What the colour of a picture's frame tells");
                if self.frames_by != before {
                    self.color();
                }
                ui.toggle_value(&mut self.is_lasso_on, "Lasso")
                    .on_hover_text("Draw a loop around pictures to select them (also with Shift and drag)");
                if ui.button("Show all").on_hover_text("Fit all pictures into the window (0)").clicked() {
                    self.is_steered = false;
                }
                if !selection.is_empty() {
                    ui.separator();
                    if ui.button("Search within").on_hover_text("Search only among the selected").clicked() {
                        // In an order of their own: the same selection asks the same question.
                        let chosen: BTreeSet<PictureId> = selection.chosen().iter().copied().collect();
                        action = Some(RoomAction::SearchWithin(chosen.into_iter().collect()));
                    }
                    if ui.button("Clear selection").clicked() {
                        action = Some(RoomAction::Select(Vec::new()));
                    }
                }
                if let Some(text) = self.status() {
                    ui.weak(match seen.found {
                        Some(found) => format!("{} found of {text}", grouped(found.len() as u64)),
                        None => text,
                    });
                }
                if let Some(failed) = &self.failed {
                    ui.colored_label(Theme::of(ui).error.egui(), format!("The map stopped: {failed}"));
                }
            });
            // The bar is as wide as the map.
            ui.allocate_space(Vec2::new(ui.available_width(), 0.0));
        });
        action
    }

    fn status(&self) -> Option<String> {
        let snapshot = self.snapshot.as_ref()?;
        let count = snapshot.ids.len();
        match snapshot.stage {
            Stage::Placing | Stage::Comparing => {
                Some(format!("Comparing {} pictures…", grouped(count as u64)))
            }
            Stage::Moving => {
                let percent = snapshot.progress * 100.0;
                Some(format!("Arranging {} pictures… {percent:.0} %", grouped(count as u64)))
            }
            Stage::Settled => Some(format!("{} pictures", grouped(count as u64))),
            Stage::Empty => None,
        }
    }

    /// Longer side of pictures in points. It grows slower than distances, so that zooming in parts what overlaps.
    fn side(&self, snapshot: &Snapshot, rect: Rect, fit_zoom: f32) -> f32 {
        let (least_all, most_all, least, most) = SIDES;
        let all = (rect.area() / snapshot.ids.len().max(1) as f32).sqrt() * 0.6;
        let closer = (self.camera.zoom / fit_zoom.max(1e-3)).powf(0.65);
        (all.clamp(least_all, most_all) * closer).clamp(least, most)
    }

    /// Pictures on the screen, nearest to the middle first.
    fn seen(&self, snapshot: &Snapshot, screen: &Screen) -> Vec<PictureId> {
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

    fn draw(
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
    fn sharp_ui(
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
    fn release(&mut self, shell: &Shell<'_>) {
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
struct Sharp<'a> {
    table: &'a Table,
    side_px: f32,
}

impl Sharp<'_> {
    /// A picture's texture and its width over its height; asked for when it is not there yet.
    fn get(&self, id: PictureId, thumbnails: &mut Thumbnails) -> Option<(egui::TextureId, f32)> {
        match thumbnails.look(Wanted::new(self.table.get(id)?, self.side_px)) {
            Look::Thumb(thumb) => Some((thumb.texture.id(), thumb.size().x / thumb.size().y.max(1.0))),
            Look::Waiting(_) | Look::Failed(_) => None,
        }
    }
}

fn is_moving(stage: Stage) -> bool {
    matches!(stage, Stage::Placing | Stage::Comparing | Stage::Moving)
}

/// A picture around a point.
fn picture_rect(middle: Pos2, side: f32, aspect: f32) -> Rect {
    let size = if aspect >= 1.0 { Vec2::new(side, side / aspect) } else { Vec2::new(side * aspect, side) };
    Rect::from_center_size(middle, size)
}

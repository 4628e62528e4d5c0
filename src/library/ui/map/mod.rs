//! The view in which pictures that look alike lie close together.
//!
//! [`worker`] lays out, [`tiles`] loads very small pictures, [`gpu`] draws all of them at once, [`picture`] says what, and
//! [`pointer`] what mouse and keys do.

mod bar;
mod camera;
mod frames;
mod gpu;
mod overlay;
mod picture;
mod pointer;
mod tiles;
mod worker;

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use eframe::egui::{self, Pos2, Rect};

use self::{
    camera::Camera,
    frames::Frames,
    gpu::Renderer,
    picture::{Drawn, Sharp},
    tiles::Tiles,
    worker::{Settled, Snapshot},
};
use super::RoomAction;
use super::selection::Selection;
use super::thumbs::Thumbnails;
use crate::{
    jobs::LatestWorker,
    library::{PictureId, map::Stage, session::Libraries},
    ui::{Shell, Theme},
};

pub use self::frames::FramesBy;

/// A larger picture is drawn over its tile from this side on.
const SHARP_POINTS: f32 = 56.0;
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
            overlay::names(&painter, ui, &settled.groups, screen.side, |place| {
                self.camera.screen(place, rect)
            });
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
}

fn is_moving(stage: Stage) -> bool {
    matches!(stage, Stage::Placing | Stage::Comparing | Stage::Moving)
}

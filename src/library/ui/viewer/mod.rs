//! One picture, large: what is there is shown at once, then as many pixels as the screen has, then all of them when one looks
//! closer.

mod details;
mod picture;
mod tools;

use eframe::egui::{self, ColorImage, Key, Modifiers, Pos2, Rect, TextureHandle, Vec2, pos2};

use super::LibraryCommand;
use super::thumbs::Thumbnails;
use crate::gpu::{Holding, Owner};
use crate::jobs::LatestWorker;
use crate::library::session::{Details, Entry, Libraries};
use crate::library::{ContentHash, PictureId, Pixels};
use crate::ui::{Shell, Theme};

/// Screen sizes are asked for in steps, so that a window that is being resized does not read the file at each step.
const SIDE_STEP: u32 = 512;

/// What is asked of the reader.
#[derive(Clone, Copy)]
struct Asked {
    id: PictureId,
    /// What the file held when the library was last looked through.
    content: Option<ContentHash>,
    /// Pixels on its longer side.
    side: u32,
}

/// What the reader answers.
type Read = (Asked, Result<ColorImage, String>);

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
    /// With the state of the libraries then.
    asked_details: Option<(PictureId, u64)>,
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
        // Opened anew, it is asked about anew.
        self.asked_details = None;
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
        let Entry { id, content, .. } = *entry;
        let is_enough = |asked: &Asked| (asked.id, asked.content) == (id, content) && asked.side >= side;
        if self.asked.as_ref().is_some_and(is_enough) {
            return;
        }
        if self.reader.is_none() {
            let libraries = libraries.clone();
            let started = LatestWorker::new(shell.jobs, "viewer", move |asked: Asked, newer| {
                let pixels = libraries.load(asked.id, asked.side);
                // Somebody who holds the key down is at another picture by now.
                (!newer.is_waiting()).then(|| {
                    let image = pixels.map(|pixels| image_of(&pixels));
                    (asked, image.map_err(|error| error.to_string()))
                })
            });
            match started {
                Ok(reader) => self.reader = Some(reader),
                Err(error) => shell.notifications.error(format!("Pictures cannot be read: {error}")),
            }
        }
        if let Some(reader) = &mut self.reader {
            let asked = Asked { id, content, side };
            self.asked = Some(asked);
            reader.request(asked);
        }
    }

    fn poll(&mut self, ctx: &egui::Context, shell: &mut Shell<'_>) {
        let Some(result) = self.reader.as_ref().and_then(LatestWorker::take) else { return };
        match result {
            Ok((asked, Ok(image))) if Some(asked.id) == self.shown => {
                let options = egui::TextureOptions {
                    magnification: egui::TextureFilter::Nearest,
                    ..egui::TextureOptions::LINEAR
                };
                let bytes = size_of_val(image.pixels.as_slice()) as u64;
                let holding = shell.gpu.ledger.hold(Owner::Library, "viewer", bytes);
                let texture = ctx.load_texture("viewer", image, options);
                self.loaded = Some(Loaded { asked, texture, _holding: holding });
            }
            Ok((asked, Err(reason))) => self.failed = Some((asked.id, reason)),
            Ok(_) => {}
            Err(error) => shell.notifications.error(format!("The picture was not read: {error}")),
        }
    }
}

/// As the window draws it. Takes long for large pictures.
pub(super) fn image_of(pixels: &Pixels) -> ColorImage {
    let size = [pixels.width() as usize, pixels.height() as usize];
    ColorImage::from_rgba_unmultiplied(size, pixels.rgba())
}

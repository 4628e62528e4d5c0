//! Two pictures of a group beside each other, in turn at the same place, or subtracted; zoomed and moved together.

mod align;
mod load;
mod panes;

use eframe::egui::{self, Key, Modifiers, TextureHandle, TextureOptions};

use self::align::Placement;
use self::load::{Loader, Request};
use super::{actions::Action, grouping::Grouped, look, marks::Marks};
use crate::{
    gpu::{Holding, Owner},
    library::{
        PictureId,
        duplicates::{Candidate, Member},
        session::{Duplicates, Libraries},
    },
    ui::{Shell, Theme, widgets},
};

/// Longer sides that pictures are loaded with, in pixels. Larger ones would fill the device's memory.
const SIDES: [u32; 4] = [1024, 2048, 4096, 6144];
/// How strongly differences can be amplified.
const AMPLIFIED: [u8; 3] = [1, 4, 16];

/// How two pictures are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    SideBySide,
    Flicker,
    Difference,
}

impl Way {
    const ALL: [(Self, &str, &str); 3] = [
        (Self::SideBySide, "Side by side", "Both, zoomed and moved together (S)"),
        (Self::Flicker, "Flicker", "One after the other at the same place (F)"),
        (Self::Difference, "Difference", "What the one has and the other has not (D)"),
    ];
}

/// A picture that can be chosen.
struct Side {
    index: u32,
    id: PictureId,
    name: String,
    facts: String,
    lies: Placement,
    longest_px: u32,
}

/// A picture on the device, entered in its ledger.
struct Picture {
    texture: TextureHandle,
    _holding: Holding,
}

/// What is on the device: the first, the second, and what they differ by.
struct Textures {
    request: Request,
    pictures: [Picture; 3],
    differs: (f32, u8),
}

/// A comparison.
pub(super) struct Compare {
    sides: Vec<Side>,
    chosen: [usize; 2],
    way: Way,
    amplify: u8,
    align: bool,
    /// The second picture has its turn.
    shows_second: bool,
    zoom: f32,
    /// What is in the middle, in parts of the picture.
    centre: egui::Vec2,
    /// Longest side that the device takes.
    longest_side_px: u32,
    /// Pixels of the screen that the longer side takes while it fits.
    fitted_px: f32,
    loader: Option<Loader>,
    wanted: Option<Request>,
    shown: Option<Textures>,
    error: Option<String>,
}

impl Compare {
    /// Of two members of a group, by position.
    pub fn new(group: &Grouped, found: &Duplicates, first: u32, second: u32) -> Self {
        let members = &group.group.members;
        let side = |member: &Member| {
            let candidate: &Candidate = found.candidates.get(member.index as usize)?;
            Some(Side {
                index: member.index,
                id: *found.ids.get(member.index as usize)?,
                name: look::name(found.paths.get(member.index as usize)?),
                facts: look::facts(candidate),
                // A copy lies as the picture does whose bytes it has.
                lies: Placement::of(
                    members.iter().find(|other| member.copy_of == Some(other.index)).unwrap_or(member),
                ),
                longest_px: candidate.width.max(candidate.height),
            })
        };
        let sides: Vec<Side> = members.iter().filter_map(side).collect();
        let place = |index: u32| sides.iter().position(|side| side.index == index);
        let chosen = [place(first).unwrap_or(0), place(second).unwrap_or(1)];
        Self {
            sides,
            chosen,
            way: Way::SideBySide,
            amplify: 4,
            align: true,
            shows_second: false,
            zoom: 1.0,
            centre: egui::Vec2::splat(0.5),
            longest_side_px: 2048,
            fitted_px: 1024.0,
            loader: None,
            wanted: None,
            shown: None,
            error: None,
        }
    }

    /// Pictures on their way.
    pub fn is_busy(&self) -> bool {
        self.wanted != self.request() || self.loader.as_ref().is_some_and(Loader::is_busy)
    }

    fn side(&self, which: usize) -> Option<&Side> {
        self.sides.get(*self.chosen.get(which)?)
    }

    /// What has to be loaded for what is to be seen.
    fn request(&self) -> Option<Request> {
        let (first, second) = (self.side(0)?, self.side(1)?);
        let longest = first.longest_px.max(second.longest_px);
        let needed = (self.fitted_px * self.zoom) as u32;
        let side_px = SIDES
            .into_iter()
            .find(|side| *side >= needed.min(longest))
            .unwrap_or(6144)
            .min(self.longest_side_px);
        Some(Request {
            ids: [first.id, second.id],
            lie: [first.lies, second.lies],
            side_px,
            align: self.align,
            amplify: self.amplify,
        })
    }

    /// Asks for what is to be seen and is not there.
    pub fn request_missing(&mut self, shell: &Shell<'_>, libraries: &Libraries) {
        let request = self.request();
        if request.is_none() || self.wanted == request {
            return;
        }
        self.wanted = request;
        if self.loader.is_none() {
            match Loader::new(shell.jobs, libraries.clone()) {
                Ok(loader) => self.loader = Some(loader),
                Err(error) => self.error = Some(error.to_string()),
            }
        }
        if let Some((loader, request)) = self.loader.as_mut().zip(request) {
            loader.request(request);
        }
    }

    /// Takes what was loaded.
    pub fn take(&mut self, ctx: &egui::Context, shell: &Shell<'_>) {
        let upload = |image: egui::ColorImage| {
            let holding =
                shell.gpu.ledger.hold(Owner::Library, "compared pictures", 4 * image.pixels.len() as u64);
            let texture = ctx.load_texture("compared picture", image, TextureOptions::LINEAR);
            Picture { texture, _holding: holding }
        };
        match self.loader.as_ref().and_then(Loader::take) {
            Some(Ok((request, Ok(ready)))) if Some(request) == self.wanted => {
                let pictures = ready.pictures.map(upload);
                self.shown = Some(Textures { request, pictures, differs: ready.differs });
                self.error = None;
            }
            Some(Ok((_, Err(error)))) => self.error = Some(error),
            Some(Err(error)) => self.error = Some(error.to_string()),
            _ => {}
        }
        let longest = shell.gpu.device.limits().max_texture_dimension_2d;
        self.longest_side_px = longest.min(ctx.input(|input| input.max_texture_side) as u32);
    }

    /// Draws; returns whether to close.
    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        group: &Grouped,
        marks: &Marks,
        takes_keys: bool,
        actions: &mut Vec<Action>,
    ) -> bool {
        let mut close = takes_keys && self.keys(ui);
        egui::Frame::NONE.inner_margin(Theme::get().space_small).show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                if ui.button("Back").on_hover_text("Back to the group (Esc)").clicked() {
                    close = true;
                }
                self.ways_ui(ui);
                if ui.button("Fit").on_hover_text("All of it (double click)").clicked() {
                    self.fit();
                }
                let actual =
                    ui.button("100 %").on_hover_text("One pixel of the picture on one of the screen");
                if let Some(side) = self.side(0).filter(|_| actual.clicked()) {
                    self.zoom = (side.longest_px as f32 / self.fitted_px.max(1.0)).clamp(0.1, 64.0);
                }
            });
            ui.horizontal_wrapped(|ui| self.chosen_ui(ui, group, marks, actions));
        });
        self.panes_ui(ui);
        close
    }

    fn ways_ui(&mut self, ui: &mut egui::Ui) {
        for (way, title, hint) in Way::ALL {
            if ui.selectable_label(self.way == way, title).on_hover_text(hint).clicked() {
                self.choose(way);
            }
        }
        ui.checkbox(&mut self.align, "Aligned")
            .on_hover_text("Turned pictures are turned back, and parts are shown beside the same part");
        if self.way == Way::Difference {
            for amplify in AMPLIFIED {
                ui.selectable_value(&mut self.amplify, amplify, format!("×{amplify}"));
            }
            if let Some(shown) = &self.shown {
                let (mean, largest) = shown.differs;
                ui.weak(format!("mean {mean:.2}, largest {largest} of 255"));
            }
        }
        if self.way == Way::Flicker {
            let which = if self.shows_second { "Shows the second" } else { "Shows the first" };
            if widgets::named(ui.button(which), "Show the other").clicked() {
                self.shows_second ^= true;
            }
        }
    }

    /// Another way; the same way again takes its next step.
    fn choose(&mut self, way: Way) {
        if way == Way::Flicker && self.way == Way::Flicker {
            self.shows_second ^= true;
        }
        self.way = way;
    }

    fn fit(&mut self) {
        self.zoom = 1.0;
        self.centre = egui::Vec2::splat(0.5);
    }

    /// Which two, and what becomes of each.
    fn chosen_ui(&mut self, ui: &mut egui::Ui, group: &Grouped, marks: &Marks, actions: &mut Vec<Action>) {
        let width = (0.36 * ui.available_width()).clamp(120.0, 320.0);
        for which in 0..2 {
            let Some(side) = self.side(which) else { continue };
            let goes = marks.discards(group, side.index);
            let keep = widgets::named(
                ui.selectable_label(!goes, "Keep"),
                &format!("Keep the {}", if which == 0 { "first" } else { "second" }),
            );
            if keep.clicked() {
                actions.push(Action::Toggle(side.index));
            }
            let (name, facts) = (side.name.clone(), side.facts.clone());
            let label = if which == 0 { "First picture" } else { "Second picture" };
            let combo = egui::ComboBox::from_id_salt(label).selected_text(name).width(width).truncate();
            let shown = combo.show_ui(ui, |ui| {
                for (place, side) in self.sides.iter().enumerate() {
                    if let Some(chosen) = self.chosen.get_mut(which) {
                        ui.selectable_value(chosen, place, &side.name).on_hover_text(&side.facts);
                    }
                }
            });
            shown.response.accessible_name(label).on_hover_text(facts);
            if which == 0 && ui.button("⇄").on_hover_text("Swap them (X)").clicked() {
                self.chosen.reverse();
            }
        }
    }

    fn keys(&mut self, ui: &egui::Ui) -> bool {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::F) {
            self.choose(Way::Flicker);
        }
        if pressed(Key::D) {
            self.choose(Way::Difference);
        }
        if pressed(Key::S) {
            self.choose(Way::SideBySide);
        }
        if pressed(Key::X) {
            self.chosen.reverse();
        }
        let count = self.sides.len();
        let step = usize::from(pressed(Key::ArrowRight))
            + count.saturating_sub(1) * usize::from(pressed(Key::ArrowLeft));
        let [first, second] = &mut self.chosen;
        if step > 0 && count > 2 {
            *second = (*second + step) % count;
            if second == first {
                *second = (*second + step) % count;
            }
        }
        pressed(Key::Escape) || pressed(Key::Space)
    }
}

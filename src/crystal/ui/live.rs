//! What moves: a strained cell, and the frames of a file that are played like a film.

use std::{ops::Range, time::Duration};

use eframe::egui;

use super::{CrystalCommand, Shown, shown::Strain};
use crate::ui::{Theme, widgets};

/// Strain in percent in either direction.
pub(super) const MAX_STRAIN_PERCENT: f64 = 10.0;
/// Frames a second.
const SPEEDS: std::ops::RangeInclusive<f32> = 1.0..=30.0;

/// Whether and how fast frames are played.
#[derive(Debug)]
pub(super) struct Playback {
    playing: bool,
    frames_per_second: f32,
    /// When the present frame came, in seconds since the start.
    since: f64,
}

impl Default for Playback {
    fn default() -> Self {
        Self { playing: false, frames_per_second: 8.0, since: 0.0 }
    }
}

/// The frames around one: neighbours in the list that come from the same file.
pub(super) fn frames_around(all: &[Shown], current: usize) -> Range<usize> {
    let Some(shown) = all.get(current) else { return current..current };
    let before = all.get(..current).unwrap_or_default().iter().rev();
    let after = all.get(current + 1..).unwrap_or_default().iter();
    let first = current - before.take_while(|other| other.is_of_file_of(shown)).count();
    let last = current + after.take_while(|other| other.is_of_file_of(shown)).count();
    first..last + 1
}

impl Playback {
    pub(super) fn toggle(&mut self) {
        self.playing ^= true;
    }

    pub(super) fn stop(&mut self) {
        self.playing = false;
    }

    /// The bar under the view; asks for the next frame when its time has come.
    pub(super) fn ui(
        &mut self,
        ui: &mut egui::Ui,
        frames: &Range<usize>,
        current: usize,
        commands: &mut Vec<CrystalCommand>,
    ) {
        let now = ui.input(|input| input.time);
        ui.horizontal(|ui| {
            let (sign, name) =
                if self.playing { ("Pause", "Pause the frames") } else { ("Play", "Play the frames") };
            if widgets::named(ui.button(sign), name).on_hover_text(name).clicked() {
                commands.push(CrystalCommand::Play);
                self.since = now;
            }
            let mut number = current - frames.start + 1;
            let count = frames.len();
            ui.label(format!("{number} of {count}"));
            let speed = egui::DragValue::new(&mut self.frames_per_second)
                .range(SPEEDS)
                .speed(0.2)
                .max_decimals(0)
                .suffix(" frames/s");
            let speed_width = 6.5 * Theme::get().text_body;
            ui.spacing_mut().slider_width = (ui.available_width() - speed_width - 24.0).max(60.0);
            let slider = egui::Slider::new(&mut number, 1..=count).show_value(false);
            if ui.add(slider).accessible_name("Frame").changed() {
                commands.push(CrystalCommand::Show(frames.start + number - 1));
            }
            widgets::renamed(ui.add(speed), "Speed");
        });
        if !self.playing {
            return;
        }
        let stay = f64::from(1.0 / self.frames_per_second);
        if now - self.since >= stay {
            let next = current + 1;
            commands.push(CrystalCommand::Show(if frames.contains(&next) { next } else { frames.start }));
            self.since = now;
        }
        ui.ctx().request_repaint_after(Duration::from_secs_f64((self.since + stay - now).max(0.001)));
    }
}

fn locked_id() -> egui::Id {
    egui::Id::unique("strain is locked")
}

/// Sliders that strain the cell.
pub(super) fn strain_ui(ui: &mut egui::Ui, shown: &Shown, commands: &mut Vec<CrystalCommand>) {
    let mut strain: Strain = shown.strain;
    let mut locked = ui.data(|data| data.get_temp(locked_id())).unwrap_or(true);
    egui::Grid::new("strain").num_columns(2).spacing([12.0, 6.0]).show(ui, |ui| {
        ui.spacing_mut().slider_width = 92.0;
        for (axis, name) in ["εa", "εb", "εc"].into_iter().enumerate() {
            let Some(mut value) = strain.get(axis).copied() else { continue };
            let label = ui.label(name);
            let slider = egui::Slider::new(&mut value, -MAX_STRAIN_PERCENT..=MAX_STRAIN_PERCENT)
                .fixed_decimals(1)
                .suffix(" %");
            if ui.add(slider).labelled_by(label.id).changed() {
                if locked {
                    strain = [value; 3];
                } else if let Some(slot) = strain.get_mut(axis) {
                    *slot = value;
                }
            }
            ui.end_row();
        }
    });
    ui.horizontal(|ui| {
        ui.checkbox(&mut locked, "All alike");
        if ui.add_enabled(strain != [0.0; 3], egui::Button::new("Reset")).clicked() {
            strain = [0.0; 3];
        }
    });
    ui.data_mut(|data| data.insert_temp(locked_id(), locked));
    if shown.strain != [0.0; 3] {
        let volume = shown.structure().lattice.volume_angstrom3();
        let text = format!("Strained: V = {volume:.3} Å³; the file stays as it is");
        ui.add(egui::Label::new(egui::RichText::new(text).color(Theme::of(ui).warning.egui())).wrap());
    }
    if strain != shown.strain {
        commands.push(CrystalCommand::Strain(strain));
    }
}

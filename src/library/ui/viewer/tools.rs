//! The bar above the picture, and its keys.

use eframe::egui::{self, Key, Modifiers};

use super::Viewer;
use crate::library::session::{Crop, Entry};
use crate::library::ui::LibraryCommand;
use crate::library::ui::search_box::shortened;
use crate::library::ui::work::name_of;
use crate::ui::widgets;
use crate::units::grouped;

impl Viewer {
    pub(super) fn keys(&mut self, ui: &egui::Ui, commands: &mut Vec<LibraryCommand>) {
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

    pub(super) fn tools_ui(
        &mut self,
        ui: &mut egui::Ui,
        entry: &Entry,
        (at, count): (Option<usize>, usize),
        commands: &mut Vec<LibraryCommand>,
    ) {
        if ui.button("← All pictures").on_hover_text("Esc").clicked() {
            commands.push(LibraryCommand::CloseViewer);
        }
        if widgets::icon_button(ui, "◀", "Previous picture").clicked() {
            commands.push(LibraryCommand::StepViewer(-1));
        }
        if widgets::icon_button(ui, "▶", "Next picture").clicked() {
            commands.push(LibraryCommand::StepViewer(1));
        }
        let name = name_of(&entry.relative);
        ui.add(egui::Label::new(shortened(&name)).selectable(false)).on_hover_text(&name);
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
}

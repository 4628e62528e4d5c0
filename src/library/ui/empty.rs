//! What the Library shows before any folder is open.

use eframe::egui::{self, RichText};

use super::{LibraryCommand, LibrarySettings, list};
use crate::ui::{Theme, widgets};

pub(super) fn empty_ui(
    ui: &mut egui::Ui,
    settings: &LibrarySettings,
    path_field: &mut String,
    is_opening: bool,
    commands: &mut Vec<LibraryCommand>,
) {
    let theme = Theme::get();
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let width = theme.palette_width.min(ui.available_width() - 2.0 * theme.space_large);
        // A third of the free height above reads as the middle.
        ui.add_space((0.2 * ui.available_height()).max(theme.space));
        ui.vertical_centered(|ui| {
            ui.set_max_width(width);
            ui.label(RichText::new("Drop a folder of pictures here").size(theme.text_title));
            ui.weak(
                "JPEG, PNG, WebP, TIFF, GIF, BMP, QOI, TGA, HDR, EXR, and the previews in raw files. Nothing is written \
                 into the folder, and nothing leaves this computer.",
            );
            ui.add_space(theme.space_large);
            if is_opening {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label("Opening…");
                });
            }
        });
        let margin = (0.5 * (ui.available_width() - width)).max(0.0);
        ui.horizontal_top(|ui| {
            ui.add_space(margin);
            ui.vertical(|ui| {
                ui.set_max_width(width);
                ui.horizontal(|ui| {
                    if ui.button("Choose a folder…").clicked() {
                        commands.push(LibraryCommand::AskFolder);
                    }
                    list::path_field_ui(ui, path_field, commands);
                });
                if !settings.recent.is_empty() {
                    ui.add_space(theme.space_large);
                    widgets::section(ui, "RECENT");
                    for path in &settings.recent {
                        if list::recent_button(ui, path) {
                            commands.push(LibraryCommand::OpenFolder(path.clone()));
                        }
                    }
                }
            });
        });
    });
}

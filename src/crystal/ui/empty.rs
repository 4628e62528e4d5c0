//! What the workspace shows before anything is open.

use eframe::egui::{self, RichText};

use super::{CrystalCommand, CrystalSettings, list};
use crate::{
    crystal::samples::{SAMPLES, Sample},
    ui::{Theme, widgets},
};

pub(super) fn empty_ui(
    ui: &mut egui::Ui,
    settings: &CrystalSettings,
    path_field: &mut String,
    is_opening: bool,
    commands: &mut Vec<CrystalCommand>,
) {
    let theme = Theme::get();
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let width = (5.0 * theme.card_width + 4.0 * theme.space).min(ui.available_width() - 2.0 * theme.space_large);
        let columns = ((width + theme.space) / (theme.card_width + theme.space)).floor().max(1.0);
        let width = columns * (theme.card_width + theme.space) - theme.space;
        // A third of the free height above reads as the middle.
        ui.add_space((0.14 * ui.available_height()).max(theme.space));
        ui.vertical_centered(|ui| {
            ui.set_max_width(width);
            ui.label(RichText::new("Drop crystal structures here").size(theme.text_title));
            ui.weak("CIF, POSCAR and CONTCAR, XYZ and extended XYZ; files or whole folders");
            ui.add_space(theme.space_large);
            if is_opening {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label("Reading…");
                });
            }
        });
        centered(ui, width, |ui| {
            ui.horizontal(|ui| {
                if ui.button("Open…").clicked() {
                    commands.push(CrystalCommand::Open);
                }
                list::path_field_ui(ui, path_field, commands);
            });
            ui.add_space(theme.space_large);
            widgets::section(ui, "OR START WITH A SAMPLE");
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = egui::Vec2::splat(theme.space);
                for sample in SAMPLES {
                    if sample_card(ui, sample) {
                        commands.push(CrystalCommand::OpenSample(sample));
                    }
                }
            });
            if !settings.recent.is_empty() {
                ui.add_space(theme.space_large);
                widgets::section(ui, "RECENT");
                for path in &settings.recent {
                    if list::recent_button(ui, path) {
                        commands.push(CrystalCommand::OpenPath(path.clone()));
                    }
                }
            }
            if runs_on_wayland() {
                ui.add_space(theme.space_large);
                ui.weak(
                    "On Wayland, dropping files needs XWayland: start with vitrine --x11, or use the button or the path field above.",
                );
            }
        });
    });
}

/// winit has no drag and drop on Wayland yet; eframe uses Wayland when this is set.
fn runs_on_wayland() -> bool {
    cfg!(target_os = "linux") && std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty())
}

fn centered(ui: &mut egui::Ui, width: f32, contents: impl FnOnce(&mut egui::Ui)) {
    let margin = (0.5 * (ui.available_width() - width)).max(0.0);
    ui.horizontal_top(|ui| {
        ui.add_space(margin);
        ui.vertical(|ui| {
            ui.set_max_width(width);
            contents(ui);
        });
    });
}

fn sample_card(ui: &mut egui::Ui, sample: Sample) -> bool {
    let theme = Theme::get();
    let size = egui::vec2(theme.card_width, theme.card_height);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::click());
    let response = widgets::named(response, &format!("Open sample {}", sample.formula));
    let visuals = ui.style().interact(&response);
    ui.painter().rect(
        rect,
        egui::CornerRadius::same(theme.corner),
        visuals.bg_fill,
        visuals.bg_stroke,
        egui::StrokeKind::Inside,
    );
    let palette = Theme::of(ui);
    let left = rect.left() + theme.space + theme.space_small;
    let text = |y, text: &str, size, color: crate::ui::theme::Color| {
        ui.painter().text(
            egui::pos2(left, rect.top() + y),
            egui::Align2::LEFT_CENTER,
            text,
            egui::FontId::proportional(size),
            color.egui(),
        );
    };
    text(0.36 * theme.card_height, sample.formula, theme.text_heading, palette.text);
    text(0.72 * theme.card_height, sample.name, theme.text_small, palette.text_weak);
    response.clicked()
}

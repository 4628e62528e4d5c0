//! The open structures, and the ways to open more.

use eframe::egui::{self, RichText};

use super::{CrystalCommand, CrystalSettings, Shown};
use crate::{
    crystal::samples::SAMPLES,
    ui::{Theme, widgets},
};

pub(super) fn list_ui(
    ui: &mut egui::Ui,
    shown: &[Shown],
    current: usize,
    scroll_to_current: bool,
    settings: &CrystalSettings,
    path_field: &mut String,
    commands: &mut Vec<CrystalCommand>,
) {
    ui.add_space(Theme::get().space_small);
    open_row_ui(ui, settings, commands);
    path_field_ui(ui, path_field, commands);
    widgets::section(ui, "OPEN STRUCTURES");
    let row_height = ui.text_style_height(&egui::TextStyle::Body)
        + ui.text_style_height(&egui::TextStyle::Small)
        + 2.0 * Theme::get().space_small;
    let mut area = egui::ScrollArea::vertical().auto_shrink([false, false]);
    if scroll_to_current {
        let row = row_height + ui.spacing().item_spacing.y;
        let half = 0.5 * ui.available_height();
        area = area.vertical_scroll_offset((row * current as f32 - half).max(0.0));
    }
    area.show_rows(ui, row_height, shown.len(), |ui, rows| {
        for index in rows {
            if let Some(entry) = shown.get(index) {
                entry_ui(ui, entry, index, index == current, row_height, commands);
            }
        }
    });
}

fn entry_ui(
    ui: &mut egui::Ui,
    entry: &Shown,
    index: usize,
    is_current: bool,
    height: f32,
    commands: &mut Vec<CrystalCommand>,
) {
    let theme = Theme::get();
    let palette = Theme::of(ui);
    let (rect, response) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), height), egui::Sense::click());
    let name = format!("Show {}", entry.loaded.title);
    let response = widgets::named(response, &name);
    let fill = match (is_current, response.hovered()) {
        (true, _) => palette.accent_fill.egui(),
        (false, true) => palette.hovered.egui(),
        (false, false) => egui::Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, egui::CornerRadius::same(theme.corner), fill);
    let inner = rect.shrink2(egui::vec2(theme.space, theme.space_small));
    let mut row =
        ui.new_child(egui::UiBuilder::new().max_rect(inner).layout(egui::Layout::top_down(egui::Align::Min)));
    row.spacing_mut().item_spacing.y = 0.0;
    row.set_max_width(inner.width() - theme.control_height);
    row.add(egui::Label::new(&entry.loaded.title).truncate().selectable(false));
    let details = match entry.loaded.structure.sites.len() {
        1 => format!("{} · 1 site", entry.loaded.formula),
        count => format!("{} · {count} sites", entry.loaded.formula),
    };
    row.add(egui::Label::new(RichText::new(details).small().weak()).truncate().selectable(false));
    let close_rect = egui::Rect::from_center_size(
        egui::pos2(rect.right() - 0.5 * theme.control_height, rect.center().y),
        egui::Vec2::splat(theme.control_height),
    );
    let mut corner = ui.new_child(egui::UiBuilder::new().max_rect(close_rect));
    if widgets::icon_button(&mut corner, "×", &format!("Close {}", entry.loaded.title)).clicked() {
        commands.push(CrystalCommand::CloseAt(index));
    } else if response.clicked() {
        commands.push(CrystalCommand::Show(index));
    }
}

fn open_row_ui(ui: &mut egui::Ui, settings: &CrystalSettings, commands: &mut Vec<CrystalCommand>) {
    ui.horizontal(|ui| {
        if ui.button("Open…").on_hover_text("Choose structure files").clicked() {
            commands.push(CrystalCommand::Open);
        }
        ui.menu_button("Recent", |ui| recent_ui(ui, settings, commands));
        ui.menu_button("Samples", |ui| {
            for sample in SAMPLES {
                if ui.button(format!("{}  {}", sample.formula, sample.name)).clicked() {
                    commands.push(CrystalCommand::OpenSample(sample));
                    ui.close();
                }
            }
        });
    });
}

fn recent_ui(ui: &mut egui::Ui, settings: &CrystalSettings, commands: &mut Vec<CrystalCommand>) {
    if settings.recent.is_empty() {
        ui.weak("Files you open are listed here");
        return;
    }
    for path in &settings.recent {
        if recent_button(ui, path) {
            commands.push(CrystalCommand::OpenPath(path.clone()));
            ui.close();
        }
    }
    ui.separator();
    if ui.button("Forget recent files").clicked() {
        commands.push(CrystalCommand::ForgetRecent);
        ui.close();
    }
}

/// A button for a recent file; returns whether it was clicked.
pub(super) fn recent_button(ui: &mut egui::Ui, path: &std::path::Path) -> bool {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    ui.add(egui::Button::new(name).truncate().frame_when_inactive(false))
        .on_hover_text(path.display().to_string())
        .clicked()
}

/// A field for a path, for desktops without a file dialog and for those who like to paste.
pub(super) fn path_field_ui(ui: &mut egui::Ui, path_field: &mut String, commands: &mut Vec<CrystalCommand>) {
    let edit = egui::TextEdit::singleline(path_field)
        .hint_text("or type a path, then Enter")
        .desired_width(f32::INFINITY);
    let response = ui.add(edit);
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Path of a file or folder"));
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if let Some(path) = widgets::typed_path(path_field).filter(|_| entered) {
        commands.push(CrystalCommand::OpenPath(path));
        path_field.clear();
    }
}

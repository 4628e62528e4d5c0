//! The libraries in the left panel: what is in them, and what is being done to them.

use std::path::Path;

use eframe::egui::{self, RichText};

use super::work::{Work, name_of};
use super::{LibraryCommand, LibrarySettings};
use crate::library::session::{IndexProgress, LibraryInfo};
use crate::ui::{Theme, widgets};
use crate::units::{self, grouped};

pub(super) fn list_ui(
    ui: &mut egui::Ui,
    libraries: &[LibraryInfo],
    only: Option<u32>,
    work: &Work,
    settings: &LibrarySettings,
    path_field: &mut String,
    commands: &mut Vec<LibraryCommand>,
) {
    ui.add_space(Theme::get().space_small);
    open_row_ui(ui, settings, commands);
    path_field_ui(ui, path_field, commands);
    widgets::section(ui, "LIBRARIES");
    if work.is_opening() {
        ui.horizontal(|ui| {
            ui.spinner();
            ui.weak("Opening…");
        });
    }
    egui::ScrollArea::vertical().id_salt("libraries").auto_shrink([false, false]).show(ui, |ui| {
        for info in libraries {
            library_ui(ui, info, only, work, commands);
            ui.add_space(Theme::get().space_small);
        }
    });
}

fn open_row_ui(ui: &mut egui::Ui, settings: &LibrarySettings, commands: &mut Vec<LibraryCommand>) {
    ui.horizontal(|ui| {
        if ui.button("Add a folder…").on_hover_text("Choose a folder of pictures").clicked() {
            commands.push(LibraryCommand::AskFolder);
        }
        ui.menu_button("Recent", |ui| recent_ui(ui, settings, commands));
    });
}

fn recent_ui(ui: &mut egui::Ui, settings: &LibrarySettings, commands: &mut Vec<LibraryCommand>) {
    if settings.recent.is_empty() {
        ui.weak("Folders you open are listed here");
        return;
    }
    for path in &settings.recent {
        if recent_button(ui, path) {
            commands.push(LibraryCommand::OpenFolder(path.clone()));
            ui.close();
        }
    }
    ui.separator();
    if ui.button("Forget recent folders").clicked() {
        commands.push(LibraryCommand::ForgetRecent);
        ui.close();
    }
}

/// A button for a recent folder; returns whether it was clicked.
pub(super) fn recent_button(ui: &mut egui::Ui, path: &Path) -> bool {
    ui.add(egui::Button::new(name_of(path)).truncate().frame_when_inactive(false))
        .on_hover_text(path.display().to_string())
        .clicked()
}

/// A field for a path, for desktops without a file dialog and for those who like to paste.
pub(super) fn path_field_ui(ui: &mut egui::Ui, path_field: &mut String, commands: &mut Vec<LibraryCommand>) {
    let edit = egui::TextEdit::singleline(path_field)
        .hint_text("or type a path, then Enter")
        .desired_width(f32::INFINITY);
    let response = ui.add(edit);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Path of a folder of pictures")
    });
    // Nobody else shall take the Enter that ends it.
    let takes = |input: &mut egui::InputState| input.consume_key(egui::Modifiers::NONE, egui::Key::Enter);
    if response.lost_focus() && ui.input_mut(takes) {
        let path = crate::ui::widgets::typed_path(path_field);
        if let Some(path) = path {
            commands.push(LibraryCommand::OpenFolder(path));
            path_field.clear();
        }
    }
}

fn library_ui(
    ui: &mut egui::Ui,
    info: &LibraryInfo,
    only: Option<u32>,
    work: &Work,
    commands: &mut Vec<LibraryCommand>,
) {
    let name = name_of(&info.root);
    ui.horizontal(|ui| {
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        ui.with_layout(layout, |ui| {
            let menu = ui.menu_button("…", |ui| menu_ui(ui, info, work, commands));
            widgets::named(menu.response, &format!("More about {name}"));
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let is_only = only == Some(info.number);
                let title = egui::Button::selectable(is_only, RichText::new(&name).strong()).truncate();
                let hint = if is_only {
                    "Show the pictures of all folders again"
                } else {
                    "Show only this folder's"
                };
                let title = ui.add(title).on_hover_text(format!("{hint}\n{}", info.root.display()));
                if title.clicked() {
                    commands.push(LibraryCommand::ShowOnly((!is_only).then_some(info.number)));
                }
            });
        });
    });
    let count = units::count(info.pictures, "picture", "pictures");
    // Under the letters of the name, which stand in a button.
    let inset = ui.spacing().button_padding.x as i8;
    egui::Frame::NONE.inner_margin(egui::Margin { left: inset, ..egui::Margin::ZERO }).show(ui, |ui| {
        let waits = work.indexing(info.number).is_some() && info.progress.is_none();
        match &info.progress {
            Some(progress) => progress_ui(ui, info.number, &count, progress, commands),
            None if !info.can_write => {
                ui.weak(format!("{count} · open in another window"));
            }
            None if waits => {
                ui.weak(format!("{count} · waits for its turn"));
            }
            None => {
                ui.weak(count);
                state_ui(ui, info, commands);
            }
        }
    });
}

/// What is not as it should be with a folder that nothing is done to.
fn state_ui(ui: &mut egui::Ui, info: &LibraryInfo, commands: &mut Vec<LibraryCommand>) {
    if info.is_away {
        let words = RichText::new("The folder is not there now").small().color(Theme::of(ui).warning.egui());
        ui.add(egui::Label::new(words).wrap()).on_hover_text(info.root.display().to_string());
    } else if info.unread > 0 {
        ui.horizontal_wrapped(|ui| {
            ui.weak(
                RichText::new(format!("{} still to be read", units::grouped(info.unread as u64))).small(),
            );
            if ui.small_button("Go on").on_hover_text("Read the rest of them").clicked() {
                commands.push(LibraryCommand::Update(info.number));
            }
        });
    }
    failed_ui(ui, info.number, info.failed as u64, commands);
}

fn menu_ui(ui: &mut egui::Ui, info: &LibraryInfo, work: &Work, commands: &mut Vec<LibraryCommand>) {
    let mut entry = |ui: &mut egui::Ui, label: &str, enabled: bool, command: LibraryCommand| {
        if ui.add_enabled(enabled, egui::Button::new(label)).clicked() {
            commands.push(command);
            ui.close();
        }
    };
    let is_idle = work.indexing(info.number).is_none();
    entry(ui, "Look through it again", is_idle, LibraryCommand::Update(info.number));
    entry(ui, "Files that could not be read…", info.failed > 0, LibraryCommand::ShowFailed(info.number));
    ui.separator();
    entry(ui, "Forget…", true, LibraryCommand::AskForget(info.root.clone()));
}

fn progress_ui(
    ui: &mut egui::Ui,
    number: u32,
    count: &str,
    progress: &IndexProgress,
    commands: &mut Vec<LibraryCommand>,
) {
    let total = progress.found.max(1);
    let share = (progress.full_pass + progress.failed) as f32 / total as f32;
    let bar = egui::ProgressBar::new(share.clamp(0.0, 1.0)).desired_height(Theme::get().space);
    ui.add(if progress.scan_is_done { bar } else { bar.animate(false) });
    ui.add(egui::Label::new(RichText::new(progress_words(count, progress)).small().weak()).wrap());
    if let Some(reason) = &progress.held_up {
        ui.add(egui::Label::new(RichText::new(reason).small().color(Theme::of(ui).warning.egui())).wrap());
    }
    failed_ui(ui, number, progress.failed, commands);
    ui.horizontal(|ui| {
        if progress.is_paused {
            if ui.small_button("Resume").clicked() {
                commands.push(LibraryCommand::Resume(number));
            }
        } else if ui.small_button("Pause").clicked() {
            commands.push(LibraryCommand::Pause(number));
        }
        if ui
            .small_button("Stop")
            .on_hover_text("What is done stays; the rest is done another time")
            .clicked()
        {
            commands.push(LibraryCommand::Stop(number));
        }
    });
}

/// How many files cannot be read, and the way to their list.
fn failed_ui(ui: &mut egui::Ui, number: u32, failed: u64, commands: &mut Vec<LibraryCommand>) {
    if failed == 0 {
        return;
    }
    let words = format!("{} cannot be read", units::count(failed as usize, "file", "files"));
    let words = RichText::new(words).small().color(Theme::of(ui).warning.egui());
    if ui.add(egui::Link::new(words)).on_hover_text("Which, and why").clicked() {
        commands.push(LibraryCommand::ShowFailed(number));
    }
}

fn progress_words(count: &str, progress: &IndexProgress) -> String {
    let of = if progress.scan_is_done { "" } else { " found so far" };
    let done = grouped(progress.full_pass + progress.failed);
    let mut parts = vec![count.to_owned(), format!("{done} of {}{of}", grouped(progress.found))];
    if progress.is_paused {
        parts.push("paused".to_owned());
        return parts.join(" · ");
    }
    if progress.per_second > 0.0 {
        parts.push(format!("{:.0}/s", progress.per_second.max(1.0)));
    }
    if let Some(left) = progress.left_secs.filter(|left| left.is_finite() && *left >= 1.0) {
        parts.push(format!("{} left", duration(left)));
    }
    parts.join(" · ")
}

/// A span of time, roughly.
fn duration(secs: f64) -> String {
    match secs {
        s if s < 60.0 => format!("{s:.0} s"),
        s if s < 3600.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

/// A dialog that asks before a library is forgotten; what was answered.
pub(super) fn forget_ui(ctx: &egui::Context, root: &Path) -> Option<bool> {
    let mut answer = None;
    let modal = egui::Modal::new(egui::Id::unique("forget library")).show(ctx, |ui| {
        ui.set_width(Theme::get().dialog_width.min(ctx.content_rect().width() - 48.0));
        ui.heading(format!("Forget {}?", name_of(root)));
        ui.add(egui::Label::new(root.display().to_string()).wrap());
        ui.label(
            "What Vitrine knows about these pictures is dropped. The pictures themselves stay as they are.",
        );
        ui.add_space(Theme::get().space);
        ui.horizontal(|ui| {
            if ui.button("Forget").clicked() {
                answer = Some(true);
            }
            if ui.button("Keep").clicked() {
                answer = Some(false);
            }
        });
    });
    if modal.should_close() { answer.or(Some(false)) } else { answer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_readable() {
        assert_eq!((duration(42.0), duration(600.0)), ("42 s".to_owned(), "10 min".to_owned()));
        assert_eq!(duration(5400.0), "1.5 h");
    }

    #[test]
    fn progress_says_what_is_known() {
        let progress = IndexProgress {
            found: 2000,
            scan_is_done: true,
            full_pass: 500,
            failed: 2,
            ..Default::default()
        };
        assert_eq!(progress_words("498 pictures", &progress), "498 pictures · 502 of 2\u{a0}000");
        let progress = IndexProgress { per_second: 31.4, left_secs: Some(130.0), ..progress };
        assert!(progress_words("1 picture", &progress).ends_with("· 31/s · 2 min left"));
        let progress = IndexProgress { is_paused: true, ..progress };
        assert!(progress_words("1 picture", &progress).ends_with("paused"));
    }
}

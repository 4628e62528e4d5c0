//! What the window looks like.

use std::sync::atomic::Ordering;

use eframe::egui::{self, RichText};

use super::{
    App, Command,
    settings::{Room, ThemeChoice, ZOOM_RANGE},
    system::{self, Budget, PanelAction},
};
use crate::gpu::Owner;
use crate::library::ui::THUMBNAIL_RANGE;
use crate::ui::{Theme, Workspace as _, popups, widgets};

impl App {
    pub(super) fn draw(&mut self, ui: &mut egui::Ui, frame: &eframe::Frame) {
        let ctx = ui.ctx().clone();
        popups::note(&ctx);
        self.top_bar_ui(ui);
        self.system_is_shown.store(self.settings.show_system, Ordering::Relaxed);
        if self.settings.show_system {
            self.system_ui(ui, frame);
        }
        match self.settings.room {
            Room::Crystals => self.with_crystals(&ctx, |crystals, shell| crystals.ui(ui, shell)),
            Room::Library => self.with_library(&ctx, |library, shell| library.ui(ui, shell)),
        }
        self.settings_ui(&ctx);
        self.history_ui(&ctx);
        let mut all = std::mem::take(&mut self.all_commands);
        // What can be done here comes first.
        all.sort_by_key(|command| command.room().is_some_and(|room| room != self.settings.room));
        let crystals = &self.crystals;
        let picked = self.palette.ui(&ctx, &all, |command| match command {
            Command::Crystals(command) => crystals.is_enabled(command),
            _ => true,
        });
        self.all_commands = all;
        self.commands.extend(picked);
        drop_hint_ui(&ctx);
        self.notifications.toasts_ui(&ctx);
        if !self.commands.is_empty() {
            // They are carried out before the next frame.
            ctx.request_repaint();
        }
    }

    fn top_bar_ui(&mut self, ui: &mut egui::Ui) {
        egui::Panel::top("top bar").show(ui, |ui| {
            ui.add_space(3.0);
            ui.horizontal(|ui| {
                ui.strong("Vitrine");
                ui.add_space(Theme::get().space);
                for (room, title, about) in [
                    (Room::Library, "Library", "Find pictures"),
                    (Room::Crystals, self.crystals.title(), "Look into crystal structures"),
                ] {
                    let tab = ui.selectable_label(self.settings.room == room, title);
                    if tab.on_hover_text(about).clicked() {
                        self.commands.push(Command::Show(room));
                    }
                }
                let is_narrow = ui.available_width() < 2.0 * Theme::get().sidebar_width;
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if is_narrow {
                        ui.menu_button("Menu", |ui| {
                            ui.with_layout(egui::Layout::top_down_justified(egui::Align::Min), |ui| {
                                self.top_bar_right_ui(ui);
                            });
                        });
                    } else {
                        self.top_bar_right_ui(ui);
                    }
                });
            });
            ui.add_space(3.0);
        });
    }

    fn top_bar_right_ui(&mut self, ui: &mut egui::Ui) {
        if ui
            .selectable_label(self.settings.show_system, "System")
            .on_hover_text("Memory, load and jobs (F9)")
            .clicked()
        {
            self.commands.push(Command::ToggleSystem);
        }
        let unread = self.notifications.unread();
        let messages = if unread > 0 { format!("Messages ({unread})") } else { "Messages".to_owned() };
        let messages = ui.selectable_label(self.dialogs.messages, messages);
        if widgets::named(messages, "Messages").on_hover_text("What was reported so far (F8)").clicked() {
            self.commands.push(Command::ToggleNotifications);
        }
        if ui.selectable_label(self.dialogs.settings, "Settings").clicked() {
            self.commands.push(Command::ToggleSettings);
        }
        let keys =
            Command::Palette.shortcut().map(|keys| ui.ctx().format_shortcut(&keys)).unwrap_or_default();
        if ui.button(format!("Commands  {keys}")).clicked() {
            self.commands.push(Command::Palette);
        }
        let running = self.jobs.running_count();
        if running > 0 {
            ui.spinner();
            ui.weak(format!("{running} running"));
        }
    }

    fn system_ui(&mut self, ui: &mut egui::Ui, frame: &eframe::Frame) {
        self.measure_window_memory(ui.ctx());
        let Some(sampler) = &self.sampler else { return };
        let jobs = self.jobs.snapshot();
        let bytes = self.settings.library.thumbnail_bytes();
        let thumbnails = Budget { owner: Owner::Library, label: "thumbnails", bytes };
        let action = egui::Panel::right("system")
            .default_size(1.1 * Theme::get().sidebar_width)
            .show(ui, |ui| {
                system::panel_ui(ui, &self.gpu, sampler, &jobs, frame.info().cpu_usage, &[thumbnails])
            })
            .inner;
        match action {
            Some(PanelAction::Cancel(id)) => {
                self.jobs.cancel(id);
            }
            Some(PanelAction::ClearFinished) => self.jobs.clear_finished(),
            None => {}
        }
    }

    fn settings_ui(&mut self, ctx: &egui::Context) {
        let mut open = self.dialogs.settings;
        // Escape closes it, unless it ends what is typed into one of its fields.
        let is_typing = ctx.memory(|memory| memory.focused().is_some());
        if open
            && !is_typing
            && ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape))
        {
            open = false;
        }
        let mut zoom = self.settings.zoom;
        let mut thumbnail_megabytes = self.settings.library.thumbnail_megabytes;
        egui::Window::new("Settings")
            .open(&mut open)
            .resizable(false)
            .collapsible(false)
            .pivot(egui::Align2::CENTER_CENTER)
            .default_pos(ctx.content_rect().center())
            .show(ctx, |ui| {
                egui::Grid::new("settings").num_columns(2).spacing([16.0, 10.0]).show(ui, |ui| {
                    ui.label("Theme");
                    ui.horizontal(|ui| {
                        for (choice, word) in [
                            (ThemeChoice::System, "Desktop"),
                            (ThemeChoice::Dark, "Dark"),
                            (ThemeChoice::Light, "Light"),
                        ] {
                            if ui.selectable_label(self.settings.theme == choice, word).clicked() {
                                self.commands.push(Command::Theme(choice));
                            }
                        }
                    });
                    ui.end_row();
                    let label = ui.label("Size of everything");
                    // The factor changes when the slider is let go: it would run away under the pointer otherwise.
                    let slider = egui::Slider::new(&mut zoom, ZOOM_RANGE)
                        .step_by(0.05)
                        .custom_formatter(|value, _| format!("{:.0} %", value * 100.0))
                        .custom_parser(|text| {
                            text.trim_end_matches([' ', '%']).parse().ok().map(|p: f64| p / 100.0)
                        })
                        .update_while_editing(false);
                    ui.add(slider).labelled_by(label.id);
                    ui.end_row();
                    let label = ui.label("Thumbnails on the GPU");
                    let slider = egui::Slider::new(&mut thumbnail_megabytes, THUMBNAIL_RANGE)
                        .logarithmic(true)
                        .suffix(" MB");
                    ui.add(slider)
                        .labelled_by(label.id)
                        .on_hover_text("At most; what was not looked at for longest goes first");
                    ui.end_row();
                    if cfg!(target_os = "linux") {
                        ui.label("Dropping files");
                        ui.vertical(|ui| {
                            ui.checkbox(&mut self.settings.prefer_x11, "Use X11 on Wayland desktops");
                            ui.weak("from the next start");
                        });
                        ui.end_row();
                    }
                    ui.label("Kept in");
                    ui.add(egui::Label::new(self.directories.config.display().to_string()).wrap());
                    ui.end_row();
                });
                ui.separator();
                ui.weak(crate::version());
            });
        self.settings.library.thumbnail_megabytes = thumbnail_megabytes;
        if let Some(library) = &mut self.library {
            library.set_thumbnail_megabytes(thumbnail_megabytes);
        }
        let released = ctx.input(|input| !input.pointer.any_down());
        if zoom != self.settings.zoom && released {
            self.zoom_to(ctx, zoom);
        } else if zoom != self.settings.zoom {
            self.settings.zoom = zoom;
        }
        if released && (ctx.zoom_factor() - self.settings.zoom).abs() > 1e-3 {
            ctx.set_zoom_factor(self.settings.zoom);
        }
        self.dialogs.settings = open && self.dialogs.settings;
    }

    fn history_ui(&mut self, ctx: &egui::Context) {
        let mut open = self.dialogs.messages;
        egui::Window::new("Messages")
            .open(&mut open)
            .default_width(Theme::get().toast_width)
            .collapsible(false)
            .pivot(egui::Align2::CENTER_CENTER)
            .default_pos(ctx.content_rect().center())
            .show(ctx, |ui| self.notifications.history_ui(ui));
        self.dialogs.messages = open;
    }
}

/// Says what a drop would do while files hang over the window.
fn drop_hint_ui(ctx: &egui::Context) {
    let count = ctx.input(|input| input.raw.hovered_files.len());
    if count == 0 {
        return;
    }
    let theme = Theme::get();
    egui::Area::new(egui::Id::unique("drop hint"))
        .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
        .order(egui::Order::Foreground)
        .interactable(false)
        .show(ctx, |ui| {
            egui::Frame::popup(ui.style()).inner_margin(theme.space_large).show(ui, |ui| {
                let what = if count == 1 { "this file".to_owned() } else { format!("{count} files") };
                ui.label(RichText::new(format!("Drop to open {what}")).size(theme.text_title));
            });
        });
}

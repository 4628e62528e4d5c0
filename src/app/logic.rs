//! What happens between frames, hidden window or not.

use std::{ffi::OsString, sync::atomic::Ordering};

use eframe::egui::{self, ViewportCommand};

use super::{
    App, Command, Sampler,
    settings::{Room, WindowPlace, ZOOM_RANGE},
};
use crate::{
    crystal::ui::CrystalCommand,
    jobs::JobContext,
    library::ui::kinds::{self, Kind},
    ui::Workspace,
};

impl App {
    pub(super) fn apply(&mut self, ctx: &egui::Context) {
        self.notifications.set_now(ctx.input(|input| input.time));
        if self.sampler.is_none() {
            self.start_sampler(ctx);
        }
        let keys = Command::from_keys(ctx, &self.all_commands, self.settings.room);
        self.commands.extend(keys);
        self.take_dropped_files(ctx);
        self.open_files(ctx);
        self.with_crystals(ctx, Workspace::logic);
        if self.settings.room == Room::Library || self.library.is_some() {
            self.with_library(ctx, Workspace::logic);
        }
        for command in std::mem::take(&mut self.commands) {
            self.run(command, ctx);
        }
        for fault in self.gpu.errors.take_unseen() {
            let what =
                if fault.out_of_memory { "Graphics memory ran out" } else { "The graphics device failed" };
            self.notifications.error(format!("{what}: {}", fault.message));
        }
        self.handle_device_loss(ctx);
        self.remember_window(ctx);
        self.save_changed_settings();
        if let Some(probe) = &mut self.startup {
            probe.logic(ctx, &self.gpu);
        }
    }

    fn start_sampler(&mut self, ctx: &egui::Context) {
        let shown = std::sync::Arc::clone(&self.system_is_shown);
        let waker = ctx.clone();
        // Where the processor draws the window, drawing it each second to show the load would be most of the load.
        let every = if self.gpu.summary().software { 5 } else { 1 };
        let mut samples = 0_u64;
        let started = Sampler::start(self.gpu.clone(), move || {
            samples += 1;
            if shown.load(Ordering::Relaxed) && samples.is_multiple_of(every) {
                waker.request_repaint();
            }
        });
        match started {
            Ok(sampler) => self.sampler = Some(sampler),
            Err(error) => self.notifications.error(format!("The System panel cannot measure: {error}")),
        }
    }

    fn take_dropped_files(&mut self, ctx: &egui::Context) {
        let dropped = ctx.input(|input| {
            input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect::<Vec<_>>()
        });
        self.files_to_open.extend(dropped);
    }

    /// Opens what was dropped or named in the room that it is for. Folders have to be looked into first, which a job does.
    fn open_files(&mut self, ctx: &egui::Context) {
        let files = std::mem::take(&mut self.files_to_open);
        if !files.is_empty() {
            let look = move |_: &JobContext| Ok(kinds::sort(&files));
            self.sorting.push(self.jobs.spawn("Look what to open", look));
        }
        let mut sorted = Vec::new();
        self.sorting.retain_mut(|handle| match handle.poll() {
            None => true,
            Some(Ok(kinds)) => {
                sorted.extend(kinds);
                false
            }
            Some(Err(error)) => {
                self.notifications.error(format!("Nothing was opened: {error}"));
                false
            }
        });
        if sorted.is_empty() {
            return;
        }
        let is_for_library = |kind: Kind| match kind {
            Kind::Picture | Kind::PictureFolder => true,
            Kind::Structures => false,
            Kind::MixedFolder | Kind::Other => self.settings.room == Room::Library,
        };
        let first = sorted.first().map(|(_, kind)| is_for_library(*kind));
        let (mut pictures, mut folders, mut structures) = (Vec::new(), Vec::new(), Vec::new());
        for (path, kind) in sorted {
            match kind {
                Kind::Picture => pictures.push(path),
                kind if is_for_library(kind) => folders.push(path),
                _ => structures.push(path),
            }
        }
        self.settings.room = if first == Some(true) { Room::Library } else { Room::Crystals };
        if !pictures.is_empty() {
            self.with_library(ctx, |library, shell| library.search_with(pictures, shell));
        }
        if !folders.is_empty() {
            self.with_library(ctx, |library, shell| library.open(&folders, shell));
        }
        if !structures.is_empty() {
            self.with_crystals(ctx, |crystals, shell| crystals.open(&structures, shell));
        }
    }

    fn run(&mut self, command: Command, ctx: &egui::Context) {
        match command {
            Command::Palette => self.palette.toggle(),
            Command::ToggleSystem => self.settings.show_system ^= true,
            Command::ToggleSettings => self.dialogs.settings ^= true,
            Command::ToggleNotifications => self.dialogs.messages ^= true,
            Command::Theme(choice) => {
                self.settings.theme = choice;
                ctx.set_theme(choice);
            }
            Command::ZoomIn => self.zoom_to(ctx, self.settings.zoom + 0.1),
            Command::ZoomOut => self.zoom_to(ctx, self.settings.zoom - 0.1),
            Command::ZoomReset => self.zoom_to(ctx, 1.0),
            Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            Command::Show(room) => self.settings.room = room,
            Command::Crystals(command) => {
                self.settings.room = Room::Crystals;
                self.run_in_crystals(ctx, command);
            }
            Command::Library(command) => {
                self.settings.room = Room::Library;
                self.with_library(ctx, |library, _| library.send(command));
            }
        }
        // What was changed shows at once, also when nothing else asks for a frame.
        ctx.request_repaint();
    }

    fn run_in_crystals(&mut self, ctx: &egui::Context, command: CrystalCommand) {
        self.with_crystals(ctx, |crystals, shell| {
            if crystals.is_enabled(&command) {
                crystals.run(command, shell);
            }
        });
    }

    pub(super) fn zoom_to(&mut self, ctx: &egui::Context, zoom: f32) {
        let zoom = (zoom * 20.0).round() / 20.0;
        self.settings.zoom = zoom.clamp(*ZOOM_RANGE.start(), *ZOOM_RANGE.end());
        ctx.set_zoom_factor(self.settings.zoom);
    }

    /// Without its device the window cannot draw what it would say: state is saved, and a dialog of the system offers to
    /// start again with the same files.
    fn handle_device_loss(&mut self, ctx: &egui::Context) {
        let Some(message) = self.gpu.errors.lost() else { return };
        if self.device_loss_told {
            return;
        }
        self.device_loss_told = true;
        self.save_settings();
        self.notifications.error(format!("The graphics device was lost ({message}); restart to draw again"));
        if !self.has_window {
            return;
        }
        let arguments = self.restart_arguments();
        let close = ctx.clone();
        // Nobody waits for this job: its answer is the restart itself.
        drop(self.jobs.spawn("Ask for a restart", move |_| {
            let answer = rfd::MessageDialog::new()
                .set_level(rfd::MessageLevel::Error)
                .set_title("Vitrine")
                .set_description(format!(
                    "The graphics device was lost ({message}). Your settings are saved. Restart Vitrine with the open files?"
                ))
                .set_buttons(rfd::MessageButtons::YesNo)
                .show();
            if answer == rfd::MessageDialogResult::Yes {
                let program = std::env::current_exe().map_err(crate::jobs::JobError::failed)?;
                std::process::Command::new(program)
                    .args(arguments)
                    .spawn()
                    .map_err(crate::jobs::JobError::failed)?;
                close.send_viewport_cmd(ViewportCommand::Close);
            }
            Ok(())
        }));
    }

    /// The command line that opens this window again: same folders, same files.
    #[must_use]
    pub fn restart_arguments(&self) -> Vec<OsString> {
        let mut arguments = self.restart_arguments.clone();
        // A file name may begin like an option.
        arguments.push("--".into());
        arguments.extend(self.crystals.open_files().into_iter().map(OsString::from));
        arguments
    }

    fn remember_window(&mut self, ctx: &egui::Context) {
        let place = ctx.input(|input| {
            let viewport = input.viewport();
            let maximized = viewport.maximized.unwrap_or(false) || viewport.fullscreen.unwrap_or(false);
            viewport.inner_rect.map(|inner| WindowPlace {
                size: (inner.width(), inner.height()),
                position: viewport.outer_rect.map(|outer| (outer.min.x, outer.min.y)),
                maximized,
            })
        });
        if let Some(mut place) = place {
            if place.maximized {
                // The size to go back to is the last one that was chosen.
                if let Some(before) = self.settings.window {
                    place.size = before.size;
                    place.position = before.position;
                }
            }
            // Points here are scaled by the zoom; the next start places the window before it is known.
            let zoom = self.settings.zoom;
            if !place.maximized || self.settings.window.is_none() {
                place.size = (place.size.0 * zoom, place.size.1 * zoom);
                place.position = place.position.map(|(x, y)| (x * zoom, y * zoom));
            }
            self.settings.window = Some(place);
        }
    }
}

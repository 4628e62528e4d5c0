//! The window: composes workspaces, the System panel, commands, settings and notifications.
//!
//! eframe calls `logic` also while the window is hidden: there, what background work has finished is applied. It
//! calls `ui` to draw. Widgets send [`Command`]s; only this room carries them out.

mod commands;
mod logic;
mod palette;
mod run;
pub mod settings;
mod startup;
pub mod system;
mod ui;

use std::{ffi::OsString, path::PathBuf, sync::Arc, time::Duration};

use eframe::{egui, egui_wgpu};

pub use commands::Command;
pub use run::{RunError, WindowOptions, run};
pub use startup::{STARTED_AT_VARIABLE, StartupReport};

use self::{
    palette::Palette,
    settings::{Room, Settings},
    startup::StartupProbe,
    system::Sampler,
};
use crate::{
    crystal::{
        samples::Sample,
        ui::{CrystalCommand, Crystals},
    },
    gpu::{GpuContext, Holding, Owner},
    inference::Inference,
    jobs::{JobHandle, Jobs, LatestWorker, SystemClock},
    library::ui::{LibraryRoom, kinds::Kind},
    storage::{Directories, StorageError},
    ui::{Mode, Notifications, Shell, Theme},
};

/// How the window is started.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// Files and folders to open.
    pub files: Vec<PathBuf>,
    /// Where to write how long the start took; the program then ends by itself.
    pub startup_report: Option<PathBuf>,
    /// What the program was told besides files; a restart repeats it.
    pub restart_arguments: Vec<OsString>,
}

/// The running program.
pub struct App {
    gpu: GpuContext,
    render_state: egui_wgpu::RenderState,
    directories: Directories,
    settings: Settings,
    jobs: Jobs,
    /// Makes its device with the first model that is asked something.
    inference: Inference,
    notifications: Notifications,
    sampler: Option<Sampler>,
    /// Whether the System panel is drawn; the sampler asks for frames only then.
    system_is_shown: Arc<std::sync::atomic::AtomicBool>,
    window_memory: Vec<Holding>,
    crystals: Crystals,
    /// Made at the first visit.
    library: Option<LibraryRoom>,
    /// Files and folders that are being looked at to see which room they are for.
    sorting: Vec<JobHandle<Vec<(PathBuf, Kind)>>>,
    palette: Palette,
    commands: Vec<Command>,
    all_commands: Vec<Command>,
    dialogs: Dialogs,
    files_to_open: Vec<PathBuf>,
    startup: Option<StartupProbe>,
    device_loss_told: bool,
    /// Whether there is a window on a screen, and so a person to ask.
    has_window: bool,
    restart_arguments: Vec<OsString>,
    /// Writes settings soon after they changed; a program that is killed loses seconds, not a session.
    saver: Option<LatestWorker<Settings, StorageError>>,
    saved: Settings,
}

/// A window that was last on a monitor that is gone would open where nobody sees it.
fn bring_onto_screen(cc: &eframe::CreationContext<'_>) {
    let Some(window) = cc.winit_window() else { return };
    let Ok(corner) = window.outer_position() else { return };
    let mut monitors = window.available_monitors().peekable();
    let is_seen = monitors.peek().is_none()
        || monitors.any(|monitor| {
            let (from, size) = (monitor.position(), monitor.size());
            let within = |at: i32, low: i32, length: u32| {
                at >= low - 8 && i64::from(at) + 64 < i64::from(low) + i64::from(length)
            };
            within(corner.x, from.x, size.width) && within(corner.y, from.y, size.height)
        });
    if !is_seen {
        cc.egui_ctx.send_viewport_cmd(egui::ViewportCommand::OuterPosition(egui::pos2(60.0, 60.0)));
    }
}

/// Settings that keep changing (a window being resized) are written when they have come to rest for this long.
const SAVE_DELAY: Duration = Duration::from_millis(700);

fn settings_saver(jobs: &Jobs, directories: &Directories) -> Option<LatestWorker<Settings, StorageError>> {
    let directories = directories.clone();
    let worker = LatestWorker::new(jobs, "settings", move |settings: Settings, newer| {
        std::thread::sleep(SAVE_DELAY);
        // Only a failure is news, and wakes the window.
        if newer.is_waiting() { None } else { settings.save(&directories).err() }
    });
    worker.inspect_err(|error| log::warn!("settings are only saved at the end: {error}")).ok()
}

/// Which windows inside the window are open.
#[derive(Debug, Default)]
struct Dialogs {
    settings: bool,
    messages: bool,
}

fn mode_of(ctx: &egui::Context) -> Mode {
    match ctx.theme() {
        egui::Theme::Dark => Mode::Dark,
        egui::Theme::Light => Mode::Light,
    }
}

/// Why the window cannot be made although eframe started.
#[derive(Debug, thiserror::Error)]
#[error("the window has no GPU device")]
struct NoRenderState;

impl App {
    /// Takes over the window's device and reads nothing but the settings it is given.
    ///
    /// # Errors
    /// When eframe was built without wgpu, which a test could do.
    pub fn new(
        cc: &eframe::CreationContext<'_>,
        directories: Directories,
        settings: Settings,
        start: Start,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let render_state = cc.wgpu_render_state.clone().ok_or(NoRenderState)?;
        let gpu = GpuContext::adopt(
            render_state.instance.clone(),
            render_state.adapter.clone(),
            render_state.device.clone(),
            render_state.queue.clone(),
        );
        let ctx = &cc.egui_ctx;
        Theme::get().install(ctx);
        ctx.set_theme(settings.theme);
        ctx.set_zoom_factor(settings.zoom);
        // The keys for zooming are commands here, so that the factor is remembered.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);

        let jobs = Jobs::new(Arc::new(SystemClock::new()));
        let waker = ctx.clone();
        jobs.set_timed_waker(move |delay| waker.request_repaint_after(delay));
        let waker = ctx.clone();
        gpu.errors.set_waker(move || waker.request_repaint());
        bring_onto_screen(cc);
        let crystals = Crystals::new(settings.crystals.clone());
        let inference = Inference::new(Some(gpu.clone()), jobs.clone());
        Ok(Self {
            startup: start.startup_report.map(StartupProbe::new),
            files_to_open: start.files,
            gpu,
            render_state,
            saver: settings_saver(&jobs, &directories),
            saved: settings.clone(),
            directories,
            crystals,
            library: None,
            sorting: Vec::new(),
            settings,
            jobs,
            inference,
            notifications: Notifications::default(),
            sampler: None,
            system_is_shown: Arc::default(),
            window_memory: Vec::new(),
            palette: Palette::default(),
            commands: Vec::new(),
            all_commands: Command::all(),
            dialogs: Dialogs::default(),
            device_loss_told: false,
            has_window: cc.winit_window().is_some(),
            restart_arguments: start.restart_arguments,
        })
    }

    /// Says something to the user.
    pub fn notifications_mut(&mut self) -> &mut Notifications {
        &mut self.notifications
    }

    /// What was said so far.
    #[must_use]
    pub fn notifications(&self) -> &Notifications {
        &self.notifications
    }

    /// Whether background work runs whose result the window waits for.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.jobs.running_count() > 0
            || self.crystals.is_busy()
            || self.library.as_ref().is_some_and(LibraryRoom::is_busy)
            || !self.sorting.is_empty()
            || !self.commands.is_empty()
    }

    /// Opens a built-in structure.
    pub fn open_sample(&mut self, sample: Sample) {
        self.commands.push(Command::Crystals(CrystalCommand::OpenSample(sample)));
    }

    /// The Crystals workspace.
    #[must_use]
    pub fn crystals(&self) -> &Crystals {
        &self.crystals
    }

    /// The Library workspace, where it was visited.
    #[must_use]
    pub fn library(&self) -> Option<&LibraryRoom> {
        self.library.as_ref()
    }

    /// The room that is shown.
    #[must_use]
    pub fn room(&self) -> Room {
        self.settings.room
    }

    /// Gives a command, as a key or a button would.
    pub fn send(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// The device that draws.
    #[must_use]
    pub fn gpu(&self) -> &GpuContext {
        &self.gpu
    }

    /// Splits off what a workspace is lent.
    fn with_crystals<T>(
        &mut self,
        ctx: &egui::Context,
        visit: impl FnOnce(&mut Crystals, &mut Shell<'_>) -> T,
    ) -> T {
        let mut shell = Shell {
            gpu: &self.gpu,
            render_state: &self.render_state,
            jobs: &self.jobs,
            notifications: &mut self.notifications,
            mode: mode_of(ctx),
        };
        visit(&mut self.crystals, &mut shell)
    }

    /// The same for the Library, which is made when it is not there yet.
    fn with_library<T>(
        &mut self,
        ctx: &egui::Context,
        visit: impl FnOnce(&mut LibraryRoom, &mut Shell<'_>) -> T,
    ) -> T {
        let mut shell = Shell {
            gpu: &self.gpu,
            render_state: &self.render_state,
            jobs: &self.jobs,
            notifications: &mut self.notifications,
            mode: mode_of(ctx),
        };
        let library = self.library.get_or_insert_with(|| {
            let compute = self.inference.active_compute();
            LibraryRoom::new(self.settings.library.clone(), &self.directories, compute)
        });
        visit(library, &mut shell)
    }

    /// Takes what the rooms remember into the settings.
    fn gather_settings(&mut self) {
        self.settings.crystals = self.crystals.settings();
        if let Some(library) = &self.library {
            self.settings.library = library.settings();
        }
    }

    /// Has changed settings written in the background.
    fn save_changed_settings(&mut self) {
        self.gather_settings();
        let Some(saver) = &mut self.saver else { return };
        if self.settings != self.saved {
            self.saved.clone_from(&self.settings);
            saver.request(self.settings.clone());
        }
        match saver.take() {
            Some(Ok(error)) => self.notifications.error(format!("The settings were not saved: {error}")),
            Some(Err(error)) => self.notifications.error(format!("The settings were not saved: {error}")),
            None => {}
        }
    }

    /// Writes the settings; a failure is told, not passed on.
    fn save_settings(&mut self) {
        self.gather_settings();
        if let Err(error) = self.settings.save(&self.directories) {
            self.notifications.error(format!("The settings were not saved: {error}"));
        }
    }

    /// Enters what the window itself holds: an estimate of its surface, egui's textures, and what else the device has.
    fn measure_window_memory(&mut self, ctx: &egui::Context) {
        let size = ctx.content_rect().size() * ctx.pixels_per_point();
        // The picture shown, the one waiting, and the one drawn, four bytes a pixel.
        let surface = 3 * 4 * (size.x.max(0.0) as u64) * (size.y.max(0.0) as u64);
        let textures: u64 =
            ctx.tex_manager().read().allocated().map(|(_, meta)| meta.bytes_used() as u64).sum();
        // The Library enters its own.
        let ledger = &self.gpu.ledger;
        let pictures = ledger.by_owner().into_iter().find(|entry| entry.owner == Owner::Library);
        let textures = textures.saturating_sub(pictures.map_or(0, |entry| entry.bytes));
        self.window_memory.clear();
        let drawn = ledger.by_owner().into_iter().filter(|entry| !entry.owner.computes());
        let counted = drawn.map(|entry| entry.bytes).sum::<u64>() + textures;
        let other = self.gpu.device_bytes().saturating_sub(counted);
        self.window_memory.extend([
            ledger.hold(Owner::Window, "surface (estimate)", surface),
            ledger.hold(Owner::Window, "fonts and images", textures),
            ledger.hold(Owner::Window, "widgets and staging", other),
        ]);
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.apply(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.draw(ui, frame);
    }

    fn on_exit(&mut self) {
        self.jobs.cancel_all();
        // What still waits to be written is older than what is written now, and must not come after it.
        self.saver = None;
        self.save_settings();
        // Exports remove their unfinished files; a system's file dialog may never answer and is not waited for long.
        self.jobs.wait_until_idle(Duration::from_secs(2));
    }

    fn auto_save_interval(&self) -> Duration {
        Duration::MAX
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
}

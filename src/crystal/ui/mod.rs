//! The Crystals workspace: a list of structures, the view, and what is known of what is shown.

mod commands;
mod empty;
mod export;
mod inspector;
mod list;
mod opening;
mod settings;
mod toolbar;
mod view;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use eframe::egui;

pub use commands::CrystalCommand;
pub use settings::CrystalSettings;

use self::{export::ExportDialog, opening::Opening, view::View};
use super::{
    analysis::coordination::polyhedra::bonded_polyhedra,
    io::Format,
    loaded::{Loaded, Source},
    render::{Palette, Picture, TRIAD_SIDE},
    samples::Sample,
    scene::{Camera, Rgba, Scene, SceneStyle, StandardView, build},
};
use crate::ui::{Mode, Shell, Theme, Workspace};

/// A structure in the window, with the camera that looks at it.
struct Shown {
    loaded: Loaded,
    scene: Arc<Scene>,
    camera: Camera,
    /// Index into the scene's atoms.
    selected: Option<u32>,
    /// What the scene was built with.
    built_with: (SceneStyle, Mode),
}

impl Shown {
    fn new(ready: Ready, settings: &CrystalSettings) -> Self {
        let Ready { loaded, scene, built_with } = ready;
        let camera =
            Camera::new(scene.bounds, &loaded.structure.lattice, StandardView::Iso, settings.projection);
        Self { loaded, scene, camera, selected: None, built_with }
    }

    /// Builds the scene again after a change of style.
    fn rebuild_if_outdated(&mut self, style: SceneStyle, mode: Mode) {
        if self.built_with == (style, mode) {
            return;
        }
        // Another colour of the edges leaves the atoms as they are.
        if self.built_with.0 != style {
            self.selected = None;
        }
        self.scene = scene_of(&self.loaded, &style, mode);
        self.camera.set_bounds(self.scene.bounds);
        self.built_with = (style, mode);
    }

    fn picture(&self, size: (u32, u32), palette: Palette, show_axes: bool) -> Picture {
        Picture::new(&self.loaded.structure, Arc::clone(&self.scene), &self.camera, size, palette, show_axes)
            .with_selection(self.selected)
    }
}

/// A structure with its scene, as a job makes them.
struct Ready {
    loaded: Loaded,
    scene: Arc<Scene>,
    built_with: (SceneStyle, Mode),
}

impl Ready {
    fn new(loaded: Loaded, style: SceneStyle, mode: Mode) -> Self {
        Self { scene: scene_of(&loaded, &style, mode), loaded, built_with: (style, mode) }
    }
}

fn scene_of(loaded: &Loaded, style: &SceneStyle, mode: Mode) -> Arc<Scene> {
    let cell = Theme::get().palette(mode).cell_edges.0;
    let polyhedra =
        if style.show_polyhedra { bonded_polyhedra(&loaded.structure, &loaded.bonds) } else { Vec::new() };
    Arc::new(build(&loaded.structure, &loaded.bonds, &polyhedra, style, cell))
}

/// Colours of a picture in a mode of the theme.
#[must_use]
pub fn picture_palette(mode: Mode) -> Palette {
    let colors = Theme::get().palette(mode);
    Palette {
        background: colors.canvas.0,
        cell: colors.cell_edges.0,
        axes: [colors.axis_a.0, colors.axis_b.0, colors.axis_c.0],
        highlight: colors.selection.0,
    }
}

/// Colours of a picture on some background: edges and letters in the mode that can be read there. What is transparent goes
/// onto paper.
#[must_use]
pub fn palette_on(background: Rgba) -> (Palette, Mode) {
    let [r, g, b, a] = background.map(u32::from);
    let is_dark = a == 255 && 299 * r + 587 * g + 114 * b < 128_000;
    let mode = if is_dark { Mode::Dark } else { Mode::Light };
    (Palette { background, ..picture_palette(mode) }, mode)
}

/// The workspace.
pub struct Crystals {
    /// What is remembered between runs.
    settings: CrystalSettings,
    shown: Vec<Shown>,
    current: usize,
    opening: Opening,
    view: View,
    export: ExportDialog,
    path_field: String,
    commands: Vec<CrystalCommand>,
    /// The list shows the current structure at its next frame.
    scroll_to_current: bool,
}

/// What readers noted about a few structures is told at once; about many, where to find it.
fn tell_notes(ready: &[Ready], shell: &mut Shell<'_>) {
    let noted: Vec<&Loaded> =
        ready.iter().map(|one| &one.loaded).filter(|one| !one.summary.warnings.is_empty()).collect();
    if let [one] = noted.as_slice() {
        for warning in &one.summary.warnings {
            shell.notifications.warn(format!("{}: {warning}", one.title));
        }
    } else if !noted.is_empty() {
        shell.notifications.warn(format!(
            "{} structures have notes of the reader; they stand at the end of the right-hand panel",
            noted.len()
        ));
    }
}

impl Crystals {
    /// An empty workspace.
    #[must_use]
    pub fn new(settings: CrystalSettings) -> Self {
        let settings = settings.validated();
        Self {
            export: ExportDialog::new(&settings),
            settings,
            shown: Vec::new(),
            current: 0,
            opening: Opening::default(),
            view: View::default(),
            path_field: String::new(),
            commands: Vec::new(),
            scroll_to_current: false,
        }
    }

    /// What is worth remembering.
    #[must_use]
    pub fn settings(&self) -> CrystalSettings {
        let mut settings = self.settings.clone();
        self.export.remember(&mut settings);
        settings
    }

    /// Files that are open, for a restart.
    #[must_use]
    pub fn open_files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = Vec::new();
        for shown in &self.shown {
            if let Source::File(path) = &shown.loaded.source
                && !files.contains(path)
            {
                files.push(path.clone());
            }
        }
        files
    }

    /// Opens a built-in structure.
    pub fn open_sample(&mut self, sample: Sample, shell: &Shell<'_>) {
        self.opening.sample(sample, self.settings.style, shell);
    }

    /// Whether files are being read.
    #[must_use]
    pub fn is_opening(&self) -> bool {
        !self.opening.is_idle()
    }

    /// Whether files are being read or pictures written.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.is_opening() || self.export.is_busy()
    }

    /// Structures that are open.
    #[must_use]
    pub fn shown_count(&self) -> usize {
        self.shown.len()
    }

    /// Whether a command can be given now.
    #[must_use]
    pub fn is_enabled(&self, command: &CrystalCommand) -> bool {
        !command.needs_structure() || !self.shown.is_empty()
    }

    /// Does what a command says.
    pub fn run(&mut self, command: CrystalCommand, shell: &mut Shell<'_>) {
        match command {
            CrystalCommand::Open => self.opening.dialog(shell.jobs),
            CrystalCommand::OpenPath(path) => self.open(&[path], shell),
            CrystalCommand::OpenSample(sample) => self.open_sample(sample, shell),
            CrystalCommand::Show(index) => self.current = index.min(self.shown.len().saturating_sub(1)),
            CrystalCommand::Next => self.step(1),
            CrystalCommand::Previous => self.step(self.shown.len().saturating_sub(1)),
            CrystalCommand::Close => self.close(self.current),
            CrystalCommand::CloseAt(index) => self.close(index),
            CrystalCommand::CloseAll => self.shown.clear(),
            CrystalCommand::Export => {
                if let Some(shown) = self.shown.get(self.current) {
                    self.export.show(shown, self.view.size_px());
                }
            }
            CrystalCommand::SetStyle(style) => self.settings.style = style,
            CrystalCommand::ToggleBonds => self.settings.style.show_bonds ^= true,
            CrystalCommand::ToggleCell => self.settings.style.show_cell ^= true,
            CrystalCommand::ToggleAxes => self.settings.show_axes ^= true,
            CrystalCommand::ToggleProjection => {
                self.settings.toggle_projection();
                for shown in &mut self.shown {
                    shown.camera.set_projection(self.settings.projection);
                }
            }
            CrystalCommand::LookAlong(view) => {
                if let Some(shown) = self.shown.get_mut(self.current) {
                    shown.camera.look_along(&shown.loaded.structure.lattice, view);
                }
            }
            CrystalCommand::Fit => {
                if let Some(shown) = self.shown.get_mut(self.current) {
                    let (width, height) = self.view.size_px();
                    let corner = if self.settings.show_axes { TRIAD_SIDE } else { 0.0 };
                    shown.camera.fit_tightly(&shown.scene, width as f32 / height as f32, corner);
                }
            }
            CrystalCommand::ForgetRecent => self.settings.recent.clear(),
        }
    }

    fn step(&mut self, by: usize) {
        if !self.shown.is_empty() {
            self.current = (self.current + by) % self.shown.len();
            self.scroll_to_current = true;
        }
    }

    fn close(&mut self, index: usize) {
        if index < self.shown.len() {
            self.shown.remove(index);
            if self.current > index || self.current >= self.shown.len() {
                self.current = self.current.saturating_sub(1);
            }
        }
    }

    fn take_opened(&mut self, shell: &mut Shell<'_>) {
        let opened = self.opening.poll(shell);
        if !opened.chosen.is_empty() {
            self.open(&opened.chosen, shell);
        }
        tell_notes(&opened.ready, shell);
        for ready in opened.ready {
            if let Source::File(path) = &ready.loaded.source {
                self.settings.remember(path);
            }
            self.shown.push(Shown::new(ready, &self.settings));
            self.current = self.shown.len() - 1;
            self.scroll_to_current = true;
        }
    }
}

impl Workspace for Crystals {
    fn title(&self) -> &'static str {
        "Crystals"
    }

    fn logic(&mut self, shell: &mut Shell<'_>) {
        self.take_opened(shell);
        self.export.poll(shell);
        if self.shown.is_empty() {
            self.view.release(shell);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, shell: &mut Shell<'_>) {
        let mut commands = std::mem::take(&mut self.commands);
        let theme = Theme::get();
        let width = ui.available_width();
        let is_opening = self.is_opening();
        if self.shown.is_empty() {
            egui::CentralPanel::default().show(ui, |ui| {
                empty::empty_ui(ui, &self.settings, &mut self.path_field, is_opening, &mut commands);
            });
        } else {
            // Narrow windows give their room to the picture first.
            if width > 2.6 * theme.sidebar_width {
                egui::Panel::left("structures").default_size(theme.sidebar_width).show(ui, |ui| {
                    list::list_ui(
                        ui,
                        &self.shown,
                        self.current,
                        std::mem::take(&mut self.scroll_to_current),
                        &self.settings,
                        &mut self.path_field,
                        &mut commands,
                    );
                });
            }
            let has_inspector = width > 3.4 * theme.sidebar_width;
            if has_inspector {
                egui::Panel::right("inspector").default_size(theme.sidebar_width).show(ui, |ui| {
                    if let Some(shown) = self.shown.get(self.current) {
                        inspector::inspector_ui(ui, shown, &self.settings, &mut commands);
                    }
                });
            }
            egui::Panel::top("crystal toolbar").show(ui, |ui| {
                toolbar::toolbar_ui(ui, &self.settings, &mut commands);
            });
            let canvas = egui::Frame::NONE.fill(Theme::of(ui).canvas.egui());
            egui::CentralPanel::default().frame(canvas).show(ui, |ui| {
                if let Some(shown) = self.shown.get_mut(self.current) {
                    // Only what is looked at: with hundreds open, a moved slider would build hundreds of scenes.
                    shown.rebuild_if_outdated(self.settings.style, shell.mode);
                    self.view.ui(ui, shown, self.settings.show_axes, has_inspector, shell);
                }
            });
        }
        if let Some(shown) = self.shown.get(self.current) {
            self.export.ui(ui.ctx(), shown, &self.settings, shell);
        }
        for command in commands {
            self.run(command, shell);
        }
    }

    fn accepts(&self, path: &Path) -> bool {
        path.is_dir() || Format::detect(path.file_name().unwrap_or_default(), b"").is_some()
    }

    fn open(&mut self, paths: &[PathBuf], shell: &mut Shell<'_>) {
        self.opening.paths(paths.to_vec(), self.settings.style, shell);
    }
}

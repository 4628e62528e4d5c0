//! The Crystals workspace: a list of structures, the view, and what is known of what is shown.

mod commands;
mod empty;
mod export;
mod figure;
mod figure_settings;
mod figures;
mod graphs;
mod inspector;
pub mod link;
mod list;
mod live;
mod opening;
mod settings;
mod shown;
mod toolbar;
mod view;

use std::path::PathBuf;

use eframe::egui;

pub use commands::CrystalCommand;
pub use figure_settings::FigureChoice;
pub use graphs::{GraphSettings, GraphTab};
pub use link::Link;
pub use settings::CrystalSettings;

use self::{
    export::ExportDialog,
    figure::FigureDialog,
    graphs::{Graphs, Seen},
    live::Playback,
    opening::{Opening, Ready},
    shown::{Scenes, Shown},
    view::View,
};
use super::{
    loaded::{Loaded, Source},
    render::{Palette, TRIAD_SIDE},
    samples::Sample,
    scene::Rgba,
};
use crate::ui::{Mode, Shell, Theme, Workspace};

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
    figure: FigureDialog,
    graphs: Graphs,
    scenes: Scenes,
    playback: Playback,
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
            figure: FigureDialog::new(&settings),
            settings,
            shown: Vec::new(),
            current: 0,
            opening: Opening::default(),
            view: View::default(),
            graphs: Graphs::default(),
            scenes: Scenes::default(),
            playback: Playback::default(),
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
        settings.figure.clone_from(&self.figure.choice);
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

    /// Whether files are being read, graphs computed or pictures written.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.is_opening()
            || self.export.is_busy()
            || self.figure.is_busy()
            || self.graphs.is_busy()
            || self.scenes.is_busy()
            || !self.commands.is_empty()
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
            CrystalCommand::Show(index) => self.show(index),
            CrystalCommand::Next => self.step(1),
            CrystalCommand::Previous => self.step(self.shown.len().saturating_sub(1)),
            CrystalCommand::Close => self.close(self.current),
            CrystalCommand::CloseAt(index) => self.close(index),
            CrystalCommand::CloseAll => {
                self.shown.clear();
                self.graphs.forget();
            }
            CrystalCommand::Export => {
                if let Some(shown) = self.shown.get(self.current) {
                    self.export.show(shown, self.view.size_px());
                }
            }
            CrystalCommand::SetStyle(style) => self.settings.style = style,
            CrystalCommand::ToggleBonds => self.settings.style.show_bonds ^= true,
            CrystalCommand::TogglePolyhedra => self.settings.style.show_polyhedra ^= true,
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
                    let lattice = shown.structure().lattice;
                    shown.camera.look_along(&lattice, view);
                }
            }
            CrystalCommand::Fit => {
                if let Some(shown) = self.shown.get_mut(self.current) {
                    let (width, height) = self.view.size_px();
                    let corner = if self.settings.show_axes { TRIAD_SIDE } else { 0.0 };
                    let scene = std::sync::Arc::clone(shown.scene());
                    shown.camera.fit_tightly(&scene, width as f32 / height as f32, corner);
                }
            }
            CrystalCommand::ForgetRecent => self.settings.recent.clear(),
            CrystalCommand::Strain(strain) => {
                if let Some(shown) = self.shown.get_mut(self.current) {
                    shown.strain = strain;
                }
            }
            CrystalCommand::Play => self.playback.toggle(),
            other => self.run_graphs(other, shell),
        }
    }

    /// What has to do with graphs.
    fn run_graphs(&mut self, command: CrystalCommand, shell: &mut Shell<'_>) {
        let graphs = &mut self.settings.graphs;
        match command {
            CrystalCommand::ToggleGraphs => graphs.open ^= true,
            CrystalCommand::ShowGraph(tab) => {
                graphs.open = true;
                graphs.tab = tab;
            }
            CrystalCommand::SetGraphs(settings) => *graphs = settings.validated(),
            CrystalCommand::Link(link) => {
                if let Some(shown) = self.shown.get_mut(self.current) {
                    shown.link = link;
                }
            }
            CrystalCommand::SelectSite(site) => {
                if let Some(shown) = self.shown.get_mut(self.current) {
                    shown.select_site(site);
                }
            }
            CrystalCommand::AskMeasured => self.graphs.measured.ask(shell),
            CrystalCommand::OpenMeasured(path) => self.graphs.measured.open(&path, shell),
            CrystalCommand::RemoveMeasured => self.graphs.measured.remove(),
            CrystalCommand::ExportFigure => {
                let kind = graphs.figure_kind();
                if let Some(shown) = self.shown.get(self.current) {
                    self.figure.show(kind, shown);
                }
            }
            CrystalCommand::ExportAllFigures => self.figure.export_all(&self.shown, &self.settings, shell),
            CrystalCommand::Report => self.figure.report(&self.shown, &self.settings, shell),
            _ => {}
        }
    }

    /// Shows another structure; another frame of the same file from the same side.
    fn show(&mut self, index: usize) {
        let index = index.min(self.shown.len().saturating_sub(1));
        let same_file = match (self.shown.get(self.current), self.shown.get(index)) {
            (Some(old), Some(new)) => old.is_of_file_of(new),
            _ => false,
        };
        if same_file && index != self.current {
            let view = self.shown.get(self.current).map(Shown::view);
            if let (Some(view), Some(new)) = (view, self.shown.get_mut(index)) {
                new.take_view_of(&view);
            }
        } else if index != self.current {
            self.playback.stop();
        }
        self.current = index;
    }

    fn step(&mut self, by: usize) {
        if !self.shown.is_empty() {
            self.show((self.current + by) % self.shown.len());
            self.scroll_to_current = true;
        }
    }

    fn close(&mut self, index: usize) {
        if index < self.shown.len() {
            self.shown.remove(index);
            self.graphs.forget();
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
            self.shown.push(Shown::new(ready.loaded, ready.built, &self.settings));
            self.current = self.shown.len() - 1;
            self.scroll_to_current = true;
        }
    }
}

/// Views lower than this are not worth having graphs under them.
const LEAST_HEIGHT_WITH_GRAPHS: f32 = 330.0;

impl Crystals {
    fn graphs_ui(&mut self, ui: &mut egui::Ui, shell: &Shell<'_>, commands: &mut Vec<CrystalCommand>) {
        let height = ui.available_height();
        if !self.settings.graphs.open || height < LEAST_HEIGHT_WITH_GRAPHS {
            return;
        }
        let Some(shown) = self.shown.get(self.current) else { return };
        let seen = Seen { shown, all: &self.shown, settings: &self.settings.graphs };
        let most = height - 0.45 * LEAST_HEIGHT_WITH_GRAPHS;
        let panel = egui::Panel::bottom("graphs")
            .default_size(seen.settings.height.min(most))
            .size_range(0.45 * LEAST_HEIGHT_WITH_GRAPHS..=most)
            .show(ui, |ui| {
                ui.add_space(2.0);
                self.graphs.ui(ui, &seen, shell, commands);
                ui.take_available_space();
            });
        let height = panel.response.rect.height().round();
        if ui.input(|input| !input.pointer.any_down()) {
            self.settings.graphs.height = height;
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
        self.figure.poll(shell, None);
        self.graphs.poll(shell, &mut self.commands);
        self.scenes.poll(&mut self.shown);
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
            self.graphs_ui(ui, shell, &mut commands);
            let frames = live::frames_around(&self.shown, self.current);
            if frames.len() > 1 {
                egui::Panel::bottom("frames").resizable(false).show(ui, |ui| {
                    self.playback.ui(ui, &frames, self.current, &mut commands);
                });
            }
            let canvas = egui::Frame::NONE.fill(Theme::of(ui).canvas.egui());
            egui::CentralPanel::default().frame(canvas).show(ui, |ui| {
                if let Some(shown) = self.shown.get_mut(self.current) {
                    // Only what is looked at: with hundreds open, a moved slider would build hundreds of scenes.
                    self.scenes.refresh(shown, self.settings.style, shell.mode, shell.jobs);
                    self.view.ui(ui, shown, self.settings.show_axes, has_inspector, shell);
                }
            });
        }
        if let Some(shown) = self.shown.get(self.current) {
            self.export.ui(ui.ctx(), shown, &self.settings, shell);
            self.figure.ui(ui.ctx(), shown, &self.settings, shell, &mut commands);
        }
        for command in commands {
            self.run(command, shell);
        }
    }

    fn open(&mut self, paths: &[PathBuf], shell: &mut Shell<'_>) {
        let (measured, structures): (Vec<PathBuf>, Vec<PathBuf>) =
            paths.iter().cloned().partition(|path| graphs::is_measurement(path) && !path.is_dir());
        // Two cannot be laid over one pattern: the last one named stays.
        if let Some(path) = measured.last() {
            if self.shown.is_empty() && structures.is_empty() {
                let text =
                    "Open a structure first; a measured pattern is laid over what is calculated from it";
                shell.notifications.warn(text);
            } else {
                self.graphs.measured.open(path, shell);
            }
        }
        if !structures.is_empty() {
            self.opening.paths(structures, self.settings.style, shell);
        }
    }
}

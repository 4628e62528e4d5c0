//! "Export picture…": the view as a PNG of any size, drawn by a background job.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use eframe::egui;

use super::{CrystalSettings, Shown, palette_on, picture_palette};
use crate::{
    crystal::{
        loaded::Source,
        render::{CrystalPipelines, ExportError, MAX_SIDE, Palette, Picture, Renderer, export_png},
    },
    jobs::{JobContext, JobError, JobHandle},
    ui::{Mode, Shell, Theme, widgets},
};

/// What is behind the structure in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Background {
    Transparent,
    White,
    Black,
    AsShown,
    Colored,
}

impl Background {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Transparent, "Transparent"),
        (Self::White, "White"),
        (Self::Black, "Black"),
        (Self::AsShown, "As shown"),
        (Self::Colored, "Colour"),
    ];

    /// The background with edges and letters that can be read on it.
    fn palette(self, shown: Mode, [r, g, b]: [u8; 3]) -> (Palette, Mode) {
        let background = match self {
            Self::AsShown => picture_palette(shown).background,
            Self::Transparent => [255, 255, 255, 0],
            Self::White => [255, 255, 255, 255],
            Self::Black => [0, 0, 0, 255],
            Self::Colored => [r, g, b, 255],
        };
        palette_on(background)
    }
}

/// The dialog and the exports it started.
pub(super) struct ExportDialog {
    open: bool,
    path: String,
    width: u32,
    height: u32,
    dpi: f64,
    keep_aspect: bool,
    aspect: f64,
    background: Background,
    color: [u8; 3],
    /// Longer side, remembered between runs.
    side: u32,
    asking: Option<JobHandle<Option<PathBuf>>>,
    running: Vec<JobHandle<PathBuf>>,
    /// The path that may be overwritten.
    confirmed: Option<String>,
    reserved: Reserved,
}

impl ExportDialog {
    pub(super) fn new(settings: &CrystalSettings) -> Self {
        Self {
            open: false,
            path: String::new(),
            width: 0,
            height: 0,
            dpi: settings.export_dpi,
            keep_aspect: true,
            aspect: 1.0,
            background: Background::White,
            color: [255, 255, 255],
            side: settings.export_side_px,
            asking: None,
            running: Vec::new(),
            confirmed: None,
            reserved: Reserved::default(),
        }
    }

    pub(super) fn remember(&self, settings: &mut CrystalSettings) {
        settings.export_side_px = self.side;
        settings.export_dpi = self.dpi;
    }

    pub(super) fn is_busy(&self) -> bool {
        !self.running.is_empty()
    }

    /// Opens the dialog for what is shown, with the proportions of the view.
    pub(super) fn show(&mut self, shown: &Shown, view_px: (u32, u32)) {
        self.aspect = f64::from(view_px.0.max(1)) / f64::from(view_px.1.max(1));
        if self.aspect >= 1.0 {
            self.set_width(self.side);
        } else {
            self.set_width((f64::from(self.side) * self.aspect).round() as u32);
        }
        self.path = suggested_path(shown).display().to_string();
        self.confirmed = None;
        self.open = true;
    }

    fn set_width(&mut self, width: u32) {
        self.width = width.clamp(1, MAX_SIDE);
        self.height = ((f64::from(self.width) / self.aspect).round() as u32).clamp(1, MAX_SIDE);
    }

    fn set_height(&mut self, height: u32) {
        self.height = height.clamp(1, MAX_SIDE);
        self.width = ((f64::from(self.height) * self.aspect).round() as u32).clamp(1, MAX_SIDE);
    }

    /// Tells the user about exports that ended.
    pub(super) fn poll(&mut self, shell: &mut Shell<'_>) {
        self.running.retain_mut(|handle| {
            let Some(result) = handle.poll() else { return true };
            match result {
                Ok(path) => shell.notifications.info(format!("Picture written to {}", path.display())),
                Err(JobError::Cancelled) => shell.notifications.info("The export was cancelled"),
                Err(error) => {
                    shell.notifications.error(format!("No picture was written: {error}"));
                    // With everything as it was typed, to be put right.
                    self.open = true;
                }
            }
            false
        });
        if let Some(result) = self.asking.as_mut().and_then(JobHandle::poll) {
            if let Ok(Some(path)) = result {
                self.path = path.display().to_string();
                // The system's dialog has asked about a file that is there.
                self.confirmed = Some(self.path.clone());
            }
            self.asking = None;
        }
    }

    pub(super) fn ui(
        &mut self,
        ctx: &egui::Context,
        shown: &Shown,
        settings: &CrystalSettings,
        shell: &Shell<'_>,
    ) {
        if !self.open {
            return;
        }
        let mut start = false;
        let modal = egui::Modal::new(egui::Id::unique("export picture")).show(ctx, |ui| {
            ui.set_width(Theme::get().dialog_width.min(ui.ctx().content_rect().width() - 40.0));
            ui.heading("Export picture");
            ui.add_space(Theme::get().space);
            self.form_ui(ui, shell);
            ui.add_space(Theme::get().space_large);
            ui.horizontal(|ui| {
                let ready = !self.path.trim().is_empty();
                start = ui.add_enabled(ready, egui::Button::new("Export")).clicked();
                if ui.button("Cancel").clicked() {
                    ui.close();
                }
            });
        });
        if start {
            self.side = self.width.max(self.height);
            self.running.push(self.start(shown, settings, shell));
        }
        if start || modal.should_close() {
            self.open = false;
        }
    }

    fn form_ui(&mut self, ui: &mut egui::Ui, shell: &Shell<'_>) {
        egui::Grid::new("export form").num_columns(2).spacing([12.0, 8.0]).show(ui, |ui| {
            let file = ui.label("File");
            ui.horizontal(|ui| {
                let width = ui.available_width() - 84.0;
                ui.add(egui::TextEdit::singleline(&mut self.path).desired_width(width)).labelled_by(file.id);
                if ui.add_enabled(self.asking.is_none(), egui::Button::new("Browse…")).clicked() {
                    self.browse(shell);
                }
            });
            ui.end_row();

            let size = ui.label("Size");
            ui.horizontal(|ui| {
                let (mut width, mut height) = (self.width, self.height);
                let field = |value| egui::DragValue::new(value).range(1..=MAX_SIDE).speed(8.0);
                let edited_width = ui.add(field(&mut width)).labelled_by(size.id).changed();
                ui.label("×");
                let edited_height = ui.add(field(&mut height)).labelled_by(size.id).changed();
                ui.label("pixels");
                match (edited_width, edited_height, self.keep_aspect) {
                    (true, _, true) => self.set_width(width),
                    (_, true, true) => self.set_height(height),
                    _ => (self.width, self.height) = (width, height),
                }
            });
            ui.end_row();

            ui.label("");
            ui.checkbox(&mut self.keep_aspect, "Keep the proportions of the view");
            ui.end_row();

            let dpi = ui.label("Resolution");
            ui.horizontal(|ui| {
                ui.add(egui::DragValue::new(&mut self.dpi).range(1.0..=10_000.0).speed(5.0))
                    .labelled_by(dpi.id);
                let mm = |pixels: u32| f64::from(pixels) / self.dpi * 25.4;
                ui.label("dpi");
                ui.weak(format!("prints {:.0} × {:.0} mm", mm(self.width), mm(self.height)));
            });
            ui.end_row();

            ui.label("Background");
            ui.horizontal_wrapped(|ui| {
                for (background, word) in Background::ALL {
                    ui.selectable_value(&mut self.background, background, word);
                }
                if self.background == Background::Colored {
                    let picker = ui.color_edit_button_srgb(&mut self.color);
                    widgets::named(picker, "Background colour");
                }
            });
            ui.end_row();
        });
        ui.label(widgets::hint("The picture shows the axes, bonds and cell as they are in the view."));
    }

    fn browse(&mut self, shell: &Shell<'_>) {
        let suggestion = PathBuf::from(&self.path);
        self.asking = Some(shell.jobs.spawn("Save dialog", move |_: &JobContext| {
            let name = suggestion.file_name().unwrap_or_default().to_string_lossy();
            Ok(rfd::FileDialog::new()
                .set_title("Export picture")
                .add_filter("PNG picture", &["png"])
                .set_directory(suggestion.parent().unwrap_or(&suggestion))
                .set_file_name(name)
                .save_file())
        }));
    }

    fn start(&self, shown: &Shown, settings: &CrystalSettings, shell: &Shell<'_>) -> JobHandle<PathBuf> {
        let may_overwrite = self.confirmed.as_deref() == Some(self.path.as_str());
        let mut path = PathBuf::from(self.path.trim());
        let is_png = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"));
        if !is_png {
            // Which also keeps structures, ending in .cif and the like, from being written over.
            path = path.with_added_extension("png");
        }
        let may_overwrite = may_overwrite && is_png;
        let reserved = Arc::clone(&self.reserved);
        let (palette, mode) = self.background.palette(shell.mode, self.color);
        let (structure, camera) = (Arc::clone(shown.structure()), shown.camera.clone());
        let make_scene = shown.scene_in(settings.style, mode);
        let (size, show_axes) = ((self.width, self.height), settings.show_axes);
        let gpu = shell.gpu.clone();
        let dpi = self.dpi;
        shell.jobs.spawn(format!("Export {}", path.display()), move |job: &JobContext| {
            let path = if may_overwrite { path } else { free_path(&path, &reserved)? };
            let picture = Picture::new(&structure, make_scene(), &camera, size, palette, show_axes);
            let pipelines = CrystalPipelines::new(&gpu);
            let mut progress = |fraction: f32| {
                job.progress((fraction * 1000.0) as u64, 1000);
                !job.is_cancelled()
            };
            export_png(Renderer::Gpu(&gpu, &pipelines), &picture, dpi, &path, &mut progress).map_err(
                |error| match error {
                    ExportError::Cancelled => JobError::Cancelled,
                    other => JobError::failed(other),
                },
            )?;
            Ok(path)
        })
    }
}

fn suggested_path(shown: &Shown) -> PathBuf {
    let (folder, stem) = suggested_folder_and_stem(shown);
    folder.join(format!("{stem}.png"))
}

/// Beside the structure's file; for samples in the user's folder of pictures.
pub(super) fn suggested_folder_and_stem(shown: &Shown) -> (PathBuf, String) {
    let (folder, stem) = match &shown.loaded.source {
        Source::File(path) => (
            path.parent().map(PathBuf::from).unwrap_or_default(),
            path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        ),
        Source::Sample(file) => {
            let home = directories::UserDirs::new()
                .map(|dirs| dirs.picture_dir().unwrap_or(dirs.home_dir()).to_owned())
                .unwrap_or_default();
            (home, (*file).to_owned())
        }
    };
    let stem = stem.strip_suffix(".cif").unwrap_or(&stem).to_owned();
    (folder, stem)
}

/// Paths that exports of this run write to, so that two at once do not meet.
pub(super) type Reserved = Arc<Mutex<HashSet<PathBuf>>>;

/// The path itself, or with a number where that file exists already or is being written.
pub(super) fn free_path(path: &Path, reserved: &Reserved) -> Result<PathBuf, JobError> {
    let mut reserved = reserved.lock().unwrap_or_else(PoisonError::into_inner);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
    let numbered = (2..10_000).map(|number| path.with_file_name(format!("{stem} {number}.{ending}")));
    let free = std::iter::once(path.to_owned())
        .chain(numbered)
        .find(|other| !other.exists() && !reserved.contains(other))
        .ok_or_else(|| JobError::failed("there are too many pictures of this name; choose another"))?;
    reserved.insert(free.clone());
    Ok(free)
}

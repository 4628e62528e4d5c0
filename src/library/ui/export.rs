//! Taking what is selected (or all that is shown) away: contact sheets, tables, copies.

use std::path::{Path, PathBuf};

use eframe::egui;

use super::LibraryCommand;
use crate::figure::FileFormat;
use crate::jobs::{JobContext, JobError, JobHandle, Jobs};
use crate::library::PictureId;
use crate::library::export::sheet::SheetOptions;
use crate::library::export::{CopyOptions, CsvOptions, Task};
use crate::library::session::Libraries;
use crate::ui::{Shell, dialogs};

/// Ways to take pictures away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportWay {
    /// A contact sheet as PDF.
    SheetPdf,
    /// A contact sheet as PNG.
    SheetPng,
    /// A table of all that is known.
    Csv,
    /// The same as JSON.
    Json,
    /// Copies of the files.
    Copies,
}

impl ExportWay {
    const ALL: [Self; 5] = [Self::SheetPdf, Self::SheetPng, Self::Csv, Self::Json, Self::Copies];

    /// Its name in menus.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::SheetPdf => "Contact sheet (PDF)…",
            Self::SheetPng => "Contact sheet (PNG)…",
            Self::Csv => "Table (CSV)…",
            Self::Json => "Table (JSON)…",
            Self::Copies => "Copies into a folder…",
        }
    }

    /// What the file dialog offers; `None` where a folder is asked for.
    fn file(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::SheetPdf => Some(("contact sheet.pdf", "pdf")),
            Self::SheetPng => Some(("contact sheet.png", "png")),
            Self::Csv => Some(("pictures.csv", "csv")),
            Self::Json => Some(("pictures.json", "json")),
            Self::Copies => None,
        }
    }
}

/// Exports under way; each gives a sentence, or nothing when the user chose no place.
#[derive(Default)]
pub struct Exports(Vec<JobHandle<Option<String>>>);

impl Exports {
    /// Whether one runs.
    pub fn is_busy(&self) -> bool {
        !self.0.is_empty()
    }

    /// Asks where to, and begins.
    pub fn begin(&mut self, way: ExportWay, ids: Vec<PictureId>, libraries: &Libraries, jobs: &Jobs) {
        let libraries = libraries.clone();
        let work = move |job: &JobContext| {
            let dialog = rfd::FileDialog::new();
            let chosen = if let Some((name, ending)) = way.file() {
                let dialog = dialog.set_file_name(name).add_filter(ending.to_uppercase(), &[ending]);
                dialogs::ask(|| dialog.save_file())?
            } else {
                let dialog = dialog.set_title("Copy pictures into a folder");
                dialogs::ask(|| dialog.pick_folder())?
            };
            chosen.map(|path| export(way, &ids, &path, &libraries, job)).transpose()
        };
        self.0.push(jobs.spawn("Export pictures", work));
    }

    /// Tells how they ended.
    pub fn poll(&mut self, shell: &mut Shell<'_>) {
        self.0.retain_mut(|handle| {
            let Some(result) = handle.poll() else { return true };
            match result {
                Ok(Some(told)) => shell.notifications.info(told),
                Ok(None) | Err(JobError::Cancelled) => {}
                Err(error) => shell.notifications.error(format!(
                    "The pictures were not exported: {error}; vitrine library export does it too"
                )),
            }
            false
        });
    }
}

fn export(
    way: ExportWay,
    ids: &[PictureId],
    path: &Path,
    libraries: &Libraries,
    job: &JobContext,
) -> Result<String, JobError> {
    let stop = || job.is_cancelled();
    let progress = |done: usize, all: usize| job.progress(done as u64, all as u64);
    let task = Task { should_stop: &stop, progress: &progress };
    let sheet = |format| {
        let title = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let options = SheetOptions { title, ..SheetOptions::default() };
        let report = libraries.export_sheet(ids, path, format, &options, &task).map_err(JobError::failed)?;
        Ok((report.pictures, report.failed.len()))
    };
    let (taken, failed) = match way {
        ExportWay::SheetPdf => sheet(FileFormat::Pdf)?,
        ExportWay::SheetPng => sheet(FileFormat::Png)?,
        ExportWay::Csv => {
            let written = libraries.export_csv(ids, path, CsvOptions::default(), &task);
            (written.map_err(JobError::failed)?, 0)
        }
        ExportWay::Json => (libraries.export_json(ids, path, &task).map_err(JobError::failed)?, 0),
        ExportWay::Copies => {
            let report = libraries
                .export_copies(ids, path, CopyOptions::default(), &task)
                .map_err(JobError::failed)?;
            if let Some(halted) = &report.halted {
                return Err(JobError::failed(halted));
            }
            (report.taken(), report.files.len() - report.taken())
        }
    };
    if job.is_cancelled() {
        return Err(JobError::Cancelled);
    }
    let place: PathBuf = path.to_owned();
    let told = format!("{taken} pictures: {}", place.display());
    Ok(if failed == 0 { told } else { format!("{told}; {failed} could not be read") })
}

/// The menu; `what` says what would be taken.
pub fn menu_ui(ui: &mut egui::Ui, what: &str, commands: &mut Vec<LibraryCommand>) {
    ui.menu_button("Export", |ui| {
        ui.weak(what);
        for way in ExportWay::ALL {
            if ui.button(way.title()).clicked() {
                commands.push(LibraryCommand::Export(way));
                ui.close();
            }
        }
    });
}

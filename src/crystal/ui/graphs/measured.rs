//! A measured pattern: dropped or chosen, read by a job, laid over the calculated one.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use eframe::egui;

use super::GraphTab;
use crate::{
    crystal::{analysis::diffraction::Measurement, ui::CrystalCommand},
    jobs::{JobContext, JobError, JobHandle},
    ui::{Shell, widgets},
};

/// Endings of files of two columns.
const ENDINGS: [&str; 5] = ["xy", "xye", "csv", "dat", "txt"];
/// A longer file is no powder pattern.
const MAX_BYTES: u64 = 200_000_000;

/// Whether a file may be a measured pattern, by its name.
pub(in crate::crystal::ui) fn is_measurement(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// The measurement that is shown, and the jobs that bring one.
#[derive(Default)]
pub(in crate::crystal::ui) struct MeasuredFile {
    shown: Option<(String, Arc<Measurement>)>,
    reading: Option<(String, JobHandle<Measurement>)>,
    asking: Option<JobHandle<Option<PathBuf>>>,
}

impl MeasuredFile {
    pub(super) fn measurement(&self) -> Option<Arc<Measurement>> {
        self.shown.as_ref().map(|(_, measurement)| Arc::clone(measurement))
    }

    pub(super) fn is_busy(&self) -> bool {
        self.reading.is_some()
    }

    pub(in crate::crystal::ui) fn remove(&mut self) {
        self.shown = None;
    }

    /// Reads a file in the background.
    pub(in crate::crystal::ui) fn open(&mut self, path: &Path, shell: &Shell<'_>) {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let path = path.to_owned();
        let read = move |_: &JobContext| {
            let size = std::fs::metadata(&path).map_err(JobError::failed)?.len();
            if size > MAX_BYTES {
                return Err(JobError::failed("it is larger than 200 MB, which no powder pattern is"));
            }
            let bytes = std::fs::read(&path).map_err(JobError::failed)?;
            Measurement::parse(&bytes).map_err(JobError::failed)
        };
        self.reading = Some((name.clone(), shell.jobs.spawn(format!("Read {name}"), read)));
    }

    /// Asks the system for a file.
    pub(in crate::crystal::ui) fn ask(&mut self, shell: &Shell<'_>) {
        if self.asking.is_some() {
            return;
        }
        self.asking = Some(shell.jobs.spawn("File dialog", |_: &JobContext| {
            Ok(rfd::FileDialog::new()
                .set_title("Open a measured pattern")
                .add_filter("Two columns", &ENDINGS)
                .add_filter("All files", &["*"])
                .pick_file())
        }));
    }

    pub(super) fn poll(&mut self, shell: &mut Shell<'_>, commands: &mut Vec<CrystalCommand>) {
        if let Some(result) = self.asking.as_mut().and_then(JobHandle::poll) {
            self.asking = None;
            if let Ok(Some(path)) = result {
                commands.push(CrystalCommand::OpenMeasured(path));
            }
        }
        let Some(result) = self.reading.as_mut().and_then(|(_, handle)| handle.poll()) else { return };
        let Some((name, _)) = self.reading.take() else { return };
        match result {
            Ok(measurement) => {
                for note in &measurement.notes {
                    shell.notifications.warn(format!("{name}: {note}"));
                }
                self.shown = Some((name, Arc::new(measurement)));
                commands.push(CrystalCommand::ShowGraph(GraphTab::Diffraction));
            }
            Err(JobError::Cancelled) => shell.notifications.info("Opening was cancelled"),
            Err(error) => shell.notifications.error(format!("{name} is no measured pattern: {error}")),
        }
    }

    /// The name of what is shown, with a button to remove it; else a button to open one.
    pub(super) fn ui(&self, ui: &mut egui::Ui, commands: &mut Vec<CrystalCommand>) {
        if let Some((name, _)) = &self.shown {
            let short: String = name.chars().take(24).collect();
            ui.label(short).on_hover_text(name);
            if widgets::icon_button(ui, "×", "Remove the measured pattern").clicked() {
                commands.push(CrystalCommand::RemoveMeasured);
            }
            return;
        }
        let hint = "A measured pattern of two columns (.xy, .xye, .csv, .dat); or drop one on the window";
        if ui.button("Measured…").on_hover_text(hint).clicked() {
            commands.push(CrystalCommand::AskMeasured);
        }
    }
}

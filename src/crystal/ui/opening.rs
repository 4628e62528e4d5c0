//! Files on their way into the window, read by background jobs.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use rayon::prelude::*;

use super::shown::Built;
use crate::{
    crystal::{
        error::CrystalError,
        io::Format,
        loaded::{DEFAULT_TOLERANCE_ANGSTROM, Loaded, load_path, load_sample},
        samples::Sample,
        scene::SceneStyle,
    },
    jobs::{JobContext, JobError, JobHandle, Jobs},
    ui::{Mode, Shell, dialogs},
};

/// A structure with its scene, as a job makes them.
pub(super) struct Ready {
    pub loaded: Loaded,
    pub built: Built,
}

fn ready(loaded: Loaded, style: SceneStyle, mode: Mode) -> Ready {
    Ready { built: Built::new(&loaded, style, mode, [0.0; 3]), loaded }
}

/// What one job brings: structures, and sentences about what could not be opened.
type Batch = (Vec<Ready>, Vec<String>);

/// The structures of one file with what of it could not be read.
type LoadedReady = (Vec<Ready>, Vec<CrystalError>);

/// A folder can hold a whole database; the window is for looking at some of it.
const MAX_FILES_OF_FOLDER: usize = 500;

/// Jobs that read files, and the dialog that asks for them.
#[derive(Default)]
pub(super) struct Opening {
    reading: Vec<JobHandle<Batch>>,
    asking: Option<JobHandle<Option<Vec<PathBuf>>>>,
}

/// What has arrived.
#[derive(Default)]
pub(super) struct Opened {
    pub ready: Vec<Ready>,
    pub chosen: Vec<PathBuf>,
}

impl Opening {
    pub(super) fn is_idle(&self) -> bool {
        self.reading.is_empty()
    }

    /// Reads files and folders.
    pub(super) fn paths(&mut self, paths: Vec<PathBuf>, style: SceneStyle, shell: &Shell<'_>) {
        let mode = shell.mode;
        let name = match paths.as_slice() {
            [one] => format!("Open {}", one.file_name().unwrap_or(one.as_os_str()).display()),
            many => format!("Open {} files", many.len()),
        };
        let read = move |job: &JobContext| read_all(&paths, style, mode, job);
        self.reading.push(shell.jobs.spawn(name, read));
    }

    /// Reads a built-in structure.
    pub(super) fn sample(&mut self, sample: Sample, style: SceneStyle, shell: &Shell<'_>) {
        let mode = shell.mode;
        self.reading.push(shell.jobs.spawn(
            format!("Open sample {}", sample.formula),
            move |_: &JobContext| {
                let loaded = load_sample(&sample).map_err(JobError::failed)?;
                Ok((loaded.into_iter().map(|one| ready(one, style, mode)).collect(), Vec::new()))
            },
        ));
    }

    /// Asks the system for files, on a thread of its own: a portal may hang.
    pub(super) fn dialog(&mut self, jobs: &Jobs) {
        if self.asking.is_some() {
            return;
        }
        let handle = jobs.spawn("File dialog", |_: &JobContext| {
            let dialog = rfd::FileDialog::new()
                .set_title("Open structures")
                .add_filter("Structures", &["cif", "mcif", "vasp", "poscar", "contcar", "xyz", "extxyz"])
                .add_filter("All files", &["*"]);
            dialogs::ask(|| dialog.pick_files())
        });
        self.asking = Some(handle);
    }

    /// Takes what has arrived, and tells the user what failed.
    pub(super) fn poll(&mut self, shell: &mut Shell<'_>) -> Opened {
        let mut opened = Opened::default();
        self.reading.retain_mut(|handle| {
            let Some(result) = handle.poll() else { return true };
            match result {
                Ok((ready, failures)) => {
                    opened.ready.extend(ready);
                    for failure in failures {
                        shell.notifications.error(failure);
                    }
                }
                Err(JobError::Cancelled) => shell.notifications.info("Opening was cancelled"),
                Err(error) => {
                    for line in error.to_string().lines() {
                        shell.notifications.error(line);
                    }
                }
            }
            false
        });
        if let Some(result) = self.asking.as_mut().and_then(JobHandle::poll) {
            match result {
                Ok(chosen) => opened.chosen = chosen.unwrap_or_default(),
                Err(error) => shell
                    .notifications
                    .warn(format!("{error}. Files can be dropped on the window, or their path typed")),
            }
            self.asking = None;
        }
        opened
    }
}

fn read_all(paths: &[PathBuf], style: SceneStyle, mode: Mode, job: &JobContext) -> Result<Batch, JobError> {
    let mut failures = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            structure_files(path, &mut files, &mut failures, job)?;
        } else {
            files.push(path.clone());
        }
    }
    let (count, done) = (files.len() as u64, AtomicU64::new(0));
    // On all cores, yet in the order they were named. What is ready when somebody cancels is kept.
    let read: Vec<Option<Result<LoadedReady, CrystalError>>> = files
        .par_iter()
        .map(|file| {
            if job.is_cancelled() {
                return None;
            }
            job.message(file.display().to_string());
            let result = load_path(file, DEFAULT_TOLERANCE_ANGSTROM).map(|file| {
                let ready = file.structures.into_iter().map(|loaded| ready(loaded, style, mode));
                (ready.collect(), file.failures)
            });
            job.progress(done.fetch_add(1, Ordering::Relaxed) + 1, count);
            Some(result)
        })
        .collect();
    let left_out = read.iter().filter(|result| result.is_none()).count();
    let mut ready = Vec::new();
    for result in read.into_iter().flatten() {
        match result {
            Ok((structures, broken)) => {
                ready.extend(structures);
                failures.extend(broken.iter().map(sentence));
            }
            Err(error) => failures.push(sentence(&error)),
        }
    }
    if left_out > 0 {
        if ready.is_empty() {
            return Err(JobError::Cancelled);
        }
        failures.push(format!("Opening was cancelled; {left_out} of {count} files were not read"));
    }
    if ready.is_empty() && !failures.is_empty() {
        return Err(JobError::Failed(failures.join("\n")));
    }
    Ok((ready, failures))
}

fn sentence(error: &CrystalError) -> String {
    let name = error.path().file_name().unwrap_or_default().display();
    match error {
        CrystalError::Parse { source, .. } => format!("{name}, {source}"),
        CrystalError::Read { source, .. } => format!("{name} cannot be read: {source}"),
        CrystalError::UnknownFormat { .. } => {
            format!("{name} is not a structure file that Vitrine reads (CIF, POSCAR, XYZ)")
        }
    }
}

/// The structure files of a folder and its subfolders, in the order of their names. Links are not followed, so that a
/// loop of them ends.
fn structure_files(
    folder: &Path,
    files: &mut Vec<PathBuf>,
    failures: &mut Vec<String>,
    job: &JobContext,
) -> Result<(), JobError> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        job.check()?;
        job.message(folder.display().to_string());
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                failures.push(format!("The folder {} cannot be read: {error}", folder.display()));
                continue;
            }
        };
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                waiting.push(entry.path());
            } else if kind.is_file() && Format::detect(&entry.file_name(), b"").is_some() {
                found.push(entry.path());
            }
        }
        if found.len() > MAX_FILES_OF_FOLDER {
            failures.push(format!(
                "{} has more structure files than the {MAX_FILES_OF_FOLDER} that are opened at once",
                folder.display()
            ));
            found.truncate(MAX_FILES_OF_FOLDER);
            break;
        }
    }
    if found.is_empty() {
        failures.push(format!("No structure files (CIF, POSCAR, XYZ) in {}", folder.display()));
    }
    found.sort();
    files.append(&mut found);
    Ok(())
}

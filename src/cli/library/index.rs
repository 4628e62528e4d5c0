//! `vitrine library index`.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    cli::{Failure, plain},
    library::session::{IndexOptions, IndexProgress, IndexReport, Libraries, LibraryError},
    storage::Directories,
};

#[derive(Debug, Args)]
pub struct IndexArguments {
    /// The folder; everything below it belongs to it
    folder: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Files to read at once; as many as there are processors unless said otherwise
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// Try files again that could not be read, though they have not changed
    #[arg(long)]
    retry: bool,
}

pub(super) fn index(arguments: &IndexArguments, directories: &Directories) -> Result<(), Failure> {
    let libraries = Libraries::new(directories);
    if !arguments.folder.is_dir() && !arguments.folder.is_file() {
        let error = LibraryError::NoFolder(arguments.folder.clone());
        return Err(anyhow::Error::from(error).into());
    }
    let number = libraries.open(&arguments.folder)?;
    let workers = arguments.jobs.map_or(0, usize::from);
    let options = IndexOptions { workers, retries_failed: arguments.retry, ..IndexOptions::default() };
    let report = run_with_bar(&libraries, number, options)?;
    super::tell_notes(&libraries);
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        for failed in &report.failed {
            eprintln!("vitrine: {}: {}", plain(&failed.path), failed.error);
        }
        for damaged in &report.damaged {
            eprintln!("vitrine: note: {}: {}", plain(&damaged.path), damaged.error);
        }
        println!("{}", summary(&report));
    }
    match report.failed.len() {
        0 => Ok(()),
        failed => {
            Err(anyhow::anyhow!("{} could not be read", crate::units::count(failed, "file", "files")).into())
        }
    }
}

/// Indexes with a bar on standard error where that is a terminal.
pub(super) fn run_with_bar(
    libraries: &Libraries,
    number: u32,
    options: IndexOptions,
) -> Result<IndexReport, LibraryError> {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos} of {len} {msg}") {
        bar.set_style(style);
    }
    let on_progress = |progress: &IndexProgress| {
        bar.set_length(progress.found);
        bar.set_position(progress.full_pass + progress.failed);
        bar.set_message(message(progress));
    };
    let report = libraries.index(number, options, &|| false, &on_progress);
    bar.finish_and_clear();
    report
}

fn message(progress: &IndexProgress) -> String {
    match (&progress.held_up, progress.left_secs) {
        (Some(what), _) => what.clone(),
        (None, Some(left)) => {
            format!("{:.0}/s, {} left", progress.per_second, crate::units::seconds(left as f32))
        }
        (None, None) => String::new(),
    }
}

fn summary(report: &IndexReport) -> String {
    let mut parts = vec![crate::units::count(report.files as usize, "picture file", "picture files")];
    let counts = [
        (report.indexed, "indexed"),
        (report.unchanged, "unchanged"),
        (report.moved, "moved"),
        (report.removed, "gone"),
        (report.failed.len() as u64, "not readable"),
    ];
    parts
        .extend(counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    let rate =
        if report.indexed > 0 { format!(", {:.0} per second", report.images_per_sec) } else { String::new() };
    format!("{} in {:.1} s{rate}", parts.join(", "), report.elapsed_secs)
}

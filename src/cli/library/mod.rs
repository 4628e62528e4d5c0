//! `vitrine library`: pictures without a window.

mod duplicates;
mod export;
mod index;
mod info;
mod search;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Local, SecondsFormat, Utc};
use clap::{Args, Subcommand};
use serde::{Serialize, Serializer};

use super::Failure;
use crate::{
    library::{
        session::{IndexOptions, Libraries, LibraryError},
        store::StoreError,
    },
    storage::Directories,
    units::{self, count},
};

/// What can be done with pictures.
#[derive(Debug, Subcommand)]
pub enum LibraryCommand {
    /// Look through a folder and describe its pictures, so that they can be found
    Index(index::IndexArguments),
    /// Find pictures in a folder; what is new in it is indexed first
    Search(search::SearchArguments),
    /// Group pictures that show the same
    Duplicates(duplicates::DuplicatesArguments),
    /// Say everything about one picture
    Info(info::InfoArguments),
    /// Say which folders are indexed
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Drop what is kept of a folder; the folder itself is not touched
    Forget {
        /// The folder
        folder: PathBuf,
    },
    /// Take pictures away: tables, contact sheets, copies
    Export(export::ExportArguments),
}

pub(super) fn run(command: &LibraryCommand, directories: &Directories) -> Result<(), Failure> {
    match command {
        LibraryCommand::Index(arguments) => index::index(arguments, directories),
        LibraryCommand::Search(arguments) => search::search(arguments, directories),
        LibraryCommand::Duplicates(arguments) => duplicates::duplicates(arguments, directories),
        LibraryCommand::Info(arguments) => info::info(arguments),
        LibraryCommand::List { json } => list(*json, directories),
        LibraryCommand::Forget { folder } => forget(folder, directories),
        LibraryCommand::Export(arguments) => export::export(arguments, directories),
    }
}

/// Which folder, and whether to look for changes first.
#[derive(Debug, Args)]
struct FolderArguments {
    /// The folder
    folder: PathBuf,
    /// Answer from what is known, without looking for changes in the folder
    #[arg(long)]
    no_index: bool,
}

/// Opens the library of a folder and, unless told not to, brings it up to date; what could not be read is told.
fn open(arguments: &FolderArguments, directories: &Directories) -> anyhow::Result<(Libraries, u32)> {
    let libraries = Libraries::new(directories);
    if arguments.no_index && !libraries.is_known(&arguments.folder) {
        let folder = arguments.folder.display();
        anyhow::bail!("this folder has not been indexed yet; leave --no-index out: {folder}");
    }
    let number = libraries.open(&arguments.folder)?;
    if !arguments.folder.is_dir() {
        eprintln!(
            "vitrine: note: answered from what is known: {}",
            LibraryError::NoFolder(arguments.folder.clone())
        );
    } else if !arguments.no_index {
        bring_up_to_date(&libraries, number, &arguments.folder)?;
    }
    tell_notes(&libraries);
    Ok((libraries, number))
}

fn bring_up_to_date(libraries: &Libraries, number: u32, folder: &Path) -> anyhow::Result<()> {
    match index::run_with_bar(libraries, number, IndexOptions::default()) {
        Ok(report) if report.failed.is_empty() => {}
        Ok(report) => {
            let (count, folder) = (report.failed.len(), folder.display());
            eprintln!(
                "vitrine: note: {} could not be read; vitrine library index {folder} names them",
                units::count(count, "file", "files")
            );
        }
        // What is known can be searched all the same.
        Err(
            error @ (LibraryError::Busy
            | LibraryError::Store(StoreError::EmptyFolder(_) | StoreError::NoFolder(_))),
        ) => {
            eprintln!("vitrine: note: answered from what is known: {error}");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// What was repaired, on standard error.
fn tell_notes(libraries: &Libraries) {
    for note in libraries.take_notes() {
        eprintln!("vitrine: note: {note}");
    }
}

#[derive(Serialize)]
struct Listed {
    #[serde(serialize_with = "crate::library::json_path::as_text")]
    folder: PathBuf,
    pictures: usize,
    failed: usize,
    /// When it was last indexed completely.
    #[serde(serialize_with = "rfc3339")]
    indexed: Option<DateTime<Utc>>,
    is_there: bool,
    error: Option<String>,
}

#[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
fn rfc3339<S: Serializer>(time: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true)).serialize(serializer)
}

fn list(json: bool, directories: &Directories) -> Result<(), Failure> {
    let libraries = Libraries::new(directories);
    let listed: Vec<Listed> = libraries.known().iter().map(|root| listed(&libraries, root)).collect();
    tell_notes(&libraries);
    if json {
        println!("{}", serde_json::to_string_pretty(&listed)?);
    } else if listed.is_empty() {
        println!("no folder is indexed yet; vitrine library index FOLDER begins one");
    }
    for library in listed.iter().filter(|_| !json) {
        let away = if library.is_there { "" } else { " (the folder is not there now)" };
        let pictures = count(library.pictures, "picture", "pictures");
        let faults = count(library.failed, "file cannot be read wholly", "files cannot be read wholly");
        let faults = if library.failed == 0 { String::new() } else { format!(", {faults}") };
        let indexed = library.indexed.map(|time| time.with_timezone(&Local));
        let indexed = indexed.map_or("not yet indexed completely".to_owned(), |time| {
            format!("indexed {}", time.format("%Y-%m-%d %H:%M"))
        });
        let state = library.error.clone().unwrap_or_else(|| format!("{pictures}{faults}, {indexed}{away}"));
        println!("{}: {state}", library.folder.display());
    }
    match listed.iter().filter(|library| library.error.is_some()).count() {
        0 => Ok(()),
        broken => Err(anyhow::anyhow!("{} cannot be used", count(broken, "library", "libraries")).into()),
    }
}

fn listed(libraries: &Libraries, root: &Path) -> Listed {
    let facts = libraries.open(root).and_then(|number| {
        let pictures = libraries.list().into_iter().find(|info| info.number == number);
        let pictures = pictures.map_or(0, |info| info.pictures);
        Ok((pictures, libraries.failed(number)?.len(), libraries.indexed_secs(number)?))
    });
    let (pictures, failed, indexed) = facts.as_ref().copied().unwrap_or_default();
    let indexed = indexed.and_then(|secs| DateTime::from_timestamp(secs, 0));
    let error = facts.err().map(|error| error.to_string());
    Listed { folder: root.to_owned(), pictures, failed, indexed, is_there: root.is_dir(), error }
}

fn forget(folder: &Path, directories: &Directories) -> Result<(), Failure> {
    if Libraries::new(directories).forget(folder)? {
        println!("{}: forgotten; its pictures are untouched", folder.display());
        return Ok(());
    }
    let error = anyhow::anyhow!(
        "nothing is kept of this folder; vitrine library list names those: {}",
        folder.display()
    );
    Err(error.into())
}

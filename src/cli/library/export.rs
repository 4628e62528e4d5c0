//! `vitrine library export`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{
    Args, ValueEnum,
    builder::{PathBufValueParser, TypedValueParser as _},
};
use indicatif::{ProgressBar, ProgressStyle};

use super::{FolderArguments, search::tell_readings};
use crate::{
    cli::{Failure, plain},
    figure::{FigureTheme, FileFormat},
    library::{
        PictureId,
        export::{
            CopyOptions, CopyReport, CopyWay, CsvOptions, Outcome, Task,
            sheet::{MOST_COLUMNS, Paper, SheetOptions, SheetReport},
        },
        session::{self, Libraries, Order, SearchRequest},
    },
    storage::Directories,
};

#[derive(Debug, Args)]
pub struct ExportArguments {
    #[command(flatten)]
    folder: FolderArguments,
    /// Only pictures that this query finds, best first; without one all of them by name
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    query: String,
    /// Write a table with everything that is known
    #[arg(long, value_name = "FILE", required_unless_present_any = ["json", "sheet", "copy_to"])]
    csv: Option<PathBuf>,
    /// Write the same as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw a contact sheet: a PDF, or one tall PNG
    #[arg(long, value_name = "FILE", value_parser = PathBufValueParser::new().try_map(sheet_path))]
    sheet: Option<PathBuf>,
    /// Replace files that are there already; pictures of the folder never are
    #[arg(long)]
    overwrite: bool,
    /// Copy the pictures into a folder; nothing in it is overwritten
    #[arg(long, value_name = "FOLDER")]
    copy_to: Option<PathBuf>,
    #[command(flatten)]
    look: SheetArguments,
    /// Make links instead of copies
    #[arg(long, value_enum, default_value = "copy", requires = "copy_to", value_name = "WHAT")]
    r#as: Way,
    /// Take the XMP files beside the pictures along
    #[arg(long, requires = "copy_to")]
    sidecars: bool,
    /// Keep the folders that the pictures are in
    #[arg(long, requires = "copy_to")]
    keep_folders: bool,
}

/// How the contact sheet looks.
#[derive(Debug, Args)]
struct SheetArguments {
    /// Heading of the contact sheet; the folder's name and the query if left out
    #[arg(long, requires = "sheet")]
    title: Option<String>,
    /// Pictures in a row
    #[arg(long, default_value_t = 4, requires = "sheet", value_parser = clap::value_parser!(u8).range(1..=MOST_COLUMNS as i64))]
    columns: u8,
    /// Paper: a4 or letter
    #[arg(long, default_value = "a4", requires = "sheet")]
    paper: Paper,
    /// Lay the paper on its longer side
    #[arg(long, requires = "sheet")]
    landscape: bool,
    /// Colours: print, screen or dark
    #[arg(long, default_value = "print", requires = "sheet")]
    theme: FigureTheme,
    /// Resolution of the pictures; 300 in a PDF and 150 in a PNG if left out
    #[arg(long, requires = "sheet")]
    dpi: Option<f64>,
}

/// What is made of the pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Way {
    /// Files of their own
    Copy,
    /// Other names of the same files
    HardLink,
    /// Links that lead to the files
    Link,
}

pub(super) fn export(arguments: &ExportArguments, directories: &Directories) -> Result<(), Failure> {
    let files = [&arguments.csv, &arguments.json, &arguments.sheet];
    if let Some(path) = files.into_iter().flatten().find(|path| !arguments.overwrite && path.exists()) {
        let path = path.display();
        return Err(anyhow::anyhow!("this file is there already; --overwrite replaces it: {path}").into());
    }
    let mut named = BTreeSet::new();
    if let Some(path) = files.into_iter().flatten().find(|path| !named.insert(session::canonical(path))) {
        let path = path.display();
        return Err(anyhow::anyhow!("two things cannot be written to one file: {path}").into());
    }
    let (libraries, number) = super::open(&arguments.folder, directories)?;
    let ids = selection(arguments, &libraries, number)?;
    if ids.is_empty() {
        return Err(anyhow::anyhow!("no picture to export was found").into());
    }
    let bar =
        ProgressBar::new(0).with_style(ProgressStyle::with_template("{wide_bar} {pos} of {len} {msg}")?);
    let progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let task = Task { should_stop: &|| false, progress: &progress };
    let mut missing = 0;
    if let Some(path) = &arguments.csv {
        let written = libraries.export_csv(&ids, path, CsvOptions::default(), &task)?;
        bar.suspend(|| println!("{}: {}", path.display(), pictures(written)));
    }
    if let Some(path) = &arguments.json {
        let written = libraries.export_json(&ids, path, &task)?;
        bar.suspend(|| println!("{}: {}", path.display(), pictures(written)));
    }
    if let Some(path) = &arguments.sheet {
        let format = if is_png(path) { FileFormat::Png } else { FileFormat::Pdf };
        let report = libraries.export_sheet(&ids, path, format, &sheet_options(arguments), &task)?;
        missing += report.failed.len();
        bar.suspend(|| tell_sheet(path, &report));
    }
    if let Some(folder) = &arguments.copy_to {
        let way = match arguments.r#as {
            Way::Copy => CopyWay::Copy,
            Way::HardLink => CopyWay::HardLink,
            Way::Link => CopyWay::SymbolicLink,
        };
        let options = CopyOptions { way, sidecars: arguments.sidecars, keep_folders: arguments.keep_folders };
        let mut report = libraries.export_copies(&ids, folder, options, &task)?;
        missing += report.files.len() - report.taken();
        bar.suspend(|| tell_copies(folder, &report));
        if let Some(halted) = report.halted.take() {
            return Err(halted.into());
        }
    }
    bar.finish_and_clear();
    match missing {
        0 => Ok(()),
        missing => {
            let files = crate::units::count(missing, "picture or file", "pictures or files");
            Err(anyhow::anyhow!("{files} could not be exported").into())
        }
    }
}

/// All pictures by name, or those that the query finds.
fn selection(
    arguments: &ExportArguments,
    libraries: &Libraries,
    number: u32,
) -> anyhow::Result<Vec<PictureId>> {
    let order = if arguments.query.trim().is_empty() { Order::Name } else { Order::Relevance };
    let request = SearchRequest {
        text: arguments.query.clone(),
        order,
        libraries: vec![number],
        ..SearchRequest::default()
    };
    let response = libraries.search(&request, &|| false)?;
    tell_readings(&response, &arguments.query)?;
    Ok(response.hits.iter().take(response.above_cut).map(|hit| hit.id).collect())
}

fn sheet_options(arguments: &ExportArguments) -> SheetOptions {
    let SheetArguments { title, columns, paper, landscape, theme, dpi } = &arguments.look;
    let title = title.clone().unwrap_or_else(|| {
        let absolute = std::path::absolute(&arguments.folder.folder).unwrap_or_default();
        let folder = absolute.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if arguments.query.is_empty() { folder } else { format!("{folder}: {}", arguments.query) }
    });
    SheetOptions {
        paper: *paper,
        landscape: *landscape,
        columns: usize::from(*columns),
        title,
        theme: *theme,
        dpi: *dpi,
        ..SheetOptions::default()
    }
}

fn tell_sheet(path: &std::path::Path, report: &SheetReport) {
    for (picture, reason) in &report.failed {
        eprintln!("vitrine: {}: {reason}", plain(picture));
    }
    let pages = crate::units::count(report.pages, "page", "pages");
    println!("{}: {} on {pages}", path.display(), pictures(report.pictures));
}

fn tell_copies(folder: &std::path::Path, report: &CopyReport) {
    for file in &report.files {
        match &file.outcome {
            Outcome::Done(_) | Outcome::NotTried => {}
            Outcome::CopiedInstead(_, reason) => {
                eprintln!("vitrine: note: {}: copied; {reason}", plain(&file.source));
            }
            Outcome::Failed(reason) => eprintln!("vitrine: {}: {reason}", plain(&file.source)),
        }
    }
    println!("{}: {} of {} files", folder.display(), report.taken(), report.files.len());
}

fn pictures(number: usize) -> String {
    crate::units::count(number, "picture", "pictures")
}

fn is_png(path: &std::path::Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"))
}

fn sheet_path(path: PathBuf) -> Result<PathBuf, String> {
    match path.extension() {
        Some(ending) if ending.eq_ignore_ascii_case("pdf") || ending.eq_ignore_ascii_case("png") => Ok(path),
        _ => Err("a contact sheet is a PDF or a PNG; end the name in .pdf or .png".to_owned()),
    }
}

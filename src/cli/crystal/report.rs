//! `vitrine crystal report`: structures in one PDF.

use std::path::PathBuf;

use clap::{
    Args,
    builder::{PathBufValueParser, TypedValueParser as _},
};

use super::{
    figure::{LookArguments, available_cores},
    tell,
};
use crate::{
    cli::{Failure, cache::open_cache},
    crystal::{
        figures::{FigureMaker, report as make_report},
        loaded::{DEFAULT_TOLERANCE_ANGSTROM, load_path},
    },
    storage::{Directories, write_atomic},
};

#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Structure files: CIF, POSCAR, XYZ
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The PDF file to write
    #[arg(long, value_parser = PathBufValueParser::new().try_map(pdf_path))]
    out: PathBuf,
    #[command(flatten)]
    look: LookArguments,
}

pub(super) fn report(arguments: &ReportArguments, directories: &Directories) -> Result<(), Failure> {
    let mut structures = Vec::new();
    let mut failed = 0_usize;
    for file in &arguments.files {
        match load_path(file, DEFAULT_TOLERANCE_ANGSTROM) {
            Ok(loaded) => {
                failed += usize::from(tell(&loaded.failures));
                structures.extend(loaded.structures);
            }
            Err(error) => {
                eprintln!("vitrine: {error}");
                failed += 1;
            }
        }
    }
    if structures.is_empty() {
        return Err(anyhow::anyhow!("none of the {failed} files could be read; no report was written").into());
    }
    let maker = FigureMaker::new(open_cache(directories), available_cores());
    let made = make_report(&structures, &maker, &arguments.look.settings(), &mut |_| true)?;
    if let Some(report) = made {
        write_atomic(&arguments.out, &report.pdf)?;
        for (title, kind, failure) in &report.missing {
            eprintln!("vitrine: note: {title} has no {} figure: {failure}", kind.name());
        }
        println!("{}: {} structures on {} pages", arguments.out.display(), structures.len(), report.pages);
    }
    if failed > 0 {
        let files = arguments.files.len();
        return Err(anyhow::anyhow!("{failed} of {files} files could not be read, or not wholly").into());
    }
    Ok(())
}

fn pdf_path(path: PathBuf) -> Result<PathBuf, String> {
    match path.extension() {
        Some(ending) if ending.eq_ignore_ascii_case("pdf") => Ok(path),
        _ => Err("the report is a PDF; end the name in .pdf".to_owned()),
    }
}

//! A structure that is ready to be looked at: read, bonded, summarised.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    bonds::{self, Bond},
    error::CrystalError,
    formula::formula_subscripted,
    io::{self, Format, StructureFile},
    samples::Sample,
    structure::Structure,
    summary::Summary,
};

/// Distance in Å within which atoms count as symmetry images of each other, unless the user says otherwise.
pub const DEFAULT_TOLERANCE_ANGSTROM: f64 = 0.01;

/// Where a structure came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file of the user.
    File(PathBuf),
    /// One that comes with the program, by file name.
    Sample(&'static str),
}

/// A structure with everything that is derived from it once.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Where it came from.
    pub source: Source,
    /// Short name: the file's, with the block's where a file has several.
    pub title: String,
    /// The structure.
    pub structure: Arc<Structure>,
    /// Its bonds.
    pub bonds: Arc<Vec<Bond>>,
    /// Reduced formula with subscripts, for display.
    pub formula: String,
    /// What `vitrine crystal info` says of it.
    pub summary: Arc<Summary>,
}

/// The structures of a file, and why some of it is missing.
#[derive(Debug)]
pub struct LoadedFile {
    /// What can be looked at; never empty.
    pub structures: Vec<Loaded>,
    /// What of the file could not be read.
    pub failures: Vec<CrystalError>,
}

/// Opens a file and prepares all its structures.
///
/// # Errors
/// When no structure of the file is usable.
pub fn load_path(path: &Path, tolerance_angstrom: f64) -> Result<LoadedFile, CrystalError> {
    let mut file = io::open(path)?;
    let failures = std::mem::take(&mut file.failures)
        .into_iter()
        .map(|source| CrystalError::Parse { path: path.to_owned(), source })
        .collect();
    let title = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let structures = prepare(file, &Source::File(path.to_owned()), &title, path, tolerance_angstrom);
    Ok(LoadedFile { structures, failures })
}

/// Prepares a built-in structure.
///
/// # Errors
/// Never for the samples as they are; the type is that of [`load_path`].
pub fn load_sample(sample: &Sample) -> Result<Vec<Loaded>, CrystalError> {
    let path = Path::new(sample.file);
    let file = io::parse(sample.cif.as_bytes(), Format::Cif, sample.name)
        .map_err(|source| CrystalError::Parse { path: path.to_owned(), source })?;
    let source = Source::Sample(sample.file);
    Ok(prepare(file, &source, sample.name, path, DEFAULT_TOLERANCE_ANGSTROM))
}

fn prepare(
    file: StructureFile,
    source: &Source,
    title: &str,
    path: &Path,
    tolerance_angstrom: f64,
) -> Vec<Loaded> {
    let several = file.structures.len() > 1;
    let format = file.format;
    let names: std::collections::BTreeSet<&str> =
        file.structures.iter().map(|one| one.name.as_str()).collect();
    // Frames of a run often all have one name.
    let are_told_apart = names.len() == file.structures.len();
    file.structures
        .into_iter()
        .enumerate()
        .map(|(index, mut structure)| {
            let bonds = bonds::bonds(&structure).unwrap_or_else(|error| {
                structure.warnings.push(format!("no bonds are drawn: {error}"));
                Vec::new()
            });
            let summary = Summary::new(&structure, path, format, tolerance_angstrom);
            let title = match (several, structure.name.as_str()) {
                (false, _) => title.to_owned(),
                (true, _) if !are_told_apart => format!("{title} · {}", index + 1),
                (true, "") => format!("{title} · {}", index + 1),
                (true, name) => format!("{title} · {name}"),
            };
            Loaded {
                source: source.clone(),
                title,
                formula: formula_subscripted(&structure),
                bonds: Arc::new(bonds),
                summary: Arc::new(summary),
                structure: Arc::new(structure),
            }
        })
        .collect()
}

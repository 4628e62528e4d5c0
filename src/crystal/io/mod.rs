//! Structure files: CIF, POSCAR/CONTCAR, XYZ and extended XYZ.
//!
//! [`open`] tells the format by name and content and gives every structure of the file. Readers keep what is usable
//! and say in [`Structure::warnings`] what they assumed or left out of a structure; structures that are missing
//! altogether are [`StructureFile::failures`], and a file without any is an error. Both have their line. Text need not
//! be UTF-8 (UTF-16 is known by its byte-order mark), and lines may end in any way.

pub mod cif;
mod format;
mod places;
mod poscar;
mod species;
mod text;
mod xyz;

use std::{fs::File, io::Read as _, path::Path};

pub use format::Format;

use super::{
    error::{CrystalError, ParseError},
    structure::Structure,
};

/// Larger files are refused instead of filling the memory.
const MAX_FILE_BYTES: u64 = u32::MAX as u64;

/// A structure file that was read.
#[derive(Clone, Debug)]
pub struct StructureFile {
    /// How it is written.
    pub format: Format,
    /// Data blocks of a CIF file, frames of an XYZ file; never empty.
    pub structures: Vec<Structure>,
    /// Why structures of the file are missing, in the order of their lines, 40 at most: broken data blocks, a broken
    /// frame (those after it are missing too), frames beyond the limit of size.
    pub failures: Vec<ParseError>,
}

/// Opens a structure file of any known format.
///
/// # Errors
/// When the file cannot be read, is of no known format, or holds no usable structure.
pub fn open(path: &Path) -> Result<StructureFile, CrystalError> {
    if path.is_dir() {
        let source = std::io::Error::other("it is a folder; name the files in it");
        return Err(CrystalError::Read { path: path.to_owned(), source });
    }
    let bytes = read_bytes(path).map_err(|source| CrystalError::Read { path: path.to_owned(), source })?;
    let format = Format::detect(path.file_name().unwrap_or_default(), &bytes)
        .ok_or_else(|| CrystalError::UnknownFormat { path: path.to_owned() })?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    parse(&bytes, format, &name).map_err(|source| CrystalError::Parse { path: path.to_owned(), source })
}

/// The structures of a file; see [`open`].
///
/// # Errors
/// As for [`open`].
pub fn read_path(path: &Path) -> Result<Vec<Structure>, CrystalError> {
    open(path).map(|file| file.structures)
}

/// Reads the content of a structure file. `name` names structures that the file leaves without a name.
///
/// # Errors
/// When no structure of the file is usable: the first reason, with its line.
pub fn parse(bytes: &[u8], format: Format, name: &str) -> Result<StructureFile, ParseError> {
    let text = text::decode(bytes);
    let mut failures = Vec::new();
    let structures = match format {
        Format::Cif => cif::read(&text, name, &mut failures)?,
        Format::Poscar => vec![poscar::read(&text, name)?],
        Format::Xyz | Format::ExtendedXyz => xyz::read(&text, name, &mut failures)?,
    };
    Ok(StructureFile { format, structures, failures })
}

fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    // A limit on what is read, not on the stated size: devices and pipes state none.
    file.take(MAX_FILE_BYTES).read_to_end(&mut bytes)?;
    if bytes.len() as u64 >= MAX_FILE_BYTES {
        return Err(std::io::Error::other("the file is larger than 4 GiB"));
    }
    Ok(bytes)
}

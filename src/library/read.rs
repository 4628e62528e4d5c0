//! Whole files of the user are read here, so that none of them can block or fill the memory.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::decode::{ByteBudget, Reservation};

/// Larger files are no pictures that anybody waits for.
pub const MAX_FILE_BYTES: u64 = 2 << 30;

/// A file's bytes, counted for as long as they are held.
pub struct FileBytes {
    /// All of them.
    pub bytes: Vec<u8>,
    _held: Reservation,
}

/// Reads all of a picture file. Waits until `budget` has room for it; decoding then takes bytes of another budget, so
/// that no two can wait for each other.
///
/// # Errors
/// What the system says; [`io::ErrorKind::FileTooLarge`] above [`MAX_FILE_BYTES`], [`io::ErrorKind::InvalidInput`] for
/// what is no regular file: to open a pipe or a device may take for ever.
pub fn whole(path: &Path, budget: &ByteBudget) -> io::Result<FileBytes> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, "the file is larger than 2 GiB");
    if metadata.len() > MAX_FILE_BYTES {
        return Err(too_large());
    }
    let held = budget.reserve(metadata.len()).ok_or_else(too_large)?;
    Ok(FileBytes { bytes: at_most(File::open(path)?, MAX_FILE_BYTES)?, _held: held })
}

/// Reads the rest of a file, or as much of it as the limit says.
///
/// # Errors
/// What the system says.
pub fn at_most(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let expected = file.metadata()?.len().min(limit);
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(expected as usize + 1).map_err(|_| io::ErrorKind::OutOfMemory)?;
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

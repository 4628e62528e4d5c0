//! The file without rows, and the lock beside it.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::tail;
use crate::library::vectors::error::VectorError;
use crate::library::vectors::header::{Header, Space, checksum};

/// Takes the lock beside a file; `None` when another process has it.
pub(super) fn lock(path: &Path) -> Result<Option<File>, VectorError> {
    let lock_path = path.with_added_extension("lock");
    let failed = || VectorError::io("lock the vectors", &lock_path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed())?;
    }
    let options = File::options().create(true).truncate(false).write(true).open(&lock_path);
    let file = options.map_err(failed())?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed()(error)),
    }
}

/// Makes a file without rows, whole or not at all.
pub(super) fn create(path: &Path, space: &Space) -> Result<(), VectorError> {
    let new_path = path.with_added_extension("new");
    let failed = || VectorError::io("make a file for vectors", path);
    let mut file = File::create(&new_path).map_err(failed())?;
    write_header(&mut file, space, path)?;
    file.sync_all().map_err(failed())?;
    drop(file);
    fs::rename(&new_path, path).map_err(failed())?;
    sync_folder_of(path);
    Ok(())
}

/// Writes a header with a tag of its own; gives the tag.
pub(super) fn write_header(file: &mut File, space: &Space, path: &Path) -> Result<u64, VectorError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let tag = checksum::<8>(&[&now.to_le_bytes(), &std::process::id().to_le_bytes()]);
    let header = Header { space: space.clone(), tag: u64::from_le_bytes(tag) };
    tail::write_at(file, 0, &header.to_bytes()).map_err(VectorError::io("write vectors", path))?;
    Ok(header.tag)
}

/// A renamed file is durable when its folder is; systems without such a call do it by themselves.
pub(super) fn sync_folder_of(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        folder.sync_all().ok();
    }
}

//! Opening the file of a catalog: making it, bringing it up to date, or having it repaired.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::connections::{BUSY_WAIT, Connections};
use super::schema::{self, Version};
use super::{CatalogError, is_damage, salvage};

/// The files of a catalog.
pub(super) struct Files {
    /// The database.
    pub(super) catalog: PathBuf,
    /// Its repaired successor while it is written.
    pub(super) building: PathBuf,
    /// The same, complete, before it takes the place of the damaged one.
    pub(super) repaired: PathBuf,
    /// Lies there when damage was found.
    pub(super) damage_mark: PathBuf,
    lock: PathBuf,
}

impl Files {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self {
            catalog: folder.join("catalog.sqlite"),
            building: folder.join("catalog.building"),
            repaired: folder.join("catalog.repaired"),
            damage_mark: folder.join("catalog.damaged"),
            lock: folder.join("catalog.lock"),
        }
    }
}

/// An opened file.
pub(super) struct Opened {
    pub(super) files: Files,
    pub(super) writer: Connection,
    pub(super) in_use: Option<File>,
    /// What was repaired and lost, in words.
    pub(super) notes: Vec<String>,
}

pub(super) fn open(folder: &Path) -> Result<Opened, CatalogError> {
    fs::create_dir_all(folder).map_err(|error| CatalogError::from_io(error, folder))?;
    let files = Files::in_folder(folder);
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&files.lock)
        .map_err(|error| CatalogError::from_io(error, &files.lock))?;
    let in_use = share(lock, &files)?;
    if let Some(writer) = whole(&files)? {
        return Ok(Opened { files, writer, in_use, notes: Vec::new() });
    }
    let in_use = in_use.map(|lock| alone(lock, &files)).transpose()?;
    // Another process may have been faster.
    let notes = if whole(&files)?.is_none() { salvage::repair(&files)? } else { Vec::new() };
    let in_use = match in_use {
        Some(lock) => {
            lock.unlock().ok();
            share(lock, &files)?
        }
        None => None,
    };
    let writer = connect(&files)?;
    Ok(Opened { files, writer, in_use, notes })
}

/// The opened file; `None` when it has to be repaired.
fn whole(files: &Files) -> Result<Option<Connection>, CatalogError> {
    let is_cut_short = files.repaired.exists() && !files.catalog.exists();
    if is_cut_short || files.damage_mark.exists() {
        return Ok(None);
    }
    match connect(files) {
        Ok(writer) => Ok(Some(writer)),
        Err(CatalogError::Damaged(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Takes the lock of those that use the file. Where the file system knows no locks there is none.
fn share(lock: File, files: &Files) -> Result<Option<File>, CatalogError> {
    // Whoever repairs is done in seconds.
    let until = Instant::now() + BUSY_WAIT;
    loop {
        match lock.try_lock_shared() {
            Ok(()) => return Ok(Some(lock)),
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => return Err(CatalogError::Busy(files.catalog.clone())),
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
}

/// Takes the lock for one alone, which is refused while others use the file.
fn alone(lock: File, files: &Files) -> Result<File, CatalogError> {
    lock.unlock().ok();
    match lock.try_lock() {
        Ok(()) | Err(TryLockError::Error(_)) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(CatalogError::InUse(files.catalog.clone())),
    }
}

/// Opens the file, makes or updates its tables, and touches each of them.
fn connect(files: &Files) -> Result<Connection, CatalogError> {
    let path = &files.catalog;
    let fault = |error: rusqlite::Error| CatalogError::from_sqlite(&error, path);
    let mut connection = Connections::open_writer(path).map_err(fault)?;
    match schema::migrate(&mut connection, schema::STEPS).map_err(|error| step_fault(&error, path))? {
        Version::Current => {}
        Version::Newer(found) => {
            return Err(CatalogError::Newer { found, known: schema::STEPS.len() as i64, path: path.clone() });
        }
        Version::Foreign => return Err(CatalogError::Foreign(path.clone())),
    }
    for table in ["meta", "settled_groups", "settled_members", "looks", "details", "texts", "pictures"] {
        touch(&connection, table).map_err(fault)?;
    }
    Ok(connection)
}

/// A file of ours whose tables do not fit the next step is damaged too.
fn step_fault(error: &rusqlite::Error, path: &Path) -> CatalogError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::Unknown) if !is_damage(error) => CatalogError::Damaged(path.to_owned()),
        _ => CatalogError::from_sqlite(error, path),
    }
}

fn touch(connection: &Connection, table: &str) -> rusqlite::Result<()> {
    let is_missing = |error: &rusqlite::Error| matches!(error, rusqlite::Error::SqliteFailure(_, Some(message)) if message.contains("no such table"));
    let touched = connection
        .prepare(&format!("SELECT * FROM {table} LIMIT 1"))
        .and_then(|mut statement| statement.query(())?.next().map(drop));
    touched.map_err(|error| {
        if is_missing(&error) {
            let damaged = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
            rusqlite::Error::SqliteFailure(damaged, Some(format!("the table {table} is gone")))
        } else {
            error
        }
    })
}

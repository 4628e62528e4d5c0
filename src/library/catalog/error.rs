//! What goes wrong with a catalog.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// What goes wrong with a catalog. Nothing that was written before is lost by any of these.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Written by a later version of the program, which may keep what this one does not know.
    #[error(
        "the catalog is from a newer version of Vitrine (format {found}, this one knows {known}); use that version, \
         or forget the library here and index it again: {}", path.display()
    )]
    Newer {
        /// Version of the file's format.
        found: i64,
        /// Newest version that this program knows.
        known: i64,
        /// The file.
        path: PathBuf,
    },
    /// Another program's file lies in its place.
    #[error("this file is no catalog of Vitrine; move it away: {}", .0.display())]
    Foreign(PathBuf),
    /// Found out while it was used. It is repaired when it is opened the next time.
    #[error("the catalog is damaged; it is repaired when the folder is opened or asked the next time: {}", .0.display())]
    Damaged(PathBuf),
    /// It is to be repaired, which cannot be done while others have it open.
    #[error("the catalog is damaged and open in another window; close that library there first: {}", .0.display())]
    InUse(PathBuf),
    /// Another process holds it for longer than one waits.
    #[error("another window is busy with the catalog; try again in a moment: {}", .0.display())]
    Busy(PathBuf),
    /// Nothing more can be written.
    #[error("the disk is full, so the catalog cannot grow; make room and go on: {}", .0.display())]
    DiskFull(PathBuf),
    /// No permission to write.
    #[error("the catalog cannot be written; are its folder and files yours? {}", .0.display())]
    ReadOnly(PathBuf),
    /// A picture of the catalog has that path already.
    #[error("another picture of the catalog has this path: {}", .0.display())]
    PathTaken(PathBuf),
    /// Row numbers are used up.
    #[error("the catalog has no numbers left for new pictures; forget the library and index it again: {}", .0.display())]
    TooMany(PathBuf),
    /// The system refuses.
    #[error("{source}: {}", path.display())]
    Io {
        /// The system's reason.
        source: io::Error,
        /// Which file or folder.
        path: PathBuf,
    },
    /// Anything else that the database says.
    #[error("the catalog cannot be used ({reason}): {}", path.display())]
    Database {
        /// In the database's words.
        reason: String,
        /// The file.
        path: PathBuf,
    },
}

impl CatalogError {
    /// What an error of the database about the file `path` means.
    pub(super) fn from_sqlite(error: &rusqlite::Error, path: &Path) -> Self {
        let path = path.to_owned();
        if is_damage(error) {
            return Self::Damaged(path);
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(path),
            Some(ErrorCode::DiskFull) => Self::DiskFull(path),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::ReadOnly(path)
            }
            _ => Self::Database { reason: error.to_string(), path },
        }
    }

    pub(super) fn from_io(source: io::Error, path: &Path) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull => Self::DiskFull(path),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly(path),
            _ => Self::Io { source, path },
        }
    }
}

/// Whether an error says that the file's bytes are wrong. A value of a type that was never written is such a sign too.
pub(in crate::library) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
        || matches!(
            error,
            rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::Utf8Error(..)
        )
}

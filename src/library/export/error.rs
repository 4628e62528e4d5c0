//! What goes wrong with an export, in words a user can act on.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::figure::FigureError;

/// Why nothing was taken away, or not all.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The caller asked to stop; an unfinished file was removed.
    #[error("stopped before everything was exported")]
    Stopped,
    /// There is nothing to take away.
    #[error("no picture is selected")]
    Empty,
    /// What is known cannot be read.
    #[error("what is known of the pictures cannot be read: {0}")]
    Unknown(String),
    /// A picture of the selection would be replaced.
    #[error("this is one of the pictures; choose another name: {}", .0.display())]
    OntoPicture(PathBuf),
    /// The disk is full.
    #[error("the disk is full; free some space and try again: {}", .0.display())]
    NoSpace(PathBuf),
    /// The user may not write there.
    #[error("no permission to write; change the permissions or choose another place: {}", .0.display())]
    NoPermission(PathBuf),
    /// A file stands where a folder is wanted.
    #[error("this is a file; name a folder: {}", .0.display())]
    NotAFolder(PathBuf),
    /// Another refusal of the system, for this path.
    #[error("could not be written ({0}): {path}", path = .1.display())]
    Write(#[source] io::Error, PathBuf),
    /// Writing into something that has no path.
    #[error("could not be written ({0})")]
    Output(#[from] io::Error),
    /// More columns or fewer make no sheet.
    #[error("a contact sheet has 1 to {most} columns, not {asked}")]
    Columns {
        /// What was asked for.
        asked: usize,
        /// What there can be.
        most: usize,
    },
    /// Dots per inch out of bounds.
    #[error("{0} dots per inch make no contact sheet; choose 36 to 1200")]
    Dpi(f64),
    /// A PDF that no program would open.
    #[error(
        "{count} pictures in {columns} columns are too many for one PDF; choose more columns or fewer pictures"
    )]
    TooMany {
        /// Pictures.
        count: usize,
        /// Columns.
        columns: usize,
    },
    /// A PNG that no program would open.
    #[error(
        "the picture would be {width} × {height} pixels; choose more columns, fewer dots per inch, or a PDF"
    )]
    TooTall {
        /// Pixels of a row.
        width: u64,
        /// Rows.
        height: u64,
    },
    /// The page could not be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
}

impl ExportError {
    pub(super) fn from_io(source: io::Error, path: &Path) -> Self {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::NoSpace(path),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::NoPermission(path),
            _ => Self::Write(source, path),
        }
    }

    /// The same with the path that it happened at, where that is not known yet.
    pub(super) fn at(self, path: &Path) -> Self {
        match self {
            Self::Output(source) => Self::from_io(source, path),
            other => other,
        }
    }
}

//! What goes wrong with a library, in words a user can act on.

use std::path::PathBuf;

use crate::library::store::StoreError;
use crate::storage::StorageError;

/// Why something asked of a library was not done.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The folder is not there.
    #[error("the folder is not there; is its drive connected? {0}")]
    NoFolder(PathBuf),
    /// A file was named where a folder is wanted.
    #[error("this is a file; name the folder it is in: {0}")]
    NotAFolder(PathBuf),
    /// The library was closed meanwhile.
    #[error("the library has been closed")]
    Closed,
    /// Somebody else is at it.
    #[error("this folder is being indexed already, or another window has it open")]
    Busy,
    /// Indexing does not end.
    #[error("its drive does not answer, and what is kept of it is still in use; try again later: {0}")]
    StillReading(PathBuf),
    /// Changes in the folder are not noticed by themselves.
    #[error("changes in this folder are only seen when it is indexed again ({0}): {1}")]
    Unwatched(String, PathBuf),
    /// The picture cannot be shown.
    #[error("{0}")]
    Picture(String),
    /// What is kept of it cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Our own folder refuses.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Our own folder cannot be removed.
    #[error("what is kept of this folder cannot be removed ({0})")]
    Remove(#[from] std::io::Error),
}

impl From<crate::library::catalog::CatalogError> for LibraryError {
    fn from(error: crate::library::catalog::CatalogError) -> Self {
        Self::Store(error.into())
    }
}

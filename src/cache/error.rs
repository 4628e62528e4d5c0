//! What can go wrong with the folder of a cache.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A cache that cannot work. Damaged and vanished entries are no errors, they are misses.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The disk, or the user's share of it, is full.
    #[error("the disk is full, nothing more can be cached; free some space or choose another folder: {path}")]
    NoSpace {
        /// The file that did not fit.
        path: PathBuf,
    },
    /// The system refused an operation.
    #[error("the cache cannot be used ({source}); check the permissions of its folder: {path}")]
    Io {
        /// What the system said.
        source: io::Error,
        /// The file or folder concerned.
        path: PathBuf,
    },
    /// Parameters that cannot be written down make no key.
    #[error("the parameters of a cache key could not be serialised: {0}")]
    Parameters(String),
}

impl CacheError {
    /// Sorts an error of the system by what the user can do about it.
    pub(super) fn from_io(source: io::Error, path: &Path) -> Self {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::NoSpace { path },
            _ => Self::Io { source, path },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_full_quota_are_told_apart_from_the_rest() {
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
            let error = CacheError::from_io(kind.into(), Path::new("/x"));
            assert!(matches!(&error, CacheError::NoSpace { .. }));
            assert!(error.to_string().ends_with(": /x"));
        }
        let error = CacheError::from_io(ErrorKind::PermissionDenied.into(), Path::new("/x"));
        assert!(matches!(error, CacheError::Io { .. }));
    }
}

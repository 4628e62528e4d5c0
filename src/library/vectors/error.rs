//! What goes wrong with vectors.

use std::io;
use std::path::{Path, PathBuf};

use crate::gpu::GpuError;

/// Why a file of vectors cannot be used, or a vector not be taken.
#[derive(Debug, thiserror::Error)]
pub enum VectorError {
    /// The file was made for something else: another descriptor or model, or another version of it. Its rows mean
    /// nothing here; start anew.
    #[error("the vectors are of {found} and not of {wanted}; they have to be made again: {path}")]
    OtherSpace {
        /// What the file says.
        found: String,
        /// What was asked for.
        wanted: String,
        /// The file.
        path: PathBuf,
    },
    /// Its first bytes are no header of ours. Start anew.
    #[error("this is no file of vectors, or its beginning is damaged; it has to be made again: {0}")]
    Damaged(PathBuf),
    /// A newer version of the program wrote it.
    #[error("a newer version of the program wrote these vectors (format {format}): {path}")]
    Newer {
        /// The format's version in the file.
        format: u32,
        /// The file.
        path: PathBuf,
    },
    /// Another window or process writes to it.
    #[error("another window or process is writing these vectors; here they can only be read: {0}")]
    ReadOnly(PathBuf),
    /// There is no room. The file is as it was; what was not written is kept in memory.
    #[error("the disk is full; make room and try again: {0}")]
    DiskFull(PathBuf),
    /// The system refuses.
    #[error("cannot {doing} ({source}): {path}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// Why not.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// A vector has not the length of the space.
    #[error("a vector of {found} numbers does not fit a space of {wanted}")]
    WrongLength {
        /// Its length.
        found: usize,
        /// The space's.
        wanted: usize,
    },
    /// A vector holds something that is no number, or one that half precision cannot hold.
    #[error("a vector holds {0}, which half precision cannot hold")]
    NotFinite(f32),
    /// The compute device cannot hold rows so long, or so many.
    #[error("{0} bytes of vectors do not fit the compute device")]
    TooLargeForDevice(u64),
    /// The compute device failed.
    #[error(transparent)]
    Device(#[from] GpuError),
    /// The snapshot whose rows are on the compute device is no longer used by anybody.
    #[error("the vectors on the compute device are out of date")]
    Outdated,
    /// A space cannot be so.
    #[error("a space needs a name of 1 to 64 bytes and 1 to 65536 dimensions")]
    BadSpace,
}

impl VectorError {
    /// Whether the file should be replaced by a new one ([`super::VectorStore::start_anew`]).
    #[must_use]
    pub fn wants_new_file(&self) -> bool {
        matches!(self, Self::OtherSpace { .. } | Self::Damaged(_))
    }

    /// Makes one of an I/O error.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull(path),
            _ => Self::Io { doing, source, path },
        }
    }
}

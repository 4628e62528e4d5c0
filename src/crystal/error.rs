//! What can go wrong between a structure file and a structure.

use std::path::PathBuf;

/// Why three vectors, or six cell parameters, are no unit cell.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LatticeError {
    /// NaN or infinity among the numbers.
    #[error("the cell has a value that is not a finite number")]
    NotFinite,
    /// A length of zero or less.
    #[error("the cell length {length_angstrom} Å is not positive")]
    Length {
        /// The offending length.
        length_angstrom: f64,
    },
    /// An angle outside 0°–180°.
    #[error("the cell angle {angle_deg}° is not between 0° and 180°")]
    Angle {
        /// The offending angle.
        angle_deg: f64,
    },
    /// The vectors lie in a plane, or the angles cannot close.
    #[error("the cell has no volume ({volume_angstrom3:.3e} Å³)")]
    NoVolume {
        /// What was computed.
        volume_angstrom3: f64,
    },
}

/// Why a text is not a structure: the line it was noticed in, and what is wrong there.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ParseError {
    /// 1-based line of the file.
    pub line: usize,
    /// What is wrong, in words a user can act on.
    pub message: String,
}

impl ParseError {
    /// An error at a 1-based line.
    pub fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// Why a structure file could not be opened. The path comes last.
#[derive(Debug, thiserror::Error)]
pub enum CrystalError {
    /// The operating system refused.
    #[error("cannot read the file: {source}: {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Neither the name nor the content tells a format that Vitrine reads.
    #[error("not a structure file that Vitrine reads (CIF, POSCAR/CONTCAR, XYZ, extended XYZ): {}", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// The file was understood up to a point.
    #[error("{source}: {}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Line and reason.
        source: ParseError,
    },
}

impl CrystalError {
    /// The file the error is about.
    #[must_use]
    pub fn path(&self) -> &std::path::Path {
        match self {
            Self::Read { path, .. } | Self::UnknownFormat { path } | Self::Parse { path, .. } => path,
        }
    }
}

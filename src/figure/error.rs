//! Why there is no figure.

use std::path::PathBuf;

/// The step of making a figure that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Reading the file.
    Read,
    /// Computing what the figure shows.
    Analysis,
    /// Laying it out and drawing it.
    Draw,
    /// Making PDF or PNG of the drawing.
    Encode,
    /// Writing the file.
    Write,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Analysis => "analysis",
            Self::Draw => "draw",
            Self::Encode => "encode",
            Self::Write => "write",
        })
    }
}

/// What went wrong with a drawing.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// Our own SVG was refused.
    #[error("the drawing could not be read back: {0}")]
    Svg(#[from] usvg::Error),
    /// Width or height out of bounds.
    #[error("a figure of {width_mm} × {height_mm} mm cannot be made; sides go from 20 to 2000 mm")]
    Size {
        /// What was asked for.
        width_mm: f64,
        /// What was asked for.
        height_mm: f64,
    },
    /// The pixels would not fit.
    #[error(
        "{dpi} dots per inch make a picture of {width} × {height} pixels; up to {MAX_PIXELS_SIDE} a side are made"
    )]
    Pixels {
        /// What was asked for.
        dpi: f64,
        /// Pixels of a row.
        width: u64,
        /// Rows.
        height: u64,
    },
    /// The PDF writer gave up.
    #[error("the PDF could not be made: {0}")]
    Pdf(String),
    /// The PNG writer gave up.
    #[error("the PNG could not be made: {0}")]
    Png(String),
    /// The disk refused.
    #[error("the figure could not be written: {source}: {path}", path = path.display())]
    Write {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl FigureError {
    /// The step that failed.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self {
            Self::Size { .. } | Self::Svg(_) => Stage::Draw,
            Self::Pixels { .. } | Self::Pdf(_) | Self::Png(_) => Stage::Encode,
            Self::Write { .. } => Stage::Write,
        }
    }
}

/// Longest side of a PNG in pixels.
pub const MAX_PIXELS_SIDE: u64 = 20_000;

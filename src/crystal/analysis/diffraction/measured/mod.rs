//! Measured powder patterns: reading, background, peaks, and how well a calculated pattern fits.

mod background;
mod comparison;
mod matching;
mod peaks;
mod text;

pub use background::{BackgroundSettings, background};
pub use comparison::{Comparison, ComparisonSettings, compare};
pub use matching::{Matching, Pair, match_peaks};
pub use peaks::{MeasuredPeak, PeakSettings, find_peaks};

use super::error::DiffractionError;

/// A measurement: points by rising angle, no angle twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// 2θ in degrees.
    pub two_theta_deg: Vec<f64>,
    /// Counts or anything proportional to them.
    pub intensity: Vec<f64>,
    /// Standard deviation of each intensity: as measured, or after Poisson √I (at least 1) where the file has none.
    pub sigma: Vec<f64>,
    /// What had to be assumed or repaired, in sentences.
    pub notes: Vec<String>,
}

impl Measurement {
    /// Reads columns of text: 2θ in degrees, intensity and perhaps σ.
    ///
    /// Columns are separated by semicolons, tabs, commas or spaces, the same throughout; between semicolons, tabs and
    /// spaces a comma may be the decimal point. Lines before the first numbers are a header; `#`, `!`, `'` and `//`
    /// start a comment, and so does `*` at the start of a line. Rows whose intensity is not a finite number are left out, rows are put in order, and rows of one
    /// angle are averaged, each with a note.
    ///
    /// # Errors
    /// Names the first line that cannot be read, or says that there are no numbers.
    pub fn parse(bytes: &[u8]) -> Result<Self, DiffractionError> {
        text::parse(bytes)
    }

    /// Typical distance of neighbouring points in degrees.
    #[must_use]
    pub fn step_deg(&self) -> f64 {
        let mut steps: Vec<f64> = self
            .two_theta_deg
            .windows(2)
            .filter_map(|pair| match pair {
                [a, b] => Some(b - a),
                _ => None,
            })
            .collect();
        median(&mut steps).unwrap_or(0.0)
    }
}

/// The middle value; sorts.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

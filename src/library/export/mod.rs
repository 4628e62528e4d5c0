//! Taking pictures away: what is known of them as a table, contact sheets, copies and links.
//!
//! A [`Selection`] gives one picture at a time, so that a hundred thousand need not be in memory. [`csv()`] and [`json()`] write
//! what is known, [`sheet`] draws, [`copies()`] fills a folder. All of them tell how far they are and stop when told to.

mod copies;
mod csv;
mod error;
mod facts;
mod file;
mod json;
pub mod sheet;
mod times;

use std::path::PathBuf;

pub use self::copies::{CopyOptions, CopyReport, CopyWay, Outcome, TakenFile, copies};
pub use self::csv::{CsvOptions, MOST_FURTHER_COLUMNS, csv};
pub use self::error::ExportError;
pub use self::file::write_file;
pub use self::json::json;
use super::catalog::PictureRecord;

/// A picture to take away.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exported {
    /// The library's folder.
    pub root: PathBuf,
    /// What is known of the picture.
    pub record: PictureRecord,
}

impl Exported {
    /// The user's file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.root.join(&self.record.relative)
    }

    /// Its name; what is not Unicode is replaced.
    #[must_use]
    pub fn name(&self) -> String {
        self.record.relative.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// What is known of one picture, under the names that exports use.
#[must_use]
pub fn values(picture: &Exported) -> serde_json::Value {
    serde_json::to_value(facts::Facts::of(picture)).unwrap_or_default()
}

/// The pictures to take away, in their order.
pub trait Selection: Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// One of them; `None` when it has gone meanwhile, and then it is left out.
    ///
    /// # Errors
    /// [`ExportError::Unknown`] when what is known of it cannot be read.
    fn picture(&self, index: usize) -> Result<Option<Exported>, ExportError>;
}

impl Selection for Vec<Exported> {
    fn count(&self) -> usize {
        self.len()
    }

    fn picture(&self, index: usize) -> Result<Option<Exported>, ExportError> {
        Ok(<[Exported]>::get(self, index).cloned())
    }
}

/// How long work is stopped, and told about.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// Asked before each picture.
    pub should_stop: &'a (dyn Fn() -> bool + Sync),
    /// Told how many pictures are done, and of how many.
    pub progress: &'a (dyn Fn(usize, usize) + Sync),
}

impl Task<'_> {
    /// Neither stopped nor told about.
    pub const QUIET: Task<'static> = Task { should_stop: &|| false, progress: &|_, _| () };

    fn go_on(&self, done: usize, all: usize) -> Result<(), ExportError> {
        (self.progress)(done, all);
        if (self.should_stop)() { Err(ExportError::Stopped) } else { Ok(()) }
    }
}

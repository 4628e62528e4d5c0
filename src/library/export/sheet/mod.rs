//! Contact sheets: the pictures in rows and columns with their names, as a PDF of pages or one tall PNG.
//!
//! All cells have the same size; a picture stands in the middle of its cell, whatever its shape, and the captions of a row
//! on one line. Pictures of a row are read at once, a page is drawn when its rows are there, and then its pictures go:
//! a PDF in the making holds their JPEG bytes, a PNG one row. What cannot be read shows its name and the reason.

mod caption;
mod layout;
mod pdf;
mod png;
mod tile;

pub use self::layout::{MOST_COLUMNS, Paper};
pub use self::pdf::pdf;
pub use self::png::png;
use super::{ExportError, Selection, Task, times};
use crate::figure::FigureTheme;
use crate::library::Pixels;

use std::path::PathBuf;

/// Reads a picture: its place in the selection, and the pixels that its longer side needs. Several are read at once.
pub type ReadPixels<'a> = &'a (dyn Fn(usize, u32) -> Result<Pixels, String> + Sync);

/// How a contact sheet looks.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetOptions {
    /// Size of the pages; a PNG is as wide, and as tall as it gets.
    pub paper: Paper,
    /// Whether pages lie on their longer side.
    pub landscape: bool,
    /// Pictures in a row, 1 to [`MOST_COLUMNS`].
    pub columns: usize,
    /// Heading.
    pub title: String,
    /// What stands under each picture.
    pub captions: Captions,
    /// Colours.
    pub theme: FigureTheme,
    /// Resolution of the pictures; by default [`PDF_DPI`] and [`PNG_DPI`].
    pub dpi: Option<f64>,
}

/// Resolution of the pictures in a PDF: what printers show.
pub const PDF_DPI: f64 = 300.0;
/// Resolution of a PNG: an A4 sheet is 1240 pixels wide.
pub const PNG_DPI: f64 = 150.0;

impl Default for SheetOptions {
    fn default() -> Self {
        Self {
            paper: Paper::A4,
            landscape: false,
            columns: 4,
            title: "Contact sheet".to_owned(),
            captions: Captions::default(),
            theme: FigureTheme::Print,
            dpi: None,
        }
    }
}

/// What stands under each picture, one line each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Captions {
    /// Name of the file.
    pub name: bool,
    /// When it was taken.
    pub date: bool,
    /// Camera.
    pub camera: bool,
}

impl Default for Captions {
    fn default() -> Self {
        Self { name: true, date: true, camera: true }
    }
}

/// What became of a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetReport {
    /// Pages; 1 for a PNG.
    pub pages: usize,
    /// Pictures shown.
    pub pictures: usize,
    /// Those that show a reason instead.
    pub failed: Vec<(PathBuf, String)>,
}

/// What must be known before the first page: how many pictures there are, and from when to when.
struct Overview {
    count: usize,
    dates: Option<(i64, i64)>,
}

impl Overview {
    fn of(pictures: &dyn Selection, task: &Task<'_>) -> Result<Self, ExportError> {
        let mut dates: Option<(i64, i64)> = None;
        let count = pictures.count();
        for index in 0..count {
            if (task.should_stop)() {
                return Err(ExportError::Stopped);
            }
            let taken = pictures.picture(index)?.and_then(|picture| picture.record.taken_wall_secs);
            if let Some(taken) = taken {
                let (first, last) = dates.unwrap_or((taken, taken));
                dates = Some((first.min(taken), last.max(taken)));
            }
        }
        if count == 0 { Err(ExportError::Empty) } else { Ok(Self { count, dates }) }
    }

    /// "36 pictures · 2023-05-01 to 2023-06-30".
    fn text(&self) -> String {
        let pictures =
            if self.count == 1 { "1 picture".to_owned() } else { format!("{} pictures", self.count) };
        let Some((first, last)) = self.dates else { return pictures };
        let (first, last) = (times::date(first), times::date(last));
        if first == last {
            format!("{pictures} · {first}")
        } else {
            format!("{pictures} · {first} to {last}")
        }
    }
}

//! Where things stand on a sheet, in points.

use super::{ExportError, SheetOptions};
use crate::figure::{Area, pt_from_mm};

/// Pictures in a row at most.
pub const MOST_COLUMNS: usize = 20;
/// Free room at the edges.
pub(super) const MARGIN_MM: f64 = 12.0;
/// Title and the line under it.
pub(super) const HEADER: f64 = 40.0;
/// Page number and title.
pub(super) const FOOTER: f64 = 18.0;
/// Between cells.
const GAP: f64 = 9.0;
/// A line of a caption.
pub(super) const LINE: f64 = 8.5;
/// Between picture and caption.
const CAPTION_GAP: f64 = 3.0;
/// Height of the room for a picture in its widths: between that of landscape and portrait pictures.
const ROOM_SHAPE: f64 = 0.8;

/// Size of pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 inches.
    Letter,
}

impl Paper {
    /// Width and height in millimetres, upright.
    #[must_use]
    pub fn size_mm(self) -> (f64, f64) {
        match self {
            Self::A4 => (210.0, 297.0),
            Self::Letter => (215.9, 279.4),
        }
    }
}

impl std::str::FromStr for Paper {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name.to_ascii_lowercase().as_str() {
            "a4" => Ok(Self::A4),
            "letter" => Ok(Self::Letter),
            _ => Err(format!("`{name}` is no paper; use a4 or letter")),
        }
    }
}

/// The grid of a sheet.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub width_mm: f64,
    pub height_mm: f64,
    pub columns: usize,
    /// Rows of a page.
    pub rows: usize,
    /// Room for a picture.
    pub room: (f64, f64),
    /// Lines of a caption.
    pub lines: usize,
}

impl Layout {
    pub fn new(options: &SheetOptions) -> Result<Self, ExportError> {
        let columns = options.columns;
        if !(1..=MOST_COLUMNS).contains(&columns) {
            return Err(ExportError::Columns { asked: columns, most: MOST_COLUMNS });
        }
        let (short, long) = options.paper.size_mm();
        let (width_mm, height_mm) = if options.landscape { (long, short) } else { (short, long) };
        let captions = options.captions;
        let lines =
            [captions.name, captions.date, captions.camera].into_iter().filter(|shown| *shown).count();
        let mut layout = Self { width_mm, height_mm, columns, rows: 1, room: (0.0, 0.0), lines };
        let between = layout.right() - Self::left() - GAP * (columns - 1) as f64;
        layout.room = (between / columns as f64, ROOM_SHAPE * between / columns as f64);
        Ok(layout)
    }

    /// As many rows as look best on a page, which they fill.
    pub fn paged(mut self) -> Self {
        let free = pt_from_mm(self.height_mm - 2.0 * MARGIN_MM) - HEADER - FOOTER;
        let rows = ((free + GAP) / self.row_height()).round().max(1.0);
        self.room.1 = (free + GAP) / rows - GAP - self.caption_height();
        self.rows = rows as usize;
        self
    }

    pub fn left() -> f64 {
        pt_from_mm(MARGIN_MM)
    }

    pub fn right(&self) -> f64 {
        pt_from_mm(self.width_mm - MARGIN_MM)
    }

    fn caption_height(&self) -> f64 {
        if self.lines == 0 { 0.0 } else { CAPTION_GAP + LINE * self.lines as f64 }
    }

    /// Height of a row with what is free below it.
    pub fn row_height(&self) -> f64 {
        self.room.1 + self.caption_height() + GAP
    }

    /// Room for the picture of a column in a row that begins at `top`.
    pub fn area(&self, column: usize, top: f64) -> Area {
        let left = Self::left() + column as f64 * (self.room.0 + GAP);
        Area { left, top, right: left + self.room.0, bottom: top + self.room.1 }
    }

    /// Baseline of the first line under a picture's room.
    pub fn baseline(area: Area) -> f64 {
        area.bottom + CAPTION_GAP + 6.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_fill_the_page_and_stay_on_it() {
        for paper in [Paper::A4, Paper::Letter] {
            for landscape in [false, true] {
                for columns in 1..=MOST_COLUMNS {
                    let options = SheetOptions { paper, landscape, columns, ..SheetOptions::default() };
                    let layout = Layout::new(&options).unwrap().paged();
                    let top = pt_from_mm(MARGIN_MM) + HEADER;
                    let last = layout.area(columns - 1, top + (layout.rows - 1) as f64 * layout.row_height());
                    assert!((last.right - layout.right()).abs() < 1e-6);
                    let end = last.top + layout.row_height() - GAP;
                    let free = pt_from_mm(layout.height_mm - MARGIN_MM) - FOOTER - end;
                    assert!(free.abs() < 1e-6, "{free} points are left below {} rows", layout.rows);
                    let shape = layout.room.1 / layout.room.0;
                    assert!((0.4..1.4).contains(&shape), "{columns} columns: rooms of shape {shape}");
                }
            }
        }
    }
}

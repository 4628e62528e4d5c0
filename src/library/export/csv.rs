//! Everything that is known, as a table: CSV as RFC 4180 has it, UTF-8, lines ending in CR LF.
//!
//! Fixed columns first, then one for each further metadata field that occurs, named after group and field ("EXIF White
//! balance"): groups in the order File, EXIF, GPS, IPTC, XMP, then by name. Of more than [`MOST_FURTHER_COLUMNS`] the
//! most frequent ones get columns, and all others stand in the last column. Lists are joined by `; `.
//!
//! Texts come out of files that anybody may have made, and a spreadsheet runs what begins with `=`: such texts get an
//! apostrophe in front. JSON has them exactly. With a byte order mark Excel reads the file as UTF-8; other programs skip
//! it.

use std::collections::BTreeMap;
use std::io::Write;

use super::facts::{COLUMNS, Cell, Facts, Field, fields};
use super::{ExportError, Selection, Task};

/// How many metadata fields get a column of their own: some spreadsheets stop at 1024 columns.
pub const MOST_FURTHER_COLUMNS: usize = 900;
/// Heading of the column for all fields that have none.
const OTHER_FIELDS: &str = "other_fields";

/// How the table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvOptions {
    /// Begin with a byte order mark.
    pub byte_order_mark: bool,
    /// Put an apostrophe before texts that a spreadsheet would take for a formula.
    pub guard_formulas: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { byte_order_mark: true, guard_formulas: true }
    }
}

/// Writes what is known of all pictures; returns how many were written. All pictures are asked for twice.
///
/// # Errors
/// When the catalog cannot be read, `out` refuses, or the task is stopped.
pub fn csv(
    out: &mut dyn Write,
    pictures: &dyn Selection,
    options: CsvOptions,
    task: &Task<'_>,
) -> Result<usize, ExportError> {
    let count = pictures.count();
    let further = Further::of(pictures, task)?;
    if options.byte_order_mark {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let names = COLUMNS.iter().map(|(name, _)| (*name).to_owned());
    writer.write_record(names.chain(further.headings())).map_err(fault)?;
    let guarded = |cell: Cell| match cell {
        Cell::Text(text) if options.guard_formulas && is_formula(&text) => format!("'{text}"),
        Cell::Text(text) | Cell::Plain(text) => text,
    };
    let mut written = 0;
    for index in 0..count {
        task.go_on(index, count)?;
        let Some(picture) = pictures.picture(index)? else { continue };
        let facts = Facts::of(&picture);
        let fixed = COLUMNS.iter().map(|(_, value)| value(&facts));
        let cells = fixed.chain(further.cells(&facts.fields).into_iter().map(Cell::Text));
        writer.write_record(cells.map(guarded)).map_err(fault)?;
        written += 1;
    }
    writer.flush()?;
    task.go_on(count, count)?;
    Ok(written)
}

fn fault(error: csv::Error) -> ExportError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        // All records have the same length; nothing else goes wrong while writing.
        other => std::io::Error::other(format!("{other:?}")).into(),
    }
}

/// Whether a spreadsheet would run a text: a formula, or a sum with a call, a link or a command in it.
fn is_formula(text: &str) -> bool {
    match text.chars().next() {
        Some('=' | '@' | '\t' | '\r' | '＝' | '＠') => true,
        Some('+' | '-' | '＋' | '－') => text.contains(['(', '!', '|']),
        _ => false,
    }
}

/// The columns of metadata fields.
struct Further {
    /// Group and name, with the place of its column.
    places: BTreeMap<(String, String), usize>,
    /// Whether some fields have no column.
    has_others: bool,
}

impl Further {
    fn of(pictures: &dyn Selection, task: &Task<'_>) -> Result<Self, ExportError> {
        let mut counts = BTreeMap::<(String, String), usize>::new();
        for index in 0..pictures.count() {
            if (task.should_stop)() {
                return Err(ExportError::Stopped);
            }
            let Some(picture) = pictures.picture(index)? else { continue };
            for Field { group, name, .. } in fields(&picture.record.fields_json) {
                *counts.entry((group, name)).or_default() += 1;
            }
        }
        let mut names: Vec<_> = counts.into_iter().collect();
        let has_others = names.len() > MOST_FURTHER_COLUMNS;
        // Stable, so equally frequent ones stay in the order of their names.
        names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        names.truncate(MOST_FURTHER_COLUMNS);
        let mut names: Vec<(String, String)> = names.into_iter().map(|(name, _)| name).collect();
        names.sort_by(|a, b| (group_place(&a.0), a).cmp(&(group_place(&b.0), b)));
        let places = names.into_iter().enumerate().map(|(place, name)| (name, place)).collect();
        Ok(Self { places, has_others })
    }

    fn width(&self) -> usize {
        self.places.len() + usize::from(self.has_others)
    }

    fn headings(&self) -> Vec<String> {
        let mut headings = vec![OTHER_FIELDS.to_owned(); self.width()];
        for ((group, name), place) in &self.places {
            if let Some(heading) = headings.get_mut(*place) {
                *heading = format!("{group} {name}");
            }
        }
        headings
    }

    /// One cell for each column; a field that a picture has several times is joined.
    fn cells(&self, fields: &[Field]) -> Vec<String> {
        let mut cells = vec![String::new(); self.width()];
        for Field { group, name, value } in fields {
            let place = self.places.get(&(group.clone(), name.clone()));
            let Some(cell) = cells.get_mut(place.copied().unwrap_or(self.places.len())) else { continue };
            if !cell.is_empty() {
                cell.push_str("; ");
            }
            if place.is_none() {
                cell.extend([group, " ", name, ": "]);
            }
            cell.push_str(value);
        }
        cells
    }
}

fn group_place(group: &str) -> usize {
    const ORDER: [&str; 5] = ["File", "EXIF", "GPS", "IPTC", "XMP"];
    ORDER.iter().position(|known| *known == group).unwrap_or(ORDER.len())
}

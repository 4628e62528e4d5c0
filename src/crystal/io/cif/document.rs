//! A CIF file as blocks of tables, without copying.
//!
//! A pair of tag and value is a table with one column and one row, so that everything in a block is a table. Values
//! are spans into the text, kept in one list for the whole document; a table knows its range of that list.

use std::{ops::Range, sync::OnceLock};

use super::{
    builder::Builder,
    tokenizer::{Span, count_lines},
};
use crate::crystal::error::ParseError;

/// Distance in bytes of the places whose line is remembered, once a line was asked for.
const LINE_STRIDE: usize = 4096;

/// A parsed CIF 1.1 file that borrows its text.
#[derive(Debug)]
pub struct Document<'a> {
    pub(super) text: &'a str,
    pub(super) blocks: Vec<BlockData>,
    pub(super) tables: Vec<Table>,
    pub(super) tags: Vec<Span>,
    pub(super) values: Vec<Span>,
    /// Lines at multiples of [`LINE_STRIDE`].
    lines: OnceLock<Vec<usize>>,
}

/// What could be read of a file with errors.
#[derive(Debug)]
pub struct Salvage<'a> {
    /// The blocks without errors.
    pub document: Document<'a>,
    /// Why other blocks were left out.
    pub errors: Vec<ParseError>,
    /// What is wrong in blocks that could be kept: tags without a value, left out.
    pub repairs: Vec<ParseError>,
}

#[derive(Debug)]
pub(super) struct BlockData {
    pub(super) heading: Span,
    pub(super) tables: Range<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    pub(super) first_tag: u32,
    pub(super) tag_count: u32,
    pub(super) first_value: u32,
    pub(super) row_count: u32,
}

/// A data block of a [`Document`].
#[derive(Clone, Copy, Debug)]
pub struct Block<'d> {
    document: &'d Document<'d>,
    data: &'d BlockData,
}

/// All values of one tag.
#[derive(Clone, Copy, Debug)]
pub struct Column<'d> {
    document: &'d Document<'d>,
    /// The values of the whole table, row by row.
    cells: &'d [Span],
    offset: usize,
    width: usize,
}

/// A value where it stands in the text.
#[derive(Clone, Copy, Debug)]
pub struct Value<'d> {
    document: &'d Document<'d>,
    span: Span,
}

impl<'a> Document<'a> {
    pub(super) fn empty(text: &'a str) -> Self {
        Self {
            text,
            blocks: Vec::new(),
            tables: Vec::new(),
            tags: Vec::new(),
            values: Vec::new(),
            lines: OnceLock::new(),
        }
    }

    /// Parses a whole file; linear in its length.
    ///
    /// # Errors
    /// At the first place that is not CIF 1.1: an open quotation or text field, a value without a tag, a loop whose
    /// values do not fill its rows.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        Builder::parse(text)
    }

    /// Parses what can be parsed.
    ///
    /// # Errors
    /// When the text is too long for this parser.
    pub fn salvage(text: &'a str) -> Result<Salvage<'a>, ParseError> {
        Builder::salvage(text)
    }

    /// The data blocks in their order.
    pub fn blocks(&self) -> impl Iterator<Item = Block<'_>> {
        self.blocks.iter().map(|data| Block { document: self, data })
    }

    /// Number of values in all blocks.
    #[must_use]
    pub fn value_count(&self) -> usize {
        self.values.len()
    }

    fn line_of(&self, span: Span) -> usize {
        let bytes = self.text.as_bytes();
        let lines = self.lines.get_or_init(|| {
            let mut line = 1;
            let starts = (0..bytes.len()).step_by(LINE_STRIDE);
            let next = |start: usize| {
                let here = line;
                line += count_lines(bytes, start, (start + LINE_STRIDE).min(bytes.len()));
                here
            };
            starts.map(next).collect()
        });
        let offset = span.start as usize;
        let stride = offset / LINE_STRIDE;
        lines.get(stride).copied().unwrap_or(1) + count_lines(bytes, stride * LINE_STRIDE, offset)
    }
}

impl<'d> Block<'d> {
    /// What follows `data_`.
    #[must_use]
    pub fn name(&self) -> &'d str {
        slice(self.document.text, self.data.heading).get(5..).unwrap_or_default()
    }

    /// 1-based line of the heading.
    #[must_use]
    pub fn line(&self) -> usize {
        self.document.line_of(self.data.heading)
    }

    /// The values of a tag, given in lower case with underscores: `_atom_site_fract_x` also finds
    /// `_ATOM_SITE.fract_x`.
    #[must_use]
    pub fn column(&self, tag: &str) -> Option<Column<'d>> {
        let document = self.document;
        let tables = document.tables.get(self.data.tables.start as usize..self.data.tables.end as usize)?;
        tables.iter().find_map(|table| {
            let width = table.tag_count as usize;
            let tags = document.tags.get(table.first_tag as usize..)?.get(..width)?;
            let offset = tags.iter().position(|span| is_tag(slice(document.text, *span), tag))?;
            let cells =
                document.values.get(table.first_value as usize..)?.get(..width * table.row_count as usize)?;
            Some(Column { document, cells, offset, width })
        })
    }

    /// The first column that exists of several names for the same thing.
    #[must_use]
    pub fn column_of(&self, tags: &[&str]) -> Option<Column<'d>> {
        tags.iter().find_map(|tag| self.column(tag))
    }

    /// The first value present under one of several names; `.` and `?` do not count.
    #[must_use]
    pub fn value_of(&self, tags: &[&str]) -> Option<Value<'d>> {
        tags.iter().find_map(|tag| self.column(tag)?.get(0).filter(|value| !value.is_missing()))
    }
}

impl<'d> Column<'d> {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len() / self.width.max(1)
    }

    /// Whether the table has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The value in a row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<Value<'d>> {
        let span = self.cells.get(row * self.width + self.offset)?;
        Some(Value { document: self.document, span: *span })
    }

    /// All values, top to bottom.
    pub fn iter(&self) -> impl Iterator<Item = Value<'d>> {
        let column = *self;
        (0..column.len()).filter_map(move |row| column.get(row))
    }
}

impl<'d> Value<'d> {
    /// The value without its quotation marks or semicolons.
    #[must_use]
    pub fn text(&self) -> &'d str {
        let text = self.document.text;
        let raw = slice(text, self.span);
        let is_first_of_line = || match (self.span.start as usize).checked_sub(1) {
            None => true,
            Some(before) => matches!(text.as_bytes().get(before), Some(b'\n' | b'\r')),
        };
        match raw.as_bytes().first() {
            Some(b'\'' | b'"') => raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default(),
            Some(b';') if is_first_of_line() => {
                let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
                inner.strip_suffix("\r\n").or_else(|| inner.strip_suffix(['\n', '\r'])).unwrap_or(inner)
            }
            _ => raw,
        }
    }

    /// Whether it is `.` (does not apply), `?` (unknown) or empty, quoted or not.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self.text().trim(), "." | "?" | "")
    }

    /// 1-based line.
    #[must_use]
    pub fn line(&self) -> usize {
        self.document.line_of(self.span)
    }
}

pub(super) fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// Tags ignore case; dictionaries of the second kind write a dot after the category.
fn is_tag(written: &str, wanted: &str) -> bool {
    written.len() == wanted.len()
        && written.bytes().zip(wanted.bytes()).all(|(byte, want)| {
            let byte = if byte == b'.' { b'_' } else { byte.to_ascii_lowercase() };
            byte == if want == b'.' { b'_' } else { want }
        })
}

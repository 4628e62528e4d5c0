//! What all readers share: text from bytes, lines with numbers, finite numbers.

use std::{borrow::Cow, char::REPLACEMENT_CHARACTER};

use glam::DVec3;

use crate::crystal::error::ParseError;

/// More atoms than this are refused: a structure of so many sites needs gigabytes.
pub(super) const MAX_SITES: usize = 10_000_000;

/// Largest coordinate that is taken seriously, in Å or in cells.
pub(super) const MAX_COORDINATE: f64 = 1e6;

/// Largest number of words kept of one line; the formats need fewer than 100.
const MAX_WORDS: usize = 4096;

/// The text of a file: UTF-8, or UTF-16 when it begins with a byte-order mark of that. Bytes that are neither (names in
/// Latin-1 comments) become replacement characters, which keeps every line in its place.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return Cow::Owned(decode_utf16(rest, u16::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return Cow::Owned(decode_utf16(rest, u16::from_be_bytes));
    }
    String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

fn decode_utf16(bytes: &[u8], unit_of: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit_of(*pair));
    char::decode_utf16(units).map(|character| character.unwrap_or(REPLACEMENT_CHARACTER)).collect()
}

/// Lines with Unix, DOS or old Mac ends, numbered from 1.
pub(super) struct Lines<'a> {
    rest: Option<&'a str>,
    number: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: Some(text), number: 0 }
    }

    /// Number of the line that was given last.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Bytes not yet given.
    pub(super) fn remaining_bytes(&self) -> usize {
        self.rest.map_or(0, str::len)
    }

    /// The next line, or an error that says what should have stood there.
    pub(super) fn expect(&mut self, what: &str) -> Result<&'a str, ParseError> {
        let line = self.number + 1;
        self.next().ok_or_else(|| ParseError::new(line, format!("the file ends where {what} should follow")))
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        // A file that ends with a line break has no further line.
        if rest.is_empty() {
            self.rest = None;
            return None;
        }
        self.number += 1;
        let Some(end) = rest.bytes().position(|b| matches!(b, b'\n' | b'\r')) else {
            self.rest = None;
            return Some(rest);
        };
        let (line, tail) = rest.split_at_checked(end)?;
        self.rest = tail.strip_prefix("\r\n").or_else(|| tail.get(1..));
        Some(line)
    }
}

/// Whitespace-separated words of a line.
pub(super) fn words(line: &str) -> Vec<&str> {
    line.split_ascii_whitespace().take(MAX_WORDS).collect()
}

/// A finite number as Fortran and C write it (`1.5`, `-.5`, `1e-3`, `1.5D+00`).
pub(super) fn finite(word: &str) -> Option<f64> {
    let is_plain = word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let value: f64 = if is_plain {
        word.parse().ok()?
    } else if word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'd' | b'D')) {
        word.replace(['d', 'D'], "e").parse().ok()?
    } else {
        return None;
    };
    value.is_finite().then_some(value)
}

/// Three numbers at the start of `words`.
pub(super) fn vector(words: &[&str], line: usize, what: &str) -> Result<DVec3, ParseError> {
    let mut components = [0.0; 3];
    for (index, component) in components.iter_mut().enumerate() {
        let Some(word) = words.get(index) else {
            return Err(ParseError::new(line, format!("{what} needs three numbers, found {}", words.len())));
        };
        *component = finite(word).ok_or_else(|| {
            ParseError::new(line, format!("{what} needs three numbers, but `{}` is not one", quote(word)))
        })?;
    }
    Ok(DVec3::from_array(components))
}

/// Refuses coordinates that no structure has.
pub(super) fn check_size(position: DVec3, line: usize) -> Result<DVec3, ParseError> {
    let largest = position.abs().max_element();
    if largest <= MAX_COORDINATE {
        Ok(position)
    } else {
        Err(ParseError::new(line, format!("the coordinate {largest:e} is too large to be meant")))
    }
}

/// A word of the file for a message: not longer than a glance.
pub(super) fn quote(word: &str) -> String {
    match word.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", word.get(..end).unwrap_or_default()),
        None => word.to_owned(),
    }
}

/// `1 row`, `2 rows`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

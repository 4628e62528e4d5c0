//! Bytes of a CIF 1.1 file to tokens.
//!
//! A token is a span of the text; nothing is copied. The kind of a value (bare, quoted, text field) is not stored: its
//! first byte tells, because bare values cannot begin with a quotation mark, nor with `;` at the start of a line.

use crate::crystal::error::ParseError;
use crate::crystal::io::text::quote;

/// Bytes within which a quotation that was broken over lines must end.
const LONGEST_LATE_QUOTATION: usize = 4096;

/// A range of bytes of the document. Documents are below 4 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `data_name`; the span is the whole word.
    Data,
    /// `save_name`.
    FrameStart,
    /// `save_` alone.
    FrameEnd,
    /// `loop_`.
    Loop,
    /// `_tag`.
    Tag,
    /// Anything else: the span includes quotation marks and semicolons.
    Value,
    /// `stop_` and `global_`, which CIF reserves and does not use.
    Reserved,
    /// The end of the text.
    End,
}

pub(super) struct Tokenizer<'a> {
    text: &'a str,
    position: usize,
    /// An offset and its line, to count on from: a file may have an error in every block.
    counted: (usize, usize),
}

impl<'a> Tokenizer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, position: 0, counted: (0, 1) }
    }

    /// The next token.
    #[inline]
    pub(super) fn next(&mut self) -> Result<(Kind, Span), ParseError> {
        let bytes = self.text.as_bytes();
        let mut start = self.position;
        let first = loop {
            match bytes.get(start) {
                None => {
                    self.position = bytes.len();
                    return Ok((Kind::End, span(bytes.len(), bytes.len())));
                }
                Some(b'#') => start = find_line_end(bytes, start),
                Some(byte) if is_space(*byte) => start += 1,
                Some(byte) => break *byte,
            }
        };
        match first {
            b'\'' | b'"' => self.quoted(start, first),
            b';' if is_line_start(bytes, start) => self.text_field(start),
            _ => {
                let end = find_space(bytes, start + 1);
                self.position = end;
                let kind = match first {
                    b'_' => Kind::Tag,
                    b'd' | b'D' | b'l' | b'L' | b's' | b'S' | b'g' | b'G' => {
                        keyword(bytes.get(start..end).unwrap_or_default())
                    }
                    _ => Kind::Value,
                };
                Ok((kind, span(start, end)))
            }
        }
    }

    /// Goes back to just before a token.
    pub(super) fn rewind(&mut self, to: Span) {
        self.position = (to.start as usize).saturating_sub(1);
    }

    /// Continues at the next line that begins a data block. False when there is none.
    pub(super) fn skip_to_data_block(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        let mut position = self.position;
        while position < bytes.len() {
            position = find_line_end(bytes, position) + 1;
            if bytes.get(position..position + 5).is_some_and(|head| head.eq_ignore_ascii_case(b"data_")) {
                self.position = position;
                return true;
            }
        }
        self.position = bytes.len();
        false
    }

    /// A quotation ends at its mark followed by white space: `'a dog's life'`.
    fn quoted(&mut self, start: usize, mark: u8) -> Result<(Kind, Span), ParseError> {
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        loop {
            match bytes.get(end) {
                Some(byte) if *byte == mark && bytes.get(end + 1).is_none_or(|next| is_space(*next)) => {
                    self.position = end + 1;
                    return Ok((Kind::Value, span(start, end + 1)));
                }
                Some(b'\n' | b'\r') | None => break,
                Some(_) => end += 1,
            }
        }
        if let Some(end) = find_late_mark(bytes, end, mark) {
            self.position = end;
            return Ok((Kind::Value, span(start, end)));
        }
        self.position = end;
        let opened = self.text.get(start..end).unwrap_or_default();
        Err(self.error(start, format!("the quotation {} does not end on its line", quote(opened))))
    }

    fn text_field(&mut self, start: usize) -> Result<(Kind, Span), ParseError> {
        let bytes = self.text.as_bytes();
        let mut position = start + 1;
        loop {
            position = find_line_end(bytes, position);
            match bytes.get(position + 1) {
                Some(b';') => {
                    self.position = position + 2;
                    return Ok((Kind::Value, span(start, position + 2)));
                }
                Some(_) => position += 1,
                None => {
                    self.position = start + 1;
                    return Err(
                        self.error(start, "the text that this semicolon opens has no closing semicolon")
                    );
                }
            }
        }
    }

    pub(super) fn error(&mut self, offset: usize, message: impl Into<String>) -> ParseError {
        if offset < self.counted.0 {
            self.counted = (0, 1);
        }
        let (from, line) = self.counted;
        self.counted = (offset, line + count_lines(self.text.as_bytes(), from, offset));
        ParseError::new(self.counted.1, message)
    }
}

/// Line ends between two offsets. Lines are counted when asked for: only messages need them.
pub(super) fn count_lines(bytes: &[u8], from: usize, to: usize) -> usize {
    let mut previous = from.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or_default();
    let mut count = 0;
    for byte in bytes.get(from..to).unwrap_or_default() {
        // The two bytes of a DOS line end are one.
        count += usize::from(*byte == b'\r' || (*byte == b'\n' && previous != b'\r'));
        previous = *byte;
    }
    count
}

#[inline]
fn span(start: usize, end: usize) -> Span {
    Span { start: start as u32, end: end as u32 }
}

/// Blank, tab and line ends; other control characters separate too.
#[inline]
fn is_space(byte: u8) -> bool {
    byte <= b' '
}

fn is_line_start(bytes: &[u8], position: usize) -> bool {
    position == 0 || matches!(bytes.get(position - 1), Some(b'\n' | b'\r'))
}

#[inline]
fn find_space(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().position(|byte| is_space(*byte)).map_or(bytes.len(), |offset| from + offset)
}

fn find_line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(bytes.len(), |offset| from + offset)
}

/// Some programs break quotations over lines, which CIF forbids. The end is looked for until a line begins a tag, a
/// text field or a keyword; beyond a few thousand bytes the mark is more likely a stray one.
fn find_late_mark(bytes: &[u8], line_end: usize, mark: u8) -> Option<usize> {
    let mut position = line_end;
    while position < bytes.len().min(line_end + LONGEST_LATE_QUOTATION) {
        let next_end = find_line_end(bytes, position + 1);
        let line = bytes.get(position + 1..next_end)?;
        let word_end = find_space(line, 0);
        let first_word = line.get(..word_end)?;
        if matches!(first_word.first(), Some(b'_' | b';')) || keyword(first_word) != Kind::Value {
            return None;
        }
        let ends_here =
            |at: &usize| line.get(*at) == Some(&mark) && line.get(at + 1).is_none_or(|next| is_space(*next));
        if let Some(at) = (0..line.len().min(LONGEST_LATE_QUOTATION)).find(ends_here) {
            return Some(position + 1 + at + 1);
        }
        position = next_end;
    }
    None
}

fn keyword(word: &[u8]) -> Kind {
    let starts_with =
        |prefix: &[u8]| word.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    if starts_with(b"data_") {
        Kind::Data
    } else if word.eq_ignore_ascii_case(b"loop_") {
        Kind::Loop
    } else if word.eq_ignore_ascii_case(b"save_") {
        Kind::FrameEnd
    } else if starts_with(b"save_") {
        Kind::FrameStart
    } else if word.eq_ignore_ascii_case(b"stop_") || word.eq_ignore_ascii_case(b"global_") {
        Kind::Reserved
    } else {
        Kind::Value
    }
}

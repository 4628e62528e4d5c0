//! Cuts a text into pieces, each of which becomes one term. Every byte that is not space lies in exactly one piece.
//!
//! It reads from left to right and never looks beyond the piece at hand, so what is typed later changes only the
//! last one.

use std::ops::Range;

use super::fields::{self, FieldKind};

/// A piece of the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece<'t> {
    /// All of it.
    pub(crate) span: Range<usize>,
    /// A minus stands before it.
    pub(crate) negated: bool,
    /// What stands before the colon.
    pub(crate) name: Option<&'t str>,
    /// The rest without minus, name, colon, star and weight.
    pub(crate) value_span: Range<usize>,
    /// The same without quotes.
    pub(crate) value: String,
    /// Whether quotes are around it.
    pub(crate) quotes: Quotes,
    /// A star follows it.
    pub(crate) has_star: bool,
    /// What follows `^`.
    pub(crate) weight: Option<&'t str>,
    /// Nothing follows, so that it may still be being typed.
    pub(crate) is_last: bool,
}

/// Quotes around a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    None,
    /// The closing one is missing.
    Open,
    Closed,
}

/// Beginnings of addresses, which are words and no fields.
const SCHEMES: [&str; 4] = ["http", "https", "ftp", "file"];

/// All pieces, in order.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = skip(text, at, char::is_whitespace) {
        let piece = piece(text, start);
        at = piece.span.end;
        found.push(piece);
    }
    found
}

/// The piece that begins at `start`, where no space is.
fn piece(text: &str, start: usize) -> Piece<'_> {
    let rest = tail(text, start);
    let minus = rest.chars().next().filter(|&c| is_minus(c)).map_or(0, char::len_utf8);
    let body = start + minus;
    let end = tail(text, body).find(char::is_whitespace).map_or(text.len(), |length| body + length);
    let run = text.get(body..end).unwrap_or_default();
    let name = field_name(run);
    let colon = name.map_or(0, |name| {
        name.len() + usize::from(run.get(name.len()..).is_some_and(|r| r.starts_with(':')))
    });
    let value = body + colon;
    let mut piece = Piece {
        span: start..end,
        negated: minus > 0,
        name,
        value_span: value..end,
        value: String::new(),
        quotes: Quotes::None,
        has_star: false,
        weight: None,
        is_last: false,
    };
    // A comparison may stand before the quotes of a field's value: date:>"May 2023".
    let sign_end =
        if name.is_some() { skip(text, value, is_comparison).unwrap_or(text.len()) } else { value };
    if tail(text, sign_end).starts_with(is_quote) {
        quoted(text, sign_end, &mut piece);
    } else {
        unquoted(text, &mut piece);
    }
    piece.is_last = piece.span.end == text.len();
    piece
}

/// Reads on from an opening quote. A quote written twice stands for itself.
fn quoted<'t>(text: &'t str, open: usize, piece: &mut Piece<'t>) {
    piece.quotes = Quotes::Open;
    piece.value.push_str(text.get(piece.value_span.start..open).unwrap_or_default());
    let mut characters = tail(text, open).char_indices().skip(1).peekable();
    let mut end = text.len();
    while let Some((offset, character)) = characters.next() {
        if is_quote(character) && characters.next_if(|&(_, next)| next == character).is_none() {
            piece.quotes = Quotes::Closed;
            end = open + offset + character.len_utf8();
            break;
        }
        piece.value.push(character);
    }
    piece.value_span.end = end;
    if piece.quotes == Quotes::Closed && tail(text, end).starts_with('*') {
        piece.has_star = true;
        end += 1;
    }
    if piece.quotes == Quotes::Closed && tail(text, end).starts_with('^') {
        let digits = end + 1;
        end = skip(text, digits, is_of_weight).unwrap_or(text.len());
        piece.weight = text.get(digits..end);
    }
    piece.span.end = end;
}

/// Takes weight, star and closing commas off a value without quotes.
fn unquoted<'t>(text: &'t str, piece: &mut Piece<'t>) {
    let start = piece.value_span.start;
    let mut value = text.get(piece.value_span.clone()).unwrap_or_default();
    if let Some((before, weight)) = value.rsplit_once('^')
        && weight.chars().all(is_of_weight)
    {
        (value, piece.weight) = (before, Some(weight));
    }
    // People write lists: "red, blue".
    let without_commas = value.trim_end_matches([',', ';']);
    if !without_commas.is_empty() {
        value = without_commas;
    }
    if piece.name.is_none() {
        let without_star = value.trim_end_matches('*');
        piece.has_star = without_star.len() < value.len();
        value = without_star;
    }
    piece.value_span.end = start + value.len();
    value.clone_into(&mut piece.value);
}

/// The name of a field at the beginning of a run, known or not. A colon in a path, an address or a time makes no
/// field.
fn field_name(run: &str) -> Option<&str> {
    let name = run.split(|c: char| !c.is_alphanumeric()).next().filter(|name| !name.is_empty())?;
    let rest = run.get(name.len()..)?;
    let known = fields::field(name);
    let Some(value) = rest.strip_prefix(':') else {
        // iso>800: the colon may be left out before a comparison, where there can be one.
        let can_compare = known.is_some_and(|help| {
            matches!(help.kind, FieldKind::Number(_) | FieldKind::Date | FieldKind::Year)
        });
        return (can_compare && rest.starts_with(is_comparison)).then_some(name);
    };
    let is_drive =
        name.len() == 1 && (value.starts_with(['/', '\\']) || (known.is_none() && value.is_empty()));
    let is_odd = name.contains(char::is_numeric) || value.starts_with("//");
    let is_address = SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(name));
    let is_word = is_drive || is_address || value.starts_with(':') || (known.is_none() && is_odd);
    (!is_word).then_some(name)
}

/// Where the first character from `at` on is that is not of this kind; `None` when there is none.
fn skip(text: &str, at: usize, is_kind: impl Fn(char) -> bool) -> Option<usize> {
    tail(text, at).find(|character| !is_kind(character)).map(|offset| at + offset)
}

fn tail(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or_default()
}

/// Also the minus that some keyboards and correctors make.
fn is_minus(character: char) -> bool {
    matches!(character, '-' | '\u{2212}')
}

/// Also the curly quotes that some systems make.
pub(crate) fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

pub(crate) fn is_comparison(character: char) -> bool {
    matches!(character, '<' | '>' | '=' | '≤' | '≥')
}

fn is_of_weight(character: char) -> bool {
    matches!(character, '0'..='9' | '.' | '-' | '+')
}

/// A value as it has to be written so that it is read back as it is.
pub(crate) fn written(value: &str) -> String {
    let is_plain = !value.is_empty()
        && !value.contains(|c: char| c.is_whitespace() || is_quote(c) || matches!(c, '^' | '*'))
        && !value.starts_with(':')
        && !value.ends_with([',', ';']);
    if is_plain {
        return value.to_owned();
    }
    let mut written = String::from('"');
    for character in value.chars() {
        written.push(character);
        if is_quote(character) {
            written.push(character);
        }
    }
    written.push('"');
    written
}

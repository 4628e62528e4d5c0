//! Labels: text with subscripts, superscripts, italics and overbars, as the field writes it.
//!
//! A label is written in a small markup: `_{…}` and `^{…}` lower and raise, `*…*` leans, `\bar{…}` draws the bar of a
//! negative Miller index. A backslash before one of `_ ^ * \` stands for the letter itself; so does a letter whose brace
//! or partner is missing. Everything else, Å, °, λ and θ included, is written as it is.

use std::fmt::Write as _;

use super::fonts;
use super::svg::num;

/// Where a piece of a label stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Level {
    #[default]
    Base,
    Sub,
    Super,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Span {
    text: String,
    level: Level,
    italic: bool,
    bar: bool,
}

/// A line of text ready to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    spans: Vec<Span>,
}

/// Size of raised and lowered letters.
const SCRIPT_SCALE: f64 = 0.7;
/// How far they are lowered or raised, in sizes of the line's font.
const SUB_SHIFT: f64 = 0.17;
const SUPER_SHIFT: f64 = 0.35;
/// The combining overline; fonts with anchors set it over the letter before it.
const OVERLINE: char = '\u{305}';

impl Label {
    /// Reads the markup.
    #[must_use]
    pub fn parse(markup: &str) -> Self {
        let mut label = Self::default();
        let mut rest = markup;
        let mut italic = false;
        while let Some(letter) = rest.chars().next() {
            let after = rest.get(letter.len_utf8()..).unwrap_or_default();
            if letter == '\\' {
                if let Some((content, tail)) = after.strip_prefix("bar").and_then(braced) {
                    label.push(content, Level::Base, italic, true);
                    rest = tail;
                    continue;
                }
                let next = after.chars().next().filter(|c| ['_', '^', '*', '\\'].contains(c));
                label.push_char(next.unwrap_or('\\'), italic);
                rest = next.map_or(after, |c| after.get(c.len_utf8()..).unwrap_or_default());
                continue;
            }
            if let ('_' | '^', Some((content, tail))) = (letter, braced(after)) {
                let level = if letter == '_' { Level::Sub } else { Level::Super };
                label.push(content, level, italic, false);
                rest = tail;
                continue;
            }
            rest = after;
            if letter == '*' && (italic || after.contains('*')) {
                italic = !italic;
            } else {
                label.push_char(letter, italic);
            }
        }
        label
    }

    /// The text as it is, without markup.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        let mut label = Self::default();
        label.push(text, Level::Base, false, false);
        label
    }

    /// A chemical formula with its amounts lowered: `SrTiO3`.
    #[must_use]
    pub fn formula(formula: &str) -> Self {
        let mut label = Self::default();
        let mut after_letter = false;
        for letter in formula.chars() {
            let is_amount = (letter.is_ascii_digit() || letter == '.') && after_letter;
            let level = if is_amount { Level::Sub } else { Level::Base };
            label.push(letter.encode_utf8(&mut [0; 4]), level, false, false);
            after_letter = is_amount || letter.is_alphabetic() || letter == ')' || letter == ']';
        }
        label
    }

    /// Miller indices with bars: (1 −1 0) becomes 11̄0. Indices of several digits are set apart.
    #[must_use]
    pub fn miller(indices: &[i32]) -> Self {
        let mut label = Self::default();
        let is_wide = indices.iter().any(|index| index.abs() > 9);
        for (place, index) in indices.iter().enumerate() {
            if is_wide && place > 0 {
                label.push(" ", Level::Base, false, false);
            }
            label.push(&index.unsigned_abs().to_string(), Level::Base, false, *index < 0);
        }
        label
    }

    /// Both, one after the other.
    #[must_use]
    pub fn then(mut self, other: &Self) -> Self {
        for span in &other.spans {
            self.push(&span.text, span.level, span.italic, span.bar);
        }
        self
    }

    /// Whether there is nothing to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.iter().all(|span| span.text.trim().is_empty())
    }

    /// Its letters alone, for titles of files and for tables: raised and lowered digits as Unicode has them.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for span in &self.spans {
            for letter in span.text.chars() {
                text.push(match (span.level, letter.to_digit(10)) {
                    (Level::Sub, Some(digit)) => char::from_u32(0x2080 + digit).unwrap_or(letter),
                    _ => letter,
                });
                if span.bar {
                    text.push(OVERLINE);
                }
            }
        }
        text
    }

    /// Width in points at a size of the font in points.
    #[must_use]
    pub fn width(&self, size: f64, bold: bool) -> f64 {
        let scaled = |span: &Span| if span.level == Level::Base { size } else { SCRIPT_SCALE * size };
        self.spans.iter().map(|span| scaled(span) * fonts::advance_ems(&span.text, bold, span.italic)).sum()
    }

    /// The content of a `<text>` element.
    pub(super) fn write_spans(&self, out: &mut String, size: f64) {
        let mut shift = 0.0;
        for span in &self.spans {
            let wanted = match span.level {
                Level::Base => 0.0,
                Level::Sub => SUB_SHIFT * size,
                Level::Super => -SUPER_SHIFT * size,
            };
            let is_plain = wanted == shift && span.level == Level::Base && !span.italic && !span.bar;
            if is_plain {
                write_text(out, &span.text);
                continue;
            }
            out.push_str("<tspan");
            if wanted != shift {
                let _ = write!(out, r#" dy="{}""#, num(wanted - shift));
            }
            if span.level != Level::Base {
                let _ = write!(out, r#" font-size="{}""#, num(SCRIPT_SCALE * size));
            }
            if span.italic {
                out.push_str(r#" font-style="italic""#);
            }
            if span.bar {
                out.push_str(r#" text-decoration="overline""#);
            }
            out.push('>');
            write_text(out, &span.text);
            out.push_str("</tspan>");
            shift = wanted;
        }
    }

    fn push_char(&mut self, letter: char, italic: bool) {
        self.push(letter.encode_utf8(&mut [0; 4]), Level::Base, italic, false);
    }

    fn push(&mut self, text: &str, level: Level, italic: bool, bar: bool) {
        if text.is_empty() {
            return;
        }
        match self.spans.last_mut() {
            // Neighbouring bars are kept apart: 1̄1̄ is two indices.
            Some(last) if (last.level, last.italic) == (level, italic) && !last.bar && !bar => {
                last.text.push_str(text);
            }
            _ => self.spans.push(Span { text: text.to_owned(), level, italic, bar }),
        }
    }
}

impl From<&str> for Label {
    fn from(markup: &str) -> Self {
        Self::parse(markup)
    }
}

impl From<String> for Label {
    fn from(markup: String) -> Self {
        Self::parse(&markup)
    }
}

/// Content of the braces that a text begins with, and what follows them.
fn braced(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('{')?.split_once('}')
}

/// Writes a text; one with letters that our fonts lack stands in a family of the system that has all of them. Taken from
/// several fonts, letters would neither join nor keep their distances.
fn write_text(out: &mut String, text: &str) {
    let is_ours = text.chars().all(|letter| letter.is_ascii() || fonts::has_glyph(letter));
    let family = if is_ours { None } else { fonts::family_for(text) };
    match family {
        Some(family) => {
            let _ = write!(out, r#"<tspan font-family="{}">{}</tspan>"#, escape(&family), escape(text));
        }
        None => out.push_str(&escape(text)),
    }
}

/// For the inside of an element or an attribute. Letters that XML forbids become the replacement character.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(letter),
        }
    }
    out
}

/// The text, with an ellipsis in its middle where it is wider than `width` points: both ends of a file's name tell it
/// apart.
#[must_use]
pub fn shortened(text: &str, size: f64, width: f64) -> String {
    let fits = |text: &str| size * fonts::advance_ems(text, false, false) <= width;
    if fits(text) {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let mut kept = letters.len();
    while kept > 2 {
        kept -= 1;
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        let start = letters.iter().take(head);
        let end = letters.iter().skip(letters.len() - tail);
        let candidate: String = start.chain(&['…']).chain(end).collect();
        if fits(&candidate) {
            return candidate;
        }
    }
    "…".to_owned()
}

/// Lines of a text that are up to `width` points wide. Words stay whole unless one alone is wider.
#[must_use]
pub fn wrapped(text: &str, size: f64, width: f64) -> Vec<String> {
    let measure = |text: &str| size * fonts::advance_ems(text, false, false);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if measure(&longer) <= width {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line = shortened(word, size, width);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

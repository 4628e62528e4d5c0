//! What a field's value means, field by field.

use super::fields::{FieldHelp, FieldKind};
use super::lexer::{Piece, Quotes};
use super::nearest::nearest;
use super::{LookField, Vocabulary, date, near, number};
use crate::library::query::{CivilDate, Filter, NumberField, Presence, Shape, TermKind, TextField};

/// What values are read against.
pub(crate) struct Context<'c> {
    pub(crate) vocabulary: &'c dyn Vocabulary,
    pub(crate) today: CivilDate,
}

/// What is wrong with a piece.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) reason: String,
    /// The field (the same when absent) and the value that were perhaps meant.
    pub(crate) better: Option<(Option<&'static str>, String)>,
}

impl Trouble {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), better: None }
    }

    /// The same field with another value was perhaps meant.
    pub(crate) fn better(self, value: impl Into<String>) -> Self {
        Self { better: Some((None, value.into())), ..self }
    }

    /// Another field was perhaps meant.
    pub(crate) fn better_field(self, field: &'static str, value: impl Into<String>) -> Self {
        Self { better: Some((Some(field), value.into())), ..self }
    }

    /// What was perhaps meant has to be written with this field, unless it names another.
    pub(crate) fn in_field(self, field: &'static str) -> Self {
        Self { better: self.better.map(|(other, value)| (other.or(Some(field)), value)), ..self }
    }

    /// It stands after a comparison, which what was perhaps meant must keep.
    pub(crate) fn after(self, sign: &str) -> Self {
        match self.better {
            Some((_, value)) if !sign.is_empty() && value.contains(['<', '>']) => {
                Self { better: None, ..self }
            }
            Some((field, value)) => Self { better: Some((field, format!("{sign}{value}"))), ..self },
            None => self,
        }
    }

    /// Without what was perhaps meant, which would be a part of a value only.
    pub(crate) fn alone(self) -> Self {
        Self { better: None, ..self }
    }

    /// Says which field it is about.
    pub(crate) fn of_field(self, name: &str) -> Self {
        Self { reason: format!("{name}: {}", self.reason), ..self }
    }
}

/// File types by their names and other names of them.
pub(crate) const TYPES: &[(&str, &[&str])] = &[
    ("jpeg", &["jpg", "jpe", "jfif"]),
    ("png", &["apng"]),
    ("raw", &[]),
    ("tiff", &["tif"]),
    ("webp", &[]),
    ("gif", &[]),
    ("heic", &["heif", "hif"]),
    ("avif", &[]),
    ("jxl", &["jpegxl", "jpeg-xl"]),
    ("dng", &[]),
    ("cr2", &[]),
    ("cr3", &[]),
    ("nef", &["nrw"]),
    ("arw", &["sr2", "srf"]),
    ("orf", &[]),
    ("rw2", &[]),
    ("raf", &[]),
    ("pef", &[]),
    ("bmp", &["dib"]),
    ("qoi", &[]),
    ("tga", &["targa", "vda", "icb", "vst"]),
    ("hdr", &["radiance"]),
    ("exr", &["openexr"]),
];

/// Endings of raw files that count among the others of their kind.
const OTHER_RAW: [&str; 12] =
    ["srw", "3fr", "iiq", "erf", "mef", "kdc", "dcr", "mos", "rwl", "mrw", "x3f", "crw"];

pub(crate) const SHAPES: [(&str, Shape); 4] = [
    ("portrait", Shape::Portrait),
    ("landscape", Shape::Landscape),
    ("square", Shape::Square),
    ("panorama", Shape::Panorama),
];

/// What can be asked with `has:`, the names shown and other names of the same.
pub(crate) const PRESENCES: [(&str, Presence, &[&str]); 9] = [
    ("gps", Presence::Gps, &["position", "location", "place"]),
    ("date", Presence::Date, &["time"]),
    ("caption", Presence::Caption, &["title", "description", "captions"]),
    ("tags", Presence::Tags, &["tag", "keywords", "keyword"]),
    ("rating", Presence::Rating, &["stars", "ratings"]),
    ("camera", Presence::Camera, &["make", "model"]),
    ("lens", Presence::Lens, &[]),
    ("sidecar", Presence::Sidecar, &["xmp"]),
    ("alpha", Presence::Alpha, &["transparency", "transparent"]),
];

/// Reads the value of a field; `name` is the field as it was typed.
pub(crate) fn value(
    help: &FieldHelp,
    name: &str,
    piece: &Piece<'_>,
    context: &Context<'_>,
) -> Result<TermKind, Trouble> {
    let written = piece.value.as_str();
    if written.trim().is_empty() {
        let hint = if piece.is_last || piece.quotes != Quotes::None { "" } else { " right after the colon" };
        return Err(Trouble::new(format!("{name}: wants {}{hint}, as in {}", help.wants, help.example)));
    }
    let is_typing = piece.is_last && piece.quotes != Quotes::Closed;
    let filter = match help.kind {
        FieldKind::Look(field) => return look(field, written, is_typing, context),
        FieldKind::Text(field) if piece.quotes == Quotes::None && written.trim_matches('*').is_empty() => {
            anything(field)
                .ok_or_else(|| Trouble::new(format!("{name}: wants {} besides the star", help.wants)))?
        }
        FieldKind::Text(TextField::Type) => file_type(written, is_typing)?,
        FieldKind::Text(field) => text(field, written, piece.quotes),
        FieldKind::Number(field) => {
            number_filter(help, field, written).map_err(|trouble| trouble.of_field(name))?
        }
        FieldKind::Date => days(date::days(written, context.today, is_typing).map_err(|t| t.of_field(name))?),
        FieldKind::Year => days(date::years(written, is_typing).map_err(|trouble| trouble.of_field(name))?),
        FieldKind::Shape => shape(written)
            .ok_or_else(|| no_such("shape", written, is_typing, &SHAPES.map(|(shape, _)| shape)))?,
        FieldKind::Has => presence(written, is_typing)?,
        FieldKind::Near => near::near(written).map_err(|trouble| trouble.of_field(name))?,
        FieldKind::BareWord | FieldKind::Writing => return Err(Trouble::new(format!("{name} is no field"))),
    };
    Ok(TermKind::Filter(filter))
}

/// A shape by its name.
pub(crate) fn shape(word: &str) -> Option<Filter> {
    let is_it = |(name, _): &&(&str, Shape)| name.eq_ignore_ascii_case(word.trim());
    SHAPES.iter().find(is_it).map(|&(_, shape)| Filter::Shape(shape))
}

fn days(days: date::Days) -> Filter {
    Filter::Taken { from: days.from, until: days.until }
}

fn number_filter(help: &FieldHelp, field: NumberField, written: &str) -> Result<Filter, Trouble> {
    number::range(field, written, help).map(|range| Filter::Number { field, range })
}

/// `camera:*` is any camera.
fn anything(field: TextField) -> Option<Filter> {
    match field {
        TextField::Camera => Some(Filter::Has(Presence::Camera)),
        TextField::Lens => Some(Filter::Has(Presence::Lens)),
        TextField::Tag => Some(Filter::Has(Presence::Tags)),
        TextField::Caption => Some(Filter::Has(Presence::Caption)),
        _ => None,
    }
}

/// A text is found anywhere in a field, so stars around it change nothing; only folders are meant by their whole names.
fn text(field: TextField, written: &str, quotes: Quotes) -> Filter {
    let value = match field {
        TextField::Folder => folder(written),
        _ if quotes == Quotes::None => written.trim_matches('*').to_owned(),
        _ => written.to_owned(),
    };
    Filter::Text { field, value }
}

/// Folders are kept relative and with slashes: `.\trips\` is `trips`.
fn folder(written: &str) -> String {
    let slashed = written.replace('\\', "/");
    let relative = slashed.trim_start_matches("./").trim_matches('/');
    if relative.is_empty() { slashed } else { relative.to_owned() }
}

fn file_type(written: &str, is_typing: bool) -> Result<Filter, Trouble> {
    let wanted = written.trim().trim_start_matches(['.', '*']).to_lowercase();
    let found = TYPES.iter().find(|(name, others)| *name == wanted || others.contains(&wanted.as_str()));
    let Some((name, _)) = found else {
        if wanted.contains([',', '|', '+']) {
            return Err(Trouble::new("type: takes one type at a time"));
        }
        if OTHER_RAW.contains(&wanted.as_str()) {
            let reason =
                format!("{wanted} files are not told apart from other raw files, which type:raw finds");
            return Err(Trouble::new(reason).better("raw"));
        }
        let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
        return Err(no_such("file type", &wanted, is_typing, &names));
    };
    Ok(Filter::Text { field: TextField::Type, value: (*name).to_owned() })
}

fn presence(written: &str, is_typing: bool) -> Result<Filter, Trouble> {
    let wanted = written.trim().to_lowercase();
    let is_it = |&&(name, _, others): &&(&str, Presence, &[&str])| {
        name == wanted || others.contains(&wanted.as_str())
    };
    if let Some(&(_, presence, _)) = PRESENCES.iter().find(is_it) {
        return Ok(Filter::Has(presence));
    }
    let names = PRESENCES.map(|(name, ..)| name);
    Err(no_such("property", &wanted, is_typing, &names))
}

fn look(
    field: LookField,
    written: &str,
    is_typing: bool,
    context: &Context<'_>,
) -> Result<TermKind, Trouble> {
    let written = written.trim();
    if let Some(digits) = written.strip_prefix('#') {
        return swatch(field, digits);
    }
    let (spaced, joined) = (written.replace(['-', '_'], " "), written.replace([' ', '_'], "-"));
    let spellings = [written, spaced.as_str(), joined.as_str()];
    let found = spellings.iter().find_map(|spelling| context.vocabulary.look(field, spelling));
    if let Some(name) = found {
        return Ok(TermKind::Look(name));
    }
    for other in LookField::ALL {
        if let Some(look) = context.vocabulary.look(other, written) {
            let reason = format!("{written} is a {}, not a {}", other.name(), field.name());
            return Err(Trouble::new(reason).better_field(other.field(), look));
        }
    }
    let names = context.vocabulary.looks(field);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Err(no_such(field.name(), written, is_typing, &names))
}

/// `#rgb` and `#rrggbb`, as web pages write colours.
fn swatch(field: LookField, digits: &str) -> Result<TermKind, Trouble> {
    let trouble = || Trouble::new("a colour's number has 3 or 6 digits from 0 to f, as in color:#00aabb");
    if field != LookField::Colour {
        return Err(
            Trouble::new("a colour's number goes with color:").better_field("color", format!("#{digits}"))
        );
    }
    let values: Option<Vec<u8>> =
        digits.chars().map(|digit| digit.to_digit(16).map(|value| value as u8)).collect();
    match *values.ok_or_else(trouble)?.as_slice() {
        [r, g, b] => Ok(TermKind::Swatch([r * 17, g * 17, b * 17])),
        [r, s, g, h, b, c] => Ok(TermKind::Swatch([r * 16 + s, g * 16 + h, b * 16 + c])),
        _ => Err(trouble()),
    }
}

/// Why a value is none of the right ones. While it is being typed, those that it can still become are named.
fn no_such(what: &str, written: &str, is_typing: bool, names: &[&str]) -> Trouble {
    let begun: Vec<&str> = match written.to_lowercase() {
        begin if is_typing => {
            names.iter().copied().filter(|name| name.to_lowercase().starts_with(&begin)).collect()
        }
        _ => Vec::new(),
    };
    if let Some(first) = begun.first() {
        return Trouble::new(format!("{written} is no {what} yet; {}", begins(&begun))).better(*first);
    }
    let trouble = Trouble::new(format!("there is no {what} {written}"));
    match nearest(written, names.iter().copied()) {
        Some(name) => trouble.better(name),
        None if names.is_empty() => trouble,
        None => Trouble::new(format!("{}; the known ones are {}", trouble.reason, listed(names, "and"))),
    }
}

/// "a begins so", "a and b begin so".
fn begins(names: &[&str]) -> String {
    format!("{} {} so", listed(names, "and"), if names.len() == 1 { "begins" } else { "begin" })
}

/// "a, b and c", or the first few of many.
fn listed(names: &[&str], word: &str) -> String {
    const MOST: usize = 9;
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [before @ .., last] if names.len() <= MOST => format!("{} {word} {last}", before.join(", ")),
        _ => format!("{} …", names.get(..MOST).unwrap_or(names).join(", ")),
    }
}

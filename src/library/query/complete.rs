//! What can be typed next: fields, values and names that the library knows.

use std::ops::Range;

use super::TextField;
use super::parse::fields::{self, FieldHelp, FieldKind};
use super::parse::lexer::{self, Piece, Quotes};
use super::parse::nearest::nearest;
use super::parse::{LookField, Vocabulary, date, help, values};

/// Most that are offered at once.
const MOST: usize = 12;
/// Most from one kind of facet while no field is written.
const MOST_OF_A_KIND: usize = 3;

/// What the pictures of a library have in their fields.
pub trait Facets {
    /// Values that begin so, whatever their case, with the number of pictures; the most frequent first.
    fn values(&self, field: TextField, prefix: &str) -> Vec<(String, usize)>;
}

/// Nothing is known of any picture.
impl Facets for () {
    fn values(&self, _field: TextField, _prefix: &str) -> Vec<(String, usize)> {
        Vec::new()
    }
}

/// Something that can be put into the text; see [`apply`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Bytes of the text that it takes the place of.
    pub replace: Range<usize>,
    /// What comes there.
    pub with: String,
    /// What the list shows.
    pub label: String,
    /// More about it: its meaning, or how many pictures have it.
    pub note: String,
}

/// What can stand at the cursor (in bytes), best first, at most twelve.
#[must_use]
pub fn complete(
    text: &str,
    cursor: usize,
    vocabulary: &dyn Vocabulary,
    facets: &dyn Facets,
) -> Vec<Completion> {
    let cursor = (0..=cursor.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let at_cursor = |piece: &Piece<'_>| piece.span.start < cursor && cursor <= piece.span.end;
    let Some(piece) = lexer::pieces(text).into_iter().find(at_cursor) else { return Vec::new() };
    if cursor > piece.value_span.end {
        return Vec::new();
    }
    let mut list = List { found: Vec::new(), replace: piece.value_span.clone() };
    match piece.name {
        None if piece.quotes == Quotes::None => {
            let typed = text.get(piece.value_span.start..cursor).unwrap_or_default().to_lowercase();
            bare(&typed, vocabulary, facets, &mut list);
        }
        None => {}
        Some(name) => {
            let colon =
                usize::from(text.get(..piece.value_span.start).is_some_and(|before| before.ends_with(':')));
            let name_start = piece.value_span.start.saturating_sub(colon + name.len());
            let typed = text.get(piece.value_span.start..cursor);
            match (typed, fields::field(name)) {
                (Some(typed), Some(help)) => {
                    let typed = typed.trim_matches(lexer::is_quote).to_lowercase();
                    value(help, &typed, vocabulary, facets, &mut list);
                }
                (Some(_), None) => {
                    list.replace = name_start..piece.value_span.start;
                    let near = nearest(name, fields::field_names()).and_then(fields::field);
                    if let Some(help) = near {
                        list.add(0, help.name, help.name, help.meaning);
                    }
                }
                (None, _) => {
                    list.replace = name_start..piece.value_span.start;
                    let typed = text.get(name_start..cursor).unwrap_or_default().to_lowercase();
                    field_names(&typed, &mut list);
                }
            }
        }
    }
    list.best(text)
}

/// The text with a completion put in, and where the cursor is then. After a value it stands behind a space, ready for
/// the next word.
#[must_use]
pub fn apply(text: &str, completion: &Completion) -> (String, usize) {
    let Completion { replace, with, .. } = completion;
    let (Some(before), Some(after)) = (text.get(..replace.start), text.get(replace.end..)) else {
        return (text.to_owned(), text.len());
    };
    let mut cursor = before.len() + with.len();
    let next = after.chars().next();
    let space = match next {
        _ if with.ends_with(':') => "",
        None => {
            cursor += 1;
            " "
        }
        Some(next) => {
            cursor += if next.is_whitespace() { next.len_utf8() } else { 0 };
            ""
        }
    };
    (format!("{before}{with}{space}{after}"), cursor)
}

/// Completions with their rank: those of the same one stay in the order in which they were found.
struct List {
    found: Vec<(u8, Completion)>,
    replace: Range<usize>,
}

impl List {
    fn add(&mut self, rank: u8, with: impl Into<String>, label: impl Into<String>, note: impl Into<String>) {
        let completion = Completion {
            replace: self.replace.clone(),
            with: with.into(),
            label: label.into(),
            note: note.into(),
        };
        self.found.push((rank, completion));
    }

    /// The best ones; what stands there already is not offered.
    fn best(mut self, text: &str) -> Vec<Completion> {
        self.found.sort_by_key(|&(rank, _)| rank);
        let mut best: Vec<Completion> = Vec::new();
        for (_, completion) in self.found {
            let is_there = text.get(completion.replace.clone()) == Some(completion.with.as_str());
            if !is_there && best.iter().all(|other| other.with != completion.with) {
                best.push(completion);
            }
        }
        best.truncate(MOST);
        best
    }
}

/// A word without a field: it may become a field, a look, or something that the library knows.
fn bare(typed: &str, vocabulary: &dyn Vocabulary, facets: &dyn Facets, list: &mut List) {
    if typed.is_empty() {
        return;
    }
    field_names(typed, list);
    for help in help().iter().filter(|help| help.kind == FieldKind::BareWord && help.name.starts_with(typed))
    {
        let is_look = help.name == "bw";
        if !is_look || LookField::ALL.iter().any(|&field| vocabulary.look(field, help.name).is_some()) {
            list.add(0, help.name, help.name, help.meaning);
        }
    }
    for field in LookField::ALL {
        let looks = vocabulary.looks(field);
        for look in looks.iter().filter(|look| look.to_lowercase().starts_with(typed)) {
            let written = lexer::written(look);
            // A phrase in quotes would be looked for as text.
            let with = if written == *look { written } else { format!("{}:{written}", field.field()) };
            list.add(0, with, look, field.name());
        }
    }
    if typed.chars().nth(1).is_some() {
        for (field, name) in
            [(TextField::Place, "place"), (TextField::Tag, "tag"), (TextField::Camera, "camera")]
        {
            for (value, pictures) in facets.values(field, typed).into_iter().take(MOST_OF_A_KIND) {
                let with = format!("{name}:{}", lexer::written(&value));
                list.add(1, with, value, format!("{name} · {}", counted(pictures)));
            }
        }
    }
}

/// Fields that begin so; those of which only another name does come last.
fn field_names(typed: &str, list: &mut List) {
    for help in help() {
        let Some(field) = help.field() else { continue };
        if field.starts_with(typed) {
            list.add(0, help.name, help.name, help.meaning);
        } else if let Some(other) = help.aliases.iter().find(|other| other.starts_with(typed)) {
            list.add(2, help.name, format!("{} ({other})", help.name), help.meaning);
        }
    }
}

fn value(help: &FieldHelp, typed: &str, vocabulary: &dyn Vocabulary, facets: &dyn Facets, list: &mut List) {
    match help.kind {
        FieldKind::Text(field) => {
            for (value, pictures) in facets.values(field, typed) {
                list.add(0, lexer::written(&value), value, counted(pictures));
            }
            if field == TextField::Type {
                let types: Vec<&str> = values::TYPES.iter().map(|(name, _)| *name).collect();
                choices(typed, &types, "", list);
            }
        }
        FieldKind::Look(field) => {
            let looks = vocabulary.looks(field);
            choices(typed, &looks.iter().map(String::as_str).collect::<Vec<_>>(), field.name(), list);
        }
        FieldKind::Shape => choices(typed, &values::SHAPES.map(|(name, _)| name), help.meaning, list),
        FieldKind::Has => choices(typed, &values::PRESENCES.map(|(name, ..)| name), "", list),
        FieldKind::Date => {
            example(help, typed, list);
            for (word, meaning) in date::WORDS.iter().filter(|(word, _)| word.starts_with(typed)) {
                list.add(1, *word, *word, *meaning);
            }
        }
        FieldKind::Number(_) | FieldKind::Year | FieldKind::Near => example(help, typed, list),
        FieldKind::BareWord | FieldKind::Writing => {}
    }
}

/// The words that begin so, or else the one that was perhaps meant.
fn choices(typed: &str, words: &[&str], note: &str, list: &mut List) {
    let mut begun = words.iter().filter(|word| word.to_lowercase().starts_with(typed)).peekable();
    if begun.peek().is_none()
        && let Some(word) = nearest(typed, words.iter().copied())
    {
        list.add(1, lexer::written(word), word, note);
    }
    begun.for_each(|word| list.add(1, lexer::written(word), *word, note));
}

/// How a value looks, as long as nothing is typed.
fn example(help: &FieldHelp, typed: &str, list: &mut List) {
    if let Some(value) = help.example.strip_prefix(help.name).filter(|_| typed.is_empty()) {
        list.add(0, value, value, help.meaning);
    }
}

fn counted(pictures: usize) -> String {
    if pictures == 1 { "1 picture".to_owned() } else { format!("{pictures} pictures") }
}

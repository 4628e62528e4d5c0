//! Which words name a look, and which a date.

use super::request::TookAs;
use crate::library::descriptors::{self, ConceptKind};
use crate::library::query::parse::{LookField, Vocabulary};

/// The looks that the built-in descriptors know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Looks;

impl Vocabulary for Looks {
    fn look(&self, field: LookField, word: &str) -> Option<String> {
        let concept = descriptors::concept(&word.to_lowercase())?;
        (concept.kind == kind_of(field)).then(|| concept.name.to_owned())
    }

    fn looks(&self, field: LookField) -> Vec<String> {
        let of_kind = descriptors::concepts().iter().filter(|concept| concept.kind == kind_of(field));
        of_kind.map(|concept| concept.name.to_owned()).collect()
    }
}

fn kind_of(field: LookField) -> ConceptKind {
    match field {
        LookField::Colour => ConceptKind::Colour,
        LookField::Tone => ConceptKind::Tone,
        LookField::Texture => ConceptKind::Texture,
    }
}

/// The canonical name of the look that a word names.
pub fn look(word: &str) -> Option<String> {
    descriptors::concept(&word.to_lowercase()).map(|concept| concept.name.to_owned())
}

/// What kind of look a canonical name is.
pub fn kind(name: &str) -> Option<TookAs> {
    descriptors::concept(name).map(|concept| match concept.kind {
        ConceptKind::Colour => TookAs::Colour,
        ConceptKind::Tone => TookAs::Tone,
        ConceptKind::Texture => TookAs::Texture,
    })
}

/// Whether a look's name begins so.
pub fn begins_look(word: &str) -> bool {
    let word = word.to_lowercase();
    word.chars().count() >= 2 && descriptors::concepts().iter().any(|concept| concept.name.starts_with(&word))
}

/// Whether a word is a year or the name of a month or a day, as they stand in the texts of dated pictures.
pub fn is_date_word(word: &str) -> bool {
    const NAMES: [&str; 19] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let word = word.to_lowercase();
    let is_year = word.len() == 4 && word.parse::<u16>().is_ok_and(|year| (1826..2200).contains(&year));
    is_year || NAMES.contains(&word.as_str())
}

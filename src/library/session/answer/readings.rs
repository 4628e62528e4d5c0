//! Saying how each part of the text was taken.

use super::Universe;
use super::words::WordRanking;
use crate::library::query::parse::describe_filter;
use crate::library::query::{Filter, Query, Term, TermKind, TextField};
use crate::library::session::request::{Reading, TookAs};
use crate::library::session::vocabulary;
use crate::units::count;

/// One reading for each term.
pub fn of(query: &Query, universe: &Universe, words: &[WordRanking]) -> Vec<Reading> {
    let reading = |(at, term): (usize, &Term)| {
        let ranking = words.iter().find(|ranking| ranking.term == at);
        let (took_as, note) = match &term.kind {
            TermKind::Wrong { reason, suggestion: Some(better) } => {
                (TookAs::Wrong, format!("{reason}; perhaps {better}"))
            }
            TermKind::Wrong { reason, suggestion: None } => (TookAs::Wrong, reason.clone()),
            TermKind::Look(name) => look(name),
            TermKind::Swatch([red, green, blue]) => {
                (TookAs::Colour, format!("colour: #{red:02x}{green:02x}{blue:02x}"))
            }
            TermKind::Filter(filter) => filter_words(filter),
            TermKind::Words { text, is_phrase, is_prefix } => {
                words_reading(text, *is_phrase, *is_prefix, ranking, universe)
            }
        };
        let note = match (&term.kind, ranking) {
            (_, _) if !term.negated || took_as == TookAs::Wrong => note,
            (TermKind::Words { .. }, Some(ranking)) if took_as == TookAs::NamesAndTexts => {
                format!("left out where it is in names and texts: {}", pictures(ranking.hits.len()))
            }
            _ => format!("not {note}"),
        };
        Reading { span: term.span.clone(), took_as, note }
    };
    query.terms.iter().enumerate().map(reading).collect()
}

fn look(name: &str) -> (TookAs, String) {
    let took_as = vocabulary::kind(name).unwrap_or(TookAs::NamesAndTexts);
    let kind = match took_as {
        TookAs::Tone => "tone",
        TookAs::Texture => "texture",
        _ => "colour",
    };
    (took_as, format!("{kind}: {name}"))
}

fn filter_words(filter: &Filter) -> (TookAs, String) {
    let took_as = match filter {
        Filter::Taken { .. } => TookAs::Date,
        Filter::Near { .. } | Filter::Text { field: TextField::Place, .. } => TookAs::Place,
        _ => TookAs::Field,
    };
    (took_as, describe_filter(filter))
}

fn words_reading(
    text: &str,
    is_phrase: bool,
    is_prefix: bool,
    ranking: Option<&WordRanking>,
    universe: &Universe,
) -> (TookAs, String) {
    let matched = ranking.map_or(0, |ranking| ranking.hits.len());
    if let Some(name) = vocabulary::look(text).filter(|_| !is_phrase) {
        return look(&name);
    }
    let is_place = matched > 0 && !is_prefix && universe.is_place(text);
    if is_place {
        return (TookAs::Place, format!("place: {text}"));
    }
    if matched > 0 && vocabulary::is_date_word(text) {
        return (TookAs::Date, format!("date: {text}"));
    }
    let note = match matched {
        0 if is_prefix => "in no name or text so far".to_owned(),
        0 => "in no name or text; its meaning cannot be looked for yet".to_owned(),
        many => format!("only looked for in names and texts: {}", pictures(many)),
    };
    (TookAs::NamesAndTexts, note)
}

fn pictures(number: usize) -> String {
    count(number, "picture", "pictures")
}

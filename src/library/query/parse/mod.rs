//! The query language: what is typed becomes terms.
//!
//! A term is a word, a phrase in quotes, or `field:value`; `-` before it negates, `^2` after it weighs. Reading
//! never fails: a part that cannot be understood becomes a [`TermKind::Wrong`] with the reason, and the others
//! stand. It may be called at every keystroke; what is added to a text changes only its last term.

pub(crate) mod date;
mod describe;
pub(crate) mod fields;
pub(crate) mod lexer;
mod near;
pub(crate) mod nearest;
mod number;
pub(crate) mod values;

pub use self::describe::describe_filter;
pub use self::fields::{FieldHelp, help};
use self::lexer::{Piece, Quotes};
use self::values::{Context, Trouble};
use super::terms::{CivilDate, Query, Term, TermKind};

/// Largest weight that can be written.
pub const LARGEST_WEIGHT: f32 = 10.0;

/// Fields that ask for a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookField {
    /// `color:`
    Colour,
    /// `tone:`
    Tone,
    /// `texture:`
    Texture,
}

impl LookField {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Colour, Self::Tone, Self::Texture];

    /// The field's name, without the colon.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Colour => "color",
            Self::Tone => "tone",
            Self::Texture => "texture",
        }
    }

    /// "colour", "tone" or "texture".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Colour => "colour",
            Self::Tone => "tone",
            Self::Texture => "texture",
        }
    }
}

/// The looks that can be asked for by name.
pub trait Vocabulary {
    /// The canonical name of the look that a word names in a field, whatever its case; `None` when it names none.
    fn look(&self, field: LookField, word: &str) -> Option<String>;
    /// Canonical names of a field's looks, the most useful first.
    fn looks(&self, field: LookField) -> Vec<String>;
}

/// No looks at all.
impl Vocabulary for () {
    fn look(&self, _field: LookField, _word: &str) -> Option<String> {
        None
    }

    fn looks(&self, _field: LookField) -> Vec<String> {
        Vec::new()
    }
}

/// Reads a query. `today` is what `date:today` means. Every byte of the text that is not space lies in the span of
/// exactly one term; the terms are in the order of the text.
#[must_use]
pub fn parse(text: &str, vocabulary: &dyn Vocabulary, today: CivilDate) -> Query {
    let context = Context { vocabulary, today };
    Query { terms: lexer::pieces(text).iter().map(|piece| term(piece, &context)).collect() }
}

fn term(piece: &Piece<'_>, context: &Context<'_>) -> Term {
    let understood = weight(piece).and_then(|weight| Ok((weight, kind(piece, context)?)));
    let (weight, kind) = understood.unwrap_or_else(|trouble| {
        let suggestion = trouble.better.and_then(|(name, value)| suggestion(piece, name, &value, context));
        (1.0, TermKind::Wrong { reason: trouble.reason, suggestion })
    });
    Term { span: piece.span.clone(), negated: piece.negated, weight, kind }
}

/// What follows `^`. As long as it can become a right one, it is being typed and counts as 1.
fn weight(piece: &Piece<'_>) -> Result<f32, Trouble> {
    let Some(written) = piece.weight.filter(|written| !written.is_empty()) else { return Ok(1.0) };
    let is_begun = piece.is_last
        && written.trim_start_matches('0').trim_start_matches('.').trim_start_matches('0').is_empty();
    match written.parse::<f32>() {
        Ok(weight) if weight > 0.0 && weight <= LARGEST_WEIGHT => Ok(weight),
        _ if is_begun => Ok(1.0),
        _ => Err(Trouble::new("a weight is a number above 0 and at most 10, as in sunset^2")),
    }
}

fn kind(piece: &Piece<'_>, context: &Context<'_>) -> Result<TermKind, Trouble> {
    match piece.name {
        None => words(piece, context),
        Some(name) => match fields::field(name) {
            Some(help) => values::value(help, name, piece, context),
            None => Err(unknown_field(name, &piece.value, context.today)),
        },
    }
}

/// A piece without a field.
fn words(piece: &Piece<'_>, context: &Context<'_>) -> Result<TermKind, Trouble> {
    let text = piece.value.trim();
    if text.is_empty() {
        return Err(nothing(piece));
    }
    if piece.quotes == Quotes::None && !piece.has_star {
        if let Some(filter) = values::shape(text) {
            return Ok(TermKind::Filter(filter));
        }
        if text.eq_ignore_ascii_case("bw")
            && let Some(look) = LookField::ALL.iter().find_map(|&field| context.vocabulary.look(field, "bw"))
        {
            return Ok(TermKind::Look(look));
        }
        if let Some(number) = text.strip_prefix("f/").or_else(|| text.strip_prefix("F/"))
            && number.starts_with(|c: char| c.is_ascii_digit())
        {
            let help = fields::field("f").ok_or_else(|| Trouble::new("there is no field f:"))?;
            return values::value(help, "f", piece, context).map_err(|trouble| trouble.in_field("f"));
        }
    }
    // A word to be left out is taken as it stands: with "-d" on the way to "-dog", nearly everything would vanish.
    let is_typed_now = piece.is_last && piece.weight.is_none() && !piece.negated;
    let can_grow = match piece.quotes {
        Quotes::None => true,
        Quotes::Open => !piece.value.ends_with(char::is_whitespace),
        Quotes::Closed => false,
    };
    Ok(TermKind::Words {
        text: text.to_owned(),
        is_phrase: piece.quotes != Quotes::None,
        is_prefix: piece.has_star || is_typed_now && can_grow,
    })
}

/// Why a piece says nothing.
fn nothing(piece: &Piece<'_>) -> Trouble {
    Trouble::new(match piece {
        Piece { quotes: Quotes::Open | Quotes::Closed, .. } => "nothing is written in the quotes",
        Piece { has_star: true, .. } => "a star wants the beginning of a word before it, as in mount*",
        Piece { weight: Some(_), .. } => "a weight wants a word before it, as in sunset^2",
        _ => "a minus wants a word right after it, as in -dog",
    })
}

fn unknown_field(name: &str, value: &str, today: CivilDate) -> Trouble {
    match name.to_lowercase().as_str() {
        "month" => {
            let reason =
                "a month of every year cannot be asked for; write it with its year, as in date:2023-05";
            let trouble = Trouble::new(reason);
            return match date::with_year(value, today) {
                Some(month) => trouble.better_field("date", month),
                None => trouble.better_field("date", value),
            };
        }
        "day" => {
            let reason = "a day is written with its month and year, as in date:2023-05-07";
            return Trouble::new(reason).better_field("date", value);
        }
        "gps" => {
            let reason = "near: finds what was taken near a position, has:gps what has one";
            return Trouble::new(reason).better_field("near", value);
        }
        _ => {}
    }
    let trouble =
        Trouble::new(format!("there is no field {name}: — put it in quotes to look for it as text"));
    match nearest::nearest(name, fields::field_names()) {
        Some(field) => trouble.better_field(field, value),
        None => trouble,
    }
}

/// The piece with another field or value, as it would be typed; `None` when that would be wrong again.
fn suggestion(piece: &Piece<'_>, name: Option<&str>, value: &str, context: &Context<'_>) -> Option<String> {
    let name = name.or(piece.name);
    let mut text = String::from(if piece.negated { "-" } else { "" });
    if let Some(name) = name {
        text.push_str(name);
        text.push(':');
    }
    if !value.is_empty() {
        text.push_str(&lexer::written(value));
        if let Some(weight) = piece.weight.filter(|weight| !weight.is_empty()) {
            text.push('^');
            text.push_str(weight);
        }
    }
    let [only] = lexer::pieces(&text).try_into().ok()?;
    let is_right =
        name.is_some() && value.is_empty() || weight(&only).and_then(|_| kind(&only, context)).is_ok();
    is_right.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    use super::fields::FieldKind;

    #[test]
    fn every_field_has_one_name() {
        let names: Vec<_> = fields::field_names().collect();
        for (index, name) in names.iter().enumerate() {
            assert!(!names[..index].contains(name), "{name} twice");
            assert!(fields::field(name).is_some_and(|help| help.kind != FieldKind::BareWord));
        }
    }
}

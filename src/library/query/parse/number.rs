//! Numbers with units, comparisons and ranges.
//!
//! A single number means what is rounded to it where the field is one that people round: `f:2.8` is 2.75 to 2.85,
//! `focal:50` is 49.5 to 50.5, an exposure is within 5 % (third stops are 26 % apart). Counts (ISO speed, pixels,
//! stars, bytes) are exact. Comparisons and the ends of ranges are taken as they are written.

use super::fields::FieldHelp;
use super::lexer::is_comparison;
use super::values::Trouble;
use crate::library::query::{NumberField, NumberRange};

/// f-numbers are engraved with one decimal at most, so a whole one is no wider.
const WIDEST_F_NUMBER: f64 = 0.05;
/// Exposures within this factor are the same setting.
const EXPOSURE_FACTOR: f64 = 1.05;

/// A number as it was written.
#[derive(Clone, Copy, Debug)]
struct Quantity {
    number: f64,
    decimals: i32,
    /// What its unit is in the field's unit.
    factor: Option<f64>,
}

impl Quantity {
    fn value(self) -> f64 {
        self.number * self.factor.unwrap_or(1.0)
    }
}

/// Reads `5`, `>5`, `>=5`, `<5`, `<=5`, `=5`, `1..5`, `1..` or `..5`.
pub(super) fn range(field: NumberField, written: &str, help: &FieldHelp) -> Result<NumberRange, Trouble> {
    let written = written.trim();
    let range = match ends(written) {
        Some((from, to)) => between(field, from, to, help)?,
        None => compared(field, written, help)?,
    };
    let is_beyond = |end: Option<f64>| end.is_some_and(|stars| stars > 5.0);
    if field == NumberField::Rating && (is_beyond(range.from) || is_beyond(range.to)) {
        return Err(Trouble::new("stars go from 0 to 5"));
    }
    Ok(range)
}

/// The two sides of a range; `None` when it is none. Correctors make one character of the points.
pub(super) fn ends(written: &str) -> Option<(&str, &str)> {
    let (from, to) = written.split_once("..").or_else(|| written.split_once('…'))?;
    Some((from.trim(), to.trim_start_matches('.').trim()))
}

/// A comparison and what follows it.
pub(super) fn comparison(written: &str) -> (&str, &str) {
    let end = written.find(|c| !is_comparison(c)).unwrap_or(written.len());
    let (sign, rest) = written.split_at(end);
    (sign, rest.trim())
}

fn between(field: NumberField, from: &str, to: &str, help: &FieldHelp) -> Result<NumberRange, Trouble> {
    let read = |end: &str| match end {
        "" => Ok(None),
        _ => quantity(field, end, help).map(Some).map_err(Trouble::alone),
    };
    let (mut lower, upper) = (read(from)?, read(to)?);
    if let (Some(lower), Some(upper)) = (&mut lower, upper) {
        // 1..5MB: a unit at the end holds for both.
        lower.factor = lower.factor.or(upper.factor);
    }
    let (lower, upper) = (lower.map(Quantity::value), upper.map(Quantity::value));
    match (lower, upper) {
        (None, None) => {
            Err(Trouble::new("a range wants a number before or after its two points, as in 35.. or 35..85"))
        }
        (Some(low), Some(high)) if low > high => {
            Err(Trouble::new("the range ends before it begins").better(format!("{to}..{from}")))
        }
        _ => Ok(NumberRange { from: lower, to: upper, from_included: true, to_included: true }),
    }
}

fn compared(field: NumberField, written: &str, help: &FieldHelp) -> Result<NumberRange, Trouble> {
    let (sign, rest) = comparison(written);
    if rest.is_empty() {
        return Err(Trouble::new(format!("wants {} after {sign}, as in {}", help.wants, help.example)));
    }
    let quantity = quantity(field, rest, help).map_err(|trouble| trouble.after(sign))?;
    let value = quantity.value();
    let open = NumberRange { from: None, to: None, from_included: true, to_included: true };
    Ok(match sign {
        ">" => NumberRange { from: Some(value), from_included: false, ..open },
        ">=" | "≥" => NumberRange { from: Some(value), ..open },
        "<" => NumberRange { to: Some(value), to_included: false, ..open },
        "<=" | "≤" => NumberRange { to: Some(value), ..open },
        "" | "=" | "==" => single(field, quantity),
        "=>" => return Err(Trouble::new("is compared with >=, not =>").better(format!(">={rest}"))),
        "=<" => return Err(Trouble::new("is compared with <=, not =<").better(format!("<={rest}"))),
        _ => return Err(Trouble::new(format!("{sign} is no comparison; there are >, >=, <, <= and ="))),
    })
}

/// What one number means: see the head of this file.
fn single(field: NumberField, quantity: Quantity) -> NumberRange {
    let value = quantity.value();
    let half_digit = 0.5 * 10_f64.powi(-quantity.decimals) * quantity.factor.unwrap_or(1.0);
    let half = match field {
        NumberField::FNumber => half_digit.min(WIDEST_F_NUMBER),
        NumberField::FocalMm | NumberField::Focal35Mm | NumberField::Megapixels => half_digit,
        // So many bytes are meant exactly; so many megabytes are rounded.
        NumberField::SizeBytes if quantity.factor.is_some_and(|factor| factor > 1.0) => half_digit,
        NumberField::ExposureSecs => {
            let (from, to) = (Some(value / EXPOSURE_FACTOR), Some(value * EXPOSURE_FACTOR));
            return NumberRange { from, to, from_included: true, to_included: true };
        }
        _ => 0.0,
    };
    // Rounded away from binary dust: 2.8 - 0.05 is to be 2.75.
    let tidy = |end: f64| (end.max(0.0) * 1e6).round() / 1e6;
    let (from, to) = if half > 0.0 { (tidy(value - half), tidy(value + half)) } else { (value, value) };
    NumberRange { from: Some(from), to: Some(to), from_included: true, to_included: half == 0.0 }
}

/// A number with its unit.
fn quantity(field: NumberField, written: &str, help: &FieldHelp) -> Result<Quantity, Trouble> {
    let mut rest = written;
    if field == NumberField::FNumber {
        rest = rest.trim_start_matches(['f', 'F', 'ƒ']).trim_start_matches('/');
    }
    if rest.starts_with(['-', '\u{2212}']) {
        return Err(Trouble::new("cannot be negative"));
    }
    let wrong = || Trouble::new(format!("wants {}, not {written}, as in {}", help.wants, help.example));
    let (digits, mut rest) = literal(rest);
    let mut number = digits.parse::<f64>().map_err(|_| wrong())?;
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len().min(300) as i32);
    if field == NumberField::ExposureSecs
        && let Some(below) = rest.strip_prefix('/')
    {
        let (digits, after) = literal(below);
        if digits.is_empty() {
            return Err(Trouble::new("wants a number after the stroke, as in exposure:1/200"));
        }
        number /= digits.parse::<f64>().map_err(|_| wrong())?;
        rest = after;
    }
    if !number.is_finite() {
        return Err(Trouble::new("wants a smaller number"));
    }
    if rest.is_empty() {
        return Ok(Quantity { number, decimals, factor: None });
    }
    let before = written.strip_suffix(rest).unwrap_or(digits);
    if let Some(better) = rewritten(before, rest) {
        return Err(wrong().better(better));
    }
    match units(field).iter().find(|(unit, _)| unit.eq_ignore_ascii_case(rest.trim())) {
        Some(&(_, factor)) => Ok(Quantity { number, decimals, factor: Some(factor) }),
        None => Err(Trouble::new(format!("{} is no unit here; {}", rest.trim(), known_units(field)))),
    }
}

/// The digits and points at the beginning, and the rest.
fn literal(written: &str) -> (&str, &str) {
    written.split_at(written.find(|c: char| !matches!(c, '0'..='9' | '.')).unwrap_or(written.len()))
}

/// What a number with something odd after it was meant to be: `35-85` a range, `2,8` a decimal, `12,800` thousands,
/// `800+` a bound.
fn rewritten(number: &str, rest: &str) -> Option<String> {
    if rest == "+" {
        return Some(format!(">={number}"));
    }
    let upper = rest.strip_prefix(['-', '–', '—']);
    if let Some(upper) = upper.filter(|upper| upper.starts_with(|c: char| c.is_ascii_digit())) {
        return Some(format!("{number}..{upper}"));
    }
    let after = rest.strip_prefix(',')?;
    let (decimals, unit) = literal(after);
    match decimals.len() {
        0 => None,
        3 => Some(format!("{number}{decimals}{unit}")),
        _ => Some(format!("{number}.{decimals}{unit}")),
    }
}

/// Units that may be written, in the field's own; the first is that one.
fn units(field: NumberField) -> &'static [(&'static str, f64)] {
    match field {
        NumberField::Iso | NumberField::FNumber => &[],
        NumberField::ExposureSecs => &[
            ("s", 1.0),
            ("ms", 1e-3),
            ("min", 60.0),
            ("sec", 1.0),
            ("seconds", 1.0),
            ("µs", 1e-6),
            ("us", 1e-6),
        ],
        NumberField::FocalMm | NumberField::Focal35Mm => &[("mm", 1.0)],
        NumberField::Width | NumberField::Height => &[("px", 1.0), ("pixels", 1.0)],
        NumberField::Megapixels => &[("MP", 1.0), ("Mpx", 1.0), ("megapixels", 1.0)],
        NumberField::SizeBytes => &[
            ("B", 1.0),
            ("kB", 1e3),
            ("MB", 1e6),
            ("GB", 1e9),
            ("KiB", 1024.0),
            ("MiB", 1_048_576.0),
            ("GiB", 1_073_741_824.0),
            ("bytes", 1.0),
            ("TB", 1e12),
            ("TiB", 1_099_511_627_776.0),
            ("k", 1e3),
            ("M", 1e6),
            ("G", 1e9),
        ],
        NumberField::Rating => &[("stars", 1.0), ("star", 1.0), ("*", 1.0)],
    }
}

fn known_units(field: NumberField) -> String {
    let names: Vec<&str> = units(field).iter().map(|&(name, _)| name).take(7).collect();
    match field {
        NumberField::Rating => "write the number of stars".to_owned(),
        _ if names.is_empty() => "write the number alone".to_owned(),
        NumberField::ExposureSecs => "write s, ms or min".to_owned(),
        NumberField::SizeBytes => "write kB, MB, GB, KiB, MiB or GiB".to_owned(),
        _ => format!("write {} or nothing", names.first().copied().unwrap_or_default()),
    }
}

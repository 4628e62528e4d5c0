//! Elements and charges from what files write: `Fe3+`, `FE`, `Ca2`, `O2-`, `C1A`, `OW1`.
//!
//! Type symbols are read strictly first: all their letters must be one element. Labels are freer, and `HO1` may be
//! holmium or a hydrogen on an oxygen; the chemical formula decides where the file states one.

use crate::crystal::element::Element;

/// Elements a one-letter prefix may stand for when nothing else speaks for them.
const COMMON_IN_LABELS: [&str; 8] = ["H", "C", "N", "O", "F", "P", "S", "B"];

/// Names of water in old tables of minerals.
const WATER: [&str; 3] = ["WAT", "HOH", "WATER"];

/// The elements of `_chemical_formula_sum`; empty when the file states none.
#[derive(Debug, Default)]
pub(super) struct Formula(Vec<Element>);

impl Formula {
    /// Reads `C26 H16 Be N2 O2 S2`, `(Sr0.7 Y0.3) Co O2.62`; unknown parts are passed over.
    pub(super) fn parse(text: &str) -> Self {
        let mut elements: Vec<Element> =
            text.split(|c: char| !c.is_ascii_alphabetic()).filter_map(Element::from_symbol).collect();
        elements.sort_unstable();
        elements.dedup();
        Self(elements)
    }

    fn allows(&self, element: Element) -> bool {
        self.0.is_empty() || self.0.contains(&element)
    }

    fn names(&self, element: Element) -> bool {
        self.0.contains(&element)
    }
}

/// Whether a name is an element and nothing more. `OH2` and `Wat` are read as the oxygen they contain.
pub(super) fn is_exact(text: &str) -> bool {
    exact(leading_letters(text)).is_some()
}

/// Whether a label names a group such as `Wat` or `O-H` and not an atom.
pub(super) fn is_group_label(label: &str) -> bool {
    let letters = leading_letters(label);
    WATER.iter().any(|name| letters.eq_ignore_ascii_case(name)) || label.starts_with("O-H")
}

/// Element and charge of a type symbol such as `Fe3+`, `O2-`, `O-2`, `C0+`, `Na+`, `Cval`.
pub(super) fn from_type_symbol(text: &str, formula: &Formula) -> Option<(Element, Option<i8>)> {
    let letters = leading_letters(text);
    let rest = text.get(letters.len()..).unwrap_or_default();
    let element = exact(letters).or_else(|| by_prefix(letters, formula))?;
    Some((element, charge(rest)))
}

/// Element and charge of a label such as `Fe1`, `CA2`, `O1W`, `H12B`.
pub(super) fn from_label(label: &str, formula: &Formula) -> Option<(Element, Option<i8>)> {
    // Some programs put a counter or a bracket first.
    let text = label.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let letters = leading_letters(text);
    let rest = text.get(letters.len()..).unwrap_or_default();
    let element = match exact(letters) {
        Some(element) if formula.allows(element) => element,
        other => by_prefix(letters, formula).or(other)?,
    };
    // `O2-` is a charge, the 2 of `O2` a counter.
    let charge = if rest.ends_with(['+', '-']) { charge(rest) } else { None };
    Some((element, charge))
}

/// The element whose symbol is exactly these letters, in whatever capitals.
pub(super) fn exact(letters: &str) -> Option<Element> {
    let mut buffer = [0_u8; 2];
    let capitalized = capitalize(letters, &mut buffer)?;
    Element::from_symbol(capitalized)
}

pub(super) fn leading_letters(text: &str) -> &str {
    let end = text.bytes().position(|b| !b.is_ascii_alphabetic()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn capitalize<'b>(letters: &str, buffer: &'b mut [u8; 2]) -> Option<&'b str> {
    let (first, second) = match letters.as_bytes() {
        [first] => (first.to_ascii_uppercase(), None),
        [first, second] => (first.to_ascii_uppercase(), Some(second.to_ascii_lowercase())),
        _ => return None,
    };
    *buffer = [first, second.unwrap_or_default()];
    let length = if second.is_some() { 2 } else { 1 };
    std::str::from_utf8(buffer.get(..length)?).ok()
}

/// The element that letters such as `OH`, `CAA`, `Csp` begin with.
fn by_prefix(letters: &str, formula: &Formula) -> Option<Element> {
    if WATER.iter().any(|name| letters.eq_ignore_ascii_case(name)) {
        return Element::from_symbol("O");
    }
    let two = letters.get(..2).and_then(exact);
    let one = letters.get(..1).and_then(exact);
    let is_all_capitals = letters.len() > 2 && letters.bytes().all(|b| b.is_ascii_uppercase());
    // Three capitals are one letter and a counter in letters more often than a metal.
    let order = if is_all_capitals { [one, two] } else { [two, one] };
    if let Some(named) = order.into_iter().flatten().find(|element| formula.names(*element)) {
        return Some(named);
    }
    let is_one_common = one.is_some_and(|element| COMMON_IN_LABELS.contains(&element.symbol()));
    order.into_iter().flatten().find(|element| Some(*element) != one || is_one_common)
}

/// `3+`, `+3`, `+`, `2-`, `-`, `0+`; nothing else is a charge.
fn charge(text: &str) -> Option<i8> {
    let (digits, sign) = match text.as_bytes() {
        [b'+' | b'-', ..] => (text.get(1..)?, text.get(..1)?),
        [.., b'+' | b'-'] => (text.get(..text.len() - 1)?, text.get(text.len() - 1..)?),
        _ => return None,
    };
    let magnitude: i8 = match digits {
        "" => 1,
        _ if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok().filter(|m| *m <= 9)?,
        _ => return None,
    };
    Some(if sign == "-" { -magnitude } else { magnitude })
}

//! The chemical formula of a structure.
//!
//! Elements stand in order of rising electronegativity, as in most databases of inorganic crystals: `LiFePO4`. Crystals
//! are reduced to the smallest whole ratio of their sites; sites that share several species count as one kind of
//! site, which gives `Al0.3Ga0.7As` and not `Al3Ga7As10`. Molecules are not reduced.

use std::{cmp::Ordering, collections::BTreeMap};

use super::{element::Element, structure::Structure};

/// Amounts closer to a whole number than this are whole.
const WHOLE: f64 = 1e-6;
/// The two last elements are a group, as in Ca3(PO4)2, where their electronegativities differ by less than this: the
/// rule and the limit of pymatgen.
const GROUP_DIFFERENCE: f64 = 1.65;

/// An element and how much of it there is.
pub type Amount = (Element, f64);

/// Atoms per cell (or per molecule) by element, weighted with the occupancies, in the order of the formula. Elements
/// with no occupancy at all are left out.
#[must_use]
pub fn amounts(structure: &Structure) -> Vec<Amount> {
    let composition = structure.composition();
    let known =
        composition.iter().filter_map(|(symbol, &amount)| Some((Element::from_symbol(symbol)?, amount)));
    let mut amounts: Vec<Amount> = known.filter(|(_, amount)| *amount > WHOLE).collect();
    amounts.sort_by(|(a, _), (b, _)| formula_order(*a, *b));
    amounts
}

/// `NaCl`, `SrTiO3`, `LiFePO4`, `Al0.3Ga0.7As`; empty for a structure without atoms.
#[must_use]
pub fn formula(structure: &Structure) -> String {
    render(structure, &ToOwned::to_owned)
}

/// As [`formula`], with subscripts for display: `SrTiO₃`, `Al₀.₃Ga₀.₇As`.
#[must_use]
pub fn formula_subscripted(structure: &Structure) -> String {
    render(structure, &|text| {
        let subscript = |c: char| c.to_digit(10).and_then(|d| char::from_u32(0x2080 + d)).unwrap_or(c);
        text.chars().map(subscript).collect()
    })
}

/// A number of a formula: whole where it is whole within 1e-6, else up to four decimals.
#[must_use]
pub fn amount_text(amount: f64) -> String {
    if (amount - amount.round()).abs() < WHOLE {
        return format!("{:.0}", amount.round());
    }
    let text = format!("{amount:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// By electronegativity, then by symbol; elements without a value come last.
fn formula_order(a: Element, b: Element) -> Ordering {
    let value = |element: Element| element.data().electronegativity.unwrap_or(f64::INFINITY);
    value(a).total_cmp(&value(b)).then_with(|| a.symbol().cmp(b.symbol()))
}

fn render(structure: &Structure, style: &dyn Fn(&str) -> String) -> String {
    let mut amounts = amounts(structure);
    if structure.periodic {
        let divisor = formula_units(structure, &amounts);
        let factor = atoms_per_molecule(&amounts);
        for (_, amount) in &mut amounts {
            *amount *= factor / divisor;
        }
    }
    let write = |amounts: &[Amount], divisor: f64| -> String {
        let part = |(element, amount): &Amount| format!("{element}{}", count_text(amount / divisor, style));
        amounts.iter().map(part).collect()
    };
    match group(&amounts) {
        Some((cations, anions, times)) => {
            format!("{}({}){}", write(cations, 1.0), write(anions, times), count_text(times, style))
        }
        None => write(&amounts, 1.0),
    }
}

fn count_text(amount: f64, style: &dyn Fn(&str) -> String) -> String {
    let text = amount_text(amount);
    if text == "1" { String::new() } else { style(&text) }
}

/// What stands outside and inside the parentheses of Ca3(PO4)2, and how often the group occurs.
fn group(amounts: &[Amount]) -> Option<(&[Amount], &[Amount], f64)> {
    let whole = whole_amounts(amounts)?;
    let (cations, anions) = amounts.split_at_checked(amounts.len().checked_sub(2)?)?;
    let times = whole.iter().skip(cations.len()).copied().fold(0, gcd);
    let [(inner, _), (outer, _)] = anions else { return None };
    let difference = outer.data().electronegativity? - inner.data().electronegativity?;
    let is_group = !cations.is_empty() && times > 1 && difference < GROUP_DIFFERENCE;
    is_group.then_some((cations, anions, times as f64))
}

/// Gases of two atoms, and peroxides, are written with both.
fn atoms_per_molecule(amounts: &[Amount]) -> f64 {
    let symbols: Vec<&str> = amounts.iter().map(|(element, _)| element.symbol()).collect();
    let equal = amounts.windows(2).all(|pair| matches!(pair, [(_, a), (_, b)] if (a - b).abs() < WHOLE));
    match symbols.as_slice() {
        ["H" | "N" | "O" | "F" | "Cl"] => 2.0,
        ["H" | "Li" | "Na" | "K" | "Rb" | "Cs", "O"] if equal => 2.0,
        _ => 1.0,
    }
}

fn whole_amounts(amounts: &[Amount]) -> Option<Vec<u64>> {
    let whole = |(_, amount): &Amount| {
        let rounded = amount.round();
        ((amount - rounded).abs() < WHOLE && rounded >= 1.0).then_some(rounded as u64)
    };
    amounts.iter().map(whole).collect()
}

/// The largest number of equal parts that the cell can be divided into: atoms by element where all amounts are whole,
/// else sites by what fills them.
fn formula_units(structure: &Structure, amounts: &[Amount]) -> f64 {
    if let Some(whole) = whole_amounts(amounts) {
        return whole.into_iter().fold(0, gcd).max(1) as f64;
    }
    let mut counts: BTreeMap<Vec<(Element, i64)>, u64> = BTreeMap::new();
    for site in &structure.sites {
        let Some(row) = structure.asymmetric_of(site) else { continue };
        let mut filling: Vec<(Element, i64)> = Vec::new();
        for occupant in row.occupants.iter().filter(|occupant| occupant.occupancy > WHOLE) {
            filling.push((occupant.element, (occupant.occupancy / WHOLE).round() as i64));
        }
        filling.sort_unstable();
        if !filling.is_empty() {
            *counts.entry(filling).or_insert(0) += 1;
        }
    }
    counts.into_values().fold(0, gcd).max(1) as f64
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

//! The longest bond of each pair of elements.

use std::{collections::HashMap, sync::LazyLock};

use super::element::Element;

/// What a longest bond is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BondRule {
    /// The maximum of the pair in `assets/bonds.ron`.
    PairMaximum,
    /// The sum of the covalent radii × 1.15, between metals × 1.25.
    CovalentRadii,
}

/// The longest bond of a pair of elements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BondLimit {
    /// In Å.
    pub longest_angstrom: f64,
    /// Where it comes from.
    pub rule: BondRule,
}

/// The role of an element in a bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Metal,
    Semimetal,
    Nonmetal,
    NobleGas,
}

impl Family {
    pub(super) fn of(element: Element) -> Self {
        match element.number() {
            2 | 10 | 18 | 36 | 54 | 86 | 118 => Self::NobleGas,
            5 | 14 | 32 => Self::Semimetal,
            // H, C N O F, P S Cl, As Se Br, Te I, At.
            1 | 6..=9 | 15..=17 | 33..=35 | 52 | 53 | 85 => Self::Nonmetal,
            _ => Self::Metal,
        }
    }

    pub(super) fn is_covalent(self) -> bool {
        matches!(self, Self::Semimetal | Self::Nonmetal)
    }
}

/// Slack on the sum of the covalent radii.
const COVALENT_FACTOR: f64 = 1.15;
/// The same between metals, where many weak bonds replace a few: aluminium and lead are farther apart than 1.15.
const METALLIC_FACTOR: f64 = 1.25;

/// Rows of `assets/bonds.ron`: an element, and its partners with the maximum in Å.
type Rows = Vec<(String, Vec<(String, f64)>)>;

#[expect(clippy::expect_used, reason = "the table is part of the program and a test reads all of it")]
static PAIR_MAXIMA: LazyLock<HashMap<(Element, Element), f64>> = LazyLock::new(|| {
    let rows: Rows =
        ron::from_str(include_str!("../../assets/bonds.ron")).expect("assets/bonds.ron is valid");
    let element = |symbol: &str| Element::from_symbol(symbol).expect("assets/bonds.ron names elements");
    let pairs = rows.iter().flat_map(|(first, partners)| {
        partners.iter().map(move |(second, longest)| ((element(first), element(second)), *longest))
    });
    pairs.collect()
});

/// The longest bond of two elements, in either order: the maximum of the pair in `assets/bonds.ron`, or the sum of the
/// covalent radii with some slack where the table has no such pair.
///
/// Some maxima of the table are below any measured bond, being derived from bond valences. Those smaller than the sum of
/// the radii (I–I 2.40 Å) are passed over, and with the soft anions P, As, Se and Te (Pb–Te 3.15 Å) the larger of both
/// values counts.
#[must_use]
pub fn bond_limit(a: Element, b: Element) -> BondLimit {
    let sum = covalent_sum(a, b);
    let from_radii = factor(a, b) * sum;
    let is_soft = |element: Element| matches!(element.number(), 15 | 33 | 34 | 52);
    let least = if is_soft(a) || is_soft(b) { from_radii } else { sum };
    match PAIR_MAXIMA.get(&(a.min(b), a.max(b))) {
        Some(&longest_angstrom) if longest_angstrom >= least => {
            BondLimit { longest_angstrom, rule: BondRule::PairMaximum }
        }
        _ => BondLimit { longest_angstrom: from_radii, rule: BondRule::CovalentRadii },
    }
}

fn factor(a: Element, b: Element) -> f64 {
    // Antimony and bismuth are metals with three near neighbours and three far ones.
    let is_layered = |element: Element| matches!(element.number(), 51 | 83);
    let metallic = [a, b].into_iter().all(|element| Family::of(element) == Family::Metal)
        && !(is_layered(a) && is_layered(b));
    if metallic { METALLIC_FACTOR } else { COVALENT_FACTOR }
}

/// Sum of the covalent radii in Å; the atomic radius where none is tabulated.
#[must_use]
pub fn covalent_sum(a: Element, b: Element) -> f64 {
    let radius = |element: Element| {
        let data = element.data();
        data.covalent_radius_angstrom.unwrap_or(data.atomic_radius_angstrom)
    };
    radius(a) + radius(b)
}

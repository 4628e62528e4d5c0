//! Bond valence sums: a charge per site from the lengths of its bonds.
//!
//! A bond of length d has the valence s = exp((R − d)/b). O'Keeffe and Brese (J. Am. Chem. Soc. 113 (1991) 3226) give R
//! for any two elements from a size r and a softness c of each:
//! R = r₁ + r₂ − r₁r₂(√c₁ − √c₂)² / (c₁r₁ + c₂r₂). The sum over the bonds of a site is near its charge in a sound
//! structure. It counts positive towards a more electronegative neighbour and negative towards a less electronegative
//! one. Bonds between like elements and between two metals have no valence.
//!
//! One formula for all pairs has its price: R is up to 0.1 Å from the value fitted to a single pair, so that a sum may be
//! a fifth too high (P in phosphates 5.8). Compare sites of one element rather than elements.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use serde::Serialize;

use super::{
    super::super::{
        element::Element,
        structure::{AsymmetricSite, Structure},
    },
    Coordination, as_symbol,
};

/// The softness b of all bonds in Å.
pub const SOFTNESS_ANGSTROM: f64 = 0.37;

/// H B C Si N P As Sb O S Se Te F Cl Br I: one of them must be in a bond that has a valence.
const ANION_FORMERS: [u8; 16] = [1, 5, 6, 14, 7, 15, 33, 51, 8, 16, 34, 52, 9, 17, 35, 53];

struct Parameters {
    size_angstrom: f64,
    softness: f64,
}

#[expect(clippy::expect_used, reason = "the table is part of the program and a test reads all of it")]
static PARAMETERS: LazyLock<BTreeMap<Element, Parameters>> = LazyLock::new(|| {
    let rows: Vec<(String, f64, f64)> = ron::from_str(include_str!("../../../../assets/bond_valence.ron"))
        .expect("assets/bond_valence.ron is valid");
    let row = |(symbol, size_angstrom, softness): (String, f64, f64)| {
        Some((Element::from_symbol(&symbol)?, Parameters { size_angstrom, softness }))
    };
    rows.into_iter().filter_map(row).collect()
});

/// The bond valence sum of a site.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteValence {
    /// Index into [`Structure::sites`].
    pub index: usize,
    /// Its main element.
    #[serde(serialize_with = "as_symbol")]
    pub element: Element,
    /// The sum, with sign; per atom where the site is partly filled. `None` where a parameter is missing.
    pub valence: Option<f64>,
    /// Charge that the file states, averaged over the species of the site.
    pub formal_charge: Option<f64>,
    /// Sum less charge, where both are known.
    pub deviation: Option<f64>,
}

/// The sums of a structure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Valences {
    /// One entry per site, in order.
    pub sites: Vec<SiteValence>,
    /// Root mean square of the deviations (global instability index), where every site has one.
    pub global_instability: Option<f64>,
    /// Elements that have no parameters, alphabetical.
    pub missing: Vec<String>,
}

/// Length in Å at which a bond of two elements has the valence 1; `None` where the table lacks one of them.
#[must_use]
pub fn unit_length_angstrom(a: Element, b: Element) -> Option<f64> {
    let (a, b) = (PARAMETERS.get(&a)?, PARAMETERS.get(&b)?);
    let (r1, r2, c1, c2) = (a.size_angstrom, b.size_angstrom, a.softness, b.softness);
    Some(r1 + r2 - r1 * r2 * (c1.sqrt() - c2.sqrt()).powi(2) / (c1 * r1 + c2 * r2))
}

/// Valence of one bond, positive where `b` is the more electronegative; 0 for a bond that has none, `None` without
/// parameters.
#[must_use]
pub fn bond_valence(a: Element, b: Element, distance_angstrom: f64, softness_angstrom: f64) -> Option<f64> {
    let has_anion = [a, b].iter().any(|element| ANION_FORMERS.contains(&element.number()));
    if a == b || !has_anion {
        return Some(0.0);
    }
    let size = ((unit_length_angstrom(a, b)? - distance_angstrom) / softness_angstrom).exp();
    let towards_anion = a.data().electronegativity? < b.data().electronegativity?;
    Some(if towards_anion { size } else { -size })
}

/// The bond valence sum of every site, over the neighbours that `coordination` found. `softness_angstrom` is
/// [`SOFTNESS_ANGSTROM`] unless there is a reason for another one.
///
/// Each species of a mixed site counts with its occupancy, at both ends of a bond.
#[must_use]
pub fn bond_valences(structure: &Structure, coordination: &Coordination, softness_angstrom: f64) -> Valences {
    let mut missing = BTreeSet::new();
    for occupant in structure.asymmetric.iter().flat_map(|row| &row.occupants) {
        if !PARAMETERS.contains_key(&occupant.element) {
            missing.insert(occupant.element.symbol());
        }
    }
    let row = |index: usize| structure.sites.get(index).and_then(|site| structure.asymmetric_of(site));
    let sites = coordination.sites.iter().map(|site| {
        let valence = row(site.index).and_then(|own| {
            let bonds = site.neighbors.iter();
            let valence = |near: &super::Coordinated| {
                mixed_valence(own, row(near.index)?, near.distance_angstrom, softness_angstrom)
            };
            bonds.map(valence).sum::<Option<f64>>()
        });
        let formal_charge = row(site.index).and_then(formal_charge);
        let deviation = valence.zip(formal_charge).map(|(valence, charge)| valence - charge);
        SiteValence { index: site.index, element: site.element, valence, formal_charge, deviation }
    });
    let sites: Vec<SiteValence> = sites.collect();
    let squares: Option<f64> = sites.iter().map(|site| site.deviation.map(|d| d * d)).sum();
    let global_instability =
        squares.filter(|_| !sites.is_empty()).map(|sum| (sum / sites.len() as f64).sqrt());
    let missing = missing.into_iter().map(str::to_owned).collect();
    Valences { sites, global_instability, missing }
}

/// Valence of a bond between two sites, per atom of the first.
fn mixed_valence(
    own: &AsymmetricSite,
    other: &AsymmetricSite,
    distance_angstrom: f64,
    softness_angstrom: f64,
) -> Option<f64> {
    let filled = own.total_occupancy();
    if filled <= 0.0 {
        return Some(0.0);
    }
    let mut sum = 0.0;
    for a in own.occupants.iter().filter(|occupant| occupant.occupancy > 0.0) {
        for b in other.occupants.iter().filter(|occupant| occupant.occupancy > 0.0) {
            let valence = bond_valence(a.element, b.element, distance_angstrom, softness_angstrom)?;
            sum += a.occupancy / filled * b.occupancy * valence;
        }
    }
    Some(sum)
}

fn formal_charge(row: &AsymmetricSite) -> Option<f64> {
    let filled = row.total_occupancy();
    if filled <= 0.0 {
        return None;
    }
    let charges = row.occupants.iter().filter(|occupant| occupant.occupancy > 0.0);
    charges.map(|occupant| Some(occupant.occupancy / filled * f64::from(occupant.charge?))).sum()
}

//! Which sites are bonded.
//!
//! Two sites are bonded when they are closer than the longest bond of their pair of elements ([`bond_limit`]): a
//! tabulated maximum, or the sum of the covalent radii and some slack. Distance alone would join cations through their
//! anions, so each element belongs to a family and three more rules hold:
//!
//! - *Covalent with covalent* (H, B, C, N, O, Si, P, S, halogens …): distance alone.
//! - *Metal with covalent*: a covalent atom that is bonded to a more electronegative one (P in PO₄, H in OH₂, C in
//!   CO₃) is itself no anion. It takes a metal only within its covalent radius (Fe–CO), not at the distance of an ion
//!   (Fe···P in LiFePO₄).
//! - *Metal with metal*: not between two metals that both carry anions (Sr···Ti), where an anion is a nonmetal, or a
//!   semimetal more electronegative by 0.5 (Mg₂Si). Decided per atom, so that a metal under an adsorbate stays one.
//!
//! Noble gases bond by the table only. Sites without occupancy, alternates of one disorder assembly, and partly filled
//! sites within 0.7 Å of each other bond to nothing, or not to each other.

use super::{
    bond_lengths::{Family, covalent_sum},
    element::Element,
    neighbours::{Neighbour, NeighbourError, NeighbourList},
    structure::{AsymmetricSite, Structure},
};

pub use super::bond_lengths::{BondLimit, BondRule, bond_limit};

/// A bond between two sites. Each stands once: with a < b, or a = b and an image whose first number other than zero
/// is positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bond {
    /// Index into [`Structure::sites`].
    pub a: u32,
    /// Index into [`Structure::sites`].
    pub b: u32,
    /// Cell of b relative to the cell of a.
    pub image: [i32; 3],
    /// Distance in Å.
    pub length_angstrom: f64,
    /// What allowed the bond.
    pub rule: BondRule,
}

/// Closer than this is no bond but one atom twice.
const SHORTEST_ANGSTROM: f64 = 0.4;
/// Partly filled sites closer than this exclude each other.
const ALTERNATE_ANGSTROM: f64 = 0.7;
/// An atom that is no anion takes a metal up to this many covalent radii: carbon and nitrogen (Hg–C in CF₃Hg) farther than
/// those of the third row, which in silicates come as near to a cation (Ca···Si in garnet) as a bond would be.
const OXIDISED_FACTOR_SECOND_ROW: f64 = 1.05;
const OXIDISED_FACTOR: f64 = 0.98;
/// How much more electronegative than a metal a semimetal is when it is its anion.
const SEMIMETAL_ANION_DIFFERENCE: f64 = 0.5;

/// The distance in Å within which [`bonds`] needs to know the neighbours of a structure.
#[must_use]
pub fn bonding_cutoff_angstrom(structure: &Structure) -> f64 {
    let mut elements: Vec<Element> = structure.asymmetric.iter().map(AsymmetricSite::main_element).collect();
    elements.sort_unstable();
    elements.dedup();
    let limits =
        elements.iter().flat_map(|&a| elements.iter().map(move |&b| bond_limit(a, b).longest_angstrom));
    limits.fold(1.0, f64::max)
}

/// All bonds of a structure, in the order of their sites.
///
/// # Errors
/// When the sites are too dense for a neighbour list.
pub fn bonds(structure: &Structure) -> Result<Vec<Bond>, NeighbourError> {
    let neighbours = NeighbourList::new(structure, bonding_cutoff_angstrom(structure))?;
    Ok(bonds_among(structure, &neighbours))
}

/// The bonds among known neighbours, in the order of their sites. The list should reach as far as
/// [`bonding_cutoff_angstrom`].
#[must_use]
pub fn bonds_among(structure: &Structure, neighbours: &NeighbourList) -> Vec<Bond> {
    let search = Search::new(structure, neighbours);
    let oxidised = search.marked(|a, b| b.is_more_electronegative(a, 0.0), Search::covalent_bond);
    let carries_anion = search.marked(
        |metal, other| match other.family {
            Family::Nonmetal => metal.family == Family::Metal,
            Family::Semimetal => {
                metal.family == Family::Metal
                    && other.is_more_electronegative(metal, SEMIMETAL_ANION_DIFFERENCE)
            }
            Family::Metal | Family::NobleGas => false,
        },
        |search, pair| search.bond_to_metal(pair, &oxidised),
    );
    let mut bonds = Vec::new();
    for pair in search.pairs() {
        if !is_canonical(pair.a_index, pair.near) {
            continue;
        }
        let (a, b) = (pair.a.family, pair.b.family);
        let rule = if a == Family::Metal && b == Family::Metal {
            let both =
                marked(&carries_anion, pair.a_index) && marked(&carries_anion, pair.near.site as usize);
            search.within(&pair, None).filter(|rule| !both || *rule == BondRule::PairMaximum)
        } else {
            search.covalent_bond(&pair).or_else(|| search.bond_to_metal(&pair, &oxidised))
        };
        if let Some(rule) = rule {
            bonds.push(Bond {
                a: pair.a_index as u32,
                b: pair.near.site,
                image: pair.near.image.map(i32::from),
                length_angstrom: pair.near.distance_angstrom,
                rule,
            });
        }
    }
    // The neighbour list has its own order.
    bonds.sort_unstable_by_key(|bond| (bond.a, bond.b, bond.image));
    bonds
}

/// What the rules ask of a distinct site.
#[derive(Clone, Copy)]
struct Atom<'a> {
    site: &'a AsymmetricSite,
    element: Element,
    family: Family,
    electronegativity: Option<f64>,
    occupancy: f64,
    /// Index into the limits.
    kind: usize,
}

impl Atom<'_> {
    fn is_more_electronegative(&self, than: &Self, difference: f64) -> bool {
        self.electronegativity
            .zip(than.electronegativity)
            .is_some_and(|(own, other)| own > other + difference)
    }
}

/// Two neighbouring sites that may be bonded.
struct Pair<'s, 'a> {
    a_index: usize,
    a: &'s Atom<'a>,
    b: &'s Atom<'a>,
    near: &'s Neighbour,
}

struct Search<'a> {
    structure: &'a Structure,
    neighbours: &'a NeighbourList,
    /// Per distinct site.
    atoms: Vec<Atom<'a>>,
    /// Per pair of elements that occur: table of `kinds` × `kinds`.
    limits: Vec<BondLimit>,
    kinds: usize,
}

impl<'a> Search<'a> {
    fn new(structure: &'a Structure, neighbours: &'a NeighbourList) -> Self {
        let mut elements: Vec<Element> =
            structure.asymmetric.iter().map(AsymmetricSite::main_element).collect();
        elements.sort_unstable();
        elements.dedup();
        let atoms = structure.asymmetric.iter().map(|site| {
            let element = site.main_element();
            Atom {
                site,
                element,
                family: Family::of(element),
                electronegativity: element.data().electronegativity,
                occupancy: site.total_occupancy(),
                kind: elements.binary_search(&element).unwrap_or_default(),
            }
        });
        let limits = elements.iter().flat_map(|&a| elements.iter().map(move |&b| bond_limit(a, b)));
        Self {
            structure,
            neighbours,
            atoms: atoms.collect(),
            limits: limits.collect(),
            kinds: elements.len(),
        }
    }

    fn atom(&self, site: usize) -> Option<&Atom<'a>> {
        self.atoms.get(self.structure.sites.get(site)?.asymmetric as usize)
    }

    /// Every ordered pair of sites that a bond could join; both orders of each.
    fn pairs(&self) -> impl Iterator<Item = Pair<'_, 'a>> {
        (0..self.structure.sites.len()).flat_map(move |a_index| {
            self.neighbours.of(a_index).iter().filter_map(move |near| {
                let (a, b) = (self.atom(a_index)?, self.atom(near.site as usize)?);
                let pair = Pair { a_index, a, b, near };
                (!exclude_each_other(&pair)).then_some(pair)
            })
        })
    }

    /// Sites that have a bond, as `bonded` judges, to a partner that `decides`.
    fn marked(
        &self,
        decides: impl Fn(&Atom<'_>, &Atom<'_>) -> bool,
        bonded: impl Fn(&Self, &Pair<'_, '_>) -> Option<BondRule>,
    ) -> Vec<bool> {
        let mut marks = vec![false; self.structure.sites.len()];
        for pair in self.pairs() {
            if let Some(mark) = marks.get_mut(pair.a_index) {
                *mark = *mark || (decides(pair.a, pair.b) && bonded(self, &pair).is_some());
            }
        }
        marks
    }

    /// The rule that the distance of a pair satisfies; `limit_angstrom` may tighten it.
    fn within(&self, pair: &Pair<'_, '_>, limit_angstrom: Option<f64>) -> Option<BondRule> {
        let limit = self.limits.get(pair.a.kind * self.kinds + pair.b.kind)?;
        let longest =
            limit_angstrom.map_or(limit.longest_angstrom, |value| value.min(limit.longest_angstrom));
        (pair.near.distance_angstrom <= longest).then_some(limit.rule)
    }

    /// Between two covalent atoms, or with a noble gas.
    fn covalent_bond(&self, pair: &Pair<'_, '_>) -> Option<BondRule> {
        let (a, b) = (pair.a.family, pair.b.family);
        if a == Family::NobleGas || b == Family::NobleGas {
            return self.within(pair, None).filter(|rule| *rule == BondRule::PairMaximum);
        }
        (a.is_covalent() && b.is_covalent()).then(|| self.within(pair, None)).flatten()
    }

    /// Between a metal and a covalent atom.
    fn bond_to_metal(&self, pair: &Pair<'_, '_>, oxidised: &[bool]) -> Option<BondRule> {
        let covalent = match (pair.a.family, pair.b.family) {
            (Family::Metal, other) if other.is_covalent() => (pair.near.site as usize, pair.b.element),
            (other, Family::Metal) if other.is_covalent() => (pair.a_index, pair.a.element),
            _ => return None,
        };
        let (site, element) = covalent;
        let tight = || {
            let is_second_row = ["C", "N"].contains(&element.symbol());
            let factor = if is_second_row { OXIDISED_FACTOR_SECOND_ROW } else { OXIDISED_FACTOR };
            factor * covalent_sum(pair.a.element, pair.b.element)
        };
        self.within(pair, marked(oxidised, site).then(tight))
    }
}

fn marked(marks: &[bool], site: usize) -> bool {
    marks.get(site).copied().unwrap_or(false)
}

/// Sites that are never there at the same time, or are not there at all.
fn exclude_each_other(pair: &Pair<'_, '_>) -> bool {
    let distance = pair.near.distance_angstrom;
    if distance < SHORTEST_ANGSTROM || pair.a.occupancy <= 0.0 || pair.b.occupancy <= 0.0 {
        return true;
    }
    let partly = |atom: &Atom<'_>| atom.occupancy < 0.999;
    if distance < ALTERNATE_ANGSTROM && partly(pair.a) && partly(pair.b) {
        return true;
    }
    match (&pair.a.site.disorder, &pair.b.site.disorder) {
        (Some((assembly_a, group_a)), Some((assembly_b, group_b))) => {
            // A dot or nothing stands for "in all groups".
            let is_group = |group: &str| !matches!(group, "" | "." | "?");
            assembly_a == assembly_b && is_group(group_a) && is_group(group_b) && group_a != group_b
        }
        _ => false,
    }
}

/// Whether this is the one of the two orders of a pair that stands in the result.
fn is_canonical(a: usize, near: &Neighbour) -> bool {
    match a.cmp(&(near.site as usize)) {
        std::cmp::Ordering::Less => true,
        std::cmp::Ordering::Greater => false,
        std::cmp::Ordering::Equal => near.image > [0; 3],
    }
}

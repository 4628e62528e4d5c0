//! Every distance between two kinds of atoms, up to a cutoff.

use super::{
    super::super::{
        element::Element,
        neighbours::{Neighbour, NeighbourList},
        structure::Structure,
    },
    PairError, check, estimated_pairs,
};

/// The most ordered pairs of sites: half a GiB while they are collected.
pub const MAX_NEIGHBOURS: usize = 1 << 25;

/// Distances that differ by less are one distance that was reached by different roundings.
pub(super) const SAME_ANGSTROM: f64 = 1e-11;

/// Closer than this, two sites are one place with alternatives, which is no pair.
pub(super) const ONE_PLACE_ANGSTROM: f64 = 1e-6;

/// An unordered pair of elements, alphabetical by symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairKey {
    /// The element whose symbol comes first.
    pub first: Element,
    /// The other one, or the same.
    pub second: Element,
}

impl PairKey {
    /// `Cl-Na`.
    #[must_use]
    pub fn label(self) -> String {
        format!("{}-{}", self.first, self.second)
    }
}

/// The distances of one pair of elements.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shells {
    /// Index of the first element into [`PairDistances::elements`].
    pub(super) first: usize,
    /// Index of the second.
    pub(super) second: usize,
    /// Distances in Å, rising, each with the sum of the occupancy products of the pairs that have it. A pair of unlike
    /// elements counts once; one of like elements twice, as seen from either atom.
    pub(super) entries: Vec<(f64, f64)>,
}

/// All distances up to a cutoff: what a pair distribution is counted from, whatever its bins.
///
/// Equal distances are one entry, so a perfect crystal is small. On a disordered site every species counts, with the
/// product of the occupancies as weight.
#[derive(Clone, Debug, PartialEq)]
pub struct PairDistances {
    pub(super) cutoff_angstrom: f64,
    pub(super) volume_angstrom3: f64,
    /// Elements in alphabetical order of their symbols, with their atoms per cell.
    pub(super) elements: Vec<(Element, f64)>,
    /// Every pair first ≤ second, in order; also the pairs without any distance.
    pub(super) pairs: Vec<Shells>,
}

impl PairDistances {
    /// Collects the distances of a crystal, the cutoff in Å included.
    ///
    /// # Errors
    /// When nothing is there, a number is not finite, the structure does not repeat, the cutoff is no positive number
    /// or too many pairs lie within it.
    pub fn new(structure: &Structure, cutoff_angstrom: f64) -> Result<Self, PairError> {
        check(structure)?;
        if !(cutoff_angstrom > 0.0 && cutoff_angstrom.is_finite()) {
            return Err(PairError::Range { from_angstrom: 0.0, to_angstrom: cutoff_angstrom });
        }
        let kinds = Kinds::new(structure);
        if kinds.elements.is_empty() {
            return Err(PairError::Empty);
        }
        let pairs = estimated_pairs(structure, cutoff_angstrom);
        if pairs > MAX_NEIGHBOURS {
            return Err(PairError::TooLarge { pairs, cutoff_angstrom });
        }
        let neighbours = NeighbourList::new(structure, cutoff_angstrom)?;
        let pairs = kinds.pairs(structure, &neighbours);
        let volume_angstrom3 = structure.lattice.volume_angstrom3();
        Ok(Self { cutoff_angstrom, volume_angstrom3, elements: kinds.elements, pairs })
    }

    /// The distance in Å up to which pairs are known.
    #[must_use]
    pub fn cutoff_angstrom(&self) -> f64 {
        self.cutoff_angstrom
    }

    /// Whether all pairs up to this distance in Å are known.
    #[must_use]
    pub fn covers(&self, cutoff_angstrom: f64) -> bool {
        cutoff_angstrom <= self.cutoff_angstrom
    }

    /// Volume of the cell in Å³.
    #[must_use]
    pub fn volume_angstrom3(&self) -> f64 {
        self.volume_angstrom3
    }

    /// Elements in alphabetical order of their symbols, with their atoms per cell.
    #[must_use]
    pub fn elements(&self) -> &[(Element, f64)] {
        &self.elements
    }

    /// Every pair of elements that the crystal has, in alphabetical order.
    pub fn keys(&self) -> impl Iterator<Item = PairKey> + '_ {
        self.pairs.iter().filter_map(|pair| {
            let first = self.elements.get(pair.first)?.0;
            Some(PairKey { first, second: self.elements.get(pair.second)?.0 })
        })
    }

    /// Number of different distances that are held.
    #[must_use]
    pub fn distance_count(&self) -> usize {
        self.pairs.iter().map(|pair| pair.entries.len()).sum()
    }
}

/// What stands on each site, as indices into the elements.
struct Kinds {
    elements: Vec<(Element, f64)>,
    /// Per distinct site: element and occupancy.
    rows: Vec<Vec<(usize, f64)>>,
}

impl Kinds {
    fn new(structure: &Structure) -> Self {
        let amounts = structure.composition();
        let present = amounts.into_iter().filter(|(_, amount)| *amount > 0.0);
        let elements: Vec<(Element, f64)> =
            present.filter_map(|(symbol, amount)| Some((Element::from_symbol(symbol)?, amount))).collect();
        let rows = structure.asymmetric.iter().map(|row| {
            let occupied = row.occupants.iter().filter(|occupant| occupant.occupancy > 0.0);
            occupied
                .filter_map(|occupant| {
                    let kind = elements.iter().position(|(element, _)| *element == occupant.element)?;
                    Some((kind, occupant.occupancy))
                })
                .collect()
        });
        let rows = rows.collect();
        Self { elements, rows }
    }

    fn of_site(&self, structure: &Structure, site: usize) -> &[(usize, f64)] {
        let row = structure.sites.get(site).and_then(|site| self.rows.get(site.asymmetric as usize));
        row.map_or(&[], Vec::as_slice)
    }

    fn pairs(&self, structure: &Structure, neighbours: &NeighbourList) -> Vec<Shells> {
        let count = self.elements.len();
        let mut pairs: Vec<Shells> = (0..count)
            .flat_map(|first| (first..count).map(move |second| Shells { first, second, entries: Vec::new() }))
            .collect();
        // Row `first` of the upper triangle starts after the longer rows above it.
        let index_of = |first: usize, second: usize| first * (2 * count + 1 - first) / 2 + (second - first);
        for site in 0..structure.sites.len() {
            let own = self.of_site(structure, site);
            for Neighbour { distance_angstrom, site: other, .. } in neighbours.of(site) {
                if *distance_angstrom < ONE_PLACE_ANGSTROM {
                    continue;
                }
                for &(first, weight) in own {
                    for &(second, other_weight) in self.of_site(structure, *other as usize) {
                        if first <= second
                            && let Some(pair) = pairs.get_mut(index_of(first, second))
                        {
                            pair.entries.push((*distance_angstrom, weight * other_weight));
                        }
                    }
                }
            }
        }
        for pair in &mut pairs {
            merge(&mut pair.entries);
        }
        pairs
    }
}

/// Sorts, and adds the weights of equal distances.
fn merge(shells: &mut Vec<(f64, f64)>) {
    shells.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    shells.dedup_by(|next, kept| {
        let same = next.0 - kept.0 <= SAME_ANGSTROM;
        if same {
            kept.1 += next.1;
        }
        same
    });
    shells.shrink_to_fit();
}

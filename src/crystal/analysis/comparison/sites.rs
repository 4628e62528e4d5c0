//! Which atom of the first structure became which of the second.
//!
//! Both structures need the same atoms per cell, and cells that correspond. The second is written on the axes of the
//! first and moved as a whole so that the atoms meet best: every shift that brings an atom of the rarest element onto
//! one of its kind is tried, and improved by the mean of the displacements that remain. Each atom goes to the nearest of
//! its element; where two would go to the same, the assignment with the least sum of squares decides. Displacements are
//! measured in the first cell, so that the strain is not in them. Molecules are moved but not turned.
//!
//! Cells of high symmetry have several equally good choices of axes; each is tried. In cells of many hundred sites the
//! work is bounded, and a better shift among those that were not tried may be missed.

use std::collections::BTreeMap;

use glam::{DMat3, DVec3};
use serde::Serialize;

use super::{
    super::super::{element::Element, lattice::Lattice, structure::Structure},
    ComparisonError,
    assignment::assign,
    cells::{Axes, corresponding_axes, matrix},
    check_both,
};

/// The most sites that are assigned to each other.
pub const MAX_MAPPED_SITES: usize = 2000;
/// Distances that may be computed over all shifts and axes: some tenths of a second. Beyond, the rest is not tried.
const MAX_DISTANCES: usize = 20_000_000;
/// Shifts that are looked at closely, of all that were tried.
const FINALISTS: usize = 6;
/// Steps of all assignments together, n³ each: about a second.
const MAX_ASSIGNMENT_STEPS: usize = 200_000_000;
/// A shift whose sum of squares is this many times that of the best result will not become better. The sum falls when the
/// mean displacement is taken away, but an atom that was brought onto its partner is not far from the mean.
const HOPELESS: f64 = 20.0;
/// Improvements of a shift.
const ROUNDS: usize = 6;

/// An atom in both structures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MappedSite {
    /// Index into the sites of the first structure.
    pub first: usize,
    /// Index into the sites of the second.
    pub second: usize,
    /// Their element.
    pub element: &'static str,
    /// How far it moved, in Å.
    pub displacement_angstrom: f64,
    /// Where to: Cartesian in Å, along the axes of the first structure.
    pub vector_angstrom: [f64; 3],
}

/// All atoms in both structures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteComparison {
    /// Which sum of the cell vectors of the second stands for a, b and c, column by column.
    pub axes: Axes,
    /// What was added to the fractional coordinates of the second on those axes (Cartesian in Å for molecules).
    pub shift: [f64; 3],
    /// Root of the mean squared displacement in Å.
    pub rms_angstrom: f64,
    /// Mean displacement in Å.
    pub mean_angstrom: f64,
    /// Largest displacement in Å.
    pub max_angstrom: f64,
    /// Whether each atom simply went to the nearest of its element.
    pub nearest: bool,
    /// One entry per site of the first structure, in order.
    pub sites: Vec<MappedSite>,
}

/// Assigns the atoms of two structures to each other.
///
/// # Errors
/// When one of them has no sites or a number that is not finite, only one is a crystal, the atoms or the cells differ,
/// there are too many sites or no assignment.
pub fn compare_sites(first: &Structure, second: &Structure) -> Result<SiteComparison, ComparisonError> {
    check_both(first, second)?;
    if first.periodic != second.periodic {
        return Err(ComparisonError::CrystalAndMolecule);
    }
    let (kinds_first, kinds_second) = (by_element(first), by_element(second));
    if counts(&kinds_first) != counts(&kinds_second) {
        let (first, second) = (counts(&kinds_first), counts(&kinds_second));
        return Err(ComparisonError::OtherAtoms { first, second });
    }
    let sites = first.sites.len();
    if sites > MAX_MAPPED_SITES {
        return Err(ComparisonError::TooLarge { sites });
    }
    let choices = if first.periodic {
        corresponding_axes(first, second)
    } else {
        vec![[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]
    };
    if choices.is_empty() {
        return Err(ComparisonError::OtherCell);
    }
    let kinds: Vec<Kind> = kinds_first
        .into_iter()
        .zip(kinds_second.into_values())
        .map(|((element, first), second)| Kind { element, first, second })
        .collect();
    let mut budget = Budget { distances: MAX_DISTANCES, assignment_steps: MAX_ASSIGNMENT_STEPS };
    let mut best: Option<SiteComparison> = None;
    for axes in choices {
        let places = Places::new(first, second, axes);
        let hopeless = |best: &Option<SiteComparison>| {
            best.as_ref().map_or(f64::INFINITY, |found| HOPELESS * found.rms_angstrom.powi(2) * sites as f64)
        };
        for (sum, shift) in places.finalists(&kinds, hopeless(&best), &mut budget) {
            if sum > hopeless(&best) {
                continue;
            }
            let Some(found) = places.improved(&kinds, shift, axes, &mut budget) else { continue };
            // A later choice must be better by more than rounding.
            if best.as_ref().is_none_or(|best| found.rms_angstrom < best.rms_angstrom - 1e-7) {
                best = Some(found);
            }
        }
        // Nothing is left to improve on.
        if best.as_ref().is_some_and(|best| best.rms_angstrom < 1e-6) {
            break;
        }
    }
    best.ok_or(ComparisonError::NoMapping)
}

/// Work that is left.
struct Budget {
    distances: usize,
    assignment_steps: usize,
}

/// Sites per element; sites without occupancy too, since a vacancy has a place.
fn by_element(structure: &Structure) -> BTreeMap<Element, Vec<usize>> {
    let mut kinds = BTreeMap::<Element, Vec<usize>>::new();
    for (index, site) in structure.sites.iter().enumerate() {
        kinds.entry(structure.element_of(site)).or_default().push(index);
    }
    kinds
}

fn counts(kinds: &BTreeMap<Element, Vec<usize>>) -> String {
    let parts: Vec<String> =
        kinds.iter().map(|(element, sites)| format!("{element}{}", sites.len())).collect();
    parts.join(" ")
}

/// Element, site of the first structure, site of the second.
type Partners = (Element, usize, usize);

/// The sites of one element in both structures.
struct Kind {
    element: Element,
    first: Vec<usize>,
    second: Vec<usize>,
}

/// Coordinates of both structures on the axes of the first.
struct Places {
    lattice: Lattice,
    periodic: bool,
    first: Vec<DVec3>,
    second: Vec<DVec3>,
    /// A vector shorter than this is the shortest of its images, in Å.
    surely_shortest_angstrom: f64,
}

impl Places {
    fn new(first: &Structure, second: &Structure, axes: Axes) -> Self {
        let to_axes: DMat3 = matrix(axes).inverse();
        let spacings = first.lattice.plane_spacings_angstrom();
        Self {
            lattice: first.lattice,
            periodic: first.periodic,
            first: first.sites.iter().map(|site| site.frac).collect(),
            second: second.sites.iter().map(|site| to_axes * site.frac).collect(),
            surely_shortest_angstrom: 0.5 * spacings.into_iter().fold(f64::INFINITY, f64::min),
        }
    }

    /// From a site of the first to a site of the second as fractions, to the image that rounding gives.
    fn rounded(&self, first: usize, second: usize, shift: DVec3) -> DVec3 {
        let at = |places: &[DVec3], index: usize| places.get(index).copied().unwrap_or_default();
        let frac = at(&self.second, second) + shift - at(&self.first, first);
        if self.periodic { frac - frac.round() } else { frac }
    }

    /// From a site of the first to a site of the second, in Å: the shortest of the images.
    fn apart(&self, first: usize, second: usize, shift: DVec3) -> DVec3 {
        let frac = self.rounded(first, second, shift);
        let mut shortest = self.lattice.cart_from_frac(frac);
        if self.periodic && shortest.length() > self.surely_shortest_angstrom {
            for code in 0..27_i32 {
                let cells = [code % 3, code / 3 % 3, code / 9].map(|index| f64::from(index - 1));
                let image = self.lattice.cart_from_frac(frac + DVec3::from_array(cells));
                if image.length_squared() < shortest.length_squared() {
                    shortest = image;
                }
            }
        }
        shortest
    }

    /// Shifts that bring an atom of the rarest element onto each of its kind; none at all first.
    fn shifts(&self, kinds: &[Kind]) -> Vec<DVec3> {
        let mut shifts = vec![DVec3::ZERO];
        let rarest = kinds.iter().min_by_key(|kind| (kind.first.len(), kind.element));
        let anchor = rarest.and_then(|kind| self.first.get(*kind.first.first()?));
        if let (Some(kind), Some(anchor)) = (rarest, anchor) {
            let places = kind.second.iter().filter_map(|index| self.second.get(*index));
            shifts.extend(places.map(|place| *anchor - *place));
        }
        shifts
    }

    /// The shifts with the least sum of squared distances to the nearest, best first. Takes what it computes from the
    /// budget of distances, and tries no further shift when that is used up.
    fn finalists(&self, kinds: &[Kind], hopeless: f64, budget: &mut Budget) -> Vec<(f64, DVec3)> {
        let mut best: Vec<(f64, DVec3)> = Vec::new();
        for shift in self.shifts(kinds) {
            if budget.distances == 0 {
                break;
            }
            let limit = if best.len() < FINALISTS { hopeless } else { best.last().map_or(hopeless, |b| b.0) };
            let mut sum = 0.0;
            for (kind, &first) in
                kinds.iter().flat_map(|kind| kind.first.iter().map(move |first| (kind, first)))
            {
                budget.distances = budget.distances.saturating_sub(kind.second.len());
                sum += self.nearest(kind, first, shift).map_or(0.0, |(_, squared)| squared);
                if sum >= limit {
                    break;
                }
            }
            if sum < limit {
                // Behind its equals: the earlier shift is the simpler one.
                let place = best.partition_point(|(other, _)| *other <= sum);
                best.insert(place, (sum, shift));
                best.truncate(FINALISTS);
            }
        }
        best
    }

    /// The nearest site of the same element, and the square of its distance.
    fn nearest(&self, kind: &Kind, first: usize, shift: DVec3) -> Option<(usize, f64)> {
        let by_distance = |a: &(usize, f64), b: &(usize, f64)| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0));
        let squared = |&second: &usize| {
            let vector = self.lattice.cart_from_frac(self.rounded(first, second, shift));
            (second, vector.length_squared())
        };
        let found = kind.second.iter().map(squared).min_by(by_distance)?;
        // A shortest image of this length has no coordinate beyond a half, so that rounding has found it.
        if !self.periodic || found.1 <= self.surely_shortest_angstrom.powi(2) {
            return Some(found);
        }
        let squared = |&second: &usize| (second, self.apart(first, second, shift).length_squared());
        kind.second.iter().map(squared).min_by(by_distance)
    }

    /// Moves by the mean displacement until the assignment stays.
    fn improved(
        &self,
        kinds: &[Kind],
        shift: DVec3,
        axes: Axes,
        budget: &mut Budget,
    ) -> Option<SiteComparison> {
        let mut shift = shift;
        let (mut pairs, mut nearest) = self.partners(kinds, shift, budget)?;
        for _ in 0..ROUNDS {
            let sum: DVec3 = pairs.iter().map(|(_, a, b)| self.apart(*a, *b, shift)).sum();
            shift -= self.lattice.frac_from_cart(sum / pairs.len() as f64);
            let next = self.partners(kinds, shift, budget)?;
            let settled = next.0 == pairs;
            (pairs, nearest) = next;
            if settled {
                break;
            }
        }
        let mut sites: Vec<MappedSite> = pairs
            .into_iter()
            .map(|(element, first, second)| {
                let vector = self.apart(first, second, shift);
                let displacement_angstrom = vector.length();
                let vector_angstrom = vector.to_array();
                MappedSite {
                    first,
                    second,
                    element: element.symbol(),
                    displacement_angstrom,
                    vector_angstrom,
                }
            })
            .collect();
        sites.sort_unstable_by_key(|site| site.first);
        let count = sites.len() as f64;
        let distances = || sites.iter().map(|site| site.displacement_angstrom);
        Some(SiteComparison {
            axes,
            shift: if self.periodic { shift - shift.round() } else { shift }.to_array(),
            rms_angstrom: (distances().map(|d| d * d).sum::<f64>() / count).sqrt(),
            mean_angstrom: distances().sum::<f64>() / count,
            max_angstrom: distances().fold(0.0, f64::max),
            nearest,
            sites,
        })
    }

    /// Who goes where, and whether everybody goes to the nearest.
    fn partners(&self, kinds: &[Kind], shift: DVec3, budget: &mut Budget) -> Option<(Vec<Partners>, bool)> {
        let mut pairs = Vec::with_capacity(self.first.len());
        let mut all_nearest = true;
        for kind in kinds {
            let chosen: Option<Vec<usize>> =
                kind.first.iter().map(|&first| Some(self.nearest(kind, first, shift)?.0)).collect();
            let mut chosen = chosen?;
            let mut taken = chosen.clone();
            taken.sort_unstable();
            taken.dedup();
            if taken.len() < chosen.len() {
                all_nearest = false;
                chosen = self.assigned(kind, shift, budget)?;
            }
            pairs.extend(kind.first.iter().zip(chosen).map(|(&first, second)| (kind.element, first, second)));
        }
        Some((pairs, all_nearest))
    }

    fn assigned(&self, kind: &Kind, shift: DVec3, budget: &mut Budget) -> Option<Vec<usize>> {
        let n = kind.first.len();
        budget.assignment_steps = budget.assignment_steps.checked_sub(n.pow(3))?;
        let costs: Vec<f64> = kind
            .first
            .iter()
            .flat_map(|&first| {
                kind.second.iter().map(move |&second| self.apart(first, second, shift).length_squared())
            })
            .collect();
        assign(&costs, n)?.into_iter().map(|partner| kind.second.get(partner).copied()).collect()
    }
}

//! CrystalNN: the most probable shell of neighbours, from the Voronoi cell.
//!
//! After Pan et al., Inorg. Chem. 60 (2021) 1590, with the numbers that pymatgen takes. Each face of the cell gives its
//! neighbour a weight: the solid angle, times solid angle by area (narrow faces far away count less), times
//! 1 + 3·√(ΔX/3.3) for the difference of electronegativity, times a step that falls from 1 to 0 between 0.5 and 1 Å
//! beyond the sum of the radii. With the largest weight at 1, the neighbours whose weight is at least w are the shell
//! for w; the shells between two weights have the probability of the part of a quarter circle that lies between them,
//! and no neighbours at all has the rest.
//!
//! Radii are those of ions where the file states the charges of both sites, and covalent ones otherwise. The cell looks
//! at neighbours up to 7 Å, and farther only where it stays open.

use std::f64::consts::{FRAC_PI_4, PI};

use glam::{DVec3, IVec3};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::{
    super::super::{
        neighbours::NeighbourList,
        structure::{AsymmetricSite, Occupant, Structure},
    },
    Coordinated, CoordinationError, Rule, SiteCoordination,
    radii::{covalent_radius_angstrom, ionic_radius_angstrom},
    rules::{alone, element_at, never_together},
    voronoi::{Face, voronoi_cell},
};

/// The most sites for which cells are computed: some seconds of work.
pub const MAX_CRYSTAL_NN_SITES: usize = 20_000;

const CUTOFF_ANGSTROM: f64 = 7.0;
/// Where an open cell is given up. No crystal has holes of this size.
const FARTHEST_ANGSTROM: f64 = 120.0;
/// The most places that are looked at to close one cell.
const MAX_IMAGES: usize = 4_000_000;
const ELECTRONEGATIVITY_WEIGHT: f64 = 3.0;
/// The largest difference of electronegativity between two elements.
const LARGEST_DIFFERENCE: f64 = 3.3;
/// Beyond the sum of the radii: up to the first the distance counts fully, from the second on not at all.
const DISTANCE_STEP_ANGSTROM: (f64, f64) = (0.5, 1.0);

pub(super) fn by_voronoi_cells(structure: &Structure) -> Result<Vec<SiteCoordination>, CoordinationError> {
    if !structure.periodic {
        return Err(CoordinationError::NotPeriodic);
    }
    let count = structure.sites.len();
    if count > MAX_CRYSTAL_NN_SITES {
        return Err(CoordinationError::TooLarge { what: "sites", count, limit: MAX_CRYSTAL_NN_SITES });
    }
    let list = NeighbourList::new(structure, CUTOFF_ANGSTROM)?;
    alone(structure)
        .into_par_iter()
        .map(|site| {
            if structure.sites.get(site.index).and_then(|s| structure.asymmetric_of(s)).is_none_or(is_vacant)
            {
                return Ok(SiteCoordination { weighted_cn: Some(0.0), ..site });
            }
            let near = list.of(site.index).iter();
            let near = near.map(|near| (near.site as usize, near.image.map(i32::from))).collect();
            let (candidates, faces) = cell(structure, site.index, near)?;
            Ok(weigh(structure, site, &candidates, &faces))
        })
        .collect()
}

fn is_vacant(row: &AsymmetricSite) -> bool {
    row.total_occupancy() <= 0.0
}

/// A place that may be a neighbour.
struct Candidate {
    site: usize,
    image: [i32; 3],
    /// Relative to the site in the middle.
    cart: DVec3,
    distance_angstrom: f64,
}

type Cell = (Vec<Candidate>, Vec<Face>);

/// The closed cell of a site, from the neighbours that are known or from as many more as it takes.
fn cell(structure: &Structure, site: usize, near: Vec<(usize, [i32; 3])>) -> Result<Cell, CoordinationError> {
    let mut near = near;
    let mut cutoff = CUTOFF_ANGSTROM;
    loop {
        let candidates = candidates(structure, site, near, cutoff);
        let places: Vec<DVec3> = candidates.iter().map(|candidate| candidate.cart).collect();
        if let Some(faces) = voronoi_cell(&places) {
            return Ok((candidates, faces));
        }
        cutoff *= 2.0;
        if cutoff > FARTHEST_ANGSTROM {
            return Err(CoordinationError::OpenCell { site });
        }
        near = images_within(structure, cutoff)?;
    }
}

/// Sorted by distance, without what is never there together with the site.
fn candidates(
    structure: &Structure,
    site: usize,
    near: Vec<(usize, [i32; 3])>,
    cutoff: f64,
) -> Vec<Candidate> {
    let frac_of = |index: usize| structure.sites.get(index).map_or(DVec3::ZERO, |site| site.frac);
    let middle = frac_of(site);
    let mut candidates: Vec<Candidate> = near
        .into_iter()
        .filter(|(other, image)| !(*other == site && *image == [0; 3]))
        .map(|(other, image)| {
            let frac = frac_of(other) + IVec3::from_array(image).as_dvec3() - middle;
            let cart = structure.lattice.cart_from_frac(frac);
            Candidate { site: other, image, cart, distance_angstrom: cart.length() }
        })
        .filter(|candidate| {
            candidate.distance_angstrom <= cutoff + 1e-8
                && !never_together(structure, site, candidate.site, candidate.distance_angstrom)
        })
        .collect();
    candidates.sort_unstable_by(|a, b| {
        let by_distance = a.distance_angstrom.total_cmp(&b.distance_angstrom);
        by_distance.then_with(|| (a.site, a.image).cmp(&(b.site, b.image)))
    });
    candidates
}

/// Every site in every cell that a sphere around any place of the home cell can reach.
fn images_within(structure: &Structure, cutoff: f64) -> Result<Vec<(usize, [i32; 3])>, CoordinationError> {
    let low = structure.sites.iter().map(|site| site.frac).fold(DVec3::ZERO, DVec3::min);
    let high = structure.sites.iter().map(|site| site.frac).fold(DVec3::ONE, DVec3::max);
    let [x, y, z] = structure.lattice.plane_spacings_angstrom();
    // Sites are within [0, 1) unless somebody made the structure by hand.
    let cells = (DVec3::splat(cutoff) / DVec3::new(x, y, z) + (high - low)).ceil();
    let count = structure.sites.len() as f64 * (2.0 * cells + 1.0).element_product();
    if count > MAX_IMAGES as f64 {
        let (what, count) = ("places around an open cell", count as usize);
        return Err(CoordinationError::TooLarge { what, count, limit: MAX_IMAGES });
    }
    let cells = cells.as_ivec3();
    let mut all = Vec::with_capacity(count as usize);
    for i in -cells.x..=cells.x {
        for j in -cells.y..=cells.y {
            for k in -cells.z..=cells.z {
                all.extend((0..structure.sites.len()).map(|site| (site, [i, j, k])));
            }
        }
    }
    Ok(all)
}

/// From the faces of a cell to the most probable shell.
fn weigh(
    structure: &Structure,
    site: SiteCoordination,
    candidates: &[Candidate],
    faces: &[Face],
) -> SiteCoordination {
    let own = main_occupant(structure, site.index);
    let mut weighed: Vec<(f64, &Candidate)> = Vec::with_capacity(faces.len());
    for face in faces {
        let Some(candidate) = candidates.get(face.neighbour) else { continue };
        let (angle, area) = (face.solid_angle(), face.area_angstrom2());
        if area > 0.0 {
            let other = main_occupant(structure, candidate.site);
            weighed.push((angle * angle / area * electronegativity_factor(own, other), candidate));
        }
    }
    let largest = weighed.iter().map(|(weight, _)| *weight).fold(0.0, f64::max);
    let mut shells: Vec<(u32, &Candidate)> = weighed
        .into_iter()
        .map(|(weight, candidate)| {
            let step =
                distance_factor(own, main_occupant(structure, candidate.site), candidate.distance_angstrom);
            // Thousandths, so that equal neighbours stay equal.
            ((weight / largest * step * 1000.0).round_ties_even() as u32, candidate)
        })
        .filter(|(weight, _)| *weight > 0)
        .collect();
    shells.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    choose(structure, site, &shells)
}

/// Takes the most probable of the shells; `shells` has the heaviest neighbour first.
fn choose(
    structure: &Structure,
    mut site: SiteCoordination,
    shells: &[(u32, &Candidate)],
) -> SiteCoordination {
    let mut levels: Vec<u32> = shells.iter().map(|(weight, _)| *weight).collect();
    levels.dedup();
    let lower = levels.iter().skip(1).copied().chain([0]);
    let probabilities: Vec<(u32, f64)> = levels
        .iter()
        .zip(lower)
        .map(|(&level, next)| (level, quarter_circle(level) - quarter_circle(next)))
        .collect();
    let none = 1.0 - probabilities.iter().map(|(_, probability)| probability).sum::<f64>();
    let mut best: Option<(u32, f64)> = None;
    for &(level, probability) in &probabilities {
        if best.is_none_or(|(_, highest)| probability > highest) {
            best = Some((level, probability));
        }
    }
    let least = best.filter(|(_, probability)| *probability >= none).map_or(u32::MAX, |(level, _)| level);
    // A neighbour belongs to its own level and to all below.
    let membership = |weight: u32| -> f64 {
        probabilities.iter().filter(|(level, _)| *level <= weight).map(|(_, probability)| probability).sum()
    };
    site.weighted_cn = Some(shells.iter().map(|(weight, _)| membership(*weight)).sum());
    let chosen = shells.iter().filter(|(weight, _)| *weight >= least);
    site.neighbors = chosen
        .map(|(weight, candidate)| Coordinated {
            index: candidate.site,
            element: element_at(structure, candidate.site),
            distance_angstrom: candidate.distance_angstrom,
            image: candidate.image,
            rule: Rule::CrystalNn,
            weight: Some(membership(*weight)),
        })
        .collect();
    site.cn = site.neighbors.len();
    site
}

/// Part of a quarter of the unit circle between 0 and a weight in thousandths.
fn quarter_circle(thousandths: u32) -> f64 {
    let x = f64::from(thousandths.min(1000)) / 1000.0;
    0.5 * (x * (1.0 - x * x).sqrt() + x.asin()) / FRAC_PI_4
}

fn main_occupant(structure: &Structure, site: usize) -> Option<&Occupant> {
    let row = structure.sites.get(site).and_then(|site| structure.asymmetric_of(site))?;
    let element = row.main_element();
    row.occupants.iter().find(|occupant| occupant.element == element)
}

fn electronegativity_factor(a: Option<&Occupant>, b: Option<&Occupant>) -> f64 {
    let value = |occupant: Option<&Occupant>| occupant?.element.data().electronegativity;
    let difference = value(a).zip(value(b)).map(|(x, y)| (x - y).abs());
    difference.map_or(1.0, |x| 1.0 + ELECTRONEGATIVITY_WEIGHT * (x / LARGEST_DIFFERENCE).sqrt())
}

fn distance_factor(a: Option<&Occupant>, b: Option<&Occupant>, distance_angstrom: f64) -> f64 {
    let ionic = |occupant: Option<&Occupant>| occupant.and_then(ionic_radius_angstrom);
    let covalent =
        |occupant: Option<&Occupant>| occupant.map_or(0.0, |o| covalent_radius_angstrom(o.element));
    let sum = ionic(a).zip(ionic(b)).map_or_else(|| covalent(a) + covalent(b), |(a, b)| a + b);
    let (full, none) = (sum + DISTANCE_STEP_ANGSTROM.0, sum + DISTANCE_STEP_ANGSTROM.1);
    if distance_angstrom <= full {
        1.0
    } else if distance_angstrom < none {
        0.5 * (1.0 + ((distance_angstrom - full) / (none - full) * PI).cos())
    } else {
        0.0
    }
}

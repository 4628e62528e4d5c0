//! All atoms of the cell that one written position stands for.
//!
//! Coordinates in files are rounded: 1/3 is written `0.333`, and its images under a threefold axis then lie a few
//! thousandths of an Å apart where one atom is meant. So images of one row that lie within 0.4 Å of each other are one
//! atom (the rule of gemmi), and the position is moved onto the point that its site symmetry fixes, the mean of the
//! coinciding images. Only sets of operations that form a group are accepted as a site symmetry; a smaller distance is
//! tried otherwise.
//!
//! Two things speak for atoms that are apart, though close: the multiplicity the file states, and an occupancy low
//! enough for all images (an atom split over two places 0.3 Å apart, each half filled).

use glam::DVec3;

use super::{group::Group, wrap_frac};
use crate::crystal::lattice::Lattice;

/// Images of one row closer than this are one atom.
pub const MERGE_DISTANCE_ANGSTROM: f64 = 0.4;

/// Distances tried in turn until the coinciding operations form a group.
const DISTANCES_ANGSTROM: [f64; 8] = [MERGE_DISTANCE_ANGSTROM, 0.2, 0.1, 0.05, 0.02, 0.01, 1e-3, 1e-4];

/// Rounding of coordinates does not move images of one atom further apart than this; splitting does.
const SPLIT_DISTANCE_ANGSTROM: f64 = 0.1;

/// Occupancies that should sum to 1 are rounded too.
const OCCUPANCY_TOLERANCE: f64 = 0.01;

/// Two positions closer than this are the same after projection.
const EXACT_DISTANCE_ANGSTROM: f64 = 1e-3;

/// What a row says about itself that helps to tell a split atom from a rounded one.
#[derive(Clone, Copy, Debug)]
pub struct RowHint {
    /// Occupancy of the row.
    pub occupancy: f64,
    /// Number of atoms in the cell that the file states for the row.
    pub multiplicity: Option<usize>,
}

/// One atom of an orbit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Image {
    /// Position within [0, 1).
    pub frac: DVec3,
    /// Index of the operation that made it.
    pub operation: usize,
}

/// The atoms of one row.
#[derive(Clone, Debug)]
pub struct Orbit {
    /// Every atom once, that of the identity first.
    pub images: Vec<Image>,
    /// Indices of the operations that fix the position.
    pub site_symmetry: Vec<usize>,
    /// How far the written position was from the one used.
    pub shift_angstrom: f64,
}

impl Orbit {
    /// One atom, where it is written.
    #[must_use]
    pub fn at(frac: DVec3) -> Self {
        Self { images: vec![Image { frac, operation: 0 }], site_symmetry: vec![0], shift_angstrom: 0.0 }
    }
}

/// An operation that maps the position near itself.
struct Fixing {
    operation: usize,
    distance_angstrom: f64,
    /// The image in the cell of the position itself.
    image: DVec3,
}

impl Group {
    /// The atoms that a written position stands for. Positions are reduced to the cell.
    #[must_use]
    pub fn orbit(&self, lattice: &Lattice, frac: DVec3, hint: RowHint) -> Orbit {
        if self.operations().len() == 1 {
            return Orbit::at(wrap_frac(frac));
        }
        if self.is_closed() {
            self.orbit_of_group(lattice, frac, hint)
        } else {
            self.orbit_of_list(lattice, frac)
        }
    }

    fn orbit_of_group(&self, lattice: &Lattice, written: DVec3, hint: RowHint) -> Orbit {
        let fixing = self.fixing(lattice, written, MERGE_DISTANCE_ANGSTROM);
        let mut site_symmetry = self.site_symmetry(&fixing, hint);
        let mut frac = written;
        if site_symmetry.len() > 1 {
            frac = mean_of(&fixing, &site_symmetry, written);
            // The projected position may turn out to be a more special one.
            let exact = self.fixing(lattice, frac, EXACT_DISTANCE_ANGSTROM);
            if exact.len() > site_symmetry.len() {
                site_symmetry = exact.iter().map(|f| f.operation).collect();
                frac = mean_of(&exact, &site_symmetry, frac);
            }
        }
        let shift_angstrom = lattice.cart_from_frac(frac - written).length();
        // Left cosets of the site symmetry: g and gs give the same atom.
        let mut is_covered = vec![false; self.operations().len()];
        let mut images = Vec::with_capacity(is_covered.len() / site_symmetry.len().max(1));
        for (operation, transform) in self.operations().iter().enumerate() {
            if is_covered.get(operation).copied().unwrap_or(true) {
                continue;
            }
            images.push(Image { frac: wrap_frac(transform.apply(frac)), operation });
            for fixed_by in &site_symmetry {
                if let Some(flag) =
                    self.product(operation, *fixed_by).and_then(|index| is_covered.get_mut(index))
                {
                    *flag = true;
                }
            }
        }
        Orbit { images, site_symmetry, shift_angstrom }
    }

    /// For lists that are no group there are no cosets: every image is compared with those kept.
    fn orbit_of_list(&self, lattice: &Lattice, frac: DVec3) -> Orbit {
        let mut images: Vec<Image> = Vec::new();
        for (operation, transform) in self.operations().iter().enumerate() {
            let image = wrap_frac(transform.apply(frac));
            let is_new = images.iter().all(|kept| {
                let difference = image - kept.frac;
                lattice.cart_from_frac(difference - difference.round()).length() >= MERGE_DISTANCE_ANGSTROM
            });
            if is_new {
                images.push(Image { frac: image, operation });
            }
        }
        Orbit { images, site_symmetry: vec![0], shift_angstrom: 0.0 }
    }

    fn fixing(&self, lattice: &Lattice, frac: DVec3, within_angstrom: f64) -> Vec<Fixing> {
        let mut fixing = Vec::new();
        for (operation, transform) in self.operations().iter().enumerate() {
            let difference = transform.apply(frac) - frac;
            let reduced = difference - difference.round();
            let distance_angstrom = lattice.cart_from_frac(reduced).length();
            if distance_angstrom < within_angstrom {
                fixing.push(Fixing { operation, distance_angstrom, image: frac + reduced });
            }
        }
        fixing
    }

    fn site_symmetry(&self, fixing: &[Fixing], hint: RowHint) -> Vec<usize> {
        if fixing.len() == 1 {
            return vec![0];
        }
        let mut default: Option<Vec<usize>> = None;
        for within in DISTANCES_ANGSTROM {
            let chosen: Vec<&Fixing> = fixing.iter().filter(|f| f.distance_angstrom < within).collect();
            let indices: Vec<usize> = chosen.iter().map(|f| f.operation).collect();
            if !self.is_subgroup(&indices) {
                continue;
            }
            if hint.multiplicity.is_some_and(|stated| stated * indices.len() == self.operations().len()) {
                return indices;
            }
            let spread = chosen.iter().fold(0.0_f64, |most, f| most.max(f.distance_angstrom));
            let is_split = spread > SPLIT_DISTANCE_ANGSTROM
                && hint.occupancy * indices.len() as f64 <= 1.0 + OCCUPANCY_TOLERANCE;
            if !is_split && default.is_none() {
                default = Some(indices);
            }
        }
        default.unwrap_or_else(|| vec![0])
    }

    fn is_subgroup(&self, indices: &[usize]) -> bool {
        indices.iter().all(|second| {
            indices.iter().all(|first| {
                self.product(*second, *first).is_some_and(|product| indices.binary_search(&product).is_ok())
            })
        })
    }
}

/// The mean of the images under `site_symmetry`, which all those operations fix.
fn mean_of(fixing: &[Fixing], site_symmetry: &[usize], written: DVec3) -> DVec3 {
    let mut offset = DVec3::ZERO;
    let mut count = 0.0;
    for near in fixing.iter().filter(|f| site_symmetry.binary_search(&f.operation).is_ok()) {
        offset += near.image - written;
        count += 1.0;
    }
    if count > 0.0 { written + offset / count } else { written }
}

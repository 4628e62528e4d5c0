//! Which atoms are drawn: those of the cell, their copies on its faces, and what they are bonded to.

use std::collections::HashSet;

use glam::{DVec3, IVec3};

use super::completion::{Molecule, Partners, Role, middle, roles};
use crate::crystal::{bonds::Bond, structure::Structure};

/// An atom of the structure, possibly in a neighbouring cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AtomImage {
    /// Index into the structure's sites.
    pub site: u32,
    /// Which cell, counted from the home cell.
    pub cell: [i32; 3],
}

impl AtomImage {
    /// Fractional coordinates of this image.
    #[must_use]
    pub fn frac(&self, structure: &Structure) -> DVec3 {
        let home = structure.sites.get(self.site as usize).map_or(DVec3::ZERO, |site| site.frac);
        home + IVec3::from(self.cell).as_dvec3()
    }

    /// Cartesian position of this image in Å.
    #[must_use]
    pub fn cart(&self, structure: &Structure) -> DVec3 {
        structure.lattice.cart_from_frac(self.frac(structure))
    }
}

/// What is drawn outside the cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Beyond {
    /// Nothing: bonds that leave the cell are left out.
    Nothing,
    /// What belongs to the cell's contents: whole molecules, complete coordination of cations.
    #[default]
    Completed,
    /// The partners of every atom.
    AllBonded,
}

/// How near a face, in fractions of the cell edge, an atom counts as lying on it.
const ON_FACE: f64 = 1e-4;

/// The atoms to draw, home cell first, then face copies, then what completes them; without repetition.
#[must_use]
pub fn displayed_atoms(structure: &Structure, bonds: &[Bond], beyond: Beyond) -> Vec<AtomImage> {
    let sites = 0..structure.sites.len() as u32;
    if !structure.periodic {
        return without_coincident(structure, sites.map(|site| AtomImage { site, cell: [0; 3] }).collect());
    }
    let partners = partners_by_site(structure.sites.len(), bonds);
    let (roles, molecules) = match beyond {
        Beyond::Completed => roles(structure, &partners),
        Beyond::Nothing | Beyond::AllBonded => (Vec::new(), Vec::new()),
    };
    let role = |site: u32| roles.get(site as usize).copied().unwrap_or(Role::Framework);
    let is_alone = |site: u32| !matches!(role(site), Role::Molecule(_));

    let mut atoms: Vec<AtomImage> =
        sites.filter(|site| is_alone(*site)).map(|site| AtomImage { site, cell: [0; 3] }).collect();
    let mut face_copies = Vec::new();
    for (site, place) in structure.sites.iter().zip(0..).filter(|(_, place)| is_alone(*place)) {
        face_copies.extend(copies_on_faces(site.frac).map(|cell| AtomImage { site: place, cell }));
    }
    atoms.append(&mut face_copies);
    let in_cell = atoms.len();
    atoms.extend(molecules.iter().flat_map(|molecule| whole_molecules(structure, molecule)));
    if beyond != Beyond::Nothing {
        let mut drawn: HashSet<AtomImage> = atoms.iter().copied().collect();
        for index in 0..in_cell {
            let Some(atom) = atoms.get(index).copied() else { break };
            let on_face = structure.sites.get(atom.site as usize).is_some_and(|site| lies_on_face(site.frac));
            if role(atom.site) == Role::Guest || (role(atom.site) == Role::Inside && on_face) {
                continue;
            }
            for &(site, offset) in partners.get(atom.site as usize).map_or(&[][..], Vec::as_slice) {
                let cell = (IVec3::from(atom.cell) + IVec3::from(offset)).to_array();
                let partner = AtomImage { site, cell };
                if drawn.insert(partner) {
                    atoms.push(partner);
                }
            }
        }
    }
    without_coincident(structure, atoms)
}

/// The images of a molecule whose middle lies in the closed cell.
fn whole_molecules(structure: &Structure, molecule: &Molecule) -> Vec<AtomImage> {
    let middle = middle(structure, molecule);
    // A middle on a wall, up to rounding, counts as 0.
    let home = (middle + ON_FACE).floor();
    let shifts = std::iter::once([0; 3]).chain(copies_on_faces(middle - home));
    shifts
        .flat_map(|shift| {
            let move_by = IVec3::from(shift) - home.as_ivec3();
            molecule.iter().map(move |(site, cell)| AtomImage {
                site: *site,
                cell: (IVec3::from(*cell) + move_by).to_array(),
            })
        })
        .collect()
}

/// Leaves out atoms that stand on another of the same kind to a hundredth of an Å: a million on one point look like one,
/// and would be drawn a million times.
fn without_coincident(structure: &Structure, mut atoms: Vec<AtomImage>) -> Vec<AtomImage> {
    let mut taken = HashSet::with_capacity(atoms.len());
    atoms.retain(|atom| {
        let place = (atom.cart(structure) * 100.0).round().as_i64vec3();
        let kind = structure.sites.get(atom.site as usize).map(|site| structure.element_of(site));
        taken.insert((place, kind))
    });
    atoms
}

/// For every site, its bonded sites and the cell they lie in relative to its own.
pub(super) fn partners_by_site(sites: usize, bonds: &[Bond]) -> Partners {
    let mut partners: Partners = vec![Vec::new(); sites];
    for bond in bonds {
        let back = bond.image.map(|i| -i);
        if let Some(list) = partners.get_mut(bond.a as usize) {
            list.push((bond.b, bond.image));
        }
        if let Some(list) = partners.get_mut(bond.b as usize) {
            list.push((bond.a, back));
        }
    }
    partners
}

fn lies_on_face(frac: DVec3) -> bool {
    frac.to_array().iter().any(|f| *f < ON_FACE || *f > 1.0 - ON_FACE)
}

/// Cells other than home in which an atom at `frac` touches the home cell's box.
fn copies_on_faces(frac: DVec3) -> impl Iterator<Item = [i32; 3]> {
    let shifts = frac.to_array().map(|f| {
        if f < ON_FACE {
            1
        } else if f > 1.0 - ON_FACE {
            -1
        } else {
            0
        }
    });
    (1..8_u32).filter_map(move |mask| {
        let mut cell = [0; 3];
        for (axis, (out, shift)) in cell.iter_mut().zip(shifts).enumerate() {
            if mask & (1 << axis) != 0 {
                if shift == 0 {
                    return None;
                }
                *out = shift;
            }
        }
        Some(cell)
    })
}

//! Which atoms are drawn: those of the cell, their copies on its faces, and what they are bonded to.

use std::collections::HashSet;

use glam::{DVec3, IVec3};

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
    /// The partners of atoms inside the cell; atoms on its faces keep only bonds to what is drawn already.
    #[default]
    Bonded,
    /// The partners of every atom, those on faces included.
    AllBonded,
}

/// How near a face, in fractions of the cell edge, an atom counts as lying on it.
const ON_FACE: f64 = 1e-4;

/// The atoms to draw, home cell first, then face copies, then bonded partners; without repetition.
#[must_use]
pub fn displayed_atoms(structure: &Structure, bonds: &[Bond], beyond: Beyond) -> Vec<AtomImage> {
    let mut atoms: Vec<AtomImage> =
        (0..structure.sites.len() as u32).map(|site| AtomImage { site, cell: [0; 3] }).collect();
    if !structure.periodic {
        return atoms;
    }
    let mut face_copies = Vec::new();
    for (site, place) in structure.sites.iter().zip(0..) {
        face_copies.extend(copies_on_faces(site.frac).map(|cell| AtomImage { site: place, cell }));
    }
    let home_and_faces = atoms.len() + face_copies.len();
    atoms.append(&mut face_copies);
    if beyond == Beyond::Nothing {
        return atoms;
    }

    let mut drawn: HashSet<AtomImage> = atoms.iter().copied().collect();
    let partners = partners_by_site(structure.sites.len(), bonds);
    for index in 0..home_and_faces {
        let Some(atom) = atoms.get(index).copied() else { break };
        let on_face = structure.sites.get(atom.site as usize).is_some_and(|site| lies_on_face(site.frac));
        if on_face && beyond == Beyond::Bonded {
            continue;
        }
        for &(site, offset) in partners.get(atom.site as usize).map_or(&[][..], Vec::as_slice) {
            let partner = AtomImage { site, cell: (IVec3::from(atom.cell) + IVec3::from(offset)).to_array() };
            if drawn.insert(partner) {
                atoms.push(partner);
            }
        }
    }
    atoms
}

/// For every site, its bonded sites and the cell they lie in relative to its own.
pub(super) fn partners_by_site(sites: usize, bonds: &[Bond]) -> Vec<Vec<(u32, [i32; 3])>> {
    let mut partners: Vec<Vec<(u32, [i32; 3])>> = vec![Vec::new(); sites];
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

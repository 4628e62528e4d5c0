//! Coordination polyhedra as faces.

use std::collections::HashSet;

use glam::{IVec3, Vec3};

use super::{AtomImage, ColorScheme, Face, completion::is_spectator};
use crate::crystal::{analysis::coordination::polyhedra::Polyhedron, structure::Structure};

/// Opacity of the sides of polyhedra: the atoms inside can be seen.
const OPACITY: u8 = 115;

/// The sides of the polyhedra round all drawn centres whose ligands are all drawn.
///
/// Large cations of low charge (Na, Ca, Sr, La …) fill the space that the framework leaves; their polyhedra would hide it,
/// so they are drawn only where there are no others.
pub(super) fn sides(
    structure: &Structure,
    polyhedra: &[Polyhedron],
    atoms: &[AtomImage],
    colors: ColorScheme,
) -> Vec<Face> {
    let mut by_site: Vec<Option<&Polyhedron>> = vec![None; structure.sites.len()];
    for polyhedron in polyhedra {
        if let Some(slot) = by_site.get_mut(polyhedron.centre) {
            *slot = Some(polyhedron);
        }
    }
    let drawn: HashSet<AtomImage> = atoms.iter().copied().collect();
    let whole: Vec<(&Polyhedron, Vec<AtomImage>)> = atoms
        .iter()
        .filter_map(|atom| {
            let polyhedron = by_site.get(atom.site as usize).copied().flatten()?;
            let corners: Vec<AtomImage> = polyhedron
                .ligands
                .iter()
                .map(|ligand| AtomImage {
                    site: ligand.index as u32,
                    cell: (IVec3::from(atom.cell) + IVec3::from(ligand.image)).to_array(),
                })
                .collect();
            corners.iter().all(|corner| drawn.contains(corner)).then_some((polyhedron, corners))
        })
        .collect();
    let has_framework = whole.iter().any(|(polyhedron, _)| !is_spectator(polyhedron.element));
    let mut faces = Vec::new();
    for (polyhedron, corners) in &whole {
        if has_framework && is_spectator(polyhedron.element) {
            continue;
        }
        let [r, g, b, _] = colors.color(polyhedron.element);
        let places: Vec<Vec3> = corners.iter().map(|corner| corner.cart(structure).as_vec3()).collect();
        for side in &polyhedron.faces {
            let corners = side.iter().filter_map(|corner| places.get(*corner as usize).copied()).collect();
            faces.push(Face { corners, color: [r, g, b, OPACITY] });
        }
    }
    faces
}

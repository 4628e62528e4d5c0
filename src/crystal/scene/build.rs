//! From a structure to primitives.

use std::collections::HashMap;

use glam::{DVec3, Vec3};

use super::{
    AtomImage, Beyond, Cylinder, NO_ATOM, Rgba, Scene, Sphere, UNLIT, bodies, displayed_atoms,
    images::partners_by_site,
};
use crate::crystal::{
    analysis::coordination::polyhedra::Polyhedron,
    bonds::Bond,
    element::Element,
    structure::{AsymmetricSite, Structure},
};

/// Whose element colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ColorScheme {
    /// Those of VESTA.
    #[default]
    Vesta,
    /// Those of Jmol.
    Jmol,
}

impl ColorScheme {
    /// Colour of an element.
    #[must_use]
    pub fn color(self, element: Element) -> Rgba {
        let (r, g, b) = match self {
            Self::Vesta => element.data().vesta_color,
            Self::Jmol => element.data().jmol_color,
        };
        [r, g, b, 255]
    }
}

/// How a structure becomes a scene.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct SceneStyle {
    /// Radius of a ball as a fraction of the atomic radius.
    pub ball_scale: f32,
    /// Radius of a stick in Å.
    pub stick_radius_angstrom: f32,
    /// Whether bonds are drawn.
    pub show_bonds: bool,
    /// Whether the cell's edges are drawn.
    pub show_cell: bool,
    /// Whether coordination polyhedra are drawn.
    pub show_polyhedra: bool,
    /// What is drawn outside the cell.
    pub beyond: Beyond,
    /// Element colours.
    pub colors: ColorScheme,
}

impl Default for SceneStyle {
    fn default() -> Self {
        Self {
            ball_scale: 0.4,
            stick_radius_angstrom: 0.11,
            show_bonds: true,
            show_cell: true,
            show_polyhedra: false,
            beyond: Beyond::default(),
            colors: ColorScheme::default(),
        }
    }
}

/// How the atoms of one distinct site are drawn.
#[derive(Clone, Copy, Default)]
struct Look {
    radius: f32,
    color: Rgba,
    second: Rgba,
    stick: Rgba,
}

/// Colours and shares of the two most frequent species of a site. Further species, rare as they are, count to the second.
fn shared_colors(row: &AsymmetricSite, colors: ColorScheme) -> (Rgba, Rgba) {
    let total = row.total_occupancy();
    let mut occupants: Vec<_> = row.occupants.iter().collect();
    occupants.sort_by(|a, b| b.occupancy.total_cmp(&a.occupancy));
    let color_of = |index: usize, share: f64| {
        let element = occupants.get(index).map_or(row.main_element(), |occupant| occupant.element);
        let [r, g, b, _] = colors.color(element);
        [r, g, b, (share * 255.0).round().clamp(0.0, 255.0) as u8]
    };
    // A site that is filled more than once is drawn in the proportions of what fills it.
    let scale = if total > 1.0 { 1.0 / total } else { 1.0 };
    let first = occupants.first().map_or(1.0, |occupant| occupant.occupancy * scale);
    (color_of(0, first), color_of(1, total * scale - first))
}

/// Makes the scene of a structure. `polyhedra` are those of the bonds, needed only if the style shows them; of those, the
/// ones whose corners are all drawn become faces. `cell_color` is that of the cell's edges.
#[must_use]
pub fn build(
    structure: &Structure,
    bonds: &[Bond],
    polyhedra: &[Polyhedron],
    style: &SceneStyle,
    cell_color: Rgba,
) -> Scene {
    // Bonds that are not drawn still say which atoms complete a polyhedron.
    let bonds = if style.show_bonds || style.show_polyhedra { bonds } else { &[] };
    let atoms = displayed_atoms(structure, bonds, style.beyond);
    let sticks = if style.show_bonds { bonds } else { &[] };
    // What the pictures of one distinct site have in common is looked up once.
    let looks: Vec<Look> = structure
        .asymmetric
        .iter()
        .map(|row| {
            let element = row.main_element();
            let radius = element.data().atomic_radius_angstrom as f32 * style.ball_scale;
            // A ball thinner than its stick would be an open end of a tube.
            let thinnest = if sticks.is_empty() { 0.05 } else { 1.35 * style.stick_radius_angstrom };
            let (color, second) = shared_colors(row, style.colors);
            Look { radius: radius.max(thinnest), color, second, stick: style.colors.color(element) }
        })
        .collect();
    let look = |site: u32| {
        structure
            .sites
            .get(site as usize)
            .and_then(|site| looks.get(site.asymmetric as usize).copied())
            .unwrap_or_default()
    };

    let mut spheres: Vec<Sphere> = atoms
        .iter()
        .zip(0..)
        .map(|(atom, id)| {
            let Look { radius, color, second, .. } = look(atom.site);
            Sphere { center: atom.cart(structure).as_vec3().to_array(), radius, color, second, id, flags: 0 }
        })
        .collect();

    let mut cylinders = Vec::new();
    for (from, to) in bonded_pairs(structure, sticks, &atoms) {
        let (start, end) = (from.cart(structure).as_vec3(), to.cart(structure).as_vec3());
        let (start_look, end_look) = (look(from.site), look(to.site));
        cylinders.push(Cylinder {
            start: start.to_array(),
            radius: style.stick_radius_angstrom,
            end: end.to_array(),
            split: split_between(start.distance(end), start_look.radius, end_look.radius),
            start_color: start_look.stick,
            end_color: end_look.stick,
            flags: 0,
        });
    }

    if structure.periodic && style.show_cell {
        cell_edges(structure, cell_color, &mut spheres, &mut cylinders);
    }
    let faces = if style.show_polyhedra {
        bodies::sides(structure, polyhedra, &atoms, style.colors)
    } else {
        Vec::new()
    };
    Scene::new(spheres, cylinders, atoms).with_faces(faces)
}

/// Every bond between two drawn atoms, once.
fn bonded_pairs(structure: &Structure, bonds: &[Bond], atoms: &[AtomImage]) -> Vec<(AtomImage, AtomImage)> {
    let drawn: HashMap<AtomImage, usize> = atoms.iter().copied().zip(0..).collect();
    let partners = partners_by_site(structure.sites.len(), bonds);
    let mut pairs = Vec::new();
    for (index, atom) in atoms.iter().enumerate() {
        for &(site, offset) in partners.get(atom.site as usize).map_or(&[][..], Vec::as_slice) {
            let mut cell = atom.cell;
            for (axis, shift) in cell.iter_mut().zip(offset) {
                *axis += shift;
            }
            let partner = AtomImage { site, cell };
            // The later of the two draws the bond.
            if drawn.get(&partner).is_some_and(|other| *other < index) {
                pairs.push((partner, *atom));
            }
        }
    }
    pairs
}

/// Where the colour changes: half way between the surfaces of the two balls.
fn split_between(length: f32, start_radius: f32, end_radius: f32) -> f32 {
    if length <= 0.0 {
        return 0.5;
    }
    (0.5 * (1.0 + (start_radius - end_radius) / length)).clamp(0.0, 1.0)
}

fn cell_edges(structure: &Structure, color: Rgba, spheres: &mut Vec<Sphere>, cylinders: &mut Vec<Cylinder>) {
    let corner = |mask: u32| -> Vec3 {
        let frac = DVec3::new(f64::from(mask & 1), f64::from(mask >> 1 & 1), f64::from(mask >> 2 & 1));
        structure.lattice.cart_from_frac(frac).as_vec3()
    };
    // Thin beside the atoms, yet never so thin that a picture of a large cell loses it.
    let diagonal = corner(0).distance(corner(7));
    let radius = (0.0017 * diagonal).clamp(0.016, 0.5);
    for mask in 0..8 {
        let center = corner(mask).to_array();
        spheres.push(Sphere { center, radius, color, second: color, id: NO_ATOM, flags: UNLIT });
        for axis in [1, 2, 4] {
            if mask & axis == 0 {
                cylinders.push(Cylinder {
                    start: center,
                    radius,
                    end: corner(mask | axis).to_array(),
                    split: 1.0,
                    start_color: color,
                    end_color: color,
                    flags: UNLIT,
                });
            }
        }
    }
}

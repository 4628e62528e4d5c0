//! Coordination polyhedra: the bodies that ligands span around their centres.
//!
//! A centre is a site most of whose neighbours are more electronegative than itself; those, if they are 4 to 12, are the
//! corners. Where the corners lie in a plane there is no body. The measures of distortion:
//!
//! - distortion index (Baur, Acta Cryst. B30 (1974) 1195): mean of |l − l̄| / l̄ over the distances l to the corners;
//! - bond-angle variance σ² = Σ(θ − θ₀)²/(m − 1) and quadratic elongation λ = mean of (l/l₀)² (Robinson, Gibbs and
//!   Ribbe, Science 172 (1971) 567), for tetrahedra (θ₀ = 109.47°, 6 angles) and octahedra (90°, the 12 angles along
//!   edges). l₀ belongs to the regular body of the same volume.

use glam::DVec3;
use serde::Serialize;

use super::{
    super::super::{bonds::Bond, element::Element, structure::Structure},
    Coordinated, Coordination, SiteCoordination, as_symbol,
    hull::convex_hull,
};

/// How many corners a polyhedron may have.
const CORNERS: std::ops::RangeInclusive<usize> = 4..=12;
/// Corners closer than this are one corner.
const ONE_CORNER_ANGSTROM: f64 = 1e-6;

/// Bodies whose regular form is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Four corners.
    Tetrahedron,
    /// Six corners and eight triangles.
    Octahedron,
    /// Any other.
    Other,
}

/// A corner of a polyhedron.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ligand {
    /// Index into [`Structure::sites`].
    pub index: usize,
    /// Cell of the ligand relative to the cell of the centre.
    pub image: [i32; 3],
    /// Place relative to the centre in Å, Cartesian.
    #[serde(skip)]
    pub from_centre_angstrom: DVec3,
}

/// A centre, its ligands and the body they span.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Polyhedron {
    /// Index of the centre into [`Structure::sites`].
    pub centre: usize,
    /// Main element of the centre.
    #[serde(serialize_with = "as_symbol")]
    pub element: Element,
    /// Whether it is a body whose regular form is known.
    pub shape: Shape,
    /// The corners, nearest first.
    pub ligands: Vec<Ligand>,
    /// Indices into `ligands` around each face, anticlockwise from outside.
    pub faces: Vec<Vec<u32>>,
    /// In Å³.
    pub volume_angstrom3: f64,
    /// Mean distance between centre and corner in Å.
    pub mean_distance_angstrom: f64,
    /// Baur's distortion index.
    pub distortion_index: f64,
    /// Variance of the bond angles in degrees², for tetrahedra and octahedra.
    pub bond_angle_variance_deg2: Option<f64>,
    /// Quadratic elongation, 1 for a regular body; for tetrahedra and octahedra.
    pub quadratic_elongation: Option<f64>,
}

/// The polyhedra of a structure, in the order of their centres.
#[must_use]
pub fn polyhedra(structure: &Structure, coordination: &Coordination) -> Vec<Polyhedron> {
    coordination.sites.iter().filter_map(|site| polyhedron(structure, site)).collect()
}

/// The polyhedra that the bonds of the viewer span.
#[must_use]
pub fn bonded_polyhedra(structure: &Structure, bonds: &[Bond]) -> Vec<Polyhedron> {
    polyhedra(structure, &Coordination::from_bonds(structure, bonds))
}

fn polyhedron(structure: &Structure, site: &SiteCoordination) -> Option<Polyhedron> {
    let own = site.element.data().electronegativity?;
    let is_ligand = |near: &&Coordinated| near.element.data().electronegativity.is_some_and(|x| x > own);
    let mut ligands: Vec<Ligand> = Vec::new();
    for near in site.neighbors.iter().filter(is_ligand) {
        let ligand = ligand(structure, site.index, near)?;
        let place = ligand.from_centre_angstrom;
        if ligands.iter().all(|other| other.from_centre_angstrom.distance(place) > ONE_CORNER_ANGSTROM) {
            ligands.push(ligand);
        }
    }
    if !CORNERS.contains(&ligands.len()) || 2 * ligands.len() <= site.neighbors.len() {
        return None;
    }
    let places: Vec<DVec3> = ligands.iter().map(|ligand| ligand.from_centre_angstrom).collect();
    let hull = convex_hull(&places)?;
    let shape = match (places.len(), hull.faces.len()) {
        (4, 4) => Shape::Tetrahedron,
        (6, 8) if hull.faces.iter().flatten().count() == 24 && has_four_edges_per_corner(&hull.faces) => {
            Shape::Octahedron
        }
        _ => Shape::Other,
    };
    let count = places.len() as f64;
    let mean_distance_angstrom = places.iter().map(|place| place.length()).sum::<f64>() / count;
    let deviation = |place: &DVec3| (place.length() - mean_distance_angstrom).abs() / mean_distance_angstrom;
    Some(Polyhedron {
        centre: site.index,
        element: site.element,
        shape,
        volume_angstrom3: hull.volume,
        mean_distance_angstrom,
        distortion_index: places.iter().map(deviation).sum::<f64>() / count,
        bond_angle_variance_deg2: bond_angle_variance(shape, &places, &hull.faces),
        quadratic_elongation: quadratic_elongation(shape, &places, hull.volume),
        faces: hull.faces,
        ligands,
    })
}

fn ligand(structure: &Structure, centre: usize, near: &Coordinated) -> Option<Ligand> {
    let shift = DVec3::from_array(near.image.map(f64::from));
    let frac = structure.sites.get(near.index)?.frac + shift - structure.sites.get(centre)?.frac;
    let from_centre_angstrom = structure.lattice.cart_from_frac(frac);
    Some(Ligand { index: near.index, image: near.image, from_centre_angstrom })
}

/// Other bodies have six corners and eight triangles too; in an octahedron four of them meet in each corner.
fn has_four_edges_per_corner(faces: &[Vec<u32>]) -> bool {
    (0..6).all(|corner| faces.iter().filter(|face| face.contains(&corner)).count() == 4)
}

fn bond_angle_variance(shape: Shape, places: &[DVec3], faces: &[Vec<u32>]) -> Option<f64> {
    let ideal_deg = match shape {
        Shape::Tetrahedron => (-1.0_f64 / 3.0).acos().to_degrees(),
        Shape::Octahedron => 90.0,
        Shape::Other => return None,
    };
    let mut squares = Vec::new();
    for (a, index) in places.iter().zip(0_u32..) {
        for (b, other) in places.iter().zip(0_u32..).skip(index as usize + 1) {
            // Corners of one triangle are joined by an edge; all four of a tetrahedron are.
            if faces.iter().any(|face| face.contains(&index) && face.contains(&other)) {
                let angle_deg = a.cross(*b).length().atan2(a.dot(*b)).to_degrees();
                squares.push((angle_deg - ideal_deg).powi(2));
            }
        }
    }
    (squares.len() > 1).then(|| squares.iter().sum::<f64>() / (squares.len() - 1) as f64)
}

fn quadratic_elongation(shape: Shape, places: &[DVec3], volume: f64) -> Option<f64> {
    // Volume of the regular body whose corners are 1 Å from its middle.
    let unit_volume = match shape {
        Shape::Tetrahedron => 8.0 * 3_f64.sqrt() / 27.0,
        Shape::Octahedron => 4.0 / 3.0,
        Shape::Other => return None,
    };
    let regular = (volume / unit_volume).cbrt();
    let squares = places.iter().map(|place| (place.length() / regular).powi(2));
    Some(squares.sum::<f64>() / places.len() as f64)
}

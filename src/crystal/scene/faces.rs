//! Faces: plane convex polygons among the atoms, seen through.
//!
//! Renderers draw the polygons; the thin lines round them are cylinders like others, from [`rims`].

use std::collections::BTreeMap;

use glam::Vec3;

use super::{Cylinder, Rgba, Scene, UNLIT};

/// A plane convex polygon among the atoms: a side of a polyhedron, a lattice plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// Corners in Å, in order round the polygon.
    pub corners: Vec<Vec3>,
    /// Colour and opacity.
    pub color: Rgba,
}

/// Thickness of a rim, in radii of the scene, and its least and largest radius in Å: half as thick as the cell's edges.
const RIM: f32 = 0.0018;
const RIM_RADIUS_ANGSTROM: (f32, f32) = (0.009, 0.3);
/// How dark a rim is beside its face.
const RIM_SHARE: f32 = 0.55;
/// Corners closer than this, in Å, are one corner.
const ONE_CORNER: f32 = 1e-3;

impl Face {
    /// Middle of the corners, and the unit normal about which they go anticlockwise. `None` for what is no polygon, has no
    /// area, or is not seen at all.
    #[must_use]
    pub fn plane(&self) -> Option<(Vec3, Vec3)> {
        let middle = self.corners.iter().sum::<Vec3>() / self.corners.len().max(1) as f32;
        let next = self.corners.iter().cycle().skip(1);
        let twice_area: Vec3 =
            self.corners.iter().zip(next).map(|(a, b)| (*a - middle).cross(*b - middle)).sum();
        let is_seen = self.corners.len() >= 3 && self.color[3] > 0 && twice_area.is_finite();
        (is_seen && twice_area.length() > 1e-6).then(|| (middle, twice_area.normalize()))
    }
}

/// The lines round the faces of a scene, each once, darker than the faces and opaque.
#[must_use]
pub fn rims(scene: &Scene) -> Vec<Cylinder> {
    let (thinnest, thickest) = RIM_RADIUS_ANGSTROM;
    let radius = (RIM * scene.bounds.radius).clamp(thinnest, thickest);
    let key = |corner: Vec3| (corner / ONE_CORNER).round().as_i64vec3().to_array();
    let mut lines = BTreeMap::new();
    for face in scene.faces.iter().filter(|face| face.plane().is_some()) {
        for (from, to) in face.corners.iter().zip(face.corners.iter().cycle().skip(1)) {
            let (a, b) = (key(*from), key(*to));
            if a != b {
                lines.entry((a.min(b), a.max(b))).or_insert((*from, *to, face.color));
            }
        }
    }
    lines
        .into_values()
        .map(|(from, to, [r, g, b, _])| {
            let [r, g, b] = [r, g, b].map(|byte| (f32::from(byte) * RIM_SHARE).round() as u8);
            let color = [r, g, b, 255];
            let (start, end) = (from.to_array(), to.to_array());
            Cylinder { start, radius, end, split: 1.0, start_color: color, end_color: color, flags: UNLIT }
        })
        .collect()
}

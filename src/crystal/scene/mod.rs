//! The scene: a structure as spheres, cylinders and faces, ready for any renderer.
//!
//! [`build()`] turns a structure, its bonds and its polyhedra into primitives in Cartesian Å; [`lattice_planes`] adds planes
//! to them; a [`Camera`] says from where they are seen.
//! The GPU renderer, the CPU ray-caster and picking all read the same scene.

mod bodies;
mod build;
mod camera;
mod completion;
mod faces;
mod images;
mod pick;
mod planes;
mod triad;

pub use build::{ColorScheme, SceneStyle, build};
pub use camera::{Camera, CameraFrame, Projection, StandardView};
pub use faces::{Face, rims};
pub use images::{AtomImage, Beyond, displayed_atoms};
pub use pick::pick;
pub use planes::{LatticePlanes, lattice_planes};
pub use triad::triad;

use bytemuck::{Pod, Zeroable};
use glam::Vec3;

/// Id of primitives that are no atom.
pub const NO_ATOM: u32 = u32::MAX;
/// Primitive flag: drawn in its plain colour.
pub const UNLIT: u32 = 1;

/// sRGB colour with opacity, as shaders read it.
pub type Rgba = [u8; 4];

/// A sphere as the GPU reads it: 32 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Sphere {
    /// Centre in Å.
    pub center: [f32; 3],
    /// Radius in Å.
    pub radius: f32,
    /// Colour; in place of opacity the share of the sphere that it fills, 255 for all of it.
    pub color: Rgba,
    /// Colour and share of a second species on a shared site; what then remains is vacancy.
    pub second: Rgba,
    /// Index into [`Scene::atoms`], or [`NO_ATOM`].
    pub id: u32,
    /// [`UNLIT`] or 0.
    pub flags: u32,
}

/// A cylinder as the GPU reads it: 44 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Cylinder {
    /// Start of the axis in Å.
    pub start: [f32; 3],
    /// Radius in Å.
    pub radius: f32,
    /// End of the axis in Å.
    pub end: [f32; 3],
    /// Where along the axis the colour changes, 0–1.
    pub split: f32,
    /// Colour before the split.
    pub start_color: Rgba,
    /// Colour after it.
    pub end_color: Rgba,
    /// [`UNLIT`] or 0.
    pub flags: u32,
}

/// A ball of space that holds what is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Centre in Å.
    pub center: Vec3,
    /// Radius in Å, positive.
    pub radius: f32,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Atoms, and the joints of the cell's edges.
    pub spheres: Vec<Sphere>,
    /// Bonds and the cell's edges.
    pub cylinders: Vec<Cylinder>,
    /// Polygons that are seen through: sides of polyhedra, lattice planes.
    pub faces: Vec<Face>,
    /// Which atom of the structure each id is.
    pub atoms: Vec<AtomImage>,
    /// Where all of it is.
    pub bounds: Bounds,
}

impl Scene {
    /// A scene without faces whose bounds are found from its primitives.
    #[must_use]
    pub fn new(spheres: Vec<Sphere>, cylinders: Vec<Cylinder>, atoms: Vec<AtomImage>) -> Self {
        let mut scene = Self {
            spheres,
            cylinders,
            faces: Vec::new(),
            atoms,
            bounds: Bounds { center: Vec3::ZERO, radius: 1.0 },
        };
        scene.bounds = bounds_of(&scene);
        scene
    }

    /// The same scene with more faces.
    #[must_use]
    pub fn with_faces(mut self, faces: impl IntoIterator<Item = Face>) -> Self {
        self.faces.extend(faces);
        self.bounds = bounds_of(&self);
        self
    }

    /// Balls of space, centre and radius in Å, among whose pictures all that is drawn lies.
    fn balls(&self) -> impl Iterator<Item = (Vec3, f32)> {
        let spheres = self.spheres.iter().map(|s| (Vec3::from(s.center), s.radius));
        let corners = self.faces.iter().flat_map(|face| face.corners.iter().map(|corner| (*corner, 0.0)));
        spheres.chain(corners)
    }
}

/// Centre of the bounding box, radius from there: close to the smallest ball for the boxes that crystals are, and
/// independent of the order of the atoms.
fn bounds_of(scene: &Scene) -> Bounds {
    let balls = || {
        let ends = |c: &Cylinder| [(Vec3::from(c.start), c.radius), (Vec3::from(c.end), c.radius)];
        scene.balls().chain(scene.cylinders.iter().flat_map(ends))
    };
    let (low, high) = balls().fold((Vec3::INFINITY, Vec3::NEG_INFINITY), |(low, high), (center, radius)| {
        (low.min(center - radius), high.max(center + radius))
    });
    if !low.is_finite() || !high.is_finite() {
        return Bounds { center: Vec3::ZERO, radius: 1.0 };
    }
    let center = 0.5 * (low + high);
    let radius = balls().map(|(ball, radius)| ball.distance(center) + radius).fold(0.0, f32::max);
    Bounds { center, radius: radius.max(0.1) }
}

//! From where a scene is seen.
//!
//! The camera itself is three-d's: position, target, up, and the turns about them. Its projection matrix is OpenGL's
//! (depth from -1 to 1); renderers here take the focal scale out of it and compute depth for wgpu (0 to 1) themselves,
//! in [`CameraFrame`] and nowhere else.

use glam::{DVec3, Mat4, Vec2, Vec3};
use three_d::InnerSpace as _;

use super::{Bounds, Scene};
use crate::crystal::lattice::Lattice;

/// How depth becomes a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Projection {
    /// Near things are larger.
    Perspective,
    /// Parallel rays: lengths can be compared.
    #[default]
    Orthographic,
}

/// The views everybody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum StandardView {
    /// Along a.
    A,
    /// Along b.
    B,
    /// Along c.
    C,
    /// Along a*, at right angles to the bc plane.
    AStar,
    /// Along b*.
    BStar,
    /// Along c*.
    CStar,
    /// Along the body diagonal, a + b + c.
    Diagonal,
    /// a towards the viewer, b to the right, c up, turned and lifted a little: the usual drawing of a cell.
    Iso,
}

impl StandardView {
    /// All of them, in the order of the toolbar.
    pub const ALL: [Self; 8] =
        [Self::A, Self::B, Self::C, Self::AStar, Self::BStar, Self::CStar, Self::Diagonal, Self::Iso];

    /// Short name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
            Self::AStar => "a*",
            Self::BStar => "b*",
            Self::CStar => "c*",
            Self::Diagonal => "111",
            Self::Iso => "iso",
        }
    }

    /// Directions towards the viewer and upwards, Cartesian.
    fn back_and_up(self, lattice: &Lattice) -> (DVec3, DVec3) {
        let [a, b, c] = lattice.vectors();
        let [a_star, b_star, c_star] = lattice.reciprocal_vectors();
        match self {
            Self::A => (a, c),
            Self::B => (b, c),
            Self::C => (c, b),
            Self::AStar => (a_star, c),
            Self::BStar => (b_star, c),
            Self::CStar => (c_star, b),
            Self::Diagonal => (a + b + c, c),
            Self::Iso => {
                // Like the clinographic drawings of mineralogy, turned and lifted a little further.
                let (turn, lift) = (25_f64.to_radians(), 14_f64.to_radians());
                let up = c.normalize();
                let front = (a - a.dot(up) * up).normalize();
                let right = up.cross(front);
                let level = turn.cos() * front + turn.sin() * right;
                (lift.cos() * level + lift.sin() * up, c)
            }
        }
    }
}

impl std::str::FromStr for StandardView {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|view| view.name() == name)
            .ok_or_else(|| format!("`{name}` is not a view; use one of a, b, c, a*, b*, c*, 111, iso"))
    }
}

/// Vertical angle of view: that of a long lens, which keeps cells from looking like boxes seen by a fly.
const FIELD_OF_VIEW_DEG: f32 = 20.0;
/// Nearest and farthest distance to the target, in radii of the scene.
const DISTANCE_RANGE: (f32, f32) = (0.05, 60.0);

/// A camera that looks at a scene.
#[derive(Clone, Debug)]
pub struct Camera {
    inner: three_d::Camera,
    projection: Projection,
    bounds: Bounds,
}

impl Camera {
    /// Looks at all of a scene from a standard view.
    #[must_use]
    pub fn new(bounds: Bounds, lattice: &Lattice, view: StandardView, projection: Projection) -> Self {
        let inner = three_d::Camera::new_perspective(
            three_d::Viewport::new_at_origo(1, 1),
            three_d::vec3(0.0, 0.0, 1.0),
            three_d::vec3(0.0, 0.0, 0.0),
            three_d::vec3(0.0, 1.0, 0.0),
            three_d::degrees(FIELD_OF_VIEW_DEG),
            0.1,
            10.0,
        );
        let mut camera = Self { inner, projection, bounds };
        camera.look_along(lattice, view);
        camera
    }

    /// The way depth becomes a picture.
    #[must_use]
    pub fn projection(&self) -> Projection {
        self.projection
    }

    /// Changes the projection; things at the target keep their size.
    pub fn set_projection(&mut self, projection: Projection) {
        self.projection = projection;
    }

    /// Another scene takes the place of the one looked at: keeps direction, zoom and what is in the middle.
    pub fn set_bounds(&mut self, bounds: Bounds) {
        let scale = bounds.radius / self.bounds.radius;
        let offset = (self.inner.position() - self.inner.target()) * scale;
        let target = self.inner.target() + cg(bounds.center - self.bounds.center);
        let up = self.inner.up();
        self.inner.set_view(target + offset, target, up);
        self.bounds = bounds;
    }

    /// The scene has grown or shrunk a little: keeps direction, scale, and what is in the middle.
    pub fn follow(&mut self, bounds: Bounds) {
        let moved = cg(bounds.center - self.bounds.center);
        let (position, target, up) = (self.inner.position(), self.inner.target(), self.inner.up());
        self.inner.set_view(position + moved, target + moved, up);
        self.bounds = bounds;
    }

    /// Takes a standard view of the whole scene.
    pub fn look_along(&mut self, lattice: &Lattice, view: StandardView) {
        let (back, up) = view.back_and_up(lattice);
        let target = cg(self.bounds.center);
        let position = target + cg(back.normalize().as_vec3()) * self.fitting_distance();
        self.inner.set_view(position, target, cg(up.normalize().as_vec3()));
    }

    /// Shows the whole scene from the present direction.
    pub fn fit(&mut self) {
        let back = (self.inner.position() - self.inner.target()).normalize();
        let (target, up) = (cg(self.bounds.center), self.inner.up());
        let position = target + back * self.fitting_distance();
        self.inner.set_view(position, target, up);
    }

    /// Shows the whole scene from the present direction, as large as a picture of an aspect ratio can. A square in the
    /// lower left corner, `corner` of the shorter side long, stays free if that costs less than a third of the size.
    pub fn fit_tightly(&mut self, scene: &Scene, aspect: f32, corner: f32) {
        self.fit();
        let frame = self.frame(aspect);
        let Some(middle) = frame.ndc(self.bounds.center) else { return };
        // How far into the picture the outermost ball reaches, 1 being its edge.
        let reach = scene
            .balls()
            .filter_map(|(center, radius)| {
                let at = (frame.ndc(center)? - middle).abs();
                let depth =
                    if frame.perspective { -frame.view_from_world.transform_point3(center).z } else { 1.0 };
                let radius = frame.focal * radius / depth;
                Some((at + radius).max_element())
            })
            .fold(0.0, f32::max);
        if reach > 0.0 {
            // Perspective grows a little faster than the factor: leave air for that.
            self.zoom(if frame.perspective { 0.92 } else { 0.96 } / reach);
        }
        let full = self.inner.clone();
        for _ in 0..8 {
            if !touches_corner(&self.frame(aspect), scene, aspect, corner) {
                return;
            }
            self.zoom(0.95);
        }
        self.inner = full;
    }

    /// Turns the scene as if it were dragged: radians to the right and downwards.
    pub fn orbit(&mut self, right_rad: f32, down_rad: f32) {
        // Turning about the picture's own up, straightened before and after, never meets a pole; three-d's free rotation
        // changes the distance with every step.
        self.straighten();
        let target = self.inner.target();
        self.inner.rotate_around_with_fixed_up(target, right_rad, down_rad);
        self.straighten();
    }

    fn straighten(&mut self) {
        let (position, target, up) = (self.inner.position(), self.inner.target(), self.inner.up_orthogonal());
        self.inner.set_view(position, target, up);
    }

    /// Turns the picture about the line of sight, radians anticlockwise.
    pub fn roll(&mut self, angle_rad: f32) {
        let back = (self.inner.position() - self.inner.target()).normalize();
        let up = self.inner.up_orthogonal();
        let turned = up * angle_rad.cos() + up.cross(back) * -angle_rad.sin();
        let (position, target) = (self.inner.position(), self.inner.target());
        self.inner.set_view(position, target, turned);
    }

    /// Moves the scene, in fractions of the picture's shorter side.
    pub fn pan(&mut self, right: f32, up: f32) {
        let side = self.visible_side();
        let shift =
            self.inner.right_direction() * (-right * side) + self.inner.up_orthogonal() * (-up * side);
        let (position, target, up) = (self.inner.position(), self.inner.target(), self.inner.up());
        self.inner.set_view(position + shift, target + shift, up);
    }

    /// Makes things at the target larger by a factor.
    pub fn zoom(&mut self, factor: f32) {
        if !factor.is_finite() || factor <= 0.0 {
            return;
        }
        let (nearest, farthest) = DISTANCE_RANGE;
        let distance =
            (self.distance() / factor).clamp(nearest * self.bounds.radius, farthest * self.bounds.radius);
        let target = self.inner.target();
        let back = (self.inner.position() - target).normalize();
        let up = self.inner.up();
        self.inner.set_view(target + back * distance, target, up);
    }

    /// What renderers need, for a picture of an aspect ratio (width ÷ height).
    #[must_use]
    pub fn frame(&self, aspect: f32) -> CameraFrame {
        let mut camera = self.inner.clone();
        let middle = cg(self.bounds.center) - camera.position();
        let ahead = middle.dot(camera.view_direction());
        let radius = self.bounds.radius * 1.001;
        let far = ahead + radius;
        let near = match self.projection {
            Projection::Perspective => (ahead - radius).max(self.bounds.radius * 1e-3),
            Projection::Orthographic => ahead - radius,
        };
        let far = far.max(near + self.bounds.radius * 1e-3);
        let aspect = aspect.clamp(1e-3, 1e3);
        // The angle of view belongs to the shorter side, so that what fits stays in a picture of any shape.
        let vertical = 2.0 * (tan_half_view() / aspect.min(1.0)).atan();
        // Only the ratio of the viewport counts; the sides are whole numbers there.
        camera.set_viewport(three_d::Viewport::new_at_origo((aspect * 4096.0) as u32, 4096));
        match self.projection {
            Projection::Perspective => {
                camera.set_perspective_projection(three_d::radians(vertical), near, far);
            }
            Projection::Orthographic => {
                camera.set_orthographic_projection(2.0 * (0.5 * vertical).tan(), near, far);
            }
        }
        let projection = camera.projection();
        CameraFrame {
            view_from_world: Mat4::from_cols_array_2d(&camera.view().into()),
            focal: Vec2::new(projection.x.x, projection.y.y),
            near,
            far,
            perspective: self.projection == Projection::Perspective,
        }
    }

    fn distance(&self) -> f32 {
        (self.inner.position() - self.inner.target()).magnitude()
    }

    /// Length in Å at the target that the shorter side of the picture shows.
    fn visible_side(&self) -> f32 {
        2.0 * tan_half_view() * self.distance()
    }

    /// Distance at which the scene's ball just fits a square picture, with a little air.
    fn fitting_distance(&self) -> f32 {
        let half = 0.5 * FIELD_OF_VIEW_DEG.to_radians();
        let air = 1.02;
        match self.projection {
            Projection::Perspective => air * self.bounds.radius / half.sin(),
            Projection::Orthographic => air * self.bounds.radius / half.tan(),
        }
    }
}

/// Whether a sphere reaches into the square in the lower left corner.
fn touches_corner(frame: &CameraFrame, scene: &Scene, aspect: f32, corner: f32) -> bool {
    // The square's upper right end, in normalised device coordinates.
    let shorter = Vec2::new((1.0 / aspect).min(1.0), aspect.min(1.0));
    let end = 2.0 * corner * shorter - Vec2::ONE;
    corner > 0.0
        && scene.balls().any(|(center, radius)| {
            let depth =
                if frame.perspective { -frame.view_from_world.transform_point3(center).z } else { 1.0 };
            let reach = frame.focal * radius / depth;
            frame.ndc(center).is_some_and(|at| (at - reach).cmplt(end).all())
        })
}

fn tan_half_view() -> f32 {
    (0.5 * FIELD_OF_VIEW_DEG.to_radians()).tan()
}

fn cg(v: Vec3) -> three_d::Vec3 {
    three_d::vec3(v.x, v.y, v.z)
}

/// A camera frozen for one picture. View space: camera at the origin, looking along -z, Å.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CameraFrame {
    /// World to view space.
    pub view_from_world: Mat4,
    /// Focal scale: x and y of the projection matrix's diagonal.
    pub focal: Vec2,
    /// Nearest distance drawn in Å (may be negative with parallel rays).
    pub near: f32,
    /// Farthest distance drawn in Å.
    pub far: f32,
    /// Perspective, or parallel rays.
    pub perspective: bool,
}

impl CameraFrame {
    /// Origin and direction, in view space, of the ray through a point in normalised device coordinates.
    #[must_use]
    pub fn ray(&self, ndc: Vec2) -> (Vec3, Vec3) {
        let slope = ndc / self.focal;
        if self.perspective {
            (Vec3::ZERO, slope.extend(-1.0).normalize())
        } else {
            (slope.extend(0.0), Vec3::NEG_Z)
        }
    }

    /// Depth in wgpu's range, 0 at `near` to 1 at `far`, of a distance along the line of sight.
    #[must_use]
    pub fn depth(&self, distance: f32) -> f32 {
        let depth = (distance - self.near) / (self.far - self.near);
        if self.perspective { depth * self.far / distance } else { depth }
    }

    /// Where a world position falls in the picture, in normalised device coordinates; `None` behind the camera.
    #[must_use]
    pub fn ndc(&self, world: Vec3) -> Option<Vec2> {
        let seen = self.view_from_world.transform_point3(world);
        if !self.perspective {
            return Some(seen.truncate() * self.focal);
        }
        (seen.z < 0.0).then(|| seen.truncate() * self.focal / -seen.z)
    }

    /// World directions to the right and upwards in the picture.
    #[must_use]
    pub fn right_and_up(&self) -> (Vec3, Vec3) {
        let rows = self.view_from_world.transpose();
        (rows.x_axis.truncate(), rows.y_axis.truncate())
    }
}

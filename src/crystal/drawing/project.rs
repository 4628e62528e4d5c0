//! From view space to the page: points, discs, and arcs of circles.
//!
//! View space is that of [`CameraFrame`]: the eye at the origin or infinitely far along +z, Å. The page is in points, y
//! downwards. A circle in space becomes an ellipse, or a conic close to one; its arcs are written as cubic curves whose
//! ends and tangents are exact, 90° at most each, so that they lie within 0.03 % of the radius.

use std::f64::consts::FRAC_PI_2;

use glam::{DMat4, DVec2, DVec3};

use super::{Area, DrawingError};
use crate::{crystal::scene::CameraFrame, figure::svg::Path};

/// A camera and the part of the page that its picture fills.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    from_world: DMat4,
    /// Points per unit of slope (perspective) or per Å (parallel rays).
    scale: DVec2,
    /// Point of the page in the middle of the picture.
    middle: DVec2,
    pub perspective: bool,
    pub near: f64,
}

/// The outline of a ball on the page: an ellipse whose long axis points away from the middle of the picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Disc {
    pub center: DVec2,
    /// Half the long axis in points.
    pub major: f64,
    /// Half the short axis in points.
    pub minor: f64,
    /// Unit vector along the long axis.
    pub toward: DVec2,
}

impl View {
    pub fn new(frame: &CameraFrame, area: Area) -> Result<Self, DrawingError> {
        let half = DVec2::new(area.width, area.height) * 0.5;
        let scale = frame.focal.as_dvec2() * half;
        let is_usable = scale.is_finite()
            && scale.min_element() > 0.0
            && area.x.is_finite()
            && area.y.is_finite()
            && frame.view_from_world.is_finite();
        if !is_usable {
            return Err(DrawingError::NotFinite);
        }
        if (scale.x / scale.y - 1.0).abs() > 0.01 {
            return Err(DrawingError::Aspect);
        }
        Ok(Self {
            from_world: frame.view_from_world.as_dmat4(),
            scale,
            middle: DVec2::new(area.x, area.y) + half,
            perspective: frame.perspective,
            near: f64::from(frame.near),
        })
    }

    /// View space from world space.
    pub fn place(&self, world: [f32; 3]) -> DVec3 {
        self.from_world.transform_point3(glam::Vec3::from(world).as_dvec3())
    }

    /// The page's point of a place in view space.
    pub fn point(&self, place: DVec3) -> DVec2 {
        let slope = if self.perspective { place.truncate() / -place.z } else { place.truncate() };
        self.middle + slope * self.scale * DVec2::new(1.0, -1.0)
    }

    /// How the page's point moves when a place moves by `step`.
    fn motion(&self, place: DVec3, step: DVec3) -> DVec2 {
        let slope = if self.perspective {
            (step.truncate() + place.truncate() * (step.z / -place.z)) / -place.z
        } else {
            step.truncate()
        };
        slope * self.scale * DVec2::new(1.0, -1.0)
    }

    /// The same view with a point of the page as the origin and a length in points as the unit.
    pub fn local(self, origin: DVec2, unit: f64) -> Self {
        Self { middle: (self.middle - origin) / unit, scale: self.scale / unit, ..self }
    }

    /// Where the ray through a point of the page begins, and its direction.
    pub fn ray(&self, point: DVec2) -> (DVec3, DVec3) {
        let slope = (point - self.middle) / self.scale * DVec2::new(1.0, -1.0);
        if self.perspective {
            (DVec3::ZERO, slope.extend(-1.0).normalize())
        } else {
            (slope.extend(0.0), DVec3::NEG_Z)
        }
    }

    /// Unit vector from a place towards the eye.
    pub fn to_eye(self, place: DVec3) -> DVec3 {
        if self.perspective { -place.normalize_or_zero() } else { DVec3::Z }
    }

    /// Points per Å at a place, across the line of sight.
    pub fn points_per_angstrom(&self, place: DVec3) -> f64 {
        if self.perspective { self.scale.y / -place.z } else { self.scale.y }
    }

    /// Rank of a ball in the order of painting; larger is farther.
    ///
    /// Of two balls whose outlines overlap, the one of smaller rank hides the other on every ray that meets both, except
    /// where its own front lies inside the other. With parallel rays that rank is the depth of the centre; from a point it
    /// is the square of the tangent, which is the product of the two distances at which a ray enters and leaves.
    pub fn rank(&self, center: DVec3, radius: f64) -> f64 {
        if self.perspective { center.length_squared() - radius * radius } else { -center.z }
    }

    /// Whether a ball lies wholly before the eye and the near plane.
    pub fn is_before_eye(&self, center: DVec3, radius: f64) -> bool {
        -center.z - radius > self.near.max(if self.perspective { 1e-3 * radius } else { f64::MIN })
    }

    /// Outline of a ball that lies before the eye.
    pub fn disc(&self, center: DVec3, radius: f64) -> Disc {
        if !self.perspective {
            let size = radius * self.scale.y;
            return Disc { center: self.point(center), major: size, minor: size, toward: DVec2::X };
        }
        let aside = center.truncate().length();
        let toward = center.truncate().normalize_or(DVec2::X);
        let distance = -center.z;
        let d2 = distance * distance - radius * radius;
        let middle = aside * distance / d2;
        let major = radius * (aside * aside + d2).sqrt() / d2;
        let flip = DVec2::new(1.0, -1.0);
        Disc {
            center: self.middle + toward * middle * self.scale * flip,
            major: major * self.scale.y,
            minor: radius / d2.sqrt() * self.scale.y,
            toward: toward * flip,
        }
    }
}

impl Disc {
    /// Whether two outlines may share a point.
    pub fn meets(&self, other: &Self) -> bool {
        let reach = self.major + other.major;
        self.center.distance_squared(other.center) < reach * reach
    }
}

/// A circle in view space: `center + u cos θ + v sin θ`, with `u` and `v` as long as its radius.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ring {
    pub center: DVec3,
    pub u: DVec3,
    pub v: DVec3,
}

impl Ring {
    pub fn at(&self, angle: f64) -> DVec3 {
        self.center + self.u * angle.cos() + self.v * angle.sin()
    }

    fn motion_at(&self, angle: f64) -> DVec3 {
        self.v * angle.cos() - self.u * angle.sin()
    }

    /// Goes on with a path, which stands at `from`, along the ring to `to` (radians, either way).
    pub fn append_arc(&self, view: &View, path: &mut Path, from: f64, to: f64) {
        let pieces = ((to - from).abs() / FRAC_PI_2 - 1e-6).ceil().max(1.0);
        let step = (to - from) / pieces;
        let handle = 4.0 / 3.0 * (step / 4.0).tan();
        for piece in 0..pieces as u32 {
            let begin = from + step * f64::from(piece);
            let end = begin + step;
            let (start, stop) = (self.at(begin), self.at(end));
            let first = view.point(start) + view.motion(start, self.motion_at(begin)) * handle;
            let last = view.point(stop);
            let second = last - view.motion(stop, self.motion_at(end)) * handle;
            path.cubic_to(first.into(), second.into(), last.into());
        }
    }
}

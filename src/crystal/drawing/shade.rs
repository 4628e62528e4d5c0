//! Light: the colours of the ray-caster as gradients.
//!
//! The picture's shading of a ball is close to rings around an eccentric bright spot: one radial gradient fits it with a
//! root mean square error of 2 % over all normals (centre, radius and focus below were fitted to the shading of three
//! greys). A stick is shaded across its axis only, which a linear gradient does exactly. Fading with depth goes in steps, so
//! that gradients are shared.

use std::collections::BTreeMap;

use glam::{DVec2, DVec3};

use super::Shading;
use crate::{
    crystal::{render::lit_face, scene::Rgba},
    figure::svg::{Fill, GradientId, Svg},
};

/// Steps of fading.
pub(super) const FADE_STEPS: f64 = 8.0;

/// Centre, radius and focus of a ball's gradient, in radii of the ball from its middle, y upwards.
const BALL_CENTER: DVec2 = DVec2::new(-0.380, 0.750);
const BALL_RADIUS: f64 = 1.845;
const BALL_FOCUS: DVec2 = DVec2::new(-0.230, 0.320);
const BALL_STOPS: [f64; 11] = [0.0, 0.05, 0.11, 0.18, 0.28, 0.4, 0.52, 0.64, 0.76, 0.88, 1.0];
/// Places across a stick, from -1 to 1.
const STICK_STOPS: [f64; 8] = [-1.0, -0.9, -0.7, -0.3, 0.2, 0.6, 0.88, 1.0];

/// Makes fills, each once.
#[derive(Debug)]
pub(super) struct Paints {
    shading: Shading,
    background: DVec3,
    /// How much the far end fades, 0–1.
    fade: f64,
    /// Rank distances along the line of sight at which fading begins and ends, Å.
    fade_range: (f64, f64),
    balls: BTreeMap<(Rgba, u32), GradientId>,
    sticks: BTreeMap<(i64, i64, [Rgba; STICK_STOPS.len()]), GradientId>,
}

impl Paints {
    pub fn new(shading: Shading, background: Rgba, fade: f64, fade_range: (f64, f64)) -> Self {
        // Fading needs something to fade to.
        let fade = if background[3] == 255 { fade.clamp(0.0, 1.0) } else { 0.0 };
        let (balls, sticks) = (BTreeMap::new(), BTreeMap::new());
        Self { shading, background: unit(background), fade, fade_range, balls, sticks }
    }

    /// Step of fading at a distance along the line of sight in Å.
    pub fn fade_step(&self, distance: f64) -> u32 {
        if self.fade == 0.0 {
            return 0;
        }
        let (begin, end) = self.fade_range;
        (((distance - begin) / (end - begin).max(1e-6)).clamp(0.0, 1.0) * FADE_STEPS).round() as u32
    }

    /// A plain colour after fading.
    pub fn faded(&self, color: Rgba, step: u32) -> Rgba {
        self.bytes(unit(color), step)
    }

    /// Inside of a polygon with a unit normal on the eye's side.
    pub fn face(&self, color: Rgba, normal: DVec3, step: u32) -> Rgba {
        if self.shading == Shading::Flat {
            return self.faded(color, step);
        }
        self.bytes(lit_face(color, normal.as_vec3()).as_dvec3(), step)
    }

    fn bytes(&self, color: DVec3, step: u32) -> Rgba {
        let share = f64::from(step) / FADE_STEPS * self.fade;
        let [r, g, b] = (color.lerp(self.background, share) * 255.0).to_array().map(|c| c.round() as u8);
        [r, g, b, 255]
    }

    /// Inside of a ball.
    pub fn ball(&mut self, svg: &mut Svg, color: Rgba, step: u32, is_unlit: bool) -> Fill {
        if is_unlit || self.shading == Shading::Flat {
            return Fill::Color(self.faded(color, step));
        }
        let [r, g, b, _] = color;
        if let Some(known) = self.balls.get(&([r, g, b, 255], step)) {
            return Fill::Gradient(*known);
        }
        let stops = BALL_STOPS.map(|stop| (stop, self.bytes(ring_color(unit(color), stop), step)));
        let box_of = |place: DVec2| (0.5 + 0.5 * place.x, 0.5 - 0.5 * place.y);
        let made = svg.radial_gradient(box_of(BALL_CENTER), 0.5 * BALL_RADIUS, box_of(BALL_FOCUS), &stops);
        self.balls.insert(([r, g, b, 255], step), made);
        Fill::Gradient(made)
    }

    /// Inside of a stick that is 2 wide on a page of its own, with its axis through the origin. `angle` is that from x to
    /// its right silhouette; `front` and `side` are normals in view space, towards the eye and to that silhouette.
    pub fn stick(
        &mut self,
        svg: &mut Svg,
        color: Rgba,
        step: u32,
        angle: f64,
        (front, side, to_eye): (DVec3, DVec3, DVec3),
    ) -> Fill {
        if self.shading == Shading::Flat {
            return Fill::Color(self.faded(color, step));
        }
        let stops = STICK_STOPS.map(|place| {
            let normal = side * place + front * (1.0 - place * place).max(0.0).sqrt();
            (0.5 + 0.5 * place, self.bytes(lit(unit(color), normal, to_eye), step))
        });
        let across = DVec2::from_angle(angle);
        let rounded = (across * 1000.0).round().as_i64vec2();
        let key = (rounded.x, rounded.y, stops.map(|(_, color)| color));
        let made = self
            .sticks
            .entry(key)
            .or_insert_with(|| svg.linear_gradient((-across).into(), across.into(), &stops));
        Fill::Gradient(*made)
    }

    /// The colour that stands for a stick too thin for a gradient.
    pub fn thin_stick(&self, color: Rgba, step: u32, (front, side, to_eye): (DVec3, DVec3, DVec3)) -> Rgba {
        if self.shading == Shading::Flat {
            return self.faded(color, step);
        }
        let places = [-0.7, 0.0, 0.7];
        let sum: DVec3 = places
            .iter()
            .map(|place| lit(unit(color), side * *place + front * (1.0 - place * place).sqrt(), to_eye))
            .sum();
        self.bytes(sum / places.len() as f64, step)
    }
}

fn unit(color: Rgba) -> DVec3 {
    let [r, g, b, _] = color.map(|byte| f64::from(byte) / 255.0);
    DVec3::new(r, g, b)
}

/// Mean colour of the ring of a ball's gradient at a stop, as far as it lies on the ball.
fn ring_color(color: DVec3, stop: f64) -> DVec3 {
    const POINTS: u32 = 48;
    let middle = BALL_FOCUS.lerp(BALL_CENTER, stop);
    let mut sum = DVec3::ZERO;
    let mut count = 0.0;
    for index in 0..POINTS {
        let angle = std::f64::consts::TAU * f64::from(index) / f64::from(POINTS);
        let at = middle + DVec2::from_angle(angle) * (stop * BALL_RADIUS);
        let z2 = 1.0 - at.length_squared();
        if z2 >= 0.0 {
            sum += lit(color, at.extend(z2.sqrt()), DVec3::Z);
            count += 1.0;
        }
    }
    if count == 0.0 {
        // The last ring touches the ball at the point opposite to the light.
        let edge = (BALL_FOCUS - BALL_CENTER).normalize();
        return lit(color, (0.985 * edge).extend(0.17), DVec3::Z);
    }
    sum / count
}

/// `shade` of the ray-caster, before fading.
fn lit(color: DVec3, normal: DVec3, to_eye: DVec3) -> DVec3 {
    let light = DVec3::new(-0.45, 0.65, 0.75).normalize();
    let diffuse = normal.dot(light).max(0.0);
    let sky = 0.5 + 0.5 * normal.y;
    let shine = normal.dot((light + to_eye).normalize()).max(0.0).powf(48.0);
    let facing = (normal.dot(to_eye).clamp(0.0, 1.0) / 0.42).min(1.0);
    let rim = 0.55 + 0.45 * facing * facing * (3.0 - 2.0 * facing);
    let lit = color.powf(2.2) * (0.22 + 0.16 * sky + 0.68 * diffuse) * rim + DVec3::splat(0.16 * shine);
    lit.clamp(DVec3::ZERO, DVec3::ONE).powf(1.0 / 2.2)
}

//! The labelled axes in the corner of the picture.
//!
//! The letters are strokes made of cylinders: the same picture comes out of the window, of an export at any size and of
//! the ray-caster, without a font.

use glam::{DVec3, Mat3, Mat4, Vec2, Vec3};

use super::{CameraFrame, Cylinder, NO_ATOM, Rgba, Scene, Sphere, UNLIT};
use crate::crystal::structure::Structure;

/// Radius of the ball that axes and letters stay in, in lengths of the longest axis.
const REACH: f32 = 1.45;
const AXIS_RADIUS: f32 = 0.05;
const STROKE_RADIUS: f32 = 0.026;
/// Half the height of a small letter.
const LETTER_SIZE: f32 = 0.16;

/// The axes of a structure as seen by `frame`, in a scene of their own with a frame of its own: square, parallel rays.
#[must_use]
pub fn triad(structure: &Structure, frame: &CameraFrame, axis_colors: [Rgba; 3]) -> (Scene, CameraFrame) {
    let vectors = structure.lattice.vectors().map(DVec3::as_vec3);
    let longest = vectors.into_iter().map(Vec3::length).fold(f32::MIN_POSITIVE, f32::max);
    // Long cells keep their proportions, but no axis gets too short to read.
    let axes = vectors.map(|v| v.normalize_or_zero() * (v.length() / longest).max(0.55));
    let letters = if structure.periodic { ["a", "b", "c"] } else { ["x", "y", "z"] };
    let (right, up) = frame.right_and_up();

    let mut spheres = Vec::new();
    let mut cylinders = Vec::new();
    for ((axis, letter), color) in axes.into_iter().zip(letters).zip(axis_colors) {
        let mut stroke = |from: Vec3, to: Vec3, radius: f32, flags: u32| {
            for end in [from, to] {
                spheres.push(Sphere {
                    center: end.to_array(),
                    radius,
                    color,
                    second: color,
                    id: NO_ATOM,
                    flags,
                });
            }
            cylinders.push(Cylinder {
                start: from.to_array(),
                radius,
                end: to.to_array(),
                split: 1.0,
                start_color: color,
                end_color: color,
                flags,
            });
        };
        stroke(Vec3::ZERO, axis, AXIS_RADIUS, 0);
        let center = axis + axis.normalize_or_zero() * 0.27;
        let place = |point: Vec2| center + LETTER_SIZE * (right * point.x + up * point.y);
        for line in strokes(letter) {
            for (from, to) in line.iter().zip(line.iter().skip(1)) {
                stroke(place(*from), place(*to), STROKE_RADIUS, UNLIT);
            }
        }
    }
    let scene = Scene::new(spheres, cylinders, Vec::new());

    let rotation = Mat3::from_mat4(frame.view_from_world);
    let own_frame = CameraFrame {
        view_from_world: Mat4::from_translation(Vec3::new(0.0, 0.0, -2.0 * REACH))
            * Mat4::from_mat3(rotation),
        focal: Vec2::splat(1.0 / REACH),
        near: 0.0,
        far: 4.0 * REACH,
        perspective: false,
    };
    (scene, own_frame)
}

/// Lines of a letter; small letters fill the square from -1 to 1.
fn strokes(letter: &str) -> Vec<Vec<Vec2>> {
    let line = |points: &[(f32, f32)]| points.iter().map(|&(x, y)| Vec2::new(x, y)).collect();
    match letter {
        "a" => vec![arc(0.0, 360.0), line(&[(1.0, 1.0), (1.0, -1.0)])],
        "b" => vec![arc(0.0, 360.0), line(&[(-1.0, 2.0), (-1.0, -1.0)])],
        "c" => vec![arc(48.0, 312.0)],
        "x" => vec![line(&[(-0.8, 1.0), (0.8, -1.0)]), line(&[(0.8, 1.0), (-0.8, -1.0)])],
        "y" => vec![line(&[(-0.8, 1.0), (0.0, -0.6)]), line(&[(0.8, 1.0), (-0.4, -1.8)])],
        _ => vec![line(&[(-0.8, 1.0), (0.8, 1.0), (-0.8, -1.0), (0.8, -1.0)])],
    }
}

fn arc(from_deg: f32, to_deg: f32) -> Vec<Vec2> {
    const STEPS: u16 = 20;
    (0..=STEPS)
        .map(|step| {
            let angle = (from_deg + (to_deg - from_deg) * f32::from(step) / f32::from(STEPS)).to_radians();
            Vec2::new(0.95 * angle.cos(), angle.sin())
        })
        .collect()
}

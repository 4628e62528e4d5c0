//! How faces look: what the shader's vertices, the ray-caster and the vector drawing have in common.

use glam::Vec3;

use crate::crystal::scene::Rgba;

/// Colour of a face in its light, sRGB, 0–1. `normal` is the unit normal on the viewer's side, in view space. The light is
/// that of the atoms, softened: a side that is turned away from it stays readable, and nothing shines.
#[must_use]
pub fn lit_face(color: Rgba, normal: Vec3) -> Vec3 {
    let [r, g, b, _] = color.map(|byte| f32::from(byte) / 255.0);
    let light = Vec3::new(-0.45, 0.65, 0.75).normalize();
    let diffuse = normal.dot(light).max(0.0);
    let sky = 0.5 + 0.5 * normal.y;
    let lit = Vec3::new(r, g, b).powf(2.2) * (0.5 + 0.16 * sky + 0.42 * diffuse);
    lit.clamp(Vec3::ZERO, Vec3::ONE).powf(1.0 / 2.2)
}

//! Which atom lies under the pointer.

use glam::Vec2;

use super::{CameraFrame, NO_ATOM, Scene};

/// Index into [`Scene::atoms`] of the nearest atom under a point in normalised device coordinates (x right, y up, -1–1).
#[must_use]
pub fn pick(scene: &Scene, frame: &CameraFrame, ndc: Vec2) -> Option<u32> {
    let (origin, direction) = frame.ray(ndc);
    scene
        .spheres
        .iter()
        .filter(|sphere| sphere.id != NO_ATOM)
        .filter_map(|sphere| {
            let to_center = frame.view_from_world.transform_point3(sphere.center.into()) - origin;
            let along = to_center.dot(direction);
            let foot = to_center - along * direction;
            let half_chord2 = sphere.radius * sphere.radius - foot.length_squared();
            let distance = along - half_chord2.max(0.0).sqrt();
            (half_chord2 >= 0.0 && distance > 0.0).then_some((distance, sphere.id))
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, id)| id)
}

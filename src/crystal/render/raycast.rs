//! The renderer on the processor: the twin of `shaders/crystal.wgsl`.
//!
//! It draws the same picture where a machine has no GPU at all, and it is what the shader is tested against. Primitives
//! are sorted into square bins of the picture, and rows of bins are drawn on all cores; pixels outside every primitive
//! cost nothing.

use glam::{Vec2, Vec3};
use rayon::prelude::*;

use super::{Layer, Picture, faces::lit_face};
use crate::crystal::scene::{CameraFrame, Cylinder, Face, NO_ATOM, Rgba, Sphere, UNLIT, rims};

/// Side of a bin in pixels.
const BIN: u32 = 32;
/// Rays a pixel: a 2 × 2 grid, turned so that edges near the axes get four different offsets.
const SAMPLES: [(f32, f32); 4] = [(0.375, 0.125), (0.875, 0.375), (0.125, 0.625), (0.625, 0.875)];

/// Draws a picture: `width × height × 4` bytes, rows top down, sRGB, premultiplied alpha.
#[must_use]
pub fn draw(picture: &Picture) -> Vec<u8> {
    draw_rows(picture, 0, picture.height)
}

/// Draws rows `top..top + rows` of a picture.
#[must_use]
pub fn draw_rows(picture: &Picture, top: u32, rows: u32) -> Vec<u8> {
    let layers: Vec<Prepared<'_>> =
        picture.layers().into_iter().map(|layer| Prepared::new(picture, layer, top, rows)).collect();
    let row_bytes = picture.width as usize * 4;
    let mut pixels = vec![0; row_bytes * rows as usize];
    pixels.par_chunks_mut(row_bytes * BIN as usize).enumerate().for_each(|(bin_row, band)| {
        let bin_row = bin_row as u32;
        let mut glass = Vec::new();
        for (row, y) in band.chunks_exact_mut(row_bytes).zip(top + bin_row * BIN..) {
            for (pixel, x) in row.chunks_exact_mut(4).zip(0_u32..) {
                pixel.copy_from_slice(&pixel_color(picture, &layers, bin_row, (x, y), &mut glass));
            }
        }
    });
    pixels
}

/// `glass` is scratch space for the faces that a ray meets.
fn pixel_color(
    picture: &Picture,
    layers: &[Prepared<'_>],
    bin_row: u32,
    (x, y): (u32, u32),
    glass: &mut Vec<Pane>,
) -> Rgba {
    let [r, g, b, a] = picture.palette.background.map(f32::from);
    let background = [r * a / 255.0, g * a / 255.0, b * a / 255.0, a];
    let mut sum = [0.0_f32; 4];
    for (dx, dy) in SAMPLES {
        let ndc = Vec2::new(
            2.0 * (x as f32 + dx) / picture.width as f32 - 1.0,
            1.0 - 2.0 * (y as f32 + dy) / picture.height as f32,
        );
        let mut sample = background;
        let mut reached = f32::INFINITY;
        for layer in layers {
            let bin = layer.bin(bin_row, x / BIN);
            if let Some((depth, [r, g, b])) = layer.cast(picture, ndc, bin)
                && depth < reached
            {
                sample = [r * 255.0, g * 255.0, b * 255.0, 255.0];
                reached = depth;
            }
            layer.look_through(picture, ndc, bin, reached, glass, &mut sample);
        }
        for (total, value) in sum.iter_mut().zip(sample) {
            *total += value;
        }
    }
    sum.map(|total| (total / SAMPLES.len() as f32).round().clamp(0.0, 255.0) as u8)
}

/// A layer with its primitives in view space and in bins.
struct Prepared<'a> {
    layer: Layer<'a>,
    spheres: Vec<(Vec3, &'a Sphere)>,
    cylinders: Vec<(Vec3, Vec3, Cylinder)>,
    panes: Vec<SeenFace>,
    /// For every bin, row by row: indices of spheres, then of cylinders (from `spheres.len()` on), with the distance at
    /// which each begins; nearest first, so that a ray stops at what hides the rest.
    bins: Vec<Vec<(f32, u32)>>,
    /// For every bin the indices of its faces; empty if there are no faces at all.
    pane_bins: Vec<Vec<u32>>,
    columns: u32,
}

/// A face in view space.
struct SeenFace {
    /// Each corner with the direction in the plane, at right angles to the side that begins there, that points inwards.
    sides: Vec<(Vec3, Vec3)>,
    middle: Vec3,
    /// On the viewer's side.
    normal: Vec3,
    /// Lit, before fading.
    color: Vec3,
    opacity: f32,
}

/// Where a ray meets a face.
struct Pane {
    distance: f32,
    index: u32,
}

/// Faces at distances less apart than this, in Å, lie in one plane and are painted in their order.
const IN_PLANE: f32 = 1e-3;

/// A primitive's rectangle in ndc of its layer.
struct Rect {
    low: Vec2,
    high: Vec2,
}

impl<'a> Prepared<'a> {
    fn new(picture: &Picture, layer: Layer<'a>, top: u32, rows: u32) -> Self {
        let place = |world: [f32; 3]| layer.frame.view_from_world.transform_point3(world.into());
        let spheres: Vec<_> = layer.scene.spheres.iter().map(|s| (place(s.center), s)).collect();
        let mut cylinders: Vec<_> =
            layer.scene.cylinders.iter().map(|c| (place(c.start), place(c.end), *c)).collect();
        if !layer.scene.faces.is_empty() {
            cylinders.extend(rims(layer.scene).into_iter().map(|c| (place(c.start), place(c.end), c)));
        }
        let panes: Vec<SeenFace> =
            layer.scene.faces.iter().filter_map(|face| SeenFace::new(&layer.frame, face)).collect();
        let columns = picture.width.div_ceil(BIN);
        let bin_rows = rows.div_ceil(BIN);
        let mut bins = vec![Vec::new(); columns as usize * bin_rows as usize];
        let fronts: Vec<f32> = spheres
            .iter()
            .map(|(center, s)| -center.z - s.radius)
            .chain(cylinders.iter().map(|(start, end, c)| -start.z.max(end.z) - c.radius))
            .collect();
        let rects = spheres.iter().map(|(center, s)| sphere_rect(&layer.frame, *center, s.radius)).chain(
            cylinders.iter().map(|(start, end, c)| {
                let from = sphere_rect(&layer.frame, *start, c.radius);
                let to = sphere_rect(&layer.frame, *end, c.radius);
                Rect { low: from.low.min(to.low), high: from.high.max(to.high) }
            }),
        );
        let for_bins = |rect: &Rect, visit: &mut dyn FnMut(usize)| {
            let low = rect.low * layer.scale + layer.offset;
            let high = rect.high * layer.scale + layer.offset;
            let column = |ndc: f32| 0.5 * (ndc + 1.0) * picture.width as f32 / BIN as f32;
            let row = |ndc: f32| (0.5 * (1.0 - ndc) * picture.height as f32 - top as f32) / BIN as f32;
            let span = |from: f32, to: f32, count: u32| {
                let first = (from - 0.05).floor().clamp(0.0, count as f32) as u32;
                let last = (to + 0.05).ceil().clamp(0.0, count as f32) as u32;
                first..last
            };
            for bin_row in span(row(high.y), row(low.y), bin_rows) {
                for bin_column in span(column(low.x), column(high.x), columns) {
                    visit((bin_row * columns + bin_column) as usize);
                }
            }
        };
        for ((rect, index), front) in rects.zip(0_u32..).zip(fronts) {
            for_bins(&rect, &mut |bin| {
                if let Some(bin) = bins.get_mut(bin) {
                    bin.push((front, index));
                }
            });
        }
        let mut pane_bins = vec![Vec::new(); if panes.is_empty() { 0 } else { bins.len() }];
        for (pane, index) in panes.iter().zip(0_u32..) {
            for_bins(&pane.rect(&layer.frame), &mut |bin| {
                if let Some(bin) = pane_bins.get_mut(bin) {
                    bin.push(index);
                }
            });
        }
        bins.par_iter_mut()
            .for_each(|bin| bin.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))));
        Self { layer, spheres, cylinders, panes, bins, pane_bins, columns }
    }

    fn bin(&self, row: u32, column: u32) -> usize {
        (row * self.columns + column) as usize
    }

    /// Depth and colour of what a point of the picture shows of this layer.
    fn cast(&self, picture: &Picture, ndc: Vec2, bin: usize) -> Option<(f32, [f32; 3])> {
        let bin = self.bins.get(bin)?;
        if bin.is_empty() {
            return None;
        }
        let frame = &self.layer.frame;
        let (origin, direction) = frame.ray((ndc - self.layer.offset) / self.layer.scale);
        let mut nearest: Option<Hit> = None;
        for &(front, index) in bin {
            if nearest.as_ref().is_some_and(|hit| hit.distance < front) {
                break;
            }
            let hit = match self.spheres.get(index as usize) {
                Some((center, sphere)) => hit_sphere(origin, direction, *center, sphere),
                None => self.cylinders.get(index as usize - self.spheres.len()).and_then(
                    |(start, end, cylinder)| hit_cylinder(origin, direction, *start, *end, cylinder),
                ),
            };
            if let Some(hit) = hit
                && hit.distance >= frame.near
                && nearest.as_ref().is_none_or(|n| hit.distance < n.distance)
            {
                nearest = Some(hit);
            }
        }
        let hit = nearest?;
        Some((self.depth(hit.distance), shade(picture, &self.layer, &hit, -direction)))
    }

    fn depth(&self, distance: f32) -> f32 {
        let (front, back) = self.layer.depth_range;
        front + (back - front) * self.layer.frame.depth(distance)
    }

    /// Blends the faces before the depth `reached` over a sample, far ones first.
    fn look_through(
        &self,
        picture: &Picture,
        ndc: Vec2,
        bin: usize,
        reached: f32,
        glass: &mut Vec<Pane>,
        sample: &mut [f32; 4],
    ) {
        let Some(bin) = self.pane_bins.get(bin).filter(|bin| !bin.is_empty()) else { return };
        let frame = &self.layer.frame;
        let (origin, direction) = frame.ray((ndc - self.layer.offset) / self.layer.scale);
        glass.clear();
        for index in bin {
            if let Some(distance) =
                self.panes.get(*index as usize).and_then(|pane| pane.hit(origin, direction))
                && distance >= frame.near
                && self.depth(distance) < reached
            {
                glass.push(Pane { distance, index: *index });
            }
        }
        glass.sort_unstable_by(|a, b| b.distance.total_cmp(&a.distance).then(a.index.cmp(&b.index)));
        in_order_where_one_plane(glass);
        for Pane { distance, index } in &*glass {
            let Some(pane) = self.panes.get(*index as usize) else { continue };
            let color = faded(picture, &self.layer, pane.color, *distance) * 255.0;
            let over = [color.x, color.y, color.z, 255.0];
            for (below, above) in sample.iter_mut().zip(over) {
                *below += (above - *below) * pane.opacity;
            }
        }
    }
}

/// Rounding decides which of two faces in one plane is nearer; their order in the scene takes its place.
fn in_order_where_one_plane(glass: &mut [Pane]) {
    for end in 1..glass.len() {
        for place in (1..=end).rev() {
            let (Some(far), Some(near)) = (glass.get(place - 1), glass.get(place)) else { break };
            if far.distance - near.distance > IN_PLANE || far.index < near.index {
                break;
            }
            glass.swap(place - 1, place);
        }
    }
}

impl SeenFace {
    fn new(frame: &CameraFrame, face: &Face) -> Option<Self> {
        let (middle, normal) = face.plane()?;
        let normal = frame.view_from_world.transform_vector3(normal);
        let middle = frame.view_from_world.transform_point3(middle);
        let corners: Vec<Vec3> =
            face.corners.iter().map(|corner| frame.view_from_world.transform_point3(*corner)).collect();
        let next = corners.iter().cycle().skip(1);
        let sides = corners.iter().zip(next).map(|(a, b)| (*a, normal.cross(*b - *a))).collect();
        let to_eye = if frame.perspective { -middle } else { Vec3::Z };
        let normal = if normal.dot(to_eye) < 0.0 { -normal } else { normal };
        let opacity = f32::from(face.color[3]) / 255.0;
        Some(Self { sides, middle, normal, color: lit_face(face.color, normal), opacity })
    }

    fn rect(&self, frame: &CameraFrame) -> Rect {
        let mut rect = Rect { low: Vec2::splat(1e6), high: Vec2::splat(-1e6) };
        for (corner, _) in &self.sides {
            let depth = if frame.perspective { -corner.z } else { 1.0 };
            if depth <= 0.5 * frame.near && frame.perspective {
                return Rect { low: Vec2::splat(-1e6), high: Vec2::splat(1e6) };
            }
            let at = corner.truncate() * frame.focal / depth;
            rect = Rect { low: rect.low.min(at), high: rect.high.max(at) };
        }
        rect
    }

    /// Distance along the line of sight at which a ray passes through.
    fn hit(&self, origin: Vec3, direction: Vec3) -> Option<f32> {
        // From near the face, for the same reason as with cylinders.
        let origin = origin + (self.middle - origin).dot(direction) * direction;
        let speed = direction.dot(self.normal);
        if speed.abs() < 1e-9 {
            return None;
        }
        let hit = origin + (self.middle - origin).dot(self.normal) / speed * direction;
        self.sides.iter().all(|(corner, inwards)| (hit - *corner).dot(*inwards) >= 0.0).then_some(-hit.z)
    }
}

/// Where a ray meets a primitive; `distance` is along the line of sight.
struct Hit {
    distance: f32,
    normal: Vec3,
    color: Rgba,
    unlit: bool,
    id: u32,
}

fn sphere_rect(frame: &CameraFrame, center: Vec3, radius: f32) -> Rect {
    if !frame.perspective {
        let middle = center.truncate();
        return Rect { low: (middle - radius) * frame.focal, high: (middle + radius) * frame.focal };
    }
    let distance = -center.z;
    if distance <= radius + frame.near {
        return Rect { low: Vec2::splat(-1e6), high: Vec2::splat(1e6) };
    }
    let d2 = distance * distance - radius * radius;
    let middle = center.truncate() * distance / d2;
    let half = radius * Vec2::new((center.x * center.x + d2).sqrt(), (center.y * center.y + d2).sqrt()) / d2;
    Rect { low: (middle - half) * frame.focal, high: (middle + half) * frame.focal }
}

fn hit_sphere(origin: Vec3, direction: Vec3, center: Vec3, sphere: &Sphere) -> Option<Hit> {
    let to_center = center - origin;
    let along = to_center.dot(direction);
    let foot = to_center - along * direction;
    let half_chord2 = sphere.radius * sphere.radius - foot.length_squared();
    if half_chord2 < 0.0 {
        return None;
    }
    let hit = origin + (along - half_chord2.sqrt()) * direction;
    Some(Hit {
        distance: -hit.z,
        normal: (hit - center) / sphere.radius,
        color: shared_color(sphere, (hit - center) / sphere.radius),
        unlit: sphere.flags & UNLIT != 0,
        id: sphere.id,
    })
}

/// `shared_color` of the shader.
fn shared_color(sphere: &Sphere, normal: Vec3) -> Rgba {
    let [first, second] = [sphere.color, sphere.second].map(|color| f32::from(color[3]) / 255.0);
    let share = (normal.x.atan2(normal.y) / std::f32::consts::TAU + 1.0).fract();
    if first > 0.995 || share < first {
        sphere.color
    } else if share < first + second {
        sphere.second
    } else {
        [255; 4]
    }
}

fn hit_cylinder(
    ray_origin: Vec3,
    direction: Vec3,
    start: Vec3,
    end: Vec3,
    cylinder: &Cylinder,
) -> Option<Hit> {
    let axis = end - start;
    let advance = (start + 0.5 * axis - ray_origin).dot(direction);
    let origin = ray_origin + advance * direction;
    let oc = origin - start;
    let axis2 = axis.length_squared();
    let axis_ray = axis.dot(direction);
    let axis_oc = axis.dot(oc);
    let a = axis2 - axis_ray * axis_ray;
    let b = axis2 * oc.dot(direction) - axis_oc * axis_ray;
    let c = axis2 * oc.length_squared() - axis_oc * axis_oc - cylinder.radius * cylinder.radius * axis2;
    let h = b * b - a * c;
    if h < 0.0 || a < 1e-12 * axis2 {
        return None;
    }
    let t = (-b - h.sqrt()) / a;
    let along = axis_oc + t * axis_ray;
    if along < 0.0 || along > axis2 {
        return None;
    }
    let hit = origin + t * direction;
    let before_split = along < cylinder.split * axis2;
    Some(Hit {
        distance: -hit.z,
        normal: (oc + t * direction - axis * (along / axis2)) / cylinder.radius,
        color: if before_split { cylinder.start_color } else { cylinder.end_color },
        unlit: cylinder.flags & UNLIT != 0,
        id: NO_ATOM,
    })
}

/// `shade` of the shader, line by line.
fn shade(picture: &Picture, layer: &Layer<'_>, hit: &Hit, to_eye: Vec3) -> [f32; 3] {
    let mut color = unit(hit.color);
    if !hit.unlit {
        let light = Vec3::new(-0.45, 0.65, 0.75).normalize();
        let diffuse = hit.normal.dot(light).max(0.0);
        let sky = 0.5 + 0.5 * hit.normal.y;
        let halfway = (light + to_eye).normalize();
        let shine = hit.normal.dot(halfway).max(0.0).powf(48.0);
        let facing = hit.normal.dot(to_eye).clamp(0.0, 1.0);
        let rim = 0.55 + 0.45 * smoothstep(0.0, 0.42, facing);
        let lit = color.powf(2.2) * (0.22 + 0.16 * sky + 0.68 * diffuse) * rim + Vec3::splat(0.16 * shine);
        color = lit.clamp(Vec3::ZERO, Vec3::ONE).powf(1.0 / 2.2);
        if hit.id != NO_ATOM && hit.id == layer.selected {
            color = color.lerp(unit(picture.palette.highlight), 1.0 - smoothstep(0.35, 0.6, facing));
        }
    }
    faded(picture, layer, color, hit.distance).to_array()
}

/// `faded` of the shader.
fn faded(picture: &Picture, layer: &Layer<'_>, color: Vec3, distance: f32) -> Vec3 {
    let (begin, end) = layer.fade_range();
    let fade = ((distance - begin) / (end - begin).max(1e-6)).clamp(0.0, 1.0) * layer.fade;
    color.lerp(unit(picture.palette.background), fade)
}

fn unit(color: Rgba) -> Vec3 {
    let [r, g, b, _] = color.map(|byte| f32::from(byte) / 255.0);
    Vec3::new(r, g, b)
}

fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

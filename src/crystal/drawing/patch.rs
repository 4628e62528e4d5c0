//! Parts of a ball's front: what is left of it when planes cut pieces off.
//!
//! The front of a ball, the part inside another ball, and the part inside a stick that leaves through its centre are all
//! bounded by circles on its surface, each in a plane. A patch is what lies on the kept side of every plane. Its border is
//! made of arcs of those circles; each arc ends where the next begins.

use std::f64::consts::{PI, TAU};

use glam::DVec3;

use super::project::{Ring, View};
use crate::figure::svg::Path;

/// Keeps what lies at most `offset` Å along `normal` from the ball's centre.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    pub normal: DVec3,
    pub offset: f64,
    /// Å by which the border along this cut is moved, over what has the patch's own colour: two edges in one place would
    /// let a hairline of what lies below shine through.
    pub overlap: DVec3,
}

impl Cut {
    pub fn new(normal: DVec3, offset: f64) -> Self {
        Self { normal, offset, overlap: DVec3::ZERO }
    }

    /// Keeps the side of a ball that the eye sees.
    pub fn horizon(view: &View, center: DVec3, radius: f64) -> Self {
        let offset = if view.perspective { -radius * radius / center.length() } else { 0.0 };
        Self::new(-view.to_eye(center), offset)
    }

    /// Takes off what lies inside another ball; `None` if they do not meet.
    pub fn between(center: DVec3, radius: f64, other: DVec3, other_radius: f64) -> Option<Self> {
        let apart = other - center;
        let distance = apart.length();
        if distance >= radius + other_radius || distance < 1e-6 {
            return None;
        }
        let offset = (distance * distance + radius * radius - other_radius * other_radius) / (2.0 * distance);
        (offset < radius).then(|| Self::new(apart / distance, offset))
    }
}

/// An arc that the border of a patch follows.
#[derive(Clone, Copy)]
struct Arc {
    ring: usize,
    from: f64,
    to: f64,
}

/// The border of the patch that all cuts leave of a ball; empty when nothing is left.
pub(super) fn border(view: &View, center: DVec3, radius: f64, cuts: &[Cut]) -> Path {
    let mut path = Path::new();
    if cuts.iter().any(|cut| cut.offset <= -radius) {
        return path;
    }
    let cuts: Vec<Cut> = cuts.iter().copied().filter(|cut| cut.offset < radius).collect();
    let rings: Vec<Ring> = cuts
        .iter()
        .map(|cut| {
            let size = (radius * radius - cut.offset * cut.offset).sqrt();
            let u = cut.normal.any_orthonormal_vector();
            let v = cut.normal.cross(u);
            Ring { center: center + cut.normal * cut.offset, u: u * size, v: v * size }
        })
        .collect();
    let mut arcs = Vec::new();
    for (index, ring) in rings.iter().enumerate() {
        kept_arcs(center, index, ring, &cuts, &mut arcs);
    }
    let ends = |arc: &Arc| rings.get(arc.ring).map(|ring| (ring.at(arc.from), ring.at(arc.to)));
    while let Some(first) = arcs.pop() {
        let Some((begin, mut end)) = ends(&first) else { continue };
        path.move_to(view.point(begin).x, view.point(begin).y);
        let mut arc = first;
        loop {
            if let (Some(ring), Some(cut)) = (rings.get(arc.ring), cuts.get(arc.ring)) {
                append(view, &mut path, ring, &arc, cut.overlap);
            }
            let next = arcs
                .iter()
                .enumerate()
                .filter_map(|(place, arc)| Some((ends(arc)?.0.distance_squared(end), place)))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            match next {
                Some((distance, place)) if distance < begin.distance_squared(end) => {
                    arc = arcs.swap_remove(place);
                    end = ends(&arc).map_or(end, |ends| ends.1);
                }
                _ => break,
            }
        }
        path.close();
    }
    path
}

/// Goes on along an arc, or along its copy that is moved by `overlap`.
fn append(view: &View, path: &mut Path, ring: &Ring, arc: &Arc, overlap: DVec3) {
    if overlap == DVec3::ZERO {
        ring.append_arc(view, path, arc.from, arc.to);
        return;
    }
    let moved = Ring { center: ring.center + overlap, ..*ring };
    let (begin, end) = (view.point(moved.at(arc.from)), view.point(ring.at(arc.to)));
    path.line_to(begin.x, begin.y);
    moved.append_arc(view, path, arc.from, arc.to);
    path.line_to(end.x, end.y);
}

/// Adds the arcs of a ring that no other cut takes off.
fn kept_arcs(center: DVec3, index: usize, ring: &Ring, cuts: &[Cut], arcs: &mut Vec<Arc>) {
    let mut lost: Vec<(f64, f64)> = Vec::new();
    for (other, cut) in cuts.iter().enumerate() {
        if other == index {
            continue;
        }
        // Kept where a cos θ + b sin θ ≤ c.
        let (a, b) = (cut.normal.dot(ring.u), cut.normal.dot(ring.v));
        let c = cut.offset - cut.normal.dot(ring.center - center);
        let size = a.hypot(b);
        if c >= size {
            continue;
        }
        if c <= -size {
            return;
        }
        let (middle, half) = (b.atan2(a), (c / size).acos());
        let from = (middle - half).rem_euclid(TAU);
        let to = from + 2.0 * half;
        lost.push((from, to.min(TAU)));
        if to > TAU {
            lost.push((0.0, to - TAU));
        }
    }
    if lost.is_empty() {
        // Two halves, for a curve that ends where it begins has no direction.
        arcs.push(Arc { ring: index, from: 0.0, to: TAU });
        return;
    }
    lost.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.total_cmp(&y.1)));
    let first = lost.first().map_or(0.0, |lost| lost.0);
    let mut reached = 0.0_f64;
    for (from, to) in lost.into_iter().chain([(TAU + first, TAU + first)]) {
        // What is kept before the first loss is the end of what is kept after the last.
        if from > reached + 1e-9 && reached > 0.0 {
            arcs.push(Arc { ring: index, from: reached, to: from });
        }
        reached = reached.max(to);
    }
}

/// The sector of a ball between two shares of a turn, clockwise from above as the picture has it, for cutting: it reaches
/// beyond the outline.
pub(super) fn sector(view: &View, center: DVec3, radius: f64, from: f64, to: f64) -> Path {
    let direction = |share: f64| DVec3::new((share * TAU).sin(), (share * TAU).cos(), 0.0);
    let meridian = |share: f64| Ring { center, u: DVec3::Z * radius, v: direction(share) * radius };
    let mut path = Path::new();
    let pole = view.point(center + DVec3::Z * radius);
    path.move_to(pole.x, pole.y);
    meridian(from).append_arc(view, &mut path, 0.0, 0.5 * PI);
    let steps = ((to - from) * 8.0).ceil().max(1.0) as u32;
    for step in 0..=steps {
        let share = from + (to - from) * f64::from(step) / f64::from(steps);
        let out = view.point(center + direction(share) * (1.5 * radius));
        path.line_to(out.x, out.y);
    }
    let edge = view.point(center + direction(to) * radius);
    path.line_to(edge.x, edge.y);
    meridian(to).append_arc(view, &mut path, 0.5 * PI, 0.0);
    path.close();
    path
}

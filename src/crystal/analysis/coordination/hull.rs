//! The convex hull of a few points, with its true faces.
//!
//! Points are added one by one: the triangles that a new point can see are replaced by triangles between it and the rim
//! of what it saw. Triangles in one plane are then joined, so that a cube has six squares. Made for the dozen corners of
//! a coordination polyhedron: every step looks at all triangles.

use glam::{DVec2, DVec3};

/// Two triangles whose normals are this parallel are one face.
const SAME_PLANE_COSINE: f64 = 1.0 - 1e-6;
/// A point this far above a plane sees it, relative to the size of the set.
const ABOVE: f64 = 1e-9;
/// A corner this close to the line between its neighbours is none, relative to their distance.
const ON_LINE: f64 = 1e-6;
/// A body flatter than this, relative to the cube of its size, is none.
const FLAT: f64 = 1e-4;

/// A convex body.
pub(super) struct Hull {
    /// Indices of the points around each face, anticlockwise from outside.
    pub(super) faces: Vec<Vec<u32>>,
    /// In the cube of the unit of the points.
    pub(super) volume: f64,
}

type Triangle = [u32; 3];

/// The hull, or `None` where the points lie in a plane or are fewer than four.
pub(super) fn convex_hull(points: &[DVec3]) -> Option<Hull> {
    let place = |index: u32| points.get(index as usize).copied().unwrap_or_default();
    let size = points.iter().map(|p| p.distance(place(0))).fold(0.0, f64::max);
    let first = first_tetrahedron(points, size)?;
    let [a, b, c, d] = first;
    let mut triangles: Vec<Triangle> = vec![[a, b, c], [a, c, d], [a, d, b], [b, d, c]];
    let height = |[a, b, c]: Triangle, point: DVec3| {
        let normal = (place(b) - place(a)).cross(place(c) - place(a));
        normal.normalize_or_zero().dot(point - place(a))
    };
    for index in (0..points.len() as u32).filter(|index| !first.contains(index)) {
        let (seen, hidden): (Vec<Triangle>, Vec<Triangle>) =
            triangles.iter().partition(|triangle| height(**triangle, place(index)) > ABOVE * size);
        let edges: Vec<(u32, u32)> = seen.iter().flat_map(|&[a, b, c]| [(a, b), (b, c), (c, a)]).collect();
        triangles = hidden;
        let rim = edges.iter().filter(|(a, b)| !edges.contains(&(*b, *a)));
        triangles.extend(rim.map(|&(a, b)| [a, b, index]));
    }
    let middle = first.map(place).into_iter().sum::<DVec3>() / 4.0;
    let six_volumes: f64 = triangles
        .iter()
        .map(|&[a, b, c]| (place(a) - middle).dot((place(b) - middle).cross(place(c) - middle)))
        .sum();
    Some(Hull { faces: joined(&triangles, &place), volume: six_volumes / 6.0 })
}

/// Four points far from lying in a plane, the first three anticlockwise seen from outside.
fn first_tetrahedron(points: &[DVec3], size: f64) -> Option<[u32; 4]> {
    let farthest = |measure: &dyn Fn(DVec3) -> f64| -> Option<(u32, f64)> {
        let mut best: Option<(u32, f64)> = None;
        for (point, index) in points.iter().zip(0_u32..) {
            let value = measure(*point);
            if best.is_none_or(|(_, highest)| value > highest) {
                best = Some((index, value));
            }
        }
        best
    };
    let place = |index: u32| points.get(index as usize).copied().unwrap_or_default();
    let origin = place(0);
    let (b, _) = farthest(&|point| point.distance(origin))?;
    let along = (place(b) - origin).normalize_or_zero();
    let (c, _) = farthest(&|point| (point - origin).reject_from_normalized(along).length())?;
    let normal = (place(b) - origin).cross(place(c) - origin);
    let (d, six_volumes) = farthest(&|point| (point - origin).dot(normal).abs())?;
    if six_volumes.is_nan() || six_volumes <= FLAT * size.powi(3) {
        return None;
    }
    let d_is_outside = (place(d) - origin).dot(normal) > 0.0;
    Some(if d_is_outside { [0, c, b, d] } else { [0, b, c, d] })
}

/// Triangles in one plane as one polygon.
fn joined(triangles: &[Triangle], place: &impl Fn(u32) -> DVec3) -> Vec<Vec<u32>> {
    let normal_of = |[a, b, c]: Triangle| (place(b) - place(a)).cross(place(c) - place(a));
    let mut rest: Vec<(Triangle, DVec3)> = triangles.iter().map(|&t| (t, normal_of(t))).collect();
    // Large triangles first: the normals of slivers are noise.
    rest.sort_by(|a, b| b.1.length_squared().total_cmp(&a.1.length_squared()));
    // Three corners on a line: a corner of one face in the middle of an edge of another.
    let is_sliver = |[a, b, c]: Triangle| {
        let longest =
            place(a).distance(place(b)).max(place(b).distance(place(c))).max(place(c).distance(place(a)));
        normal_of([a, b, c]).length() <= ON_LINE * longest * longest
    };
    let mut faces = Vec::new();
    while !rest.is_empty() {
        let (first, normal) = rest.remove(0);
        let normal = normal.normalize_or_zero();
        let mut members: Vec<Triangle> = vec![first];
        // Grows over shared edges, since the hull may have a parallel face on its other side.
        loop {
            let before = members.len();
            let touches = |[a, b, c]: Triangle| {
                let edges = [(b, a), (c, b), (a, c)];
                members.iter().any(|&[p, q, r]| [(p, q), (q, r), (r, p)].iter().any(|e| edges.contains(e)))
            };
            let found = rest.iter().position(|(triangle, other)| {
                let parallel = other.normalize_or_zero().dot(normal) > SAME_PLANE_COSINE;
                (parallel || is_sliver(*triangle)) && touches(*triangle)
            });
            if let Some(position) = found {
                members.push(rest.remove(position).0);
            }
            if members.len() == before {
                break;
            }
        }
        faces.push(outline(&members, normal, place));
    }
    faces.sort_unstable();
    faces
}

/// The corners of joined triangles in order around them, starting with the lowest index.
///
/// A point inside the face or in the middle of an edge may belong to its triangles and is no corner, so this is a hull
/// in the plane: along the lower chain and back along the upper one.
fn outline(members: &[Triangle], normal: DVec3, place: &impl Fn(u32) -> DVec3) -> Vec<u32> {
    let (u, v) = normal.any_orthonormal_pair();
    // Which way the pair turns depends on the normal; the product decides.
    let v = if u.cross(v).dot(normal) < 0.0 { -v } else { v };
    let mut corners: Vec<(u32, DVec2)> = members
        .iter()
        .flatten()
        .map(|&corner| (corner, DVec2::new(place(corner).dot(u), place(corner).dot(v))))
        .collect();
    corners.sort_unstable_by_key(|(corner, _)| *corner);
    corners.dedup_by_key(|(corner, _)| *corner);
    corners.sort_by(|(_, a), (_, b)| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let mut around = chain(corners.iter().copied());
    around.extend(chain(corners.iter().rev().copied()));
    let lowest = around.iter().zip(0..).min().map_or(0, |(_, position)| position);
    around.rotate_left(lowest);
    around
}

/// Half of a hull in the plane, without its last corner: only turns to the left.
fn chain(corners: impl Iterator<Item = (u32, DVec2)>) -> Vec<u32> {
    let mut kept: Vec<(u32, DVec2)> = Vec::new();
    for next in corners {
        while let [.., (_, before), (_, last)] = kept.as_slice() {
            let base = next.1 - *before;
            let turn = (*last - *before).perp_dot(base);
            if turn > ON_LINE * base.length_squared() {
                break;
            }
            kept.pop();
        }
        kept.push(next);
    }
    kept.pop();
    kept.into_iter().map(|(corner, _)| corner).collect()
}

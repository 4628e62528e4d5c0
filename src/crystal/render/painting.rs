//! The order in which faces are painted, back to front.
//!
//! What is seen through must be painted after what lies behind it. Sorting by distance does not do: a long face and a short
//! one, or two that pass through each other, have no distance that says it. So the faces of a scene are sorted into a tree
//! once: each node is a plane with the faces that lie in it, and two trees of what lies on either side; a face on both sides
//! is cut in two (Fuchs, Kedem and Naylor 1980). From any eye the tree gives the exact order, also of faces that pass
//! through each other. Faces in one plane are painted in the order of the scene.
//!
//! Cutting could go on for long among very many faces. Then what is left stays whole and is sorted by the distance of its
//! middle, which is right for bodies of about one size that do not pass through each other.

use glam::Vec3;

use crate::crystal::scene::Face;

/// How far from a plane, in Å, counts as in it.
const IN_PLANE: f32 = 1e-3;
/// Planes that are tried for a node.
const CANDIDATES: usize = 5;
/// Sorted exactly up to this many faces.
const MOST_FACES: usize = 3000;
/// Cut into at most this many parts a face, on average.
const MOST_PARTS: usize = 4;

/// A face or a part of one.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Index into the scene's faces.
    pub face: u32,
    /// In order round it, Å, world space.
    pub corners: Vec<Vec3>,
    plane: Plane,
}

#[derive(Clone, Copy, Debug)]
struct Plane {
    normal: Vec3,
    offset: f32,
}

#[derive(Debug)]
struct Node {
    /// `None` for parts that are sorted by distance.
    plane: Option<Plane>,
    parts: Vec<Part>,
    behind: Option<usize>,
    before: Option<usize>,
}

/// Where a tree hangs: the node above, and whether before its plane. `None` for the whole tree.
type Place = Option<(usize, bool)>;

/// Where the eye is, in world space.
#[derive(Clone, Copy, Debug)]
pub(super) enum Eye {
    /// In a place.
    At(Vec3),
    /// Infinitely far in a direction.
    Toward(Vec3),
}

/// The faces of a scene, ready to be painted from any side.
#[derive(Debug)]
pub(super) struct PaintingTree {
    nodes: Vec<Node>,
}

impl PaintingTree {
    pub fn new(faces: &[Face]) -> Self {
        let parts: Vec<Part> = faces
            .iter()
            .zip(0..)
            .filter_map(|(face, index)| {
                let (middle, normal) = face.plane()?;
                let plane = Plane { normal, offset: normal.dot(middle) };
                Some(Part { face: index, corners: face.corners.clone(), plane })
            })
            .collect();
        let limit = if parts.len() > MOST_FACES { 0 } else { MOST_PARTS * parts.len() };
        let mut total = parts.len();
        let mut nodes: Vec<Node> = Vec::new();
        let mut waiting: Vec<(Vec<Part>, Place)> = vec![(parts, None)];
        while let Some((parts, parent)) = waiting.pop() {
            if parts.is_empty() {
                continue;
            }
            let index = nodes.len();
            if let Some((parent, is_before)) = parent
                && let Some(parent) = nodes.get_mut(parent)
            {
                *(if is_before { &mut parent.before } else { &mut parent.behind }) = Some(index);
            }
            let plane = if total <= limit { best_plane(&parts) } else { None };
            let mut node = Node { plane, parts: Vec::new(), behind: None, before: None };
            let Some(plane) = plane else {
                node.parts = parts;
                nodes.push(node);
                continue;
            };
            let (mut behind, mut before) = (Vec::new(), Vec::new());
            for part in parts {
                match plane.side_of(&part) {
                    Side::In => node.parts.push(part),
                    Side::Behind => behind.push(part),
                    Side::Before => before.push(part),
                    Side::Both => {
                        let (back, front) = plane.cut(&part);
                        behind.push(back);
                        before.push(front);
                        total += 1;
                    }
                }
            }
            node.parts.sort_by_key(|part| part.face);
            nodes.push(node);
            waiting.push((behind, Some((index, false))));
            waiting.push((before, Some((index, true))));
        }
        Self { nodes }
    }

    /// All parts, far ones first.
    pub fn back_to_front(&self, eye: Eye) -> Vec<&Part> {
        enum Step {
            Tree(Option<usize>),
            Own(usize),
        }
        let mut order = Vec::new();
        let mut steps = vec![Step::Tree(Some(0))];
        while let Some(step) = steps.pop() {
            match step {
                Step::Own(index) => {
                    order.extend(self.nodes.get(index).into_iter().flat_map(|node| &node.parts));
                }
                Step::Tree(index) => {
                    let Some((index, node)) = index.and_then(|index| Some((index, self.nodes.get(index)?)))
                    else {
                        continue;
                    };
                    let Some(plane) = node.plane else {
                        let mut parts: Vec<&Part> = node.parts.iter().collect();
                        parts.sort_by(|a, b| eye.nearness(a).total_cmp(&eye.nearness(b)));
                        order.append(&mut parts);
                        continue;
                    };
                    let (far, near) = if plane.is_before(eye) {
                        (node.behind, node.before)
                    } else {
                        (node.before, node.behind)
                    };
                    steps.extend([Step::Tree(near), Step::Own(index), Step::Tree(far)]);
                }
            }
        }
        order
    }
}

/// Where a part lies.
enum Side {
    In,
    Behind,
    Before,
    Both,
}

impl Plane {
    fn height(&self, place: Vec3) -> f32 {
        self.normal.dot(place) - self.offset
    }

    fn is_before(&self, eye: Eye) -> bool {
        match eye {
            Eye::At(place) => self.height(place) > 0.0,
            Eye::Toward(direction) => self.normal.dot(direction) > 0.0,
        }
    }

    fn side_of(&self, part: &Part) -> Side {
        let (mut is_behind, mut is_before) = (false, false);
        for corner in &part.corners {
            let height = self.height(*corner);
            is_behind |= height < -IN_PLANE;
            is_before |= height > IN_PLANE;
        }
        match (is_behind, is_before) {
            (false, false) => Side::In,
            (true, false) => Side::Behind,
            (false, true) => Side::Before,
            (true, true) => Side::Both,
        }
    }

    /// The parts behind and before the plane.
    fn cut(&self, part: &Part) -> (Part, Part) {
        let (mut behind, mut before) = (Vec::new(), Vec::new());
        for (from, to) in part.corners.iter().zip(part.corners.iter().cycle().skip(1)) {
            let (start, end) = (self.height(*from), self.height(*to));
            if start <= IN_PLANE {
                behind.push(*from);
            }
            if start >= -IN_PLANE {
                before.push(*from);
            }
            if (start < -IN_PLANE && end > IN_PLANE) || (start > IN_PLANE && end < -IN_PLANE) {
                let place = from.lerp(*to, start / (start - end));
                behind.push(place);
                before.push(place);
            }
        }
        let of = |corners| Part { face: part.face, plane: part.plane, corners };
        (of(behind), of(before))
    }
}

impl Eye {
    fn nearness(self, part: &Part) -> f32 {
        let middle = part.corners.iter().sum::<Vec3>() / part.corners.len().max(1) as f32;
        match self {
            Self::At(place) => -place.distance_squared(middle),
            Self::Toward(direction) => direction.dot(middle),
        }
    }
}

/// Of a few of the parts' planes the one that cuts fewest and leaves halves.
fn best_plane(parts: &[Part]) -> Option<Plane> {
    let step = (parts.len() / CANDIDATES).max(1);
    parts
        .iter()
        .step_by(step)
        .take(CANDIDATES)
        .map(|candidate| {
            let (mut cut, mut behind, mut before) = (0_usize, 0_usize, 0_usize);
            for part in parts {
                match candidate.plane.side_of(part) {
                    Side::In => {}
                    Side::Behind => behind += 1,
                    Side::Before => before += 1,
                    Side::Both => cut += 1,
                }
            }
            (8 * cut + behind.abs_diff(before), candidate.plane)
        })
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, plane)| plane)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(corners: [[f32; 3]; 4]) -> Face {
        Face { corners: corners.map(Vec3::from).to_vec(), color: [1, 2, 3, 100] }
    }

    /// Distance at which a ray meets a part, well inside its border.
    fn meets(part: &Part, origin: Vec3, direction: Vec3) -> Option<f32> {
        let along = -part.plane.height(origin) / part.plane.normal.dot(direction);
        let place = origin + along * direction;
        let next = part.corners.iter().cycle().skip(1);
        let sides: Vec<f32> = part
            .corners
            .iter()
            .zip(next)
            .map(|(a, b)| (*b - *a).cross(place - *a).dot(part.plane.normal))
            .collect();
        let is_inside = sides.iter().all(|side| *side > 0.01) || sides.iter().all(|side| *side < -0.01);
        is_inside.then_some(along)
    }

    /// Three squares through the origin have no order while they are whole.
    #[test]
    fn faces_that_pass_through_each_other_are_cut() {
        let faces = [
            square([[0.0, -1.0, -1.0], [0.0, 1.0, -1.0], [0.0, 1.0, 1.0], [0.0, -1.0, 1.0]]),
            square([[-1.0, 0.0, -1.0], [1.0, 0.0, -1.0], [1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]]),
            square([[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [-1.0, 1.0, 0.0]]),
        ];
        let tree = PaintingTree::new(&faces);
        for place in [Vec3::new(3.0, 2.0, 1.0), Vec3::new(-1.0, 2.0, -3.0), Vec3::new(0.1, -4.0, 0.2)] {
            let order = tree.back_to_front(Eye::At(place));
            // One stays whole, one is in two, one in four.
            assert_eq!(order.len(), 7);
            let (right, up) = place.normalize().any_orthonormal_pair();
            let mut met = 0;
            for step in 0..520_u32 {
                let (x, y) = ((step % 20) as f32 / 10.0 - 0.95, (step / 20) as f32 / 13.0 - 1.0);
                let direction = (right * x + up * y - place).normalize();
                let hits: Vec<f32> = order.iter().filter_map(|part| meets(part, place, direction)).collect();
                met += usize::from(hits.len() > 1);
                assert!(hits.is_sorted_by(|far, near| far >= near), "{hits:?}");
            }
            assert!(met > 20, "{met} rays meet several");
        }
    }

    #[test]
    fn faces_of_one_plane_keep_their_order() {
        let one = square([[0.0, -1.0, -1.0], [0.0, 1.0, -1.0], [0.0, 1.0, 1.0], [0.0, -1.0, 1.0]]);
        let mut other = one.clone();
        other.corners.reverse();
        let tree = PaintingTree::new(&[one, other]);
        for eye in [Vec3::X, Vec3::NEG_X] {
            let order: Vec<u32> = tree.back_to_front(Eye::Toward(eye)).iter().map(|part| part.face).collect();
            assert_eq!(order, [0, 1]);
        }
    }
}

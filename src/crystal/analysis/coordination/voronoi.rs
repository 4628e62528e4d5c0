//! The Voronoi cell of a site: all points that are closer to it than to any other.
//!
//! The cell starts as a large cube and is cut by the plane half way to each neighbour, nearest first. It is finished
//! when the next neighbour is more than twice as far as the farthest corner, since its plane cannot reach the cell
//! (the security radius). A plane that only touches a corner or an edge, as half of them do in fcc, bcc and rock salt,
//! cuts nothing.

use glam::DVec3;

/// Half the edge of the cube in Å. A face of it that is left over means that the cell is open.
const CUBE_ANGSTROM: f64 = 1e4;
/// A corner this close to a plane lies on it.
const ON_PLANE_ANGSTROM: f64 = 1e-9;

/// A face between the site and one neighbour.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// Index into the neighbours that the cell was cut by.
    pub neighbour: usize,
    /// Corners relative to the site in Å, in order around the face.
    pub corners: Vec<DVec3>,
}

impl Face {
    /// Area in Å².
    #[must_use]
    pub fn area_angstrom2(&self) -> f64 {
        let normal: DVec3 = self.triangles().map(|[a, b, c]| (b - a).cross(c - a)).sum();
        0.5 * normal.length()
    }

    /// Solid angle seen from the site, in steradian: Van Oosterom and Strackee (1983) per triangle.
    #[must_use]
    pub fn solid_angle(&self) -> f64 {
        let of_triangle = |[a, b, c]: [DVec3; 3]| {
            let (x, y, z) = (a.length(), b.length(), c.length());
            let along = x * y * z + a.dot(b) * z + a.dot(c) * y + b.dot(c) * x;
            2.0 * a.dot(b.cross(c)).abs().atan2(along)
        };
        self.triangles().map(of_triangle).sum()
    }

    /// Volume in Å³ of the pyramid between the site and the face.
    #[must_use]
    pub fn volume_angstrom3(&self) -> f64 {
        self.triangles().map(|[a, b, c]| a.dot(b.cross(c)).abs() / 6.0).sum()
    }

    fn triangles(&self) -> impl Iterator<Item = [DVec3; 3]> + '_ {
        let first = self.corners.first().copied().unwrap_or_default();
        let pairs = self.corners.iter().skip(1).zip(self.corners.iter().skip(2));
        pairs.map(move |(b, c)| [first, *b, *c])
    }
}

/// The cell of a site whose neighbours stand at these places, relative to it in Å and nearest first. `None` when the
/// neighbours do not enclose the site.
///
/// Places at the site itself have no plane half way and are passed over.
#[must_use]
pub fn voronoi_cell(neighbours: &[DVec3]) -> Option<Vec<Face>> {
    let mut cell = Cell::cube();
    for (index, place) in neighbours.iter().enumerate() {
        let distance = place.length();
        if distance > 2.0 * cell.radius_angstrom {
            break;
        }
        if distance > ON_PLANE_ANGSTROM {
            cell.cut(index, *place / distance, 0.5 * distance);
        }
    }
    cell.faces()
}

/// A corner of the cell, or a place that is no corner any more.
#[derive(Clone, Copy)]
struct Corner {
    place: DVec3,
    /// Height above the plane that cuts now.
    height: f64,
}

struct Polygon {
    /// `None` for a face of the cube.
    neighbour: Option<usize>,
    /// Indices into the corners, in order around the face.
    corners: Vec<u32>,
}

struct Cell {
    corners: Vec<Corner>,
    polygons: Vec<Polygon>,
    /// Distance of the farthest corner.
    radius_angstrom: f64,
}

impl Cell {
    fn cube() -> Self {
        let side = |bit: u32, index: u32| if index & bit == 0 { -CUBE_ANGSTROM } else { CUBE_ANGSTROM };
        let place = |index| DVec3::new(side(1, index), side(2, index), side(4, index));
        let corners = (0..8).map(|index| Corner { place: place(index), height: 0.0 }).collect();
        let faces = [[0, 2, 6, 4], [1, 3, 7, 5], [0, 1, 5, 4], [2, 3, 7, 6], [0, 1, 3, 2], [4, 5, 7, 6]];
        let polygons = faces.map(|corners| Polygon { neighbour: None, corners: corners.to_vec() }).into();
        Self { corners, polygons, radius_angstrom: 2.0 * CUBE_ANGSTROM }
    }

    fn height(&self, corner: u32) -> f64 {
        self.corners.get(corner as usize).map_or(0.0, |corner| corner.height)
    }

    /// Removes what lies beyond the plane at this distance along the normal.
    fn cut(&mut self, neighbour: usize, normal: DVec3, distance: f64) {
        let mut highest = f64::NEG_INFINITY;
        for polygon in &self.polygons {
            for &index in &polygon.corners {
                if let Some(corner) = self.corners.get_mut(index as usize) {
                    corner.height = corner.place.dot(normal) - distance;
                    highest = highest.max(corner.height);
                }
            }
        }
        if highest <= ON_PLANE_ANGSTROM {
            return;
        }
        let mut edges = CutEdges { known: Vec::new(), rim: Vec::new() };
        let mut polygons = std::mem::take(&mut self.polygons);
        for polygon in &mut polygons {
            self.clip(polygon, &mut edges);
        }
        polygons.retain(|polygon| polygon.corners.len() >= 3);
        let rim = self.around(edges.rim, normal);
        if rim.len() >= 3 {
            polygons.push(Polygon { neighbour: Some(neighbour), corners: rim });
        }
        self.polygons = polygons;
        self.compact();
    }

    /// Keeps the part of a face below the plane.
    fn clip(&mut self, polygon: &mut Polygon, edges: &mut CutEdges) {
        if polygon.corners.iter().all(|&corner| self.height(corner) <= ON_PLANE_ANGSTROM) {
            return;
        }
        let old = std::mem::take(&mut polygon.corners);
        let next = old.iter().cycle().skip(1);
        let mut push = |corner: u32| {
            if polygon.corners.last() != Some(&corner) && polygon.corners.first() != Some(&corner) {
                polygon.corners.push(corner);
            }
        };
        for (&from, &to) in old.iter().zip(next) {
            let (from_inside, to_inside) =
                (self.height(from) <= ON_PLANE_ANGSTROM, self.height(to) <= ON_PLANE_ANGSTROM);
            if from_inside {
                push(from);
            }
            if from_inside != to_inside {
                let (inside, outside) = if from_inside { (from, to) } else { (to, from) };
                push(self.crossing(inside, outside, edges));
            }
        }
    }

    /// Where an edge passes the plane; the same corner for both faces of the edge.
    fn crossing(&mut self, inside: u32, outside: u32, edges: &mut CutEdges) -> u32 {
        let known =
            edges.known.iter().find(|(edge, _)| *edge == (inside, outside)).map(|(_, corner)| *corner);
        if let Some(corner) = known {
            return corner;
        }
        let at = |index: u32| self.corners.get(index as usize).copied();
        let (Some(low), Some(high)) = (at(inside), at(outside)) else { return inside };
        let corner = if low.height >= -ON_PLANE_ANGSTROM {
            inside
        } else {
            let part = low.height / (low.height - high.height);
            let place = low.place + (high.place - low.place) * part;
            self.corners.push(Corner { place, height: 0.0 });
            (self.corners.len() - 1) as u32
        };
        edges.known.push(((inside, outside), corner));
        if !edges.rim.contains(&corner) {
            edges.rim.push(corner);
        }
        corner
    }

    /// The corners of a new face in order around it.
    fn around(&self, rim: Vec<u32>, normal: DVec3) -> Vec<u32> {
        let place = |corner: u32| self.corners.get(corner as usize).map_or(DVec3::ZERO, |c| c.place);
        let middle = rim.iter().map(|&corner| place(corner)).sum::<DVec3>() / rim.len() as f64;
        let (u, v) = normal.any_orthonormal_pair();
        let mut turned: Vec<(f64, u32)> = rim
            .into_iter()
            .map(|corner| {
                let from_middle = place(corner) - middle;
                (from_middle.dot(v).atan2(from_middle.dot(u)), corner)
            })
            .collect();
        turned.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        turned.into_iter().map(|(_, corner)| corner).collect()
    }

    /// Forgets the corners that were cut off.
    fn compact(&mut self) {
        let mut renamed = vec![u32::MAX; self.corners.len()];
        let mut kept = Vec::with_capacity(self.corners.len());
        let mut farthest = 0.0_f64;
        for index in self.polygons.iter_mut().flat_map(|polygon| &mut polygon.corners) {
            let Some(name) = renamed.get_mut(*index as usize) else { continue };
            if *name == u32::MAX
                && let Some(corner) = self.corners.get(*index as usize)
            {
                *name = kept.len() as u32;
                kept.push(*corner);
                farthest = farthest.max(corner.place.length_squared());
            }
            *index = *name;
        }
        self.corners = kept;
        self.radius_angstrom = farthest.sqrt();
    }

    fn faces(&self) -> Option<Vec<Face>> {
        let place = |corner: &u32| self.corners.get(*corner as usize).map(|corner| corner.place);
        let face = |polygon: &Polygon| {
            let corners = polygon.corners.iter().filter_map(place).collect();
            Some(Face { neighbour: polygon.neighbour?, corners })
        };
        self.polygons.iter().map(face).collect()
    }
}

/// Edges that the current plane passes, and the corners of the face it makes.
struct CutEdges {
    known: Vec<((u32, u32), u32)>,
    rim: Vec<u32>,
}

//! What is painted: balls, pieces of sticks, pieces of cell edges, polygons, in view space and on the page.

use std::collections::BTreeMap;

use glam::{DVec2, DVec3};

use super::{
    Area, DrawingError, DrawingStyle,
    grid::{Bounds, Grid},
    order::distance_to,
    patch::Cut,
    project::{Disc, View},
};
use crate::crystal::scene::{Face, NO_ATOM, Rgba, Scene, UNLIT};

/// An atom.
#[derive(Clone, Debug)]
pub(super) struct Ball {
    pub center: DVec3,
    pub radius: f64,
    pub disc: Disc,
    pub rank: f64,
    pub color: Rgba,
    pub second: Rgba,
    pub is_unlit: bool,
    /// Index into the scene's atoms.
    pub id: u32,
    /// Where farther balls pass through its front.
    pub cuts: Vec<Cut>,
    /// Polygons, all parallel, in whose planes it lies in part: what of it is before each is painted again after it.
    pub plates: Vec<usize>,
    /// Not seen: behind others, inside another, or off the page.
    pub is_covered: bool,
}

/// A stick or a cell edge from end to end.
#[derive(Clone, Debug)]
pub(super) struct Tube {
    pub start: DVec3,
    /// Unit vector from start to end.
    pub axis: DVec3,
    pub length: f64,
    pub radius: f64,
    /// Å from the start to the change of colour.
    pub split: f64,
    pub colors: [Rgba; 2],
    /// Cell edges are lines, whole or dashed.
    pub is_edge: bool,
    pub is_dashed: bool,
}

/// What bounds a piece of a tube.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    /// Nothing: the tube ends, or a polygon cuts it.
    Open,
    /// It comes out of the front of a shape.
    OnTopOf(usize),
    /// It goes below a shape that is nearer.
    Below(usize),
}

/// A part of a tube that no ball contains.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Index into the tubes.
    pub tube: usize,
    /// Å along the tube.
    pub from: f64,
    /// See `from`.
    pub to: f64,
    pub ends: [End; 2],
    pub places: [DVec3; 2],
    pub points: [DVec2; 2],
    /// Half its width on the page where it is widest.
    pub half_width: f64,
    pub is_covered: bool,
}

/// A polygon.
#[derive(Clone, Debug)]
pub(super) struct Plate {
    pub places: Vec<DVec3>,
    pub points: Vec<DVec2>,
    pub middle: DVec3,
    /// Unit normal on the eye's side.
    pub normal: DVec3,
    pub color: Rgba,
}

/// All of a drawing. Shapes are numbered: balls first, then pieces, then plates, then caps.
#[derive(Debug)]
pub(super) struct Shapes {
    pub balls: Vec<Ball>,
    pub tubes: Vec<Tube>,
    pub pieces: Vec<Piece>,
    pub plates: Vec<Plate>,
    /// Parts of balls before polygons: index of the ball, index of the polygon.
    pub caps: Vec<(usize, usize)>,
    /// Balls by place on the page.
    pub ball_grid: Grid,
    /// Distances along the line of sight at which fading begins and ends, Å.
    pub fade_range: (f64, f64),
    /// Whether something crosses the border of the area.
    pub reaches_out: bool,
}

impl Shapes {
    pub fn new(view: &View, area: Area, scene: &Scene, style: &DrawingStyle) -> Result<Self, DrawingError> {
        check(scene)?;
        let page = Bounds {
            low: DVec2::new(area.x, area.y),
            high: DVec2::new(area.x + area.width, area.y + area.height),
        };
        let mut reaches_out = false;
        let mut is_on_page = |bounds: Bounds| {
            let is_on = bounds.meets(&page);
            reaches_out |= is_on && !bounds.is_within(&page);
            is_on
        };
        let mut balls = Vec::new();
        for sphere in &scene.spheres {
            // The joints of cell edges are the round ends of their lines.
            let is_unlit = sphere.flags & UNLIT != 0;
            if is_unlit && sphere.id == NO_ATOM {
                continue;
            }
            let (center, radius) = (view.place(sphere.center), f64::from(sphere.radius));
            if radius <= 0.0 || !view.is_before_eye(center, radius) {
                continue;
            }
            let disc = view.disc(center, radius);
            balls.push(Ball {
                center,
                radius,
                disc,
                rank: view.rank(center, radius),
                color: sphere.color,
                second: sphere.second,
                is_unlit,
                id: sphere.id,
                cuts: Vec::new(),
                plates: Vec::new(),
                // Not drawn, but the sticks that leave it are cut at it all the same.
                is_covered: !is_on_page(Bounds::around(disc.center, disc.major)),
            });
        }
        let tubes = tubes(view, scene, style);
        let plates: Vec<Plate> = scene.faces.iter().filter_map(|face| plate(view, face)).collect();
        let boxes: Vec<Bounds> =
            balls.iter().map(|ball| Bounds::around(ball.disc.center, ball.disc.major)).collect();
        let ball_grid = Grid::new(&boxes);
        let middle = -view.place(scene.bounds.center.to_array()).z;
        let mut shapes = Self {
            balls,
            tubes,
            pieces: Vec::new(),
            plates,
            caps: Vec::new(),
            ball_grid,
            fade_range: (middle, middle + 1.3 * f64::from(scene.bounds.radius)),
            reaches_out: false,
        };
        shapes.cut_balls();
        shapes.find_caps();
        let mut pieces = Vec::new();
        for index in 0..shapes.tubes.len() {
            shapes.stick_pieces(view, index, &mut pieces);
        }
        pieces.retain(|piece| is_on_page(piece.bounds()));
        for plate in &shapes.plates {
            is_on_page(Bounds::of(&plate.points));
        }
        shapes.pieces = pieces;
        shapes.reaches_out = reaches_out;
        Ok(shapes)
    }

    /// Number of the shape that a piece is.
    pub fn piece_number(&self, piece: usize) -> usize {
        self.balls.len() + piece
    }

    /// Notes where farther balls pass through nearer ones.
    fn cut_balls(&mut self) {
        let mut cuts = Vec::new();
        let mut near = Vec::new();
        for (index, ball) in self.balls.iter().enumerate() {
            self.ball_grid.find(Bounds::around(ball.disc.center, ball.disc.major), &mut near);
            for (other_index, other) in near.iter().filter_map(|i| Some((*i, self.balls.get(*i as usize)?))) {
                if (other.rank, other_index as usize) > (ball.rank, index)
                    && let Some(cut) = Cut::between(ball.center, ball.radius, other.center, other.radius)
                {
                    cuts.push((index, cut));
                }
            }
        }
        for (index, cut) in cuts {
            if let Some(ball) = self.balls.get_mut(index) {
                ball.is_covered |= cut.offset <= -ball.radius;
                ball.cuts.push(cut);
            }
        }
    }

    /// Notes which balls polygons pass through. Where several meet in a ball, as at the corners of polyhedra, its parts would
    /// be many: there it stays whole.
    fn find_caps(&mut self) {
        let mut near = Vec::new();
        for (index, plate) in self.plates.iter().enumerate() {
            self.ball_grid.find(Bounds::of(&plate.points), &mut near);
            for number in &near {
                if let Some(ball) = self.balls.get_mut(*number as usize)
                    && plate.meets(ball)
                    && plate.passes_through(ball)
                {
                    ball.plates.push(index);
                }
            }
        }
        for (number, ball) in self.balls.iter_mut().enumerate() {
            let mut normals =
                ball.plates.iter().filter_map(|plate| self.plates.get(*plate)).map(|p| p.normal);
            let first = normals.next().unwrap_or_default();
            if normals.all(|normal| normal.dot(first).abs() > 0.999_999) {
                self.caps.extend(ball.plates.iter().map(|plate| (number, *plate)));
            } else {
                ball.plates.clear();
            }
        }
    }

    /// The parts of a stick outside all balls, cut at polygons. Cell edges wait for `hidden`.
    fn stick_pieces(&self, view: &View, index: usize, pieces: &mut Vec<Piece>) {
        let Some(tube) = self.tubes.get(index).filter(|tube| !tube.is_edge) else { return };
        let bounds = tube.bounds(view, 0.0, tube.length);
        let mut near = Vec::new();
        self.ball_grid.find(bounds, &mut near);
        let mut inside: Vec<(f64, f64, usize)> = near
            .iter()
            .filter_map(|number| {
                let ball = self.balls.get(*number as usize)?;
                let middle = (ball.center - tube.start).dot(tube.axis);
                let aside2 = (tube.start + tube.axis * middle).distance_squared(ball.center);
                let r2 = ball.radius * ball.radius;
                // Through the centre, a stick meets the ball in a circle as wide as the stick.
                let lost = if aside2 < 4e-4 * r2 { tube.radius * tube.radius } else { aside2 };
                let half = (r2 - lost).max(0.0).sqrt();
                let touches = half > 0.0 && middle + half > 0.0 && middle - half < tube.length;
                touches.then_some((middle - half, middle + half, *number as usize))
            })
            .collect();
        inside.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
        let mut from = (0.0, None);
        for (begin, end, ball) in inside {
            if begin > from.0 + 1e-6 {
                self.add_stick(view, index, from, (begin, Some(ball)), pieces);
            }
            if end > from.0 {
                from = (end, Some(ball));
            }
        }
        if from.0 < tube.length - 1e-6 {
            self.add_stick(view, index, from, (tube.length, None), pieces);
        }
    }

    /// Adds what lies between two places of a stick, cut at polygons.
    fn add_stick(
        &self,
        view: &View,
        index: usize,
        from: (f64, Option<usize>),
        to: (f64, Option<usize>),
        pieces: &mut Vec<Piece>,
    ) {
        let Some(tube) = self.tubes.get(index) else { return };
        let end = |(along, ball): (f64, Option<usize>)| {
            let Some((number, ball)) = ball.and_then(|number| Some((number, self.balls.get(number)?))) else {
                return End::Open;
            };
            let place = tube.at(along);
            let is_on_top = (place - ball.center).dot(view.to_eye(place)) > 0.0;
            if is_on_top { End::OnTopOf(number) } else { End::Below(number) }
        };
        let mut stops = vec![(from.0, end(from))];
        let mut crossings: Vec<f64> = self.plates.iter().filter_map(|plate| plate.crossing(tube)).collect();
        crossings.sort_by(f64::total_cmp);
        stops.extend(crossings.into_iter().filter(|at| *at > from.0 && *at < to.0).map(|at| (at, End::Open)));
        stops.push((to.0, end(to)));
        for (first, last) in stops.iter().zip(stops.iter().skip(1)) {
            pieces.extend(Piece::new(view, tube, index, (first.0, last.0), [first.1, last.1]));
        }
    }
}

impl Tube {
    pub fn at(&self, along: f64) -> DVec3 {
        self.start + self.axis * along
    }

    /// Box on the page of a part of the tube.
    pub fn bounds(&self, view: &View, from: f64, to: f64) -> Bounds {
        let [a, b] = [from, to].map(|along| {
            let place = self.at(along);
            Bounds::around(view.point(place), self.radius * view.points_per_angstrom(place))
        });
        a.with(&b)
    }

    /// Middle of the part between two places, as ranks want it.
    pub fn rank(&self, view: &View, along: f64) -> f64 {
        view.rank(self.at(along), self.radius)
    }
}

impl Piece {
    pub fn new(
        view: &View,
        tube: &Tube,
        index: usize,
        (from, to): (f64, f64),
        ends: [End; 2],
    ) -> Option<Self> {
        let places = [tube.at(from), tube.at(to)];
        let is_drawn = to > from && places.iter().all(|place| view.is_before_eye(*place, tube.radius));
        let widths = places.map(|place| tube.radius * view.points_per_angstrom(place));
        is_drawn.then(|| Self {
            tube: index,
            from,
            to,
            ends,
            places,
            points: places.map(|place| view.point(place)),
            half_width: widths[0].max(widths[1]),
            is_covered: false,
        })
    }

    pub fn bounds(&self) -> Bounds {
        Bounds::of(&self.points).grown(self.half_width)
    }

    /// Å along the tube of a share of the way on the page.
    pub fn along(&self, view: &View, share: f64) -> f64 {
        let [near, far] = self.places.map(|place| if view.perspective { -place.z } else { 1.0 });
        let share = share * near / (far + share * (near - far)).max(1e-12);
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }
}

impl Plate {
    /// Å before the plane, on the eye's side.
    pub fn height(&self, place: DVec3) -> f64 {
        (place - self.middle).dot(self.normal)
    }

    /// Whether a part of the polygon lies in a ball.
    fn passes_through(&self, ball: &Ball) -> bool {
        let height = self.height(ball.center);
        let foot = ball.center - self.normal * height;
        let sides = || self.places.iter().zip(self.places.iter().cycle().skip(1));
        let turn = |(a, b): (&DVec3, &DVec3)| (*b - *a).cross(foot - *a).dot(self.normal) > 0.0;
        let is_over = sides().all(turn) || !sides().any(turn);
        let reach2 = ball.radius * ball.radius - height * height;
        reach2 > 0.0
            && (is_over
                || sides().any(|(a, b)| {
                    let way = *b - *a;
                    let share = ((foot - *a).dot(way) / way.length_squared().max(1e-18)).clamp(0.0, 1.0);
                    a.lerp(*b, share).distance_squared(foot) < reach2
                }))
    }

    /// Whether a ball may overlap the polygon on the page.
    pub fn meets(&self, ball: &Ball) -> bool {
        distance_to(&self.points, ball.disc.center) < ball.disc.major
    }

    /// Where a tube's axis passes through, Å from its start.
    pub fn crossing(&self, tube: &Tube) -> Option<f64> {
        let speed = tube.axis.dot(self.normal);
        if speed.abs() < 1e-9 {
            return None;
        }
        let along = (self.middle - tube.start).dot(self.normal) / speed;
        let place = tube.at(along);
        let next = self.places.iter().cycle().skip(1);
        let mut sides =
            self.places.iter().zip(next).map(|(a, b)| (*b - *a).cross(place - *a).dot(self.normal));
        let is_left = sides.next()? > 0.0;
        sides.all(|side| (side > 0.0) == is_left).then_some(along)
    }
}

fn check(scene: &Scene) -> Result<(), DrawingError> {
    let spheres = scene.spheres.iter().flat_map(|s| s.center.into_iter().chain([s.radius]));
    let cylinders =
        scene.cylinders.iter().flat_map(|c| c.start.into_iter().chain(c.end).chain([c.radius, c.split]));
    let corners = scene.faces.iter().flat_map(|face| face.corners.iter().flat_map(glam::Vec3::to_array));
    let mut numbers = spheres.chain(cylinders).chain(corners);
    let is_finite = numbers.all(f32::is_finite) && scene.bounds.center.is_finite();
    if is_finite && scene.bounds.radius.is_finite() { Ok(()) } else { Err(DrawingError::NotFinite) }
}

fn tubes(view: &View, scene: &Scene, style: &DrawingStyle) -> Vec<Tube> {
    let mut tubes: Vec<Tube> = scene
        .cylinders
        .iter()
        .filter_map(|cylinder| {
            let (start, end) = (view.place(cylinder.start), view.place(cylinder.end));
            let length = start.distance(end);
            let radius = f64::from(cylinder.radius);
            let is_before = view.is_before_eye(start, radius) && view.is_before_eye(end, radius);
            (length > 1e-6 && radius > 0.0 && is_before).then(|| Tube {
                start,
                axis: (end - start) / length,
                length,
                radius,
                split: f64::from(cylinder.split).clamp(0.0, 1.0) * length,
                colors: [cylinder.start_color, cylinder.end_color],
                is_edge: cylinder.flags & UNLIT != 0,
                is_dashed: false,
            })
        })
        .collect();
    if style.dash_back_edges {
        dash_back_edges(&mut tubes);
    }
    tubes
}

/// Marks the edges that end at the farthest corner, if one corner is farthest.
fn dash_back_edges(tubes: &mut [Tube]) {
    let mut corners: BTreeMap<[i64; 3], f64> = BTreeMap::new();
    let key = |place: DVec3| (place * 1e4).round().as_i64vec3().to_array();
    for edge in tubes.iter().filter(|tube| tube.is_edge) {
        for place in [edge.start, edge.at(edge.length)] {
            corners.insert(key(place), -place.z);
        }
    }
    let mut by_depth: Vec<_> = corners.into_iter().collect();
    by_depth.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    if let [(farthest, depth), (_, next), ..] = by_depth.as_slice()
        && depth - next > 1e-3
    {
        for edge in tubes.iter_mut().filter(|tube| tube.is_edge) {
            edge.is_dashed = [edge.start, edge.at(edge.length)].into_iter().any(|at| key(at) == *farthest);
        }
    }
}

fn plate(view: &View, face: &Face) -> Option<Plate> {
    let places: Vec<DVec3> = face.corners.iter().map(|corner| view.place(corner.to_array())).collect();
    let middle = places.iter().sum::<DVec3>() / places.len().max(1) as f64;
    let next = places.iter().cycle().skip(1);
    let area: DVec3 = places.iter().zip(next).map(|(a, b)| (*a - middle).cross(*b - middle)).sum();
    let is_drawn = places.len() >= 3
        && area.length() > 1e-9
        && face.color[3] > 0
        && places.iter().all(|place| view.is_before_eye(*place, 0.0));
    if !is_drawn {
        return None;
    }
    let normal = area.normalize();
    let normal = if normal.dot(view.to_eye(middle)) < 0.0 { -normal } else { normal };
    let points = places.iter().map(|place| view.point(*place)).collect();
    Some(Plate { places, points, middle, normal, color: face.color })
}

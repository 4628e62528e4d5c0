//! The order of painting: for every two shapes that overlap on the page, which is nearer there; then a topological sort.

use std::{cmp::Reverse, collections::BinaryHeap};

use glam::DVec2;
use rayon::prelude::*;

use super::{
    grid::{Bounds, Grid},
    project::View,
    shapes::{Ball, End, Piece, Plate, Shapes},
};

/// A shape by its number.
#[derive(Clone, Copy)]
pub(super) enum Shape<'a> {
    Ball(usize, &'a Ball),
    Piece(&'a Piece),
    Plate(usize, &'a Plate),
    /// What of a ball lies before a polygon.
    Cap(Cap<'a>),
}

/// What of a ball lies before a polygon.
#[derive(Clone, Copy)]
pub(super) struct Cap<'a> {
    pub number: usize,
    pub ball: &'a Ball,
    index: usize,
    pub plate: &'a Plate,
}

impl Shapes {
    /// The shape of a number; `None` for what is covered.
    pub fn get(&self, number: usize) -> Option<Shape<'_>> {
        if let Some(ball) = self.balls.get(number) {
            return (!ball.is_covered).then_some(Shape::Ball(number, ball));
        }
        let piece = number - self.balls.len();
        if let Some(piece) = self.pieces.get(piece) {
            return (!piece.is_covered).then_some(Shape::Piece(piece));
        }
        let index = piece - self.pieces.len();
        if let Some(plate) = self.plates.get(index) {
            return Some(Shape::Plate(index, plate));
        }
        let (number, index) = self.caps.get(index - self.plates.len()).copied()?;
        let (ball, plate) = (self.balls.get(number)?, self.plates.get(index)?);
        (!ball.is_covered).then_some(Shape::Cap(Cap { number, ball, index, plate }))
    }

    fn count(&self) -> usize {
        self.balls.len() + self.pieces.len() + self.plates.len() + self.caps.len()
    }

    fn bounds(&self, number: usize) -> Bounds {
        match self.get(number) {
            Some(Shape::Ball(_, ball) | Shape::Cap(Cap { ball, .. })) => {
                Bounds::around(ball.disc.center, ball.disc.major)
            }
            Some(Shape::Piece(piece)) => piece.bounds(),
            Some(Shape::Plate(_, plate)) => Bounds::of(&plate.points),
            None => Bounds { low: DVec2::INFINITY, high: DVec2::NEG_INFINITY },
        }
    }
}

/// Rounds of cutting sticks that hide each other in a ring.
const ROUNDS: u32 = 3;

/// Numbers of all shapes that are not covered, back to front, and how many had to be placed by guess.
///
/// Where shapes hide each other in a ring, the sticks among them are cut in two: three sticks laid over each other like
/// the flaps of a box have no order, but their halves do.
pub(super) fn painting_order(view: &View, shapes: &mut Shapes) -> (Vec<usize>, usize) {
    for round in 0.. {
        let numbers: Vec<usize> =
            (0..shapes.count()).filter(|number| shapes.get(*number).is_some()).collect();
        let relations = relations(view, shapes, &numbers);
        let depth = |number: &usize| shapes.get(*number).map_or(0.0, |shape| depth(view, shapes, shape));
        let depths: Vec<f64> = numbers.iter().map(depth).collect();
        let sorted = sort(&relations, &depths);
        let rings = if round < ROUNDS { in_rings(&relations, &sorted) } else { Vec::new() };
        let rings: Vec<usize> = rings.into_iter().filter_map(|place| numbers.get(place).copied()).collect();
        if !cut_pieces(view, shapes, &rings) {
            let order = sorted.order.into_iter().filter_map(|place| numbers.get(place).copied()).collect();
            return (order, sorted.guessed);
        }
    }
    (Vec::new(), 0)
}

/// For every shape, by place in `numbers`, the later ones that it meets and whether it hides them.
fn relations(view: &View, shapes: &Shapes, numbers: &[usize]) -> Vec<Vec<(u32, bool)>> {
    let boxes: Vec<Bounds> = numbers.iter().map(|number| shapes.bounds(*number)).collect();
    let grid = Grid::new(&boxes);
    numbers
        .par_iter()
        .zip(&boxes)
        .enumerate()
        .map(|(place, (number, bounds))| {
            let mut near = Vec::new();
            grid.find(*bounds, &mut near);
            let Some(first) = shapes.get(*number) else { return Vec::new() };
            near.into_iter()
                .filter(|other| *other as usize > place)
                .filter_map(|other| {
                    let second = shapes.get(*numbers.get(other as usize)?)?;
                    Some((other, hides(view, shapes, first, second)?))
                })
                .collect()
        })
        .collect()
}

/// Cuts those of the shapes that are pieces in two, if they are long enough to gain by it. Returns whether any was.
fn cut_pieces(view: &View, shapes: &mut Shapes, numbers: &[usize]) -> bool {
    let mut is_any_cut = false;
    for number in numbers {
        let Some(index) = number.checked_sub(shapes.balls.len()) else { continue };
        let Some(piece) = shapes.pieces.get(index) else { continue };
        let Some(tube) = shapes.tubes.get(piece.tube) else { continue };
        if piece.to - piece.from < 4.0 * tube.radius {
            continue;
        }
        let middle = 0.5 * (piece.from + piece.to);
        // A little of one lies below the other, so that no gap shows between them.
        let overlap = 0.1 * tube.radius;
        let [begin, end] = piece.ends;
        let first = Piece::new(view, tube, piece.tube, (piece.from, middle + overlap), [begin, End::Open]);
        let second = Piece::new(view, tube, piece.tube, (middle, piece.to), [End::Open, end]);
        if let (Some(first), Some(second)) = (first, second)
            && let Some(piece) = shapes.pieces.get_mut(index)
        {
            *piece = first;
            shapes.pieces.push(second);
            is_any_cut = true;
        }
    }
    is_any_cut
}

/// An order of painting, by place.
struct Sorted {
    order: Vec<usize>,
    guessed: usize,
    /// What was not in order before the first guess.
    left: Vec<bool>,
}

/// Of what was left when only rings were, the shapes that are in rings or between two.
fn in_rings(relations: &[Vec<(u32, bool)>], sorted: &Sorted) -> Vec<usize> {
    if sorted.guessed == 0 {
        return Vec::new();
    }
    let mut left = sorted.left.clone();
    let count = relations.len();
    let is_left = |left: &[bool], place: usize| left.get(place) == Some(&true);
    // From the other side: what hides nothing that is left is in no ring.
    let mut hides = vec![0_u32; count];
    let mut hidden: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (first, list) in relations.iter().enumerate().filter(|(first, _)| is_left(&left, *first)) {
        for (second, first_hides) in list.iter().filter(|(second, _)| is_left(&left, *second as usize)) {
            let second = *second as usize;
            let (front, back) = if *first_hides { (first, second) } else { (second, first) };
            if let (Some(count), Some(list)) = (hides.get_mut(back), hidden.get_mut(front)) {
                *count += 1;
                list.push(back);
            }
        }
    }
    let mut free: Vec<usize> =
        (0..count).filter(|place| is_left(&left, *place) && hides.get(*place) == Some(&0)).collect();
    while let Some(place) = free.pop() {
        if let Some(left) = left.get_mut(place) {
            *left = false;
        }
        for back in hidden.get(place).map_or(&[][..], Vec::as_slice) {
            if let Some(count) = hides.get_mut(*back) {
                *count -= 1;
                if *count == 0 {
                    free.push(*back);
                }
            }
        }
    }
    (0..count).filter(|place| is_left(&left, *place)).collect()
}

/// Sorts so that whatever hides comes after what it hides; otherwise far things first.
fn sort(relations: &[Vec<(u32, bool)>], depths: &[f64]) -> Sorted {
    let count = relations.len();
    let mut waiting_for = vec![0_u32; count];
    let mut hidden_by: Vec<Vec<u32>> = vec![Vec::new(); count];
    for (first, list) in relations.iter().enumerate() {
        for (second, first_hides) in list {
            let (front, back) =
                if *first_hides { (first, *second as usize) } else { (*second as usize, first) };
            if let (Some(waits), Some(list)) = (waiting_for.get_mut(front), hidden_by.get_mut(back)) {
                *waits += 1;
                list.push(front as u32);
            }
        }
    }
    // The sign and the order of bits make numbers out of depths that sort alike.
    let key = |place: usize| {
        let bits = depths.get(place).copied().unwrap_or(0.0).to_bits() as i64;
        (bits ^ (((bits >> 63) as u64) >> 1) as i64, Reverse(place))
    };
    let mut ready: BinaryHeap<_> =
        (0..count).filter(|place| waiting_for.get(*place) == Some(&0)).map(key).collect();
    let mut is_done = vec![false; count];
    let mut by_depth: Vec<usize> = (0..count).collect();
    by_depth.sort_by_key(|place| Reverse(key(*place)));
    let mut farthest = by_depth.into_iter().peekable();
    let mut order = Vec::with_capacity(count);
    let mut guessed = 0;
    let mut left = Vec::new();
    loop {
        let place = if let Some((_, Reverse(place))) = ready.pop() {
            place
        } else {
            // A ring of shapes in which each hides the next: begin with the farthest that is left.
            while farthest.peek().is_some_and(|place| is_done.get(*place) == Some(&true)) {
                farthest.next();
            }
            let Some(place) = farthest.next() else { break };
            if guessed == 0 {
                left = is_done.iter().map(|done| !done).collect();
            }
            guessed += 1;
            place
        };
        match is_done.get_mut(place) {
            Some(done) if !*done => *done = true,
            _ => continue,
        }
        order.push(place);
        for front in hidden_by.get(place).map_or(&[][..], Vec::as_slice) {
            if let Some(waits) = waiting_for.get_mut(*front as usize) {
                *waits = waits.saturating_sub(1);
                if *waits == 0 {
                    ready.push(key(*front as usize));
                }
            }
        }
    }
    Sorted { order, guessed, left }
}

fn depth(view: &View, shapes: &Shapes, shape: Shape<'_>) -> f64 {
    match shape {
        Shape::Ball(_, ball) | Shape::Cap(Cap { ball, .. }) => ball.rank,
        Shape::Piece(piece) => {
            let middle = 0.5 * (piece.from + piece.to);
            shapes.tubes.get(piece.tube).map_or(0.0, |tube| tube.rank(view, middle))
        }
        Shape::Plate(_, plate) => view.rank(plate.middle, 0.0),
    }
}

/// Whether the first shape hides the second where they overlap on the page; `None` if they do not.
fn hides(view: &View, shapes: &Shapes, first: Shape<'_>, second: Shape<'_>) -> Option<bool> {
    match (first, second) {
        (Shape::Ball(a, first), Shape::Ball(b, second)) => ball_hides_ball((a, first), (b, second)),
        (Shape::Ball(number, ball), Shape::Piece(piece)) => {
            whole_ball_hides_piece(view, shapes, (number, ball), piece)
        }
        (Shape::Piece(first), Shape::Piece(second)) => piece_hides_piece(view, shapes, first, second),
        (Shape::Ball(_, ball), Shape::Plate(index, plate)) => ball_hides_plate(view, ball, index, plate),
        (Shape::Piece(piece), Shape::Plate(_, plate)) => piece_hides_plate(view, shapes, piece, plate),
        (Shape::Plate(_, first), Shape::Plate(_, second)) => plate_hides_plate(view, first, second),
        (Shape::Cap(cap), other) => cap_hides(view, shapes, cap, other),
        (first, second) => hides(view, shapes, second, first).map(|hides| !hides),
    }
}

fn ball_hides_ball((a, first): (usize, &Ball), (b, second): (usize, &Ball)) -> Option<bool> {
    first.disc.meets(&second.disc).then(|| (first.rank, a) < (second.rank, b))
}

/// A cap is what of its ball is painted after the polygon; the whole ball is painted before it. So whatever lies behind the
/// polygon is hidden by the cap, and whatever lies before it hides the whole ball, even where the ball itself says otherwise.
fn cap_hides(view: &View, shapes: &Shapes, cap: Cap<'_>, other: Shape<'_>) -> Option<bool> {
    match other {
        Shape::Ball(number, ball) => {
            if number == cap.number {
                return Some(true);
            }
            let by_rank = ball_hides_ball((cap.number, cap.ball), (number, ball));
            by_rank.map(|hides| hides || ball.plates.contains(&cap.index))
        }
        Shape::Cap(second) if second.number == cap.number => {
            Some(cap.plate.height(second.plate.middle) < 0.0)
        }
        Shape::Cap(second) => ball_hides_ball((cap.number, cap.ball), (second.number, second.ball)),
        Shape::Piece(piece) => {
            let hides = ball_hides_piece(view, shapes, cap.number, piece)?;
            Some(hides || !is_before(shapes, piece, cap.plate))
        }
        Shape::Plate(index, _) if index == cap.index => Some(true),
        Shape::Plate(index, plate) if cap.ball.plates.contains(&index) => {
            Some(cap.plate.height(plate.middle) < 0.0)
        }
        Shape::Plate(index, plate) => ball_hides_plate(view, cap.ball, index, plate),
    }
}

/// Whether a piece lies on the eye's side of a polygon's plane, or in it.
fn is_before(shapes: &Shapes, piece: &Piece, plate: &Plate) -> bool {
    let [a, b] = piece.places.map(|place| plate.height(place));
    let height = if a.abs() > b.abs() { a } else { b };
    shapes.tubes.get(piece.tube).is_some_and(|tube| height >= -1e-3 * tube.radius)
}

fn whole_ball_hides_piece(
    view: &View,
    shapes: &Shapes,
    (number, ball): (usize, &Ball),
    piece: &Piece,
) -> Option<bool> {
    let hides = ball_hides_piece(view, shapes, number, piece)?;
    let mut plates = ball.plates.iter().filter_map(|plate| shapes.plates.get(*plate));
    Some(hides && !plates.any(|plate| is_before(shapes, piece, plate)))
}

/// Whether a ball hides a piece of a stick or of a line; `None` if they do not overlap.
pub(super) fn ball_hides_piece(view: &View, shapes: &Shapes, number: usize, piece: &Piece) -> Option<bool> {
    for end in piece.ends {
        if end == End::OnTopOf(number) {
            return Some(false);
        }
        if end == End::Below(number) {
            return Some(true);
        }
    }
    let ball = shapes.balls.get(number)?;
    let tube = shapes.tubes.get(piece.tube)?;
    let [a, b] = piece.points;
    let share = nearest_share(a, b, ball.disc.center);
    let reach = ball.disc.major + piece.half_width;
    if a.lerp(b, share).distance_squared(ball.disc.center) >= reach * reach {
        return None;
    }
    // The part of a stick round one point of its axis is as good as a ball there.
    Some(ball.rank < tube.rank(view, piece.along(view, share)))
}

fn piece_hides_piece(view: &View, shapes: &Shapes, first: &Piece, second: &Piece) -> Option<bool> {
    let (tube, other) = (shapes.tubes.get(first.tube)?, shapes.tubes.get(second.tube)?);
    if tube.is_edge && other.is_edge {
        return None;
    }
    for (piece, owner, answer) in [(first, second, false), (second, first, true)] {
        for end in piece.ends {
            // A line whose end lies below a stick, or on top of it.
            let number = match end {
                End::OnTopOf(number) | End::Below(number) => number,
                End::Open => continue,
            };
            let is_owner = number
                .checked_sub(shapes.balls.len())
                .and_then(|place| shapes.pieces.get(place))
                .is_some_and(|shape| std::ptr::eq(shape, owner));
            if is_owner {
                return Some(answer == matches!(end, End::Below(_)));
            }
        }
    }
    let (share, other_share) = nearest_shares(first.points, second.points);
    let place = first.points[0].lerp(first.points[1], share);
    let other_place = second.points[0].lerp(second.points[1], other_share);
    let reach = first.half_width + second.half_width;
    if place.distance_squared(other_place) >= reach * reach {
        return None;
    }
    let rank = tube.rank(view, first.along(view, share));
    Some(rank < other.rank(view, second.along(view, other_share)))
}

/// Whether a ball hides a polygon: if its centre lies before it, or in its plane and nearer than its middle. So the ball at
/// a far corner of a polyhedron comes before the stick in it, and that before the side. A ball with a cap before the polygon
/// does not.
fn ball_hides_plate(view: &View, ball: &Ball, index: usize, plate: &Plate) -> Option<bool> {
    let side = plate.height(ball.center);
    plate.meets(ball).then(|| {
        if ball.plates.contains(&index) {
            false
        } else if side.abs() < 1e-3 * ball.radius {
            view.rank(ball.center, 0.0) < view.rank(plate.middle, 0.0)
        } else {
            side > 0.0
        }
    })
}

fn piece_hides_plate(view: &View, shapes: &Shapes, piece: &Piece, plate: &Plate) -> Option<bool> {
    const PLACES: u32 = 9;
    let tube = shapes.tubes.get(piece.tube)?;
    let [a, b] = piece.points;
    // Of the places where they overlap, the one farthest from the plane says it.
    let mut best: Option<f64> = None;
    for place in 0..PLACES {
        let share = (f64::from(place) + 0.5) / f64::from(PLACES);
        if distance_to(&plate.points, a.lerp(b, share)) < piece.half_width {
            let side = (tube.at(piece.along(view, share)) - plate.middle).dot(plate.normal);
            if best.is_none_or(|best| side.abs() > best.abs()) {
                best = Some(side);
            }
        }
    }
    best.map(|side| side >= -1e-3 * tube.radius)
}

fn plate_hides_plate(view: &View, first: &Plate, second: &Plate) -> Option<bool> {
    let common = clipped(&first.points, &second.points);
    let area: f64 = common.iter().zip(common.iter().cycle().skip(1)).map(|(a, b)| a.perp_dot(*b)).sum();
    if common.len() < 3 || area.abs() < 0.02 {
        return None;
    }
    let (origin, direction) = view.ray(common.iter().sum::<DVec2>() / common.len() as f64);
    let distance = |plate: &Plate| (plate.middle - origin).dot(plate.normal) / direction.dot(plate.normal);
    let (near, far) = (distance(first), distance(second));
    ((near - far).abs() > 1e-6).then_some(near < far)
}

/// The part of a convex polygon inside another.
fn clipped(polygon: &[DVec2], by: &[DVec2]) -> Vec<DVec2> {
    let mut kept = polygon.to_vec();
    let middle = by.iter().sum::<DVec2>() / by.len().max(1) as f64;
    for (a, b) in by.iter().zip(by.iter().cycle().skip(1)) {
        let inward = (*b - *a).perp_dot(middle - *a).signum();
        let side = |point: DVec2| (*b - *a).perp_dot(point - *a) * inward;
        let whole = std::mem::take(&mut kept);
        for (p, q) in whole.iter().zip(whole.iter().cycle().skip(1)) {
            let (sp, sq) = (side(*p), side(*q));
            if sp >= 0.0 {
                kept.push(*p);
            }
            if (sp >= 0.0) != (sq >= 0.0) {
                kept.push(p.lerp(*q, sp / (sp - sq)));
            }
        }
    }
    kept
}

/// Share of the way from `a` to `b` that is nearest to a point.
fn nearest_share(a: DVec2, b: DVec2, point: DVec2) -> f64 {
    let way = b - a;
    let length2 = way.length_squared();
    if length2 < 1e-18 { 0.5 } else { ((point - a).dot(way) / length2).clamp(0.0, 1.0) }
}

/// Shares of the ways at which two lines are nearest to each other.
fn nearest_shares([a, b]: [DVec2; 2], [c, d]: [DVec2; 2]) -> (f64, f64) {
    let (way, other) = (b - a, d - c);
    let cross = way.perp_dot(other);
    if cross.abs() > 1e-9 * way.length() * other.length() {
        let (share, other_share) = ((c - a).perp_dot(other) / cross, (c - a).perp_dot(way) / cross);
        if (0.0..=1.0).contains(&share) && (0.0..=1.0).contains(&other_share) {
            return (share, other_share);
        }
    }
    let candidates = [
        (0.0, nearest_share(c, d, a)),
        (1.0, nearest_share(c, d, b)),
        (nearest_share(a, b, c), 0.0),
        (nearest_share(a, b, d), 1.0),
    ];
    let gap = |(share, other_share): &(f64, f64)| a.lerp(b, *share).distance_squared(c.lerp(d, *other_share));
    candidates.into_iter().min_by(|x, y| gap(x).total_cmp(&gap(y))).unwrap_or((0.5, 0.5))
}

/// Distance of a point to a convex polygon; 0 inside.
pub(super) fn distance_to(polygon: &[DVec2], point: DVec2) -> f64 {
    let sides = || polygon.iter().zip(polygon.iter().cycle().skip(1));
    let left = sides().filter(|(a, b)| (**b - **a).perp_dot(point - **a) > 0.0).count();
    if left == 0 || left == polygon.len() {
        return 0.0;
    }
    sides()
        .map(|(a, b)| a.lerp(*b, nearest_share(*a, *b, point)).distance(point))
        .fold(f64::INFINITY, f64::min)
}

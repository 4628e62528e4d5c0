//! Cell edges: which parts of the line are seen.
//!
//! A point of a line is hidden by a round thing if the way from it to the eye meets that thing. Behind a ball, those points
//! are the line's part in the cone of its outline beyond the plane of the outline, and the part inside the ball; each is a
//! quadratic or a linear condition along the line. A stick is the same thing seen along its own axis, between its ends.

use glam::DVec3;

use super::{
    grid::Grid,
    project::View,
    shapes::{End, Piece, Shapes, Tube},
};

/// Shorter pieces, in points, are not drawn.
const SHORTEST: f64 = 0.15;
/// How far a line goes on below what hides its end, in widths of the line.
const OVERLAP: f64 = 1.0;

/// Where the eye is.
#[derive(Clone, Copy)]
enum Eye {
    At(DVec3),
    /// Unit vector towards it.
    Along(DVec3),
}

/// A part of a line, in Å.
type Interval = (f64, f64);

/// Adds the visible pieces of all cell edges to the shapes.
pub(super) fn cut_edges(view: &View, shapes: &mut Shapes) {
    let boxes: Vec<_> = shapes.pieces.iter().map(Piece::bounds).collect();
    let stick_grid = Grid::new(&boxes);
    let mut lines = Vec::new();
    for (index, edge) in shapes.tubes.iter().enumerate().filter(|(_, tube)| tube.is_edge) {
        visible_pieces(view, shapes, &stick_grid, (index, edge), &mut lines);
    }
    shapes.pieces.append(&mut lines);
}

fn visible_pieces(
    view: &View,
    shapes: &Shapes,
    sticks: &Grid,
    (index, edge): (usize, &Tube),
    lines: &mut Vec<Piece>,
) {
    let bounds = edge.bounds(view, 0.0, edge.length);
    let line = (edge.start, edge.axis);
    let eye = if view.perspective { Eye::At(DVec3::ZERO) } else { Eye::Along(DVec3::Z) };
    let mut hidden: Vec<(Interval, usize)> = Vec::new();
    let mut near = Vec::new();
    shapes.ball_grid.find(bounds, &mut near);
    for number in near.iter().map(|number| *number as usize) {
        let Some(ball) = shapes.balls.get(number).filter(|ball| !ball.is_covered) else { continue };
        let found = behind_round(eye, ball.center, ball.radius, line);
        hidden.extend(found.into_iter().map(|interval| (interval, number)));
    }
    sticks.find(bounds, &mut near);
    for number in near.iter().map(|number| *number as usize) {
        let Some(piece) = shapes.pieces.get(number).filter(|piece| !piece.is_covered) else { continue };
        let Some(stick) = shapes.tubes.get(piece.tube) else { continue };
        let shape = shapes.piece_number(number);
        let found = behind_stick(view, stick, piece, line);
        hidden.extend(found.into_iter().map(|interval| (interval, shape)));
    }
    let mut add = |from: (f64, Option<usize>), to: (f64, Option<usize>)| {
        let ends = [from, to].map(|(along, owner)| end(view, shapes, edge, along, owner));
        if let Some(mut piece) = Piece::new(view, edge, index, (from.0, to.0), ends)
            && piece.points[0].distance(piece.points[1]) > SHORTEST
        {
            let overlap = OVERLAP * 2.0 * edge.radius;
            // Below what hides it a line goes on; where it comes out of a ball, its round end stays outside.
            let further = |end: End| match end {
                End::Below(_) => overlap,
                End::OnTopOf(_) => -edge.radius,
                End::Open => 0.0,
            };
            let range = (piece.from - further(ends[0]), piece.to + further(ends[1]));
            piece = Piece::new(view, edge, index, range, ends).unwrap_or(piece);
            let (mut begin, mut first_end) = (piece.from, ends[0]);
            let mut crossings: Vec<f64> =
                shapes.plates.iter().filter_map(|plate| plate.crossing(edge)).collect();
            crossings.sort_by(f64::total_cmp);
            for at in crossings.into_iter().filter(|at| *at > piece.from && *at < piece.to) {
                lines.extend(Piece::new(view, edge, index, (begin, at), [first_end, End::Open]));
                (begin, first_end) = (at, End::Open);
            }
            lines.extend(Piece::new(view, edge, index, (begin, piece.to), [first_end, ends[1]]));
        }
    };
    hidden.retain(|((from, to), _)| *to > 0.0 && *from < edge.length);
    hidden.sort_by(|a, b| a.0.0.total_cmp(&b.0.0).then(a.1.cmp(&b.1)));
    let mut from = (0.0, None);
    for ((begin, finish), owner) in hidden {
        if begin > from.0 {
            add(from, (begin, Some(owner)));
        }
        if finish > from.0 {
            from = (finish, Some(owner));
        }
    }
    if from.0 < edge.length {
        add(from, (edge.length, None));
    }
}

/// How a visible piece ends at what hides the rest.
fn end(view: &View, shapes: &Shapes, edge: &Tube, along: f64, owner: Option<usize>) -> End {
    let Some(number) = owner else { return End::Open };
    let place = edge.at(along);
    // From the axis of a stick, or the centre of a ball, to the place.
    let (out, radius) = if let Some(ball) = shapes.balls.get(number) {
        (place - ball.center, ball.radius)
    } else if let Some(stick) =
        shapes.pieces.get(number - shapes.balls.len()).and_then(|piece| shapes.tubes.get(piece.tube))
    {
        ((place - stick.start).reject_from_normalized(stick.axis), stick.radius)
    } else {
        return End::Open;
    };
    let is_on_surface = (out.length() - radius).abs() < 1e-3 * radius;
    if is_on_surface && out.dot(view.to_eye(place)) > 0.0 { End::OnTopOf(number) } else { End::Below(number) }
}

/// Parts of a line (start and direction) that a ball hides.
fn behind_round(eye: Eye, center: DVec3, radius: f64, (start, axis): (DVec3, DVec3)) -> Vec<Interval> {
    let r2 = radius * radius;
    let p = start - center;
    let inside = at_most_zero(axis.length_squared(), 2.0 * p.dot(axis), p.length_squared() - r2);
    let (shadow, beyond) = match eye {
        Eye::Along(back) => {
            let (flat_p, flat_axis) = (p.reject_from_normalized(back), axis.reject_from_normalized(back));
            let constant = flat_p.length_squared() - r2;
            let shadow = at_most_zero(flat_axis.length_squared(), 2.0 * flat_p.dot(flat_axis), constant);
            (shadow, below_zero(p.dot(back), axis.dot(back)))
        }
        Eye::At(eye) => {
            let to_center = center - eye;
            // The points between tangents: (q·c)² ≥ (c² - r²) q².
            let k = to_center.length_squared() - r2;
            if k <= 0.0 {
                return vec![(f64::NEG_INFINITY, f64::INFINITY)];
            }
            let q = start - eye;
            let (qc, ac) = (q.dot(to_center), axis.dot(to_center));
            let shadow = at_most_zero(
                k * axis.length_squared() - ac * ac,
                2.0 * (k * q.dot(axis) - qc * ac),
                k * q.length_squared() - qc * qc,
            );
            (shadow, below_zero(k - qc, -ac))
        }
    };
    let mut found: Vec<Interval> = shadow.into_iter().filter_map(|part| intersect(part, beyond)).collect();
    found.extend(inside.into_iter().filter(|part| part.0 < part.1));
    found
}

/// Parts of a line that a piece of a stick hides.
fn behind_stick(view: &View, stick: &Tube, piece: &Piece, (start, axis): (DVec3, DVec3)) -> Vec<Interval> {
    let along = stick.axis;
    let flat = |v: DVec3| v.reject_from_normalized(along);
    // Conditions, linear along the line, that what hides it lies between the ends of the piece.
    let (eye, from_begin, to_end);
    if view.perspective {
        eye = Eye::At(DVec3::ZERO);
        let front = -flat(stick.start).normalize_or_zero();
        let (height, foot) = (stick.start.dot(front), stick.start.dot(along));
        let side = |v: DVec3, end: f64| height * v.dot(along) - (foot + end) * v.dot(front);
        from_begin = below_zero(side(start, piece.from), side(axis, piece.from));
        to_end = below_zero(-side(start, piece.to), -side(axis, piece.to));
    } else {
        let back = flat(DVec3::Z);
        let size2 = back.length_squared();
        if size2 < 1e-9 {
            return Vec::new();
        }
        eye = Eye::Along(back / size2.sqrt());
        let place = |v: DVec3| v.dot(along) - v.dot(back) / size2 * along.z;
        let (constant, slope) = (place(start - stick.start), place(axis));
        from_begin = below_zero(piece.from - constant, -slope);
        to_end = below_zero(constant - piece.to, slope);
    }
    let Some(ends) = intersect(from_begin, to_end) else { return Vec::new() };
    behind_round(eye, flat(stick.start), stick.radius, (flat(start), flat(axis)))
        .into_iter()
        .filter_map(|part| intersect(part, ends))
        .collect()
}

/// Where a x² + b x + c ≤ 0.
fn at_most_zero(a: f64, b: f64, c: f64) -> Vec<Interval> {
    const ALL: Interval = (f64::NEG_INFINITY, f64::INFINITY);
    if a.abs() < 1e-12 {
        return vec![below_zero(c, b)];
    }
    let discriminant = b * b - 4.0 * a * c;
    if discriminant <= 0.0 {
        return if a > 0.0 { Vec::new() } else { vec![ALL] };
    }
    // The root that needs no difference of near numbers, and the other from their product.
    let sum = -0.5 * (b + b.signum() * discriminant.sqrt());
    let (x, y) = (sum / a, c / sum);
    let (low, high) = (x.min(y), x.max(y));
    if a > 0.0 { vec![(low, high)] } else { vec![(ALL.0, low), (high, ALL.1)] }
}

/// Where constant + slope · x ≤ 0; an interval that ends before it begins is none.
fn below_zero(constant: f64, slope: f64) -> Interval {
    if slope.abs() < 1e-12 {
        let is_everywhere = constant <= 0.0;
        return if is_everywhere {
            (f64::NEG_INFINITY, f64::INFINITY)
        } else {
            (f64::INFINITY, f64::NEG_INFINITY)
        };
    }
    let root = -constant / slope;
    if slope > 0.0 { (f64::NEG_INFINITY, root) } else { (root, f64::INFINITY) }
}

fn intersect(a: Interval, b: Interval) -> Option<Interval> {
    let both = (a.0.max(b.0), a.1.min(b.1));
    (both.0 < both.1).then_some(both)
}

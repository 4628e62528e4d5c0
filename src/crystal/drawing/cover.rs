//! Leaving out what nearer balls cover wholly.
//!
//! A convex region is covered by discs exactly if its border is, and if every point inside it where two of the discs'
//! borders cross lies in a third: a gap that did not reach the border would have such crossings for corners.

use std::f64::consts::TAU;

use glam::DVec2;

use super::{
    grid::Bounds,
    order::ball_hides_piece,
    project::View,
    shapes::{Ball, Shapes},
};

/// More discs than this are not looked at for one shape: a few near ones cover it, or it is seen.
const MOST_DISCS: usize = 32;
/// Discs count as this much smaller, in points, so that rounding leaves no hairline of background.
const SAFETY: f64 = 0.01;

/// Marks balls and pieces that nobody sees; returns how many.
pub(super) fn drop_covered(view: &View, shapes: &mut Shapes) -> usize {
    let mut order: Vec<usize> = (0..shapes.balls.len()).collect();
    let rank = |index: &usize| shapes.balls.get(*index).map_or(0.0, |ball| ball.rank);
    order.sort_by(|a, b| rank(a).total_cmp(&rank(b)).then(a.cmp(b)));
    let mut near = Vec::new();
    let mut discs = Vec::new();
    let mut covered = 0;
    for index in order {
        let Some(ball) = shapes.balls.get(index).filter(|ball| !ball.is_covered) else { continue };
        shapes.ball_grid.find(Bounds::around(ball.disc.center, ball.disc.major), &mut near);
        let hides = |number: &u32, other: &Ball| {
            !other.is_covered
                && (other.rank, *number as usize) < (ball.rank, index)
                && other.center.distance(ball.center) > other.radius + ball.radius
        };
        collect(&shapes.balls, &near, hides, &mut discs);
        let is_covered = is_disc_covered(ball.disc.center, ball.disc.major, &mut discs);
        covered += usize::from(is_covered);
        if let Some(ball) = shapes.balls.get_mut(index) {
            ball.is_covered = is_covered;
        }
    }
    let mut kept = Vec::with_capacity(shapes.pieces.len());
    for piece in &shapes.pieces {
        shapes.ball_grid.find(piece.bounds(), &mut near);
        let hides = |number: &u32, ball: &Ball| {
            !ball.is_covered && ball_hides_piece(view, shapes, *number as usize, piece) == Some(true)
        };
        collect(&shapes.balls, &near, hides, &mut discs);
        let [a, b] = piece.points;
        let along = (b - a).normalize_or(DVec2::X) * piece.half_width;
        let aside = along.perp();
        let corners = [a - along - aside, b + along - aside, b + along + aside, a - along + aside];
        let is_covered = is_polygon_covered(&corners, &mut discs);
        covered += usize::from(is_covered);
        kept.push(!is_covered);
    }
    for (piece, kept) in shapes.pieces.iter_mut().zip(kept) {
        piece.is_covered = !kept;
    }
    covered
}

fn collect(balls: &[Ball], near: &[u32], hides: impl Fn(&u32, &Ball) -> bool, discs: &mut Vec<(DVec2, f64)>) {
    discs.clear();
    for number in near {
        if let Some(ball) = balls.get(*number as usize)
            && hides(number, ball)
        {
            discs.push((ball.disc.center, ball.disc.minor - SAFETY));
        }
    }
}

/// Keeps the discs that reach deepest into a region round `center`.
fn keep_deepest(center: DVec2, discs: &mut Vec<(DVec2, f64)>) {
    discs.sort_by(|a, b| {
        let depth = |disc: &(DVec2, f64)| disc.1 - disc.0.distance(center);
        depth(b).total_cmp(&depth(a)).then(a.0.x.total_cmp(&b.0.x)).then(a.0.y.total_cmp(&b.0.y))
    });
    discs.truncate(MOST_DISCS);
}

fn is_disc_covered(center: DVec2, radius: f64, discs: &mut Vec<(DVec2, f64)>) -> bool {
    keep_deepest(center, discs);
    if discs.iter().any(|(other, size)| other.distance(center) + radius <= *size) {
        return true;
    }
    if discs.len() < 2 || !is_inside(center, discs, &[]) {
        return false;
    }
    let mut covered: Vec<(f64, f64)> = Vec::new();
    for (other, size) in discs.iter() {
        let apart = *other - center;
        let distance = apart.length();
        let cosine = (distance * distance + radius * radius - size * size) / (2.0 * distance * radius);
        if !(-1.0..1.0).contains(&cosine) {
            continue;
        }
        let half = cosine.acos();
        let from = (apart.to_angle() - half).rem_euclid(TAU);
        covered.push((from, (from + 2.0 * half).min(TAU)));
        if from + 2.0 * half > TAU {
            covered.push((0.0, from + 2.0 * half - TAU));
        }
    }
    is_span_covered(TAU, &mut covered)
        && are_crossings_inside(discs, |point| point.distance_squared(center) < radius * radius)
}

fn is_polygon_covered(corners: &[DVec2; 4], discs: &mut Vec<(DVec2, f64)>) -> bool {
    let center = corners.iter().sum::<DVec2>() / 4.0;
    keep_deepest(center, discs);
    if discs.is_empty() || !corners.iter().all(|corner| is_inside(*corner, discs, &[])) {
        return false;
    }
    for (from, to) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        let length = from.distance(*to);
        let along = (*to - *from) / length.max(1e-12);
        let mut covered: Vec<(f64, f64)> = discs
            .iter()
            .filter_map(|(center, size)| {
                let foot = (*center - *from).dot(along);
                let half2 = size * size - (*center - *from).perp_dot(along).powi(2);
                (half2 > 0.0).then(|| (foot - half2.sqrt(), foot + half2.sqrt()))
            })
            .collect();
        if !is_span_covered(length, &mut covered) {
            return false;
        }
    }
    let sides = || corners.iter().zip(corners.iter().cycle().skip(1));
    let turn = sides().next().map_or(1.0, |(a, b)| (*b - *a).perp_dot(center - *a).signum());
    are_crossings_inside(discs, |point| sides().all(|(a, b)| (*b - *a).perp_dot(point - *a) * turn > 0.0))
}

/// Whether intervals cover 0 to `end`.
fn is_span_covered(end: f64, intervals: &mut [(f64, f64)]) -> bool {
    intervals.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut reached = 0.0;
    for (from, to) in intervals.iter() {
        if *from > reached {
            return false;
        }
        reached = to.max(reached);
    }
    reached >= end
}

fn is_inside(point: DVec2, discs: &[(DVec2, f64)], except: &[usize]) -> bool {
    discs.iter().enumerate().any(|(index, (center, size))| {
        !except.contains(&index) && center.distance_squared(point) < size * size
    })
}

/// Whether every crossing of two discs' borders within a region lies in a third disc.
fn are_crossings_inside(discs: &[(DVec2, f64)], is_within: impl Fn(DVec2) -> bool) -> bool {
    for (first, (a, ra)) in discs.iter().enumerate() {
        for (second, (b, rb)) in discs.iter().enumerate().skip(first + 1) {
            let apart = *b - *a;
            let d2 = apart.length_squared();
            if d2 >= (ra + rb) * (ra + rb) || d2 <= (ra - rb) * (ra - rb) {
                continue;
            }
            let share = (d2 + ra * ra - rb * rb) / (2.0 * d2);
            let height = (ra * ra / d2 - share * share).max(0.0).sqrt();
            for side in [1.0, -1.0] {
                let point = *a + apart * share + apart.perp() * (height * side);
                if is_within(point) && !is_inside(point, discs, &[first, second]) {
                    return false;
                }
            }
        }
    }
    true
}

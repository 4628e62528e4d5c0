//! Painting sticks: strips with elliptical ends, in groups of their own whose unit is half the width of the stick, so that
//! sticks of one direction share their gradients.

use glam::DVec3;

use super::{
    paint::Painter,
    patch::{Cut, border},
    project::{Ring, View},
    shapes::{Ball, End, Piece, Tube},
};
use crate::{
    crystal::scene::Rgba,
    figure::svg::{Fill, Paint, Path, Stroke},
};

/// Sticks of less than twice this width in points are plain lines.
const THIN: f64 = 0.7;
/// How far the first of two colours of a stick goes on below the second, in radii.
const SEAM: f64 = 0.15;
/// How far what shows of a stick on a ball goes on over the stick beyond, in points: a pixel of the coarsest picture.
const LENS_OVERLAP: f64 = 1.0;

/// A stick as the eye sees it.
struct Seen {
    /// Unit vector at right angles to the axis, towards the eye.
    front: DVec3,
    /// Unit vector at right angles to both.
    side: DVec3,
    /// Angle from `front` to the silhouette.
    reach: f64,
    to_eye: DVec3,
}

/// One colour of a piece, from place to place along the tube in Å.
struct Half {
    from: f64,
    to: f64,
    color: Rgba,
    step: u32,
    /// Whether the ends are seen, so that they must be curves.
    is_round: [bool; 2],
}

/// A page of its own for a stick.
struct Local {
    view: View,
    origin: (f64, f64),
    unit: f64,
}

impl Local {
    fn new(view: &View, piece: &Piece) -> Self {
        let origin = piece.points[0].lerp(piece.points[1], 0.5);
        // As it is written, so that the path fits.
        let unit = (piece.half_width * 1000.0).round().max(1.0) / 1000.0;
        Self { view: view.local(origin, unit), origin: origin.into(), unit }
    }
}

impl Painter<'_> {
    pub fn stick(&mut self, piece: &Piece, tube: &Tube) {
        let Some(seen) = seen(self.view, tube, piece) else { return };
        let halves = self.halves(piece, tube, &seen);
        if piece.half_width < THIN {
            for half in halves {
                let normals = (seen.front, seen.side, seen.to_eye);
                let color = self.paints.thin_stick(half.color, half.step, normals);
                let [from, to] = [half.from, half.to].map(|along| self.view.point(tube.at(along)).into());
                self.svg.line(from, to, &Stroke::new(color, 2.0 * piece.half_width));
            }
            return;
        }
        let Local { view, origin, unit } = Local::new(self.view, piece);
        // Gradients are defined outside of groups, so all of them come first.
        let fills: Vec<Fill> =
            halves.iter().map(|half| self.stick_fill(&seen, tube, piece, half.color, half.step)).collect();
        self.svg.begin_moved(origin, unit);
        for (half, fill) in halves.iter().zip(fills) {
            let [first, last] = [half.from, half.to].map(|along| seen.ring(tube, along));
            let mut path = Path::new();
            let mut end = |ring: &Ring, from: f64, is_round: bool| {
                let (begin, finish) = (view.point(ring.at(from)), view.point(ring.at(-from)));
                if path.is_empty() {
                    path.move_to(begin.x, begin.y);
                } else {
                    path.line_to(begin.x, begin.y);
                }
                if is_round {
                    ring.append_arc(&view, &mut path, from, -from);
                } else {
                    path.line_to(finish.x, finish.y);
                }
            };
            end(&first, -seen.reach, half.is_round[0]);
            end(&last, seen.reach, half.is_round[1]);
            path.close();
            self.svg.path(&path, &Paint { fill, stroke: None });
            if let Some((width, dark)) = self.outline_of(half.color, half.step) {
                let width = width / unit;
                let sides = sides(&view, &seen, &first, &last, 0.5 * width);
                self.svg.path(&sides, &Paint::stroke(Stroke::new(dark, width)));
            }
        }
        self.svg.end_group();
    }

    /// The parts of a piece by colour; the first goes on below the second.
    fn halves(&self, piece: &Piece, tube: &Tube, seen: &Seen) -> Vec<Half> {
        // Tangent of the angle between the axis and the page.
        let tilt = seen.front.dot(seen.to_eye).clamp(1e-6, 1.0).acos().tan();
        let is_curved = tilt * piece.half_width > 0.03;
        let is_round = piece.ends.map(|end| is_curved && !matches!(end, End::Below(_)));
        let half = |from: f64, to: f64, color: Rgba, is_round: [bool; 2]| {
            let step = self.paints.fade_step(-tube.at(0.5 * (from + to)).z - 0.5 * tube.radius);
            Half { from, to, color, step, is_round }
        };
        let [first, second] = tube.colors;
        if first == second || tube.split >= piece.to {
            return vec![half(piece.from, piece.to, first, is_round)];
        }
        if tube.split <= piece.from {
            return vec![half(piece.from, piece.to, second, is_round)];
        }
        // As far as the curve between the colours can bulge, and a little more.
        let below = tube.split + tube.radius * (SEAM + tilt);
        let hidden = if below < piece.to { (below, false) } else { (piece.to, is_round[1]) };
        vec![
            half(piece.from, hidden.0, first, [is_round[0], hidden.1]),
            half(tube.split, piece.to, second, [is_curved, is_round[1]]),
        ]
    }

    /// What of a stick that leaves a ball away from the eye shows on the ball's front.
    pub fn lens(&mut self, ball: &Ball, piece: &Piece) {
        let Some(tube) = self.shapes.tubes.get(piece.tube) else { return };
        let to_ball = ball.center - tube.start;
        let middle = to_ball.dot(tube.axis);
        let is_through = to_ball.distance_squared(tube.axis * middle) < 4e-4 * ball.radius * ball.radius;
        if !is_through || ball.radius <= tube.radius || piece.half_width < THIN {
            return;
        }
        let Some(seen) = seen(self.view, tube, piece) else { return };
        let height = (ball.radius * ball.radius - tube.radius * tube.radius).sqrt();
        let leaves_forward = piece.to > middle;
        let outward = if leaves_forward { tube.axis } else { -tube.axis };
        let Local { view, origin, unit } = Local::new(self.view, piece);
        // Beyond the outline of the ball the same stick goes on.
        let length = piece.to - piece.from;
        let on_page = piece.points[0].distance(piece.points[1]).max(2.0 * LENS_OVERLAP);
        let overlap = outward * (length * LENS_OVERLAP / on_page);
        let cuts =
            [Cut::new(-outward, -height), Cut { overlap, ..Cut::horizon(&view, ball.center, ball.radius) }];
        let path = border(&view, ball.center, ball.radius, &cuts);
        if path.is_empty() {
            return;
        }
        let along = if leaves_forward { piece.from } else { piece.to };
        let color = if along < tube.split { tube.colors[0] } else { tube.colors[1] };
        let step = self.paints.fade_step(-tube.at(along).z - 0.5 * tube.radius);
        let fill = self.stick_fill(&seen, tube, piece, color, step);
        self.svg.begin_moved(origin, unit);
        self.svg.path(&path, &Paint { fill, stroke: None });
        self.svg.end_group();
    }

    fn stick_fill(&mut self, seen: &Seen, tube: &Tube, piece: &Piece, color: Rgba, step: u32) -> Fill {
        let ring = seen.ring(tube, 0.5 * (piece.from + piece.to));
        let [left, right] = [-seen.reach, seen.reach].map(|angle| self.view.point(ring.at(angle)));
        let way = piece.points[1] - piece.points[0];
        // Seen almost along its axis, a stick has no direction of its own on the page.
        let across = if way.length() > 1e-6 { (right - left).reject_from(way) } else { right - left };
        // In perspective no two sticks have the same direction; steps too small to be seen make gradients that are shared.
        let (turn, tilt) = if self.view.perspective { (150.0, 24.0) } else { (5000.0, 1000.0) };
        let rounded = |v: DVec3| ((v * tilt).round() / tilt).normalize_or(v);
        let angle = (across.to_angle() * turn).round() / turn;
        let normals = (rounded(seen.front), rounded(seen.side), rounded(seen.to_eye));
        self.paints.stick(self.svg, color, step, angle, normals)
    }
}

impl Seen {
    /// The stick's circle at a place along its axis; angles begin at its front.
    fn ring(&self, tube: &Tube, along: f64) -> Ring {
        Ring { center: tube.at(along), u: self.front * tube.radius, v: self.side * tube.radius }
    }
}

/// The two long sides of a stick between two of its circles, moved inwards on the page.
fn sides(view: &View, seen: &Seen, first: &Ring, last: &Ring, inset: f64) -> Path {
    let mut path = Path::new();
    for angle in [-seen.reach, seen.reach] {
        let [from, to] = [first, last].map(|ring| {
            let (edge, middle) = (view.point(ring.at(angle)), view.point(ring.center));
            edge.move_towards(middle, inset)
        });
        path.move_to(from.x, from.y).line_to(to.x, to.y);
    }
    path
}

/// `None` for a stick that is seen exactly along its axis: an open tube shows nothing.
fn seen(view: &View, tube: &Tube, piece: &Piece) -> Option<Seen> {
    let toward = if view.perspective { -tube.start } else { DVec3::Z };
    let aside = toward.reject_from_normalized(tube.axis);
    let distance = aside.length();
    let is_seen = if view.perspective { distance > 1.001 * tube.radius } else { distance > 1e-6 };
    let ratio = if view.perspective { tube.radius / distance } else { 0.0 };
    is_seen.then(|| {
        let front = aside / distance;
        let to_eye = view.to_eye(tube.at(0.5 * (piece.from + piece.to)));
        Seen { front, side: front.cross(tube.axis), reach: ratio.acos(), to_eye }
    })
}

//! Painting: every shape in its order as SVG.

use super::{
    DrawingStyle, Subject,
    order::Shape,
    patch::{Cut, border, sector},
    project::View,
    shade::Paints,
    shapes::{Ball, End, Piece, Plate, Shapes, Tube},
};
use crate::{
    crystal::scene::Rgba,
    figure::svg::{Fill, Paint, Path, Stroke, Svg},
};

/// How dark an outline is beside what it surrounds.
const OUTLINE_SHARE: f64 = 0.35;
/// Shares of a site below this are not seen.
const SMALLEST_SHARE: f64 = 0.004;
const WHITE: Rgba = [255; 4];

pub(super) fn paint(
    svg: &mut Svg,
    view: &View,
    shapes: &Shapes,
    order: &[usize],
    subject: &Subject<'_>,
    style: &DrawingStyle,
) {
    let background = subject.palette.background;
    let paints = Paints::new(style.shading, background, style.fade, shapes.fade_range);
    let mut painter = Painter { svg, view, shapes, style, paints, lenses: lenses(shapes) };
    for number in order {
        match shapes.get(*number) {
            Some(Shape::Ball(number, ball)) => painter.ball(number, ball),
            Some(Shape::Piece(piece)) => painter.piece(piece),
            Some(Shape::Plate(_, plate)) => painter.plate(plate),
            Some(Shape::Cap(cap)) => painter.ball_before(cap.number, cap.ball, Some(cap.plate)),
            None => {}
        }
    }
}

/// For every ball, the sticks that leave it away from the eye and still show on its front.
fn lenses(shapes: &Shapes) -> Vec<Vec<usize>> {
    let mut lenses = vec![Vec::new(); shapes.balls.len()];
    for (index, piece) in shapes.pieces.iter().enumerate() {
        let is_edge = shapes.tubes.get(piece.tube).is_none_or(|tube| tube.is_edge);
        for end in piece.ends {
            if let (false, End::Below(ball)) = (is_edge, end)
                && let Some(list) = lenses.get_mut(ball)
            {
                list.push(index);
            }
        }
    }
    lenses
}

pub(super) struct Painter<'a> {
    pub svg: &'a mut Svg,
    pub view: &'a View,
    pub shapes: &'a Shapes,
    pub paints: Paints,
    style: &'a DrawingStyle,
    lenses: Vec<Vec<usize>>,
}

impl Painter<'_> {
    /// Width and colour of the line round something of a colour, if such lines are wanted.
    pub fn outline_of(&self, color: Rgba, step: u32) -> Option<(f64, Rgba)> {
        let dark = color.map(|byte| (f64::from(byte) * OUTLINE_SHARE).round() as u8);
        (self.style.outline > 0.0).then(|| (self.style.outline, self.paints.faded(dark, step)))
    }

    fn ball(&mut self, number: usize, ball: &Ball) {
        self.ball_before(number, ball, None);
    }

    /// A ball, or the part of it before a polygon.
    fn ball_before(&mut self, number: usize, ball: &Ball, plate: Option<&Plate>) {
        let step = self.paints.fade_step(-ball.center.z - 0.5 * ball.radius);
        let outline = self
            .outline_of(ball.color, step)
            .filter(|_| !ball.is_unlit)
            .map(|(width, color)| Stroke::new(color, width));
        let shares = [ball.color, ball.second].map(|color| f64::from(color[3]) / 255.0);
        let first = if shares[0] > 0.995 { 1.0 } else { shares[0] };
        let second = (first + shares[1]).min(1.0);
        // Parts of a turn and what fills them.
        let mut parts = vec![(0.0, first, ball.color)];
        parts.push((first, second, ball.second));
        parts.push((second, 1.0, WHITE));
        parts.retain(|(from, to, _)| to - from > SMALLEST_SHARE);
        let fill_of =
            |painter: &mut Self, color: Rgba| painter.paints.ball(painter.svg, color, step, ball.is_unlit);
        let mut cuts = ball.cuts.clone();
        cuts.extend(plate.map(|plate| Cut::new(-plate.normal, plate.height(ball.center))));
        if cuts.is_empty() && parts.len() <= 1 {
            let fill = fill_of(self, parts.first().map_or(ball.color, |part| part.2));
            self.outline(ball, &Paint { fill, stroke: outline });
        } else {
            let rest = (!cuts.is_empty()).then(|| {
                cuts.push(Cut::horizon(self.view, ball.center, ball.radius));
                border(self.view, ball.center, ball.radius, &cuts)
            });
            if plate.is_some() && rest.as_ref().is_some_and(Path::is_empty) {
                return;
            }
            if let Some(rest) = &rest {
                let clip = self.svg.clip(rest);
                self.svg.begin_clipped(clip);
            }
            for (index, (from, to, color)) in parts.into_iter().enumerate() {
                let fill = fill_of(self, color);
                if index > 0 {
                    let clip = self.svg.clip(&sector(self.view, ball.center, ball.radius, from, to));
                    self.svg.begin_clipped(clip);
                }
                self.outline(ball, &Paint { fill, stroke: None });
                if index > 0 {
                    self.svg.end_group();
                }
            }
            if rest.is_some() && plate.is_none() {
                self.svg.end_group();
            }
            match (outline, rest) {
                // No line where the polygon passes through.
                (Some(stroke), Some(_)) if plate.is_some() => self.outline(ball, &Paint::stroke(stroke)),
                (Some(stroke), Some(rest)) => self.svg.path(&rest, &Paint::stroke(stroke)),
                (Some(stroke), None) => self.outline(ball, &Paint::stroke(stroke)),
                (None, _) => {}
            }
        }
        let lenses = self.lenses.get(number).cloned().unwrap_or_default();
        for piece in lenses.into_iter().filter_map(|piece| self.shapes.pieces.get(piece)) {
            self.lens(ball, piece);
        }
        if plate.is_some() {
            self.svg.end_group();
        }
    }

    /// The ball's circle or ellipse. Its line lies inside the outline.
    fn outline(&mut self, ball: &Ball, paint: &Paint) {
        let disc = ball.disc;
        let inset = paint.stroke.as_ref().map_or(0.0, |stroke| 0.5 * stroke.width).min(0.5 * disc.minor);
        let (major, minor) = (disc.major - inset, disc.minor - inset);
        if major - minor < 0.003 {
            self.svg.circle(disc.center.into(), major, paint);
            return;
        }
        let (a, b) = (disc.center + disc.toward * major, disc.center - disc.toward * major);
        let turn_deg = disc.toward.to_angle().to_degrees();
        let mut path = Path::new();
        path.move_to(a.x, a.y);
        path.arc_to((major, minor), turn_deg, false, true, b.into());
        path.arc_to((major, minor), turn_deg, false, true, a.into());
        path.close();
        self.svg.path(&path, paint);
    }

    fn piece(&mut self, piece: &Piece) {
        let Some(tube) = self.shapes.tubes.get(piece.tube) else { return };
        if tube.is_edge {
            self.line(piece, tube);
        } else {
            self.stick(piece, tube);
        }
    }

    fn line(&mut self, piece: &Piece, tube: &Tube) {
        let [a, b] = piece.points;
        let middle = 0.5 * (piece.places[0] + piece.places[1]);
        let color = self.paints.faded(tube.colors[0], self.paints.fade_step(-middle.z));
        let own_width = 2.0 * tube.radius * self.view.points_per_angstrom(middle);
        let width = own_width.max(self.style.cell_line);
        let stroke = Stroke::new(color, width);
        let stroke = if tube.is_dashed { stroke.dashed(&[5.0 * width, 4.0 * width]) } else { stroke };
        self.svg.line(a.into(), b.into(), &stroke);
    }

    fn plate(&mut self, plate: &Plate) {
        let points: Vec<(f64, f64)> = plate.points.iter().map(|point| (*point).into()).collect();
        let mut path = Path::polyline(&points);
        path.close();
        let [r, g, b, a] = plate.color;
        let step = self.paints.fade_step(-plate.middle.z);
        let [fr, fg, fb, _] = self.paints.face(plate.color, plate.normal, step);
        let outline = self
            .outline_of([r, g, b, 255], step)
            .map(|(width, [r, g, b, _])| Stroke::new([r, g, b, a.saturating_add(60)], width));
        self.svg.path(&path, &Paint { fill: Fill::Color([fr, fg, fb, a]), stroke: outline });
    }
}

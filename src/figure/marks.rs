//! Curves, sticks, bars and fields: what is drawn between the axes.

use super::{
    axes::Frame,
    draw::Look,
    plot::{Bar, Ink, LineStyle, Mark, Panel, Shape},
    svg::{Color, Paint, Path, Stroke, Svg},
};

/// Points closer than this, in points of the drawing, are one point of a curve.
const RESOLUTION: f64 = 0.08;

/// Draws the marks of a panel, cut at its frame.
pub(super) fn draw_marks(svg: &mut Svg, look: &Look, panel: &Panel, frame: &Frame) {
    let inside = frame.inside;
    let mut outline = Path::new();
    outline
        .move_to(inside.left, inside.top)
        .line_to(inside.right, inside.top)
        .line_to(inside.right, inside.bottom)
        .line_to(inside.left, inside.bottom)
        .close();
    let clip = svg.clip(&outline);
    svg.begin_clipped(clip);
    for mark in &panel.marks {
        draw_mark(svg, look, panel, mark, frame);
    }
    svg.end_group();
}

pub(super) fn color_of(look: &Look, ink: Ink) -> Color {
    match ink {
        Ink::Series(index) => look.palette.series(index),
        Ink::Text => look.palette.ink,
        Ink::Weak => look.palette.ink_weak,
        Ink::Rgb(color) => color,
    }
}

pub(super) fn stroke_of(look: &Look, ink: Ink, style: LineStyle) -> Stroke {
    let width = look.tokens.line;
    let stroke = Stroke::new(color_of(look, ink), width);
    match style {
        LineStyle::Solid => stroke,
        LineStyle::Dashed => stroke.dashed(&[4.0 * width, 2.0 * width]),
        LineStyle::Dotted => stroke.dashed(&[width, 1.5 * width]),
    }
}

fn draw_mark(svg: &mut Svg, look: &Look, panel: &Panel, mark: &Mark, frame: &Frame) {
    let color = color_of(look, mark.ink);
    let inside = frame.inside;
    match &mark.shape {
        Shape::Line(points, style) => {
            for piece in pieces(points) {
                let path = Path::polyline(&simplified(piece, frame));
                svg.path(&path, &Paint::stroke(stroke_of(look, mark.ink, *style)));
            }
        }
        Shape::Area(points) => {
            for piece in pieces(points) {
                svg.path(&area(piece, frame), &Paint::fill(Look::faint(color, 0.3)));
            }
        }
        Shape::Sticks { points, base } => {
            let mut path = Path::new();
            let foot = frame.y.place(*base);
            for &(x, y) in points.iter().filter(|(x, y)| frame.x.contains(*x) && y.is_finite()) {
                let x = frame.x.place(x);
                path.move_to(x, foot).line_to(x, frame.y.place(y));
            }
            svg.path(&path, &Paint::stroke(Stroke::new(color, look.tokens.thin_line)));
        }
        Shape::Scatter(points) => {
            for &(x, y) in points.iter().filter(|(x, y)| x.is_finite() && y.is_finite()) {
                let at = (frame.x.place(x), frame.y.place(y));
                svg.circle(at, look.tokens.marker, &Paint::fill(color));
            }
        }
        Shape::Bars(bars) => {
            let rim = Stroke::new(look.palette.background, look.tokens.hair_line);
            for &Bar { x, y } in bars {
                let (left, right) = (frame.x.place(x.0), frame.x.place(x.1));
                let (bottom, top) = (frame.y.place(y.0), frame.y.place(y.1));
                let corner = (left.min(right), top.min(bottom));
                let size = ((right - left).abs(), (bottom - top).abs());
                svg.rect(corner, size, &Paint::fill(color).outlined(rim.clone()));
            }
        }
        Shape::HeatMap { x_edges, y_edges, values } => {
            draw_fields(svg, look, panel, frame, (x_edges, y_edges, values));
        }
        Shape::Level(y, style) => {
            let y = frame.y.place(*y);
            svg.line((inside.left, y), (inside.right, y), &stroke_of(look, mark.ink, *style));
        }
        Shape::Position(x, style) => {
            let x = frame.x.place(*x);
            svg.line((x, inside.bottom), (x, inside.top), &stroke_of(look, mark.ink, *style));
        }
    }
}

/// Stretches of a curve without missing numbers.
fn pieces(points: &[(f64, f64)]) -> impl Iterator<Item = &[(f64, f64)]> {
    points.split(|(x, y)| !x.is_finite() || !y.is_finite()).filter(|piece| !piece.is_empty())
}

/// Places of a curve's points. Where many points share a column of [`RESOLUTION`], its first, lowest, highest and last
/// stay: the drawn line is the same, the file much smaller.
fn simplified(points: &[(f64, f64)], frame: &Frame) -> Vec<(f64, f64)> {
    let places: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (frame.x.place(x), frame.y.place(y))).collect();
    let column = |place: &(f64, f64)| (place.0 / RESOLUTION).floor();
    let mut kept = Vec::with_capacity(places.len().min(8192));
    for group in places.chunk_by(|a, b| column(a) == column(b)) {
        if group.len() <= 4 {
            kept.extend_from_slice(group);
            continue;
        }
        let by_height = |a: &usize, b: &usize| {
            let height = |index: usize| group.get(index).map_or(0.0, |place| place.1);
            height(*a).total_cmp(&height(*b))
        };
        let low = (0..group.len()).min_by(by_height).unwrap_or(0);
        let high = (0..group.len()).max_by(by_height).unwrap_or(0);
        let mut chosen = [0, low.min(high), low.max(high), group.len() - 1].to_vec();
        chosen.dedup();
        kept.extend(chosen.into_iter().filter_map(|index| group.get(index)));
    }
    straightened(&kept)
}

/// Leaves out points that lie on the line between their neighbours: the flat stretches of a profile.
fn straightened(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(points.len());
    for &point in points {
        while let [.., before, last] = kept.as_slice() {
            let cross =
                (last.0 - before.0) * (point.1 - before.1) - (last.1 - before.1) * (point.0 - before.0);
            let length = (point.0 - before.0).hypot(point.1 - before.1);
            let is_between = (last.0 - before.0) * (point.0 - last.0) >= 0.0
                && (last.1 - before.1) * (point.1 - last.1) >= 0.0;
            if length > 0.0 && cross.abs() / length < 0.002 && is_between && length < 20.0 {
                kept.pop();
            } else {
                break;
            }
        }
        kept.push(point);
    }
    kept
}

fn area(points: &[(f64, f64)], frame: &Frame) -> Path {
    let foot = frame.y.place(0.0);
    let mut outline = simplified(points, frame);
    if let (Some(first), Some(last)) = (outline.first().copied(), outline.last().copied()) {
        outline.push((last.0, foot));
        outline.push((first.0, foot));
    }
    let mut path = Path::polyline(&outline);
    path.close();
    path
}

fn draw_fields(
    svg: &mut Svg,
    look: &Look,
    panel: &Panel,
    frame: &Frame,
    (x_edges, y_edges, values): (&[f64], &[f64], &[f64]),
) {
    let columns = x_edges.len().saturating_sub(1).max(1);
    let found = super::scale::extent(values.iter().copied()).unwrap_or((0.0, 1.0));
    let (low, high) = panel.color_bar.as_ref().map_or(found, |bar| bar.range);
    svg.begin_crisp();
    for (row, edges) in values.chunks(columns).zip(y_edges.windows(2)) {
        let &[bottom, top] = edges else { continue };
        let (bottom, top) = (frame.y.place(bottom), frame.y.place(top));
        let colors: Vec<Option<Color>> =
            row.iter().map(|value| look.tokens.heat((value - low) / (high - low).max(1e-300))).collect();
        let mut start = 0;
        // Neighbours of one colour are one rectangle.
        for run in colors.chunk_by(|a, b| a == b) {
            let end = start + run.len();
            if let (Some(Some(color)), Some(left), Some(right)) =
                (run.first(), x_edges.get(start), x_edges.get(end))
            {
                let (left, right) = (frame.x.place(*left), frame.x.place(*right));
                let corner = (left.min(right), top.min(bottom));
                svg.rect(corner, ((right - left).abs(), (bottom - top).abs()), &Paint::fill(*color));
            }
            start = end;
        }
    }
    svg.end_group();
}

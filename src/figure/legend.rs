//! Legends: names of marks with a sample of each.

use super::{
    axes::Frame,
    draw::{Area, CAP_HEIGHT, LINE_HEIGHT, Look},
    marks::{color_of, stroke_of},
    plot::{Legend, LineStyle, Mark, Panel, Shape},
    svg::{Paint, Svg},
};

/// Length of the sample before a name, in sizes of the font.
const SAMPLE: f64 = 1.8;

fn named(panel: &Panel) -> Vec<&Mark> {
    panel.marks.iter().filter(|mark| !mark.name.is_empty()).collect()
}

fn entry_width(mark: &Mark, look: &Look) -> f64 {
    let size = look.tokens.text;
    (SAMPLE + 0.5) * size + mark.name.width(size, false)
}

/// Names in rows that fit a width.
fn rows<'a>(marks: &[&'a Mark], look: &Look, width: f64) -> Vec<Vec<&'a Mark>> {
    let gap = look.tokens.text;
    let mut rows: Vec<Vec<&Mark>> = Vec::new();
    let mut used = f64::INFINITY;
    for mark in marks {
        let entry = entry_width(mark, look) + gap;
        if used + entry > width + gap {
            rows.push(Vec::new());
            used = 0.0;
        }
        used += entry;
        if let Some(row) = rows.last_mut() {
            row.push(mark);
        }
    }
    rows
}

/// Height in points that a legend above the frame takes.
pub(super) fn height_above(panel: &Panel, look: &Look, width: f64) -> f64 {
    if panel.legend != Legend::Above {
        return 0.0;
    }
    rows(&named(panel), look, width).len() as f64 * LINE_HEIGHT * look.tokens.text
}

/// Draws the legend; returns what it covers inside the frame.
pub(super) fn draw_legend(svg: &mut Svg, look: &Look, panel: &Panel, frame: &Frame, cell: Area) -> Vec<Area> {
    let marks = named(panel);
    let line = LINE_HEIGHT * look.tokens.text;
    match panel.legend {
        Legend::None => Vec::new(),
        Legend::Above => {
            let rows = rows(&marks, look, frame.inside.width());
            let height = rows.len() as f64 * line;
            let title = if panel.title.is_empty() { 0.0 } else { LINE_HEIGHT * look.tokens.text_title };
            let top = (frame.inside.top - height - 0.3 * look.tokens.text).max(cell.top + title);
            for (row, index) in rows.iter().zip(0..) {
                let mut left = frame.inside.left;
                for mark in row {
                    draw_entry(svg, look, mark, (left, top + line * f64::from(index)));
                    left += entry_width(mark, look) + look.tokens.text;
                }
            }
            Vec::new()
        }
        Legend::Auto => {
            if marks.len() < 2 {
                return Vec::new();
            }
            let width = marks.iter().map(|mark| entry_width(mark, look)).fold(0.0, f64::max);
            let size = (width + 2.0 * look.tokens.gap, marks.len() as f64 * line + look.tokens.gap);
            let place = quietest_corner(panel, frame, size, look.tokens.gap);
            let [r, g, b, _] = look.palette.background;
            let behind = Paint::fill([r, g, b, 217]);
            svg.rect((place.left, place.top), (place.width(), place.height()), &behind);
            for (mark, index) in marks.iter().zip(0..) {
                let top = place.top + 0.5 * look.tokens.gap + line * f64::from(index);
                draw_entry(svg, look, mark, (place.left + look.tokens.gap, top));
            }
            vec![place]
        }
    }
}

/// The corner of the frame with the fewest points of curves in it; the upper right one where several are as good.
fn quietest_corner(panel: &Panel, frame: &Frame, (width, height): (f64, f64), gap: f64) -> Area {
    let inside = frame.inside;
    let (left, right) = (inside.left + gap, inside.right - gap - width);
    let (top, bottom) = (inside.top + gap, inside.bottom - gap - height);
    let corners = [(right, top), (left, top), (right, bottom), (left, bottom)].map(|(left, top)| Area {
        left,
        top,
        right: left + width,
        bottom: top + height,
    });
    let [first, ..] = corners;
    let hidden =
        |corner: &Area| panel.marks.iter().map(|mark| points_within(mark, frame, corner)).sum::<usize>();
    corners
        .into_iter()
        .map(|corner| (hidden(&corner), corner))
        .min_by_key(|(hidden, _)| *hidden)
        .map_or(first, |best| best.1)
}

/// How much of a mark lies in an area.
fn points_within(mark: &Mark, frame: &Frame, area: &Area) -> usize {
    let is_in = |(x, y): (f64, f64)| {
        let (x, y) = (frame.x.place(x), frame.y.place(y));
        (area.left..=area.right).contains(&x) && (area.top..=area.bottom).contains(&y)
    };
    match &mark.shape {
        Shape::Line(points, _) | Shape::Scatter(points) | Shape::Area(points) => {
            points.iter().filter(|point| is_in(**point)).count()
        }
        Shape::Sticks { points, .. } => points
            .iter()
            .filter(|(x, y)| {
                let (x, y) = (frame.x.place(*x), frame.y.place(*y));
                (area.left..=area.right).contains(&x) && y <= area.bottom
            })
            .count(),
        Shape::Bars(bars) => bars
            .iter()
            .filter(|bar| {
                let left = frame.x.place(bar.x.0).min(frame.x.place(bar.x.1));
                let right = frame.x.place(bar.x.0).max(frame.x.place(bar.x.1));
                let top = frame.y.place(bar.y.0).min(frame.y.place(bar.y.1));
                left < area.right && right > area.left && top < area.bottom
            })
            .count(),
        Shape::HeatMap { .. } | Shape::Level(..) | Shape::Position(..) => 0,
    }
}

fn draw_entry(svg: &mut Svg, look: &Look, mark: &Mark, (left, top): (f64, f64)) {
    let size = look.tokens.text;
    let middle = top + 0.5 * LINE_HEIGHT * size;
    let (from, to) = (left, left + SAMPLE * size);
    let color = color_of(look, mark.ink);
    match &mark.shape {
        Shape::Line(_, style) | Shape::Level(_, style) | Shape::Position(_, style) => {
            svg.line((from, middle), (to, middle), &stroke_of(look, mark.ink, *style));
        }
        Shape::Sticks { .. } => {
            svg.line((from, middle), (to, middle), &stroke_of(look, mark.ink, LineStyle::Solid));
        }
        Shape::Scatter(_) => {
            svg.circle((0.5 * (from + to), middle), look.tokens.marker, &Paint::fill(color));
        }
        Shape::Area(_) | Shape::Bars(_) | Shape::HeatMap { .. } => {
            let fill = if matches!(mark.shape, Shape::Area(_)) { Look::faint(color, 0.3) } else { color };
            let height = CAP_HEIGHT * size;
            svg.rect((from, middle - 0.5 * height), (to - from, height), &Paint::fill(fill));
        }
    }
    let baseline = middle + 0.5 * CAP_HEIGHT * size;
    svg.text((to + 0.5 * size, baseline), &mark.name, look.text());
}

//! Axes: their ranges, ticks, labels and the room they take.

use super::{
    draw::{Area, CAP_HEIGHT, LINE_HEIGHT, Look},
    legend,
    plot::{Axis, Mark, Panel, Shape, TickStyle},
    scale::{Scale, Ticks, extent, number_text},
    svg::{Anchor, Paint, Stroke, Svg, TextStyle},
    text::Label,
};

/// A panel's frame and how numbers become places in it.
pub(super) struct Frame {
    pub(super) inside: Area,
    pub(super) x: Scale,
    pub(super) y: Scale,
}

/// Room around the frame in points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Margins {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// Distances between ticks that leave their labels apart, in points.
const X_TICK_EVERY: f64 = 34.0;
const Y_TICK_EVERY: f64 = 20.0;
/// Width of a colour bar and its room, in points.
const COLOR_BAR_WIDTH: f64 = 6.0;

/// The largest number an axis shows: beyond it the sums that place ticks and curves overflow.
const LARGEST: f64 = 1e300;

/// The part of a range that an axis can show: finite ends that arithmetic tells apart. `None` if there is none.
fn drawable((from, to): (f64, f64)) -> Option<(f64, f64)> {
    if !(from.is_finite() && to.is_finite()) {
        return None;
    }
    let (from, to) = (from.clamp(-LARGEST, LARGEST), to.clamp(-LARGEST, LARGEST));
    let resolution = (from.abs().max(to.abs()) * 1e-12).max(1.0 / LARGEST);
    ((to - from).abs() > resolution).then_some((from, to))
}

/// Ranges of both axes: what was asked for, else what the marks cover with some air.
fn ranges(panel: &Panel) -> [(f64, f64); 2] {
    let extents: Vec<_> = panel.marks.iter().map(Mark::extents).collect();
    let xs = extent(extents.iter().filter_map(|(x, _)| *x).flat_map(|(low, high)| [low, high]));
    let ys = extent(extents.iter().filter_map(|(_, y)| *y).flat_map(|(low, high)| [low, high]));
    let is_flush = |mark: &Mark| matches!(mark.shape, Shape::HeatMap { .. });
    let flush = panel.marks.iter().any(is_flush);
    let aired = |asked: Option<(f64, f64)>, found: Option<(f64, f64)>, below: f64, above: f64| {
        asked.and_then(drawable).unwrap_or_else(|| {
            let (low, high) = found.map_or((0.0, 1.0), |found| {
                drawable(found).unwrap_or_else(|| {
                    let low = found.0.clamp(-LARGEST, LARGEST);
                    (low, low + low.abs().max(1.0))
                })
            });
            let span = high - low;
            if flush {
                return (low, high);
            }
            // Heights are compared from zero, so a curve that ends there keeps it as its floor.
            let low_aired = if low == 0.0 { 0.0 } else { low - below * span };
            (low_aired, high + above * span)
        })
    };
    [aired(panel.x.range, xs, 0.02, 0.02), aired(panel.y.range, ys, 0.05, 0.08)]
}

pub(super) fn resolve(panel: &Panel, inside: Area) -> Frame {
    let [x, y] = ranges(panel);
    Frame {
        inside,
        x: Scale { domain: x, range: (inside.left, inside.right) },
        y: Scale { domain: y, range: (inside.bottom, inside.top) },
    }
}

fn ticks(axis: &Axis, range: (f64, f64), length: f64, every: f64) -> Ticks {
    match &axis.ticks {
        TickStyle::Round => Ticks::new(range, (length / every).max(2.0)),
        TickStyle::Whole => {
            let span = (range.1 - range.0).abs();
            let mut ticks = Ticks::new(range, (length / every).clamp(1.0, span.max(1.0)));
            ticks.major.retain(|value| (value - value.round()).abs() < 1e-9);
            ticks.minor.clear();
            ticks.decimals = 0;
            ticks
        }
        TickStyle::Named(_) | TickStyle::None => Ticks { major: Vec::new(), minor: Vec::new(), decimals: 0 },
    }
}

/// Texts along an axis and their numbers.
fn tick_labels(axis: &Axis, ticks: &Ticks) -> Vec<(f64, Label)> {
    match &axis.ticks {
        TickStyle::Named(named) => named.clone(),
        _ => ticks.major.iter().map(|value| (*value, Label::from(ticks.text(*value)))).collect(),
    }
}

fn widest(labels: &[(f64, Label)], size: f64) -> f64 {
    labels.iter().map(|(_, label)| label.width(size, false)).fold(0.0, f64::max)
}

pub(super) fn margins(panel: &Panel, look: &Look, cell: Area) -> Margins {
    let tokens = look.tokens;
    let [x_range, y_range] = ranges(panel);
    let line = LINE_HEIGHT * tokens.text;
    let mut around = Margins {
        left: tokens.thin_line,
        top: 0.5 * tokens.text,
        right: 0.5 * tokens.text,
        bottom: tokens.thin_line,
    };

    let y_labels = tick_labels(&panel.y, &ticks(&panel.y, y_range, cell.height(), Y_TICK_EVERY));
    if !y_labels.is_empty() {
        around.left += tokens.tick + tokens.gap + widest(&y_labels, tokens.text);
    }
    if !panel.y.label.is_empty() {
        around.left += line + 0.5 * tokens.gap;
    }
    let x_labels = tick_labels(&panel.x, &ticks(&panel.x, x_range, cell.width(), X_TICK_EVERY));
    if !x_labels.is_empty() {
        around.bottom += tokens.tick + 0.5 * tokens.gap + line;
        // Half of the last number stands beyond the frame.
        let last = x_labels.last().map_or(0.0, |(_, label)| label.width(tokens.text, false));
        around.right = around.right.max(0.5 * last + 1.0);
    }
    if !panel.x.label.is_empty() {
        around.bottom += line;
    }
    if !panel.title.is_empty() {
        around.top += LINE_HEIGHT * tokens.text_title;
    }
    around.top += legend::height_above(panel, look, cell.width() - around.left - around.right);
    if let Some(bar) = &panel.color_bar {
        let labels = color_bar_labels(bar.range, cell.height());
        around.right += COLOR_BAR_WIDTH + 4.0 * tokens.gap + widest(&labels, tokens.text) + line;
    }
    around
}

pub(super) fn draw_axes(svg: &mut Svg, look: &Look, panel: &Panel, frame: &Frame, cell: Area) {
    let inside = frame.inside;
    let x_ticks = ticks(&panel.x, frame.x.domain, cell.width(), X_TICK_EVERY);
    let y_ticks = ticks(&panel.y, frame.y.domain, cell.height(), Y_TICK_EVERY);
    let grid = Stroke::new(look.palette.grid, look.tokens.hair_line);
    if panel.x.grid {
        for x in x_ticks.major.iter().map(|value| frame.x.place(*value)) {
            svg.line((x, inside.top), (x, inside.bottom), &grid);
        }
    }
    if panel.y.grid {
        for y in y_ticks.major.iter().map(|value| frame.y.place(*value)) {
            svg.line((inside.left, y), (inside.right, y), &grid);
        }
    }
    let stroke = look.frame_stroke();
    svg.rect((inside.left, inside.top), (inside.width(), inside.height()), &Paint::stroke(stroke.clone()));
    for (values, length) in [(&x_ticks.major, look.tokens.tick), (&x_ticks.minor, look.tokens.minor_tick)] {
        for x in values.iter().map(|value| frame.x.place(*value)) {
            svg.line((x, inside.bottom), (x, inside.bottom - length), &stroke);
        }
    }
    for (values, length) in [(&y_ticks.major, look.tokens.tick), (&y_ticks.minor, look.tokens.minor_tick)] {
        for y in values.iter().map(|value| frame.y.place(*value)) {
            svg.line((inside.left, y), (inside.left + length, y), &stroke);
        }
    }
    draw_labels(svg, look, panel, frame, cell, (&x_ticks, &y_ticks));
    if let Some(bar) = &panel.color_bar {
        draw_color_bar(svg, look, &bar.label, bar.range, inside);
    }
}

fn draw_labels(
    svg: &mut Svg,
    look: &Look,
    panel: &Panel,
    frame: &Frame,
    cell: Area,
    (x_ticks, y_ticks): (&Ticks, &Ticks),
) {
    let inside = frame.inside;
    let tokens = look.tokens;
    let text = look.text();
    let baseline = inside.bottom + 0.5 * tokens.gap + tokens.tick + CAP_HEIGHT * tokens.text;
    let mut free_from = f64::NEG_INFINITY;
    for (value, label) in tick_labels(&panel.x, x_ticks) {
        let half = 0.5 * label.width(tokens.text, false);
        let x = frame.x.place(value);
        if frame.x.contains(value) && x - half >= free_from {
            svg.text((x, baseline), &label, text.anchored(Anchor::Middle));
            free_from = x + half + tokens.gap;
        }
    }
    for (value, label) in tick_labels(&panel.y, y_ticks) {
        if frame.y.contains(value) {
            let y = frame.y.place(value) + 0.5 * CAP_HEIGHT * tokens.text;
            svg.text((inside.left - tokens.gap, y), &label, text.anchored(Anchor::End));
        }
    }
    let middle = (0.5 * (inside.left + inside.right), 0.5 * (inside.top + inside.bottom));
    // Descenders of the axis title end at the cell.
    let x_title = (middle.0, cell.bottom - 0.22 * tokens.text);
    let x_text = fitting(&panel.x.label, text.anchored(Anchor::Middle), cell.width());
    svg.text(x_title, &panel.x.label, x_text);
    let y_title = (cell.left + CAP_HEIGHT * tokens.text + 0.1 * tokens.text, middle.1);
    let upright = TextStyle { turn_deg: -90.0, ..text.anchored(Anchor::Middle) };
    svg.text(y_title, &panel.y.label, fitting(&panel.y.label, upright, cell.height()));
    let title = TextStyle::new(tokens.text_title, look.palette.ink).anchored(Anchor::Middle);
    // Never beyond the cell: what is wider than the frame may stand over its numbers too.
    let half = 0.5 * panel.title.width(title.size, false).min(cell.width());
    let x = middle.0.clamp(cell.left + half, (cell.right - half).max(cell.left + half));
    let baseline = cell.top + CAP_HEIGHT * tokens.text_title;
    svg.text((x, baseline), &panel.title, fitting(&panel.title, title, cell.width()));
}

/// The style with letters small enough for a length in points.
fn fitting(label: &Label, style: TextStyle, length: f64) -> TextStyle {
    let width = label.width(style.size, style.bold);
    if width <= length { style } else { TextStyle { size: style.size * length / width, ..style } }
}

fn color_bar_labels(range: (f64, f64), height: f64) -> Vec<(f64, Label)> {
    let ticks = Ticks::new(range, (height / Y_TICK_EVERY).max(2.0));
    ticks.major.iter().map(|value| (*value, Label::from(number_text(*value, ticks.decimals)))).collect()
}

fn draw_color_bar(svg: &mut Svg, look: &Look, label: &Label, range: (f64, f64), inside: Area) {
    /// Fields of one colour: more than an eye tells apart.
    const STEPS: usize = 64;
    let tokens = look.tokens;
    let left = inside.right + 2.0 * tokens.gap;
    let step = inside.height() / STEPS as f64;
    for index in 0..STEPS {
        let Some(color) = tokens.heat((index as f64 + 0.5) / STEPS as f64) else { continue };
        // A little taller than its step, or gaps shine through.
        let top = inside.bottom - (index + 1) as f64 * step;
        let height = if index == 0 { step } else { 1.5 * step };
        svg.rect((left, top), (COLOR_BAR_WIDTH, height), &Paint::fill(color));
    }
    let frame = Paint::stroke(look.frame_stroke());
    svg.rect((left, inside.top), (COLOR_BAR_WIDTH, inside.height()), &frame);
    let scale = Scale { domain: range, range: (inside.bottom, inside.top) };
    let labels = color_bar_labels(range, inside.height());
    let text_left = left + COLOR_BAR_WIDTH + tokens.gap;
    for (value, label) in &labels {
        let y = scale.place(*value);
        svg.line(
            (left + COLOR_BAR_WIDTH, y),
            (left + COLOR_BAR_WIDTH - tokens.minor_tick, y),
            &look.frame_stroke(),
        );
        svg.text((text_left, y + 0.5 * CAP_HEIGHT * tokens.text), label, look.text());
    }
    let x = text_left + widest(&labels, tokens.text) + tokens.gap + CAP_HEIGHT * tokens.text;
    let style = TextStyle { turn_deg: -90.0, ..look.text().anchored(Anchor::Middle) };
    svg.text((x, 0.5 * (inside.top + inside.bottom)), label, style);
}

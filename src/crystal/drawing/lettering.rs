//! Letters: labels at atoms, the axes in the corner, the list of elements.

use std::collections::BTreeMap;

use glam::{DVec2, DVec3};

use super::{
    Area, DrawingStyle, Labels, Shading, Subject,
    grid::Bounds,
    project::View,
    shade::Paints,
    shapes::{Ball, Shapes},
};
use crate::{
    crystal::{
        render::TRIAD_SIDE,
        scene::{NO_ATOM, Rgba, Scene, UNLIT, triad},
        structure::{AsymmetricSite, Structure},
    },
    figure::{
        svg::{Anchor, Paint, Path, Stroke, Svg, TextStyle},
        text::Label,
    },
};

/// Height of capital letters in sizes of the font.
const CAPITAL: f64 = 0.72;
/// Width of the rim round letters, in sizes of the font.
const HALO: f64 = 0.22;

fn ink(background: Rgba) -> (Rgba, Rgba) {
    let [r, g, b, a] = background.map(f64::from);
    let is_dark = a > 127.0 && 0.3 * r + 0.59 * g + 0.11 * b < 110.0;
    if is_dark {
        ([240, 240, 240, 255], [20, 20, 20, 200])
    } else {
        ([20, 20, 20, 255], [255, 255, 255, 210])
    }
}

/// Writes at every atom whose middle is seen, nearest first, where there is room.
pub(super) fn labels(svg: &mut Svg, shapes: &Shapes, subject: &Subject<'_>, style: &DrawingStyle) {
    if style.labels == Labels::None {
        return;
    }
    let (ink, halo) = ink(subject.palette.background);
    let text = TextStyle {
        halo: Some((halo, HALO * style.text_size)),
        ..TextStyle::new(style.text_size, ink).anchored(Anchor::Middle)
    };
    let mut order: Vec<(usize, &Ball)> =
        shapes.balls.iter().enumerate().filter(|(_, b)| !b.is_covered).collect();
    order.sort_by(|a, b| a.1.rank.total_cmp(&b.1.rank).then(a.0.cmp(&b.0)));
    let mut taken: Vec<Bounds> = Vec::new();
    let mut near = Vec::new();
    for (number, ball) in order {
        let Some(row) = site_of(subject.scene, subject.structure, ball.id) else { continue };
        let label = match style.labels {
            Labels::Sites => Label::plain(&row.label),
            _ => Label::plain(row.main_element().symbol()),
        };
        let half = 0.5 * DVec2::new(label.width(style.text_size, false), CAPITAL * style.text_size);
        let center = ball.disc.center;
        let bounds = Bounds { low: center - half, high: center + half };
        if taken.iter().any(|other| other.meets(&bounds)) {
            continue;
        }
        shapes.ball_grid.find(bounds, &mut near);
        let is_hidden = near.iter().any(|other| {
            let nearer = shapes.balls.get(*other as usize).filter(|_| *other as usize != number);
            nearer.is_some_and(|other| {
                let gap = other.disc.center - other.disc.center.clamp(bounds.low, bounds.high);
                other.rank < ball.rank && gap.length() < other.disc.minor
            })
        });
        if !is_hidden {
            svg.text((center.x, center.y + half.y), &label, text);
            taken.push(bounds.grown(0.1 * style.text_size));
        }
    }
}

fn site_of<'a>(scene: &Scene, structure: &'a Structure, id: u32) -> Option<&'a AsymmetricSite> {
    if id == NO_ATOM {
        return None;
    }
    structure.asymmetric_of(structure.sites.get(scene.atoms.get(id as usize)?.site as usize)?)
}

/// Draws the axes with their letters in the lower left corner, as large as in the picture.
pub(super) fn axes(svg: &mut Svg, area: Area, subject: &Subject<'_>, style: &DrawingStyle) {
    let side = f64::from(TRIAD_SIDE) * area.width.min(area.height);
    let corner = Area { x: area.x, y: area.y + area.height - side, width: side, height: side };
    let (scene, frame) = triad(subject.structure, subject.frame, subject.palette.axes);
    let Ok(view) = View::new(&frame, corner) else { return };
    let letters = if subject.structure.periodic { ["a", "b", "c"] } else { ["x", "y", "z"] };
    // The letters of the picture are strokes; here they are text.
    let mut axes: Vec<(DVec3, DVec3, f64, Rgba, &str)> = scene
        .cylinders
        .iter()
        .filter(|cylinder| cylinder.flags & UNLIT == 0)
        .zip(letters)
        .map(|(axis, letter)| {
            let radius = f64::from(axis.radius);
            (view.place(axis.start), view.place(axis.end), radius, axis.start_color, letter)
        })
        .collect();
    axes.sort_by(|a, b| a.1.z.total_cmp(&b.1.z));
    let size = (0.19 * side).clamp(0.5 * style.text_size, 1.5 * style.text_size);
    for (start, end, radius, color, letter) in axes {
        // A little shorter than in the picture: letters of text need more room than its strokes.
        let (from, to) = (view.point(start), view.point(start.lerp(end, 0.87)));
        let width = 1.5 * radius * view.points_per_angstrom(end);
        arrow(svg, from, to, width, color);
        let place = to + (to - from).normalize_or(DVec2::new(0.7, -0.7)) * (0.62 * size);
        let label = Label::from(format!("*{letter}*"));
        let text = TextStyle::new(size, color).anchored(Anchor::Middle);
        svg.text((place.x, place.y + 0.27 * size), &label, text);
    }
}

fn arrow(svg: &mut Svg, from: DVec2, to: DVec2, width: f64, color: Rgba) {
    let way = to - from;
    let length = way.length();
    let head = 4.0 * width;
    if length < 1.2 * head {
        // An axis that points to the reader: a dot.
        svg.circle(from.into(), 1.6 * width, &Paint::fill(color));
        svg.line(from.into(), to.into(), &Stroke::new(color, width));
        return;
    }
    let along = way / length;
    let neck = to - along * head;
    svg.line(from.into(), (neck + along * (0.2 * head)).into(), &Stroke::new(color, width));
    let aside = along.perp() * (0.38 * head);
    let mut path = Path::polyline(&[to.into(), (neck + aside).into(), (neck - aside).into()]);
    path.close();
    svg.path(&path, &Paint::fill(color));
}

/// Lists the elements that are drawn with their colours, in the upper right corner.
pub(super) fn legend(svg: &mut Svg, area: Area, subject: &Subject<'_>, style: &DrawingStyle) {
    let mut colors: BTreeMap<&str, Rgba> = BTreeMap::new();
    for sphere in &subject.scene.spheres {
        let Some(row) = site_of(subject.scene, subject.structure, sphere.id) else { continue };
        let mut occupants: Vec<_> = row.occupants.iter().collect();
        occupants.sort_by(|a, b| b.occupancy.total_cmp(&a.occupancy));
        for (occupant, [r, g, b, _]) in occupants.into_iter().zip([sphere.color, sphere.second]) {
            colors.entry(occupant.element.symbol()).or_insert([r, g, b, 255]);
        }
    }
    let (ink, _) = ink(subject.palette.background);
    let size = style.text_size;
    let radius = 0.5 * size;
    let widest = colors.keys().map(|symbol| Label::plain(symbol).width(size, false)).fold(0.0, f64::max);
    let left = area.x + area.width - widest - 2.9 * radius - 0.5 * size;
    let mut paints = Paints::new(Shading::default(), [255; 4], 0.0, (0.0, 1.0));
    if style.shading == Shading::Flat {
        paints = Paints::new(Shading::Flat, [255; 4], 0.0, (0.0, 1.0));
    }
    for (row, (symbol, color)) in colors.into_iter().enumerate() {
        let y = area.y + size * (0.9 + 1.35 * row as f64);
        let fill = paints.ball(svg, color, 0, false);
        let [r, g, b, _] = color.map(|byte| (f64::from(byte) * 0.35).round() as u8);
        let stroke = (style.outline > 0.0).then(|| Stroke::new([r, g, b, 255], style.outline));
        svg.circle((left + radius, y), radius, &Paint { fill, stroke });
        let text = TextStyle::new(size, ink);
        svg.text((left + 2.9 * radius, y + 0.5 * CAPITAL * size), &Label::plain(symbol), text);
    }
}

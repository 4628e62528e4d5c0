//! Texts at points of a panel, as many as fit.

use super::{
    axes::Frame,
    draw::{Area, CAP_HEIGHT, Look},
    plot::{Note, Panel, Shape},
    svg::{Anchor, Svg, TextStyle},
};

/// A text stands this far above its point, in points of the drawing, and may touch a curve by less.
const LIFT: f64 = 1.5;
const TOUCH: f64 = 0.5;

/// Draws the notes of a panel that overlap nothing that is taken, in their order: the first has the first choice.
pub(super) fn draw_notes(svg: &mut Svg, look: &Look, panel: &Panel, frame: &Frame, taken: &mut Vec<Area>) {
    let style = look.small();
    for note in &panel.notes {
        if !frame.x.contains(note.at.0) || !frame.y.contains(note.at.1) {
            continue;
        }
        let mut point = (frame.x.place(note.at.0), frame.y.place(note.at.1) - LIFT);
        // A text at the edge moves in by up to half its width.
        let reach = covered(note, (0.0, 0.0), style.size);
        let (leftmost, rightmost) = (frame.inside.left - reach.left, frame.inside.right - reach.right);
        if leftmost <= rightmost {
            point.0 = point.0.clamp(leftmost, rightmost);
        }
        let area = covered(note, point, style.size);
        let is_inside = area.left >= frame.inside.left
            && area.right <= frame.inside.right
            && area.top >= frame.inside.top
            && area.bottom <= frame.inside.bottom;
        let is_free = !taken.iter().any(|other| other.overlaps(&area));
        if !is_inside || !is_free || is_crossed(panel, frame, &area) {
            continue;
        }
        taken.push(area);
        if note.upright {
            // Turned text stands on its baseline's left end; half the capitals' height centres it.
            let at = (point.0 + 0.5 * CAP_HEIGHT * style.size, point.1);
            svg.text(at, &note.label, TextStyle { turn_deg: -90.0, ..style });
        } else {
            svg.text(point, &note.label, style.anchored(Anchor::Middle));
        }
    }
}

/// Whether a curve or a stick of the panel runs through an area.
fn is_crossed(panel: &Panel, frame: &Frame, area: &Area) -> bool {
    let is_in = |&(x, y): &(f64, f64)| {
        let x = frame.x.place(x);
        (area.left..=area.right).contains(&x) && frame.y.place(y) < area.bottom - TOUCH
    };
    panel.marks.iter().any(|mark| match &mark.shape {
        Shape::Line(points, _) | Shape::Sticks { points, .. } => points.iter().any(is_in),
        _ => false,
    })
}

fn covered(note: &Note, (x, y): (f64, f64), size: f64) -> Area {
    let long = note.label.width(size, false);
    let (width, height) = if note.upright { (size, long) } else { (long + 1.0, size) };
    Area { left: x - 0.5 * width, top: y - height, right: x + 0.5 * width, bottom: y }
}

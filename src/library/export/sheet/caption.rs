//! Texts of a sheet: captions, heading, footer.

use super::layout::{LINE, Layout, MARGIN_MM};
use super::{Captions, times};
use crate::figure::{
    Area, FigurePalette, pt_from_mm,
    svg::{Anchor, Svg, TextStyle},
    text::{Label, shortened},
};
use crate::library::export::Exported;

/// Size of captions.
const SIZE: f64 = 6.5;
/// Letters of a text that are looked at; more never fit, and files may claim any length.
const LONGEST: usize = 300;

/// A text that is short enough to be measured, both of its ends kept.
pub(super) fn clipped(text: &str) -> String {
    let count = text.chars().count();
    if count <= LONGEST {
        return text.to_owned();
    }
    let head = text.chars().take(LONGEST / 2);
    head.chain(['…']).chain(text.chars().skip(count - LONGEST / 2)).collect()
}

/// Name, date and camera under a room; what is unknown leaves its line free, so that those of a row stay aligned.
pub(super) fn write(
    svg: &mut Svg,
    room: Area,
    palette: &FigurePalette,
    captions: Captions,
    picture: &Exported,
) {
    let record = &picture.record;
    let lines = [
        (captions.name, Some(picture.name()), palette.ink),
        (captions.date, record.taken_wall_secs.map(times::short), palette.ink_weak),
        (captions.camera, record.camera.clone(), palette.ink_weak),
    ];
    let mut y = Layout::baseline(room);
    for (_, text, color) in lines.into_iter().filter(|(is_shown, ..)| *is_shown) {
        let text = shortened(&clipped(&text.unwrap_or_default()), SIZE, room.width());
        let style = TextStyle::new(SIZE, color).anchored(Anchor::Middle);
        svg.text((0.5 * (room.left + room.right), y), &Label::plain(&text), style);
        y += LINE;
    }
}

/// Title, and under it what the sheet holds.
pub(super) fn heading(svg: &mut Svg, layout: &Layout, palette: &FigurePalette, title: &str, about: &str) {
    let width = layout.right() - Layout::left();
    let top = pt_from_mm(MARGIN_MM);
    // Bold letters are wider than those that are measured.
    let title = shortened(&clipped(title), 14.0, 0.9 * width);
    svg.text((Layout::left(), top + 12.0), &Label::plain(&title), TextStyle::new(14.0, palette.ink).bold());
    let about = shortened(&clipped(about), 8.5, width);
    svg.text((Layout::left(), top + 26.0), &Label::plain(&about), TextStyle::new(8.5, palette.ink_weak));
}

/// Number of a page, counted from 1, of all of them.
pub(super) fn footer(svg: &mut Svg, layout: &Layout, palette: &FigurePalette, page: usize, pages: usize) {
    let style = TextStyle::new(8.0, palette.ink_weak).anchored(Anchor::End);
    let y = pt_from_mm(layout.height_mm - MARGIN_MM);
    svg.text((layout.right(), y), &Label::plain(&format!("{page} of {pages}")), style);
}

//! One picture of a sheet: read, fitted into its room, or the reason why not.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::{ReadPixels, SheetReport, caption};
use crate::figure::{
    Area, FigurePalette, Tokens,
    svg::{Anchor, Paint, Stroke, Svg, TextStyle},
    text::{Label, shortened, wrapped},
};
use crate::library::Pixels;
use crate::library::decode::shrink;
use crate::library::export::{ExportError, Exported, Selection};

/// A picture that has been read.
pub(super) struct Tile {
    pub picture: Exported,
    pub content: Result<Pixels, String>,
}

/// Most pixels of a side; what a room at any resolution needs is far below.
const LONGEST: f64 = 16_384.0;

/// Reads the pictures of a row, all at once. `room_px` is the room in pixels.
pub(super) fn read_row(
    pictures: &dyn Selection,
    read: ReadPixels<'_>,
    places: std::ops::Range<usize>,
    room_px: (f64, f64),
) -> Result<Vec<Tile>, ExportError> {
    let found: Result<Vec<_>, ExportError> =
        places.map(|place| Ok(pictures.picture(place)?.map(|picture| (place, picture)))).collect();
    let tiles = found?.into_par_iter().flatten().map(|(place, picture)| {
        let (width, height) = (picture.record.width, picture.record.height);
        // A size that is not known yet asks for what any shape may need.
        let side =
            if width == 0 || height == 0 { room_px.0.max(room_px.1) } else { longer(width, height, room_px) };
        let content = read(place, side.ceil().clamp(1.0, LONGEST) as u32).map(|pixels| {
            let fitting = longer(pixels.width(), pixels.height(), room_px).round().clamp(1.0, LONGEST);
            shrink(&pixels, fitting as u32)
        });
        Tile { picture, content }
    });
    Ok(tiles.collect())
}

/// The longer side of a picture of this shape that fills the room.
fn longer(width: u32, height: u32, room: (f64, f64)) -> f64 {
    let (width, height) = (f64::from(width), f64::from(height));
    width.max(height) * (room.0 / width).min(room.1 / height)
}

/// The middle of a room, of a size.
pub(super) fn centred(room: Area, (width, height): (f64, f64)) -> Area {
    let left = 0.5 * (room.left + room.right - width);
    let top = 0.5 * (room.top + room.bottom - height);
    Area { left, top, right: left + width, bottom: top + height }
}

impl Tile {
    /// What is written of it: the caption, and in place of a missing picture its name and the reason.
    pub fn write(
        &self,
        svg: &mut Svg,
        room: Area,
        palette: &FigurePalette,
        captions: super::Captions,
        report: &mut SheetReport,
    ) {
        report.pictures += 1;
        if let Err(reason) = &self.content {
            report.failed.push((self.picture.path(), reason.clone()));
            apology(svg, room, palette, &self.picture.name(), reason);
        }
        caption::write(svg, room, palette, captions, &self.picture);
    }
}

fn apology(svg: &mut Svg, room: Area, palette: &FigurePalette, name: &str, reason: &str) {
    const SIZE: f64 = 6.5;
    let paint = Paint::stroke(Stroke::new(palette.grid, Tokens::get().thin_line));
    svg.rect((room.left, room.top), (room.width(), room.height()), &paint);
    let width = 0.86 * room.width();
    let mut lines = vec![shortened(&caption::clipped(name), SIZE, width)];
    lines.extend(wrapped(&caption::clipped(reason), SIZE, width));
    lines.truncate(((room.height() - 4.0) / 8.0).max(1.0) as usize);
    let mut y = 0.5 * (room.top + room.bottom) - 4.0 * lines.len().saturating_sub(1) as f64 + 2.0;
    for (line, color) in
        lines.iter().zip(std::iter::once(palette.ink).chain(std::iter::repeat(palette.ink_weak)))
    {
        let style = TextStyle::new(SIZE, color).anchored(Anchor::Middle);
        svg.text((0.5 * (room.left + room.right), y), &Label::plain(line), style);
        y += 8.0;
    }
}

/// The picture without alpha, over the colour of the sheet.
pub(super) fn opaque(pixels: &Pixels, ground: [u8; 4]) -> Vec<u8> {
    let [ground_red, ground_green, ground_blue, _] = ground;
    let mut rgb = Vec::with_capacity(pixels.rgba().len() / 4 * 3);
    for [red, green, blue, alpha] in pixels.iter() {
        let over = |front: u8, back: u8| {
            let (front, back, alpha) = (u32::from(front), u32::from(back), u32::from(alpha));
            ((front * alpha + back * (255 - alpha) + 127) / 255) as u8
        };
        rgb.extend([over(red, ground_red), over(green, ground_green), over(blue, ground_blue)]);
    }
    rgb
}

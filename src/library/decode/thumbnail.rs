//! The small picture that a camera stores beside the large one.
//!
//! EXIF's is 160 × 120 whatever the shape of the picture; what does not fit is filled with black bars, which are cut
//! off here. A thumbnail of another shape than its picture is left from before the picture was cropped, and not used.

use super::ifd::Tiff;
use super::jpeg::{self, Side};
use super::raw::{self, Preview};
use super::{Decoded, Header, guarded};
use crate::library::format::Format;
use crate::library::picture::Pixels;

/// A longer side below this shows too little.
const LEAST_SIDE: u32 = 96;
/// What is decoded of a larger preview, if it happens to lie in the first bytes.
const ENOUGH_SIDE: u32 = 160;
/// A thumbnail that needs more bytes than this is none.
const MOST_BYTES: u64 = 64 << 20;

/// The thumbnail of a JPEG or a raw file, upright.
pub fn embedded(bytes: &[u8], header: Header) -> Option<Decoded> {
    let (stored, is_raw) = match header.format {
        Format::Jpeg => (of_jpeg(bytes)?, false),
        Format::Raw(family) => (of_raw(bytes, &raw::layout(bytes, family).previews)?, true),
        _ => return None,
    };
    // The size of the picture as stored: turning back is the same exchange of sides.
    let full = header.orientation.size(header.width, header.height);
    let pixels = match fit(stored, full) {
        Fit::Same(pixels) => header.orientation.apply(pixels),
        Fit::Upright(pixels) => pixels,
        Fit::Other(pixels) if is_raw => header.orientation.apply(pixels),
        Fit::Other(_) => return None,
    };
    Some(Decoded { pixels, header, is_whole: true })
}

fn of_jpeg(bytes: &[u8]) -> Option<Pixels> {
    let head = jpeg::Head::parse(bytes).ok()?;
    let in_exif = head.exif.and_then(|exif| {
        let previews = raw::named(Tiff::new(exif)?);
        previews.iter().filter(|preview| is_enough(preview)).find_map(|preview| pixels(exif, preview))
    });
    in_exif.or_else(|| of_jfxx(head.jfxx?))
}

/// JFIF's extension: the first byte tells JPEG from plain colours.
fn of_jfxx(content: &[u8]) -> Option<Pixels> {
    match content {
        [0x10, jpeg @ ..] => {
            small_jpeg(jpeg).filter(|pixels| is_large_enough(pixels.width(), pixels.height()))
        }
        [0x13, width, height, rgb @ ..] => {
            let (width, height) = (u32::from(*width), u32::from(*height));
            is_large_enough(width, height).then(|| plain(width, height, rgb))?
        }
        _ => None,
    }
}

fn of_raw(bytes: &[u8], previews: &[Preview]) -> Option<Pixels> {
    let direct =
        previews.iter().filter(|preview| is_enough(preview)).find_map(|preview| pixels(bytes, preview));
    // A large preview, cut off here, has a thumbnail of its own.
    direct.or_else(|| {
        let heads = previews.iter().filter(|preview| preview.is_jpeg);
        heads.filter_map(|preview| bytes.get(preview.range.start..)).find_map(of_jpeg)
    })
}

fn is_enough(preview: &Preview) -> bool {
    is_large_enough(preview.width, preview.height)
}

fn is_large_enough(width: u32, height: u32) -> bool {
    width.max(height) >= LEAST_SIDE
}

/// Decodes a preview that lies completely in the bytes at hand.
fn pixels(bytes: &[u8], preview: &Preview) -> Option<Pixels> {
    let content = bytes.get(preview.range.clone())?;
    if preview.is_jpeg { small_jpeg(content) } else { plain(preview.width, preview.height, content) }
}

fn small_jpeg(bytes: &[u8]) -> Option<Pixels> {
    let frame = jpeg::Head::parse(bytes).ok()?.frame?;
    let side = Side::covering(&frame, Some(ENOUGH_SIDE));
    if jpeg::bytes_needed(&frame, side) > MOST_BYTES {
        return None;
    }
    let jpeg::Picture { width, height, rgba, .. } = guarded(|| jpeg::decode(bytes, side, None))?.ok()?;
    Pixels::new(width, height, rgba)
}

pub fn plain(width: u32, height: u32, rgb: &[u8]) -> Option<Pixels> {
    let count = (width as usize).checked_mul(height as usize)?;
    let rgb = rgb.as_chunks::<3>().0.get(..count)?;
    Pixels::new(width, height, rgb.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect())
}

enum Fit {
    /// Of the picture's shape as stored.
    Same(Pixels),
    /// Of the picture's shape turned by a right angle: the camera turned the thumbnail already.
    Upright(Pixels),
    /// Of another shape.
    Other(Pixels),
}

fn fit(pixels: Pixels, (width, height): (u32, u32)) -> Fit {
    let wanted = f64::from(width) / f64::from(height);
    if has_shape(&pixels, wanted) {
        return Fit::Same(pixels);
    }
    if (wanted - 1.0).abs() > 0.1 && has_shape(&pixels, 1.0 / wanted) {
        return Fit::Upright(pixels);
    }
    match without_bars(&pixels, wanted) {
        Some(cut) => Fit::Same(cut),
        None => Fit::Other(pixels),
    }
}

/// Whether width to height is as wanted, but for a pixel and a half of rounding.
fn has_shape(pixels: &Pixels, wanted: f64) -> bool {
    let (width, height) = (f64::from(pixels.width()), f64::from(pixels.height()));
    (width - height * wanted).abs() < 1.5 * wanted.max(1.0)
        || (height - width / wanted).abs() < 1.5 * (1.0 / wanted).max(1.0)
}

/// The middle part of the wanted shape, when what is around it is dark.
fn without_bars(pixels: &Pixels, wanted: f64) -> Option<Pixels> {
    const DARK: u32 = 40;
    let (width, height) = (pixels.width(), pixels.height());
    let is_wider = wanted > f64::from(width) / f64::from(height);
    let (inner_width, inner_height) = if is_wider {
        (width, (f64::from(width) / wanted).round() as u32)
    } else {
        ((f64::from(height) * wanted).round() as u32, height)
    };
    let (left, top) = ((width.checked_sub(inner_width)?) / 2, (height.checked_sub(inner_height)?) / 2);
    // The row or column next to the picture is blurred by compression.
    let is_dark = |x: u32, y: u32, [r, g, b, _]: [u8; 4]| {
        let in_bar = if is_wider {
            y + 1 < top || y > top + inner_height
        } else {
            x + 1 < left || x > left + inner_width
        };
        !in_bar || u32::from(r) + u32::from(g) + u32::from(b) < 3 * DARK
    };
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    if !pixels.iter().zip(places).all(|(pixel, (x, y))| is_dark(x, y, pixel)) {
        return None;
    }
    // One more line on each side, for the same blur and for rounding.
    let (dx, dy) = if is_wider { (0, 1) } else { (1, 0) };
    pixels.crop(left + dx, top + dy, inner_width.checked_sub(2 * dx)?, inner_height.checked_sub(2 * dy)?)
}

//! Raw files of cameras: where their previews lie.
//!
//! Sensor data are not developed. Every camera stores one or more JPEG previews, the largest often of full size; they
//! are named by TIFF directories, by boxes (CR3) or by fixed places (RAF). Where no large one is named, as in maker
//! notes, the file is searched for the beginning of a JPEG.

use std::ops::Range;

use super::head::{exif_orientation, size_of};
use super::ifd::{Directory, Tiff, tag};
use super::jpeg::{self, Coding};
use crate::library::format::RawFamily;

/// What is in a raw file, as far as the bytes at hand show it.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Width and height of the picture as stored; of the largest preview when the file does not say.
    pub size: Option<(u32, u32)>,
    /// EXIF's orientation; `None` when neither the file nor its preview tells.
    pub exif_orientation: Option<u32>,
    /// Bits of the sensor's samples, 8 when unknown.
    pub bits: u8,
    /// Smallest first.
    pub previews: Vec<Preview>,
}

/// A preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Columns as stored.
    pub width: u32,
    /// Rows as stored.
    pub height: u32,
    /// Bytes of the file. May reach beyond those at hand.
    pub range: Range<usize>,
    /// Whether it is JPEG; else 8-bit RGB without compression.
    pub is_jpeg: bool,
}

/// A preview with a longer side than this is good enough not to search for more.
const LARGE_SIDE: u32 = 1000;

/// Finds all previews.
pub fn layout(bytes: &[u8], family: RawFamily) -> Layout {
    let mut layout = Layout { bits: 8, ..Layout::default() };
    match family {
        RawFamily::Raf => of_raf(bytes, &mut layout),
        RawFamily::Cr3 => of_boxes(bytes, 0..bytes.len(), 0, &mut layout),
        _ => of_tiff(bytes, &mut layout),
    }
    if layout.previews.iter().all(|preview| preview.width.max(preview.height) < LARGE_SIDE) {
        search(bytes, &mut layout);
    }
    layout.previews.sort_by_key(|preview| u64::from(preview.width) * u64::from(preview.height));
    if let Some(largest) = layout.previews.last() {
        layout.size = layout.size.or(Some((largest.width, largest.height)));
        if layout.exif_orientation.is_none() && largest.is_jpeg {
            let exif = bytes.get(largest.range.start..).and_then(|jpeg| jpeg::Head::parse(jpeg).ok()?.exif);
            layout.exif_orientation = exif.and_then(exif_orientation);
        }
    }
    layout
}

fn of_tiff(bytes: &[u8], layout: &mut Layout) {
    let Some(tiff) = Tiff::new(bytes) else { return };
    let directories = tiff.directories();
    for directory in &directories {
        if directory.chain_index == Some(0) {
            layout.exif_orientation = directory.number(tag::ORIENTATION).map(|value| value as u32);
        }
        add_named(directory, layout);
        let borders = [
            tag::SENSOR_LEFT_BORDER,
            tag::SENSOR_TOP_BORDER,
            tag::SENSOR_RIGHT_BORDER,
            tag::SENSOR_BOTTOM_BORDER,
        ];
        let crop = directory.numbers(tag::DEFAULT_CROP_SIZE);
        let size = match (borders.map(|tag| directory.number(tag)), crop.as_slice()) {
            ([Some(left), Some(top), Some(right), Some(bottom)], _)
                if directory.has(tag::JPG_FROM_RAW) && right > left && bottom > top =>
            {
                Some(((right - left) as u32, (bottom - top) as u32))
            }
            (_, [width, height, ..]) if *width > 0 && *height > 0 => Some((*width as u32, *height as u32)),
            _ => size_of(directory),
        };
        let area = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
        if let Some(size) = size
            && layout.size.is_none_or(|other| area(other) < area(size))
        {
            layout.size = Some(size);
            layout.bits = directory.number(tag::BITS_PER_SAMPLE).map_or(8, |bits| bits.min(32) as u8);
        }
    }
}

/// Previews that a directory names in one of the three ways.
fn add_named(directory: &Directory<'_>, layout: &mut Layout) {
    let bytes = directory.tiff().bytes;
    let place = |at: Option<u64>, length: Option<u64>| {
        let start = usize::try_from(at?).ok()?;
        Some(start..start.checked_add(usize::try_from(length?).ok()?)?)
    };
    if let Some(range) = place(directory.number(tag::JPEG_OFFSET), directory.number(tag::JPEG_LENGTH)) {
        add_jpeg(bytes, range, layout);
    }
    if let Some((start, length)) = directory.place(tag::JPG_FROM_RAW)
        && let Some(end) = start.checked_add(length)
    {
        add_jpeg(bytes, start..end, layout);
    }
    let strips = directory.numbers(tag::STRIP_OFFSETS);
    let lengths = directory.numbers(tag::STRIP_BYTE_COUNTS);
    let (Some(&first), Some(&length)) = (strips.first(), lengths.first()) else { return };
    match directory.number(tag::COMPRESSION) {
        Some(6 | 7) if strips.len() == 1 => {
            if let Some(range) = place(Some(first), Some(length)) {
                add_jpeg(bytes, range, layout);
            }
        }
        Some(1) if directory.number(tag::PHOTOMETRIC) == Some(2) => {
            let Some((width, height)) = size_of(directory) else { return };
            let is_rgb = directory.number(tag::SAMPLES_PER_PIXEL) == Some(3)
                && directory.numbers(tag::BITS_PER_SAMPLE).iter().all(|&bits| bits == 8);
            // Several strips are one piece when nothing lies between them.
            let total = lengths.iter().fold(0, |sum: u64, length| sum.saturating_add(*length));
            let mut end = first;
            let is_one_piece = strips.iter().zip(&lengths).all(|(&strip, &length)| {
                let fits = strip == end;
                end = strip.saturating_add(length);
                fits
            });
            if is_rgb
                && is_one_piece
                && Some(total) == (u64::from(width) * u64::from(height)).checked_mul(3)
                && let Some(range) = place(Some(first), Some(total))
            {
                layout.previews.push(Preview { width, height, range, is_jpeg: false });
            }
        }
        _ => {}
    }
}

/// Takes a JPEG that a browser could show; sensor data are often lossless JPEG.
fn add_jpeg(bytes: &[u8], range: Range<usize>, layout: &mut Layout) {
    let Some(rest) = bytes.get(range.start..).filter(|rest| rest.starts_with(&[0xff, 0xd8, 0xff])) else {
        return;
    };
    let Some(frame) = jpeg::Head::parse(rest).ok().and_then(|head| head.frame) else { return };
    if frame.coding != Coding::Other && frame.bits == 8 {
        let (width, height) = (frame.width.into(), frame.height.into());
        layout.previews.push(Preview { width, height, range, is_jpeg: true });
    }
}

/// RAF: the place of the JPEG stands in the header, the size in a list of its own.
fn of_raf(bytes: &[u8], layout: &mut Layout) {
    const CROPPED_SIZE: u16 = 0x111;
    let word = |at: usize| bytes.get(at..)?.first_chunk().map(|four| u32::from_be_bytes(*four) as usize);
    if let (Some(start), Some(length)) = (word(84), word(88))
        && let Some(end) = start.checked_add(length)
    {
        add_jpeg(bytes, start..end, layout);
    }
    let Some(mut list) = word(92).and_then(|at| bytes.get(at.checked_add(4)?..)) else { return };
    for _ in 0..256 {
        let [t0, t1, l0, l1, rest @ ..] = list else { return };
        let Some((content, after)) = rest.split_at_checked(u16::from_be_bytes([*l0, *l1]).into()) else {
            return;
        };
        if u16::from_be_bytes([*t0, *t1]) == CROPPED_SIZE
            && let [h0, h1, w0, w1, ..] = *content
        {
            let side = |bytes: [u8; 2]| u32::from(u16::from_be_bytes(bytes));
            layout.size = Some((side([w0, w1]), side([h0, h1]))).filter(|(w, h)| w * h > 0);
            return;
        }
        list = after;
    }
}

/// CR3: directories and previews lie in boxes; the full-size preview is the first thing in the media data.
fn of_boxes(bytes: &[u8], within: Range<usize>, depth: usize, layout: &mut Layout) {
    let mut at = within.start;
    for _ in 0..64 {
        let Some(head) = bytes.get(at..within.end.min(bytes.len())).filter(|head| head.len() >= 8) else {
            return;
        };
        let word = |at: usize| head.get(at..).and_then(<[u8]>::first_chunk).map(|b| u32::from_be_bytes(*b));
        let (length, mut content) = match word(0) {
            Some(0) => (head.len(), at + 8),
            Some(1) => match head.get(8..).and_then(<[u8]>::first_chunk).map(|b| u64::from_be_bytes(*b)) {
                Some(long) => (usize::try_from(long).unwrap_or(usize::MAX), at + 16),
                None => return,
            },
            Some(length) => (length as usize, at + 8),
            None => return,
        };
        if length < 8 {
            return;
        }
        let end = at.saturating_add(length).min(within.end);
        match head.get(4..8) {
            Some(b"moov") if depth < 4 => of_boxes(bytes, content..end, depth + 1, layout),
            Some(b"uuid") if depth < 4 => {
                content += 16;
                // Canon's preview box has eight bytes before the boxes in it.
                let is_preview = bytes.get(content + 12..content + 16) == Some(b"PRVW");
                of_boxes(bytes, content + if is_preview { 8 } else { 0 }..end, depth + 1, layout);
            }
            Some(b"CMT1") => {
                let directories = bytes.get(content..end).and_then(Tiff::new).map(Tiff::directories);
                if let Some(first) = directories.as_ref().and_then(|all| all.first()) {
                    layout.size = size_of(first);
                    layout.exif_orientation = first.number(tag::ORIENTATION).map(|value| value as u32);
                }
            }
            Some(b"THMB" | b"PRVW" | b"mdat") => {
                let start = bytes
                    .get(content..end.min(content + 64))
                    .and_then(|head| head.windows(3).position(|three| three == [0xff, 0xd8, 0xff]));
                if let Some(start) = start {
                    add_jpeg(bytes, content + start..end, layout);
                }
            }
            _ => {}
        }
        at = end;
    }
}

/// Looks for JPEGs that nothing names. Their end is not known; decoding finds it.
fn search(bytes: &[u8], layout: &mut Layout) {
    const MOST: usize = 64;
    let mut at = 0;
    for _ in 0..MOST {
        let Some(found) = bytes.get(at..).and_then(find_jpeg) else { return };
        let start = at + found;
        at = start + 3;
        if layout.previews.iter().all(|preview| preview.range.start != start) {
            add_jpeg(bytes, start..bytes.len(), layout);
        }
    }
}

/// Where a JPEG begins: its start followed by a segment that stands first in practice.
fn find_jpeg(bytes: &[u8]) -> Option<usize> {
    let is_start = |four: &[u8]| matches!(four, [0xff, 0xd8, 0xff, 0xe0 | 0xe1 | 0xdb | 0xc4 | 0xee]);
    bytes.windows(4).position(is_start)
}

/// Previews that the directories of a TIFF name, smallest first.
pub fn named(tiff: Tiff<'_>) -> Vec<Preview> {
    let mut layout = Layout::default();
    tiff.directories().iter().for_each(|directory| add_named(directory, &mut layout));
    layout.previews.sort_by_key(|preview| u64::from(preview.width) * u64::from(preview.height));
    layout.previews
}

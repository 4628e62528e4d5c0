//! Blocks in files made of boxes: HEIF (HEIC, AVIF), JPEG XL and Canon's CR3.
//!
//! After ISO/IEC 14496-12 (boxes, items and where they lie), 23008-12 (which item describes which) and, for CR3, what
//! exiftool documents.

use super::container::Blocks;
use super::tiff::Directory;

/// Boxes read at most, of those that follow each other.
const MOST_BOXES: usize = 4000;
/// Items with metadata looked for, at most.
const MOST_WANTED: usize = 16;
/// Items looked at, at most.
const MOST_ITEMS: usize = 4000;

/// Canon's box within `moov`.
const CANON: [u8; 16] =
    [0x85, 0xc0, 0xb6, 0x87, 0x82, 0x0f, 0x11, 0xe0, 0x81, 0x11, 0xf4, 0xce, 0x46, 0x2b, 0x6a, 0x48];
/// Adobe's box for XMP.
const XMP: [u8; 16] =
    [0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac];

/// Looks through the boxes.
pub(super) fn find<'a>(bytes: &'a [u8], blocks: &mut Blocks<'a>) {
    let mut has_items = false;
    for (kind, content) in boxes(bytes) {
        match kind {
            b"meta" if !has_items => {
                has_items = true;
                find_items(bytes, content, blocks);
            }
            // JPEG XL has them as they are, after the offset of the TIFF block.
            b"Exif" => push_exif_item(content, blocks),
            b"xml " => blocks.push_xmp(content),
            b"brob" => blocks.warnings.push("Compressed metadata (Brotli) were not read".into()),
            b"uuid" => {
                if let Some(packet) = content.strip_prefix(&XMP) {
                    blocks.push_xmp(packet);
                }
            }
            b"moov" => {
                let of_canon = |(kind, content): (&[u8; 4], &'a [u8])| {
                    (kind == b"uuid").then(|| content.strip_prefix(&CANON)).flatten()
                };
                for (kind, block) in boxes(content).filter_map(of_canon).flat_map(boxes) {
                    let directory = match kind {
                        b"CMT1" => Directory::Main,
                        b"CMT2" => Directory::Exif,
                        b"CMT4" => Directory::Gps,
                        _ => continue,
                    };
                    blocks.push_directory(block, directory);
                }
            }
            _ => {}
        }
    }
}

/// Kinds and contents of boxes that follow each other.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let next = move || {
        let (size, after) = bytes.split_first_chunk::<4>()?;
        let (kind, mut content) = after.split_first_chunk::<4>()?;
        let size = match u32::from_be_bytes(*size) {
            // To the end of the file.
            0 => content.len(),
            1 => {
                let (long, rest) = content.split_first_chunk::<8>()?;
                content = rest;
                usize::try_from(u64::from_be_bytes(*long)).ok()?.checked_sub(16)?
            }
            size => (size as usize).checked_sub(8)?,
        };
        let (content, rest) = content.split_at_checked(size)?;
        bytes = rest;
        Some((kind, content))
    };
    std::iter::from_fn(next).take(MOST_BOXES)
}

/// Which items of HEIF are EXIF and XMP, and where they lie.
fn find_items<'a>(file: &'a [u8], meta: &'a [u8], blocks: &mut Blocks<'a>) {
    // Version and flags come first.
    let inner = || boxes(meta.get(4..).unwrap_or_default());
    let of_kind = |wanted: &[u8; 4]| inner().find(|(kind, _)| *kind == wanted).map(|(_, content)| content);
    let (Some(infos), Some(places)) = (of_kind(b"iinf"), of_kind(b"iloc")) else { return };
    let data = of_kind(b"idat").unwrap_or_default();
    // Version 0 counts with two bytes, later ones with four.
    let skip = if infos.first() == Some(&0) { 6 } else { 8 };
    let infos = boxes(infos.get(skip..).unwrap_or_default()).filter(|(kind, _)| *kind == b"infe");
    for (id, kind) in infos.filter_map(|(_, info)| item_info(info)).take(MOST_WANTED) {
        let content = || {
            item_place(places, id).and_then(|(in_data, from, length)| {
                let source = if in_data { data } else { file };
                let length = if length == 0 { source.len().checked_sub(from)? } else { length };
                source.get(from..from.checked_add(length)?)
            })
        };
        match kind {
            ItemKind::Exif => {
                if let Some(content) = content() {
                    push_exif_item(content, blocks);
                }
            }
            ItemKind::Xmp => {
                if let Some(content) = content() {
                    blocks.push_xmp(content);
                }
            }
        }
    }
}

/// Kinds of items that are looked for.
enum ItemKind {
    Exif,
    Xmp,
}

/// Number and kind of an item. Versions before 2 have no four letters for it and are not used for pictures.
fn item_info(info: &[u8]) -> Option<(usize, ItemKind)> {
    let version = *info.first()?;
    let (id, rest) = match version {
        2 => (number(info, 4, 2)?, info.get(8..)?),
        3 => (number(info, 4, 4)?, info.get(10..)?),
        _ => return None,
    };
    let (kind, rest) = rest.split_first_chunk::<4>()?;
    match kind {
        b"Exif" => Some((id, ItemKind::Exif)),
        b"mime" => {
            // The item's name, then its content type.
            let content_type = rest.split(|byte| *byte == 0).nth(1)?;
            (content_type == b"application/rdf+xml").then_some((id, ItemKind::Xmp))
        }
        _ => None,
    }
}

/// Where an item lies: whether among the data of the same box, first byte, and length (0: to the end). Items in
/// several pieces are not read.
fn item_place(places: &[u8], wanted: usize) -> Option<(bool, usize, usize)> {
    let version = *places.first()?;
    let sizes = number(places, 4, 2)?;
    let (offset_size, length_size, base_size) = (sizes >> 12 & 15, sizes >> 8 & 15, sizes >> 4 & 15);
    let index_size = if version == 0 { 0 } else { sizes & 15 };
    let id_size = if version < 2 { 2 } else { 4 };
    let count = number(places, 6, id_size)?;
    let mut at = 6 + id_size;
    for _ in 0..count.min(MOST_ITEMS) {
        let id = number(places, at, id_size)?;
        at += id_size;
        let mut in_data = false;
        if version > 0 {
            let method = number(places, at, 2)? & 15;
            in_data = method == 1;
            at += 2;
        }
        at += 2;
        let base = number(places, at, base_size)?;
        at += base_size;
        let extents = number(places, at, 2)?;
        at += 2;
        if id == wanted {
            let from = number(places, at + index_size, offset_size)?;
            let length = number(places, at + index_size + offset_size, length_size)?;
            return (extents == 1).then_some((in_data, base.checked_add(from)?, length));
        }
        at = at.checked_add(extents * (index_size + offset_size + length_size))?;
    }
    None
}

/// An EXIF item begins with the distance of the TIFF block from the end of that number.
fn push_exif_item<'a>(content: &'a [u8], blocks: &mut Blocks<'a>) {
    let block = number(content, 0, 4).and_then(|skip| content.get(skip.checked_add(4)?..));
    if let Some(block) = block {
        blocks.push_exif(block);
    }
}

/// A number of 0 to 8 bytes, the high one first.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(size)?).filter(|bytes| bytes.len() <= 8)?;
    usize::try_from(bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))).ok()
}

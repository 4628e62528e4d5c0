//! Size, depth and orientation from the first bytes of a file, format by format.

use std::io::Cursor;

use image::ImageDecoder as _;

use super::ifd::{Directory, Tiff, tag};
use super::jpeg;
use super::raw;
use super::{DecodeError, Header, broken};
use crate::library::format::Format;
use crate::library::picture::Orientation;

/// What is read before the picture is turned upright.
struct Stored {
    width: u32,
    height: u32,
    exif_orientation: u32,
    has_alpha: bool,
    bits: u8,
    frames: u32,
}

impl Stored {
    fn new(width: u32, height: u32, bits: u8, has_alpha: bool) -> Self {
        Self { width, height, exif_orientation: 1, has_alpha, bits, frames: 1 }
    }
}

/// The header of a file whose format is known.
pub fn read(bytes: &[u8], format: Format) -> Result<Header, DecodeError> {
    let stored = match format {
        Format::Jpeg => jpeg_head(bytes)?,
        Format::Png => png(bytes).ok_or_else(|| broken(format, "its header is cut off"))?,
        Format::WebP => webp(bytes).ok_or_else(|| broken(format, "its header is cut off"))?,
        Format::Gif => gif(bytes).ok_or_else(|| broken(format, "its header is cut off"))?,
        Format::Bmp => bmp(bytes).ok_or_else(|| broken(format, "its header is cut off"))?,
        Format::Qoi => qoi(bytes).ok_or_else(|| broken(format, "its header is cut off"))?,
        Format::Tga => tga(bytes).ok_or_else(|| broken(format, "its header is cut off"))?,
        Format::Tiff => tiff(bytes).ok_or_else(|| broken(format, "its directory is missing"))?,
        Format::Hdr => {
            let decoder = image::codecs::hdr::HdrDecoder::new(Cursor::new(bytes));
            let (width, height) = decoder.map_err(|error| broken(format, &error.to_string()))?.dimensions();
            Stored::new(width, height, 32, false)
        }
        Format::Exr => exr(bytes).map_err(|error| broken(format, &error))?,
        Format::Raw(family) => {
            let layout = raw::layout(bytes, family);
            let (width, height) =
                layout.size.ok_or_else(|| broken(format, "it names no size and holds no preview"))?;
            let exif_orientation = layout.exif_orientation.unwrap_or(1);
            Stored { exif_orientation, ..Stored::new(width, height, layout.bits, false) }
        }
        Format::Heic => return Err(DecodeError::Needs { format, what: "a HEVC decoder" }),
        Format::Avif => return Err(DecodeError::Needs { format, what: "an AV1 decoder" }),
        Format::JpegXl => return Err(DecodeError::Needs { format, what: "a JPEG XL decoder" }),
    };
    if stored.width == 0 || stored.height == 0 {
        return Err(broken(format, "it has no size"));
    }
    let orientation = Orientation::from_exif(stored.exif_orientation);
    let (width, height) = orientation.size(stored.width, stored.height);
    let Stored { has_alpha, bits, frames, .. } = stored;
    Ok(Header { format, width, height, orientation, has_alpha, bits, frames })
}

fn jpeg_head(bytes: &[u8]) -> Result<Stored, DecodeError> {
    let format = Format::Jpeg;
    let head = jpeg::Head::parse(bytes).map_err(|fault| super::of_fault(format, fault))?;
    let frame = head.frame.ok_or_else(|| broken(format, "it ends before the frame header"))?;
    Ok(Stored {
        exif_orientation: head.exif.and_then(exif_orientation).unwrap_or(1),
        ..Stored::new(frame.width.into(), frame.height.into(), frame.bits, false)
    })
}

/// The orientation of the main picture in an EXIF block.
pub fn exif_orientation(exif: &[u8]) -> Option<u32> {
    let directories = Tiff::new(exif)?.directories();
    let first = directories.iter().find(|directory| directory.chain_index == Some(0))?;
    first.number(tag::ORIENTATION).map(|value| value as u32)
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|four| u32::from_be_bytes(*four))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|four| u32::from_le_bytes(*four))
}

fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|two| u32::from(u16::from_le_bytes(*two)))
}

fn png(bytes: &[u8]) -> Option<Stored> {
    if bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    let colour = *bytes.get(25)?;
    let mut stored = Stored::new(be32(bytes, 16)?, be32(bytes, 20)?, *bytes.get(24)?, colour & 4 != 0);
    let mut at = 33;
    while let Some(length) = be32(bytes, at) {
        let content = bytes.get(at + 8..(at + 8).saturating_add(length as usize));
        match bytes.get(at + 4..at + 8) {
            Some(b"tRNS") => stored.has_alpha = true,
            Some(b"acTL") => stored.frames = be32(bytes, at + 8).unwrap_or(1).max(1),
            Some(b"eXIf") => stored.exif_orientation = content.and_then(exif_orientation).unwrap_or(1),
            None | Some(b"IEND") => break,
            _ => {}
        }
        at = at.saturating_add(12).saturating_add(length as usize);
    }
    Some(stored)
}

fn webp(bytes: &[u8]) -> Option<Stored> {
    let mut stored = Stored::new(0, 0, 8, false);
    let mut frames = 0;
    let mut at = 12;
    while let (Some(name), Some(length)) = (bytes.get(at..at + 4), le32(bytes, at + 4)) {
        let content = at + 8;
        let is_first = stored.width == 0;
        match name {
            b"VP8X" => {
                stored.has_alpha = bytes.get(content)? & 0x10 != 0;
                stored.width = (le32(bytes, content + 4)? & 0xff_ffff) + 1;
                stored.height = (le32(bytes, content + 6)? >> 8) + 1;
            }
            b"VP8 " if is_first => {
                stored.width = le16(bytes, content + 6)? & 0x3fff;
                stored.height = le16(bytes, content + 8)? & 0x3fff;
            }
            b"VP8L" if is_first => {
                let sizes = le32(bytes, content + 1)?;
                stored.width = (sizes & 0x3fff) + 1;
                stored.height = (sizes >> 14 & 0x3fff) + 1;
                stored.has_alpha = sizes >> 28 & 1 == 1;
            }
            b"ANMF" => frames += 1,
            b"EXIF" => {
                let exif = bytes.get(content..content.saturating_add(length as usize));
                // Some writers keep JPEG's mark before it.
                let exif = exif.map(|exif| exif.strip_prefix(b"Exif\0\0").unwrap_or(exif));
                stored.exif_orientation = exif.and_then(exif_orientation).unwrap_or(1);
            }
            _ => {}
        }
        at = content.saturating_add(length as usize).saturating_add(length as usize & 1);
    }
    stored.frames = frames.max(1);
    Some(stored)
}

fn gif(bytes: &[u8]) -> Option<Stored> {
    let mut stored = Stored::new(le16(bytes, 6)?, le16(bytes, 8)?, 8, false);
    let palette = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + palette(*bytes.get(10)?);
    let mut frames = 0;
    loop {
        match bytes.get(at) {
            Some(0x21) => {
                // Transparency is said in the graphic control before a frame; only the first frame is shown.
                if frames == 0 && bytes.get(at + 1) == Some(&0xf9) {
                    stored.has_alpha |= bytes.get(at + 3).is_some_and(|flags| flags & 1 == 1);
                }
                at += 2;
            }
            Some(0x2c) => {
                frames += 1;
                at += 11 + bytes.get(at + 9).map_or(0, |&flags| palette(flags));
            }
            _ => break,
        }
        // Sub-blocks up to an empty one.
        while let Some(&length) = bytes.get(at) {
            at += 1 + usize::from(length);
            if length == 0 {
                break;
            }
        }
    }
    stored.frames = frames.max(1);
    Some(stored)
}

fn bmp(bytes: &[u8]) -> Option<Stored> {
    if le32(bytes, 14)? == 12 {
        return Some(Stored::new(le16(bytes, 18)?, le16(bytes, 20)?, 8, false));
    }
    let (width, height) = (le32(bytes, 18)?.cast_signed(), le32(bytes, 22)?.cast_signed());
    let has_alpha = le16(bytes, 28)? == 32 && le32(bytes, 14)? >= 56 && le32(bytes, 66)? != 0;
    Some(Stored::new(width.unsigned_abs(), height.unsigned_abs(), 8, has_alpha))
}

fn qoi(bytes: &[u8]) -> Option<Stored> {
    Some(Stored::new(be32(bytes, 4)?, be32(bytes, 8)?, 8, *bytes.get(12)? == 4))
}

fn tga(bytes: &[u8]) -> Option<Stored> {
    let has_alpha = bytes.get(16)? == &32 && bytes.get(17)? & 15 != 0;
    Some(Stored::new(le16(bytes, 12)?, le16(bytes, 14)?, 8, has_alpha))
}

fn tiff(bytes: &[u8]) -> Option<Stored> {
    let directories = Tiff::new(bytes)?.directories();
    let first = directories.iter().find(|directory| directory.chain_index == Some(0))?;
    let (width, height) = size_of(first)?;
    let bits = first.number(tag::BITS_PER_SAMPLE).unwrap_or(1).min(64) as u8;
    Some(Stored {
        exif_orientation: first.number(tag::ORIENTATION).unwrap_or(1) as u32,
        frames: directories.iter().filter(|directory| directory.chain_index.is_some()).count() as u32,
        ..Stored::new(width, height, bits, has_opacity(first))
    })
}

/// Whether one of the samples beyond the colours is opacity, multiplied with them or not; what is not said to be something
/// else is taken for it only beside red, green and blue.
pub fn has_opacity(directory: &Directory<'_>) -> bool {
    let is_grey = directory.number(tag::PHOTOMETRIC).is_some_and(|kind| kind < 2);
    directory.numbers(tag::EXTRA_SAMPLES).iter().any(|kind| matches!(kind, 1 | 2) || (*kind == 0 && !is_grey))
}

/// Width and height of a directory's picture as stored.
pub fn size_of(directory: &Directory<'_>) -> Option<(u32, u32)> {
    let side = |tag| directory.number(tag).and_then(|side| u32::try_from(side).ok()).filter(|&side| side > 0);
    Some((side(tag::IMAGE_WIDTH)?, side(tag::IMAGE_LENGTH)?))
}

fn exr(bytes: &[u8]) -> Result<Stored, String> {
    let open = || image::codecs::openexr::OpenExrDecoder::new(Cursor::new(bytes));
    let decoder =
        super::guarded(open).ok_or("its header makes no sense")?.map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions();
    Ok(Stored::new(width, height, 32, decoder.color_type().has_alpha()))
}

//! Reading pictures: what a file holds, its pixels as large as needed, its embedded thumbnail.
//!
//! Files are taken by their content. Before anything is allocated the size that a file claims is compared with a
//! [`ByteBudget`], which all decoders share, and with the length of the file where a format allows it. Pixels come
//! out upright: EXIF's orientation is applied here and nowhere else. Any file may be hostile; a panic in a decoder
//! becomes an error.
//!
//! JPEG is decoded by `jpeg`, at an eighth, a quarter or half of its size where that is enough. Raw files are shown
//! through the smallest preview that covers what is asked for. HDR and EXR go through a tone curve (`tone`). Colours of
//! other spaces, as telephones and cameras write them, are brought into sRGB (`profile`), as are the inks of
//! JPEGs; greys, and the inks of TIFFs, are not.

mod budget;
mod grey;
mod head;
mod ifd;
mod jpeg;
mod other;
mod profile;
mod raw;
mod resize;
mod thumbnail;
mod tone;

use std::ffi::OsStr;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use self::budget::{ByteBudget, Reservation};
pub use self::resize::{decode_thumbnail, encode_thumbnail, has_alpha, shrink};
use super::format::Format;
use super::metadata::color_profile;
use super::picture::{Orientation, Pixels};

/// What a file says about its picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// By content.
    pub format: Format,
    /// Columns, upright.
    pub width: u32,
    /// Rows, upright.
    pub height: u32,
    /// How stored pixels are turned; already applied wherever pixels are given.
    pub orientation: Orientation,
    /// Whether the file has an alpha channel or a transparent colour.
    pub has_alpha: bool,
    /// Bits of a sample.
    pub bits: u8,
    /// Frames or pages, as far as the bytes at hand show; only the first is read.
    pub frames: u32,
}

/// A picture.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Upright, perhaps smaller than the picture.
    pub pixels: Pixels,
    /// Of the picture, in its full size.
    pub header: Header,
    /// False when parts were missing or made no sense, and the rest is shown.
    pub is_whole: bool,
}

/// Why a file gives no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// The content is of no known format, whatever the name says.
    #[error("this is no picture: its content has none of the known formats")]
    NoPicture,
    /// A picture of a kind that this program has no decoder for.
    #[error("{what} is needed to show {format} pictures, and this program has none")]
    Needs {
        /// The format.
        format: Format,
        /// What is missing, with its article.
        what: &'static str,
    },
    /// Too large for the memory that decoding may use.
    #[error(
        "the picture has {width} × {height} pixels and needs {} MB to decode; {} MB are allowed",
        needed_bytes.div_ceil(1_000_000),
        limit_bytes / 1_000_000
    )]
    TooLarge {
        /// Columns, upright.
        width: u32,
        /// Rows, upright.
        height: u32,
        /// What decoding takes.
        needed_bytes: u64,
        /// What one picture may take.
        limit_bytes: u64,
    },
    /// Damaged or cut off.
    #[error("the {format} file is damaged: {reason}")]
    Broken {
        /// The format.
        format: Format,
        /// What is wrong.
        reason: String,
    },
    /// Right, but of a rare kind.
    #[error("this kind of {format} file cannot be read: {reason}")]
    Unsupported {
        /// The format.
        format: Format,
        /// Which kind.
        reason: String,
    },
}

/// Reads what a file says about its picture, without decoding. `bytes` may be the first part of a file; most formats
/// need less than 64 KiB, TIFF and raw files sometimes all of it.
///
/// # Errors
/// [`DecodeError`], among them [`DecodeError::Needs`] for formats that are recognised but cannot be decoded.
pub fn header(bytes: &[u8], name: &OsStr) -> Result<Header, DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    let format = Format::sniff(bytes, name).ok_or(DecodeError::NoPicture)?;
    head::read(bytes, format)
}

/// Decodes a whole file, upright.
///
/// With `cover_side` the result may be smaller than the picture, but its longer side is at least so long. Waits until
/// `budget` has the bytes that this takes; they are given back before it returns, so what callers keep is theirs to
/// count.
///
/// # Errors
/// [`DecodeError`]. A JPEG that is cut off is no error as long as something of it can be shown.
pub fn decode(
    bytes: &[u8],
    name: &OsStr,
    cover_side: Option<u32>,
    budget: &ByteBudget,
) -> Result<Decoded, DecodeError> {
    let header = header(bytes, name)?;
    let (mut stored, is_whole) = match header.format {
        Format::Jpeg => decode_jpeg(bytes, cover_side, &header, budget)?,
        Format::Raw(family) => decode_raw(bytes, family, cover_side, &header, budget)?,
        _ => (shrink_far(other::decode(bytes, &header, budget)?, cover_side), true),
    };
    if let Some(profile) = color_profile(bytes, header.format) {
        profile::bring_to_srgb(&mut stored, &profile);
    }
    let pixels = header.orientation.apply(stored);
    Ok(Decoded { pixels, header, is_whole })
}

/// The small picture in a JPEG or raw file, upright and without the bars that cameras add; the header is that of the
/// picture. The first 256 KiB are enough for nearly all files. `None` when there is none, or when it does not have
/// the picture's shape.
#[must_use]
pub fn embedded_thumbnail(bytes: &[u8], name: &OsStr) -> Option<Decoded> {
    thumbnail::embedded(bytes, header(bytes, name).ok()?)
}

fn decode_jpeg(
    bytes: &[u8],
    cover_side: Option<u32>,
    header: &Header,
    budget: &ByteBudget,
) -> Result<(Pixels, bool), DecodeError> {
    let of_fault = |fault| of_fault(header.format, fault);
    let head = jpeg::Head::parse(bytes).map_err(of_fault)?;
    let frame = head.frame.ok_or_else(|| broken(header.format, "it ends before the frame header"))?;
    // Each block takes a bit at the very least; what is far below was never a picture, what is not may be cut off.
    let blocks = u64::from(frame.width).div_ceil(8) * u64::from(frame.height).div_ceil(8);
    if blocks > bytes.len() as u64 * 8 * 64 {
        let reason = format!("it claims {} × {} pixels in {} bytes", frame.width, frame.height, bytes.len());
        return Err(broken(header.format, &reason));
    }
    let side = jpeg::Side::covering(&frame, cover_side);
    let (width, height) = side.size(&frame);
    let turned = if header.orientation == Orientation::default() { 0 } else { 4 };
    let needed = jpeg::bytes_needed(&frame, side) + u64::from(width) * u64::from(height) * turned;
    let _reservation = budget.reserve(needed).ok_or_else(|| too_large(header, needed, budget))?;
    let has_inks = frame.components.len() == 4;
    let profile = has_inks.then(|| color_profile(bytes, Format::Jpeg)).flatten();
    let decoded = guarded(|| jpeg::decode(bytes, side, profile.as_deref()))
        .ok_or_else(|| broken(header.format, "its content makes no sense"))?;
    let jpeg::Picture { width, height, rgba, is_whole } = decoded.map_err(of_fault)?;
    let pixels = Pixels::new(width, height, rgba).ok_or_else(|| broken(header.format, "it has no pixels"))?;
    Ok((pixels, is_whole))
}

fn decode_raw(
    bytes: &[u8],
    family: super::format::RawFamily,
    cover_side: Option<u32>,
    header: &Header,
    budget: &ByteBudget,
) -> Result<(Pixels, bool), DecodeError> {
    let previews = raw::layout(bytes, family).previews;
    let covers =
        |preview: &&raw::Preview| cover_side.is_some_and(|cover| preview.width.max(preview.height) >= cover);
    // Smallest first: from the first that covers on, else the largest; the next one when one is damaged.
    let first = previews.iter().position(|preview| covers(&preview)).unwrap_or(previews.len());
    let (smaller, large) = previews.split_at(first);
    let mut outcome = Err(DecodeError::Unsupported {
        format: header.format,
        reason: "it holds no preview, and sensor data are not developed".into(),
    });
    for preview in large.iter().chain(smaller.iter().rev()) {
        let end = preview.range.end.min(bytes.len());
        let Some(content) = bytes.get(preview.range.start..end) else { continue };
        outcome = if preview.is_jpeg {
            decode_jpeg(content, cover_side, header, budget)
        } else {
            thumbnail::plain(preview.width, preview.height, content)
                .map(|pixels| (pixels, true))
                .ok_or_else(|| broken(header.format, "its preview is cut off"))
        };
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// Formats that are always decoded whole give less to carry on: down to twice what is asked for.
fn shrink_far(pixels: Pixels, cover_side: Option<u32>) -> Pixels {
    let longer = pixels.width().max(pixels.height());
    match cover_side.and_then(|cover| cover.checked_mul(4)) {
        Some(far) if far > 0 && longer > far => shrink(&pixels, far / 2),
        _ => pixels,
    }
}

/// Runs a decoder; `None` when it panics.
fn guarded<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}

fn broken(format: Format, reason: &str) -> DecodeError {
    DecodeError::Broken { format, reason: reason.to_owned() }
}

fn of_fault(format: Format, fault: jpeg::Fault) -> DecodeError {
    match fault {
        jpeg::Fault::Broken(reason) => broken(format, reason),
        jpeg::Fault::Unsupported(reason) => DecodeError::Unsupported { format, reason: reason.to_owned() },
    }
}

fn too_large(header: &Header, needed_bytes: u64, budget: &ByteBudget) -> DecodeError {
    let (width, height) = (header.width, header.height);
    DecodeError::TooLarge { width, height, needed_bytes, limit_bytes: budget.most_for_one() }
}

//! All formats but JPEG and raw files, through the `image` crate, with limits and without its panics.

use std::io::Cursor;

use image::codecs::{bmp, gif, hdr, openexr, png, qoi, tga, tiff, webp};
use image::{DynamicImage, ImageDecoder, ImageResult, Limits};

use super::ifd::{Tiff, tag};
use super::{ByteBudget, DecodeError, Header, broken, grey, guarded, tone, too_large};
use crate::library::format::Format;
use crate::library::picture::Pixels;

/// The stored pixels of a picture whose header is known.
pub fn decode(bytes: &[u8], header: &Header, budget: &ByteBudget) -> Result<Pixels, DecodeError> {
    check_size_of_file(bytes.len() as u64, header)?;
    // Before a decoder is made: a few of them make room at once.
    let bytes_needed = bytes_needed(bytes.len() as u64, header);
    let _reservation = budget.reserve(bytes_needed).ok_or_else(|| too_large(header, bytes_needed, budget))?;
    if header.format == Format::Tiff && grey::is_measured(bytes) {
        return measured(bytes, header, bytes_needed);
    }
    let palette = (header.format == Format::Tiff).then(|| Palette::of(bytes)).flatten();
    let source = palette.as_ref().map_or(bytes, |palette| &palette.indices_as_gray);
    let decoded = guarded(|| decoded(source, header.format, bytes_needed))
        .ok_or_else(|| broken(header.format, "its content makes no sense"))?;
    let picture = decoded.map_err(|error| match error {
        image::ImageError::Unsupported(error) => {
            DecodeError::Unsupported { format: header.format, reason: error.to_string() }
        }
        image::ImageError::Limits(_) => too_large(header, bytes_needed, budget),
        error => broken(header.format, &error.to_string()),
    })?;
    let (width, height) = (picture.width(), picture.height());
    let mut rgba = to_rgba(picture, header.format);
    if let Some(palette) = palette {
        palette.apply(&mut rgba);
    } else if header.format == Format::Tiff && is_premultiplied(bytes) {
        divide_by_alpha(&mut rgba);
    }
    Pixels::new(width, height, rgba).ok_or_else(|| broken(header.format, "it has no pixels"))
}

fn measured(bytes: &[u8], header: &Header, bytes_needed: u64) -> Result<Pixels, DecodeError> {
    let decoded = guarded(|| grey::decode(bytes, bytes_needed))
        .ok_or_else(|| broken(header.format, "its content makes no sense"))?;
    let (width, height, levels) = decoded.map_err(|error| match error {
        ::tiff::TiffError::UnsupportedError(error) => {
            DecodeError::Unsupported { format: header.format, reason: error.to_string() }
        }
        error => broken(header.format, &error.to_string()),
    })?;
    let rgba = levels.into_iter().flat_map(|level| [level, level, level, 255]).collect();
    Pixels::new(width, height, rgba).ok_or_else(|| broken(header.format, "it has no pixels"))
}

/// What the `image` crate needs at most: its own pixels, sometimes a second copy, and ours.
fn bytes_needed(file_bytes: u64, header: &Header) -> u64 {
    let pixels = u64::from(header.width) * u64::from(header.height);
    let per_pixel = match (header.format, header.bits) {
        (Format::Exr | Format::Hdr, _) => 16 + 16 + 16 + 4,
        (Format::Tiff, 17..) => 16 + 16 + 4,
        (Format::Tiff, 9..) => 8 + 8 + 4,
        (_, 9..) | (Format::Tiff | Format::WebP | Format::Gif, _) => 8 + 4,
        _ => 4 + 4,
    };
    // A second RGBA to be turned upright.
    let turned = if header.orientation == crate::library::picture::Orientation::default() { 0 } else { 4 };
    pixels.saturating_mul(per_pixel + turned).saturating_add(file_bytes.min(1 << 24) + (1 << 20))
}

/// A few formats cannot say more than so many pixels with a byte. What claims more is broken, whatever the budget.
fn check_size_of_file(file_bytes: u64, header: &Header) -> Result<(), DecodeError> {
    let pixels_per_byte = match header.format {
        // Deflate repeats at most 258 bytes with two bits; a pixel has at least one bit.
        Format::Png => 1032 * 8,
        // A code of 12 bits stands for a string of at most 4096 pixels.
        Format::Gif => 4096,
        Format::Qoi => 62,
        Format::Tga => 128,
        // Run-length coding: 255 pixels in two bytes, and jumps over the rest of a picture.
        _ => return Ok(()),
    };
    let pixels = u64::from(header.width) * u64::from(header.height);
    if pixels > file_bytes.saturating_mul(pixels_per_byte) {
        let reason =
            format!("it claims {} × {} pixels, more than its bytes can hold", header.width, header.height);
        return Err(broken(header.format, &reason));
    }
    Ok(())
}

fn decoded(bytes: &[u8], format: Format, bytes_needed: u64) -> ImageResult<DynamicImage> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(bytes_needed);
    let input = Cursor::new(bytes);
    match format {
        Format::Png => limited(png::PngDecoder::with_limits(input, limits.clone())?, limits),
        Format::WebP => limited(webp::WebPDecoder::new(input)?, limits),
        Format::Tiff => limited(tiff::TiffDecoder::new(input)?, limits),
        Format::Gif => limited(gif::GifDecoder::new(input)?, limits),
        Format::Bmp => limited(bmp::BmpDecoder::new(input)?, limits),
        Format::Qoi => limited(qoi::QoiDecoder::new(input)?, limits),
        Format::Tga => limited(tga::TgaDecoder::new(input)?, limits),
        Format::Hdr => limited(hdr::HdrDecoder::new(input)?, limits),
        _ => limited(openexr::OpenExrDecoder::new(input)?, limits),
    }
}

fn limited(mut decoder: impl ImageDecoder, limits: Limits) -> ImageResult<DynamicImage> {
    decoder.set_limits(limits)?;
    DynamicImage::from_decoder(decoder)
}

fn to_rgba(picture: DynamicImage, format: Format) -> Vec<u8> {
    if !matches!(picture, DynamicImage::ImageRgb32F(_) | DynamicImage::ImageRgba32F(_)) {
        return picture.into_rgba8().into_raw();
    }
    let mut linear: Vec<[f32; 4]> = picture.into_rgba32f().as_raw().as_chunks::<4>().0.to_vec();
    if format == Format::Exr {
        // OpenEXR's colours are multiplied by alpha.
        for [r, g, b, a] in &mut linear {
            if *a > 0.0 && *a < 1.0 {
                [*r, *g, *b] = [*r / *a, *g / *a, *b / *a];
            }
        }
    }
    tone::map(&linear)
}

/// TIFF's ExtraSamples: 1 means that colours are multiplied by alpha.
fn is_premultiplied(bytes: &[u8]) -> bool {
    let directories = Tiff::new(bytes).map(Tiff::directories).unwrap_or_default();
    directories.first().is_some_and(|first| first.number(tag::EXTRA_SAMPLES) == Some(1))
}

fn divide_by_alpha(rgba: &mut [u8]) {
    for [r, g, b, a] in rgba.as_chunks_mut::<4>().0 {
        if *a != 0 && *a != 255 {
            let whole = u32::from(*a);
            [*r, *g, *b] = [*r, *g, *b].map(|c| ((u32::from(c) * 255 + whole / 2) / whole).min(255) as u8);
        }
    }
}

/// A TIFF with a palette of 256 colours. The `image` crate does not read it, but it reads the indices when they are
/// declared to be gray values.
struct Palette {
    colours: Vec<[u8; 3]>,
    indices_as_gray: Vec<u8>,
}

impl Palette {
    fn of(bytes: &[u8]) -> Option<Self> {
        let directories = Tiff::new(bytes)?.directories();
        let first = directories.first()?;
        if first.number(tag::PHOTOMETRIC) != Some(3) || first.number(tag::BITS_PER_SAMPLE) != Some(8) {
            return None;
        }
        let map = first.numbers(tag::COLOR_MAP);
        let (red, rest) = map.split_at_checked(256)?;
        let (green, blue) = rest.split_at_checked(256)?;
        // Values have 16 bits; some writers use only the lower half of them.
        let shift = if map.iter().all(|&value| value < 256) { 0 } else { 8 };
        let colours =
            red.iter().zip(green).zip(blue).map(|((r, g), b)| [r, g, b].map(|c| (c >> shift) as u8));
        let colours = colours.collect();
        let (at, _) = first.place(tag::PHOTOMETRIC)?;
        let mut indices_as_gray = bytes.to_vec();
        let black_is_zero = if bytes.starts_with(b"M") { [0, 1] } else { [1, 0] };
        indices_as_gray.get_mut(at..at.checked_add(2)?)?.copy_from_slice(&black_is_zero);
        Some(Self { colours, indices_as_gray })
    }

    fn apply(&self, rgba: &mut [u8]) {
        for [r, g, b, _] in rgba.as_chunks_mut::<4>().0 {
            [*r, *g, *b] = self.colours.get(usize::from(*r)).copied().unwrap_or_default();
        }
    }
}

//! Making pictures smaller, and keeping them small.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

use super::{DecodeError, broken, guarded, jpeg, of_fault};
use crate::library::format::Format;
use crate::library::picture::Pixels;

/// JPEG's quality for thumbnails: artefacts are not seen at that size, and 320 pixels take about 20 kB.
const THUMBNAIL_QUALITY: u8 = 82;
/// No thumbnail has longer sides.
const LONGEST_THUMBNAIL: u32 = 4096;

/// The picture with its longer side `longest_side` pixels, by Lanczos' filter on the coded values; a smaller one as it
/// is. Colours count by their alpha, so that what is invisible does not shine through.
#[must_use]
pub fn shrink(pixels: &Pixels, longest_side: u32) -> Pixels {
    let (width, height) = (pixels.width(), pixels.height());
    let longer = width.max(height);
    if longer <= longest_side.max(1) {
        return pixels.clone();
    }
    let scaled = |side: u32| {
        let side = (u64::from(side) * u64::from(longest_side.max(1)) * 2 + u64::from(longer))
            / (2 * u64::from(longer));
        side.max(1) as u32
    };
    resized(pixels, scaled(width), scaled(height)).unwrap_or_else(|| pixels.clone())
}

fn resized(pixels: &Pixels, width: u32, height: u32) -> Option<Pixels> {
    let source = ImageRef::new(pixels.width(), pixels.height(), pixels.rgba(), PixelType::U8x4).ok()?;
    let mut target = Image::new(width, height, PixelType::U8x4);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .use_alpha(has_alpha(pixels));
    Resizer::new().resize(&source, &mut target, &options).ok()?;
    Pixels::new(width, height, target.into_vec())
}

/// Whether any pixel lets something through.
#[must_use]
pub fn has_alpha(pixels: &Pixels) -> bool {
    pixels.iter().any(|[.., alpha]| alpha != 255)
}

/// A small picture as JPEG, or as lossless WebP when it is transparent somewhere.
#[must_use]
pub fn encode_thumbnail(pixels: &Pixels) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = (pixels.width(), pixels.height());
    let written = if has_alpha(pixels) {
        WebPEncoder::new_lossless(&mut bytes).write_image(
            pixels.rgba(),
            width,
            height,
            ExtendedColorType::Rgba8,
        )
    } else {
        let rgb: Vec<u8> = pixels.iter().flat_map(|[r, g, b, _]| [r, g, b]).collect();
        JpegEncoder::new_with_quality(&mut bytes, THUMBNAIL_QUALITY).write_image(
            &rgb,
            width,
            height,
            ExtendedColorType::Rgb8,
        )
    };
    if let Err(error) = written {
        // Memory does not fail to be written; only sides that the format does not know get here.
        log::warn!("a thumbnail of {width} × {height} pixels cannot be stored: {error}");
        bytes.clear();
    }
    bytes
}

/// What [`encode_thumbnail`] made.
///
/// # Errors
/// [`DecodeError::Broken`] when the bytes are something else or damaged.
pub fn decode_thumbnail(bytes: &[u8]) -> Result<Pixels, DecodeError> {
    let is_small = |width: u32, height: u32| width.max(height) <= LONGEST_THUMBNAIL;
    if bytes.starts_with(&[0xff, 0xd8]) {
        let fault = |fault| of_fault(Format::Jpeg, fault);
        let frame = jpeg::Head::parse(bytes).map_err(fault)?.frame;
        let frame = frame.filter(|frame| is_small(frame.width.into(), frame.height.into()));
        frame.ok_or_else(|| broken(Format::Jpeg, "it is no thumbnail"))?;
        let jpeg::Picture { width, height, rgba, .. } =
            jpeg::decode(bytes, jpeg::Side::FULL, None).map_err(fault)?;
        return Pixels::new(width, height, rgba).ok_or_else(|| broken(Format::Jpeg, "it has no pixels"));
    }
    let decoded = guarded(|| {
        let decoder = image::codecs::webp::WebPDecoder::new(std::io::Cursor::new(bytes))?;
        let (width, height) = image::ImageDecoder::dimensions(&decoder);
        if !is_small(width, height) {
            return Ok(None);
        }
        image::DynamicImage::from_decoder(decoder).map(|picture| Some(picture.into_rgba8()))
    });
    let picture = decoded
        .ok_or_else(|| broken(Format::WebP, "its content makes no sense"))?
        .map_err(|error| broken(Format::WebP, &error.to_string()))?
        .ok_or_else(|| broken(Format::WebP, "it is no thumbnail"))?;
    let (width, height) = picture.dimensions();
    Pixels::new(width, height, picture.into_raw()).ok_or_else(|| broken(Format::WebP, "it has no pixels"))
}

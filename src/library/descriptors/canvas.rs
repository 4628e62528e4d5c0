//! The picture as the descriptors look at it: at most 256 pixels on its longer side, its luma, and its colours counted.

use std::borrow::Cow;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::super::Pixels;
use super::oklab::Oklab;
use super::plane::Plane;

/// Pixels on the longer side of what is looked at.
pub(super) const LONGER_SIDE: u32 = 256;
/// What shines through where a picture is transparent.
const GROUND: u32 = 128;

/// Bins in which colours are counted: 32 steps of each channel.
pub(super) const BINS: usize = 32 * 32 * 32;

/// The middle of a bin, as sRGB.
pub(super) fn middle_of(bin: usize) -> [u8; 3] {
    [bin >> 10, bin >> 5, bin].map(|steps| ((steps & 31) << 3 | 4) as u8)
}

/// A picture of at most [`LONGER_SIDE`] pixels.
pub(super) struct Canvas<'a> {
    width: usize,
    height: usize,
    rgba: Cow<'a, [u8]>,
}

/// Colours that nearly agree, taken together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shade {
    /// Their mean.
    pub color: Oklab,
    /// Part of the visible picture, 0 to 1.
    pub share: f32,
    /// How much of `share` lies in the middle half of the picture.
    pub share_in_centre: f32,
    /// Which bin they were counted in.
    pub bin: u16,
}

impl<'a> Canvas<'a> {
    /// Shrinks what is larger.
    pub(super) fn new(pixels: &'a Pixels) -> Self {
        let (width, height) = (pixels.width(), pixels.height());
        let longer = width.max(height);
        let as_is =
            Self { width: width as usize, height: height as usize, rgba: Cow::Borrowed(pixels.rgba()) };
        if longer <= LONGER_SIDE {
            return as_is;
        }
        let scaled = |side: u32| {
            let side = u64::from(side) * u64::from(LONGER_SIDE);
            ((side + u64::from(longer) / 2) / u64::from(longer)).max(1) as u32
        };
        let (small_width, small_height) = (scaled(width), scaled(height));
        let Some(rgba) = resized(
            pixels.rgba(),
            (width, height),
            (small_width, small_height),
            PixelType::U8x4,
            FilterType::Box,
        ) else {
            return as_is;
        };
        Self { width: small_width as usize, height: small_height as usize, rgba: Cow::Owned(rgba) }
    }

    /// Red, green, blue, alpha, row by row.
    fn pixels(&self) -> &[[u8; 4]] {
        self.rgba.as_chunks::<4>().0
    }

    /// Rows of red, green, blue, alpha.
    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = &[[u8; 4]]> {
        self.pixels().chunks_exact(self.width.max(1))
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Luma (ITU-R BT.601, as JPEG has it) over the ground, as bytes.
    pub(super) fn luma_bytes(&self) -> Vec<u8> {
        self.pixels()
            .iter()
            .map(|pixel| {
                let [red, green, blue] = over_ground(*pixel);
                ((red * 19_595 + green * 38_470 + blue * 7_471 + 0x8000) >> 16) as u8
            })
            .collect()
    }

    /// Luma from 0 to 1.
    pub(super) fn luma(&self, bytes: &[u8]) -> Plane {
        Plane::new(self.width, self.height, bytes.iter().map(|byte| f32::from(*byte) / 255.0).collect())
    }

    /// The colours of what is visible, counted in 32 steps per channel.
    pub(super) fn shades(&self) -> Vec<Shade> {
        let mut bins = vec![[0_u32; 5]; BINS];
        let in_centre: Vec<bool> = (0..self.width).map(|x| is_central(x, self.width)).collect();
        for (y, row) in self.rows().enumerate() {
            let is_central_row = is_central(y, self.height);
            for ([red, green, blue, alpha], is_central) in row.iter().zip(&in_centre) {
                let bin = usize::from(red >> 3) << 10 | usize::from(green >> 3) << 5 | usize::from(blue >> 3);
                if let Some([reds, greens, blues, weight, centre]) = bins.get_mut(bin) {
                    // 256 × 256 pixels of 255 × 255 just fit.
                    let alpha = u32::from(*alpha);
                    *reds += u32::from(*red) * alpha;
                    *greens += u32::from(*green) * alpha;
                    *blues += u32::from(*blue) * alpha;
                    *weight += alpha;
                    *centre += if is_central_row && *is_central { alpha } else { 0 };
                }
            }
        }
        let total: f64 = bins.iter().map(|[_, _, _, weight, _]| f64::from(*weight)).sum();
        let shade = |(bin, [red, green, blue, weight, centre]): (usize, &[u32; 5])| {
            let mean = [red, green, blue].map(|sum| (f64::from(*sum) / f64::from(*weight)) as f32);
            Shade {
                color: Oklab::from_srgb_mean(mean),
                share: (f64::from(*weight) / total) as f32,
                share_in_centre: (f64::from(*centre) / total) as f32,
                bin: bin as u16,
            }
        };
        bins.iter().enumerate().filter(|(_, [_, _, _, weight, _])| *weight > 0).map(shade).collect()
    }
}

/// Whether a place lies in the middle part of a side, by which the middle of the picture covers half of it. The same
/// when the picture is turned or mirrored.
fn is_central(place: usize, length: usize) -> bool {
    let from_middle = (2 * place + 1).abs_diff(length) as f32;
    from_middle < std::f32::consts::FRAC_1_SQRT_2 * length as f32
}

/// Red, green and blue with the ground behind them.
pub(super) fn over_ground([red, green, blue, alpha]: [u8; 4]) -> [u32; 3] {
    let alpha = u32::from(alpha);
    if alpha == 255 {
        return [red, green, blue].map(u32::from);
    }
    [red, green, blue].map(|value| (u32::from(value) * alpha + GROUND * (255 - alpha) + 127) / 255)
}

/// Resamples rows of bytes; `None` when the sizes do not fit them.
pub(super) fn resized(
    bytes: &[u8],
    (width, height): (u32, u32),
    (new_width, new_height): (u32, u32),
    kind: PixelType,
    filter: FilterType,
) -> Option<Vec<u8>> {
    let source = ImageRef::new(width, height, bytes, kind).ok()?;
    let mut result = Image::new(new_width, new_height, kind);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new().resize(&source, &mut result, &options).ok()?;
    Some(result.into_vec())
}

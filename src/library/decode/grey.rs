//! Grey TIFFs as instruments write them: wide or signed integers, floats, 12 bits in 16, several channels.
//!
//! Such numbers are measurements, not light, so that no fixed scale shows all of them. Unsigned ones of 16 bits are shown by
//! the number of bits that they use, 8 at least; all others from the smallest to the largest. Of several channels the
//! first one is shown, of several pages the first one.

use std::io::Cursor;

use tiff::TiffResult;
use tiff::decoder::{Decoder, DecodingResult, Limits};

use super::head::has_opacity;
use super::ifd::{Tiff, tag};

/// SampleFormat: signed integers and floats.
const SIGNED_OR_FLOAT: [u64; 2] = [2, 3];

/// Whether a TIFF is one of these.
pub fn is_measured(bytes: &[u8]) -> bool {
    let directories = Tiff::new(bytes).map(Tiff::directories).unwrap_or_default();
    let Some(first) = directories.first() else { return false };
    let is_grey = first.number(tag::PHOTOMETRIC) == Some(1) && !has_opacity(first);
    let is_wide = first.number(tag::BITS_PER_SAMPLE).is_some_and(|bits| bits >= 16);
    let is_unusual = first.number(tag::SAMPLE_FORMAT).is_some_and(|format| SIGNED_OR_FLOAT.contains(&format));
    let has_channels = first.number(tag::SAMPLES_PER_PIXEL).is_some_and(|count| count > 1);
    is_grey && (is_wide || is_unusual || has_channels)
}

/// Grey levels, and width and height. `most_bytes` bounds what the decoder takes.
pub fn decode(bytes: &[u8], most_bytes: u64) -> TiffResult<(u32, u32, Vec<u8>)> {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = usize::try_from(most_bytes).unwrap_or(usize::MAX);
    limits.intermediate_buffer_size = limits.decoding_buffer_size;
    let mut decoder = Decoder::new(Cursor::new(bytes))?.with_limits(limits);
    let (width, height) = decoder.dimensions()?;
    let samples = decoder.read_image()?;
    let pixels = width as usize * height as usize;
    Ok((width, height, levels(samples, pixels)))
}

fn levels(samples: DecodingResult, pixels: usize) -> Vec<u8> {
    /// Every how many-th sample belongs to the first channel. Planes that lie one after the other begin with it.
    fn first<T: Copy>(samples: &[T], pixels: usize) -> impl Iterator<Item = T> + Clone + '_ {
        samples.iter().copied().step_by((samples.len() / pixels.max(1)).max(1))
    }
    match samples {
        DecodingResult::U8(samples) => first(&samples, pixels).collect(),
        DecodingResult::U16(samples) => by_bits(first(&samples, pixels)),
        DecodingResult::U32(samples) => stretched(first(&samples, pixels).map(f64::from)),
        DecodingResult::U64(samples) => stretched(first(&samples, pixels).map(|value| value as f64)),
        DecodingResult::I8(samples) => stretched(first(&samples, pixels).map(f64::from)),
        DecodingResult::I16(samples) => stretched(first(&samples, pixels).map(f64::from)),
        DecodingResult::I32(samples) => stretched(first(&samples, pixels).map(f64::from)),
        DecodingResult::I64(samples) => stretched(first(&samples, pixels).map(|value| value as f64)),
        DecodingResult::F16(samples) => stretched(first(&samples, pixels).map(f64::from)),
        DecodingResult::F32(samples) => stretched(first(&samples, pixels).map(f64::from)),
        DecodingResult::F64(samples) => stretched(first(&samples, pixels)),
    }
}

/// Full scale is the smallest number of bits, 8 at least, that holds all values.
fn by_bits(values: impl Iterator<Item = u16> + Clone) -> Vec<u8> {
    let largest = u32::from(values.clone().max().unwrap_or(0));
    let full = (largest + 1).next_power_of_two().max(256) - 1;
    values.map(|value| ((u32::from(value) * 255 + full / 2) / full) as u8).collect()
}

/// Full scale is from the smallest to the largest; what is no number is black, and what is all the same is grey.
fn stretched(values: impl Iterator<Item = f64> + Clone) -> Vec<u8> {
    let finite = || values.clone().filter(|value| value.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(f64::NEG_INFINITY, f64::max);
    // Halves, since the difference of two numbers may be beyond all of them.
    let span = 0.5 * high - 0.5 * low;
    let level = |value: f64| match value {
        _ if value.is_nan() => 0,
        _ if span <= 0.0 => 128,
        _ => ((0.5 * value - 0.5 * low) / span * 255.0).round().clamp(0.0, 255.0) as u8,
    };
    values.map(level).collect()
}

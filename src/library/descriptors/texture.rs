//! The "texture" space: what surfaces look like, at several sizes, wherever they are and however they are turned.
//!
//! At five sizes: how strong detail is, how peaked, how unevenly spread, and how much it keeps one direction. At three of
//! them also local binary patterns (Ojala, Pietikäinen, Mäenpää 2002; eight neighbours, turned and mirrored ones
//! taken together). Every number is measured in deviations from what photographs usually have.

use super::plane::{Plane, normalised};
use super::scales::{SIZES, Scale};
use super::usual::{DEVIATION, MEAN};

/// Measures per size.
const MEASURES: usize = 4;
/// Kinds of local patterns: by the number of brighter neighbours in one run, and one kind for the rest.
const PATTERNS: usize = 10;
/// Sizes at which patterns are counted, after the finest.
const PATTERN_SIZES: usize = 3;
/// Measures of a picture.
pub(super) const FEATURES: usize = SIZES * MEASURES + PATTERN_SIZES * PATTERNS;
/// Numbers of a vector: a constant, then the measures.
pub(super) const DIMENSIONS: usize = 1 + FEATURES;
/// The constant in front, in deviations, before scaling.
const CONSTANT: f32 = 0.5;
/// A neighbour is brighter when it is so by this part of the whole range; less is noise.
const BRIGHTER: f32 = 3.0 / 255.0;
/// Deviations beyond this count as this, so that one odd measure does not outweigh the others.
const MOST_DEVIATIONS: f32 = 3.0;
/// Mean square of detail that 8-bit rounding leaves.
const FLOOR: f32 = 1e-6;

/// The kind of each of the 256 patterns.
static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut pattern = 0_usize;
    while pattern < 256 {
        let bits = pattern as u8;
        let changes = (bits ^ bits.rotate_left(1)).count_ones();
        kinds[pattern] = if changes <= 2 { bits.count_ones() as u8 } else { 9 };
        pattern += 1;
    }
    kinds
};

/// The vector of a picture.
pub(super) fn vector(scales: &[Scale; SIZES]) -> Vec<f32> {
    let deviations =
        features(scales).into_iter().zip(MEAN).zip(DEVIATION).map(|((value, mean), deviation)| {
            ((value - mean) / deviation).clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS) / (FEATURES as f32).sqrt()
        });
    normalised(std::iter::once(CONSTANT).chain(deviations).collect())
}

/// The measures of a picture: those of each size, finest first, then the patterns' shares.
pub(super) fn features(scales: &[Scale; SIZES]) -> Vec<f32> {
    let mut features = Vec::with_capacity(FEATURES);
    for scale in scales {
        let energy = scale.energy + FLOOR;
        let logs = scale.parts.map(|part| (part + FLOOR).log10());
        let mean = logs.iter().sum::<f32>() / logs.len() as f32;
        let spread = logs.iter().map(|log| (log - mean).powi(2)).sum::<f32>() / logs.len() as f32;
        features.extend([energy.log10(), scale.mean_detail / energy.sqrt(), spread.sqrt(), scale.coherence]);
    }
    for scale in scales.iter().skip(1).take(PATTERN_SIZES) {
        features.extend(pattern_shares(&scale.luma));
    }
    features
}

/// Roots of the shares of the ten kinds of local patterns.
fn pattern_shares(luma: &Plane) -> [f32; PATTERNS] {
    let mut counts = [0_u32; PATTERNS];
    luma.visit_neighbourhoods(|_, _, [[a, b, c], [d, centre, f], [g, h, i]]| {
        let limit = centre + BRIGHTER;
        let pattern =
            [a, b, c, f, i, h, g, d].iter().fold(0, |bits, near| bits << 1 | usize::from(*near > limit));
        let kind = KINDS.get(pattern).copied().unwrap_or_default();
        if let Some(count) = counts.get_mut(kind as usize) {
            *count += 1;
        }
    });
    let total = luma.values().len().max(1) as f32;
    counts.map(|count| (count as f32 / total).sqrt())
}

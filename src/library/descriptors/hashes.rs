//! A perceptual hash of a picture in its eight orientations, from one transform.
//!
//! The luma is shrunk to 32 × 32 and transformed (DCT-II). Each bit says whether one of the 8 × 8 lowest coefficients is
//! above their median: the rule of Python's `imagehash.phash`, whose bits these are, first bit highest. Turning a
//! picture only swaps its coefficients' row and column and changes signs of odd ones, so all eight orientations follow
//! from one transform. Coefficients are rounded, or a picture of one colour would hash its rounding errors.

use std::sync::LazyLock;

use fast_image_resize::{FilterType, PixelType};

use super::super::Orientation;
use super::canvas::{Canvas, resized};

/// Pixels on a side of what is transformed.
const SIDE: usize = 32;
/// Lowest frequencies that are kept, per direction.
const LOW: usize = 8;
/// Coefficients are rounded to this. A wave of one grey level has one of about two thousand.
const STEP: f32 = 8.0;

/// Bits that are set, and not set, in the hash of a picture that shows something; of most they are 32 and 32.
const LEAST_SET: u32 = 12;

/// `COSINES[frequency][place]` of the DCT-II.
static COSINES: LazyLock<[[f32; SIDE]; LOW]> = LazyLock::new(|| {
    std::array::from_fn(|frequency| {
        std::array::from_fn(|place| {
            let turns = frequency as f64 * (2 * place + 1) as f64 / (2 * SIDE) as f64;
            (2.0 * (std::f64::consts::PI * turns).cos()) as f32
        })
    })
});

/// The hash of a picture in its eight orientations; index 0 is upright. [`OrientedHashes::orientation`] names the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OrientedHashes(pub [u64; 8]);

impl OrientedHashes {
    /// Of shrunk luma.
    pub(super) fn of(canvas: &Canvas, luma: &[u8]) -> Self {
        let (width, height) = canvas.size();
        let side = SIDE as u32;
        let small =
            resized(luma, (width as u32, height as u32), (side, side), PixelType::U8, FilterType::Lanczos3);
        Self::of_coefficients(&lowest_coefficients(&small.unwrap_or_default()))
    }

    fn of_coefficients(coefficients: &[[f32; LOW]; LOW]) -> Self {
        Self(std::array::from_fn(|index| {
            let turn = Self::orientation(index);
            let mut turned = [0.0; LOW * LOW];
            for (place, value) in turned.iter_mut().enumerate() {
                let (down, across) = (place / LOW, place % LOW);
                let (row, column) = if turn.transposed { (across, down) } else { (down, across) };
                let is_negative = (turn.flipped && down % 2 == 1) != (turn.mirrored && across % 2 == 1);
                let stored = coefficients.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0.0);
                *value = if is_negative { -stored } else { stored };
            }
            above_median(&turned)
        }))
    }

    /// Which turn of the picture the hash at `index` (0 to 7) belongs to: bit 0 transposed, then bit 1 mirrored, bit 2
    /// flipped.
    #[must_use]
    pub fn orientation(index: usize) -> Orientation {
        Orientation { transposed: index & 1 != 0, mirrored: index & 2 != 0, flipped: index & 4 != 0 }
    }

    /// The hash of the picture as it stands.
    #[must_use]
    pub fn upright(&self) -> u64 {
        self.0[0]
    }

    /// Whether the hash tells pictures apart. A plain picture has next to no coefficient that is not zero, so that hardly
    /// a bit is set where others have half of them; all plain pictures would be one.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        (LEAST_SET..=64 - LEAST_SET).contains(&self.upright().count_ones())
    }

    /// Fewest bits that differ between this picture and the other one, however that is turned or mirrored, 0 to 64.
    #[must_use]
    pub fn distance(&self, other: &Self) -> u32 {
        self.nearest_turn(other).1
    }

    /// The index of the turn of `other` that is most like this picture, and the bits that differ then. The first one when
    /// several are.
    #[must_use]
    pub fn nearest_turn(&self, other: &Self) -> (usize, u32) {
        let own = self.upright();
        let distances = other.0.iter().map(|hash| (own ^ hash).count_ones()).enumerate();
        distances.min_by_key(|(_, distance)| *distance).unwrap_or((0, 64))
    }

    /// For storing: the eight hashes, lowest byte first.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        for (target, hash) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(self.0) {
            *target = hash.to_le_bytes();
        }
        bytes
    }

    /// From [`Self::to_bytes`].
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 64]) -> Self {
        let mut hashes = [0; 8];
        for (hash, stored) in hashes.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *hash = u64::from_le_bytes(*stored);
        }
        Self(hashes)
    }
}

/// Coefficients of 32 × 32 bytes, `[frequency down][frequency across]`.
fn lowest_coefficients(bytes: &[u8]) -> [[f32; LOW]; LOW] {
    let cosines = &*COSINES;
    let mut across = [[0.0; SIDE]; LOW];
    for (y, row) in bytes.as_chunks::<SIDE>().0.iter().enumerate() {
        for (sums, waves) in across.iter_mut().zip(cosines) {
            if let Some(sum) = sums.get_mut(y) {
                *sum = row.iter().zip(waves).map(|(byte, wave)| f32::from(*byte) * wave).sum();
            }
        }
    }
    std::array::from_fn(|down| {
        std::array::from_fn(|right| {
            let waves = cosines.get(down).into_iter().flatten();
            let sums = across.get(right).into_iter().flatten();
            let sum: f32 = waves.zip(sums).map(|(wave, sum)| wave * sum).sum();
            (sum / STEP).round()
        })
    })
}

/// A bit for each number above the median of all, the first one highest.
fn above_median(values: &[f32; LOW * LOW]) -> u64 {
    let mut sorted = *values;
    sorted.sort_unstable_by(f32::total_cmp);
    let middle = LOW * LOW / 2;
    let median = sorted.get(middle - 1..=middle).unwrap_or_default().iter().sum::<f32>() / 2.0;
    values.iter().fold(0, |bits, value| bits << 1 | u64::from(*value > median))
}

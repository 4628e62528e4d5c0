//! The samples of each component, at the size that is asked for.
//!
//! A block of 8 × 8 coefficients becomes a block of n × n samples: the inverse transform of that size applied to the
//! low coefficients. Chroma that is stored at half the size keeps twice the n, so that nothing has to be enlarged.

use super::markers::{Component, Frame};
use super::transform;

/// Where the coefficients of a block lie, in the order of coding: row × 8 + column.
pub const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// A component's samples.
pub struct Plane {
    /// What the frame says.
    pub component: Component,
    /// Samples across a block: 1, 2, 4 or 8.
    pub across: usize,
    /// Samples down a block.
    pub down: usize,
    /// Blocks across, whole units.
    pub blocks_across: usize,
    /// Blocks down, whole units.
    pub blocks_down: usize,
    /// Blocks across that hold anything; scans of one component have only these.
    pub used_across: usize,
    /// Blocks down that hold anything.
    pub used_down: usize,
    /// Last coefficient, in the order of coding, that matters for the samples.
    pub last_needed: u32,
    /// `blocks_across * across` wide.
    pub samples: Vec<u8>,
    /// Progressive only: 64 per block in the order of coding, or 1 where only that matters.
    pub coefficients: Vec<i16>,
    /// Quantisation steps in the order of coding, as they were when the component was first met.
    pub steps: Option<[u16; 64]>,
}

impl Plane {
    /// Without memory for samples yet. `side` is n for components of full size.
    pub fn new(frame: &Frame, component: Component, side: usize) -> Self {
        let unit = frame.unit();
        let (unit_across, unit_down) = (usize::from(unit.0), usize::from(unit.1));
        let (h, v) = (usize::from(component.across), usize::from(component.down));
        let grown = |factor: usize, own: usize| match factor.checked_rem(own) {
            Some(0) if matches!(factor / own, 1 | 2 | 4) => (side * factor / own).min(8),
            _ => side,
        };
        let (across, down) = (grown(unit_across, h), grown(unit_down, v));
        let (width, height) = (usize::from(frame.width), usize::from(frame.height));
        let needed = |&(_, at): &(usize, &u8)| usize::from(*at) / 8 < down && usize::from(*at) % 8 < across;
        Self {
            component,
            across,
            down,
            blocks_across: width.div_ceil(8 * unit_across) * h,
            blocks_down: height.div_ceil(8 * unit_down) * v,
            used_across: (width * h).div_ceil(unit_across).div_ceil(8),
            used_down: (height * v).div_ceil(unit_down).div_ceil(8),
            last_needed: ZIGZAG.iter().enumerate().filter(needed).map(|(k, _)| k).max().unwrap_or(0) as u32,
            samples: Vec::new(),
            coefficients: Vec::new(),
            steps: None,
        }
    }

    /// Bytes of [`Self::samples`] and of [`Self::coefficients`].
    pub fn bytes(&self, is_progressive: bool) -> u64 {
        let blocks = self.blocks_across as u64 * self.blocks_down as u64;
        let coefficients = if is_progressive { blocks * self.kept() as u64 * 2 } else { 0 };
        blocks * (self.across * self.down) as u64 + coefficients
    }

    /// Coefficients kept per block.
    pub fn kept(&self) -> usize {
        if self.last_needed == 0 { 1 } else { 64 }
    }

    /// Makes room; what is never decoded stays gray.
    pub fn allocate(&mut self, is_progressive: bool) {
        let blocks = self.blocks_across * self.blocks_down;
        self.samples = vec![128; blocks * self.across * self.down];
        if is_progressive {
            self.coefficients = vec![0; blocks * self.kept()];
        }
    }

    /// Samples in a row.
    pub fn stride(&self) -> usize {
        self.blocks_across * self.across
    }

    /// Transforms a block whose dequantised coefficients are given, row by row.
    #[inline]
    pub fn put(&mut self, column: usize, row: usize, block: &[f32; 64], is_flat: bool) {
        let stride = self.stride();
        let at = row * self.down * stride + column * self.across;
        let Some(samples) = self.samples.get_mut(at..) else { return };
        if is_flat || (self.across, self.down) == (1, 1) {
            let [level, ..] = *block;
            let level = transform::sample(level / 8.0);
            for line in samples.chunks_mut(stride).take(self.down) {
                line.iter_mut().take(self.across).for_each(|sample| *sample = level);
            }
            return;
        }
        transform::inverse(block, self.across, self.down, samples, stride);
    }

    /// Transforms all blocks of a progressive picture, the steps given.
    pub fn finish(&mut self) {
        let Some(steps) = self.steps else { return };
        let kept = self.kept();
        let coefficients = std::mem::take(&mut self.coefficients);
        for (index, coded) in coefficients.chunks_exact(kept).enumerate() {
            let mut block = [0.0_f32; 64];
            let mut is_flat = true;
            for (k, (&coefficient, &step)) in coded.iter().zip(&steps).enumerate() {
                if coefficient != 0 {
                    is_flat &= k == 0;
                    let place = ZIGZAG.get(k).and_then(|&at| block.get_mut(usize::from(at)));
                    if let Some(place) = place {
                        *place = f32::from(coefficient) * f32::from(step);
                    }
                }
            }
            self.put(index % self.blocks_across, index / self.blocks_across, &block, is_flat);
        }
    }
}

//! Whether keypoints of two pictures agree on one scale and one shift.
//!
//! A point of the crop lies at `scale · point + shift` in the source. Two matches fix the three numbers; every pair of
//! matches is tried (there are few), the best supported one is refined by least squares, and then every keypoint of the
//! crop is looked up where it should be in the source.

use super::descriptor::distance;
use super::signature::{CropSignature, Keypoint};
use super::{CropMatch, Rect};

/// Where a crop lies in a source.
#[derive(Clone, Copy, Debug)]
struct Placement {
    scale: f32,
    shift: (f32, f32),
}

/// Fewest agreeing matches.
pub(super) const LEAST_INLIERS: usize = 5;
/// More matches than this between two pictures mean that they are the same or that both repeat themselves.
const MOST_SEEDS: usize = 60;
/// So many agreeing matches, and half of all, need no better placement.
const SURE_SUPPORT: usize = 10;
/// Fewest agreeing matches from the index to look closer.
pub(super) const LEAST_SEEDS: usize = 3;
/// A keypoint is where it should be within so many pixels of the source, plus a share of its size.
const PLACE_TOLERANCE: f32 = 1.5;
const PLACE_TOLERANCE_SIGMAS: f32 = 0.35;
/// Largest error of a keypoint's size, in octaves.
const SCALE_TOLERANCE_OCTAVES: f32 = 0.5;
/// Differing comparisons of 256 where the place is known already.
const GUIDED_DISTANCE: u32 = 50;
/// Smallest and largest pixel of one picture in pixels of the other. A crop may have been shrunk, so both occur.
const SCALES: (f32, f32) = (0.15, 6.7);
/// How far a crop may reach over its source's edge, in shares of the crop's side.
const OVERHANG: f32 = 0.04;
/// The same before the placement is refined.
const ROUGH_OVERHANG: f32 = 0.15;
/// Rounds of least squares and looking up.
const REFINEMENTS: usize = 3;
/// Smallest share of the keypoints visible in both that agree.
const LEAST_SCORE: f32 = 0.35;

impl Placement {
    fn of(&self, point: &Keypoint) -> (f32, f32) {
        (self.scale * point.x + self.shift.0, self.scale * point.y + self.shift.1)
    }

    /// From two matches (source, crop), when their distance and their sizes tell the same scale.
    fn from_two(first: (&Keypoint, &Keypoint), second: (&Keypoint, &Keypoint)) -> Option<Self> {
        let span = |a: &Keypoint, b: &Keypoint| (a.x - b.x).hypot(a.y - b.y);
        let (wide, narrow) = (span(first.1, second.1), span(first.0, second.0));
        // Of near points, the distance says little about the scale.
        if wide < 12.0 || narrow < 4.0 {
            return None;
        }
        let scale = narrow / wide;
        let sizes_agree = |(source, crop): (&Keypoint, &Keypoint)| {
            (source.sigma / crop.sigma / scale).log2().abs() <= SCALE_TOLERANCE_OCTAVES
        };
        if !(SCALES.0..=SCALES.1).contains(&scale) || !sizes_agree(first) || !sizes_agree(second) {
            return None;
        }
        let shift = (
            f32::midpoint(first.0.x, second.0.x) - scale * f32::midpoint(first.1.x, second.1.x),
            f32::midpoint(first.0.y, second.0.y) - scale * f32::midpoint(first.1.y, second.1.y),
        );
        Some(Self { scale, shift })
    }

    /// The source in the crop.
    fn inverse(&self) -> Self {
        Self { scale: 1.0 / self.scale, shift: (-self.shift.0 / self.scale, -self.shift.1 / self.scale) }
    }

    /// Whether a match agrees.
    fn agrees(&self, source: &Keypoint, crop: &Keypoint) -> bool {
        let (x, y) = self.of(crop);
        let tolerance = PLACE_TOLERANCE + PLACE_TOLERANCE_SIGMAS * source.sigma;
        (x - source.x).hypot(y - source.y) <= tolerance
            && (source.sigma / crop.sigma / self.scale).log2().abs() <= SCALE_TOLERANCE_OCTAVES
    }

    /// Least squares over agreeing matches.
    fn refined(matches: &[(&Keypoint, &Keypoint)]) -> Option<Self> {
        let count = matches.len() as f32;
        let mean = |value: &dyn Fn(&(&Keypoint, &Keypoint)) -> f32| {
            matches.iter().map(value).sum::<f32>() / count.max(1.0)
        };
        let source = (mean(&|(source, _)| source.x), mean(&|(source, _)| source.y));
        let crop = (mean(&|(_, crop)| crop.x), mean(&|(_, crop)| crop.y));
        let (mut shared, mut spread) = (0.0, 0.0);
        for (from, to) in matches {
            let (u, v) = (to.x - crop.0, to.y - crop.1);
            shared += u * (from.x - source.0) + v * (from.y - source.1);
            spread += u * u + v * v;
        }
        let scale = shared / spread;
        (spread > 0.0 && (SCALES.0..=SCALES.1).contains(&scale))
            .then_some(Self { scale, shift: (source.0 - scale * crop.0, source.1 - scale * crop.1) })
    }

    /// The crop's frame in fractions of the source, clipped; `None` when it hangs over.
    fn rect(&self, source: &CropSignature, crop: &CropSignature, overhang: f32) -> Option<Rect> {
        let ((source_width, source_height), (width, height)) = (source.size(), crop.size());
        let (left, top) = self.shift;
        let (across, down) = (self.scale * width, self.scale * height);
        let (right, bottom) = (left + across, top + down);
        let most = (overhang * across + 1.0, overhang * down + 1.0);
        let is_inside = left >= -most.0
            && top >= -most.1
            && right <= source_width + most.0
            && bottom <= source_height + most.1;
        is_inside.then(|| Rect {
            left: (left / source_width).clamp(0.0, 1.0),
            top: (top / source_height).clamp(0.0, 1.0),
            right: (right / source_width).clamp(0.0, 1.0),
            bottom: (bottom / source_height).clamp(0.0, 1.0),
        })
    }
}

/// A match: keypoints of source and crop, with the crop's number.
type Seed<'a> = (&'a Keypoint, &'a Keypoint, u8);

/// Tries to place one picture in the other, whichever way round, with matches given as (keypoint of the first, keypoint
/// of the second). Tells whether the first is the crop. Positions in the answer are zero.
pub(super) fn fit(
    first: &CropSignature,
    second: &CropSignature,
    seeds: &[(u8, u8)],
) -> Option<(CropMatch, bool)> {
    let get = |&(from, to): &(u8, u8)| {
        Some((first.keypoints().get(usize::from(from))?, second.keypoints().get(usize::from(to))?, to))
    };
    let seeds: Vec<Seed<'_>> = seeds.iter().filter_map(get).take(MOST_SEEDS).collect();
    let placement = most_supported(&seeds)?;
    let agreeing = seeds.iter().filter(|(from, to, _)| placement.agrees(from, to));
    if placement.rect(first, second, ROUGH_OVERHANG).is_some() {
        let agreeing = agreeing.map(|&(from, to, _)| (from, to)).collect();
        let found = settle(first, second, agreeing).map(|found| (found, false));
        if found.is_some() {
            return found;
        }
    }
    placement.inverse().rect(second, first, ROUGH_OVERHANG)?;
    let agreeing = seeds.iter().filter(|(from, to, _)| placement.agrees(from, to));
    let turned = agreeing.map(|&(from, to, _)| (to, from)).collect();
    settle(second, first, turned).map(|found| (found, true))
}

/// Refines a placement of `crop` in `source`, and decides.
fn settle<'a>(
    source: &'a CropSignature,
    crop: &'a CropSignature,
    mut inliers: Vec<(&'a Keypoint, &'a Keypoint)>,
) -> Option<CropMatch> {
    let mut seen = 0;
    let mut placement = None;
    for _ in 0..REFINEMENTS {
        let refined = Placement::refined(&inliers)?;
        (inliers, seen) = look_up(source, crop, &refined);
        placement = Some(refined);
    }
    let rect = placement?.rect(source, crop, OVERHANG)?;
    let score = inliers.len() as f32 / seen.max(1) as f32;
    (inliers.len() >= LEAST_INLIERS && score >= LEAST_SCORE).then_some(CropMatch {
        source: 0,
        crop: 0,
        rect,
        inliers: inliers.len() as u32,
        score,
    })
}

/// The placement by two matches that most matches agree with; the first one of equals.
fn most_supported(seeds: &[Seed<'_>]) -> Option<Placement> {
    let mut best: Option<(usize, Placement)> = None;
    for (at, first) in seeds.iter().enumerate() {
        for second in seeds.iter().skip(at + 1) {
            let Some(placement) = Placement::from_two((first.0, first.1), (second.0, second.1)) else {
                continue;
            };
            // Two matches of one keypoint are one piece of evidence.
            let mut seen = [0_u64; 4];
            for (from, to, number) in seeds {
                if placement.agrees(from, to)
                    && let Some(word) = seen.get_mut(usize::from(number >> 6))
                {
                    *word |= 1 << (number & 63);
                }
            }
            let support = seen.iter().map(|word| word.count_ones() as usize).sum();
            if support >= LEAST_SEEDS && best.is_none_or(|(most, _)| support > most) {
                best = Some((support, placement));
                // Chance never lets half of many matches agree.
                if support >= SURE_SUPPORT && support * 2 >= seeds.len() {
                    return Some(placement);
                }
            }
        }
    }
    best.map(|(_, placement)| placement)
}

/// Looks every keypoint of the crop up where it should be. Gives those that are there, and how many had any keypoint of
/// their size there.
fn look_up<'a>(
    source: &'a CropSignature,
    crop: &'a CropSignature,
    placement: &Placement,
) -> (Vec<(&'a Keypoint, &'a Keypoint)>, usize) {
    let mut inliers: Vec<(&Keypoint, &Keypoint)> = Vec::new();
    let mut seen = 0;
    for to in crop.keypoints() {
        let here = source.keypoints().iter().filter(|from| placement.agrees(from, to));
        let nearest = here.min_by_key(|from| distance(&from.descriptor, &to.descriptor));
        let Some(from) = nearest else { continue };
        seen += 1;
        let is_free = !inliers.iter().any(|(other, _)| std::ptr::eq(*other, from));
        if distance(&from.descriptor, &to.descriptor) <= GUIDED_DISTANCE && is_free {
            inliers.push((from, to));
        }
    }
    (inliers, seen)
}

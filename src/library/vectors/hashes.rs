//! All pairs of pictures whose perceptual hashes are close, turned and mirrored ones included.
//!
//! Every pair is compared: the first hash of one picture with all eight of the other. The work is arranged so that a
//! processor does nothing but xor and count bits: hashes lie in groups of sixteen pictures, orientation by orientation,
//! and one comparison per group says whether anything in it is close; only then the group is looked at one by one.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for the processor at hand"
)]

use std::cmp::Ordering;

use pulp::{Arch, Simd, WithSimd};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::MAX_PAIRS;
use super::best::ClosestPairs;

/// Pictures in a group.
const GROUP: usize = 16;
/// Groups that are compared with a block of pictures at a time: 16 KiB.
const GROUPS_IN_BLOCK: usize = 16;
/// Pictures that one task compares with all later ones.
const PICTURES_IN_TASK: usize = 256;

/// Two pictures whose hashes are close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashPair {
    /// Place of one among the hashes.
    pub a: u32,
    /// Place of the other, larger than `a`.
    pub b: u32,
    /// Bits that differ, 0 to 64.
    pub distance: u8,
    /// Which hash of `b` is the closest to the first one of `a`; the first of equals.
    pub orientation: u8,
}

/// Hashes of sixteen pictures, by orientation.
#[derive(Clone)]
struct Group([[u64; GROUP]; 8]);

/// All pairs whose distance is at most `max_distance`, ordered by `a`, then `b`. A pair's distance is the smallest one of
/// `a`'s first hash to `b`'s eight. When there are more than [`MAX_PAIRS`], the closest ones are given. When `should_stop`
/// says so, it gives what it found so far.
///
/// Works on all cores of the current rayon pool.
#[must_use]
pub fn close_pairs(
    hashes: &[[u64; 8]],
    max_distance: u32,
    should_stop: &(dyn Fn() -> bool + Sync),
) -> Vec<HashPair> {
    let groups: Vec<Group> = hashes.chunks(GROUP).map(Group::new).collect();
    let closest = ClosestPairs::new(MAX_PAIRS, max_distance.min(64), closer);
    let arch = Arch::new();
    let tasks = hashes.len().div_ceil(PICTURES_IN_TASK);
    (0..tasks).into_par_iter().for_each(|task| {
        let first = task * PICTURES_IN_TASK;
        let mut found = Vec::new();
        let first_group = first / GROUP;
        let later = groups.get(first_group..).unwrap_or_default();
        for (block, groups) in later.chunks(GROUPS_IN_BLOCK).enumerate() {
            if closest.is_stopped(should_stop) {
                return;
            }
            let comparison = Comparison {
                hashes,
                first,
                groups,
                first_in_groups: (first_group + block * GROUPS_IN_BLOCK) * GROUP,
                max_distance: closest.bound(),
            };
            arch.dispatch(Run { comparison, found: &mut found });
            closest.take(&mut found, |pair| u32::from(pair.distance));
        }
    });
    let mut pairs = closest.into_pairs();
    pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
    pairs
}

fn closer(one: &HashPair, other: &HashPair) -> Ordering {
    (one.distance, one.a, one.b).cmp(&(other.distance, other.a, other.b))
}

/// One block of pictures against one block of groups.
struct Comparison<'a> {
    hashes: &'a [[u64; 8]],
    first: usize,
    groups: &'a [Group],
    first_in_groups: usize,
    max_distance: u32,
}

/// The work of a comparison; a type, since closures are not always inlined.
struct Run<'a, 'b> {
    comparison: Comparison<'a>,
    found: &'b mut Vec<HashPair>,
}

impl WithSimd for Run<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { comparison, found } = self;
        let pictures = comparison.hashes.iter().enumerate().skip(comparison.first).take(PICTURES_IN_TASK);
        for (a, [hash, ..]) in pictures {
            for (at, group) in comparison.groups.iter().enumerate() {
                if group.has_close(*hash, comparison.max_distance) {
                    comparison.look(a, *hash, comparison.first_in_groups + at * GROUP, found);
                }
            }
        }
    }
}

impl Comparison<'_> {
    /// Goes through a group one by one.
    #[inline(never)]
    fn look(&self, a: usize, hash: u64, first: usize, found: &mut Vec<HashPair>) {
        let pictures = self.hashes.iter().enumerate().skip(first).take(GROUP);
        for (b, orientations) in pictures.filter(|(b, _)| *b > a) {
            let distances = orientations.iter().map(|other| (hash ^ other).count_ones());
            let Some((distance, orientation)) = distances.zip(0_u8..).min() else { continue };
            if distance <= self.max_distance {
                found.push(HashPair { a: a as u32, b: b as u32, distance: distance as u8, orientation });
            }
        }
    }
}

impl Group {
    fn new(pictures: &[[u64; 8]]) -> Self {
        let mut group = Self([[0; GROUP]; 8]);
        for (at, picture) in pictures.iter().enumerate() {
            for (orientation, hash) in group.0.iter_mut().zip(picture) {
                if let Some(slot) = orientation.get_mut(at) {
                    *slot = *hash;
                }
            }
        }
        group
    }

    /// Whether any hash in it is close. The sign of a difference tells, so that all can be gathered with `or`.
    #[inline(always)]
    fn has_close(&self, hash: u64, max_distance: u32) -> bool {
        let beyond = u64::from(max_distance) + 1;
        let mut signs = [0_u64; GROUP];
        for orientation in &self.0 {
            for (sign, other) in signs.iter_mut().zip(orientation) {
                *sign |= u64::from((hash ^ other).count_ones()).wrapping_sub(beyond);
            }
        }
        signs.iter().fold(0, |all, sign| all | sign).cast_signed() < 0
    }
}

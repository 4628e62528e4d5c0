//! Finding the pairs of pictures that share descriptors.
//!
//! An inverted index by locality-sensitive hashing (Indyk and Motwani 1998): a table sorts all descriptors by a fixed
//! random choice of their bits, so that like descriptors often share a bucket. Only descriptors of one bucket are
//! compared. Buckets that hold far more than usual are left out: they stand for what every picture has. The number of
//! bits grows with the number of descriptors, so the work stays in proportion to it.

use rayon::prelude::*;

use super::CropMatch;
use super::descriptor::{Descriptor, distance, next_random};
use super::fit::{LEAST_SEEDS, fit};
use super::signature::CropSignature;

/// Tables. Each finds a like pair of descriptors with a chance of 20 to 60 %.
const TABLES: u64 = 8;
/// Descriptors that a bucket should hold.
const BUCKET: usize = 96;
/// Buckets with so many times more are left out.
const CROWDED: usize = 12;
/// Differing comparisons of 256 up to which two descriptors are alike.
const LIKE_DISTANCE: u32 = 28;
/// Bits of a key at least and at most.
const KEY_BITS: (u32, u32) = (6, 20);

/// One keypoint among all: which picture, which keypoint.
#[derive(Clone, Copy)]
struct Entry {
    key: u32,
    picture: u32,
    keypoint: u8,
}

/// Every picture that is a crop of another one, by position in the slice; pictures that show the whole of another one
/// are among them, with a rectangle of almost everything. Ordered by source and crop. Uses all cores; nothing when
/// `should_stop` says so.
#[must_use]
pub fn find(signatures: &[&CropSignature], should_stop: &(dyn Fn() -> bool + Sync)) -> Vec<CropMatch> {
    let matches = like_descriptors(signatures, should_stop);
    let pairs: Vec<&[Match]> = matches
        .chunk_by(|a, b| (a.first, a.second) == (b.first, b.second))
        .filter(|pair| pair.len() >= LEAST_SEEDS)
        .collect();
    let place = |pair: &&[Match]| {
        let &Match { first: a, second: b, .. } = pair.first()?;
        if should_stop() {
            return None;
        }
        let (one, other) = (signatures.get(a as usize)?, signatures.get(b as usize)?);
        let seeds: Vec<(u8, u8)> = pair.iter().map(|found| (found.of_first, found.of_second)).collect();
        let (found, first_is_crop) = fit(one, other, &seeds)?;
        let (source, crop) = if first_is_crop { (b, a) } else { (a, b) };
        Some(CropMatch { source, crop, ..found })
    };
    let mut found: Vec<CropMatch> = pairs.par_iter().filter_map(place).collect();
    if should_stop() {
        return Vec::new();
    }
    found.sort_by_key(|found| (found.source, found.crop));
    found
}

/// Two like descriptors of two pictures.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    first: u32,
    second: u32,
    of_first: u8,
    of_second: u8,
}

/// All like descriptors that share a bucket in some table, by pictures, each once.
fn like_descriptors(signatures: &[&CropSignature], should_stop: &(dyn Fn() -> bool + Sync)) -> Vec<Match> {
    let total: usize = signatures.iter().map(|signature| signature.keypoints().len()).sum();
    let bits = ((total / BUCKET).max(1).ilog2()).clamp(KEY_BITS.0, KEY_BITS.1);
    let mut matches: Vec<Match> = Vec::new();
    let mut random = 0x4c69_6272_6172_7921;
    for _ in 0..TABLES {
        if should_stop() {
            return Vec::new();
        }
        let chosen = choose_bits(&mut random, bits);
        let entries = table(signatures, &chosen);
        let buckets: Vec<&[Entry]> = entries
            .chunk_by(|a, b| a.key == b.key)
            .filter(|bucket| (2..=BUCKET * CROWDED).contains(&bucket.len()))
            .collect();
        let found: Vec<Match> =
            buckets.par_iter().flat_map_iter(|bucket| like_in_bucket(signatures, bucket)).collect();
        matches.extend(found);
        // Together with what other tables found, so that memory holds each only once.
        matches.par_sort_unstable();
        matches.dedup();
    }
    matches
}

/// Different bits of a descriptor, as word and place.
fn choose_bits(random: &mut u64, count: u32) -> Vec<(usize, u32)> {
    let mut bits: Vec<(usize, u32)> = Vec::new();
    while bits.len() < count as usize {
        let bit = next_random(random) >> 56;
        let bit = ((bit >> 6) as usize, (bit & 63) as u32);
        if !bits.contains(&bit) {
            bits.push(bit);
        }
    }
    bits
}

/// All descriptors by key.
fn table(signatures: &[&CropSignature], chosen: &[(usize, u32)]) -> Vec<Entry> {
    let key = |descriptor: &Descriptor| {
        let bit = |&(word, place): &(usize, u32)| descriptor.get(word).map_or(0, |word| (word >> place) & 1);
        chosen.iter().fold(0_u32, |key, place| (key << 1) | bit(place) as u32)
    };
    let entries_of = |(picture, signature): (usize, &&CropSignature)| {
        let entry = move |(keypoint, number): (&super::Keypoint, u8)| Entry {
            key: key(&keypoint.descriptor),
            picture: picture as u32,
            keypoint: number,
        };
        signature.keypoints().iter().zip(0_u8..).map(entry).collect::<Vec<Entry>>()
    };
    let mut entries: Vec<Entry> = signatures.par_iter().enumerate().flat_map_iter(entries_of).collect();
    entries.par_sort_unstable_by_key(|entry| (entry.key, entry.picture, entry.keypoint));
    entries
}

/// Like descriptors of one bucket. Its descriptors are brought together first: they are far apart in memory.
fn like_in_bucket(signatures: &[&CropSignature], bucket: &[Entry]) -> Vec<Match> {
    let descriptor = |entry: &Entry| {
        let keypoint =
            signatures.get(entry.picture as usize)?.keypoints().get(usize::from(entry.keypoint))?;
        Some((*entry, keypoint.descriptor))
    };
    let near: Vec<(Entry, Descriptor)> = bucket.iter().filter_map(descriptor).collect();
    let mut found = Vec::new();
    for (at, (first, one)) in near.iter().enumerate() {
        for (second, other) in near.iter().skip(at + 1) {
            if distance(one, other) <= LIKE_DISTANCE && first.picture != second.picture {
                found.push(Match {
                    first: first.picture,
                    second: second.picture,
                    of_first: first.keypoint,
                    of_second: second.keypoint,
                });
            }
        }
    }
    found
}

//! What is known of a pair of pictures.

use std::collections::BTreeMap;

use super::crops::CropMatch;
use super::{Candidate, LOOSEST_DISTANCE};

/// What is known of two pictures. The smaller position comes first.
#[derive(Clone, Debug, PartialEq)]
pub struct PairEvidence {
    /// Position of one.
    pub a: u32,
    /// Position of the other.
    pub b: u32,
    /// Bits of 64 by which the upright hash of `a` and the nearest orientation of `b` differ.
    pub hash_distance: Option<u8>,
    /// Which orientation of `b` that is; 0 is upright. See [`oriented_distance`].
    pub orientation: u8,
    /// Cosine of the look, or of any other space.
    pub similarity: Option<f32>,
    /// Whether the files' bytes are the same.
    pub same_content: bool,
    /// How one lies inside the other.
    pub crop: Option<CropMatch>,
    /// Seconds between the times of taking.
    pub seconds_apart: Option<i64>,
}

impl PairEvidence {
    /// The hash distance, where it says that the two are alike at all: no threshold makes evidence of what unrelated
    /// pictures reach too.
    #[must_use]
    pub fn close_hash(&self) -> Option<u8> {
        self.hash_distance.filter(|&distance| distance <= LOOSEST_DISTANCE)
    }
}

/// Two pictures whose look is alike, with the cosine.
pub type SimilarPair = (u32, u32, f32);

/// Bits by which the upright hash of `a` differs from the nearest orientation of `b`, and which one that is. The first
/// of equally near ones counts, so that symmetric pictures are upright.
#[must_use]
pub fn oriented_distance(a: &[u64; 8], b: &[u64; 8]) -> (u8, u8) {
    let [upright, ..] = *a;
    let mut best = (u8::MAX, 0);
    for (turned, orientation) in b.iter().zip(0_u8..) {
        let distance = (upright ^ turned).count_ones() as u8;
        if distance < best.0 {
            best = (distance, orientation);
        }
    }
    best
}

/// Joins what was found by hash, by look and by crop into one piece of evidence per pair, ordered by position. Hash
/// distances are taken from the candidates for every pair, so `close_hashes` only names pairs. `similarity_of` gives the
/// look of pairs that were found by hash or crop alone; it may know nothing. Equal contents need no pair.
#[must_use]
pub fn gather(
    candidates: &[Candidate],
    close_hashes: impl IntoIterator<Item = (u32, u32)>,
    similar: impl IntoIterator<Item = SimilarPair>,
    crops: impl IntoIterator<Item = CropMatch>,
    similarity_of: &dyn Fn(u32, u32) -> Option<f32>,
) -> Vec<PairEvidence> {
    let mut found: BTreeMap<(u32, u32), (Option<f32>, Option<CropMatch>)> = BTreeMap::new();
    let ordered = |a: u32, b: u32| (a.min(b), a.max(b));
    for (a, b) in close_hashes {
        found.entry(ordered(a, b)).or_default();
    }
    for (a, b, similarity) in similar {
        found.entry(ordered(a, b)).or_default().0 = Some(similarity);
    }
    for crop in crops {
        found.entry(ordered(crop.source, crop.crop)).or_default().1 = Some(crop);
    }
    let evidence = |((a, b), (similarity, crop)): ((u32, u32), (Option<f32>, Option<CropMatch>))| {
        let (first, second) = (candidates.get(a as usize)?, candidates.get(b as usize)?);
        let hashes = first.hashes.as_ref().zip(second.hashes.as_ref());
        let nearest = hashes.map(|(a, b)| oriented_distance(a, b));
        let times = first.taken_secs.zip(second.taken_secs);
        (a != b).then(|| PairEvidence {
            a,
            b,
            hash_distance: nearest.map(|(distance, _)| distance),
            orientation: nearest.map_or(0, |(_, orientation)| orientation),
            similarity: similarity.or_else(|| similarity_of(a, b)).filter(|value| value.is_finite()),
            same_content: first.content == second.content,
            crop,
            seconds_apart: times.map(|(a, b)| a.saturating_sub(b).saturating_abs()),
        })
    };
    found.into_iter().filter_map(evidence).collect()
}

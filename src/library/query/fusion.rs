//! Several rankings made into one: reciprocal rank fusion.
//!
//! A picture's fused score is the sum of `weight / (k + rank)` over the rankings that know it, ranks from 1. Scores of
//! different rankings are never compared with each other; they only tell which hits of one ranking are equal. Cormack,
//! Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", SIGIR 2009.

use std::collections::HashMap;
use std::hash::Hash;

/// The constant of the paper: how little the first places differ from those after them.
pub const K: f32 = 60.0;

/// What one term of a query says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ranking<Id> {
    /// How much it counts; negative when its best hits are to be ranked down.
    pub weight: f32,
    /// Its hits and their scores, best first. An id that comes twice counts at its first place.
    pub hits: Vec<(Id, f32)>,
}

/// One ranking's part in a fused hit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Place in that ranking, from 1. Hits with equal scores share the best of their places: 1, 2, 2, 4.
    pub rank: u32,
    /// That ranking's own score.
    pub score: f32,
    /// What it adds to the fused score; `weight / (k + rank)`.
    pub adds: f32,
}

/// A hit of at least one ranking.
#[derive(Clone, Debug, PartialEq)]
pub struct Fused<Id> {
    /// Which.
    pub id: Id,
    /// Sum of what the rankings add. It orders hits, and is no similarity.
    pub score: f32,
    /// For each ranking in order; absent where it is not among the hits.
    pub parts: Vec<Option<Contribution>>,
}

/// Fuses rankings with the constant `k`, usually [`K`]: best first, equal scores by id.
#[must_use]
pub fn fuse<Id: Copy + Ord + Hash>(rankings: &[Ranking<Id>], k: f32) -> Vec<Fused<Id>> {
    let most = rankings.iter().map(|ranking| ranking.hits.len()).max().unwrap_or_default();
    let mut places: HashMap<Id, usize> = HashMap::with_capacity(most);
    let mut fused: Vec<Fused<Id>> = Vec::with_capacity(most);
    for (number, ranking) in rankings.iter().enumerate() {
        for (id, contribution) in contributions(ranking, k) {
            let place = *places.entry(id).or_insert_with(|| {
                fused.push(Fused { id, score: 0.0, parts: vec![None; rankings.len()] });
                fused.len() - 1
            });
            let slot = fused.get_mut(place).and_then(|hit| hit.parts.get_mut(number));
            if let Some(slot @ None) = slot {
                *slot = Some(contribution);
            }
        }
    }
    for hit in &mut fused {
        // Summed in double precision, so that the order of the rankings does not decide between equal hits.
        let sum: f64 = hit.parts.iter().flatten().map(|part| f64::from(part.adds)).sum();
        hit.score = sum as f32;
    }
    fused.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
    fused
}

fn contributions<Id: Copy>(ranking: &Ranking<Id>, k: f32) -> impl Iterator<Item = (Id, Contribution)> {
    let mut rank = 0;
    let mut last = None;
    ranking.hits.iter().zip(1_u32..).map(move |((id, score), place)| {
        if last.is_none_or(|last: f32| last.total_cmp(score).is_ne()) {
            rank = place;
            last = Some(*score);
        }
        (*id, Contribution { rank, score: *score, adds: ranking.weight / (k + rank as f32) })
    })
}

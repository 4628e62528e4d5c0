//! What a score is worth: where it lies among the scores that queries about nothing in particular get.
//!
//! A cosine of 0.27 says nothing by itself. [`Null`] holds the scores of a fixed set of neutral queries over the same
//! library; a score's *relevance* is the share of them that lie below it. [`suggest_cut`] compares how many pictures score
//! above a line with how many would by chance.

use super::super::session::Histogram;

/// Scores that are kept one by one at the upper end.
const TAIL: usize = 1 << 16;
/// Quantiles that stand for all others.
const QUANTILES: usize = 1 << 14;
/// Share of the null whose excess gives the slope beyond its largest score.
const SLOPE_SHARE: f64 = 0.002;
/// At least so many scores give that slope, when there are as many.
const SLOPE_POINTS: usize = 32;
/// Of the pictures above the suggested cut, the share that neutral queries would put there too.
const FALSE_SHARE: f64 = 0.1;
/// The same for a cut that lies in a gap.
const FALSE_SHARE_AT_GAP: f64 = 0.5;
/// The fallback looks for a gap among this many of the best.
const GAP_PLACES: usize = 32;

/// Collects the scores of neutral queries, in bounded memory whatever the size of the library.
#[derive(Clone, Debug, Default)]
pub struct NullBuilder {
    /// Scores and how many they stand for.
    points: Vec<(f32, f64)>,
}

impl NullBuilder {
    /// Takes the scores of one neutral query. What is no number is left out.
    pub fn push(&mut self, scores: &[f32]) {
        self.points.extend(scores.iter().filter(|score| score.is_finite()).map(|score| (*score, 1.0)));
        if self.points.len() > 4 * (TAIL + QUANTILES) {
            self.thin();
        }
    }

    /// Keeps the upper end as it is, and of the rest one score for each of many equal shares.
    fn thin(&mut self) {
        self.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let Some(bulk) = self.points.len().checked_sub(TAIL).filter(|bulk| *bulk > QUANTILES) else { return };
        let tail = self.points.split_off(bulk);
        let total: f64 = self.points.iter().map(|(_, weight)| weight).sum();
        let share = total / QUANTILES as f64;
        let mut thinned = Vec::with_capacity(QUANTILES + TAIL + 1);
        let mut weight = 0.0;
        let mut middle = 0.0;
        for (score, more) in &self.points {
            if weight < share / 2.0 {
                middle = *score;
            }
            weight += more;
            if weight >= share {
                thinned.push((middle, weight));
                weight = 0.0;
            }
        }
        if weight > 0.0 {
            thinned.push((middle, weight));
        }
        thinned.extend(tail);
        self.points = thinned;
    }

    /// All of it.
    #[must_use]
    pub fn finish(mut self) -> Null {
        self.thin();
        self.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Null::from_points(&self.points)
    }
}

/// The distribution of the scores of neutral queries over a library.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Null {
    /// Different scores, ascending.
    scores: Vec<f32>,
    /// For each of them, the share of the null at or above it.
    shares: Vec<f64>,
    /// Beyond the largest score the share falls by e with every so much.
    slope: f64,
    /// How many scores it was made from.
    count: f64,
}

impl Null {
    /// From the scores that each neutral query gave to the pictures. See [`NullBuilder`] for many.
    #[must_use]
    pub fn new(scores_per_neutral_query: &[Vec<f32>]) -> Self {
        let mut builder = NullBuilder::default();
        for scores in scores_per_neutral_query {
            builder.push(scores);
        }
        builder.finish()
    }

    fn from_points(points: &[(f32, f64)]) -> Self {
        let count: f64 = points.iter().map(|(_, weight)| weight).sum();
        let mut scores = Vec::with_capacity(points.len());
        let mut shares = Vec::with_capacity(points.len());
        let mut above = 0.0;
        for (score, weight) in points.iter().rev() {
            above += weight;
            // One more than were seen: nothing is ever beyond all doubt.
            let share = above / (count + 1.0);
            if scores.last() == Some(score) {
                if let Some(last) = shares.last_mut() {
                    *last = share;
                }
            } else {
                scores.push(*score);
                shares.push(share);
            }
        }
        scores.reverse();
        shares.reverse();
        Self { slope: slope(points, count), scores, shares, count }
    }

    /// Whether it knows no scores; then nothing can be said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// The share of neutral scores at or above this one, above 0 and at most 1: linear between known scores; beyond the
    /// largest one it falls exponentially as the upper end did. 1 when nothing is known.
    #[must_use]
    pub fn share_above(&self, score: f32) -> f64 {
        let (Some(largest), Some(last)) = (self.scores.last(), self.shares.last()) else { return 1.0 };
        if score > *largest {
            let beyond = f64::from(score) - f64::from(*largest);
            return (last * (-beyond / self.slope).exp()).max(f64::MIN_POSITIVE);
        }
        let after = self.scores.partition_point(|known| *known < score);
        let at = |place: usize| Some((*self.scores.get(place)?, *self.shares.get(place)?));
        match (after.checked_sub(1).and_then(at), at(after)) {
            (Some((low, low_share)), Some((high, high_share))) => {
                let part = f64::from(score - low) / f64::from(high - low).max(f64::MIN_POSITIVE);
                low_share + part.clamp(0.0, 1.0) * (high_share - low_share)
            }
            _ => 1.0,
        }
    }

    /// The share of neutral scores below this one, 0 to 1. 0 when nothing is known, or the score is no number.
    #[must_use]
    pub fn relevance(&self, score: f32) -> f32 {
        if score.is_nan() {
            return 0.0;
        }
        (1.0 - self.share_above(score)) as f32
    }

    /// The score whose relevance is `relevance`: what a line dragged to it means.
    #[must_use]
    pub fn score_of(&self, relevance: f32) -> Option<f32> {
        let (first, largest) = (*self.scores.first()?, *self.scores.last()?);
        let share = 1.0 - f64::from(relevance.clamp(0.0, 1.0));
        let last = *self.shares.last()?;
        if share < last {
            // A relevance of exactly 1 is as far out as single precision can tell it from 1.
            let share = share.max(f64::from(f32::EPSILON) / 4.0);
            return Some((f64::from(largest) + self.slope * (last / share).ln()) as f32);
        }
        let after = self.shares.partition_point(|known| *known > share);
        let at = |place: usize| Some((*self.scores.get(place)?, *self.shares.get(place)?));
        let Some((low, low_share)) = after.checked_sub(1).and_then(at) else { return Some(first) };
        let (high, high_share) = at(after)?;
        let part = (low_share - share) / (low_share - high_share).max(f64::MIN_POSITIVE);
        Some((f64::from(low) + part * f64::from(high - low)) as f32)
    }
}

/// Mean excess over a high quantile: the slope of an exponential upper end.
fn slope(points: &[(f32, f64)], count: f64) -> f64 {
    let wanted = (count * SLOPE_SHARE).max(SLOPE_POINTS as f64);
    let mut weight = 0.0;
    let mut sum = 0.0;
    let mut threshold = None;
    for (score, more) in points.iter().rev() {
        if weight >= wanted {
            threshold = Some(f64::from(*score));
            break;
        }
        weight += more;
        sum += more * f64::from(*score);
    }
    let smallest = points.first().map_or(0.0, |(score, _)| f64::from(*score));
    let excess = if weight > 0.0 { sum / weight - threshold.unwrap_or(smallest) } else { 0.0 };
    // Scores that are all equal have no slope; any that can be told apart is then beyond them.
    let least = f64::from(f32::EPSILON) * smallest.abs().max(1e-3);
    excess.max(least)
}

/// A line between hits and the rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// Smallest score above it; infinite when nothing is above.
    pub score: f32,
    /// Relevance of that score; 1 when nothing is above.
    pub relevance: f32,
    /// How many of the scores are above it.
    pub above: usize,
    /// Why it lies there.
    pub reason: CutReason,
}

/// Why a cut lies where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutReason {
    /// Above it are several times more pictures than neutral queries would put there.
    MoreThanByChance,
    /// The best stand apart from those after them.
    Gap,
    /// Nothing stands out.
    NothingStandsOut,
}

/// Where the scores of a query separate from those of neutral ones: the lowest line above which chance explains at most a
/// tenth of the pictures (Benjamini and Hochberg's procedure, 1995). When there is none, the line goes into a gap that is
/// out of proportion with the others near the top, if chance explains at most half of what is above it or the null knows
/// nothing. Else nothing is above.
#[must_use]
pub fn suggest_cut(scores: &[f32], null: &Null) -> Cut {
    let mut sorted: Vec<f32> = scores.iter().copied().filter(|score| score.is_finite()).collect();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let false_share = |above: usize, score: f32| {
        if null.is_empty() { 1.0 } else { sorted.len() as f64 * null.share_above(score) / above as f64 }
    };
    // Equal scores are above together.
    let ends = (1..=sorted.len()).rev().filter(|above| sorted.get(*above) != sorted.get(above - 1));
    let mut by_chance = ends.filter_map(|above| Some((above, *sorted.get(above - 1)?)));
    let found = by_chance.find(|(above, score)| false_share(*above, *score) <= FALSE_SHARE);
    let is_plausible = |above: &usize| {
        let last = above.checked_sub(1).and_then(|last| sorted.get(last));
        null.is_empty() || last.is_some_and(|score| false_share(*above, *score) <= FALSE_SHARE_AT_GAP)
    };
    let (above, reason) = match (found, gap(&sorted).filter(is_plausible)) {
        (Some((above, _)), _) => (above, CutReason::MoreThanByChance),
        (None, Some(above)) => (above, CutReason::Gap),
        (None, None) => (0, CutReason::NothingStandsOut),
    };
    match above.checked_sub(1).and_then(|last| sorted.get(last)) {
        Some(score) => Cut { score: *score, relevance: null.relevance(*score), above, reason },
        None => Cut { score: f32::INFINITY, relevance: 1.0, above: 0, reason },
    }
}

/// How many come before a gap that is out of proportion. In an exponential upper end, the i-th gap times i has
/// the same mean for all i (Rényi), so that one far larger than the others' mean is no chance.
fn gap(sorted: &[f32]) -> Option<usize> {
    let places = GAP_PLACES.min(sorted.len() / 3);
    if places < 4 {
        return None;
    }
    let gaps: Vec<f64> = sorted
        .windows(2)
        .take(places)
        .zip(1_u32..)
        .filter_map(|(pair, place)| match pair {
            [high, low] => Some((f64::from(*high) - f64::from(*low)) * f64::from(place)),
            _ => None,
        })
        .collect();
    let sum: f64 = gaps.iter().sum();
    let (place, largest) = gaps.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))?;
    let mean_of_others = (sum - largest) / (gaps.len() - 1) as f64;
    // The largest of n such gaps exceeds ln n + 5 means in less than one case of a hundred.
    let is_no_chance = *largest > mean_of_others * ((gaps.len() as f64).ln() + 5.0);
    // Where scores come in steps, every step is a gap, and says nothing.
    let are_mostly_different = 2 * gaps.iter().filter(|gap| **gap > 0.0).count() > gaps.len();
    (is_no_chance && are_mostly_different).then_some(place + 1)
}

/// How a query's scores are spread, beside what neutral queries would give. Absent when there are no scores or no bins.
#[must_use]
pub fn histogram(scores: &[f32], null: &Null, bins: usize) -> Option<Histogram> {
    let finite = || scores.iter().copied().filter(|score| score.is_finite());
    // The middle of the null is in sight: few good hits would else stand where weak ones belong.
    let usual = null.score_of(0.5);
    let low = finite().chain(usual).reduce(f32::min)?;
    let high = finite().chain(usual).reduce(f32::max)?;
    finite().next()?;
    if bins == 0 {
        return None;
    }
    let width = (f64::from(high) - f64::from(low)) / bins as f64;
    let edge = |bin: usize| (f64::from(low) + width * bin as f64) as f32;
    let mut pictures = vec![0_u32; bins];
    for score in finite() {
        let bin = if width > 0.0 { ((f64::from(score) - f64::from(low)) / width) as usize } else { 0 };
        if let Some(pictures) = pictures.get_mut(bin.min(bins - 1)) {
            *pictures += 1;
        }
    }
    let total = f64::from(pictures.iter().sum::<u32>());
    let share = |bin: usize| if null.is_empty() { 0.0 } else { null.share_above(edge(bin)) };
    let neutral = (0..bins).map(|bin| (total * (share(bin) - share(bin + 1))).max(0.0) as f32).collect();
    let relevance = (0..bins).map(|bin| null.relevance(edge(bin))).collect();
    let suggested_cut = suggest_cut(scores, null).relevance;
    Some(Histogram { range: (low, high), pictures, neutral, relevance, suggested_cut })
}

//! Fused rankings against numbers worked out by hand, and calibrated relevance against distributions that are known.

use proptest::prelude::*;
use vitrine::library::query::calibration::{CutReason, Null, NullBuilder, histogram, suggest_cut};
use vitrine::library::query::fusion::{Contribution, K, Ranking, fuse};

fn ranking(weight: f32, hits: &[(char, f32)]) -> Ranking<char> {
    Ranking { weight, hits: hits.to_vec() }
}

#[test]
fn fused_scores_are_sums_of_reciprocal_ranks() {
    let words = ranking(1.0, &[('a', 9.0), ('b', 7.0), ('c', 1.0)]);
    let looks = ranking(2.0, &[('b', 0.9), ('d', 0.8)]);
    let fused = fuse(&[words, looks], K);
    let ids: String = fused.iter().map(|hit| hit.id).collect();
    // b: 1/62 + 2/61, d: 2/62, a: 1/61, c: 1/63.
    assert_eq!(ids, "bdac");
    let expected = [0.048_915_92, 0.032_258_064, 0.016_393_442, 0.015_873_017];
    for (hit, expected) in fused.iter().zip(expected) {
        assert!((hit.score - expected).abs() < 1e-8, "{hit:?}");
    }
    let b = &fused[0];
    assert_eq!(b.parts[0], Some(Contribution { rank: 2, score: 7.0, adds: 1.0 / 62.0 }));
    assert_eq!(b.parts[1], Some(Contribution { rank: 1, score: 0.9, adds: 2.0 / 61.0 }));
    assert_eq!(fused[1].parts[0], None);
}

#[test]
fn equal_scores_share_the_best_place() {
    let fused = fuse(&[ranking(1.0, &[('d', 5.0), ('c', 3.0), ('b', 3.0), ('a', 2.0)])], K);
    let ranks: Vec<(char, u32)> = fused.iter().map(|hit| (hit.id, hit.parts[0].unwrap().rank)).collect();
    assert_eq!(ranks, [('d', 1), ('b', 2), ('c', 2), ('a', 4)]);
}

#[test]
fn negative_weights_rank_down() {
    let like = ranking(1.0, &[('a', 3.0), ('b', 2.0), ('c', 1.0)]);
    let unlike = ranking(-1.0, &[('a', 3.0)]);
    let fused = fuse(&[like, unlike], K);
    let ids: String = fused.iter().map(|hit| hit.id).collect();
    assert_eq!(ids, "bca");
    assert!(fused[2].score.abs() < 1e-9);
}

#[test]
fn nothing_fuses_to_nothing() {
    assert!(fuse::<char>(&[], K).is_empty());
    assert!(fuse(&[ranking(1.0, &[])], K).is_empty());
    let twice = fuse(&[ranking(1.0, &[('a', 2.0), ('a', 1.0)])], K);
    assert_eq!(twice.len(), 1);
    assert_eq!(twice[0].parts[0].unwrap().rank, 1);
}

proptest! {
    #[test]
    fn the_order_of_rankings_does_not_matter(
        orders in prop::collection::vec((prop::collection::vec(0_u32..30, 0..20), -2.0_f32..2.0), 1..5)
    ) {
        let rankings: Vec<Ranking<u32>> = orders
            .iter()
            .map(|(ids, weight)| {
                let hits = ids.iter().zip(0_u8..).map(|(id, place)| (*id, -f32::from(place / 2))).collect();
                Ranking { weight: *weight, hits }
            })
            .collect();
        let forward = fuse(&rankings, K);
        let backward: Vec<_> = rankings.iter().rev().cloned().collect();
        let backward = fuse(&backward, K);
        prop_assert_eq!(forward.len(), backward.len());
        for (a, b) in forward.iter().zip(&backward) {
            prop_assert!((a.score - b.score).abs() < 1e-7);
            let sum: f32 = a.parts.iter().flatten().map(|part| part.adds).sum();
            prop_assert!((a.score - sum).abs() < 1e-6);
        }
        prop_assert!(forward.is_sorted_by(|a, b| a.score > b.score || (a.score == b.score && a.id < b.id)));
    }
}

/// Normal deviates by Box and Muller's formula from the numbers of Vigna's SplitMix64.
struct Normal(u64);

impl Normal {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    fn next(&mut self) -> f32 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        (radius * (std::f64::consts::TAU * self.uniform()).cos()) as f32
    }

    fn many(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.next()).collect()
    }
}

fn normal_null() -> Null {
    let mut normal = Normal(99);
    Null::new(&(0..200).map(|_| normal.many(1000)).collect::<Vec<_>>())
}

/// Upper tail of the normal distribution, from tables.
const TAIL: [(f32, f64); 6] =
    [(-1.0, 0.841_34), (0.0, 0.5), (1.0, 0.158_66), (2.0, 0.022_75), (3.0, 0.001_350), (4.0, 3.167e-5)];

#[test]
fn relevance_is_the_percentile() {
    let null = normal_null();
    for (score, tail) in TAIL {
        let share = null.share_above(score);
        // Three standard errors of a count, and a little for the ends.
        let error = 3.0 * (tail * (1.0 - tail) / 2e5).sqrt() + 0.5 / 2e5;
        assert!((share - tail).abs() < error, "{score}: {share} and not {tail}");
    }
    assert!(null.relevance(f32::NAN) == 0.0);
    assert_eq!(null.relevance(f32::NEG_INFINITY), 0.0);
    assert_eq!(null.relevance(f32::INFINITY), 1.0);
}

#[test]
fn relevance_grows_beyond_what_was_seen() {
    let null = normal_null();
    let mut last = 1.0;
    for score in [4.0_f32, 4.5, 5.0, 5.5, 6.0, 7.0, 9.0] {
        let share = null.share_above(score);
        assert!(share < last && share > 0.0, "{score}: {share}");
        last = share;
    }
    // An exponential end lies above the normal one: relevance is rather too small than too large.
    assert!(null.share_above(6.0) > 9.9e-10 && null.share_above(6.0) < 1e-6);
}

#[test]
fn a_relevance_leads_back_to_its_score() {
    let null = normal_null();
    for score in [-3.0_f32, -0.5, 0.0, 1.3, 2.9, 3.8] {
        let back = null.score_of(null.relevance(score)).unwrap();
        assert!((back - score).abs() < 0.02, "{score} came back as {back}");
    }
    assert!(null.score_of(1.0).unwrap().is_finite());
    assert_eq!(Null::default().score_of(0.5), None);
}

#[test]
fn ten_that_stand_out_are_cut_off() {
    let null = normal_null();
    for seed in 1..40 {
        let mut normal = Normal(seed << 32);
        let mut scores = normal.many(990);
        scores.extend(normal.many(10).iter().map(|score| score + 6.0));
        let cut = suggest_cut(&scores, &null);
        assert_eq!(cut.reason, CutReason::MoreThanByChance);
        let kept = scores[990..].iter().filter(|score| **score >= cut.score).count();
        assert!(kept >= 9 && cut.above <= 16, "seed {seed}: {kept} of {}", cut.above);
        assert!(cut.relevance > 0.99);
        assert_eq!(scores.iter().filter(|score| **score >= cut.score).count(), cut.above);
    }
}

#[test]
fn a_query_about_nothing_shows_next_to_nothing() {
    let null = normal_null();
    let above: Vec<usize> =
        (1..=100).map(|seed| suggest_cut(&Normal(seed << 32).many(1000), &null).above).collect();
    // By the procedure's promise, anything at all is above in about a tenth of the cases.
    assert!(above.iter().filter(|above| **above > 0).count() < 20, "{above:?}");
    assert!(above.iter().all(|above| *above < 5), "{above:?}");
}

#[test]
fn without_a_null_a_gap_decides() {
    let mut scores = Normal(5).many(300);
    let cut = suggest_cut(&scores, &Null::default());
    assert_eq!((cut.above, cut.reason), (0, CutReason::NothingStandsOut));
    assert_eq!(cut.relevance, 1.0);
    scores.extend([9.0, 9.1, 9.2, 9.3]);
    let cut = suggest_cut(&scores, &Null::default());
    assert_eq!((cut.above, cut.score, cut.reason), (4, 9.0, CutReason::Gap));
    for few in [&[][..], &[1.0], &[1.0, 1.0, 1.0], &[f32::NAN; 20]] {
        assert_eq!(suggest_cut(few, &Null::default()).above, 0);
    }
    assert_eq!(suggest_cut(&[2.0; 500], &Null::default()).above, 0);
}

#[test]
fn equal_scores_are_not_torn_apart() {
    let null = normal_null();
    let mut scores = vec![5.0; 30];
    scores.extend(Normal(3).many(970));
    let cut = suggest_cut(&scores, &null);
    assert!(cut.above >= 30);
    // Whole numbers, many of them equal: a null and a query of the same kind.
    let coarse = |seed| Normal(seed).many(5000).iter().map(|score| score.round()).collect::<Vec<f32>>();
    let null = Null::new(&[coarse(1 << 40), coarse(2 << 40)]);
    assert!((null.share_above(1.0) - 0.3085).abs() < 0.02);
    assert_eq!(suggest_cut(&coarse(9 << 40), &null).above, 0);
}

#[test]
fn a_null_of_many_scores_stays_small_and_right() {
    let mut builder = NullBuilder::default();
    let mut normal = Normal(17);
    for _ in 0..300 {
        builder.push(&normal.many(5000));
    }
    let null = builder.finish();
    for (score, tail) in TAIL {
        let share = null.share_above(score);
        let error = 4.0 * (tail * (1.0 - tail) / 1.5e6).sqrt() + 2e-4 * f64::from(tail > 0.04) + 1e-6;
        assert!((share - tail).abs() < error, "{score}: {share} and not {tail}");
    }
    assert!(Null::new(&[]).is_empty() && Null::new(&[vec![f32::NAN]]).is_empty());
    assert_eq!(Null::new(&[]).relevance(3.0), 0.0);
    let one = Null::new(&[vec![0.5]]);
    assert!(one.relevance(0.6) > one.relevance(0.5));
}

#[test]
fn the_histogram_counts_every_picture() {
    let null = normal_null();
    let mut scores = Normal(8).many(990);
    scores.extend([6.0; 10]);
    let shown = histogram(&scores, &null, 40).unwrap();
    assert_eq!(shown.pictures.iter().sum::<u32>(), 1000);
    assert_eq!((shown.pictures.len(), shown.neutral.len(), shown.relevance.len()), (40, 40, 40));
    assert_eq!(shown.pictures[39], 10);
    let neutral: f32 = shown.neutral.iter().sum();
    assert!((neutral - 1000.0).abs() < 5.0, "{neutral}");
    assert!(shown.neutral[39] < 0.01);
    assert!(shown.relevance.is_sorted());
    assert!(shown.suggested_cut > 0.99);
    assert_eq!(shown.range.1, 6.0);
    assert!(histogram(&[], &null, 10).is_none() && histogram(&[1.0], &null, 0).is_none());
    let single = histogram(&[2.0; 7], &null, 4).unwrap();
    assert_eq!(single.pictures.iter().sum::<u32>(), 7);
}

proptest! {
    #[test]
    fn relevance_never_falls(
        null in prop::collection::vec(-5.0_f32..5.0, 0..60),
        mut scores in prop::collection::vec(-20.0_f32..20.0, 2..40)
    ) {
        let null = Null::new(&[null]);
        scores.sort_by(f32::total_cmp);
        let relevance: Vec<f32> = scores.iter().map(|score| null.relevance(*score)).collect();
        prop_assert!(relevance.is_sorted(), "{:?} {:?}", scores, relevance);
        prop_assert!(relevance.iter().all(|relevance| (0.0..=1.0).contains(relevance)));
    }
}

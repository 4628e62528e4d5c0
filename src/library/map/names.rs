//! What a group is called: words that are frequent in it and rare elsewhere.

use std::collections::{BTreeMap, BTreeSet};

/// Words in a name.
const MOST_WORDS: usize = 3;
/// A word must be on this part of a group.
const LEAST_SHARE: f32 = 0.3;
/// A word must be this many times as frequent inside as outside.
const LEAST_LIFT: f32 = 1.5;
/// A second word must be worth this part of the first.
const SECOND: f32 = 0.5;

/// A word as a candidate for a name.
struct Candidate<'a> {
    word: &'a str,
    worth: f32,
}

/// A name for each group of `groups` (by number, as from `clusters`), made of the words of its members. Each name has at
/// most three words, and no two groups have the same one: where words do not tell groups apart, numbers do. `words` has the
/// words of each picture; a word counts once for each.
#[must_use]
pub fn name_clusters<W: AsRef<str>>(groups: &[Option<u32>], words: &[Vec<W>]) -> Vec<String> {
    let group_count = groups.iter().flatten().max().map_or(0, |last| *last as usize + 1);
    let mut sizes = vec![0_usize; group_count];
    let mut total: BTreeMap<&str, usize> = BTreeMap::new();
    let mut within: Vec<BTreeMap<&str, usize>> = vec![BTreeMap::new(); group_count];
    for (group, words) in groups.iter().zip(words) {
        let group = group.map(|group| group as usize);
        if let Some(size) = group.and_then(|group| sizes.get_mut(group)) {
            *size += 1;
        }
        let words: BTreeSet<&str> = words.iter().map(AsRef::as_ref).filter(|word| !word.is_empty()).collect();
        for word in words {
            *total.entry(word).or_default() += 1;
            if let Some(counts) = group.and_then(|group| within.get_mut(group)) {
                *counts.entry(word).or_default() += 1;
            }
        }
    }
    let pictures = groups.len().min(words.len());
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let named = sizes.iter().zip(&within).map(|(size, counts)| {
        let candidates = candidates(*size, counts, pictures, &total);
        let name = free_name(&candidates, &taken);
        taken.insert(name.clone());
        name
    });
    named.collect()
}

/// Words of a group, best first.
fn candidates<'a>(
    size: usize,
    counts: &BTreeMap<&'a str, usize>,
    pictures: usize,
    total: &BTreeMap<&'a str, usize>,
) -> Vec<Candidate<'a>> {
    let mut candidates: Vec<Candidate<'a>> = Vec::new();
    for (word, inside) in counts {
        let outside = total.get(word).copied().unwrap_or(*inside) - inside;
        // Half a picture more on either side: a word is never entirely certain.
        let share = *inside as f32 / size.max(1) as f32;
        let rate_inside = (*inside as f32 + 0.5) / (size as f32 + 1.0);
        let rate_outside = (outside as f32 + 0.5) / ((pictures - size) as f32 + 1.0);
        let lift = rate_inside / rate_outside;
        if *inside >= 2 && share >= LEAST_SHARE && lift >= LEAST_LIFT {
            candidates.push(Candidate { word, worth: share * lift.ln() });
        }
    }
    candidates.sort_by(|a, b| b.worth.total_cmp(&a.worth).then(a.word.cmp(b.word)));
    candidates
}

/// The shortest good name that is not taken.
fn free_name(candidates: &[Candidate<'_>], taken: &BTreeSet<String>) -> String {
    let is_free = |name: &String| !taken.contains(name);
    let best = candidates.first().map_or(0.0, |candidate| candidate.worth);
    let good = candidates.iter().take(2).filter(|candidate| candidate.worth >= SECOND * best).count();
    let joined = |count: usize| {
        let words: Vec<&str> = candidates.iter().take(count).map(|candidate| candidate.word).collect();
        words.join(" · ")
    };
    let most = candidates.len().min(MOST_WORDS);
    let by_words = (good.max(1)..=most).map(joined).find(is_free);
    let base = if candidates.is_empty() { "Group".to_owned() } else { joined(good) };
    let first_number = if candidates.is_empty() { 1 } else { 2 };
    // One of so many is free.
    let numbers = first_number..=first_number + taken.len();
    let by_number = || numbers.map(|number: usize| format!("{base} {number}")).find(is_free);
    by_words.or_else(by_number).unwrap_or_default()
}

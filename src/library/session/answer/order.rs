//! The order of hits.

use std::cmp::Ordering;

use rayon::slice::ParallelSliceMut as _;

use super::Universe;
use crate::library::session::request::{Hit, Order};
use crate::library::session::table::Entry;

/// A hit with its number in the search.
pub type Numbered = (usize, Hit);

/// Sorts the hits; also how many are above the cut, which come first.
pub fn order(
    universe: &Universe,
    mut hits: Vec<Numbered>,
    order: Order,
    cut: Option<f32>,
    is_ranked: bool,
) -> (Vec<Hit>, usize) {
    let is_above = |hit: &Hit| match (hit.relevance, cut) {
        (Some(relevance), Some(cut)) => relevance >= cut,
        _ => true,
    };
    let order = if order == Order::Relevance && !is_ranked { Order::Newest } else { order };
    let by_choice = |(at_a, a): &Numbered, (at_b, b): &Numbered| match order {
        Order::Relevance => b.fused.total_cmp(&a.fused),
        Order::Name => universe.name_rank(*at_a).cmp(&universe.name_rank(*at_b)),
        _ => match (universe.entry(*at_a), universe.entry(*at_b)) {
            (Some(a), Some(b)) if order == Order::Size => b.size_bytes.cmp(&a.size_bytes),
            (Some(a), Some(b)) => by_date(a, b, order == Order::Newest),
            _ => Ordering::Equal,
        },
    };
    // Equal ones keep to their numbers, so that the same question has the same answer.
    hits.par_sort_unstable_by(|a, b| {
        is_above(&b.1).cmp(&is_above(&a.1)).then_with(|| by_choice(a, b)).then(a.0.cmp(&b.0))
    });
    let above = hits.iter().take_while(|(_, hit)| is_above(hit)).count();
    (hits.into_iter().map(|(_, hit)| hit).collect(), above)
}

fn by_date(a: &Entry, b: &Entry, newest_first: bool) -> Ordering {
    match (a.taken_secs, b.taken_secs) {
        (Some(a), Some(b)) if newest_first => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// For each entry its place in the order of names, folders first.
pub fn name_ranks(entries: &[Entry]) -> Vec<u32> {
    let names: Vec<_> = entries.iter().map(|entry| entry.relative.to_string_lossy()).collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.par_sort_by(|a, b| match (names.get(*a), names.get(*b)) {
        (Some(a), Some(b)) => natural(a, b),
        _ => Ordering::Equal,
    });
    let mut ranks = vec![0; names.len()];
    for (rank, at) in order.into_iter().enumerate() {
        if let Some(slot) = ranks.get_mut(at) {
            *slot = rank as u32;
        }
    }
    ranks
}

/// Letters regardless of case, runs of digits by their value.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.chars().peekable(), b.chars().peekable());
    loop {
        match (a.peek().copied(), b.peek().copied()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (x, y) = (digits(&mut a), digits(&mut b));
                match x.len().cmp(&y.len()).then_with(|| x.cmp(&y)) {
                    Ordering::Equal => {}
                    unequal => return unequal,
                }
            }
            (Some(x), Some(y)) => {
                match x.to_lowercase().cmp(y.to_lowercase()) {
                    Ordering::Equal => {}
                    unequal => return unequal,
                }
                a.next();
                b.next();
            }
        }
    }
}

/// A run of digits without leading zeros.
fn digits(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut run = String::new();
    while let Some(digit) = chars.next_if(char::is_ascii_digit) {
        if !(run.is_empty() && digit == '0') {
            run.push(digit);
        }
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count_by_value() {
        let mut names = ["img10.jpg", "IMG2.jpg", "img1.jpg", "img002b.jpg", "a", "img"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["a", "img", "img1.jpg", "IMG2.jpg", "img002b.jpg", "img10.jpg"]);
    }
}

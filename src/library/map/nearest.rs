//! Nearest neighbours: compared with everything while that is quick, found through trees and neighbours of neighbours else.

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSlice as _;

use super::{ShouldStop, forest, points::Points};

/// Neighbours that are kept.
pub const NEIGHBOURS: usize = 15;
/// Comparisons up to which everything is compared with everything: 12 000 pictures at once.
const COMPARISONS: usize = 12_000 * 12_000;
/// Candidates that are looked at together, so that they stay in the processor's cache.
const TILE: usize = 128;
/// Rounds over neighbours of neighbours; most find all they can in three.
const ROUNDS: usize = 5;

/// One neighbour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The squared distance.
    pub square: f32,
    /// Which point.
    pub index: u32,
}

/// The nearest ones, closest first.
pub type List = Vec<Near>;

/// Puts a neighbour where it belongs; false when it is too far or there already.
pub fn insert(list: &mut List, near: Near) -> bool {
    let is_before = |other: &Near| (other.square, other.index) < (near.square, near.index);
    if list.len() >= NEIGHBOURS && list.last().is_some_and(is_before) {
        return false;
    }
    if list.iter().any(|other| other.index == near.index) {
        return false;
    }
    let place = list.partition_point(is_before);
    list.insert(place, near);
    list.truncate(NEIGHBOURS);
    true
}

/// Finds the lists of `wanted`, and lets them into the lists of all others that have one: for those without, the wanted
/// are not the nearest but all they know. `None` when it was stopped.
pub fn complete(
    points: &Points,
    lists: &[List],
    wanted: &[u32],
    seed: u64,
    should_stop: ShouldStop<'_>,
) -> Option<Vec<List>> {
    let all: Vec<u32> = (0..points.len() as u32).collect();
    if wanted.len().saturating_mul(points.len()) > COMPARISONS {
        return approximate(points, lists, &all, seed, should_stop);
    }
    let mut lists = lists.to_vec();
    let found = compare(points, wanted, &all, should_stop)?;
    for (index, list) in wanted.iter().zip(found) {
        if let Some(place) = lists.get_mut(*index as usize) {
            *place = list;
        }
    }
    let mut is_other: Vec<bool> = lists.iter().map(|list| !list.is_empty()).collect();
    for index in wanted {
        if let Some(mark) = is_other.get_mut(*index as usize) {
            *mark = false;
        }
    }
    let others: Vec<u32> =
        all.iter().zip(&is_other).filter(|(_, is_other)| **is_other).map(|(index, _)| *index).collect();
    let found = compare(points, &others, wanted, should_stop)?;
    for (index, list) in others.iter().zip(found) {
        if let Some(place) = lists.get_mut(*index as usize) {
            for near in list {
                insert(place, near);
            }
        }
    }
    Some(lists)
}

/// The nearest of `candidates` to each of `rows`. `None` when it was stopped.
fn compare(
    points: &Points,
    rows: &[u32],
    candidates: &[u32],
    should_stop: ShouldStop<'_>,
) -> Option<Vec<List>> {
    let task = |rows: &[u32]| {
        let mut lists = vec![List::new(); rows.len()];
        if should_stop() {
            return lists;
        }
        for tile in candidates.chunks(TILE) {
            for (four, lists) in rows.chunks(4).zip(lists.chunks_mut(4)) {
                points.squares_from(four, tile, |which, index, square| {
                    let Some(list) = lists.get_mut(which) else { return };
                    if list.len() >= NEIGHBOURS && list.last().is_some_and(|last| square > last.square) {
                        return;
                    }
                    if four.get(which) != Some(&index) {
                        insert(list, Near { square, index });
                    }
                });
            }
        }
        lists
    };
    let lists = rows.par_chunks(32).flat_map_iter(task).collect();
    (!should_stop()).then_some(lists)
}

/// Lists that are nearly complete, for many points. `None` when it was stopped.
fn approximate(
    points: &Points,
    lists: &[List],
    all: &[u32],
    seed: u64,
    should_stop: ShouldStop<'_>,
) -> Option<Vec<List>> {
    let mut lists = lists.to_vec();
    lists.resize(points.len(), List::new());
    for tree in 0..forest::TREES {
        let leaves = forest::leaves(points, seed, tree, should_stop)?;
        let task = |leaf: &Vec<u32>| {
            let mut found: Vec<(u32, List)> = Vec::with_capacity(leaf.len());
            for four in leaf.chunks(4) {
                let start = found.len();
                found.extend(four.iter().map(|index| (*index, List::new())));
                points.squares_from(four, leaf, |which, index, square| {
                    if let Some((own, list)) = found.get_mut(start + which)
                        && *own != index
                    {
                        insert(list, Near { square, index });
                    }
                });
            }
            found
        };
        let found: Vec<(u32, List)> = leaves.par_iter().flat_map_iter(task).collect();
        for (index, list) in found {
            if let Some(place) = lists.get_mut(index as usize) {
                for near in list {
                    insert(place, near);
                }
            }
        }
    }
    for _ in 0..ROUNDS {
        if should_stop() {
            return None;
        }
        let around = around(&lists);
        let task = |(own, list): (&u32, &List)| {
            let mut candidates: Vec<u32> = Vec::new();
            for through in around.get(*own as usize).into_iter().flatten() {
                let next = lists.get(*through as usize).into_iter().flatten();
                candidates.extend(next.map(|near| near.index));
            }
            candidates.sort_unstable();
            candidates.dedup();
            candidates.retain(|index| index != own && list.iter().all(|near| near.index != *index));
            let mut better = list.clone();
            let mut changes = 0_usize;
            points.squares_from(&[*own], &candidates, |_, index, square| {
                changes += usize::from(insert(&mut better, Near { square, index }));
            });
            (better, changes)
        };
        let found: Vec<(List, usize)> = all.par_iter().zip(&lists).map(task).collect();
        let changes: usize = found.iter().map(|(_, changes)| changes).sum();
        lists = found.into_iter().map(|(list, _)| list).collect();
        if changes * 1000 < lists.len() * NEIGHBOURS {
            break;
        }
    }
    (!should_stop()).then_some(lists)
}

/// For each point its neighbours and some of those whose neighbour it is.
fn around(lists: &[List]) -> Vec<Vec<u32>> {
    let mut around: Vec<Vec<u32>> =
        lists.iter().map(|list| list.iter().map(|near| near.index).collect()).collect();
    for (own, list) in lists.iter().enumerate() {
        for near in list {
            if let Some(other) = around.get_mut(near.index as usize)
                && other.len() < 2 * NEIGHBOURS
                && !other.contains(&(own as u32))
            {
                other.push(own as u32);
            }
        }
    }
    around
}

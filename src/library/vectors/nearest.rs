//! The rows that score highest.

use std::cmp::Ordering;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::super::RowId;
use super::Rows;
use super::scores::{Query, ROWS_IN_TASK};

/// Says which rows may be among the best.
pub type Keep<'a> = &'a (dyn Fn(RowId) -> bool + Sync);

impl Rows {
    /// The `k` rows with the largest dot products, best first, equal ones by id; only rows that `keep` lets pass. Nothing
    /// when the query has another length than the rows, or is not finite.
    #[must_use]
    pub fn top_k(&self, query: &[f32], k: usize, keep: Option<Keep<'_>>) -> Vec<(RowId, f32)> {
        let Some(query) = Query::new(query, self.dimensions()) else { return Vec::new() };
        let tasks = self.len().div_ceil(ROWS_IN_TASK);
        let best = (0..tasks)
            .into_par_iter()
            .fold(
                || Best::new(k),
                |mut best, task| {
                    let first = task * ROWS_IN_TASK;
                    let last = self.len().min(first + ROWS_IN_TASK);
                    let is_kept = |position: &usize| match (keep, self.ids().get(*position)) {
                        (Some(keep), Some(id)) => keep(*id),
                        (None, Some(_)) => true,
                        (_, None) => false,
                    };
                    let positions = (first..last).filter(is_kept);
                    query.scores(self, positions, |position, score| best.offer(position as u32, score));
                    best
                },
            )
            .reduce(|| Best::new(k), Best::merged);
        best.into_rows(self)
    }

    /// The same among some positions, on this thread.
    pub(super) fn best_of(
        &self,
        query: &Query,
        k: usize,
        positions: impl Iterator<Item = usize>,
    ) -> Vec<(RowId, f32)> {
        let mut best = Best::new(k);
        query.scores(self, positions, |position, score| best.offer(position as u32, score));
        best.into_rows(self)
    }
}

/// The best so far; twice as many are collected before the worse half is dropped.
struct Best {
    k: usize,
    found: Vec<(u32, f32)>,
    /// Nothing below it can be among the best.
    floor: f32,
}

impl Best {
    fn new(k: usize) -> Self {
        Self { k, found: Vec::new(), floor: f32::NEG_INFINITY }
    }

    #[inline]
    fn offer(&mut self, position: u32, score: f32) {
        if score >= self.floor {
            self.found.push((position, score));
            if self.found.len() >= 2 * self.k + 64 {
                self.prune();
            }
        }
    }

    #[inline(never)]
    fn prune(&mut self) {
        let Some(last) = self.k.checked_sub(1) else { return self.found.clear() };
        if last < self.found.len() {
            let (_, worst, _) = self.found.select_nth_unstable_by(last, better_first);
            self.floor = worst.1;
            self.found.truncate(self.k);
        }
    }

    fn merged(mut self, other: Self) -> Self {
        self.found.extend(other.found);
        self.floor = self.floor.max(other.floor);
        self.prune();
        self
    }

    fn into_rows(mut self, rows: &Rows) -> Vec<(RowId, f32)> {
        self.prune();
        self.found.sort_unstable_by(better_first);
        let id = |(position, score): (u32, f32)| Some((*rows.ids().get(position as usize)?, score));
        self.found.into_iter().filter_map(id).collect()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "sorting calls it so")]
fn better_first(a: &(u32, f32), b: &(u32, f32)) -> Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}

//! Answering a query over the open libraries.
//!
//! Every positive part of a query is a *ranking*: words by how well names and texts match, looks and pictures by scores of
//! vectors. Conditions leave pictures out, and so do negated looks and words that can only be looked for in names and texts.
//! Rankings are fused by reciprocal ranks. How relevant a picture is comes from the scores alone: they are standardised
//! against those of neutral queries over the same library, summed by weight, and compared with the same sums of neutral
//! queries.

mod dense;
mod order;
mod readings;
mod words;

pub(super) use self::order::name_ranks;

use std::sync::Arc;
use std::time::Instant;

use self::dense::DenseRanking;
use super::LibraryError;
use super::library::OpenLibrary;
use super::request::{Histogram, Hit, Part, SearchRequest, SearchResponse, Strength};
use super::table::Entry;
use super::view::LibraryView;
use crate::library::query::calibration::{self, Null};
use crate::library::query::fusion::{self, Ranking};
use crate::library::query::{Query, TextField};
use crate::library::vectors::device::DeviceSearch;
use crate::library::{PictureId, Pixels};

/// Below this many pictures nothing can be said about what is usual.
const CALIBRATED_FROM: usize = 24;
/// Bins of the histogram.
const BINS: usize = 48;

/// A library in a search: its catalog and what can be found in it.
pub(super) struct Scope {
    /// The library.
    pub library: Arc<OpenLibrary>,
    /// As it is now.
    pub view: Arc<LibraryView>,
    /// Where its pictures begin among all pictures of the search.
    pub offset: usize,
}

/// The pictures of a search, numbered through.
pub(super) struct Universe<'a> {
    /// In the order of the libraries.
    pub scopes: Vec<Scope>,
    /// Pictures of all of them.
    pub count: usize,
    /// What scores vectors.
    pub vectors: &'a DeviceSearch,
}

impl<'a> Universe<'a> {
    fn of(libraries: &[Arc<OpenLibrary>], vectors: &'a DeviceSearch) -> Self {
        let mut count = 0;
        let mut scopes = Vec::new();
        for library in libraries {
            let view = library.view();
            scopes.push(Scope { library: Arc::clone(library), offset: count, view: Arc::clone(&view) });
            count += view.entries.len();
        }
        Self { scopes, count, vectors }
    }

    /// A picture by its number in this search.
    fn entry(&self, at: usize) -> Option<&Entry> {
        let scope = self.scopes.iter().rev().find(|scope| scope.offset <= at)?;
        scope.view.entries.get(at - scope.offset)
    }

    /// Where a picture stands in the order of libraries and names.
    fn name_rank(&self, at: usize) -> usize {
        let Some(scope) = self.scopes.iter().rev().find(|scope| scope.offset <= at) else { return at };
        let rank = scope.view.name_ranks().get(at - scope.offset);
        scope.offset + rank.map_or(0, |rank| *rank as usize)
    }

    /// Whether some picture was taken at a place that is called so.
    fn is_place(&self, word: &str) -> bool {
        let is_called = |scope: &Scope| {
            let values = scope.library.store.catalog.facets(TextField::Place, word, 4).unwrap_or_default();
            values.iter().any(|(value, _)| value.to_lowercase() == word.to_lowercase())
        };
        self.scopes.iter().any(is_called)
    }

    /// The number of a picture in this search.
    fn find(&self, id: PictureId) -> Option<usize> {
        self.scopes.iter().find_map(|scope| Some(scope.offset + scope.view.find(id)?))
    }
}

/// Answers; see the module's head.
pub(super) fn answer(
    libraries: &[Arc<OpenLibrary>],
    vectors: &DeviceSearch,
    query: Query,
    request: &SearchRequest,
    thumbnail: &dyn Fn(PictureId) -> Result<Pixels, LibraryError>,
    is_superseded: &(dyn Fn() -> bool + Sync),
) -> Result<SearchResponse, LibraryError> {
    let started = Instant::now();
    let universe = Universe::of(libraries, vectors);
    let mut kept = vec![true; universe.count];
    if let Some(within) = &request.within {
        let mut chosen = vec![false; universe.count];
        for at in within.iter().filter_map(|id| universe.find(*id)) {
            if let Some(slot) = chosen.get_mut(at) {
                *slot = true;
            }
        }
        kept = chosen;
    }
    words::keep_filtered(&universe, &query, &mut kept)?;
    let (unwanted, mut dense): (Vec<_>, Vec<_>) = dense::of_looks(&universe, &query)
        .into_iter()
        .partition(|ranking| ranking.is_look() && ranking.weight < 0.0);
    for look in &unwanted {
        look.leave_out(&mut kept);
    }
    dense.extend(dense::of_pictures(&universe, &request.pictures, thumbnail)?);
    dense.extend(request.sketch.as_ref().and_then(|sketch| dense::of_sketch(&universe, sketch)));
    let words = words::rank(&universe, &query, !dense.is_empty(), &mut kept)?;
    if is_superseded() {
        return Ok(SearchResponse::default());
    }

    // Negated words have left their pictures out already; an empty ranking has nothing to say.
    let by_words = words.iter().filter(|ranking| !ranking.is_negated && !ranking.hits.is_empty());
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut rankings: Vec<Ranking<u32>> = Vec::new();
    for ranking in by_words {
        names.push(format!("words: {}", ranking.text).into());
        rankings.push(Ranking { weight: ranking.weight, hits: ranking.best_first(&kept) });
    }
    for ranking in &dense {
        names.push(ranking.name.as_str().into());
        rankings.push(Ranking { weight: ranking.weight, hits: ranking.best_first(&kept) });
    }
    let relevance = Relevance::of(&universe, &dense, &words, &kept);
    let hits = hits(&universe, &rankings, &names, &kept, relevance.as_ref());
    let cut = request.cut.or(relevance.as_ref().map(|relevance| relevance.suggested));
    let (hits, above_cut) = order::order(&universe, hits, request.order, cut, !rankings.is_empty());
    let mut strengths = [0; 3];
    for strength in hits.iter().filter_map(Hit::strength) {
        let [strong, likely, weak] = &mut strengths;
        *match strength {
            Strength::Strong => strong,
            Strength::Likely => likely,
            Strength::Weak => weak,
        } += 1;
    }
    Ok(SearchResponse {
        readings: readings::of(&query, &universe, &words),
        histogram: relevance.map(|relevance| relevance.histogram),
        query,
        hits,
        above_cut,
        strengths,
        elapsed_secs: started.elapsed().as_secs_f64(),
    })
}

/// Every kept picture, with what each ranking said.
fn hits(
    universe: &Universe,
    rankings: &[Ranking<u32>],
    names: &[Arc<str>],
    kept: &[bool],
    relevance: Option<&Relevance>,
) -> Vec<order::Numbered> {
    if rankings.is_empty() {
        let kept = kept.iter().enumerate().filter(|(_, kept)| **kept);
        return kept.filter_map(|(at, _)| Some((at, Hit::plain(universe.entry(at)?.id)))).collect();
    }
    let mut hits = Vec::new();
    for fused in fusion::fuse(rankings, fusion::K) {
        let at = fused.id as usize;
        let Some(entry) = universe.entry(at) else { continue };
        let parts = fused.parts.iter().zip(names).map(|(part, name)| Part {
            name: Arc::clone(name),
            rank: part.map(|part| part.rank),
            score: part.map_or(0.0, |part| part.score),
            adds: part.map_or(0.0, |part| part.adds),
        });
        let hit = Hit {
            id: entry.id,
            fused: fused.score,
            relevance: relevance.and_then(|relevance| relevance.of_picture(at)),
            parts: parts.collect(),
        };
        hits.push((at, hit));
    }
    hits
}

/// The calibrated relevance of every picture.
struct Relevance {
    sums: Vec<f32>,
    null: Null,
    histogram: Histogram,
    suggested: f32,
}

impl Relevance {
    /// `None` when nothing is scored, or too few pictures tell what is usual.
    fn of(
        universe: &Universe,
        dense: &[DenseRanking],
        words: &[words::WordRanking],
        kept: &[bool],
    ) -> Option<Self> {
        // What is only to be unlike something is ordered by that, and nothing of it fits better than the rest.
        let is_small = universe.count < CALIBRATED_FROM;
        if dense.iter().all(|ranking| ranking.weight < 0.0)
            || (is_small && !dense.iter().all(DenseRanking::is_look))
        {
            return None;
        }
        let mut sums = dense::weighted_sums(dense, universe.count);
        let null = Null::new(&dense::neutral_sums(dense));
        if is_small {
            // A few pictures do not tell what is usual, but each has a look to a degree, or has not.
            let unlikely = null.score_of(Strength::FAIR)?.next_down();
            for (at, sum) in sums.iter_mut().enumerate() {
                if !dense.iter().all(|ranking| ranking.is_likely(at)) {
                    *sum = sum.min(unlikely);
                }
            }
        }
        // A picture that bears the word in its name is found for that, whatever it looks like.
        let named = null.score_of(Strength::SURE)?;
        for ranking in words.iter().filter(|ranking| ranking.is_also_a_look && !ranking.is_negated) {
            for (at, _) in &ranking.hits {
                if let Some(sum) = sums.get_mut(*at as usize) {
                    *sum = sum.max(named);
                }
            }
        }
        let shown: Vec<f32> = sums.iter().zip(kept).filter(|(_, kept)| **kept).map(|(sum, _)| *sum).collect();
        let mut histogram = calibration::histogram(&shown, &null, BINS)?;
        if is_small {
            histogram.suggested_cut = Strength::FAIR;
        } else if dense.iter().any(DenseRanking::is_look) {
            // What has the look to a fair degree is shown, also where other looks are as frequent.
            histogram.suggested_cut = histogram.suggested_cut.min(Strength::FAIR);
        }
        // The same picture is found whatever else the library is full of.
        let sure = (0..universe.count)
            .filter(|at| kept.get(*at) == Some(&true) && dense.iter().any(|ranking| ranking.is_sure(*at)));
        let relevance = sure.filter_map(|at| sums.get(at)).map(|sum| null.relevance(*sum));
        let least_sure = relevance.filter(|relevance| *relevance >= Strength::FAIR).reduce(f32::min);
        histogram.suggested_cut = histogram.suggested_cut.min(least_sure.unwrap_or(f32::INFINITY));
        if histogram.suggested_cut < 1.0 {
            // Where something stands out, whatever is called strong is shown with it.
            histogram.suggested_cut = histogram.suggested_cut.min(Strength::SURE);
        }
        Some(Self { sums, null, suggested: histogram.suggested_cut, histogram })
    }

    fn of_picture(&self, at: usize) -> Option<f32> {
        self.sums.get(at).filter(|sum| sum.is_finite()).map(|sum| self.null.relevance(*sum))
    }
}

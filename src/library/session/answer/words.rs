//! Words: conditions of the catalog, and names and texts that match.

use super::Universe;
use crate::library::catalog::WordTerm;
use crate::library::query::{Filter, Query, Term, TermKind};
use crate::library::session::LibraryError;
use crate::library::session::vocabulary;

/// Matches of one word or phrase.
pub struct WordRanking {
    /// Which term of the query.
    pub term: usize,
    /// As typed, without its marks.
    pub text: String,
    /// How much it counts.
    pub weight: f32,
    /// Whether pictures with it are left out.
    pub is_negated: bool,
    /// Whether the word also names a look, so that pictures without it in their names stay.
    pub is_also_a_look: bool,
    /// Pictures by number, best first, with a score that grows with the match.
    pub hits: Vec<(u32, f32)>,
}

impl WordRanking {
    /// Those that are kept, best first.
    pub fn best_first(&self, kept: &[bool]) -> Vec<(u32, f32)> {
        let is_kept = |at: u32| kept.get(at as usize).copied().unwrap_or(false);
        self.hits.iter().copied().filter(|(at, _)| is_kept(*at)).collect()
    }
}

/// Leaves out what does not fulfil the query's conditions.
pub fn keep_filtered(universe: &Universe, query: &Query, kept: &mut [bool]) -> Result<(), LibraryError> {
    let filters: Vec<(Filter, bool)> = query
        .terms
        .iter()
        .filter_map(|term| match &term.kind {
            TermKind::Filter(filter) => Some((filter.clone(), term.negated)),
            _ => None,
        })
        .collect();
    if filters.is_empty() {
        return Ok(());
    }
    for scope in &universe.scopes {
        let Some(fulfilled) = scope.library.store.catalog.filter(&filters)? else { continue };
        for (place, entry) in scope.view.entries.iter().enumerate() {
            if let Some(slot) = kept.get_mut(scope.offset + place) {
                *slot &= fulfilled.contains(entry.id.row);
            }
        }
    }
    Ok(())
}

/// Looks every word up in names and texts. A word that is nothing else than a word must match: pictures without it are
/// left out, as are those with a negated one. Only a word that matches nothing while other parts of the query rank
/// (`ranks_otherwise`) is passed over; its reading says so.
pub fn rank(
    universe: &Universe,
    query: &Query,
    ranks_otherwise: bool,
    kept: &mut [bool],
) -> Result<Vec<WordRanking>, LibraryError> {
    let mut rankings = Vec::new();
    for (at, term) in query.terms.iter().enumerate() {
        let TermKind::Words { text, is_phrase, is_prefix } = &term.kind else { continue };
        let words =
            WordTerm { text: text.clone(), is_phrase: *is_phrase, is_prefix: *is_prefix, negated: false };
        let ranking = WordRanking {
            term: at,
            text: text.clone(),
            weight: term.weight,
            is_negated: term.negated,
            is_also_a_look: is_also_a_look(term),
            hits: matches(universe, &words)?,
        };
        let may_become_a_look = *is_prefix && vocabulary::begins_look(text);
        let is_passed_over = ranking.hits.is_empty() && (ranks_otherwise || may_become_a_look);
        let only_ranks = ranking.is_also_a_look && !ranking.is_negated;
        let must_match = words.has_words() && !is_passed_over && !only_ranks;
        if must_match {
            keep_matching(&ranking, kept);
        }
        rankings.push(ranking);
    }
    Ok(rankings)
}

/// Whether a plain word names a colour, a tone or a texture.
pub fn is_also_a_look(term: &Term) -> bool {
    match &term.kind {
        TermKind::Words { text, is_phrase: false, .. } => vocabulary::look(text).is_some(),
        _ => false,
    }
}

fn keep_matching(ranking: &WordRanking, kept: &mut [bool]) {
    let mut matched = vec![false; kept.len()];
    for (at, _) in &ranking.hits {
        if let Some(slot) = matched.get_mut(*at as usize) {
            *slot = true;
        }
    }
    for (slot, matched) in kept.iter_mut().zip(matched) {
        *slot &= matched != ranking.is_negated;
    }
}

/// Pictures whose names or texts match, best first over all libraries.
fn matches(universe: &Universe, words: &WordTerm) -> Result<Vec<(u32, f32)>, LibraryError> {
    let mut hits = Vec::new();
    for scope in &universe.scopes {
        let found =
            scope.library.store.catalog.words(std::slice::from_ref(words), scope.view.entries.len())?;
        for (row, bm25) in found {
            let id = super::PictureId { library: scope.view.number, row };
            if let Some(place) = scope.view.find(id) {
                hits.push(((scope.offset + place) as u32, bm25 as f32));
            }
        }
    }
    hits.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    Ok(hits)
}

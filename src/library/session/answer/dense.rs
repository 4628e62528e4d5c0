//! Rankings by vectors: looks named by words, pictures to be like, sketches.
//!
//! Each has a score for every picture, and the scores that neutral queries of its own kind give over a sample of the same
//! library: for a look the other looks of its kind, for a picture other pictures, for a sketch other pictures' colours in
//! the same places.

use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::Universe;
use super::words;
use crate::library::descriptors::{self, BUILT_IN, SPACES, concept, concepts, describe, similarity_weights};
use crate::library::query::calibration::Null;
use crate::library::query::{Query, TermKind};
use crate::library::session::LibraryError;
use crate::library::session::request::{Crop, PictureQuery, PictureSource, Sketch, Strength};
use crate::library::session::view::NOWHERE;
use crate::library::{PictureId, Pixels};

/// Neutral queries at most.
const NEUTRAL_QUERIES: usize = 48;
/// Pictures that neutral queries are scored on at most.
const NEUTRAL_PICTURES: usize = 1024;

/// A ranking by scores of vectors.
pub struct DenseRanking {
    /// "colour: teal", "like tower.jpg".
    pub name: String,
    /// How much it counts; negative to be unlike it.
    pub weight: f32,
    /// For each picture of the search; NaN where it has no vector yet.
    pub scores: Vec<f32>,
    /// For each neutral query its scores over the same sample of pictures, standardised.
    neutral: Vec<Vec<f32>>,
    mean: f32,
    deviation: f32,
    /// Scores that mean something by themselves.
    degrees: Option<Degrees>,
}

/// Scores that count as likely and as sure whatever neutral queries score, with the standardised scores that have that
/// relevance.
#[derive(Clone, Copy, Debug)]
struct Degrees {
    kind: DegreeKind,
    likely: f32,
    sure: f32,
}

/// What scores are degrees of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DegreeKind {
    /// Of a look: what is half red is red, also among a thousand photographs that are greyer than anything is red.
    Look,
    /// Of likeness: what is nearly the same picture is like it, also in a library where every picture has its copies.
    Likeness,
}

impl DegreeKind {
    /// The scores that are likely and sure.
    fn limits(self) -> (f32, f32) {
        match self {
            Self::Look => (0.5, 0.95),
            Self::Likeness => (SAME_LIKENESS, 0.97),
        }
    }
}

/// Pictures at least so much alike are copies of one another, not neutral to each other.
const SAME_LIKENESS: f32 = 0.9;

impl DenseRanking {
    fn new(name: String, weight: f32, scores: Vec<f32>, mut neutral: Vec<Vec<f32>>) -> Self {
        let all = || neutral.iter().flatten().copied().filter(|score| score.is_finite());
        let count = all().count().max(1) as f32;
        let mean = all().sum::<f32>() / count;
        let variance = all().map(|score| (score - mean).powi(2)).sum::<f32>() / count;
        // Where all neutral scores are the same, only the order of the others matters.
        let deviation = variance.sqrt().max(1e-4);
        for score in neutral.iter_mut().flatten() {
            *score = (*score - mean) / deviation;
        }
        Self { name, weight, scores, neutral, mean, deviation, degrees: None }
    }

    fn with_degrees(mut self, kind: DegreeKind) -> Self {
        let null = Null::new(&self.neutral);
        let limits = null.score_of(Strength::FAIR).zip(null.score_of(Strength::SURE));
        self.degrees = limits.map(|(likely, sure)| Degrees { kind, likely, sure });
        self
    }

    /// Whether scores are degrees of a look.
    pub fn is_look(&self) -> bool {
        self.degrees.is_some_and(|degrees| degrees.kind == DegreeKind::Look)
    }

    /// Whether a picture, by number, has the look to a fair degree.
    pub fn is_likely(&self, at: usize) -> bool {
        let (likely, _) = DegreeKind::Look.limits();
        self.scores.get(at).is_some_and(|score| *score >= likely)
    }

    /// Whether a picture, by number, fits whatever neutral queries score.
    pub fn is_sure(&self, at: usize) -> bool {
        let Some(degrees) = self.degrees else { return false };
        self.weight > 0.0 && self.scores.get(at).is_some_and(|score| *score >= degrees.kind.limits().1)
    }

    /// Leaves out the pictures that a search for this look would show as likely.
    pub fn leave_out(&self, kept: &mut [bool]) {
        let (likely, _) = DegreeKind::Look.limits();
        for (kept, score) in kept.iter_mut().zip(&self.scores) {
            // What has not been described yet stays.
            *kept &= score.is_nan() || *score < likely;
        }
    }

    /// Kept pictures by number, best first.
    pub fn best_first(&self, kept: &[bool]) -> Vec<(u32, f32)> {
        let scored = self.scores.iter().zip(kept).enumerate();
        let mut order: Vec<(u32, f32)> = scored
            .filter(|(_, (score, kept))| **kept && score.is_finite())
            .map(|(at, (score, _))| (at as u32, *score))
            .collect();
        order.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        order
    }

    fn standardised(&self, score: f32) -> f32 {
        let standardised = (score - self.mean) / self.deviation;
        let Some(degrees) = self.degrees else { return standardised };
        let (likely, sure) = degrees.kind.limits();
        if score < likely {
            return standardised;
        }
        let part = (score - likely) / (sure - likely);
        standardised.max(degrees.likely + part * (degrees.sure - degrees.likely))
    }
}

/// The weighted sums of standardised scores, for each picture.
pub fn weighted_sums(rankings: &[DenseRanking], count: usize) -> Vec<f32> {
    let mut sums = vec![0.0; count];
    for ranking in rankings {
        for (sum, score) in sums.iter_mut().zip(&ranking.scores) {
            *sum += ranking.weight * ranking.standardised(*score);
        }
    }
    sums
}

/// The same sums for neutral queries. Each ranking takes another one of its own, or two rankings of one kind would be
/// asked the same twice.
pub fn neutral_sums(rankings: &[DenseRanking]) -> Vec<Vec<f32>> {
    let queries = rankings.iter().map(|ranking| ranking.neutral.len()).max().unwrap_or_default();
    let sum_of = |query: usize| {
        let mut sums: Vec<f32> = Vec::new();
        for (at, ranking) in rankings.iter().enumerate() {
            let own = (query * (2 * at + 1) + at) % ranking.neutral.len().max(1);
            let Some(scores) = ranking.neutral.get(own) else { continue };
            sums.resize(scores.len(), 0.0);
            for (sum, score) in sums.iter_mut().zip(scores) {
                *sum += ranking.weight * score;
            }
        }
        sums.retain(|sum| sum.is_finite());
        sums
    };
    (0..queries).map(sum_of).collect()
}

/// One ranking for each look that the query names, by field or as a plain word.
pub fn of_looks(universe: &Universe, query: &Query) -> Vec<DenseRanking> {
    let mut rankings = Vec::new();
    for term in &query.terms {
        let weight = if term.negated { -term.weight } else { term.weight };
        match &term.kind {
            TermKind::Look(name) => rankings.extend(of_look(universe, name, weight)),
            TermKind::Words { text, .. } if words::is_also_a_look(term) => {
                rankings.extend(of_look(universe, text, weight));
            }
            TermKind::Swatch(rgb) => rankings.push(of_colour(universe, *rgb, weight)),
            _ => {}
        }
    }
    rankings
}

/// The space of concepts is the last one.
const CONCEPTS: usize = SPACES - 1;
const LAYOUT: usize = 0;
const PALETTE: usize = 3;

fn of_look(universe: &Universe, word: &str, weight: f32) -> Option<DenseRanking> {
    let asked = concept(word)?;
    let kind = match asked.kind {
        descriptors::ConceptKind::Colour => "colour",
        descriptors::ConceptKind::Tone => "tone",
        descriptors::ConceptKind::Texture => "texture",
    };
    let scores = scores_in(universe, CONCEPTS, &asked.query());
    let sample = Sample::of(universe, NEUTRAL_PICTURES, &[CONCEPTS]);
    let others = concepts().iter().filter(|other| other.kind == asked.kind && other.index != asked.index);
    let neutral = others.map(|other| sample.scores(&[(CONCEPTS, other.query())])).collect();
    let ranking = DenseRanking::new(format!("{kind}: {}", asked.name), weight, scores, neutral);
    Some(ranking.with_degrees(DegreeKind::Look))
}

/// How much of the picture has a colour that has no name.
fn of_colour(universe: &Universe, [red, green, blue]: [u8; 3], weight: f32) -> DenseRanking {
    let palette_of = |rgb: [u8; 3]| {
        let [red, green, blue] = rgb;
        let solid = Pixels::new(8, 8, [red, green, blue, 255].repeat(64));
        solid.and_then(|solid| describe(&solid).vectors.into_iter().nth(PALETTE)).unwrap_or_default()
    };
    let scores = scores_in(universe, PALETTE, &palette_of([red, green, blue]));
    let sample = Sample::of(universe, NEUTRAL_PICTURES, &[PALETTE]);
    // The corners, edge middles and centre of the cube of colours.
    let steps = [0_u8, 128, 255];
    let cube = (0..27_usize)
        .filter_map(|at| Some([*steps.get(at / 9)?, *steps.get(at / 3 % 3)?, *steps.get(at % 3)?]));
    let neutral = cube.map(|rgb| sample.scores(&[(PALETTE, palette_of(rgb))])).collect();
    DenseRanking::new(format!("colour: #{red:02x}{green:02x}{blue:02x}"), weight, scores, neutral)
}

/// One ranking for each picture to be like.
pub fn of_pictures(
    universe: &Universe,
    pictures: &[PictureQuery],
    thumbnail: &dyn Fn(PictureId) -> Result<Pixels, LibraryError>,
) -> Result<Vec<DenseRanking>, LibraryError> {
    if pictures.is_empty() {
        return Ok(Vec::new());
    }
    let weights = similarity_weights();
    let compared: Vec<usize> = (0..SPACES).filter(|space| weights.get(*space) > Some(&0.0)).collect();
    let queries = Sample::of(universe, NEUTRAL_QUERIES, &compared);
    let sample = Sample::of(universe, NEUTRAL_PICTURES, &compared);
    let neutral: Vec<Vec<f32>> = queries
        .members
        .par_iter()
        .map(|(at, vectors)| {
            let query: Vec<(usize, Vec<f32>)> =
                compared.iter().copied().zip(weighted(vectors, &compared)).collect();
            let mut scores = sample.scores_but(&query, *at);
            // Nor do its copies say what pictures that have nothing to do with each other score.
            for score in scores.iter_mut().filter(|score| **score >= SAME_LIKENESS) {
                *score = f32::NAN;
            }
            scores
        })
        .collect();
    let ranking = |picture: &PictureQuery| {
        let (name, vectors) = vectors_of(universe, picture, &compared, thumbnail)?;
        let mut scores = vec![0.0; universe.count];
        for (space, vector) in compared.iter().zip(weighted(&vectors, &compared)) {
            for (sum, score) in scores.iter_mut().zip(scores_in(universe, *space, &vector)) {
                *sum += score;
            }
        }
        let ranking = DenseRanking::new(format!("like {name}"), picture.weight, scores, neutral.clone());
        Ok(ranking.with_degrees(DegreeKind::Likeness))
    };
    pictures.iter().map(ranking).collect()
}

/// Vectors scaled by what their space counts.
fn weighted(vectors: &[Vec<f32>], spaces: &[usize]) -> Vec<Vec<f32>> {
    let weights = similarity_weights();
    let weight = |space: &usize| weights.get(*space).copied().unwrap_or_default();
    let scaled = |(vector, space): (&Vec<f32>, &usize)| vector.iter().map(|v| v * weight(space)).collect();
    vectors.iter().zip(spaces).map(scaled).collect()
}

/// The name and the vectors of a query picture.
fn vectors_of(
    universe: &Universe,
    picture: &PictureQuery,
    spaces: &[usize],
    thumbnail: &dyn Fn(PictureId) -> Result<Pixels, LibraryError>,
) -> Result<(String, Vec<Vec<f32>>), LibraryError> {
    let (name, pixels) = match &picture.source {
        PictureSource::Foreign(pixels, name) => (name.clone(), Arc::clone(pixels)),
        PictureSource::Library(id) => {
            let entry = universe.find(*id).and_then(|at| universe.entry(at));
            let name = entry.and_then(|entry| entry.relative.file_name()).unwrap_or_default();
            let name = name.to_string_lossy().into_owned();
            let kept = if picture.crop.is_none() { kept_vectors(universe, *id, spaces) } else { None };
            match kept {
                Some(vectors) => return Ok((name, vectors)),
                None => (name, Arc::new(thumbnail(*id)?)),
            }
        }
    };
    let cropped = picture.crop.and_then(|crop| crop_of(&pixels, crop));
    let described = describe(cropped.as_ref().unwrap_or(&pixels)).vectors;
    let name = if cropped.is_some() { format!("part of {name}") } else { name };
    Ok((name, spaces.iter().filter_map(|space| described.get(*space).cloned()).collect()))
}

fn kept_vectors(universe: &Universe, id: PictureId, spaces: &[usize]) -> Option<Vec<Vec<f32>>> {
    let scope = universe.scopes.iter().find(|scope| scope.view.number == id.library)?;
    spaces.iter().map(|space| scope.view.spaces.get(*space)?.rows.get(id.row)).collect()
}

/// The part of a picture that a crop in fractions means; at least one pixel.
fn crop_of(pixels: &Pixels, crop: Crop) -> Option<Pixels> {
    let place = |fraction: f32, side: u32| (fraction.clamp(0.0, 1.0) * side as f32).round() as u32;
    let (left, right) = (place(crop.left, pixels.width()), place(crop.right, pixels.width()));
    let (top, bottom) = (place(crop.top, pixels.height()), place(crop.bottom, pixels.height()));
    pixels.crop(left, top, right.saturating_sub(left).max(1), bottom.saturating_sub(top).max(1))
}

/// The ranking by a sketch.
pub fn of_sketch(universe: &Universe, sketch: &Sketch) -> Option<DenseRanking> {
    let query = descriptors::sketch_query(sketch)?;
    let mut scores = vec![f32::NAN; universe.count];
    for scope in &universe.scopes {
        let Some(space) = scope.view.spaces.get(LAYOUT) else { continue };
        let found: Vec<f32> = space
            .rows
            .ids()
            .par_iter()
            .map(|row| space.rows.get(*row).map_or(f32::NAN, |row| query.score(&row)))
            .collect();
        spread(&mut scores, scope.offset, &space.place, &found);
    }
    let sample = Sample::of(universe, NEUTRAL_PICTURES, &[LAYOUT]);
    let painters = Sample::of(universe, NEUTRAL_QUERIES, &[LAYOUT]);
    let neutral = painters.members.iter().filter_map(|(at, vectors)| {
        let other = query.painted_like(vectors.first()?)?;
        let score = |(place, vectors): &(usize, Vec<Vec<f32>>)| match vectors.first() {
            Some(row) if place != at => other.score(row),
            _ => f32::NAN,
        };
        Some(sample.members.iter().map(score).collect())
    });
    Some(DenseRanking::new("sketch".to_owned(), 1.0, scores, neutral.collect()))
}

/// Scores of all pictures against a vector of one space.
fn scores_in(universe: &Universe, space: usize, query: &[f32]) -> Vec<f32> {
    let mut scores = vec![f32::NAN; universe.count];
    let mut found = Vec::new();
    for scope in &universe.scopes {
        let Some(space) = scope.view.spaces.get(space) else { continue };
        universe.vectors.scores(&space.rows, query, &mut found);
        spread(&mut scores, scope.offset, &space.place, &found);
    }
    scores
}

/// Puts scores of rows where their pictures are.
fn spread(scores: &mut [f32], offset: usize, places: &[u32], found: &[f32]) {
    for (place, score) in places.iter().zip(found).filter(|(place, _)| **place != NOWHERE) {
        if let Some(slot) = scores.get_mut(offset + *place as usize) {
            *slot = *score;
        }
    }
}

/// Pictures evenly spread over the search, with their vectors in some spaces.
struct Sample {
    spaces: Vec<usize>,
    /// Numbers in the search, and vectors in the order of `spaces`.
    members: Vec<(usize, Vec<Vec<f32>>)>,
}

impl Sample {
    fn of(universe: &Universe, most: usize, spaces: &[usize]) -> Self {
        let step = universe.count.div_ceil(most).max(1);
        let member = |at: usize| {
            let id = universe.entry(at)?.id;
            Some((at, kept_vectors(universe, id, spaces)?))
        };
        Self {
            spaces: spaces.to_vec(),
            members: (0..universe.count).step_by(step).filter_map(member).collect(),
        }
    }

    /// The sum over spaces of a query's scores, for each member.
    fn scores(&self, query: &[(usize, Vec<f32>)]) -> Vec<f32> {
        self.scores_but(query, usize::MAX)
    }

    /// The same with NaN for one picture: a picture says nothing about itself.
    fn scores_but(&self, query: &[(usize, Vec<f32>)], but: usize) -> Vec<f32> {
        let score = |(at, vectors): &(usize, Vec<Vec<f32>>)| {
            if *at == but {
                return f32::NAN;
            }
            let mut sum = 0.0;
            for (space, wanted) in query {
                let own = self.spaces.iter().position(|own| own == space).and_then(|own| vectors.get(own));
                sum += own.map_or(f32::NAN, |own| own.iter().zip(wanted).map(|(a, b)| a * b).sum());
            }
            sum
        };
        self.members.iter().map(score).collect()
    }
}

/// Every space has its place in the arrays above.
const _: () = assert!(BUILT_IN.len() == SPACES && LAYOUT < SPACES && PALETTE < SPACES);

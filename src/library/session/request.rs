//! What is asked of a search, and what it answers.

use std::ops::Range;
use std::sync::Arc;

use crate::library::query::Query;
use crate::library::{PictureId, Pixels};

/// Everything the search box holds.
#[derive(Clone, Debug, Default)]
pub struct SearchRequest {
    /// What is typed.
    pub text: String,
    /// Pictures to be like, or unlike.
    pub pictures: Vec<PictureQuery>,
    /// Colours painted where they are looked for.
    pub sketch: Option<Sketch>,
    /// How hits are ordered.
    pub order: Order,
    /// Smallest relevance that is shown, 0 to 1; `None` takes the one that the scores suggest.
    pub cut: Option<f32>,
    /// Only pictures of these libraries; empty means all.
    pub libraries: Vec<u32>,
    /// Only these pictures, as chosen on the map.
    pub within: Option<Arc<[PictureId]>>,
}

impl SearchRequest {
    /// Whether nothing is asked, so that all pictures are shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.pictures.is_empty() && self.sketch.is_none()
    }
}

/// A picture to be like.
#[derive(Clone, Debug)]
pub struct PictureQuery {
    /// Which.
    pub source: PictureSource,
    /// The part of it that counts; all of it when absent.
    pub crop: Option<Crop>,
    /// How much it counts; negative to be unlike it.
    pub weight: f32,
}

/// Where a query picture comes from.
#[derive(Clone, Debug)]
pub enum PictureSource {
    /// A library.
    Library(PictureId),
    /// Somewhere else: dropped or pasted, with a name to show.
    Foreign(Arc<Pixels>, String),
}

/// A rectangle in fractions of width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crop {
    /// Left edge, 0 to 1.
    pub left: f32,
    /// Upper edge, 0 to 1.
    pub top: f32,
    /// Right edge, 0 to 1.
    pub right: f32,
    /// Lower edge, 0 to 1.
    pub bottom: f32,
}

/// A colour sketch: blobs on an unpainted ground. What is not painted does not count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    /// In the order of painting.
    pub blobs: Vec<SketchBlob>,
}

/// A round blob of paint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SketchBlob {
    /// Centre, 0 to 1 from the left.
    pub x: f32,
    /// Centre, 0 to 1 from the top.
    pub y: f32,
    /// Radius in fractions of the sketch's width.
    pub radius: f32,
    /// sRGB.
    pub rgb: [u8; 3],
}

/// How hits are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Best first; without a ranking query, newest first.
    #[default]
    Relevance,
    /// By date of taking; undated ones last.
    Newest,
    /// By date of taking; undated ones last.
    Oldest,
    /// By folder and name, numbers by their value.
    Name,
    /// Largest file first.
    Size,
}

/// The answer.
#[derive(Clone, Debug, Default)]
pub struct SearchResponse {
    /// What was understood.
    pub query: Query,
    /// How each part of the text was taken, in its order.
    pub readings: Vec<Reading>,
    /// In order; those below the cut follow those above it.
    pub hits: Vec<Hit>,
    /// How many of `hits` are above the cut.
    pub above_cut: usize,
    /// How many of `hits` are strong, likely and weak.
    pub strengths: [usize; 3],
    /// Relevance over the library; absent when nothing ranks.
    pub histogram: Option<Histogram>,
    /// Time it took.
    pub elapsed_secs: f64,
}

/// How a part of the text was taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// As what.
    pub took_as: TookAs,
    /// In words: "colour: teal", "only looked for in names and texts", or what is wrong.
    pub note: String,
}

/// What a part of the text was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TookAs {
    /// A colour.
    Colour,
    /// A tone.
    Tone,
    /// A texture.
    Texture,
    /// A place that pictures of the library name.
    Place,
    /// A date.
    Date,
    /// A field.
    Field,
    /// Only looked for in names and texts.
    NamesAndTexts,
    /// Nothing: it is wrong, and the note says why.
    Wrong,
}

/// A picture found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Which.
    pub id: PictureId,
    /// Reciprocal rank fusion's sum; orders hits, and is no similarity.
    pub fused: f32,
    /// Where its score lies among those of neutral queries, 0 to 1; absent when nothing ranks.
    pub relevance: Option<f32>,
    /// What each ranking had to say, in the order of the query.
    pub parts: Vec<Part>,
}

impl Hit {
    /// A hit that only fulfils conditions.
    #[must_use]
    pub fn plain(id: PictureId) -> Self {
        Self { id, fused: 0.0, relevance: None, parts: Vec::new() }
    }

    /// Its relevance in a word.
    #[must_use]
    pub fn strength(&self) -> Option<Strength> {
        self.relevance.map(Strength::of)
    }
}

/// Relevance in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Neutral queries score as high here and there.
    Weak,
    /// Few neutral queries score as high.
    Likely,
    /// Hardly any neutral query does.
    Strong,
}

impl Strength {
    /// Relevance from which on a hit is strong: one neutral score in two hundred is as high.
    pub const SURE: f32 = 0.995;
    /// Relevance from which on a hit is likely.
    pub const FAIR: f32 = 0.95;

    /// The word for a relevance.
    #[must_use]
    pub fn of(relevance: f32) -> Self {
        match relevance {
            r if r >= Self::SURE => Self::Strong,
            r if r >= Self::FAIR => Self::Likely,
            _ => Self::Weak,
        }
    }
}

/// One ranking's part in a hit.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The ranking: "words", "colour: teal", "like tower.jpg".
    pub name: Arc<str>,
    /// Place in that ranking, from 1; absent when it is not among them.
    pub rank: Option<u32>,
    /// That ranking's own score.
    pub score: f32,
    /// What it adds to the fused sum.
    pub adds: f32,
}

/// How the relevance of all pictures is spread.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Score at the left end and at the right end.
    pub range: (f32, f32),
    /// Pictures per bin.
    pub pictures: Vec<u32>,
    /// What neutral queries would give, scaled to as many pictures.
    pub neutral: Vec<f32>,
    /// Relevance at the left end of each bin.
    pub relevance: Vec<f32>,
    /// The cut that the scores suggest, as relevance.
    pub suggested_cut: f32,
}

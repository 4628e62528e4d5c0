//! Words that a picture can be asked for without a model: colours, tones and textures that are measured.
//!
//! The "concepts" space has one dimension per word, with a degree from 0 to 1. It is not scaled to length one: the query for
//! a word is its unit vector, so that the dot product is the degree, and sums and differences of words work.

mod colours;
mod degrees;
mod table;

pub use self::table::{Concept, ConceptKind, concept, concepts, words};

pub(super) use self::degrees::{Measures, degrees};
pub(super) use self::table::DIMENSIONS;

//! Vectors: what descriptors and models say about pictures, as rows of numbers.
//!
//! A *space* is a named set of vectors of one length, one row per picture. [`VectorStore`] keeps a space in one append-only
//! file of half-precision rows; [`Rows`] is what it held at one moment, and answers: the scores of all rows against a
//! query, the best rows, all pairs that are alike. [`hashes`] does the last for perceptual hashes. All answers are exact;
//! nothing is approximated by an index. [`device`] gives the same answers from the compute device.

mod best;
mod block;
pub mod device;
mod error;
pub mod hashes;
mod header;
mod mapping;
mod nearest;
mod pairs;
mod recover;
mod rows;
mod scores;
mod store;

pub use self::error::VectorError;
pub use self::hashes::{HashPair, close_pairs};
pub use self::recover::Repair;
pub use self::rows::Rows;
pub use self::store::VectorStore;

/// Pairs are kept up to this many; when there are more, the closest ones.
pub const MAX_PAIRS: usize = 4_000_000;

#[cfg(target_endian = "big")]
compile_error!("the files of vectors are read in place as little-endian numbers");

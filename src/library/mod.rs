//! Pictures: what is in the user's folders, and how something in them is found again.
//!
//! A *library* is one folder with everything below it. Its catalog, its vectors and its thumbnails live in the program's
//! own folders; nothing is ever written beside the pictures. Ways in: [`scan`] finds files, [`decode`] reads them,
//! [`metadata`] and [`descriptors`] say what they are, [`catalog`] and [`vectors`] keep that, [`index`] does all of it.
//! Ways out: [`query`] asks, [`duplicates`] groups, [`map`] lays out, [`export`] takes away. [`session`] is the door that the
//! window and the command line use.

pub mod catalog;
pub mod decode;
pub mod descriptors;
pub mod duplicates;
pub mod export;
pub mod format;
pub mod index;
pub mod json_path;
pub mod map;
pub mod metadata;
pub mod picture;
pub mod query;
pub mod read;
pub mod scan;
pub mod session;
pub mod store;
pub mod thumbnails;
pub mod ui;
pub mod vectors;

pub use self::format::Format;
pub use self::picture::{ContentHash, Orientation, PictureId, Pixels, RowId};

//! Duplicates: which pictures show the same thing, in what way, which to keep, and how the others go to the trash.
//!
//! Evidence comes from outside as pairs: close perceptual hashes, similar looks, and crops found by [`crops`]. [`gather`]
//! joins it into one [`PairEvidence`] per pair, [`Kind::of`] names each pair, and a [`Graph`] keeps all of them so that
//! [`Graph::groups`] regroups at once while thresholds are being dragged. [`keep`] suggests a picture of each group,
//! [`trash`] plans what goes and refuses to lose a last copy. Pictures are positions in the slice of [`Candidate`]s.

mod clusters;
pub mod crops;
mod evidence;
mod graph;
mod group;
pub mod keep;
mod kind;
mod system_trash;
pub mod trash;

use std::path::PathBuf;

pub use self::evidence::{PairEvidence, SimilarPair, gather, oriented_distance};
pub use self::graph::{Graph, Thresholds};
pub use self::group::{Group, Member, turn_words};
pub use self::kind::{Kind, Kinds, LOOSEST_DISTANCE};
pub use self::system_trash::SystemTrash;
pub use self::trash::FileIdentity;
use super::{ContentHash, Format};

/// A picture that may have duplicates.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Hash of the file's bytes.
    pub content: ContentHash,
    /// Perceptual hashes of the picture in its eight orientations, upright first; `None` while unknown.
    pub hashes: Option<[u64; 8]>,
    /// Pixels across, upright.
    pub width: u32,
    /// Pixels down, upright.
    pub height: u32,
    /// Size of the file.
    pub size_bytes: u64,
    /// What kind of file it is.
    pub format: Format,
    /// Sharpness, 0 to 1.
    pub sharpness: f32,
    /// Whether only a part of it can be shown.
    pub is_damaged: bool,
    /// How much the file tells of itself: one each for date, exposure, place and rating.
    pub facts: u8,
    /// When it was taken, seconds since 1970 of the clock on the wall there.
    pub taken_secs: Option<i64>,
    /// When the file was last written, nanoseconds since 1970.
    pub modified_ns: i64,
    /// Number of its library.
    pub library: u32,
    /// Below the library's root.
    pub relative: PathBuf,
    /// Which file on the disk the path leads to; `None` when that was not asked.
    pub file: Option<FileIdentity>,
}

impl Candidate {
    /// Number of pixels.
    #[must_use]
    pub fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

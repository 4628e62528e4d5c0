//! What a pair of like pictures is.
//!
//! Two axes separate the kinds: how many of the perceptual hash's 64 bits differ (structure), and the cosine of the look
//! (colour and texture). The times of taking tell two shots from two copies of one. Asked in this order:
//!
//! | evidence                                                        | kind        |
//! |-----------------------------------------------------------------|-------------|
//! | the same bytes                                                  | exact       |
//! | one lies inside the other                                       | crop        |
//! | hash close, but the look differs altogether                     | chance: none |
//! | taken at different times, at most [`BURST_SECS`] apart          | burst       |
//! | taken at different times, farther apart                         | same scene  |
//! | hash close only when turned or mirrored                         | turned      |
//! | hash within [`COPY_DISTANCE`], same proportions, same look      | re-encoded  |
//! | hash close, same second, same size, steady look: subjects moved | burst       |
//! | hash close                                                      | edited      |
//! | almost all of it is found in the other: an edge was trimmed     | edited      |
//! | look alike, taken within [`BURST_SECS`]                         | burst       |
//! | look alike                                                      | same scene  |
//!
//! The kind belongs to the pair: thresholds choose pairs, they do not rename them.

use std::fmt;

use super::{Candidate, PairEvidence};

/// Hash bits that compression and scaling change; more means that the picture was worked on.
pub const COPY_DISTANCE: u8 = 4;
/// Hash bits beyond which two pictures are not close, whatever a threshold says. The nearest orientations of unrelated
/// photographs differ in 26 bits in the median, and in 14 at least among 112 320 pairs.
pub const LOOSEST_DISTANCE: u8 = 13;
/// Cosine of the look above which nothing was recoloured. Compressing to quality 40 and halving leave 0.987 and more;
/// a brightness or a saturation that one can see mostly leaves less.
pub const SAME_LOOK: f32 = 0.985;
/// Cosine of the look that two shots of one second reach.
pub const STEADY_LOOK: f32 = 0.95;
/// Cosine of the look below which a close hash is chance, as between two almost empty pictures. Turned copies keep 0.69
/// and black-and-white ones 0.55.
pub const OTHER_LOOK: f32 = 0.45;
/// Shots within so many seconds are a burst.
pub const BURST_SECS: i64 = 10;
/// A crop that covers more than this share of its source is only a trimmed edge.
pub const CROP_AREA: f32 = 0.92;
/// Proportions of two copies differ by less than this share.
const ASPECT_TOLERANCE: f32 = 0.02;

/// Ways to be alike, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The same bytes.
    Exact,
    /// The same picture, compressed or scaled again.
    ReEncoded,
    /// The same picture, rotated or mirrored.
    Turned,
    /// The same picture, worked on.
    Edited,
    /// A part of the other picture.
    Crop,
    /// Another shot within seconds.
    Burst,
    /// Another shot of the same thing.
    SameScene,
}

impl Kind {
    /// Whether nothing is lost with one of the two: the same bytes, compressed, scaled or turned. Parts, edits and other
    /// shots are pictures of their own.
    #[must_use]
    pub fn is_copy(self) -> bool {
        matches!(self, Self::Exact | Self::ReEncoded | Self::Turned)
    }

    /// The surest first.
    pub const ALL: [Self; 7] =
        [Self::Exact, Self::ReEncoded, Self::Turned, Self::Edited, Self::Crop, Self::Burst, Self::SameScene];

    /// The word for lists and for the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::ReEncoded => "re-encoded",
            Self::Turned => "turned",
            Self::Edited => "edited",
            Self::Crop => "crop",
            Self::Burst => "burst",
            Self::SameScene => "same scene",
        }
    }

    /// What the evidence makes of the pair; `None` when it says nothing, or when a close hash is chance.
    #[must_use]
    pub fn of(pair: &PairEvidence, a: &Candidate, b: &Candidate) -> Option<Self> {
        if pair.same_content {
            return Some(Self::Exact);
        }
        if pair.crop.as_ref().is_some_and(|crop| crop.rect.area() <= CROP_AREA) {
            return Some(Self::Crop);
        }
        let look = pair.similarity;
        let is_chance = look.is_some_and(|look| look < OTHER_LOOK);
        let apart = pair.seconds_apart;
        match pair.close_hash() {
            Some(_) if is_chance => None,
            Some(distance) => Some(match apart {
                Some(secs) if secs > BURST_SECS => Self::SameScene,
                Some(secs) if secs > 0 => Self::Burst,
                _ if pair.orientation != 0 => Self::Turned,
                _ => Self::of_one_shot(distance, look, apart.is_some(), a, b),
            }),
            None if pair.crop.is_some() => Some(Self::Edited),
            None => look.map(|_| match apart {
                Some(secs) if secs <= BURST_SECS => Self::Burst,
                _ => Self::SameScene,
            }),
        }
    }

    /// Close hashes, upright, and nothing says that they are two shots.
    fn of_one_shot(distance: u8, look: Option<f32>, same_second: bool, a: &Candidate, b: &Candidate) -> Self {
        let same_look = look.is_none_or(|look| look >= SAME_LOOK);
        if distance <= COPY_DISTANCE {
            return if same_look && same_proportions(a, b) { Self::ReEncoded } else { Self::Edited };
        }
        // Fast cameras take several shots in a second: nothing was recoloured, yet the structure moved.
        let same_size = (a.width, a.height) == (b.width, b.height);
        let is_burst = same_second && same_size && look.is_some_and(|look| look >= STEADY_LOOK);
        if is_burst { Self::Burst } else { Self::Edited }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Width to height agree, as far as whole pixels let them.
fn same_proportions(a: &Candidate, b: &Candidate) -> bool {
    let cross = |wide: &Candidate, high: &Candidate| wide.width as f32 * high.height as f32;
    let (ab, ba) = (cross(a, b), cross(b, a));
    let smallest_side = a.width.min(a.height).min(b.width).min(b.height).max(1) as f32;
    (ab - ba).abs() <= (ASPECT_TOLERANCE + 1.0 / smallest_side) * ab.max(ba)
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// All kinds.
    pub const ALL: Self = Self(0x7f);

    /// None.
    pub const NONE: Self = Self(0);

    /// Whether it is in the set.
    #[must_use]
    pub fn contains(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// With it.
    #[must_use]
    pub fn with(self, kind: Kind) -> Self {
        Self(self.0 | kind.bit())
    }

    /// Without it.
    #[must_use]
    pub fn without(self, kind: Kind) -> Self {
        Self(self.0 & !kind.bit())
    }
}

impl Default for Kinds {
    fn default() -> Self {
        Self::ALL
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::NONE, Self::with)
    }
}

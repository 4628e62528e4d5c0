//! Groups as the window and the command line show them.

use super::crops::Rect;
use super::{Kind, PairEvidence};

/// Pictures that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The least sure kind among its members.
    pub kind: Kind,
    /// The centre first, then the surest first.
    pub members: Vec<Member>,
    /// Bytes of all files but the centre.
    pub bytes_reclaimable: u64,
}

/// A picture of a group. What it says is relative to the group's centre.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Position among the candidates.
    pub index: u32,
    /// How it is like the centre; `None` for the centre itself.
    pub kind: Option<Kind>,
    /// Bits by which the hashes differ.
    pub distance: Option<u8>,
    /// Cosine of the look.
    pub similarity: Option<f32>,
    /// Which of its eight orientations matches the centre; 0 is upright.
    pub orientation: u8,
    /// The member of the same group whose bytes it has.
    pub copy_of: Option<u32>,
    /// Where the crop lies in its source, and whether this member is the crop; otherwise the centre is.
    pub crop: Option<(Rect, bool)>,
    /// Seconds between the times of taking.
    pub seconds_apart: Option<i64>,
}

impl Member {
    pub(super) fn centre(index: u32) -> Self {
        Self {
            index,
            kind: None,
            distance: Some(0),
            similarity: Some(1.0),
            orientation: 0,
            copy_of: None,
            crop: None,
            seconds_apart: None,
        }
    }

    pub(super) fn copy(index: u32, of: u32) -> Self {
        Self { kind: Some(Kind::Exact), copy_of: Some(of), ..Self::centre(index) }
    }

    /// One of the two pictures of a pair (or one with the same bytes); the centre is the other.
    pub(super) fn near(index: u32, kind: Kind, pair: &PairEvidence, orientation: u8, is_b: bool) -> Self {
        let own = if is_b { pair.b } else { pair.a };
        Self {
            index,
            kind: Some(kind),
            distance: pair.hash_distance,
            similarity: pair.similarity,
            orientation,
            copy_of: None,
            crop: pair.crop.as_ref().map(|found| (found.rect, found.crop == own)),
            seconds_apart: pair.seconds_apart,
        }
    }

    /// Why it is in the group, in words.
    #[must_use]
    pub fn why(&self) -> String {
        let Some(kind) = self.kind else { return "the others are compared with this one".into() };
        if kind == Kind::Exact {
            return "the same bytes".into();
        }
        let mut words = match kind {
            Kind::Turned => turn_words(self.orientation).to_owned(),
            _ => kind.name().to_owned(),
        };
        let mut add = |separator: &str, text: &str| {
            words.push_str(separator);
            words.push_str(text);
        };
        if let Some((rect, is_crop)) = &self.crop {
            let share = (rect.area() * 100.0).round();
            let text = if *is_crop {
                format!("shows {share} % of the other's area")
            } else {
                format!("the other shows {share} % of its area")
            };
            add(": ", &text);
        }
        if let Some(distance) = self.distance {
            add(
                if self.crop.is_none() { ": " } else { ", " },
                &format!("hash differs in {distance} of 64 bits"),
            );
        }
        if let Some(similarity) = self.similarity {
            add(", ", &format!("look {similarity:.3}"));
        }
        if let Some(secs) = self.seconds_apart.filter(|&secs| secs > 0) {
            add(", ", &apart(secs));
        }
        words
    }
}

/// How a picture is turned against another one, when its orientation `orientation` matches that: bit 0 transposed, then
/// bit 1 mirrored, bit 2 flipped, as for the hashes.
#[must_use]
pub fn turn_words(orientation: u8) -> &'static str {
    match orientation {
        0 => "upright",
        2 => "mirrored",
        3 => "turned a quarter to the left",
        4 => "mirrored top to bottom",
        5 => "turned a quarter to the right",
        6 => "turned by half",
        _ => "turned a quarter and mirrored",
    }
}

/// A time between two shots, in the largest unit that says enough.
fn apart(secs: i64) -> String {
    let (value, unit) = match secs {
        ..120 => (secs, "s"),
        120..7_200 => (secs / 60, "min"),
        7_200..172_800 => (secs / 3_600, "h"),
        _ => (secs / 86_400, "days"),
    };
    format!("{value} {unit} apart")
}

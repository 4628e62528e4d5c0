//! Crops: which picture is a part of which other one.
//!
//! A [`CropSignature`] holds up to [`MOST_KEYPOINTS`] blobs of a small picture, each with its place, its scale and a
//! binary descriptor of its surroundings, upright. A crop shows the blobs of its source at another place and scale, so
//! [`find`] looks for equal descriptors through an inverted index, and keeps pairs of pictures in which enough of them
//! agree on one scale and one shift. [`verify`] compares the pixels at last.

mod blobs;
mod descriptor;
mod fit;
mod index;
mod luma;
mod signature;
mod verify;

pub use self::index::find;
pub use self::signature::{CropSignature, Keypoint, SignatureError};
pub use self::verify::verify;

/// Blobs in a signature.
pub const MOST_KEYPOINTS: usize = 200;

/// Part of a picture in fractions of its width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge, 0 to 1.
    pub left: f32,
    /// Upper edge, 0 to 1.
    pub top: f32,
    /// Right edge, 0 to 1.
    pub right: f32,
    /// Lower edge, 0 to 1.
    pub bottom: f32,
}

impl Rect {
    /// The whole picture.
    pub const WHOLE: Self = Self { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };

    /// Share of the picture that it covers.
    #[must_use]
    pub fn area(&self) -> f32 {
        (self.right - self.left).max(0.0) * (self.bottom - self.top).max(0.0)
    }

    /// Shared area over joint area.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> f32 {
        let shared = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        let shared = shared.area();
        shared / (self.area() + other.area() - shared).max(f32::MIN_POSITIVE)
    }
}

/// A picture found in another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CropMatch {
    /// Position of the whole picture.
    pub source: u32,
    /// Position of the part.
    pub crop: u32,
    /// Where the part lies in the whole.
    pub rect: Rect,
    /// Blobs that agree.
    pub inliers: u32,
    /// Share of the blobs seen in both that agree, 0 to 1; or what [`verify`] said, when the caller put it here.
    pub score: f32,
}

//! What a picture looks like, measured without any model.
//!
//! [`describe`] looks at a picture once, at 256 pixels, and tells one vector per *space*, perceptual hashes, its main
//! colours and a few numbers. Spaces are compared by dot product: [`similarity_weights`] make one score of several. The
//! space "concepts" is asked by words ([`concept`]), the space "layout" also by a sketch ([`sketch_query`]).

mod canvas;
mod concepts;
mod edges;
mod hashes;
mod layout;
mod light;
mod oklab;
mod palette;
mod plane;
mod scales;
mod swatches;
mod texture;
mod usual;

pub use self::concepts::{Concept, ConceptKind, concept, concepts, words};
pub use self::hashes::OrientedHashes;
pub use self::layout::{LayoutQuery, sketch_query};
pub use self::oklab::Oklab;
pub use self::swatches::Swatch;

use self::canvas::Canvas;
use self::concepts::Measures;
use self::light::Light;
use self::plane::ramp;
use self::scales::Scale;
use super::Pixels;

/// A named set of vectors, one per picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Its name in files and messages.
    pub name: &'static str,
    /// Numbers per vector.
    pub dimensions: usize,
    /// Whether every vector has length one.
    pub is_normalised: bool,
    /// Changes when the same picture would get another vector.
    pub version: u32,
}

/// Number of built-in spaces.
pub const SPACES: usize = 5;

/// The spaces of [`Description::vectors`], in their order.
pub const BUILT_IN: [Space; SPACES] = [
    Space { name: "layout", dimensions: layout::DIMENSIONS, is_normalised: true, version: 1 },
    Space { name: "edges", dimensions: edges::DIMENSIONS, is_normalised: true, version: 1 },
    Space { name: "texture", dimensions: texture::DIMENSIONS, is_normalised: true, version: 1 },
    Space { name: "palette", dimensions: palette::DIMENSIONS, is_normalised: true, version: 1 },
    Space { name: "concepts", dimensions: concepts::DIMENSIONS, is_normalised: false, version: 1 },
];

/// Everything that is measured of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// One vector for each of [`BUILT_IN`].
    pub vectors: Vec<Vec<f32>>,
    /// Perceptual hashes of the picture and its turns.
    pub hashes: OrientedHashes,
    /// At most six main colours, largest first; none when nothing is visible.
    pub swatches: Vec<Swatch>,
    /// Part of the finest detail in all detail, as seen at 256 pixels: 0 for none or for a plain picture, about 0.5 for a
    /// sharp photograph, 1 for noise and single-pixel patterns. Only what is still visible at that size is measured.
    pub sharpness: f32,
    /// Mean lightness (OKLab), 0 to 1.
    pub brightness: f32,
    /// Lightness between the darkest and the lightest 5 %, 0 to 1.
    pub contrast: f32,
    /// Mean chroma in parts of the most colourful one that sRGB has, 0 to 1.
    pub saturation: f32,
    /// Whether it has only greys.
    pub is_monochrome: bool,
}

/// The largest chroma of sRGB in OKLab (magenta's).
const MOST_CHROMA: f32 = 0.323;
/// Share of the finest detail that counts as entirely sharp.
const SHARPEST: f32 = 0.5;

/// Describes a picture of any size; the longer side is shrunk to 256 when it is larger. Transparent parts count as mid
/// grey where places matter, and not at all where colours do.
#[must_use]
pub fn describe(pixels: &Pixels) -> Description {
    let canvas = Canvas::new(pixels);
    let luma = canvas.luma_bytes();
    let shades = canvas.shades();
    let light = Light::of(&shades);
    let scales = scales::scales(canvas.luma(&luma));
    let sharpness = sharpness(&scales);
    let measures = Measures { shades: &shades, light: &light, scales: &scales, sharpness };
    let [_, half, ..] = &scales;
    Description {
        vectors: vec![
            layout::vector(&canvas),
            edges::vector(&half.luma),
            texture::vector(&scales),
            palette::vector(&shades),
            concepts::degrees(&measures),
        ],
        hashes: OrientedHashes::of(&canvas, &luma),
        swatches: swatches::swatches(&shades),
        sharpness,
        brightness: light.mean.clamp(0.0, 1.0),
        contrast: (light.brightest - light.darkest).clamp(0.0, 1.0),
        saturation: (light.chroma / MOST_CHROMA).clamp(0.0, 1.0),
        is_monochrome: light.is_visible && light.neutral_share >= 0.99,
    }
}

/// Detail of the finest size in that of the four finest. Blur takes more of finer detail, so it always lowers this.
fn sharpness(scales: &[Scale; scales::SIZES]) -> f32 {
    // Mean square of what rounding to bytes leaves; a plain picture is not sharp.
    const ROUNDING: f32 = 2e-6;
    let [finest, ..] = scales;
    let all: f32 = scales.iter().take(4).map(|scale| scale.energy).sum();
    ramp(finest.energy / (all + ROUNDING), 0.0, SHARPEST)
}

/// How much each of [`BUILT_IN`] counts when two pictures are compared by their look: the sum of weights times dot products
/// lies between −1 and 1, and is 1 for a picture and itself. The concepts count nothing: they are for words.
#[must_use]
pub fn similarity_weights() -> [f32; SPACES] {
    [0.15, 0.1, 0.35, 0.4, 0.0]
}

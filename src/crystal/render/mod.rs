//! Pictures of a scene: on the GPU into a texture, on the processor into pixels, and into PNG files of any size.

mod export;
mod face_triangles;
mod faces;
mod gpu;
mod painting;
mod picture;
pub mod raycast;
mod target;

pub use export::{ExportError, MAX_SIDE, Renderer, export_png, picture_png, write_png};
pub use faces::lit_face;
pub use gpu::{CrystalPipelines, SceneBuffers};
pub use picture::{Layer, Palette, Picture, TRIAD_SIDE, Tile};
pub use target::Target;

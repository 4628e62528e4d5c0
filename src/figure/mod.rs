//! Figures: one description, drawn as SVG, and from that SVG as PDF and PNG.
//!
//! A [`plot::Figure`] says what is shown in numbers of its field; [`draw()`] lays it out into SVG in a theme and a size in
//! millimetres; [`encode`] makes the file. Drawings that are no plots are written with [`svg::Svg`] directly. The SVG is
//! the truth: both other formats are made from its text, with fonts that are part of the program.

mod axes;
mod document;
mod draw;
mod encode;
mod error;
mod fonts;
mod legend;
mod marks;
mod notes;
pub mod plot;
mod pool;
pub mod scale;
pub mod svg;
pub mod text;
mod theme;

pub use self::{
    document::{DocumentWriter, Page, write_document},
    draw::{Area, FigureSize, draw, draw_into},
    encode::{About, FileFormat, Pixels, encode, pt_from_mm, to_pdf, to_pixels, to_png},
    error::{FigureError, MAX_PIXELS_SIDE, Stage},
    fonts::has_glyph,
    pool::{PoolStats, RendererPool},
    theme::{COLUMN_WIDTHS, FigurePalette, FigureTheme, Tokens},
};

//! Crystal structures: from a file to atoms, bonds and symmetry, to a scene, to a picture.
//!
//! [`io`] reads files into a [`structure::Structure`]; [`symmetry`] fills the cell; [`neighbours`] and [`bonds`] connect
//! it; [`space_group`] and [`summary`] describe it; [`analysis`] computes what can be measured of it; [`scene`] turns it into
//! primitives, [`render`] into pixels and [`drawing`] into vector graphics; [`figures`] are what a paper shows.
//! Everything but `ui` works without a window and, where it draws on the processor, without a GPU.

pub mod analysis;
mod bond_lengths;
pub mod bonds;
pub mod drawing;
pub mod element;
pub mod error;
pub mod figures;
pub mod formula;
pub mod io;
pub mod lattice;
pub mod loaded;
pub mod neighbours;
pub mod render;
pub mod samples;
pub mod scene;
pub mod space_group;
pub mod structure;
pub mod summary;
pub mod symmetry;
pub mod ui;

//! CIF: the Crystallographic Information File, version 1.1.
//!
//! [`Document`] is the file as tables of text and knows nothing of crystals. `structure` looks for the cell, the
//! symmetry and the atoms of a block (`symmetry`, `atoms`, `displacement`), and `assemble` makes all atoms of the cell.

mod assemble;
mod atoms;
mod builder;
mod displacement;
mod document;
mod structure;
mod symmetry;
mod tokenizer;

pub use document::{Block, Column, Document, Salvage, Value};

pub(super) use structure::read;

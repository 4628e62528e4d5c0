//! What structures mean in numbers: diffraction, pair distribution, coordination, and the comparison of two structures.

pub mod comparison;
pub mod coordination;
pub mod diffraction;
pub mod pairs;

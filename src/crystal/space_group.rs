//! Which space group a structure has, found from its sites.
//!
//! The search is moyo's (the algorithm of spglib). Sites are told apart by what fills them, occupancies included, so
//! that Al₀.₃Ga₀.₇ and Ga are different kinds, as are a full and a half-empty oxygen.

use moyo::{
    MoyoDataset,
    base::{Cell, Lattice as MoyoLattice, MoyoError},
    data::hall_symbol_entry,
};
use nalgebra::Vector3;

use super::structure::{AsymmetricSite, Structure};

/// Sites beyond which the search is not started. Its time grows with the square of their number: 0.2 s for 1728, 1 s for
/// 4096, several for this many.
pub const MAX_SITES: usize = 10_000;

/// A space-group type.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct SpaceGroup {
    /// Number in the International Tables, 1–230.
    pub number: i32,
    /// Short Hermann–Mauguin symbol, without spaces: `Fm-3m`, `P4_2/mnm`.
    pub symbol: String,
    /// Hall symbol of the standard setting: `-F 4 2 3`.
    pub hall_symbol: String,
    /// The tolerance in Å that the search settled on: it narrows one that admits contradictory operations.
    pub tolerance_angstrom: f64,
}

/// Why no space group was found.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SpaceGroupError {
    /// Molecules have no space group.
    #[error("the structure is not periodic, so it has no space group")]
    NotPeriodic,
    /// No sites at all.
    #[error("the structure has no sites")]
    Empty,
    /// See [`MAX_SITES`].
    #[error("the structure has {sites} sites; the symmetry search takes up to {MAX_SITES}")]
    TooLarge {
        /// Sites of the structure.
        sites: usize,
    },
    /// The tolerance is zero, negative or not a number.
    #[error("the tolerance {tolerance_angstrom} Å is not a positive number")]
    Tolerance {
        /// What was asked for.
        tolerance_angstrom: f64,
    },
    /// A coordinate is infinite or not a number.
    #[error("a site has a coordinate that is not a finite number")]
    NotFinite,
    /// The search gave up.
    #[error("no space group found within {tolerance_angstrom} Å: {reason}")]
    Search {
        /// What was asked for.
        tolerance_angstrom: f64,
        /// In the words of the search.
        reason: String,
    },
}

/// The space group of a structure whose sites may be off their ideal places by `tolerance_angstrom`.
///
/// # Errors
/// For molecules, empty and very large structures, and where the search finds no consistent set of operations.
pub fn detect(structure: &Structure, tolerance_angstrom: f64) -> Result<SpaceGroup, SpaceGroupError> {
    if !structure.periodic {
        return Err(SpaceGroupError::NotPeriodic);
    }
    if structure.sites.is_empty() {
        return Err(SpaceGroupError::Empty);
    }
    if structure.sites.len() > MAX_SITES {
        return Err(SpaceGroupError::TooLarge { sites: structure.sites.len() });
    }
    if !(tolerance_angstrom > 0.0 && tolerance_angstrom.is_finite()) {
        return Err(SpaceGroupError::Tolerance { tolerance_angstrom });
    }
    if !structure.sites.iter().all(|site| site.frac.is_finite()) {
        return Err(SpaceGroupError::NotFinite);
    }
    let failed = |reason: String| SpaceGroupError::Search { tolerance_angstrom, reason };
    let cell = moyo_cell(structure);
    // The search indexes and unwraps on the assumption that the sites are not on top of each other, which a file need
    // not respect. It changes nothing outside itself.
    let outcome = std::panic::catch_unwind(|| MoyoDataset::with_default(&cell, tolerance_angstrom))
        .map_err(|_| failed("the search broke off".into()))?;
    let dataset = outcome.map_err(|error: MoyoError| failed(error.to_string()))?;
    let hall_symbol = hall_symbol_entry(dataset.hall_number).map_or("", |entry| entry.hall_symbol);
    Ok(SpaceGroup {
        number: dataset.number,
        symbol: dataset.hm_symbol.replace(' ', ""),
        hall_symbol: hall_symbol.to_owned(),
        tolerance_angstrom: dataset.symprec,
    })
}

/// The structure as moyo wants it.
pub(in crate::crystal) fn moyo_cell(structure: &Structure) -> Cell {
    let vectors = structure.lattice.vectors().map(|vector| vector.to_array());
    let positions = structure.sites.iter().map(|site| Vector3::from(site.frac.to_array())).collect();
    let kinds = kinds(&structure.asymmetric);
    let numbers =
        structure.sites.iter().map(|site| kinds.get(site.asymmetric as usize).copied().unwrap_or(0));
    Cell::new(MoyoLattice::from_basis(vectors), positions, numbers.collect())
}

/// A number per distinct site, equal where the same species fill it to the same part in a thousand.
fn kinds(sites: &[AsymmetricSite]) -> Vec<i32> {
    let filling = |site: &AsymmetricSite| {
        let mut parts: Vec<(u8, f64)> = Vec::new();
        for occupant in &site.occupants {
            let number = occupant.element.number();
            match parts.iter_mut().find(|(element, _)| *element == number) {
                Some((_, sum)) => *sum += occupant.occupancy,
                None => parts.push((number, occupant.occupancy)),
            }
        }
        let mut rounded: Vec<(u8, i64)> =
            parts.into_iter().map(|(number, sum)| (number, (sum * 1000.0).round() as i64)).collect();
        rounded.sort_unstable();
        rounded
    };
    let fillings: Vec<_> = sites.iter().map(filling).collect();
    let mut distinct = fillings.clone();
    distinct.sort_unstable();
    distinct.dedup();
    fillings.iter().map(|filling| distinct.binary_search(filling).map_or(0, |index| index as i32)).collect()
}

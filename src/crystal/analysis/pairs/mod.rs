//! How often atoms of two kinds stand at each distance: pair distribution functions.
//!
//! The search for neighbours is the slow part, so its result is a value of its own: [`PairDistances`] holds every
//! distance up to a cutoff and can be stored as bytes. [`PairDistribution`] counts those distances into bins and divides
//! by what a gas of the same density would have. Another bin width or broadening needs no new search.
//! [`pairs_in_bin`] names the pairs of sites behind one peak.
//!
//! For elements a and b, with W the occupancies summed over the cell of volume V and n_ab the weighted pairs whose
//! distance lies in a bin: g_ab = n_ab / (W_a W_b / V · shell), with the exact shell volume 4π/3 (r₂³ − r₁³). Images of
//! an atom in other cells count, only the atom itself does not, so g goes to 1 in every cell.

mod bytes;
mod distances;
mod distribution;
mod linked;

pub use distances::{MAX_NEIGHBOURS, PairDistances, PairKey};
pub use distribution::{Binning, MAX_BINS, PairCurve, PairDistribution};
pub use linked::{MAX_LISTED, PairsInBin, SitePair, pairs_in_bin};

use super::super::{neighbours::NeighbourError, structure::Structure};

/// Why there is no pair distribution.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PairError {
    /// Nothing to count.
    #[error("the structure has no occupied site")]
    Empty,
    /// A coordinate, an occupancy or the cell is no number.
    #[error("site {} has a coordinate or an occupancy that is not a finite number", site + 1)]
    NotFinite {
        /// Index of the site.
        site: usize,
    },
    /// A molecule has no density to compare with.
    #[error("a pair distribution needs a crystal; this structure does not repeat and has no density")]
    NotPeriodic,
    /// A distance that was asked for is not usable.
    #[error("the distances {from_angstrom} Å to {to_angstrom} Å are no range of positive numbers")]
    Range {
        /// Lower end.
        from_angstrom: f64,
        /// Upper end.
        to_angstrom: f64,
    },
    /// No bins, or more than [`MAX_BINS`].
    #[error("{bins} bins were asked for; between 1 and {MAX_BINS} are possible")]
    Bins {
        /// What was asked for.
        bins: usize,
    },
    /// The broadening is negative, not a number, or wider than the range.
    #[error("the broadening of {sigma_angstrom} Å is not between 0 and the cutoff")]
    Broadening {
        /// What was asked for.
        sigma_angstrom: f64,
    },
    /// The distances end before the bins do.
    #[error("distances are known up to {known_angstrom} Å, and {needed_angstrom} Å are needed")]
    NotCovered {
        /// The cutoff of the distances.
        known_angstrom: f64,
        /// What the bins and their broadening reach.
        needed_angstrom: f64,
    },
    /// More pairs than memory should hold.
    #[error("about {} million pairs lie within {cutoff_angstrom} Å; choose a shorter distance", pairs / 1_000_000)]
    TooLarge {
        /// Estimated number of ordered pairs.
        pairs: usize,
        /// What was asked for.
        cutoff_angstrom: f64,
    },
    /// Stored bytes are not what this version writes.
    #[error("the stored distances cannot be used: {reason}")]
    Bytes {
        /// What is wrong with them.
        reason: &'static str,
    },
    /// The search itself gave up.
    #[error(transparent)]
    Neighbours(#[from] NeighbourError),
}

/// What every search here asks of a structure.
fn check(structure: &Structure) -> Result<(), PairError> {
    if structure.sites.is_empty() {
        return Err(PairError::Empty);
    }
    for (index, site) in structure.sites.iter().enumerate() {
        let row = structure.asymmetric_of(site);
        let occupancies_are_numbers =
            row.is_some_and(|row| row.occupants.iter().all(|occupant| occupant.occupancy.is_finite()));
        if !site.frac.is_finite() || !occupancies_are_numbers {
            return Err(PairError::NotFinite { site: index });
        }
    }
    if !structure.periodic {
        return Err(PairError::NotPeriodic);
    }
    Ok(())
}

/// Ordered pairs to expect within a distance, from the density of sites.
fn estimated_pairs(structure: &Structure, cutoff_angstrom: f64) -> usize {
    let sites = structure.sites.len() as f64;
    let sphere = 4.0 / 3.0 * std::f64::consts::PI * cutoff_angstrom.powi(3);
    // Saturates where it is larger than any integer.
    (sites * sites / structure.lattice.volume_angstrom3() * sphere) as usize
}

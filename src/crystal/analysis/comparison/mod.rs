//! Two structures side by side: what changed from the first to the second.
//!
//! Each part stands for itself: cells ([`compare_cells`]), places of the atoms ([`compare_sites`]), coordination numbers
//! ([`compare_coordination`]), pair distributions ([`compare_pairs`]) and powder patterns ([`compare_patterns`]). [`compare`] does all of them; a part that makes
//! no sense for the two (another composition, a molecule) says why and leaves the others alone. Differences are second
//! minus first.

mod assignment;
mod cells;
mod curves;
mod patterns;
mod sites;

use serde::Serialize;

use super::{
    super::structure::Structure,
    coordination::{CoordinationError, Method},
    diffraction::{DiffractionError, PatternSettings, Probe, ProfileSettings},
    pairs::{Binning, PairError},
};

pub use cells::{Axes, CellComparison, Change, LARGEST_STRAIN, Strain, compare_cells};
pub use curves::{
    CoordinationComparison, CountPair, CurveDifference, ElementNumbers, PairComparison, compare_coordination,
    compare_pairs,
};
pub use patterns::{PatternComparison, compare_patterns};
pub use sites::{MAX_MAPPED_SITES, MappedSite, SiteComparison, compare_sites};

/// Which of the two structures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one that is compared with.
    First,
    /// The one that is compared.
    Second,
}

impl std::fmt::Display for Which {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::First => "first structure",
            Self::Second => "second structure",
        })
    }
}

/// Why two structures, or one part of them, cannot be compared.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ComparisonError {
    /// Nothing to compare.
    #[error("the {0} has no sites")]
    Empty(Which),
    /// A coordinate is no number.
    #[error("the {which} has a coordinate or an occupancy that is not a finite number, at site {}", site + 1)]
    NotFinite {
        /// Whose.
        which: Which,
        /// Index of the site.
        site: usize,
    },
    /// A part that needs a crystal.
    #[error("the {0} does not repeat; this part compares crystals")]
    NotPeriodic(Which),
    /// The cells are too different to be one cell that was strained.
    #[error("the cells do not correspond: no choice of axes brings them within {:.0} % of strain", LARGEST_STRAIN * 100.0)]
    OtherCell,
    /// The atoms are not the same ones.
    #[error("the structures have not the same atoms per cell: {first} and {second}")]
    OtherAtoms {
        /// Atoms of the first, such as `Fe4 O6`.
        first: String,
        /// Atoms of the second.
        second: String,
    },
    /// One is a crystal, the other a molecule.
    #[error("one structure repeats and the other does not")]
    CrystalAndMolecule,
    /// The atoms are so far from each other that no assignment is better than another.
    #[error("the atoms are too far displaced to tell which is which")]
    NoMapping,
    /// More sites than are assigned to each other.
    #[error("{sites} sites are more than the {MAX_MAPPED_SITES} that are assigned to each other")]
    TooLarge {
        /// How many there are.
        sites: usize,
    },
    /// The coordination of one of them is unknown.
    #[error("the {which}: {source}")]
    Coordination {
        /// Whose.
        which: Which,
        /// Why.
        source: CoordinationError,
    },
    /// One of them has no powder pattern.
    #[error("the {which}: {source}")]
    Diffraction {
        /// Whose.
        which: Which,
        /// Why.
        source: DiffractionError,
    },
    /// The pair distribution of one of them is unknown.
    #[error("the {which}: {source}")]
    Pairs {
        /// Whose.
        which: Which,
        /// Why.
        source: PairError,
    },
}

/// A part of a comparison, or in words why there is none. As JSON the part itself, or `{"not_comparable": "…"}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Part<T> {
    /// The comparison.
    Compared(T),
    /// Why there is none.
    Not {
        /// The error.
        #[serde(serialize_with = "as_text")]
        not_comparable: ComparisonError,
    },
}

impl<T> Part<T> {
    /// The comparison, where there is one.
    pub fn compared(&self) -> Option<&T> {
        match self {
            Self::Compared(part) => Some(part),
            Self::Not { .. } => None,
        }
    }
}

impl<T> From<Result<T, ComparisonError>> for Part<T> {
    fn from(result: Result<T, ComparisonError>) -> Self {
        result.map_or_else(|not_comparable| Self::Not { not_comparable }, Self::Compared)
    }
}

fn as_text<S: serde::Serializer>(error: &ComparisonError, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}

/// How the parts are computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How neighbours are chosen.
    pub method: Method,
    /// Bins of the pair distributions.
    pub binning: Binning,
    /// What the powder patterns are made with.
    pub probe: Probe,
    /// Wavelength and range of the powder patterns.
    pub pattern: PatternSettings,
    /// Shape of their lines.
    pub profile: ProfileSettings,
}

impl Default for Options {
    /// The bonds of the viewer; 10 Å in 200 bins, broadened by 0.1 Å so that a small shift of a shell is a small
    /// difference; copper's Kα up to 90°.
    fn default() -> Self {
        Self {
            method: Method::Default,
            binning: Binning::new(10.0, 200).broadened(0.1),
            probe: Probe::XRay,
            pattern: PatternSettings::default(),
            profile: ProfileSettings::default(),
        }
    }
}

/// Everything that is compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Cell, volume and density.
    pub cells: Part<CellComparison>,
    /// Which atom went where.
    pub sites: Part<SiteComparison>,
    /// Coordination numbers.
    pub coordination: Part<CoordinationComparison>,
    /// Pair distributions.
    pub pairs: Part<PairComparison>,
    /// Powder patterns.
    pub diffraction: Part<PatternComparison>,
}

/// Compares two structures part by part.
///
/// # Errors
/// When one of them has no sites or a number that is not finite. What else stands in the way of a part stands there.
pub fn compare(
    first: &Structure,
    second: &Structure,
    options: Options,
) -> Result<Comparison, ComparisonError> {
    check_both(first, second)?;
    Ok(Comparison {
        cells: compare_cells(first, second).into(),
        sites: compare_sites(first, second).into(),
        coordination: compare_coordination(first, second, options.method).into(),
        pairs: compare_pairs(first, second, options.binning).into(),
        diffraction: compare_patterns(first, second, options.probe, &options.pattern, &options.profile)
            .into(),
    })
}

fn check_both(first: &Structure, second: &Structure) -> Result<(), ComparisonError> {
    for (structure, which) in [(first, Which::First), (second, Which::Second)] {
        if structure.sites.is_empty() {
            return Err(ComparisonError::Empty(which));
        }
        for (index, site) in structure.sites.iter().enumerate() {
            let row = structure.asymmetric_of(site);
            let occupancies_are_numbers =
                row.is_some_and(|row| row.occupants.iter().all(|occupant| occupant.occupancy.is_finite()));
            if !site.frac.is_finite() || !occupancies_are_numbers {
                return Err(ComparisonError::NotFinite { which, site: index });
            }
        }
    }
    Ok(())
}

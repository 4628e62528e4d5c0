//! Coordination numbers and pair distributions of two structures on common axes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    super::{
        super::structure::Structure,
        coordination::{Coordination, Method, statistics::histogram},
        pairs::{Binning, PairDistances, PairDistribution},
    },
    ComparisonError, Which, check_both,
};

/// How many sites have a coordination number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CountPair {
    /// Sites of the first structure.
    pub first: usize,
    /// Sites of the second.
    pub second: usize,
    /// Share among the sites of the element in the second, less the share in the first: comparable also between cells of
    /// different size.
    pub difference_of_shares: f64,
}

/// Coordination numbers of one element.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ElementNumbers {
    /// Mean number in the first structure, where it has the element.
    pub mean_first: Option<f64>,
    /// Mean number in the second.
    pub mean_second: Option<f64>,
    /// Per coordination number that occurs.
    pub numbers: BTreeMap<usize, CountPair>,
}

/// Coordination numbers of two structures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CoordinationComparison {
    /// How the neighbours were chosen.
    pub method: Method,
    /// Per element, alphabetical by symbol.
    pub elements: BTreeMap<&'static str, ElementNumbers>,
    /// Whether every element has the same shares of the same numbers.
    pub same: bool,
}

/// Compares the coordination numbers per element.
///
/// # Errors
/// When the coordination of one of them cannot be found.
pub fn compare_coordination(
    first: &Structure,
    second: &Structure,
    method: Method,
) -> Result<CoordinationComparison, ComparisonError> {
    check_both(first, second)?;
    let counted = |structure, which| {
        let found = Coordination::new(structure, method);
        let found = found.map_err(|source| ComparisonError::Coordination { which, source })?;
        Ok(histogram(&found))
    };
    let (first, second) = (counted(first, Which::First)?, counted(second, Which::Second)?);
    let symbols: BTreeSet<&'static str> = first.keys().chain(second.keys()).copied().collect();
    let elements: BTreeMap<&'static str, ElementNumbers> = symbols
        .into_iter()
        .map(|symbol| (symbol, element_numbers(first.get(symbol), second.get(symbol))))
        .collect();
    let all = || elements.values().flat_map(|element| element.numbers.values());
    let same = all().all(|count| count.difference_of_shares.abs() < 1e-9);
    Ok(CoordinationComparison { method, elements, same })
}

type Counts = BTreeMap<usize, usize>;

fn element_numbers(first: Option<&Counts>, second: Option<&Counts>) -> ElementNumbers {
    let total = |counts: Option<&Counts>| counts.map_or(0, |counts| counts.values().sum::<usize>());
    let mean = |counts: Option<&Counts>| {
        let sum: usize = counts?.iter().map(|(number, count)| number * count).sum();
        Some(sum as f64 / total(counts) as f64)
    };
    let share = |count: usize, of: usize| if of == 0 { 0.0 } else { count as f64 / of as f64 };
    let numbers: BTreeSet<usize> = first.into_iter().chain(second).flat_map(|c| c.keys().copied()).collect();
    let pair = |number: usize| {
        let count = |counts: Option<&Counts>| counts.and_then(|c| c.get(&number)).copied().unwrap_or(0);
        let (a, b) = (count(first), count(second));
        let difference_of_shares = share(b, total(second)) - share(a, total(first));
        (number, CountPair { first: a, second: b, difference_of_shares })
    };
    ElementNumbers {
        mean_first: mean(first),
        mean_second: mean(second),
        numbers: numbers.into_iter().map(pair).collect(),
    }
}

/// Two curves on one axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CurveDifference {
    /// The first curve.
    pub first: Vec<f64>,
    /// The second.
    pub second: Vec<f64>,
    /// Second minus first.
    pub difference: Vec<f64>,
    /// Largest absolute difference.
    pub max_abs: f64,
    /// Root of the mean squared difference.
    pub rms: f64,
}

impl CurveDifference {
    pub(super) fn new(first: &[f64], second: &[f64]) -> Self {
        let difference: Vec<f64> = first.iter().zip(second).map(|(a, b)| b - a).collect();
        let squares: f64 = difference.iter().map(|x| x * x).sum();
        Self {
            max_abs: difference.iter().fold(0.0, |largest, x| largest.max(x.abs())),
            rms: (squares / difference.len().max(1) as f64).sqrt(),
            first: first.to_vec(),
            second: second.to_vec(),
            difference,
        }
    }
}

/// Pair distributions of two crystals.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairComparison {
    /// Centres of the bins in Å.
    pub r_angstrom: Vec<f64>,
    /// g(r) of all atoms.
    pub total: CurveDifference,
    /// g(r) per pair of elements that both have, alphabetical.
    pub pairs: BTreeMap<String, CurveDifference>,
    /// Pairs of elements that only the first has.
    pub only_first: Vec<String>,
    /// Pairs of elements that only the second has.
    pub only_second: Vec<String>,
}

/// Compares the pair distributions on the same bins.
///
/// # Errors
/// When the distribution of one of them cannot be computed.
pub fn compare_pairs(
    first: &Structure,
    second: &Structure,
    binning: Binning,
) -> Result<PairComparison, ComparisonError> {
    check_both(first, second)?;
    let curves = |structure, which| {
        let distances = PairDistances::new(structure, binning.reach_angstrom());
        let curves = distances.and_then(|distances| PairDistribution::new(&distances, binning));
        curves.map_err(|source| ComparisonError::Pairs { which, source })
    };
    let (first, second) = (curves(first, Which::First)?, curves(second, Which::Second)?);
    let labelled = |all: &PairDistribution| -> BTreeMap<String, Vec<f64>> {
        all.pairs.iter().map(|curve| (curve.pair.label(), curve.g.clone())).collect()
    };
    let (one, other) = (labelled(&first), labelled(&second));
    let missing_in = |from: &BTreeMap<String, Vec<f64>>, than: &BTreeMap<String, Vec<f64>>| -> Vec<String> {
        from.keys().filter(|label| !than.contains_key(*label)).cloned().collect()
    };
    let both = one.iter().filter_map(|(label, a)| Some((label, a, other.get(label)?)));
    Ok(PairComparison {
        total: CurveDifference::new(&first.total, &second.total),
        pairs: both.map(|(label, a, b)| (label.clone(), CurveDifference::new(a, b))).collect(),
        only_first: missing_in(&one, &other),
        only_second: missing_in(&other, &one),
        r_angstrom: first.r_angstrom,
    })
}

//! Pair distribution functions, counted from known distances.

use std::f64::consts::PI;

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{
    PairError,
    distances::{PairDistances, PairKey, Shells},
};

/// The most bins of one distribution.
pub const MAX_BINS: usize = 1 << 20;

/// Part of a bin by which distances are moved up. A shell that lies on the border of two bins (a/2 in a cubic crystal)
/// is written with different roundings and would fall into both.
const NUDGE: f64 = 1e-9;

/// How many σ of a broadened distance are counted.
const BROADENED_SIGMAS: f64 = 6.0;

/// The bins [0, Δ), [Δ, 2Δ) … up to a cutoff, and how far each distance is smeared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binning {
    /// Upper end of the last bin in Å.
    pub cutoff_angstrom: f64,
    /// Number of bins.
    pub bins: usize,
    /// Standard deviation in Å of the Gaussian that stands for each distance; 0 counts the distances as they are.
    pub sigma_angstrom: f64,
}

impl Binning {
    /// So many bins up to a cutoff in Å, without broadening.
    #[must_use]
    pub fn new(cutoff_angstrom: f64, bins: usize) -> Self {
        Self { cutoff_angstrom, bins, sigma_angstrom: 0.0 }
    }

    /// Bins of this width in Å. The cutoff moves up to the end of the last bin.
    #[must_use]
    pub fn with_width(cutoff_angstrom: f64, width_angstrom: f64) -> Self {
        let bins = (cutoff_angstrom / width_angstrom - NUDGE).ceil();
        // A width that is no positive number gives 0 or too many bins, which `PairDistribution::new` refuses.
        Self::new(bins * width_angstrom, bins as usize)
    }

    /// The same bins with broadened distances.
    #[must_use]
    pub fn broadened(self, sigma_angstrom: f64) -> Self {
        Self { sigma_angstrom, ..self }
    }

    /// Width of a bin in Å.
    #[must_use]
    pub fn width_angstrom(&self) -> f64 {
        self.cutoff_angstrom / self.bins as f64
    }

    /// The cutoff in Å that the distances need: a broadened distance beyond the last bin still reaches into it.
    #[must_use]
    pub fn reach_angstrom(&self) -> f64 {
        self.cutoff_angstrom + BROADENED_SIGMAS * self.sigma_angstrom
    }

    fn check(&self) -> Result<(), PairError> {
        let Self { cutoff_angstrom, bins, sigma_angstrom } = *self;
        if !(1..=MAX_BINS).contains(&bins) {
            return Err(PairError::Bins { bins });
        }
        if !(cutoff_angstrom > 0.0 && cutoff_angstrom.is_finite()) {
            return Err(PairError::Range { from_angstrom: 0.0, to_angstrom: cutoff_angstrom });
        }
        if !(0.0..=cutoff_angstrom).contains(&sigma_angstrom) {
            return Err(PairError::Broadening { sigma_angstrom });
        }
        Ok(())
    }

    /// Lower end of a bin in Å.
    fn edge(&self, bin: usize) -> f64 {
        bin as f64 * self.width_angstrom()
    }

    fn shell_volume_angstrom3(&self, bin: usize) -> f64 {
        4.0 / 3.0 * PI * (self.edge(bin + 1).powi(3) - self.edge(bin).powi(3))
    }

    /// Weighted distances per bin.
    fn count(&self, pair: &Shells) -> Vec<f64> {
        let mut counts = vec![0.0; self.bins];
        let width = self.width_angstrom();
        for &(distance, weight) in &pair.entries {
            if self.sigma_angstrom > 0.0 {
                self.spread(&mut counts, distance, weight);
            } else if let Some(count) = counts.get_mut((distance / width + NUDGE) as usize) {
                *count += weight;
            }
        }
        counts
    }

    /// Adds the part of a Gaussian that lies in each bin.
    fn spread(&self, counts: &mut [f64], distance: f64, weight: f64) {
        let (width, far) = (self.width_angstrom(), BROADENED_SIGMAS * self.sigma_angstrom);
        let first = ((distance - far).max(0.0) / width) as usize;
        let last = (((distance + far) / width) as usize).min(self.bins - 1);
        let below = |bin: usize| {
            0.5 * (1.0 + erf((self.edge(bin) - distance) / (self.sigma_angstrom * std::f64::consts::SQRT_2)))
        };
        let Some(reached) = counts.get_mut(first..=last) else { return };
        let mut lower = below(first);
        for (count, bin) in reached.iter_mut().zip(first..) {
            let upper = below(bin + 1);
            *count += weight * (upper - lower);
            lower = upper;
        }
    }
}

/// The curves of one pair of elements.
#[derive(Clone, Debug, PartialEq)]
pub struct PairCurve {
    /// Which elements.
    pub pair: PairKey,
    /// g(r) per bin.
    pub g: Vec<f64>,
    /// Atoms of the second element around one of the first, up to the end of each bin.
    pub running_cn: Vec<f64>,
    /// Atoms of the first element around one of the second: another number where their amounts differ.
    pub running_cn_reversed: Vec<f64>,
}

/// Pair distribution functions of a crystal.
///
/// As JSON: `{"r_angstrom":[],"pairs":{"Cl-Na":{"g":[],"running_cn":[],"running_cn_reversed":[]}},"total":[],
/// "reduced":[],"number_density":0.0}` with the pairs in alphabetical order. For `A-B`, `running_cn` counts B around A.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairDistribution {
    /// Centres of the bins in Å.
    pub r_angstrom: Vec<f64>,
    /// One entry per pair of elements, in alphabetical order.
    #[serde(serialize_with = "as_map")]
    pub pairs: Vec<PairCurve>,
    /// g(r) of all atoms, whatever element they are.
    pub total: Vec<f64>,
    /// G(r) = 4πrρ₀(g − 1) of all atoms, in 1/Å². Atoms count alike; no scattering lengths enter.
    pub reduced: Vec<f64>,
    /// ρ₀: atoms per Å³.
    pub number_density: f64,
}

impl PairDistribution {
    /// Counts known distances into bins.
    ///
    /// # Errors
    /// When the bins are not usable, or reach farther than the distances ([`Binning::reach_angstrom`]).
    pub fn new(distances: &PairDistances, binning: Binning) -> Result<Self, PairError> {
        binning.check()?;
        // A cutoff that was computed from a bin width may be a rounding above the one that was asked for.
        if !distances.covers(binning.reach_angstrom() * (1.0 - 1e-12)) {
            return Err(PairError::NotCovered {
                known_angstrom: distances.cutoff_angstrom,
                needed_angstrom: binning.reach_angstrom(),
            });
        }
        let amount: f64 = distances.elements.iter().map(|(_, amount)| amount).sum();
        let volume = distances.volume_angstrom3;
        let number_density = amount / volume;
        let shells: Vec<f64> = (0..binning.bins).map(|bin| binning.shell_volume_angstrom3(bin)).collect();
        let divided = |counts: &[f64], expected_density: f64| -> Vec<f64> {
            counts.iter().zip(&shells).map(|(count, shell)| count / (expected_density * shell)).collect()
        };
        let mut all = vec![0.0; binning.bins];
        let mut pairs = Vec::with_capacity(distances.pairs.len());
        for shells in &distances.pairs {
            let ends = (distances.elements.get(shells.first), distances.elements.get(shells.second));
            let (Some(&(first, first_amount)), Some(&(second, second_amount))) = ends else { continue };
            let counts = binning.count(shells);
            // Unlike pairs are held once, and each is seen from both its ends.
            let ends_counted = if first == second { 1.0 } else { 2.0 };
            for (sum, count) in all.iter_mut().zip(&counts) {
                *sum += ends_counted * count;
            }
            pairs.push(PairCurve {
                pair: PairKey { first, second },
                g: divided(&counts, first_amount * second_amount / volume),
                running_cn: running(&counts, first_amount),
                running_cn_reversed: running(&counts, second_amount),
            });
        }
        let r_angstrom: Vec<f64> =
            (0..binning.bins).map(|bin| (bin as f64 + 0.5) * binning.width_angstrom()).collect();
        let total = divided(&all, amount * number_density);
        let reduced = r_angstrom.iter().zip(&total);
        let reduced = reduced.map(|(r, g)| 4.0 * PI * r * number_density * (g - 1.0)).collect();
        Ok(Self { r_angstrom, pairs, total, reduced, number_density })
    }

    /// The curves of two elements, by their symbols in either order.
    #[must_use]
    pub fn pair(&self, a: &str, b: &str) -> Option<&PairCurve> {
        let (first, second) = if a <= b { (a, b) } else { (b, a) };
        self.pairs
            .iter()
            .find(|curve| curve.pair.first.symbol() == first && curve.pair.second.symbol() == second)
    }
}

fn running(counts: &[f64], centres: f64) -> Vec<f64> {
    let mut sum = 0.0;
    let next = |count: &f64| {
        sum += count;
        sum / centres
    };
    counts.iter().map(next).collect()
}

#[derive(Serialize)]
struct Curves<'a> {
    g: &'a [f64],
    running_cn: &'a [f64],
    running_cn_reversed: &'a [f64],
}

fn as_map<S: Serializer>(pairs: &[PairCurve], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(pairs.len()))?;
    for PairCurve { pair, g, running_cn, running_cn_reversed } in pairs {
        map.serialize_entry(&pair.label(), &Curves { g, running_cn, running_cn_reversed })?;
    }
    map.end()
}

/// The error function, by Kummer's series: all terms are positive, so nothing cancels (NIST DLMF 7.6.2).
fn erf(x: f64) -> f64 {
    let squared = x * x;
    if squared > 36.0 {
        return x.signum();
    }
    let (mut term, mut sum, mut n) = (x, x, 1.0);
    while term.abs() > 1e-17 * sum.abs() {
        term *= 2.0 * squared / (2.0 * n + 1.0);
        sum += term;
        n += 1.0;
    }
    2.0 / PI.sqrt() * (-squared).exp() * sum
}

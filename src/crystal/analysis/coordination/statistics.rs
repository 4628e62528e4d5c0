//! Counts, lengths and angles of a coordination.

use std::collections::BTreeMap;

use glam::DVec3;
use serde::Serialize;

use super::{
    super::super::{element::Element, structure::Structure},
    Coordination, CoordinationError, as_symbol,
};

/// The most bonds whose lengths are listed.
pub const MAX_BONDS: usize = 4_000_000;
/// The most angles that are listed.
pub const MAX_ANGLES: usize = 4_000_000;

/// Lengths of the bonds between two elements.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BondLengths {
    /// How many bonds per cell.
    pub count: usize,
    /// Shortest in Å.
    pub min_angstrom: f64,
    /// Mean in Å.
    pub mean_angstrom: f64,
    /// Longest in Å.
    pub max_angstrom: f64,
    /// Each of them in Å, rising.
    pub lengths_angstrom: Vec<f64>,
}

/// Angles between the bonds of one site.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteAngles {
    /// Index of the site into [`Structure::sites`].
    pub index: usize,
    /// Its main element.
    #[serde(serialize_with = "as_symbol")]
    pub element: Element,
    /// Every pair of neighbours, in degrees, rising.
    pub angles_deg: Vec<f64>,
}

/// Coordination numbers: per element how many sites have which, alphabetical by symbol.
#[must_use]
pub fn histogram(coordination: &Coordination) -> BTreeMap<&'static str, BTreeMap<usize, usize>> {
    let mut histogram = BTreeMap::<&str, BTreeMap<usize, usize>>::new();
    for site in &coordination.sites {
        *histogram.entry(site.element.symbol()).or_default().entry(site.cn).or_default() += 1;
    }
    histogram
}

/// Lengths per pair of elements (`Cl-Na`, alphabetical). A bond counts once, also where only one of its ends names the
/// other as neighbour, as CrystalNN may.
///
/// # Errors
/// When there are more than [`MAX_BONDS`].
pub fn bond_lengths(coordination: &Coordination) -> Result<BTreeMap<String, BondLengths>, CoordinationError> {
    let count: usize = coordination.sites.iter().map(|site| site.neighbors.len()).sum();
    if count > 2 * MAX_BONDS {
        return Err(CoordinationError::TooLarge { what: "bonds", count: count / 2, limit: MAX_BONDS });
    }
    let mut bonds = Vec::with_capacity(count);
    for site in &coordination.sites {
        for near in &site.neighbors {
            let (from, to) = (site.index, near.index);
            let forward = from < to || (from == to && near.image > [0; 3]);
            let key =
                if forward { (from, to, near.image) } else { (to, from, near.image.map(|cells| -cells)) };
            let (a, b) = (site.element.symbol(), near.element.symbol());
            bonds.push((key, if a <= b { (a, b) } else { (b, a) }, near.distance_angstrom));
        }
    }
    bonds.sort_unstable_by(|x, y| x.0.cmp(&y.0).then(x.2.total_cmp(&y.2)));
    bonds.dedup_by_key(|(key, _, _)| *key);
    let mut lengths = BTreeMap::<(&str, &str), Vec<f64>>::new();
    for (_, pair, length) in bonds {
        lengths.entry(pair).or_default().push(length);
    }
    let summed = lengths.into_iter().map(|((a, b), lengths)| (format!("{a}-{b}"), summary(lengths)));
    Ok(summed.collect())
}

fn summary(mut lengths: Vec<f64>) -> BondLengths {
    lengths.sort_unstable_by(f64::total_cmp);
    BondLengths {
        count: lengths.len(),
        min_angstrom: lengths.first().copied().unwrap_or_default(),
        mean_angstrom: lengths.iter().sum::<f64>() / lengths.len().max(1) as f64,
        max_angstrom: lengths.last().copied().unwrap_or_default(),
        lengths_angstrom: lengths,
    }
}

/// Angles neighbour–site–neighbour of every site with two neighbours or more.
///
/// # Errors
/// When there are more than [`MAX_ANGLES`].
pub fn bond_angles(
    structure: &Structure,
    coordination: &Coordination,
) -> Result<Vec<SiteAngles>, CoordinationError> {
    let of_site = |neighbours: usize| neighbours * neighbours.saturating_sub(1) / 2;
    let count: usize = coordination.sites.iter().map(|site| of_site(site.neighbors.len())).sum();
    if count > MAX_ANGLES {
        return Err(CoordinationError::TooLarge { what: "bond angles", count, limit: MAX_ANGLES });
    }
    let frac = |index: usize| structure.sites.get(index).map_or(DVec3::ZERO, |site| site.frac);
    let mut all = Vec::new();
    for site in coordination.sites.iter().filter(|site| site.neighbors.len() > 1) {
        let directions: Vec<DVec3> = site
            .neighbors
            .iter()
            .map(|near| {
                let shift = DVec3::from_array(near.image.map(f64::from));
                structure.lattice.cart_from_frac(frac(near.index) + shift - frac(site.index))
            })
            .collect();
        let mut angles_deg = Vec::with_capacity(of_site(directions.len()));
        for (index, a) in directions.iter().enumerate() {
            // By the arc tangent: the arc cosine loses digits near 180°, where straight bonds are.
            let angle = |b: &DVec3| a.cross(*b).length().atan2(a.dot(*b)).to_degrees();
            angles_deg.extend(directions.iter().skip(index + 1).map(angle));
        }
        angles_deg.sort_unstable_by(f64::total_cmp);
        all.push(SiteAngles { index: site.index, element: site.element, angles_deg });
    }
    Ok(all)
}

/// Angles per element of the centre, counted into so many equal bins from 0° to 180°. Bins are half open, the last one
/// includes 180°.
#[must_use]
pub fn angle_histogram(angles: &[SiteAngles], bins: usize) -> BTreeMap<&'static str, Vec<usize>> {
    let mut histogram = BTreeMap::new();
    for site in angles {
        let counts = histogram.entry(site.element.symbol()).or_insert_with(|| vec![0; bins]);
        for angle in &site.angles_deg {
            // Nudged like distances, so that 90° does not fall into two bins.
            let bin = (angle / 180.0 * bins as f64 + 1e-9) as usize;
            if let Some(count) = counts.get_mut(bin.min(bins.saturating_sub(1))) {
                *count += 1;
            }
        }
    }
    histogram
}

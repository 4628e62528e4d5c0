//! The pairs of sites behind a stretch of distances: what a click on a peak shows in the crystal.

use serde::Serialize;

use super::{
    super::super::{neighbours::NeighbourList, structure::Structure},
    PairError, check,
    distances::{MAX_NEIGHBOURS, ONE_PLACE_ANGSTROM},
    estimated_pairs,
};

/// The most pairs that are listed.
pub const MAX_LISTED: usize = 10_000;

/// Two sites and their distance. Each pair stands once: with a < b, or a = b and an image whose first number other than
/// zero is positive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SitePair {
    /// Index into [`Structure::sites`].
    pub a: u32,
    /// Index into [`Structure::sites`].
    pub b: u32,
    /// Cell of b relative to the cell of a.
    pub image: [i32; 3],
    /// In Å.
    pub distance_angstrom: f64,
}

/// Pairs within a stretch of distances.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairsInBin {
    /// By distance, then by sites and image; the nearest [`MAX_LISTED`].
    pub pairs: Vec<SitePair>,
    /// How many there are, listed or not.
    pub found: usize,
}

/// The pairs of sites whose distance lies in [from, to), in Å; per cell, images included.
///
/// # Errors
/// When nothing is there, a number is not finite, the structure does not repeat, the range is none, or too many pairs
/// lie within it.
pub fn pairs_in_bin(
    structure: &Structure,
    from_angstrom: f64,
    to_angstrom: f64,
) -> Result<PairsInBin, PairError> {
    check(structure)?;
    if !(from_angstrom >= 0.0 && to_angstrom > from_angstrom && to_angstrom.is_finite()) {
        return Err(PairError::Range { from_angstrom, to_angstrom });
    }
    let pairs = estimated_pairs(structure, to_angstrom);
    if pairs > MAX_NEIGHBOURS {
        return Err(PairError::TooLarge { pairs, cutoff_angstrom: to_angstrom });
    }
    // Shells on a border belong to the upper bin, whatever their rounding.
    let nudge = 1e-9 * (to_angstrom - from_angstrom);
    let range = (from_angstrom - nudge).max(ONE_PLACE_ANGSTROM)..to_angstrom - nudge;
    let neighbours = NeighbourList::new(structure, to_angstrom)?;
    let mut pairs = Vec::new();
    for site in 0..structure.sites.len() {
        for near in neighbours.of(site) {
            let once = site < near.site as usize || (site == near.site as usize && near.image > [0; 3]);
            if once && range.contains(&near.distance_angstrom) {
                let image = near.image.map(i32::from);
                let distance_angstrom = near.distance_angstrom;
                pairs.push(SitePair { a: site as u32, b: near.site, image, distance_angstrom });
            }
        }
    }
    let found = pairs.len();
    pairs.sort_unstable_by(|x, y| {
        let by_distance = x.distance_angstrom.total_cmp(&y.distance_angstrom);
        by_distance.then_with(|| (x.a, x.b, x.image).cmp(&(y.a, y.b, y.image)))
    });
    pairs.truncate(MAX_LISTED);
    Ok(PairsInBin { pairs, found })
}

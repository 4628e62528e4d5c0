//! Where sites are, for finding one at a place: a hash of small boxes, so that a million sites take a second.

use std::collections::HashMap;

use glam::DVec3;

use super::text::counted;
use crate::crystal::{lattice::Lattice, structure::Structure};

/// Sites closer than this are at one place.
const SAME_PLACE_ANGSTROM: f64 = 0.01;
/// Edge of a box of the hash: rarely more than one box to look at, few sites in each.
const BOX_ANGSTROM: f64 = 0.05;

/// Boxes of the cell, with chained lists of the sites in each.
pub(super) struct Places {
    lattice: Lattice,
    periodic: bool,
    /// Boxes along each axis when periodic.
    counts: DVec3,
    /// Fractional reach of [`SAME_PLACE_ANGSTROM`] along each axis.
    reach: DVec3,
    newest_in_box: HashMap<[i32; 3], u32>,
    /// Every entry: its site, and the entry before it in its box.
    entries: Vec<(u32, Option<u32>)>,
}

impl Places {
    pub(super) fn new(lattice: &Lattice, periodic: bool) -> Self {
        let spacings = DVec3::from_array(lattice.plane_spacings_angstrom());
        let counts = (spacings / BOX_ANGSTROM).floor().clamp(DVec3::ONE, DVec3::splat(2e9));
        Self {
            lattice: *lattice,
            periodic,
            counts,
            reach: SAME_PLACE_ANGSTROM / spacings,
            newest_in_box: HashMap::new(),
            entries: Vec::new(),
        }
    }

    fn key(&self, boxed: DVec3) -> [i32; 3] {
        let wrapped = if self.periodic { boxed.rem_euclid(self.counts) } else { boxed };
        wrapped.to_array().map(|value| value as i32)
    }

    /// Remembers a site and where it is.
    pub(super) fn insert(&mut self, frac: DVec3, site: u32) {
        let key = self.key((frac * self.counts).floor());
        let entry = self.entries.len() as u32;
        self.entries.push((site, self.newest_in_box.insert(key, entry)));
    }

    /// A remembered site at this place; `frac_of` tells where a site is, or that it does not count.
    pub(super) fn find(&self, frac: DVec3, frac_of: impl Fn(u32) -> Option<DVec3>) -> Option<u32> {
        let low = ((frac - self.reach) * self.counts).floor();
        let steps = (((frac + self.reach) * self.counts).floor() - low).min(DVec3::splat(2.0));
        let range = |steps: f64| 0..=(steps as i32);
        for x in range(steps.x) {
            for y in range(steps.y) {
                for z in range(steps.z) {
                    let key = self.key(low + DVec3::new(f64::from(x), f64::from(y), f64::from(z)));
                    let mut next = self.newest_in_box.get(&key).copied();
                    while let Some((site, previous)) = next.and_then(|e| self.entries.get(e as usize)) {
                        let is_here =
                            |other: DVec3| self.distance_angstrom(other - frac) < SAME_PLACE_ANGSTROM;
                        if frac_of(*site).is_some_and(is_here) {
                            return Some(*site);
                        }
                        next = *previous;
                    }
                }
            }
        }
        None
    }

    fn distance_angstrom(&self, difference: DVec3) -> f64 {
        let reduced = if self.periodic { difference - difference.round() } else { difference };
        self.lattice.cart_from_frac(reduced).length()
    }
}

/// A sentence about atoms that stand on other atoms of their element, if there are any. All are kept: only the author
/// of the file can know which are meant.
pub(super) fn coincidences(structure: &Structure) -> Option<String> {
    let mut places = Places::new(&structure.lattice, structure.periodic);
    let mut count = 0_usize;
    for (index, site) in structure.sites.iter().enumerate() {
        let element = structure.element_of(site);
        let frac_of_same_element = |other: u32| {
            structure.sites.get(other as usize).filter(|s| structure.element_of(s) == element).map(|s| s.frac)
        };
        if places.find(site.frac, frac_of_same_element).is_some() {
            count += 1;
        } else {
            places.insert(site.frac, index as u32);
        }
    }
    match count {
        0 => None,
        1 => Some("1 atom stands on another atom of the same element".to_owned()),
        _ => Some(format!("{} stand on other atoms of the same element", counted(count, "atom"))),
    }
}

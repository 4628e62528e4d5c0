//! Rows and a group to all atoms of the cell.
//!
//! Every row is expanded on its own. A row whose first atom falls on an atom of an earlier row (within 0.01 Å) shares
//! that site: another species there is substitutional disorder; the same species again, once the site is full, is a
//! list that repeats what symmetry already makes. Rows at different places are never merged, whatever their disorder
//! groups. Places are found with a hash of small boxes, so that a million rows take a second and not a day.

use std::collections::HashMap;

use glam::{DMat3, DVec3};

use super::atoms::Row;
use crate::crystal::{
    io::text::{MAX_SITES, counted, quote},
    lattice::Lattice,
    structure::{AsymmetricSite, Displacement, Site, Structure},
    symmetry::{Group, Orbit, RowHint},
};

/// Rows closer than this share a site.
const SAME_PLACE_ANGSTROM: f64 = 0.01;
/// Edge of a box of the hash: rarely more than one box to look at, few sites in each.
const BOX_ANGSTROM: f64 = 0.05;
/// Occupancies are written with few digits; three of 0.3333 and one of 0.0002 are a full site.
const OCCUPANCY_TOLERANCE: f64 = 1e-3;
/// Shifts below this are rounding of the last digit of a double.
const SHIFT_WORTH_TELLING_ANGSTROM: f64 = 1e-6;
/// Joined labels stop growing here.
const MAX_LABEL_BYTES: usize = 60;
/// Labels named in a warning.
const LABELS_NAMED: usize = 5;

/// Fills in the sites. The error is a sentence about the whole block.
pub(super) fn assemble(structure: Structure, group: &Group, rows: Vec<Row>) -> Result<Structure, String> {
    if rows.len().saturating_mul(group.operations().len()) > MAX_SITES {
        return Err(format!(
            "{} under {} would make more than {MAX_SITES} atoms, which is more than Vitrine opens",
            counted(rows.len(), "row"),
            counted(group.operations().len(), "symmetry operation"),
        ));
    }
    let mut assembly = Assembly {
        places: Places::new(&structure.lattice, structure.periodic),
        rotations: group.cart_rotations(&structure.lattice),
        structure,
        occupancies: Vec::new(),
        moved_rows: 0,
        largest_shift_angstrom: 0.0,
        repeated_rows: 0,
    };
    for row in rows {
        assembly.add(group, row);
    }
    Ok(assembly.finish())
}

struct Assembly {
    structure: Structure,
    places: Places,
    /// Cartesian rotations of the group.
    rotations: Vec<DMat3>,
    /// Total occupancy of every asymmetric site.
    occupancies: Vec<f64>,
    moved_rows: usize,
    largest_shift_angstrom: f64,
    repeated_rows: usize,
}

impl Assembly {
    fn add(&mut self, group: &Group, row: Row) {
        let hint = RowHint { occupancy: row.occupant.occupancy, multiplicity: row.multiplicity };
        let orbit = if self.structure.periodic {
            group.orbit(&self.structure.lattice, row.frac, hint)
        } else {
            Orbit::at(row.frac)
        };
        if orbit.shift_angstrom > SHIFT_WORTH_TELLING_ANGSTROM {
            self.moved_rows += 1;
            self.largest_shift_angstrom = self.largest_shift_angstrom.max(orbit.shift_angstrom);
        }
        let Some(first) = orbit.images.first() else { return };
        match self.places.find(first.frac, &self.structure) {
            Some(site) => self.share(site, row),
            None => self.place(&orbit, row),
        }
    }

    fn place(&mut self, orbit: &Orbit, row: Row) {
        let asymmetric = self.structure.asymmetric.len() as u32;
        let at_site = symmetrized(row.displacement, &self.rotations, &orbit.site_symmetry);
        for image in &orbit.images {
            let displacement = match (at_site, self.rotations.get(image.operation)) {
                (Displacement::Anisotropic(u), Some(turn)) => Displacement::Anisotropic(turned(u, turn)),
                (other, _) => other,
            };
            self.places.insert(image.frac, self.structure.sites.len() as u32);
            self.structure.sites.push(Site { asymmetric, frac: image.frac, displacement });
        }
        self.occupancies.push(row.occupant.occupancy);
        self.structure.asymmetric.push(AsymmetricSite {
            label: row.label,
            occupants: vec![row.occupant],
            disorder: row.disorder,
        });
    }

    fn share(&mut self, asymmetric: u32, row: Row) {
        let index = asymmetric as usize;
        let (Some(site), Some(total)) =
            (self.structure.asymmetric.get_mut(index), self.occupancies.get_mut(index))
        else {
            return;
        };
        let would_be = *total + row.occupant.occupancy;
        let is_full = would_be > 1.0 + OCCUPANCY_TOLERANCE;
        if is_full && site.occupants.iter().any(|o| o.element == row.occupant.element) {
            self.repeated_rows += 1;
            return;
        }
        *total = would_be;
        site.occupants.push(row.occupant);
        if site.label.len() + row.label.len() < MAX_LABEL_BYTES {
            site.label = format!("{}/{}", site.label, row.label);
        } else if !site.label.ends_with("/…") {
            site.label.push_str("/…");
        }
        if site.disorder.is_none() {
            site.disorder = row.disorder;
        }
    }

    fn finish(mut self) -> Structure {
        let warnings = &mut self.structure.warnings;
        if self.moved_rows > 0 {
            let shift = significant(self.largest_shift_angstrom);
            warnings.push(match self.moved_rows {
                1 => format!("1 row sat {shift} Å off its special position and was moved onto it"),
                rows => format!(
                    "{rows} rows sat up to {shift} Å off their special positions and were moved onto them"
                ),
            });
        }
        if self.repeated_rows > 0 {
            warnings.push(format!(
                "{} left out: the same element is already there, listed before or made by symmetry",
                counted(self.repeated_rows, "row")
            ));
        }
        let full: Vec<String> = self
            .occupancies
            .iter()
            .zip(&self.structure.asymmetric)
            .filter(|(total, _)| **total > 1.0 + OCCUPANCY_TOLERANCE)
            .map(|(total, site)| format!("{} ({})", quote(&site.label), (total * 1e4).round() / 1e4))
            .collect();
        if !full.is_empty() {
            let named = full.iter().take(LABELS_NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = if full.len() > LABELS_NAMED { ", …" } else { "" };
            warnings.push(format!(
                "{} filled more than once (total occupancy above 1): {named}{more}",
                counted(full.len(), "site")
            ));
        }
        self.structure
    }
}

/// Two digits: `2.4e-4`, `0.012`.
fn significant(value: f64) -> String {
    if value >= 0.001 { format!("{value:.3}") } else { format!("{value:.1e}") }
}

/// The mean over the site symmetry: rounding breaks what the site demands (U11 = U22 on a fourfold axis).
fn symmetrized(displacement: Displacement, rotations: &[DMat3], site_symmetry: &[usize]) -> Displacement {
    let Displacement::Anisotropic(u) = displacement else { return displacement };
    if site_symmetry.len() < 2 {
        return displacement;
    }
    let turns = site_symmetry.iter().filter_map(|index| rotations.get(*index));
    let sum = turns.fold(DMat3::ZERO, |sum, turn| sum + turned(u, turn));
    Displacement::Anisotropic(sum * (1.0 / site_symmetry.len() as f64))
}

fn turned(u: DMat3, turn: &DMat3) -> DMat3 {
    *turn * u * turn.transpose()
}

/// Where sites are: boxes of the cell, chained lists of sites in each.
struct Places {
    lattice: Lattice,
    periodic: bool,
    /// Boxes along each axis when periodic.
    counts: DVec3,
    /// Fractional reach of [`SAME_PLACE_ANGSTROM`] along each axis.
    reach: DVec3,
    newest_in_box: HashMap<[i32; 3], u32>,
    /// For every site the one before it in its box.
    previous: Vec<Option<u32>>,
}

impl Places {
    fn new(lattice: &Lattice, periodic: bool) -> Self {
        let spacings = DVec3::from_array(lattice.plane_spacings_angstrom());
        let counts = (spacings / BOX_ANGSTROM).floor().clamp(DVec3::ONE, DVec3::splat(2e9));
        Self {
            lattice: *lattice,
            periodic,
            counts,
            reach: SAME_PLACE_ANGSTROM / spacings,
            newest_in_box: HashMap::new(),
            previous: Vec::new(),
        }
    }

    fn key(&self, boxed: DVec3) -> [i32; 3] {
        let wrapped = if self.periodic { boxed.rem_euclid(self.counts) } else { boxed };
        wrapped.to_array().map(|value| value as i32)
    }

    /// Sites are inserted in the order of their indices.
    fn insert(&mut self, frac: DVec3, site: u32) {
        let key = self.key((frac * self.counts).floor());
        self.previous.push(self.newest_in_box.insert(key, site));
    }

    /// The asymmetric site of an atom at this place.
    fn find(&self, frac: DVec3, structure: &Structure) -> Option<u32> {
        let low = ((frac - self.reach) * self.counts).floor();
        let steps = (((frac + self.reach) * self.counts).floor() - low).min(DVec3::splat(2.0));
        let range = |steps: f64| 0..=(steps as i32);
        for x in range(steps.x) {
            for y in range(steps.y) {
                for z in range(steps.z) {
                    let key = self.key(low + DVec3::new(f64::from(x), f64::from(y), f64::from(z)));
                    let mut next = self.newest_in_box.get(&key).copied();
                    while let Some(index) = next {
                        let site = structure.sites.get(index as usize)?;
                        if self.distance_angstrom(site.frac - frac) < SAME_PLACE_ANGSTROM {
                            return Some(site.asymmetric);
                        }
                        next = self.previous.get(index as usize).copied().flatten();
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

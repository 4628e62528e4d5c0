//! Rows and a group to all atoms of the cell.
//!
//! Every row is expanded on its own. A row whose first atom falls on an atom of an earlier row (within 0.01 Å) shares
//! that site: another species there is substitutional disorder; the same species again, once the site is full, is a
//! list that repeats what symmetry already makes. Rows at different places are never merged, whatever their disorder
//! groups.

use glam::DMat3;

use super::atoms::Row;
use crate::crystal::{
    io::{
        places::Places,
        text::{MAX_SITES, counted, quote},
    },
    structure::{AsymmetricSite, Displacement, Site, Structure},
    symmetry::{Group, Orbit, RowHint},
};

/// Occupancies are written with few digits; three of 0.3333 and one of 0.0002 are a full site.
const OCCUPANCY_TOLERANCE: f64 = 1e-3;
/// Shifts below this are rounding of coordinates with many digits, and no one could see them.
const SHIFT_WORTH_TELLING_ANGSTROM: f64 = 1e-3;
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
        let sites = &self.structure.sites;
        let frac_of = |site: u32| sites.get(site as usize).map(|site| site.frac);
        let here = self.places.find(first.frac, frac_of).and_then(|site| sites.get(site as usize));
        match here.map(|site| site.asymmetric) {
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

//! Every reflection within a sphere of reciprocal space, with |g| and |F|²: what a pattern is made of at any wavelength.
//!
//! Reflections are grouped into orbits: sets that the Laue group of the crystal carries into each other, all with the
//! same |g| and |F|². Without symmetry an orbit is one Friedel pair. One member of each pair ±(hkl) is kept.

use glam::DVec3;

use crate::crystal::{lattice::Lattice, structure::Structure};

use super::{
    amplitudes::squared_amplitudes,
    atoms::{Displacements, atoms},
    error::DiffractionError,
    points::{Row, check_reach, check_size, reciprocal_vector, rows, stands_for_pair},
    radiation::Probe,
    symmetry::{IdealCell, TOLERANCE_ANGSTROM},
};

/// More reflections than this (Friedel pairs) are refused: they would take half a gigabyte.
pub const MAX_POINTS: f64 = 5e6;
/// More reflections × sites than this are refused: about ten seconds on one core,
/// forty where each atom moves in its own way.
pub const MAX_WORK: f64 = 2e10;

/// How far beyond a limit in reciprocal space points on its edge still count: rounding must not cut an orbit in two.
pub(super) const EDGE: f64 = 1e-9;

/// How the note begins that says why reflections are not merged by symmetry.
pub(super) const UNUSED_SYMMETRY: &str = "Reflections are merged without symmetry: ";

/// Reflections that symmetry makes equal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Orbit {
    /// |g| = 1/d in 1/Å.
    pub(super) g: f64,
    /// |F|² of one member, in electrons² or fm² per cell.
    pub(super) f_squared: f64,
    /// Where the members begin.
    pub(super) first: usize,
    /// How many there are, one per Friedel pair.
    pub(super) count: usize,
}

/// One of each Friedel pair of reflections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reflection {
    /// Indices in the axes of the cell that was given; the first that is not zero is positive.
    pub hkl: [i32; 3],
    /// |g| = 1/d in 1/Å.
    pub g_per_angstrom: f64,
    /// |F|² in electrons² (X-rays) or fm² (neutrons) per given cell.
    pub f_squared: f64,
}

/// All reflections of a structure up to a limit in reciprocal space. They do not depend on the wavelength.
#[derive(Clone, Debug, PartialEq)]
pub struct Reflections {
    pub(super) probe: Probe,
    pub(super) g_max: f64,
    /// Whether the orbits are those of a symmetry that was found.
    pub(super) symmetrized: bool,
    /// Whether indices are written with four numbers.
    pub(super) four_index: bool,
    /// By |g|, then by falling indices of the first member.
    pub(super) orbits: Vec<Orbit>,
    pub(super) members: Vec<[i16; 3]>,
    pub(super) notes: Vec<String>,
}

impl Reflections {
    /// The reflections of the structure exactly as its numbers stand, every Friedel pair by itself.
    ///
    /// # Errors
    /// For molecules, empty structures, unusable numbers, elements without an entry, and where there are too many
    /// reflections × sites.
    pub fn new(
        structure: &Structure,
        probe: Probe,
        displacements: &Displacements,
        g_max_per_angstrom: f64,
    ) -> Result<Self, DiffractionError> {
        let (atoms, notes) = atoms(structure, probe, displacements)?;
        check_size(&structure.lattice, atoms.len(), g_max_per_angstrom)?;
        let g_max = g_max_per_angstrom * (1.0 + EDGE);
        let rows = rows(&structure.lattice, g_max);
        let reciprocal = structure.lattice.reciprocal_vectors();
        let squared = squared_amplitudes(&atoms, probe, &reciprocal, &rows)?;
        let mut list: Vec<([i16; 3], f64, f64)> = rows
            .iter()
            .flat_map(|row| row.points())
            .zip(squared)
            .map(|(hkl, f_squared)| (narrow(hkl), reciprocal_vector(&reciprocal, hkl).length(), f_squared))
            .collect();
        list.sort_unstable_by(|(a, g_a, _), (b, g_b, _)| g_a.total_cmp(g_b).then_with(|| b.cmp(a)));
        let orbits = list.iter().enumerate();
        let orbits = orbits.map(|(first, &(_, g, f_squared))| Orbit { g, f_squared, first, count: 1 });
        Ok(Self {
            probe,
            g_max: g_max_per_angstrom,
            symmetrized: false,
            four_index: is_roughly_hexagonal(&structure.lattice),
            orbits: orbits.collect(),
            members: list.iter().map(|(hkl, _, _)| *hkl).collect(),
            notes,
        })
    }

    /// The reflections of the ideal crystal that the structure stands for, grouped by its Laue group. Without a
    /// symmetry those of [`Self::new`], with a note.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn symmetrized(
        structure: &Structure,
        probe: Probe,
        displacements: &Displacements,
        g_max_per_angstrom: f64,
    ) -> Result<Self, DiffractionError> {
        // Unusable structures are reported as such, before a search that could only fail.
        atoms(structure, probe, displacements)?;
        match IdealCell::find(structure, TOLERANCE_ANGSTROM) {
            Ok(ideal) => Self::of_ideal_cell(structure, &ideal, probe, displacements, g_max_per_angstrom),
            Err(error) => {
                let mut plain = Self::new(structure, probe, displacements, g_max_per_angstrom)?;
                plain.notes.push(format!("{UNUSED_SYMMETRY}{error}"));
                Ok(plain)
            }
        }
    }

    /// As [`Self::symmetrized`], with the symmetry found before, in the same structure.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_ideal_cell(
        structure: &Structure,
        ideal: &IdealCell,
        probe: Probe,
        displacements: &Displacements,
        g_max_per_angstrom: f64,
    ) -> Result<Self, DiffractionError> {
        let (given, notes) = atoms(structure, probe, displacements)?;
        let atoms = ideal.atoms(&given);
        check_reach(&structure.lattice, g_max_per_angstrom)?;
        check_size(ideal.lattice(), atoms.len(), g_max_per_angstrom)?;
        // A little more, so that the orbits on the edge are whole.
        let all = rows(ideal.lattice(), g_max_per_angstrom * (1.0 + 1e-6));
        let reciprocal = ideal.lattice().reciprocal_vectors();
        let mut members: Vec<([i32; 3], [i32; 3])> =
            all.iter().flat_map(|row| row.points()).map(|hkl| (ideal.representative(hkl), hkl)).collect();
        members.sort_unstable_by(|a, b| b.cmp(a));
        let chosen = chosen_rows(&members);
        let squared = squared_amplitudes(&atoms, probe, &reciprocal, &chosen)?;
        let values: Vec<([i32; 3], f64)> = chosen.iter().flat_map(|row| row.points()).zip(squared).collect();
        let scale = ideal.multiple() * ideal.multiple();
        let mut groups: Vec<(Orbit, Vec<[i16; 3]>)> = Vec::new();
        for orbit in members.chunk_by(|(a, _), (b, _)| a == b) {
            let Some((representative, _)) = orbit.first() else { continue };
            let g = reciprocal_vector(&reciprocal, *representative).length();
            if g > g_max_per_angstrom * (1.0 + EDGE) {
                continue;
            }
            let Ok(index) = values.binary_search_by(|(hkl, _)| hkl.cmp(representative)) else { continue };
            let f_squared = values.get(index).map_or(0.0, |(_, value)| value * scale);
            let mut indices: Vec<[i16; 3]> =
                orbit.iter().map(|(_, hkl)| paired(ideal.given_indices(*hkl))).collect();
            indices.sort_unstable_by(|a, b| b.cmp(a));
            groups.push((Orbit { g, f_squared, first: 0, count: indices.len() }, indices));
        }
        groups.sort_by(|(a, a_members), (b, b_members)| {
            a.g.total_cmp(&b.g).then_with(|| b_members.first().cmp(&a_members.first()))
        });
        let (mut orbits, mut flat) = (Vec::with_capacity(groups.len()), Vec::with_capacity(members.len()));
        for (orbit, indices) in groups {
            orbits.push(Orbit { first: flat.len(), ..orbit });
            flat.extend(indices);
        }
        Ok(Self {
            probe,
            g_max: g_max_per_angstrom,
            symmetrized: true,
            four_index: (143..=194).contains(&ideal.space_group_number()) && is_hexagonal(&structure.lattice),
            orbits,
            members: flat,
            notes,
        })
    }

    /// What is scattered.
    #[must_use]
    pub fn probe(&self) -> Probe {
        self.probe
    }

    /// Whether every reflection within a limit in 1/Å is here.
    #[must_use]
    pub fn covers(&self, g_max_per_angstrom: f64) -> bool {
        g_max_per_angstrom <= self.g_max * (1.0 + EDGE)
    }

    /// Whether these are the reflections of an idealised crystal.
    #[must_use]
    pub fn is_symmetrized(&self) -> bool {
        self.symmetrized
    }

    /// How many Friedel pairs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether the limit was too small for any reflection.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// What had to be assumed, in sentences.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// One of each Friedel pair, by rising |g|.
    pub fn iter(&self) -> impl Iterator<Item = Reflection> + '_ {
        self.orbits.iter().flat_map(|orbit| {
            self.members_of(orbit).iter().map(|hkl| Reflection {
                hkl: hkl.map(i32::from),
                g_per_angstrom: orbit.g,
                f_squared: orbit.f_squared,
            })
        })
    }

    pub(super) fn members_of(&self, orbit: &Orbit) -> &[[i16; 3]] {
        self.members.get(orbit.first..orbit.first + orbit.count).unwrap_or_default()
    }
}

/// The size check holds indices below [`super::points::MAX_INDEX`].
fn narrow(hkl: [i32; 3]) -> [i16; 3] {
    hkl.map(|index| index as i16)
}

fn paired(hkl: [i32; 3]) -> [i16; 3] {
    narrow(if stands_for_pair(hkl) { hkl } else { hkl.map(|index| -index) })
}

/// Rows that hold the representatives of sorted members, in rising order.
fn chosen_rows(members: &[([i32; 3], [i32; 3])]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for [h, k, l] in members.iter().rev().filter(|(a, b)| a == b).map(|(representative, _)| *representative) {
        match rows.last_mut() {
            Some(row) if row.h == h && row.k == k => row.count = (l - row.first_l) as usize + 1,
            _ => rows.push(Row { h, k, first_l: l, count: 1 }),
        }
    }
    rows
}

/// The test of pymatgen: two right angles within 5°, one of 60° or 120°, and the two axes between them equal within
/// 0.01 Å.
fn is_roughly_hexagonal(lattice: &Lattice) -> bool {
    let (right, hexagonal) = angle_kinds(lattice, 5.0);
    let lengths = lattice.vectors().map(DVec3::length);
    match (right.as_slice(), hexagonal.as_slice()) {
        ([i, j], [_]) => (lengths[*i] - lengths[*j]).abs() < 0.01,
        _ => false,
    }
}

/// a = b and γ = 120° within what a symmetric cell may be off.
fn is_hexagonal(lattice: &Lattice) -> bool {
    let cell = lattice.parameters();
    (cell.a - cell.b).abs() < 0.01 * cell.a
        && (cell.gamma - 120.0).abs() < 0.5
        && (cell.alpha - 90.0).abs() < 0.5
        && (cell.beta - 90.0).abs() < 0.5
}

fn angle_kinds(lattice: &Lattice, tolerance_deg: f64) -> (Vec<usize>, Vec<usize>) {
    let cell = lattice.parameters();
    let angles = [cell.alpha, cell.beta, cell.gamma];
    let near =
        |target: f64| move |i: &usize| angles.get(*i).is_some_and(|a| (a - target).abs() <= tolerance_deg);
    let right = (0..3).filter(near(90.0)).collect();
    let hexagonal = (0..3).filter(|i| near(60.0)(i) || near(120.0)(i)).collect();
    (right, hexagonal)
}

//! The ideal crystal behind a cell whose numbers are rounded or noisy.
//!
//! The search (moyo's) finds the primitive cell, its space group and which sites are images of each other. Lattice and
//! positions are averaged over the operations of the group, displacements and occupancies over the sites that fall
//! together. Everything is computed in this small ideal cell; indices are turned back to the axes of the cell that was
//! given, so that a supercell has the pattern of its parent and (hkl) keep their meaning.

use glam::{DMat3, DVec3, IVec3};
use moyo::{
    MoyoDataset,
    base::{AngleTolerance, Operation},
    data::{HallSymbol, Setting},
};
use nalgebra::{Matrix3, Vector3};

use crate::crystal::{
    lattice::Lattice,
    space_group::{MAX_SITES, moyo_cell},
    structure::Structure,
};

use super::{
    atoms::{Atom, Motion},
    error::DiffractionError,
};

/// How far in Å sites may be off their ideal places by default.
pub const TOLERANCE_ANGSTROM: f64 = 0.01;

/// The ideal primitive cell of a structure and how the given cell lies in it.
#[derive(Clone, Debug)]
pub struct IdealCell {
    /// The ideal primitive cell, in the orientation of the structure.
    lattice: Lattice,
    /// Fractional coordinates of its sites.
    places: Vec<DVec3>,
    /// Equal numbers for sites that are images of each other.
    orbits: Vec<usize>,
    /// Per site of the structure: index into `places`.
    place_of_site: Vec<usize>,
    /// Linear parts and translations of the space group, in the primitive cell.
    operations: Vec<(DMat3, DVec3)>,
    /// One of each pair ±W of the point group, transposed, as rows of integers: they turn indices.
    turns: Vec<[IVec3; 3]>,
    /// Columns: the given cell vectors in the primitive ones, whole numbers.
    given_from_primitive: [IVec3; 3],
    /// Primitive cells in the given cell.
    multiple: f64,
    /// Number of the space group.
    number: i32,
}

impl IdealCell {
    /// Looks for the symmetry of a structure whose sites may be off by `tolerance_angstrom`.
    ///
    /// # Errors
    /// [`DiffractionError::NoSymmetry`] with the reason: no lattice, no sites, too many of them, or contradictory
    /// operations.
    pub fn find(structure: &Structure, tolerance_angstrom: f64) -> Result<Self, DiffractionError> {
        let none = |reason: &str| Err(DiffractionError::NoSymmetry(reason.to_owned()));
        let sites = structure.sites.len();
        if !structure.periodic || sites == 0 || !structure.sites.iter().all(|site| site.frac.is_finite()) {
            return none("the structure has no lattice, no sites or a coordinate that is not a number");
        }
        if sites > MAX_SITES {
            return none(&format!("{sites} sites are more than the {MAX_SITES} that the search takes"));
        }
        if !(tolerance_angstrom > 0.0 && tolerance_angstrom.is_finite()) {
            return none(&format!("{tolerance_angstrom} Å is not a tolerance"));
        }
        let cell = moyo_cell(structure);
        // As in the search for the space group: sites on top of each other break moyo's assumptions, and it changes
        // nothing outside itself.
        let outcome = std::panic::catch_unwind(|| {
            MoyoDataset::new(&cell, tolerance_angstrom, AngleTolerance::Default, Setting::default(), false)
                .map(|dataset| (HallSymbol::from_hall_number(dataset.hall_number), dataset))
        });
        match outcome {
            Ok(Ok((Some(hall), dataset))) => match Self::from_dataset(structure, &dataset, &hall) {
                Some(ideal) => Ok(ideal),
                None => none("the search returned a cell that does not fit"),
            },
            Ok(Err(error)) => none(&error.to_string()),
            Ok(Ok((None, _))) | Err(_) => none("the search broke off"),
        }
    }

    fn from_dataset(structure: &Structure, dataset: &MoyoDataset, hall: &HallSymbol) -> Option<Self> {
        let primitive = &dataset.prim_std_cell;
        let basis = &primitive.lattice.basis;
        let lattice = Lattice::from_vectors([0, 1, 2].map(|i| dvec(&basis.column(i).into_owned()))).ok()?;
        let to_given = dataset.prim_std_linear.try_inverse()?;
        let whole = to_given.map(f64::round);
        // A cell that is not a whole multiple of the primitive one is not of this lattice.
        if (to_given - whole).abs().max() > 1e-3 {
            return None;
        }
        let multiple = whole.determinant().abs().round();
        if multiple < 1.0 || dataset.mapping_std_prim.len() != structure.sites.len() {
            return None;
        }
        let places: Vec<DVec3> = primitive.positions.iter().map(dvec).collect();
        let mut orbits = vec![usize::MAX; places.len()];
        for (place, orbit) in dataset.mapping_std_prim.iter().zip(&dataset.orbits) {
            *orbits.get_mut(*place)? = *dataset.mapping_std_prim.get(*orbit)?;
        }
        let listed = hall.primitive_traverse();
        let operations: Vec<(DMat3, DVec3)> = listed
            .iter()
            .map(|Operation { rotation, translation }| (dmat(&rotation.map(f64::from)), dvec(translation)))
            .collect();
        Some(Self {
            lattice,
            places,
            orbits,
            place_of_site: dataset.mapping_std_prim.clone(),
            operations,
            turns: turns(listed.iter().map(|operation| &operation.rotation)),
            given_from_primitive: [0, 1, 2].map(|i| dvec(&whole.column(i).into_owned()).as_ivec3()),
            multiple,
            number: dataset.number,
        })
    }

    /// Number of the space group in the International Tables.
    #[must_use]
    pub fn space_group_number(&self) -> i32 {
        self.number
    }

    pub(super) fn lattice(&self) -> &Lattice {
        &self.lattice
    }

    /// How many times the amplitude of the primitive cell the given cell has.
    pub(super) fn multiple(&self) -> f64 {
        self.multiple
    }

    /// The indices in the given cell of a point of the primitive one.
    pub(super) fn given_indices(&self, hkl: [i32; 3]) -> [i32; 3] {
        let hkl = IVec3::from_array(hkl);
        self.given_from_primitive.map(|column| column.dot(hkl))
    }

    /// The member of the orbit of ±(hkl) under the point group that comes last in lexicographic order.
    pub(super) fn representative(&self, hkl: [i32; 3]) -> [i32; 3] {
        let hkl = IVec3::from_array(hkl);
        let images = self.turns.iter().map(|turn| {
            let image = turn.map(|row| row.dot(hkl));
            image.max(image.map(|index| -index))
        });
        images.max().unwrap_or_default()
    }

    /// The atoms of the ideal cell, from those of the structure it was found in.
    pub(super) fn atoms(&self, given: &[Atom]) -> Vec<Atom> {
        let mut shares = vec![0.0_f64; self.places.len()];
        for place in &self.place_of_site {
            if let Some(share) = shares.get_mut(*place) {
                *share += 1.0;
            }
        }
        // Several sites of the given cell become one: same species, occupancies and tensors averaged.
        let mut merged: Vec<Atom> = Vec::new();
        let mut by_place: Vec<Vec<usize>> = vec![Vec::new(); self.places.len()];
        for atom in given {
            let Some(&place) = self.place_of_site.get(atom.site) else { continue };
            let (Some(list), Some(share)) = (by_place.get_mut(place), shares.get(place)) else { continue };
            let known = list.iter().find(|i| merged.get(**i).is_some_and(|m| m.element == atom.element));
            if let Some(sum) = known.and_then(|i| merged.get_mut(*i)) {
                sum.occupancy += atom.occupancy / share;
                sum.motion = add(sum.motion, atom.motion, 1.0 / share);
            } else {
                list.push(merged.len());
                let frac = self.places.get(place).copied().unwrap_or_default();
                let occupancy = atom.occupancy / share;
                let motion = scaled(atom.motion, 1.0 / share);
                merged.push(Atom { site: place, occupancy, frac, motion, ..*atom });
            }
        }
        if merged.iter().any(|atom| atom.motion != Motion::Isotropic(0.0)) {
            self.average_motion(&mut merged, &by_place);
        }
        merged
    }

    /// Averages displacements over the sites that the operations carry into each other.
    fn average_motion(&self, atoms: &mut [Atom], by_place: &[Vec<usize>]) {
        let mut sums = vec![DMat3::ZERO; atoms.len()];
        let mut counts = vec![0.0_f64; atoms.len()];
        let mut isotropic = vec![true; atoms.len()];
        let (out, into) = (self.lattice.cart_from_frac_matrix(), self.lattice.frac_from_cart_matrix());
        for (linear, translation) in &self.operations {
            let turn = out * *linear * into;
            for atom in atoms.iter() {
                let Some(target) = self.image(atom.site, *linear, *translation) else { continue };
                let same = |i: &&usize| atoms.get(**i).is_some_and(|a| a.element == atom.element);
                let Some(&index) = by_place.get(target).and_then(|list| list.iter().find(same)) else {
                    continue;
                };
                let tensor = turn * atom.motion.tensor() * turn.transpose();
                if let (Some(sum), Some(count), Some(flag)) =
                    (sums.get_mut(index), counts.get_mut(index), isotropic.get_mut(index))
                {
                    *sum += tensor;
                    *count += 1.0;
                    *flag &= matches!(atom.motion, Motion::Isotropic(_));
                }
            }
        }
        for (((atom, sum), count), isotropic) in atoms.iter_mut().zip(sums).zip(counts).zip(isotropic) {
            if count > 0.0 {
                let mean = sum * (1.0 / count);
                atom.motion = if isotropic {
                    let u = (mean.x_axis.x + mean.y_axis.y + mean.z_axis.z) / 3.0;
                    Motion::Isotropic(super::scattering::b_from_u(u))
                } else {
                    Motion::Anisotropic(mean)
                };
            }
        }
    }

    /// The site that an operation carries a site to.
    fn image(&self, site: usize, linear: DMat3, translation: DVec3) -> Option<usize> {
        let from = *self.places.get(site)?;
        let orbit = self.orbits.get(site)?;
        let moved = linear * from + translation;
        let distance = |to: &DVec3| {
            let difference = moved - *to;
            self.lattice.cart_from_frac(difference - difference.round()).length_squared()
        };
        let equals = self.places.iter().zip(&self.orbits).enumerate().filter(|(_, (_, o))| *o == orbit);
        equals.min_by(|(_, (a, _)), (_, (b, _))| distance(a).total_cmp(&distance(b))).map(|(index, _)| index)
    }
}

fn scaled(motion: Motion, factor: f64) -> Motion {
    match motion {
        Motion::Isotropic(b) => Motion::Isotropic(b * factor),
        Motion::Anisotropic(u) => Motion::Anisotropic(u * factor),
    }
}

fn add(sum: Motion, other: Motion, weight: f64) -> Motion {
    match (sum, other) {
        (Motion::Isotropic(a), Motion::Isotropic(b)) => Motion::Isotropic(a + b * weight),
        _ => Motion::Anisotropic(sum.tensor() + other.tensor() * weight),
    }
}

/// Linear parts without those that differ from an earlier one in the sign only. The lines of a turn are the columns of
/// W, so that it gives (hkl)W.
fn turns<'a>(rotations: impl Iterator<Item = &'a Matrix3<i32>>) -> Vec<[IVec3; 3]> {
    let mut turns: Vec<[IVec3; 3]> = Vec::new();
    for rotation in rotations {
        let column = |j: usize| IVec3::new(rotation[(0, j)], rotation[(1, j)], rotation[(2, j)]);
        let turn = [0, 1, 2].map(column);
        let opposite = turn.map(|row| -row);
        if !turns.contains(&turn) && !turns.contains(&opposite) {
            turns.push(turn);
        }
    }
    turns
}

fn dvec(vector: &Vector3<f64>) -> DVec3 {
    DVec3::new(vector.x, vector.y, vector.z)
}

fn dmat(matrix: &Matrix3<f64>) -> DMat3 {
    DMat3::from_cols(
        dvec(&matrix.column(0).into_owned()),
        dvec(&matrix.column(1).into_owned()),
        dvec(&matrix.column(2).into_owned()),
    )
}

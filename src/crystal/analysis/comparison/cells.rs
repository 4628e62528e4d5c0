//! Cells: strain, volume and density.
//!
//! With the cell vectors as columns of M, the deformation from the first cell to the second is F = M₂ P M₁⁻¹. The
//! integer matrix P says which vectors of the second cell stand for a, b, c: the choice with the least strain, and the
//! vectors as they are where no other choice is better. The finite strain of Lagrange, E = ½(FᵀF − 1), does not depend
//! on how the second crystal is turned in space.

use glam::{DMat3, DVec3};
use serde::Serialize;

use super::{
    super::super::{element::Element, structure::Structure},
    ComparisonError, Which, check_both,
};

/// Principal strains beyond this mean another cell, not a strained one.
pub const LARGEST_STRAIN: f64 = 0.15;
/// Choices of axes whose strains differ by less are equally good: symmetry of the lattice.
const SAME_STRAIN: f64 = 1e-5;
/// 1 u/Å³ in g/cm³ (CODATA 2018).
const GRAM_PER_CM3: f64 = 1.660_539_066_60;

/// Which sum of the vectors of the second cell stands for a, b and c, column by column.
pub type Axes = [[i32; 3]; 3];

/// A number in both structures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Change {
    /// In the first.
    pub first: f64,
    /// In the second.
    pub second: f64,
    /// Second minus first.
    pub difference: f64,
    /// Difference by first.
    pub relative: f64,
}

impl Change {
    fn new(first: f64, second: f64) -> Self {
        Self { first, second, difference: second - first, relative: (second - first) / first }
    }
}

/// How a cell became another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Strain {
    /// The matrix P.
    pub axes: Axes,
    /// E row by row, along the Cartesian axes of the first structure; without unit.
    pub tensor: [[f64; 3]; 3],
    /// Eigenvalues of E, rising.
    pub principal: [f64; 3],
    /// Degree of distortion: a third of the root of the sum of the squared eigenvalues, as COMPSTRU gives it (de la Flor
    /// et al., J. Appl. Cryst. 49 (2016) 653).
    pub degree: f64,
}

/// Cells, volumes and densities of two crystals.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CellComparison {
    /// The strain, where the cells correspond.
    pub strain: Option<Strain>,
    /// Volume of the cell in Å³.
    pub volume_angstrom3: Change,
    /// Volume per atom in Å³, occupancies counted: comparable also between different cells.
    pub volume_per_atom_angstrom3: Change,
    /// Density in g/cm³.
    pub density_g_cm3: Change,
}

/// Compares the cells of two crystals.
///
/// # Errors
/// When one of them has no sites, a number that is not finite, or does not repeat.
pub fn compare_cells(first: &Structure, second: &Structure) -> Result<CellComparison, ComparisonError> {
    check_both(first, second)?;
    for (structure, which) in [(first, Which::First), (second, Which::Second)] {
        if !structure.periodic {
            return Err(ComparisonError::NotPeriodic(which));
        }
    }
    let axes = corresponding_axes(first, second).first().copied();
    let volumes = [first, second].map(|structure| structure.lattice.volume_angstrom3());
    let atoms = [first, second].map(|structure| structure.composition().values().sum::<f64>());
    let masses = [first, second].map(|structure| {
        let amounts = structure.composition();
        let mass = |(symbol, amount): (&str, f64)| {
            Element::from_symbol(symbol).map_or(0.0, |element| element.data().mass_u * amount)
        };
        amounts.into_iter().map(mass).sum::<f64>()
    });
    let ratio = |[a, b]: [f64; 2], [by_a, by_b]: [f64; 2]| Change::new(a / by_a, b / by_b);
    Ok(CellComparison {
        strain: axes.map(|axes| strain(first, second, axes)),
        volume_angstrom3: ratio(volumes, [1.0, 1.0]),
        volume_per_atom_angstrom3: ratio(volumes, atoms),
        density_g_cm3: ratio(masses.map(|mass| mass * GRAM_PER_CM3), volumes),
    })
}

/// The equally good choices of axes of the second cell, the plain one first where it is among them. Empty where the
/// cells do not correspond.
pub(super) fn corresponding_axes(first: &Structure, second: &Structure) -> Vec<Axes> {
    const PLAIN: Axes = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
    let inverse = first.lattice.frac_from_cart_matrix();
    let to = second.lattice.cart_from_frac_matrix();
    // E depends on P only by the products of the vectors that P makes.
    let size = |axes: Axes| {
        let tensor = tensor(to * matrix(axes) * inverse);
        let columns = [tensor.x_axis, tensor.y_axis, tensor.z_axis];
        columns.iter().map(|column| column.length_squared()).sum::<f64>().sqrt()
    };
    let plain = size(PLAIN);
    let mut choices: Vec<(f64, Axes)> =
        unimodular().map(|axes| (size(axes), axes)).filter(|(size, _)| size.is_finite()).collect();
    let least = choices.iter().map(|(size, _)| *size).fold(plain, f64::min);
    choices.retain(|(size, axes)| *size <= least + SAME_STRAIN && *axes != PLAIN);
    choices.sort_by_key(|(_, axes)| *axes);
    let plain = (plain <= least + SAME_STRAIN).then_some(PLAIN);
    let all = plain.into_iter().chain(choices.into_iter().map(|(_, axes)| axes));
    all.filter(|axes| {
        let principal = eigenvalues(tensor(to * matrix(*axes) * inverse));
        principal.iter().all(|strain| strain.abs() <= LARGEST_STRAIN)
    })
    .collect()
}

/// All matrices of −1, 0 and 1 that keep volume and handedness, column by column.
fn unimodular() -> impl Iterator<Item = Axes> {
    (0..3_i32.pow(9)).filter_map(|code| {
        let digit = |place: u32| code / 3_i32.pow(place) % 3 - 1;
        let axes =
            [[digit(0), digit(1), digit(2)], [digit(3), digit(4), digit(5)], [digit(6), digit(7), digit(8)]];
        let [[a, b, c], [d, e, f], [g, h, i]] = axes;
        (a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) == 1).then_some(axes)
    })
}

pub(super) fn matrix(axes: Axes) -> DMat3 {
    let [a, b, c] = axes.map(|column| DVec3::from_array(column.map(f64::from)));
    DMat3::from_cols(a, b, c)
}

fn tensor(deformation: DMat3) -> DMat3 {
    (deformation.transpose() * deformation - DMat3::IDENTITY) * 0.5
}

fn strain(first: &Structure, second: &Structure, axes: Axes) -> Strain {
    let to = second.lattice.cart_from_frac_matrix() * matrix(axes);
    let tensor = tensor(to * first.lattice.frac_from_cart_matrix());
    let principal = eigenvalues(tensor);
    let degree = principal.iter().map(|strain| strain * strain).sum::<f64>().sqrt() / 3.0;
    Strain { axes, tensor: tensor.transpose().to_cols_array_2d(), principal, degree }
}

/// Eigenvalues of a symmetric matrix, rising, by turning away the entries beside the diagonal (Jacobi).
fn eigenvalues(matrix: DMat3) -> [f64; 3] {
    let mut m = matrix;
    for _ in 0..12 {
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            let beside = m.col(q)[p];
            if beside.abs() > 1e-300 {
                let theta = 0.5 * (2.0 * beside).atan2(m.col(p)[p] - m.col(q)[q]);
                let (sin, cos) = theta.sin_cos();
                let mut turn = DMat3::IDENTITY;
                turn.col_mut(p)[p] = cos;
                turn.col_mut(p)[q] = sin;
                turn.col_mut(q)[p] = -sin;
                turn.col_mut(q)[q] = cos;
                m = turn.transpose() * m * turn;
            }
        }
    }
    let mut values = [m.x_axis.x, m.y_axis.y, m.z_axis.z];
    values.sort_unstable_by(f64::total_cmp);
    values
}

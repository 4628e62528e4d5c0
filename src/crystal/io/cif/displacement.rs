//! Thermal displacement: from U, B and β of the file to Cartesian tensors.
//!
//! U of CIF refers to axes along a*, b*, c* of lengths a*, b*, c*: `U_cart = (O N) U (O N)ᵀ` with the
//! orthogonalisation matrix O and N = diag(a*, b*, c*). `B = 8π² U` and `β_ij = 2π² a*_i a*_j U_ij`.

use std::{collections::HashMap, f64::consts::PI};

use glam::{DMat3, DVec3};

use super::{
    document::{Block, Column, Value},
    structure::parse_number,
};
use crate::crystal::{lattice::Lattice, structure::Displacement};

/// Suffixes in the order 11, 22, 33, 12, 13, 23.
const U_TAGS: [&str; 6] = [
    "_atom_site_aniso_u_11",
    "_atom_site_aniso_u_22",
    "_atom_site_aniso_u_33",
    "_atom_site_aniso_u_12",
    "_atom_site_aniso_u_13",
    "_atom_site_aniso_u_23",
];
const B_TAGS: [&str; 6] = [
    "_atom_site_aniso_b_11",
    "_atom_site_aniso_b_22",
    "_atom_site_aniso_b_33",
    "_atom_site_aniso_b_12",
    "_atom_site_aniso_b_13",
    "_atom_site_aniso_b_23",
];
const BETA_TAGS: [&str; 6] = [
    "_atom_site_aniso_beta_11",
    "_atom_site_aniso_beta_22",
    "_atom_site_aniso_beta_33",
    "_atom_site_aniso_beta_12",
    "_atom_site_aniso_beta_13",
    "_atom_site_aniso_beta_23",
];

/// No atom of a crystal moves by ten Å; such numbers are errors of the file.
const MAX_U_ANGSTROM2: f64 = 100.0;

/// Displacements of a block, by row and by label.
pub(super) struct Displacements<'d> {
    u_iso: Option<Column<'d>>,
    b_iso: Option<Column<'d>>,
    tensors: HashMap<&'d str, DMat3>,
}

impl<'d> Displacements<'d> {
    pub(super) fn read(block: &Block<'d>, lattice: Option<&Lattice>) -> Self {
        Self {
            u_iso: block.column("_atom_site_u_iso_or_equiv"),
            b_iso: block.column("_atom_site_b_iso_or_equiv"),
            tensors: lattice.map(|lattice| read_tensors(block, lattice)).unwrap_or_default(),
        }
    }

    /// The tensor of a label, else the isotropic value of the row.
    pub(super) fn of_row(&self, row: usize, label: &str) -> Displacement {
        if let Some(tensor) = self.tensors.get(label) {
            return Displacement::Anisotropic(*tensor);
        }
        let number = |column: Option<Column<'d>>| parse_number(column?.get(row)?.text());
        let u = number(self.u_iso).or_else(|| number(self.b_iso).map(|b| b / (8.0 * PI * PI)));
        match u {
            Some(u) if u.abs() <= MAX_U_ANGSTROM2 => Displacement::Isotropic(u),
            _ => Displacement::Unknown,
        }
    }
}

fn read_tensors<'d>(block: &Block<'d>, lattice: &Lattice) -> HashMap<&'d str, DMat3> {
    let mut tensors = HashMap::new();
    let Some(labels) = block.column("_atom_site_aniso_label") else { return tensors };
    let reciprocal = DVec3::from_array(lattice.reciprocal_vectors().map(DVec3::length));
    let axes = lattice.cart_from_frac_matrix() * DMat3::from_diagonal(reciprocal);
    // U per unit of what is written; for β it depends on the axes.
    let factor_b = DMat3::from_cols(DVec3::ONE, DVec3::ONE, DVec3::ONE) * (1.0 / (8.0 * PI * PI));
    let factor_beta = outer(reciprocal.recip(), reciprocal.recip()) * (1.0 / (2.0 * PI * PI));
    let ways = [
        (U_TAGS, DMat3::from_cols(DVec3::ONE, DVec3::ONE, DVec3::ONE)),
        (B_TAGS, factor_b),
        (BETA_TAGS, factor_beta),
    ];
    for (tags, factor) in ways {
        let columns = tags.map(|tag| block.column(tag));
        for (row, label) in labels.iter().enumerate() {
            if let Some(written) = read_tensor(&columns, row) {
                let u = multiply_elements(written, factor);
                let u_cart = axes * u * axes.transpose();
                if u_cart.is_finite() && u_cart.to_cols_array().iter().all(|v| v.abs() <= MAX_U_ANGSTROM2) {
                    tensors.entry(label.text()).or_insert(u_cart);
                }
            }
        }
    }
    tensors
}

/// `None` when a component is missing: half a tensor is none.
fn read_tensor(columns: &[Option<Column<'_>>; 6], row: usize) -> Option<DMat3> {
    let mut numbers = [0.0; 6];
    for (number, column) in numbers.iter_mut().zip(columns) {
        let value: Value<'_> = column.as_ref()?.get(row)?;
        *number = parse_number(value.text())?;
    }
    let [xx, yy, zz, xy, xz, yz] = numbers;
    Some(DMat3::from_cols(DVec3::new(xx, xy, xz), DVec3::new(xy, yy, yz), DVec3::new(xz, yz, zz)))
}

fn outer(u: DVec3, v: DVec3) -> DMat3 {
    DMat3::from_cols(u * v.x, u * v.y, u * v.z)
}

fn multiply_elements(a: DMat3, b: DMat3) -> DMat3 {
    DMat3::from_cols(a.x_axis * b.x_axis, a.y_axis * b.y_axis, a.z_axis * b.z_axis)
}

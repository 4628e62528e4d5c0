//! A list of operations, checked to be a group up to lattice translations.

use std::collections::HashMap;

use glam::DMat3;

use super::operation::{Operation, is_same_modulo_lattice};
use crate::crystal::lattice::Lattice;

/// More operations than this are refused. Space groups have at most 192 in their conventional cells; the rest is room
/// for supercells, and a bound on the quadratic check.
pub const MAX_OPERATIONS: usize = 1024;

/// Largest relative change of the metric tensor under an operation that still counts as fitting the cell.
const METRIC_TOLERANCE: f64 = 0.01;

/// Operations with the identity first, none twice.
#[derive(Clone, Debug)]
pub struct Group {
    operations: Vec<Operation>,
    /// `products[i * n + j]` is the index of operation i after operation j; `None` when the list does not close.
    products: Option<Vec<u16>>,
}

/// Why a list of operations cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are more than {MAX_OPERATIONS} symmetry operations; no space group needs so many")]
pub struct GroupError;

impl Group {
    /// The group of the identity alone.
    #[must_use]
    pub fn identity() -> Self {
        Self { operations: vec![Operation::IDENTITY], products: Some(vec![0]) }
    }

    /// From a list that need not contain the identity and may repeat itself.
    ///
    /// # Errors
    /// When the list is longer than [`MAX_OPERATIONS`].
    pub fn new(listed: impl IntoIterator<Item = Operation>) -> Result<Self, GroupError> {
        let mut operations = vec![Operation::IDENTITY];
        let mut by_rotation = HashMap::from([(Operation::IDENTITY.rotation(), vec![0_u16])]);
        for operation in listed {
            let same_rotation = by_rotation.entry(operation.rotation()).or_default();
            if find(&operations, same_rotation, &operation).is_some() {
                continue;
            }
            if operations.len() >= MAX_OPERATIONS {
                return Err(GroupError);
            }
            same_rotation.push(operations.len() as u16);
            operations.push(operation);
        }
        let products = multiply_all(&operations, &by_rotation);
        Ok(Self { operations, products })
    }

    /// The operations, the identity first.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Whether every product of two operations is in the list.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.products.is_some()
    }

    /// Index of operation `second` after operation `first`, for closed groups.
    #[must_use]
    pub fn product(&self, second: usize, first: usize) -> Option<usize> {
        self.products.as_ref()?.get(second * self.operations.len() + first).map(|index| usize::from(*index))
    }

    /// Determinant and trace of every distinct linear part, sorted. They name the point group in any basis, apart from
    /// settings; two groups that differ here are different.
    #[must_use]
    pub fn point_group_signature(&self) -> Vec<(i32, i32)> {
        let mut rotations: Vec<_> =
            self.operations.iter().map(|o| (o.rotation(), (o.determinant(), o.trace()))).collect();
        rotations.sort_unstable();
        rotations.dedup();
        let mut signature: Vec<_> = rotations.into_iter().map(|(_, kind)| kind).collect();
        signature.sort_unstable();
        signature
    }

    /// Whether every operation keeps lengths and angles of the cell, within 1 %.
    #[must_use]
    pub fn fits(&self, lattice: &Lattice) -> bool {
        let basis = lattice.cart_from_frac_matrix();
        let metric = basis.transpose() * basis;
        let scale = [metric.x_axis.x, metric.y_axis.y, metric.z_axis.z].map(f64::sqrt);
        self.operations.iter().all(|operation| {
            let rotation = operation.rotation_matrix();
            let difference = rotation.transpose() * metric * rotation - metric;
            difference.to_cols_array_2d().iter().zip(scale).all(|(column, a)| {
                column.iter().zip(scale).all(|(d, b)| d.abs() <= 2.0 * METRIC_TOLERANCE * a * b)
            })
        })
    }

    /// The linear parts as Cartesian rotations, in the order of the operations.
    #[must_use]
    pub fn cart_rotations(&self, lattice: &Lattice) -> Vec<DMat3> {
        let (cart_from_frac, frac_from_cart) =
            (lattice.cart_from_frac_matrix(), lattice.frac_from_cart_matrix());
        self.operations.iter().map(|o| cart_from_frac * o.rotation_matrix() * frac_from_cart).collect()
    }
}

/// Among operations with the linear part of `wanted`, the one that is it.
fn find(operations: &[Operation], candidates: &[u16], wanted: &Operation) -> Option<u16> {
    candidates.iter().copied().find(|index| {
        operations
            .get(usize::from(*index))
            .is_some_and(|o| is_same_modulo_lattice(o.translation(), wanted.translation()))
    })
}

/// The product table. Linear parts are multiplied once for each pair of distinct ones (48 at most in a space group);
/// the up to 192 operations then differ in their translations only.
fn multiply_all(
    operations: &[Operation],
    by_rotation: &HashMap<[[i32; 3]; 3], Vec<u16>>,
) -> Option<Vec<u16>> {
    let mut class_of_rotation = HashMap::new();
    let mut representatives: Vec<&Operation> = Vec::new();
    let mut class_of_operation = Vec::with_capacity(operations.len());
    for operation in operations {
        let class = *class_of_rotation.entry(operation.rotation()).or_insert_with(|| {
            representatives.push(operation);
            representatives.len() - 1
        });
        class_of_operation.push(class);
    }
    let mut candidates: Vec<&[u16]> = Vec::with_capacity(representatives.len() * representatives.len());
    for second in &representatives {
        for first in &representatives {
            candidates.push(by_rotation.get(&second.after(first).rotation())?);
        }
    }
    let mut products = Vec::with_capacity(operations.len() * operations.len());
    for (second, second_class) in operations.iter().zip(&class_of_operation) {
        let rotation = second.rotation_matrix();
        for (first, first_class) in operations.iter().zip(&class_of_operation) {
            let translation = rotation * first.translation() + second.translation();
            let indices = candidates.get(second_class * representatives.len() + first_class)?;
            let is_product = |index: &&u16| {
                operations
                    .get(usize::from(**index))
                    .is_some_and(|o| is_same_modulo_lattice(o.translation(), translation))
            };
            products.push(*indices.iter().find(is_product)?);
        }
    }
    Some(products)
}

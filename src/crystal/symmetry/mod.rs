//! Symmetry as structure files state it: operations, groups, and the orbit of an atom under a group.
//!
//! An [`Operation`] is `x → Wx + w` in fractional coordinates. A [`Group`] is a list of operations that was checked to
//! close up to lattice translations. `settings` finds the group of a Hall symbol, a Hermann–Mauguin symbol or a
//! number of the International Tables; the tables come from the crate `moyo`, whose types stay in that file, and `hall`
//! builds what they lack.
//! [`Group::orbit`] turns one written position into all atoms of the cell.

mod group;
mod hall;
mod operation;
mod orbit;
mod settings;

use glam::DVec3;

pub use group::{Group, GroupError, MAX_OPERATIONS};
pub use operation::{Operation, OperationError};
pub use orbit::{Image, MERGE_DISTANCE_ANGSTROM, Orbit, RowHint};
pub use settings::{Setting, by_hall_symbol, by_hermann_mauguin, by_number};

/// How close below 1 a coordinate may lie and still be meant as 0. In the largest cells this is 1e-6 Å.
const WRAP_SNAP: f64 = 1e-9;

/// Moves fractional coordinates into [0, 1).
#[must_use]
pub fn wrap_frac(frac: DVec3) -> DVec3 {
    DVec3::from_array(frac.to_array().map(|value| {
        let wrapped = value - value.floor();
        if wrapped >= 1.0 - WRAP_SNAP { 0.0 } else { wrapped }
    }))
}

//! The bytes by which a structure is known.

use crate::crystal::structure::{Displacement, Structure};

/// Changes when the form of the bytes does.
const FORM: &[u8] = b"vitrine structure 1";

/// Everything of a structure that a figure can show, in one fixed form: cell, distinct sites, sites. The name of the file
/// and the remarks of its reader are not part of it.
#[must_use]
pub fn canonical_bytes(structure: &Structure) -> Vec<u8> {
    let mut bytes = FORM.to_vec();
    bytes.push(u8::from(structure.periodic));
    for vector in structure.lattice.vectors() {
        numbers(&mut bytes, &vector.to_array());
    }
    count(&mut bytes, structure.asymmetric.len());
    for row in &structure.asymmetric {
        text(&mut bytes, &row.label);
        count(&mut bytes, row.occupants.len());
        for occupant in &row.occupants {
            bytes.push(occupant.element.number());
            numbers(&mut bytes, &[occupant.occupancy]);
            bytes.extend(occupant.charge.map_or([0, 0], |charge| [1, charge.to_le_bytes()[0]]));
        }
        for part in row.disorder.iter().flat_map(|(assembly, group)| [assembly, group]) {
            text(&mut bytes, part);
        }
        bytes.push(u8::from(row.disorder.is_some()));
    }
    count(&mut bytes, structure.sites.len());
    for site in &structure.sites {
        bytes.extend(site.asymmetric.to_le_bytes());
        numbers(&mut bytes, &site.frac.to_array());
        match &site.displacement {
            Displacement::Unknown => bytes.push(0),
            Displacement::Isotropic(u) => {
                bytes.push(1);
                numbers(&mut bytes, &[*u]);
            }
            Displacement::Anisotropic(tensor) => {
                bytes.push(2);
                numbers(&mut bytes, &tensor.to_cols_array());
            }
        }
    }
    bytes
}

fn numbers(bytes: &mut Vec<u8>, values: &[f64]) {
    for value in values {
        // Zero has two signs and one meaning.
        let value = if *value == 0.0 { 0.0 } else { *value };
        bytes.extend(value.to_le_bytes());
    }
}

fn count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend((count as u64).to_le_bytes());
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    count(bytes, text.len());
    bytes.extend(text.as_bytes());
}

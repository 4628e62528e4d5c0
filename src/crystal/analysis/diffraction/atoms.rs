//! The atoms of one cell as a diffraction pattern sees them: place, weight, displacement.

use std::collections::BTreeMap;

use glam::{DMat3, DVec3};

use crate::crystal::{
    element::Element,
    structure::{Displacement, Structure},
};

use super::{error::DiffractionError, radiation::Probe, scattering::b_from_u};

/// How the motion of the atoms weakens their scattering.
///
/// Isotropic: the amplitude is multiplied by exp(−B s²), so the intensity by exp(−2B s²), with B = 8π²U. Anisotropic: by
/// exp(−2π² gᵀUg) with the Cartesian g without 2π (Trueblood et al., Acta Cryst. A52 (1996) 770).
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Displacements {
    /// Atoms at rest.
    #[default]
    Ignored,
    /// The values of the structure; sites without one are at rest, which a note reports.
    FromStructure,
    /// B in Å² per element; others are at rest.
    IsotropicB(BTreeMap<Element, f64>),
    /// U in Å² per element; others are at rest.
    IsotropicU(BTreeMap<Element, f64>),
}

/// Motion of one atom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Motion {
    /// B in Å².
    Isotropic(f64),
    /// U in Å², Cartesian.
    Anisotropic(DMat3),
}

impl Motion {
    /// The tensor U in Å².
    pub(super) fn tensor(self) -> DMat3 {
        match self {
            Self::Isotropic(b) => DMat3::from_diagonal(DVec3::splat(b / b_from_u(1.0))),
            Self::Anisotropic(u) => u,
        }
    }
}

/// One species on one site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Atom {
    /// Index of the site in its cell.
    pub(super) site: usize,
    pub(super) element: Element,
    pub(super) occupancy: f64,
    /// Fractional coordinates.
    pub(super) frac: DVec3,
    pub(super) motion: Motion,
}

/// Every species of every site, in their order, and what had to be assumed.
pub(super) fn atoms(
    structure: &Structure,
    probe: Probe,
    displacements: &Displacements,
) -> Result<(Vec<Atom>, Vec<String>), DiffractionError> {
    if !structure.periodic {
        return Err(DiffractionError::NotPeriodic);
    }
    if structure.sites.is_empty() {
        return Err(DiffractionError::Empty);
    }
    let by_element = match displacements {
        Displacements::IsotropicB(map) => per_element(map, 1.0)?,
        Displacements::IsotropicU(map) => per_element(map, b_from_u(1.0))?,
        Displacements::Ignored | Displacements::FromStructure => BTreeMap::new(),
    };
    let mut atoms = Vec::with_capacity(structure.sites.len());
    let (mut unknown, mut impossible) = (0_usize, 0_usize);
    for (index, site) in structure.sites.iter().enumerate() {
        let bad = |what| DiffractionError::Site { site: index + 1, what };
        if !site.frac.is_finite() {
            return Err(bad("a coordinate"));
        }
        let own = if *displacements == Displacements::FromStructure {
            match motion(site.displacement) {
                Stated::Unknown => {
                    unknown += 1;
                    Some(Motion::Isotropic(0.0))
                }
                Stated::NotANumber => return Err(bad("a displacement")),
                Stated::Negative(motion) => {
                    impossible += 1;
                    Some(motion)
                }
                Stated::Known(motion) => Some(motion),
            }
        } else {
            None
        };
        let Some(row) = structure.asymmetric_of(site) else { return Err(bad("a species")) };
        for occupant in &row.occupants {
            if !(occupant.occupancy.is_finite() && occupant.occupancy >= 0.0) {
                return Err(bad("an occupancy"));
            }
            let b = by_element.get(&occupant.element).copied().unwrap_or(0.0);
            atoms.push(Atom {
                site: index,
                element: occupant.element,
                occupancy: occupant.occupancy,
                frac: site.frac,
                motion: own.unwrap_or(Motion::Isotropic(b)),
            });
        }
    }
    let count = structure.sites.len();
    let mut notes = Vec::new();
    if unknown > 0 {
        notes.push(format!(
            "{unknown} of {count} sites have no displacement; their atoms are taken to be at rest"
        ));
    }
    if impossible > 0 {
        notes.push(format!(
            "{impossible} of {count} sites have a displacement below zero, which is not applied where it would \
             strengthen the scattering"
        ));
    }
    if probe == Probe::Neutron && atoms.iter().any(|atom| atom.element == Element::HYDROGEN) {
        notes
            .push("Hydrogen counts as its natural mixture of isotopes, also where deuterium is meant".into());
    }
    Ok((atoms, notes))
}

fn per_element(
    map: &BTreeMap<Element, f64>,
    factor: f64,
) -> Result<BTreeMap<Element, f64>, DiffractionError> {
    let checked = map.iter().map(|(&element, &value)| {
        let usable = value.is_finite() && value >= 0.0;
        usable.then_some((element, value * factor)).ok_or(DiffractionError::Displacement { element, value })
    });
    checked.collect()
}

enum Stated {
    Unknown,
    NotANumber,
    /// Below zero in some direction.
    Negative(Motion),
    Known(Motion),
}

fn motion(displacement: Displacement) -> Stated {
    match displacement {
        Displacement::Unknown => Stated::Unknown,
        Displacement::Isotropic(u) if !u.is_finite() => Stated::NotANumber,
        Displacement::Isotropic(u) if u < 0.0 => Stated::Negative(Motion::Isotropic(0.0)),
        Displacement::Isotropic(u) => Stated::Known(Motion::Isotropic(b_from_u(u))),
        Displacement::Anisotropic(u) if !u.is_finite() => Stated::NotANumber,
        Displacement::Anisotropic(u) => {
            let motion = Motion::Anisotropic(u);
            if is_semidefinite(u) { Stated::Known(motion) } else { Stated::Negative(motion) }
        }
    }
}

/// Every principal minor is at least 0, within rounding.
fn is_semidefinite(u: DMat3) -> bool {
    let (x, y, z) = (u.x_axis, u.y_axis, u.z_axis);
    let size = x.length() + y.length() + z.length();
    let pairs = [x.x * y.y - x.y * y.x, x.x * z.z - x.z * z.x, y.y * z.z - y.z * z.y];
    [x.x, y.y, z.z].iter().all(|v| *v >= -1e-9 * size)
        && pairs.iter().all(|v| *v >= -1e-9 * size * size)
        && u.determinant() >= -1e-9 * size * size * size
}

//! Radii that depend on the method: of Jmol, and of ions.

use std::{collections::BTreeMap, sync::LazyLock};

use super::super::super::{element::Element, structure::Occupant};

#[expect(clippy::expect_used, reason = "the table is part of the program and a test reads all of it")]
static JMOL: LazyLock<BTreeMap<Element, f64>> = LazyLock::new(|| {
    let rows: Vec<(String, f64)> = ron::from_str(include_str!("../../../../assets/jmol_radii.ron"))
        .expect("assets/jmol_radii.ron is valid");
    let row = |(symbol, radius): (String, f64)| Some((Element::from_symbol(&symbol)?, radius));
    rows.into_iter().filter_map(row).collect()
});

/// Charge and radius in Å.
type IonicRadii = Vec<(i8, f64)>;

#[expect(clippy::expect_used, reason = "the table is part of the program and a test reads all of it")]
static IONIC: LazyLock<BTreeMap<Element, IonicRadii>> = LazyLock::new(|| {
    let rows: Vec<(String, IonicRadii)> = ron::from_str(include_str!("../../../../assets/ionic_radii.ron"))
        .expect("assets/ionic_radii.ron is valid");
    let row = |(symbol, radii): (String, IonicRadii)| Some((Element::from_symbol(&symbol)?, radii));
    rows.into_iter().filter_map(row).collect()
});

/// The radius by which Jmol decides, for elements up to meitnerium.
pub(super) fn jmol_radius_angstrom(element: Element) -> Option<f64> {
    JMOL.get(&element).copied()
}

/// Covalent radius, or the atomic one where there is none.
pub(super) fn covalent_radius_angstrom(element: Element) -> f64 {
    let data = element.data();
    data.covalent_radius_angstrom.unwrap_or(data.atomic_radius_angstrom)
}

/// The radius of an ion whose charge the file states. Where the table lacks the charge, the mean of the radii with the
/// same sign stands in. `None` without a charge, or without any such radius.
pub(super) fn ionic_radius_angstrom(occupant: &Occupant) -> Option<f64> {
    let charge = occupant.charge?;
    if charge == 0 {
        return Some(covalent_radius_angstrom(occupant.element));
    }
    let radii = IONIC.get(&occupant.element)?;
    let exact = radii.iter().find(|(known, _)| *known == charge).map(|(_, radius)| *radius);
    exact.or_else(|| {
        let of_sign: Vec<f64> = radii
            .iter()
            .filter(|(known, _)| known.signum() == charge.signum())
            .map(|(_, radius)| *radius)
            .collect();
        (!of_sign.is_empty()).then(|| of_sign.iter().sum::<f64>() / of_sign.len() as f64)
    })
}

//! Structures for the tests of the diffraction room, and those recorded by `tests/reference/make_diffraction.py`.

use std::path::Path;

use glam::DVec3;
use serde_json::Value;
use vitrine::crystal::{
    analysis::diffraction::{Displacements, Merge, Pattern, PatternSettings, Probe, pattern_of},
    element::Element,
    lattice::{CellParameters, Lattice},
    structure::{AsymmetricSite, Displacement, Occupant, Site, Structure},
};

pub fn reference() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/diffraction.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub fn triple(value: &Value) -> DVec3 {
    let numbers: Vec<f64> = value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    DVec3::from_slice(&numbers)
}

pub fn element(symbol: &str) -> Element {
    Element::from_symbol(symbol).unwrap()
}

/// (place, what fills it).
pub type Filled = (DVec3, Vec<(Element, f64)>);

pub fn structure(lattice: Lattice, sites: &[Filled]) -> Structure {
    let row = |(_, species): &Filled| AsymmetricSite {
        label: String::new(),
        occupants: species
            .iter()
            .map(|&(element, occupancy)| Occupant { element, occupancy, charge: None })
            .collect(),
        disorder: None,
    };
    let place = |(index, (frac, _)): (usize, &Filled)| Site {
        asymmetric: index as u32,
        frac: *frac,
        displacement: Displacement::Unknown,
    };
    Structure {
        name: String::new(),
        lattice,
        periodic: true,
        asymmetric: sites.iter().map(row).collect(),
        sites: sites.iter().enumerate().map(place).collect(),
        stated_space_group: None,
        warnings: Vec::new(),
    }
}

pub fn recorded(entry: &Value) -> Structure {
    let vectors: Vec<DVec3> = entry["lattice"].as_array().unwrap().iter().map(triple).collect();
    let lattice = Lattice::from_vectors([vectors[0], vectors[1], vectors[2]]).unwrap();
    let site = |value: &Value| {
        let species = value[1].as_array().unwrap().iter();
        let symbol = |value: &Value| value.as_str().unwrap().to_owned();
        (triple(&value[0]), species.map(|s| (element(&symbol(&s[0])), s[1].as_f64().unwrap())).collect())
    };
    let sites: Vec<Filled> = entry["sites"].as_array().unwrap().iter().map(site).collect();
    structure(lattice, &sites)
}

pub fn cubic(a: f64) -> Lattice {
    let cell = CellParameters { a, b: a, c: a, alpha: 90.0, beta: 90.0, gamma: 90.0 };
    Lattice::from_parameters(cell).unwrap()
}

pub fn diamond(a: f64) -> Structure {
    let face = [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]].map(DVec3::from_array);
    let sites = face.iter().flat_map(|p| [*p, *p + DVec3::splat(0.25)]);
    structure(cubic(a), &sites.map(|p| (p, vec![(element("Si"), 1.0)])).collect::<Vec<_>>())
}

pub fn parity(radiation: &str, upper_deg: Option<f64>) -> PatternSettings {
    let radiation = radiation.parse().unwrap();
    PatternSettings { radiation, upper_deg, merge: Merge::Parity, ..PatternSettings::default() }
}

pub fn xray(structure: &Structure, settings: &PatternSettings) -> Pattern {
    pattern_of(structure, Probe::XRay, &Displacements::Ignored, settings).unwrap()
}

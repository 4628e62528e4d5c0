//! Formula, density and space group against what pymatgen and spglib say (`tests/reference/make_crystal_summary.py`).

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::path::Path;

use glam::DVec3;
use serde_json::Value;
use vitrine::crystal::{
    element::Element,
    io::{Format, read_path},
    lattice::{CellParameters, Lattice},
    space_group::{SpaceGroupError, detect},
    structure::{AsymmetricSite, Displacement, Occupant, Site, Structure},
    summary::{Summary, formula, formula_subscripted},
};

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/crystal_summary.json")).unwrap()
}

fn sample_path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/crystals").join(name)
}

fn sample(name: &str) -> Structure {
    read_path(&sample_path(name)).unwrap().remove(0)
}

/// One distinct site per occupant list, repeated at places that do not matter to the formula.
fn made(periodic: bool, sites: &[(&[(&str, f64)], usize)]) -> Structure {
    let row = |(occupants, _): &(&[(&str, f64)], usize)| AsymmetricSite {
        label: String::new(),
        occupants: occupants
            .iter()
            .map(|&(symbol, occupancy)| Occupant {
                element: Element::from_symbol(symbol).unwrap(),
                occupancy,
                charge: None,
            })
            .collect(),
        disorder: None,
    };
    let places = sites.iter().enumerate().flat_map(|(index, &(_, count))| {
        (0..count).map(move |i| Site {
            asymmetric: index as u32,
            frac: DVec3::splat(i as f64 / count as f64),
            displacement: Displacement::Unknown,
        })
    });
    let cell = CellParameters { a: 10.0, b: 10.0, c: 10.0, alpha: 90.0, beta: 90.0, gamma: 90.0 };
    Structure {
        name: String::new(),
        lattice: if periodic { Lattice::from_parameters(cell).unwrap() } else { Lattice::UNIT },
        periodic,
        asymmetric: sites.iter().map(row).collect(),
        sites: places.collect(),
        stated_space_group: None,
        warnings: Vec::new(),
    }
}

/// `Na4Cl4` → ("Na", 4), ("Cl", 4).
fn parts(composition: &str) -> Vec<(String, usize)> {
    let mut parts: Vec<(String, String)> = Vec::new();
    for c in composition.chars() {
        match c {
            'A'..='Z' => parts.push((c.to_string(), String::new())),
            'a'..='z' => parts.last_mut().unwrap().0.push(c),
            _ => parts.last_mut().unwrap().1.push(c),
        }
    }
    parts.into_iter().map(|(symbol, count)| (symbol, count.parse().unwrap())).collect()
}

#[test]
fn samples_agree_with_the_reference() {
    let reference = reference();
    for (name, expected) in reference["samples"].as_object().unwrap() {
        let summary = Summary::new(&sample(name), &sample_path(name), Format::Cif, 0.01);
        assert_eq!(summary.sites as u64, expected["sites"].as_u64().unwrap(), "{name}");
        let group = summary.space_group.unwrap();
        assert_eq!(
            (group.number, group.symbol.as_str()),
            (expected["number"].as_i64().unwrap() as i32, expected["symbol"].as_str().unwrap())
        );
        let volume = expected["volume"].as_f64().unwrap();
        assert!((summary.cell.unwrap().volume - volume).abs() < 1e-5, "{name}");
        // Tables of atomic weights differ in the fifth digit.
        let density = expected["density_g_cm3"].as_f64().unwrap();
        assert!((summary.density_g_cm3.unwrap() / density - 1.0).abs() < 1e-4, "{name}");
        let composition = expected["composition"].as_object().unwrap();
        assert_eq!(summary.composition.0.len(), composition.len());
        for (element, amount) in &summary.composition.0 {
            assert!(
                (amount - composition[element.symbol()].as_f64().unwrap()).abs() < 1e-6,
                "{name}: {element}"
            );
        }
        if let Some(formula) = expected.get("formula") {
            assert_eq!(&summary.formula, formula.as_str().unwrap());
        }
    }
}

#[test]
fn formulas_agree_with_the_reference() {
    for (composition, expected) in reference()["formulas"].as_object().unwrap() {
        let parts = parts(composition);
        let occupants: Vec<[(&str, f64); 1]> =
            parts.iter().map(|(symbol, _)| [(symbol.as_str(), 1.0)]).collect();
        let sites: Vec<_> =
            occupants.iter().zip(&parts).map(|(o, (_, count))| (o.as_slice(), *count)).collect();
        assert_eq!(formula(&made(true, &sites)), expected.as_str().unwrap(), "{composition}");
    }
}

#[test]
fn shared_sites_are_reduced_by_kind() {
    let alloy = made(true, &[(&[("Ga", 0.7), ("Al", 0.3)], 4), (&[("As", 1.0)], 4)]);
    assert_eq!(formula(&alloy), "Al0.3Ga0.7As");
    assert_eq!(formula_subscripted(&alloy), "Al₀.₃Ga₀.₇As");
    let thirds = made(true, &[(&[("Fe", 2.0 / 3.0)], 6), (&[("S", 1.0)], 6)]);
    assert_eq!(formula(&thirds), "Fe2S3");
    let uneven = made(true, &[(&[("Fe", 0.95123)], 4), (&[("O", 1.0)], 4)]);
    assert_eq!(formula(&uneven), "Fe0.9512O");
    let ghost = made(true, &[(&[("Fe", 1.0), ("Ni", 0.0)], 2)]);
    assert_eq!(formula(&ghost), "Fe");
}

#[test]
fn molecules_and_nothing() {
    let benzene = made(false, &[(&[("C", 1.0)], 6), (&[("H", 1.0)], 6)]);
    assert_eq!((formula(&benzene), formula_subscripted(&benzene)), ("H6C6".into(), "H₆C₆".into()));
    assert_eq!(formula(&made(false, &[])), "");
    assert_eq!(formula(&made(true, &[])), "");
    let groups = made(true, &[(&[("Ca", 1.0)], 3), (&[("P", 1.0)], 2), (&[("O", 1.0)], 8)]);
    assert_eq!(formula_subscripted(&groups), "Ca₃(PO₄)₂");
}

#[test]
fn amounts_are_whole_within_a_millionth() {
    let text = |iron: f64| formula(&made(true, &[(&[("Fe", iron)], 3), (&[("O", 1.0)], 3)]));
    let texts = [1.0 - 1e-7, 0.5, 0.97, 0.123_456].map(text);
    assert_eq!(texts, ["FeO", "Fe0.5O", "Fe0.97O", "Fe0.1235O"]);
}

#[test]
fn json_keeps_its_fields_and_their_order() {
    let summary = Summary::new(&sample("nacl.cif"), Path::new("nacl.cif"), Format::Cif, 0.01);
    assert_eq!(
        serde_json::to_string(&summary).unwrap(),
        r#"{"path":"nacl.cif","format":"CIF","formula":"NaCl","composition":{"Na":4,"Cl":4},"sites":8,"#
            .to_owned()
            + r#""asymmetric_sites":2,"cell":{"a":5.6402,"b":5.6402,"c":5.6402,"alpha":90.0,"beta":90.0,"#
            + r#""gamma":90.0,"volume":179.42523},"density_g_cm3":2.163386,"#
            + r#""space_group":{"number":225,"symbol":"Fm-3m"},"warnings":[]}"#
    );
    let alloy =
        serde_json::to_string(&Summary::new(&sample("algaas.cif"), Path::new("x"), Format::Cif, 0.01))
            .unwrap();
    assert!(alloy.contains(r#""composition":{"Al":1.2,"Ga":2.8,"As":4}"#), "{alloy}");
    let molecule = made(false, &[(&[("C", 1.0)], 1), (&[("O", 1.0)], 1)]);
    let json =
        serde_json::to_string(&Summary::new(&molecule, Path::new("co.xyz"), Format::Xyz, 0.01)).unwrap();
    assert!(
        json.ends_with(r#""cell":null,"density_g_cm3":null,"space_group":null,"warnings":[]}"#),
        "{json}"
    );
}

#[test]
fn space_groups_fail_in_words() {
    let one = |symbol| made(true, &[(&[(symbol, 1.0)], 1)]);
    assert_eq!(detect(&made(false, &[(&[("C", 1.0)], 1)]), 0.01), Err(SpaceGroupError::NotPeriodic));
    assert_eq!(detect(&made(true, &[]), 0.01), Err(SpaceGroupError::Empty));
    assert!(matches!(detect(&one("C"), 0.0), Err(SpaceGroupError::Tolerance { .. })));
    assert!(matches!(detect(&one("C"), f64::NAN), Err(SpaceGroupError::Tolerance { .. })));
    let mut lost = one("C");
    lost.sites[0].frac.x = f64::NAN;
    assert_eq!(detect(&lost, 0.01), Err(SpaceGroupError::NotFinite));
    // Two sites on one place, and a tolerance as large as the cell: an answer or an error, never a panic.
    let mut twice = made(true, &[(&[("C", 1.0)], 2)]);
    twice.sites[1].frac = twice.sites[0].frac;
    let _ = detect(&twice, 0.01);
    // The search narrows such a tolerance, and says to what.
    assert!(detect(&one("C"), 20.0).is_ok_and(|group| group.tolerance_angstrom < 10.0));
    let summary = Summary::new(&lost, Path::new("x"), Format::Cif, 0.01);
    assert_eq!(summary.space_group, None);
    assert_eq!(summary.warnings.len(), 1);
}

#[test]
fn space_groups_tell_shared_sites_from_full_ones() {
    // Zinc blende is diamond when both sites are filled alike.
    let mut structure = sample("algaas.cif");
    assert_eq!(detect(&structure, 0.01).unwrap().symbol, "F-43m");
    let first = structure.asymmetric[0].occupants.clone();
    for site in &mut structure.asymmetric {
        site.occupants.clone_from(&first);
        site.occupants.reverse();
    }
    let diamond = detect(&structure, 0.01).unwrap();
    assert_eq!((diamond.number, diamond.symbol.as_str()), (227, "Fd-3m"));
    assert!(!diamond.hall_symbol.is_empty());
}

//! Powder patterns against those of pymatgen (`tests/reference/make_diffraction.py`), and merging by symmetry.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "support/diffraction.rs"]
mod support;

use std::collections::BTreeMap;

use glam::{DMat3, DVec3};
use serde_json::Value;
use support::{Filled, cubic, diamond, element, parity, recorded, reference, structure, triple, xray};
use vitrine::crystal::{
    analysis::diffraction::{
        DiffractionError, Displacements, Family, IdealCell, Merge, Pattern, PatternSettings, Peak, Probe,
        Radiation, pattern_of,
    },
    lattice::Lattice,
    structure::{Displacement, Site, Structure},
};

/// As recorded: (h, k, l, multiplicity), sorted.
fn families(peak: &Peak) -> Vec<[i64; 4]> {
    let row = |f: &Family| {
        let [h, k, l] = f.hkl.map(i64::from);
        [h, k, l, i64::from(f.multiplicity)]
    };
    let mut rows: Vec<_> = peak.families.iter().map(row).collect();
    rows.sort_unstable();
    rows
}

fn assert_pattern(what: &str, found: &Pattern, recorded: &Value) {
    assert_eq!(found.peaks.len() as u64, recorded["count"].as_u64().unwrap(), "{what}: number of peaks");
    let rows = recorded["peaks"].as_array().unwrap();
    let scale = found.peaks.iter().map(|peak| peak.intensity).fold(0.0, f64::max);
    for (peak, row) in found.peaks.iter().zip(rows) {
        let number = |i: usize| row[i].as_f64().unwrap();
        assert!((peak.two_theta_deg - number(0)).abs() < 1e-6, "{what}: {peak:?} is not {row}");
        assert!((peak.intensity - number(1)).abs() < 1e-6 * scale, "{what}: {peak:?} is not {row}");
        assert!((peak.d_angstrom - number(2)).abs() < 1e-7 * number(2), "{what}: {peak:?} is not {row}");
        let named: Vec<[i64; 4]> = serde_json::from_value(row[3].clone()).unwrap();
        assert_eq!(families(peak), named, "{what}: {peak:?}");
    }
}

#[test]
fn every_recorded_pattern_is_reproduced() {
    let reference = reference();
    let structures = reference["structures"].as_object().unwrap();
    assert!(structures.len() > 20);
    for (name, entry) in structures {
        let structure = recorded(entry);
        for (key, probe, radiation, upper) in [
            ("CuKa", Probe::XRay, "CuKa", 90.0),
            ("MoKa", Probe::XRay, "MoKa", 50.0),
            ("neutron", Probe::Neutron, "CuKa", 90.0),
        ] {
            if entry[key].is_null() {
                continue;
            }
            let settings = parity(radiation, Some(upper));
            let found = pattern_of(&structure, probe, &Displacements::Ignored, &settings).unwrap();
            assert_pattern(&format!("{name} {key}"), &found, &entry[key]);
        }
    }
}

#[test]
fn anisotropic_displacements_weaken_as_in_pymatgen() {
    let entry = &reference()["displaced"];
    let mut structure = recorded(entry);
    for (site, rows) in structure.sites.iter_mut().zip(entry["u_cart"].as_array().unwrap()) {
        let rows: Vec<DVec3> = rows.as_array().unwrap().iter().map(triple).collect();
        site.displacement = Displacement::Anisotropic(DMat3::from_cols(rows[0], rows[1], rows[2]));
    }
    for (key, probe) in [("xray", Probe::XRay), ("neutron", Probe::Neutron)] {
        let settings = parity("CuKa", Some(90.0));
        let found = pattern_of(&structure, probe, &Displacements::FromStructure, &settings).unwrap();
        assert_pattern(key, &found, &entry[key]);
        assert!(found.notes.is_empty(), "{:?}", found.notes);
        let at_rest = pattern_of(&structure, probe, &Displacements::Ignored, &settings).unwrap();
        assert_ne!(at_rest.peaks[5].intensity, found.peaks[5].intensity);
    }
}

#[test]
fn tungsten_unscaled_with_b_and_at_all_angles() {
    let entry = &reference()["structures"]["W"];
    let structure = recorded(entry);
    let unscaled = PatternSettings { scaled: false, ..parity("CuKa", Some(90.0)) };
    let plain = xray(&structure, &unscaled);
    assert_pattern("unscaled", &plain, &entry["unscaled"]);
    assert!((plain.peaks[0].intensity - 2_414_237.563_309_324_4).abs() < 0.01);
    assert!((plain.peaks[0].two_theta_deg - 40.294_828_554_672_264).abs() < 1e-9);
    let b = Displacements::IsotropicB(BTreeMap::from([(element("W"), 0.1526)]));
    let weakened = pattern_of(&structure, Probe::XRay, &b, &unscaled).unwrap();
    assert_pattern("B", &weakened, &entry["b_0.1526"]);
    assert!((weakened.peaks[0].intensity - 2_377_745.229_668_602).abs() < 0.01);
    let u = 0.1526 / (8.0 * std::f64::consts::PI * std::f64::consts::PI);
    let from_u = Displacements::IsotropicU(BTreeMap::from([(element("W"), u)]));
    assert_eq!(
        pattern_of(&structure, Probe::XRay, &from_u, &unscaled).unwrap().peaks.len(),
        weakened.peaks.len()
    );
    let again = pattern_of(&structure, Probe::XRay, &from_u, &unscaled).unwrap();
    assert!((again.peaks[0].intensity / weakened.peaks[0].intensity - 1.0).abs() < 1e-12);
    assert_pattern("all angles", &xray(&structure, &parity("CuKa", None)), &entry["all angles"]);
}

/// (index of the peak, 2θ, intensity): numbers of pymatgen's own tests.
#[test]
fn numbers_of_pymatgens_own_tests() {
    let reference = reference();
    let structures = &reference["structures"];
    for (name, index, two_theta, intensity) in [
        ("CsCl 4.209", 0, 21.107_738_329_639_844, 36.483_184_003_748_946),
        ("CsCl 4.209", 1, 30.024_695_921_112_777, 100.0),
        ("LiFePO4", 1, 17.035_042_336_217_85, 50.400_928_948_337_075),
        ("Li10GeP2S12", 1, 14.058_274_883_353_876, 4.411_112_364_166_767),
        ("Graphite", 0, 26.210_573_508_595_98, 100.0),
        ("Si2Ru2Pr2", 0, 12.867_273_414_767_35, 31.448_239_816_769_796),
    ] {
        for merge in [Merge::Parity, Merge::Symmetrized] {
            // The oracle of LiFePO4 and of the others stands for the numbers as given; idealising moves them a little.
            let (angle, height) = if merge == Merge::Parity { (1e-9, 1e-8) } else { (2e-3, 0.05) };
            let settings = PatternSettings { merge, ..parity("CuKa", Some(90.0)) };
            let peak = &xray(&recorded(&structures[name]), &settings).peaks[index];
            assert!((peak.two_theta_deg - two_theta).abs() < angle, "{name} {merge:?}: {peak:?}");
            assert!((peak.intensity - intensity).abs() < height, "{name} {merge:?}: {peak:?}");
        }
    }
    let tetragonal = recorded(&structures["Si2Ru2Pr2"]);
    assert_eq!(xray(&tetragonal, &parity("CuKa", Some(90.0))).peaks.len(), 42);
    assert_eq!(xray(&tetragonal, &parity("CuKa", Some(60.0))).peaks.len(), 18);
    let cesium_chloride = xray(&recorded(&structures["CsCl 4.209"]), &parity("CuKa", Some(90.0)));
    assert_eq!(families(&cesium_chloride.peaks[0]), [[1, 0, 0, 6]]);
    assert_eq!(families(&cesium_chloride.peaks[1]), [[1, 1, 0, 12]]);
    assert!((cesium_chloride.peaks[1].d_angstrom - 2.976_212_442_014_178).abs() < 1e-12);
    let graphite = xray(&recorded(&structures["Graphite"]), &parity("CuKa", Some(90.0)));
    assert_eq!(graphite.peaks[0].families[0].text(), "(0 0 0 2)");
}

#[test]
fn noise_in_a_cell_splits_lines_only_where_nothing_is_idealised() {
    let noisy = recorded(&reference()["structures"]["noisy Si"]);
    assert_eq!(xray(&noisy, &parity("CuKa", Some(90.0))).peaks.len(), 11);
    let ideal = xray(&noisy, &PatternSettings::default());
    let expected = [
        (28.465_477, 100.0),
        (47.342_691, 66.649),
        (56.170_985, 39.586),
        (69.192_839, 10.713),
        (76.447_971, 16.341),
        (88.118_315, 23.507),
    ];
    assert_eq!(ideal.peaks.len(), expected.len());
    let scale = ideal.peaks[0].two_theta_deg / expected[0].0;
    assert!((scale - 1.0).abs() < 1e-3);
    for (peak, (_, intensity)) in ideal.peaks.iter().zip(expected) {
        assert!((peak.intensity - intensity).abs() < 0.01, "{peak:?}");
        assert_eq!(peak.families.len(), 1, "{peak:?}");
    }
    let multiplicities: Vec<u32> = ideal.peaks.iter().map(|peak| peak.families[0].multiplicity).collect();
    assert_eq!(multiplicities, [8, 12, 24, 6, 24, 24]);
    // In the conventional cell the families have their textbook names.
    let named = xray(&diamond(5.431), &PatternSettings::default());
    let names: Vec<[i32; 3]> = named.peaks.iter().map(|peak| peak.families[0].hkl).collect();
    assert_eq!(names, [[1, 1, 1], [2, 2, 0], [3, 1, 1], [4, 0, 0], [3, 3, 1], [4, 2, 2]]);
    for (peak, (two_theta, intensity)) in named.peaks.iter().zip(expected) {
        assert!((peak.two_theta_deg - two_theta).abs() < 1e-6 && (peak.intensity - intensity).abs() < 1e-3);
    }
}

#[test]
fn different_orbits_at_one_angle_are_one_peak_with_two_families() {
    let settings = PatternSettings { upper_deg: Some(100.0), ..PatternSettings::default() };
    let pattern = xray(&diamond(5.431), &settings);
    let peak = pattern.peaks.last().unwrap();
    assert_eq!(families(peak), [[3, 3, 3, 8], [5, 1, 1, 24]]);
}

/// Laue class m-3: (210) and (120) are not equivalent, which families by permutation hide.
#[test]
fn inequivalent_permutations_stay_apart_in_pyrite() {
    let u = 0.385;
    let iron = [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]];
    let sulfur = [[u, u, u], [0.5 - u, -u, 0.5 + u], [-u, 0.5 + u, 0.5 - u], [0.5 + u, 0.5 - u, -u]];
    let mut sites: Vec<Filled> =
        iron.iter().map(|p| (DVec3::from_array(*p), vec![(element("Fe"), 1.0)])).collect();
    for p in sulfur.map(DVec3::from_array) {
        sites.push((p, vec![(element("S"), 1.0)]));
        sites.push((-p, vec![(element("S"), 1.0)]));
    }
    let pattern = xray(&structure(cubic(5.418), &sites), &PatternSettings::default());
    let peak =
        |hkl: [i32; 3]| pattern.peaks.iter().find(|p| p.families.iter().any(|f| f.hkl == hkl)).unwrap();
    assert_eq!(families(peak([2, 1, 0])), [[2, 1, 0, 12]]);
    assert_eq!(families(peak([3, 2, 1])), [[3, 1, 2, 24], [3, 2, 1, 24]]);
    assert!(pattern.peaks.iter().all(|p| p.families.iter().all(|f| f.hkl != [1, 2, 0])));
}

#[test]
fn hexagonal_indices_have_four_numbers() {
    let graphite = recorded(&reference()["structures"]["Graphite"]);
    let pattern = xray(&graphite, &PatternSettings::default());
    let texts: Vec<String> = pattern.peaks.iter().flat_map(|p| p.families.iter().map(Family::text)).collect();
    assert!(texts.contains(&"(1 0 -1 0)".to_owned()), "{texts:?}");
    assert_eq!(texts[0], "(0 0 0 2)");
}

/// Every fixture: merging by symmetry keeps the total intensity and the strong lines of the pattern.
#[test]
fn idealising_keeps_the_recorded_patterns() {
    let reference = reference();
    for (name, entry) in reference["structures"].as_object().unwrap() {
        let structure = recorded(entry);
        let ideal = xray(&structure, &PatternSettings { scaled: false, ..PatternSettings::default() });
        let plain = xray(&structure, &PatternSettings { scaled: false, ..parity("CuKa", Some(90.0)) });
        let total = |pattern: &Pattern| pattern.peaks.iter().map(|peak| peak.intensity).sum::<f64>();
        let ratio = total(&ideal) / total(&plain);
        assert!((ratio - 1.0).abs() < 0.01, "{name}: {ratio}");
        assert!(ideal.peaks.len() <= plain.peaks.len(), "{name}");
    }
}

/// The same crystal in a cell with vectors whose columns are `matrix` in the old ones, moved by `shift`.
fn supercell(parent: &Structure, matrix: [[i32; 3]; 3], shift: DVec3) -> Structure {
    let columns = matrix.map(|column| DVec3::from_array(column.map(f64::from)));
    let vectors = columns.map(|column| parent.lattice.cart_from_frac(column));
    let lattice = Lattice::from_vectors(vectors).unwrap();
    let inverse = DMat3::from_cols(columns[0], columns[1], columns[2]).inverse();
    let mut large = Structure { lattice, sites: Vec::new(), ..parent.clone() };
    for site in &parent.sites {
        let mut found: Vec<DVec3> = Vec::new();
        for (x, y, z) in (-4..=4).flat_map(|x| (-4..=4).flat_map(move |y| (-4..=4).map(move |z| (x, y, z)))) {
            let frac = inverse * (site.frac + shift + DVec3::new(f64::from(x), f64::from(y), f64::from(z)));
            let frac = frac - frac.floor();
            let same = |other: &DVec3| {
                let difference = *other - frac;
                (difference - difference.round()).length() < 1e-6
            };
            if !found.iter().any(same) {
                found.push(frac);
            }
        }
        large.sites.extend(found.into_iter().map(|frac| Site { frac, ..*site }));
    }
    let determinant = DMat3::from_cols(columns[0], columns[1], columns[2]).determinant().abs().round();
    assert_eq!(large.sites.len(), parent.sites.len() * determinant as usize);
    large
}

#[test]
fn a_supercell_has_the_pattern_of_its_parent() {
    let reference = reference();
    for name in ["CsCl 4.209", "Graphite", "TiO2", "LiFePO4"] {
        let parent = recorded(&reference["structures"][name]);
        let settings = PatternSettings { scaled: false, ..PatternSettings::default() };
        let expected = xray(&parent, &settings);
        for matrix in [
            [[2, 0, 0], [0, 1, 0], [0, 0, 1]],
            [[1, 1, 0], [-1, 1, 0], [0, 0, 1]],
            [[1, 0, 0], [0, 1, 0], [1, 1, 2]],
        ] {
            let large = supercell(&parent, matrix, DVec3::new(0.123, 0.456, 0.789));
            let found = xray(&large, &settings);
            assert_eq!(found.peaks.len(), expected.peaks.len(), "{name} {matrix:?} {:?}", found.notes);
            let columns = matrix.map(|column| DVec3::from_array(column.map(f64::from)));
            let cells = DMat3::from_cols(columns[0], columns[1], columns[2]).determinant().abs().powi(2);
            for (peak, other) in found.peaks.iter().zip(&expected.peaks) {
                assert!((peak.two_theta_deg - other.two_theta_deg).abs() < 1e-6, "{name} {peak:?} {other:?}");
                assert!(
                    (peak.intensity / cells / other.intensity - 1.0).abs() < 1e-6,
                    "{name} {peak:?} {other:?}"
                );
                let multiplicities = |peak: &Peak| {
                    let mut list: Vec<u32> = peak.families.iter().map(|f| f.multiplicity).collect();
                    list.sort_unstable();
                    list
                };
                assert_eq!(multiplicities(peak), multiplicities(other), "{name} {peak:?} {other:?}");
            }
        }
    }
}

/// Displacements that differ among equivalent sites of a supercell are averaged, tensors with the site symmetry.
#[test]
fn displacements_are_averaged_over_equivalent_sites() {
    let lattice = cubic(4.0);
    let sites: Vec<Filled> = [([0.0, 0.0, 0.0], "Cs"), ([0.5, 0.5, 0.5], "Cl")]
        .map(|(p, s)| (DVec3::from_array(p), vec![(element(s), 1.0)]))
        .into();
    let mut small = structure(lattice, &sites);
    let settings = PatternSettings { scaled: false, ..PatternSettings::default() };
    let with = |structure: &Structure| {
        pattern_of(structure, Probe::XRay, &Displacements::FromStructure, &settings).unwrap()
    };
    small.sites[0].displacement = Displacement::Isotropic(0.02);
    small.sites[1].displacement = Displacement::Isotropic(0.01);
    let expected = with(&small);
    let mut large = supercell(&small, [[2, 0, 0], [0, 1, 0], [0, 0, 1]], DVec3::ZERO);
    large.sites[0].displacement = Displacement::Isotropic(0.015);
    large.sites[1].displacement = Displacement::Isotropic(0.025);
    // A tensor that a cubic site cannot have; its mean is U = 0.01.
    let flat = DMat3::from_diagonal(DVec3::new(0.02, 0.007, 0.003));
    large.sites[2].displacement = Displacement::Anisotropic(flat);
    let found = with(&large);
    assert!(found.notes.is_empty(), "{:?}", found.notes);
    for (peak, other) in found.peaks.iter().zip(&expected.peaks) {
        assert!((peak.intensity / 4.0 / other.intensity - 1.0).abs() < 1e-9, "{peak:?} {other:?}");
    }
    small.sites[0].displacement = Displacement::Unknown;
    assert!(with(&small).notes.iter().any(|note| note.contains("1 of 2 sites have no displacement")));
}

#[test]
fn what_cannot_be_computed_is_said_in_words() {
    let good = diamond(5.431);
    let of = |structure: &Structure, settings: &PatternSettings| {
        pattern_of(structure, Probe::XRay, &Displacements::Ignored, settings).unwrap_err()
    };
    let usual = PatternSettings::default();
    let molecule = Structure { periodic: false, ..good.clone() };
    assert_eq!(of(&molecule, &usual), DiffractionError::NotPeriodic);
    let empty = Structure { sites: Vec::new(), ..good.clone() };
    assert_eq!(of(&empty, &usual), DiffractionError::Empty);
    let mut broken = good.clone();
    broken.sites[3].frac.y = f64::NAN;
    assert_eq!(of(&broken, &usual), DiffractionError::Site { site: 4, what: "a coordinate" });
    let mut broken = good.clone();
    broken.asymmetric[0].occupants[0].occupancy = f64::INFINITY;
    assert_eq!(of(&broken, &usual), DiffractionError::Site { site: 1, what: "an occupancy" });
    let mut broken = good.clone();
    broken.sites[0].asymmetric = 99;
    assert_eq!(of(&broken, &usual), DiffractionError::Site { site: 1, what: "a species" });
    let mut heavy = good.clone();
    heavy.asymmetric[0].occupants[0].element = element("Og");
    assert_eq!(of(&heavy, &usual).to_string(), "no scattering of X-rays is tabulated for Og");
    for (lower_deg, upper_deg) in [(10.0, Some(10.0)), (-1.0, None), (0.0, Some(181.0)), (f64::NAN, None)] {
        let settings = PatternSettings { lower_deg, upper_deg, ..usual };
        assert!(matches!(of(&good, &settings), DiffractionError::Range { .. }), "{settings:?}");
    }
    let large = diamond(400.0);
    let settings = PatternSettings { merge: Merge::Parity, ..parity("AgKa", None) };
    assert!(matches!(of(&large, &settings), DiffractionError::TooLarge { sites: 8, .. }));
    let hard = PatternSettings { radiation: Radiation::new(0.01).unwrap(), ..parity("CuKa", None) };
    assert!(matches!(of(&large, &hard), DiffractionError::Reach { .. }));
    let negative = Displacements::IsotropicB(BTreeMap::from([(element("Si"), -1.0)]));
    let error = pattern_of(&good, Probe::XRay, &negative, &usual).unwrap_err();
    assert_eq!(error, DiffractionError::Displacement { element: element("Si"), value: -1.0 });
}

#[test]
fn nothing_within_the_range_is_an_empty_pattern_with_a_note() {
    let settings = PatternSettings { upper_deg: Some(10.0), ..PatternSettings::default() };
    for merge in [Merge::Parity, Merge::Symmetrized] {
        let pattern = xray(&diamond(5.431), &PatternSettings { merge, ..settings });
        assert!(pattern.peaks.is_empty());
        assert_eq!(pattern.notes.last().unwrap(), "No reflection of this range has any intensity");
    }
}

#[test]
fn without_a_symmetry_search_friedel_pairs_are_merged_and_a_note_says_so() {
    // Atoms on top of each other: the search gives up.
    let site = |x: f64| (DVec3::splat(x), vec![(element("Na"), 0.5)]);
    let twice = structure(cubic(4.0), &[site(0.0), site(0.0)]);
    assert!(IdealCell::find(&twice, 0.01).is_err());
    let pattern = xray(&twice, &PatternSettings::default());
    assert!(
        pattern.notes.iter().any(|note| note.contains("merged without symmetry: no symmetry was found")),
        "{:?}",
        pattern.notes
    );
    let once = structure(cubic(4.0), &[(DVec3::ZERO, vec![(element("Na"), 1.0)])]);
    let expected = xray(&once, &PatternSettings::default());
    assert_eq!(pattern.peaks.len(), expected.peaks.len());
    for (peak, other) in pattern.peaks.iter().zip(&expected.peaks) {
        assert!((peak.intensity - other.intensity).abs() < 1e-9);
        assert!(peak.families.iter().all(|family| family.multiplicity == 2));
        let sum = |peak: &Peak| peak.families.iter().map(|f| f.multiplicity).sum::<u32>();
        assert_eq!(sum(peak), sum(other));
    }
}

#[test]
fn the_written_form_is_that_of_the_command_line() {
    let pattern = xray(&recorded(&reference()["structures"]["CsCl 4.209"]), &PatternSettings::default());
    let text = serde_json::to_string(&pattern).unwrap();
    assert!(
        text.starts_with(r#"{"wavelength_angstrom":1.54184,"peaks":[{"two_theta_deg":21.1077"#),
        "{text}"
    );
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["peaks"][1]["hkl"], serde_json::json!([[1, 1, 0, 12]]));
    assert_eq!(value["merge"], "symmetrized");
    assert_eq!(value["probe"], "x-ray");
    assert_eq!(value["radiation"], "CuKa");
}

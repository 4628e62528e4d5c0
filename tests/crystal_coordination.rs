//! Neighbours, bond lengths and bond valences: against pymatgen where it has the method, against geometry elsewhere.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::{collections::BTreeMap, f64::consts::PI, path::Path};

use glam::DVec3;
use proptest::prelude::*;
use serde::Deserialize;
use vitrine::crystal::{
    analysis::coordination::{
        Coordination, CoordinationError, Method, Rule, SiteCoordination,
        statistics::{angle_histogram, bond_angles, bond_lengths, histogram},
        valence::{SOFTNESS_ANGSTROM, bond_valence, bond_valences, unit_length_angstrom},
        voronoi::{Face, voronoi_cell},
    },
    element::Element,
    io::read_path,
    lattice::{CellParameters, Lattice},
    structure::{AsymmetricSite, Displacement, Occupant, Site, Structure},
};

/// One structure of `tests/reference/coordination.json`.
#[derive(Deserialize)]
struct Reference {
    name: String,
    lattice: [[f64; 3]; 3],
    species: Vec<String>,
    charges: Option<Vec<i8>>,
    frac: Vec<[f64; 3]>,
    sites: Vec<ReferenceSite>,
}

#[derive(Deserialize)]
struct ReferenceSite {
    cn: usize,
    /// Index, image, weight.
    crystalnn: Vec<(usize, i32, i32, i32, f64)>,
    jmol: Vec<(usize, i32, i32, i32)>,
    valence: Option<f64>,
}

fn references() -> Vec<Reference> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/coordination.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

impl Reference {
    fn structure(&self) -> Structure {
        let lattice = Lattice::from_vectors(self.lattice.map(DVec3::from_array)).unwrap();
        let mut structure = made(Some(lattice), &[]);
        for (index, (symbol, frac)) in self.species.iter().zip(&self.frac).enumerate() {
            let charge = self.charges.as_ref().map(|charges| charges[index]);
            add(&mut structure, symbol, 1.0, charge, *frac);
        }
        structure
    }
}

fn sample(name: &str) -> Structure {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/crystals");
    read_path(&folder.join(name)).unwrap().remove(0)
}

fn element(symbol: &str) -> Element {
    Element::from_symbol(symbol).unwrap()
}

fn add(structure: &mut Structure, symbol: &str, occupancy: f64, charge: Option<i8>, place: [f64; 3]) {
    let asymmetric = structure.asymmetric.len() as u32;
    structure.asymmetric.push(AsymmetricSite {
        label: symbol.into(),
        occupants: vec![Occupant { element: element(symbol), occupancy, charge }],
        disorder: None,
    });
    let frac = DVec3::from_array(place);
    structure.sites.push(Site { asymmetric, frac, displacement: Displacement::Unknown });
}

/// Coordinates are Cartesian without a lattice.
fn made(lattice: Option<Lattice>, atoms: &[(&str, [f64; 3])]) -> Structure {
    let mut structure = Structure {
        name: String::new(),
        lattice: lattice.unwrap_or(Lattice::UNIT),
        periodic: lattice.is_some(),
        asymmetric: Vec::new(),
        sites: Vec::new(),
        stated_space_group: None,
        warnings: Vec::new(),
    };
    for (symbol, place) in atoms {
        add(&mut structure, symbol, 1.0, None, *place);
    }
    structure
}

fn cubic(a: f64) -> Lattice {
    let cell = CellParameters { a, b: a, c: a, alpha: 90.0, beta: 90.0, gamma: 90.0 };
    Lattice::from_parameters(cell).unwrap()
}

type Image = (usize, i32, i32, i32);

fn neighbours(site: &SiteCoordination) -> Vec<Image> {
    let mut all: Vec<Image> =
        site.neighbors.iter().map(|n| (n.index, n.image[0], n.image[1], n.image[2])).collect();
    all.sort_unstable();
    all
}

fn numbers(coordination: &Coordination) -> Vec<usize> {
    coordination.sites.iter().map(|site| site.cn).collect()
}

#[test]
fn crystal_nn_agrees_with_pymatgen() {
    let mut sites = 0;
    for reference in references() {
        let name = &reference.name;
        let found = Coordination::new(&reference.structure(), Method::CrystalNn).unwrap();
        assert_eq!(found.sites.len(), reference.sites.len());
        for (site, wanted) in found.sites.iter().zip(&reference.sites) {
            let at = format!("{name}, site {} ({})", site.index, site.element);
            assert_eq!(site.cn, wanted.cn, "{at}");
            // The answer has the neighbours of the largest weights.
            let mut by_weight = wanted.crystalnn.clone();
            by_weight.sort_by(|a, b| b.4.total_cmp(&a.4));
            let mut chosen: Vec<Image> =
                by_weight.iter().take(wanted.cn).map(|&(n, i, j, k, _)| (n, i, j, k)).collect();
            chosen.sort_unstable();
            assert_eq!(neighbours(site), chosen, "{at}");
            let sum: f64 = wanted.crystalnn.iter().map(|n| n.4).sum();
            assert!((site.weighted_cn.unwrap() - sum).abs() < 1e-4, "{at}: {:?} {sum}", site.weighted_cn);
            for near in &site.neighbors {
                let image = (near.index, near.image[0], near.image[1], near.image[2]);
                let same = wanted.crystalnn.iter().find(|n| (n.0, n.1, n.2, n.3) == image).unwrap();
                assert!((near.weight.unwrap() - same.4).abs() < 1e-5, "{at}: {:?} {}", near.weight, same.4);
            }
            sites += 1;
        }
    }
    assert!(sites > 500, "{sites}");
}

#[test]
fn jmol_agrees_with_pymatgen() {
    for reference in references() {
        let found = Coordination::new(&reference.structure(), Method::Jmol).unwrap();
        for (site, wanted) in found.sites.iter().zip(&reference.sites) {
            assert_eq!(neighbours(site), wanted.jmol, "{}, site {}", reference.name, site.index);
        }
    }
}

/// The numbers that pymatgen's own tests state.
#[test]
fn olivine_has_the_published_numbers() {
    let references = references();
    let charged = references.iter().find(|r| r.name == "LiFePO4 with charges").unwrap().structure();
    let found = Coordination::new(&charged, Method::CrystalNn).unwrap();
    assert_eq!(numbers(&found), [[6; 8].as_slice(), &[4; 20]].concat());
    assert!((found.sites[0].weighted_cn.unwrap() - 5.863).abs() < 5e-4, "{:?}", found.sites[0].weighted_cn);
    let jmol = Coordination::new(&charged, Method::Jmol).unwrap();
    let of = |symbol: &str| -> Vec<usize> {
        jmol.sites.iter().filter(|site| site.element == element(symbol)).map(|site| site.cn).collect()
    };
    assert_eq!((of("Li"), of("Fe"), of("P")), (vec![0; 4], vec![6; 4], vec![4; 4]));
}

/// Lines of the tables, against their sources: Open Babel, Shannon, O'Keeffe and Brese.
#[test]
fn tables_of_radii_are_read_whole() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    for (file, count, line) in [
        ("jmol_radii.ron", 109, "(\"Na\", 0.97)"),
        ("ionic_radii.ron", 92, "(\"Ti\", [(2, 1.0), (3, 0.81), (4, 0.745)])"),
        ("bond_valence.ron", 75, "(\"O\", 0.63, 3.15)"),
    ] {
        let text = std::fs::read_to_string(assets.join(file)).unwrap();
        assert!(text.contains(line), "{file}");
        let rows: Vec<&str> = text.lines().filter(|row| row.starts_with("    (\"")).collect();
        assert_eq!(rows.len(), count, "{file}");
        for row in rows {
            let symbol = row.split('"').nth(1).unwrap();
            assert!(Element::from_symbol(symbol).is_some(), "{file}: {row}");
        }
    }
}

#[test]
fn samples_have_their_textbook_numbers() {
    let expected = [
        ("nacl.cif", vec![6; 8]),
        ("cscl.cif", vec![8; 2]),
        ("silicon.cif", vec![4; 8]),
        ("graphite.cif", vec![3; 4]),
        ("copper.cif", vec![12; 4]),
        ("rutile.cif", vec![6, 6, 3, 3, 3, 3]),
        ("quartz.cif", vec![4, 4, 4, 2, 2, 2, 2, 2, 2]),
    ];
    for (name, wanted) in expected {
        for method in [Method::Default, Method::CrystalNn] {
            assert_eq!(
                numbers(&Coordination::new(&sample(name), method).unwrap()),
                wanted,
                "{name} {method:?}"
            );
        }
    }
}

/// Areas, angles and volumes of the cells of lattices whose corners are all degenerate.
#[test]
fn cells_of_simple_lattices_have_their_known_faces() {
    let cell = |lattice: Lattice, places: &[[f64; 3]]| -> Vec<Face> {
        let mut near = Vec::new();
        for i in -4..5 {
            for j in -4..5 {
                for k in -4..5 {
                    let shift = DVec3::new(f64::from(i), f64::from(j), f64::from(k));
                    let all =
                        places.iter().map(|place| lattice.cart_from_frac(shift + DVec3::from_array(*place)));
                    near.extend(all.filter(|cart| cart.length() > 1e-6));
                }
            }
        }
        near.sort_by(|a, b| a.length().total_cmp(&b.length()));
        voronoi_cell(&near).unwrap()
    };
    let fcc = [[0.0; 3], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]];
    let bcc = [[0.0; 3], [0.5; 3]];
    for a in [1.0, 3.615, 5.6402] {
        for (name, lattice, places, faces, sites) in [
            ("simple cubic", cubic(a), &[[0.0; 3]][..], 6, 1.0),
            ("fcc", cubic(a), &fcc[..], 12, 4.0),
            ("bcc", cubic(a), &bcc[..], 14, 2.0),
        ] {
            let found = cell(lattice, places);
            assert_eq!(found.len(), faces, "{name} {a}");
            let sum = |of: fn(&Face) -> f64| found.iter().map(of).sum::<f64>();
            assert!((sum(Face::solid_angle) - 4.0 * PI).abs() < 1e-9, "{name}");
            assert!((sum(Face::volume_angstrom3) - a.powi(3) / sites).abs() < 1e-9 * a.powi(3), "{name}");
        }
        // A truncated octahedron: 8 hexagons and 6 squares with the edge a/√8.
        let found = cell(cubic(a), &bcc);
        let areas = |corners| -> Vec<f64> {
            found.iter().filter(|f| f.corners.len() == corners).map(Face::area_angstrom2).collect()
        };
        let edge_squared = a * a / 8.0;
        assert_eq!((areas(6).len(), areas(4).len()), (8, 6));
        assert!(areas(6).iter().all(|area| (area - 1.5 * 3_f64.sqrt() * edge_squared).abs() < 1e-9));
        assert!(areas(4).iter().all(|area| (area - edge_squared).abs() < 1e-9));
    }
}

#[test]
fn a_site_that_is_not_enclosed_has_no_cell() {
    assert_eq!(voronoi_cell(&[]), None);
    let corner = [DVec3::X, DVec3::Y, DVec3::Z];
    assert_eq!(voronoi_cell(&corner), None);
    let around = [DVec3::X, DVec3::Y, DVec3::Z, DVec3::NEG_X, DVec3::NEG_Y, DVec3::NEG_Z];
    assert_eq!(voronoi_cell(&around).unwrap().len(), 6);
}

/// A sheet of graphite with a wide gap: the cell stays open within 7 Å and is closed from farther away.
#[test]
fn a_sheet_in_a_vacuum_is_closed_from_afar() {
    let cell = CellParameters { a: 2.46, b: 2.46, c: 40.0, alpha: 90.0, beta: 90.0, gamma: 120.0 };
    let third = 1.0 / 3.0;
    let atoms = [("C", [0.0, 0.0, 0.5]), ("C", [third, 2.0 * third, 0.5])];
    let sheet = made(Some(Lattice::from_parameters(cell).unwrap()), &atoms);
    assert_eq!(numbers(&Coordination::new(&sheet, Method::CrystalNn).unwrap()), [3, 3]);
}

#[test]
fn each_neighbour_is_where_it_is_said_to_be() {
    for method in [Method::Default, Method::CrystalNn, Method::Jmol] {
        for name in ["lifepo4.cif", "quartz.cif", "urea.cif", "algaas.cif"] {
            let structure = sample(name);
            let found = Coordination::new(&structure, method).unwrap();
            assert_eq!(found.method, method);
            assert_eq!(found.sites.len(), structure.sites.len());
            for (index, site) in found.sites.iter().enumerate() {
                assert_eq!((site.index, site.cn), (index, site.neighbors.len()));
                for near in &site.neighbors {
                    let shift = DVec3::from_array(near.image.map(f64::from));
                    let apart = structure.sites[near.index].frac + shift - structure.sites[index].frac;
                    let distance = structure.lattice.cart_from_frac(apart).length();
                    assert!((distance - near.distance_angstrom).abs() < 1e-9, "{name}");
                    assert_eq!(near.element, structure.element_of(&structure.sites[near.index]));
                }
                let order = |near: &vitrine::crystal::analysis::coordination::Coordinated| {
                    ((near.distance_angstrom * 1e8).round() as i64, near.index, near.image)
                };
                assert!(site.neighbors.is_sorted_by_key(order), "{name} {index}");
            }
        }
    }
}

#[test]
fn json_has_the_fields_that_scripts_read() {
    let found = Coordination::new(&sample("cscl.cif"), Method::Default).unwrap();
    let text = serde_json::to_string(&found).unwrap();
    let start = "{\"sites\":[{\"index\":0,\"element\":\"Cs\",\"cn\":8,\"neighbors\":[{\"index\":1,\
                 \"element\":\"Cl\",\"distance_angstrom\":3.57";
    assert!(text.starts_with(start), "{text}");
    assert!(text.contains("\"image\":[-1,-1,-1],\"rule\":\"pair_maximum\"}"), "{text}");
    assert!(text.ends_with("],\"method\":\"default\"}"), "{text}");
    let found = Coordination::new(&sample("cscl.cif"), Method::CrystalNn).unwrap();
    let text = serde_json::to_string(&found).unwrap();
    assert!(text.contains("\"rule\":\"crystal_nn\",\"weight\":"), "{text}");
    assert!(text.ends_with("\"method\":\"crystalnn\"}"), "{text}");
    let found = Coordination::new(&sample("silicon.cif"), Method::Jmol).unwrap();
    assert!(found.sites.iter().flat_map(|site| &site.neighbors).all(|near| near.rule == Rule::JmolRadii));
}

#[test]
fn methods_are_named_as_on_the_command_line() {
    assert_eq!("default".parse(), Ok(Method::Default));
    assert_eq!("crystalnn".parse(), Ok(Method::CrystalNn));
    assert_eq!("jmol".parse(), Ok(Method::Jmol));
    let error = "voronoi".parse::<Method>().unwrap_err();
    assert_eq!(error.to_string(), "\"voronoi\" is no method; there are default, crystalnn and jmol");
}

#[test]
fn molecules_have_neighbours_but_no_cells() {
    let water = made(None, &[("O", [0.0; 3]), ("H", [0.76, 0.59, 0.0]), ("H", [-0.76, 0.59, 0.0])]);
    for method in [Method::Default, Method::Jmol] {
        assert_eq!(numbers(&Coordination::new(&water, method).unwrap()), [2, 1, 1]);
    }
    assert_eq!(Coordination::new(&water, Method::CrystalNn), Err(CoordinationError::NotPeriodic));
}

#[test]
fn alternatives_are_no_neighbours_of_each_other() {
    let mut structure = made(Some(cubic(3.0)), &[]);
    add(&mut structure, "C", 0.5, None, [0.0; 3]);
    add(&mut structure, "C", 0.5, None, [0.2, 0.0, 0.0]);
    add(&mut structure, "O", 0.0, None, [0.5, 0.0, 0.0]);
    for method in [Method::Default, Method::Jmol, Method::CrystalNn] {
        let found = Coordination::new(&structure, method).unwrap();
        assert!(
            found.sites[0].neighbors.iter().all(|n| n.index != 2 && n.distance_angstrom > 0.7),
            "{method:?}"
        );
    }
}

#[test]
fn what_cannot_be_looked_at_says_why() {
    let methods = [Method::Default, Method::CrystalNn, Method::Jmol];
    let empty = made(Some(cubic(4.0)), &[]);
    let nan = made(Some(cubic(4.0)), &[("C", [0.0; 3]), ("C", [0.0, f64::NAN, 0.0])]);
    let heavy = made(Some(cubic(4.0)), &[("Og", [0.0; 3])]);
    for method in methods {
        assert_eq!(Coordination::new(&empty, method), Err(CoordinationError::Empty));
        assert_eq!(Coordination::new(&nan, method), Err(CoordinationError::NotFinite { site: 1 }));
        let found = Coordination::new(&heavy, method);
        assert_eq!(found.is_err(), method == Method::Jmol, "{found:?}");
    }
    let mut many = made(Some(cubic(300.0)), &[("C", [0.0; 3])]);
    many.sites = (0..20_001)
        .map(|index| Site {
            asymmetric: 0,
            frac: DVec3::new(f64::from(index % 28), f64::from(index / 28 % 28), f64::from(index / 784))
                / 28.0,
            displacement: Displacement::Unknown,
        })
        .collect();
    assert!(matches!(Coordination::new(&many, Method::CrystalNn), Err(CoordinationError::TooLarge { .. })));
    let dense = made(Some(cubic(0.01)), &[("C", [0.0; 3])]);
    for method in methods {
        assert!(matches!(Coordination::new(&dense, method), Err(CoordinationError::Neighbours(_))));
    }
}

#[test]
fn numbers_lengths_and_angles_are_counted_per_element() {
    let structure = sample("rutile.cif");
    let found = Coordination::new(&structure, Method::Default).unwrap();
    let counts = histogram(&found);
    assert_eq!(counts["Ti"], BTreeMap::from([(6, 2)]));
    assert_eq!(counts["O"], BTreeMap::from([(3, 4)]));
    let lengths = bond_lengths(&found).unwrap();
    assert_eq!(lengths.keys().collect::<Vec<_>>(), ["O-Ti"]);
    let lengths = &lengths["O-Ti"];
    // Twelve bonds per cell: eight shorter ones in the plane, four longer ones.
    assert_eq!((lengths.count, lengths.lengths_angstrom.len()), (12, 12));
    let (short, long) = (lengths.min_angstrom, lengths.max_angstrom);
    assert!((short - 1.948).abs() < 0.01 && (long - 1.980).abs() < 0.01, "{short} {long}");
    assert!((lengths.mean_angstrom - (2.0 * short + long) / 3.0).abs() < 1e-9);
    let angles = bond_angles(&structure, &found).unwrap();
    let titanium = angles.iter().find(|site| site.element == element("Ti")).unwrap();
    assert_eq!(titanium.angles_deg.len(), 15);
    assert!(titanium.angles_deg[12..].iter().all(|angle| (angle - 180.0).abs() < 1e-6));
    assert!(titanium.angles_deg.iter().filter(|angle| (*angle - 90.0).abs() < 1e-6).count() == 8);
    let oxygen: f64 =
        angles.iter().find(|site| site.element == element("O")).unwrap().angles_deg.iter().sum();
    assert!((oxygen - 360.0).abs() < 1e-6, "the three titanium lie in a plane with oxygen");
    let bins = angle_histogram(&angles, 18);
    assert_eq!((bins["Ti"].iter().sum::<usize>(), bins["O"].iter().sum::<usize>()), (30, 12));
    assert_eq!((bins["Ti"][17], bins["Ti"][9]), (6, 20), "the right angles all in one bin");
}

#[test]
fn a_bond_that_one_end_names_counts_once() {
    // CrystalNN gives oxygen fewer neighbours than it is a neighbour of.
    let references = references();
    let structure = references.iter().find(|r| r.name == "LiFePO4").unwrap().structure();
    let found = Coordination::new(&structure, Method::CrystalNn).unwrap();
    let lengths = bond_lengths(&found).unwrap();
    assert_eq!((lengths["Fe-O"].count, lengths["Li-O"].count, lengths["O-P"].count), (24, 24, 16));
}

#[test]
fn bond_valences_agree_with_pymatgen() {
    let mut compared = 0;
    for reference in references() {
        let structure = reference.structure();
        let found = Coordination::new(&structure, Method::CrystalNn).unwrap();
        // pymatgen takes 0.31 Å for the softness.
        let sums = bond_valences(&structure, &found, 0.31);
        for (site, wanted) in sums.sites.iter().zip(&reference.sites) {
            let Some(wanted) = wanted.valence else { continue };
            let at = format!("{} {} {:?}", reference.name, site.index, site.valence);
            assert!((site.valence.unwrap() - wanted).abs() < 1e-5, "{at} {wanted}");
            compared += 1;
        }
    }
    assert!(compared > 500, "{compared}");
}

/// Lengths that Brese and O'Keeffe published per pair the same year (Acta Cryst. B47, 192), from fits of each. The
/// formula for any two elements is up to 0.1 Å away from them.
#[test]
fn lengths_of_unit_valence_are_near_the_published_ones() {
    let published = [
        ("Na", "Cl", 2.15),
        ("Al", "O", 1.651),
        ("Si", "O", 1.624),
        ("Ti", "O", 1.815),
        ("Ca", "O", 1.967),
        ("Ba", "O", 2.285),
        ("Zr", "O", 1.937),
        ("S", "O", 1.624),
        ("Al", "F", 1.545),
    ];
    for (a, b, published) in published {
        let found = unit_length_angstrom(element(a), element(b)).unwrap();
        assert!((found - published).abs() < 0.08, "{a}–{b}: {found}");
        assert_eq!(unit_length_angstrom(element(b), element(a)), Some(found));
    }
    assert_eq!(unit_length_angstrom(element("He"), element("O")), None);
    let (na, cl) = (element("Na"), element("Cl"));
    let at_one = unit_length_angstrom(na, cl).unwrap();
    assert!((bond_valence(na, cl, at_one, SOFTNESS_ANGSTROM).unwrap() - 1.0).abs() < 1e-12);
    assert!((bond_valence(cl, na, at_one, SOFTNESS_ANGSTROM).unwrap() + 1.0).abs() < 1e-12);
    assert_eq!(bond_valence(na, element("Fe"), 2.5, SOFTNESS_ANGSTROM), Some(0.0));
}

#[test]
fn sums_are_near_the_charges_of_sound_crystals() {
    let mut olivine =
        references().into_iter().find(|r| r.name == "LiFePO4 with charges").unwrap().structure();
    let found = Coordination::new(&olivine, Method::Default).unwrap();
    let sums = bond_valences(&olivine, &found, SOFTNESS_ANGSTROM);
    for site in &sums.sites {
        assert!(site.deviation.unwrap().abs() < 0.2 * site.formal_charge.unwrap().abs(), "{site:?}");
        assert!(
            (site.valence.unwrap() - site.formal_charge.unwrap() - site.deviation.unwrap()).abs() < 1e-12
        );
    }
    let squares: f64 = sums.sites.iter().map(|site| site.deviation.unwrap().powi(2)).sum();
    assert!((sums.global_instability.unwrap() - (squares / 28.0).sqrt()).abs() < 1e-12);
    assert!(sums.missing.is_empty());
    let total: f64 = sums.sites.iter().map(|site| site.valence.unwrap()).sum();
    assert!(total.abs() < 1e-9, "every bond counts at both its ends");
    olivine.asymmetric[0].occupants[0].element = element("He");
    let sums = bond_valences(&olivine, &found, SOFTNESS_ANGSTROM);
    assert_eq!((sums.missing, sums.global_instability), (vec!["He".to_owned()], None));
    assert!(sums.sites[0].valence.is_none() && sums.sites[8].valence.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Cells of all sites fill the crystal, and a face is seen from both sides.
    #[test]
    fn cells_fill_space(
        a in 3.0..5.0_f64, b in 3.0..5.0_f64, c in 3.0..5.0_f64,
        angles in [65.0..115.0_f64, 65.0..115.0, 65.0..115.0],
        places in prop::collection::vec([0_u8..8, 0..8, 0..8], 1..5),
    ) {
        let [alpha, beta, gamma] = angles;
        let lattice = Lattice::from_parameters(CellParameters { a, b, c, alpha, beta, gamma });
        prop_assume!(lattice.is_ok());
        let lattice = lattice.unwrap();
        // Eighths of the cell: many corners are degenerate.
        let mut places = places;
        places.sort_unstable();
        places.dedup();
        let places: Vec<DVec3> =
            places.iter().map(|place| DVec3::from_array(place.map(f64::from)) / 8.0).collect();
        let mut volume = 0.0;
        for place in &places {
            let mut near = Vec::new();
            for i in -4..5 {
                for j in -4..5 {
                    for k in -4..5 {
                        let shift = DVec3::new(f64::from(i), f64::from(j), f64::from(k)) - *place;
                        near.extend(places.iter().map(|other| lattice.cart_from_frac(*other + shift)));
                    }
                }
            }
            near.retain(|cart| cart.length() > 1e-6);
            near.sort_by(|a, b| a.length().total_cmp(&b.length()));
            let faces = voronoi_cell(&near).unwrap();
            let angle: f64 = faces.iter().map(Face::solid_angle).sum();
            prop_assert!((angle - 4.0 * PI).abs() < 1e-6, "{}", angle);
            volume += faces.iter().map(Face::volume_angstrom3).sum::<f64>();
        }
        prop_assert!((volume / lattice.volume_angstrom3() - 1.0).abs() < 1e-9);
    }

    /// A larger cell of the same crystal has the same numbers, whatever the method.
    #[test]
    fn the_choice_of_the_cell_changes_no_number(
        lengths in [3.0..6.0_f64, 3.0..6.0, 3.0..6.0],
        angles in [70.0..110.0_f64, 70.0..110.0, 70.0..110.0],
        places in prop::collection::vec([0.0..1.0_f64, 0.0..1.0, 0.0..1.0], 1..5),
        times in [1_usize..3, 1..3, 1..3],
    ) {
        let ([a, b, c], [alpha, beta, gamma]) = (lengths, angles);
        let lattice = Lattice::from_parameters(CellParameters { a, b, c, alpha, beta, gamma });
        prop_assume!(lattice.is_ok());
        let lattice = lattice.unwrap();
        let symbols = ["Ti", "O", "Na", "O"];
        let atoms: Vec<(&str, [f64; 3])> = symbols.into_iter().zip(places).collect();
        let small = made(Some(lattice), &atoms);
        let [p, q, r] = times.map(|n| n as f64);
        let [va, vb, vc] = lattice.vectors();
        let mut big = made(Some(Lattice::from_vectors([va * p, vb * q, vc * r]).unwrap()), &[]);
        for (i, j, k) in (0..times[0]).flat_map(|i| {
            (0..times[1]).flat_map(move |j| (0..times[2]).map(move |k| (i as f64, j as f64, k as f64)))
        }) {
            for (symbol, [x, y, z]) in &atoms {
                add(&mut big, symbol, 1.0, None, [(x + i) / p, (y + j) / q, (z + k) / r]);
            }
        }
        for method in [Method::Default, Method::CrystalNn, Method::Jmol] {
            let one = Coordination::new(&small, method).unwrap();
            let many = Coordination::new(&big, method).unwrap();
            for site in &many.sites {
                let same = &one.sites[site.index % atoms.len()];
                prop_assert_eq!(site.cn, same.cn);
                for (x, y) in site.neighbors.iter().zip(&same.neighbors) {
                    prop_assert!((x.distance_angstrom - y.distance_angstrom).abs() < 1e-9);
                    prop_assert!(x.weight.is_none_or(|w| (0.0..=1.0 + 1e-9).contains(&w)));
                }
                let weighted = site.weighted_cn.zip(same.weighted_cn);
                prop_assert!(weighted.is_none_or(|(x, y)| (x - y).abs() < 1e-6));
            }
        }
    }
}

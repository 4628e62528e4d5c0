//! What changed between two structures: made changes are found again, and what cannot be compared says why.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::path::Path;

use glam::{DMat3, DQuat, DVec3};
use proptest::prelude::*;
use vitrine::crystal::{
    analysis::{
        comparison::{
            ComparisonError, MAX_MAPPED_SITES, Options, Part, Which, compare, compare_cells,
            compare_coordination, compare_pairs, compare_sites,
        },
        coordination::{CoordinationError, Method},
        pairs::{Binning, PairError},
    },
    element::Element,
    io::read_path,
    lattice::{CellParameters, Lattice},
    structure::{AsymmetricSite, Displacement, Occupant, Site, Structure},
};

fn sample(name: &str) -> Structure {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/crystals");
    read_path(&folder.join(name)).unwrap().remove(0)
}

/// Coordinates are Cartesian without a lattice.
fn made(lattice: Option<Lattice>, atoms: &[(&str, [f64; 3])]) -> Structure {
    let row = |(symbol, _): &(&str, [f64; 3])| AsymmetricSite {
        label: (*symbol).into(),
        occupants: vec![Occupant {
            element: Element::from_symbol(symbol).unwrap(),
            occupancy: 1.0,
            charge: None,
        }],
        disorder: None,
    };
    let site = |(index, atom): (usize, &(&str, [f64; 3]))| Site {
        asymmetric: index as u32,
        frac: DVec3::from_array(atom.1),
        displacement: Displacement::Unknown,
    };
    Structure {
        name: String::new(),
        lattice: lattice.unwrap_or(Lattice::UNIT),
        periodic: lattice.is_some(),
        asymmetric: atoms.iter().map(row).collect(),
        sites: atoms.iter().enumerate().map(site).collect(),
        stated_space_group: None,
        warnings: Vec::new(),
    }
}

fn box_of(a: f64, b: f64, c: f64) -> Lattice {
    let cell = CellParameters { a, b, c, alpha: 90.0, beta: 90.0, gamma: 90.0 };
    Lattice::from_parameters(cell).unwrap()
}

const PEROVSKITE: [(&str, [f64; 3]); 5] = [
    ("Ba", [0.0; 3]),
    ("Ti", [0.5; 3]),
    ("O", [0.5, 0.5, 0.0]),
    ("O", [0.5, 0.0, 0.5]),
    ("O", [0.0, 0.5, 0.5]),
];

fn with_lattice(structure: &Structure, matrix: DMat3) -> Structure {
    let vectors = [matrix.x_axis, matrix.y_axis, matrix.z_axis];
    Structure { lattice: Lattice::from_vectors(vectors).unwrap(), ..structure.clone() }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn a_structure_does_not_differ_from_itself() {
    for name in ["lifepo4.cif", "quartz.cif", "nacl.cif", "algaas.cif", "urea.cif"] {
        let structure = sample(name);
        let all = compare(&structure, &structure, Options::default()).unwrap();
        let cells = all.cells.compared().unwrap();
        assert!(cells.strain.as_ref().unwrap().degree < 1e-12, "{name}");
        assert_eq!(cells.strain.as_ref().unwrap().axes, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
        assert!(cells.density_g_cm3.difference == 0.0 && cells.density_g_cm3.first > 1.0);
        let sites = all.sites.compared().unwrap();
        assert!(sites.max_angstrom < 1e-9 && sites.nearest, "{name}: {}", sites.max_angstrom);
        assert!(sites.sites.iter().all(|site| site.first == site.second));
        assert!(all.coordination.compared().unwrap().same);
        let pairs = all.pairs.compared().unwrap();
        assert!(pairs.total.max_abs == 0.0 && pairs.pairs.values().all(|curve| curve.rms == 0.0));
        assert!(pairs.only_first.is_empty() && pairs.only_second.is_empty());
    }
}

#[test]
fn a_stretched_cell_has_the_strain_of_lagrange() {
    let cubic = made(Some(box_of(4.0, 4.0, 4.0)), &PEROVSKITE);
    let tetragonal = made(Some(box_of(3.98, 3.98, 4.1)), &PEROVSKITE);
    let found = compare_cells(&cubic, &tetragonal).unwrap();
    let strain = found.strain.unwrap();
    let along = |ratio: f64| (ratio * ratio - 1.0) / 2.0;
    for (row, wanted) in [along(0.995), along(0.995), along(1.025)].into_iter().enumerate() {
        for column in 0..3 {
            let wanted = if row == column { wanted } else { 0.0 };
            assert!(close(strain.tensor[row][column], wanted), "{:?}", strain.tensor);
        }
    }
    assert!(close(strain.principal[0], along(0.995)) && close(strain.principal[2], along(1.025)));
    let squares = 2.0 * along(0.995).powi(2) + along(1.025).powi(2);
    assert!(close(strain.degree, squares.sqrt() / 3.0));
    let volume = 3.98 * 3.98 * 4.1;
    assert!(close(found.volume_angstrom3.second, volume) && close(found.volume_angstrom3.first, 64.0));
    assert!(close(found.volume_angstrom3.relative, volume / 64.0 - 1.0));
    assert!(close(found.volume_per_atom_angstrom3.difference, (volume - 64.0) / 5.0));
    assert!(close(found.density_g_cm3.relative, 64.0 / volume - 1.0));
    // BaTiO3 of 4.0 Å: 233.19 u in 64 Å³.
    assert!((found.density_g_cm3.first - 6.050).abs() < 2e-3, "{}", found.density_g_cm3.first);
}

#[test]
fn a_sheared_cell_has_half_the_shear_beside_the_diagonal() {
    let first = made(Some(box_of(4.0, 5.0, 6.0)), &[("Po", [0.0; 3])]);
    let shear = DMat3::from_cols(DVec3::X, DVec3::new(0.04, 1.0, 0.0), DVec3::Z);
    let second = with_lattice(&first, shear * first.lattice.cart_from_frac_matrix());
    let strain = compare_cells(&first, &second).unwrap().strain.unwrap();
    assert!(close(strain.tensor[0][1], 0.02) && close(strain.tensor[1][0], 0.02));
    assert!(close(strain.tensor[1][1], 0.0008) && close(strain.tensor[0][0], 0.0));
    // Of (0, s; s, t): t/2 ± √(t²/4 + s²).
    let root = (0.0004_f64.powi(2) + 0.02_f64.powi(2)).sqrt();
    assert!(close(strain.principal[0], 0.0004 - root) && close(strain.principal[2], 0.0004 + root));
}

#[test]
fn other_cells_of_one_crystal_do_not_correspond_but_have_one_density() {
    let conventional = sample("copper.cif");
    let half = conventional.lattice.parameters().a / 2.0;
    let vectors = [DVec3::new(0.0, half, half), DVec3::new(half, 0.0, half), DVec3::new(half, half, 0.0)];
    let primitive = made(Some(Lattice::from_vectors(vectors).unwrap()), &[("Cu", [0.0; 3])]);
    let found = compare_cells(&conventional, &primitive).unwrap();
    assert_eq!(found.strain, None);
    assert!(found.density_g_cm3.relative.abs() < 1e-12 && found.volume_angstrom3.relative < -0.7);
    assert!(found.volume_per_atom_angstrom3.relative.abs() < 1e-12);
    let pairs = compare_pairs(&conventional, &primitive, Options::default().binning).unwrap();
    assert!(pairs.total.max_abs < 1e-9, "{}", pairs.total.max_abs);
    assert!(compare_coordination(&conventional, &primitive, Method::CrystalNn).unwrap().same);
    assert!(matches!(compare_sites(&conventional, &primitive), Err(ComparisonError::OtherAtoms { .. })));
}

/// Titanium leaves the middle of its octahedron. The shift as a whole is no displacement.
#[test]
fn a_moved_atom_is_found() {
    let (a, moved) = (4.0, 0.1);
    let before = made(Some(box_of(a, a, a)), &PEROVSKITE);
    let mut after = before.clone();
    after.sites[1].frac.z += moved / a;
    for site in &mut after.sites {
        site.frac = (site.frac + DVec3::new(0.37, 0.0, 0.81)).fract();
    }
    let found = compare_sites(&before, &after).unwrap();
    assert!(close(found.rms_angstrom, 0.4 * moved), "{}", found.rms_angstrom);
    assert!(close(found.max_angstrom, 0.8 * moved) && close(found.mean_angstrom, 1.6 * moved / 5.0));
    assert!(found.nearest);
    let titanium = found.sites[1];
    assert_eq!((titanium.element, titanium.first, titanium.second), ("Ti", 1, 1));
    let [x, y, z] = titanium.vector_angstrom;
    assert!(close(x, 0.0) && close(y, 0.0) && close(z, 0.08), "{:?}", titanium.vector_angstrom);
    assert!(found.sites.iter().all(|site| site.element == "Ti" || close(site.vector_angstrom[2], -0.02)));
}

#[test]
fn a_strained_cell_moves_no_atom_that_keeps_its_place() {
    let before = sample("lifepo4.cif");
    let stretch = DMat3::from_diagonal(DVec3::new(1.03, 0.98, 1.05));
    let after = with_lattice(&before, stretch * before.lattice.cart_from_frac_matrix());
    assert!(compare_sites(&before, &after).unwrap().max_angstrom < 1e-9);
}

#[test]
fn coordination_numbers_are_compared_per_element() {
    let (salt, caesium) = (sample("nacl.cif"), sample("cscl.cif"));
    let found = compare_coordination(&salt, &caesium, Method::Default).unwrap();
    assert!(!found.same);
    assert_eq!(found.elements.keys().collect::<Vec<_>>(), [&"Cl", &"Cs", &"Na"]);
    let chlorine = &found.elements["Cl"];
    assert_eq!((chlorine.mean_first, chlorine.mean_second), (Some(6.0), Some(8.0)));
    let counts: Vec<_> =
        chlorine.numbers.iter().map(|(cn, n)| (*cn, n.first, n.second, n.difference_of_shares)).collect();
    assert_eq!(counts, [(6, 4, 0, -1.0), (8, 0, 1, 1.0)]);
    assert_eq!((found.elements["Na"].mean_first, found.elements["Na"].mean_second), (Some(6.0), None));
}

#[test]
fn curves_are_compared_on_one_axis() {
    let (salt, caesium) = (sample("nacl.cif"), sample("cscl.cif"));
    let binning = Binning::new(6.0, 60);
    let found = compare_pairs(&salt, &caesium, binning).unwrap();
    assert_eq!(found.pairs.keys().collect::<Vec<_>>(), ["Cl-Cl"]);
    assert_eq!(
        (found.only_first, found.only_second),
        (vec!["Cl-Na".into(), "Na-Na".into()], vec![String::from("Cl-Cs"), "Cs-Cs".into()])
    );
    let curve = &found.pairs["Cl-Cl"];
    assert_eq!((curve.difference.len(), found.r_angstrom.len()), (60, 60));
    let mut squares = 0.0;
    let mut largest = 0.0_f64;
    for ((a, b), difference) in curve.first.iter().zip(&curve.second).zip(&curve.difference) {
        assert!(close(b - a, *difference));
        squares += difference * difference;
        largest = largest.max(difference.abs());
    }
    assert!(close(curve.rms, (squares / 60.0).sqrt()) && close(curve.max_abs, largest) && largest > 1.0);
}

#[test]
fn what_cannot_be_compared_says_why() {
    let good = made(Some(box_of(4.0, 4.0, 4.0)), &PEROVSKITE);
    let all = |second: &Structure| compare(&good, second, Options::default());
    let mut empty = good.clone();
    empty.sites.clear();
    assert_eq!(all(&empty), Err(ComparisonError::Empty(Which::Second)));
    assert_eq!(compare(&empty, &good, Options::default()), Err(ComparisonError::Empty(Which::First)));
    let mut nan = good.clone();
    nan.sites[4].frac.x = f64::NAN;
    assert_eq!(all(&nan), Err(ComparisonError::NotFinite { which: Which::Second, site: 4 }));
    let why = |part: &serde_json::Value| part["not_comparable"].as_str().unwrap().to_owned();
    let molecule = made(None, &PEROVSKITE.map(|(symbol, place)| (symbol, place.map(|x| 4.0 * x))));
    let found = all(&molecule).unwrap();
    assert!(matches!(found.coordination, Part::Compared(_)), "molecules have neighbours");
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(why(&json["cells"]), "the second structure does not repeat; this part compares crystals");
    assert_eq!(why(&json["sites"]), "one structure repeats and the other does not");
    assert!(why(&json["pairs"]).starts_with("the second structure: a pair distribution needs a crystal"));
    assert_eq!(
        compare_coordination(&good, &molecule, Method::CrystalNn),
        Err(ComparisonError::Coordination { which: Which::Second, source: CoordinationError::NotPeriodic })
    );
    let mut other = good.clone();
    other.asymmetric[0].occupants[0].element = Element::from_symbol("Sr").unwrap();
    let json = serde_json::to_value(all(&other).unwrap()).unwrap();
    assert_eq!(
        why(&json["sites"]),
        "the structures have not the same atoms per cell: O3 Ti1 Ba1 and O3 Ti1 Sr1"
    );
    let long = made(Some(box_of(4.0, 4.0, 7.0)), &PEROVSKITE);
    assert_eq!(compare_sites(&good, &long), Err(ComparisonError::OtherCell));
    let too_far = Binning::new(500.0, 10);
    assert!(matches!(
        compare_pairs(&good, &long, too_far),
        Err(ComparisonError::Pairs { which: Which::First, source: PairError::TooLarge { .. } })
    ));
    let mut many = made(Some(box_of(100.0, 100.0, 100.0)), &[("C", [0.0; 3])]);
    many.sites = (0..=MAX_MAPPED_SITES as i32)
        .map(|index| Site { frac: DVec3::new(f64::from(index) / 3000.0, 0.0, 0.0), ..many.sites[0] })
        .collect();
    assert_eq!(compare_sites(&many, &many), Err(ComparisonError::TooLarge { sites: MAX_MAPPED_SITES + 1 }));
}

/// Every order of 0..n.
fn orders(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(n - 1);
    shorter
        .iter()
        .flat_map(|order| {
            (0..n).map(move |place| {
                let mut longer = order.clone();
                longer.insert(place, n - 1);
                longer
            })
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The second crystal is the first with other axes, another origin, atoms in another order, turned in space and with
    /// small displacements. All of it is undone but the displacements.
    #[test]
    fn a_disguised_crystal_is_recognised(
        lengths in [4.0..5.0_f64, 5.5..6.5, 7.0..8.0],
        angles in [80.0..88.0_f64, 92.0..100.0, 80.0..88.0],
        origin in [0.0..1.0_f64, 0.0..1.0, 0.0..1.0],
        turn in (0.0..3.0_f64, 0.0..3.0_f64),
        which in 0_usize..5,
        rotate in 0_usize..6,
        small in prop::collection::vec([-0.02..0.02_f64, -0.02..0.02, -0.02..0.02], 6),
    ) {
        let ([a, b, c], [alpha, beta, gamma]) = (lengths, angles);
        let lattice = Lattice::from_parameters(CellParameters { a, b, c, alpha, beta, gamma }).unwrap();
        let atoms = [
            ("Fe", [0.1, 0.2, 0.3]), ("Fe", [0.62, 0.55, 0.81]), ("O", [0.4, 0.1, 0.9]),
            ("O", [0.9, 0.7, 0.5]), ("O", [0.3, 0.6, 0.1]), ("P", [0.75, 0.25, 0.05]),
        ];
        let first = made(Some(lattice), &atoms);
        // Columns: which of the old vectors make each new one.
        let choices = [
            [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 1, 0], [0, 0, 1], [1, 0, 0]], [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
            [[1, 0, 0], [1, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 0], [-1, 0, 1]],
        ];
        let columns = choices[which].map(|column| DVec3::from_array(column.map(f64::from)));
        let change = DMat3::from_cols(columns[0], columns[1], columns[2]);
        let rotation = DMat3::from_quat(DQuat::from_rotation_z(turn.0) * DQuat::from_rotation_x(turn.1));
        let mut second = with_lattice(&first, rotation * lattice.cart_from_frac_matrix() * change);
        let mean = small.iter().map(|d| DVec3::from_array(*d)).sum::<DVec3>() / 6.0;
        for (site, moved) in second.sites.iter_mut().zip(&small) {
            let moved = lattice.frac_from_cart(DVec3::from_array(*moved));
            let frac = change.inverse() * (site.frac + moved) + DVec3::from_array(origin);
            site.frac = frac - frac.floor();
        }
        second.sites.rotate_left(rotate);
        let strain = compare_cells(&first, &second).unwrap().strain.unwrap();
        prop_assert!(strain.degree < 1e-9, "{:?}", strain);
        let found = compare_sites(&first, &second).unwrap();
        for (index, site) in found.sites.iter().enumerate() {
            prop_assert_eq!((site.first, (site.second + rotate) % 6), (index, index));
            let wanted = DVec3::from_array(small[index]) - mean;
            let vector = DVec3::from_array(site.vector_angstrom);
            prop_assert!(vector.distance(wanted) < 1e-9, "{} {}", vector, wanted);
        }
    }

    /// E is symmetric, is that of the formula, and does not see how the crystal lies in space.
    #[test]
    fn turning_is_no_strain(
        entries in prop::collection::vec(-0.05..0.05_f64, 9),
        turn in (0.0..6.0_f64, 0.0..6.0_f64, 0.0..6.0_f64),
    ) {
        let first = made(Some(box_of(4.0, 5.5, 7.5)), &[("Po", [0.0; 3])]);
        let deformation = DMat3::IDENTITY + DMat3::from_cols_slice(&entries);
        let rotation = DQuat::from_euler(glam::EulerRot::XYZ, turn.0, turn.1, turn.2);
        let matrix = deformation * first.lattice.cart_from_frac_matrix();
        let second = with_lattice(&first, DMat3::from_quat(rotation) * matrix);
        let strain = compare_cells(&first, &second).unwrap().strain.unwrap();
        let wanted = (deformation.transpose() * deformation - DMat3::IDENTITY) * 0.5;
        for row in 0..3 {
            for column in 0..3 {
                prop_assert!(close(strain.tensor[row][column], wanted.col(column)[row]));
            }
        }
        let [p, q, r] = strain.principal;
        prop_assert!(p <= q && q <= r);
        prop_assert!(close(p + q + r, wanted.x_axis.x + wanted.y_axis.y + wanted.z_axis.z));
        prop_assert!(close(p * q * r, wanted.determinant()));
        let ratio = compare_cells(&first, &second).unwrap().volume_angstrom3.relative;
        prop_assert!(close(ratio, deformation.determinant() - 1.0));
    }

    /// Far displaced atoms: no order of the partners has a smaller sum of squares.
    #[test]
    fn no_assignment_is_better(
        places in prop::collection::vec(([0.0..3.0_f64, 0.0..3.0, 0.0..3.0], [0.0..3.0_f64, 0.0..3.0, 0.0..3.0]), 2..6),
    ) {
        let (one, other): (Vec<_>, Vec<_>) = places.iter().map(|(a, b)| (("Ar", *a), ("Ar", *b))).unzip();
        let (first, second) = (made(None, &one), made(None, &other));
        let found = compare_sites(&first, &second).unwrap();
        let n = places.len();
        let middle = |structure: &Structure| structure.sites.iter().map(|s| s.frac).sum::<DVec3>() / n as f64;
        let shift = middle(&first) - middle(&second);
        let squares = |order: &Vec<usize>| -> f64 {
            let apart = |(a, b): (usize, &usize)| (second.sites[*b].frac + shift - first.sites[a].frac).length_squared();
            order.iter().enumerate().map(apart).sum()
        };
        let least = orders(n).iter().map(squares).fold(f64::INFINITY, f64::min);
        prop_assert!((found.rms_angstrom - (least / n as f64).sqrt()).abs() < 1e-9);
        let mut partners: Vec<usize> = found.sites.iter().map(|site| site.second).collect();
        partners.sort_unstable();
        prop_assert_eq!(partners, (0..n).collect::<Vec<_>>());
    }
}

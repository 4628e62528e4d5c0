//! Operations, settings, orbits, and the expansion of CIF files to full cells.
//!
//! `reference/expansion.json` holds what gemmi and pymatgen make of the same files (`reference/make_expansion.py`).

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::fmt::Write as _;
use std::path::Path;

use glam::DVec3;
use proptest::prelude::*;
use vitrine::crystal::{
    io::{Format, parse, read_path},
    lattice::{CellParameters, Lattice},
    structure::{Displacement, Structure},
    symmetry::{Group, Operation, RowHint, by_hall_symbol, by_hermann_mauguin, by_number},
};

const HEXAGONAL: CellParameters =
    CellParameters { a: 2.47, b: 2.47, c: 6.8, alpha: 90.0, beta: 90.0, gamma: 120.0 };
const CUBIC: CellParameters = CellParameters { a: 5.4, b: 5.4, c: 5.4, alpha: 90.0, beta: 90.0, gamma: 90.0 };
const MONOCLINIC: CellParameters =
    CellParameters { a: 6.8, b: 7.0, c: 6.5, alpha: 90.0, beta: 103.4, gamma: 90.0 };
const RHOMBOHEDRAL: CellParameters =
    CellParameters { a: 6.4, b: 6.4, c: 6.4, alpha: 46.0, beta: 46.0, gamma: 46.0 };

const FULL: RowHint = RowHint { occupancy: 1.0, multiplicity: None };

fn lattice(cell: CellParameters) -> Lattice {
    Lattice::from_parameters(cell).unwrap()
}

fn cif(text: &str) -> Structure {
    parse(text.as_bytes(), Format::Cif, "test")
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
        .structures
        .remove(0)
}

/// A block with a cell, a symmetry part, and rows of label, x, y, z, occupancy.
fn block(cell: &str, symmetry: &str, rows: &str) -> String {
    let mut text = String::from("data_t\n");
    for (tag, value) in ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"]
        .iter()
        .zip(cell.split(' '))
    {
        writeln!(text, "_cell_{tag} {value}").unwrap();
    }
    text.push_str(symmetry);
    text.push_str("\nloop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n");
    text.push_str("_atom_site_occupancy\n");
    text.push_str(rows);
    text.push('\n');
    text
}

#[test]
fn operations_are_read_in_all_spellings() {
    for (text, tidy) in [
        ("x,y,z", "x,y,z"),
        (" -Y , X-Y , Z+1/3 ", "-y,x-y,z+1/3"),
        ("1/2+x,1/2-y,-z", "x+1/2,-y+1/2,-z"),
        ("x+0.5, .5+y, z-0.25", "x+1/2,y+1/2,z+3/4"),
        ("x+0.333,y+0.6667,z+.1666", "x+1/3,y+2/3,z+1/6"),
        ("-x+y,2*y-x,z", "-x+y,-x+2y,z"),
        ("a,b,c", "x,y,z"),
        ("x+5/2,y-1,z", "x+1/2,y,z"),
        ("y--x,--y,z", "x+y,y,z"),
    ] {
        assert_eq!(Operation::parse(text).map(|o| o.to_string()), Ok(tidy.to_owned()), "{text}");
    }
}

#[test]
fn what_is_no_operation_is_refused_in_words() {
    for text in [
        "",
        "x,y",
        "x,y,z,1",
        "x,y,w",
        "x,x,z",
        "0.5x,y,z",
        "x,y,1/0",
        "x,y,",
        "9x,y,z",
        "2x,y,z",
        "x+1e9,y,z",
        "+,y,z",
    ] {
        let error = Operation::parse(text).expect_err(text).to_string();
        assert!(error.starts_with('`'), "{error}");
    }
}

#[test]
fn settings_have_the_order_of_the_tables() {
    // Orders of the general position, International Tables A.
    for (symbol, cell, number, order) in [
        ("P 1", MONOCLINIC, 1, 1),
        ("P21/c", MONOCLINIC, 14, 4),
        ("P 1 21/n 1", MONOCLINIC, 14, 4),
        ("C 1 2/c 1", MONOCLINIC, 15, 8),
        ("C -1", MONOCLINIC, 2, 4),
        ("P n m a", CUBIC, 62, 8),
        ("P_4_2/m_n_m", CUBIC, 136, 16),
        ("R -3 m", HEXAGONAL, 166, 36),
        ("R -3 m", RHOMBOHEDRAL, 166, 12),
        ("R -3 m :R", RHOMBOHEDRAL, 166, 12),
        ("H 3", HEXAGONAL, 146, 9),
        ("P 63/m m c", HEXAGONAL, 194, 24),
        ("F m 3 m", CUBIC, 225, 192),
        ("Fd-3mS", CUBIC, 227, 192),
        ("C m c a", CUBIC, 64, 16),
        ("I 1 21 1", MONOCLINIC, 5, 4),
        ("I 21", MONOCLINIC, 5, 4),
        ("F -1", MONOCLINIC, 2, 8),
        ("P 21 21 2 (a)", CUBIC, 18, 4),
        ("F 4/m m m", CUBIC, 139, 64),
    ] {
        let setting = by_hermann_mauguin(symbol, &lattice(cell)).unwrap_or_else(|| panic!("{symbol}"));
        assert_eq!((setting.number, setting.group.operations().len()), (Some(number), order), "{symbol}");
        assert!(setting.group.is_closed(), "{symbol}");
        assert!(setting.group.fits(&lattice(cell)), "{symbol}");
    }
    assert!(by_hermann_mauguin("Q 17", &lattice(CUBIC)).is_none());
}

#[test]
fn every_space_group_number_gives_a_closed_group() {
    for number in 1..=230 {
        let setting = by_number(number, &lattice(CUBIC)).unwrap_or_else(|| panic!("{number}"));
        assert_eq!(setting.number, Some(number));
        assert!(setting.group.is_closed(), "{number}");
    }
    assert!(by_number(0, &lattice(CUBIC)).is_none());
    assert!(by_number(231, &lattice(CUBIC)).is_none());
}

#[test]
fn blanks_of_hall_symbols_count() {
    let number = |symbol| by_hall_symbol(symbol).and_then(|setting| setting.number);
    assert_eq!(number("P 3 2"), Some(149));
    assert_eq!(number("P 32"), Some(145));
    assert_eq!(number("P32"), None, "ambiguous without blanks");
    assert_eq!(number("-P 3 2\""), Some(164));
    assert_eq!(number("-F_4vw_2vw_3"), Some(227));
    assert_eq!(number("-P2yn"), Some(14));
    assert_eq!(number("-P 2yc (x-z,y,z)"), None, "known, but in no table");
}

/// Operations of a Hall symbol, sorted.
fn hall(symbol: &str) -> Vec<String> {
    let setting = by_hall_symbol(symbol).unwrap_or_else(|| panic!("{symbol}"));
    let mut operations: Vec<String> = setting.group.operations().iter().map(Operation::to_string).collect();
    operations.sort();
    operations
}

#[test]
fn hall_symbols_are_read_as_the_tables_have_them() {
    // A shift of zero, or another way to write one, makes a symbol that is not in the tables: it is read by the rules.
    for number in 1..=230 {
        let symbol = by_number(number, &lattice(CUBIC)).unwrap().hall_symbol;
        let other =
            if symbol.contains('(') { symbol.replace('(', "( ") } else { format!("{symbol} (0 0 0)") };
        assert_eq!(hall(&other), hall(&symbol), "{symbol}");
    }
}

#[test]
fn hall_symbols_outside_the_tables_agree_with_gemmi() {
    // `gemmi.symops_from_hall` of gemmi 0.7.5.
    for (symbol, operations) in [
        ("C 2yb", "-x+1/2,y,-z -x,y+1/2,-z x+1/2,y+1/2,z x,y,z"),
        ("C2yb", "-x+1/2,y,-z -x,y+1/2,-z x+1/2,y+1/2,z x,y,z"),
        ("-A 1", "-x,-y+1/2,-z+1/2 -x,-y,-z x,y+1/2,z+1/2 x,y,z"),
        ("P 2yb (0 0 1)", "-x,y+1/2,-z+1/6 x,y,z"),
        ("P 2yb (x-y,x+y,z)", "-y+1/2,-x+1/2,-z x,y,z"),
        ("P 1 (1/2*x+1/2*y,-1/2*x+1/2*y,z)", "x+1/2,y+1/2,z x,y,z"),
        ("P 2 (x/2+y/2,y/2-x/2,z)", "-x+1/2,-y+1/2,z -x,-y,z x+1/2,y+1/2,z x,y,z"),
        ("P 2 (1 2 -3)", "-x+1/6,-y+1/3,z x,y,z"),
    ] {
        assert_eq!(hall(symbol), operations.split(' ').collect::<Vec<_>>(), "{symbol}");
    }
    assert_eq!(hall("P 4 2\""), hall("P 4 2"), "either pair of axes makes the other");
}

#[test]
fn what_is_no_hall_symbol_is_not_found() {
    for symbol in [
        "",
        "-",
        "P",
        "Q 2",
        "P 5",
        "P 2q",
        "P 2 3",
        "P 3y 2x 6z",
        "P 22",
        "P 4*",
        "P 3*1",
        "P 2 (0 0)",
        "P 2 (0 0 1",
        "P 2 (x,y)",
        "P 2 (x,x,z)",
        "P 3 (x-y,x+y,z)",
        "P 2 (a-b,a+b,c)",
        "P 2 (1e9*x,y,z)",
        "P 1 1 1 1 1",
        "Ü 2",
        "P 2 (99999999999 0 0)",
    ] {
        assert!(by_hall_symbol(symbol).is_none(), "{symbol}");
    }
}

#[test]
fn origin_choice_follows_the_suffix_and_is_told_when_assumed() {
    let first = by_hermann_mauguin("F d -3 m :1", &lattice(CUBIC)).unwrap();
    let second = by_hermann_mauguin("F d -3 m :2", &lattice(CUBIC)).unwrap();
    let open = by_hermann_mauguin("F d -3 m", &lattice(CUBIC)).unwrap();
    assert_ne!(first.hall_symbol, second.hall_symbol);
    assert_eq!(open.hall_symbol, second.hall_symbol);
    assert!(second.assumption.is_none());
    assert!(open.assumption.unwrap().contains("choice 2"));
}

#[test]
fn rounded_coordinates_of_graphite_give_two_atoms_each() {
    let lattice = lattice(HEXAGONAL);
    let group = by_hermann_mauguin("P 63/m m c", &lattice).unwrap().group;
    for (x, y) in [(1.0 / 3.0, 2.0 / 3.0), (0.33333, 0.66667), (0.3333, 0.6667), (0.333, 0.667)] {
        let orbit = group.orbit(&lattice, DVec3::new(x, y, 0.25), FULL);
        assert_eq!(orbit.images.len(), 2, "{x}");
        let exact = DVec3::new(1.0 / 3.0, 2.0 / 3.0, 0.25);
        assert!(
            orbit.images.iter().any(|image| (image.frac - exact).length() < 1e-12),
            "{x}: {:?}",
            orbit.images
        );
        assert_eq!(group.orbit(&lattice, DVec3::new(0.0, 0.0, 0.25), FULL).images.len(), 2);
    }
}

#[test]
fn split_atoms_stay_apart_and_full_ones_merge() {
    let lattice = lattice(CUBIC);
    let group = by_hall_symbol("-P 1").unwrap().group;
    // 0.04 · 5.4 Å from the inversion centre: 0.43 Å between images; 0.03: 0.32 Å.
    let count = |x, occupancy, multiplicity| {
        group.orbit(&lattice, DVec3::new(x, 0.0, 0.0), RowHint { occupancy, multiplicity }).images.len()
    };
    assert_eq!(count(0.04, 1.0, None), 2);
    assert_eq!(count(0.03, 1.0, None), 1, "one full atom cannot be twice within 0.4 Å");
    assert_eq!(count(0.03, 0.5, None), 2, "half an atom can");
    assert_eq!(count(0.03, 0.5, Some(1)), 1, "unless the file says one");
    assert_eq!(count(0.001, 0.5, None), 1, "rounding");
    assert_eq!(count(0.001, 0.5, Some(2)), 2, "unless the file says two");
}

#[test]
fn expansion_agrees_with_gemmi_and_pymatgen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let recorded = std::fs::read_to_string(root.join("tests/reference/expansion.json")).unwrap();
    let recorded: serde_json::Value = serde_json::from_str(&recorded).unwrap();
    for (file, expected) in recorded.as_object().unwrap() {
        let structure = read_path(&root.join(file)).unwrap_or_else(|error| panic!("{error}")).remove(0);
        assert_eq!(structure.sites.len() as u64, expected["places"].as_u64().unwrap(), "{file}");
        let oracle = expected["gemmi"].as_object().unwrap();
        let ours = structure.composition();
        assert_eq!(ours.len(), oracle.len(), "{file}");
        for (element, amount) in ours {
            assert!((amount - oracle[element].as_f64().unwrap()).abs() < 1e-6, "{file}: {element} {amount}");
        }
    }
}

#[test]
fn only_shifts_that_could_matter_are_told() {
    let warnings = |x: &str| {
        let symmetry = "_space_group_name_H-M_alt 'P -1'";
        cif(&block("5 5 5 90 90 90", symmetry, &format!("Si1 {x} 0 0 1"))).warnings
    };
    assert_eq!(warnings("0.0000004"), Vec::<String>::new(), "2e-6 Å");
    assert_eq!(
        warnings("0.0004"),
        ["1 row sat 0.002 Å off its special position and was moved onto it"],
        "a rounded coordinate"
    );
}

#[test]
fn every_atom_is_an_image_of_its_row_and_lies_in_the_cell() {
    let text = block(
        "4.9 4.9 5.4 90 90 120",
        "_symmetry_space_group_name_H-M 'P 32 2 1'",
        "Si1 0.4697 0 0.6667 1\nO1 0.4135 0.2669 0.7858 1",
    );
    let structure = cif(&text);
    assert_eq!(structure.sites.len(), 9);
    for site in &structure.sites {
        assert!(site.frac.cmpge(DVec3::ZERO).all() && site.frac.cmplt(DVec3::ONE).all(), "{site:?}");
    }
    assert_eq!(structure.sites.iter().filter(|s| s.asymmetric == 1).count(), 6);
}

#[test]
fn what_the_file_says_twice_is_compared() {
    let listed = "loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n-x,-y,-z\n";
    let warnings =
        |symmetry: &str| cif(&block("5 5 5 90 90 90", symmetry, "Si1 0.1 0.2 0.3 1")).warnings.join("\n");
    assert_eq!(warnings(&format!("{listed}\n_symmetry_space_group_name_H-M 'P -1'")), "");
    assert!(warnings(&format!("{listed}\n_symmetry_space_group_name_H-M 'P m m m'")).contains("8 in number"));
    assert!(warnings(&format!("{listed}\n_symmetry_space_group_name_H-M 'P m'")).contains("of other kinds"));
    assert!(warnings("loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\ny,z,x\n").contains("not a complete group"));
    assert!(warnings("").contains("P1"));
    assert!(warnings("_symmetry_space_group_name_H-M 'Q 17'").contains("`Q 17` is not known"));
    assert!(
        warnings("_space_group_name_H-M_alt 'Q 17'\n_space_group_IT_number 2").contains("number 2 was used")
    );
    assert!(warnings("_space_group_name_Hall '-P 1'\n_space_group_name_H-M_alt 'P -1'").is_empty());
    let misfit = cif(&block("5 6 7 90 90 90", "_space_group_name_H-M_alt 'P m -3 m'", "Si1 0 0 0 1"));
    assert!(misfit.warnings.join("\n").contains("do not fit"));
}

#[test]
fn rows_at_one_place_become_one_site() {
    let symmetry = "_symmetry_space_group_name_H-M 'F m -3 m'";
    let mixed = cif(&block("5 5 5 90 90 90", symmetry, "Mg1 0 0 0 0.6\nFe1 0.5 0.5 0 0.4\nO1 0.5 0.5 0.5 1"));
    assert_eq!(mixed.asymmetric.len(), 2, "the second row is an image of the first");
    assert_eq!(mixed.asymmetric[0].label, "Mg1/Fe1");
    assert_eq!(mixed.sites.len(), 8);
    assert_eq!(mixed.warnings, Vec::<String>::new());

    let over = cif(&block("5 5 5 90 90 90", symmetry, "Mg1 0 0 0 0.8\nFe1 0 0 0 0.4"));
    assert!(over.warnings[0].contains("Mg1/Fe1 (1.2)"), "{:?}", over.warnings);

    // A full cell listed under the operations of the group, as some programs do.
    let repeated = cif(&block(
        "5 5 5 90 90 90",
        symmetry,
        "Na1 0 0 0 1\nNa2 0.5 0.5 0 1\nNa3 0.5 0 0.5 1\nNa4 0 0.5 0.5 1",
    ));
    assert_eq!(repeated.sites.len(), 4);
    assert!(repeated.warnings[0].starts_with("3 rows left out"), "{:?}", repeated.warnings);

    // Split positions of one disorder assembly stay two sites, 0.02 Å apart or more.
    let split = cif(&block(
        "5 5 5 90 90 90",
        "_symmetry_space_group_name_H-M 'P 1'",
        "C1A 0.1 0.1 0.1 0.5\nC1B 0.106 0.1 0.1 0.5",
    ));
    assert_eq!(split.asymmetric.len(), 2);
}

#[test]
fn magnetic_cif_gives_its_operations_and_centrings() {
    let symmetry = "loop_\n_space_group_symop_magn_operation.id\n_space_group_symop_magn_operation.xyz\n1 x,y,z,+1\n\
                    2 -x,-y,-z,-1\nloop_\n_space_group_symop_magn_centering.xyz\nx,y,z,+1\n'x+1/2,y+1/2,z,-1'\n";
    let structure = cif(&block("5 6 7 90 90 90", symmetry, "Fe1 0.1 0.2 0.3 1"));
    assert_eq!(structure.sites.len(), 4);
    assert_eq!(structure.warnings, Vec::<String>::new());
}

#[test]
fn the_number_alone_gives_the_standard_setting_and_says_so() {
    let structure = cif(&block("5 5 5 90 90 90", "_space_group_IT_number 227", "C1 0.125 0.125 0.125 1"));
    assert_eq!(structure.sites.len(), 8);
    assert!(structure.warnings[0].contains("several settings"), "{:?}", structure.warnings);
    assert_eq!(structure.stated_space_group.as_deref(), Some("No. 227"));
    let plain = cif(&block("5 5 5 90 90 90", "_symmetry_Int_Tables_number 225", "Cu1 0 0 0 1"));
    assert_eq!((plain.sites.len(), plain.warnings.len()), (4, 0));
}

#[test]
fn displacement_turns_with_the_atom() {
    let symmetry = "loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n-y,x,z\n-x,-y,z\ny,-x,z\nloop_\n_atom_site_aniso_label\n\
                    _atom_site_aniso_U_11\n_atom_site_aniso_U_22\n_atom_site_aniso_U_33\n_atom_site_aniso_U_12\n\
                    _atom_site_aniso_U_13\n_atom_site_aniso_U_23\nC1 0.01 0.02 0.03 0.001 0.002 0.003\n";
    let structure = cif(&block("5 5 7 90 90 90", symmetry, "C1 0.3 0.1 0.2 1"));
    let tensors: Vec<_> = structure
        .sites
        .iter()
        .map(|site| match site.displacement {
            Displacement::Anisotropic(u) => (u.x_axis.x, u.y_axis.y, u.z_axis.z, u.x_axis.y),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(tensors.len(), 4);
    assert!((tensors[0].0 - 0.01).abs() < 1e-12 && (tensors[0].3 - 0.001).abs() < 1e-12);
    assert!((tensors[1].0 - 0.02).abs() < 1e-12 && (tensors[1].3 + 0.001).abs() < 1e-12, "{tensors:?}");
    assert!(tensors.iter().all(|u| (u.2 - 0.03).abs() < 1e-12));
}

#[test]
fn equivalent_tensors_of_u_b_and_beta_are_equal() {
    // β_ij = 2π² a*_i a*_j U_ij with a* = 1/(a sin γ) here, and B = 8π² U.
    let table = |kind: &str, values: &str| {
        let tags =
            ["11", "22", "33", "12", "13", "23"].map(|ij| format!("_atom_site_aniso_{kind}_{ij}\n")).concat();
        let symmetry = format!(
            "_symmetry_space_group_name_H-M 'P 1'\nloop_\n_atom_site_aniso_label\n{tags}C1 {values}\n"
        );
        match cif(&block("4 5 6 90 90 100", &symmetry, "C1 0.3 0.1 0.2 1")).sites[0].displacement {
            Displacement::Anisotropic(u) => u,
            other => panic!("{other:?}"),
        }
    };
    let u = [0.01, 0.02, 0.03, 0.004, 0.002, 0.001];
    let sine = 100.0_f64.to_radians().sin();
    let (a, b, c) = (1.0 / (4.0 * sine), 1.0 / (5.0 * sine), 1.0 / 6.0);
    let two_pi2 = 2.0 * std::f64::consts::PI.powi(2);
    let write = |values: [f64; 6]| values.map(|v| format!("{v:.15}")).join(" ");
    let stars = [a * a, b * b, c * c, a * b, a * c, b * c];
    let betas: [f64; 6] = std::array::from_fn(|i| two_pi2 * stars[i] * u[i]);
    let from_u = table("U", &write(u));
    let from_b = table("B", &write(u.map(|v| 4.0 * two_pi2 * v)));
    let from_beta = table("beta", &write(betas));
    assert!((from_u - from_b).abs_diff_eq(glam::DMat3::ZERO, 1e-12));
    assert!((from_u - from_beta).abs_diff_eq(glam::DMat3::ZERO, 1e-12));
    // U equivalent is a third of the trace in Cartesian axes; only U33 is unaffected by the oblique angle.
    assert!((from_u.z_axis.z - 0.03).abs() < 1e-12);
}

#[test]
fn a_list_that_is_too_long_is_refused() {
    let identity = Operation::IDENTITY.rotation();
    let shift = |i: i32, j: i32| DVec3::new(f64::from(i), f64::from(j), 0.0) / 50.0;
    let many = (0..50).flat_map(|i| (0..50).map(move |j| Operation::new(identity, shift(i, j))));
    assert!(Group::new(many.clone()).is_err());
    assert!(Group::new(many.take(1000)).is_ok());
}

proptest! {
    #[test]
    fn noise_in_hall_symbols_gives_a_group_or_nothing(
        symbol in "-?[PABCIRSTFH] (-?[12346][xyz'\"*]?[1-5]?[a-dnuvw]{0,2} ?){1,4}(\\([xyz0-9/*+ ,-]{0,20}\\))?",
        moved in "-?[PCIFR] [2346][xyz]?( [23][xyz'*]?)? \\([xyz]([-+][1-3]?[xyz])?,-?[xyz](/[2-4])?,[xyz]([-+]1/[0-9])?\\)",
    ) {
        for symbol in [symbol, moved] {
            if let Some(setting) = by_hall_symbol(&symbol) {
                prop_assert!(setting.group.is_closed(), "{symbol}");
            }
        }
    }
}

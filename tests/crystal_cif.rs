//! The CIF reader: the format itself, then what is read of a crystal. Symmetry is in `crystal_symmetry.rs`.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use vitrine::crystal::{
    error::ParseError,
    io::{Format, cif::Document, parse},
    structure::{AsymmetricSite, Displacement, Structure},
};

const CELL: &str = "_cell_length_a 5\n_cell_length_b 6\n_cell_length_c 7\n_cell_angle_alpha 90\n\
                    _cell_angle_beta 90\n_cell_angle_gamma 90\n_symmetry_space_group_name_H-M 'P 1'\n";
const ATOMS: &str = "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n";

fn read(text: &str) -> Result<Vec<Structure>, ParseError> {
    parse(text.as_bytes(), Format::Cif, "file").map(|file| file.structures)
}

fn one(text: &str) -> Structure {
    read(text).unwrap_or_else(|error| panic!("{error}")).remove(0)
}

fn error(text: &str) -> ParseError {
    read(text).expect_err("not a structure")
}

/// Structure of one block with these rows of label, x, y, z.
fn rows(rows: &str) -> Structure {
    one(&format!("data_t\n{CELL}{ATOMS}{rows}\n"))
}

fn value(text: &str, tag: &str) -> String {
    let text = format!("data_t\n{text}");
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let block = document.blocks().next().unwrap();
    block.column(tag).unwrap().get(0).unwrap().text().to_owned()
}

#[test]
fn values_are_delimited_as_cif_1_1_says() {
    for (text, expected) in [
        ("_a bare", "bare"),
        ("_A.a\tbare#no-comment", "bare#no-comment"),
        ("_a 'a dog's life' # comment", "a dog's life"),
        ("_a \"a \"quoted word\"", "a \"quoted word"),
        ("_a ''", ""),
        ("_a\n;one\ntwo\n;", "one\ntwo"),
        ("_a\r\n;one\r\ntwo\r\n;\r\n", "one\r\ntwo"),
        ("_a\r;one\rtwo\r;\r", "one\rtwo"),
        ("_a\n; ' \" _b loop_ data_\n;", " ' \" _b loop_ data_"),
        ("_a ;not-a-text-field", ";not-a-text-field"),
        ("_a 'data_in quotes'", "data_in quotes"),
        ("# comment\n_a # another\n 5", "5"),
        ("_a 'broken over\nlines '\n_b 1", "broken over\nlines "),
    ] {
        let tag = if text.starts_with("_A.a") { "_a_a" } else { "_a" };
        assert_eq!(value(text, tag), expected, "{text:?}");
    }
}

#[test]
fn keywords_and_tags_ignore_case() {
    let document = Document::parse("DATA_One\nLOOP_\n_Tag.X _TAG_Y\n1 2\n3 4\nData_\n_x 1\n").unwrap();
    let blocks: Vec<_> = document.blocks().collect();
    assert_eq!(blocks.iter().map(|b| (b.name(), b.line())).collect::<Vec<_>>(), [("One", 1), ("", 6)]);
    let column = blocks[0].column("_tag_y").unwrap();
    assert_eq!(column.iter().map(|v| (v.text(), v.line())).collect::<Vec<_>>(), [("2", 4), ("4", 5)]);
}

#[test]
fn save_frames_are_left_out() {
    let text = "data_dictionary\n_before 1\nsave_frame\n_inside 2\nloop_\n_a _b\n1 2\nsave_\n_after 3\n";
    let document = Document::parse(text).unwrap();
    let block = document.blocks().next().unwrap();
    assert!(block.column("_before").is_some() && block.column("_after").is_some());
    assert!(block.column("_inside").is_none() && block.column("_a").is_none());
    assert_eq!(document.value_count(), 2);
}

#[test]
fn what_is_no_cif_is_refused_with_its_line() {
    for (text, line, part) in [
        (
            "data_t\n_a 1\nloop_\n_x _y\n1 2 3\n",
            5,
            "`_x` has 3 values, which do not fill rows of 2: 1 is missing",
        ),
        ("data_t\nloop_\n_x _y _z\n1 2 3\n4 5 6\n7\n_a 1\n", 6, "rows of 3: 2 are missing"),
        ("data_t\nloop_\n_x _y _z\n1\n2\n\nloop_\n_u\n1\n", 4, "rows of 3: 1 is missing"),
        ("data_t\n_a\n_b 1\n", 2, "`_a` has no value"),
        ("data_t\n_a 1 2\n", 2, "`2` stands here without a tag"),
        ("data_t\n\n_a 'open\n_b 1\n", 3, "does not end on its line"),
        ("data_t\n_a\n;open\ntext\n", 3, "no closing semicolon"),
        ("_a 1\n", 1, "before the first data block"),
        ("data_t\nloop_\n1 2\n", 2, "no tags"),
        ("data_t\r\n_a 1\r\n_b\r\n", 3, "`_b` has no value"),
        ("data_t\r_a 1\r_b\r", 3, "`_b` has no value"),
    ] {
        let error = Document::parse(text).expect_err(text);
        assert_eq!(error.line, line, "{text:?}: {error}");
        assert!(error.message.contains(part), "{text:?}: {error}");
    }
}

#[test]
fn long_lines_take_linear_time() {
    // Quadratic scanning would take minutes here.
    let mut text = format!("data_t\n{CELL}_long '{}'\n", "a'b ;".repeat(2_000_000));
    text.push_str(ATOMS);
    text.push_str(&"Si1 0.1 0.2 0.3 ".repeat(200_000));
    let structure = one(&text);
    assert_eq!(structure.sites.len(), 1);
}

#[test]
fn a_good_block_survives_broken_ones() {
    let good = format!("{CELL}{ATOMS}Si1 0 0 0\n");
    let text = format!(
        "data_global\n_title 'nothing here'\ndata_ragged\nloop_\n_x _y\n1\ndata_good\n{good}data_cell\n{CELL}\
         data_quote\n_a 'open\n_b 1\ndata_other\n{good}"
    );
    let file = parse(text.as_bytes(), Format::Cif, "file").unwrap();
    let structures = &file.structures;
    assert_eq!(structures.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["good", "other"]);
    let failures: Vec<String> = file.failures.iter().map(ToString::to_string).collect();
    assert_eq!(failures.len(), 3, "{failures:?}");
    let parts = ["line 6: the loop", "`cell`: there is a unit cell but no atom", "line 30: the quotation"];
    for (failure, part) in failures.iter().zip(parts) {
        assert!(failure.contains(part), "{failure}");
    }
    assert!(structures.iter().all(|structure| structure.warnings.is_empty()));
}

#[test]
fn tags_without_a_value_are_passed_over() {
    let structure = one(&format!("data_t\n_title\n{CELL}{ATOMS}Si1 0 0 0\n_eof\n"));
    assert_eq!(structure.sites.len(), 1);
    assert_eq!(
        structure.warnings,
        ["Passed over: line 2: `_title` has no value", "Passed over: line 16: `_eof` has no value"]
    );
}

#[test]
fn files_without_a_structure_say_so() {
    assert!(error("").message.contains("no data block"));
    assert!(error("data_global\n_a 1\n").message.contains("no data block"));
    let cell_only = error(&format!("# c\ndata_t\n{CELL}"));
    assert_eq!(cell_only.line, 2);
    assert!(cell_only.message.contains("no atom"), "{cell_only}");
}

#[test]
fn numbers_lose_their_uncertainty() {
    let structure = rows("Si1 0.1234(5) 1/3 -0.25(10)\nO1 .5 1.25e-1 2.");
    let [first, second] = &structure.sites[..] else { panic!() };
    assert!((first.frac - glam::DVec3::new(0.1234, 1.0 / 3.0, 0.75)).length() < 1e-12, "{first:?}");
    assert!((second.frac - glam::DVec3::new(0.5, 0.125, 0.0)).length() < 1e-12, "{second:?}");
}

#[test]
fn coordinates_that_are_no_numbers_are_refused_with_their_line() {
    for bad in ["nan", "inf", "-Infinity", "1e999", "1e30", "0.1(x)", "0,5", "1/0", "''x'"] {
        let text = format!("data_t\n{CELL}{ATOMS}Si1 0 0 0\nO1 0.1 {bad} 0.2\n");
        let error = error(&text);
        assert_eq!(error.line, 15, "{bad}: {error}");
    }
    assert!(
        error(&format!("data_t\n{}{ATOMS}Si1 0 0 0\n", CELL.replace("a 5", "a 0")))
            .message
            .contains("not positive")
    );
    assert!(
        error(&format!("data_t\n{}{ATOMS}Si1 0 0 0\n", CELL.replace("a 5", "a five")))
            .message
            .contains("`five`")
    );
    assert!(
        error(&format!("data_t\n{}{ATOMS}Si1 0 0 0\n", CELL.replace("_cell_length_a 5\n", "")))
            .message
            .contains("lacks")
    );
}

#[test]
fn elements_come_from_type_symbols_then_labels() {
    let of = |label: &str, symbol: &str, formula: &str| {
        let text = format!(
            "data_t\n_chemical_formula_sum '{formula}'\n{CELL}{}{label} 0 0 0 {symbol}\n",
            ATOMS.to_owned() + "_atom_site_type_symbol\n"
        );
        read(&text)
            .map(|mut s| s.remove(0).asymmetric[0].occupants[0])
            .map(|o| (o.element.symbol(), o.charge))
    };
    for (label, symbol, formula, element, charge) in [
        ("Fe1", "Fe3+", "?", "Fe", Some(3)),
        ("O1", "O2-", "?", "O", Some(-2)),
        ("O1", "O-2", "?", "O", Some(-2)),
        ("Na", "NA+", "?", "Na", Some(1)),
        ("C1", "C0+", "?", "C", Some(0)),
        ("X1", "D", "?", "H", None),
        ("C1", "Cval", "?", "C", None),
        ("M1", "OH2", "?", "O", None),
        ("Fe1", ".", "?", "Fe", None),
        ("FE12", ".", "?", "Fe", None),
        ("Ca2", ".", "?", "Ca", None),
        ("CA1", ".", "?", "Ca", None),
        ("CA1", ".", "C8 H10", "C", None),
        ("CAB", ".", "?", "C", None),
        ("HO1", ".", "C2 H6 O", "H", None),
        ("Al(1)", ".", "?", "Al", None),
        ("O2-", ".", "?", "O", Some(-2)),
        ("Wat", ".", "?", "O", None),
    ] {
        assert_eq!(of(label, symbol, formula), Ok((element, charge)), "{label} {symbol} {formula}");
    }
    for (label, symbol) in [("Si1", "Xx"), ("Q1", "."), ("Si1", "Va")] {
        let error = of(label, symbol, "?").expect_err(symbol);
        assert_eq!(error.line, 16, "{error}");
        assert!(error.message.contains(if symbol == "." { label } else { symbol }), "{error}");
    }
}

#[test]
fn rows_without_coordinates_and_dummies_are_left_out() {
    let structure = rows("Si1 0 0 0\nH1 ? ? ?\nH2 . 0 0");
    assert_eq!(structure.sites.len(), 1);
    assert_eq!(structure.warnings, ["2 atoms without coordinates left out: H1, H2"]);
    let flagged = one(&format!("data_t\n{CELL}{ATOMS}_atom_site_calc_flag\nSi1 0 0 0 d\nCg1 0 0 0.5 dum\n"));
    assert_eq!(flagged.sites.len(), 1);
}

#[test]
fn occupancy_defaults_to_one_and_keeps_zero() {
    let text =
        format!("data_t\n{CELL}{ATOMS}_atom_site_occupancy\nSi1 0 0 0 .\nO1 0.5 0 0 0\nN1 0 0.5 0 0.25(1)\n");
    let occupancies: Vec<f64> = one(&text).asymmetric.iter().map(AsymmetricSite::total_occupancy).collect();
    assert_eq!(occupancies, [1.0, 0.0, 0.25]);
    assert!(error(&text.replace("0.25(1)", "-0.5")).message.contains("not between 0 and 1"));
}

#[test]
fn cartesian_coordinates_serve_when_fractions_are_missing() {
    let atoms = "loop_\n_atom_site.label\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\nSi1 2.5 3 3.5\n";
    let crystal = one(&format!("data_t\n{CELL}{atoms}"));
    assert!((crystal.sites[0].frac - glam::DVec3::splat(0.5)).length() < 1e-12);
    let molecule = one(&format!("data_t\n{atoms}"));
    assert!(!molecule.periodic);
    assert_eq!(molecule.cart(&molecule.sites[0]), glam::DVec3::new(2.5, 3.0, 3.5));
    assert!(error(&format!("data_t\n{ATOMS}Si1 0 0 0\n")).message.contains("no unit cell"));
}

#[test]
fn isotropic_displacement_is_u_or_b() {
    let of = |tag: &str, number: &str| {
        one(&format!("data_t\n{CELL}{ATOMS}_atom_site_{tag}\nSi1 0 0 0 {number}\n")).sites[0].displacement
    };
    assert_eq!(of("U_iso_or_equiv", "0.0123(4)"), Displacement::Isotropic(0.0123));
    assert_eq!(of("U_iso_or_equiv", "?"), Displacement::Unknown);
    let Displacement::Isotropic(u) = of("B_iso_or_equiv", "1.0") else { panic!() };
    assert!((u - 0.012_665).abs() < 1e-6);
}

#[test]
fn bytes_that_are_no_utf8_and_byte_order_marks_are_harmless() {
    let mut bytes = b"\xef\xbb\xbf# M\xfcller\ndata_t\n".to_vec();
    bytes.extend(format!("{CELL}{ATOMS}Si1 0 0 0\n").replace('\n', "\r\n").bytes());
    let file = parse(&bytes, Format::Cif, "file").unwrap();
    assert_eq!(file.structures[0].sites.len(), 1);
}

#[test]
fn a_hundred_thousand_atoms_on_one_point_end_in_a_warning() {
    let mut text = format!("data_t\n{CELL}{ATOMS}");
    text.push_str(&"Si1 0.5 0.5 0.5\n".repeat(100_000));
    let structure = one(&text);
    assert_eq!(structure.sites.len(), 1);
    assert!(structure.warnings[0].starts_with("99999 rows left out"), "{:?}", structure.warnings);
}

#[test]
fn a_file_of_broken_blocks_takes_linear_time() {
    // Counting lines from the start for every error would take minutes here.
    let no_atoms = format!("data_cell\n{CELL}").repeat(50_000);
    assert!(error(&no_atoms).message.contains("no atom"));
    let ragged = "data_x\nloop_\n_a _b\n1\n".repeat(200_000);
    assert_eq!(error(&ragged).line, 4);
}

#[test]
fn lines_are_right_far_into_a_file() {
    let text = format!("data_t\r\n_x 1\r\n{}data_u\r\n{CELL}", "# comment\r\n".repeat(10_000));
    assert_eq!(error(&text).line, 10_003);
}

#[test]
fn more_atoms_than_memory_are_refused() {
    let mut text = format!("data_t\n{}{ATOMS}", CELL.replace("P 1", "F m -3 m"));
    text.push_str(&"Si1 0.11 0.22 0.33\n".repeat(60_000));
    assert!(error(&text).message.contains("more than 10000000 atoms"));
}

#[test]
fn occupancies_in_percent_are_fractions() {
    let text = "data_x\n_cell_length_a 5\n_cell_length_b 5\n_cell_length_c 5\n_cell_angle_alpha 90\n\
                _cell_angle_beta 90\n_cell_angle_gamma 90\nloop_\n_atom_site_label\n_atom_site_fract_x\n\
                _atom_site_fract_y\n_atom_site_fract_z\n_atom_site_occupancy\nNa1 0 0 0 100\nCl1 0.5 0.5 0.5 40\n";
    let file = vitrine::crystal::io::parse(text.as_bytes(), vitrine::crystal::io::Format::Cif, "x").unwrap();
    let structure = &file.structures[0];
    let occupancies: Vec<f64> = structure
        .asymmetric
        .iter()
        .map(vitrine::crystal::structure::AsymmetricSite::total_occupancy)
        .collect();
    assert_eq!(occupancies, [1.0, 0.4]);
    assert!(structure.warnings.iter().any(|warning| warning.contains("percent")), "{:?}", structure.warnings);
}

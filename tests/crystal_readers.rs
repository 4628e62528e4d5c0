//! POSCAR and XYZ, detection of formats, and noise thrown at every reader.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::ffi::OsStr;

use glam::DVec3;
use proptest::prelude::*;
use vitrine::crystal::{
    error::CrystalError,
    io::{Format, open, parse},
    structure::Structure,
};

const POSCAR: &str =
    "rock salt\n1.0\n5.69 0 0\n0 5.69 0\n0 0 5.69\nNa Cl\n1 1\nDirect\n0 0 0\n0.5 0.5 -0.5\n";
const XYZ: &str = "3\nwater\nO 0.0 0.0 0.117\nH 0.0 0.757 -0.467\nH 0.0 -0.757 -0.467\n";
const EXTENDED: &str = "2\nLattice=\"4 0 0 0 4 0 0 0 4\" Properties=id:I:1:pos:R:3:species:S:1 pbc=\"T T T\"\n\
                        1 0 0 0 Cs\n2 2.0 2.0 -2.0 Cl\n";
const CIF: &str = "data_quartz\n_cell_length_a 4.91\n_cell_length_b 4.91\n_cell_length_c 5.4\n_cell_angle_alpha 90\n\
                   _cell_angle_beta 90\n_cell_angle_gamma 120\n_symmetry_space_group_name_H-M 'P 32 2 1'\nloop_\n\
                   _atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n\
                   _atom_site_fract_z\n_atom_site_occupancy\n_atom_site_U_iso_or_equiv\nSi1 Si4+ 0.4697(3) 0 2/3 1 0.006\n\
                   O1 O2- 0.4135 0.2669 0.7858 1 0.01\nloop_\n_atom_site_aniso_label\n_atom_site_aniso_U_11\n\
                   _atom_site_aniso_U_22\n_atom_site_aniso_U_33\n_atom_site_aniso_U_12\n_atom_site_aniso_U_13\n\
                   _atom_site_aniso_U_23\nSi1 0.007 0.005 0.006 0.0025 0.0001 0.0002\n_note\n;\ntext\n;\n";

fn one(text: &str, format: Format) -> Structure {
    parse(text.as_bytes(), format, "file")
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
        .structures
        .remove(0)
}

fn poscar(text: &str) -> Structure {
    one(text, Format::Poscar)
}

fn labels(structure: &Structure) -> Vec<&str> {
    structure.asymmetric.iter().map(|site| site.label.as_str()).collect()
}

fn close(a: DVec3, b: DVec3) -> bool {
    (a - b).length() < 1e-12
}

#[test]
fn formats_are_told_by_name_and_content() {
    for (name, content, format) in [
        ("a.cif", "", Some(Format::Cif)),
        ("A.MCIF", "", Some(Format::Cif)),
        ("POSCAR", "", Some(Format::Poscar)),
        ("POSCAR.NaCl", "", Some(Format::Poscar)),
        ("CONTCAR_relaxed", "", Some(Format::Poscar)),
        ("x.vasp", "", Some(Format::Poscar)),
        ("x.poscar", "", Some(Format::Poscar)),
        ("x.xyz", XYZ, Some(Format::Xyz)),
        ("x.xyz", EXTENDED, Some(Format::ExtendedXyz)),
        ("x.extxyz", XYZ, Some(Format::Xyz)),
        ("x", CIF, Some(Format::Cif)),
        ("x.txt", "# comment\n\n  Data_x\n", Some(Format::Cif)),
        ("x", POSCAR, Some(Format::Poscar)),
        ("x", XYZ, Some(Format::Xyz)),
        ("x", EXTENDED, Some(Format::ExtendedXyz)),
        ("x", "hello world", None),
        ("x", "", None),
        ("cif", "", None),
    ] {
        assert_eq!(Format::detect(OsStr::new(name), content.as_bytes()), format, "{name} {content}");
    }
    assert_eq!(Format::ExtendedXyz.to_string(), "extended XYZ");
}

#[test]
fn files_are_opened_whatever_their_name_is_encoded_in() {
    let folder = tempfile::tempdir().unwrap();
    #[cfg(unix)]
    let name = <OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"w\xfcrtzit.xyz");
    #[cfg(not(unix))]
    let name = OsStr::new("würtzit.xyz");
    let path = folder.path().join(name);
    if std::fs::write(&path, XYZ).is_err() {
        return; // Some file systems store UTF-8 names only.
    }
    let file = open(&path).unwrap();
    assert_eq!((file.format, file.structures.len()), (Format::Xyz, 1));

    let missing = open(&folder.path().join("none.cif")).expect_err("missing");
    assert!(matches!(missing, CrystalError::Read { .. }));
    let unknown = folder.path().join("notes.txt");
    std::fs::write(&unknown, "hello").unwrap();
    assert!(matches!(open(&unknown), Err(CrystalError::UnknownFormat { .. })));
    let broken = folder.path().join("broken.xyz");
    std::fs::write(&broken, "2\n\nH 0 0 0\n").unwrap();
    let error = open(&broken).expect_err("broken").to_string();
    assert!(
        error.starts_with("line 1: the frame declares 2 atoms") && error.ends_with("broken.xyz"),
        "{error}"
    );
}

#[test]
fn poscar_of_vasp_5() {
    let structure = poscar(POSCAR);
    assert_eq!(structure.name, "rock salt");
    assert_eq!(labels(&structure), ["Na1", "Cl1"]);
    assert!(structure.periodic);
    assert!(close(structure.sites[1].frac, DVec3::splat(0.5)));
}

#[test]
fn poscar_variants() {
    let selective =
        POSCAR.replace("Direct", "Selective dynamics\nDirect").replace("0 0 0\n", "0 0 0 T T F\n");
    assert_eq!(poscar(&selective).sites, poscar(POSCAR).sites);
    let velocities = format!("{POSCAR}\n  0.1 0.2 0.3\n  nonsense\n");
    assert_eq!(poscar(&velocities).sites, poscar(POSCAR).sites);
    let dos = POSCAR.replace('\n', "\r\n");
    assert_eq!(poscar(&dos), poscar(POSCAR));

    let cartesian = POSCAR
        .replace("Direct", "Cartesian")
        .replace("1.0\n", "2.0\n")
        .replace("0.5 0.5 -0.5", "2.845 2.845 2.845");
    let structure = poscar(&cartesian);
    assert!(close(structure.sites[1].frac, DVec3::splat(0.5)), "the scale applies to positions too");
    assert!((structure.lattice.parameters().a - 11.38).abs() < 1e-12);

    let volume = poscar(&POSCAR.replace("1.0\n", "-1000\n"));
    assert!((volume.lattice.volume_angstrom3() - 1000.0).abs() < 1e-9);
    let three = poscar(&POSCAR.replace("1.0\n", "1 2 3\n"));
    assert!((three.lattice.parameters().c - 3.0 * 5.69).abs() < 1e-12);
    let fortran = poscar(&POSCAR.replace("0.5 0.5 -0.5", "5.0D-01 .5 0.5d0"));
    assert!(close(fortran.sites[1].frac, DVec3::splat(0.5)));

    let potentials = poscar(&POSCAR.replace("Na Cl", "Na_pv/1a2b3c Cl/99ff"));
    assert_eq!(labels(&potentials), ["Na1", "Cl1"]);
    let old = poscar(&POSCAR.replace("Na Cl\n", "").replace("rock salt", "Na Cl rock salt"));
    assert_eq!(labels(&old), ["Na1", "Cl1"]);
    let trailing = POSCAR.replace("Na Cl\n", "").replace("0 0 0\n0.5 0.5 -0.5", "0 0 0 Na\n.5 .5 .5 Cl");
    // Only the coordinates: the cell has a line `0 0 5.69`.
    assert_eq!(labels(&poscar(&trailing)), ["Na1", "Cl1"]);
}

#[test]
fn poscar_errors_name_line_and_reason() {
    for (from, to, line, part) in [
        ("Na Cl\n", "", 6, "names no elements"),
        ("Na Cl", "Na Qq", 6, "`Qq` is no element"),
        ("\n1 1\n", "\n1 1 1\n", 7, "2 elements and 3 counts"),
        ("\n1 1\n", "\n1 1000000000000\n", 7, "1000000000001 atoms"),
        ("\n1 1\n", "\n1 99999999999999999999999\n", 7, "is not a number of atoms"),
        ("\n1 1\n", "\n0 0\n", 7, "no atoms"),
        ("\n1 1\n", "\n1 5\n", 10, "declares 6 atoms but ends after 2"),
        ("Direct\n", "", 8, "`Direct` or `Cartesian`"),
        ("0.5 0.5 -0.5", "0.5 0.5", 10, "three numbers, found 2"),
        ("0.5 0.5 -0.5", "0.5 nan 0", 10, "`nan` is not one"),
        ("0.5 0.5 -0.5", "0.5 1e12 0", 10, "too large"),
        ("1.0\n", "0\n", 2, "scale"),
        ("1.0\n", "one\n", 2, "scale"),
        ("1.0\n", "1 -1 1\n", 2, "scale"),
        ("0 0 5.69", "0 5.69 0", 5, "no volume"),
        ("0 0 5.69", "0 0 inf", 5, "the cell vector c"),
    ] {
        let text = POSCAR.replacen(from, to, 1);
        let error = parse(text.as_bytes(), Format::Poscar, "").expect_err(&text);
        assert_eq!(error.line, line, "{to}: {error}");
        assert!(error.message.contains(part), "{to}: {error}");
    }
    for length in 0..9 {
        let text: String = POSCAR.split_inclusive('\n').take(length).collect();
        assert!(parse(text.as_bytes(), Format::Poscar, "").is_err(), "{text}");
    }
}

#[test]
fn plain_xyz_is_a_molecule() {
    let structure = one(XYZ, Format::Xyz);
    assert!(!structure.periodic);
    assert_eq!((structure.name.as_str(), labels(&structure)), ("water", vec!["O1", "H1", "H2"]));
    assert!(close(structure.cart(&structure.sites[2]), DVec3::new(0.0, -0.757, -0.467)));
    assert_eq!(labels(&one("2\n\n6 0 0 0\nC1 0 0 1.2 extra\n", Format::Xyz)), ["C1", "C2"]);
}

#[test]
fn extended_xyz_has_a_lattice_and_any_order_of_columns() {
    let structure = one(EXTENDED, Format::ExtendedXyz);
    assert!(structure.periodic);
    assert_eq!(labels(&structure), ["Cs1", "Cl1"]);
    assert!(close(structure.sites[1].frac, DVec3::splat(0.5)));
    let rows = one(&EXTENDED.replace("0 4 0 0 0 4", "1 4 0 0 2 4"), Format::ExtendedXyz);
    assert!(close(rows.lattice.vectors()[1], DVec3::new(1.0, 4.0, 0.0)), "rows of Lattice are the vectors");
    let open = one(&EXTENDED.replace("T T T", "F F F"), Format::ExtendedXyz);
    assert!(!open.periodic);
    assert!(close(open.sites[1].frac, DVec3::new(2.0, 2.0, -2.0)));
    let slab = one(&EXTENDED.replace("T T T", "T T F"), Format::ExtendedXyz);
    assert_eq!(slab.warnings.len(), 2, "{:?}", slab.warnings);
}

#[test]
fn frames_are_all_read_and_a_broken_end_is_told() {
    let three = format!("{XYZ}{XYZ}\n{EXTENDED}");
    let file = parse(three.as_bytes(), Format::Xyz, "").unwrap();
    assert!(file.failures.is_empty());
    assert_eq!(file.structures.iter().map(|f| f.periodic).collect::<Vec<_>>(), [false, false, true]);
    let cut = format!("{XYZ}3\nwater\nO 0 0 0\n");
    let file = parse(cut.as_bytes(), Format::Xyz, "").unwrap();
    assert_eq!((file.structures.len(), file.failures.len()), (1, 1));
    assert!(file.structures[0].warnings.is_empty());
    let failure = file.failures[0].to_string();
    assert!(failure.starts_with("line 6: the frame declares 3 atoms"), "{failure}");
    assert!(failure.ends_with("(read up to here: 1 frame)"), "{failure}");
}

#[test]
fn frames_beyond_the_limit_are_told() {
    // A frame of one atom counts as 33, so that ten million are full after 303030.
    let file = parse("1\n\nH 0 0 0\n".repeat(303_032).as_bytes(), Format::Xyz, "").unwrap();
    assert_eq!((file.structures.len(), file.failures.len()), (303_030, 1));
    let failure = file.failures[0].to_string();
    assert!(failure.starts_with("line 909091: the frames from here on were left out"), "{failure}");
}

#[test]
fn atoms_on_atoms_of_their_element_are_kept_and_told() {
    // Comparing all pairs would take hours here.
    let heap = format!("1000000\n\n{}", "Si 1.5 2.5 3.5\n".repeat(1_000_000));
    let structure = one(&heap, Format::Xyz);
    assert_eq!(structure.sites.len(), 1_000_000);
    assert_eq!(structure.warnings, ["999999 atoms stand on other atoms of the same element"]);

    let near = one("4\n\nH 0 0 0\nO 0 0 0\nH 0.009 0 0\nH 0.02 0 0\n", Format::Xyz);
    assert_eq!(near.warnings, ["1 atom stands on another atom of the same element"]);
    let over_the_edge =
        poscar(&POSCAR.replace("1 1\n", "2 1\n").replace("0 0 0\n", "0 0 0\n0.9999 0 0.0001\n"));
    assert_eq!(over_the_edge.warnings, near.warnings);
    assert_eq!(over_the_edge.sites.len(), 3);
    assert!(poscar(POSCAR).warnings.is_empty());
}

#[test]
fn utf_16_is_known_by_its_byte_order_mark() {
    let text = format!("# Müller 𝄞\n{CIF}");
    let little: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> =
        [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let plain = [one(&text, Format::Cif)];
    for bytes in [little, big] {
        assert_eq!(Format::detect(OsStr::new("quartz"), &bytes), Some(Format::Cif));
        assert_eq!(parse(&bytes, Format::Cif, "file").unwrap().structures, plain);
        // Cut within a character.
        assert!(parse(&bytes[..bytes.len() - 1], Format::Cif, "file").is_ok());
    }
}

#[test]
fn xyz_errors_name_line_and_reason() {
    for (text, line, part) in [
        ("", 1, "empty"),
        ("\n\n", 1, "empty"),
        ("water\n", 1, "the number of atoms should stand here"),
        ("0\n\n", 1, "declares 0 atoms"),
        ("1000000000000\n\nH 0 0 0\n", 1, "declares 1000000000000 atoms"),
        ("9000000\n\nH 0 0 0\n", 1, "ends after 1"),
        ("1\n", 2, "the comment line"),
        ("1\n\nQq 0 0 0\n", 3, "`Qq` is no element"),
        ("1\n\nH 0 0\n", 3, "found 2"),
        ("1\n\nH 0 0 NaN\n", 3, "`NaN` is not one"),
        ("1\n\nH 0 0 1e300\n", 3, "too large"),
        ("1\n\n\n", 3, "an atom should stand here"),
        ("1\nLattice=\"1 0 0\"\nH 0 0 0\n", 2, "nine numbers"),
        ("1\nLattice=\"1 0 0 0 1 0 0 0 0\"\nH 0 0 0\n", 2, "no volume"),
        ("1\nProperties=pos:R:3\nH 0 0 0\n", 2, "species"),
        ("1\nProperties=species:S\nH 0 0 0\n", 2, "name:type:columns"),
        ("1\nProperties=a:R:99999999999999999999\nH 0 0 0\n", 2, "columns"),
        (
            "1\nProperties=a:R:9223372036854775807:b:R:9223372036854775807:species:S:1:pos:R:3\nH 0 0 0\n",
            3,
            "an atom",
        ),
    ] {
        let error = parse(text.as_bytes(), Format::Xyz, "").expect_err(text);
        assert_eq!(error.line, line, "{text:?}: {error}");
        assert!(error.message.contains(part), "{text:?}: {error}");
    }
}

/// Whatever is read must be drawable: finite, with sites that belong to a distinct site of known occupancy.
fn check(bytes: &[u8]) {
    for format in [Format::Cif, Format::Poscar, Format::Xyz] {
        let Ok(file) = parse(bytes, format, "noise") else { continue };
        assert!(!file.structures.is_empty());
        assert!(file.failures.is_sorted_by_key(|failure| failure.line));
        for structure in file.structures {
            assert!(!structure.sites.is_empty());
            for site in &structure.sites {
                assert!(site.frac.is_finite() && structure.cart(site).is_finite());
                if structure.periodic {
                    assert!(site.frac.cmpge(DVec3::ZERO).all() && site.frac.cmplt(DVec3::ONE).all());
                }
                let asymmetric = structure.asymmetric_of(site).expect("a distinct site");
                assert!(!asymmetric.occupants.is_empty());
                assert!(asymmetric.total_occupancy().is_finite());
            }
        }
    }
    let _ = Format::detect(OsStr::new("noise"), bytes);
}

/// Pieces that steer noise into the deeper parts of the readers.
const PIECES: [&str; 24] = [
    "data_",
    "loop_\n",
    "save_",
    "'",
    "\"",
    "\n;",
    "#",
    "?",
    ".",
    "\r",
    "\u{feff}",
    "\0",
    "(",
    "1e308",
    "-1",
    "nan",
    "0",
    "99999999999",
    "_atom_site_fract_x",
    "'-x,-y,z+1/2'",
    "Lattice=\"",
    "Properties=",
    "Cartesian",
    "ü",
];

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes);
    }

    #[test]
    fn random_pieces_never_panic(pieces in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let text: String = pieces.iter().flat_map(|piece| [PIECES[*piece], " "]).collect();
        check(text.as_bytes());
        check(format!("data_x\n{text}").as_bytes());
    }

    #[test]
    fn damaged_files_never_panic(
        which in 0..4_usize,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..4_u8, 0..PIECES.len(), any::<u8>()), 1..6),
    ) {
        let mut bytes = [CIF, POSCAR, XYZ, EXTENDED][which].as_bytes().to_vec();
        for (at, kind, piece, byte) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.truncate(at),
                2 => drop(bytes.splice(at..at, PIECES[piece].bytes())),
                _ => drop(bytes.drain(at..(at + usize::from(byte) / 16).min(bytes.len()))),
            }
        }
        check(&bytes);
    }

    #[test]
    fn cut_and_glued_files_never_panic(first in 0..4_usize, second in 0..4_usize, a in 0.0..1.0, b in 0.0..1.0) {
        let texts = [CIF, POSCAR, XYZ, EXTENDED];
        let cut = |text: &str, at: f64| (text.len() as f64 * at) as usize;
        let mut bytes = texts[first].as_bytes()[..cut(texts[first], a)].to_vec();
        bytes.extend_from_slice(&texts[second].as_bytes()[cut(texts[second], b)..]);
        check(&bytes);
    }
}

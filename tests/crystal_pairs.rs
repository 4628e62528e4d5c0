//! Pair distributions: shells of simple crystals are counted by geometry, and what must not depend on bins or on the
//! choice of the cell does not.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::{f64::consts::PI, path::Path};

use glam::DVec3;
use proptest::prelude::*;
use vitrine::crystal::{
    analysis::pairs::{
        Binning, MAX_BINS, MAX_LISTED, PairCurve, PairDistances, PairDistribution, PairError, pairs_in_bin,
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

/// (symbol, occupancy) per species, and fractional coordinates.
type Place<'a> = (&'a [(&'a str, f64)], [f64; 3]);

fn made(lattice: Lattice, places: &[Place<'_>]) -> Structure {
    let row = |(species, _): &Place<'_>| AsymmetricSite {
        label: String::new(),
        occupants: species
            .iter()
            .map(|&(symbol, occupancy)| Occupant {
                element: Element::from_symbol(symbol).unwrap(),
                occupancy,
                charge: None,
            })
            .collect(),
        disorder: None,
    };
    let site = |(index, place): (usize, &Place<'_>)| Site {
        asymmetric: index as u32,
        frac: DVec3::from_array(place.1),
        displacement: Displacement::Unknown,
    };
    Structure {
        name: String::new(),
        lattice,
        periodic: true,
        asymmetric: places.iter().map(row).collect(),
        sites: places.iter().enumerate().map(site).collect(),
        stated_space_group: None,
        warnings: Vec::new(),
    }
}

fn cubic(a: f64) -> Lattice {
    let cell = CellParameters { a, b: a, c: a, alpha: 90.0, beta: 90.0, gamma: 90.0 };
    Lattice::from_parameters(cell).unwrap()
}

const FCC: [[f64; 3]; 4] = [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]];

fn rock_salt() -> Structure {
    let mut places: Vec<Place<'_>> = FCC.map(|place| (&[("Na", 1.0)][..], place)).to_vec();
    places.extend(FCC.map(|[x, y, z]| (&[("Cl", 1.0)][..], [x, y, (z + 0.5) % 1.0])));
    made(cubic(5.6402), &places)
}

fn caesium_chloride() -> Structure {
    made(cubic(4.123), &[(&[("Cs", 1.0)], [0.0; 3]), (&[("Cl", 1.0)], [0.5; 3])])
}

fn silicon() -> Structure {
    let mut places: Vec<Place<'_>> = FCC.map(|place| (&[("Si", 1.0)][..], place)).to_vec();
    places.extend(FCC.map(|place| (&[("Si", 1.0)][..], place.map(|x| x + 0.25))));
    made(cubic(5.431), &places)
}

/// n1 × n2 × n3 cells as one.
fn supercell(structure: &Structure, times: [usize; 3]) -> Structure {
    let [a, b, c] = structure.lattice.vectors();
    let [x, y, z] = times.map(|n| n as f64);
    let mut big = structure.clone();
    big.lattice = Lattice::from_vectors([a * x, b * y, c * z]).unwrap();
    big.sites.clear();
    for i in 0..times[0] {
        for j in 0..times[1] {
            for k in 0..times[2] {
                big.sites.extend(structure.sites.iter().map(|site| Site {
                    frac: (site.frac + DVec3::new(i as f64, j as f64, k as f64)) / DVec3::new(x, y, z),
                    ..*site
                }));
            }
        }
    }
    big
}

fn distribution(structure: &Structure, binning: Binning) -> PairDistribution {
    let distances = PairDistances::new(structure, binning.reach_angstrom()).unwrap();
    PairDistribution::new(&distances, binning).unwrap()
}

/// Neighbours per centre in each bin that has any: (lower end of the bin, number).
fn shells(running_cn: &[f64], binning: Binning) -> Vec<(f64, f64)> {
    let mut before = 0.0;
    let mut found = Vec::new();
    for (bin, sum) in running_cn.iter().enumerate() {
        if sum - before > 1e-12 {
            found.push((bin as f64 * binning.width_angstrom(), sum - before));
        }
        before = *sum;
    }
    found
}

/// Shells of the first element as seen from it, against (distance, number); the numbers are exact.
fn assert_shells(structure: &Structure, pair: (&str, &str), expected: &[(f64, f64)]) {
    let binning = Binning::new(7.2, 7200);
    let all = distribution(structure, binning);
    let curve = all.pair(pair.0, pair.1).unwrap();
    let found = shells(&curve.running_cn, binning);
    assert!(found.len() >= expected.len(), "{found:?}");
    for ((lower, number), (distance, wanted)) in found.iter().zip(expected) {
        assert!((number - wanted).abs() < 1e-9, "{pair:?}: {found:?}");
        assert!((-1e-9..0.001).contains(&(distance - lower)), "{pair:?}: {distance} in {lower}");
    }
}

#[test]
fn shells_of_simple_crystals_have_whole_numbers() {
    let half = 5.6402 / 2.0;
    let salt = rock_salt();
    assert_shells(
        &salt,
        ("Cl", "Na"),
        &[(half, 6.0), (half * 3_f64.sqrt(), 8.0), (half * 5_f64.sqrt(), 24.0)],
    );
    let like = [(half * 2_f64.sqrt(), 12.0), (5.6402, 6.0), (half * 6_f64.sqrt(), 24.0)];
    assert_shells(&salt, ("Na", "Na"), &like);
    assert_shells(&salt, ("Cl", "Cl"), &like);
    let caesium = caesium_chloride();
    let a = 4.123;
    // One atom of each kind per cell: every like neighbour is an image of the atom itself.
    assert_shells(&caesium, ("Cs", "Cs"), &[(a, 6.0), (a * 2_f64.sqrt(), 12.0), (a * 3_f64.sqrt(), 8.0)]);
    let near = 3_f64.sqrt() / 2.0 * a;
    assert_shells(&caesium, ("Cl", "Cs"), &[(near, 8.0), (11_f64.sqrt() / 2.0 * a, 24.0)]);
    assert_shells(
        &silicon(),
        ("Si", "Si"),
        &[(2.351_692, 4.0), (3.840_297, 12.0), (4.503_126, 12.0), (5.431, 6.0), (5.918_322, 12.0)],
    );
}

#[test]
fn the_sample_files_give_the_same_shells() {
    let binning = Binning::new(3.5, 35);
    for (file, a, b, number) in
        [("nacl.cif", "Na", "Cl", 6.0), ("rutile.cif", "O", "Ti", 3.0), ("copper.cif", "Cu", "Cu", 12.0)]
    {
        let all = distribution(&sample(file), binning);
        let curve = all.pair(a, b).unwrap();
        let up_to = if file == "rutile.cif" { 21 } else { 29 };
        assert!((curve.running_cn[up_to] - number).abs() < 1e-9, "{file}: {:?}", curve.running_cn);
    }
}

#[test]
fn the_integral_of_a_shell_is_its_number_of_atoms() {
    let binning = Binning::new(8.0, 160);
    let all = distribution(&rock_salt(), binning);
    let curve = all.pair("Na", "Cl").unwrap();
    let density_of_chlorine = 4.0 / 5.6402_f64.powi(3);
    let width = binning.width_angstrom();
    let mut sum = 0.0;
    for (bin, g) in curve.g.iter().enumerate() {
        let (lower, upper) = (bin as f64 * width, (bin + 1) as f64 * width);
        sum += g * density_of_chlorine * 4.0 / 3.0 * PI * (upper.powi(3) - lower.powi(3));
        assert!((sum - curve.running_cn[bin]).abs() < 1e-9);
    }
    // 6 + 8 + 24 + 30: (1,0,0), (1,1,1), (2,1,0), and (3,0,0) with (2,2,1).
    assert!((curve.running_cn[130] - 38.0).abs() < 1e-9, "6.5 Å: {}", curve.running_cn[130]);
    assert!((curve.running_cn.last().unwrap() - 38.0).abs() < 1e-9, "3a/2 = 8.46 Å is outside");
}

#[test]
fn numbers_differ_with_the_side_of_an_unequal_pair() {
    let all = distribution(&sample("rutile.cif"), Binning::new(2.2, 22));
    let PairCurve { running_cn, running_cn_reversed, .. } = all.pair("Ti", "O").unwrap();
    // The label is O-Ti: titanium around oxygen, and the other way round.
    assert!((running_cn[21] - 3.0).abs() < 1e-9);
    assert!((running_cn_reversed[21] - 6.0).abs() < 1e-9);
}

#[test]
fn far_away_every_curve_is_one() {
    for structure in [rock_salt(), caesium_chloride(), sample("quartz.cif"), sample("lifepo4.cif")] {
        let all = distribution(&structure, Binning::new(32.0, 2).broadened(0.5));
        // One bin from 16 to 32 Å: single shells stand far above and below 1, all of them together do not.
        for curve in &all.pairs {
            assert!((curve.g[1] - 1.0).abs() < 0.02, "{}: {}", curve.pair.label(), curve.g[1]);
        }
        assert!((all.total[1] - 1.0).abs() < 0.02, "{}", all.total[1]);
    }
}

#[test]
fn the_total_is_the_mean_of_the_pairs() {
    let structure = sample("lifepo4.cif");
    let all = distribution(&structure, Binning::new(6.0, 60));
    let amounts = structure.composition();
    let sum: f64 = amounts.values().sum();
    for bin in 0..60 {
        let mean: f64 = all
            .pairs
            .iter()
            .map(|curve| {
                let (a, b) = (curve.pair.first.symbol(), curve.pair.second.symbol());
                let ends = if a == b { 1.0 } else { 2.0 };
                ends * amounts[a] * amounts[b] / (sum * sum) * curve.g[bin]
            })
            .sum();
        assert!((mean - all.total[bin]).abs() < 1e-9);
    }
    assert_eq!(all.pairs.len(), 10);
}

#[test]
fn below_the_first_contact_the_reduced_curve_is_a_line() {
    let all = distribution(&rock_salt(), Binning::new(5.0, 100));
    let density = 8.0 / 5.6402_f64.powi(3);
    for (r, reduced) in all.r_angstrom.iter().zip(&all.reduced).take_while(|(r, _)| **r < 2.79) {
        assert!((reduced + 4.0 * PI * r * density).abs() < 1e-12);
    }
    let peak = (2.8201 / 0.05) as usize;
    let g = all.total[peak];
    assert!(
        g > 1.0 && (all.reduced[peak] - 4.0 * PI * all.r_angstrom[peak] * density * (g - 1.0)).abs() < 1e-9
    );
    assert!((all.number_density - density).abs() < 1e-12);
}

/// Shells at a/2, a, 3a/2 … lie exactly on the borders of these bins.
#[test]
fn a_shell_on_a_border_falls_into_the_upper_bin_as_a_whole() {
    for a in [4.0, 5.6402, 4.1, 3.3333, 7.7] {
        let simple = made(cubic(a), &[(&[("Po", 1.0)], [0.3, 0.1, 0.7])]);
        let binning = Binning::new(3.0 * a, 30);
        let all = distribution(&simple, binning);
        let cn = &all.pairs[0].running_cn;
        assert!(cn[9].abs() < 1e-12 && (cn[10] - 6.0).abs() < 1e-9, "{a}: {cn:?}");
        assert!((cn[20] - cn[19] - 6.0).abs() < 1e-9, "{a}: the shell 2a");
        // The shell at the cutoff itself is outside: bins are half open.
        assert!((cn[29] - 92.0).abs() < 1e-9, "{a}: {}", cn[29]);
    }
}

#[test]
fn species_of_a_mixed_site_share_its_pairs() {
    let species: &[(&str, f64)] = &[("Cu", 0.75), ("Au", 0.25)];
    let places: Vec<Place<'_>> = FCC.map(|place| (species, place)).to_vec();
    let binning = Binning::new(3.0, 30);
    let mixed = distribution(&made(cubic(3.75), &places), binning);
    let pure: Vec<Place<'_>> = FCC.map(|place| (&[("Cu", 1.0)][..], place)).to_vec();
    let pure = distribution(&made(cubic(3.75), &pure), binning);
    let curve = |a, b| mixed.pair(a, b).unwrap();
    assert_eq!(mixed.pairs.iter().map(|c| c.pair.label()).collect::<Vec<_>>(), ["Au-Au", "Au-Cu", "Cu-Cu"]);
    assert!((curve("Au", "Cu").running_cn[29] - 9.0).abs() < 1e-9, "copper around gold");
    assert!((curve("Au", "Cu").running_cn_reversed[29] - 3.0).abs() < 1e-9, "gold around copper");
    assert!((curve("Cu", "Cu").running_cn[29] - 9.0).abs() < 1e-9);
    for (g, same) in mixed.pairs.iter().map(|c| (&c.g, &pure.total)).chain([(&mixed.total, &pure.total)]) {
        assert!(g.iter().zip(same).all(|(a, b)| (a - b).abs() < 1e-9), "a random alloy looks alike");
    }
}

#[test]
fn broadening_moves_no_atoms() {
    let binning = Binning::new(7.5, 300).broadened(0.08);
    let all = distribution(&rock_salt(), binning);
    let curve = all.pair("Na", "Cl").unwrap();
    // 3.6 Å lies between the shells at 2.82 and 4.88 Å, 5.6 Å between the second and the third.
    assert!((curve.running_cn[143] - 6.0).abs() < 1e-7);
    assert!((curve.running_cn[223] - 14.0).abs() < 1e-7);
    let sharp = distribution(&rock_salt(), Binning::new(7.5, 300));
    assert!(curve.g.iter().copied().fold(0.0, f64::max) < sharp.pair("Na", "Cl").unwrap().g[112] / 3.0);
    // The part of a Gaussian of 0.08 Å between its centre and one σ above is 0.341345.
    let fine = distribution(&caesium_chloride(), Binning::new(4.0, 4000).broadened(0.08));
    let near = 3_f64.sqrt() / 2.0 * 4.123;
    let cn = &fine.pair("Cl", "Cs").unwrap().running_cn;
    let at = |r: f64| cn[(r * 1000.0) as usize - 1];
    assert!((at(near + 0.08) - at(near) - 8.0 * 0.341_345).abs() < 0.08, "{}", at(near + 0.08) - at(near));
    assert!((at(near) - 4.0).abs() < 0.05);
}

#[test]
fn json_has_the_fields_that_scripts_read() {
    let all = distribution(&rock_salt(), Binning::new(10.0, 100));
    let text = serde_json::to_string(&all).unwrap();
    assert!(text.starts_with("{\"r_angstrom\":[0.05,"), "{}", &text[..40]);
    let position = |what: &str| text.find(what).unwrap();
    assert!(position("\"Cl-Cl\":{\"g\":[") < position("\"Cl-Na\":{\"g\":["));
    assert!(position("\"Cl-Na\"") < position("\"Na-Na\""));
    assert!(position("\"Na-Na\"") < position("\"total\":["));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["pairs"]["Cl-Na"]["running_cn"].as_array().unwrap().len(), 100);
    assert_eq!(value["total"].as_array().unwrap().len(), 100);
}

#[test]
fn other_bins_need_no_other_distances() {
    let structure = sample("quartz.cif");
    let distances = PairDistances::new(&structure, 10.0).unwrap();
    let stored = PairDistances::from_bytes(&distances.to_bytes()).unwrap();
    assert_eq!(stored, distances);
    for binning in
        [Binning::new(10.0, 100), Binning::with_width(8.0, 0.07), Binning::new(7.0, 400).broadened(0.1)]
    {
        let direct = distribution(&structure, binning);
        let from_stored = PairDistribution::new(&stored, binning).unwrap();
        for (a, b) in direct.total.iter().zip(&from_stored.total) {
            assert!((a - b).abs() < 1e-9);
        }
    }
    assert!((Binning::with_width(8.0, 0.07).width_angstrom() - 0.07).abs() < 1e-12);
    assert_eq!(Binning::with_width(9.0, 0.3).bins, 30);
    assert!(distances.covers(10.0) && !distances.covers(10.1));
    assert!(matches!(
        PairDistribution::new(&stored, Binning::new(10.0, 10).broadened(0.1)),
        Err(PairError::NotCovered { .. })
    ));
}

#[test]
fn a_perfect_crystal_is_few_bytes() {
    let distances = PairDistances::new(&supercell(&rock_salt(), [3, 3, 3]), 10.0).unwrap();
    // Two kinds of shells: the distances a/2·√n with n odd, and n even.
    assert!(distances.distance_count() < 40, "{}", distances.distance_count());
    assert!(distances.to_bytes().len() < 1000);
}

#[test]
fn damaged_bytes_are_an_error() {
    let bytes = PairDistances::new(&sample("quartz.cif"), 6.0).unwrap().to_bytes();
    assert!(PairDistances::from_bytes(&[]).is_err());
    for end in 0..bytes.len() {
        assert!(PairDistances::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(PairDistances::from_bytes(&longer).is_err());
    let mut newer = bytes.clone();
    newer[3] = b'9';
    assert!(PairDistances::from_bytes(&newer).is_err());
    // The number of the first pair's distances stands behind mark, cutoff, volume and two elements.
    let mut endless = bytes.clone();
    endless[39..47].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(PairDistances::from_bytes(&endless), Err(PairError::Bytes { .. })));
    let mut not_a_number = bytes;
    not_a_number[47..55].copy_from_slice(&f64::NAN.to_le_bytes());
    assert!(PairDistances::from_bytes(&not_a_number).is_err());
}

#[test]
fn what_cannot_be_counted_says_why() {
    let good = rock_salt();
    let error = |structure: &Structure| PairDistances::new(structure, 6.0).unwrap_err();
    let mut empty = good.clone();
    empty.sites.clear();
    assert_eq!(error(&empty), PairError::Empty);
    let mut nobody = good.clone();
    for row in &mut nobody.asymmetric {
        row.occupants[0].occupancy = 0.0;
    }
    assert_eq!(error(&nobody), PairError::Empty);
    let mut nan = good.clone();
    nan.sites[3].frac.y = f64::NAN;
    assert_eq!(error(&nan), PairError::NotFinite { site: 3 });
    assert_eq!(pairs_in_bin(&nan, 1.0, 2.0), Err(PairError::NotFinite { site: 3 }));
    let mut molecule = good.clone();
    molecule.periodic = false;
    assert_eq!(error(&molecule), PairError::NotPeriodic);
    for cutoff in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(PairDistances::new(&good, cutoff), Err(PairError::Range { .. })), "{cutoff}");
        assert!(pairs_in_bin(&good, 1.0, cutoff).is_err());
    }
    assert!(matches!(PairDistances::new(&good, 1e5), Err(PairError::TooLarge { .. })));
    assert!(matches!(
        PairDistances::new(&supercell(&good, [20, 20, 20]), 30.0),
        Err(PairError::TooLarge { .. })
    ));
    let distances = PairDistances::new(&good, 6.0).unwrap();
    let refused = |binning| PairDistribution::new(&distances, binning).unwrap_err();
    assert_eq!(refused(Binning::new(6.0, 0)), PairError::Bins { bins: 0 });
    assert!(matches!(refused(Binning::new(6.0, MAX_BINS + 1)), PairError::Bins { .. }));
    assert!(matches!(refused(Binning::with_width(6.0, 0.0)), PairError::Bins { .. }));
    assert!(matches!(refused(Binning::with_width(6.0, f64::NAN)), PairError::Bins { .. }));
    assert!(matches!(refused(Binning::new(f64::NAN, 10)), PairError::Range { .. }));
    assert!(matches!(refused(Binning::new(5.0, 10).broadened(-0.1)), PairError::Broadening { .. }));
    assert!(matches!(refused(Binning::new(5.0, 10).broadened(f64::NAN)), PairError::Broadening { .. }));
}

#[test]
fn a_peak_leads_to_its_pairs() {
    let structure = rock_salt();
    let found = pairs_in_bin(&structure, 2.8, 2.9).unwrap();
    // 4 sodium with 6 chlorine each, every pair once.
    assert_eq!((found.found, found.pairs.len()), (24, 24));
    for pair in &found.pairs {
        let shift = DVec3::from_array(pair.image.map(f64::from));
        let (a, b) = (structure.sites[pair.a as usize], structure.sites[pair.b as usize]);
        let distance = structure.lattice.cart_from_frac(b.frac + shift - a.frac).length();
        assert!((distance - pair.distance_angstrom).abs() < 1e-9 && (distance - 2.8201).abs() < 1e-9);
        assert_ne!(structure.element_of(&a), structure.element_of(&b));
    }
    // The range is half open: the shell at its upper end is not in it.
    assert_eq!(pairs_in_bin(&structure, 2.0, 2.8201).unwrap().found, 0);
    assert_eq!(pairs_in_bin(&structure, 2.8201, 3.0).unwrap().found, 24);
    let many = pairs_in_bin(&structure, 0.0, 40.0).unwrap();
    assert!(many.found > MAX_LISTED && many.pairs.len() == MAX_LISTED);
    assert!(many.pairs.is_sorted_by(|a, b| a.distance_angstrom <= b.distance_angstrom));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_choice_of_the_cell_changes_nothing(
        times in [1_usize..4, 1..4, 1..3],
        a in 3.0..6.0_f64, b in 3.0..6.0_f64, c in 3.0..6.0_f64,
        angles in [70.0..110.0_f64, 70.0..110.0, 70.0..110.0],
        places in prop::collection::vec(([0.0..1.0_f64, 0.0..1.0, 0.0..1.0], 0.1..1.0_f64), 1..5),
    ) {
        let [alpha, beta, gamma] = angles;
        let lattice = Lattice::from_parameters(CellParameters { a, b, c, alpha, beta, gamma });
        prop_assume!(lattice.is_ok());
        let symbols = ["Na", "Cl", "Na", "O"];
        let species: Vec<[(&str, f64); 1]> =
            places.iter().zip(symbols).map(|((_, occupancy), symbol)| [(symbol, *occupancy)]).collect();
        let list: Vec<Place<'_>> = places.iter().zip(&species).map(|((frac, _), s)| (&s[..], *frac)).collect();
        let small = made(lattice.unwrap(), &list);
        let big = supercell(&small, times);
        let binning = Binning::new(7.0, 35).broadened(0.2);
        let (one, many) = (distribution(&small, binning), distribution(&big, binning));
        prop_assert_eq!(one.pairs.len(), many.pairs.len());
        for (a, b) in one.pairs.iter().zip(&many.pairs) {
            prop_assert_eq!(a.pair, b.pair);
            let curves = [(&a.g, &b.g), (&a.running_cn, &b.running_cn), (&one.total, &many.total)];
            for (x, y) in curves.into_iter().flat_map(|(x, y)| x.iter().zip(y)) {
                prop_assert!((x - y).abs() <= 1e-6 * (1.0 + x.abs()), "{} {}", x, y);
            }
        }
    }

    #[test]
    fn byte_soup_is_refused_or_harmless(
        soup in prop::collection::vec(any::<u8>(), 0..300),
        with_mark in any::<bool>(),
        place in 0_usize..400,
    ) {
        let text = if with_mark { [b"VPD1", &soup[..]].concat() } else { soup.clone() };
        if let Ok(distances) = PairDistances::from_bytes(&text) {
            prop_assert_eq!(distances.to_bytes(), text);
        }
        // Good bytes with one stretch overwritten.
        let mut bytes = PairDistances::new(&caesium_chloride(), 9.0).unwrap().to_bytes();
        let start = place.min(bytes.len());
        let end = bytes.len().min(start + soup.len().min(9));
        let length = end - start;
        bytes[start..end].copy_from_slice(&soup[..length]);
        if let Ok(distances) = PairDistances::from_bytes(&bytes) {
            prop_assert_eq!(distances.to_bytes(), bytes);
        }
    }
}

//! Line shapes and measured powder patterns.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::{fmt::Write as _, path::Path};

use glam::DVec3;
use proptest::prelude::*;
use serde_json::Value;
use vitrine::crystal::{
    analysis::diffraction::{
        CrystalSize, DiffractionError, Displacements, Grid, Pattern, PatternSettings, Probe, ProfileSettings,
        Radiation,
        measured::{
            BackgroundSettings, ComparisonSettings, Measurement, PeakSettings, background, compare,
            find_peaks,
        },
        pattern_of, profile, profile_at,
    },
    element::Element,
    lattice::{CellParameters, Lattice},
    structure::{AsymmetricSite, Displacement, Occupant, Site, Structure},
};

/// Face-centred cubic, with both species on the octahedral pattern of rock salt, or zinc blende.
fn binary(a: f64, symbols: [&str; 2], second: f64) -> Structure {
    let face = [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]].map(DVec3::from_array);
    let asymmetric = symbols.map(|symbol| AsymmetricSite {
        label: symbol.into(),
        occupants: vec![Occupant {
            element: Element::from_symbol(symbol).unwrap(),
            occupancy: 1.0,
            charge: None,
        }],
        disorder: None,
    });
    let site = |asymmetric: u32, frac: DVec3| Site { asymmetric, frac, displacement: Displacement::Unknown };
    let sites = face.iter().flat_map(|p| [site(0, *p), site(1, *p + DVec3::splat(second))]);
    let cell = CellParameters { a, b: a, c: a, alpha: 90.0, beta: 90.0, gamma: 90.0 };
    Structure {
        name: String::new(),
        lattice: Lattice::from_parameters(cell).unwrap(),
        periodic: true,
        asymmetric: asymmetric.into(),
        sites: sites.collect(),
        stated_space_group: None,
        warnings: Vec::new(),
    }
}

fn pattern(structure: &Structure) -> Pattern {
    pattern_of(structure, Probe::XRay, &Displacements::Ignored, &PatternSettings::default()).unwrap()
}

fn salt() -> Pattern {
    pattern(&binary(5.6402, ["Na", "Cl"], 0.5))
}

/// The pattern reduced to one line.
fn single(index: usize) -> Pattern {
    let mut one = salt();
    one.peaks = vec![one.peaks[index].clone()];
    one
}

/// Width at half maximum of a curve with one line, by linear interpolation.
fn measured_width(angles: &[f64], curve: &[f64]) -> f64 {
    let half = 0.5 * curve.iter().copied().fold(0.0, f64::max);
    let crossing =
        |i: usize, j: usize| angles[i] + (angles[j] - angles[i]) * (half - curve[i]) / (curve[j] - curve[i]);
    let first = curve.iter().position(|y| *y >= half).unwrap();
    let last = curve.iter().rposition(|y| *y >= half).unwrap();
    crossing(last, last + 1) - crossing(first, first - 1)
}

#[test]
fn lines_have_their_width_their_area_and_their_place() {
    let one = single(1);
    let centre = one.peaks[0].two_theta_deg;
    for (settings, width) in [
        (ProfileSettings::default(), 0.1),
        (ProfileSettings { eta: 0.0, ..ProfileSettings::default() }, 0.1),
        (
            ProfileSettings {
                eta: 1.0,
                u_deg2: 0.2,
                v_deg2: -0.05,
                w_deg2: 0.03,
                ..ProfileSettings::default()
            },
            // tan(15.86467°) = 0.284179: 0.2·0.080758 − 0.05·0.284179 + 0.03 = 0.031943.
            0.178_725,
        ),
    ] {
        let settings = ProfileSettings { scaled: false, ..settings };
        let grid = Grid { start_deg: centre - 9.0, end_deg: centre + 9.0, step_deg: 0.002 };
        let drawn = profile(&one, &settings, &grid).unwrap();
        let found = measured_width(&drawn.two_theta_deg, &drawn.intensity);
        assert!((found - width).abs() < 1e-4, "{settings:?}: {found}");
        let area: f64 = drawn.intensity.iter().map(|y| y * 0.002).sum();
        // The tails of a Lorentzian beyond ±9° hold 2/π · atan(H/18) of its area.
        let outside = settings.eta * 200.0 / std::f64::consts::PI * (width / 18.0).atan();
        assert!((area + outside - one.peaks[0].intensity).abs() < 0.02, "{settings:?}: {area}");
        let highest = drawn.intensity.iter().copied().fold(0.0, f64::max);
        let top = drawn.intensity.iter().position(|y| *y == highest).unwrap();
        assert!((drawn.two_theta_deg[top] - centre).abs() < 0.002);
    }
}

#[test]
fn small_crystals_widen_lines_in_degrees_not_radians() {
    let size = CrystalSize::from_nm(10.0);
    // 0.9 · 1.54184 / (100 cos 15°) = 0.0143660 rad.
    assert!((size.width_deg(30.0, 1.54184) - 0.823_113).abs() < 1e-5);
    let ideal =
        ProfileSettings { w_deg2: 0.0, eta: 0.0, crystal_size: Some(size), ..ProfileSettings::default() };
    let (width, eta) = ideal.shape(30.0, 1.54184).unwrap();
    assert!((width - 0.823_113).abs() < 1e-5 && (eta - 1.0).abs() < 1e-4, "{width} {eta}");
    // Gaussian and Lorentzian of one width fold to 1.6376 widths (Olivero and Longbothum 1977), within 0.2 %.
    let gauss = ProfileSettings { w_deg2: 0.823_113_f64.powi(2), ..ideal };
    let (width, eta) = gauss.shape(30.0, 1.54184).unwrap();
    assert!((width / 0.823_113 - 1.6376).abs() < 0.0035, "{width}");
    assert!((0.6..0.75).contains(&eta), "{eta}");
    // Lorentzian widths add.
    let lorentz = ProfileSettings { eta: 1.0, ..gauss };
    assert!((lorentz.shape(30.0, 1.54184).unwrap().0 / 0.823_113 - 2.0).abs() < 1e-3);
}

#[test]
fn a_doublet_has_two_lines_of_two_to_one() {
    let mut far = single(1);
    far.peaks[0] = salt().peaks.pop().unwrap();
    let d = far.peaks[0].d_angstrom;
    let settings = ProfileSettings {
        doublet: true,
        eta: 0.0,
        w_deg2: 0.0009,
        scaled: false,
        ..ProfileSettings::default()
    };
    let place = |name: &str| {
        let wavelength = name.parse::<Radiation>().unwrap().wavelength_angstrom();
        2.0 * (0.5 * wavelength / d).asin().to_degrees()
    };
    let (first, second) = (place("CuKa1"), place("CuKa2"));
    let curve = profile_at(&far, &settings, &[first, second]).unwrap();
    assert!((curve[0] / curve[1] - 2.0).abs() < 1e-3, "{curve:?}");
    let alone =
        profile_at(&far, &ProfileSettings { doublet: false, ..settings }, &[far.peaks[0].two_theta_deg]);
    assert!((curve[0] / alone.unwrap()[0] - 2.0 / 3.0).abs() < 1e-3);
}

#[test]
fn tails_are_cut_below_a_millionth() {
    let settings = ProfileSettings { scaled: false, ..ProfileSettings::default() };
    let grid = Grid { start_deg: 10.0, end_deg: 90.0, step_deg: 0.02 };
    let whole = profile(&salt(), &settings, &grid).unwrap();
    let mut sum = vec![0.0; whole.intensity.len()];
    for peak in &salt().peaks {
        let (width, eta) = settings.shape(peak.two_theta_deg, 1.54184).unwrap();
        for (angle, y) in whole.two_theta_deg.iter().zip(&mut sum) {
            let x = 2.0 * (angle - peak.two_theta_deg) / width;
            let lorentz = 2.0 / (std::f64::consts::PI * width) / (1.0 + x * x);
            let ln2 = std::f64::consts::LN_2;
            let gauss = 2.0 * (ln2 / std::f64::consts::PI).sqrt() / width * (-ln2 * x * x).exp();
            *y += peak.intensity * (eta * lorentz + (1.0 - eta) * gauss);
        }
    }
    let highest = sum.iter().copied().fold(0.0, f64::max);
    let most = 2e-6 * highest * salt().peaks.len() as f64;
    for (found, exact) in whole.intensity.iter().zip(&sum) {
        assert!((found - exact).abs() < most, "{found} {exact}");
    }
    assert_ne!(whole.intensity, sum);
}

#[test]
fn impossible_profiles_are_refused() {
    let of = |settings: &ProfileSettings| profile_at(&salt(), settings, &[30.0]).unwrap_err().to_string();
    let usual = ProfileSettings::default();
    assert!(of(&ProfileSettings { w_deg2: -1.0, ..usual }).contains("no width"));
    assert!(of(&ProfileSettings { eta: 1.5, ..usual }).contains("between 0 and 1"));
    assert!(of(&ProfileSettings { u_deg2: f64::NAN, ..usual }).contains("finite"));
    assert!(
        of(&ProfileSettings { crystal_size: Some(CrystalSize::from_nm(0.0)), ..usual }).contains("positive")
    );
    for (start_deg, end_deg, step_deg) in [
        (10.0, 5.0, 0.1),
        (0.0, 90.0, 0.0),
        (0.0, 90.0, 1e-9),
        (f64::NAN, 90.0, 0.1),
        (0.0, f64::INFINITY, 0.1),
    ] {
        let grid = Grid { start_deg, end_deg, step_deg };
        assert!(matches!(profile(&salt(), &usual, &grid), Err(DiffractionError::Grid { .. })), "{grid:?}");
    }
    assert_eq!(Grid { start_deg: 0.0, end_deg: 0.3, step_deg: 0.1 }.angles_deg().unwrap().len(), 4);
}

#[test]
fn columns_are_read_in_every_dialect() {
    let points = |text: &str| {
        let read = Measurement::parse(text.as_bytes()).unwrap();
        (read.two_theta_deg, read.intensity)
    };
    let expected = (vec![10.0, 10.5], vec![100.0, 120.5]);
    for text in [
        "10 100\n10.5 120.5\n",
        "10.0,100\r\n10.5,120.5\r\n",
        "10\t100\r10.5\t120.5",
        "\u{feff}2theta;counts\n10,0;100\n10,5;120,5\n",
        "Angle, Intensity\n10.0, 100\n10.5, 120.5",
        "# comment\n! another\n' third\n\n10 1e2 # here\n  10.5   1.205E2  \n",
        "10,0 100,0\n10,5 120,5\n",
        "*TYPE = Raw\n\"10.0\",\"100\"\n\"10.5\",\"120.5\"\n",
        "10,0\t100\n10,5\t120,5\n",
        "10 100 1 2 3\n10.5 120.5 1 2 3\n",
        "10.5 120.5\n10 100\n",
        "10 90\n10 110\n10.5 120.5\n",
        "9 NaN\n10 100\n10.5 120.5\n",
    ] {
        assert_eq!(points(text), expected, "{text:?}");
    }
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("10 100\n10.5 120.5".bytes().flat_map(|b| [b, 0])).collect();
    assert_eq!(Measurement::parse(&wide).unwrap().intensity, expected.1);
    assert_eq!(Measurement::parse(b"\xe9t\xe9\n10 100\n10.5 120.5").unwrap().intensity, expected.1);
}

#[test]
fn standard_deviations_and_repairs_are_told() {
    let read = |text: &str| Measurement::parse(text.as_bytes()).unwrap();
    assert_eq!(read("10 100 5\n11 144 6\n").sigma, [5.0, 6.0]);
    assert_eq!(read("10 100\n11 0\n").sigma, [10.0, 1.0]);
    let four = read("10 100 5 7\n11 144 6 7\n");
    assert_eq!(four.sigma, [10.0, 12.0]);
    assert!(four.notes[0].contains("Columns after"), "{:?}", four.notes);
    let mixed = read("11 144\n10 inf\n10 nan\n9 100\n9 100\n");
    assert_eq!(mixed.two_theta_deg, [9.0, 11.0]);
    assert!((mixed.sigma[0] - 10.0 / 2.0_f64.sqrt()).abs() < 1e-12);
    let notes = mixed.notes.join("\n");
    assert!(notes.contains("order of 2θ") && notes.contains("averaged"), "{notes}");
}

#[test]
fn a_broken_line_is_named() {
    let error = |text: &str| Measurement::parse(text.as_bytes()).unwrap_err().to_string();
    assert!(error("2theta counts\n10 100\n\n11 abc\n12 5").starts_with("line 4: \"11 abc\""));
    assert!(error("10 100\n270 100\n").starts_with("line 2: 2θ has to be between"));
    assert!(error("").contains("fewer than two rows"));
    assert!(error("only words\n").contains("fewer than two rows"));
    assert!(error("10 100").contains("fewer than two rows"));
}

fn reference() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/diffraction.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn prominences_are_those_of_scipy() {
    let entry = &reference()["prominences"];
    let intensity: Vec<f64> = serde_json::from_value(entry["intensity"].clone()).unwrap();
    let rows: Vec<[f64; 4]> = serde_json::from_value(entry["peaks"].clone()).unwrap();
    assert!(rows.len() > 20);
    let measurement = Measurement {
        two_theta_deg: (0..intensity.len()).map(|i| 10.0 + 0.05 * i as f64).collect(),
        sigma: vec![1.0; intensity.len()],
        intensity,
        notes: Vec::new(),
    };
    let all = PeakSettings { least_share: 0.0, least_sigmas: 0.0 };
    let nothing = vec![0.0; measurement.intensity.len()];
    let found = find_peaks(&measurement, &nothing, &all);
    assert_eq!(found.len(), rows.len());
    for (peak, [top, height, prominence, width]) in found.iter().zip(&rows) {
        assert!((peak.height - height).abs() < 1e-9, "{peak:?} {height}");
        assert!((peak.prominence - prominence).abs() < 1e-9, "{peak:?} {prominence}");
        assert!((peak.width_deg - width).abs() < 1e-9, "{peak:?} {width}");
        assert!((peak.two_theta_deg - top).abs() <= *width, "{peak:?} {top}");
    }
    // The five lines that were put in stand out of the noise.
    let strong = find_peaks(&measurement, &nothing, &PeakSettings::default());
    let places: Vec<f64> = strong.iter().filter(|p| p.prominence > 10.0).map(|p| p.two_theta_deg).collect();
    for (place, expected) in places.iter().zip([12.0, 12.7, 17.0, 17.9, 25.0]) {
        assert!((place - expected).abs() < 0.1, "{places:?}");
    }
    assert_eq!(places.len(), 5);
}

/// Numbers that look random, between −1 and 1.
fn noise(seed: u64) -> impl Iterator<Item = f64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    })
}

/// Text of a measurement: 40 counts per intensity, a falling background, noise of about √I, a zero shift.
fn simulated(pattern: &Pattern, shift_deg: f64) -> String {
    let settings = ProfileSettings { zero_shift_deg: shift_deg, scaled: false, ..ProfileSettings::default() };
    let grid = Grid { start_deg: 15.0, end_deg: 90.0, step_deg: 0.02 };
    let drawn = profile(pattern, &settings, &grid).unwrap();
    let mut text = String::from("# simulated\n");
    for ((angle, y), random) in drawn.two_theta_deg.iter().zip(&drawn.intensity).zip(noise(5)) {
        let counts = 40.0 * y + 200.0 + 300.0 * (-angle / 30.0).exp();
        writeln!(text, "{angle:.4} {:.1}", counts + 1.7 * random * counts.sqrt()).unwrap();
    }
    text
}

#[test]
fn a_background_passes_under_the_lines() {
    let measurement = Measurement::parse(simulated(&salt(), 0.0).as_bytes()).unwrap();
    let base = background(&measurement, &BackgroundSettings::default());
    for (angle, found) in measurement.two_theta_deg.iter().zip(&base) {
        let truth = 200.0 + 300.0 * (-angle / 30.0).exp();
        assert!((0.75 * truth..1.25 * truth).contains(found), "{angle}: {found} for {truth}");
    }
    let flat = Measurement {
        two_theta_deg: (0..100).map(f64::from).collect(),
        intensity: vec![50.0; 100],
        sigma: vec![7.0; 100],
        notes: Vec::new(),
    };
    assert!(
        background(&flat, &BackgroundSettings { half_window_deg: 20.0 })
            .iter()
            .all(|b| (b - 50.0).abs() < 1e-9)
    );
}

#[test]
fn a_measurement_of_the_same_crystal_fits_and_another_does_not() {
    let calculated = salt();
    let shift = 0.083;
    let measurement = Measurement::parse(simulated(&calculated, shift).as_bytes()).unwrap();
    let same = compare(&calculated, &measurement, &ComparisonSettings::default()).unwrap();
    assert!((same.matching.zero_shift_deg - shift).abs() < 0.003, "{}", same.matching.zero_shift_deg);
    assert!((same.scale / 40.0 - 1.0).abs() < 0.02, "{}", same.scale);
    assert!(
        same.r_wp < 0.08 && same.r_wp_without_background < 0.12,
        "{} {}",
        same.r_wp,
        same.r_wp_without_background
    );
    // The (311) line has 0.8 % of the strongest (331): the others must all be there.
    assert!(same.matching.pairs.len() >= 8, "{:?}", same.matching);
    assert!(same.matching.mean_difference_deg.unwrap() < 0.01);
    assert!(same.matching.smith_snyder.unwrap() > 50.0);
    assert_eq!(same.calculated.len(), measurement.intensity.len());
    // F_N by its definition.
    let pairs = &same.matching.pairs;
    let mean = pairs.iter().map(|p| p.difference_deg.abs()).sum::<f64>() / pairs.len() as f64;
    let possible = pairs.iter().map(|p| p.calculated).max().unwrap() + 1;
    let expected = pairs.len() as f64 / (mean * possible as f64);
    assert!((same.matching.smith_snyder.unwrap() / expected - 1.0).abs() < 1e-9);

    let other = pattern(&binary(5.431, ["Zn", "S"], 0.25));
    let wrong = compare(&other, &measurement, &ComparisonSettings::default()).unwrap();
    assert!(wrong.r_wp_without_background > 0.8, "{}", wrong.r_wp_without_background);
    assert!(wrong.matching.pairs.len() < same.matching.pairs.len());
    assert!(wrong.matching.unexplained.len() > same.matching.unexplained.len());
}

#[test]
fn every_peak_is_used_once() {
    let calculated = salt();
    let measurement = Measurement::parse(simulated(&calculated, -0.1).as_bytes()).unwrap();
    // A window wide enough for neighbours.
    let settings = ComparisonSettings { window_deg: 5.0, ..ComparisonSettings::default() };
    let found = compare(&calculated, &measurement, &settings).unwrap().matching;
    let mut measured: Vec<usize> = found.pairs.iter().map(|p| p.measured).collect();
    let mut indices: Vec<usize> = found.pairs.iter().map(|p| p.calculated).collect();
    measured.dedup();
    indices.sort_unstable();
    indices.dedup();
    assert_eq!((measured.len(), indices.len()), (found.pairs.len(), found.pairs.len()));
    assert!((found.zero_shift_deg + 0.1).abs() < 0.02, "{}", found.zero_shift_deg);
}

#[test]
fn an_empty_pattern_explains_nothing() {
    let mut empty = salt();
    let measurement = Measurement::parse(simulated(&empty, 0.0).as_bytes()).unwrap();
    empty.peaks.clear();
    let found = compare(&empty, &measurement, &ComparisonSettings::default()).unwrap();
    assert_eq!(found.scale, 0.0);
    assert!(found.matching.pairs.is_empty() && found.matching.smith_snyder.is_none());
    assert!(found.r_wp_without_background > 0.9 && found.r_wp.is_finite());
    let bad = ComparisonSettings { window_deg: f64::NAN, ..ComparisonSettings::default() };
    assert!(compare(&empty, &measurement, &bad).is_err());
}

proptest! {
    #[test]
    fn byte_soup_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(Measurement::parse(&bytes))?;
    }

    #[test]
    fn number_soup_is_read_or_refused(text in "([0-9.,;+eE -]{1,12}[\\t ,;\\n]){0,60}") {
        check(Measurement::parse(text.as_bytes()))?;
    }
}

/// Whatever was read is in order and can be compared.
fn check(read: Result<Measurement, DiffractionError>) -> Result<(), TestCaseError> {
    let Ok(read) = read else { return Ok(()) };
    prop_assert!(read.two_theta_deg.windows(2).all(|pair| pair[0] < pair[1]));
    prop_assert!(read.intensity.iter().all(|y| y.is_finite()) && read.sigma.iter().all(|s| *s > 0.0));
    let base = background(&read, &BackgroundSettings::default());
    prop_assert_eq!(base.len(), read.intensity.len());
    let peaks = find_peaks(&read, &base, &PeakSettings::default());
    prop_assert!(peaks.iter().all(|peak| peak.prominence > 0.0 && peak.two_theta_deg.is_finite()));
    Ok(())
}

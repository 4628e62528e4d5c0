//! Reflections: form factors, structure factors, wavelengths, storing, and what must hold for any crystal.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "support/diffraction.rs"]
mod support;

use glam::DVec3;
use proptest::prelude::*;
use support::{Filled, cubic, diamond, element, parity, recorded, reference, structure, xray};
use vitrine::crystal::{
    analysis::diffraction::{
        DiffractionError, Displacements, Pattern, PatternSettings, Probe, Radiation, Reflections,
        scattering::Scattering, structure_factor,
    },
    element::Element,
    lattice::{CellParameters, Lattice},
    structure::{Displacement, Structure},
};

#[test]
fn form_factors_are_held_where_they_would_rise_again() {
    // (s of the minimum, value there): independent numbers for the same table.
    for (symbol, s, value) in [
        ("H", 0.850, 0.0),
        ("C", 1.680, 0.429),
        ("O", 1.787, 0.778),
        ("Si", 1.585, 1.121),
        ("I", 1.814, 9.56),
    ] {
        let scattering = Scattering::of(element(symbol), Probe::XRay).unwrap();
        assert!((scattering.held_beyond().unwrap().sqrt() - s).abs() < 6e-4, "{symbol}");
        for beyond in [s, 2.0 * s, 10.0 * s] {
            assert!((scattering.amplitude(beyond * beyond) - value).abs() < 6e-3, "{symbol} at {beyond}");
        }
    }
    for number in 1..=98 {
        let element = Element::from_number(number).unwrap();
        let scattering = Scattering::of(element, Probe::XRay).unwrap();
        assert_eq!(scattering.amplitude(0.0), f64::from(number));
        let curve: Vec<f64> = (0..400).map(|i| scattering.amplitude((f64::from(i) * 0.01).powi(2))).collect();
        assert!(curve.windows(2).all(|pair| pair[1] <= pair[0]), "{element}");
    }
    assert!(Scattering::of(Element::from_number(99).unwrap(), Probe::XRay).is_err());
    assert!(Scattering::of(element("Po"), Probe::Neutron).is_err());
    assert_eq!(Scattering::of(element("H"), Probe::Neutron).unwrap().amplitude(0.3), -3.739);
}

#[test]
fn one_structure_factor_agrees_with_the_reflections() {
    let entry = &reference()["structures"]["Li10GeP2S12"];
    let structure = recorded(entry);
    for probe in [Probe::XRay, Probe::Neutron] {
        let reflections = Reflections::new(&structure, probe, &Displacements::Ignored, 0.6).unwrap();
        for reflection in reflections.iter().step_by(7) {
            let one = structure_factor(&structure, probe, &Displacements::Ignored, reflection.hkl).unwrap();
            let scale = structure.sites.len() as f64;
            assert!(
                (one.amplitude.powi(2) - reflection.f_squared).abs() < 1e-8 * scale * scale,
                "{reflection:?}"
            );
            assert!((one.d_angstrom * reflection.g_per_angstrom - 1.0).abs() < 1e-12);
            // Friedel: the opposite reflection has the opposite phase.
            let opposite =
                structure_factor(&structure, probe, &Displacements::Ignored, reflection.hkl.map(|i| -i))
                    .unwrap();
            assert!((one.amplitude - opposite.amplitude).abs() < 1e-8 * scale);
            let (re, im) = one.contributions.iter().fold((0.0, 0.0), |(x, y), (a, b)| (x + a, y + b));
            assert!((re - one.amplitude * one.phase_rad.cos()).abs() < 1e-9 * scale);
            assert!((im - one.amplitude * one.phase_rad.sin()).abs() < 1e-9 * scale);
        }
    }
    assert!(structure_factor(&structure, Probe::XRay, &Displacements::Ignored, [0; 3]).is_err());
}

/// More atoms of one element than are summed at once, on all cores.
#[test]
fn many_atoms_are_summed_as_few_are() {
    let place = |i: u32| {
        let x = f64::from(i);
        (DVec3::new(x * 0.618_034, x * x * 0.000_7, x * 0.414_214 + 0.1), vec![(element("C"), 1.0)])
    };
    let cell = CellParameters { a: 24.0, b: 28.0, c: 26.0, alpha: 80.0, beta: 95.0, gamma: 105.0 };
    let sites: Vec<Filled> = (0..1100).map(place).collect();
    let mut large = structure(Lattice::from_parameters(cell).unwrap(), &sites);
    for (index, site) in large.sites.iter_mut().enumerate() {
        site.displacement = Displacement::Isotropic(0.01 + 0.000_02 * index as f64);
    }
    for displacements in [Displacements::Ignored, Displacements::FromStructure] {
        let reflections = Reflections::new(&large, Probe::XRay, &displacements, 0.7).unwrap();
        assert!(reflections.len() * 1100 > 8_000_000);
        for reflection in reflections.iter().step_by(501) {
            let one = structure_factor(&large, Probe::XRay, &displacements, reflection.hkl).unwrap();
            let difference = (one.amplitude.powi(2) - reflection.f_squared).abs();
            assert!(difference < 1e-6, "{reflection:?} {}", one.amplitude.powi(2));
        }
    }
}

#[test]
fn exact_back_reflection_is_left_out() {
    let iron = [DVec3::ZERO, DVec3::splat(0.5)].map(|p| (p, vec![(element("Fe"), 1.0)]));
    let a = 2.866;
    let radiation = Radiation::new(2.0 * a / 6.0_f64.sqrt()).unwrap();
    let settings = PatternSettings { radiation, ..parity("CuKa", None) };
    let found = xray(&structure(cubic(a), &iron), &settings);
    let names: Vec<[i32; 3]> = found.peaks.iter().map(|peak| peak.families[0].hkl).collect();
    assert_eq!(names, [[1, 1, 0], [2, 0, 0]]);
    assert!(found.peaks.iter().all(|peak| peak.intensity.is_finite()));
}

#[test]
fn reflections_serve_every_wavelength_and_range_they_cover() {
    let structure = recorded(&reference()["structures"]["TiO2"]);
    let molybdenum = parity("MoKa", Some(50.0));
    let far = molybdenum.g_max_per_angstrom().unwrap();
    let reflections = Reflections::new(&structure, Probe::XRay, &Displacements::Ignored, far).unwrap();
    let copper = parity("CuKa", Some(60.0));
    assert!(reflections.covers(copper.g_max_per_angstrom().unwrap()));
    assert_eq!(Pattern::new(&reflections, &copper).unwrap(), xray(&structure, &copper));
    let part = PatternSettings { lower_deg: 30.0, ..copper };
    let cut = Pattern::new(&reflections, &part).unwrap();
    assert!(cut.peaks.iter().all(|peak| (30.0..=60.0).contains(&peak.two_theta_deg)));
    let too_far = Pattern::new(&reflections, &parity("CuKa", None));
    assert!(matches!(too_far, Err(DiffractionError::NotCovered { .. })), "{too_far:?}");
}

#[test]
fn reflections_survive_storing_and_reject_anything_else() {
    let structure = recorded(&reference()["structures"]["Graphite"]);
    for reflections in [
        Reflections::new(&structure, Probe::Neutron, &Displacements::FromStructure, 1.0).unwrap(),
        Reflections::symmetrized(&structure, Probe::XRay, &Displacements::Ignored, 1.0).unwrap(),
    ] {
        let bytes = reflections.to_bytes();
        assert_eq!(Reflections::from_bytes(&bytes).unwrap(), reflections);
        for end in 0..bytes.len() {
            assert!(Reflections::from_bytes(&bytes[..end]).is_err(), "{end}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(Reflections::from_bytes(&longer).is_err());
        let mut other = bytes.clone();
        other[4] ^= 1;
        assert_eq!(
            Reflections::from_bytes(&other),
            Err(DiffractionError::Stored("they are of another version"))
        );
        // A count of four thousand million reserves nothing.
        let mut huge = bytes;
        huge[15..19].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(Reflections::from_bytes(&huge), Err(DiffractionError::Stored("they are cut off")));
    }
}

#[test]
fn radiations_are_read_and_written() {
    for radiation in Radiation::ALL {
        assert_eq!(radiation.to_string().parse::<Radiation>().unwrap(), radiation);
    }
    let wavelength = |text: &str| text.parse::<Radiation>().unwrap().wavelength_angstrom();
    assert_eq!(wavelength("CuKb"), 1.39222);
    assert_eq!(wavelength("cu kα₁"), 1.54056);
    assert_eq!(wavelength("AgKβ"), 0.497_082);
    assert_eq!(wavelength("0.7"), 0.7);
    assert_eq!(wavelength("1.5406 Å"), 1.5406);
    assert_eq!(wavelength(&Radiation::new(1.25).unwrap().to_string()), 1.25);
    for bad in ["", "CuKc", "-1", "nan", "0", "inf", "1e9", "XyKa"] {
        assert!(bad.parse::<Radiation>().is_err(), "{bad}");
    }
    let doublet = Radiation::CU_KA.doublet().unwrap().map(|line| line.name().unwrap());
    assert_eq!(doublet, ["CuKa1", "CuKa2"]);
    assert!(Radiation::ALL.into_iter().filter(|line| line.doublet().is_some()).count() == 6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn moving_the_origin_changes_no_intensity(
        places in proptest::collection::vec((0.0..1.0, 0.0..1.0, 0.0..1.0), 1..7),
        shift in (-3.0..3.0, -3.0..3.0, -3.0..3.0),
        angles in (70.0..110.0, 70.0..110.0, 70.0..110.0),
    ) {
        let cell =
            CellParameters { a: 4.0, b: 5.0, c: 6.5, alpha: angles.0, beta: angles.1, gamma: angles.2 };
        let lattice = Lattice::from_parameters(cell).unwrap();
        let symbols = ["O", "Ti", "H"];
        let filled = |shift: DVec3| -> Vec<Filled> {
            let place = |(index, (x, y, z)): (usize, &(f64, f64, f64))| {
                (DVec3::new(*x, *y, *z) + shift, vec![(element(symbols[index % 3]), 1.0)])
            };
            places.iter().enumerate().map(place).collect()
        };
        let plain = structure(lattice, &filled(DVec3::ZERO));
        let moved = structure(lattice, &filled(DVec3::new(shift.0, shift.1, shift.2)));
        for probe in [Probe::XRay, Probe::Neutron] {
            let of = |s: &Structure| Reflections::new(s, probe, &Displacements::Ignored, 0.6).unwrap();
            for (a, b) in of(&plain).iter().zip(of(&moved).iter()) {
                prop_assert_eq!(a.hkl, b.hkl);
                prop_assert!((a.f_squared - b.f_squared).abs() < 1e-7, "{:?} {:?}", a, b);
            }
        }
    }

    /// The rows find exactly the points that a search through a large box finds.
    #[test]
    fn every_point_of_the_sphere_is_there(
        lengths in (3.0..9.0, 3.0..9.0, 3.0..9.0),
        angles in (50.0..100.0, 55.0..100.0, 60.0..100.0),
    ) {
        let (alpha, beta, gamma): (f64, f64, f64) = angles;
        let cell = CellParameters { a: lengths.0, b: lengths.1, c: lengths.2, alpha, beta, gamma };
        let Ok(lattice) = Lattice::from_parameters(cell) else { return Ok(()) };
        let one = structure(lattice, &[(DVec3::ZERO, vec![(element("C"), 1.0)])]);
        let g_max = 0.7;
        let reflections = Reflections::new(&one, Probe::XRay, &Displacements::Ignored, g_max).unwrap();
        let [a, b, c] = lattice.reciprocal_vectors();
        let mut count = 0;
        for (h, k, l) in (-9..=9).flat_map(|h| (-9..=9).flat_map(move |k| (-9..=9).map(move |l| (h, k, l)))) {
            let g = f64::from(h) * a + f64::from(k) * b + f64::from(l) * c;
            count += usize::from(g.length() > 0.0 && g.length() <= g_max);
        }
        prop_assert_eq!(2 * reflections.len(), count);
    }

    #[test]
    fn byte_soup_is_no_reflections(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Reflections::from_bytes(&bytes).is_err());
        let mut headed = b"VXRF\x01\x00".to_vec();
        headed.extend(&bytes);
        // Soup behind a good head may by chance be an empty list, but nothing else.
        if let Ok(reflections) = Reflections::from_bytes(&headed) {
            prop_assert!(reflections.is_empty());
        }
    }

    #[test]
    fn damaged_bytes_never_break_anything(place in 0_usize..2000, value in any::<u8>()) {
        let reflections =
            Reflections::symmetrized(&diamond(5.431), Probe::XRay, &Displacements::Ignored, 0.9).unwrap();
        let mut bytes = reflections.to_bytes();
        let place = place % bytes.len();
        bytes[place] = value;
        if let Ok(read) = Reflections::from_bytes(&bytes) {
            // Whatever was accepted can be drawn.
            let settings = PatternSettings { upper_deg: Some(40.0), ..PatternSettings::default() };
            if let Ok(pattern) = Pattern::new(&read, &settings) {
                prop_assert!(pattern.peaks.iter().all(|peak| peak.intensity.is_finite()));
            }
        }
    }
}

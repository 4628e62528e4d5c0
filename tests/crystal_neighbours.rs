//! The neighbour list against brute force, against shells known by geometry, and against hostile input.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use glam::{DMat3, DVec3};
use proptest::prelude::*;
use vitrine::crystal::{
    element::Element,
    lattice::{CellParameters, Lattice},
    neighbours::{NeighbourError, NeighbourList},
    structure::{AsymmetricSite, Displacement, Occupant, Site, Structure},
};

fn structure(lattice: Lattice, periodic: bool, frac: &[DVec3]) -> Structure {
    let occupants = vec![Occupant { element: Element::HYDROGEN, occupancy: 1.0, charge: None }];
    let sites =
        frac.iter().map(|&frac| Site { asymmetric: 0, frac, displacement: Displacement::Unknown }).collect();
    Structure {
        name: String::new(),
        lattice,
        periodic,
        asymmetric: vec![AsymmetricSite { label: "H1".into(), occupants, disorder: None }],
        sites,
        stated_space_group: None,
        warnings: Vec::new(),
    }
}

fn cubic(a: f64) -> Lattice {
    let cell = CellParameters { a, b: a, c: a, alpha: 90.0, beta: 90.0, gamma: 90.0 };
    Lattice::from_parameters(cell).unwrap()
}

/// Neighbours of one site as (site, image, distance), sorted.
type Shell = Vec<(u32, [i8; 3], f64)>;

fn listed(list: &NeighbourList, site: usize) -> Shell {
    let mut shell: Shell = list.of(site).iter().map(|n| (n.site, n.image, n.distance_angstrom)).collect();
    shell.sort_by_key(|entry| (entry.0, entry.1));
    shell
}

/// Every image within a range that is safely too large.
fn brute_force(structure: &Structure, cutoff: f64, site: usize) -> Shell {
    let reach = |spacing: f64| if structure.periodic { (cutoff / spacing).ceil() as i8 + 1 } else { 0 };
    let [na, nb, nc] = structure.lattice.plane_spacings_angstrom().map(reach);
    let from = structure.sites[site].frac;
    let mut shell = Vec::new();
    for (index, other) in structure.sites.iter().enumerate() {
        for a in -na..=na {
            for b in -nb..=nb {
                for c in -nc..=nc {
                    let frac = other.frac - from + DVec3::new(a.into(), b.into(), c.into());
                    let distance = structure.lattice.cart_from_frac(frac).length();
                    if distance <= cutoff && (index != site || [a, b, c] != [0; 3]) {
                        shell.push((index as u32, [a, b, c], distance));
                    }
                }
            }
        }
    }
    shell.sort_by_key(|entry| (entry.0, entry.1));
    shell
}

fn assert_same(structure: &Structure, cutoff: f64) -> Result<(), TestCaseError> {
    let list = NeighbourList::new(structure, cutoff).unwrap();
    for site in 0..structure.sites.len() {
        let (found, expected) = (listed(&list, site), brute_force(structure, cutoff, site));
        prop_assert_eq!(found.len(), expected.len());
        for (f, e) in found.iter().zip(&expected) {
            prop_assert_eq!((f.0, f.1), (e.0, e.1));
            prop_assert!((f.2 - e.2).abs() < 1e-9);
        }
    }
    Ok(())
}

fn coordinate() -> impl Strategy<Value = f64> {
    // Zero and the last number below one are where binning goes wrong.
    prop_oneof![8 => 0.0..1.0_f64, 1 => Just(0.0), 1 => Just(1.0 - f64::EPSILON)]
}

fn point() -> impl Strategy<Value = DVec3> {
    (coordinate(), coordinate(), coordinate()).prop_map(|(x, y, z)| DVec3::new(x, y, z))
}

/// Cells from slivers to needles, left-handed ones included.
fn lattice() -> impl Strategy<Value = Lattice> {
    proptest::array::uniform9(-6.0..6.0_f64).prop_filter_map("flat", |m| {
        let vectors = DMat3::from_cols_array(&m);
        let lattice = Lattice::from_vectors([vectors.x_axis, vectors.y_axis, vectors.z_axis]).ok()?;
        let thin = lattice.plane_spacings_angstrom().into_iter().fold(f64::INFINITY, f64::min);
        (thin > 0.6).then_some(lattice)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn skewed_and_tiny_cells_agree_with_brute_force(
        lattice in lattice(),
        points in proptest::collection::vec(point(), 1..6),
        cutoff in 0.5..5.0_f64,
    ) {
        assert_same(&structure(lattice, true, &points), cutoff)?;
    }

    #[test]
    fn large_cells_agree_with_brute_force(
        points in proptest::collection::vec(point(), 1..60),
        gamma in 40.0..140.0_f64,
        cutoff in 0.5..6.0_f64,
    ) {
        let cell = CellParameters { a: 14.0, b: 11.0, c: 17.0, alpha: 90.0, beta: 95.0, gamma };
        assert_same(&structure(Lattice::from_parameters(cell).unwrap(), true, &points), cutoff)?;
    }

    #[test]
    fn molecules_have_no_images(
        points in proptest::collection::vec(point(), 1..40),
        size in 0.1..30.0_f64,
        cutoff in 0.5..6.0_f64,
    ) {
        let points: Vec<_> = points.into_iter().map(|point| (point - 0.5) * size).collect();
        assert_same(&structure(Lattice::UNIT, false, &points), cutoff)?;
    }

    #[test]
    fn sites_outside_their_cell_keep_their_images(
        points in proptest::collection::vec(point(), 1..5),
        cutoff in 0.5..5.0_f64,
    ) {
        let points: Vec<_> = points.into_iter().map(|point| (point - 0.5) * 4.0).collect();
        let structure = structure(cubic(4.0), true, &points);
        let list = NeighbourList::new(&structure, cutoff).unwrap();
        for (index, site) in structure.sites.iter().enumerate() {
            for near in list.of(index) {
                let image = DVec3::from_array(near.image.map(f64::from));
                let apart = structure.sites[near.site as usize].frac + image - site.frac;
                let distance = structure.lattice.cart_from_frac(apart).length();
                prop_assert!((distance - near.distance_angstrom).abs() < 1e-9);
            }
        }
    }
}

#[test]
fn shells_of_a_primitive_cubic_cell_are_its_own_images() {
    let one = structure(cubic(4.123), true, &[DVec3::ZERO]);
    for (cutoff, count) in [(4.1, 0), (4.123, 6), (5.84, 18), (7.15, 26)] {
        assert_eq!(NeighbourList::new(&one, cutoff).unwrap().of(0).len(), count, "within {cutoff} Å");
    }
}

#[test]
fn two_sites_at_one_place_see_each_other() {
    let pair = structure(cubic(5.0), true, &[DVec3::splat(0.25); 2]);
    let list = NeighbourList::new(&pair, 1.0).unwrap();
    assert_eq!(listed(&list, 0), [(1, [0, 0, 0], 0.0)]);
    assert_eq!(listed(&list, 1), [(0, [0, 0, 0], 0.0)]);
}

/// Threads share the work from some size on; the list must not show it.
#[test]
fn a_large_supercell_repeats_the_shells_of_its_cell() {
    let n = 30;
    let points: Vec<_> = (0..n * n * n)
        .map(|i| DVec3::new(f64::from(i / (n * n)), f64::from(i / n % n), f64::from(i % n)) / f64::from(n))
        .collect();
    let large = structure(cubic(3.0 * f64::from(n)), true, &points);
    let list = NeighbourList::new(&large, 3.1).unwrap();
    assert_eq!(list.site_count(), points.len());
    assert_eq!(list.neighbour_count(), 6 * points.len());
    assert!((0..points.len()).all(|site| list.of(site).len() == 6));
}

#[test]
fn a_million_sites_at_one_place_are_refused() {
    let crowd = structure(cubic(10.0), true, &vec![DVec3::splat(0.5); 1_000_000]);
    let error = NeighbourList::new(&crowd, 3.0).err();
    assert_eq!(error, Some(NeighbourError::TooDense { cutoff_angstrom: 3.0, sites: 1_000_000 }));
    let dense = structure(cubic(0.1), true, &[DVec3::ZERO]);
    assert!(matches!(NeighbourList::new(&dense, 50.0), Err(NeighbourError::TooFar { .. })));
}

#[test]
fn odd_input_is_an_error_or_an_empty_list() {
    let one = structure(cubic(4.0), true, &[DVec3::ZERO]);
    for cutoff in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(NeighbourList::new(&one, cutoff), Err(NeighbourError::Cutoff { .. })));
    }
    for periodic in [true, false] {
        let none = structure(Lattice::UNIT, periodic, &[]);
        assert_eq!(NeighbourList::new(&none, 3.0).unwrap().neighbour_count(), 0);
        let lost = structure(cubic(4.0), periodic, &[DVec3::NAN, DVec3::ZERO]);
        assert!(NeighbourList::new(&lost, 1.0).unwrap().of(0).is_empty());
    }
    let far = structure(Lattice::UNIT, false, &[DVec3::splat(-1e12), DVec3::splat(1e12)]);
    assert_eq!(NeighbourList::new(&far, 3.0).unwrap().neighbour_count(), 0);
    assert!(NeighbourList::new(&one, 3.0).unwrap().of(7).is_empty());
}

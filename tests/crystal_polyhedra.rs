//! Coordination polyhedra: volumes, faces and measures of distortion against their formulas.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::path::Path;

use glam::DVec3;
use proptest::prelude::*;
use vitrine::crystal::{
    analysis::coordination::{
        Coordination, Method,
        polyhedra::{Polyhedron, Shape, polyhedra},
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

fn element(symbol: &str) -> Element {
    Element::from_symbol(symbol).unwrap()
}

fn made(lattice: Lattice, atoms: &[(&str, [f64; 3])]) -> Structure {
    let row = |(symbol, _): &(&str, [f64; 3])| AsymmetricSite {
        label: (*symbol).into(),
        occupants: vec![Occupant { element: element(symbol), occupancy: 1.0, charge: None }],
        disorder: None,
    };
    let site = |(index, atom): (usize, &(&str, [f64; 3]))| Site {
        asymmetric: index as u32,
        frac: DVec3::from_array(atom.1),
        displacement: Displacement::Unknown,
    };
    Structure {
        name: String::new(),
        lattice,
        periodic: true,
        asymmetric: atoms.iter().map(row).collect(),
        sites: atoms.iter().enumerate().map(site).collect(),
        stated_space_group: None,
        warnings: Vec::new(),
    }
}

fn cubic(a: f64) -> Lattice {
    let cell = CellParameters { a, b: a, c: a, alpha: 90.0, beta: 90.0, gamma: 90.0 };
    Lattice::from_parameters(cell).unwrap()
}

/// A centre of zinc with ligands of oxygen at these places in Å, in a large cell.
fn around(places: &[DVec3]) -> Vec<Polyhedron> {
    let mut atoms = vec![("Zn", [0.5; 3])];
    atoms.extend(places.iter().map(|place| ("O", (*place / 40.0 + 0.5).to_array())));
    let structure = made(cubic(40.0), &atoms);
    polyhedra(&structure, &Coordination::new(&structure, Method::Default).unwrap())
}

fn tetrahedron(edge_of_cube: f64) -> Vec<DVec3> {
    [[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]]
        .map(|corner| DVec3::from_array(corner) * edge_of_cube / 2.0)
        .to_vec()
}

fn octahedron(a: f64, c: f64) -> Vec<DVec3> {
    [DVec3::X * a, DVec3::Y * a, DVec3::Z * c].into_iter().flat_map(|v| [v, -v]).collect()
}

#[test]
fn regular_bodies_have_no_distortion() {
    let (edge, radius) = (2.2, 2.2 * 3_f64.sqrt() / 2.0);
    let [body] = around(&tetrahedron(edge)).try_into().unwrap();
    assert_eq!((body.shape, body.faces.len(), body.centre), (Shape::Tetrahedron, 4, 0));
    assert!((body.volume_angstrom3 - edge.powi(3) / 3.0).abs() < 1e-9);
    assert!((body.mean_distance_angstrom - radius).abs() < 1e-9);
    let [other] = around(&octahedron(2.0, 2.0)).try_into().unwrap();
    assert_eq!((other.shape, other.faces.len()), (Shape::Octahedron, 8));
    assert!((other.volume_angstrom3 - 4.0 / 3.0 * 8.0).abs() < 1e-9);
    for body in [body, other] {
        assert!(body.distortion_index.abs() < 1e-9);
        assert!(body.bond_angle_variance_deg2.unwrap().abs() < 1e-9);
        assert!((body.quadratic_elongation.unwrap() - 1.0).abs() < 1e-9);
    }
    let cube: Vec<DVec3> = tetrahedron(2.4).into_iter().flat_map(|corner| [corner, -corner]).collect();
    let [cube] = around(&cube).try_into().unwrap();
    assert_eq!((cube.shape, cube.faces.len()), (Shape::Other, 6));
    assert!(cube.faces.iter().all(|face| face.len() == 4), "squares, not triangles");
    assert!((cube.volume_angstrom3 - 2.4_f64.powi(3)).abs() < 1e-9);
    assert_eq!((cube.bond_angle_variance_deg2, cube.quadratic_elongation), (None, None));
}

#[test]
fn distorted_bodies_have_the_distortion_of_the_formulas() {
    // Stretched along one axis: right angles stay, the lengths differ.
    let (a, c) = (1.9_f64, 2.3_f64);
    let [body] = around(&octahedron(a, c)).try_into().unwrap();
    let mean = (4.0 * a + 2.0 * c) / 6.0;
    let index = (4.0 * (mean - a) + 2.0 * (c - mean)) / 6.0 / mean;
    assert!((body.distortion_index - index).abs() < 1e-9);
    assert!(body.bond_angle_variance_deg2.unwrap().abs() < 1e-9);
    let elongation = (4.0 * a * a + 2.0 * c * c) / 6.0 / (a * a * c).powf(2.0 / 3.0);
    assert!((body.quadratic_elongation.unwrap() - elongation).abs() < 1e-9);
    // Sheared by 6° in a plane: eight right angles, two of 84° and two of 96°.
    let angle = 84_f64.to_radians();
    let second = DVec3::new(angle.cos(), angle.sin(), 0.0) * 2.0;
    let sheared =
        [DVec3::X * 2.0, second, DVec3::Z * 2.0].into_iter().flat_map(|v| [v, -v]).collect::<Vec<_>>();
    let [body] = around(&sheared).try_into().unwrap();
    assert!((body.bond_angle_variance_deg2.unwrap() - 4.0 * 36.0 / 11.0).abs() < 1e-9);
    assert!(body.distortion_index.abs() < 1e-9);
    assert!((body.quadratic_elongation.unwrap() - angle.sin().powf(-2.0 / 3.0)).abs() < 1e-9);
}

#[test]
fn prisms_and_flat_groups_are_no_octahedra_and_nothing() {
    let corner = |turn: f64, z: f64| {
        let (sin, cos) = turn.to_radians().sin_cos();
        DVec3::new(1.4 * cos, 1.4 * sin, z)
    };
    let prism: Vec<DVec3> =
        [0.0, 120.0, 240.0].into_iter().flat_map(|turn| [corner(turn, 1.4), corner(turn, -1.4)]).collect();
    let [prism] = around(&prism).try_into().unwrap();
    assert_eq!((prism.shape, prism.faces.len()), (Shape::Other, 5));
    assert!(prism.faces.iter().filter(|face| face.len() == 4).count() == 3);
    assert!((prism.volume_angstrom3 - 3.0 * 3_f64.sqrt() / 4.0 * 1.4 * 1.4 * 2.8).abs() < 1e-9);
    let square = [DVec3::X, DVec3::Y, DVec3::NEG_X, DVec3::NEG_Y].map(|v| v * 2.0);
    assert!(around(&square).is_empty());
    assert!(around(&square.map(|v| v + DVec3::Z * 1e-7)).is_empty());
    assert!(around(&tetrahedron(2.2)[..3]).is_empty());
}

#[test]
fn crystals_have_the_polyhedra_of_their_cations() {
    let bodies = |name: &str| {
        let structure = sample(name);
        polyhedra(&structure, &Coordination::new(&structure, Method::Default).unwrap())
    };
    let perovskite = bodies("srtio3.cif");
    let of = |symbol: &str| perovskite.iter().find(|body| body.element == element(symbol)).unwrap();
    assert_eq!(perovskite.len(), 2, "none around oxygen");
    let a: f64 = 3.905;
    assert_eq!(of("Ti").shape, Shape::Octahedron);
    assert!((of("Ti").volume_angstrom3 - a.powi(3) / 6.0).abs() < 1e-6);
    // Twelve oxygen around strontium: a cuboctahedron of 8 triangles and 6 squares.
    assert!((of("Sr").volume_angstrom3 - 5.0 / 6.0 * a.powi(3)).abs() < 1e-6);
    let sides: Vec<usize> = of("Sr").faces.iter().map(Vec::len).collect();
    assert_eq!(
        (sides.iter().filter(|n| **n == 3).count(), sides.iter().filter(|n| **n == 4).count()),
        (8, 6)
    );
    assert!(bodies("silicon.cif").is_empty() && bodies("copper.cif").is_empty());
    let quartz = bodies("quartz.cif");
    assert_eq!(quartz.len(), 3);
    assert!(quartz.iter().all(|body| body.shape == Shape::Tetrahedron && body.volume_angstrom3 < 2.3));
    let olivine = bodies("lifepo4.cif");
    let counted = |symbol: &str, shape| {
        olivine.iter().filter(|body| body.element == element(symbol) && body.shape == shape).count()
    };
    assert_eq!((counted("Fe", Shape::Octahedron), counted("Li", Shape::Octahedron)), (4, 4));
    assert_eq!(counted("P", Shape::Tetrahedron), 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Bodies with points anywhere: every point is behind every face, and the volume is that of a sample.
    #[test]
    fn hulls_hold_all_their_points(
        points in prop::collection::vec([-2.2..2.2_f64, -2.2..2.2, -2.2..2.2], 4..9),
        flatten in any::<bool>(),
    ) {
        let points: Vec<DVec3> = points
            .iter()
            .map(|point| DVec3::from_array(point.map(|x| if flatten { x.round() } else { x })))
            .filter(|point| (1.0..2.4).contains(&point.length()))
            .collect();
        for body in around(&points) {
            for face in &body.faces {
                let place = |corner: &u32| body.ligands[*corner as usize].from_centre_angstrom;
                let corners: Vec<DVec3> = face.iter().map(place).collect();
                prop_assert!(corners.len() >= 3);
                let triangles = corners[1..].windows(2);
                let normal: DVec3 =
                    triangles.map(|pair| (pair[0] - corners[0]).cross(pair[1] - corners[0])).sum();
                for ligand in &body.ligands {
                    let height = normal.normalize().dot(ligand.from_centre_angstrom - corners[0]);
                    prop_assert!(height < 1e-2, "{} {:?}", height, body.faces);
                }
            }
            // Euler: corners − edges + faces = 2.
            let mut used: Vec<u32> = body.faces.iter().flatten().copied().collect();
            let edges = used.len() / 2;
            used.sort_unstable();
            used.dedup();
            prop_assert_eq!(used.len() + body.faces.len(), edges + 2);
        }
    }
}

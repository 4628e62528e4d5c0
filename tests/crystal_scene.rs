//! What is drawn of a structure: face copies, whole molecules, complete coordination, and nothing twice.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use std::collections::{BTreeMap, HashSet};

use glam::{DVec3, Vec3};
use proptest::prelude::*;
use vitrine::crystal::{
    analysis::coordination::polyhedra::bonded_polyhedra,
    bonds::bonds,
    element::Element,
    io::{Format, parse},
    lattice::{CellParameters, Lattice},
    loaded::{Loaded, load_sample},
    samples::SAMPLES,
    scene::{Beyond, ColorScheme, Face, NO_ATOM, Scene, SceneStyle, build, lattice_planes, rims},
};

const CELL: [u8; 4] = [0, 0, 0, 255];

fn sample(file: &str) -> Loaded {
    load_sample(SAMPLES.iter().find(|sample| sample.file == file).unwrap()).unwrap().remove(0)
}

fn scene(loaded: &Loaded, beyond: Beyond) -> Scene {
    let style = SceneStyle { beyond, show_cell: false, ..SceneStyle::default() };
    build(&loaded.structure, &loaded.bonds, &[], &style, CELL)
}

/// Sticks that end at each drawn atom, with the atom's element.
fn sticks(loaded: &Loaded, scene: &Scene) -> Vec<(&'static str, usize)> {
    scene
        .atoms
        .iter()
        .map(|atom| {
            let at = atom.cart(&loaded.structure).as_vec3();
            let touches = |end: [f32; 3]| Vec3::from(end).distance(at) < 1e-3;
            let count = scene.cylinders.iter().filter(|c| touches(c.start) || touches(c.end)).count();
            (loaded.structure.element_of(&loaded.structure.sites[atom.site as usize]).symbol(), count)
        })
        .collect()
}

fn of<'a>(sticks: &'a [(&str, usize)], element: &'a str) -> impl Iterator<Item = usize> + 'a {
    sticks.iter().filter(move |(symbol, _)| *symbol == element).map(|(_, count)| *count)
}

#[test]
fn rock_salt_is_the_cube_of_the_textbooks() {
    let loaded = sample("nacl.cif");
    let scene = scene(&loaded, Beyond::default());
    assert_eq!(scene.atoms.len(), 27);
    // Twelve edges of two sticks, and six sticks from the middle of each of three planes and their edges: 54 in all.
    assert_eq!(scene.cylinders.len(), 54);
}

#[test]
fn framework_cations_have_their_whole_shell_wherever_they_are_drawn() {
    for (file, cation, shell) in
        [("quartz.cif", "Si", 4), ("srtio3.cif", "Ti", 6), ("rutile.cif", "Ti", 6), ("lifepo4.cif", "P", 4)]
    {
        let loaded = sample(file);
        let scene = scene(&loaded, Beyond::default());
        let sticks = sticks(&loaded, &scene);
        assert!(of(&sticks, cation).count() > 0);
        for count in of(&sticks, cation) {
            assert_eq!(count, shell, "{cation} in {file}");
        }
    }
}

#[test]
fn molecules_are_whole() {
    let loaded = sample("urea.cif");
    let scene = scene(&loaded, Beyond::default());
    let sticks = sticks(&loaded, &scene);
    let expected = BTreeMap::from([("C", 3), ("N", 3), ("O", 1), ("H", 1)]);
    for (element, count) in &sticks {
        assert_eq!(expected.get(element), Some(count), "{element}");
    }
    assert_eq!(of(&sticks, "H").count(), 4 * of(&sticks, "C").count());
    assert!(of(&sticks, "C").count() >= 2, "both molecules of the cell");
}

#[test]
fn nothing_beyond_the_cell_means_nothing() {
    let loaded = sample("lifepo4.cif");
    for atom in scene(&loaded, Beyond::Nothing).atoms {
        let frac = atom.frac(&loaded.structure);
        assert!(frac.to_array().iter().all(|f| (-1e-3..=1.001).contains(f)), "{frac}");
    }
    let all = scene(&loaded, Beyond::AllBonded).atoms.len();
    assert!(all > scene(&loaded, Beyond::Completed).atoms.len());
}

#[test]
fn no_atom_and_no_stick_is_drawn_twice() {
    for sample in SAMPLES {
        let loaded = load_sample(&sample).unwrap().remove(0);
        let scene = scene(&loaded, Beyond::default());
        let key = |p: [f32; 3]| p.map(|x| (x * 1000.0).round() as i64);
        let atoms: HashSet<_> = scene.spheres.iter().map(|s| key(s.center)).collect();
        assert_eq!(atoms.len(), scene.spheres.len(), "{}", sample.file);
        let sticks: HashSet<_> = scene
            .cylinders
            .iter()
            .map(|c| {
                let mut ends = [key(c.start), key(c.end)];
                ends.sort_unstable();
                ends
            })
            .collect();
        assert_eq!(sticks.len(), scene.cylinders.len(), "{}", sample.file);
        for (index, sphere) in scene.spheres.iter().enumerate() {
            assert!(
                sphere.id == NO_ATOM || sphere.id as usize == index,
                "ids are places in the list of atoms"
            );
        }
    }
}

#[test]
fn no_ball_is_thinner_than_its_stick() {
    for sample in SAMPLES {
        let loaded = load_sample(&sample).unwrap().remove(0);
        let scene = scene(&loaded, Beyond::default());
        let thickest = scene.cylinders.iter().map(|c| c.radius).fold(0.0, f32::max);
        assert!(scene.spheres.iter().all(|s| s.radius > 1.2 * thickest), "{}", sample.file);
    }
}

#[test]
fn a_crowd_on_one_point_is_one_ball() {
    let crowd: String = std::iter::repeat_n("C 0.1 0.2 0.3\n", 3_000).collect();
    let text = format!("3000\n\n{crowd}");
    let structure = parse(text.as_bytes(), Format::Xyz, "crowd").unwrap().structures.remove(0);
    // More pairs than memory: a typed error, or no bonds because the distance is none.
    let bonds = bonds(&structure).unwrap_or_default();
    let scene = build(&structure, &bonds, &[], &SceneStyle::default(), CELL);
    assert_eq!(scene.spheres.len(), 1);
    assert!(scene.bounds.radius > 0.0);
}

#[test]
fn a_cell_of_any_size_has_a_camera() {
    use vitrine::crystal::scene::{Camera, Projection, StandardView};
    for a in [0.5, 5.0, 210.0, 1000.0, 100_000.0] {
        let text = format!("x\n1.0\n{a} 0 0\n0 {a} 0\n0 0 {a}\nCu\n1\nDirect\n0 0 0\n");
        let structure = parse(text.as_bytes(), Format::Poscar, "x").unwrap().structures.remove(0);
        let scene = build(&structure, &[], &[], &SceneStyle::default(), CELL);
        for projection in [Projection::Orthographic, Projection::Perspective] {
            let mut camera = Camera::new(scene.bounds, &structure.lattice, StandardView::Iso, projection);
            camera.fit_tightly(&scene, 1.5, 0.2);
            let frame = camera.frame(1.5);
            assert!(frame.far > frame.near && frame.focal.is_finite(), "{a} Å, {frame:?}");
            for sphere in &scene.spheres {
                let at = frame.ndc(sphere.center.into()).unwrap();
                assert!(at.abs().max_element() <= 1.0, "{a} Å: {at}");
            }
        }
    }
}

#[test]
fn a_shared_site_shows_its_species_by_share() {
    let loaded = sample("algaas.cif");
    let scene = scene(&loaded, Beyond::default());
    let shared: Vec<_> = scene.spheres.iter().filter(|sphere| sphere.color[3] < 255).collect();
    assert!(!shared.is_empty());
    for sphere in shared {
        // 70 % gallium, 30 % aluminium, in shares of 255.
        assert_eq!((sphere.color[3], sphere.second[3]), (179, 77));
        assert_ne!(sphere.color[..3], sphere.second[..3]);
    }
    let half = "data_x\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n_cell_angle_alpha 90\n\
                _cell_angle_beta 90\n_cell_angle_gamma 90\nloop_\n_atom_site_label\n_atom_site_type_symbol\n\
                _atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n_atom_site_occupancy\nO1 O 0.5 0.5 0.5 0.4\n";
    let structure = parse(half.as_bytes(), Format::Cif, "half").unwrap().structures.remove(0);
    let scene = build(&structure, &[], &[], &SceneStyle::default(), CELL);
    assert_eq!((scene.spheres[0].color[3], scene.spheres[0].second[3]), (102, 0), "the rest is vacancy");
}

fn with_polyhedra(loaded: &Loaded, style: SceneStyle) -> Scene {
    let polyhedra = bonded_polyhedra(&loaded.structure, &loaded.bonds);
    build(&loaded.structure, &loaded.bonds, &polyhedra, &SceneStyle { show_polyhedra: true, ..style }, CELL)
}

fn element_color(symbol: &str) -> [u8; 3] {
    let [r, g, b, _] = ColorScheme::Vesta.color(Element::from_symbol(symbol).unwrap());
    [r, g, b]
}

/// Octahedra round the eight titanium atoms at the corners of the cell; strontium in the middle keeps its bonds only.
#[test]
fn perovskite_has_an_octahedron_at_every_corner() {
    let loaded = sample("srtio3.cif");
    let scene = with_polyhedra(&loaded, SceneStyle::default());
    assert_eq!(scene.faces.len(), 64);
    let oxygen: Vec<Vec3> = scene
        .atoms
        .iter()
        .filter(|atom| {
            loaded.structure.element_of(&loaded.structure.sites[atom.site as usize]).symbol() == "O"
        })
        .map(|atom| atom.cart(&loaded.structure).as_vec3())
        .collect();
    for face in &scene.faces {
        assert_eq!(face.corners.len(), 3);
        assert_eq!(face.color[..3], element_color("Ti"));
        assert!((100..130).contains(&face.color[3]), "about 45 %");
        for corner in &face.corners {
            assert!(oxygen.iter().any(|place| place.distance(*corner) < 1e-4), "{corner} is an oxygen atom");
        }
    }
    // Twelve edges each; no two octahedra share one.
    assert_eq!(rims(&scene).len(), 96);
    assert!(scene.faces.iter().all(|face| face.plane().is_some()));
    let without = plain_scene(&loaded);
    assert!(without.faces.is_empty() && rims(&without).is_empty());
}

fn plain_scene(loaded: &Loaded) -> Scene {
    scene(loaded, Beyond::default())
}

#[test]
fn the_framework_has_polyhedra_and_what_fills_it_has_none() {
    let loaded = sample("lifepo4.cif");
    let faces = with_polyhedra(&loaded, SceneStyle::default()).faces;
    let of = |symbol| faces.iter().filter(|face| face.color[..3] == element_color(symbol)).count();
    // Four octahedra, four tetrahedra; lithium is drawn as balls.
    assert_eq!((of("Fe"), of("P"), of("Li")), (32, 16, 0));
    // Alone, such a cation has polyhedra, where its neighbours are drawn: cubes round caesium at the corners of the cell.
    let style = SceneStyle { beyond: Beyond::AllBonded, ..SceneStyle::default() };
    let cubes = with_polyhedra(&sample("cscl.cif"), style).faces;
    assert_eq!(cubes.len(), 48);
    assert!(cubes.iter().all(|face| face.corners.len() == 4));
}

#[test]
fn polyhedra_are_complete_without_sticks_too() {
    for file in ["quartz.cif", "lifepo4.cif", "srtio3.cif"] {
        let loaded = sample(file);
        let with = with_polyhedra(&loaded, SceneStyle::default());
        let style = SceneStyle { show_bonds: false, show_cell: false, ..SceneStyle::default() };
        let without = with_polyhedra(&loaded, style);
        assert!(without.cylinders.is_empty(), "{file}");
        assert_eq!((without.faces, without.atoms), (with.faces, with.atoms), "{file}");
    }
}

/// Every polyhedron has its whole coordination: of those at the border of the cell, half would not do.
#[test]
fn no_polyhedron_hangs_in_the_air() {
    for sample in SAMPLES {
        let loaded = load_sample(&sample).unwrap().remove(0);
        for beyond in [Beyond::Nothing, Beyond::Completed, Beyond::AllBonded] {
            let scene = with_polyhedra(&loaded, SceneStyle { beyond, ..SceneStyle::default() });
            let places: Vec<Vec3> =
                scene.atoms.iter().map(|atom| atom.cart(&loaded.structure).as_vec3()).collect();
            for corner in scene.faces.iter().flat_map(|face| &face.corners) {
                assert!(places.iter().any(|place| place.distance(*corner) < 1e-4), "{}", sample.file);
            }
        }
    }
}

#[test]
fn bounds_hold_faces() {
    let far = Vec3::new(50.0, 0.0, 0.0);
    let face = Face { corners: vec![Vec3::ZERO, far, Vec3::Y], color: [1, 2, 3, 90] };
    let scene = plain_scene(&sample("nacl.cif")).with_faces([face]);
    assert!(scene.bounds.center.distance(far) <= scene.bounds.radius * 1.0001);
}

fn area(face: &Face) -> f64 {
    let corners: Vec<DVec3> = face.corners.iter().map(|corner| corner.as_dvec3()).collect();
    let first = corners[0];
    let twice: DVec3 = corners.windows(2).map(|pair| (pair[0] - first).cross(pair[1] - first)).sum();
    0.5 * twice.length()
}

#[test]
fn planes_of_a_cube_are_those_of_the_textbooks() {
    let a = 4.0;
    let lattice = sample_lattice(a);
    let root = |x: f64| x.sqrt() * a * a;
    for (hkl, areas, spacing) in [
        ([1, 0, 0], vec![root(1.0); 2], a),
        ([0, 0, -2], vec![root(1.0); 3], a / 2.0),
        ([1, 1, 0], vec![root(2.0)], a / 2_f64.sqrt()),
        ([1, 1, 1], vec![root(3.0) / 2.0; 2], a / 3_f64.sqrt()),
        // The middle one is the hexagon through the middles of six edges.
        (
            [2, 2, 2],
            vec![root(3.0) / 8.0, root(3.0) / 2.0, root(27.0) / 4.0, root(3.0) / 2.0, root(3.0) / 8.0],
            a / 12_f64.sqrt(),
        ),
    ] {
        let planes = lattice_planes(&lattice, hkl, 100, [1, 2, 3, 90]).unwrap();
        assert!((planes.spacing_angstrom - spacing).abs() < 1e-9, "{hkl:?}");
        assert_eq!(planes.left_out, 0);
        let found: Vec<f64> = planes.faces.iter().map(area).collect();
        assert_eq!(found.len(), areas.len(), "{hkl:?}");
        for (found, wanted) in found.iter().zip(&areas) {
            assert!((found - wanted).abs() < 1e-4, "{hkl:?}: {found} instead of {wanted}");
        }
    }
    assert_eq!(lattice_planes(&lattice, [2, 2, 2], 1, [0; 4]).unwrap().faces[0].corners.len(), 6);
    assert!(lattice_planes(&lattice, [0, 0, 0], 5, [0; 4]).is_none());
}

fn sample_lattice(a: f64) -> Lattice {
    let cell = CellParameters { a, b: a, c: a, alpha: 90.0, beta: 90.0, gamma: 90.0 };
    Lattice::from_parameters(cell).unwrap()
}

proptest! {
    #[test]
    fn planes_lie_where_their_indices_say(
        lengths in prop::array::uniform3(2.0_f64..12.0),
        angles in prop::array::uniform3(65.0_f64..115.0),
        hkl in prop::array::uniform3(-6_i32..=6),
        most in 1_usize..8,
    ) {
        prop_assume!(hkl != [0; 3]);
        let [a, b, c] = lengths;
        let [alpha, beta, gamma] = angles;
        let lattice = Lattice::from_parameters(CellParameters { a, b, c, alpha, beta, gamma }).unwrap();
        let planes = lattice_planes(&lattice, hkl, most, [9, 9, 9, 90]).unwrap();
        prop_assert!(planes.faces.len() <= most);
        let numbers: i32 = hkl.iter().map(|index| index.abs()).sum();
        let all = if hkl.iter().filter(|index| **index != 0).count() == 1 { numbers + 1 } else { numbers - 1 };
        prop_assert_eq!(planes.faces.len() as u64 + planes.left_out, all as u64);
        let mut last = f64::NEG_INFINITY;
        for face in &planes.faces {
            prop_assert!((3..=6).contains(&face.corners.len()));
            let (_, normal) = face.plane().unwrap();
            let number = |corner: &Vec3| {
                let frac = lattice.frac_from_cart(corner.as_dvec3());
                assert!(frac.min_element() > -1e-4 && frac.max_element() < 1.0001, "{frac}");
                frac.dot(DVec3::from_array(hkl.map(f64::from)))
            };
            let n = number(&face.corners[0]).round();
            prop_assert!(n > last, "in order, each once");
            last = n;
            let count = face.corners.len();
            for (place, corner) in face.corners.iter().enumerate() {
                prop_assert!((number(corner) - n).abs() < 1e-3);
                let (next, after) = (face.corners[(place + 1) % count], face.corners[(place + 2) % count]);
                prop_assert!((next - *corner).cross(after - next).dot(normal) > -1e-4, "convex");
            }
        }
    }
}

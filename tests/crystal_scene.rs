//! What is drawn of a structure: face copies, whole molecules, complete coordination, and nothing twice.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use std::collections::{BTreeMap, HashSet};

use glam::Vec3;
use vitrine::crystal::{
    bonds::bonds,
    io::{Format, parse},
    loaded::{Loaded, load_sample},
    samples::SAMPLES,
    scene::{Beyond, NO_ATOM, Scene, SceneStyle, build},
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

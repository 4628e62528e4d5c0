//! Graphs under the view, what they light up, what moves, and figures for papers.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails says where")]

#[path = "support/memory.rs"]
mod memory;
#[path = "support/samples.rs"]
mod samples;
#[path = "support/window.rs"]
mod support;

use std::{fmt::Write as _, sync::Arc};

use eframe::egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use memory::crystal_bytes;
use samples::sample;
use support::{Window, directories, open_window};
use vitrine::app::settings::Settings;
use vitrine::crystal::{
    analysis::{coordination::Method, diffraction::Probe},
    element::Element,
    loaded::{DEFAULT_TOLERANCE_ANGSTROM, Loaded, load_path},
    scene::{Scene, SceneStyle, build},
    ui::GraphTab,
    ui::link::{Link, LinkColors, decorate, distances_from, phase_color},
};

fn with_graphs(files: &[&str]) -> Window {
    let files: Vec<_> = files.iter().map(|file| sample(file)).collect();
    let mut window = open_window(&files);
    window.settle();
    window.press(Modifiers::NONE, Key::G);
    window
}

fn click_row(window: &mut Window, part: &str) {
    window
        .harness
        .query_all_by_role(Role::Button)
        .find(|node| node.accesskit_node().label().is_some_and(|label| label.contains(part)))
        .unwrap()
        .click();
    window.settle();
}

#[test]
fn a_peak_shows_its_planes_until_escape() {
    let mut window = with_graphs(&["nacl.cif"]);
    assert!(window.shows("Powder pattern of NaCl") && window.shows("the strongest (2 0 0)"));
    assert!(!window.shows("Planes (2 0 0)"));
    click_row(&mut window, "(2 0 0) ");
    assert!(window.shows("Planes (2 0 0)") && window.shows("d = 2.8201"));
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.shows("Planes (2 0 0)"));
}

#[test]
fn a_site_of_the_table_is_selected_in_the_view() {
    let mut window = with_graphs(&["nacl.cif"]);
    window.click("Coordination");
    assert!(window.shows("Coordination numbers of NaCl"));
    assert!(window.shows("Click an atom in the picture"));
    click_row(&mut window, "    8 Cl1");
    assert!(window.shows("Cl (chlorine)") && window.shows("6 neighbours"));
}

#[test]
fn distances_light_up_their_pairs() {
    let mut window = with_graphs(&["nacl.cif"]);
    window.click("Pair distribution");
    assert!(window.shows("Pair distribution of NaCl up to 10"));
    click_row(&mut window, "2.810");
    assert!(window.shows("24 pairs per cell"));
}

#[test]
fn a_molecule_says_why_it_has_no_pattern() {
    let folder = tempfile::tempdir().unwrap();
    let water = folder.path().join("water.xyz");
    std::fs::write(&water, "3\nwater\nO 0 0 0\nH 0.96 0 0\nH -0.24 0.93 0\n").unwrap();
    let mut window = open_window(&[water]);
    window.settle();
    window.press(Modifiers::NONE, Key::G);
    assert!(window.shows("not periodic"));
    window.click("Pair distribution");
    assert!(window.shows("does not repeat"));
}

#[test]
fn strain_moves_the_cell_and_the_graphs_and_can_be_taken_back() {
    let mut window = with_graphs(&["nacl.cif"]);
    let slider = window
        .harness
        .get_all_by_role(Role::Slider)
        .find(|node| node.accesskit_node().numeric_value() == Some(0.0));
    slider.unwrap().focus();
    window.harness.run_ok();
    for _ in 0..10 {
        window.harness.key_press(Key::ArrowRight);
        window.harness.run_ok();
    }
    window.settle();
    assert!(window.shows("CELL, STRAINED") && window.shows("the file stays as it is"));
    assert!(!window.shows("31.729"), "the pattern follows");
    window.click("Reset");
    assert!(!window.shows("STRAINED") && window.shows("31.729"));
}

#[test]
fn frames_of_a_file_are_numbered_and_keep_what_is_lit_up() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run.xyz");
    let mut text = String::new();
    for frame in 0..3 {
        let x = 0.1 * f64::from(frame);
        let lattice = "5 0 0 0 5 0 0 0 5";
        write!(text, "2\nLattice=\"{lattice}\"\nNa {x} 0 0\nCl 2.5 0 0\n").unwrap();
    }
    std::fs::write(&run, text).unwrap();
    let mut window = open_window(&[run]);
    window.settle();
    assert!(window.shows("3 of 3") && window.shows("run.xyz · 2"));
    window.press(Modifiers::NONE, Key::G);
    click_row(&mut window, "3.5355");
    assert!(window.shows("Planes ("));
    window.press(Modifiers::COMMAND, Key::PageDown);
    assert!(window.shows("1 of 3") && window.shows("Planes ("));
    window.click("Play the frames");
    assert!(window.shows("Pause"));
}

#[test]
fn a_measured_pattern_is_laid_over_and_a_broken_one_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("# 2theta counts\n");
    for step in 0..3000 {
        let x = 20.0 + 0.02 * f64::from(step);
        let peaks =
            [(27.389, 8.1), (31.729, 100.0), (45.486, 65.6), (56.521, 21.2), (66.286, 9.3), (75.362, 24.7)];
        let counts: f64 =
            peaks.iter().map(|(at, high)| high * 20.0 / (1.0 + ((x - at) / 0.05_f64).powi(2))).sum();
        writeln!(text, "{x:.3} {:.1}", counts + 50.0).unwrap();
    }
    let good = folder.path().join("nacl.xy");
    std::fs::write(&good, text).unwrap();
    let mut window = open_window(&[sample("nacl.cif"), good]);
    window.settle();
    assert!(window.shows("Rwp") && window.shows("zero shift"), "the graphs open with it");
    window.click("Remove the measured pattern");
    assert!(!window.shows("Rwp"));

    let broken = folder.path().join("broken.xy");
    std::fs::write(&broken, "20 100\n20.1 90\n20.2 oops\n").unwrap();
    let mut window = open_window(&[sample("nacl.cif"), broken]);
    window.settle();
    let told = window.harness.state().notifications().history().to_vec();
    assert!(told.iter().any(|n| n.text.contains("broken.xy") && n.text.contains("line 3")), "{told:?}");
}

#[test]
fn two_structures_are_compared() {
    let mut window = with_graphs(&["cscl.cif"]);
    window.click("Compare");
    assert!(window.shows("Open a second structure"));
    let mut window = with_graphs(&["nacl.cif", "cscl.cif"]);
    window.click("Compare");
    assert!(window.shows("not the same atoms") && !window.shows("Moved most"));
    assert!(window.shows("Density"));
}

#[test]
fn a_figure_is_previewed_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let structure = folder.path().join("nacl.cif");
    std::fs::copy(sample("nacl.cif"), &structure).unwrap();
    let mut window = open_window(&[structure]);
    window.settle();
    window.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    assert!(window.shows("Export figure") && window.shows("Preview of the figure, 86 × 77 mm"));
    window.click("SVG");
    window.click("Save");
    let written = std::fs::read_to_string(folder.path().join("nacl-structure.svg")).unwrap();
    assert!(written.starts_with('<') && written.contains("Structure of NaCl"));
    window.press(Modifiers::NONE, Key::G);
    window.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    assert!(window.shows("86 × 56 mm"), "the figure of the graph that is shown");
    window.click("PDF");
    window.click("Save");
    assert!(std::fs::read(folder.path().join("nacl-xrd.pdf")).unwrap().starts_with(b"%PDF"));
}

#[test]
fn graphs_leave_a_low_window_to_the_picture() {
    let mut window = with_graphs(&["nacl.cif"]);
    assert!(window.shows("Powder pattern of NaCl"));
    window.harness.set_size(eframe::egui::vec2(480.0, 360.0));
    window.settle();
    assert!(!window.shows("Powder pattern of NaCl") && window.shows("Crystal view of"));
    assert!(crystal_bytes(window.harness.state()) > 0, "the picture is there");
}

#[test]
fn what_the_graphs_show_is_remembered() {
    let mut window = with_graphs(&["nacl.cif"]);
    window.click("Coordination");
    window.click("Bond lengths");
    let directories = directories(window.state.path());
    let remembered = || Settings::load(&directories).0.crystals.graphs;
    for _ in 0..1000 {
        if remembered().show_lengths {
            break;
        }
        window.harness.run_ok();
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let graphs = remembered();
    assert!(graphs.open && graphs.show_lengths);
    assert_eq!(graphs.tab, GraphTab::Coordination);
}

fn nacl() -> (Loaded, Scene) {
    let loaded = load_path(&sample("nacl.cif"), DEFAULT_TOLERANCE_ANGSTROM).unwrap().structures.remove(0);
    let scene = build(&loaded.structure, &loaded.bonds, &[], &SceneStyle::default(), [9, 9, 9, 255]);
    (loaded, scene)
}

fn colors() -> LinkColors {
    LinkColors {
        background: [0, 0, 0, 255],
        highlight: [255, 255, 0, 255],
        phases: vec![[250, 0, 0, 255], [0, 250, 0, 255], [0, 0, 250, 255], [250, 0, 250, 255]],
    }
}

fn color_of(scene: &Scene, element: &str, loaded: &Loaded) -> Vec<[u8; 4]> {
    let structure = &loaded.structure;
    let is_it = |site: u32| structure.element_of(&structure.sites[site as usize]).symbol() == element;
    let atoms =
        scene.spheres.iter().filter(|s| scene.atoms.get(s.id as usize).is_some_and(|a| is_it(a.site)));
    atoms.map(|sphere| sphere.color).collect()
}

#[test]
fn atoms_are_tinted_by_phase() {
    let (loaded, scene) = nacl();
    let planes = |hkl| Link::Planes { hkl, label: String::new(), probe: Probe::XRay };
    // In (1 1 1), Na and Cl scatter against each other; in (2 0 0) with each other.
    let odd = decorate(&scene, &loaded.structure, &planes([1, 1, 1]), &colors()).unwrap().scene;
    let (na, cl) = (color_of(&odd, "Na", &loaded), color_of(&odd, "Cl", &loaded));
    assert!(na.iter().all(|color| *color == na[0]) && cl.iter().all(|color| *color == cl[0]));
    assert_eq!((na[0], cl[0]), ([250, 0, 0, 255], [0, 0, 250, 255]));
    let even = decorate(&scene, &loaded.structure, &planes([2, 0, 0]), &colors()).unwrap().scene;
    assert_eq!(color_of(&even, "Na", &loaded)[0], color_of(&even, "Cl", &loaded)[0]);
    assert_eq!((even.atoms.len(), even.bounds), (scene.atoms.len(), scene.bounds), "picking still holds");
    assert_eq!(even.cylinders.len(), scene.cylinders.len() + 3 * 4, "three planes of four edges");
    assert_eq!(even.faces.len(), 3);
    assert_eq!(phase_color(-0.5 * std::f64::consts::TAU, &colors().phases), [0, 0, 250, 255]);
}

#[test]
fn pairs_and_neighbours_light_up_and_the_rest_fades() {
    let (loaded, scene) = nacl();
    let shell = Link::Distances { from_angstrom: 2.7, to_angstrom: 2.9 };
    let lit = decorate(&scene, &loaded.structure, &shell, &colors()).unwrap();
    assert_eq!(lit.note, "24 pairs per cell");
    // 27 atoms of the closed cell; 54 pairs of nearest neighbours among them.
    assert_eq!(lit.scene.cylinders.len(), scene.cylinders.len() + 54);
    assert_eq!(color_of(&lit.scene, "Na", &loaded), color_of(&scene, "Na", &loaded));

    let one = Link::Site { site: 0, method: Method::Default };
    let lit = decorate(&scene, &loaded.structure, &one, &colors()).unwrap();
    assert_eq!(lit.note, "6 neighbours");
    let faded = lit.scene.spheres.iter().zip(&scene.spheres).filter(|(a, b)| a.color != b.color).count();
    assert!(faded > 0 && faded < scene.atoms.len(), "{faded}");

    let sodium =
        Link::Number { element: Element::from_symbol("Na").unwrap(), cn: 6, method: Method::Default };
    assert_eq!(decorate(&scene, &loaded.structure, &sodium, &colors()).unwrap().note, "4 sites");
}

#[test]
fn distances_of_an_atom_are_its_shells() {
    let (loaded, _) = nacl();
    let a = loaded.structure.lattice.parameters().a;
    let found = distances_from(&loaded.structure, 0, 1.01 * a);
    let shells = [0.5, 0.5_f64.sqrt(), 0.75_f64.sqrt(), 1.0].map(|share| share * a);
    assert_eq!(found.len(), shells.len());
    assert!(found.iter().zip(shells).all(|(x, y)| (x - y).abs() < 1e-3), "{found:?}");
    let same = Arc::clone(&loaded.structure);
    assert!(distances_from(&same, 99, 5.0).is_empty(), "no such site");
}

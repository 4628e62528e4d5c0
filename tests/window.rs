//! The real window without a screen: found by label, clicked, dropped on.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails says where")]

#[path = "support/memory.rs"]
mod memory;
#[path = "support/samples.rs"]
mod samples;
#[path = "support/window.rs"]
mod support;

use std::path::{Path, PathBuf};

use eframe::egui::{self, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use memory::crystal_bytes;
use samples::sample;
use support::{directories, open_window, open_window_in};
use vitrine::app::settings::Settings;

#[test]
fn the_first_minute_shows_what_to_drop_and_samples_to_try() {
    let mut window = open_window(&[]);
    window.settle();
    assert!(window.shows("Drop crystal structures here"));
    assert_eq!(
        crystal_bytes(window.harness.state()),
        0,
        "nothing is drawn before there is something to draw"
    );
    for sample in vitrine::crystal::samples::SAMPLES {
        assert!(window.shows(&format!("Open sample {}", sample.formula)), "{}", sample.formula);
    }
    window.click("Open sample SrTiO₃");
    assert_eq!(window.harness.state().crystals().shown_count(), 1);
    assert!(window.shows("Pm-3m (No. 221)"));
    assert!(crystal_bytes(window.harness.state()) > 1_000_000, "the view has its targets");
}

#[test]
fn every_sample_opens_without_a_complaint() {
    let mut window = open_window(&[]);
    window.settle();
    for sample in vitrine::crystal::samples::SAMPLES {
        window.harness.state_mut().open_sample(sample);
        window.settle();
    }
    let count = vitrine::crystal::samples::SAMPLES.len();
    assert_eq!(window.harness.state().crystals().shown_count(), count);
    assert!(window.harness.state().gpu().errors.faults().is_empty());
}

#[test]
fn a_broken_file_is_told_with_its_line_and_the_others_open() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.cif");
    std::fs::write(&broken, "data_x\nloop_\n_atom_site_label\n_atom_site_fract_x\nNa1\n").unwrap();
    let mut window = open_window(&[broken, sample("nacl.cif"), folder.path().join("missing.xyz")]);
    window.settle();
    assert_eq!(window.harness.state().crystals().shown_count(), 1);
    let told: Vec<String> =
        window.harness.state().notifications().history().iter().map(|n| n.text.clone()).collect();
    assert!(told.iter().any(|text| text.contains("broken.cif") && text.contains("line ")), "{told:?}");
    assert!(told.iter().any(|text| text.contains("missing.xyz")), "{told:?}");
}

#[test]
fn dropped_folders_open_all_their_structures() {
    #[derive(Debug)]
    struct Dropped(PathBuf);
    impl egui::DroppedFile for Dropped {
        fn path(&self) -> &Path {
            &self.0
        }
        fn bytes(&self) -> Result<Vec<u8>, String> {
            Err("the window reads files by path".to_owned())
        }
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("inner")).unwrap();
    std::fs::copy(sample("cscl.cif"), folder.path().join("b.cif")).unwrap();
    std::fs::copy(sample("copper.cif"), folder.path().join("inner/a.cif")).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "not a structure").unwrap();
    let mut window = open_window(&[]);
    window.settle();
    window.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(folder.path().to_owned())));
    window.settle();
    assert_eq!(window.harness.state().crystals().shown_count(), 2);
}

#[test]
fn a_typed_path_opens_a_structure() {
    let mut window = open_window(&[]);
    window.settle();
    window.harness.get_by_label("Path of a file or folder").click();
    window.settle();
    let path = format!("\"{}\"", sample("quartz.cif").display());
    window.harness.get_by_label("Path of a file or folder").type_text(&path);
    window.settle();
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(window.harness.state().crystals().shown_count(), 1);
    assert!(window.shows("SiO₂"));
}

#[test]
fn the_palette_finds_and_runs_commands() {
    let mut window = open_window(&[sample("nacl.cif")]);
    window.settle();
    window.press(Modifiers::COMMAND, Key::K);
    window.harness.get_by_label("Command").type_text("light th");
    window.settle();
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(window.harness.ctx.theme(), egui::Theme::Light);
    window.press(Modifiers::COMMAND, Key::W);
    assert_eq!(window.harness.state().crystals().shown_count(), 0, "closed by its keys");
    assert_eq!(crystal_bytes(window.harness.state()), 0, "its memory is given back");
}

#[test]
fn a_click_tells_the_atom() {
    let mut window = open_window(&[sample("cscl.cif")]);
    window.settle();
    assert!(window.shows("Click an atom in the picture"));
    let middle = window.harness.get_by_label_contains("Crystal view of").rect().center();
    window.harness.hover_at(middle);
    window.harness.drag_at(middle);
    window.harness.drop_at(middle);
    window.settle();
    // Keys mean commands also when the picture has the focus.
    window.press(Modifiers::NONE, Key::F9);
    assert!(window.shows("BY OWNER"));
    window.press(Modifiers::NONE, Key::P);
    assert_eq!(
        window.harness.state().crystals().settings().projection,
        vitrine::crystal::scene::Projection::Perspective
    );
    // The chlorine in the middle of the cell.
    assert!(window.shows("Cl (chlorine)"));
    assert!(window.shows("0.50000  0.50000  0.50000"));
}

#[test]
fn the_system_panel_names_owners_and_jobs() {
    let mut window = open_window(&[sample("nacl.cif")]);
    window.settle();
    window.press(Modifiers::NONE, Key::F9);
    assert!(window.shows("BY OWNER") && window.shows("Crystal view:") && window.shows("Window:"));
    assert!(window.shows("Open nacl.cif"));
    if window.harness.state().gpu().summary().software {
        assert!(window.shows("its memory is system memory"));
    }
}

#[test]
fn an_export_is_written_and_an_older_file_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let structure = folder.path().join("nacl.cif");
    std::fs::copy(sample("nacl.cif"), &structure).unwrap();
    let older = folder.path().join("nacl.png");
    std::fs::write(&older, b"older").unwrap();
    let mut settings = Settings::default();
    settings.crystals.export_side_px = 200;
    let mut window = open_window_in(tempfile::tempdir().unwrap(), &[structure], settings);
    window.settle();
    window.press(Modifiers::COMMAND, Key::E);
    window.click("Export");
    assert_eq!(std::fs::read(&older).unwrap(), b"older");
    let picture = image::open(folder.path().join("nacl 2.png")).unwrap();
    assert_eq!(picture.width().max(picture.height()), 200);
}

#[test]
fn an_idle_window_asks_for_no_frames() {
    let mut window = open_window(&[sample("nacl.cif")]);
    window.settle();
    // Toasts, tooltips and animations end; then nothing may want a frame by itself.
    let frames = window.harness.run_ok().expect("an idle window comes to rest");
    assert!(frames <= 2, "{frames} frames without a cause");
}

#[test]
fn a_lost_device_is_told_and_survived() {
    let mut window = open_window(&[sample("nacl.cif")]);
    window.settle();
    // What was changed so far is written by itself; wait for that, so that only the loss can write again.
    let saved = vitrine::app::settings::path(&directories(window.state.path()));
    for _ in 0..1000 {
        if saved.exists() {
            break;
        }
        window.harness.run_ok();
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    std::fs::remove_file(&saved).unwrap();
    window.harness.state().gpu().errors.report_lost("the driver was reset");
    window.harness.run_ok();
    window.harness.run_ok();
    let told = window.harness.state().notifications().history();
    assert!(told.iter().any(|n| n.text.contains("driver was reset") && n.text.contains("restart")));
    assert!(saved.exists(), "the state is saved at once");
    let again = window.harness.state().restart_arguments();
    assert_eq!(again, ["--".into(), sample("nacl.cif").into_os_string()]);
}

#[test]
fn settings_come_back_and_broken_ones_give_way_to_defaults() {
    let state = tempfile::tempdir().unwrap();
    let directories = directories(state.path());
    let mut settings = Settings { zoom: 1.5, show_system: true, ..Settings::default() };
    settings.crystals.remember(Path::new("/data/perovskite.cif"));
    settings.save(&directories).unwrap();
    assert_eq!(Settings::load(&directories), (settings, None));

    let path = vitrine::app::settings::path(&directories);
    std::fs::write(&path, "(version: 1, data: (zoom: \"large\"))").unwrap();
    let (loaded, warning) = Settings::load(&directories);
    assert_eq!(loaded, Settings::default());
    assert!(warning.unwrap().contains("settings.ron"));

    std::fs::write(&path, "(version: 1, data: (zoom: 900.0, crystals: (export_dpi: -3.0)))").unwrap();
    let (loaded, _) = Settings::load(&directories);
    assert_eq!((loaded.zoom, loaded.crystals.export_dpi), (1.0, 300.0), "out of range is put right");
}

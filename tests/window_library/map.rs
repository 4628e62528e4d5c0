//! The Library's map in the real window without a screen.

use std::path::Path;

use super::support::{Window, open_window};
use eframe::egui;
use egui_kittest::kittest::Queryable as _;
use image::{Rgb, RgbImage};
use vitrine::gpu::Owner;

/// Pictures of three kinds, in a folder each.
fn fill(folder: &Path, of_each: u32) {
    for (kind, name) in ["fires", "forests", "stripes"].into_iter().enumerate() {
        let folder = folder.join(name);
        std::fs::create_dir(&folder).unwrap();
        for number in 0..of_each {
            let picture = RgbImage::from_fn(96, 64 + number % 3 * 16, |x, y| {
                let wave = ((x * (2 + number % 5) + y * 7) % 40) as u8;
                match kind {
                    0 => Rgb([215 + wave, 60 + (y + number) as u8 / 2, 20 + wave]),
                    1 => Rgb([10 + wave, 110 + (x / 2 + number) as u8, 40 + wave / 2]),
                    _ if (x + number) / 6 % 2 == 0 => Rgb([250 - number as u8, 250, 250]),
                    _ => Rgb([10, 10, 20 + number as u8]),
                }
            });
            picture.save(folder.join(format!("{name} {number}.png"))).unwrap();
        }
    }
}

fn library_bytes(window: &Window, label: &str) -> u64 {
    let owners = window.harness.state().gpu().ledger.by_owner();
    let of_library = owners.iter().filter(|entry| entry.owner == Owner::Library);
    let labels = of_library.flat_map(|entry| entry.labels.iter().filter(|(name, _)| name.starts_with(label)));
    labels.map(|(_, bytes)| bytes).sum()
}

/// Writes what is shown where a person can look at it, when asked to.
fn keep(window: &mut Window, name: &str) -> image::RgbaImage {
    let shown = window.harness.render().unwrap();
    if let Some(folder) = std::env::var_os("VITRINE_TEST_PICTURES") {
        shown.save(Path::new(&folder).join(name)).unwrap();
    }
    shown
}

#[test]
fn the_map_arranges_names_groups_and_draws_pictures() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), 40);
    let mut window = open_window(&[folder.path().to_owned()]);
    window.settle();
    window.click("Map");
    window.settle();
    assert!(window.shows("Map of 120 pictures"), "all pictures are on the map");
    assert!(window.shows("120 pictures"), "they rest");
    assert!(library_bytes(&window, "map") > 16_000_000, "tiles are in the book");
    assert!(window.harness.state().gpu().errors.faults().is_empty());

    let shown = keep(&mut window, "map.png");
    let count = |is_one: &dyn Fn([u8; 4]) -> bool| shown.pixels().filter(|pixel| is_one(pixel.0)).count();
    let fires = count(&|[r, g, b, _]| r > 200 && g < 160 && b < 90);
    let forests = count(&|[r, g, b, _]| g > 100 && r < 70 && b < 110);
    assert!(fires > 3000 && forests > 3000, "{fires} and {forests} pixels of pictures");
}

#[test]
fn a_loop_selects_and_searching_within_goes_to_the_grid() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), 12);
    let mut window = open_window(&[folder.path().to_owned()]);
    window.settle();
    window.click("Map");
    window.settle();
    window.click("Lasso");
    let area = window.harness.get_by_label_contains("Map of 36 pictures").rect();
    let corners = [area.left_top(), area.right_top(), area.right_bottom(), area.left_bottom()];
    let at = |corner: egui::Pos2| corner + (area.center() - corner) * 0.02;
    let button = |pos, pressed| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: egui::Modifiers::NONE,
    };
    window.harness.event(egui::Event::PointerMoved(at(corners[0])));
    window.harness.run_ok();
    window.harness.event(button(at(corners[0]), true));
    window.harness.run_ok();
    for corner in corners.into_iter().chain([corners[0]]) {
        window.harness.event(egui::Event::PointerMoved(at(corner)));
        window.harness.run_ok();
    }
    keep(&mut window, "map_lasso.png");
    window.harness.event(button(at(corners[0]), false));
    window.settle();
    assert!(window.shows("36 selected"));
    keep(&mut window, "map_chosen.png");
    window.click("Search within");
    assert!(!window.shows("Map of 36 pictures"), "the grid is shown");
}

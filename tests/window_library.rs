//! The Library in the real window without a screen: folders dropped, pictures found, looked at, forgotten.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails says where")]

#[path = "window_library/map.rs"]
mod map;
#[path = "support/samples.rs"]
mod samples;
#[path = "support/window.rs"]
mod support;

use std::path::{Path, PathBuf};

use eframe::egui::{self, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use samples::sample;
use support::{Window, open_window, open_window_in};
use vitrine::app::Command;
use vitrine::app::settings::{Room, Settings};
use vitrine::gpu::Owner;
use vitrine::library::ui::LibraryCommand;

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

fn drop_on(window: &mut Window, path: &Path) {
    window.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path.to_owned())));
    window.settle();
}

fn picture(path: &Path, rgb: [u8; 3], width: u32, height: u32) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb(rgb.map(|value| value.saturating_add(((x * 7 + y * 3) % 17) as u8)))
    });
    picture.save(path).unwrap();
}

/// Thirty pictures of three colours.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..10_u32 {
        let path = |name: &str| folder.path().join(format!("{name}/{name}_{number}.png"));
        picture(&path("boat"), [180, 20, 30], 120 + number, 80);
        picture(&path("tree"), [30, 140, 40], 80, 120 + number);
        picture(&path("lake"), [20, 60, 200], 100, 100);
    }
    folder
}

fn shown(window: &Window) -> usize {
    window.harness.state().library().map_or(0, vitrine::library::ui::LibraryRoom::shown_count)
}

fn selected(window: &Window) -> usize {
    window.harness.state().library().map_or(0, vitrine::library::ui::LibraryRoom::selected_count)
}

fn opened() -> (Window, tempfile::TempDir) {
    let folder = folder();
    let mut window = open_window(&[]);
    window.settle();
    drop_on(&mut window, folder.path());
    (window, folder)
}

fn type_query(window: &mut Window, text: &str) {
    window.harness.get_by_label("Search pictures").click();
    window.settle();
    window.harness.get_by_label("Search pictures").type_text(text);
    window.settle();
}

#[test]
fn a_dropped_folder_of_pictures_becomes_a_library() {
    let (window, folder) = opened();
    assert_eq!(window.harness.state().room(), Room::Library, "pictures lead to the Library");
    assert_eq!(shown(&window), 30);
    assert!(window.shows("30 pictures"));
    assert!(window.shows(&folder.path().file_name().unwrap().to_string_lossy()));
    assert!(window.shows("boat_3.png"));
    let owners = window.harness.state().gpu().ledger.by_owner();
    let library = owners.iter().find(|entry| entry.owner == Owner::Library).unwrap();
    assert!(library.bytes > 100_000, "thumbnails are in the book");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        3,
        "nothing is written beside the pictures"
    );
}

#[test]
fn structures_still_go_to_crystals_and_the_rail_leads_back() {
    let (mut window, _folder) = opened();
    drop_on(&mut window, &sample("nacl.cif"));
    assert_eq!(window.harness.state().room(), Room::Crystals);
    assert_eq!(window.harness.state().crystals().shown_count(), 1);
    window.click("Library");
    assert_eq!(window.harness.state().room(), Room::Library);
    assert_eq!(shown(&window), 30);
}

#[test]
fn typing_finds_fewer_and_says_how_it_was_understood() {
    let (mut window, _folder) = opened();
    type_query(&mut window, "boat ");
    assert_eq!(shown(&window), 10);
    assert!(window.shows("10 of 30"));
    assert!(window.shows("names and texts"));
    window.click("Show all pictures");
    assert_eq!(shown(&window), 30);
    type_query(&mut window, "width:>125 nofield:x ");
    assert!(window.shows("there is no field"), "what is wrong is said");
    assert_eq!(shown(&window), 4, "and the rest still counts");
}

#[test]
fn completions_are_taken_with_tab() {
    let (mut window, _folder) = opened();
    type_query(&mut window, "wid");
    window.press(Modifiers::NONE, Key::Tab);
    window.harness.get_by_label("Search pictures").type_text(">125");
    window.settle();
    assert_eq!(shown(&window), 4);
}

#[test]
fn a_click_on_a_folder_shows_only_its_pictures() {
    let (mut window, _folder) = opened();
    let other = tempfile::tempdir().unwrap();
    picture(&other.path().join("one.png"), [9, 200, 9], 60, 40);
    drop_on(&mut window, other.path());
    assert_eq!(shown(&window), 31);
    let name = other.path().file_name().unwrap().to_string_lossy().into_owned();
    window.click(&name);
    assert_eq!(shown(&window), 1);
    assert!(window.shows("1 of 31"));
    window.click(&name);
    assert_eq!(shown(&window), 31);
}

#[test]
fn what_is_not_shown_is_not_selected() {
    let (mut window, _folder) = opened();
    window.press(Modifiers::COMMAND, Key::A);
    assert_eq!(selected(&window), 30);
    type_query(&mut window, "boat ");
    assert_eq!((shown(&window), selected(&window)), (10, 10));
}

#[test]
fn keys_move_select_and_open() {
    let (mut window, _folder) = opened();
    window.press(Modifiers::NONE, Key::ArrowRight);
    assert_eq!(selected(&window), 1);
    window.press(Modifiers::SHIFT, Key::ArrowRight);
    window.press(Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(selected(&window), 3);
    assert!(window.shows("3 selected"));
    window.press(Modifiers::COMMAND, Key::A);
    assert_eq!(selected(&window), 30);
    window.press(Modifiers::NONE, Key::Escape);
    assert_eq!(selected(&window), 0);
    window.press(Modifiers::NONE, Key::Home);
    window.press(Modifiers::NONE, Key::Enter);
    assert!(window.shows("1 of 30"), "the first picture is large");
    window.press(Modifiers::NONE, Key::ArrowRight);
    assert!(window.shows("2 of 30"));
    assert!(window.shows("FILE"), "what is known of it stands beside it");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.shows("30 pictures"));
}

#[test]
fn a_dropped_picture_is_searched_with_and_can_be_removed() {
    let (mut window, _folder) = opened();
    let elsewhere = tempfile::tempdir().unwrap();
    let query = elsewhere.path().join("question.png");
    picture(&query, [175, 25, 30], 140, 90);
    drop_on(&mut window, &query);
    assert!(window.shows("question.png"));
    assert!(window.shows("Relevance: drag the line"), "what is alike has an order of relevance");
    window.click("Remove question.png");
    assert!(!window.shows("question.png"));
    assert_eq!(shown(&window), 30);
}

#[test]
fn a_pasted_picture_is_searched_with() {
    let (mut window, _folder) = opened();
    let image = egui::ColorImage::filled([700, 40], egui::Color32::from_rgb(180, 25, 30));
    window.harness.event(egui::Event::PasteImage(std::sync::Arc::new(image)));
    window.settle();
    assert!(window.shows("pasted picture"));
}

#[test]
fn a_picture_that_changes_while_it_is_large_is_told_about_as_it_is_now() {
    let (mut window, folder) = opened();
    let libraries = window.harness.state().library().unwrap().libraries();
    let table = libraries.table();
    let lake = table.entries().iter().find(|entry| entry.relative.ends_with("lake_0.png")).unwrap().id;
    window.harness.state_mut().send(Command::Library(LibraryCommand::Open(lake)));
    window.settle();
    assert!(window.shows("100 × 100"));
    picture(&folder.path().join("lake/lake_0.png"), [20, 60, 200], 150, 90);
    window.harness.state_mut().send(Command::Library(LibraryCommand::UpdateAll));
    window.settle();
    assert!(window.shows("150 × 90") && !window.shows("100 × 100"));
}

#[test]
fn files_go_into_a_folder_in_the_way_that_is_chosen() {
    let (mut window, _folder) = opened();
    window.click("Export");
    window.click("Files into a folder…");
    assert!(window.shows("30 pictures into a folder"));
    window.click("As hard links");
    window.click("In folders as in the library");
    assert!(window.shows("Choose a folder…"));
    window.click("Cancel");
    assert!(!window.shows("30 pictures into a folder"));
}

#[test]
fn a_library_is_forgotten_only_after_a_question() {
    let (mut window, folder) = opened();
    let root = std::fs::canonicalize(folder.path()).unwrap();
    window.harness.state_mut().send(Command::Library(LibraryCommand::AskForget(root)));
    window.settle();
    assert!(window.shows("The pictures themselves stay"));
    window.click("Keep");
    assert_eq!(shown(&window), 30);
    let root = std::fs::canonicalize(folder.path()).unwrap();
    window.harness.state_mut().send(Command::Library(LibraryCommand::AskForget(root)));
    window.settle();
    window.click("Forget");
    assert!(window.shows("Drop a folder of pictures here"));
    assert!(folder.path().join("boat/boat_0.png").exists());
}

#[test]
fn libraries_and_the_room_come_back_with_the_next_start() {
    let (window, folder) = opened();
    let mut settings = Settings { room: Room::Library, ..Settings::default() };
    settings.library.cell_points = 90.0;
    let state = window.state;
    drop(window.harness);
    picture(&folder.path().join("boat/late.png"), [200, 200, 20], 60, 60);
    let mut window = open_window_in(state, &[], settings);
    window.settle();
    assert_eq!(shown(&window), 31, "and what is new since then is found");
}

#[test]
fn an_idle_library_asks_for_no_frames() {
    let (mut window, _folder) = opened();
    window.settle();
    let frames = window.harness.run_ok().expect("an idle window comes to rest");
    assert!(frames <= 2, "{frames} frames without a cause");
}

#[test]
fn unreadable_files_are_listed_with_their_reasons() {
    let folder = folder();
    std::fs::write(folder.path().join("broken.png"), b"\x89PNG\r\n\x1a\nnothing").unwrap();
    let mut window = open_window(&[]);
    window.settle();
    drop_on(&mut window, folder.path());
    let number = window.harness.state().library().unwrap().libraries().list().first().unwrap().number;
    window.harness.state_mut().send(Command::Library(LibraryCommand::ShowFailed(number)));
    window.settle();
    assert!(window.shows("broken.png"));
}

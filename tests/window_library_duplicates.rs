//! The view of duplicates without a screen: pictures are compared, groups follow the thresholds, and what is marked goes
//! to a trash that is only pretended.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails says where")]

#[path = "support/photos.rs"]
mod photos;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use eframe::egui::{self, Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable as _};
use image::{RgbImage, imageops};
use photos::scene;
use vitrine::{
    gpu::{GpuContext, Owner},
    jobs::Jobs,
    library::{
        duplicates::{Kind, trash::Trash},
        session::{IndexOptions, Libraries},
        ui::{
            duplicates::{DuplicateSettings, DuplicatesView},
            thumbs::Thumbnails,
        },
    },
    storage::Directories,
    ui::{Mode, Notifications, Shell, Theme},
};

/// A trash in a folder of its own; it puts no file in the place of another.
struct FakeTrash {
    folder: PathBuf,
    held: Mutex<BTreeMap<PathBuf, PathBuf>>,
    refuses: Option<&'static str>,
}

impl Trash for FakeTrash {
    fn discard(&self, path: &Path) -> Result<(), String> {
        if self.refuses.is_some_and(|name| path.ends_with(name)) {
            return Err("it is locked".to_owned());
        }
        let mut held = self.held.lock().unwrap();
        let to = self.folder.join(held.len().to_string());
        fs::rename(path, &to).map_err(|error| error.to_string())?;
        held.insert(path.to_owned(), to);
        Ok(())
    }

    fn can_restore(&self) -> bool {
        true
    }

    fn restore(&self, paths: &[PathBuf]) -> Vec<Result<(), String>> {
        let mut held = self.held.lock().unwrap();
        let back = |path: &PathBuf| {
            if path.exists() {
                return Err("another file has taken its place".to_owned());
            }
            let from = held.remove(path).ok_or("it is not in the trash")?;
            fs::rename(from, path).map_err(|error| error.to_string())
        };
        paths.iter().map(back).collect()
    }
}

/// The view alone in a window.
struct Room {
    gpu: GpuContext,
    render_state: eframe::egui_wgpu::RenderState,
    jobs: Jobs,
    notifications: Notifications,
    libraries: Libraries,
    thumbnails: Thumbnails,
    view: DuplicatesView,
}

impl Room {
    fn with<T>(
        &mut self,
        visit: impl FnOnce(&mut DuplicatesView, &mut Shell<'_>, &Libraries, &mut Thumbnails) -> T,
    ) -> T {
        let mut shell = Shell {
            gpu: &self.gpu,
            render_state: &self.render_state,
            jobs: &self.jobs,
            notifications: &mut self.notifications,
            mode: Mode::Dark,
        };
        visit(&mut self.view, &mut shell, &self.libraries, &mut self.thumbnails)
    }
}

impl eframe::App for Room {
    fn logic(&mut self, _: &egui::Context, _: &mut eframe::Frame) {
        self.with(|view, shell, libraries, _| {
            view.logic(shell, libraries);
            for number in view.take_changed() {
                libraries.index(number, IndexOptions::default(), &|| false, &|_| {}).unwrap();
            }
        });
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        self.with(|view, shell, libraries, thumbnails| {
            thumbnails.begin_frame(ui.ctx(), 64 << 20, shell);
            egui::CentralPanel::default().show(ui, |ui| view.ui(ui, shell, libraries, thumbnails));
            thumbnails.end_frame(libraries, shell);
        });
    }
}

struct Window {
    harness: Harness<'static, Room>,
    pictures: tempfile::TempDir,
    /// The program's own state, and the trash.
    others: [tempfile::TempDir; 2],
}

/// Six pictures; of the first two there are copies: the same file, a smaller one, a mirrored one, and one turned.
fn pictures() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let save = |picture: &RgbImage, name: &str| picture.save(folder.path().join(name)).unwrap();
    for number in 0..6 {
        save(&scene(number, 360, 240), &format!("scene{number}.png"));
    }
    fs::create_dir(folder.path().join("more")).unwrap();
    fs::copy(folder.path().join("scene0.png"), folder.path().join("more/scene0 copy.png")).unwrap();
    save(&imageops::resize(&scene(0, 360, 240), 330, 220, imageops::FilterType::Lanczos3), "more/small.png");
    save(&imageops::flip_horizontal(&scene(1, 360, 240)), "more/mirrored.png");
    save(&imageops::rotate90(&scene(2, 360, 240)), "more/turned.png");
    folder
}

fn open(refuses: Option<&'static str>, size: egui::Vec2) -> Window {
    let [state, bin] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let pictures = pictures();
    let directories = Directories::resolve_from(Some(state.path()), None).unwrap();
    let libraries = Libraries::new(&directories);
    let number = libraries.open(pictures.path()).unwrap();
    let report = libraries.index(number, IndexOptions::default(), &|| false, &|_| {}).unwrap();
    assert_eq!(report.files, 10);
    let trash = FakeTrash { folder: bin.path().to_owned(), held: Mutex::default(), refuses };
    let harness =
        Harness::builder().with_size(size).with_max_steps(60).allow_missing_glyphs().wgpu().build_eframe(
            move |cc| {
                let render_state = cc.wgpu_render_state.clone().unwrap();
                let gpu = GpuContext::adopt(
                    render_state.instance.clone(),
                    render_state.adapter.clone(),
                    render_state.device.clone(),
                    render_state.queue.clone(),
                );
                Theme::get().install(&cc.egui_ctx);
                Room {
                    gpu,
                    render_state,
                    jobs: Jobs::default(),
                    notifications: Notifications::default(),
                    libraries,
                    thumbnails: Thumbnails::default(),
                    view: DuplicatesView::with(DuplicateSettings::default(), Arc::new(trash)),
                }
            },
        );
    Window { harness, pictures, others: [state, bin] }
}

impl Window {
    fn settle(&mut self) {
        for _ in 0..3000 {
            self.harness.run_ok();
            let room = self.harness.state();
            if room.jobs.running_count() == 0 && !room.view.is_busy() && !room.thumbnails.is_busy() {
                self.harness.run_ok();
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("background work did not end");
    }

    fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.settle();
    }

    fn click_containing(&mut self, label: &str) {
        self.harness.query_all_by_label_contains(label).next().unwrap().click();
        self.settle();
    }

    fn press(&mut self, key: Key) {
        self.harness.key_press_modifiers(Modifiers::NONE, key);
        self.settle();
    }

    fn shows(&self, label: &str) -> bool {
        self.harness.query_all_by_label_contains(label).next().is_some()
    }

    fn view(&self) -> &DuplicatesView {
        &self.harness.state().view
    }

    fn kinds(&self) -> Vec<(Kind, usize)> {
        self.view().groups().all.iter().map(|group| (group.group.kind, group.positions.len())).collect()
    }

    fn has(&self, name: &str) -> bool {
        self.pictures.path().join(name).exists()
    }
}

fn searched(refuses: Option<&'static str>) -> Window {
    let mut window = open(refuses, egui::vec2(1280.0, 800.0));
    window.settle();
    window.click("Compare 10 pictures");
    window
}

#[test]
fn copies_are_found_with_their_kinds_and_the_better_one_is_suggested() {
    let mut window = searched(None);
    let mut kinds = window.kinds();
    kinds.sort();
    assert_eq!(kinds, [(Kind::ReEncoded, 3), (Kind::Turned, 2), (Kind::Turned, 2)]);
    assert!(window.shows("Re-encoded 1") && window.shows("Same file 1") && window.shows("Turned 2"));
    // The whole file wins over the small one, and over its copy by name.
    window.click_containing("Re-encoded · 3 pictures");
    assert!(window.shows("Keep scene0.png") && window.shows("330 × 220"));
    let group = &window.view().groups().all[window.view().groups().place_of(0).unwrap()];
    assert_eq!(group.positions.len(), 3);
    assert_eq!(window.view().total().files, 0, "nothing is marked by itself");
}

#[test]
fn thresholds_and_kinds_regroup_what_was_found() {
    let mut window = searched(None);
    window.click_containing("Turned 2");
    assert_eq!(window.kinds(), [(Kind::ReEncoded, 3)], "a kind that is left out has no groups");
    assert!(window.shows("Turned 2"), "its count stays");
    window.click_containing("Turned 2");
    assert_eq!(window.kinds().len(), 3);
    window.click_containing("Re-encoded 1");
    assert!(window.kinds().contains(&(Kind::Exact, 2)), "the same files stay together: {:?}", window.kinds());
}

#[test]
fn what_is_marked_goes_to_the_trash_and_comes_back() {
    let mut window = searched(None);
    window.click("Mark copies");
    assert_eq!(window.view().total().files, 4);
    window.click_containing("Move 4 files");
    assert!(window.shows("Move 4 files to the trash?") && window.shows("scene0 copy.png"));
    assert!(window.has("more/small.png"), "nothing moves before the answer");
    window.harness.get_all_by_label_contains("Move 4 files (").last().unwrap().click();
    window.settle();
    for gone in ["more/scene0 copy.png", "more/small.png"] {
        assert!(!window.has(gone), "{gone}");
    }
    assert!(window.has("scene0.png"));
    let left = fs::read_dir(window.pictures.path().join("more")).unwrap().count()
        + fs::read_dir(window.pictures.path()).unwrap().count();
    assert_eq!(left, 10 + 1 - 4, "four files went, the folder stays");
    assert!(window.kinds().is_empty());
    assert_eq!(window.harness.state().libraries.table().entries().len(), 6, "the library has followed");
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.settle();
    assert!(window.has("more/scene0 copy.png") && window.has("more/small.png"));
    assert_eq!(window.kinds().len(), 3);
    assert_eq!(window.harness.state().libraries.table().entries().len(), 10);
}

#[test]
fn what_did_not_come_back_can_be_tried_again_after_another_search_too() {
    let mut window = searched(None);
    window.click("Mark copies");
    window.click_containing("Move 4 files");
    window.harness.get_all_by_label_contains("Move 4 files (").last().unwrap().click();
    window.settle();
    let place = window.pictures.path().join("more/small.png");
    fs::write(&place, b"in the way").unwrap();
    window.click("Undo");
    assert!(window.has("more/scene0 copy.png") && window.shows("1 file went to the trash"));
    window.click("Search again");
    assert_eq!(window.kinds().len(), 3);
    fs::remove_file(&place).unwrap();
    window.click("Undo");
    assert!(window.has("more/small.png") && !window.shows("went to the trash"));
    assert!(window.shows("The libraries have changed since this search"));
    window.click("Search again");
    assert!(window.kinds().contains(&(Kind::ReEncoded, 3)), "{:?}", window.kinds());
}

#[test]
fn marks_outlive_another_search() {
    let mut window = searched(None);
    window.click("Mark copies");
    let marked = window.view().total();
    assert_eq!(marked.files, 4);
    // A picture that is in no group goes, so that others have other positions.
    let before: Vec<u32> =
        window.view().groups().all.iter().flat_map(|group| group.positions.clone()).collect();
    for alone in ["scene3.png", "scene4.png", "scene5.png"] {
        fs::remove_file(window.pictures.path().join(alone)).unwrap();
    }
    let libraries = &window.harness.state().libraries;
    libraries.index(0, IndexOptions::default(), &|| false, &|_| {}).unwrap();
    window.settle();
    window.click("Search again");
    let after: Vec<u32> =
        window.view().groups().all.iter().flat_map(|group| group.positions.clone()).collect();
    assert_ne!(before, after);
    assert_eq!(window.view().total(), marked);
}

#[test]
fn a_file_that_stays_is_named_with_the_reason() {
    let mut window = searched(Some("small.png"));
    window.click("Mark copies");
    window.click_containing("Move 4 files");
    window.harness.get_all_by_label_contains("Move 4 files (").last().unwrap().click();
    window.settle();
    assert!(window.has("more/small.png"));
    assert!(window.shows("3 files went to the trash") && window.shows("small.png stays: it is locked"));
}

#[test]
fn a_kept_file_that_has_changed_stops_everything() {
    let mut window = searched(None);
    window.click("Mark copies");
    fs::write(window.pictures.path().join("scene0.png"), b"another one now").unwrap();
    window.click_containing("Move 4 files");
    assert!(
        window.shows("Nothing is moved to the trash") && window.shows("has changed since it was indexed")
    );
    window.click("Close");
    assert!(window.has("more/small.png") && window.has("more/scene0 copy.png"));
}

#[test]
fn keys_walk_through_groups_and_mark_pictures() {
    let mut window = searched(None);
    window.press(Key::Num2);
    assert_eq!(window.view().total().files, 1);
    window.press(Key::Num1);
    let size = window.view().groups().all[0].positions.len();
    let marked = window.view().total().files;
    assert!(marked < size, "one stays");
    window.press(Key::ArrowDown);
    window.press(Key::Num1);
    window.press(Key::Num2);
    assert_eq!(window.view().total().files, marked + 1, "of two pictures one stays");
    assert!(window.harness.state().notifications.history().iter().any(|n| n.text.contains("stays")));
    window.click("Unmark all");
    assert_eq!(window.view().total().files, 0);
}

#[test]
fn a_group_that_is_no_duplicate_is_not_shown_again() {
    let mut window = searched(None);
    window.click_containing("Re-encoded · 3 pictures");
    window.click("Not duplicates");
    assert_eq!(window.kinds().len(), 2);
    window.click("Search again");
    assert_eq!(window.kinds().len(), 2, "it is remembered");
    window.click("1 group left out");
    window.click("Bring back all");
    assert_eq!(window.kinds().len(), 3, "searched again with it");

    window.click_containing("Re-encoded · 3 pictures");
    window.click("Not duplicates");
    window.click("1 group left out");
    window.click("Bring back the last one");
    assert_eq!(window.kinds().len(), 3);
    assert!(!window.shows("1 group left out"));
    window.click("Search again");
    assert_eq!(window.kinds().len(), 3, "that is remembered too");
}

#[test]
fn a_group_that_cannot_be_remembered_is_not_left_out() {
    let mut window = searched(None);
    let [state, _] = &window.others;
    let catalog = rusqlite::Connection::open(catalog_in(state.path()).unwrap()).unwrap();
    let refuse =
        "CREATE TRIGGER full BEFORE INSERT ON settled_groups BEGIN SELECT RAISE(ABORT, 'no room'); END";
    catalog.execute_batch(refuse).unwrap();
    window.click_containing("Re-encoded · 3 pictures");
    window.click("Not duplicates");
    assert_eq!(window.kinds().len(), 3);
    assert!(!window.shows("1 group left out"));
    let told = window.harness.state().notifications.history();
    assert!(
        told.iter().any(|told| told.text.contains("cannot be left out") && told.text.contains("no room"))
    );
}

/// The catalog of the only library.
fn catalog_in(folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() { catalog_in(&path) } else { path.ends_with("catalog.sqlite").then_some(path) }
    })
}

#[test]
fn two_pictures_are_compared_aligned() {
    let mut window = searched(None);
    window.click_containing("Turned · 2 pictures · ");
    window.press(Key::Space);
    assert!(window.shows("First picture at 100 %") && window.shows("Second picture at 100 %"));
    window.press(Key::D);
    // A turned copy without loss is the same once it is turned back.
    assert!(window.shows("mean 0.00, largest 0 of 255"));
    window.click("Aligned");
    assert!(!window.shows("mean 0.00"));
    window.press(Key::F);
    assert!(window.shows("Shows the first") || window.shows("Show the other"));
    let owners = window.harness.state().gpu.ledger.by_owner();
    let library = owners.iter().find(|entry| entry.owner == Owner::Library).unwrap();
    assert!(library.labels.iter().any(|(label, _)| label.contains("compared pictures")));
    window.press(Key::Escape);
    assert!(window.shows("Keep only the suggested"));
    let owners = window.harness.state().gpu.ledger.by_owner();
    let labels = owners.iter().flat_map(|entry| &entry.labels);
    assert!(!labels.map(|(label, _)| label).any(|label| label.contains("compared pictures")));
}

#[test]
fn narrow_windows_show_the_list_or_the_group() {
    let mut window = open(None, egui::vec2(480.0, 800.0));
    window.settle();
    window.click("Compare 10 pictures");
    assert!(!window.shows("Keep only the suggested"));
    window.click_containing("Re-encoded · 3 pictures");
    assert!(window.shows("Keep only the suggested"));
    window.click("Back to all groups");
    assert!(!window.shows("Keep only the suggested"));
}

#[test]
fn rules_in_another_order_suggest_another_picture() {
    let mut window = searched(None);
    window.click("Plot");
    assert!(window.view().settings().show_plot);
    let place = window.view().groups().place_of(0).unwrap();
    let before = window.view().groups().all[place].choice.index;
    window.click("Rules");
    window.click("In a preferred folder");
    let place = window.view().groups().place_of(0).unwrap();
    assert_eq!(window.view().groups().all[place].choice.index, before, "no folder is preferred");
    assert!(!window.view().settings().rules[0].1);
    window.click("Move down: In a preferred folder");
    assert!(!window.view().settings().rules[1].1);
}

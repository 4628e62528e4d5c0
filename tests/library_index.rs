//! Libraries as a whole: indexing a folder that changes, and finding things in it.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may fail like the tests themselves")]

#[path = "support/photos.rs"]
mod photos;
#[path = "support/plain.rs"]
mod pictures;

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use photos::scene;
use pictures::{plain, save};
use vitrine::library::descriptors::BUILT_IN;
use vitrine::library::session::{
    DuplicateScope, IndexOptions, IndexReport, Libraries, LibraryError, Order, PictureQuery, PictureSource,
    Resolved, SearchRequest, SearchResponse, Sketch, SketchBlob, Strength, TookAs,
};
use vitrine::library::vectors::VectorStore;
use vitrine::library::{
    Pixels,
    duplicates::{Group, Kind, Thresholds},
};
use vitrine::storage::Directories;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("photos")).unwrap();
        Self { folder }
    }

    fn photos(&self) -> PathBuf {
        self.folder.path().join("photos").canonicalize().unwrap()
    }

    fn libraries(&self) -> Libraries {
        Libraries::new(&Directories::resolve(Some(&self.folder.path().join("state"))).unwrap())
    }

    /// What a file outside of the photos holds must not change; inside neither.
    fn listing(&self) -> Vec<(PathBuf, u64)> {
        let mut found = Vec::new();
        let mut folders = vec![self.photos()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    found.push((entry.path(), entry.metadata().unwrap().len()));
                }
            }
        }
        found.sort();
        found
    }
}

fn index(libraries: &Libraries, number: u32) -> IndexReport {
    libraries
        .index(number, IndexOptions { workers: 2, ..IndexOptions::default() }, &|| false, &|_| ())
        .unwrap()
}

fn search(libraries: &Libraries, request: &SearchRequest) -> SearchResponse {
    libraries.search(request, &|| false).unwrap()
}

fn ask(libraries: &Libraries, text: &str) -> SearchResponse {
    search(libraries, &SearchRequest { text: text.to_owned(), ..SearchRequest::default() })
}

/// Names of the hits above the cut.
fn names(libraries: &Libraries, response: &SearchResponse) -> Vec<String> {
    let hits = response.hits.iter().take(response.above_cut);
    let name = |id| libraries.path(id).unwrap().file_name().unwrap().to_string_lossy().into_owned();
    hits.map(|hit| name(hit.id)).collect()
}

#[test]
fn a_second_window_sees_what_the_first_writes_and_takes_over() {
    let place = Place::new();
    let photos = place.photos();
    save(&scene(1, 120, 90), &photos.join("a.png"));
    let first = place.libraries();
    let number = first.open(&photos).unwrap();
    let second = place.libraries();
    let other = second.open(&photos).unwrap();
    let can_write = |libraries: &Libraries| libraries.list()[0].can_write;
    assert!(can_write(&first) && !can_write(&second));
    let refused = second.index(other, IndexOptions::default(), &|| false, &|_| ());
    assert!(matches!(refused, Err(LibraryError::Busy)));
    assert!(second.follow().is_empty());
    let before = second.generation();
    assert!(second.follow().is_empty());
    assert_eq!(second.generation(), before, "nothing is read again while nothing changes");

    index(&first, number);
    assert!(second.follow().is_empty());
    assert_eq!(second.table().entries().len(), 1);
    let like = second.table().entries()[0].id;
    let source = PictureSource::Library(like);
    let pictures = vec![PictureQuery { source, crop: None, weight: 1.0 }];
    let answer = search(&second, &SearchRequest { pictures, ..SearchRequest::default() });
    assert_eq!(answer.hits[0].id, like, "its vectors are there too");

    drop(first);
    save(&scene(2, 120, 90), &photos.join("b.png"));
    assert_eq!(second.follow(), [other]);
    assert!(can_write(&second));
    assert_eq!(index(&second, other).indexed, 1);
    assert_eq!(second.table().entries().len(), 2);
}

#[test]
fn a_folder_is_followed_through_its_changes() {
    let place = Place::new();
    let photos = place.photos();
    for (seed, name) in ["a.png", "trip/b.jpg", "trip/c.png", "d.bmp"].into_iter().enumerate() {
        save(&scene(seed as u32, 120, 90), &photos.join(name));
    }
    fs::write(photos.join("notes.txt"), "no picture").unwrap();
    fs::write(photos.join("broken.jpg"), "no picture either").unwrap();
    let before = place.listing();

    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    let first = index(&libraries, number);
    assert_eq!((first.files, first.indexed, first.unchanged, first.moved), (5, 4, 0, 0));
    assert_eq!(first.failed.len(), 1);
    assert_eq!(first.failed[0].path, Path::new("broken.jpg"));
    assert_eq!(libraries.table().entries().len(), 4);
    let b = libraries.table().entries().iter().find(|entry| entry.relative.ends_with("b.jpg")).unwrap().id;

    let second = index(&libraries, number);
    assert_eq!((second.files, second.indexed, second.unchanged), (5, 0, 4));
    assert_eq!(second.failed, first.failed, "what cannot be read is told every time");

    // Moved, changed, new, gone.
    fs::create_dir(photos.join("elsewhere")).unwrap();
    fs::rename(photos.join("trip/b.jpg"), photos.join("elsewhere/renamed.jpg")).unwrap();
    save(&scene(77, 100, 100), &photos.join("a.png"));
    save(&scene(78, 100, 100), &photos.join("e.png"));
    fs::remove_file(photos.join("d.bmp")).unwrap();
    let third = index(&libraries, number);
    assert_eq!((third.indexed, third.moved, third.removed, third.unchanged), (2, 1, 1, 1));
    let moved = libraries.path(b).unwrap();
    assert_eq!(moved, photos.join("elsewhere/renamed.jpg"), "a moved picture keeps its row");
    assert_eq!(names(&libraries, &ask(&libraries, "renamed")), ["renamed.jpg"]);
    assert!(names(&libraries, &ask(&libraries, "d")).is_empty());

    // It is the same after the program was closed.
    drop(libraries);
    let libraries = place.libraries();
    assert_eq!(libraries.known(), std::slice::from_ref(&photos));
    let number = libraries.open(&photos).unwrap();
    assert_eq!(libraries.table().entries().len(), 4);
    assert_eq!(index(&libraries, number).indexed, 0);

    // Nothing but what this test did has changed in the folder.
    let own: Vec<_> = place.listing().into_iter().filter(|(path, _)| path.ends_with("notes.txt")).collect();
    assert_eq!(own, before.into_iter().filter(|(path, _)| path.ends_with("notes.txt")).collect::<Vec<_>>());
    assert_eq!(place.listing().len(), 6);
}

#[test]
fn a_folder_that_is_away_and_comes_back_is_not_read_again() {
    let place = Place::new();
    let photos = place.photos();
    save(&scene(1, 120, 90), &photos.join("drive/a.png"));
    save(&scene(2, 120, 90), &photos.join("b.png"));
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    assert_eq!(index(&libraries, number).indexed, 2);
    let aside = place.folder.path().join("aside");
    fs::rename(photos.join("drive"), &aside).unwrap();
    assert_eq!(index(&libraries, number).removed, 1);
    assert_eq!(libraries.table().entries().len(), 1);
    fs::rename(&aside, photos.join("drive")).unwrap();
    let back = index(&libraries, number);
    assert_eq!((back.indexed, back.moved), (0, 1));
    assert_eq!(libraries.table().entries().len(), 2);
}

#[test]
fn a_run_that_is_stopped_goes_on_where_it_was() {
    let place = Place::new();
    let photos = place.photos();
    for seed in 0..40 {
        save(&scene(seed, 64, 48), &photos.join(format!("{seed:02}.png")));
    }
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    // Told at the end of the scan, before the first full look.
    let is_scanned = AtomicBool::new(false);
    let stop = || is_scanned.load(Ordering::Relaxed);
    let options = IndexOptions { workers: 1, ..IndexOptions::default() };
    let stopped = libraries
        .index(number, options, &stop, &|progress| {
            is_scanned.fetch_or(progress.scan_is_done, Ordering::Relaxed);
        })
        .unwrap();
    assert!(stopped.was_stopped && stopped.indexed < 40, "{stopped:?}");
    assert!(ask(&libraries, "").hits.len() > 20, "first looks are kept");
    let rest = index(&libraries, number);
    assert_eq!(rest.indexed + rest.unchanged, 40);
    assert!(!rest.was_stopped && libraries.table().entries().iter().all(|entry| !entry.is_first_look));
}

#[test]
fn a_first_run_that_is_stopped_during_the_scan_keeps_what_it_looked_at() {
    let place = Place::new();
    let photos = place.photos();
    for seed in 0..200 {
        save(&scene(seed, 32, 24), &photos.join(format!("{seed:03}.png")));
    }
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    // It is asked once for each name in the folder, and then at least once for each file that is looked at.
    let asked = AtomicUsize::new(0);
    let stop = || asked.fetch_add(1, Ordering::Relaxed) > 300;
    let options = IndexOptions { workers: 1, ..IndexOptions::default() };
    let stopped = libraries.index(number, options, &stop, &|_| ()).unwrap();
    assert!(stopped.was_stopped && stopped.indexed == 0, "{stopped:?}");
    let kept = ask(&libraries, "").hits.len();
    assert!(kept > 0, "what waited to be written is written");
    let rest = index(&libraries, number);
    assert_eq!((rest.indexed, rest.removed), (200, 0));
}

#[test]
fn a_run_that_waits_begins_nothing_and_the_next_one_does_not_wait() {
    let place = Place::new();
    let photos = place.photos();
    for seed in 0..30 {
        save(&scene(seed, 64, 48), &photos.join(format!("{seed:02}.png")));
    }
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    libraries.set_paused(number, true);
    let (told, is_over) = (Cell::new(0), AtomicBool::new(false));
    let options = IndexOptions { workers: 2, ..IndexOptions::default() };
    let report = libraries
        .index(number, options, &|| is_over.load(Ordering::Relaxed), &|progress| {
            assert!(progress.is_paused && progress.first_pass == 0, "{progress:?}");
            told.set(told.get() + 1);
            is_over.store(told.get() > 5, Ordering::Relaxed);
        })
        .unwrap();
    assert!(report.was_stopped && report.indexed == 0 && ask(&libraries, "").hits.is_empty(), "{report:?}");
    assert_eq!(index(&libraries, number).indexed, 30);
}

#[test]
fn what_could_not_be_read_is_tried_again_when_asked() {
    let place = Place::new();
    let photos = place.photos();
    save(&scene(1, 300, 200), &photos.join("a.png"));
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    let run = |options| libraries.index(number, options, &|| false, &|_| ()).unwrap();
    let small = IndexOptions { decode_bytes: 1000, lone_decode_bytes: 1000, ..IndexOptions::default() };
    let report = run(small);
    assert!(report.failed[0].error.contains("to decode"), "{report:?}");
    assert_eq!(run(IndexOptions::default()).failed.len(), 1, "it has not changed");
    let report = run(IndexOptions { retries_failed: true, ..IndexOptions::default() });
    assert_eq!((report.indexed, report.failed.len(), report.files), (1, 0, 1));
}

#[test]
fn a_few_pictures_are_told_by_their_looks_too() {
    let place = Place::new();
    let photos = place.photos();
    let colours = [
        ("red", [220, 20, 20]),
        ("blue", [20, 20, 220]),
        ("green", [20, 180, 30]),
        ("grey", [120, 120, 120]),
        ("white", [250, 250, 250]),
    ];
    for (number, (_, rgb)) in colours.iter().enumerate() {
        save(&plain(*rgb), &photos.join(format!("p{number}.png")));
    }
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    index(&libraries, number);
    assert_eq!(names(&libraries, &ask(&libraries, "color:red")), ["p0.png"]);
    assert_eq!(names(&libraries, &ask(&libraries, "blue")), ["p1.png"]);
    let mut grey = names(&libraries, &ask(&libraries, "bw"));
    grey.sort();
    assert_eq!(grey, ["p3.png", "p4.png"]);
    assert_eq!(ask(&libraries, "-red").above_cut, 4);
}

#[test]
fn only_regular_files_are_opened() {
    let place = Place::new();
    let device = if cfg!(unix) { PathBuf::from("/dev/zero") } else { place.photos() };
    for path in [place.photos(), device] {
        let error = vitrine::library::session::load_file(&path, 100).unwrap_err();
        assert!(error.to_string().contains("no regular file"), "{error}");
    }
}

#[test]
fn a_library_can_be_asked_while_it_is_indexed() {
    let place = Place::new();
    let photos = place.photos();
    for seed in 0..150 {
        save(&scene(seed, 64, 48), &photos.join(format!("{seed:03}.png")));
    }
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    let most = Cell::new(0);
    let options = IndexOptions { workers: 1, ..IndexOptions::default() };
    libraries
        .index(number, options, &|| false, &|progress| {
            let found = ask(&libraries, "").hits.len();
            if progress.full_pass < 100 {
                most.set(most.get().max(found));
            }
        })
        .unwrap();
    assert!(most.get() > 0, "nothing could be found before two thirds were done");
    assert_eq!(ask(&libraries, "").hits.len(), 150);
}

#[test]
fn looks_words_fields_and_pictures_find() {
    let place = Place::new();
    let photos = place.photos();
    for seed in 0..30 {
        save(&scene(seed, 120, 90), &photos.join(format!("scene/{seed}.jpg")));
    }
    save(&plain([0, 128, 128]), &photos.join("one.png"));
    save(&plain([250, 20, 20]), &photos.join("two.png"));
    save(&scene(500, 60, 200), &photos.join("tall tower.png"));
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    index(&libraries, number);

    let teal = ask(&libraries, "teal ");
    assert_eq!(teal.readings[0].took_as, TookAs::Colour);
    assert_eq!(names(&libraries, &teal)[0], "one.png");
    assert_eq!(teal.hits[0].strength(), Some(Strength::Strong));
    let red = ask(&libraries, "color:red");
    assert_eq!(names(&libraries, &red)[0], "two.png");
    assert!(!names(&libraries, &ask(&libraries, "teal -tone:flat")).is_empty());

    assert_eq!(names(&libraries, &ask(&libraries, "tower")), ["tall tower.png"]);
    assert_eq!(names(&libraries, &ask(&libraries, "portrait ")), ["tall tower.png"]);
    assert_eq!(names(&libraries, &ask(&libraries, "type:png -tower")).len(), 2);
    assert_eq!(names(&libraries, &ask(&libraries, "folder:scene")).len(), 30);
    let nothing = ask(&libraries, "unheard-of ");
    assert!(nothing.hits.is_empty());
    assert_eq!(nothing.readings[0].took_as, TookAs::NamesAndTexts);
    let passed_over = ask(&libraries, "teal unheard-of ");
    assert_eq!(names(&libraries, &passed_over)[0], "one.png");
    let wrong = ask(&libraries, "foo:bar");
    assert_eq!(wrong.readings[0].took_as, TookAs::Wrong);
    assert!(wrong.readings[0].note.contains("foo"), "{}", wrong.readings[0].note);

    // The same scene smaller and compressed again finds its source, and surely so.
    let copy = scene(7, 60, 45);
    let pixels = copy.pixels().flat_map(|p| [p.0[0], p.0[1], p.0[2], 255]).collect();
    let pixels = Arc::new(Pixels::new(60, 45, pixels).unwrap());
    let like = SearchRequest {
        pictures: vec![PictureQuery {
            source: PictureSource::Foreign(pixels, "copy".into()),
            crop: None,
            weight: 1.0,
        }],
        ..SearchRequest::default()
    };
    let found = search(&libraries, &like);
    assert_eq!(names(&libraries, &found)[0], "7.jpg");
    assert_eq!(found.hits[0].strength(), Some(Strength::Strong));
    assert_eq!(found.hits[0].parts[0].rank, Some(1));
    let histogram = found.histogram.unwrap();
    assert_eq!(histogram.pictures.iter().sum::<u32>(), 33);

    // Unlike it: it comes last.
    let mut unlike = like.clone();
    unlike.pictures[0].weight = -1.0;
    let last = search(&libraries, &unlike).hits.last().unwrap().id;
    assert!(libraries.path(last).unwrap().ends_with("7.jpg"));

    let blob = SketchBlob { x: 0.5, y: 0.5, radius: 0.6, rgb: [250, 20, 20] };
    let sketch = SearchRequest { sketch: Some(Sketch { blobs: vec![blob] }), ..SearchRequest::default() };
    assert_eq!(names(&libraries, &search(&libraries, &sketch))[0], "two.png");

    let by_name = SearchRequest { order: Order::Name, ..SearchRequest::default() };
    let ordered = names(&libraries, &search(&libraries, &by_name));
    assert_eq!(ordered[..3], ["one.png", "0.jpg", "1.jpg"]);
}

#[test]
fn damage_that_is_met_in_a_search_is_mended() {
    const PAGE: usize = 4096;
    let place = Place::new();
    let photos = place.photos();
    for seed in 0..30 {
        save(&scene(seed, 60, 40), &photos.join(format!("boat {seed}.png")));
    }
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    index(&libraries, number);
    drop(libraries);
    let state = place.folder.path().join("state");
    let catalog = fs::read_dir(state.join("data/libraries")).unwrap().next().unwrap().unwrap().path();
    let catalog = catalog.join("catalog.sqlite");
    let whole = fs::read(&catalog).unwrap();
    let mut mended = 0;
    for page in 1..whole.len() / PAGE {
        let mut damaged = whole.clone();
        damaged[page * PAGE..(page + 1) * PAGE].fill(0xa5);
        fs::write(&catalog, &damaged).unwrap();
        let libraries = place.libraries();
        libraries.open(&photos).unwrap();
        let opened = libraries.take_notes().len();
        for text in ["boat", "", "width:60 -name:7", "teal"] {
            let request = SearchRequest { text: text.to_owned(), ..SearchRequest::default() };
            let answer = libraries.search(&request, &|| false);
            assert!(answer.is_ok(), "page {page}, {text:?}: {}", answer.unwrap_err());
        }
        mended += usize::from(opened == 0 && !libraries.take_notes().is_empty());
    }
    assert!(mended > 0, "some damage is only met later");
}

#[test]
fn vectors_of_rows_that_are_gone_are_struck_out() {
    let place = Place::new();
    let photos = place.photos();
    for seed in 0..3 {
        save(&scene(seed, 60, 40), &photos.join(format!("{seed}.png")));
    }
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    index(&libraries, number);
    drop(libraries);
    let state = place.folder.path().join("state/data/libraries");
    let folder = fs::read_dir(state).unwrap().next().unwrap().unwrap().path();
    let rows = || {
        let space = &BUILT_IN[0];
        let path = folder.join(format!("{}.vectors", space.name));
        let (store, _) = VectorStore::open(&path, space.name, space.version, space.dimensions).unwrap();
        store.rows().ids().to_vec()
    };
    let before = rows();
    fs::write(folder.join("catalog.sqlite"), [0xa5; 8192]).unwrap();
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    assert_eq!(index(&libraries, number).indexed, 3);
    let known: Vec<_> = libraries.table().entries().iter().map(|entry| entry.id.row).collect();
    drop(libraries);
    assert_ne!(before, known, "a rebuilt catalog gives other numbers");
    assert_eq!(rows(), known);
}

#[test]
fn progress_counts_every_file_once() {
    let place = Place::new();
    let photos = place.photos();
    for seed in 0..60 {
        save(&scene(seed, 500, 400), &photos.join(format!("{seed}.jpg")));
    }
    fs::write(photos.join("broken.jpg"), b"\xff\xd8\xff\xe0nothing").unwrap();
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    let totals = std::cell::RefCell::new(Vec::new());
    let note = |progress: &vitrine::library::session::IndexProgress| {
        if progress.scan_is_done {
            totals.borrow_mut().push(progress.found);
        }
    };
    libraries
        .index(number, IndexOptions { workers: 2, ..IndexOptions::default() }, &|| false, &note)
        .unwrap();
    let totals = totals.into_inner();
    assert!(totals.len() > 1 && totals.iter().all(|total| *total == 61), "{totals:?}");
}

#[test]
fn an_empty_folder_loses_nothing() {
    let place = Place::new();
    let photos = place.photos();
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    assert_eq!(index(&libraries, number).files, 0, "a folder may be empty at first");
    save(&scene(1, 64, 48), &photos.join("a.png"));
    index(&libraries, number);
    fs::rename(photos.join("a.png"), place.folder.path().join("away.png")).unwrap();
    let error = libraries.index(number, IndexOptions::default(), &|| false, &|_| ()).unwrap_err();
    assert!(error.to_string().contains("is its drive connected"), "{error}");
    assert_eq!(libraries.table().entries().len(), 1);
    // One other file tells that the drive is there.
    fs::write(photos.join("notes.txt"), "no picture").unwrap();
    assert_eq!(index(&libraries, number).removed, 1);
}

#[test]
fn damaged_pictures_are_shown_and_named() {
    let place = Place::new();
    let photos = place.photos();
    save(&scene(1, 640, 480), &photos.join("whole.jpg"));
    let bytes = fs::read(photos.join("whole.jpg")).unwrap();
    fs::write(photos.join("cut.jpg"), &bytes[..bytes.len() / 2]).unwrap();
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    for run in ["first", "second"] {
        let report = index(&libraries, number);
        assert_eq!((report.files, report.failed.len()), (2, 0), "{run}");
        let names: Vec<&Path> = report.damaged.iter().map(|file| file.path.as_path()).collect();
        assert_eq!(names, [Path::new("cut.jpg")], "{run}");
    }
    assert_eq!((libraries.list()[0].pictures, libraries.list()[0].failed), (2, 1));
    assert!(libraries.failed(number).unwrap()[0].error.contains("cut off"));
}

#[test]
fn the_same_picture_is_found_in_a_library_full_of_copies() {
    let place = Place::new();
    let photos = place.photos();
    for seed in 0..30 {
        save(&scene(seed, 200, 150), &photos.join(format!("{seed}.png")));
        fs::copy(photos.join(format!("{seed}.png")), photos.join(format!("{seed} copy.png"))).unwrap();
    }
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    index(&libraries, number);
    for seed in [3, 11, 27] {
        let rgba = image::DynamicImage::ImageRgb8(scene(seed, 200, 150)).to_rgba8().into_raw();
        let pixels = Arc::new(Pixels::new(200, 150, rgba).unwrap());
        let source = PictureSource::Foreign(pixels, "query".to_owned());
        let pictures = vec![PictureQuery { source, crop: None, weight: 1.0 }];
        let answer = search(&libraries, &SearchRequest { pictures, ..SearchRequest::default() });
        let mut names = names(&libraries, &answer);
        names.truncate(2);
        names.sort();
        assert_eq!(names, [format!("{seed} copy.png"), format!("{seed}.png")]);
        assert!(answer.hits[0].relevance.unwrap() >= Strength::SURE);
        assert_eq!(answer.strengths.iter().sum::<usize>(), 60);
    }
}

#[test]
fn a_negated_look_leaves_out_what_has_it() {
    let place = Place::new();
    let photos = place.photos();
    for (name, rgb) in
        [("boat_dark", [8, 8, 10]), ("boat_light", [240, 240, 235]), ("boat_red", [200, 20, 20])]
    {
        save(&plain(rgb), &photos.join(format!("{name}.png")));
    }
    for seed in 0..30 {
        save(&scene(seed, 90, 60), &photos.join(format!("{seed}.png")));
    }
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    index(&libraries, number);
    let sorted = |text: &str| {
        let mut names = names(&libraries, &ask(&libraries, text));
        names.sort();
        names
    };
    assert_eq!(sorted("boat"), ["boat_dark.png", "boat_light.png", "boat_red.png"]);
    // Names that hold the word are left out with it.
    assert_eq!(sorted("boat -dark"), ["boat_light.png", "boat_red.png"]);
    assert_eq!(sorted("boat -black"), ["boat_light.png", "boat_red.png"]);
    assert_eq!(sorted("boat -red -white"), ["boat_dark.png"]);
    let without = ask(&libraries, "-black");
    assert_eq!(without.above_cut, without.hits.len(), "nothing ranks, so nothing is below a cut");
    assert!(without.hits.len() > 20);
}

#[test]
fn duplicates_are_found_and_settled_for_good() {
    let place = Place::new();
    let photos = place.photos();
    for seed in 0..12 {
        save(&scene(seed, 200, 150), &photos.join(format!("{seed}.png")));
    }
    fs::copy(photos.join("3.png"), photos.join("3 copy.png")).unwrap();
    save(&scene(5, 200, 150), &photos.join("again.jpg"));
    save(&scene(5, 200, 150), &photos.join("again.bmp"));
    let turned = image::imageops::rotate90(&scene(8, 200, 150));
    save(&turned, &photos.join("turned.png"));
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    index(&libraries, number);
    let scope = DuplicateScope { crops: false, ..DuplicateScope::default() };
    let found = libraries.find_duplicates(&[], scope, &|_| (), &|| false).unwrap();
    let kinds = |groups: &[Group]| {
        let mut kinds: Vec<Kind> = groups.iter().map(|group| group.kind).collect();
        kinds.sort();
        kinds
    };
    let groups = found.groups(&Thresholds::default());
    assert_eq!(kinds(&groups), [Kind::Exact, Kind::ReEncoded, Kind::Turned]);
    assert_eq!(kinds(&found.groups(&Thresholds::exact())), [Kind::Exact]);

    let exact = groups.iter().find(|group| group.kind == Kind::Exact).unwrap();
    let again = groups.iter().find(|group| group.kind == Kind::ReEncoded).unwrap();
    let members: Vec<u32> = again.members.iter().map(|member| member.index).collect();
    libraries.resolve(&[number], &found.contents(&members)).unwrap();
    let mut settled = Resolved::default();
    settled.push(found.contents(&members));
    let contents = |group: &Group| {
        let members: Vec<u32> = group.members.iter().map(|member| member.index).collect();
        found.contents(&members)
    };
    assert_eq!(groups.iter().filter(|group| !settled.contains(&contents(group))).count(), 2);
    let found = libraries.find_duplicates(&[], scope, &|_| (), &|| false).unwrap();
    assert_eq!(kinds(&found.groups(&Thresholds::default())), [Kind::Exact, Kind::Turned]);
    assert_eq!((exact.members.len(), again.members.len(), found.resolved_count()), (2, 3, 1));

    fs::remove_file(photos.join("again.bmp")).unwrap();
    index(&libraries, number);
    let found = libraries.find_duplicates(&[], scope, &|_| (), &|| false).unwrap();
    let left = kinds(&found.groups(&Thresholds::default()));
    assert_eq!(left, [Kind::Exact, Kind::Turned], "what is left of a settled group stays settled");
    libraries.resolve(&[number], &contents(exact)).unwrap();
    let found = libraries.find_duplicates(&[], scope, &|_| (), &|| false).unwrap();
    assert_eq!(
        kinds(&found.groups(&Thresholds::default())),
        [Kind::Turned],
        "the same bytes stay settled too"
    );
    save(&scene(3, 200, 150), &photos.join("3 again.jpg"));
    index(&libraries, number);
    let found = libraries.find_duplicates(&[], scope, &|_| (), &|| false).unwrap();
    let left = kinds(&found.groups(&Thresholds::default()));
    assert_eq!(left, [Kind::ReEncoded, Kind::Turned], "another content makes it a new group");
    fs::remove_file(photos.join("3 again.jpg")).unwrap();
    index(&libraries, number);
    libraries.unresolve_all().unwrap();
    let found = libraries.find_duplicates(&[], scope, &|_| (), &|| false).unwrap();
    assert_eq!(kinds(&found.groups(&Thresholds::default())), [Kind::Exact, Kind::ReEncoded, Kind::Turned]);
}

#[test]
fn forgetting_drops_our_data_and_nothing_of_theirs() {
    let place = Place::new();
    let photos = place.photos();
    save(&scene(1, 64, 48), &photos.join("a.png"));
    let before = place.listing();
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    index(&libraries, number);
    assert!(libraries.forget(&photos).unwrap());
    assert!(!libraries.forget(&photos).unwrap());
    assert!(libraries.known().is_empty() && libraries.table().entries().is_empty());
    assert_eq!(place.listing(), before);
    let gone = libraries.index(number, IndexOptions::default(), &|| false, &|_| ());
    assert!(matches!(gone, Err(LibraryError::Closed)));
}

#[test]
fn what_is_no_folder_is_refused_in_words() {
    let place = Place::new();
    let libraries = place.libraries();
    let missing = libraries.open(&place.photos().join("missing")).unwrap_err();
    assert!(missing.to_string().contains("is its drive connected"), "{missing}");
    let file = place.photos().join("a.png");
    save(&scene(1, 64, 48), &file);
    assert!(matches!(libraries.open(&file), Err(LibraryError::NotAFolder(_))));
    assert!(libraries.known().is_empty(), "a refusal leaves nothing behind");
}

#[test]
fn lost_vectors_are_made_again() {
    let place = Place::new();
    let photos = place.photos();
    for seed in 0..5 {
        save(&scene(seed, 64, 48), &photos.join(format!("{seed}.png")));
    }
    {
        let libraries = place.libraries();
        let number = libraries.open(&photos).unwrap();
        index(&libraries, number);
    }
    let folder = fs::read_dir(place.folder.path().join("state/data/libraries")).unwrap().next().unwrap();
    let vectors = folder.unwrap().path().join("layout.vectors");
    fs::write(&vectors, b"rubbish").unwrap();
    let libraries = place.libraries();
    let number = libraries.open(&photos).unwrap();
    assert!(!libraries.take_notes().is_empty(), "a loss is told");
    let again = index(&libraries, number);
    assert_eq!((again.indexed, again.unchanged), (5, 0));
    assert_eq!(index(&libraries, number).indexed, 0);
}

#[test]
fn an_indexing_of_one_folder_in_two_processes_is_refused() {
    let place = Place::new();
    let photos = place.photos();
    save(&scene(1, 64, 48), &photos.join("a.png"));
    let first = place.libraries();
    let number = first.open(&photos).unwrap();
    index(&first, number);
    let second = place.libraries();
    let other = second.open(&photos).unwrap();
    let refused = second.index(other, IndexOptions::default(), &|| false, &|_| ());
    assert!(matches!(refused, Err(LibraryError::Busy)));
    assert_eq!(ask(&second, "a").hits.len(), 1, "what is known can be searched all the same");
}

#[test]
fn a_library_that_is_opened_twice_at_once_can_be_indexed() {
    let place = Place::new();
    let photos = place.photos();
    save(&scene(1, 64, 48), &photos.join("a.png"));
    let libraries = place.libraries();
    let numbers: Vec<u32> = std::thread::scope(|scope| {
        let open = || libraries.open(&photos).unwrap();
        let threads = [scope.spawn(open), scope.spawn(open), scope.spawn(open)];
        threads.map(|thread| thread.join().unwrap()).to_vec()
    });
    assert_eq!(numbers, [0, 0, 0]);
    assert_eq!(index(&libraries, 0).indexed, 1);
}

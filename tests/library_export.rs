//! Taking pictures away: tables, contact sheets, copies and links.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use lopdf::Document;
use proptest::prelude::*;
use serde_json::Value;
use vitrine::figure::{FigureTheme, FileFormat};
use vitrine::library::catalog::{PictureRecord, Stage};
use vitrine::library::export::{
    CopyOptions, CopyWay, CsvOptions, ExportError, Exported, MOST_FURTHER_COLUMNS, Outcome, Selection, Task,
    copies, csv, json,
    sheet::{self, Captions, MOST_COLUMNS, Paper, SheetOptions},
    write_file,
};
use vitrine::library::session::{IndexOptions, Libraries};
use vitrine::library::{ContentHash, Format, Pixels};
use vitrine::storage::Directories;

/// Pictures as they are.
struct List<'a>(&'a [Exported]);

impl Selection for List<'_> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn picture(&self, index: usize) -> Result<Option<Exported>, ExportError> {
        Ok(self.0.get(index).cloned())
    }
}

fn named(name: &str) -> Exported {
    let record = PictureRecord { relative: name.into(), ..PictureRecord::default() };
    Exported { root: "/pictures".into(), record }
}

fn field(group: &str, name: &str, value: &str) -> Value {
    serde_json::json!({ "group": group, "name": name, "value": value })
}

/// A picture of which everything is known.
fn full() -> Exported {
    let mut picture = named("2023/May, \"spring\"/tower.jpg");
    picture.record = PictureRecord {
        content: Some(ContentHash::of(b"tower")),
        size_bytes: 5_123_456_789,
        modified_ns: 1_684_332_202_250_000_000,
        format: Some(Format::Jpeg),
        width: 6000,
        height: 4000,
        frames: 1,
        stage: Stage::Full,
        taken_wall_secs: Some(1_684_332_202),
        taken_offset_minutes: Some(120),
        camera: Some("Canon EOS R5".into()),
        lens: Some("RF 24-70mm F2.8".into()),
        iso: Some(800),
        f_number: Some(2.8),
        exposure_secs: Some(1.0 / 3.0),
        focal_mm: Some(35.0),
        latitude_deg: Some(-33.856_784),
        longitude_deg: Some(151.215_297),
        altitude_m: Some(-4.5),
        rating: Some(-1),
        title: Some("=HYPERLINK(\"http://evil\")".into()),
        caption: Some("two\nlines, \"quoted\"".into()),
        tags: vec!["tower".into(), "Zürich".into()],
        city: Some("東京".into()),
        fields_json: Value::Array(vec![
            field("XMP", "Label", "Red"),
            field("EXIF", "White balance", "Auto"),
            field("EXIF", "Exposure bias", "+0.33 EV"),
            field("EXIF", "White balance", "again"),
        ])
        .to_string(),
        hashes: Some([0x00ff, 1, 2, 3, 4, 5, 6, 7]),
        swatches: vec![([255, 0, 16], 0.75)],
        sharpness: Some(0.1),
        is_monochrome: Some(false),
        ..picture.record
    };
    picture
}

fn csv_of(pictures: &[Exported], options: CsvOptions) -> Vec<u8> {
    let mut out = Vec::new();
    csv(&mut out, &List(pictures), options, &Task::QUIET).unwrap();
    out
}

/// Headings, and each row by heading.
fn read(bytes: &[u8]) -> (Vec<String>, Vec<BTreeMap<String, String>>) {
    let mut reader = csv::Reader::from_reader(bytes);
    let headings: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        headings.iter().cloned().zip(record.iter().map(str::to_owned)).collect()
    });
    let rows = rows.collect();
    (headings, rows)
}

#[test]
fn a_table_reads_back_as_it_was() {
    let bytes = csv_of(&[full(), named("b.png")], CsvOptions::default());
    assert!(bytes.starts_with(b"\xef\xbb\xbfpath,path_is_exact,"), "Excel wants the mark");
    assert!(bytes.ends_with(b"\r\n"));
    assert_eq!(bytes, csv_of(&[full(), named("b.png")], CsvOptions::default()));
    let (headings, rows) = read(&bytes);
    assert_eq!(headings[headings.len() - 3..], ["EXIF Exposure bias", "EXIF White balance", "XMP Label"]);
    let expected = [
        ("path", "/pictures/2023/May, \"spring\"/tower.jpg"),
        ("path_is_exact", "true"),
        ("folder", "2023/May, \"spring\""),
        ("name", "tower.jpg"),
        ("format", "jpeg"),
        ("width_px", "6000"),
        ("size_bytes", "5123456789"),
        ("file_time", "2023-05-17T14:03:22.250000000Z"),
        ("taken", "2023-05-17T14:03:22+02:00"),
        ("camera", "Canon EOS R5"),
        ("iso", "800"),
        ("f_number", "2.8"),
        ("exposure_s", "0.3333333333333333"),
        ("latitude_deg", "-33.856784"),
        ("altitude_m", "-4.5"),
        ("rating", "-1"),
        ("title", "'=HYPERLINK(\"http://evil\")"),
        ("caption", "two\nlines, \"quoted\""),
        ("tags", "tower; Zürich"),
        ("city", "東京"),
        ("phash", "00000000000000ff"),
        ("sharpness", "0.1"),
        ("is_monochrome", "false"),
        ("main_colors", "#ff0010 0.75"),
        ("looked_at", "full"),
        ("EXIF White balance", "Auto; again"),
        ("EXIF Exposure bias", "+0.33 EV"),
        ("blake3", &ContentHash::of(b"tower").to_string()),
    ];
    for (heading, value) in expected {
        assert_eq!(rows[0][heading], value, "{heading}");
    }
    let empty =
        ["width_px", "taken", "iso", "latitude_deg", "EXIF White balance", "sharpness", "phash", "blake3"];
    assert!(empty.iter().all(|heading| rows[1][*heading].is_empty()), "unknown is empty, not zero");
}

#[test]
fn only_what_a_spreadsheet_would_run_is_guarded() {
    let guarded = ["=1+1", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-SUM(A1)", "\tx", "＝1"];
    let kept = ["+0.33 EV", "-4 to 5", "plain = text", "", "'=x"];
    for (text, is_guarded) in guarded.iter().map(|t| (t, true)).chain(kept.iter().map(|t| (t, false))) {
        let mut picture = named("a.jpg");
        picture.record.caption = Some((*text).to_owned());
        let (_, rows) = read(&csv_of(std::slice::from_ref(&picture), CsvOptions::default()));
        let expected = if is_guarded { format!("'{text}") } else { (*text).to_owned() };
        assert_eq!(rows[0]["caption"], expected);
        let exact = CsvOptions { guard_formulas: false, byte_order_mark: false };
        let bytes = csv_of(&[picture], exact);
        assert!(bytes.starts_with(b"path,"));
        assert_eq!(read(&bytes).1[0]["caption"], *text);
    }
}

#[test]
fn rare_fields_share_the_last_column() {
    let mut pictures = vec![named("a.jpg"), named("b.jpg")];
    let many: Vec<Value> =
        (0..MOST_FURTHER_COLUMNS + 50).map(|i| field("XMP", &format!("F{i:04}"), &i.to_string())).collect();
    pictures[0].record.fields_json = Value::Array(many).to_string();
    // The last one is the only field that two pictures have.
    let last = format!("F{:04}", MOST_FURTHER_COLUMNS + 49);
    pictures[1].record.fields_json = Value::Array(vec![field("XMP", &last, "x")]).to_string();
    let (headings, rows) = read(&csv_of(&pictures, CsvOptions::default()));
    let further = headings.iter().filter(|heading| heading.starts_with("XMP ")).count();
    assert_eq!((further, headings.last().unwrap().as_str()), (MOST_FURTHER_COLUMNS, "other_fields"));
    assert_eq!(rows[1][&format!("XMP {last}")], "x");
    assert!(
        rows[0]["other_fields"].starts_with("XMP F0899: 899; XMP F0900: 900; "),
        "{}",
        rows[0]["other_fields"]
    );
    assert!(rows[1]["other_fields"].is_empty());
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_marked() {
    use std::os::unix::ffi::OsStrExt as _;
    let mut picture = named("a.jpg");
    picture.record.relative = PathBuf::from(std::ffi::OsStr::from_bytes(b"caf\xe9.jpg"));
    let (_, rows) = read(&csv_of(std::slice::from_ref(&picture), CsvOptions::default()));
    assert_eq!((rows[0]["name"].as_str(), rows[0]["path_is_exact"].as_str()), ("caf\u{fffd}.jpg", "false"));
}

#[test]
fn json_holds_everything_exactly() {
    let mut out = Vec::new();
    let mut strange = named("b.png");
    strange.record.f_number = Some(f64::NAN);
    strange.record.stage = Stage::Failed("cut off".into());
    strange.record.fields_json = "damaged".into();
    assert_eq!(json(&mut out, &List(&[full(), strange]), &Task::QUIET).unwrap(), 2);
    let read: Value = serde_json::from_slice(&out).unwrap();
    let (tower, strange) = (&read[0], &read[1]);
    assert_eq!(tower["title"], "=HYPERLINK(\"http://evil\")");
    assert_eq!(tower["exposure_s"].as_f64(), Some(1.0 / 3.0));
    assert_eq!(tower["tags"], serde_json::json!(["tower", "Zürich"]));
    assert_eq!(tower["phash"].as_array().unwrap().len(), 8);
    assert_eq!(tower["fields"][3], field("EXIF", "White balance", "again"));
    assert_eq!(tower["size_bytes"], 5_123_456_789_u64);
    assert!(strange["f_number"].is_null() && strange["iso"].is_null());
    assert_eq!(
        (strange["looked_at"].as_str(), strange["problem"].as_str()),
        (Some("failed"), Some("cut off"))
    );
    let mut none = Vec::new();
    json(&mut none, &List(&[]), &Task::QUIET).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&none).unwrap(), serde_json::json!([]));
}

proptest! {
    #[test]
    fn any_texts_read_back(texts in proptest::collection::vec(any::<String>(), 4)) {
        let mut picture = named("a.jpg");
        picture.record.caption = Some(texts[0].clone());
        picture.record.title = Some(texts[1].clone());
        picture.record.fields_json = Value::Array(vec![field("XMP", &texts[2], &texts[3])]).to_string();
        let exact = CsvOptions { guard_formulas: false, ..CsvOptions::default() };
        let (headings, rows) = read(&csv_of(std::slice::from_ref(&picture), exact));
        prop_assert_eq!(&rows[0]["caption"], &texts[0]);
        prop_assert_eq!(&rows[0]["title"], &texts[1]);
        prop_assert_eq!(headings.last().unwrap(), &format!("XMP {}", texts[2]));
        prop_assert_eq!(&rows[0][headings.last().unwrap()], &texts[3]);
        let mut out = Vec::new();
        json(&mut out, &List(&[picture]), &Task::QUIET).unwrap();
        let read: Value = serde_json::from_slice(&out).unwrap();
        prop_assert_eq!(read[0]["caption"].as_str().unwrap(), texts[0].as_str());
    }
}

#[test]
fn work_stops_when_it_is_told_to() {
    let pictures: Vec<Exported> = (0..50).map(|i| named(&format!("{i}.jpg"))).collect();
    let asked = AtomicUsize::new(0);
    let stop = || asked.fetch_add(1, Ordering::Relaxed) >= 60;
    let last = AtomicUsize::new(0);
    let progress = |done: usize, all: usize| {
        assert_eq!(all, 50);
        last.store(done, Ordering::Relaxed);
    };
    let task = Task { should_stop: &stop, progress: &progress };
    let stopped = csv(&mut Vec::new(), &List(&pictures), CsvOptions::default(), &task);
    assert!(matches!(stopped, Err(ExportError::Stopped)));
    assert_eq!(last.load(Ordering::Relaxed), 10, "fifty questions for the headings, then ten rows");
}

#[test]
fn a_file_is_replaced_as_a_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/table.csv");
    let none = List(&[]);
    write_file(&path, &none, &mut |out| Ok(out.write_all(b"old")?)).unwrap();
    let failed = write_file(&path, &none, &mut |out| {
        out.write_all(b"torn")?;
        Err(ExportError::Stopped)
    });
    assert!(failed.is_err());
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing unfinished is left");

    let mut picture = named("table.csv");
    picture.root = path.parent().unwrap().to_owned();
    let pictures = [picture];
    let onto = write_file(&path, &List(&pictures), &mut |out| Ok(out.write_all(b"x")?));
    assert!(matches!(onto, Err(ExportError::OntoPicture(_))));
    assert_eq!(fs::read(&path).unwrap(), b"old");
}

/// Pictures of three shapes in flat colours, one of them unreadable.
fn sheet_pictures(count: usize) -> Vec<Exported> {
    let picture = |i: usize| {
        let mut picture = named(&format!("IMG_{i:04}.jpg"));
        (picture.record.width, picture.record.height) = [(600, 400), (400, 600), (500, 500)][i % 3];
        picture.record.taken_wall_secs = Some(1_684_332_202 + i as i64 * 86_400);
        picture.record.camera = Some("Canon EOS R5".into());
        picture
    };
    (0..count).map(picture).collect()
}

fn flat(width: u32, height: u32, rgba: [u8; 4]) -> Pixels {
    Pixels::new(width, height, rgba.repeat((width * height) as usize)).unwrap()
}

fn read_flat(index: usize, side: u32) -> Result<Pixels, String> {
    assert!((1..4000).contains(&side));
    match index % 3 {
        0 => Ok(flat(600, 400, [200, 30, 30, 255])),
        1 if index == 4 => Err("the file is empty".to_owned()),
        1 => Ok(flat(400, 600, [30, 200, 30, 255])),
        _ => Ok(flat(500, 500, [0, 0, 255, 0])),
    }
}

fn small_sheet() -> SheetOptions {
    SheetOptions { title: "Holiday in Zürich".into(), dpi: Some(72.0), ..SheetOptions::default() }
}

fn text_of(document: &Document, page: u32) -> String {
    document.extract_text(&[page]).unwrap().split_whitespace().collect()
}

#[test]
fn a_pdf_has_pages_with_pictures_and_text() {
    let pictures = sheet_pictures(50);
    let made = || sheet::pdf(&List(&pictures), &read_flat, &small_sheet(), &Task::QUIET).unwrap();
    let (pdf, report) = made();
    assert_eq!(pdf, made().0, "the same pictures are the same bytes");
    let document = Document::load_mem(&pdf).unwrap();
    assert_eq!((document.get_pages().len(), report.pages, report.pictures), (3, 3, 50));
    assert_eq!(report.failed, [(PathBuf::from("/pictures/IMG_0004.jpg"), "the file is empty".to_owned())]);
    let first = text_of(&document, 1);
    for expected in ["HolidayinZürich", "1to20of50pictures", "2023-05-17to2023-07-05", "IMG_0000.jpg"] {
        assert!(first.contains(expected), "{expected} in {first}");
    }
    for expected in ["2023-05-1714:03", "CanonEOSR5", "thefileisempty", "1of3"] {
        assert!(first.contains(expected), "{expected} in {first}");
    }
    let last = text_of(&document, 3);
    assert!(last.contains("IMG_0049.jpg") && last.contains("3of3") && !last.contains("IMG_0039"), "{last}");
    let filters: Vec<Vec<u8>> = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .filter(|stream| {
            stream.dict.get(b"Subtype").and_then(lopdf::Object::as_name).is_ok_and(|n| n == b"Image")
        })
        .map(|stream| stream.dict.get(b"Filter").unwrap().as_name().unwrap().to_vec())
        .collect();
    assert!(!filters.is_empty() && filters.iter().all(|filter| filter == b"DCTDecode"), "pictures stay JPEG");
    assert!(pdf.len() < 400_000, "equal pictures are embedded once: {} bytes", pdf.len());
}

#[test]
fn sheets_come_in_all_sizes_and_refuse_what_makes_none() {
    let pictures = sheet_pictures(7);
    for (paper, landscape, columns) in
        [(Paper::A4, true, 1), (Paper::Letter, false, 3), (Paper::Letter, true, 20)]
    {
        let options = SheetOptions { paper, landscape, columns, theme: FigureTheme::Dark, ..small_sheet() };
        let (pdf, report) = sheet::pdf(&List(&pictures), &read_flat, &options, &Task::QUIET).unwrap();
        let document = Document::load_mem(&pdf).unwrap();
        assert_eq!(document.get_pages().len(), report.pages);
        assert_eq!(report.pages, if columns == 1 { 7 } else { 1 });
    }
    let refused = |options: SheetOptions, count: usize| {
        sheet::pdf(&List(&sheet_pictures(count)), &read_flat, &options, &Task::QUIET).unwrap_err()
    };
    assert!(matches!(refused(SheetOptions { columns: 0, ..small_sheet() }, 1), ExportError::Columns { .. }));
    assert!(matches!(
        refused(SheetOptions { columns: MOST_COLUMNS + 1, ..small_sheet() }, 1),
        ExportError::Columns { .. }
    ));
    assert!(matches!(refused(SheetOptions { dpi: Some(1e9), ..small_sheet() }, 1), ExportError::Dpi(_)));
    assert!(matches!(refused(small_sheet(), 0), ExportError::Empty));
    let stop = Task { should_stop: &|| true, progress: &|_, _| () };
    let stopped = sheet::pdf(&List(&pictures), &read_flat, &small_sheet(), &stop);
    assert!(matches!(stopped, Err(ExportError::Stopped)));
}

#[test]
fn hostile_texts_do_not_break_a_sheet() {
    let mut picture = named("x.jpg");
    picture.record.relative = format!("{}\u{1}]]>&<\u{202e}.jpg", "é".repeat(4000)).into();
    picture.record.camera = Some("<svg onload=\"x\">".repeat(9000));
    picture.record.taken_wall_secs = Some(i64::MAX);
    let title = "\u{0}&amp;<title>".repeat(500);
    let options = SheetOptions { title, ..small_sheet() };
    let read = |_: usize, _: u32| Err("]]>\u{0} & reason ".repeat(4000));
    let (pdf, _) = sheet::pdf(&List(&[picture]), &read, &options, &Task::QUIET).unwrap();
    assert_eq!(Document::load_mem(&pdf).unwrap().get_pages().len(), 1);
}

fn png_of(pictures: &[Exported], options: &SheetOptions) -> (Vec<u8>, image::RgbImage) {
    let mut out = Vec::new();
    let report = sheet::png(&mut out, &List(pictures), &read_flat, options, &Task::QUIET).unwrap();
    assert_eq!((report.pages, report.pictures), (1, pictures.len()));
    let picture = image::load_from_memory(&out).unwrap().into_rgb8();
    (out, picture)
}

#[test]
fn a_png_is_one_tall_picture() {
    let pictures = sheet_pictures(9);
    let options = SheetOptions {
        columns: 3,
        captions: Captions { camera: false, ..Captions::default() },
        ..small_sheet()
    };
    let (bytes, picture) = png_of(&pictures, &options);
    assert_eq!(bytes, png_of(&pictures, &options).0);
    assert_eq!(picture.width(), 595, "210 mm at 72 dots per inch");
    let counts =
        |picture: &image::RgbImage, rgb: [u8; 3]| picture.pixels().filter(|pixel| pixel.0 == rgb).count();
    let (red, green) = (counts(&picture, [200, 30, 30]), counts(&picture, [30, 200, 30]));
    // Rooms are 170 × 136 points: landscapes fill 170 × 113 of them, portraits 91 × 136.
    assert!((3 * 170 * 113_usize).abs_diff(red) < 3 * 400, "{red} pixels of three landscapes");
    assert!(
        (2 * 91 * 136_usize).abs_diff(green) < 2 * 400,
        "{green} pixels of two portraits; the third is not read"
    );
    assert_eq!(counts(&picture, [0, 0, 255]), 0, "transparent pictures show the sheet");
    let dark = SheetOptions { theme: FigureTheme::Dark, ..options.clone() };
    assert_eq!(png_of(&pictures, &dark).1.get_pixel(1, 1).0, [0x10, 0x12, 0x14]);

    let (_, finer) = png_of(&pictures, &SheetOptions { dpi: Some(144.0), ..options.clone() });
    assert_eq!(finer.width(), 1191);
    let too_tall = sheet_pictures(1200);
    let one_column = SheetOptions { columns: 1, ..options };
    let refused = sheet::png(&mut Vec::new(), &List(&too_tall), &read_flat, &one_column, &Task::QUIET);
    assert!(matches!(refused, Err(ExportError::TooTall { .. })));
}

/// Every file below a folder with its bytes and time.
fn snapshot(root: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            if metadata.is_dir() {
                folders.push(path);
            } else {
                files.insert(
                    path.clone(),
                    (fs::read(&path).unwrap_or_default(), metadata.modified().unwrap()),
                );
            }
        }
    }
    files
}

fn write(root: &Path, name: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, format!("bytes of {name}")).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_500_000_000 + name.len() as u64);
    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
}

fn library(root: &Path, names: &[&str]) -> Vec<Exported> {
    let picture = |name: &&str| {
        write(root, name);
        Exported { root: root.to_owned(), ..named(name) }
    };
    names.iter().map(picture).collect()
}

fn names_in(folder: &Path) -> Vec<String> {
    let files = snapshot(folder);
    files.keys().map(|path| path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/")).collect()
}

#[test]
fn copies_overwrite_nothing_and_keep_times() {
    let (root, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let pictures = library(root.path(), &["a/x.jpg", "b/x.jpg", "c/y.tar.png", "d/x.jpg"]);
    fs::write(target.path().join("x.jpg"), "theirs").unwrap();
    let before = snapshot(root.path());
    let folder = target.path().join("new/one");
    for (folder, expected) in [
        (target.path(), vec!["x (2).jpg", "x (3).jpg", "x (4).jpg", "x.jpg", "y.tar.png"]),
        (&folder, vec!["x (2).jpg", "x (3).jpg", "x.jpg", "y.tar.png"]),
    ] {
        let report = copies(&List(&pictures), folder, CopyOptions::default(), &Task::QUIET).unwrap();
        assert!(report.halted.is_none());
        assert_eq!((report.taken(), report.files.len()), (4, 4));
        assert_eq!(names_in(folder), expected);
    }
    assert_eq!(fs::read(target.path().join("x.jpg")).unwrap(), b"theirs");
    let copy = target.path().join("x (3).jpg");
    assert_eq!(fs::read(&copy).unwrap(), b"bytes of b/x.jpg");
    let original = fs::metadata(root.path().join("b/x.jpg")).unwrap().modified().unwrap();
    assert_eq!(fs::metadata(copy).unwrap().modified().unwrap(), original);
    assert_eq!(snapshot(root.path()), before, "the pictures are untouched");

    let kept = CopyOptions { keep_folders: true, ..CopyOptions::default() };
    copies(&List(&pictures), &target.path().join("tree"), kept, &Task::QUIET).unwrap();
    assert_eq!(names_in(&target.path().join("tree")), ["a/x.jpg", "b/x.jpg", "c/y.tar.png", "d/x.jpg"]);
}

#[test]
fn a_copy_into_the_pictures_own_folder_is_a_new_file() {
    let root = tempfile::tempdir().unwrap();
    let pictures = library(root.path(), &["x.jpg", "y.jpg"]);
    let before = snapshot(root.path());
    for way in [CopyWay::Copy, CopyWay::HardLink, CopyWay::SymbolicLink] {
        copies(&List(&pictures), root.path(), CopyOptions { way, ..CopyOptions::default() }, &Task::QUIET)
            .unwrap();
    }
    let after = snapshot(root.path());
    assert_eq!(after.len(), 8);
    for (path, content) in before {
        assert_eq!(after[&path], content);
    }
}

#[test]
fn sidecars_go_along_under_the_name_of_their_picture() {
    let (root, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let pictures = library(root.path(), &["x.jpg", "x.cr2", "y.jpg", "z.jpg", "sub/x.jpg"]);
    for name in ["x.xmp", "y.jpg.xmp", "sub/x.XMP", "y.xmp"] {
        write(root.path(), name);
    }
    let options = CopyOptions { sidecars: true, ..CopyOptions::default() };
    let report = copies(&List(&pictures), target.path(), options, &Task::QUIET).unwrap();
    let expected = ["x (2).XMP", "x (2).jpg", "x.cr2", "x.jpg", "x.xmp", "y.jpg", "y.jpg.xmp", "z.jpg"];
    assert_eq!(names_in(target.path()), expected, "one sidecar for x.jpg and x.cr2");
    assert_eq!(report.taken(), expected.len());
    assert_eq!(fs::read(target.path().join("x (2).XMP")).unwrap(), b"bytes of sub/x.XMP");

    // A foreign sidecar at the target is no reason to part a picture from its own.
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("x.xmp"), "theirs").unwrap();
    copies(&List(&pictures[..1]), other.path(), options, &Task::QUIET).unwrap();
    assert_eq!(names_in(other.path()), ["x (2).jpg", "x (2).xmp", "x.xmp"]);
    assert_eq!(fs::read(other.path().join("x.xmp")).unwrap(), b"theirs");
}

#[cfg(unix)]
#[test]
fn links_lead_to_the_pictures() {
    use std::os::unix::fs::MetadataExt as _;
    let (root, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let pictures = library(root.path(), &["x.jpg"]);
    let link = |way, folder: &Path| {
        let options = CopyOptions { way, ..CopyOptions::default() };
        copies(&List(&pictures), folder, options, &Task::QUIET).unwrap().files.remove(0).outcome
    };
    let symbolic = target.path().join("s");
    assert_eq!(link(CopyWay::SymbolicLink, &symbolic), Outcome::Done(symbolic.join("x.jpg")));
    assert_eq!(fs::read_link(symbolic.join("x.jpg")).unwrap(), root.path().join("x.jpg"));
    let hard = target.path().join("h");
    assert_eq!(link(CopyWay::HardLink, &hard), Outcome::Done(hard.join("x.jpg")));
    let inode = |path: PathBuf| fs::metadata(path).unwrap().ino();
    assert_eq!(inode(hard.join("x.jpg")), inode(root.path().join("x.jpg")));
    // Another file system knows no hard links to this one.
    let elsewhere = tempfile::tempdir_in("/dev/shm");
    let Ok(elsewhere) = elsewhere else { return };
    let device = |path: &Path| fs::metadata(path).unwrap().dev();
    if device(elsewhere.path()) != device(root.path()) {
        let outcome = link(CopyWay::HardLink, elsewhere.path());
        assert!(matches!(&outcome, Outcome::CopiedInstead(_, why) if why.contains("no link")), "{outcome:?}");
        assert_eq!(fs::read(elsewhere.path().join("x.jpg")).unwrap(), b"bytes of x.jpg");
    }
}

#[test]
fn what_cannot_be_copied_is_told_and_the_rest_goes_on() {
    let (root, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut pictures = library(root.path(), &["gone.jpg", "folder.jpg", "y.jpg"]);
    fs::remove_file(root.path().join("gone.jpg")).unwrap();
    fs::remove_file(root.path().join("folder.jpg")).unwrap();
    fs::create_dir(root.path().join("folder.jpg")).unwrap();
    let report = copies(&List(&pictures), target.path(), CopyOptions::default(), &Task::QUIET).unwrap();
    let outcomes: Vec<bool> =
        report.files.iter().map(|file| matches!(file.outcome, Outcome::Failed(_))).collect();
    assert_eq!(outcomes, [true, true, false]);
    assert_eq!(names_in(target.path()), ["y.jpg"]);

    let file = target.path().join("y.jpg");
    let onto_file = copies(&List(&pictures), &file, CopyOptions::default(), &Task::QUIET);
    assert!(matches!(onto_file, Err(ExportError::NotAFolder(_))));
    pictures.extend(library(root.path(), &["z.jpg"]));
    let stop = Task { should_stop: &|| true, progress: &|_, _| () };
    let report = copies(&List(&pictures), target.path(), CopyOptions::default(), &stop).unwrap();
    assert!(matches!(report.halted, Some(ExportError::Stopped)));
    assert!(report.files.iter().all(|file| file.outcome == Outcome::NotTried) && report.files.len() == 4);
}

/// Real pictures in a folder, and a folder for the program's own files.
fn pictures_on_disk() -> (tempfile::TempDir, tempfile::TempDir) {
    let (root, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(root.path().join("sub")).unwrap();
    for (name, width, height, rgb) in [
        ("red.png", 300, 200, [220, 20, 20]),
        ("sub/green.jpg", 200, 300, [20, 200, 20]),
        ("blue.png", 64, 64, [20, 20, 220]),
    ] {
        image::RgbImage::from_pixel(width, height, image::Rgb(rgb)).save(root.path().join(name)).unwrap();
    }
    (root, own)
}

#[test]
fn an_indexed_library_is_taken_away() {
    let (root, own) = pictures_on_disk();
    let before = snapshot(root.path());
    let directories = Directories::resolve_from(Some(own.path()), None).unwrap();
    let libraries = Libraries::new(&directories);
    let number = libraries.open(root.path()).unwrap();
    libraries.index(number, IndexOptions::default(), &|| false, &|_| ()).unwrap();
    let ids: Vec<_> = libraries.table().entries().iter().map(|entry| entry.id).collect();
    assert_eq!(libraries.selected(&ids).count(), 3);

    let out = tempfile::tempdir().unwrap();
    let table = out.path().join("table.csv");
    assert_eq!(libraries.export_csv(&ids, &table, CsvOptions::default(), &Task::QUIET).unwrap(), 3);
    let (_, rows) = read(&fs::read(&table).unwrap());
    let green = rows.iter().find(|row| row["name"] == "green.jpg").unwrap();
    assert_eq!((green["width_px"].as_str(), green["height_px"].as_str()), ("200", "300"));
    let bytes = fs::read(root.path().join("sub/green.jpg")).unwrap();
    assert_eq!(green["blake3"], ContentHash::of(&bytes).to_string());
    assert_eq!(libraries.export_json(&ids, &out.path().join("t.json"), &Task::QUIET).unwrap(), 3);

    let pdf = out.path().join("sheet.pdf");
    let report =
        libraries.export_sheet(&ids, &pdf, FileFormat::Pdf, &SheetOptions::default(), &Task::QUIET).unwrap();
    assert_eq!((report.pictures, report.failed.len()), (3, 0));
    let text = text_of(&Document::load(&pdf).unwrap(), 1);
    assert!(text.contains("red.png") && text.contains("green.jpg"), "{text}");
    let onto = root.path().join("red.png");
    let refused =
        libraries.export_sheet(&ids, &onto, FileFormat::Png, &SheetOptions::default(), &Task::QUIET);
    assert!(matches!(refused, Err(ExportError::OntoPicture(_))));

    let copied = out.path().join("copies");
    let report = libraries.export_copies(&ids, &copied, CopyOptions::default(), &Task::QUIET).unwrap();
    assert_eq!((report.taken(), names_in(&copied).len()), (3, 3));
    assert_eq!(snapshot(root.path()), before, "the folder is untouched");
}

#[test]
fn the_command_exports() {
    let (root, own) = pictures_on_disk();
    let before = snapshot(root.path());
    let out = tempfile::tempdir().unwrap();
    let place = |name: &str| out.path().join(name).into_os_string();
    let run = |arguments: &[std::ffi::OsString]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
        command
            .arg("--data-dir")
            .arg(own.path())
            .args(["library", "export"])
            .arg(root.path())
            .args(arguments);
        command.output().unwrap()
    };
    let done = run(&[
        "--csv".into(),
        place("t.csv"),
        "--json".into(),
        place("t.json"),
        "--sheet".into(),
        place("s.png"),
        "--columns".into(),
        "2".into(),
        "--copy-to".into(),
        place("c"),
        "--keep-folders".into(),
    ]);
    assert!(done.status.success(), "{done:?}");
    let (_, rows) = read(&fs::read(place("t.csv")).unwrap());
    let names: Vec<&str> = rows.iter().map(|row| row["name"].as_str()).collect();
    assert_eq!(names, ["blue.png", "red.png", "green.jpg"], "by folder and name");
    let json: Value = serde_json::from_slice(&fs::read(place("t.json")).unwrap()).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 3);
    assert_eq!(image::image_dimensions(place("s.png")).unwrap().0, 1240);
    assert_eq!(names_in(&out.path().join("c")), ["blue.png", "red.png", "sub/green.jpg"]);

    let found = run(&["--query".into(), "type:jpg".into(), "--csv".into(), place("jpg.csv")]);
    assert!(found.status.success(), "{found:?}");
    assert_eq!(read(&fs::read(place("jpg.csv")).unwrap()).1.len(), 1);
    assert_eq!(run(&[]).status.code(), Some(2), "nothing to write is wrong usage");
    assert_eq!(run(&["--sheet".into(), place("s.txt")]).status.code(), Some(2));
    let onto = run(&["--csv".into(), root.path().join("red.png").into_os_string()]);
    assert_eq!(onto.status.code(), Some(1));
    assert_eq!(snapshot(root.path()), before);
}

//! The catalog: what is written comes back, is found by words and conditions, and outlives kills and damage.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "library_catalog/conditions.rs"]
mod conditions;
#[path = "library_catalog/damage.rs"]
mod damage;
#[path = "library_catalog/processes.rs"]
mod processes;
#[path = "library_catalog/thumbnails.rs"]
mod thumbnails;
#[path = "library_catalog/words.rs"]
mod words;
#[path = "library_catalog/writing.rs"]
mod writing;

use std::path::{Path, PathBuf};
use tempfile::TempDir;
use vitrine::library::catalog::{Catalog, PictureRecord, Stage, WordTerm};
use vitrine::library::format::RawFamily;
use vitrine::library::query::{Filter, TextField};
use vitrine::library::{ContentHash, Format};

const ROOT: &str = "/pictures";

fn open(folder: &TempDir) -> Catalog {
    let (catalog, notes) = Catalog::open(folder.path(), Path::new(ROOT)).unwrap();
    assert_eq!(notes, Vec::<String>::new());
    catalog
}

fn fresh() -> (TempDir, Catalog) {
    let folder = tempfile::tempdir().unwrap();
    let catalog = open(&folder);
    (folder, catalog)
}

fn named(path: &str) -> PictureRecord {
    PictureRecord { relative: path.into(), stage: Stage::Full, ..PictureRecord::default() }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("catalog.sqlite")
}

/// A picture with everything.
fn rich(n: u32) -> PictureRecord {
    PictureRecord {
        relative: format!("2023/trip {}/IMG_{n:05}.jpg", n % 7).into(),
        content: Some(ContentHash::of(&n.to_le_bytes())),
        size_bytes: 1_000_000 + u64::from(n),
        modified_ns: 1_700_000_000_000_000_000 + i64::from(n),
        format: Some(if n.is_multiple_of(5) { Format::Raw(RawFamily::Nef) } else { Format::Jpeg }),
        width: 4000 + n % 3,
        height: 3000,
        has_alpha: n.is_multiple_of(11),
        frames: 1,
        stage: Stage::Full,
        damage: n.is_multiple_of(3).then(|| "it is cut off".into()),
        taken_wall_secs: Some(1_683_468_202 + i64::from(n) * 3600),
        taken_offset_minutes: Some(120),
        camera: Some(["Nikon D90", "Canon EOS 5D", "Sony α7"][n as usize % 3].into()),
        lens: Some("18-105mm f/3.5-5.6".into()),
        iso: Some(100 << (n % 6)),
        f_number: Some(2.8),
        exposure_secs: Some(1.0 / 200.0),
        focal_mm: Some(35.0 + f64::from(n % 50)),
        focal_35mm: Some(52.0),
        latitude_deg: Some(48.0 + f64::from(n % 100) * 0.01),
        longitude_deg: Some(2.0),
        altitude_m: Some(-3.5),
        rating: Some((n % 7) as i8 - 1),
        color_label: Some("Red".into()),
        title: Some(format!("Picture {n}")),
        caption: Some("Two lines,\nand a \"quote\"".into()),
        tags: vec!["sea".into(), format!("tag{}", n % 4)],
        people: vec!["Ada".into()],
        city: Some("Málaga".into()),
        state: None,
        country: Some("España".into()),
        location: Some("Playa".into()),
        creator: Some("Me".into()),
        has_sidecar: n.is_multiple_of(2),
        sidecar_modified_ns: n.is_multiple_of(2).then_some(5),
        fields_json: format!("{{\"n\":{n}, \"more\":\"{}\"}}", "x".repeat(900)),
        search_text: format!("nikon sea tag{} picture {n} málaga españa 2023 2023-05-07 may sunday", n % 4),
        hashes: Some([u64::from(n); 8]),
        swatches: vec![([1, 2, 3], 0.5), ([255, 0, 7], 0.25)],
        sharpness: Some(0.5),
        brightness: Some(0.25),
        contrast: Some(0.125),
        saturation: Some(1.0),
        is_monochrome: Some(false),
    }
}

fn rich_many(count: u32) -> Vec<PictureRecord> {
    (0..count).map(rich).collect()
}

fn word(text: &str) -> WordTerm {
    WordTerm { text: text.into(), is_phrase: false, is_prefix: false, negated: false }
}

fn prefix(text: &str) -> WordTerm {
    WordTerm { is_prefix: true, ..word(text) }
}

fn not(text: &str) -> WordTerm {
    WordTerm { negated: true, ..word(text) }
}

/// Rows found, in order of rows.
fn found(catalog: &Catalog, terms: &[WordTerm]) -> Vec<u32> {
    let mut rows: Vec<u32> = catalog.words(terms, usize::MAX).unwrap().iter().map(|(row, _)| row.0).collect();
    rows.sort_unstable();
    rows
}

fn filtered(catalog: &Catalog, filters: &[(Filter, bool)]) -> Vec<u32> {
    catalog.filter(filters).unwrap().unwrap().iter().map(|row| row.0).collect()
}

fn text(field: TextField, value: &str) -> Filter {
    Filter::Text { field, value: value.into() }
}

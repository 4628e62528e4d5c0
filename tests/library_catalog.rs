//! The catalog: what is written comes back, is found by words and conditions, and outlives kills and damage.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;
use vitrine::library::catalog::{Catalog, CatalogError, PictureRecord, Stage, WordTerm};
use vitrine::library::format::RawFamily;
use vitrine::library::query::{CivilDate, Filter, NumberField, NumberRange, Presence, Shape, TextField};
use vitrine::library::thumbnails::ThumbnailStore;
use vitrine::library::{ContentHash, Format, RowId};

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
        format: Some(if n % 5 == 0 { Format::Raw(RawFamily::Nef) } else { Format::Jpeg }),
        width: 4000 + n % 3,
        height: 3000,
        has_alpha: n % 11 == 0,
        frames: 1,
        stage: Stage::Full,
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
        has_sidecar: n % 2 == 0,
        sidecar_modified_ns: (n % 2 == 0).then_some(5),
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

// ---------------------------------------------------------------------------------------------------------
// Writing and reading

#[test]
fn everything_written_comes_back() {
    let (folder, catalog) = fresh();
    let records =
        [rich(1), rich(2), PictureRecord { relative: "bare.png".into(), ..PictureRecord::default() }];
    let rows = catalog.upsert(&records).unwrap();
    assert_eq!(rows, [RowId(1), RowId(2), RowId(3)]);
    drop(catalog);
    let catalog = open(&folder);
    for (row, record) in rows.iter().zip(&records) {
        assert_eq!(catalog.details(*row).unwrap().as_ref(), Some(record));
        let known = catalog.by_path(&record.relative).unwrap().unwrap();
        assert_eq!(
            (known.row, known.size_bytes, known.modified_ns),
            (*row, record.size_bytes, record.modified_ns)
        );
        assert_eq!((&known.stage, known.content), (&record.stage, record.content));
        assert_eq!(known.sidecar_modified_ns, record.sidecar_modified_ns);
        assert_eq!(catalog.known().unwrap()[&record.relative], known);
        assert_eq!(catalog.content(*row).unwrap(), record.content);
    }
    assert_eq!(catalog.details(RowId(4)).unwrap(), None);
    let entries = catalog.entries().unwrap();
    assert_eq!(entries.iter().map(|entry| entry.row).collect::<Vec<_>>(), rows);
    let (entry, record) = (&entries[1], &records[1]);
    assert_eq!((&entry.relative, entry.width, entry.height), (&record.relative, record.width, record.height));
    assert_eq!((entry.taken_secs, entry.rating), (record.taken_wall_secs, record.rating));
    assert!(entries[2].is_first_look && !entry.is_first_look);
    let hashes = catalog.hashes().unwrap();
    assert_eq!(hashes.iter().map(|h| (h.row.0, h.hashes[7])).collect::<Vec<_>>(), [(1, 1), (2, 2)]);
    assert_eq!(catalog.swatches().unwrap()[0].1, records[0].swatches);
    assert_eq!(catalog.root().unwrap().unwrap(), Path::new(ROOT));
}

#[test]
fn a_known_path_keeps_its_row_and_old_words_are_forgotten() {
    let (_folder, catalog) = fresh();
    let first = PictureRecord { search_text: "tree".into(), stage: Stage::FirstLook, ..named("a.jpg") };
    let row = catalog.upsert(std::slice::from_ref(&first)).unwrap()[0];
    catalog.upsert(&[named("b.jpg")]).unwrap();
    let second = PictureRecord { search_text: "house".into(), width: 7, ..named("a.jpg") };
    assert_eq!(catalog.upsert(std::slice::from_ref(&second)).unwrap(), [row]);
    assert_eq!(catalog.details(row).unwrap().unwrap(), second);
    assert_eq!((found(&catalog, &[word("tree")]), found(&catalog, &[word("house")])), (vec![], vec![1]));
    // The same path twice in one go is one picture.
    assert_eq!(catalog.upsert(&[named("c.jpg"), first, named("c.jpg")]).unwrap(), [RowId(3), row, RowId(3)]);
    assert_eq!((found(&catalog, &[word("tree")]), found(&catalog, &[word("house")])), (vec![1], vec![]));
}

#[test]
fn row_numbers_are_never_given_again() {
    let (folder, catalog) = fresh();
    let rows = catalog.upsert(&rich_many(3)).unwrap();
    catalog.remove(&rows).unwrap();
    assert_eq!(catalog.counts().unwrap().pictures, 0);
    assert_eq!(found(&catalog, &[word("sea")]), []);
    drop(catalog);
    assert_eq!(open(&folder).upsert(&rich_many(1)).unwrap(), [RowId(4)]);
}

#[test]
fn failed_and_missing_pictures_are_known_but_not_found() {
    let (_folder, catalog) = fresh();
    let failed = PictureRecord { stage: Stage::Failed("it is cut short".into()), ..rich(2) };
    catalog.upsert(&[rich(1), failed, rich(3), rich(4)]).unwrap();
    catalog.mark_missing(&[RowId(3)]).unwrap();
    let counts = catalog.counts().unwrap();
    assert_eq!((counts.pictures, counts.failed, counts.missing, counts.first_look), (2, 1, 1, 0));
    assert_eq!(counts.bytes, 2_000_005);
    assert_eq!(catalog.failed().unwrap(), [(rich(2).relative, "it is cut short".to_owned())]);
    assert_eq!(catalog.known().unwrap().len(), 4);
    let visible = vec![1, 4];
    assert_eq!(found(&catalog, &[word("sea")]), visible);
    assert_eq!(found(&catalog, &[not("nowhere")]), visible);
    assert_eq!(filtered(&catalog, &[(text(TextField::Tag, "sea"), false)]), visible);
    assert_eq!(filtered(&catalog, &[(text(TextField::Tag, "nowhere"), true)]), visible);
    assert_eq!(catalog.hashes().unwrap().len(), 2);
    assert_eq!(catalog.facets(TextField::Tag, "sea", 9).unwrap(), [("sea".to_owned(), 2)]);
    // What can be read again, or is there again, is found again.
    catalog.upsert(&[rich(2), rich(3)]).unwrap();
    assert_eq!(found(&catalog, &[word("sea")]), [1, 2, 3, 4]);
    assert_eq!(catalog.failed().unwrap(), []);
}

#[test]
fn a_moved_file_keeps_its_row_and_is_found_by_its_new_name() {
    let (_folder, catalog) = fresh();
    let rows = catalog.upsert(&[rich(1), rich(2), rich(3)]).unwrap();
    catalog.mark_missing(&rows[..2]).unwrap();
    assert_eq!(catalog.missing_with_content(rich(1).content.unwrap()).unwrap(), [rows[0]]);
    assert_eq!(catalog.missing_with_content(rich(3).content.unwrap()).unwrap(), []);
    catalog.set_path(rows[0], Path::new("Archive/Holiday.jpg"), 99).unwrap();
    let moved = catalog.details(rows[0]).unwrap().unwrap();
    assert_eq!(moved, PictureRecord { relative: "Archive/Holiday.jpg".into(), modified_ns: 99, ..rich(1) });
    assert_eq!(found(&catalog, &[word("holiday"), word("archive"), word("sea")]), [1]);
    assert_eq!(found(&catalog, &[word("00001")]), []);
    assert_eq!(filtered(&catalog, &[(text(TextField::Folder, "archive"), false)]), [1]);
    // A path that is taken is refused, unless its picture is gone.
    let error = catalog.set_path(rows[0], &rich(3).relative, 1).unwrap_err();
    assert!(matches!(error, CatalogError::PathTaken(_)));
    catalog.set_path(rows[0], &rich(2).relative, 1).unwrap();
    assert_eq!(catalog.by_path(&rich(2).relative).unwrap().unwrap().row, rows[0]);
    assert_eq!(catalog.details(rows[1]).unwrap(), None);
}

#[cfg(unix)]
#[test]
fn names_may_be_any_bytes() {
    use std::os::unix::ffi::OsStrExt as _;
    let (_folder, catalog) = fresh();
    let names: [&[u8]; 4] =
        [b"caf\xe9/\xff\xfe.jpg", b"a\nb.jpg", b"%_'\"*.jpg", "e\u{301}t\u{e9}.jpg".as_bytes()];
    let records = names.map(|name| PictureRecord {
        relative: std::ffi::OsStr::from_bytes(name).into(),
        ..PictureRecord::default()
    });
    let rows = catalog.upsert(&records).unwrap();
    for (row, record) in rows.iter().zip(&records) {
        assert_eq!(catalog.details(*row).unwrap().unwrap().relative, record.relative);
        assert_eq!(catalog.by_path(&record.relative).unwrap().unwrap().row, *row);
    }
    assert_eq!(found(&catalog, &[word("été")]), [4]);
    assert_eq!(found(&catalog, &[word("caf")]), [1]);
}

#[test]
fn equal_contents_form_groups_and_settled_ones_stay_settled() {
    let (folder, catalog) = fresh();
    let with =
        |path: &str, content: &[u8]| PictureRecord { content: Some(ContentHash::of(content)), ..named(path) };
    let (a, b, c) = (ContentHash::of(b"a"), ContentHash::of(b"b"), ContentHash::of(b"c"));
    let records = [
        with("1", b"b"),
        with("2", b"a"),
        with("3", b"a"),
        with("4", b"c"),
        with("5", b"b"),
        named("6"),
        named("7"),
    ];
    catalog.upsert(&records).unwrap();
    let groups = vec![(b, vec![RowId(1), RowId(5)]), (a, vec![RowId(2), RowId(3)])];
    assert_eq!(catalog.exact_groups().unwrap(), groups);

    catalog.resolve_group(&[b, a, a]).unwrap();
    catalog.resolve_group(&[a]).unwrap();
    catalog.set_note(a, "verdict", Some("keep")).unwrap();
    drop(catalog);
    let catalog = open(&folder);
    for (members, expected) in [(vec![a, b], true), (vec![b], true), (vec![a, b, c], false), (vec![], false)]
    {
        assert_eq!(catalog.is_resolved(&members).unwrap(), expected, "{members:?}");
    }
    let mut both = vec![a, b];
    both.sort();
    assert_eq!(catalog.resolved_groups().unwrap(), [both]);
    assert_eq!(catalog.note(a, "verdict").unwrap().as_deref(), Some("keep"));
    catalog.set_note(a, "verdict", None).unwrap();
    assert_eq!(catalog.note(a, "verdict").unwrap(), None);
    catalog.unresolve_group(&[a, b]).unwrap();
    assert!(!catalog.is_resolved(&[a, b]).unwrap());
    assert_eq!(catalog.resolved_groups().unwrap(), Vec::<Vec<ContentHash>>::new());
}

#[test]
fn settings_and_times_are_kept() {
    let (folder, catalog) = fresh();
    assert_eq!(catalog.indexed_secs().unwrap(), None);
    catalog.set_indexed_now().unwrap();
    catalog.set_setting("order", "newest").unwrap();
    drop(catalog);
    let (catalog, notes) = Catalog::open(folder.path(), Path::new("/elsewhere")).unwrap();
    assert!(notes[0].contains(ROOT), "{notes:?}");
    assert!(catalog.indexed_secs().unwrap().unwrap() > 1_700_000_000);
    assert_eq!(catalog.setting("order").unwrap().as_deref(), Some("newest"));
    assert_eq!(catalog.setting("other").unwrap(), None);
}

// ---------------------------------------------------------------------------------------------------------
// Words

fn with_text(path: &str, text: &str) -> PictureRecord {
    PictureRecord { search_text: text.into(), ..named(path) }
}

#[test]
fn words_are_found_in_names_folders_and_texts() {
    let (_folder, catalog) = fresh();
    let records = [
        with_text("Holiday 2023/IMG_0042.jpg", "nikon d90 evening by the sea"),
        with_text("Malmö/PartyTime.png", "canon eos 5d"),
        with_text("x/sea.jpg", ""),
        with_text("東京都/夜景.jpg", "お祭りの写真 🎆"),
        with_text("E\u{301}cole/straße.jpg", "the sea the sea and much else that makes this text a long one"),
        with_text("서울에서/ภาพถ่ายกลางคืน.jpg", ""),
    ];
    catalog.upsert(&records).unwrap();
    let cases: [(&[WordTerm], &[u32]); 30] = [
        (&[word("sea")], &[1, 3, 5]),
        (&[word("SEA"), word("nikon")], &[1]),
        (&[word("evening by the")], &[1]),
        (&[word("by evening")], &[]),
        (&[word("ev")], &[]),
        (&[prefix("ev")], &[1]),
        (&[prefix("by the se")], &[1]),
        (&[word("sea"), not("nikon")], &[3, 5]),
        (&[not("sea")], &[2, 4, 6]),
        (&[not("sea"), not("canon")], &[4, 6]),
        (&[word("malmo")], &[2]),
        (&[word("party")], &[2]),
        (&[word("partytime")], &[2]),
        (&[word("PartyTime")], &[2]),
        (&[word("partyTIME")], &[2]),
        (&[word("img_0042")], &[1]),
        (&[prefix("img_00")], &[1]),
        (&[word("holiday"), word("0042"), word("d90")], &[1]),
        (&[word("東京")], &[4]),
        (&[word("京都")], &[4]),
        (&[word("景")], &[4]),
        (&[word("祭り")], &[4]),
        (&[word("京東")], &[]),
        (&[word("🎆")], &[4]),
        (&[word("ecole"), word("STRASSE")], &[5]),
        (&[word("서울")], &[6]),
        (&[word("กลางคืน")], &[6]),
        (&[word("!!!"), word("nikon")], &[1]),
        (&[word("\"* OR (")], &[]),
        (&[], &[]),
    ];
    for (terms, expected) in cases {
        assert_eq!(found(&catalog, terms), expected, "{terms:?}");
    }
    // Best first: a name that is the word, then the texts, the shorter one before the longer.
    let best: Vec<u32> = catalog.words(&[word("sea")], 2).unwrap().iter().map(|(row, _)| row.0).collect();
    assert_eq!(best[0], 3);
    let scores = catalog.words(&[word("sea")], 9).unwrap();
    assert!(scores.windows(2).all(|pair| pair[0].1 >= pair[1].1 && pair[1].1 >= 0.0));
    assert!(word("a").has_words() && !word("-.").has_words());
}

/// A text of a small alphabet, so that words are often the same, and what it is cut into by a rule written down anew.
fn small_text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ab1 _é東京]{0,14}").unwrap()
}

fn naive_runs(text: &str) -> Vec<String> {
    let kind = |char: char| match char {
        'a' | 'b' | 'é' => 1,
        '1' => 2,
        '東' | '京' => 3,
        _ => 0,
    };
    let mut runs: Vec<(i32, String)> = Vec::new();
    for char in text.chars() {
        let folded = if char == 'é' { 'e' } else { char };
        match runs.last_mut() {
            Some((last, run)) if *last == kind(char) => run.push(folded),
            _ => runs.push((kind(char), folded.into())),
        }
    }
    runs.into_iter().filter(|(kind, _)| *kind != 0).map(|(_, run)| run).collect()
}

/// Whether the runs of `wanted` follow each other in the text. Runs without spaces may begin anywhere at the left end of
/// what is wanted and end anywhere at its right end.
fn naive_match(text: &str, wanted: &str, is_prefix: bool) -> bool {
    let (text, wanted) = (naive_runs(text), naive_runs(wanted));
    let is_unspaced = |run: &str| run.starts_with(['東', '京']);
    (0..text.len().saturating_sub(wanted.len() - 1)).any(|from| {
        wanted.iter().enumerate().all(|(at, run)| {
            let have = &text[from + at];
            let (is_first, is_last) = (at == 0, at == wanted.len() - 1);
            match (is_unspaced(run), is_first, is_last) {
                (true, true, true) => have.contains(run.as_str()),
                (true, true, false) => have.ends_with(run.as_str()),
                (true, false, true) => have.starts_with(run.as_str()),
                (true, false, false) => have == run,
                (false, _, true) if is_prefix => have.starts_with(run.as_str()),
                (false, ..) => have == run,
            }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn words_match_as_a_plain_rule_says(
        texts in proptest::collection::vec(small_text(), 1..12),
        wanted in proptest::collection::vec((small_text(), any::<bool>(), any::<bool>()), 1..4),
    ) {
        let (_folder, catalog) = fresh();
        // The name is a digit of its own that no text has beside a letter.
        let records: Vec<_> = texts.iter().enumerate().map(|(n, text)| with_text(&format!("{}", n + 700), text)).collect();
        catalog.upsert(&records).unwrap();
        let terms: Vec<WordTerm> = wanted
            .iter()
            .map(|(text, is_prefix, negated)| WordTerm { negated: *negated, is_prefix: *is_prefix, ..word(text) })
            .collect();
        let said: Vec<&WordTerm> = terms.iter().filter(|term| !naive_runs(&term.text).is_empty()).collect();
        let expected: Vec<u32> = texts
            .iter()
            .enumerate()
            .filter(|(_, text)| !said.is_empty() && said.iter().all(|term| naive_match(text, &term.text, term.is_prefix) != term.negated))
            .map(|(n, _)| n as u32 + 1)
            .collect();
        prop_assert_eq!(found(&catalog, &terms), expected);
    }

    #[test]
    fn any_text_can_be_asked_for_and_finds_itself(
        texts in proptest::collection::vec(any::<String>(), 1..6),
        asked in any::<String>(),
        is_prefix in any::<bool>(),
    ) {
        let (_folder, catalog) = fresh();
        let records: Vec<_> = texts.iter().enumerate().map(|(n, text)| with_text(&format!("{n}"), text)).collect();
        catalog.upsert(&records).unwrap();
        found(&catalog, &[WordTerm { is_prefix, ..word(&asked) }]);
        for (n, text) in texts.iter().enumerate() {
            let term = WordTerm { is_prefix, ..word(text) };
            prop_assert!(!term.has_words() || found(&catalog, std::slice::from_ref(&term)).contains(&(n as u32 + 1)));
            for part in text.split_whitespace().map(word).filter(WordTerm::has_words) {
                prop_assert!(found(&catalog, std::slice::from_ref(&part)).contains(&(n as u32 + 1)), "{part:?}");
            }
        }
    }
}

// ---------------------------------------------------------------------------------------------------------
// Conditions

fn number(field: NumberField, from: Option<f64>, to: Option<f64>) -> Filter {
    Filter::Number { field, range: NumberRange { from, to, from_included: true, to_included: false } }
}

fn exactly(field: NumberField, value: f64) -> Filter {
    let range = NumberRange { from: Some(value), to: Some(value), from_included: true, to_included: true };
    Filter::Number { field, range }
}

fn near(latitude_deg: f64, longitude_deg: f64, radius_m: f64) -> Filter {
    Filter::Near { latitude_deg, longitude_deg, radius_m }
}

fn day(year: i16, month: u8, day: u8) -> CivilDate {
    CivilDate::new(year, month, day).unwrap()
}

fn first_second(date: CivilDate) -> i64 {
    i64::from(date.days_since_1970()) * 86_400
}

#[test]
fn conditions_choose_pictures() {
    let (_folder, catalog) = fresh();
    let a = PictureRecord {
        camera: Some("Canon EOS 5D".into()),
        lens: Some("EF 50mm f/1.8".into()),
        format: Some(Format::Jpeg),
        tags: vec!["Été".into(), "mer".into()],
        taken_wall_secs: Some(first_second(day(2023, 5, 7))),
        width: 4000,
        height: 3000,
        iso: Some(800),
        f_number: Some(2.8),
        exposure_secs: Some(0.005),
        focal_mm: Some(50.0),
        focal_35mm: Some(80.0),
        rating: Some(4),
        size_bytes: 5_000_000,
        latitude_deg: Some(48.8566),
        longitude_deg: Some(2.3522),
        title: Some("Évening".into()),
        has_sidecar: true,
        ..named("2023/Summer trip/a.jpg")
    };
    let b = PictureRecord {
        camera: Some("NIKON D90".into()),
        format: Some(Format::Raw(RawFamily::Nef)),
        taken_wall_secs: Some(first_second(day(2023, 5, 8)) - 1),
        width: 3000,
        height: 4000,
        iso: Some(100),
        rating: Some(0),
        city: Some("São Paulo".into()),
        country: Some("Brasil".into()),
        latitude_deg: Some(0.0),
        longitude_deg: Some(179.99),
        ..named("2023/winter/b.nef")
    };
    let c = PictureRecord {
        format: Some(Format::Tiff),
        width: 1000,
        height: 1029,
        caption: Some("tags: mer".into()),
        creator: Some("Ana".into()),
        latitude_deg: Some(89.99),
        longitude_deg: Some(-90.0),
        taken_wall_secs: Some(-86_400 * 300),
        ..named("c.TIF")
    };
    let d = PictureRecord {
        format: Some(Format::Png),
        width: 2000,
        height: 1000,
        has_alpha: true,
        ..named("2023 plans/d%_.png")
    };
    let e = named("e.jpg");
    catalog.upsert(&[a, b, c, d, e]).unwrap();

    let cases: Vec<(Filter, &[u32])> = vec![
        (text(TextField::Camera, "canon"), &[1]),
        (text(TextField::Camera, "nikon d9"), &[2]),
        (text(TextField::Lens, "50MM"), &[1]),
        (text(TextField::Folder, "2023"), &[1, 2, 4]),
        (text(TextField::Folder, "/2023/"), &[1, 2]),
        (text(TextField::Folder, "2023\\summer TRIP"), &[1]),
        (text(TextField::Folder, "summer"), &[1]),
        (text(TextField::Name, "a.jp"), &[1]),
        (text(TextField::Name, "%_"), &[4]),
        (text(TextField::Name, "%"), &[4]),
        (text(TextField::Tag, "ete"), &[1]),
        (text(TextField::Tag, "te\nme"), &[]),
        (text(TextField::Tag, "te me"), &[]),
        (text(TextField::Caption, "MER"), &[3]),
        (text(TextField::Caption, "evening"), &[1]),
        (text(TextField::Place, "sao paulo"), &[2]),
        (text(TextField::Place, "brasil"), &[2]),
        (text(TextField::Creator, "ana"), &[3]),
        (text(TextField::Type, "jpg"), &[1]),
        (text(TextField::Type, "JPEG"), &[1]),
        (text(TextField::Type, "raw"), &[2]),
        (text(TextField::Type, "nef"), &[2]),
        (text(TextField::Type, "tif"), &[3]),
        (number(NumberField::Iso, Some(200.0), None), &[1]),
        (number(NumberField::Iso, None, Some(800.0)), &[2]),
        (exactly(NumberField::Iso, 800.0), &[1]),
        (exactly(NumberField::FNumber, 2.8), &[1]),
        (exactly(NumberField::ExposureSecs, 1.0 / 200.0), &[1]),
        (number(NumberField::FocalMm, Some(35.0), Some(85.0)), &[1]),
        (exactly(NumberField::Focal35Mm, 80.0), &[1]),
        (number(NumberField::Width, Some(3000.0), None), &[1, 2]),
        (number(NumberField::Width, None, Some(1001.0)), &[3]),
        (number(NumberField::Height, Some(4000.0), None), &[2]),
        (number(NumberField::Megapixels, Some(12.0), None), &[1, 2]),
        (number(NumberField::Megapixels, None, Some(1.5)), &[3]),
        (number(NumberField::SizeBytes, Some(1.0), None), &[1]),
        (number(NumberField::Rating, Some(0.0), None), &[1, 2]),
        (number(NumberField::Rating, Some(f64::NAN), None), &[]),
        (Filter::Taken { from: day(2023, 5, 7), until: day(2023, 5, 8) }, &[1, 2]),
        (Filter::Taken { from: day(2023, 5, 8), until: day(2024, 1, 1) }, &[]),
        (Filter::Taken { from: CivilDate::FIRST, until: day(1970, 1, 1) }, &[3]),
        (Filter::Taken { from: CivilDate::FIRST, until: CivilDate::LAST }, &[1, 2, 3]),
        (Filter::Shape(Shape::Landscape), &[1, 4]),
        (Filter::Shape(Shape::Portrait), &[2]),
        (Filter::Shape(Shape::Square), &[3]),
        (Filter::Shape(Shape::Panorama), &[4]),
        (Filter::Has(Presence::Gps), &[1, 2, 3]),
        (Filter::Has(Presence::Date), &[1, 2, 3]),
        (Filter::Has(Presence::Caption), &[1, 3]),
        (Filter::Has(Presence::Tags), &[1]),
        (Filter::Has(Presence::Rating), &[1, 2]),
        (Filter::Has(Presence::Camera), &[1, 2]),
        (Filter::Has(Presence::Lens), &[1]),
        (Filter::Has(Presence::Sidecar), &[1]),
        (Filter::Has(Presence::Alpha), &[4]),
        (near(48.85, 2.35, 1000.0), &[1]),
        (near(48.85, 2.35, 100.0), &[]),
        (near(0.0, -179.99, 3000.0), &[2]),
        (near(90.0, 33.0, 2000.0), &[3]),
        (near(89.99, 90.0, 3000.0), &[3]),
        (near(0.0, 0.0, 3e7), &[1, 2, 3]),
        (near(f64::NAN, 0.0, 1.0), &[]),
    ];
    for (filter, expected) in &cases {
        assert_eq!(filtered(&catalog, &[(filter.clone(), false)]), *expected, "{filter:?}");
        let others: Vec<u32> = (1..=5).filter(|row| !expected.contains(row)).collect();
        assert_eq!(filtered(&catalog, &[(filter.clone(), true)]), others, "not {filter:?}");
        // Conditions are joined, and each one's values stay its own.
        for (second, also) in &cases {
            let both: Vec<u32> = expected.iter().copied().filter(|row| !also.contains(row)).collect();
            assert_eq!(filtered(&catalog, &[(filter.clone(), false), (second.clone(), true)]), both);
        }
    }
    assert_eq!(catalog.filter(&[]).unwrap(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_text_is_found_by_any_part_of_it(
        texts in proptest::collection::vec(any::<String>(), 1..6),
        at in any::<proptest::sample::Index>(),
        cut in any::<(proptest::sample::Index, proptest::sample::Index)>(),
        other in any::<String>(),
    ) {
        let (_folder, catalog) = fresh();
        let record = |(n, text): (usize, &String)| PictureRecord {
            camera: Some(text.clone()),
            caption: Some(text.clone()),
            tags: vec![text.clone(), "x".into()],
            ..named(&format!("{n}"))
        };
        let records: Vec<_> = texts.iter().enumerate().map(record).collect();
        catalog.upsert(&records).unwrap();
        let row = at.index(texts.len());
        let chars: Vec<char> = texts[row].chars().collect();
        let (from, to) = (cut.0.index(chars.len() + 1), cut.1.index(chars.len() + 1));
        let part: String = chars[from.min(to)..from.max(to)].iter().collect();
        for field in [TextField::Camera, TextField::Caption] {
            // Half a letter of Korean is another letter; all else is found by its parts.
            if !part.chars().chain(texts[row].chars()).any(|char| ('\u{1100}'..='\u{11ff}').contains(&char)) {
                let rows = filtered(&catalog, &[(text(field, &part), false)]);
                prop_assert!(rows.contains(&(row as u32 + 1)), "{field:?} {part:?}");
                let upper: String = part.to_uppercase();
                if upper.is_ascii() {
                    prop_assert_eq!(&filtered(&catalog, &[(text(field, &upper), false)]), &rows);
                }
            }
            let with = filtered(&catalog, &[(text(field, &other), false)]);
            let without = filtered(&catalog, &[(text(field, &other), true)]);
            prop_assert_eq!(with.len() + without.len(), texts.len());
        }
    }

    #[test]
    fn distances_are_cut_as_the_sphere_says(
        places in proptest::collection::vec((-90.0_f64..=90.0, -180.0_f64..=180.0), 1..20),
        center in (-90.0_f64..=90.0, -180.0_f64..=180.0),
        radius_m in prop_oneof![0.0_f64..1e5, 0.0_f64..2.1e7],
    ) {
        let (_folder, catalog) = fresh();
        let record = |(n, (latitude, longitude)): (usize, &(f64, f64))| PictureRecord {
            latitude_deg: Some(*latitude),
            longitude_deg: Some(*longitude),
            ..named(&format!("{n}"))
        };
        let records: Vec<_> = places.iter().enumerate().map(record).collect();
        catalog.upsert(&records).unwrap();
        // By unit vectors, another way than the one tested.
        let unit = |(latitude, longitude): (f64, f64)| {
            let ((sin, cos), (east_sin, east_cos)) = (latitude.to_radians().sin_cos(), longitude.to_radians().sin_cos());
            [cos * east_cos, cos * east_sin, sin]
        };
        let (rows, a) = (filtered(&catalog, &[(near(center.0, center.1, radius_m), false)]), unit(center));
        for (n, place) in places.iter().enumerate() {
            let b = unit(*place);
            let chord = (0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum::<f64>().sqrt();
            let distance = 2.0 * 6_371_008.8 * (chord / 2.0).min(1.0).asin();
            if (distance - radius_m).abs() > 1.0 {
                prop_assert_eq!(rows.contains(&(n as u32 + 1)), distance < radius_m, "{} m to {:?}", distance, place);
            }
        }
    }
}

#[test]
fn facets_complete_what_is_typed() {
    let (_folder, catalog) = fresh();
    catalog.upsert(&rich_many(70)).unwrap();
    catalog
        .upsert(&[PictureRecord { camera: Some("Óptik".into()), ..named("2023/trip 1/deep/er/x.png") }])
        .unwrap();
    let facets = |field, prefix: &str, limit| catalog.facets(field, prefix, limit).unwrap();
    let owned =
        |pairs: &[(&str, usize)]| pairs.iter().map(|(v, n)| ((*v).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(facets(TextField::Camera, "", 2), owned(&[("Nikon D90", 24), ("Canon EOS 5D", 23)]));
    assert_eq!(facets(TextField::Camera, "eos", 9), owned(&[("Canon EOS 5D", 23)]));
    assert_eq!(facets(TextField::Camera, "optik", 9), owned(&[("Óptik", 1)]));
    assert_eq!(facets(TextField::Camera, "ikon", 9), []);
    assert_eq!(facets(TextField::Tag, "TAG", 2), owned(&[("tag0", 18), ("tag1", 18)]));
    assert_eq!(facets(TextField::Type, "", 9), owned(&[("jpeg", 56), ("nef", 14)]));
    assert_eq!(facets(TextField::Place, "mal", 9), owned(&[("Málaga", 70)]));
    assert_eq!(facets(TextField::Place, "", 9), owned(&[("España", 70), ("Málaga", 70), ("Playa", 70)]));
    let folders = facets(TextField::Folder, "2023", 9);
    assert_eq!(folders[..2], owned(&[("2023", 71), ("2023/trip 1", 11)]));
    assert_eq!(facets(TextField::Folder, "deep", 9).len(), 2);
    assert_eq!(facets(TextField::Name, "", 9), []);
}

// ---------------------------------------------------------------------------------------------------------
// Other threads and processes

#[test]
fn two_catalogs_on_one_file_see_each_other() {
    let (folder, one) = fresh();
    let other = open(&folder);
    one.upsert(&[rich(1)]).unwrap();
    other.upsert(&[rich(2)]).unwrap();
    assert_eq!((one.entries().unwrap().len(), found(&other, &[word("sea")])), (2, vec![1, 2]));
    drop(one);
    assert_eq!(other.upsert(&[rich(3)]).unwrap(), [RowId(3)]);
}

#[test]
fn readers_see_whole_transactions_while_others_write() {
    let (folder, catalog) = fresh();
    let other = open(&folder);
    std::thread::scope(|scope| {
        let writers = [&catalog, &other].map(|catalog| {
            scope.spawn(move || {
                for round in 0..20 {
                    let records: Vec<_> = (0..25)
                        .map(|n| PictureRecord {
                            size_bytes: round,
                            ..named(&format!("{:p}/{n}", std::ptr::from_ref(catalog)))
                        })
                        .collect();
                    catalog.upsert(&records).unwrap();
                }
            })
        });
        let mut seen = 0;
        while !writers.iter().all(std::thread::ScopedJoinHandle::is_finished) || seen == 0 {
            for entries in [catalog.entries().unwrap(), other.entries().unwrap()] {
                assert_eq!(entries.len() % 25, 0);
                for group in entries.chunks(25) {
                    assert!(
                        group.iter().all(|entry| entry.size_bytes == group[0].size_bytes),
                        "half a transaction"
                    );
                }
                seen = entries.len();
            }
        }
    });
    assert_eq!(catalog.counts().unwrap().pictures, 50);
    catalog.check().unwrap();
}

/// In a child process, the folder to work in.
const CHILD_FOLDER: &str = "VITRINE_TEST_CATALOG_FOLDER";
const CHILD_BATCH: u32 = 40;

fn spawn_child(test: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(CHILD_FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Not a test but what the child of one does: it writes until it is killed.
#[test]
fn child_that_writes_without_end() {
    let Some(folder) = std::env::var_os(CHILD_FOLDER) else { return };
    let folder = Path::new(&folder);
    let (catalog, _) = Catalog::open(folder, Path::new(ROOT)).unwrap();
    let thumbnails = ThumbnailStore::open(&folder.join("thumbnails.sqlite"), 1 << 20);
    for round in 0.. {
        let first = (round % 25) * CHILD_BATCH;
        let records: Vec<_> = (first..first + CHILD_BATCH)
            .map(|n| PictureRecord { frames: round, search_text: format!("round{round}"), ..rich(n) })
            .collect();
        catalog.upsert(&records).unwrap();
        thumbnails
            .put_many(records.iter().map(|record| (record.content.unwrap(), record.fields_json.as_bytes())));
        if round == 2 {
            println!("\nready");
        }
    }
}

#[test]
fn a_writer_killed_at_any_moment_leaves_whole_transactions() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..12_u64 {
        let mut child = spawn_child("child_that_writes_without_end", folder.path());
        let output = BufReader::new(child.stdout.take().unwrap());
        assert!(output.lines().any(|line| line.unwrap() == "ready"), "the child writes");
        // A different moment in every round; nothing depends on its length.
        std::thread::sleep(Duration::from_micros(round * 7919 % 40_000));
        child.kill().unwrap();
        child.wait().unwrap();

        let catalog = open(&folder);
        catalog.check().unwrap();
        let entries = catalog.entries().unwrap();
        assert!(entries.len() >= 3 * CHILD_BATCH as usize && entries.len() % CHILD_BATCH as usize == 0);
        for group in entries.chunks(CHILD_BATCH as usize) {
            let frames = |row| catalog.details(row).unwrap().unwrap().frames;
            let written = frames(group[0].row);
            assert!(group.iter().all(|entry| frames(entry.row) == written));
            let rows = found(&catalog, &[word(&format!("round{written}"))]);
            assert_eq!(rows, group.iter().map(|entry| entry.row.0).collect::<Vec<_>>(), "words fit the rows");
        }
        let thumbnails = ThumbnailStore::open(&folder.path().join("thumbnails.sqlite"), 1 << 20);
        for entry in entries.iter().step_by(7) {
            if let Some(bytes) = thumbnails.get(&entry.content.unwrap()) {
                assert!(String::from_utf8(bytes).unwrap().ends_with("x\"}"));
            }
        }
        assert!(thumbnails.stats().count > 0);
    }
}

// ---------------------------------------------------------------------------------------------------------
// Damage

#[test]
fn newer_and_foreign_files_are_refused_and_left_alone() {
    let (folder, catalog) = fresh();
    drop(catalog);
    Connection::open(file(&folder)).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let error = Catalog::open(folder.path(), Path::new(ROOT)).err().unwrap();
    assert!(matches!(error, CatalogError::Newer { found: 7, .. }));
    assert!(error.to_string().contains("newer version") && error.to_string().contains("format 7"), "{error}");

    let folder = tempfile::tempdir().unwrap();
    Connection::open(file(&folder)).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let before = fs::read(file(&folder)).unwrap();
    let error = Catalog::open(folder.path(), Path::new(ROOT)).err().unwrap();
    assert!(matches!(error, CatalogError::Foreign(_)));
    // The log mode is in the header; nothing else may differ.
    assert_eq!(fs::read(file(&folder)).unwrap()[100..], before[100..]);
}

fn damage(folder: &TempDir, pages: &[usize]) {
    let mut bytes = fs::read(file(folder)).unwrap();
    for page in pages {
        let start = page * 4096;
        for (at, byte) in bytes.iter_mut().skip(start).take(4096).enumerate() {
            *byte = (at * 7919 % 251) as u8;
        }
    }
    fs::write(file(folder), bytes).unwrap();
}

/// Reads everything, so that damage is found.
fn read_all(catalog: &Catalog) -> Result<(), CatalogError> {
    catalog.check()?;
    for entry in catalog.entries()? {
        catalog.details(entry.row)?;
    }
    catalog.words(&[word("sea")], 10).map(drop)
}

#[test]
fn damaged_pages_cost_few_pictures() {
    let (folder, catalog) = fresh();
    let records = rich_many(2000);
    catalog.upsert(&records).unwrap();
    catalog.resolve_group(&[ContentHash::of(b"a"), ContentHash::of(b"b")]).unwrap();
    catalog.mark_missing(&[RowId(5)]).unwrap();
    drop(catalog);
    let whole = fs::read(file(&folder)).unwrap();
    let pages = whole.len() / 4096;
    let mut repaired = 0;
    for round in 0..12_usize {
        for name in fs::read_dir(folder.path()).unwrap() {
            fs::remove_file(name.unwrap().path()).unwrap();
        }
        fs::write(file(&folder), &whole).unwrap();
        let damaged: Vec<usize> = (0..4).map(|n| 1 + (round * 7919 + n * 104_729) % (pages - 1)).collect();
        damage(&folder, &damaged);
        let (catalog, mut notes) = Catalog::open(folder.path(), Path::new(ROOT)).unwrap();
        let was_found = match read_all(&catalog) {
            Ok(()) => !notes.is_empty(),
            Err(error) => {
                assert!(matches!(error, CatalogError::Damaged(_)), "{error}");
                drop(catalog);
                let (catalog, later) = Catalog::open(folder.path(), Path::new(ROOT)).unwrap();
                notes = later;
                read_all(&catalog).unwrap();
                true
            }
        };
        // Free pages may be damaged without anybody noticing.
        if !was_found {
            continue;
        }
        repaired += 1;
        let catalog = open(&folder);
        let known = catalog.known().unwrap();
        assert!(known.len() >= 1000, "{damaged:?}: {notes:?}");
        let complete = known.values().filter(|known| {
            let record = catalog.details(known.row).unwrap().unwrap();
            assert_eq!(record.relative, rich(known.row.0 - 1).relative, "a row is the picture that it was");
            record == rich(known.row.0 - 1)
        });
        assert!(complete.count() >= 900, "{damaged:?}: {notes:?}");
        assert!(notes[0].contains("pictures were saved") && notes[0].contains("catalog.bad"), "{notes:?}");
        assert!(folder.path().join("catalog.bad").exists());
        // What was lost is indexed again, under a number that no lost picture had.
        for (row, record) in catalog.upsert(&records).unwrap().into_iter().zip(&records) {
            let before = known.get(&record.relative).map(|known| known.row);
            assert!(before.map_or(row.0 > 2000, |before| before == row), "{row:?} was {before:?}");
        }
        assert_eq!(catalog.counts().unwrap().pictures, 2000);
    }
    assert!(repaired >= 8, "{repaired} of 12");
}

#[test]
fn a_file_of_rubbish_is_put_aside() {
    for rubbish in [vec![0xab; 50_000], b"SQLite format 3\0 and no more".to_vec(), vec![0; 4096]] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(file(&folder), &rubbish).unwrap();
        let (catalog, notes) = Catalog::open(folder.path(), Path::new(ROOT)).unwrap();
        assert!(notes[0].contains("damaged"), "{notes:?}");
        assert_eq!(fs::read(folder.path().join("catalog.bad")).unwrap(), rubbish);
        // Vectors of pictures that nobody knows any more may lie about under small numbers.
        assert!(catalog.upsert(&[rich(1)]).unwrap()[0] > RowId(1_000_000));
        drop(catalog);
        open(&folder);
    }
}

#[test]
fn a_truncated_file_is_repaired() {
    let (folder, catalog) = fresh();
    catalog.upsert(&rich_many(1000)).unwrap();
    drop(catalog);
    let length = fs::metadata(file(&folder)).unwrap().len();
    fs::File::options().write(true).open(file(&folder)).unwrap().set_len(length / 2 / 4096 * 4096).unwrap();
    let (catalog, notes) = Catalog::open(folder.path(), Path::new(ROOT)).unwrap();
    let notes = match read_all(&catalog) {
        Ok(()) => notes,
        Err(_) => {
            drop(catalog);
            Catalog::open(folder.path(), Path::new(ROOT)).unwrap().1
        }
    };
    assert!(notes[0].contains("damaged"), "{notes:?}");
    read_all(&open(&folder)).unwrap();
}

#[test]
fn a_damaged_catalog_is_not_repaired_under_somebody_s_feet() {
    let (folder, catalog) = fresh();
    catalog.upsert(&rich_many(10)).unwrap();
    fs::write(folder.path().join("catalog.damaged"), b"").unwrap();
    let error = Catalog::open(folder.path(), Path::new(ROOT)).err().unwrap();
    assert!(matches!(error, CatalogError::InUse(_)), "{error}");
    assert_eq!(catalog.counts().unwrap().pictures, 10);
    drop(catalog);
    let (catalog, notes) = Catalog::open(folder.path(), Path::new(ROOT)).unwrap();
    assert!(notes[0].contains("10 pictures were saved, none was lost"), "{notes:?}");
    assert_eq!(catalog.details(RowId(3)).unwrap().unwrap(), rich(2));
    // A repair that was cut short before the last step.
    drop(catalog);
    fs::rename(file(&folder), folder.path().join("catalog.repaired")).unwrap();
    let (catalog, notes) = Catalog::open(folder.path(), Path::new(ROOT)).unwrap();
    assert!(notes[0].contains("cut short"), "{notes:?}");
    assert_eq!(catalog.counts().unwrap().pictures, 10);
}

// ---------------------------------------------------------------------------------------------------------
// Thumbnails

fn key(n: u32) -> ContentHash {
    ContentHash::of(&n.to_le_bytes())
}

fn bytes(n: u32) -> Vec<u8> {
    (0..1000).map(|at| ((at * 31 + n as usize) % 251) as u8).collect()
}

fn kept(store: &ThumbnailStore, keys: std::ops::Range<u32>) -> BTreeSet<u32> {
    let contents: Vec<ContentHash> = keys.clone().map(key).collect();
    keys.zip(store.has_many(&contents)).filter(|(_, has)| *has).map(|(n, _)| n).collect()
}

#[test]
fn thumbnails_come_back_and_are_shared() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache/thumbnails.sqlite");
    let one = ThumbnailStore::open(&path, 1 << 20);
    let other = ThumbnailStore::open(&path, 1 << 20);
    one.put(key(1), &bytes(1));
    other.put_many([(key(2), bytes(2).as_slice()), (key(3), &[])]);
    other.put(key(1), &bytes(7));
    assert_eq!(one.get(&key(1)), Some(bytes(7)));
    assert_eq!((one.get(&key(2)), one.get(&key(3)), one.get(&key(4))), (Some(bytes(2)), Some(vec![]), None));
    assert_eq!(one.has_many(&[key(4), key(2)]), [false, true]);
    assert_eq!((one.stats().count, one.stats().bytes), (3, 2000));
    one.forget(&[key(2)]);
    assert_eq!(other.get(&key(2)), None);
    other.clear();
    assert_eq!((one.stats().count, one.get(&key(1))), (0, None));
}

#[test]
fn thumbnails_least_recently_used_leave_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("thumbnails.sqlite");
    let store = ThumbnailStore::open(&path, 32_000);
    for n in 0..32 {
        store.put(key(n), &bytes(n));
        // Recency is kept in milliseconds.
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(kept(&store, 0..32).len(), 32);
    assert!(store.get(&key(0)).is_some());
    store.put(key(99), &bytes(99));
    assert_eq!(kept(&store, 0..32), (4..32).chain([0]).collect());
    assert_eq!(store.get(&key(99)), Some(bytes(99)));
    drop(store);
    // What was read and not yet written down is written at the end.
    let store = ThumbnailStore::open(&path, 32_000);
    std::thread::sleep(Duration::from_millis(2));
    assert!(store.get(&key(4)).is_some());
    drop(store);
    let large = fs::metadata(&path).unwrap().len();
    let store = ThumbnailStore::open(&path, 4000);
    assert_eq!(kept(&store, 0..100), BTreeSet::from([0, 4, 99]));
    drop(store);
    assert!(fs::metadata(&path).unwrap().len() < large / 2, "the file is shortened");
    let store = ThumbnailStore::open(&path, 999);
    store.put(key(1), &bytes(1));
    assert_eq!(store.stats().count, 0);
}

#[test]
fn a_damaged_thumbnail_is_no_thumbnail() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("thumbnails.sqlite");
    let store = ThumbnailStore::open(&path, 1 << 20);
    let needle = [b"needle".repeat(20), vec![0; 30]].concat();
    store.put(key(1), &needle);
    drop(store);
    let mut file = fs::read(&path).unwrap();
    let at = file.windows(12).position(|window| window == b"needleneedle").unwrap();
    file[at + 3] ^= 1;
    fs::write(&path, file).unwrap();
    let store = ThumbnailStore::open(&path, 1 << 20);
    assert_eq!(store.get(&key(1)), None);
    assert_eq!(store.has_many(&[key(1)]), [false], "it is made again");
    drop(store);

    // A damaged file is begun anew, at once or when the damage is found.
    for from in [0, 4096, 8192] {
        let store = ThumbnailStore::open(&path, 1 << 20);
        store.put_many(
            (0..200)
                .map(key)
                .zip((0..200).map(bytes))
                .collect::<Vec<_>>()
                .iter()
                .map(|(k, b)| (*k, b.as_slice())),
        );
        drop(store);
        let mut file = fs::read(&path).unwrap();
        file[from..].fill(0x5a);
        fs::write(&path, file).unwrap();
        let store = ThumbnailStore::open(&path, 1 << 20);
        for n in 0..200 {
            assert!(store.get(&key(n)).is_none_or(|found| found == bytes(n)));
        }
        store.put(key(1), &bytes(1));
        store.put(key(1), &bytes(1));
        assert_eq!(store.get(&key(1)), Some(bytes(1)), "damaged from {from}");
    }
}

#[test]
fn without_a_file_thumbnails_are_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), b"in the way").unwrap();
    let store = ThumbnailStore::open(&folder.path().join("file/thumbnails.sqlite"), 1 << 20);
    store.put(key(1), &bytes(1));
    assert_eq!((store.get(&key(1)), store.has_many(&[key(1)]), store.stats().count), (None, vec![false], 0));
}

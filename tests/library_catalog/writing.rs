//! What is written comes back, keeps its row and outlives moves.

use super::{ROOT, filtered, found, fresh, named, not, open, rich, rich_many, text, word};
use std::path::Path;
use vitrine::library::catalog::{Catalog, CatalogError, PictureRecord, Stage};
use vitrine::library::query::TextField;
use vitrine::library::{ContentHash, RowId};

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
    let labels = catalog.labels().unwrap();
    assert_eq!(labels.iter().map(|(row, _)| *row).collect::<Vec<_>>(), rows);
    let label = PictureRecord {
        relative: record.relative.clone(),
        format: record.format,
        taken_wall_secs: record.taken_wall_secs,
        camera: record.camera.clone(),
        tags: record.tags.clone(),
        people: record.people.clone(),
        city: record.city.clone(),
        state: record.state.clone(),
        country: record.country.clone(),
        location: record.location.clone(),
        is_monochrome: record.is_monochrome,
        ..PictureRecord::default()
    };
    assert_eq!(labels[1].1, label);
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
    assert!(found(&catalog, &[word("sea")]).is_empty());
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
    catalog.set_path(rows[0], Path::new("Archive/Holiday.jpg"), 99).unwrap();
    let moved = catalog.details(rows[0]).unwrap().unwrap();
    assert_eq!(moved, PictureRecord { relative: "Archive/Holiday.jpg".into(), modified_ns: 99, ..rich(1) });
    assert_eq!(found(&catalog, &[word("holiday"), word("archive"), word("sea")]), [1]);
    assert!(found(&catalog, &[word("00001")]).is_empty());
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
fn settled_groups_stay_settled() {
    let (folder, catalog) = fresh();
    let (a, b, c) = (ContentHash::of(b"a"), ContentHash::of(b"b"), ContentHash::of(b"c"));
    catalog.resolve_group(&[b, a, a]).unwrap();
    catalog.resolve_group(&[]).unwrap();
    catalog.resolve_group(&[c, c]).unwrap();
    drop(catalog);
    let catalog = open(&folder);
    let table = [
        (vec![a, b], true),
        (vec![a, b, c], false),
        // Files with the same bytes are settled alone; that they differ from others does not settle them.
        (vec![b], false),
        (vec![c], true),
        (vec![b, c], false),
        (vec![], false),
    ];
    for (members, expected) in table {
        assert_eq!(catalog.is_resolved(&members).unwrap(), expected, "{members:?}");
    }
    let mut both = vec![a, b];
    both.sort();
    assert_eq!(catalog.resolved_groups().unwrap(), [both.clone(), vec![c]]);
    catalog.unresolve_group(&[a]).unwrap();
    catalog.unresolve_group(&[c]).unwrap();
    assert_eq!(catalog.resolved_groups().unwrap(), [both]);
    catalog.unresolve_group(&[a, b]).unwrap();
    assert!(!catalog.is_resolved(&[a, b]).unwrap());
    assert_eq!(catalog.resolved_groups().unwrap(), Vec::<Vec<ContentHash>>::new());
}

#[test]
fn the_time_of_indexing_is_kept() {
    let (folder, catalog) = fresh();
    assert_eq!(catalog.indexed_secs().unwrap(), None);
    catalog.set_indexed_now().unwrap();
    drop(catalog);
    let (catalog, notes) = Catalog::open(folder.path(), Path::new("/elsewhere")).unwrap();
    assert!(notes[0].contains(ROOT), "{notes:?}");
    assert!(catalog.indexed_secs().unwrap().unwrap() > 1_700_000_000);
}

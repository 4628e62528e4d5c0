//! Damaged, foreign and newer files.

use super::{ROOT, file, fresh, open, rich, rich_many, word};
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use vitrine::library::catalog::{Catalog, CatalogError, PictureRecord};
use vitrine::library::{ContentHash, RowId};

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

/// Pages at the beginning, where each table and index has its root.
const ROOT_PAGES: usize = 45;

/// Puts the file there anew with damaged pages, has it repaired, and gives the notes; `None` when nobody noticed, for
/// free pages may be damaged.
fn repaired(folder: &TempDir, whole: &[u8], damaged: &[usize]) -> Option<Vec<String>> {
    for name in fs::read_dir(folder.path()).unwrap() {
        fs::remove_file(name.unwrap().path()).unwrap();
    }
    fs::write(file(folder), whole).unwrap();
    damage(folder, damaged);
    let (catalog, notes) = Catalog::open(folder.path(), Path::new(ROOT)).unwrap();
    let Err(error) = read_all(&catalog) else { return (!notes.is_empty()).then_some(notes) };
    assert!(matches!(error, CatalogError::Damaged(_)), "{error}");
    drop(catalog);
    let (catalog, notes) = Catalog::open(folder.path(), Path::new(ROOT)).unwrap();
    read_all(&catalog).unwrap();
    Some(notes)
}

/// Indexes again what was lost: each picture keeps its row, or gets one that none had before.
fn index_again(catalog: &Catalog, records: &[PictureRecord]) {
    let known = catalog.known().unwrap();
    for (row, record) in catalog.upsert(records).unwrap().into_iter().zip(records) {
        let before = known.get(&record.relative).map(|known| known.row);
        assert!(
            before.map_or(row.0 as usize > records.len(), |before| before == row),
            "{row:?} was {before:?}"
        );
    }
    assert_eq!(catalog.counts().unwrap().pictures, records.len());
    catalog.check().unwrap();
}

#[test]
fn damaged_pages_cost_few_pictures() {
    let (folder, catalog) = fresh();
    let records = rich_many(2000);
    catalog.upsert(&records).unwrap();
    let settled = [ContentHash::of(b"a"), ContentHash::of(b"b")];
    catalog.resolve_group(&settled).unwrap();
    catalog.mark_missing(&[RowId(5)]).unwrap();
    drop(catalog);
    let whole = fs::read(file(&folder)).unwrap();
    let pages = whole.len() / 4096;
    let mut noticed = 0;
    for round in 0..10_usize {
        let damaged: Vec<usize> =
            (0..3).map(|n| ROOT_PAGES + (round * 7919 + n * 104_729) % (pages - ROOT_PAGES)).collect();
        let Some(notes) = repaired(&folder, &whole, &damaged) else { continue };
        noticed += 1;
        let catalog = open(&folder);
        let known = catalog.known().unwrap();
        assert!(known.len() >= 1900, "{damaged:?}: {notes:?}");
        assert!(known.values().all(|known| known.is_missing == (known.row == RowId(5))));
        let complete = known.values().filter(|known| {
            let record = catalog.details(known.row).unwrap().unwrap();
            assert_eq!(record.relative, rich(known.row.0 - 1).relative, "a row is the picture that it was");
            record == rich(known.row.0 - 1)
        });
        assert!(complete.count() >= 1600, "{damaged:?}: {notes:?}");
        assert!(notes[0].contains("pictures were saved") && notes[0].contains("catalog.bad"), "{notes:?}");
        assert!(folder.path().join("catalog.bad").exists());
        assert!(catalog.is_resolved(&settled).unwrap());
        index_again(&catalog, &records);
    }
    assert!(noticed >= 6, "{noticed} of 10");
}

#[test]
fn a_damaged_root_may_cost_all_but_nothing_goes_wrong() {
    let (folder, catalog) = fresh();
    let records = rich_many(300);
    catalog.upsert(&records).unwrap();
    drop(catalog);
    let whole = fs::read(file(&folder)).unwrap();
    let mut noticed = 0;
    for page in 0..ROOT_PAGES {
        let Some(notes) = repaired(&folder, &whole, &[page]) else { continue };
        noticed += 1;
        assert!(notes[0].contains("damaged"), "{notes:?}");
        let catalog = open(&folder);
        index_again(&catalog, &records);
    }
    assert!(noticed >= 15, "{noticed}");
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
    let notes = if read_all(&catalog).is_ok() {
        notes
    } else {
        drop(catalog);
        Catalog::open(folder.path(), Path::new(ROOT)).unwrap().1
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

//! Two catalogs on one file, and writers that are killed.

use super::{ROOT, found, fresh, named, open, rich, word};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use vitrine::library::RowId;
use vitrine::library::catalog::{Catalog, PictureRecord};
use vitrine::library::thumbnails::ThumbnailStore;

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
        let mut child = spawn_child("processes::child_that_writes_without_end", folder.path());
        let output = BufReader::new(child.stdout.take().unwrap());
        assert!(output.lines().any(|line| line.unwrap() == "ready"), "the child writes");
        // A different moment in every round; nothing depends on its length.
        std::thread::sleep(Duration::from_micros(round * 7919 % 40_000));
        child.kill().unwrap();
        child.wait().unwrap();

        let catalog = open(&folder);
        catalog.check().unwrap();
        let entries = catalog.entries().unwrap();
        assert!(
            entries.len() >= 3 * CHILD_BATCH as usize && entries.len().is_multiple_of(CHILD_BATCH as usize)
        );
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

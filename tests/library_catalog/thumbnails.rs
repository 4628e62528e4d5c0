//! The store of thumbnails.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use vitrine::library::ContentHash;
use vitrine::library::thumbnails::ThumbnailStore;

fn key(n: u32) -> ContentHash {
    ContentHash::of(&n.to_le_bytes())
}

fn bytes(n: u32) -> Vec<u8> {
    (0..1000).map(|at| ((at * 31 + n as usize) % 251) as u8).collect()
}

/// Which of these the file has, without counting as a use of them.
fn kept(path: &Path, keys: std::ops::Range<u32>) -> BTreeSet<u32> {
    let connection = Connection::open(path).unwrap();
    let mut is_there = connection.prepare("SELECT 1 FROM thumbnails WHERE content = ?1").unwrap();
    keys.filter(|n| is_there.exists([key(*n).0]).unwrap()).collect()
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
    assert_eq!(kept(&path, 0..32).len(), 32);
    assert!(store.get(&key(0)).is_some());
    store.put(key(99), &bytes(99));
    assert_eq!(kept(&path, 0..32), (4..32).chain([0]).collect());
    assert_eq!(store.get(&key(99)), Some(bytes(99)));
    drop(store);
    // What was read and not yet written down is written at the end.
    let store = ThumbnailStore::open(&path, 32_000);
    std::thread::sleep(Duration::from_millis(2));
    assert!(store.get(&key(4)).is_some());
    drop(store);
    let large = fs::metadata(&path).unwrap().len();
    let store = ThumbnailStore::open(&path, 4000);
    assert_eq!(kept(&path, 0..100), BTreeSet::from([0, 4, 99]));
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
    assert_eq!(store.get(&key(1)), None, "it is made again");
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
    assert_eq!((store.get(&key(1)), store.stats().count), (None, 0));
}

//! The cache under everything that happens to one: damage, a full budget, killed writers, company.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may fail like the tests themselves")]

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use vitrine::cache::{Cache, CacheError, CacheKey, Stored};

const KIB: u64 = 1024;

/// The key of the `n`-th test entry.
fn key(n: u64) -> CacheKey {
    CacheKey::new("test", 1).content(&n.to_le_bytes()).finish()
}

/// Incompressible bytes that follow from `n`.
fn content(n: u64, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    blake3::Hasher::new().update(&n.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

/// Content that takes one block of 4 KiB on the disk.
fn block(n: u64) -> Vec<u8> {
    content(n, 3000)
}

fn entry_path(cache: &Cache, key: &CacheKey) -> PathBuf {
    let name = key.to_string();
    cache.folder().join(&name[..2]).join(format!("{}.vc", &name[2..]))
}

/// All files below `folder` whose names end like that.
fn files(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, suffix));
        } else if path.to_string_lossy().ends_with(suffix) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn set_age(path: &Path, age: Duration) {
    File::options().write(true).open(path).unwrap().set_modified(SystemTime::now() - age).unwrap();
}

fn hours(hours: u64) -> Duration {
    Duration::from_hours(hours)
}

// ---------------------------------------------------------------------------------------------------------
// Keys

#[test]
fn every_part_of_a_key_counts() {
    #[derive(Serialize)]
    struct Size {
        width: u32,
        height: u32,
    }
    let size = |width, height| Size { width, height };
    let with_size = |size: &Size| CacheKey::new("render", 1).content(b"x").parameters(size).unwrap().finish();
    let keys = [
        CacheKey::new("render", 1).finish(),
        CacheKey::new("render", 2).finish(),
        CacheKey::new("rende", 1).finish(),
        CacheKey::new("render", 1).content(b"x").finish(),
        CacheKey::new("render", 1).content(b"").finish(),
        CacheKey::new("render", 1).parameter_bytes(b"x").finish(),
        CacheKey::new("render", 1).parameter_bytes(b"").finish(),
        with_size(&size(640, 480)),
        with_size(&size(480, 640)),
    ];
    for (i, key) in keys.iter().enumerate() {
        assert!(keys.iter().skip(i + 1).all(|other| other != key), "key {i} is not unique");
    }
    assert_eq!(with_size(&size(640, 480)), with_size(&size(640, 480)));
}

#[test]
fn parts_cannot_be_moved_across_their_borders() {
    let two = |a: &[u8], b: &[u8]| CacheKey::new("k", 1).parameter_bytes(a).parameter_bytes(b).finish();
    assert_ne!(two(b"ab", b"c"), two(b"a", b"bc"));
    assert_ne!(two(b"abc", b""), two(b"", b"abc"));
    assert_ne!(two(b"ab", b"c"), CacheKey::new("k", 1).parameter_bytes(b"abc").finish());
    // Parts that spell out the frame of the next one, without and with its length.
    assert_ne!(two(b"a", b"b"), CacheKey::new("k", 1).parameter_bytes(b"arb").finish());
    let mut forged = b"a".to_vec();
    forged.push(b'r');
    forged.extend_from_slice(&1_u64.to_le_bytes());
    forged.push(b'b');
    assert_ne!(two(b"a", b"b"), CacheKey::new("k", 1).parameter_bytes(&forged).finish());
    assert_ne!(
        CacheKey::new("k", 1).content(b"a").parameter_bytes(b"b").finish(),
        CacheKey::new("k", 1).content(b"b").parameter_bytes(b"a").finish(),
    );
    let ron = CacheKey::new("k", 1).parameters(&1_u8).unwrap().finish();
    assert_ne!(ron, CacheKey::new("k", 1).parameter_bytes(b"1").finish());
}

#[test]
fn the_hash_of_a_file_stands_for_its_bytes() {
    let hash = blake3::hash(b"NaCl");
    let from_hash = CacheKey::new("k", 1).content_hash(hash.as_bytes()).finish();
    assert_eq!(from_hash, CacheKey::new("k", 1).content(b"NaCl").finish());
}

#[test]
fn keys_stay_the_same_from_release_to_release() {
    // The number was computed with the blake3 package of Python from the framing as `key.rs` describes it.
    let key =
        CacheKey::new("thumbnail", 3).content(b"picture").parameters(&(256_u32, "lanczos")).unwrap().finish();
    assert_eq!(key.to_string(), "995f97747dba4eef2792d3749b768ee5a6836dd7b40660278113aa7466808d12");
}

// ---------------------------------------------------------------------------------------------------------
// Entries

#[test]
fn what_was_put_is_got_also_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 1024 * KIB).unwrap();
    assert_eq!(cache.get(&key(1)).unwrap(), None);
    for (n, len) in [(1, 0), (2, 1), (3, 100_000)] {
        assert_eq!(cache.put(&key(n), &content(n, len)).unwrap(), Stored::Kept);
    }
    let again = Cache::open(folder.path(), 1024 * KIB).unwrap();
    for (n, len) in [(1, 0), (2, 1), (3, 100_000)] {
        assert_eq!(cache.get(&key(n)).unwrap(), Some(content(n, len)));
        assert_eq!(again.get(&key(n)).unwrap(), Some(content(n, len)));
    }
    let stats = cache.stats();
    assert_eq!((stats.entries, stats.hits, stats.misses), (3, 3, 1));
    assert_eq!((again.stats().entries, again.stats().bytes), (3, stats.bytes));

    cache.put(&key(3), b"shorter").unwrap();
    assert_eq!(again.get(&key(3)).unwrap().unwrap(), b"shorter");
    assert_eq!((cache.stats().entries, cache.stats().bytes), (3, 12 * KIB));
    cache.remove(&key(2)).unwrap();
    cache.remove(&key(2)).unwrap();
    assert_eq!((cache.stats().entries, cache.stats().bytes), (2, 8 * KIB));
}

#[test]
fn text_is_compressed_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 1024 * KIB).unwrap();
    cache.put(&key(1), &b"a line of a log\n".repeat(10_000)).unwrap();
    assert_eq!(cache.stats().bytes, 4 * KIB);
    assert_eq!(cache.get(&key(1)).unwrap().unwrap().len(), 160_000);
}

#[test]
fn a_flip_of_any_bit_is_a_miss_and_the_entry_goes() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 1024 * KIB).unwrap();
    let bytes = content(1, 60);
    cache.put(&key(1), &bytes).unwrap();
    let path = entry_path(&cache, &key(1));
    let whole = fs::read(&path).unwrap();
    for position in 0..whole.len() * 8 {
        let mut damaged = whole.clone();
        damaged[position / 8] ^= 1 << (position % 8);
        fs::write(&path, &damaged).unwrap();
        assert_eq!(cache.get(&key(1)).unwrap(), None, "bit {position}");
        assert!(!path.exists(), "bit {position}");
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(cache.get(&key(1)).unwrap(), Some(bytes));
}

#[test]
fn a_torn_or_lengthened_entry_is_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 1024 * KIB).unwrap();
    cache.put(&key(1), &content(1, 60)).unwrap();
    let path = entry_path(&cache, &key(1));
    let whole = fs::read(&path).unwrap();
    for len in 0..whole.len() {
        fs::write(&path, &whole[..len]).unwrap();
        assert_eq!(cache.get(&key(1)).unwrap(), None, "{len} bytes");
    }
    // What a power cut leaves on some file systems: the length, and zeros.
    fs::write(&path, vec![0; whole.len()]).unwrap();
    assert_eq!(cache.get(&key(1)).unwrap(), None);
    fs::write(&path, [whole.as_slice(), &[0]].concat()).unwrap();
    assert_eq!(cache.get(&key(1)).unwrap(), None);
    // Longer than the whole budget, and sparse where files can be.
    File::create(&path).unwrap().set_len(if cfg!(unix) { 1 << 40 } else { 1 << 21 }).unwrap();
    assert_eq!(cache.get(&key(1)).unwrap(), None);
    assert!(!path.exists());
}

#[test]
fn an_entry_under_the_name_of_another_is_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 1024 * KIB).unwrap();
    cache.put(&key(1), b"one").unwrap();
    cache.put(&key(2), b"two").unwrap();
    fs::copy(entry_path(&cache, &key(1)), entry_path(&cache, &key(2))).unwrap();
    assert_eq!(cache.get(&key(2)).unwrap(), None);
    assert_eq!(cache.get(&key(1)).unwrap().unwrap(), b"one");
}

#[test]
fn get_or_compute_computes_once() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 1024 * KIB).unwrap();
    assert_eq!(cache.get_or_compute(&key(1), || Err::<Vec<u8>, _>("no structure")), Err("no structure"));
    assert_eq!(cache.get_or_compute(&key(1), || Ok::<_, ()>(vec![1, 2])), Ok(vec![1, 2]));
    assert_eq!(cache.get_or_compute(&key(1), || Err(())), Ok(vec![1, 2]));
}

#[test]
fn a_result_that_cannot_be_stored_is_given_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 1024 * KIB).unwrap();
    // A file where the folder of the entry should be fails for every user, root too.
    let shard = entry_path(&cache, &key(1)).parent().unwrap().to_owned();
    fs::write(&shard, b"in the way").unwrap();
    let error = cache.put(&key(1), b"result").unwrap_err();
    assert!(matches!(&error, CacheError::Io { .. }));
    let path = entry_path(&cache, &key(1)).display().to_string();
    assert!(error.to_string().ends_with(&path), "path last: {error}");
    for count in 1..=2 {
        assert_eq!(cache.get_or_compute(&key(1), || Ok::<_, ()>(b"result".to_vec())), Ok(b"result".to_vec()));
        assert_eq!(cache.stats().failed_puts, count);
    }
}

#[test]
fn a_folder_removed_while_open_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("cache");
    let cache = Cache::open(&root, 1024 * KIB).unwrap();
    cache.put(&key(1), b"one").unwrap();
    fs::remove_dir_all(&root).unwrap();
    assert_eq!(cache.get(&key(1)).unwrap(), None);
    cache.put(&key(1), b"one").unwrap();
    assert_eq!(cache.get(&key(1)).unwrap().unwrap(), b"one");
    cache.refresh().unwrap();
    assert_eq!(cache.stats().entries, 1);
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    let error = Cache::open(&file.join("cache"), KIB).err().unwrap();
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
}

// ---------------------------------------------------------------------------------------------------------
// The budget

/// A cache of sixteen blocks with an entry in each; entry `n` was last used `100 - n` hours ago.
fn full_cache(folder: &Path) -> Cache {
    let cache = Cache::open(folder, 16 * 4 * KIB).unwrap();
    for n in 0..16 {
        cache.put(&key(n), &block(n)).unwrap();
        set_age(&entry_path(&cache, &key(n)), hours(100 - n));
    }
    assert_eq!((cache.stats().entries, cache.stats().bytes), (16, 64 * KIB));
    cache
}

fn missing(cache: &Cache, keys: std::ops::Range<u64>) -> Vec<u64> {
    keys.filter(|n| !entry_path(cache, &key(*n)).exists()).collect()
}

#[test]
fn the_least_recently_used_entries_leave_first() {
    let folder = tempfile::tempdir().unwrap();
    let cache = full_cache(folder.path());
    // Reading makes the oldest the youngest.
    assert!(cache.get(&key(0)).unwrap().is_some());
    cache.put(&key(16), &block(16)).unwrap();
    assert_eq!(missing(&cache, 0..17), [1, 2]);
    assert_eq!((cache.stats().entries, cache.stats().bytes), (15, 60 * KIB));
}

#[test]
fn a_read_within_a_minute_of_the_last_leaves_the_file_alone() {
    let folder = tempfile::tempdir().unwrap();
    let cache = full_cache(folder.path());
    let path = entry_path(&cache, &key(3));
    let modified = || fs::metadata(&path).unwrap().modified().unwrap();
    set_age(&path, Duration::from_secs(20));
    let before = modified();
    cache.get(&key(3)).unwrap().unwrap();
    assert_eq!(modified(), before);
    set_age(&path, Duration::from_secs(90));
    let before = modified();
    cache.get(&key(3)).unwrap().unwrap();
    assert!(modified() > before);
}

#[test]
fn a_time_in_the_future_keeps_no_entry() {
    let folder = tempfile::tempdir().unwrap();
    let cache = full_cache(folder.path());
    let path = entry_path(&cache, &key(9));
    File::options().write(true).open(&path).unwrap().set_modified(SystemTime::now() + hours(50)).unwrap();
    cache.put(&key(16), &block(16)).unwrap();
    assert_eq!(missing(&cache, 0..17), [0, 9]);
}

#[test]
fn the_budget_holds_after_every_put() {
    let folder = tempfile::tempdir().unwrap();
    let budget = 300 * KIB;
    let cache = Cache::open(folder.path(), budget).unwrap();
    for n in 0..150 {
        let bytes = content(n, (n as usize * 7919) % 60_000);
        cache.put(&key(n % 40), &bytes).unwrap();
        let on_disk: u64 = files(folder.path(), ".vc")
            .iter()
            .map(|path| fs::metadata(path).unwrap().len().div_ceil(4096) * 4096)
            .sum();
        assert!(on_disk <= budget, "{on_disk} bytes after put {n}");
        assert!(cache.stats().bytes >= on_disk);
        assert_eq!(cache.get(&key(n % 40)).unwrap(), Some(bytes), "the newest entry stays");
    }
}

#[test]
fn an_entry_larger_than_the_budget_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let cache = full_cache(folder.path());
    assert_eq!(cache.put(&key(99), &content(99, 100_000)).unwrap(), Stored::LargerThanBudget);
    assert_eq!(cache.get(&key(99)).unwrap(), None);
    assert_eq!(cache.stats().entries, 16, "and costs no other entry its place");
    let nothing = Cache::open(&folder.path().join("none"), 0).unwrap();
    assert_eq!(nothing.put(&key(1), b"").unwrap(), Stored::LargerThanBudget);
}

#[test]
fn a_smaller_budget_evicts_at_once_and_on_opening() {
    let folder = tempfile::tempdir().unwrap();
    let cache = full_cache(folder.path());
    cache.set_budget(8 * 4 * KIB).unwrap();
    assert_eq!(missing(&cache, 0..16), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    let smaller = Cache::open(folder.path(), 2 * 4 * KIB).unwrap();
    assert_eq!((missing(&smaller, 0..16).len(), smaller.stats().entries), (15, 1));
}

#[test]
fn clearing_removes_entries_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let cache = full_cache(folder.path());
    let shard = entry_path(&cache, &key(0)).parent().unwrap().to_owned();
    let strangers = [folder.path().join("notes.txt"), shard.join("photo.jpg"), shard.join("abc.vc")];
    for stranger in &strangers {
        fs::write(stranger, b"mine").unwrap();
    }
    // Empty after a power cut, and an entry by its name.
    fs::write(entry_path(&cache, &key(5)), b"").unwrap();
    cache.clear().unwrap();
    assert_eq!(missing(&cache, 0..16).len(), 16);
    assert_eq!((cache.stats().entries, cache.stats().bytes), (0, 0));
    assert!(strangers.iter().all(|stranger| stranger.exists()));
    cache.put(&key(1), b"again").unwrap();
    assert_eq!(cache.get(&key(1)).unwrap().unwrap(), b"again");
}

#[test]
fn opening_removes_the_files_of_dead_writers_only() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 1024 * KIB).unwrap();
    cache.put(&key(1), b"one").unwrap();
    let shard = entry_path(&cache, &key(1)).parent().unwrap().to_owned();
    let sessions = files(folder.path(), ".lock");
    assert_eq!(sessions.len(), 1);
    let name = sessions[0].file_name().unwrap().to_string_lossy().into_owned();
    let living_id = name.strip_prefix("session-").unwrap().strip_suffix(".lock").unwrap();
    let living = shard.join(format!("{living_id}-7.part"));
    // One whose session left an unlocked file, as a killed process does, and one whose session is all gone.
    let dead_session = folder.path().join("session-00112233aabbccdd.lock");
    let dead = [shard.join("00112233aabbccdd-0.part"), shard.join("ffeeddcc33221100-12.part")];
    let stranger = shard.join("film.part");
    for path in [&living, &dead_session, &dead[0], &dead[1], &stranger] {
        fs::write(path, b"half").unwrap();
    }
    drop(Cache::open(folder.path(), 1024 * KIB).unwrap());
    assert_eq!((living.exists(), stranger.exists(), dead_session.exists()), (true, true, false));
    assert!(dead.iter().all(|path| !path.exists()));
    drop(cache);
    assert_eq!(files(folder.path(), ".lock"), Vec::<PathBuf>::new());
    drop(Cache::open(folder.path(), 1024 * KIB).unwrap());
    assert!(!living.exists(), "its session is over now");
}

// ---------------------------------------------------------------------------------------------------------
// Other processes

/// In a child process, the folder to work in.
const CHILD_FOLDER: &str = "VITRINE_TEST_CACHE_FOLDER";
const CHILD_BUDGET: u64 = 2048 * KIB;
const CHILD_KEYS: u64 = 64;

/// Long enough for a write to be interrupted in the middle.
fn child_content(n: u64) -> Vec<u8> {
    content(n, 1000 + (n as usize * 7919) % 200_000)
}

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
    let cache = Cache::open(Path::new(&folder), CHILD_BUDGET).unwrap();
    for n in 0.. {
        if n == 3 {
            println!("\nready");
        }
        cache.put(&key(n % CHILD_KEYS), &child_content(n % CHILD_KEYS)).unwrap();
    }
}

#[test]
fn a_writer_killed_at_any_moment_leaves_a_sound_cache() {
    let folder = tempfile::tempdir().unwrap();
    let mut parts_left = 0;
    for round in 0..24_u64 {
        let mut child = spawn_child("child_that_writes_without_end", folder.path());
        let output = BufReader::new(child.stdout.take().unwrap());
        assert!(output.lines().any(|line| line.unwrap() == "ready"), "the child writes");
        // A different moment in every round; nothing depends on its length.
        std::thread::sleep(Duration::from_micros(round * 7919 % 30_000));
        child.kill().unwrap();
        child.wait().unwrap();
        parts_left += files(folder.path(), ".part").len();

        let cache = Cache::open(folder.path(), CHILD_BUDGET).unwrap();
        assert_eq!(files(folder.path(), ".part"), Vec::<PathBuf>::new());
        assert_eq!(files(folder.path(), ".lock").len(), 1, "the session of this process");
        let stats = cache.stats();
        assert!(stats.bytes <= CHILD_BUDGET && stats.entries > 0);
        for n in 0..CHILD_KEYS {
            if let Some(bytes) = cache.get(&key(n)).unwrap() {
                assert_eq!(bytes, child_content(n), "round {round}, entry {n}");
            }
        }
        assert_eq!(cache.stats().hits, stats.entries, "every entry in the folder is whole");
    }
    println!("{parts_left} temporary files were left by 24 killed writers");
}

/// Not a test but what the children of one do: everything at once, without an error or a wrong byte.
#[test]
fn child_that_does_everything() {
    let Some(folder) = std::env::var_os(CHILD_FOLDER) else { return };
    let folder = Path::new(&folder);
    let cache = Cache::open(folder, CHILD_BUDGET).unwrap();
    let start = u64::from(std::process::id());
    for i in 0..600 {
        let written = (start + i * 7) % CHILD_KEYS;
        cache.put(&key(written), &child_content(written)).unwrap();
        let read = (start + i * 11) % CHILD_KEYS;
        if let Some(bytes) = cache.get(&key(read)).unwrap() {
            assert_eq!(bytes, child_content(read));
        }
        match i % 50 {
            10 => cache.remove(&key(read)).unwrap(),
            // Opening sweeps, and must leave the half-written files of the other process alone.
            20 | 30 | 40 => drop(Cache::open(folder, CHILD_BUDGET).unwrap()),
            49 if i > 500 => cache.clear().unwrap(),
            _ => {}
        }
    }
}

#[test]
fn processes_share_a_folder_without_errors() {
    let folder = tempfile::tempdir().unwrap();
    let children: Vec<_> = (0..3).map(|_| spawn_child("child_that_does_everything", folder.path())).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let cache = Cache::open(folder.path(), CHILD_BUDGET).unwrap();
    assert!(cache.stats().bytes <= CHILD_BUDGET);
    assert_eq!(files(folder.path(), ".part"), Vec::<PathBuf>::new());
    assert_eq!(files(folder.path(), ".lock").len(), 1);
}

#[test]
fn threads_share_a_cache_without_errors() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 400 * KIB).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let cache = cache.clone();
            scope.spawn(move || {
                for i in 0..100 {
                    let n = (thread * 13 + i) % 32;
                    let bytes = cache.get_or_compute(&key(n), || Ok::<_, ()>(child_content(n / 4))).unwrap();
                    assert_eq!(bytes, child_content(n / 4));
                }
            });
        }
    });
    let stats = cache.stats();
    assert_eq!((stats.hits + stats.misses, stats.failed_puts), (400, 0));
    cache.refresh().unwrap();
    assert!(cache.stats().bytes <= 400 * KIB);
}

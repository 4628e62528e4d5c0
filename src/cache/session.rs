//! Who writes into the folder, and who did and was killed.
//!
//! A session is one open cache. It keeps a lock on `<root>/session-<id>.lock`, which the system releases when
//! the process ends in whatever way, and puts its id into the names of its temporary files,
//! `<root>/ab/<id>-<n>.part`. So temporary files whose session is not locked are nobody's and can go; a process
//! id or an age would only be a guess, as ids are used again and large files take their time.
//!
//! The lock is taken under a preliminary name, `<root>/new-<id>.lock`, and the file renamed after that: nobody
//! ever sees a session file of a living process unlocked.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::CacheError;
use super::folder::{self, Folder};

const LOCK_SUFFIX: &str = ".lock";
const SESSION_PREFIX: &str = "session-";
const NEW_PREFIX: &str = "new-";
const PART_SUFFIX: &str = ".part";

/// Where locks tell nothing (file systems without them, preliminary names), a file of this age is nobody's.
const ABANDONED_AFTER: Duration = Duration::from_hours(24);

pub(super) struct Session {
    id: String,
    parts_written: AtomicU64,
    lock_path: PathBuf,
    /// Open as long as the session lives, for closing it gives up the lock.
    _lock: File,
}

impl Session {
    pub(super) fn begin(folder: &Folder) -> Result<Self, CacheError> {
        let id = new_id();
        let new_path = folder.root().join(format!("{NEW_PREFIX}{id}{LOCK_SUFFIX}"));
        let lock_path = folder.root().join(format!("{SESSION_PREFIX}{id}{LOCK_SUFFIX}"));
        let begin = || -> io::Result<File> {
            let lock = OpenOptions::new().write(true).create_new(true).open(&new_path)?;
            // Refused only where there are no locks; there, age decides.
            lock.try_lock().ok();
            fs::rename(&new_path, &lock_path)?;
            Ok(lock)
        };
        match begin() {
            Ok(lock) => Ok(Self { id, parts_written: AtomicU64::new(0), lock_path, _lock: lock }),
            Err(error) => {
                fs::remove_file(&new_path).ok();
                Err(CacheError::from_io(error, &lock_path))
            }
        }
    }

    /// Puts a file at `path`, as a whole or not at all, dated now.
    pub(super) fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), CacheError> {
        let number = self.parts_written.fetch_add(1, Ordering::Relaxed);
        let part = path.with_file_name(format!("{}-{number}{PART_SUFFIX}", self.id));
        write_and_rename(&part, path, bytes).map_err(|error| {
            fs::remove_file(&part).ok();
            CacheError::from_io(error, path)
        })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Where the file cannot be removed, the next sweep finds it unlocked.
        fs::remove_file(&self.lock_path).ok();
    }
}

fn write_and_rename(part: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let create = || OpenOptions::new().write(true).create_new(true).open(part);
    let mut file = match create() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if let Some(shard) = part.parent() {
                fs::create_dir_all(shard)?;
            }
            create()?
        }
        other => other?,
    };
    file.write_all(bytes)?;
    // The kernel's own stamps are milliseconds apart, too coarse for the order of entries. Some file systems
    // refuse, and have the coarse stamp.
    file.set_modified(SystemTime::now()).ok();
    drop(file);
    fs::rename(part, path)
}

/// Removes the temporary files and the locks of sessions that are over. What cannot be removed stays: it
/// costs space and harms nothing.
pub(super) fn sweep(folder: &Folder) {
    for file in folder::list(folder.root()).unwrap_or_default() {
        let name = file.file_name();
        let name = name.to_string_lossy();
        let Some(stem) = name.strip_suffix(LOCK_SUFFIX) else { continue };
        let is_over = (stem.starts_with(SESSION_PREFIX) && !is_alive(&file.path()))
            || (stem.starts_with(NEW_PREFIX) && is_abandoned(&file.path()));
        if is_over {
            fs::remove_file(file.path()).ok();
        }
    }
    // After the locks: a session that ended in between is then seen as over.
    for shard in folder.shards().unwrap_or_default() {
        for file in folder::list(&shard).unwrap_or_default() {
            let name = file.file_name();
            let Some(id) = session_of(&name.to_string_lossy()).map(str::to_owned) else { continue };
            let lock_path = folder.root().join(format!("{SESSION_PREFIX}{id}{LOCK_SUFFIX}"));
            if !lock_path.exists() {
                fs::remove_file(file.path()).ok();
            }
        }
    }
}

/// The session that a temporary file's name tells of.
fn session_of(name: &str) -> Option<&str> {
    let (id, number) = name.strip_suffix(PART_SUFFIX)?.split_once('-')?;
    let is_ours = id.len() == 16
        && id.bytes().all(|byte| byte.is_ascii_hexdigit())
        && number.bytes().all(|byte| byte.is_ascii_digit());
    is_ours.then_some(id)
}

/// Whether the session behind a lock file still runs.
fn is_alive(lock_path: &Path) -> bool {
    let Ok(lock) = OpenOptions::new().write(true).open(lock_path) else { return true };
    match lock.try_lock() {
        Ok(()) => false,
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(_)) => !is_abandoned(lock_path),
    }
}

fn is_abandoned(path: &Path) -> bool {
    let modified = fs::metadata(path).and_then(|file| file.modified());
    modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > ABANDONED_AFTER))
}

/// 16 hexadecimal digits that no other session has, from process, time and count.
fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seed = format!("{} {} {count}", std::process::id(), since_epoch.as_nanos());
    blake3::hash(seed.as_bytes()).to_hex().chars().take(16).collect()
}

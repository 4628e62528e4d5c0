//! Where the files lie: `<root>/ab/cdef….vc` for entries, beside them the temporary files of writers.
//!
//! Only files with such names are ever touched. The 256 folders stay when they are empty, for somebody else may
//! be about to write into them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{CacheError, CacheKey};

const ENTRY_SUFFIX: &str = ".vc";

/// A read renews the time of an entry that is older than this.
const TOUCH_AFTER: Duration = Duration::from_mins(1);

pub(super) struct Folder {
    root: PathBuf,
}

/// An entry as the folder lists it.
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) disk_bytes: u64,
    used: SystemTime,
}

impl Found {
    /// Sorts the least recently used entry first, and those of one moment by name.
    pub(super) fn recency(&self, newest: Option<&Path>) -> (bool, SystemTime, &Path) {
        (Some(self.path.as_path()) == newest, self.used, &self.path)
    }
}

impl Folder {
    pub(super) fn create(root: &Path) -> Result<Self, CacheError> {
        fs::create_dir_all(root).map_err(|error| CacheError::from_io(error, root))?;
        Ok(Self { root: root.to_owned() })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn entry_path(&self, key: &CacheKey) -> PathBuf {
        let name = key.to_string();
        let (shard, rest) = name.split_at(2);
        self.root.join(shard).join(format!("{rest}{ENTRY_SUFFIX}"))
    }

    /// All entries, in no order.
    pub(super) fn entries(&self) -> Result<Vec<Found>, CacheError> {
        let now = SystemTime::now();
        let mut entries = Vec::new();
        for shard in self.shards()? {
            for file in list(&shard)? {
                // What vanishes between listing and asking has been removed by somebody else.
                let Ok(metadata) = file.metadata() else { continue };
                if metadata.is_file() && is_entry_name(&file.file_name().to_string_lossy()) {
                    let used =
                        metadata.modified().map_or(SystemTime::UNIX_EPOCH, |used| plausible(used, now));
                    entries.push(Found { path: file.path(), disk_bytes: disk_bytes(metadata.len()), used });
                }
            }
        }
        Ok(entries)
    }

    /// The folders of entries that exist.
    pub(super) fn shards(&self) -> Result<Vec<PathBuf>, CacheError> {
        let folders = list(&self.root)?.into_iter();
        let is_shard = |name: &str| name.len() == 2 && is_lower_hex(name);
        Ok(folders
            .filter(|folder| is_shard(&folder.file_name().to_string_lossy()))
            .filter(|folder| folder.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|folder| folder.path())
            .collect())
    }
}

/// The space that a file of that length takes.
pub(super) fn disk_bytes(len: u64) -> u64 {
    const BLOCK_BYTES: u64 = 4096;
    len.div_ceil(BLOCK_BYTES).max(1) * BLOCK_BYTES
}

/// What a folder holds; a folder that is gone holds nothing.
pub(super) fn list(folder: &Path) -> Result<Vec<fs::DirEntry>, CacheError> {
    match fs::read_dir(folder).and_then(Iterator::collect) {
        Ok(entries) => Ok(entries),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(CacheError::from_io(error, folder)),
    }
}

/// The bytes of the file, and its time renewed; `None` when there is none. Reads little more than `limit_bytes`:
/// a longer file is no entry, and its length no reason to reserve memory.
pub(super) fn read_and_touch(path: &Path, limit_bytes: u64) -> Result<Option<Vec<u8>>, CacheError> {
    let read = || -> io::Result<(Vec<u8>, SystemTime)> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let expected_len = usize::try_from(metadata.len().min(limit_bytes)).unwrap_or(0);
        let mut bytes = Vec::with_capacity(expected_len);
        file.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok((bytes, metadata.modified()?))
    };
    match read() {
        Ok((bytes, used)) => {
            touch(path, used);
            Ok(Some(bytes))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CacheError::from_io(error, path)),
    }
}

/// Removes a file; false when somebody else did.
pub(super) fn remove(path: &Path) -> Result<bool, CacheError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(CacheError::from_io(error, path)),
    }
}

/// Renews the time of an entry. In a folder that cannot be written, entries just keep their age.
fn touch(path: &Path, used: SystemTime) {
    let now = SystemTime::now();
    let is_recent = now.duration_since(used).is_ok_and(|age| age < TOUCH_AFTER);
    if !is_recent && let Ok(file) = OpenOptions::new().write(true).open(path) {
        file.set_modified(now).ok();
    }
}

/// A time in the future comes from a clock that was wrong. Believed, it would keep its entry for ever.
fn plausible(used: SystemTime, now: SystemTime) -> SystemTime {
    if used > now + TOUCH_AFTER { SystemTime::UNIX_EPOCH } else { used }
}

fn is_entry_name(name: &str) -> bool {
    name.strip_suffix(ENTRY_SUFFIX).is_some_and(|stem| stem.len() == 62 && is_lower_hex(stem))
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

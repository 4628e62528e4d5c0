//! What was computed once and is worth keeping: renders, thumbnails, parsed structures.
//!
//! Entries are content-addressed: a [`CacheKey`] is the hash of everything that the entry was computed from,
//! so an entry is never out of date, only unused. It lies in `<folder>/ab/cdef….vc`, named after its key, as
//! zstd behind a header with a checksum.
//!
//! Nothing in the folder is to be trusted and nothing in it is missed:
//!
//! * An entry is written to a temporary file beside it and renamed, so a reader sees all of it or none. It is
//!   not synced to the disk: after a power cut an entry may be torn, the checksum then makes it a miss, and a
//!   miss costs less than a sync per entry.
//! * Several processes may use one folder. They share no lock; a file that another one replaced or removed is
//!   a miss. Temporary files carry the id of the session that writes them, and a session holds a lock that
//!   dies with its process (see `session.rs`), so that opening the cache removes what killed processes left.
//! * The recency of an entry is the file's modification time, renewed by a read at most once a minute. The
//!   folder itself is the index: there is no other one to go wrong.
//!
//! The budget counts the space of the files, in the blocks of 4 KiB that file systems give out. Each process knows what it wrote itself; it looks at the whole
//! folder when that reaches the budget or a sixteenth of it was written since the last look. So `n` processes
//! together exceed the budget by at most `n` sixteenths, and one process alone not at all once
//! [`Cache::put`] returns.

mod entry;
mod error;
mod folder;
mod key;
mod session;
mod totals;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use self::error::CacheError;
pub use self::key::{CacheKey, CacheKeyBuilder};

use self::folder::{Folder, disk_bytes};
use self::session::Session;
use self::totals::Totals;

/// What the cache of a user may take on the disk: tens of thousands of figures.
pub const DEFAULT_BUDGET_BYTES: u64 = 1 << 30;

/// A cache on the disk. Clones share it, from any thread.
#[derive(Clone)]
pub struct Cache {
    shared: Arc<Shared>,
}

struct Shared {
    folder: Folder,
    session: Session,
    budget_bytes: AtomicU64,
    totals: Mutex<Totals>,
    /// Held while the folder is looked through, by one thread at a time.
    evicting: Mutex<()>,
    hits: AtomicU64,
    misses: AtomicU64,
    failed_puts: AtomicU64,
    /// The last put failed and said so: the next failures are counted, not repeated in the log.
    put_failure_logged: AtomicBool,
}

/// What the cache holds and how it served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Entries, as far as this process knows without looking; [`Cache::refresh`] looks.
    pub entries: u64,
    /// Bytes that their files take on the disk, likewise.
    pub bytes: u64,
    /// Bytes that they may take.
    pub budget_bytes: u64,
    /// Reads that found their entry, since the cache was opened.
    pub hits: u64,
    /// Reads that did not.
    pub misses: u64,
    /// Results that [`Cache::get_or_compute`] could not store.
    pub failed_puts: u64,
}

/// What became of bytes given to [`Cache::put`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// They are in the cache.
    Kept,
    /// They alone exceed the budget and were left out.
    LargerThanBudget,
}

impl Cache {
    /// Opens the cache in `folder`, which is made if need be, removes what killed processes left, and evicts
    /// what exceeds the budget.
    ///
    /// # Errors
    /// [`CacheError`] when the folder cannot be made, read or written.
    pub fn open(folder: &Path, budget_bytes: u64) -> Result<Self, CacheError> {
        let folder = Folder::create(folder)?;
        session::sweep(&folder);
        let session = Session::begin(&folder)?;
        let cache = Self {
            shared: Arc::new(Shared {
                folder,
                session,
                budget_bytes: AtomicU64::new(budget_bytes),
                totals: Mutex::default(),
                evicting: Mutex::default(),
                hits: AtomicU64::new(0),
                misses: AtomicU64::new(0),
                failed_puts: AtomicU64::new(0),
                put_failure_logged: AtomicBool::new(false),
            }),
        };
        cache.evict(None)?;
        Ok(cache)
    }

    /// The bytes stored under `key`, if they are there and whole. A damaged entry is removed and is a miss.
    ///
    /// # Errors
    /// [`CacheError`] when the file is there and cannot be read at all, as without permission.
    pub fn get(&self, key: &CacheKey) -> Result<Option<Vec<u8>>, CacheError> {
        let found = self.read(key);
        let counter = if matches!(found, Ok(Some(_))) { &self.shared.hits } else { &self.shared.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    fn read(&self, key: &CacheKey) -> Result<Option<Vec<u8>>, CacheError> {
        let path = self.shared.folder.entry_path(key);
        let Some(file_bytes) = folder::read_and_touch(&path, self.budget_bytes())? else { return Ok(None) };
        if let Some(bytes) = entry::decode(key, &file_bytes) {
            return Ok(Some(bytes));
        }
        log::debug!("removing a damaged cache entry: {}", path.display());
        if fs::remove_file(&path).is_ok() {
            self.totals(|totals| totals.removed(disk_bytes(file_bytes.len() as u64)));
        }
        Ok(None)
    }

    /// Stores `bytes` under `key` and evicts the least recently used entries if the budget asks for it.
    ///
    /// # Errors
    /// [`CacheError::NoSpace`] when the disk is full, [`CacheError::Io`] when it cannot be written; nothing
    /// half-written stays.
    pub fn put(&self, key: &CacheKey, bytes: &[u8]) -> Result<Stored, CacheError> {
        let Shared { folder, session, .. } = self.shared.as_ref();
        let path = folder.entry_path(key);
        let file_bytes = entry::encode(key, bytes).map_err(|error| CacheError::from_io(error, &path))?;
        let size = disk_bytes(file_bytes.len() as u64);
        if size > self.budget_bytes() {
            return Ok(Stored::LargerThanBudget);
        }
        let replaced = fs::metadata(&path).ok().map(|old| disk_bytes(old.len()));
        session.write(&path, &file_bytes)?;
        let budget_bytes = self.budget_bytes();
        let look = self.totals(|totals| {
            totals.written(size, replaced);
            totals.is_look_due(budget_bytes)
        });
        if look {
            self.evict(Some(&path))?;
        }
        Ok(Stored::Kept)
    }

    /// The bytes under `key`, or else those that `compute` gives, which are then stored.
    ///
    /// A cache that does not work never costs the result: failures to read or store are logged and counted.
    /// Two threads that miss the same key at once both compute it.
    ///
    /// # Errors
    /// What `compute` failed with.
    pub fn get_or_compute<E>(
        &self,
        key: &CacheKey,
        compute: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Vec<u8>, E> {
        match self.get(key) {
            Ok(Some(bytes)) => return Ok(bytes),
            Ok(None) => {}
            Err(error) => log::debug!("{error}"),
        }
        let bytes = compute()?;
        match self.put(key, &bytes) {
            Ok(_) => self.shared.put_failure_logged.store(false, Ordering::Relaxed),
            Err(error) => {
                self.shared.failed_puts.fetch_add(1, Ordering::Relaxed);
                if !self.shared.put_failure_logged.swap(true, Ordering::Relaxed) {
                    log::warn!("{error}");
                }
            }
        }
        Ok(bytes)
    }

    /// Removes one entry; an entry that is not there is no error.
    ///
    /// # Errors
    /// [`CacheError`] when it is there and cannot be removed.
    pub fn remove(&self, key: &CacheKey) -> Result<(), CacheError> {
        let path = self.shared.folder.entry_path(key);
        let size = fs::metadata(&path).map_or(0, |file| disk_bytes(file.len()));
        if folder::remove(&path)? {
            self.totals(|totals| totals.removed(size));
        }
        Ok(())
    }

    /// Removes every entry. What other processes write meanwhile stays.
    ///
    /// # Errors
    /// [`CacheError`] for the first entry that could not be removed, after all others were.
    pub fn clear(&self) -> Result<(), CacheError> {
        self.evict_to(0, None)
    }

    /// Changes the budget and evicts what exceeds it.
    ///
    /// # Errors
    /// [`CacheError`] when an entry could not be removed.
    pub fn set_budget(&self, budget_bytes: u64) -> Result<(), CacheError> {
        self.shared.budget_bytes.store(budget_bytes, Ordering::Relaxed);
        self.evict(None)
    }

    /// Looks at the folder, to count what other processes wrote and removed; evicts if the budget asks for it.
    ///
    /// # Errors
    /// [`CacheError`] when the folder could not be read or an entry not be removed.
    pub fn refresh(&self) -> Result<(), CacheError> {
        self.evict(None)
    }

    /// What is known without touching the disk.
    pub fn stats(&self) -> CacheStats {
        let (entries, bytes) = self.totals(|totals| (totals.entries, totals.bytes));
        let Shared { hits, misses, failed_puts, .. } = self.shared.as_ref();
        CacheStats {
            entries,
            bytes,
            budget_bytes: self.budget_bytes(),
            hits: hits.load(Ordering::Relaxed),
            misses: misses.load(Ordering::Relaxed),
            failed_puts: failed_puts.load(Ordering::Relaxed),
        }
    }

    /// The folder of the cache.
    pub fn folder(&self) -> &Path {
        self.shared.folder.root()
    }

    fn budget_bytes(&self) -> u64 {
        self.shared.budget_bytes.load(Ordering::Relaxed)
    }

    /// Every access to the totals: short, for the window asks for them while it draws.
    fn totals<R>(&self, access: impl FnOnce(&mut Totals) -> R) -> R {
        access(&mut self.shared.totals.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn evict(&self, newest: Option<&Path>) -> Result<(), CacheError> {
        self.evict_to(self.budget_bytes(), newest)
    }

    /// Looks through the folder and removes the least recently used entries when there is more than
    /// `limit_bytes`. The entry at `newest` goes last, whatever its time says.
    fn evict_to(&self, limit_bytes: u64, newest: Option<&Path>) -> Result<(), CacheError> {
        let Shared { folder, evicting, .. } = self.shared.as_ref();
        let _one_at_a_time = evicting.lock().unwrap_or_else(PoisonError::into_inner);
        let mark = self.totals(|totals| totals.mark());
        let mut entries = folder.entries()?;
        let mut count = entries.len() as u64;
        let mut bytes: u64 = entries.iter().map(|entry| entry.disk_bytes).sum();
        let mut refusal = None;
        if bytes > limit_bytes {
            // A little more than asked for, or every put from here on would look through the folder.
            let goal_bytes = limit_bytes - limit_bytes / 16;
            entries.sort_by(|a, b| a.recency(newest).cmp(&b.recency(newest)));
            for entry in entries {
                if bytes <= goal_bytes {
                    break;
                }
                match folder::remove(&entry.path) {
                    // What somebody else removed meanwhile is gone just as well.
                    Ok(_) => {
                        bytes -= entry.disk_bytes;
                        count -= 1;
                    }
                    // Then a younger one has to go in its place.
                    Err(error) => refusal = refusal.or(Some(error)),
                }
            }
        }
        self.totals(|totals| totals.looked(count, bytes, mark));
        match refusal {
            Some(error) if bytes > limit_bytes => Err(error),
            _ => Ok(()),
        }
    }
}

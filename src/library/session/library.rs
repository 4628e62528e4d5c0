//! One open library: what is kept of it, and what runs on it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::lock;
use super::view::LibraryView;
use super::watch::FolderWatch;
use crate::library::index::IndexProgress;
use crate::library::store::{LibraryStore, StoreError};

/// While something changes, what can be found is read anew at most this often.
const REFRESH: Duration = Duration::from_millis(250);
/// And not more of the time than one part in this many.
const REFRESH_SHARE: u32 = 6;

/// An open library. Shared between threads.
pub struct OpenLibrary {
    /// Its number in this run of the program.
    pub number: u32,
    /// The user's folder.
    pub root: PathBuf,
    /// What is kept of it.
    pub store: Arc<LibraryStore>,
    view: Mutex<Arc<LibraryView>>,
    last_read: Mutex<(Option<Instant>, Duration)>,
    written: AtomicU64,
    read: AtomicU64,
    progress: Mutex<Option<IndexProgress>>,
    /// Tells of changes in the folder.
    pub watch: Mutex<Option<FolderWatch>>,
    /// Whether this process may index; another one has it open otherwise.
    pub can_write: AtomicBool,
    others_version: AtomicI64,
    /// Whether the folder was not there when it was last looked for.
    pub is_away: AtomicBool,
    /// Whether indexing waits.
    pub paused: AtomicBool,
    /// Whether indexing runs; only one does.
    pub indexing: AtomicBool,
    /// Set when the user closes or forgets the library: what runs on it ends.
    pub closed: AtomicBool,
}

impl OpenLibrary {
    /// Reads what can be found.
    ///
    /// # Errors
    /// [`StoreError`] when the catalog cannot be read.
    pub fn new(number: u32, root: PathBuf, store: LibraryStore) -> Result<Self, StoreError> {
        let view = LibraryView::read(number, &store)?;
        let can_write = AtomicBool::new(store.can_write());
        let is_away = AtomicBool::new(!root.is_dir());
        Ok(Self {
            number,
            root,
            store: Arc::new(store),
            can_write,
            others_version: AtomicI64::new(0),
            view: Mutex::new(Arc::new(view)),
            last_read: Mutex::default(),
            written: AtomicU64::new(0),
            read: AtomicU64::new(0),
            progress: Mutex::default(),
            watch: Mutex::default(),
            is_away,
            paused: AtomicBool::new(false),
            indexing: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        })
    }

    /// What can be found.
    pub fn view(&self) -> Arc<LibraryView> {
        Arc::clone(&lock(&self.view))
    }

    /// Notes that the store has changed.
    pub fn note_written(&self) {
        self.written.fetch_add(1, Ordering::Relaxed);
    }

    /// Reads what has been written, unless that was done a moment ago; whether it did.
    ///
    /// # Errors
    /// [`StoreError`] when the catalog cannot be read.
    pub fn refresh(&self, now_at_any_rate: bool) -> Result<bool, StoreError> {
        let mut last_read = lock(&self.last_read);
        let written = self.written.load(Ordering::Relaxed);
        if written == self.read.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let (at, took) = *last_read;
        let pause = REFRESH.max(took * REFRESH_SHARE);
        if !now_at_any_rate && at.is_some_and(|at| at.elapsed() < pause) {
            return Ok(false);
        }
        let started = Instant::now();
        let view = LibraryView::read(self.number, &self.store)?;
        *lock(&self.view) = Arc::new(view);
        self.read.store(written, Ordering::Relaxed);
        *last_read = (Some(Instant::now()), started.elapsed());
        Ok(true)
    }

    /// Notes what another process has written, and takes over once that process has ended; whether it did.
    ///
    /// # Errors
    /// [`StoreError`] when catalog or vectors cannot be read.
    pub fn follow(&self) -> Result<bool, StoreError> {
        let version = self.store.catalog.others_version()?;
        let is_over = self.store.claim()?;
        if is_over || self.others_version.swap(version, Ordering::Relaxed) != version {
            self.note_written();
        }
        self.can_write.store(is_over, Ordering::Relaxed);
        Ok(is_over)
    }

    /// Whether it is being indexed.
    pub fn is_indexing(&self) -> bool {
        self.indexing.load(Ordering::Acquire)
    }

    /// How far indexing is; `None` when none runs.
    pub fn progress(&self) -> Option<IndexProgress> {
        lock(&self.progress).clone()
    }

    /// Says how far indexing is.
    pub fn set_progress(&self, progress: Option<IndexProgress>) {
        *lock(&self.progress) = progress;
    }
}

//! The door to all open libraries, for the window and the command line.
//!
//! [`Libraries`] is a handle; clones share it and every thread may use it. Nothing here is called while a frame is drawn
//! except what says that it never blocks: that only copies a pointer or a few numbers.

mod answer;
mod details;
mod duplicates;
mod error;
mod export;
mod indexing;
mod info;
mod known;
mod library;
mod map;
mod pictures;
mod request;
mod table;
mod view;
mod vocabulary;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

pub use self::details::Details;
pub use self::duplicates::{DuplicateScope, DuplicateStage, Duplicates, Resolved};
pub use self::error::LibraryError;
pub use self::export::Selected;
pub use self::info::{PictureInfo, SwatchInfo, describe_file};
pub use self::known::folder_of;
use self::library::OpenLibrary;
pub use self::map::{MapFacts, MapRow};
pub use self::pictures::load_file;
pub use self::request::{
    Crop, Histogram, Hit, Order, Part, PictureQuery, PictureSource, Reading, SearchRequest, SearchResponse,
    Sketch, SketchBlob, Strength, TookAs,
};
pub use self::table::{Entry, Table};
pub use self::vocabulary::Looks;
use crate::gpu::compute::ActiveCompute;
use crate::library::ContentHash;
use crate::library::catalog::{Catalog, CatalogError};
pub use crate::library::index::{FailedFile, IndexOptions, IndexProgress, IndexReport};
use crate::library::query::complete::{self, Completion};
use crate::library::query::{CivilDate, TextField, parse};
use crate::library::store::{LibraryStore, StoreError, is_written_elsewhere};
use crate::library::thumbnails::ThumbnailStore;
use crate::library::vectors::device::DeviceSearch;
use crate::storage::{self, Directories};

/// Pixels on the longer side of a thumbnail.
pub const THUMBNAIL_SIDE: u32 = 320;
/// What thumbnails may take on the disk.
const THUMBNAIL_BUDGET_BYTES: u64 = 4 << 30;

/// One library as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryInfo {
    /// [`super::PictureId::library`] of its pictures.
    pub number: u32,
    /// The user's folder.
    pub root: PathBuf,
    /// Pictures that can be found.
    pub pictures: usize,
    /// Files that could not be read, or only in part.
    pub failed: usize,
    /// What is being done to it; `None` when nothing is.
    pub progress: Option<IndexProgress>,
    /// Whether it can be indexed here; another window or a command has it open otherwise.
    pub can_write: bool,
}

/// All open libraries.
#[derive(Clone)]
pub struct Libraries {
    shared: Arc<Shared>,
}

struct Shared {
    directories: Directories,
    thumbnails: OnceLock<Arc<ThumbnailStore>>,
    /// Held while a library is opened or forgotten: opened twice at once, only one of the two could write.
    opening: Mutex<()>,
    /// By number; forgotten ones leave a gap.
    open: Mutex<Vec<Option<Arc<OpenLibrary>>>>,
    table: Mutex<Arc<Table>>,
    generation: AtomicU64,
    /// What was repaired or went wrong, in words, until somebody takes it.
    notes: Mutex<Vec<String>>,
    /// Searches vectors.
    vectors: DeviceSearch,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Libraries {
    /// No library is opened before it is asked for.
    #[must_use]
    pub fn new(directories: &Directories) -> Self {
        Self::with_compute(directories, ActiveCompute::default())
    }

    /// The same; vectors are searched on this device once it is active, where that is faster.
    #[must_use]
    pub fn with_compute(directories: &Directories, compute: ActiveCompute) -> Self {
        Self {
            shared: Arc::new(Shared {
                directories: directories.clone(),
                thumbnails: OnceLock::new(),
                opening: Mutex::default(),
                open: Mutex::default(),
                table: Mutex::new(Arc::new(Table::default())),
                generation: AtomicU64::new(0),
                notes: Mutex::default(),
                vectors: DeviceSearch::new(compute),
            }),
        }
    }

    /// The user's folders that have a library, open or not. Reads the disk.
    #[must_use]
    pub fn known(&self) -> Vec<PathBuf> {
        known::roots(&self.shared.directories)
    }

    /// Whether there is a library of this folder. Reads the disk.
    #[must_use]
    pub fn is_known(&self, root: &Path) -> bool {
        self.place(root).is_ok_and(|(_, folder)| folder.is_dir())
    }

    /// Opens the library of a folder, a new one where there is none; one that is open already keeps its number. Blocks.
    /// A known library whose folder is away is opened too: its pictures can still be found.
    ///
    /// # Errors
    /// [`LibraryError`].
    pub fn open(&self, root: &Path) -> Result<u32, LibraryError> {
        let (root, folder) = self.place(root)?;
        let _one_at_a_time = lock(&self.shared.opening);
        if let Some(open) = self.all().into_iter().find(|open| open.root == root) {
            return Ok(open.number);
        }
        known::remember(&folder, &root)?;
        let number = lock(&self.shared.open).len() as u32;
        let opened = self.read(number, &root, &folder)?;
        lock(&self.shared.open).push(Some(opened));
        self.publish();
        Ok(number)
    }

    /// Opens what is kept of a folder. Damage that is only met when all of the catalog is read is mended by opening it
    /// once more.
    fn read(&self, number: u32, root: &Path, folder: &Path) -> Result<Arc<OpenLibrary>, LibraryError> {
        let attempt = || {
            let (store, repairs) = LibraryStore::open(folder, root, self.thumbnails())?;
            lock(&self.shared.notes).extend(repairs);
            Ok(Arc::new(OpenLibrary::new(number, root.to_owned(), store)?))
        };
        match attempt() {
            Err(StoreError::Catalog(CatalogError::Damaged(_))) => Ok(attempt()?),
            result => Ok(result?),
        }
    }

    /// The canonical path of a user's folder, and ours for it.
    fn place(&self, root: &Path) -> Result<(PathBuf, PathBuf), LibraryError> {
        let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let canonical = std::fs::canonicalize(&absolute).unwrap_or_else(|_| absolute.clone());
        let folder = known::folder_of(&self.shared.directories, &canonical);
        if canonical.is_file() {
            return Err(LibraryError::NotAFolder(canonical));
        }
        if !canonical.is_dir() && !folder.is_dir() {
            return Err(LibraryError::NoFolder(absolute));
        }
        Ok((canonical, folder))
    }

    /// The libraries that are open. Never blocks for long.
    #[must_use]
    pub fn list(&self) -> Vec<LibraryInfo> {
        let info = |open: Arc<OpenLibrary>| LibraryInfo {
            number: open.number,
            root: open.root.clone(),
            pictures: open.view().entries.len(),
            failed: open.view().failed,
            progress: open.progress(),
            can_write: open.can_write.load(Ordering::Relaxed),
        };
        self.all().into_iter().map(info).collect()
    }

    /// Drops all that Vitrine keeps of a folder; nothing in the folder is touched. False when there was nothing. Blocks.
    ///
    /// # Errors
    /// [`LibraryError::Busy`] while another process writes to them, and when our files cannot be removed.
    pub fn forget(&self, root: &Path) -> Result<bool, LibraryError> {
        let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let canonical = std::fs::canonicalize(&absolute).unwrap_or(absolute);
        let _one_at_a_time = lock(&self.shared.opening);
        let folder = known::folder_of(&self.shared.directories, &canonical);
        let own = self.all().into_iter().find(|open| open.root == canonical);
        let can_write = own.map(|open| open.can_write.load(Ordering::Relaxed));
        if !can_write.unwrap_or_else(|| !is_written_elsewhere(&folder)) {
            return Err(LibraryError::Busy);
        }
        let closed: Vec<Arc<OpenLibrary>> = {
            let mut open = lock(&self.shared.open);
            open.iter_mut()
                .filter_map(|slot| slot.take_if(|open: &mut Arc<OpenLibrary>| open.root == canonical))
                .collect()
        };
        for library in &closed {
            library.closed.store(true, Ordering::Relaxed);
            // What still runs on it must not write into a folder that is being removed.
            while library.indexing.load(Ordering::Acquire) {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        for library in closed {
            wait_for_the_last(library);
        }
        self.publish();
        self.forget_thumbnails(&folder, &canonical);
        Ok(known::forget(&self.shared.directories, &canonical)?)
    }

    /// Drops the small pictures of a library that is going to be forgotten. Where another one has the same pictures, they
    /// are made anew when they are shown.
    fn forget_thumbnails(&self, folder: &Path, root: &Path) {
        if !folder.is_dir() {
            return;
        }
        match Catalog::open(folder, root).and_then(|(catalog, _)| catalog.entries()) {
            Ok(entries) => {
                let contents = entries.into_iter().filter_map(|entry| entry.content);
                let keys: Vec<ContentHash> =
                    contents.flat_map(|content| [duplicates::crop_key(&content), content]).collect();
                self.thumbnails().forget(&keys);
            }
            Err(error) => log::info!("its small pictures stay: {error}"),
        }
    }

    /// Takes in what other processes have written to libraries that can only be searched here. Gives those that can be
    /// indexed here from now on, because the others have ended. Blocks.
    #[must_use]
    pub fn follow(&self) -> Vec<u32> {
        let mut taken_over = Vec::new();
        for library in self.all().iter().filter(|open| !open.can_write.load(Ordering::Relaxed)) {
            match library.follow() {
                Ok(true) => taken_over.push(library.number),
                Ok(false) => {}
                Err(error) => log::warn!("{error}"),
            }
            self.refresh(library, true);
        }
        taken_over
    }

    /// Grows whenever something that can be found has changed. Never blocks.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.shared.generation.load(Ordering::Relaxed)
    }

    /// Every picture that can be found. Never blocks for long.
    #[must_use]
    pub fn table(&self) -> Arc<Table> {
        Arc::clone(&lock(&self.shared.table))
    }

    /// What was repaired or went wrong since this was last asked. Never blocks for long.
    #[must_use]
    pub fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.shared.notes))
    }

    /// Answers a query. Blocks for some milliseconds; `is_superseded` is asked on the way.
    ///
    /// # Errors
    /// [`LibraryError`] when a catalog or a query picture cannot be read.
    pub fn search(
        &self,
        request: &SearchRequest,
        is_superseded: &(dyn Fn() -> bool + Sync),
    ) -> Result<SearchResponse, LibraryError> {
        self.mending(|| {
            let query = parse::parse(&request.text, &Looks, today());
            let mut libraries = self.all();
            if !request.libraries.is_empty() {
                libraries.retain(|open| request.libraries.contains(&open.number));
            }
            let thumbnails = |id| self.thumbnail(id);
            answer::answer(&libraries, &self.shared.vectors, query, request, &thumbnails, is_superseded)
        })
    }

    /// Does something; when it meets a damaged catalog, that is opened again, which repairs it, and it is done once more.
    fn mending<T>(&self, work: impl Fn() -> Result<T, LibraryError>) -> Result<T, LibraryError> {
        match work() {
            Err(LibraryError::Store(StoreError::Catalog(CatalogError::Damaged(path)))) => {
                self.reopen(&path)?;
                work()
            }
            result => result,
        }
    }

    /// Closes the library with this catalog and opens it again, under its number.
    fn reopen(&self, catalog: &Path) -> Result<(), LibraryError> {
        let _one_at_a_time = lock(&self.shared.opening);
        let damaged = || LibraryError::Store(CatalogError::Damaged(catalog.to_owned()).into());
        let closed = {
            let mut open = lock(&self.shared.open);
            let found = open.iter_mut().find(|slot| {
                slot.as_ref().is_some_and(|open| open.store.catalog.path() == catalog && !open.is_indexing())
            });
            found.and_then(Option::take).ok_or_else(damaged)?
        };
        let (number, root) = (closed.number, closed.root.clone());
        wait_for_the_last(closed);
        let (root, folder) = self.place(&root)?;
        let opened = self.read(number, &root, &folder).map(|opened| {
            if let Some(slot) = lock(&self.shared.open).get_mut(number as usize) {
                *slot = Some(opened);
            }
        });
        // One that cannot be mended now, because others have it open, is closed: its pictures are not shown as if it were.
        self.publish();
        opened
    }

    /// What can be typed next at the cursor (in bytes). Blocks for some milliseconds.
    #[must_use]
    pub fn completions(&self, text: &str, cursor: usize) -> Vec<Completion> {
        complete::complete(text, cursor, &Looks, &CatalogFacets(self.all()))
    }

    fn all(&self) -> Vec<Arc<OpenLibrary>> {
        lock(&self.shared.open).iter().flatten().cloned().collect()
    }

    fn library(&self, number: u32) -> Result<Arc<OpenLibrary>, LibraryError> {
        let open = lock(&self.shared.open);
        open.get(number as usize).cloned().flatten().ok_or(LibraryError::Closed)
    }

    fn thumbnails(&self) -> Arc<ThumbnailStore> {
        let make = || Arc::new(open_thumbnails(&self.shared.directories));
        Arc::clone(self.shared.thumbnails.get_or_init(make))
    }

    /// Puts the libraries' pictures together for those who look at all of them.
    fn publish(&self) {
        let views: Vec<_> = self.all().iter().map(|open| open.view()).collect();
        let entries = views.iter().flat_map(|view| view.entries.iter().cloned()).collect();
        *lock(&self.shared.table) = Arc::new(Table::new(entries));
        self.shared.vectors.drop_outdated();
        self.shared.generation.fetch_add(1, Ordering::Relaxed);
    }
}

/// The thumbnails of all libraries of this user. Where they cannot be kept, the log says so and they are made anew.
#[must_use]
pub fn open_thumbnails(directories: &Directories) -> ThumbnailStore {
    if let Err(error) = storage::ensure_folder(&directories.cache) {
        log::warn!("thumbnails are not kept: {error}");
    }
    ThumbnailStore::open(&directories.cache.join("thumbnails.db"), THUMBNAIL_BUDGET_BYTES)
}

/// Waits until nobody else uses a closed library, and lets go of its files; those who only read are soon done.
fn wait_for_the_last(mut library: Arc<OpenLibrary>) {
    const LONGEST: Duration = Duration::from_secs(5);
    let began = Instant::now();
    while began.elapsed() < LONGEST {
        match Arc::try_unwrap(library) {
            Ok(last) => return drop(last),
            Err(shared) => library = shared,
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Today's date where the user is, which `date:today` and `date:last-week` count from.
fn today() -> CivilDate {
    CivilDate::from_days_since_1970(chrono::Local::now().date_naive().to_epoch_days())
}

/// What the pictures of all libraries have in their fields.
struct CatalogFacets(Vec<Arc<OpenLibrary>>);

impl complete::Facets for CatalogFacets {
    fn values(&self, field: TextField, prefix: &str) -> Vec<(String, usize)> {
        const MOST: usize = 12;
        let mut counts = std::collections::BTreeMap::<String, usize>::new();
        for open in &self.0 {
            for (value, count) in open.store.catalog.facets(field, prefix, MOST).unwrap_or_default() {
                *counts.entry(value).or_default() += count;
            }
        }
        let mut values: Vec<_> = counts.into_iter().collect();
        values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        values.truncate(MOST);
        values
    }
}

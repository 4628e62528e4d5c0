//! The door to all open libraries, for the window and the command line.
//!
//! [`Libraries`] is a handle; clones share it and every thread may use it. Nothing here is called while a frame is drawn
//! except what says that it never blocks: that only copies a pointer or a few numbers.

mod answer;
mod details;
mod duplicates;
mod error;
mod export;
mod facets;
mod indexing;
mod info;
mod known;
mod library;
mod map;
mod opening;
mod pictures;
mod request;
mod table;
mod view;
mod vocabulary;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

pub use self::details::Details;
pub use self::duplicates::{DuplicateScope, DuplicateStage, Duplicates, Resolved};
pub use self::error::LibraryError;
pub use self::export::Selected;
use self::facets::CatalogFacets;
pub use self::info::{PictureInfo, SwatchInfo, describe_file};
pub use self::known::{canonical, folder_of};
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
pub use crate::library::index::{FailedFile, IndexOptions, IndexProgress, IndexReport};
use crate::library::query::complete::{self, Completion};
use crate::library::query::{CivilDate, parse};
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
    /// Pictures that were only looked at quickly so far.
    pub unread: usize,
    /// Whether its folder was not there when it was last looked for.
    pub is_away: bool,
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
    /// Held while the table is put together.
    publishing: Mutex<()>,
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
                publishing: Mutex::default(),
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

    /// The libraries that are open. Never blocks for long.
    #[must_use]
    pub fn list(&self) -> Vec<LibraryInfo> {
        let info = |open: Arc<OpenLibrary>| LibraryInfo {
            number: open.number,
            root: open.root.clone(),
            pictures: open.view().entries.len(),
            failed: open.view().failed,
            unread: open.view().unread,
            is_away: open.is_away.load(Ordering::Relaxed),
            progress: open.progress(),
            can_write: open.can_write.load(Ordering::Relaxed),
        };
        self.all().into_iter().map(info).collect()
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
        // Of two who publish, the later one shows the later state. The table itself is only held for the exchange: the window
        // asks for it in every frame.
        let _one_at_a_time = lock(&self.shared.publishing);
        let views: Vec<_> = self.all().iter().map(|open| open.view()).collect();
        let entries = views.iter().flat_map(|view| view.entries.iter().cloned()).collect();
        let table = Arc::new(Table::new(entries));
        *lock(&self.shared.table) = table;
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

/// Today's date where the user is, which `date:today` and `date:last-week` count from.
fn today() -> CivilDate {
    CivilDate::from_days_since_1970(chrono::Local::now().date_naive().to_epoch_days())
}

//! The door to all open libraries, for the window and the command line.
//!
//! [`Libraries`] is a handle; clones share it and every thread may use it. Nothing here is called while a frame is drawn
//! except what says so: [`Libraries::table`], [`Libraries::list`] and [`Libraries::progress`] only copy a pointer or a few numbers.

mod request;
mod table;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use self::request::{
    Crop, Histogram, Hit, Order, Part, PictureQuery, PictureSource, Reading, SearchRequest, SearchResponse,
    Sketch, SketchBlob, Strength, TookAs,
};
pub use self::table::{Entry, Table};
use super::{PictureId, Pixels, RowId};
use crate::jobs::JobContext;
use crate::storage::Directories;

/// What goes wrong with a library.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The folder is not there.
    #[error("the folder is not there; is its drive connected? {0}")]
    NoFolder(PathBuf),
    /// The picture cannot be shown.
    #[error("{0}")]
    Picture(String),
}

/// One library as the list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryInfo {
    /// [`PictureId::library`] of its pictures.
    pub number: u32,
    /// The user's folder.
    pub root: PathBuf,
    /// Pictures that can be found.
    pub pictures: usize,
    /// Files that could not be read.
    pub failed: usize,
    /// Whether the folder can be reached now.
    pub is_there: bool,
}

/// How far indexing is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndexProgress {
    /// Files found so far.
    pub found: u64,
    /// Whether all folders have been looked through, so that `found` is final.
    pub scan_is_done: bool,
    /// Pictures that can be found by name and first look.
    pub first_pass: u64,
    /// Pictures that are completely described, those of earlier runs included.
    pub full_pass: u64,
    /// Files that could not be read.
    pub failed: u64,
    /// Pictures per second now; zero when unknown.
    pub per_second: f64,
    /// Time left, when it can be told.
    pub left_secs: Option<f64>,
    /// Whether it waits because the user said so.
    pub is_paused: bool,
}

/// All open libraries.
#[derive(Clone)]
pub struct Libraries {
    shared: Arc<Shared>,
}

struct Shared {
    roots: Mutex<Vec<PathBuf>>,
    table: Mutex<Arc<Table>>,
    generation: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Libraries {
    /// No library is opened before it is asked for.
    #[must_use]
    pub fn new(_directories: &Directories) -> Self {
        Self {
            shared: Arc::new(Shared {
                roots: Mutex::default(),
                table: Mutex::new(Arc::new(Table::default())),
                generation: AtomicU64::new(0),
            }),
        }
    }

    /// Opens the library of a folder, a new one where there is none. Blocks.
    ///
    /// # Errors
    /// [`LibraryError`].
    pub fn open(&self, root: &Path) -> Result<u32, LibraryError> {
        if !root.is_dir() {
            return Err(LibraryError::NoFolder(root.to_owned()));
        }
        let mut roots = lock(&self.shared.roots);
        roots.push(root.to_owned());
        Ok(roots.len() as u32 - 1)
    }

    /// The libraries that are open.
    #[must_use]
    pub fn list(&self) -> Vec<LibraryInfo> {
        let table = self.table();
        let roots = lock(&self.shared.roots);
        let info = |(number, root): (usize, &PathBuf)| LibraryInfo {
            number: number as u32,
            root: root.clone(),
            pictures: table.entries().iter().filter(|e| e.id.library == number as u32).count(),
            failed: 0,
            is_there: true,
        };
        roots.iter().enumerate().map(info).collect()
    }

    /// Looks through the folder and describes what is new. Blocks until done, paused time included; reports through `job`
    /// and [`Self::progress`].
    ///
    /// # Errors
    /// [`LibraryError`]; files that could not be read are none.
    pub fn index(&self, library: u32, _job: &JobContext) -> Result<(), LibraryError> {
        let root = lock(&self.shared.roots).get(library as usize).cloned().unwrap_or_default();
        let mut entries = self.table().entries().to_vec();
        entries.retain(|entry| entry.id.library != library);
        let files = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().flatten();
        for file in files.filter(|file| file.file_type().is_file()) {
            let Ok((width, height)) = image::image_dimensions(file.path()) else { continue };
            let relative = file.path().strip_prefix(&root).unwrap_or(file.path());
            let row = RowId(entries.len() as u32);
            entries.push(Entry {
                id: PictureId { library, row },
                relative: relative.to_owned(),
                width,
                height,
                taken_secs: None,
                size_bytes: file.metadata().map_or(0, |metadata| metadata.len()),
                rating: None,
                is_first_look: false,
            });
        }
        *lock(&self.shared.table) = Arc::new(Table::new(entries));
        self.shared.generation.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Grows whenever something that can be found has changed. Never blocks.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.shared.generation.load(Ordering::Relaxed)
    }

    /// How far indexing of a library is; `None` when none runs. Never blocks.
    #[must_use]
    pub fn progress(&self, _library: u32) -> Option<IndexProgress> {
        None
    }

    /// Holds indexing up or lets it go on. Never blocks.
    pub fn set_paused(&self, _library: u32, _paused: bool) {}

    /// Every picture that can be found. Never blocks.
    #[must_use]
    pub fn table(&self) -> Arc<Table> {
        Arc::clone(&lock(&self.shared.table))
    }

    /// Where a picture's file is.
    #[must_use]
    pub fn path(&self, id: PictureId) -> Option<PathBuf> {
        let table = self.table();
        let entry = table.get(id)?;
        Some(lock(&self.shared.roots).get(id.library as usize)?.join(&entry.relative))
    }

    /// A small picture, [`THUMBNAIL_SIDE`] pixels on its longer side (less when the picture is smaller), from the disk or made now. Blocks.
    ///
    /// # Errors
    /// [`LibraryError::Picture`], with the reason.
    pub fn thumbnail(&self, id: PictureId) -> Result<Pixels, LibraryError> {
        self.load(id, THUMBNAIL_SIDE)
    }

    /// The picture itself, its longer side `longest_side` pixels or as long as it is. Blocks.
    ///
    /// # Errors
    /// [`LibraryError::Picture`], with the reason.
    pub fn load(&self, id: PictureId, longest_side: u32) -> Result<Pixels, LibraryError> {
        let path = self.path(id).ok_or_else(|| LibraryError::Picture("the picture is gone".into()))?;
        let picture = image::open(path).map_err(|error| LibraryError::Picture(error.to_string()))?;
        let rgba = picture.thumbnail(longest_side, longest_side).to_rgba8();
        let (width, height) = rgba.dimensions();
        Pixels::new(width, height, rgba.into_raw())
            .ok_or_else(|| LibraryError::Picture("the picture has no pixels".into()))
    }

    /// Answers a query. Blocks for some milliseconds; `is_superseded` is asked on the way.
    ///
    /// # Errors
    /// [`LibraryError`] when a query picture cannot be read.
    pub fn search(
        &self,
        request: &SearchRequest,
        _is_superseded: &(dyn Fn() -> bool + Sync),
    ) -> Result<SearchResponse, LibraryError> {
        let table = self.table();
        let wanted = request.text.to_lowercase();
        let is_hit = |entry: &&Entry| entry.relative.to_string_lossy().to_lowercase().contains(&wanted);
        let hits = table.entries().iter().filter(is_hit).map(|entry| Hit::plain(entry.id)).collect();
        Ok(SearchResponse { hits, ..SearchResponse::default() })
    }
}

/// Pixels on the longer side of a thumbnail.
pub const THUMBNAIL_SIDE: u32 = 320;

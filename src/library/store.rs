//! What Vitrine keeps of one library: catalog, vectors and thumbnails, in folders of its own.
//!
//! The catalog says what there is. A vector or a thumbnail without a row is never found and goes with the next tidying;
//! a row whose vectors are missing gets another full look. So nothing has to be written at the same instant.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::catalog::{Catalog, CatalogError, HashedPicture, LightEntry, PictureRecord};
use super::descriptors::{self, OrientedHashes, Space};
use super::duplicates::Candidate;
use super::index::Looked;
use super::map::kept;
use super::session::Entry;
use super::thumbnails::ThumbnailStore;
use super::vectors::{Rows, VectorError, VectorStore};
use super::{PictureId, RowId};
use crate::storage::{StorageError, try_lock, write_atomic};

/// The lock of the one process that writes.
const WRITER_LOCK: &str = "writer.lock";
/// Places on the map.
const MAP_PLACES: &str = "map.places";

/// What goes wrong with what is kept of a library.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The user's folder is not there.
    #[error("the folder is not there; is its drive connected? {0}")]
    NoFolder(PathBuf),
    /// The user's folder holds nothing at all, though pictures of it are known.
    #[error(
        "the folder is empty, though its pictures are known; is its drive connected? If they are gone for good, forget \
         this library: {0}"
    )]
    EmptyFolder(PathBuf),
    /// The folder cannot be looked through.
    #[error("{0}")]
    Scan(String),
    /// The catalog refuses.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A file of vectors refuses.
    #[error(transparent)]
    Vectors(#[from] VectorError),
    /// One of our own files refuses.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The system gives no threads.
    #[error("the system gives no threads for indexing ({0})")]
    NoThreads(String),
}

/// Whether another process may write to what is kept in `folder`, or this one in another place.
#[must_use]
pub fn is_written_elsewhere(folder: &Path) -> bool {
    folder.is_dir() && matches!(try_lock(&folder.join(WRITER_LOCK)), Ok(None))
}

/// Catalog, vectors and thumbnails of one folder.
pub struct LibraryStore {
    /// The user's folder.
    pub root: PathBuf,
    /// What there is.
    pub catalog: Catalog,
    /// Small pictures, by content; shared by all libraries.
    pub thumbnails: Arc<ThumbnailStore>,
    spaces: Mutex<Vec<VectorStore>>,
    folder: PathBuf,
    /// Held while this process may write. Dropped last: who has it finds all else unlocked.
    writer: Mutex<Option<File>>,
}

impl LibraryStore {
    /// Opens or makes what is kept in `folder` about `root`; also what had to be repaired, in words.
    ///
    /// # Errors
    /// [`StoreError`] when the catalog is from a newer version or cannot be read or made.
    pub fn open(
        folder: &Path,
        root: &Path,
        thumbnails: Arc<ThumbnailStore>,
    ) -> Result<(Self, Vec<String>), StoreError> {
        let (catalog, mut repairs) = Catalog::open(folder, root)?;
        let writer = try_lock(&folder.join(WRITER_LOCK))?;
        let mut spaces = Vec::new();
        for space in &descriptors::BUILT_IN {
            spaces.push(open_space(folder, space, writer.is_some(), &mut repairs)?);
        }
        let store = Self {
            root: root.to_owned(),
            catalog,
            thumbnails,
            spaces: Mutex::new(spaces),
            folder: folder.to_owned(),
            writer: Mutex::new(writer),
        };
        Ok((store, repairs))
    }

    /// What a list needs of every picture that can be found, in the order of rows.
    ///
    /// # Errors
    /// [`StoreError`] when the catalog cannot be read.
    pub fn entries(&self, library: u32) -> Result<Vec<Entry>, StoreError> {
        let entry = |light: LightEntry| Entry {
            id: PictureId { library, row: light.row },
            relative: light.relative,
            width: light.width,
            height: light.height,
            taken_secs: light.taken_secs,
            size_bytes: light.size_bytes,
            rating: light.rating.and_then(|stars| u8::try_from(stars).ok()),
            is_first_look: light.is_first_look,
            content: light.content,
        };
        Ok(self.catalog.entries()?.into_iter().map(entry).collect())
    }

    /// What the search for duplicates needs of every picture that was read completely, in the order of rows.
    ///
    /// # Errors
    /// [`StoreError`] when the catalog cannot be read.
    pub fn candidates(&self, library: u32) -> Result<Vec<(RowId, Candidate)>, StoreError> {
        let hashed: HashMap<RowId, HashedPicture> =
            self.catalog.hashes()?.into_iter().map(|hashed| (hashed.row, hashed)).collect();
        let candidate = |light: LightEntry| {
            let hashed = hashed.get(&light.row)?;
            let candidate = Candidate {
                content: light.content?,
                hashes: Some(hashed.hashes).filter(|hashes| OrientedHashes(*hashes).is_telling()),
                width: light.width,
                height: light.height,
                size_bytes: light.size_bytes,
                format: hashed.format?,
                sharpness: hashed.sharpness.unwrap_or_default(),
                is_damaged: hashed.is_damaged,
                facts: hashed.facts,
                taken_secs: light.taken_secs,
                modified_ns: hashed.modified_ns,
                library,
                relative: light.relative,
                file: None,
            };
            Some((light.row, candidate))
        };
        Ok(self.catalog.entries()?.into_iter().filter_map(candidate).collect())
    }

    fn spaces(&self) -> MutexGuard<'_, Vec<VectorStore>> {
        self.spaces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this process may write; another one has the library open otherwise.
    #[must_use]
    pub fn can_write(&self) -> bool {
        self.writer().is_some()
    }

    /// Takes over from a process that wrote and has ended; whether this one may write now.
    ///
    /// # Errors
    /// [`StoreError`] when a file of vectors cannot be read.
    pub fn claim(&self) -> Result<bool, StoreError> {
        let mut writer = self.writer();
        if writer.is_some() {
            return Ok(true);
        }
        let Some(lock) = try_lock(&self.folder.join(WRITER_LOCK))? else { return Ok(false) };
        for space in self.spaces().iter_mut() {
            space.claim()?;
        }
        *writer = Some(lock);
        Ok(true)
    }

    fn writer(&self) -> MutexGuard<'_, Option<File>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rows that have a vector in every space.
    #[must_use]
    pub fn described(&self) -> HashSet<RowId> {
        let mut rows = self.rows().into_iter();
        let mut described: HashSet<RowId> =
            rows.next().map(|rows| rows.ids().iter().copied().collect()).unwrap_or_default();
        for rows in rows {
            described.retain(|row| rows.position(*row).is_some());
        }
        described
    }

    /// Writes looked-at pictures; gives their rows.
    ///
    /// # Errors
    /// [`StoreError`]; then none of the records was written.
    pub fn write(&self, looked: &[&Looked]) -> Result<Vec<RowId>, StoreError> {
        let records: Vec<&PictureRecord> = looked.iter().map(|looked| &looked.record).collect();
        let rows = self.catalog.upsert(&records)?;
        let mut spaces = self.spaces();
        for (looked, row) in looked.iter().zip(&rows) {
            for (space, vector) in spaces.iter_mut().zip(&looked.vectors) {
                space.append(*row, vector)?;
            }
        }
        for space in spaces.iter_mut() {
            space.flush()?;
        }
        drop(spaces);
        let thumbnails =
            looked.iter().filter_map(|looked| Some((looked.record.content?, looked.thumbnail.as_deref()?)));
        self.thumbnails.put_many(thumbnails);
        Ok(rows)
    }

    /// Where pictures were on the map; empty when that is not known.
    #[must_use]
    pub fn map_places(&self) -> Vec<(RowId, [f32; 2])> {
        let bytes = std::fs::read(self.folder.join(MAP_PLACES)).unwrap_or_default();
        kept::from_bytes(&bytes).unwrap_or_default()
    }

    /// Keeps where pictures are on the map.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be written; it is as it was then.
    pub fn keep_map_places(&self, places: &[(RowId, [f32; 2])]) -> Result<(), StoreError> {
        Ok(write_atomic(&self.folder.join(MAP_PLACES), &kept::to_bytes(places))?)
    }

    /// Strikes pictures out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn remove(&self, rows: &[RowId]) -> Result<(), StoreError> {
        self.catalog.remove(rows)?;
        self.forget_vectors(rows)
    }

    /// Strikes out the vectors of pictures.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget_vectors(&self, rows: &[RowId]) -> Result<(), StoreError> {
        for space in self.spaces().iter_mut() {
            for row in rows {
                space.remove(*row)?;
            }
            space.flush()?;
        }
        Ok(())
    }

    /// Strikes out the vectors, lost ones included, of rows that the catalog does not have (any more).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn strike_out_strangers(&self) -> Result<(), StoreError> {
        let known = self.catalog.all_rows()?;
        for space in self.spaces().iter_mut() {
            for row in space.ids().into_iter().filter(|row| !known.contains(*row)) {
                space.remove(row)?;
            }
        }
        Ok(())
    }

    /// Makes durable what was written, and tidies.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn flush(&self) -> Result<(), StoreError> {
        for space in self.spaces().iter_mut() {
            space.flush()?;
            // The old file is as it was: another run tidies, when nobody reads it any more.
            if let Err(error) = space.compact() {
                log::warn!("{error}");
            }
        }
        self.thumbnails.flush();
        Ok(())
    }

    /// The vectors as they are now, in the order of [`descriptors::BUILT_IN`].
    #[must_use]
    pub fn rows(&self) -> Vec<Arc<Rows>> {
        let mut spaces = self.spaces();
        for space in spaces.iter_mut() {
            // What another process wrote meanwhile; a refusal leaves what was known.
            if let Err(error) = space.refresh() {
                log::warn!("{error}");
            }
        }
        spaces.iter().map(VectorStore::rows).collect()
    }
}

/// A file of vectors that is damaged or of another version is made anew; its pictures are then looked at again, for they
/// are not among [`LibraryStore::described`].
fn open_space(
    folder: &Path,
    space: &Space,
    may_write: bool,
    notes: &mut Vec<String>,
) -> Result<VectorStore, StoreError> {
    let path = folder.join(format!("{}.vectors", space.name));
    let open = if may_write { VectorStore::open } else { VectorStore::open_reader };
    match open(&path, space.name, space.version, space.dimensions) {
        Ok((store, repair)) => {
            if !repair.lost.is_empty() {
                let count = repair.lost.len();
                notes.push(format!("{count} pictures lost their {} and will be looked at again", space.name));
            }
            Ok(store)
        }
        Err(error) if error.wants_new_file() && may_write => {
            notes.push(format!("the {} of all pictures has to be measured again", space.name));
            Ok(VectorStore::start_anew(&path, space.name, space.version, space.dimensions)?)
        }
        Err(error) => Err(error.into()),
    }
}

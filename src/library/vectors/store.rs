//! The file of a space: opened, added to, tidied.
//!
//! Changes are held in memory until a flush writes them as one block. One process holds the lock beside the file and
//! writes; others open the same file and only read.

mod compact;
mod files;
mod tail;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use self::files::{create, lock};
use super::super::RowId;
use super::block::Content;
use super::error::VectorError;
use super::header::{HEADER_BYTES, Header, Space};
use super::mapping::Mapping;
use super::recover::{self, Contents, Repair};
use super::rows::{Rows, to_bits};

/// Changes in memory beyond this are written without being asked.
const PENDING_BYTES: usize = 16 << 20;

/// One space of one library on disk.
#[derive(Debug)]
pub struct VectorStore {
    path: PathBuf,
    space: Space,
    /// Held while this store may write.
    lock: Option<File>,
    /// Absent while a reader waits for the writer to make the file.
    open: Option<OpenFile>,
    contents: Contents,
    pending: BTreeMap<RowId, Option<Vec<u16>>>,
    /// The last flush failed after writing: what the file holds has to be read again before the next one.
    is_in_doubt: bool,
    /// Made when it is asked for, void after every change.
    snapshot: Mutex<Option<Arc<Rows>>>,
}

#[derive(Debug)]
struct OpenFile {
    file: File,
    tag: u64,
    map: Arc<Mapping>,
}

impl VectorStore {
    /// Opens the file of a space, or makes it; says what was cut off or lost. When another process writes to it, this one
    /// may only read; see [`Self::can_write`].
    ///
    /// # Errors
    /// [`VectorError::OtherSpace`] and [`VectorError::Damaged`] when the file should be made anew,
    /// [`VectorError::Newer`] when it is better left alone, and what the system says.
    pub fn open(
        path: &Path,
        space: &str,
        version: u32,
        dimensions: usize,
    ) -> Result<(Self, Repair), VectorError> {
        Self::open_with(path, Space::new(space, version, dimensions)?, lock(path)?)
    }

    /// Opens the file of a space for reading only, and leaves the lock to others.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub fn open_reader(
        path: &Path,
        space: &str,
        version: u32,
        dimensions: usize,
    ) -> Result<(Self, Repair), VectorError> {
        Self::open_with(path, Space::new(space, version, dimensions)?, None)
    }

    fn open_with(path: &Path, space: Space, lock: Option<File>) -> Result<(Self, Repair), VectorError> {
        let mut store = Self {
            path: path.to_owned(),
            space,
            lock,
            open: None,
            contents: Contents::default(),
            pending: BTreeMap::new(),
            is_in_doubt: false,
            snapshot: Mutex::default(),
        };
        store.load()?;
        let repair = store.contents.repair.clone();
        Ok((store, repair))
    }

    /// Opens the file of a space after emptying it, whatever it was.
    ///
    /// # Errors
    /// [`VectorError::ReadOnly`] when another process writes to it, and what the system says.
    pub fn start_anew(
        path: &Path,
        space: &str,
        version: u32,
        dimensions: usize,
    ) -> Result<Self, VectorError> {
        Space::new(space, version, dimensions)?;
        let held = lock(path)?;
        if held.is_none() {
            return Err(VectorError::ReadOnly(path.to_owned()));
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(VectorError::io("remove the old vectors", path)(error));
            }
            _ => drop(held),
        }
        Self::open(path, space, version, dimensions).map(|(store, _)| store)
    }

    /// Whether this process may write to it.
    #[must_use]
    pub fn can_write(&self) -> bool {
        self.lock.is_some()
    }

    /// Takes the lock when no other process has it any more; whether this one may write now.
    ///
    /// # Errors
    /// Those of [`Self::open`]; then it stays a reader.
    pub fn claim(&mut self) -> Result<bool, VectorError> {
        if self.can_write() {
            return Ok(true);
        }
        self.lock = lock(&self.path)?;
        if self.can_write()
            && let Err(error) = self.load()
        {
            self.lock = None;
            return Err(error);
        }
        Ok(self.can_write())
    }

    /// Sets a row's vector; a later one replaces it. It is durable after [`Self::flush`].
    ///
    /// # Errors
    /// [`VectorError::WrongLength`], [`VectorError::NotFinite`], [`VectorError::ReadOnly`]; those of [`Self::flush`] when
    /// much is waiting, and then the vector is kept all the same.
    pub fn append(&mut self, row: RowId, vector: &[f32]) -> Result<(), VectorError> {
        self.must_write()?;
        let bits = to_bits(vector, self.space.dimensions)?;
        self.pending.insert(row, Some(bits));
        self.changed();
        if self.pending.len() * self.space.dimensions * 2 > PENDING_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Strikes out a row; nothing happens when there is none. It is durable after [`Self::flush`].
    ///
    /// # Errors
    /// [`VectorError::ReadOnly`].
    pub fn remove(&mut self, row: RowId) -> Result<(), VectorError> {
        self.must_write()?;
        // A lost one is struck out too, so that it is not missed again.
        if self.contents.live.contains_key(&row) || self.contents.repair.lost.contains(&row) {
            self.pending.insert(row, None);
        } else {
            self.pending.remove(&row);
        }
        self.changed();
        Ok(())
    }

    /// All rows that it has or had before they were lost to damage.
    #[must_use]
    pub fn ids(&self) -> Vec<RowId> {
        let pending = self.pending.iter().filter(|(_, vector)| vector.is_some()).map(|(row, _)| *row);
        self.contents
            .live
            .keys()
            .copied()
            .chain(self.contents.repair.lost.iter().copied())
            .chain(pending)
            .collect()
    }

    /// Makes all changes durable: they survive whatever happens to this process after it.
    ///
    /// # Errors
    /// [`VectorError::DiskFull`] and what else the system says. Then the file is still good, and the changes are held in
    /// memory, so that it can be tried again.
    pub fn flush(&mut self) -> Result<(), VectorError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.must_write()?;
        if self.is_in_doubt || self.open.is_none() {
            self.load()?;
            self.is_in_doubt = false;
        }
        let (kept, removed): (Vec<_>, Vec<_>) = self.pending.iter().partition(|(_, bits)| bits.is_some());
        let ids: Vec<u32> = kept.iter().chain(&removed).map(|(id, _)| id.0).collect();
        let vectors: Vec<u16> = kept.iter().flat_map(|(_, bits)| bits.iter().flatten().copied()).collect();
        let supersedes = self.pending.keys().filter(|id| self.contents.live.contains_key(id)).count() as u32;
        let rows = kept.len();
        let content = Content {
            ids: &ids,
            rows,
            vectors: &vectors,
            number: self.contents.next_number,
            supersedes,
            superseded_so_far: self.contents.superseded + u64::from(supersedes),
        };
        let Some(open) = &mut self.open else { return Err(VectorError::ReadOnly(self.path.clone())) };
        let (bytes, layout) = content.to_bytes(open.tag, self.space.dimensions);
        let start = self.contents.end;
        tail::append_whole(&mut open.file, start, &bytes)
            .map_err(VectorError::io("write vectors", &self.path))?;
        // From here on another process may have mapped the block, so that it is not cut off again.
        self.is_in_doubt = true;
        open.file.sync_data().map_err(VectorError::io("write vectors", &self.path))?;
        let end = start + bytes.len() as u64;
        open.map =
            Arc::new(Mapping::new(&open.file, end).map_err(VectorError::io("map vectors", &self.path))?);
        self.is_in_doubt = false;
        let (rows_of_it, removed) = ids.split_at_checked(rows).unwrap_or((&ids, &[]));
        for (row, id) in rows_of_it.iter().enumerate() {
            let place = start + layout.vectors + (2 * self.space.dimensions * row) as u64;
            self.contents.live.insert(RowId(*id), place);
        }
        for id in removed {
            self.contents.live.remove(&RowId(*id));
        }
        self.contents.repair.lost.retain(|id| !self.pending.contains_key(id));
        self.contents.superseded = content.superseded_so_far;
        self.contents.stored += rows;
        self.contents.next_number += 1;
        self.contents.end = end;
        self.pending.clear();
        self.changed();
        Ok(())
    }

    /// All rows as they are now, those included that were not flushed.
    #[must_use]
    pub fn rows(&self) -> Arc<Rows> {
        let mut snapshot = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let map = self.open.as_ref().map(|open| Arc::clone(&open.map));
            Arc::new(Rows::merged(self.space.dimensions, &self.contents.live, &self.pending, map))
        };
        Arc::clone(snapshot.get_or_insert_with(make))
    }

    /// Takes over what another process wrote since; says whether there was anything. A writer has nothing to take over.
    ///
    /// # Errors
    /// Those of [`Self::open`]; the rows are then as they were.
    pub fn refresh(&mut self) -> Result<bool, VectorError> {
        if self.can_write() {
            return Ok(false);
        }
        let before = (self.open.as_ref().map(|open| open.tag), self.contents.end);
        let length = fs::metadata(&self.path).map(|metadata| metadata.len()).unwrap_or_default();
        if before.0.is_some() && length == before.1 && self.has_same_tag() {
            return Ok(false);
        }
        self.load()?;
        Ok((self.open.as_ref().map(|open| open.tag), self.contents.end) != before)
    }

    fn has_same_tag(&self) -> bool {
        let read = || {
            let mut bytes = Vec::new();
            File::open(&self.path).ok()?.take(HEADER_BYTES).read_to_end(&mut bytes).ok()?;
            Header::read(&bytes, &self.space, &self.path).ok()
        };
        read().map(|header| header.tag) == self.open.as_ref().map(|open| open.tag)
    }

    /// Reads the file, after making it when this process may; on failure nothing changes here.
    fn load(&mut self) -> Result<(), VectorError> {
        let failed = || VectorError::io("open the vectors", &self.path);
        let found = File::options().read(true).write(self.can_write()).open(&self.path);
        let file = match found {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if !self.can_write() {
                    return Ok(());
                }
                create(&self.path, &self.space)?;
                File::options().read(true).write(true).open(&self.path).map_err(failed())?
            }
            Err(error) => return Err(failed()(error)),
        };
        let length = file.metadata().map_err(failed())?.len();
        if length < HEADER_BYTES {
            return Err(VectorError::Damaged(self.path.clone()));
        }
        let read = |bytes: &[u8]| {
            let header = Header::read(bytes, &self.space, &self.path)?;
            Ok::<_, VectorError>((header.tag, recover::read(bytes, header.tag, self.space.dimensions)))
        };
        let (tag, contents) = if self.can_write() {
            read(Mapping::new(&file, length).map_err(failed())?.bytes())?
        } else {
            // The writer may be cutting off its unfinished end, which must not be mapped then.
            let mut bytes = Vec::new();
            (&file).take(length).read_to_end(&mut bytes).map_err(failed())?;
            read(&bytes)?
        };
        if contents.repair.torn_bytes > 0 && self.can_write() {
            file.set_len(contents.end).map_err(failed())?;
        }
        let map = Arc::new(Mapping::new(&file, contents.end).map_err(failed())?);
        self.open = Some(OpenFile { file, tag, map });
        self.contents = contents;
        self.changed();
        Ok(())
    }

    fn must_write(&self) -> Result<(), VectorError> {
        if self.can_write() { Ok(()) } else { Err(VectorError::ReadOnly(self.path.clone())) }
    }

    fn changed(&mut self) {
        *self.snapshot.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

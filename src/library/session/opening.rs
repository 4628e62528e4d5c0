//! Libraries are opened, opened once more when their catalogs are damaged, and forgotten.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::error::LibraryError;
use super::library::OpenLibrary;
use super::{Libraries, duplicates, known, lock};
use crate::library::ContentHash;
use crate::library::catalog::{Catalog, CatalogError};
use crate::library::store::{LibraryStore, StoreError, is_written_elsewhere};

impl Libraries {
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
    pub(super) fn read(
        &self,
        number: u32,
        root: &Path,
        folder: &Path,
    ) -> Result<Arc<OpenLibrary>, LibraryError> {
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
    pub(super) fn place(&self, root: &Path) -> Result<(PathBuf, PathBuf), LibraryError> {
        let canonical = known::canonical(root);
        let folder = known::folder_of(&self.shared.directories, &canonical);
        if canonical.is_file() {
            return Err(LibraryError::NotAFolder(canonical));
        }
        if !canonical.is_dir() && !folder.is_dir() {
            return Err(LibraryError::NoFolder(canonical));
        }
        Ok((canonical, folder))
    }

    /// Does something; when it meets a damaged catalog, that is opened again, which repairs it, and it is done once more.
    pub(super) fn mending<T>(&self, work: impl Fn() -> Result<T, LibraryError>) -> Result<T, LibraryError> {
        match work() {
            Err(LibraryError::Store(StoreError::Catalog(CatalogError::Damaged(path)))) => {
                self.reopen(&path)?;
                work()
            }
            result => result,
        }
    }

    /// Closes the library with this catalog and opens it again, under its number.
    pub(super) fn reopen(&self, catalog: &Path) -> Result<(), LibraryError> {
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
        let watch = lock(&closed.watch).take();
        wait_for_the_last(closed);
        let folder = known::folder_of(&self.shared.directories, &root);
        let opened = self.read(number, &root, &folder).map(|opened| {
            *lock(&opened.watch) = watch;
            if let Some(slot) = lock(&self.shared.open).get_mut(number as usize) {
                *slot = Some(opened);
            }
        });
        // One that cannot be mended now, because others have it open, is closed: its pictures are not shown as if it were.
        self.publish();
        opened
    }

    /// Drops all that Vitrine keeps of a folder; nothing in the folder is touched. False when there was nothing. Blocks.
    ///
    /// # Errors
    /// [`LibraryError::Busy`] while another process writes to them, [`LibraryError::StillReading`] when a drive does not
    /// answer, and when our files cannot be removed.
    pub fn forget(&self, root: &Path) -> Result<bool, LibraryError> {
        let canonical = known::canonical(root);
        let _one_at_a_time = lock(&self.shared.opening);
        let folder = known::folder_of(&self.shared.directories, &canonical);
        let own = self.all().into_iter().find(|open| open.root == canonical);
        let can_write = own.as_ref().map(|open| open.can_write.load(Ordering::Relaxed));
        if !can_write.unwrap_or_else(|| !is_written_elsewhere(&folder)) {
            return Err(LibraryError::Busy);
        }
        if own.as_ref().is_some_and(|library| !has_ended(library)) {
            return Err(LibraryError::StillReading(canonical));
        }
        drop(own);
        let closed = {
            let mut open = lock(&self.shared.open);
            let slot = open.iter_mut().find(|slot| slot.as_ref().is_some_and(|open| open.root == canonical));
            slot.and_then(Option::take)
        };
        if let Some(library) = closed {
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
}

/// Ends what indexes a library, for it must not write into a folder that is being removed. False when that does not end, as
/// on a drive that does not answer; then the library stays as it is.
fn has_ended(library: &OpenLibrary) -> bool {
    const LONGEST: Duration = Duration::from_secs(10);
    library.closed.store(true, Ordering::Relaxed);
    let began = Instant::now();
    while library.is_indexing() {
        if began.elapsed() > LONGEST {
            library.closed.store(false, Ordering::Relaxed);
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
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

//! Indexing an open library.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::library::OpenLibrary;
use super::{Libraries, LibraryError};
use crate::library::index::{self, IndexControl, IndexOptions, IndexProgress, IndexReport};
use crate::library::store::StoreError;

/// Marks a library as being indexed for as long as it lives.
struct Mark<'a>(&'a OpenLibrary);

impl<'a> Mark<'a> {
    fn set(library: &'a OpenLibrary) -> Result<Self, LibraryError> {
        if library.indexing.swap(true, Ordering::AcqRel) {
            return Err(LibraryError::Busy);
        }
        Ok(Self(library))
    }
}

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        self.0.set_progress(None);
        // What waited and was stopped must not have the next run wait.
        self.0.paused.store(false, Ordering::Relaxed);
        self.0.indexing.store(false, Ordering::Release);
    }
}

impl Libraries {
    /// Looks through the folder and describes what is new. Blocks until done, paused time included. What was found can be
    /// searched while it goes on.
    ///
    /// # Errors
    /// [`LibraryError`]; files that could not be read are none, the report names them.
    pub fn index(
        &self,
        library: u32,
        options: IndexOptions,
        should_stop: &(dyn Fn() -> bool + Sync),
        on_progress: &dyn Fn(&IndexProgress),
    ) -> Result<IndexReport, LibraryError> {
        self.mending(|| self.index_once(library, options, should_stop, on_progress))
    }

    fn index_once(
        &self,
        library: u32,
        options: IndexOptions,
        should_stop: &(dyn Fn() -> bool + Sync),
        on_progress: &dyn Fn(&IndexProgress),
    ) -> Result<IndexReport, LibraryError> {
        let library = self.library(library)?;
        if !library.store.can_write() {
            return Err(LibraryError::Busy);
        }
        let _mark = Mark::set(&library)?;
        let stop = || should_stop() || library.closed.load(Ordering::Relaxed);
        let control = IndexControl {
            should_stop: &stop,
            paused: &library.paused,
            progress: &|progress| {
                library.set_progress(Some(progress.clone()));
                on_progress(progress);
            },
            changed: &|| {
                library.note_written();
                self.refresh(&library, false);
            },
        };
        let report = index::run(&library.store, options, &control);
        let is_away = matches!(report, Err(StoreError::NoFolder(_) | StoreError::EmptyFolder(_)))
            || (report.is_err() && !library.root.is_dir());
        library.is_away.store(is_away, Ordering::Relaxed);
        library.note_written();
        self.refresh(&library, true);
        Ok(report?)
    }

    /// Holds indexing up or lets it go on. Never blocks.
    pub fn set_paused(&self, library: u32, paused: bool) {
        if let Ok(library) = self.library(library) {
            library.paused.store(paused, Ordering::Relaxed);
        }
    }

    /// How far indexing of a library is; `None` when none runs. Never blocks for long.
    #[must_use]
    pub fn progress(&self, library: u32) -> Option<IndexProgress> {
        self.library(library).ok()?.progress()
    }

    /// When a library was last indexed completely, in seconds since 1970, UTC. Blocks.
    ///
    /// # Errors
    /// [`LibraryError`] when the catalog cannot be read.
    pub fn indexed_secs(&self, library: u32) -> Result<Option<i64>, LibraryError> {
        self.mending(|| Ok(self.library(library)?.store.catalog.indexed_secs()?))
    }

    /// The files of a library that could not be read, or only in part, and why. Blocks.
    ///
    /// # Errors
    /// [`LibraryError`] when the catalog cannot be read.
    pub fn failed(&self, library: u32) -> Result<Vec<index::FailedFile>, LibraryError> {
        self.mending(|| {
            let library = self.library(library)?;
            let catalog = &library.store.catalog;
            let mut failed = catalog.failed()?;
            failed.extend(catalog.damaged()?);
            failed.sort();
            Ok(failed.into_iter().map(|(path, error)| index::FailedFile { path, error }).collect())
        })
    }

    /// Shows what was written to those who search.
    pub(super) fn refresh(&self, library: &Arc<OpenLibrary>, now_at_any_rate: bool) {
        match library.refresh(now_at_any_rate) {
            Ok(true) => self.publish(),
            Ok(false) => {}
            Err(error) => super::lock(&self.shared.notes).push(error.to_string()),
        }
    }
}

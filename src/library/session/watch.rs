//! Watching the folders of open libraries: a change that has come to rest asks for another look.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::{Libraries, LibraryError, lock};

/// A change counts when nothing has changed for so long: a copy of many files is one change.
pub const CALM: Duration = Duration::from_millis(1500);
/// But no longer than this after the first change: a folder that never rests is looked at too.
pub const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// When a folder changed for the first and for the last time since it was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Unrest {
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Unrest {
    fn note(&mut self, now: Instant) {
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// Whether it is time to look; begins anew then.
    fn take_due(&mut self, now: Instant) -> bool {
        let (Some(first), Some(last)) = (self.first, self.last) else { return false };
        let is_due = now.duration_since(last) >= CALM || now.duration_since(first) >= LONGEST_WAIT;
        if is_due {
            *self = Self::default();
        }
        is_due
    }
}

/// A watched folder.
pub struct FolderWatch {
    unrest: Arc<Mutex<Unrest>>,
    _watcher: RecommendedWatcher,
}

impl FolderWatch {
    fn start(root: &Path, waker: Arc<dyn Fn() + Send + Sync>) -> notify::Result<Self> {
        let unrest = Arc::new(Mutex::new(Unrest::default()));
        let noted = Arc::clone(&unrest);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // An error means that something was missed.
            let counts = event.map_or(true, |event| {
                matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_))
            });
            if counts {
                lock(&noted).note(Instant::now());
                waker();
            }
        })?;
        watcher.watch(root, RecursiveMode::Recursive)?;
        Ok(Self { unrest, _watcher: watcher })
    }
}

impl Libraries {
    /// Watches the folder of a library; `waker` is called at every change, and [`Self::take_changed`] has news some time after
    /// the last one. Blocks while the system sets it up.
    ///
    /// # Errors
    /// [`LibraryError::Unwatched`] where the system cannot, as with very many folders or some network drives.
    pub fn watch(&self, library: u32, waker: impl Fn() + Send + Sync + 'static) -> Result<(), LibraryError> {
        let library = self.library(library)?;
        let watch = FolderWatch::start(&library.root, Arc::new(waker))
            .map_err(|error| LibraryError::Unwatched(error.to_string(), library.root.clone()))?;
        *lock(&library.watch) = Some(watch);
        Ok(())
    }

    /// Whether some folder has changed and has yet to come to rest. Never blocks for long.
    #[must_use]
    pub fn is_restless(&self) -> bool {
        let is_restless = |open: &Arc<super::OpenLibrary>| {
            lock(&open.watch).as_ref().is_some_and(|watch| lock(&watch.unrest).first.is_some())
        };
        self.all().iter().any(is_restless)
    }

    /// The libraries whose folders have changed and come to rest since this was last asked. Never blocks for long.
    #[must_use]
    pub fn take_changed(&self) -> Vec<u32> {
        let now = Instant::now();
        let is_due = |open: &Arc<super::OpenLibrary>| {
            let watch = lock(&open.watch);
            watch.as_ref().is_some_and(|watch| lock(&watch.unrest).take_due(now))
        };
        self.all().iter().filter(|open| is_due(open)).map(|open| open.number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_when_it_has_come_to_rest() {
        let start = Instant::now();
        let mut unrest = Unrest::default();
        assert!(!unrest.take_due(start));
        unrest.note(start);
        assert!(!unrest.take_due(start + CALM / 2));
        unrest.note(start + CALM / 2);
        assert!(!unrest.take_due(start + CALM));
        assert!(unrest.take_due(start + CALM * 2));
        assert!(!unrest.take_due(start + CALM * 9));
    }

    #[test]
    fn a_folder_that_never_rests_is_looked_at_too() {
        let start = Instant::now();
        let mut unrest = Unrest::default();
        let mut at = start;
        while at < start + LONGEST_WAIT {
            unrest.note(at);
            assert!(!unrest.take_due(at));
            at += CALM / 3;
        }
        unrest.note(at);
        assert!(unrest.take_due(at));
    }
}

//! Bringing a library up to date with its folder.
//!
//! The folder is looked through; what is new or changed gets a *first look* (name, metadata, the thumbnail that cameras
//! embed), so that it can be found at once, and later a *full look* (all pixels, content, descriptors, our thumbnail).
//! Both write in small transactions: a run that is cut short at any moment goes on where it was. On the first run files
//! are looked at while the scan still goes; later ones scan first, for only then is it known what has moved.

mod flow;
pub mod look;
mod plan;
mod rate;
mod run;

use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

pub use self::look::{Budgets, Looked, describe};
pub use self::plan::Work;
pub use self::run::run;

/// How a run is done.
#[derive(Clone, Copy, Debug)]
pub struct IndexOptions {
    /// Files that are read at once; zero for as many as there are processors.
    pub workers: usize,
    /// Bytes that decoding may take at once, all workers together.
    pub decode_bytes: u64,
    /// Bytes that one picture may take while no other is decoded.
    pub lone_decode_bytes: u64,
    /// Bytes of files that are held in memory at once; one alone may be larger.
    pub file_bytes: u64,
    /// Whether files that could not be read are tried again, though they have not changed.
    pub retries_failed: bool,
}

impl Default for IndexOptions {
    fn default() -> Self {
        Self {
            workers: 0,
            decode_bytes: 256 << 20,
            lone_decode_bytes: lone_decode_bytes(),
            file_bytes: 128 << 20,
            retries_failed: false,
        }
    }
}

/// An eighth of the machine's memory, but enough for the pictures of any camera.
fn lone_decode_bytes() -> u64 {
    static MEMORY_BYTES: LazyLock<u64> = LazyLock::new(|| {
        let memory = sysinfo::MemoryRefreshKind::nothing().with_ram();
        let system = sysinfo::System::new_with_specifics(sysinfo::RefreshKind::nothing().with_memory(memory));
        system.map_or(0, |system| system.total_memory())
    });
    (*MEMORY_BYTES / 8).max(1 << 30)
}

/// What a run is told from outside, and what it tells.
pub struct IndexControl<'a> {
    /// Asked many times a second.
    pub should_stop: &'a (dyn Fn() -> bool + Sync),
    /// While set, nothing new is begun.
    pub paused: &'a AtomicBool,
    /// Told some ten times a second.
    pub progress: &'a dyn Fn(&IndexProgress),
    /// Told after each transaction: something new can be found.
    pub changed: &'a dyn Fn(),
}

impl IndexControl<'_> {
    fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }
}

/// How far indexing is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndexProgress {
    /// Files found so far that have to be looked at or were.
    pub found: u64,
    /// Whether all folders have been looked through, so that `found` is final.
    pub scan_is_done: bool,
    /// Pictures that can be found by name and first look.
    pub first_pass: u64,
    /// Files that are done with, those of earlier runs included.
    pub full_pass: u64,
    /// Files that could not be read.
    pub failed: u64,
    /// Files per second now; zero when unknown.
    pub per_second: f64,
    /// Time left, when it can be told.
    pub left_secs: Option<f64>,
    /// Whether it waits because the user said so.
    pub is_paused: bool,
    /// What holds it up, in words: a drive that does not answer.
    pub held_up: Option<String>,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct IndexReport {
    /// Picture files in the folder.
    pub files: u64,
    /// Looked at completely in this run.
    pub indexed: u64,
    /// Known before, and still as they were.
    pub unchanged: u64,
    /// Known under another name.
    pub moved: u64,
    /// Gone since the last run.
    pub removed: u64,
    /// Not readable, and why.
    pub failed: Vec<FailedFile>,
    /// Shown in part, and what is wrong with them; they are among the indexed or the unchanged.
    pub damaged: Vec<FailedFile>,
    /// How long it took.
    pub elapsed_secs: f64,
    /// Pictures looked at completely per second.
    pub images_per_sec: f64,
    /// Whether it was ended before everything was looked at.
    pub was_stopped: bool,
}

/// A file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FailedFile {
    /// Below the library's folder.
    #[serde(serialize_with = "crate::library::json_path::as_text")]
    pub path: PathBuf,
    /// Why.
    pub error: String,
}

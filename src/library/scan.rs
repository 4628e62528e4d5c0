//! Finding the files of a library's folder.
//!
//! Folders are read one after the other, names in order. What begins with a dot or belongs to the system is left out.
//! Links are looked at last: a linked folder or file is taken when what it leads to has not been seen under its own
//! name, so that no loop is walked twice and nothing below the root is found two times.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A file as the folder lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// Path below the root.
    pub relative: PathBuf,
    /// Length in bytes.
    pub size_bytes: u64,
    /// Last change in nanoseconds since 1970, UTC; zero when the system does not tell.
    pub modified_ns: i64,
}

/// Something that was left out because it could not be read. The scan goes on. What is below a folder that could not
/// be read is unknown, not gone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot be read ({reason}): {}", relative.display())]
pub struct ScanFault {
    /// Path below the root; empty for the root itself.
    pub relative: PathBuf,
    /// Whether it is a folder whose content is unknown now.
    pub is_folder: bool,
    /// The system's reason.
    pub reason: String,
}

/// Why a scan did not come to its end. What was found before is right, but nothing can be said about the rest.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// There is nothing at the root.
    #[error("the folder is not there; is its drive connected? {}", .0.display())]
    NoFolder(PathBuf),
    /// The root is a file.
    #[error("this is a file, not a folder: {}", .0.display())]
    NotAFolder(PathBuf),
    /// The root cannot be listed.
    #[error("the folder cannot be read ({reason}): {}", root.display())]
    Unreadable {
        /// The folder.
        root: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The root went away meanwhile.
    #[error("the folder disappeared while it was looked through: {}", .0.display())]
    Disappeared(PathBuf),
    /// The caller asked to stop.
    #[error("stopped before all folders were looked through")]
    Stopped,
}

/// Calls `found` for each regular file below `root` that is not hidden and does not belong to the system, and for each
/// file or folder that cannot be read. Asks `should_stop` before every call of the system.
///
/// # Errors
/// [`ScanError`], when not everything was looked at.
pub fn scan(
    root: &Path,
    should_stop: &(dyn Fn() -> bool + Sync),
    found: &mut dyn FnMut(Result<FoundFile, ScanFault>),
) -> Result<(), ScanError> {
    let metadata = fs::metadata(root).map_err(|error| root_error(root, &error))?;
    if !metadata.is_dir() {
        return Err(ScanError::NotAFolder(root.to_owned()));
    }
    let mut walk = Walk { root, should_stop, found, seen: BTreeSet::new(), links: Vec::new() };
    walk.seen.insert(Place::of(root, &metadata));
    let first = fs::read_dir(root).map_err(|error| root_error(root, &error))?;
    walk.folders(Path::new(""), first)?;
    // Links found behind links come to the end of the list.
    let mut next = 0;
    while let Some(link) = walk.links.get(next).cloned() {
        next += 1;
        walk.link(&link)?;
    }
    if walk.is_root_there()? { Ok(()) } else { Err(ScanError::Disappeared(root.to_owned())) }
}

fn root_error(root: &Path, error: &io::Error) -> ScanError {
    match error.kind() {
        io::ErrorKind::NotFound => ScanError::NoFolder(root.to_owned()),
        io::ErrorKind::NotADirectory => ScanError::NotAFolder(root.to_owned()),
        _ => ScanError::Unreadable { root: root.to_owned(), reason: error.to_string() },
    }
}

/// What tells one file or folder from another, whatever it is called.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    #[cfg(unix)]
    Node { device: u64, inode: u64 },
    #[cfg_attr(unix, expect(dead_code, reason = "only where files have no numbers"))]
    Path(PathBuf),
}

impl Place {
    #[cfg(unix)]
    fn of(_path: &Path, metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self::Node { device: metadata.dev(), inode: metadata.ino() }
    }

    #[cfg(not(unix))]
    fn of(path: &Path, _metadata: &Metadata) -> Self {
        Self::Path(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
    }
}

struct Walk<'a> {
    root: &'a Path,
    should_stop: &'a (dyn Fn() -> bool + Sync),
    found: &'a mut dyn FnMut(Result<FoundFile, ScanFault>),
    /// Folders and files met under their own name or through a link.
    seen: BTreeSet<Place>,
    /// Links below the root, to be followed at the end.
    links: Vec<PathBuf>,
}

impl Walk<'_> {
    /// Looks through a folder, already opened, and all below it.
    fn folders(&mut self, relative: &Path, opened: fs::ReadDir) -> Result<(), ScanError> {
        let mut waiting = self.folder(relative, opened)?;
        waiting.reverse();
        while let Some(relative) = waiting.pop() {
            let path = self.root.join(&relative);
            self.check()?;
            let metadata = match fs::metadata(&path) {
                Ok(metadata) => metadata,
                Err(error) => {
                    self.fault(relative, true, &error);
                    continue;
                }
            };
            if !self.seen.insert(Place::of(&path, &metadata)) {
                continue;
            }
            self.check()?;
            match fs::read_dir(&path) {
                Ok(opened) => {
                    let mut below = self.folder(&relative, opened)?;
                    below.reverse();
                    waiting.append(&mut below);
                }
                Err(error) => self.fault(relative, true, &error),
            }
        }
        Ok(())
    }

    /// Reports the files of one folder and gives the folders in it.
    fn folder(&mut self, relative: &Path, opened: fs::ReadDir) -> Result<Vec<PathBuf>, ScanError> {
        let mut entries = Vec::new();
        for entry in opened {
            self.check()?;
            match entry {
                Ok(entry) => entries.push(entry),
                Err(error) => self.fault(relative.to_owned(), true, &error),
            }
        }
        entries.sort_by_cached_key(fs::DirEntry::file_name);
        let mut below = Vec::new();
        for entry in entries {
            let name = entry.file_name();
            if is_hidden(&name) {
                continue;
            }
            self.check()?;
            let relative = relative.join(&name);
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => self.links.push(relative),
                Ok(kind) if kind.is_dir() || kind.is_file() => {
                    self.entry(relative, kind, entry.metadata(), &mut below);
                }
                // Pipes, sockets and devices hold no picture, and opening one may block.
                Ok(_) => {}
                Err(error) => self.fault(relative, false, &error),
            }
        }
        Ok(below)
    }

    fn entry(
        &mut self,
        relative: PathBuf,
        kind: FileType,
        metadata: io::Result<Metadata>,
        below: &mut Vec<PathBuf>,
    ) {
        match metadata {
            Ok(metadata) if has_hidden_attribute(&metadata) => {}
            Ok(_) if kind.is_dir() => below.push(relative),
            Ok(metadata) => {
                // Only files of the walk without links: hard links are files of their own.
                self.seen.insert(Place::of(&self.root.join(&relative), &metadata));
                self.report(relative, &metadata);
            }
            Err(error) => self.fault(relative, kind.is_dir(), &error),
        }
    }

    /// Takes what a link leads to, unless it was seen already.
    fn link(&mut self, relative: &Path) -> Result<(), ScanError> {
        self.check()?;
        let path = self.root.join(relative);
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) => {
                self.fault(relative.to_owned(), false, &error);
                return Ok(());
            }
        };
        if !(metadata.is_dir() || metadata.is_file()) || !self.seen.insert(Place::of(&path, &metadata)) {
            return Ok(());
        }
        if metadata.is_file() {
            self.report(relative.to_owned(), &metadata);
            return Ok(());
        }
        if self.leads_astray(&path) {
            return Ok(());
        }
        self.check()?;
        match fs::read_dir(&path) {
            Ok(opened) => self.folders(relative, opened),
            Err(error) => {
                self.fault(relative.to_owned(), true, &error);
                Ok(())
            }
        }
    }

    /// Whether a link leads to what this folder lies in, with all that lies beside it, or to what the system shows as files.
    fn leads_astray(&self, link: &Path) -> bool {
        const OF_THE_SYSTEM: [&str; 3] = ["/dev", "/proc", "/sys"];
        let (Ok(target), Ok(root)) = (fs::canonicalize(link), fs::canonicalize(self.root)) else {
            return true;
        };
        root.starts_with(&target) || OF_THE_SYSTEM.iter().any(|system| target.starts_with(system))
    }

    fn report(&mut self, relative: PathBuf, metadata: &Metadata) {
        (self.found)(Ok(FoundFile {
            relative,
            size_bytes: metadata.len(),
            modified_ns: modified_ns(metadata),
        }));
    }

    fn fault(&mut self, relative: PathBuf, is_folder: bool, error: &io::Error) {
        (self.found)(Err(ScanFault { relative, is_folder, reason: error.to_string() }));
    }

    fn check(&self) -> Result<(), ScanError> {
        if (self.should_stop)() { Err(ScanError::Stopped) } else { Ok(()) }
    }

    fn is_root_there(&self) -> Result<bool, ScanError> {
        self.check()?;
        Ok(fs::metadata(self.root).is_ok_and(|metadata| metadata.is_dir()))
    }
}

/// Last change in nanoseconds since 1970, as [`FoundFile::modified_ns`] has it.
#[must_use]
pub fn modified_ns(metadata: &Metadata) -> i64 {
    let Ok(modified) = metadata.modified() else { return 0 };
    match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |ns| -ns),
    }
}

/// Whether a file or folder of this name is left out: hidden ones, bins, thumbnails of other programs.
#[must_use]
pub fn is_hidden(name: &OsStr) -> bool {
    const OF_THE_SYSTEM: [&str; 9] = [
        "$RECYCLE.BIN",
        "System Volume Information",
        "lost+found",
        "@eaDir",
        "#recycle",
        "__MACOSX",
        "Thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
    ];
    name.as_encoded_bytes().first() == Some(&b'.')
        || OF_THE_SYSTEM.iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(windows)]
fn has_hidden_attribute(metadata: &Metadata) -> bool {
    use std::os::windows::fs::MetadataExt as _;
    const HIDDEN: u32 = 2;
    const SYSTEM: u32 = 4;
    metadata.file_attributes() & (HIDDEN | SYSTEM) != 0
}

#[cfg(target_os = "macos")]
fn has_hidden_attribute(metadata: &Metadata) -> bool {
    use std::os::macos::fs::MetadataExt as _;
    const HIDDEN: u32 = 0x8000;
    metadata.st_flags() & HIDDEN != 0
}

#[cfg(not(any(windows, target_os = "macos")))]
fn has_hidden_attribute(_metadata: &Metadata) -> bool {
    false
}

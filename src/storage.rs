//! Where Vitrine keeps its state, and how a file of it is written and read.
//!
//! A file is replaced as a whole: written beside the old one, synced, renamed over it. At every moment, through
//! a crash and a full disk, either the old or the new content is there. What is read may still be damaged, from
//! another version or edited by hand; then the program starts with defaults, says so, and keeps the file aside.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf, absolute};
use std::sync::atomic::{AtomicU64, Ordering};

use directories::ProjectDirs;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Names the folder that holds all state, as `--data-dir` does; the flag wins.
pub const DATA_DIR_VARIABLE: &str = "VITRINE_DATA_DIR";

/// A file or folder of the program's own that does not work.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The system names no home folder.
    #[error("no home folder is known; name a folder for Vitrine's files with --data-dir")]
    NoHome,
    /// The disk, or the user's share of it, is full. What was there before is unchanged.
    #[error("the disk is full; free some space and try again: {0}")]
    NoSpace(PathBuf),
    /// The user may not write there. What was there before is unchanged.
    #[error("no permission to write; change the permissions or choose another folder: {0}")]
    NoPermission(PathBuf),
    /// Another refusal of the system, for this path. What was there before is unchanged.
    #[error("could not be written ({0}): {1}")]
    Io(#[source] io::Error, PathBuf),
    /// Data that RON cannot express, with what it said and the file that was not written.
    #[error("could not be put into words ({0}); please report this fault: {1}")]
    Unwritable(String, PathBuf),
}

impl StorageError {
    fn from_io(source: io::Error, path: &Path) -> Self {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::NoSpace(path),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::NoPermission(path),
            _ => Self::Io(source, path),
        }
    }
}

/// The folders of the program, all absolute. None is made before something is written into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directories {
    /// Catalogs and embeddings: what costs time to make again.
    pub data: PathBuf,
    /// Settings and layouts.
    pub config: PathBuf,
    /// What can be lost at any time.
    pub cache: PathBuf,
    /// Downloaded weights.
    pub models: PathBuf,
}

impl Directories {
    /// From `--data-dir` or the environment, all in one place; else where the platform wants them.
    ///
    /// # Errors
    /// [`StorageError::NoHome`] when nothing was named and there is no home folder; another one when the path
    /// is relative and the current folder gone.
    pub fn resolve(data_dir: Option<&Path>) -> Result<Self, StorageError> {
        Self::resolve_from(data_dir, env::var_os(DATA_DIR_VARIABLE))
    }

    /// [`Self::resolve`] with the value of the variable; an empty one counts as none.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn resolve_from(flag: Option<&Path>, variable: Option<OsString>) -> Result<Self, StorageError> {
        let named = flag.map(Path::to_owned).or(variable.map(PathBuf::from));
        if let Some(root) = named.filter(|path| !path.as_os_str().is_empty()) {
            // The program may change its folder later, the state must not move with it.
            let root = absolute(&root).map_err(|error| StorageError::from_io(error, &root))?;
            return Ok(Self {
                data: root.join("data"),
                config: root.join("config"),
                cache: root.join("cache"),
                models: root.join("models"),
            });
        }
        let platform = ProjectDirs::from("org", "Vitrine", "vitrine").ok_or(StorageError::NoHome)?;
        let data = platform.data_local_dir();
        Ok(Self {
            data: data.to_owned(),
            config: platform.config_dir().to_owned(),
            cache: platform.cache_dir().to_owned(),
            models: data.join("models"),
        })
    }
}

/// Makes a folder and those above it, where they are missing.
///
/// # Errors
/// [`StorageError`] when that is refused.
pub fn ensure_folder(path: &Path) -> Result<&Path, StorageError> {
    fs::create_dir_all(path).map(|()| path).map_err(|error| StorageError::from_io(error, path))
}

/// Takes the lock that a file stands for, made when it is missing; `None` while another process holds it. It is held until
/// the file is dropped, or the process ends in whatever way. Where the file system knows no locks everybody gets it.
///
/// # Errors
/// When the file can be neither opened nor made.
pub fn try_lock(path: &Path) -> Result<Option<File>, StorageError> {
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = opened.map_err(|error| StorageError::from_io(error, path))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Ok(None),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(file)),
    }
}

/// Replaces the content of a file, or makes it and its folder; all of it or nothing. A link stays a link.
///
/// # Errors
/// [`StorageError`] when the file could not be written; then it is as it was.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = ensure_folder(folder.unwrap_or(Path::new(".")))?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let part = folder.join(format!(".vitrine-{}-{count}.tmp", std::process::id()));
    write_synced_and_rename(&part, &target, bytes).map_err(|error| {
        fs::remove_file(&part).ok();
        StorageError::from_io(error, path)
    })?;
    // Without it a power cut may bring the old file back, which is whole too. Windows opens no folders.
    OpenOptions::new().read(true).open(folder).and_then(|folder| folder.sync_all()).ok();
    Ok(())
}

/// How old an unfinished file is before it is taken for one that nobody finishes any more.
const UNFINISHED_AFTER: std::time::Duration = std::time::Duration::from_mins(10);

/// Removes what [`write_atomic`] left in a folder when its process was killed. Failures are none: it is only tidying.
pub fn sweep_unfinished(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| {
            let number = name.strip_prefix(".vitrine-").and_then(|name| name.strip_suffix(".tmp"));
            number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
        });
        let is_old = || {
            let modified = entry.metadata().and_then(|file| file.modified()).ok()?;
            Some(modified.elapsed().ok()? > UNFINISHED_AFTER)
        };
        if is_ours && is_old() == Some(true) {
            fs::remove_file(entry.path()).ok();
        }
    }
}

fn write_synced_and_rename(part: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    // Not `create_new`: a process that had this id before may have been killed over the same name.
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(part)?;
    if let Ok(old) = fs::metadata(target) {
        file.set_permissions(old.permissions()).ok();
    }
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(part, target)
}

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u32,
    data: T,
}

/// Reads only the number, whatever the rest looks like.
#[derive(Deserialize)]
struct VersionOnly {
    version: u32,
}

/// Writes `data` as RON behind the version of its shape.
///
/// # Errors
/// As [`write_atomic`]; [`StorageError::Unwritable`] for data that RON cannot express.
pub fn save_ron<T: Serialize>(path: &Path, version: u32, data: &T) -> Result<(), StorageError> {
    let text = ron::ser::to_string_pretty(&Versioned { version, data }, ron::ser::PrettyConfig::default())
        .map_err(|error| StorageError::Unwritable(error.to_string(), path.to_owned()))?;
    write_atomic(path, format!("{text}\n").as_bytes())
}

/// Reads what [`save_ron`] wrote. A missing file gives the default; one that is damaged or of another version
/// gives the default and a warning for the user, and is kept as `<name>.bad`.
pub fn load_ron<T: DeserializeOwned + Default>(path: &Path, version: u32) -> (T, Option<String>) {
    let text = match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| "it is not text".to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => return (T::default(), None),
        // Nothing is known to be wrong with the content, so the file stays where it is.
        Err(error) => {
            let warning = format!("Not readable ({error}), so defaults are used: {}", path.display());
            return (T::default(), Some(warning));
        }
    };
    match text.and_then(|text| parse(&text, version)) {
        Ok(data) => (data, None),
        Err(why) => (T::default(), Some(set_aside(path, &why))),
    }
}

fn parse<T: DeserializeOwned>(text: &str, version: u32) -> Result<T, String> {
    let found = ron::from_str::<VersionOnly>(text).map_err(|error| error.to_string())?.version;
    if found != version {
        return Err(format!("it has version {found}, this program reads version {version}"));
    }
    ron::from_str::<Versioned<T>>(text).map(|file| file.data).map_err(|error| error.to_string())
}

/// Renames a file that could not be used, and says so.
fn set_aside(path: &Path, why: &str) -> String {
    // What was kept aside before is kept too.
    let names = std::iter::once("bad".to_owned()).chain((2..100).map(|number| format!("bad{number}")));
    let aside = names
        .map(|ending| path.with_added_extension(ending))
        .find(|name| !name.exists())
        .unwrap_or_else(|| path.with_added_extension("bad"));
    let fate = match fs::rename(path, &aside) {
        Ok(()) => format!("kept as {}", aside.display()),
        Err(error) => format!("could not be kept aside ({error}): {}", path.display()),
    };
    let name = path.file_name().unwrap_or_default().display();
    format!("{name} cannot be used ({why}); defaults take its place; {fate}")
}

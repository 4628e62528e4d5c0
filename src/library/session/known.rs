//! Which libraries there are: a folder of ours for each, with a note whose it is.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::storage::{self, Directories, StorageError};

const VERSION: u32 = 1;
const NOTE: &str = "library.ron";

/// The note in a library's folder.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Note {
    /// For people who look into the folder.
    root: String,
    /// The same for the program: a name need not be text.
    root_bytes: Vec<u8>,
}

/// Where the folders of all libraries are.
fn all(directories: &Directories) -> PathBuf {
    directories.data.join("libraries")
}

/// The one path of a user's folder, however it was written, whether it is there now or not. Where it is not, the part
/// that is there decides.
pub fn canonical(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for part in absolute.ancestors() {
        if let Ok(there) = dunce::canonicalize(part) {
            let mut whole = there;
            for component in absolute.strip_prefix(part).unwrap_or(Path::new("")).components() {
                match component {
                    Component::ParentDir => drop(whole.pop()),
                    other => whole.push(other),
                }
            }
            return whole;
        }
    }
    absolute
}

/// Our folder for a user's folder. Its name is a digest: a path may be longer than a name can be.
pub fn folder_of(directories: &Directories, root: &Path) -> PathBuf {
    let digest = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
    all(directories).join(digest.as_str().get(..16).unwrap_or_default())
}

/// Writes the note, unless it is there: a library can be searched on a full disk too.
///
/// # Errors
/// [`StorageError`] when that is refused.
pub fn remember(folder: &Path, root: &Path) -> Result<(), StorageError> {
    let path = folder.join(NOTE);
    if path.is_file() && path_of(&storage::load_ron::<Note>(&path, VERSION).0) == root {
        return Ok(());
    }
    let note =
        Note { root: root.display().to_string(), root_bytes: root.as_os_str().as_encoded_bytes().to_vec() };
    storage::save_ron(&path, VERSION, &note)
}

/// The folders of the user that have a library, in the order of their names.
pub fn roots(directories: &Directories) -> Vec<PathBuf> {
    let mut roots = Vec::new();
    for folder in fs::read_dir(all(directories)).into_iter().flatten().flatten() {
        let note = folder.path().join(NOTE);
        if !note.is_file() {
            continue;
        }
        let (note, warning) = storage::load_ron::<Note>(&note, VERSION);
        if let Some(warning) = warning {
            log::warn!("{warning}");
        }
        let root = path_of(&note);
        // Only what would be found again under this name: else a damaged note would give a library that is not there.
        if folder_of(directories, &root) == folder.path() {
            roots.push(root);
        }
    }
    roots.sort();
    roots
}

#[cfg(unix)]
fn path_of(note: &Note) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(&note.root_bytes))
}

#[cfg(not(unix))]
fn path_of(note: &Note) -> PathBuf {
    String::from_utf8(note.root_bytes.clone()).map_or_else(|_| PathBuf::from(&note.root), PathBuf::from)
}

/// Deletes all that is kept of a user's folder; nothing of theirs.
///
/// # Errors
/// What the system says.
pub fn forget(directories: &Directories, root: &Path) -> std::io::Result<bool> {
    let folder = folder_of(directories, root);
    match fs::remove_dir_all(folder) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_found_again_by_their_folders() {
        let place = tempfile::tempdir().unwrap();
        let directories = Directories::resolve(Some(place.path())).unwrap();
        assert!(roots(&directories).is_empty());
        for root in ["/photos/a", "/photos/ü b"] {
            remember(&folder_of(&directories, Path::new(root)), Path::new(root)).unwrap();
        }
        assert_eq!(roots(&directories), [Path::new("/photos/a"), Path::new("/photos/ü b")]);
        assert!(forget(&directories, Path::new("/photos/a")).unwrap());
        assert!(!forget(&directories, Path::new("/photos/a")).unwrap());
        assert_eq!(roots(&directories), [Path::new("/photos/ü b")]);
    }

    #[test]
    fn a_folder_has_one_path_there_or_away() {
        let place = tempfile::tempdir().unwrap();
        let here = dunce::canonicalize(place.path()).unwrap();
        fs::create_dir(here.join("photos")).unwrap();
        for (written, meant) in [
            ("photos/", "photos"),
            ("photos/../photos/.", "photos"),
            ("away/", "away"),
            ("photos/../away/./2023//", "away/2023"),
        ] {
            assert_eq!(canonical(&here.join(written)), here.join(meant));
            assert_eq!(canonical(&here.join(written)).as_os_str(), here.join(meant).as_os_str());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_root_need_not_be_text() {
        use std::os::unix::ffi::OsStrExt as _;
        let place = tempfile::tempdir().unwrap();
        let directories = Directories::resolve(Some(place.path())).unwrap();
        let root = Path::new(std::ffi::OsStr::from_bytes(b"/photos/\xff\xfe"));
        remember(&folder_of(&directories, root), root).unwrap();
        assert_eq!(roots(&directories), [root]);
    }
}

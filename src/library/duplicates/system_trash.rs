//! The system's trash.

use std::path::{Path, PathBuf};

use super::trash::Trash;

/// The system's own trash.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemTrash;

impl Trash for SystemTrash {
    fn discard(&self, path: &Path) -> Result<(), String> {
        ::trash::delete(path)
            .map_err(|error| format!("the system's trash did not take it: {}", in_words(error)))
    }

    fn can_restore(&self) -> bool {
        cfg!(any(windows, all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android")))))
    }

    fn restore(&self, paths: &[PathBuf]) -> Vec<Result<(), String>> {
        restore(paths)
    }
}

/// What went wrong, without the names of the error's parts.
fn in_words(error: ::trash::Error) -> String {
    use ::trash::Error;
    match error {
        Error::Unknown { description } | Error::Os { description, .. } => description,
        Error::CouldNotAccess { .. } => {
            "it cannot be reached; is it open elsewhere, or is its drive gone?".into()
        }
        #[cfg(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android"))))]
        Error::FileSystem { source, .. } => source.to_string(),
        other => other.to_string(),
    }
}

#[cfg(any(windows, all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android")))))]
fn restore(paths: &[PathBuf]) -> Vec<Result<(), String>> {
    use ::trash::os_limited::{list, restore_all};

    let mut items = match list() {
        Ok(items) => items,
        Err(error) => {
            return paths.iter().map(|_| Err(format!("the trash cannot be read: {error}"))).collect();
        }
    };
    // The last that went is the first taken back, so that a path that was used twice gives its newer file.
    items.sort_by_key(|item| item.time_deleted);
    let bring_back = |path: &PathBuf| {
        let path = as_recorded(path);
        let at = items.iter().rposition(|item| item.original_path() == path);
        let item =
            at.map(|at| items.remove(at)).ok_or_else(|| "it is not in the trash any more".to_owned())?;
        restore_all([item]).map_err(|error| match error {
            ::trash::Error::RestoreCollision { .. } => "another file has taken its place".into(),
            error => format!("the trash did not give it back: {}", in_words(error)),
        })
    };
    paths.iter().map(bring_back).collect()
}

/// The trash knows files by the true path of their folder.
#[cfg(any(windows, all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android")))))]
fn as_recorded(path: &Path) -> PathBuf {
    let folder = path.parent().and_then(|folder| dunce::canonicalize(folder).ok());
    folder.zip(path.file_name()).map_or_else(|| path.to_owned(), |(folder, name)| folder.join(name))
}

#[cfg(not(any(
    windows,
    all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android")))
)))]
fn restore(paths: &[PathBuf]) -> Vec<Result<(), String>> {
    paths.iter().map(|_| Err("take it out of the trash by hand: this system offers no way".into())).collect()
}

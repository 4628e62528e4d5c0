//! Folders, whole-file writes and versioned state.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use vitrine::storage::{Directories, StorageError, load_ron, save_ron, write_atomic};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Settings {
    zoom: f32,
    recent: Vec<PathBuf>,
    theme: Option<String>,
}

fn settings() -> Settings {
    Settings { zoom: 1.25, recent: vec!["/data/Kochsalz ü.cif".into()], theme: Some("dark \"2\"".into()) }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_named_folder_holds_everything_and_the_flag_wins() {
    let variable = || Some(OsString::from("/from/variable"));
    let of_flag = Directories::resolve_from(Some(Path::new("/from/flag")), variable()).unwrap();
    let of_variable = Directories::resolve_from(None, variable()).unwrap();
    for (directories, root) in [(of_flag, "/from/flag"), (of_variable, "/from/variable")] {
        let root = std::path::absolute(root).unwrap();
        let Directories { data, config, cache, models } = directories;
        let all = [data, config, cache, models];
        assert!(all.iter().all(|folder| folder.parent() == Some(&root)), "{all:?}");
        assert!(all.iter().enumerate().all(|(i, folder)| !all[..i].contains(folder)), "{all:?}");
    }
}

#[test]
fn a_relative_folder_is_made_absolute_and_an_empty_variable_is_none() {
    let relative = Directories::resolve_from(Some(Path::new("state")), None).unwrap();
    assert_eq!(relative.cache, std::env::current_dir().unwrap().join("state").join("cache"));
    let empty = Directories::resolve_from(None, Some(OsString::new()));
    let none = Directories::resolve_from(None, None);
    // Without a home folder both fail alike.
    assert_eq!(empty.ok(), none.ok());
}

#[test]
fn resolving_makes_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    Directories::resolve_from(Some(folder.path()), None).unwrap();
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_write_makes_its_folder_and_leaves_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a").join("b").join("file.txt");
    write_atomic(&path, b"one").unwrap();
    write_atomic(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(names(path.parent().unwrap()), ["file.txt"]);
}

#[test]
fn a_failed_write_leaves_the_old_state_and_no_temporary_file() {
    let folder = tempfile::tempdir().unwrap();
    // A folder cannot be replaced by a file, so the rename fails after the writing went well.
    let taken = folder.path().join("taken");
    fs::create_dir(&taken).unwrap();
    fs::write(taken.join("inside"), b"kept").unwrap();
    let error = write_atomic(&taken, b"new").unwrap_err();
    assert!(error.to_string().ends_with(&taken.display().to_string()), "path last: {error}");
    assert_eq!((names(folder.path()), names(&taken)), (vec!["taken".to_owned()], vec!["inside".to_owned()]));

    let below_a_file = taken.join("inside").join("file");
    assert!(matches!(write_atomic(&below_a_file, b"new"), Err(StorageError::Io(..))));
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::write(&real, b"old").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
    symlink(&real, &link).unwrap();
    write_atomic(&link, b"new").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&real).unwrap(), b"new");
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn what_was_saved_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.ron");
    assert_eq!(load_ron::<Settings>(&path, 2), (Settings::default(), None), "missing is no fault");
    save_ron(&path, 2, &settings()).unwrap();
    assert_eq!(load_ron(&path, 2), (settings(), None));
    assert!(fs::read_to_string(&path).unwrap().starts_with("(\n    version: 2,\n"));
}

#[test]
fn another_version_is_set_aside_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.ron");
    // Its data has another shape, and the version is what the user is told about.
    save_ron(&path, 1, &vec![1, 2, 3]).unwrap();
    let (loaded, warning) = load_ron::<Settings>(&path, 2);
    let warning = warning.unwrap();
    assert_eq!(loaded, Settings::default());
    assert!(warning.contains("version 1") && warning.ends_with("settings.ron.bad"), "{warning}");
    assert_eq!(names(folder.path()), ["settings.ron.bad"]);
    assert_eq!(load_ron::<Settings>(&path, 2).1, None, "warned once");
}

#[test]
fn a_damaged_file_is_set_aside_beside_earlier_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.ron");
    save_ron(&path, 2, &settings()).unwrap();
    let whole = fs::read(&path).unwrap();
    let damaged: [&[u8]; 4] = [b"", b"\xff\xfe\x00", &whole[..whole.len() / 2], b"(version: 2, data: 7)"];
    for (bytes, name) in damaged.into_iter().zip(["bad", "bad2", "bad3", "bad4"]) {
        fs::write(&path, bytes).unwrap();
        let (loaded, warning) = load_ron::<Settings>(&path, 2);
        assert_eq!(loaded, Settings::default());
        let aside = format!("settings.ron.{name}");
        let warning = warning.unwrap();
        assert!(warning.contains("defaults take its place") && warning.ends_with(&aside), "{warning}");
        assert_eq!(fs::read(folder.path().join(aside)).unwrap(), bytes);
    }
}

#[test]
fn a_file_that_cannot_be_read_stays_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.ron");
    fs::create_dir(&path).unwrap();
    let (loaded, warning) = load_ron::<Settings>(&path, 2);
    assert_eq!(loaded, Settings::default());
    assert!(warning.unwrap().ends_with("settings.ron"));
    assert_eq!(names(folder.path()), ["settings.ron"]);
}

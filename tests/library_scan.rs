//! Looking through folders: what is found, what is left out, links, faults.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use vitrine::library::scan::{FoundFile, ScanError, ScanFault, scan};

fn all(root: &Path) -> (Vec<FoundFile>, Vec<ScanFault>) {
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    let mut found = |outcome| match outcome {
        Ok(file) => files.push(file),
        Err(fault) => faults.push(fault),
    };
    scan(root, &|| false, &mut found).unwrap();
    (files, faults)
}

fn names(root: &Path) -> Vec<String> {
    let (files, faults) = all(root);
    assert!(faults.is_empty(), "{faults:?}");
    files.iter().map(|file| file.relative.to_string_lossy().replace('\\', "/")).collect()
}

fn write(root: &Path, relative: &str) -> PathBuf {
    let path = root.join(relative);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, relative).unwrap();
    path
}

#[test]
fn files_are_found_in_order_and_hidden_ones_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for name in ["b.jpg", "a.jpg", "trips/rome/2.png", "trips/1.png", "notes.txt", "trips/oslo/3.png"] {
        write(root, name);
    }
    for name in [
        ".hidden.jpg",
        ".thumbnails/x.jpg",
        "$RECYCLE.BIN/y.jpg",
        "trips/@eaDir/z.jpg",
        "Thumbs.db",
        "desktop.INI",
    ] {
        write(root, name);
    }
    assert_eq!(
        names(root),
        ["a.jpg", "b.jpg", "notes.txt", "trips/1.png", "trips/oslo/3.png", "trips/rome/2.png"]
    );
}

#[test]
fn size_and_time_of_a_file_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "a.jpg");
    let (files, _) = all(folder.path());
    assert_eq!((files[0].size_bytes, files[0].relative.as_path()), (5, Path::new("a.jpg")));
    let before_1970 = std::time::UNIX_EPOCH - std::time::Duration::from_millis(1500);
    fs::File::options().write(true).open(&path).unwrap().set_modified(before_1970).unwrap();
    assert_eq!(all(folder.path()).0[0].modified_ns, -1_500_000_000);
}

#[test]
fn a_scan_can_be_stopped_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    for name in 0..50 {
        write(folder.path(), &format!("{name}.jpg"));
    }
    let count = AtomicU32::new(0);
    let mut found = |_| {
        count.fetch_add(1, Ordering::Relaxed);
    };
    let stops = || count.load(Ordering::Relaxed) >= 3;
    assert!(matches!(scan(folder.path(), &stops, &mut found), Err(ScanError::Stopped)));
    assert_eq!(count.load(Ordering::Relaxed), 3);
}

#[test]
fn a_missing_root_is_an_error_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let error = |path: &Path| scan(path, &|| false, &mut |_| {}).unwrap_err();
    let missing = error(&folder.path().join("nowhere"));
    assert!(matches!(missing, ScanError::NoFolder(_)));
    assert!(missing.to_string().contains("is its drive connected"));
    assert!(matches!(error(&write(folder.path(), "file")), ScanError::NotAFolder(_)));
}

#[test]
fn a_root_that_disappears_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("card");
    write(&root, "a/1.jpg");
    write(&root, "b/2.jpg");
    let mut seen = 0;
    let mut found = |_| {
        seen += 1;
        let _ = fs::remove_dir_all(&root);
    };
    assert!(matches!(scan(&root, &|| false, &mut found), Err(ScanError::Disappeared(_))));
    // The picture, and the folder that is unknown now.
    assert_eq!(seen, 2);
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn links_are_followed_once_and_loops_end() {
        let folder = tempfile::tempdir().unwrap();
        let (root, elsewhere) = (folder.path().join("root"), folder.path().join("elsewhere"));
        write(&root, "real/a.jpg");
        write(&elsewhere, "b.jpg");
        write(&elsewhere, "deep/c.jpg");
        let single = write(&folder.path().join("third"), "d.jpg");
        // To itself, to a parent, to each other, to something inside that has its own name.
        symlink(&root, root.join("loop")).unwrap();
        symlink("..", root.join("real/up")).unwrap();
        symlink(root.join("real"), root.join("alias")).unwrap();
        symlink(root.join("real/a.jpg"), root.join("a-again.jpg")).unwrap();
        // To the outside, twice; from there back and on.
        symlink(&elsewhere, root.join("outside")).unwrap();
        symlink(&elsewhere, root.join("outside-again")).unwrap();
        symlink(&root, elsewhere.join("back")).unwrap();
        symlink(&single, root.join("linked.jpg")).unwrap();
        // To what all of this lies in, and to what is no folder of anybody.
        symlink(folder.path(), root.join("around")).unwrap();
        symlink("/dev", root.join("devices")).unwrap();
        assert_eq!(names(&root), ["real/a.jpg", "linked.jpg", "outside/b.jpg", "outside/deep/c.jpg"]);
    }

    #[test]
    fn a_link_to_nothing_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        symlink("nowhere", folder.path().join("broken")).unwrap();
        write(folder.path(), "a.jpg");
        let (files, faults) = all(folder.path());
        assert_eq!((files.len(), faults.len()), (1, 1));
        assert_eq!(faults[0].relative, Path::new("broken"));
    }

    #[test]
    fn an_unreadable_folder_is_told_and_the_rest_is_found() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a/1.jpg");
        write(folder.path(), "b/2.jpg");
        let closed = folder.path().join("a");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).unwrap();
        let is_readable_anyway = fs::read_dir(&closed).is_ok();
        let (files, faults) = all(folder.path());
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
        // Root may read everything; nothing can be closed to it.
        if !is_readable_anyway {
            assert_eq!(files.len(), 1);
            assert!(faults[0].is_folder && faults[0].relative == Path::new("a"));
        }
        assert_eq!(files.last().unwrap().relative, Path::new("b/2.jpg"));
    }

    #[test]
    fn names_may_be_any_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let name = OsStr::from_bytes(b"caf\xe9 \xff.jpg");
        fs::write(folder.path().join(name), b"x").unwrap();
        let (files, _) = all(folder.path());
        assert_eq!(files[0].relative.as_os_str().as_bytes(), b"caf\xe9 \xff.jpg");
    }

    #[test]
    fn pipes_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe.jpg");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        write(folder.path(), "a.jpg");
        assert!(made.is_ok_and(|status| status.success()));
        assert_eq!(names(folder.path()), ["a.jpg"]);
    }
}

//! What files are, by their names, and what folders hold: enough to choose who opens them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::crystal::io::Format as StructureFormat;

const PICTURES: [&str; 20] = [
    "jpg", "jpeg", "jpe", "png", "webp", "tif", "tiff", "gif", "bmp", "qoi", "tga", "hdr", "exr", "heic",
    "heif", "avif", "jxl", "pic", "apng", "jfif",
];
const RAW: [&str; 20] = [
    "dng", "cr2", "cr3", "nef", "nrw", "arw", "sr2", "srf", "orf", "rw2", "raf", "pef", "srw", "3fr", "iiq",
    "erf", "mef", "mos", "dcr", "rwl",
];
/// Entries that are looked at to tell what a folder holds.
const LOOKED_AT: usize = 4000;

/// Whether an ending is that of a camera's raw file.
pub fn is_raw_ending(ending: &OsStr) -> bool {
    RAW.iter().any(|raw| ending.eq_ignore_ascii_case(raw))
}

/// Whether a file is called like a picture.
pub fn is_picture_name(path: &Path) -> bool {
    path.extension().is_some_and(|ending| {
        is_raw_ending(ending) || PICTURES.iter().any(|known| ending.eq_ignore_ascii_case(known))
    })
}

/// What something that was dropped or named is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A picture file.
    Picture,
    /// A folder with pictures and no structures.
    PictureFolder,
    /// A structure file, or a folder with structures and no pictures.
    Structures,
    /// A folder with both.
    MixedFolder,
    /// Anything else.
    Other,
}

/// Looks what each is. Reads folders, so not while a frame is drawn.
pub fn sort(paths: &[PathBuf]) -> Vec<(PathBuf, Kind)> {
    paths.iter().map(|path| (path.clone(), kind_of(path))).collect()
}

fn kind_of(path: &Path) -> Kind {
    if path.is_dir() {
        return folder_kind(path);
    }
    match by_name(path) {
        (true, _) => Kind::Picture,
        (_, true) => Kind::Structures,
        _ => Kind::Other,
    }
}

/// Whether a name is that of a picture, and of a structure.
fn by_name(path: &Path) -> (bool, bool) {
    let is_structure = || StructureFormat::detect(path.file_name().unwrap_or_default(), b"").is_some();
    let is_picture = is_picture_name(path);
    (is_picture, !is_picture && is_structure())
}

/// Goes through the folder breadth first: what lies near its top tells what it is for.
fn folder_kind(folder: &Path) -> Kind {
    let (mut pictures, mut structures) = (false, false);
    let mut waiting = std::collections::VecDeque::from([folder.to_owned()]);
    let mut left = LOOKED_AT;
    while let Some(folder) = waiting.pop_front() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if left == 0 || (pictures && structures) {
                waiting.clear();
                break;
            }
            left -= 1;
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => waiting.push_back(entry.path()),
                Ok(kind) if kind.is_file() => {
                    let (is_picture, is_structure) = by_name(&entry.path());
                    pictures |= is_picture;
                    structures |= is_structure;
                }
                _ => {}
            }
        }
    }
    match (pictures, structures) {
        (true, true) => Kind::MixedFolder,
        (true, false) => Kind::PictureFolder,
        (false, true) => Kind::Structures,
        (false, false) => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_what_they_hold() {
        let place = tempfile::tempdir().unwrap();
        let make = |name: &str| {
            let path = place.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, b"").unwrap();
        };
        for name in ["photos/2023/a.JPG", "cells/deep/b.cif", "both/a.nef", "both/x/POSCAR", "none/c.txt"] {
            make(name);
        }
        let kind = |name: &str| kind_of(&place.path().join(name));
        assert_eq!(kind("photos"), Kind::PictureFolder);
        assert_eq!(kind("cells"), Kind::Structures);
        assert_eq!(kind("both"), Kind::MixedFolder);
        assert_eq!(kind("none"), Kind::Other);
        assert_eq!(kind("photos/2023/a.JPG"), Kind::Picture);
        assert_eq!(kind("cells/deep/b.cif"), Kind::Structures);
        assert_eq!(kind("missing"), Kind::Other);
    }
}

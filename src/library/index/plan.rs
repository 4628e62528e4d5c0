//! What a scan found against what the catalog knows.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::library::catalog::{Known, Stage};
use crate::library::scan::FoundFile;
use crate::library::{ContentHash, RowId};

/// A file that has to be read, and the row it has already.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// The file as it was found.
    pub file: FoundFile,
    /// Its row, when the catalog knows it.
    pub row: Option<RowId>,
}

/// Sorts what is found into what is new, changed, unfinished and unchanged.
#[derive(Debug)]
pub struct Plan {
    known: HashMap<PathBuf, Known>,
    /// Rows whose vectors are there.
    described: HashSet<RowId>,
    retries_failed: bool,
    seen: HashSet<PathBuf>,
    /// Folders that could not be looked into: what is known below them may still be there.
    unreadable: Vec<PathBuf>,
    /// XMP files and when they were changed.
    sidecars: HashMap<PathBuf, i64>,
    /// Pictures that the catalog has as they are.
    pub unchanged: u64,
    /// Those of them that could not be read.
    pub failed_before: u64,
    /// Rows that a run that was cut short left with a first look only.
    pub unfinished: Vec<Work>,
}

/// What to do with a found file now.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// Nothing, or later.
    Nothing,
    /// It is new.
    New(FoundFile),
    /// It was known with another size or time.
    Changed(Work),
    /// It was missing and is there again, as it was. What is not finished is among the unfinished too.
    Returned {
        /// Which.
        work: Work,
        /// Whether all is known of it.
        is_finished: bool,
    },
}

/// A known picture that was not found any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Missing {
    /// Its row.
    pub row: RowId,
    /// Where it was.
    pub relative: PathBuf,
    /// Its size.
    pub size_bytes: u64,
    /// Its content, when it was read completely.
    pub content: Option<ContentHash>,
    /// Whether an earlier run did not find it either.
    pub missed_before: bool,
}

impl Plan {
    /// For a catalog that knows this, with vectors for these rows; `retries_failed` as in
    /// [`super::IndexOptions::retries_failed`].
    pub fn new(known: HashMap<PathBuf, Known>, described: HashSet<RowId>, retries_failed: bool) -> Self {
        Self {
            known,
            described,
            retries_failed,
            seen: HashSet::new(),
            unreadable: Vec::new(),
            sidecars: HashMap::new(),
            unchanged: 0,
            failed_before: 0,
            unfinished: Vec::new(),
        }
    }

    /// Whether the catalog was empty, so that nothing can have moved.
    pub fn is_first(&self) -> bool {
        self.known.is_empty()
    }

    /// Takes a file that the scan found.
    pub fn found(&mut self, file: FoundFile) -> Verdict {
        if file.relative.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xmp")) {
            self.sidecars.insert(file.relative, file.modified_ns);
            return Verdict::Nothing;
        }
        let Some(known) = self.known.get(&file.relative) else { return Verdict::New(file) };
        self.seen.insert(file.relative.clone());
        let row = Some(known.row);
        if known.size_bytes != file.size_bytes || known.modified_ns != file.modified_ns {
            return Verdict::Changed(Work { file, row });
        }
        let is_finished = match known.stage {
            Stage::FirstLook => false,
            Stage::Full => self.described.contains(&known.row),
            Stage::Failed(_) => !self.retries_failed,
        };
        if !is_finished {
            self.unfinished.push(Work { file: file.clone(), row });
        }
        if known.is_missing {
            return Verdict::Returned { work: Work { file, row }, is_finished };
        }
        match known.stage {
            Stage::Failed(_) if is_finished => self.failed_before += 1,
            _ if is_finished => self.unchanged += 1,
            _ => {}
        }
        Verdict::Nothing
    }

    /// Takes a folder or file that the scan could not look at.
    pub fn unreadable(&mut self, relative: PathBuf) {
        self.unreadable.push(relative);
    }

    /// After the scan: what is known and was not found.
    pub fn missing(&self) -> Vec<Missing> {
        let mut missing: Vec<Missing> = self
            .known
            .iter()
            .filter(|(path, _)| !self.seen.contains(*path))
            .filter(|(path, _)| !self.unreadable.iter().any(|folder| path.starts_with(folder)))
            .map(|(path, known)| Missing {
                row: known.row,
                relative: path.clone(),
                size_bytes: known.size_bytes,
                content: known.content,
                missed_before: known.is_missing,
            })
            .collect();
        missing.sort_by_key(|missing| missing.row);
        missing
    }

    /// After the scan: files that are as they were but whose XMP file is not.
    pub fn sidecars_changed(&mut self) -> Vec<Work> {
        let mut works = Vec::new();
        let mut seen: Vec<&PathBuf> = self.seen.iter().collect();
        seen.sort();
        for path in seen {
            let Some(known) = self.known.get(path) else { continue };
            let is_finished = matches!(known.stage, Stage::Full) && self.described.contains(&known.row);
            if is_finished && self.sidecar_of(path) != known.sidecar_modified_ns {
                let file = FoundFile {
                    relative: path.clone(),
                    size_bytes: known.size_bytes,
                    modified_ns: known.modified_ns,
                };
                works.push(Work { file, row: Some(known.row) });
                if !known.is_missing {
                    self.unchanged = self.unchanged.saturating_sub(1);
                }
            }
        }
        works
    }

    /// When the XMP file of a picture was changed, if it has one.
    fn sidecar_of(&self, picture: &Path) -> Option<i64> {
        sidecar_names(picture).into_iter().find_map(|name| self.sidecars.get(&name).copied())
    }
}

/// Names that an XMP file of a picture may have, in order of preference: `a.jpg.xmp`, `a.xmp`, and both in capitals.
pub fn sidecar_names(picture: &Path) -> Vec<PathBuf> {
    ["xmp", "XMP"]
        .into_iter()
        .flat_map(|ending| [picture.with_added_extension(ending), picture.with_extension(OsStr::new(ending))])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, size_bytes: u64, modified_ns: i64) -> FoundFile {
        FoundFile { relative: PathBuf::from(name), size_bytes, modified_ns }
    }

    fn known(row: u32, size_bytes: u64, stage: Stage) -> Known {
        let content = Some(ContentHash::of(b"a"));
        Known {
            row: RowId(row),
            size_bytes,
            modified_ns: 1,
            stage,
            content,
            sidecar_modified_ns: None,
            is_missing: false,
        }
    }

    fn plan() -> Plan {
        let pictures = HashMap::from([
            ("a.jpg".into(), known(1, 10, Stage::Full)),
            ("b/c.jpg".into(), known(2, 10, Stage::FirstLook)),
            ("b/d.jpg".into(), known(3, 10, Stage::Full)),
        ]);
        Plan::new(pictures, HashSet::from([RowId(1), RowId(3)]), false)
    }

    #[test]
    fn files_are_new_changed_unfinished_or_unchanged() {
        let mut plan = plan();
        assert_eq!(plan.found(file("a.jpg", 10, 1)), Verdict::Nothing);
        assert_eq!(plan.found(file("b/c.jpg", 10, 1)), Verdict::Nothing);
        assert!(matches!(plan.found(file("b/d.jpg", 11, 1)), Verdict::Changed(_)));
        assert!(matches!(plan.found(file("e.jpg", 10, 1)), Verdict::New(_)));
        assert_eq!((plan.unchanged, plan.unfinished.len()), (1, 1));
        assert!(plan.missing().is_empty());
    }

    #[test]
    fn a_picture_without_its_vectors_is_unfinished() {
        let pictures = HashMap::from([("a.jpg".into(), known(1, 10, Stage::Full))]);
        let mut plan = Plan::new(pictures, HashSet::new(), false);
        plan.found(file("a.jpg", 10, 1));
        assert_eq!((plan.unchanged, plan.unfinished.len()), (0, 1));
    }

    #[test]
    fn what_lies_in_an_unreadable_folder_is_not_missing() {
        let mut plan = plan();
        plan.unreadable("b".into());
        let missing = plan.missing();
        assert_eq!(missing.len(), 1);
        assert_eq!(missing[0].relative, Path::new("a.jpg"));
    }

    #[test]
    fn a_picture_that_missed_before_returns() {
        let mut gone = known(1, 10, Stage::Full);
        gone.is_missing = true;
        let mut plan = Plan::new(HashMap::from([("a.jpg".into(), gone)]), HashSet::new(), false);
        assert!(plan.missing()[0].missed_before);
        // Its vectors are not there: it is looked at again.
        assert!(matches!(plan.found(file("a.jpg", 10, 1)), Verdict::Returned { is_finished: false, .. }));
        assert!(plan.missing().is_empty());
        assert_eq!(plan.unfinished.len(), 1);
    }

    #[test]
    fn what_failed_is_tried_again_when_asked() {
        for retries in [false, true] {
            let failed = known(1, 10, Stage::Failed("no permission".into()));
            let mut plan = Plan::new(HashMap::from([("a.jpg".into(), failed)]), HashSet::new(), retries);
            assert_eq!(plan.found(file("a.jpg", 10, 1)), Verdict::Nothing);
            assert_eq!((plan.failed_before, plan.unfinished.len()), if retries { (0, 1) } else { (1, 0) });
        }
    }

    #[test]
    fn a_new_sidecar_has_the_picture_looked_at_again() {
        let mut plan = plan();
        plan.found(file("a.jpg", 10, 1));
        plan.found(file("b/d.jpg", 10, 1));
        assert!(plan.sidecars_changed().is_empty());
        plan.found(file("a.xmp", 5, 7));
        let works = plan.sidecars_changed();
        assert_eq!(works.len(), 1);
        assert_eq!(works[0].file.relative, Path::new("a.jpg"));
    }
}

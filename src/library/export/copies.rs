//! Copies of pictures in a folder, or links to them.
//!
//! Nothing is ever overwritten: a name that is taken gets " (2)" and so on, also when the folder is the pictures' own. A
//! copy keeps the time of its file. Where the system refuses a link, a copy is made and the reason told. When the disk is
//! full the torn copy is removed and nothing more is tried.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::{ExportError, Selection, Task};

/// What is made of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopyWay {
    /// A file of its own.
    #[default]
    Copy,
    /// Another name of the same file, on the same drive.
    HardLink,
    /// A link that leads to the file's path.
    SymbolicLink,
}

/// How files are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyOptions {
    /// What is made of them.
    pub way: CopyWay,
    /// Whether XMP files beside pictures go along.
    pub sidecars: bool,
    /// Whether they come to stand in folders as in the library; else all in one.
    pub keep_folders: bool,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As asked, under this path.
    Done(PathBuf),
    /// Copied, for this reason, though a link was asked for.
    CopiedInstead(PathBuf, String),
    /// Not taken, for this reason.
    Failed(String),
    /// Not tried, because the work was stopped or the disk is full.
    NotTried,
}

/// A file, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenFile {
    /// The user's file.
    pub source: PathBuf,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of all files.
#[derive(Debug, Default)]
pub struct CopyReport {
    /// Pictures and the XMP files that went along, in their order.
    pub files: Vec<TakenFile>,
    /// Why not all were tried: [`ExportError::NoSpace`] or [`ExportError::Stopped`].
    pub halted: Option<ExportError>,
}

impl CopyReport {
    /// How many files were taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        let is_taken =
            |file: &&TakenFile| matches!(file.outcome, Outcome::Done(_) | Outcome::CopiedInstead(..));
        self.files.iter().filter(is_taken).count()
    }
}

/// Takes all pictures into a folder, which is made where it is missing.
///
/// # Errors
/// When the folder cannot be made or is a file, or the catalog cannot be read. What goes wrong with single files, and what
/// halts the work, is in the report.
pub fn copies(
    pictures: &dyn Selection,
    folder: &Path,
    options: CopyOptions,
    task: &Task<'_>,
) -> Result<CopyReport, ExportError> {
    copies_by(pictures, folder, options, task, &|from, to| io::copy(from, to).map(drop))
}

/// How the bytes of a file get into another.
type Pour<'a> = &'a dyn Fn(&mut File, &mut File) -> io::Result<()>;

fn copies_by(
    pictures: &dyn Selection,
    folder: &Path,
    options: CopyOptions,
    task: &Task<'_>,
    pour: Pour<'_>,
) -> Result<CopyReport, ExportError> {
    if folder.is_file() {
        return Err(ExportError::NotAFolder(folder.to_owned()));
    }
    fs::create_dir_all(folder).map_err(|error| ExportError::from_io(error, folder))?;
    let mut taking = Taking { options, pour, sidecars: BTreeMap::new(), report: CopyReport::default() };
    let count = pictures.count();
    for index in 0..count {
        if taking.report.halted.is_none() {
            taking.report.halted = task.go_on(index, count).err();
        }
        let Some(picture) = pictures.picture(index)? else { continue };
        let source = picture.path();
        if taking.report.halted.is_some() {
            taking.report.files.push(TakenFile { source, outcome: Outcome::NotTried });
            continue;
        }
        let below = picture.record.relative.parent().filter(|_| options.keep_folders);
        taking.take(&source, &folder.join(below.unwrap_or(Path::new(""))));
    }
    (task.progress)(count, count);
    Ok(taking.report)
}

struct Taking<'a> {
    options: CopyOptions,
    pour: Pour<'a>,
    /// XMP files written so far, with those that they came from: two pictures may share one.
    sidecars: BTreeMap<PathBuf, PathBuf>,
    report: CopyReport,
}

/// Numbers behind a name that are tried.
const MOST_NAMES: u32 = 100_000;

impl Taking<'_> {
    fn take(&mut self, source: &Path, folder: &Path) {
        let sidecar = self.options.sidecars.then(|| sidecar_of(source)).flatten();
        let made = fs::create_dir_all(folder).map_err(Fault::from).and_then(|()| {
            // A pipe would be waited for; only files are opened.
            if fs::metadata(source)?.is_file() {
                Ok(())
            } else {
                Err(Fault::Refused("it is no file".to_owned()))
            }
        });
        let name = source.file_name().unwrap_or(OsStr::new("picture"));
        let outcome = made.and_then(|()| {
            for number in 1..MOST_NAMES {
                let target = folder.join(numbered(name, number));
                let beside = sidecar.as_ref().map(|(_, form)| form.beside(&target));
                if let (Some(beside), Some((xmp, _))) = (&beside, &sidecar)
                    && self.sidecars.get(beside) != Some(xmp)
                    && beside.symlink_metadata().is_ok()
                {
                    continue;
                }
                match self.put(source, &target) {
                    Err(Fault::Taken) => {}
                    Ok(outcome) => return Ok((outcome, beside)),
                    Err(fault) => return Err(fault),
                }
            }
            Err(Fault::Refused("all names are taken".to_owned()))
        });
        let beside = match outcome {
            Ok((outcome, beside)) => {
                self.note(source, Ok(outcome), folder);
                beside
            }
            Err(fault) => {
                self.note(source, Err(fault), folder);
                None
            }
        };
        if let (Some((xmp, _)), Some(beside)) = (sidecar, beside)
            && !self.sidecars.contains_key(&beside)
        {
            let outcome = self.put(&xmp, &beside);
            self.note(&xmp, outcome, folder);
            self.sidecars.insert(beside, xmp);
        }
    }

    fn note(&mut self, source: &Path, outcome: Result<Outcome, Fault>, folder: &Path) {
        let outcome = outcome.unwrap_or_else(|fault| {
            if let Fault::NoSpace(_) = fault {
                self.report.halted = Some(ExportError::NoSpace(folder.to_owned()));
            }
            Outcome::Failed(fault.in_words())
        });
        self.report.files.push(TakenFile { source: source.to_owned(), outcome });
    }

    fn put(&self, source: &Path, target: &Path) -> Result<Outcome, Fault> {
        let linked = match self.options.way {
            CopyWay::Copy => return self.copy(source, target).map(|()| Outcome::Done(target.to_owned())),
            // A link's own name would be given to the link, not to the file.
            CopyWay::HardLink => fs::canonicalize(source).and_then(|file| fs::hard_link(file, target)),
            CopyWay::SymbolicLink => {
                std::path::absolute(source).and_then(|file| symbolic_link(&file, target))
            }
        };
        match linked {
            Ok(()) => Ok(Outcome::Done(target.to_owned())),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Fault::Taken),
            Err(error) => {
                self.copy(source, target)?;
                Ok(Outcome::CopiedInstead(target.to_owned(), format!("no link can be made ({error})")))
            }
        }
    }

    fn copy(&self, source: &Path, target: &Path) -> Result<(), Fault> {
        let mut from = File::open(source)?;
        let mut to = OpenOptions::new().write(true).create_new(true).open(target).map_err(|error| {
            if error.kind() == ErrorKind::AlreadyExists { Fault::Taken } else { Fault::from(error) }
        })?;
        let poured = (self.pour)(&mut from, &mut to).and_then(|()| {
            let known = from.metadata()?;
            let mut times = FileTimes::new().set_modified(known.modified()?);
            if let Ok(accessed) = known.accessed() {
                times = times.set_accessed(accessed);
            }
            // Some drives keep no times; the copy is whole all the same.
            to.set_times(times).ok();
            Ok(())
        });
        drop(to);
        poured.map_err(|error| {
            fs::remove_file(target).ok();
            Fault::from(error)
        })
    }
}

/// Why a file was not taken.
enum Fault {
    /// There is something of this name.
    Taken,
    NoSpace(io::Error),
    Io(io::Error),
    Refused(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::NoSpace(error),
            _ => Self::Io(error),
        }
    }
}

impl Fault {
    fn in_words(self) -> String {
        match self {
            Self::Taken => "there is something of this name".to_owned(),
            Self::NoSpace(error) => format!("the disk is full ({error})"),
            Self::Io(error) => error.to_string(),
            Self::Refused(reason) => reason,
        }
    }
}

/// `name.jpg`, then `name (2).jpg` and so on.
fn numbered(name: &OsStr, number: u32) -> OsString {
    if number < 2 {
        return name.to_owned();
    }
    let path = Path::new(name);
    let mut numbered = path.file_stem().unwrap_or(name).to_owned();
    numbered.push(format!(" ({number})"));
    if let Some(ending) = path.extension() {
        numbered.push(".");
        numbered.push(ending);
    }
    numbered
}

/// How the name of an XMP file is made of its picture's.
struct SidecarForm {
    ending: &'static str,
    is_added: bool,
}

impl SidecarForm {
    fn beside(&self, picture: &Path) -> PathBuf {
        if self.is_added {
            picture.with_added_extension(self.ending)
        } else {
            picture.with_extension(self.ending)
        }
    }
}

/// The XMP file that counts for a picture: `a.jpg.xmp` before `a.xmp`, as in the index.
fn sidecar_of(picture: &Path) -> Option<(PathBuf, SidecarForm)> {
    let forms = ["xmp", "XMP"]
        .into_iter()
        .flat_map(|ending| [true, false].map(|is_added| SidecarForm { ending, is_added }));
    forms.map(|form| (form.beside(picture), form)).find(|(path, _)| path.is_file())
}

#[cfg(unix)]
fn symbolic_link(file: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(file, link)
}

#[cfg(windows)]
fn symbolic_link(file: &Path, link: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(file, link)
}

#[cfg(not(any(unix, windows)))]
fn symbolic_link(_file: &Path, _link: &Path) -> io::Result<()> {
    Err(io::Error::from(ErrorKind::Unsupported))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::super::Exported;
    use super::*;
    use crate::library::catalog::PictureRecord;

    #[test]
    fn a_full_disk_halts_the_work_and_leaves_no_torn_copy() {
        let root = tempfile::tempdir().unwrap();
        let target = tempfile::tempdir().unwrap();
        let mut pictures = Vec::new();
        for name in ["a.jpg", "b.jpg", "c.jpg"] {
            fs::write(root.path().join(name), name).unwrap();
            let record = PictureRecord { relative: name.into(), ..PictureRecord::default() };
            pictures.push(Exported { root: root.path().to_owned(), record });
        }
        let calls = std::cell::Cell::new(0);
        let pour = |from: &mut File, to: &mut File| {
            calls.set(calls.get() + 1);
            if calls.get() == 1 {
                return io::copy(from, to).map(drop);
            }
            to.write_all(b"half")?;
            Err(io::Error::from(ErrorKind::StorageFull))
        };
        let options = CopyOptions::default();
        let report = copies_by(&pictures, target.path(), options, &Task::QUIET, &pour).unwrap();
        assert!(matches!(report.halted, Some(ExportError::NoSpace(_))));
        assert_eq!((report.taken(), report.files.len(), calls.get()), (1, 3, 2));
        assert!(matches!(&report.files[1].outcome, Outcome::Failed(why) if why.contains("disk is full")));
        assert_eq!(report.files[2].outcome, Outcome::NotTried);
        let left: Vec<_> =
            fs::read_dir(target.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["a.jpg"]);
    }

    #[test]
    fn numbers_stand_before_the_ending() {
        let cases =
            [("a.jpg", "a (2).jpg"), ("a", "a (2)"), (".hidden", ".hidden (2)"), ("a.b.jpg", "a.b (2).jpg")];
        for (name, expected) in cases {
            assert_eq!(numbered(OsStr::new(name), 2), expected);
            assert_eq!(numbered(OsStr::new(name), 1), name);
        }
    }
}

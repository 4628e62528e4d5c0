//! Moving duplicates to the system's trash without ever losing the last copy.
//!
//! [`plan`] looks at the disk and refuses what is unsafe: a group that keeps nothing, a file kept in one group and
//! discarded in another, a kept file that is gone or was changed since it was indexed. Files that lead to a kept file
//! (links) are left where they are, and so are files that changed: nobody has looked at what they hold now. [`execute`]
//! asks again before each file. Nothing is ever removed except into the trash.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, io};

use crate::library::ContentHash;

/// What a path leads to: two paths with the same identity are one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileIdentity(u64, u64);

impl FileIdentity {
    /// Of the file that a path leads to, through links: device and inode where the system tells them, otherwise made from
    /// the canonical path, which sees symbolic links only.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn of(path: &Path) -> io::Result<Self> {
        identity(path)
    }

    /// Any identity, for tests and other disks.
    #[must_use]
    pub fn from_parts(device: u64, inode: u64) -> Self {
        Self(device, inode)
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<FileIdentity> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::metadata(path)?;
    Ok(FileIdentity(metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> io::Result<FileIdentity> {
    let canonical = fs::canonicalize(path)?;
    let hash = ContentHash::of(canonical.as_os_str().as_encoded_bytes());
    let [first, second, ..] = *hash.0.as_chunks::<8>().0 else { return Ok(FileIdentity(0, 0)) };
    Ok(FileIdentity(u64::from_le_bytes(first), u64::from_le_bytes(second)))
}

/// A file as it was when it was indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownFile {
    /// Where it is.
    pub path: PathBuf,
    /// Hash of its bytes.
    pub content: ContentHash,
    /// Size.
    pub size_bytes: u64,
    /// When it was last written, nanoseconds since 1970.
    pub modified_ns: i64,
}

/// What the user decided about one group, by position among the known files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Stay.
    pub kept: Vec<u32>,
    /// Go to the trash.
    pub discarded: Vec<u32>,
}

/// Why nothing can be moved to the trash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrashError {
    /// A group without a survivor.
    #[error("a group keeps none of its pictures; choose at least one to keep, for example {0}")]
    NothingKept(PathBuf),
    /// Two groups disagree.
    #[error("this picture is kept in one group and discarded in another; decide for one: {0}")]
    KeptAndDiscarded(PathBuf),
    /// A survivor is not there.
    #[error("a picture that is to be kept is not there any more; look through the folder again: {0}")]
    KeptIsGone(PathBuf),
    /// A survivor is not what it was.
    #[error(
        "a picture that is to be kept has changed since it was indexed; look through the folder again: {0}"
    )]
    KeptHasChanged(PathBuf),
    /// A position outside the known files.
    #[error("picture number {0} is not among the known files")]
    Unknown(u32),
}

/// A file that goes to the trash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Position among the known files.
    pub index: u32,
    /// What is expected there.
    pub file: KnownFile,
    /// Positions of the groups' survivors.
    pub kept: Vec<u32>,
}

/// A file that stays although it was to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Position among the known files.
    pub index: u32,
    /// Where it is.
    pub path: PathBuf,
    /// Why, in words.
    pub reason: String,
}

/// What [`execute`] will do, for the confirmation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrashPlan {
    /// Files that go, by position.
    pub files: Vec<Planned>,
    /// Their sizes; a file with two paths counts once.
    pub bytes: u64,
    /// Survivors by position.
    pub kept: BTreeMap<u32, KnownFile>,
    /// Files that stay, and why.
    pub skipped: Vec<Skipped>,
}

/// A file as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileState {
    /// Size.
    pub size_bytes: u64,
    /// When it was last written, nanoseconds since 1970.
    pub modified_ns: i64,
    /// Which file the path leads to.
    pub identity: FileIdentity,
}

/// Looks at files.
pub trait Disk {
    /// How a file is now; `None` when it is not there or no file.
    fn state(&self, path: &Path) -> Option<FileState>;
}

/// The computer's own disks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDisk;

impl Disk for SystemDisk {
    fn state(&self, path: &Path) -> Option<FileState> {
        let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        let modified_ns = metadata.modified().ok().map_or(0, nanoseconds_since_1970);
        let identity = FileIdentity::of(path).ok()?;
        Some(FileState { size_bytes: metadata.len(), modified_ns, identity })
    }
}

fn nanoseconds_since_1970(time: SystemTime) -> i64 {
    let nanoseconds = |span: std::time::Duration| i64::try_from(span.as_nanos()).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => nanoseconds(after),
        Err(before) => -nanoseconds(before.duration()),
    }
}

fn is_as_known(disk: &dyn Disk, file: &KnownFile) -> Option<(bool, FileIdentity)> {
    let now = disk.state(&file.path)?;
    let same = (now.size_bytes, now.modified_ns) == (file.size_bytes, file.modified_ns);
    Some((same, now.identity))
}

/// Plans what goes to the trash.
///
/// # Errors
/// [`TrashError`] when anything could leave a group without a survivor; then nothing is planned at all.
pub fn plan(decisions: &[Decision], files: &[KnownFile], disk: &dyn Disk) -> Result<TrashPlan, TrashError> {
    let get = |index: u32| files.get(index as usize).ok_or(TrashError::Unknown(index));
    let mut plan = TrashPlan::default();
    let mut discarded: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for decision in decisions {
        if let (true, Some(&first)) = (decision.kept.is_empty(), decision.discarded.first()) {
            return Err(TrashError::NothingKept(get(first)?.path.clone()));
        }
        for &index in &decision.kept {
            plan.kept.insert(index, get(index)?.clone());
        }
        for &index in &decision.discarded {
            get(index)?;
            discarded.entry(index).or_default().extend(&decision.kept);
        }
    }
    let mut kept_identities = BTreeSet::new();
    for (index, file) in &plan.kept {
        if discarded.contains_key(index) {
            return Err(TrashError::KeptAndDiscarded(file.path.clone()));
        }
        match is_as_known(disk, file) {
            None => return Err(TrashError::KeptIsGone(file.path.clone())),
            Some((false, _)) => return Err(TrashError::KeptHasChanged(file.path.clone())),
            Some((true, identity)) => kept_identities.insert(identity),
        };
    }
    let mut counted = BTreeSet::new();
    for (index, kept) in discarded {
        let file = get(index)?.clone();
        let reason = match is_as_known(disk, &file) {
            None => "it is not there any more",
            Some((false, _)) => "it has changed since it was indexed",
            Some((true, identity)) if kept_identities.contains(&identity) => {
                "it is another name of a file that is kept"
            }
            Some((true, identity)) => {
                if counted.insert(identity) {
                    plan.bytes = plan.bytes.saturating_add(file.size_bytes);
                }
                plan.files.push(Planned { index, file, kept: kept.into_iter().collect() });
                continue;
            }
        };
        plan.skipped.push(Skipped { index, path: file.path, reason: reason.into() });
    }
    Ok(plan)
}

/// A place that files go to and may come back from.
pub trait Trash {
    /// Moves a file there.
    ///
    /// # Errors
    /// Why not, in words.
    fn discard(&self, path: &Path) -> Result<(), String>;

    /// Whether [`Self::restore`] works here.
    fn can_restore(&self) -> bool;

    /// Brings files back to where they were: those that went there last.
    ///
    /// # Errors
    /// Why not, in words, for each file.
    fn restore(&self, paths: &[PathBuf]) -> Vec<Result<(), String>>;
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Position among the known files.
    pub index: u32,
    /// Where it is, or was.
    pub path: PathBuf,
    /// In the trash, or why not.
    pub result: Result<(), String>,
}

/// Carries a plan out. Before each file, it and its survivors are looked at again; a file without a survivor stays. Ends
/// early when `should_stop` says so; files without an outcome were not touched.
pub fn execute(
    plan: &TrashPlan,
    trash: &dyn Trash,
    disk: &dyn Disk,
    should_stop: &(dyn Fn() -> bool + Sync),
) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(plan.files.len());
    for planned in &plan.files {
        if should_stop() {
            break;
        }
        let result = check(plan, planned, disk).and_then(|()| trash.discard(&planned.file.path));
        outcomes.push(Outcome { index: planned.index, path: planned.file.path.clone(), result });
    }
    outcomes
}

/// Whether a file is what the user saw, and every group it belonged to still has all its survivors.
fn check(plan: &TrashPlan, planned: &Planned, disk: &dyn Disk) -> Result<(), String> {
    let Some((true, identity)) = is_as_known(disk, &planned.file) else {
        return Err("it is gone or has changed; it was left alone".into());
    };
    for kept in &planned.kept {
        let survivor = plan.kept.get(kept).and_then(|file| is_as_known(disk, file));
        if !matches!(survivor, Some((true, other)) if other != identity) {
            return Err(
                "a picture that was to be kept instead is gone or has changed; it was left alone".into()
            );
        }
    }
    Ok(())
}

/// Takes back what [`execute`] did: every file that went to the trash, with what came of it.
pub fn undo(outcomes: &[Outcome], trash: &dyn Trash) -> Vec<Outcome> {
    let gone: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.result.is_ok()).collect();
    let paths: Vec<PathBuf> = gone.iter().map(|outcome| outcome.path.clone()).collect();
    let results = trash.restore(&paths);
    gone.into_iter().zip(results).map(|(outcome, result)| Outcome { result, ..outcome.clone() }).collect()
}

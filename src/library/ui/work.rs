//! What runs behind the Library: folders are opened, indexed and forgotten, files are chosen and read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::jobs::{JobContext, JobError, JobHandle, JobId, Jobs, Lane};
use crate::library::Pixels;
use crate::library::session::{FailedFile, IndexOptions, IndexReport, Libraries, load_file};
use crate::ui::{Shell, dialogs};

/// Libraries that may wait for their turn.
const WAITING: usize = 256;
/// What another window writes is looked for this often.
pub(super) const FOLLOWING: Duration = Duration::from_secs(3);
/// A watch that took longer to set up may have missed a change.
const SLOW_WATCH: Duration = Duration::from_secs(2);
/// Longer side of a picture that is searched with.
pub(super) const QUERY_SIDE: u32 = 512;

/// What a job that opens folders brings: numbers, and sentences about what could not be opened.
type Opened = (Vec<u32>, Vec<String>);

/// The jobs.
#[derive(Default)]
pub struct Work {
    opening: Vec<JobHandle<Opened>>,
    /// Folders are looked through one after the other: two would fight over the disk.
    lane: Option<Lane>,
    indexing: Vec<Indexing>,
    /// Libraries that are to be looked through once more: something changed, or was asked for, while they were being
    /// looked through. With whether the user asked for it.
    again: BTreeMap<u32, bool>,
    watching: Vec<Watching>,
    forgetting: Vec<JobHandle<PathBuf>>,
    asking: Option<JobHandle<Option<PathBuf>>>,
    reading: Vec<(PathBuf, JobHandle<Pixels>)>,
    failed: Option<(u32, JobHandle<Vec<FailedFile>>)>,
    following: Option<JobHandle<Vec<u32>>>,
    followed: Option<Instant>,
}

struct Indexing {
    library: u32,
    /// Whether the user asked for it: then its end is told.
    is_told: bool,
    name: String,
    handle: JobHandle<IndexReport>,
}

/// Setting up the watch of a large folder takes its time.
struct Watching {
    library: u32,
    began: Instant,
    handle: JobHandle<()>,
}

/// What has come to its end.
#[derive(Default)]
pub struct Done {
    /// A folder was chosen.
    pub chosen: Option<PathBuf>,
    /// Pictures to search with.
    pub pictures: Vec<(PathBuf, Arc<Pixels>)>,
    /// Files of a library that could not be read.
    pub failed: Option<(u32, Vec<FailedFile>)>,
}

impl Work {
    /// Whether anything runs.
    pub fn is_busy(&self) -> bool {
        !(self.opening.is_empty()
            && self.indexing.is_empty()
            && self.forgetting.is_empty()
            && self.asking.is_none()
            && self.reading.is_empty()
            && self.failed.is_none())
    }

    /// Whether folders are being opened.
    pub fn is_opening(&self) -> bool {
        !self.opening.is_empty()
    }

    /// The job that indexes a library, waiting or running.
    pub fn indexing(&self, library: u32) -> Option<JobId> {
        self.indexing.iter().find(|one| one.library == library).map(|one| one.handle.id())
    }

    /// Opens all folders that have a library.
    pub fn open_known(&mut self, libraries: &Libraries, jobs: &Jobs) {
        let libraries = libraries.clone();
        self.opening.push(jobs.spawn("Open the libraries", move |job: &JobContext| {
            Ok(open_all(&libraries, &libraries.known(), job))
        }));
    }

    /// Opens folders.
    pub fn open(&mut self, libraries: &Libraries, folders: Vec<PathBuf>, jobs: &Jobs) {
        let libraries = libraries.clone();
        let name = match folders.as_slice() {
            [one] => format!("Open {}", name_of(one)),
            many => format!("Open {} folders", many.len()),
        };
        self.opening.push(jobs.spawn(name, move |job: &JobContext| Ok(open_all(&libraries, &folders, job))));
    }

    /// Looks through a library's folder, after those that wait already; once more where that is being done, for what has
    /// changed since may lie behind it. `is_told`: the user asked for it, so its end is told, and what could not be read is
    /// tried again.
    pub fn index(&mut self, libraries: &Libraries, library: u32, is_told: bool, shell: &mut Shell<'_>) {
        if self.indexing(library).is_some() {
            *self.again.entry(library).or_default() |= is_told;
            return;
        }
        if self.lane.is_none() {
            match Lane::new(shell.jobs, "index", 1, WAITING) {
                Ok(lane) => self.lane = Some(lane),
                Err(error) => shell.notifications.error(format!("Nothing can be indexed: {error}")),
            }
        }
        let Some(lane) = &self.lane else { return };
        let Some(info) = libraries.list().into_iter().find(|info| info.number == library) else { return };
        let name = name_of(&info.root);
        if !info.can_write {
            if is_told {
                shell.notifications.warn(format!("{name} is open in another window, which looks after it"));
            }
            return;
        }
        libraries.set_paused(library, false);
        let libraries = libraries.clone();
        let work = move |job: &JobContext| {
            let on_progress = |progress: &crate::library::session::IndexProgress| {
                let total = if progress.scan_is_done { progress.found } else { 0 };
                job.progress(progress.full_pass + progress.failed, total);
            };
            let options = IndexOptions { retries_failed: is_told, ..IndexOptions::default() };
            let report = libraries.index(library, options, &|| job.is_cancelled(), &on_progress);
            report.map_err(JobError::failed)
        };
        match lane.submit(format!("Index {name}"), work) {
            Ok(handle) => self.indexing.push(Indexing { library, is_told, name, handle }),
            Err(error) => shell.notifications.error(format!("{name} is not indexed: {error}")),
        }
    }

    /// Has changes in a library's folder noticed.
    fn watch(&mut self, libraries: &Libraries, library: u32, jobs: &Jobs) {
        let (libraries, waker) = (libraries.clone(), jobs.clone());
        let handle = jobs.spawn("Watch a folder", move |_: &JobContext| {
            libraries.watch(library, move || waker.wake()).map_err(JobError::failed)
        });
        self.watching.push(Watching { library, began: Instant::now(), handle });
    }

    /// Ends indexing of a library.
    pub fn stop(&mut self, library: u32) {
        self.again.remove(&library);
        for one in self.indexing.iter().filter(|one| one.library == library) {
            one.handle.cancel();
        }
    }

    /// Drops what is kept of a folder.
    pub fn forget(&mut self, libraries: &Libraries, root: PathBuf, jobs: &Jobs) {
        for info in libraries.list().into_iter().filter(|info| info.root == root) {
            self.stop(info.number);
        }
        let libraries = libraries.clone();
        self.forgetting.push(jobs.spawn(format!("Forget {}", name_of(&root)), move |_: &JobContext| {
            libraries.forget(&root).map_err(JobError::failed)?;
            Ok(root)
        }));
    }

    /// Asks the system for a folder, on a thread of its own: a portal may hang.
    pub fn ask_folder(&mut self, jobs: &Jobs) {
        if self.asking.is_none() {
            self.asking = Some(jobs.spawn("Folder dialog", |_: &JobContext| {
                let dialog = rfd::FileDialog::new().set_title("Open a folder of pictures");
                dialogs::ask(|| dialog.pick_folder())
            }));
        }
    }

    /// Reads a picture that is searched with.
    pub fn read(&mut self, path: PathBuf, jobs: &Jobs) {
        let file = path.clone();
        let handle = jobs.spawn(format!("Read {}", name_of(&path)), move |_: &JobContext| {
            load_file(&file, QUERY_SIDE).map_err(JobError::failed)
        });
        self.reading.push((path, handle));
    }

    /// Asks which files of a library could not be read.
    pub fn ask_failed(&mut self, libraries: &Libraries, library: u32, jobs: &Jobs) {
        let libraries = libraries.clone();
        let handle = jobs.spawn("List unreadable files", move |_: &JobContext| {
            libraries.failed(library).map_err(JobError::failed)
        });
        self.failed = Some((library, handle));
    }

    /// Takes what has arrived, and tells the user what failed.
    pub fn poll(&mut self, libraries: &Libraries, shell: &mut Shell<'_>) -> Done {
        let mut done = Done::default();
        let mut opened = Vec::new();
        self.opening.retain_mut(|handle| {
            let Some(result) = handle.poll() else { return true };
            match result {
                Ok((numbers, failures)) => {
                    opened.extend(numbers);
                    for failure in failures {
                        shell.notifications.error(failure);
                    }
                }
                Err(error) => tell(&error, "The folder was not opened", shell),
            }
            false
        });
        for number in opened {
            self.index(libraries, number, false, shell);
            self.watch(libraries, number, shell.jobs);
        }
        for number in libraries.take_changed() {
            self.index(libraries, number, false, shell);
        }
        let mut unseen = Vec::new();
        self.watching.retain_mut(|watching| {
            let Some(result) = watching.handle.poll() else { return true };
            match result {
                // What changed meanwhile was not noticed.
                Ok(()) if watching.began.elapsed() > SLOW_WATCH => unseen.push(watching.library),
                Ok(()) => {}
                Err(error) => tell(&error, "Changes are not noticed by themselves", shell),
            }
            false
        });
        for number in unseen {
            self.index(libraries, number, false, shell);
        }
        for (number, is_told) in self.poll_indexing(shell) {
            self.index(libraries, number, is_told, shell);
        }
        self.follow(libraries, shell);
        self.forgetting.retain_mut(|handle| {
            let Some(result) = handle.poll() else { return true };
            match result {
                Ok(root) => shell
                    .notifications
                    .info(format!("{} is forgotten; its pictures are where they were", root.display())),
                Err(error) => tell(&error, "The library was not forgotten", shell),
            }
            false
        });
        if let Some(result) = self.asking.as_mut().and_then(JobHandle::poll) {
            self.asking = None;
            match result {
                Ok(chosen) => done.chosen = chosen,
                Err(error) => shell
                    .notifications
                    .warn(format!("{error}. A folder can be dropped on the window, or its path typed")),
            }
        }
        self.reading.retain_mut(|(path, handle)| {
            let Some(result) = handle.poll() else { return true };
            match result {
                Ok(pixels) => done.pictures.push((path.clone(), Arc::new(pixels))),
                Err(error) => tell(&error, "The picture cannot be searched with", shell),
            }
            false
        });
        if let Some((library, handle)) = &mut self.failed
            && let Some(result) = handle.poll()
        {
            match result {
                Ok(files) => done.failed = Some((*library, files)),
                Err(error) => tell(&error, "The list cannot be read", shell),
            }
            self.failed = None;
        }
        done
    }

    /// Keeps up with libraries that another window writes to, and indexes them here once it has ended.
    fn follow(&mut self, libraries: &Libraries, shell: &mut Shell<'_>) {
        if let Some(result) = self.following.as_mut().and_then(JobHandle::poll) {
            self.following = None;
            for number in result.unwrap_or_default() {
                self.index(libraries, number, false, shell);
            }
        }
        let is_due = self.followed.is_none_or(|at| at.elapsed() >= FOLLOWING);
        if is_due && self.following.is_none() && libraries.list().iter().any(|info| !info.can_write) {
            self.followed = Some(Instant::now());
            let libraries = libraries.clone();
            let work = move |_: &JobContext| Ok(libraries.follow());
            self.following = Some(shell.jobs.spawn("Look for another window's changes", work));
        }
    }

    /// Tells how runs ended; gives those libraries that are to be looked through once more.
    fn poll_indexing(&mut self, shell: &mut Shell<'_>) -> Vec<(u32, bool)> {
        let mut again = Vec::new();
        self.indexing.retain_mut(|one| {
            let Some(result) = one.handle.poll() else { return true };
            match result {
                Ok(report) => told(one, &report, shell),
                Err(error) => tell(&error, &format!("{} was not indexed", one.name), shell),
            }
            again.extend(self.again.remove(&one.library).map(|is_told| (one.library, is_told)));
            false
        });
        again
    }
}

/// What a run brought, in a sentence; nothing where nothing is new and nobody asked.
fn told(one: &Indexing, report: &IndexReport, shell: &mut Shell<'_>) {
    let name = &one.name;
    if report.was_stopped {
        let text =
            format!("Indexing {name} was stopped; what was looked at stays, and the rest is done later");
        shell.notifications.info(text);
        return;
    }
    let mut parts = Vec::new();
    for (count, word) in [(report.indexed, "new"), (report.moved, "moved"), (report.removed, "gone")] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    if parts.is_empty() && !one.is_told {
        return;
    }
    let what = if parts.is_empty() { "nothing is new".to_owned() } else { parts.join(", ") };
    shell.notifications.info(format!("{name}: {what}"));
}

fn tell(error: &JobError, what: &str, shell: &mut Shell<'_>) {
    if !matches!(error, JobError::Cancelled) {
        shell.notifications.error(format!("{what}: {error}"));
    }
}

fn open_all(libraries: &Libraries, folders: &[PathBuf], job: &JobContext) -> Opened {
    let (mut numbers, mut failures) = (Vec::new(), Vec::new());
    for folder in folders {
        if job.is_cancelled() {
            break;
        }
        match libraries.open(folder) {
            Ok(number) => numbers.push(number),
            Err(error) => failures.push(format!("{} was not opened: {error}", name_of(folder))),
        }
    }
    (numbers, failures)
}

/// The last part of a path, for people.
pub fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

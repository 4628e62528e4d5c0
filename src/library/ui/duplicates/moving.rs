//! Files on their way to the trash and back: what would go is shown and asked for before anything moves.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{
    jobs::{JobContext, JobError, JobHandle},
    library::duplicates::trash::{
        Decision, KnownFile, Outcome, SystemDisk, Trash, TrashError, TrashPlan, execute, plan, undo,
    },
    ui::Shell,
    units::{self, bytes},
};

/// A trash that several threads may use.
pub type SharedTrash = Arc<dyn Trash + Send + Sync>;

/// What is being done, or was.
enum Step {
    Idle,
    Planning(JobHandle<Result<TrashPlan, TrashError>>),
    /// The user is asked.
    Asking(Box<TrashPlan>),
    /// Nothing can be moved; in words.
    Refused(String),
    Moving(JobHandle<Vec<Outcome>>),
    Restoring(JobHandle<Vec<Outcome>>),
}

/// What became of the last files that were to go. It outlives another search, whose positions mean other pictures.
pub(super) struct Done {
    pub outcomes: Vec<Outcome>,
    /// Libraries that they belong to.
    libraries: BTreeSet<u32>,
}

impl Done {
    /// How many went.
    pub fn moved(&self) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.result.is_ok()).count()
    }

    /// Those that did not, and why.
    pub fn failed(&self) -> impl Iterator<Item = (&Path, &str)> {
        let failed = |outcome: &'_ Outcome| outcome.result.as_ref().err().map(String::len).is_some();
        self.outcomes
            .iter()
            .filter(move |outcome| failed(outcome))
            .map(|outcome| (outcome.path.as_path(), outcome.result.as_ref().err().map_or("", String::as_str)))
    }
}

/// What changed on the disk.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// Went to the trash.
    pub gone: BTreeSet<PathBuf>,
    /// Came back.
    pub back: BTreeSet<PathBuf>,
    /// Libraries that they belong to.
    pub libraries: BTreeSet<u32>,
}

/// The way to the trash.
pub(super) struct Moving {
    trash: SharedTrash,
    step: Step,
    pub done: Option<Done>,
    /// Files went to the trash or came back since the search: the libraries have changed by that.
    pub has_moved: bool,
    bytes: u64,
    /// Libraries of the files on their way.
    libraries: BTreeSet<u32>,
}

/// Tells a job how far a plan is.
struct Counting<'a> {
    trash: &'a dyn Trash,
    job: &'a JobContext,
    done: AtomicU64,
    count: u64,
}

impl Trash for Counting<'_> {
    fn discard(&self, path: &Path) -> Result<(), String> {
        let result = self.trash.discard(path);
        self.job.progress(self.done.fetch_add(1, Ordering::Relaxed) + 1, self.count);
        result
    }

    fn can_restore(&self) -> bool {
        self.trash.can_restore()
    }

    fn restore(&self, paths: &[PathBuf]) -> Vec<Result<(), String>> {
        self.trash.restore(paths)
    }
}

impl Moving {
    pub fn new(trash: SharedTrash) -> Self {
        Self { trash, step: Step::Idle, done: None, has_moved: false, bytes: 0, libraries: BTreeSet::new() }
    }

    /// Whether the system gives files back.
    pub fn can_restore(&self) -> bool {
        self.trash.can_restore()
    }

    pub fn is_busy(&self) -> bool {
        matches!(self.step, Step::Planning(_) | Step::Moving(_) | Step::Restoring(_))
    }

    /// Whether a question or an answer stands over the view.
    pub fn is_asking(&self) -> bool {
        !matches!(self.step, Step::Idle)
    }

    /// Works out what would go, which looks at every file.
    pub fn ask(&mut self, decisions: Vec<Decision>, files: Vec<KnownFile>, shell: &Shell<'_>) {
        if self.is_asking() {
            return;
        }
        let handle = shell.jobs.spawn("Look at what would go to the trash", move |_: &JobContext| {
            Ok(plan(&decisions, &files, &SystemDisk))
        });
        self.step = Step::Planning(handle);
    }

    /// What the user is asked about.
    pub fn asked(&self) -> Option<Result<&TrashPlan, &str>> {
        match &self.step {
            Step::Asking(plan) => Some(Ok(plan)),
            Step::Refused(why) => Some(Err(why)),
            _ => None,
        }
    }

    /// What is at work, in words.
    pub fn at_work(&self) -> Option<&'static str> {
        match self.step {
            Step::Planning(_) => Some("Looking at the files"),
            Step::Moving(_) => Some("Moving files to the trash"),
            Step::Restoring(_) => Some("Bringing files back"),
            Step::Idle | Step::Asking(_) | Step::Refused(_) => None,
        }
    }

    /// Stops what is at work.
    pub fn cancel(&self) {
        match &self.step {
            Step::Planning(handle) => handle.cancel(),
            Step::Moving(handle) | Step::Restoring(handle) => handle.cancel(),
            Step::Idle | Step::Asking(_) | Step::Refused(_) => {}
        }
    }

    /// Nothing is moved.
    pub fn decline(&mut self) {
        if matches!(self.step, Step::Asking(_) | Step::Refused(_)) {
            self.step = Step::Idle;
        }
    }

    /// Moves what was asked about.
    pub fn confirm(&mut self, library_of: impl Fn(u32) -> Option<u32>, shell: &Shell<'_>) {
        let Step::Asking(plan) = std::mem::replace(&mut self.step, Step::Idle) else { return };
        self.bytes = plan.bytes;
        self.libraries = plan.files.iter().filter_map(|file| library_of(file.index)).collect();
        let trash = Arc::clone(&self.trash);
        let handle = shell.jobs.spawn("Move files to the trash", move |job: &JobContext| {
            let count = plan.files.len() as u64;
            let counting = Counting { trash: &*trash, job, done: AtomicU64::new(0), count };
            Ok(execute(&plan, &counting, &SystemDisk, &|| job.is_cancelled()))
        });
        self.step = Step::Moving(handle);
    }

    /// Brings back what went last.
    pub fn undo(&mut self, shell: &Shell<'_>) {
        if self.is_asking() {
            return;
        }
        let Some(done) = &self.done else { return };
        self.libraries.clone_from(&done.libraries);
        let (trash, outcomes) = (Arc::clone(&self.trash), done.outcomes.clone());
        let handle = shell
            .jobs
            .spawn("Bring files back from the trash", move |_: &JobContext| Ok(undo(&outcomes, &*trash)));
        self.step = Step::Restoring(handle);
    }

    /// Takes what has finished.
    pub fn logic(&mut self, shell: &mut Shell<'_>) -> Moved {
        let mut moved = Moved::default();
        match &mut self.step {
            Step::Planning(handle) => match handle.poll() {
                None => {}
                Some(Ok(Ok(plan))) => self.step = Step::Asking(Box::new(plan)),
                Some(Ok(Err(error))) => self.step = Step::Refused(error.to_string()),
                Some(Err(JobError::Cancelled)) => self.step = Step::Idle,
                Some(Err(error)) => self.step = Step::Refused(error.to_string()),
            },
            Step::Moving(handle) => {
                if let Some(result) = handle.poll() {
                    self.step = Step::Idle;
                    moved.libraries.clone_from(&self.libraries);
                    self.take_moved(result, &mut moved, shell);
                }
            }
            Step::Restoring(handle) => {
                if let Some(result) = handle.poll() {
                    self.step = Step::Idle;
                    moved.libraries.clone_from(&self.libraries);
                    self.take_back(result, &mut moved, shell);
                }
            }
            Step::Idle | Step::Asking(_) | Step::Refused(_) => {}
        }
        moved
    }

    fn take_moved(
        &mut self,
        result: Result<Vec<Outcome>, JobError>,
        moved: &mut Moved,
        shell: &mut Shell<'_>,
    ) {
        let outcomes = match result {
            Ok(outcomes) => outcomes,
            Err(error) => {
                shell.notifications.error(format!("Not all files went to the trash: {error}"));
                return;
            }
        };
        moved.gone = paths(&outcomes);
        let done = Done { outcomes, libraries: self.libraries.clone() };
        let (count, failed) = (done.moved(), done.outcomes.len() - done.moved());
        if failed == 0 {
            let files = units::count(count, "file", "files");
            shell.notifications.info(format!("{files} ({}) moved to the trash", bytes(self.bytes)));
        } else {
            let first = done.failed().next().map_or("", |(_, why)| why).to_owned();
            let files = units::count(failed, "file stays", "files stay");
            shell.notifications.warn(format!("{files} where it was: {first}"));
        }
        self.done = Some(done);
    }

    fn take_back(
        &mut self,
        result: Result<Vec<Outcome>, JobError>,
        moved: &mut Moved,
        shell: &mut Shell<'_>,
    ) {
        let outcomes = match result {
            Ok(outcomes) => outcomes,
            Err(error) => {
                shell.notifications.error(format!("The files are still in the trash: {error}"));
                return;
            }
        };
        moved.back = paths(&outcomes);
        let left: Vec<Outcome> = outcomes.into_iter().filter(|outcome| outcome.result.is_err()).collect();
        let Some(why) = left.first().and_then(|outcome| outcome.result.as_ref().err()) else {
            self.done = None;
            let files = units::count(moved.back.len(), "file is", "files are");
            shell.notifications.info(format!("{files} back from the trash"));
            return;
        };
        let files = units::count(left.len(), "file", "files");
        shell.notifications.error(format!("{files} did not come back: {why}"));
        // They went to the trash and are there: another try may bring them back.
        let outcomes = left.into_iter().map(|outcome| Outcome { result: Ok(()), ..outcome }).collect();
        self.done = Some(Done { outcomes, libraries: self.libraries.clone() });
    }
}

/// Those with which all went well.
fn paths(outcomes: &[Outcome]) -> BTreeSet<PathBuf> {
    let well = outcomes.iter().filter(|outcome| outcome.result.is_ok());
    well.map(|outcome| outcome.path.clone()).collect()
}

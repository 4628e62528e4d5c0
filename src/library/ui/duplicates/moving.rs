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
    jobs::{JobContext, JobError, JobHandle, Jobs},
    library::{
        duplicates::trash::{
            Decision, KnownFile, Outcome, SystemDisk, Trash, TrashError, TrashPlan, execute, plan, undo,
        },
        session::{IndexOptions, Libraries},
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

/// What became of the last files that were to go.
pub(super) struct Done {
    pub outcomes: Vec<Outcome>,
    pub bytes: u64,
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

/// What changed on the disk: pictures by position.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// Went to the trash.
    pub gone: Vec<u32>,
    /// Came back.
    pub back: Vec<u32>,
}

/// The way to the trash.
pub(super) struct Moving {
    trash: SharedTrash,
    step: Step,
    pub done: Option<Done>,
    /// Files went to the trash or came back since the search: the libraries have changed by that.
    pub has_moved: bool,
    bytes: u64,
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

/// Lets the libraries see what has changed. In a job that nobody waits for: their progress is shown elsewhere.
fn index_again(jobs: &Jobs, libraries: &Libraries, numbers: BTreeSet<u32>) {
    let libraries = libraries.clone();
    let handle = jobs.spawn("Bring libraries up to date", move |job: &JobContext| {
        for number in numbers {
            let stop = || job.is_cancelled();
            // One that is being indexed already sees the change by itself.
            if let Err(error) = libraries.index(number, IndexOptions::default(), &stop, &|_| {}) {
                log::info!("not indexed again: {error}");
            }
        }
        Ok(())
    });
    drop(handle);
}

impl Moving {
    pub fn new(trash: SharedTrash) -> Self {
        Self { trash, step: Step::Idle, done: None, has_moved: false, bytes: 0 }
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
    pub fn confirm(
        &mut self,
        libraries: &Libraries,
        library_of: impl Fn(u32) -> Option<u32>,
        shell: &Shell<'_>,
    ) {
        let Step::Asking(plan) = std::mem::replace(&mut self.step, Step::Idle) else { return };
        self.bytes = plan.bytes;
        let numbers: BTreeSet<u32> = plan.files.iter().filter_map(|file| library_of(file.index)).collect();
        let (trash, jobs, libraries) = (Arc::clone(&self.trash), shell.jobs.clone(), libraries.clone());
        let handle = shell.jobs.spawn("Move files to the trash", move |job: &JobContext| {
            let count = plan.files.len() as u64;
            let counting = Counting { trash: &*trash, job, done: AtomicU64::new(0), count };
            let outcomes = execute(&plan, &counting, &SystemDisk, &|| job.is_cancelled());
            index_again(&jobs, &libraries, numbers);
            Ok(outcomes)
        });
        self.step = Step::Moving(handle);
    }

    /// Brings back what went last.
    pub fn undo(
        &mut self,
        libraries: &Libraries,
        library_of: impl Fn(u32) -> Option<u32>,
        shell: &Shell<'_>,
    ) {
        if self.is_asking() {
            return;
        }
        let Some(done) = self.done.take() else { return };
        let numbers = done.outcomes.iter().filter_map(|outcome| library_of(outcome.index)).collect();
        let (trash, jobs, libraries) = (Arc::clone(&self.trash), shell.jobs.clone(), libraries.clone());
        let handle = shell.jobs.spawn("Bring files back from the trash", move |_: &JobContext| {
            let outcomes = undo(&done.outcomes, &*trash);
            index_again(&jobs, &libraries, numbers);
            Ok(outcomes)
        });
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
                    self.take_moved(result, &mut moved, shell);
                }
            }
            Step::Restoring(handle) => {
                if let Some(result) = handle.poll() {
                    self.step = Step::Idle;
                    take_back(result, &mut moved, shell);
                }
            }
            Step::Idle | Step::Asking(_) | Step::Refused(_) => {}
        }
        self.has_moved |= !(moved.gone.is_empty() && moved.back.is_empty());
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
        moved.gone.extend(outcomes.iter().filter(|o| o.result.is_ok()).map(|outcome| outcome.index));
        let done = Done { outcomes, bytes: self.bytes };
        let (count, failed) = (done.moved(), done.outcomes.len() - done.moved());
        if failed == 0 {
            let files = units::count(count, "file", "files");
            shell.notifications.info(format!("{files} ({}) moved to the trash", bytes(done.bytes)));
        } else {
            let first = done.failed().next().map_or("", |(_, why)| why).to_owned();
            let files = units::count(failed, "file stays", "files stay");
            shell.notifications.warn(format!("{files} where it was: {first}"));
        }
        self.done = Some(done);
    }
}

fn take_back(result: Result<Vec<Outcome>, JobError>, moved: &mut Moved, shell: &mut Shell<'_>) {
    let outcomes = match result {
        Ok(outcomes) => outcomes,
        Err(error) => {
            shell.notifications.error(format!("The files are still in the trash: {error}"));
            return;
        }
    };
    moved.back.extend(outcomes.iter().filter(|o| o.result.is_ok()).map(|outcome| outcome.index));
    match outcomes.iter().find_map(|outcome| outcome.result.as_ref().err()) {
        None => {
            let files = units::count(moved.back.len(), "file is", "files are");
            shell.notifications.info(format!("{files} back from the trash"));
        }
        Some(why) => {
            let files = units::count(outcomes.len() - moved.back.len(), "file", "files");
            shell.notifications.error(format!("{files} did not come back: {why}"));
        }
    }
}

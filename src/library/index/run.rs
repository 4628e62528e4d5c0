//! One run, from the scan to the last full look.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::flow::Flow;
use super::look::{self, Budgets, Looked, Outcome};
use super::plan::{Missing, Plan, Verdict, Work};
use super::rate::Rate;
use super::{FailedFile, IndexControl, IndexOptions, IndexProgress, IndexReport};
use crate::library::decode::ByteBudget;
use crate::library::read::MAX_FILE_BYTES;
use crate::library::scan::{self, FoundFile, ScanError};
use crate::library::store::{LibraryStore, StoreError};
use crate::library::{ContentHash, RowId};

/// Pictures written in one transaction at most.
const BATCH: usize = 64;
/// A transaction is not held back longer than this: what was read shall be seen.
const BATCH_WAIT: Duration = Duration::from_millis(250);
/// How long to wait for a result before asking again whether to stop.
const TICK: Duration = Duration::from_millis(50);
/// Silence after which the drive is said not to answer.
const SILENCE: Duration = Duration::from_secs(15);

/// Brings the catalog, the vectors and the thumbnails of a library up to date with its folder. Blocks.
///
/// # Errors
/// [`StoreError`] when the folder is not there, or our own files cannot be written. Files that cannot be read are none.
pub fn run(
    store: &Arc<LibraryStore>,
    options: IndexOptions,
    control: &IndexControl<'_>,
) -> Result<IndexReport, StoreError> {
    let pool = pool(options.workers)?;
    let mut run = Run::new(store, &pool, options, control)?;
    run.scan()?;
    run.finish_first_looks()?;
    run.full_looks()?;
    run.finish()
}

fn pool(workers: usize) -> Result<ThreadPool, StoreError> {
    ThreadPoolBuilder::new()
        .num_threads(workers)
        .thread_name(|number| format!("index {}", number + 1))
        .build()
        .map_err(|error| StoreError::NoThreads(error.to_string()))
}

struct Run<'a> {
    store: &'a Arc<LibraryStore>,
    pool: &'a ThreadPool,
    control: &'a IndexControl<'a>,
    budgets: Budgets,
    limit: usize,
    plan: Plan,
    first: Flow<'a, (Work, Outcome)>,
    /// Files for a full look, in the order of the scan.
    queue: VecDeque<Work>,
    /// New files of a later run, until it is known what has moved.
    new: Vec<FoundFile>,
    batch: Vec<(Work, Looked)>,
    batch_since: Instant,
    /// Files that could not be read in this run.
    failed_now: u64,
    /// Full looks under way.
    looking: usize,
    /// What could not be looked at and is in no catalog.
    faults: Vec<FailedFile>,
    report: IndexReport,
    progress: IndexProgress,
    rate: Rate,
    started: Instant,
    last_result: Instant,
    last_told: Option<Instant>,
}

impl<'a> Run<'a> {
    fn new(
        store: &'a Arc<LibraryStore>,
        pool: &'a ThreadPool,
        options: IndexOptions,
        control: &'a IndexControl<'a>,
    ) -> Result<Self, StoreError> {
        let now = Instant::now();
        // Two for each worker: one in work, one waiting for it.
        let limit = pool.current_num_threads() * 2;
        Ok(Self {
            store,
            pool,
            control,
            budgets: Budgets {
                files: ByteBudget::with_lone(options.file_bytes, MAX_FILE_BYTES),
                decode: ByteBudget::with_lone(options.decode_bytes, options.lone_decode_bytes),
            },
            limit,
            plan: Plan::new(store.catalog.known()?, store.described(), options.retries_failed),
            first: Flow::new(pool, limit),
            queue: VecDeque::new(),
            new: Vec::new(),
            batch: Vec::new(),
            batch_since: now,
            failed_now: 0,
            looking: 0,
            faults: Vec::new(),
            report: IndexReport::default(),
            progress: IndexProgress::default(),
            rate: Rate::default(),
            started: now,
            last_result: now,
            last_told: None,
        })
    }

    fn should_stop(&self) -> bool {
        (self.control.should_stop)()
    }

    /// Looks through the folder. On the first run, files are looked at as they come.
    fn scan(&mut self) -> Result<(), StoreError> {
        let root = self.store.root.clone();
        // The place where a drive is mounted is an empty folder while the drive is away.
        let is_empty = std::fs::read_dir(&root).is_ok_and(|mut entries| entries.next().is_none());
        if is_empty && !self.plan.is_first() {
            return Err(StoreError::EmptyFolder(root));
        }
        let mut fault = None;
        let stop = self.control.should_stop;
        let scanned = scan::scan(&root, stop, &mut |found| {
            if fault.is_none() {
                fault = self.found(found).err();
            }
        });
        if let Some(error) = fault {
            return Err(error);
        }
        match scanned {
            // What was found so far is kept; what is gone is only known after all folders.
            Err(ScanError::Stopped) => return Ok(()),
            scanned => scanned.map_err(|error| StoreError::Scan(error.to_string()))?,
        }
        if self.should_stop() {
            return Ok(());
        }
        self.settle_missing()?;
        self.queue.extend(self.plan.sidecars_changed());
        self.queue.extend(std::mem::take(&mut self.plan.unfinished));
        self.progress.scan_is_done = true;
        self.tell(true);
        Ok(())
    }

    fn found(&mut self, found: Result<FoundFile, scan::ScanFault>) -> Result<(), StoreError> {
        self.wait_while_paused()?;
        if self.should_stop() {
            return Ok(());
        }
        let file = match found {
            Ok(file) => file,
            Err(fault) => {
                self.faults.push(FailedFile { path: fault.relative.clone(), error: fault.reason });
                self.plan.unreadable(fault.relative);
                return Ok(());
            }
        };
        match self.plan.found(file) {
            Verdict::Nothing => {}
            Verdict::New(file) if !self.plan.is_first() => self.new.push(file),
            Verdict::New(file) => self.look_first(Work { file, row: None })?,
            Verdict::Changed(work) => self.queue.push_back(work),
            Verdict::Returned { work, is_finished } => {
                if let Some(row) = work.row {
                    let file = &work.file;
                    self.store.catalog.set_path(row, &file.relative, file.modified_ns)?;
                    self.report.moved += u64::from(is_finished);
                    (self.control.changed)();
                }
            }
        }
        self.tell(false);
        Ok(())
    }

    /// What is known and was not found has moved or is gone; what is new and was not known has moved or is new.
    fn settle_missing(&mut self) -> Result<(), StoreError> {
        let missing = self.plan.missing();
        let new = std::mem::take(&mut self.new);
        let mut by_size: HashMap<u64, Vec<Missing>> = HashMap::new();
        for missing in missing {
            by_size.entry(missing.size_bytes).or_default().push(missing);
        }
        for file in new {
            self.wait_while_paused()?;
            if self.should_stop() {
                return Ok(());
            }
            let came_from = by_size.get_mut(&file.size_bytes).and_then(|candidates| {
                let content: ContentHash = look::content(&self.store.root, &file)?;
                let at = candidates.iter().position(|missing| missing.content == Some(content))?;
                Some(candidates.remove(at))
            });
            match came_from {
                Some(missing) => {
                    self.store.catalog.set_path(missing.row, &file.relative, file.modified_ns)?;
                    self.report.moved += 1;
                }
                None => self.look_first(Work { file, row: None })?,
            }
        }
        // They are hidden, not struck out: a drive that is away, or a folder being moved, comes back with all that is known.
        let gone = by_size.into_values().flatten().filter(|missing| !missing.missed_before);
        let mut gone: Vec<RowId> = gone.map(|missing| missing.row).collect();
        gone.sort();
        if !gone.is_empty() {
            self.report.removed = gone.len() as u64;
            self.store.catalog.mark_missing(&gone)?;
        }
        if self.report.moved > 0 || !gone.is_empty() {
            (self.control.changed)();
        }
        Ok(())
    }

    /// Gives a file to the pool for a first look, and takes what has come back meanwhile.
    fn look_first(&mut self, work: Work) -> Result<(), StoreError> {
        while !self.first.has_room() {
            if self.should_stop() {
                return Ok(());
            }
            self.take_first(TICK)?;
        }
        let root = self.store.root.clone();
        self.first.give(move || {
            let outcome = look::first_look(&root, &work);
            (work, outcome)
        });
        self.take_first(Duration::ZERO)?;
        Ok(())
    }

    /// While the user has it wait nothing new is begun; what was begun is taken and written.
    fn wait_while_paused(&mut self) -> Result<(), StoreError> {
        while self.control.is_paused() && !self.should_stop() {
            self.take_first(TICK)?;
            if self.first.in_flight() == 0 {
                self.write_batch()?;
                std::thread::sleep(TICK);
            }
            self.last_result = Instant::now();
        }
        Ok(())
    }

    fn take_first(&mut self, wait: Duration) -> Result<(), StoreError> {
        if let Some((work, outcome)) = self.first.take(wait) {
            self.last_result = Instant::now();
            match outcome {
                Outcome::Picture(looked) => {
                    self.progress.first_pass += 1;
                    self.batch.push((work, *looked));
                }
                other => self.not_a_picture(&work, other)?,
            }
        }
        self.write_when_due()?;
        self.tell(false);
        Ok(())
    }

    fn finish_first_looks(&mut self) -> Result<(), StoreError> {
        while self.first.in_flight() > 0 && !self.should_stop() {
            self.take_first(TICK)?;
        }
        self.write_batch()
    }

    /// Reads everything that was found, with all workers.
    fn full_looks(&mut self) -> Result<(), StoreError> {
        let mut flow: Flow<'_, (Work, Outcome)> = Flow::new(self.pool, self.limit);
        self.rate.reset();
        self.last_result = Instant::now();
        while !self.should_stop() && (flow.in_flight() > 0 || !self.queue.is_empty()) {
            let paused = self.control.is_paused();
            while !paused && flow.has_room() {
                let Some(work) = self.queue.pop_front() else { break };
                let (root, budgets) = (self.store.root.clone(), self.budgets.clone());
                flow.give(move || {
                    let outcome = look::full_look(&root, &work, &budgets);
                    (work, outcome)
                });
            }
            let taken = flow.take(TICK);
            self.looking = flow.in_flight();
            match taken {
                Some((work, Outcome::Picture(looked))) => {
                    self.last_result = Instant::now();
                    self.report.indexed += 1;
                    self.batch.push((work, *looked));
                }
                Some((work, other)) => {
                    self.last_result = Instant::now();
                    self.not_a_picture(&work, other)?;
                }
                None if paused && flow.in_flight() == 0 => {
                    self.write_batch()?;
                    self.last_result = Instant::now();
                    self.rate.reset();
                    std::thread::sleep(TICK);
                }
                None => {}
            }
            self.write_when_due()?;
            self.tell(false);
        }
        self.write_batch()
    }

    /// Everything but a picture: written down so that it is not looked at again.
    fn not_a_picture(&mut self, work: &Work, outcome: Outcome) -> Result<(), StoreError> {
        match outcome {
            Outcome::Failed(record) => {
                self.store.catalog.upsert(std::slice::from_ref(&record))?;
                if let Some(row) = work.row {
                    self.store.forget_vectors(&[row])?;
                }
                self.failed_now += 1;
            }
            // Another kind of file is not remembered: telling it costs one read of a page.
            Outcome::NoPicture => {
                if let Some(row) = work.row {
                    self.store.remove(&[row])?;
                }
            }
            Outcome::Vanished(reason) => {
                if !self.store.root.is_dir() {
                    return Err(StoreError::NoFolder(self.store.root.clone()));
                }
                self.faults.push(FailedFile { path: work.file.relative.clone(), error: reason });
            }
            Outcome::Picture(_) => {}
        }
        Ok(())
    }

    fn write_when_due(&mut self) -> Result<(), StoreError> {
        if self.batch.len() >= BATCH || (!self.batch.is_empty() && self.batch_since.elapsed() > BATCH_WAIT) {
            self.write_batch()?;
        }
        Ok(())
    }

    /// One transaction; first looks then wait for their full one.
    fn write_batch(&mut self) -> Result<(), StoreError> {
        self.batch_since = Instant::now();
        if self.batch.is_empty() {
            return Ok(());
        }
        let batch = std::mem::take(&mut self.batch);
        let looked: Vec<&Looked> = batch.iter().map(|(_, looked)| looked).collect();
        let rows = self.store.write(&looked)?;
        for ((work, looked), row) in batch.into_iter().zip(rows) {
            if looked.thumbnail.is_none() {
                self.queue.push_back(Work { row: Some(row), ..work });
            }
        }
        (self.control.changed)();
        Ok(())
    }

    /// Says how far it is, ten times a second.
    fn tell(&mut self, now: bool) {
        let is_due = self.last_told.is_none_or(|told| told.elapsed() > Duration::from_millis(100));
        if !is_due && !now {
            return;
        }
        self.last_told = Some(Instant::now());
        let done = self.report.indexed + self.failed_now;
        // Full looks are counted as soon as they are there; first looks in the batch wait for theirs.
        let first_looks = self.batch.iter().filter(|(_, looked)| looked.thumbnail.is_none()).count();
        let waiting = self.queue.len() + self.first.in_flight() + self.looking + first_looks;
        let progress = &mut self.progress;
        progress.full_pass = self.plan.unchanged + self.report.moved + self.report.indexed;
        progress.failed = self.plan.failed_before + self.failed_now + self.faults.len() as u64;
        progress.found = progress.full_pass + progress.failed + waiting as u64;
        self.rate.note(self.started.elapsed().as_secs_f64(), done);
        progress.per_second = self.rate.per_second();
        let is_told = progress.scan_is_done && !self.control.is_paused();
        progress.left_secs = if is_told { self.rate.left_secs(waiting as u64) } else { None };
        progress.is_paused = self.control.is_paused();
        let silent = waiting > 0 && !progress.is_paused && self.last_result.elapsed() > SILENCE;
        progress.held_up = silent.then(|| "the drive does not answer".to_owned());
        (self.control.progress)(&self.progress);
    }

    fn finish(mut self) -> Result<IndexReport, StoreError> {
        self.report.was_stopped = self.should_stop();
        self.store.strike_out_strangers()?;
        self.store.flush()?;
        if !self.report.was_stopped {
            self.store.catalog.set_indexed_now()?;
        }
        self.tell(true);
        (self.control.changed)();
        let mut report = self.report;
        let failed = self.store.catalog.failed()?.into_iter();
        report.failed = failed.map(|(path, error)| FailedFile { path, error }).chain(self.faults).collect();
        let damaged = self.store.catalog.damaged()?.into_iter();
        report.damaged = damaged.map(|(path, error)| FailedFile { path, error }).collect();
        report.unchanged = self.plan.unchanged;
        report.files = report.unchanged + report.moved + report.indexed + report.failed.len() as u64;
        report.elapsed_secs = self.started.elapsed().as_secs_f64();
        report.images_per_sec = report.indexed as f64 / report.elapsed_secs.max(1e-9);
        report.failed.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(report)
    }
}

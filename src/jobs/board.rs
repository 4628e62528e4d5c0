//! The registry: what is known about every job, and nothing about what the jobs do.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::clock::Clock;
use super::context::Control;
use super::wake::Waker;
use super::{JobId, JobInfo, JobState, lock};

/// How many finished jobs are remembered.
const HISTORY: usize = 100;

/// Takes a waiting job out of its lane. True when it was still there; then it has been told that it ends.
pub(super) type Withdraw = Arc<dyn Fn(JobId) -> bool + Send + Sync>;

pub(super) struct Entry {
    id: JobId,
    name: String,
    state: JobState,
    pub(super) fraction: Option<f32>,
    pub(super) message: String,
    started: Option<Duration>,
    finished: Option<Duration>,
    control: Arc<Control>,
    withdraw: Option<Withdraw>,
}

#[derive(Default)]
struct Entries {
    last_id: u64,
    live: BTreeMap<JobId, Entry>,
    /// Newest in front.
    finished: VecDeque<Entry>,
}

pub(super) struct Board {
    clock: Arc<dyn Clock>,
    waker: Waker,
    entries: Mutex<Entries>,
    /// Signalled when a job ends.
    ended: Condvar,
}

impl Board {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, waker: Waker::default(), entries: Mutex::default(), ended: Condvar::new() }
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub(super) fn waker(&self) -> &Waker {
        &self.waker
    }

    pub(super) fn wake(&self) {
        self.waker.wake();
    }

    /// Adds a job that has not begun. Wakes nobody: the caller may hold a lock and wakes after it.
    pub(super) fn register(&self, name: &str, withdraw: Option<Withdraw>) -> JobId {
        let mut entries = lock(&self.entries);
        entries.last_id += 1;
        let id = JobId(entries.last_id);
        let entry = Entry {
            id,
            name: name.to_owned(),
            state: JobState::Queued,
            fraction: None,
            message: String::new(),
            started: None,
            finished: None,
            control: Arc::default(),
            withdraw,
        };
        entries.live.insert(id, entry);
        id
    }

    /// The control of a live job; one that nobody else sees for a job that is over.
    pub(super) fn control(&self, id: JobId) -> Arc<Control> {
        lock(&self.entries).live.get(&id).map(|entry| Arc::clone(&entry.control)).unwrap_or_default()
    }

    pub(super) fn start(&self, id: JobId) {
        let now = self.clock.now();
        if let Some(entry) = lock(&self.entries).live.get_mut(&id) {
            entry.state = JobState::Running;
            entry.started = Some(now);
            entry.withdraw = None;
        }
        self.wake();
    }

    /// Changes what a live job shows. A report that comes after its end changes nothing.
    pub(super) fn report(&self, id: JobId, change: impl FnOnce(&mut Entry)) {
        {
            let mut entries = lock(&self.entries);
            let Some(entry) = entries.live.get_mut(&id) else { return };
            change(entry);
        }
        self.waker.wake_for_progress(self.clock.now());
    }

    /// Moves a job into the history. Wakes nobody: the result has to be delivered before.
    pub(super) fn finish(&self, id: JobId, state: JobState) {
        let now = self.clock.now();
        let mut entries = lock(&self.entries);
        if let Some(mut entry) = entries.live.remove(&id) {
            entry.state = state;
            entry.finished = Some(now);
            entry.withdraw = None;
            entries.finished.push_front(entry);
            entries.finished.truncate(HISTORY);
        }
        self.ended.notify_all();
    }

    pub(super) fn cancel(&self, id: JobId) -> bool {
        let withdraw = {
            let entries = lock(&self.entries);
            let Some(entry) = entries.live.get(&id) else { return false };
            entry.control.cancel();
            entry.withdraw.clone()
        };
        // Outside the lock: the lane locks its queue first and the registry second.
        let withdrawn = withdraw.is_some_and(|withdraw| withdraw(id));
        if !withdrawn {
            self.wake();
        }
        true
    }

    pub(super) fn cancel_all(&self) {
        let ids: Vec<JobId> = {
            let entries = lock(&self.entries);
            // All are marked before the first one stops and a lane would start the next.
            entries.live.values().for_each(|entry| entry.control.cancel());
            entries.live.keys().copied().collect()
        };
        for id in ids {
            self.cancel(id);
        }
    }

    pub(super) fn snapshot(&self) -> Vec<JobInfo> {
        let now = self.clock.now();
        let entries = lock(&self.entries);
        let is_running = |entry: &&Entry| entry.state == JobState::Running;
        let running = entries.live.values().filter(is_running);
        let waiting = entries.live.values().filter(|entry| !is_running(entry));
        running.chain(waiting).chain(&entries.finished).map(|entry| entry.info(now)).collect()
    }

    pub(super) fn clear_finished(&self) {
        lock(&self.entries).finished.clear();
        self.wake();
    }

    pub(super) fn running_count(&self) -> usize {
        lock(&self.entries).live.values().filter(|entry| entry.state == JobState::Running).count()
    }

    pub(super) fn wait_until_idle(&self, timeout: Duration) -> bool {
        let entries = lock(&self.entries);
        let (entries, _) = self
            .ended
            .wait_timeout_while(entries, timeout, |entries| !entries.live.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        entries.live.is_empty()
    }
}

impl Entry {
    fn info(&self, now: Duration) -> JobInfo {
        let elapsed = self
            .started
            .map_or(Duration::ZERO, |started| self.finished.unwrap_or(now).saturating_sub(started));
        JobInfo {
            id: self.id,
            name: self.name.clone(),
            state: self.state.clone(),
            fraction: self.fraction,
            message: self.message.clone(),
            elapsed_secs: elapsed.as_secs_f32(),
            stopping: self.control.is_cancelled() && !self.state.is_finished(),
        }
    }
}

//! Jobs in order: a bounded queue with named workers.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};

use super::board::{Board, Withdraw};
use super::task::{self, Task};
use super::{JobContext, JobError, JobHandle, JobId, Jobs, QueueFull, lock, thread};

/// Runs jobs in the order of submission; with one worker, one after the other.
///
/// Clones share the lane. When the last one is dropped, the waiting jobs end as cancelled, the running ones
/// go on to their end, and the workers leave.
#[derive(Clone)]
pub struct Lane {
    owner: Arc<Owner>,
}

/// Closes the lane with the last clone; the workers hold the queue only.
struct Owner {
    name: String,
    capacity: usize,
    board: Arc<Board>,
    queue: Arc<Queue>,
    withdraw: Withdraw,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    /// Signalled when a job comes or the lane closes.
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    tasks: VecDeque<(JobId, Task)>,
    closed: bool,
}

impl Lane {
    /// A lane with `workers` threads (at least one), in which `capacity` jobs may wait besides the running ones.
    ///
    /// # Errors
    /// [`JobError::NotStarted`] when the system gives no thread.
    pub fn new(jobs: &Jobs, name: &str, workers: usize, capacity: usize) -> Result<Self, JobError> {
        let queue = Arc::new(Queue::default());
        // Weak, for the registry must not keep the queue of a closed lane.
        let weak = Arc::downgrade(&queue);
        let lane = Self {
            owner: Arc::new(Owner {
                name: name.to_owned(),
                capacity,
                board: Arc::clone(&jobs.board),
                queue: Arc::clone(&queue),
                withdraw: Arc::new(move |id| withdraw(&weak, id)),
            }),
        };
        for worker in 1..=workers.max(1) {
            let queue = Arc::clone(&queue);
            thread::start(&format!("{name} {worker}"), move || {
                while let Some(task) = queue.next() {
                    task(Ok(()));
                }
            })?;
        }
        Ok(lane)
    }

    /// Puts a job at the end of the queue.
    ///
    /// # Errors
    /// [`QueueFull`] when `capacity` jobs are waiting; the job is dropped and does not appear in the registry.
    pub fn submit<T, F>(&self, name: impl Into<String>, work: F) -> Result<JobHandle<T>, QueueFull>
    where
        T: Send + 'static,
        F: FnOnce(&JobContext) -> Result<T, JobError> + Send + 'static,
    {
        let Owner { name: lane, capacity, board, queue, withdraw } = self.owner.as_ref();
        let handle = {
            let mut waiting = lock(&queue.waiting);
            if waiting.tasks.len() >= *capacity {
                return Err(QueueFull { lane: lane.clone(), capacity: *capacity });
            }
            let id = board.register(&name.into(), Some(Arc::clone(withdraw)));
            let (task, handle) = task::prepare(board, id, work);
            waiting.tasks.push_back((id, task));
            handle
        };
        queue.changed.notify_one();
        board.wake();
        Ok(handle)
    }

    /// How many jobs wait, the running ones not counted.
    pub fn waiting_count(&self) -> usize {
        lock(&self.owner.queue.waiting).tasks.len()
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let tasks = {
            let mut waiting = lock(&self.queue.waiting);
            waiting.closed = true;
            std::mem::take(&mut waiting.tasks)
        };
        self.queue.changed.notify_all();
        for (_, task) in tasks {
            task(Err(JobError::Cancelled));
        }
    }
}

impl Queue {
    /// Waits for the next job; `None` when the lane is closed.
    fn next(&self) -> Option<Task> {
        let waiting = lock(&self.waiting);
        let mut waiting = self
            .changed
            .wait_while(waiting, |waiting| waiting.tasks.is_empty() && !waiting.closed)
            .unwrap_or_else(PoisonError::into_inner);
        waiting.tasks.pop_front().map(|(_, task)| task)
    }
}

/// Ends a job that still waits. Being found in the queue decides between this and a worker.
fn withdraw(queue: &Weak<Queue>, id: JobId) -> bool {
    let Some(queue) = queue.upgrade() else { return false };
    let task = {
        let mut waiting = lock(&queue.waiting);
        let position = waiting.tasks.iter().position(|(waiting_id, _)| *waiting_id == id);
        position.and_then(|position| waiting.tasks.remove(position))
    };
    match task {
        Some((_, task)) => {
            task(Err(JobError::Cancelled));
            true
        }
        None => false,
    }
}

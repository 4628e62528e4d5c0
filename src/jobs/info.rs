//! What the registry tells about a job.

use std::fmt;

/// Names a job for as long as the program runs. Later jobs have greater ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub(super) u64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where a job is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    /// It waits for its turn.
    Queued,
    /// It is at work.
    Running,
    /// It gave a result.
    Done,
    /// It failed; the text says why, in words for the user.
    Failed(String),
    /// It was stopped on request.
    Cancelled,
}

impl JobState {
    /// Whether the job is over.
    pub fn is_finished(&self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// One line of a list of jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct JobInfo {
    /// Its id, for [`super::Jobs::cancel`].
    pub id: JobId,
    /// The name that it was started with.
    pub name: String,
    /// Where it is in its life.
    pub state: JobState,
    /// Done part from 0 to 1; `None` while the whole is unknown.
    pub fraction: Option<f32>,
    /// The last thing it said; empty when it said nothing.
    pub message: String,
    /// How long it has run, or ran; 0 while it waits.
    pub elapsed_secs: f32,
    /// It was asked to stop and has not yet stopped.
    pub stopping: bool,
}

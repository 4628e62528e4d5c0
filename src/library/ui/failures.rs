//! Thumbnails that could not be read, and when that is tried again: a drive that was away may be back.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::library::{ContentHash, PictureId};

/// What could not be read is tried again after so long.
const AGAIN: Duration = Duration::from_secs(10);

/// Pictures that could not be read.
#[derive(Default)]
pub(super) struct Failures {
    failed: HashMap<PictureId, Failure>,
    /// Since then there is hope for all that failed before.
    hope: Option<Instant>,
    had_focus: bool,
    generation: u64,
}

struct Failure {
    /// What the file held when it was last read.
    content: Option<ContentHash>,
    reason: String,
    at: Instant,
}

impl Failures {
    /// Notes that a picture could not be read just now.
    pub fn note(&mut self, id: PictureId, content: Option<ContentHash>, reason: String) {
        self.failed.insert(id, Failure { content, reason, at: Instant::now() });
    }

    /// Why a picture could not be read.
    pub fn reason(&self, id: PictureId) -> Option<&str> {
        self.failed.get(&id).map(|failure| failure.reason.as_str())
    }

    /// Whether there is no point in reading a picture now.
    pub fn is_hopeless(&self, id: PictureId, content: Option<ContentHash>) -> bool {
        self.failed.get(&id).is_some_and(|failure| {
            failure.content == content
                && failure.at.elapsed() < AGAIN
                && self.hope.is_none_or(|since| failure.at >= since)
        })
    }

    /// Somebody who comes back to the window may have connected a drive.
    pub fn see_focus(&mut self, has_focus: bool) {
        if has_focus && !self.had_focus {
            self.hope = Some(Instant::now());
        }
        self.had_focus = has_focus;
    }

    /// The libraries are looked through when a folder is there again.
    pub fn see_generation(&mut self, generation: u64) {
        if std::mem::replace(&mut self.generation, generation) != generation {
            self.hope = Some(Instant::now());
        }
    }

    /// A picture was read.
    pub fn forget(&mut self, id: PictureId) {
        self.failed.remove(&id);
    }

    /// A library is gone.
    pub fn forget_library(&mut self, library: u32) {
        self.failed.retain(|id, _| id.library != library);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::RowId;

    #[test]
    fn what_failed_is_tried_again_when_there_is_hope() {
        let id = PictureId { library: 0, row: RowId(7) };
        let [before, after] = [b"before", b"after "].map(|bytes| Some(ContentHash::of(bytes)));
        let mut failures = Failures::default();
        let fail = |failures: &mut Failures| failures.note(id, before, "gone".to_owned());
        fail(&mut failures);
        assert!(failures.is_hopeless(id, before));
        assert!(!failures.is_hopeless(id, after), "the file is another one now");
        failures.see_focus(true);
        assert!(!failures.is_hopeless(id, before), "somebody came back");
        assert_eq!(failures.reason(id), Some("gone"), "and is told so meanwhile");
        fail(&mut failures);
        failures.see_focus(true);
        assert!(failures.is_hopeless(id, before), "it is tried once");
        failures.see_generation(1);
        assert!(!failures.is_hopeless(id, before));
        fail(&mut failures);
        failures.see_generation(1);
        assert!(failures.is_hopeless(id, before));
        failures.failed.get_mut(&id).unwrap().at = Instant::now().checked_sub(AGAIN).unwrap();
        failures.hope = None;
        assert!(!failures.is_hopeless(id, before), "after a while");
    }
}

//! Dialogs of the system, which some desktops do not have.

use std::time::{Duration, Instant};

use crate::jobs::JobError;

/// A dialog that comes back faster than a hand can move was never shown.
const NO_DIALOG: Duration = Duration::from_millis(300);

/// Asks with a dialog of the system; `None` when the user chose nothing. Blocks as long as the dialog is open, so it is
/// called in a job.
///
/// # Errors
/// [`JobError::Failed`] when no dialog could be shown.
pub fn ask<T>(dialog: impl FnOnce() -> Option<T>) -> Result<Option<T>, JobError> {
    let began = Instant::now();
    let answer = dialog();
    if answer.is_none() && began.elapsed() < NO_DIALOG {
        return Err(JobError::failed(
            "this desktop offers no file dialog; install xdg-desktop-portal or zenity",
        ));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_that_was_never_shown_is_told() {
        assert_eq!(ask(|| Some(7)), Ok(Some(7)));
        assert!(matches!(ask(|| None::<u8>), Err(JobError::Failed(_))));
        let slowly = || {
            std::thread::sleep(NO_DIALOG);
            None::<u8>
        };
        assert_eq!(ask(slowly), Ok(None));
    }
}

//! Where the output of commands goes on Windows.

use windows::Win32::System::Console::{ATTACH_PARENT_PROCESS, AttachConsole};

/// Takes the console that the program was started from, when there is one.
///
/// This is the one place outside `gpu/` that calls the system directly: a program that opens no console at a double click
/// has none when it is typed into one either, and the standard library cannot ask for it.
#[expect(unsafe_code, reason = "the standard library has no call for it")]
pub(super) fn attach_to_parent() {
    // SAFETY: the call takes no memory of ours; without a parent's console it fails and changes nothing.
    let attached = unsafe { AttachConsole(ATTACH_PARENT_PROCESS) };
    // Without a console there is also nobody to tell that there is none.
    attached.ok();
}

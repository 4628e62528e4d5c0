//! The program: reads the command line, does what it says, and tells by its exit code whether that worked.

// A double click opens the window, not a console. Commands attach to the console they were typed in.
#![cfg_attr(windows, windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    vitrine::cli::main()
}

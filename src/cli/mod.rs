//! The command line: one file per noun. Every job here runs through the same code as in the window.
//!
//! Exit codes: 0 when everything asked for was done, 1 when something failed (named on standard error), 2 for wrong
//! usage, and also when there is no graphics adapter for what needs one.

pub mod bench;
mod cache;
#[cfg(windows)]
mod console;
mod crystal;
mod desktop;
mod doctor;
mod library;
mod processes;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use crate::{
    app::{self, WindowOptions},
    storage::Directories,
};

/// Look into crystals and take publication pictures away. Without a command, opens the window.
#[derive(Debug, Parser)]
#[command(name = "vitrine", version)]
struct Arguments {
    /// Structures or folders to open in the window
    files: Vec<PathBuf>,
    /// Use X11 on a Wayland desktop, where dropping files does not work yet
    #[arg(long)]
    x11: bool,
    /// Write how long the start took to a file, wait ten idle seconds, and end (for `vitrine bench startup`)
    #[arg(long, hide = true)]
    startup_report: Option<PathBuf>,
    /// Keep settings, caches and everything else of Vitrine in this folder
    #[arg(long, global = true, value_name = "DIR", env = crate::storage::DATA_DIR_VARIABLE)]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say what this machine offers and what is missing
    Doctor(doctor::DoctorArguments),
    /// Read, describe and draw crystal structures
    #[command(subcommand)]
    Crystal(crystal::CrystalCommand),
    /// Index folders of pictures and find things in them
    #[command(subcommand)]
    Library(library::LibraryCommand),
    /// Say what is kept for the next time, or delete it
    #[command(subcommand)]
    Cache(cache::CacheCommand),
    /// Measure how fast things are here
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// Add Vitrine to this user's applications
    InstallDesktop,
    /// Remove Vitrine from this user's applications
    UninstallDesktop,
}

/// A failure that has its own exit code.
#[derive(Debug)]
enum Failure {
    /// Something asked for was not done.
    NotDone(anyhow::Error),
    /// The machine lacks what the command needs.
    Unable(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::NotDone(error.into())
    }
}

/// Reads the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    attach_console();
    leave_quietly_when_nobody_reads();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too, with code 0. A closed pipe is no failure of ours.
            error.print().ok();
            return ExitCode::from(error.exit_code() as u8);
        }
    };
    start_log(arguments.command.is_none());
    let (failure, code) = match run(arguments) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::NotDone(error)) => (error, 1),
        Err(Failure::Unable(error)) => (error, 2),
    };
    eprintln!("vitrine: {}", told_once(&failure));
    ExitCode::from(code)
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { files, x11, startup_report, data_dir, command } = arguments;
    let directories = Directories::resolve(data_dir.as_deref())?;
    match command {
        None => open_window(&directories, files, x11, startup_report, data_dir),
        Some(Command::Doctor(arguments)) => doctor::run(&directories, &arguments),
        Some(Command::Crystal(command)) => crystal::run(command, &directories),
        Some(Command::Library(command)) => library::run(&command, &directories),
        Some(Command::Cache(command)) => cache::run(&command, &directories),
        Some(Command::Bench(command)) => bench::run(&command),
        Some(Command::InstallDesktop) => desktop::install(),
        Some(Command::UninstallDesktop) => desktop::uninstall(),
    }
}

fn open_window(
    directories: &Directories,
    files: Vec<PathBuf>,
    x11: bool,
    startup_report: Option<PathBuf>,
    data_dir: Option<PathBuf>,
) -> Result<(), Failure> {
    let mut restart_arguments: Vec<std::ffi::OsString> = Vec::new();
    if let Some(folder) = data_dir {
        restart_arguments.extend(["--data-dir".into(), folder.into()]);
    }
    if x11 {
        restart_arguments.push("--x11".into());
    }
    // The window may be given another folder to work in by whoever restarts it.
    let files = files.into_iter().map(|file| std::path::absolute(&file).unwrap_or(file)).collect();
    let options = WindowOptions { start: app::Start { files, startup_report, restart_arguments }, x11 };
    app::run(directories, &options).map_err(|error| Failure::Unable(error.into()))
}

/// An error with its causes; our own messages contain theirs already.
fn told_once(error: &anyhow::Error) -> String {
    let mut told = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}

/// Warnings and errors to standard error; the window also tells what it draws with. `RUST_LOG` asks for more.
fn start_log(window: bool) {
    // Drivers complain on their way to an adapter that works; commands say themselves what they could not do.
    let default = if window { "warn,vitrine=info" } else { "error,wgpu_hal=off,wgpu_core=off" };
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(default))
        .format_timestamp_millis()
        .init();
}

/// A path for a terminal: control characters, which could make it show anything, are written as escapes.
fn plain(path: &Path) -> String {
    let plain =
        |letter: char| if letter.is_control() { letter.escape_default().to_string() } else { letter.into() };
    path.display().to_string().chars().map(plain).collect()
}

/// `println!` panics when the reader of a pipe (`| head`) has gone; that ends the program without a word instead. Any other
/// refusal, a full disk for instance, is told.
fn leave_quietly_when_nobody_reads() {
    /// What a shell reports for a process that a closed pipe ended: 128 and the number of SIGPIPE.
    const CLOSED_PIPE: i32 = 141;
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload_as_str().unwrap_or_default();
        if let Some(reason) = text.strip_prefix("failed printing to stdout: ") {
            // EPIPE, and what Windows has for it.
            if ["(os error 32)", "(os error 109)", "(os error 232)"].iter().any(|kind| reason.ends_with(kind))
            {
                std::process::exit(CLOSED_PIPE);
            }
            eprintln!("vitrine: the output cannot be written: {reason}");
            std::process::exit(1);
        }
        if text.starts_with("failed printing to stderr") {
            std::process::exit(CLOSED_PIPE);
        }
        usual(panic);
    }));
}

/// Built as a window program, Vitrine has no console of its own on Windows; commands print to the one they came from.
fn attach_console() {
    #[cfg(windows)]
    console::attach_to_parent();
}

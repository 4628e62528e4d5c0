//! `vitrine bench`: measurements, printed as ratios against a peer or a limit where there is one.

mod crystal_io;
mod figures;
mod library;
mod startup;

use clap::Subcommand;

use super::Failure;

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// From the start of the process to the first frame, and what an idle window costs
    Startup {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// How many starts
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=50))]
        runs: u32,
    },
    /// Reading CIF files and finding neighbours
    CrystalIo {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Indexing pictures, and finding them
    Library {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Figures cold and cached, one and many
    Figures {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(command: &BenchCommand) -> Result<(), Failure> {
    match *command {
        BenchCommand::Startup { json, runs } => startup::run(json, runs),
        BenchCommand::CrystalIo { json } => Ok(crystal_io::run(json)?),
        BenchCommand::Library { json } => Ok(library::run(json)?),
        BenchCommand::Figures { json } => Ok(figures::run(json)?),
    }
}

/// The most that this process ever held in memory; Linux tells it.
fn peak_memory_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok().map(|kib| kib * 1024.0 / 1e6)
}

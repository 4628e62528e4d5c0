//! `vitrine cache`: results that were kept.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::Failure;
use crate::{
    cache::{Cache, DEFAULT_BUDGET_BYTES},
    library::session::open_thumbnails,
    storage::Directories,
    ui::widgets::bytes,
};

/// What can be done with the cache.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Say how much is kept, and where
    Stats(StatsArguments),
    /// Delete all of it; figures are then made anew
    Clear,
}

#[derive(Debug, Args)]
pub struct StatsArguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Stats {
    folder: String,
    entries: u64,
    bytes: u64,
    budget_bytes: u64,
    thumbnails: u64,
    thumbnail_bytes: u64,
}

pub(super) fn run(command: &CacheCommand, directories: &Directories) -> Result<(), Failure> {
    // Looking must not make the folder.
    if !directories.cache.exists() {
        if let CacheCommand::Stats(StatsArguments { json: true }) = command {
            let folder = directories.cache.display().to_string();
            let stats = Stats {
                folder,
                entries: 0,
                bytes: 0,
                budget_bytes: DEFAULT_BUDGET_BYTES,
                thumbnails: 0,
                thumbnail_bytes: 0,
            };
            println!("{}", serde_json::to_string_pretty(&stats)?);
        } else {
            println!("nothing is kept yet: {}", directories.cache.display());
        }
        return Ok(());
    }
    let cache = Cache::open(&directories.cache, DEFAULT_BUDGET_BYTES)?;
    let before = cache.stats();
    let thumbnails = open_thumbnails(directories);
    let small = thumbnails.stats();
    match command {
        CacheCommand::Stats(arguments) => {
            let stats = Stats {
                folder: cache.folder().display().to_string(),
                entries: before.entries,
                bytes: before.bytes,
                budget_bytes: before.budget_bytes,
                thumbnails: small.count,
                thumbnail_bytes: small.bytes,
            };
            if arguments.json {
                println!("{}", serde_json::to_string_pretty(&stats)?);
            } else {
                println!("{}", stats.folder);
                println!(
                    "  {} results, {} of {}",
                    stats.entries,
                    bytes(stats.bytes),
                    bytes(stats.budget_bytes)
                );
                println!(
                    "  {} thumbnails, {} of {}",
                    small.count,
                    bytes(small.bytes),
                    bytes(small.budget_bytes)
                );
            }
        }
        CacheCommand::Clear => {
            cache.clear()?;
            thumbnails.clear();
            let freed = bytes(before.bytes + small.bytes);
            println!("{} results and {} thumbnails were deleted, {freed} freed", before.entries, small.count);
        }
    }
    Ok(())
}

/// The cache of this user; without one, which is told, everything is computed anew.
pub(super) fn open_cache(directories: &Directories) -> Option<Cache> {
    Cache::open(&directories.cache, DEFAULT_BUDGET_BYTES)
        .map_err(|error| eprintln!("vitrine: note: nothing is kept for the next time, because {error}"))
        .ok()
}

//! `vitrine bench library`: how fast pictures become findable, and how fast they are found.
//!
//! Everything is made here: photographs with grain, random vectors, catalogs of made-up records.

mod answers;
mod pictures;

use std::path::Path;
use std::time::Instant;

use serde::Serialize;

pub use self::answers::Answers;
pub use self::pictures::Pictures;

/// Best of this many runs: the machine's other work only ever adds time.
const RUNS: usize = 7;

/// The numbers, as `--json` prints them.
#[derive(Serialize)]
struct Report {
    cores: usize,
    #[serde(flatten)]
    pictures: Pictures,
    #[serde(flatten)]
    answers: Answers,
}

/// Measures and prints, as a table or as JSON.
///
/// # Errors
/// When the folder for the temporary files cannot be written, or a library not be made.
pub fn run(json: bool) -> anyhow::Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let folder = std::env::temp_dir().join(format!("vitrine-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    // Pictures first: the memory of the process only ever grows, and theirs is the one that has a limit.
    let report = measure(&folder, cores);
    std::fs::remove_dir_all(&folder).ok();
    let report = report?;
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        report.pictures.print();
        report.answers.print(cores);
    }
    Ok(())
}

fn measure(folder: &Path, cores: usize) -> anyhow::Result<Report> {
    let pictures = Pictures::measure(folder)?;
    let answers = Answers::measure(folder)?;
    Ok(Report { cores, pictures, answers })
}

/// The shortest of some runs, in milliseconds.
fn best_ms(runs: usize, mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..runs {
        let began = Instant::now();
        work()?;
        best = best.min(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(best)
}

fn row(what: &str, value: &str, limit: &str) {
    println!("{what:<58} {value:>14}   {limit}");
}

/// xorshift64*: repeatable, and random enough for measuring.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// 0 to 1.
    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }
}

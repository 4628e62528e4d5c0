//! Starts the program itself several times and lets it measure itself.

use std::{
    process::Command,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, bail};
use serde::Serialize;

use crate::{
    app::{STARTED_AT_VARIABLE, StartupReport},
    cli::Failure,
    ui::widgets,
};

/// What a first frame may take with no models and no network.
const FIRST_FRAME_LIMIT_MS: f64 = 3000.0;
/// What an idle window may take of one core.
const IDLE_LIMIT: f64 = 0.02;
/// A start that takes longer than this has hung.
const PATIENCE: Duration = Duration::from_secs(90);

#[derive(Serialize)]
struct Outcome {
    runs: Vec<StartupReport>,
    median_first_frame_ms: f64,
    first_frame_limit_ms: f64,
    worst_idle_cpu_share: f64,
    idle_cpu_limit: f64,
}

pub(super) fn run(json: bool, runs: u32) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("vitrine-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = (0..runs).map(|_| start_once(&folder)).collect::<anyhow::Result<Vec<_>>>();
    std::fs::remove_dir_all(&folder).ok();
    let reports = outcome?;

    let mut times: Vec<f64> = reports.iter().map(|report| report.first_frame_ms).collect();
    times.sort_by(f64::total_cmp);
    let outcome = Outcome {
        median_first_frame_ms: times.get(times.len() / 2).copied().unwrap_or_default(),
        first_frame_limit_ms: FIRST_FRAME_LIMIT_MS,
        worst_idle_cpu_share: reports.iter().map(|report| report.idle_cpu_share).fold(0.0, f64::max),
        idle_cpu_limit: IDLE_LIMIT,
        runs: reports,
    };
    if json {
        println!("{}", serde_json::to_string_pretty(&outcome)?);
    } else {
        print(&outcome);
    }
    Ok(())
}

fn print(outcome: &Outcome) {
    for (number, report) in outcome.runs.iter().enumerate() {
        println!(
            "start {}: first frame after {:.0} ms, {} on the GPU, {} resident, {:.2} % of a core idle ({} frames in 10 s)",
            number + 1,
            report.first_frame_ms,
            widgets::bytes(report.gpu_bytes),
            widgets::bytes(report.resident_bytes),
            report.idle_cpu_share * 100.0,
            report.idle_frames,
        );
    }
    if let Some(report) = outcome.runs.first() {
        println!("drawn by {}", report.adapter);
    }
    println!(
        "first frame: median {:.0} ms, {:.2} of the limit of {:.0} ms",
        outcome.median_first_frame_ms,
        outcome.median_first_frame_ms / FIRST_FRAME_LIMIT_MS,
        FIRST_FRAME_LIMIT_MS
    );
    println!(
        "idle: at worst {:.2} % of a core, {:.2} of the limit of {:.0} %",
        outcome.worst_idle_cpu_share * 100.0,
        outcome.worst_idle_cpu_share / IDLE_LIMIT,
        IDLE_LIMIT * 100.0
    );
}

/// One start with settings of its own, so that the user's are neither used nor changed.
fn start_once(folder: &std::path::Path) -> anyhow::Result<StartupReport> {
    let report = folder.join("report.json");
    std::fs::remove_file(&report).ok();
    let program = std::env::current_exe().context("the program does not know its own file")?;
    let mut command = Command::new(program);
    command.arg("--data-dir").arg(folder.join("data")).arg("--startup-report").arg(&report);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    command.env(STARTED_AT_VARIABLE, now.as_nanos().to_string());
    let began = Instant::now();
    let mut child = command.spawn().context("the program could not be started")?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if began.elapsed() > PATIENCE {
            child.kill().ok();
            child.wait().ok();
            bail!("the window did not report within {} s", PATIENCE.as_secs());
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    if !status.success() {
        bail!("the window did not open ({status}); its reason is above");
    }
    let text = std::fs::read_to_string(&report).context("the window was closed before it could report")?;
    Ok(serde_json::from_str(&text)?)
}

//! `vitrine bench startup` measures the program from inside: when its first frame was presented, and what it costs idle.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use eframe::egui;
use serde::{Deserialize, Serialize};

use super::system::{ProcessMeter, ProcessUsage};
use crate::{gpu::GpuContext, jobs::Ticker};

/// Environment variable with the moment the process was started, in nanoseconds since 1970.
pub const STARTED_AT_VARIABLE: &str = "VITRINE_STARTED_AT_NS";
/// Start-up work of egui (fonts, first layouts) is not idling.
const SETTLE: Duration = Duration::from_secs(1);
/// Seconds the window is left alone.
const IDLE_SECS: u32 = 10;

/// What one start cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartupReport {
    /// From the start of the process to the first presented frame.
    pub first_frame_ms: f64,
    /// Bytes of buffers and textures on the window's device after it.
    pub gpu_bytes: u64,
    /// Resident memory after it.
    pub resident_bytes: u64,
    /// Share of one core over ten idle seconds, 0–1.
    pub idle_cpu_share: f64,
    /// Frames drawn in those seconds.
    pub idle_frames: u64,
    /// What drew.
    pub adapter: String,
}

/// Watches a start, writes the report, and ends the program.
pub(super) struct StartupProbe {
    report_path: PathBuf,
    frames: Arc<AtomicU64>,
    watch: Option<Ticker>,
}

impl StartupProbe {
    pub(super) fn new(report_path: PathBuf) -> Self {
        Self { report_path, frames: Arc::default(), watch: None }
    }

    /// Called before each frame: at the second call the first frame has been presented.
    pub(super) fn logic(&mut self, ctx: &egui::Context, gpu: &GpuContext) {
        let frame = self.frames.fetch_add(1, Ordering::Relaxed);
        if frame == 0 {
            ctx.request_repaint();
        } else if self.watch.is_none() {
            let report = StartupReport {
                first_frame_ms: since_process_start().as_secs_f64() * 1000.0,
                gpu_bytes: gpu.device_bytes(),
                resident_bytes: own_usage().resident_bytes,
                idle_cpu_share: 0.0,
                idle_frames: 0,
                adapter: gpu.summary().to_string(),
            };
            self.watch = self.watch_idle(ctx.clone(), report);
        }
    }

    /// Measures from a thread: a frame of the window would be part of what is measured.
    fn watch_idle(&self, ctx: egui::Context, mut report: StartupReport) -> Option<Ticker> {
        let (path, frames) = (self.report_path.clone(), Arc::clone(&self.frames));
        let mut calls = 0;
        let mut before = None;
        let started = Ticker::start("startup probe", SETTLE, move || {
            let now = (Instant::now(), own_usage().cpu_time, frames.load(Ordering::Relaxed));
            match (calls, before) {
                (1, _) => before = Some(now),
                (n, Some((since, cpu, drawn))) if n == 1 + IDLE_SECS => {
                    report.idle_cpu_share =
                        now.1.saturating_sub(cpu).as_secs_f64() / (now.0 - since).as_secs_f64();
                    report.idle_frames = now.2 - drawn;
                    write(&path, &report);
                    ctx.send_viewport_cmd(egui::ViewportCommand::Close);
                    ctx.request_repaint();
                }
                _ => {}
            }
            calls += 1;
        });
        started.inspect_err(|error| log::error!("the start cannot be measured: {error}")).ok()
    }
}

fn write(path: &Path, report: &StartupReport) {
    let text = serde_json::to_string(report).unwrap_or_default();
    if let Err(error) = std::fs::write(path, text) {
        log::error!("the report was not written: {error}: {}", path.display());
    }
}

/// By the parent's clock reading where there is one: it counts loading the program too.
fn since_process_start() -> Duration {
    let started = std::env::var(STARTED_AT_VARIABLE).ok().and_then(|text| text.parse::<u64>().ok());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    started.map_or(Duration::ZERO, |nanos| now.saturating_sub(Duration::from_nanos(nanos)))
}

fn own_usage() -> ProcessUsage {
    ProcessMeter::new().map(|mut meter| meter.read()).unwrap_or_default()
}

//! `vitrine bench startup` measures the program from inside: when its first frame was presented, and what it costs idle.

use std::{
    path::PathBuf,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use eframe::egui;
use serde::{Deserialize, Serialize};

use super::system::{ProcessMeter, ProcessUsage};
use crate::gpu::GpuContext;

/// Environment variable with the moment the process was started, in nanoseconds since 1970.
pub const STARTED_AT_VARIABLE: &str = "VITRINE_STARTED_AT_NS";
/// How long the window is left alone.
const IDLE: Duration = Duration::from_secs(10);
/// Start-up work of egui (fonts, first layouts) is not idling.
const SETTLE: Duration = Duration::from_secs(1);

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
    frames: u64,
    first: Option<StartupReport>,
    idle_since: Option<(Instant, Duration, u64)>,
    presented_at: Option<Instant>,
}

impl StartupProbe {
    pub(super) fn new(report_path: PathBuf) -> Self {
        Self { report_path, frames: 0, first: None, idle_since: None, presented_at: None }
    }

    /// Called before each frame: at the second call the first frame has been presented.
    pub(super) fn logic(&mut self, ctx: &egui::Context, gpu: &GpuContext) {
        self.frames += 1;
        match (&self.first, self.presented_at, self.idle_since) {
            (None, ..) if self.frames == 1 => ctx.request_repaint(),
            (None, ..) => {
                self.first = Some(StartupReport {
                    first_frame_ms: since_process_start().as_secs_f64() * 1000.0,
                    gpu_bytes: gpu.device_bytes(),
                    resident_bytes: own_usage().resident_bytes,
                    idle_cpu_share: 0.0,
                    idle_frames: 0,
                    adapter: gpu.summary().to_string(),
                });
                self.presented_at = Some(Instant::now());
                ctx.request_repaint_after(SETTLE);
            }
            (Some(_), Some(at), None) if at.elapsed() >= SETTLE => {
                self.idle_since = Some((Instant::now(), own_usage().cpu_time, self.frames));
                ctx.request_repaint_after(IDLE);
            }
            (Some(report), _, Some((since, cpu_before, frames_before))) if since.elapsed() >= IDLE => {
                let used = own_usage().cpu_time.saturating_sub(cpu_before);
                let report = StartupReport {
                    idle_cpu_share: used.as_secs_f64() / since.elapsed().as_secs_f64(),
                    // The frame that ends the wait is the probe's own.
                    idle_frames: (self.frames - frames_before).saturating_sub(1),
                    ..report.clone()
                };
                self.write(&report);
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            }
            _ => {}
        }
    }

    fn write(&self, report: &StartupReport) {
        let text = serde_json::to_string(report).unwrap_or_default();
        if let Err(error) = std::fs::write(&self.report_path, text) {
            log::error!("the report was not written: {error}: {}", self.report_path.display());
        }
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

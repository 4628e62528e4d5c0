//! Draws the System panel.

use eframe::egui::{self, RichText};
use egui_plot::{Line, Plot, PlotPoints};

use super::{Sample, Sampler, WINDOW_SECS};
use crate::{
    gpu::{GpuContext, Owner, OwnerBytes},
    jobs::{JobId, JobInfo, JobState},
    ui::{Theme, widgets},
};

/// What a click in the panel asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelAction {
    /// Stop a job.
    Cancel(JobId),
    /// Forget finished jobs.
    ClearFinished,
}

/// What something on the device may take at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Whose it is.
    pub owner: Owner,
    /// Its label in the ledger.
    pub label: &'static str,
    /// At most so many bytes.
    pub bytes: u64,
}

/// Draws the panel. `frame_secs` is what the last frame cost on the processor.
pub fn panel_ui(
    ui: &mut egui::Ui,
    gpu: &GpuContext,
    sampler: &Sampler,
    jobs: &[JobInfo],
    frame_secs: Option<f32>,
    budgets: &[Budget],
) -> Option<PanelAction> {
    let history = sampler.history();
    let latest = history.last().copied().unwrap_or_default();
    let mut action = None;
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.add_space(Theme::get().space_small);
        ui.heading("System");
        video_ui(ui, gpu, sampler, (&history, &latest), budgets);
        memory_ui(ui, &history, &latest);
        load_ui(ui, &history, &latest, frame_secs);
        action = jobs_ui(ui, jobs);
        faults_ui(ui, gpu);
        ui.add_space(Theme::get().space_large);
    });
    action
}

fn video_ui(
    ui: &mut egui::Ui,
    gpu: &GpuContext,
    sampler: &Sampler,
    (history, latest): (&[Sample], &Sample),
    budgets: &[Budget],
) {
    let summary = gpu.summary();
    widgets::section(ui, "GRAPHICS MEMORY");
    ui.add(egui::Label::new(format!("{}, {}", summary.name, summary.backend)).wrap());
    let mut rows = Vec::new();
    let video = &latest.video;
    if summary.software {
        ui.weak("A software adapter: its memory is system memory");
        rows.push(("Resident", widgets::bytes(latest.process.resident_bytes)));
    }
    if let Some(used) = video.process_bytes {
        rows.push(("This program", of_total(used, video.process_budget_bytes)));
    }
    if let Some(used) = video.card_used_bytes {
        rows.push(("Whole card", of_total(used, video.card_total_bytes)));
    } else if let Some(total) = video.card_total_bytes {
        rows.push(("Card has", widgets::bytes(total)));
    }
    let sources = sampler.sources();
    if !sources.is_empty() {
        rows.push(("According to", sources.join(", ")));
    } else if !summary.software {
        rows.push(("Driver", "does not tell; below is what Vitrine counts".to_owned()));
    }
    widgets::facts(ui, "video facts", &rows);

    let owners = gpu.ledger.by_owner();
    let total: u64 = owners.iter().map(|owner| owner.bytes).sum();
    let used = |sample: &Sample| sample.video.process_bytes.unwrap_or(sample.device_bytes) as f64;
    graph_ui(ui, "graphics memory graph", history, used, |bytes| widgets::bytes(bytes as u64));
    widgets::section(ui, "BY OWNER");
    for owner in &owners {
        owner_ui(ui, owner, budgets);
    }
    ui.horizontal(|ui| {
        ui.strong("Together");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.strong(widgets::bytes(total));
        });
    });
}

fn of_total(used: u64, total: Option<u64>) -> String {
    total.map_or_else(
        || widgets::bytes(used),
        |total| format!("{} of {}", widgets::bytes(used), widgets::bytes(total)),
    )
}

fn owner_ui(ui: &mut egui::Ui, owner: &OwnerBytes, budgets: &[Budget]) {
    let title = format!("{}: {}", owner.owner, widgets::bytes(owner.bytes));
    egui::CollapsingHeader::new(title).id_salt(owner.owner.to_string()).show(ui, |ui| {
        for (label, bytes) in &owner.labels {
            ui.horizontal(|ui| {
                ui.label(RichText::new(label).small());
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let own =
                        |budget: &&Budget| budget.owner == owner.owner && label.starts_with(budget.label);
                    let most = budgets.iter().find(own).map(|budget| budget.bytes);
                    ui.label(RichText::new(of_total(*bytes, most)).small());
                });
            });
        }
    });
}

fn memory_ui(ui: &mut egui::Ui, history: &[Sample], latest: &Sample) {
    widgets::section(ui, "MEMORY");
    let machine = of_total(latest.process.machine_used_bytes, Some(latest.process.machine_total_bytes));
    widgets::facts(
        ui,
        "memory facts",
        &[("This program", widgets::bytes(latest.process.resident_bytes)), ("Machine", machine)],
    );
    let resident = |sample: &Sample| sample.process.resident_bytes as f64;
    graph_ui(ui, "memory graph", history, resident, |bytes| widgets::bytes(bytes as u64));
}

fn load_ui(ui: &mut egui::Ui, history: &[Sample], latest: &Sample, frame_secs: Option<f32>) {
    widgets::section(ui, "PROCESSOR");
    let mut rows = vec![("This program", format!("{:.1} % of one core", latest.process.cpu_percent))];
    if let Some(secs) = frame_secs {
        rows.push(("Last frame", format!("{:.1} ms", secs * 1000.0)));
    }
    widgets::facts(ui, "load facts", &rows);
    let load = |sample: &Sample| f64::from(sample.process.cpu_percent);
    graph_ui(ui, "processor graph", history, load, |percent| format!("{percent:.0} %"));
}

/// Two minutes of one number; the newest at the right.
fn graph_ui(
    ui: &mut egui::Ui,
    id: &str,
    history: &[Sample],
    value: impl Fn(&Sample) -> f64,
    words: impl Fn(f64) -> String,
) {
    let now = history.last().map_or(0.0, |sample| sample.at_secs);
    let points: Vec<[f64; 2]> = history.iter().map(|sample| [sample.at_secs - now, value(sample)]).collect();
    let highest = points.iter().map(|[_, y]| *y).fold(0.0, f64::max);
    let color = Theme::of(ui).accent.egui();
    let plot = Plot::new(id)
        .height(Theme::get().graph_height)
        .show_axes([false, false])
        .show_grid([false, false])
        .allow_zoom(false)
        .allow_drag(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .show_x(false)
        .default_x_bounds(-WINDOW_SECS, 0.0)
        .default_y_bounds(0.0, (1.6 * highest).max(1.0))
        .show(ui, |plot| {
            plot.set_plot_bounds_x(-WINDOW_SECS..=0.0);
            plot.set_plot_bounds_y(0.0..=(1.6 * highest).max(1.0));
            plot.line(Line::new(id, PlotPoints::from(points)).color(color).width(1.5).fill(0.0));
        });
    let corner = plot.response.rect.left_top() + egui::vec2(Theme::get().space_small, 2.0);
    ui.painter().text(
        corner,
        egui::Align2::LEFT_TOP,
        format!("2 min, highest {}", words(highest)),
        egui::TextStyle::Small.resolve(ui.style()),
        Theme::of(ui).text_weak.egui(),
    );
}

fn jobs_ui(ui: &mut egui::Ui, jobs: &[JobInfo]) -> Option<PanelAction> {
    let mut action = None;
    widgets::section(ui, "JOBS");
    if jobs.is_empty() {
        ui.weak("Nothing has run in the background yet");
        return None;
    }
    for job in jobs {
        ui.horizontal(|ui| {
            let (word, color) = state_words(ui, &job.state);
            // From the right, so that a long name gives way to state and duration.
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if !job.state.is_finished()
                    && widgets::icon_button(ui, "×", &format!("Cancel {}", job.name)).clicked()
                {
                    action = Some(PanelAction::Cancel(job.id));
                }
                ui.label(RichText::new(widgets::seconds(job.elapsed_secs)).small().weak());
                let label = ui.label(RichText::new(word).small().color(color));
                if let JobState::Failed(reason) = &job.state {
                    label.on_hover_text(reason);
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    ui.add(egui::Label::new(&job.name).truncate());
                });
            });
        });
        if !job.state.is_finished() {
            let bar = egui::ProgressBar::new(job.fraction.unwrap_or(0.0)).desired_height(4.0);
            ui.add(bar);
            if !job.message.is_empty() {
                ui.add(egui::Label::new(RichText::new(&job.message).small().weak()).truncate());
            }
        }
    }
    if jobs.iter().any(|job| job.state.is_finished()) && ui.button("Forget finished jobs").clicked() {
        action = Some(PanelAction::ClearFinished);
    }
    action
}

fn state_words(ui: &egui::Ui, state: &JobState) -> (&'static str, egui::Color32) {
    let palette = Theme::of(ui);
    match state {
        JobState::Queued => ("waiting", palette.text_weak.egui()),
        JobState::Running => ("running", palette.accent.egui()),
        JobState::Done => ("done", palette.good.egui()),
        JobState::Failed(_) => ("failed", palette.error.egui()),
        JobState::Cancelled => ("cancelled", palette.text_weak.egui()),
    }
}

fn faults_ui(ui: &mut egui::Ui, gpu: &GpuContext) {
    let faults = gpu.errors.faults();
    if faults.is_empty() {
        return;
    }
    widgets::section(ui, "REPORTED BY THE GRAPHICS DEVICE");
    for fault in faults {
        let text =
            if fault.count > 1 { format!("{} (×{})", fault.message, fault.count) } else { fault.message };
        ui.add(egui::Label::new(RichText::new(text).color(Theme::of(ui).error.egui())).wrap());
    }
}

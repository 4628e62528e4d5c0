//! `vitrine doctor`: what the machine offers, what is chosen and why, what is missing and what brings it.

use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::Failure;
use crate::{
    gpu::{
        GpuContext,
        adapter::{self, AdapterSummary},
        memory::{self, MemoryReading},
    },
    inference::ComputePath,
    storage::Directories,
};

#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    version: String,
    system: String,
    cores: usize,
    adapters: Vec<AdapterSummary>,
    chosen: Option<Chosen>,
    compute: Compute,
    memory_sources: Vec<Source>,
    memory_note: Option<String>,
    desktop: String,
    directories: Folders,
    missing: Vec<Missing>,
}

#[derive(Debug, Serialize)]
struct Chosen {
    adapter: AdapterSummary,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Compute {
    path: ComputePath,
    reason: &'static str,
}

#[derive(Debug, Serialize)]
struct Source {
    name: &'static str,
    reading: MemoryReading,
}

#[derive(Debug, Serialize)]
struct Folders {
    data: String,
    config: String,
    cache: String,
    models: String,
}

/// Something that is not there, and what brings it.
#[derive(Debug, Serialize)]
struct Missing {
    what: &'static str,
    consequence: &'static str,
    remedy: String,
}

pub(super) fn run(directories: &Directories, arguments: &DoctorArguments) -> Result<(), Failure> {
    let report = examine(directories);
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&report);
    }
    if report.chosen.is_none() {
        return Err(Failure::Unable(anyhow::anyhow!("no graphics adapter found")));
    }
    Ok(())
}

fn examine(directories: &Directories) -> Report {
    let adapters = adapter::all();
    let gpu = GpuContext::headless().ok();
    let (path, reason) = ComputePath::of(gpu.as_ref());
    let sources = gpu.as_ref().map(|gpu| memory::sources(&gpu.adapter)).unwrap_or_default();
    let chosen = gpu.as_ref().map(|gpu| {
        let backend = gpu.adapter.get_info().backend;
        let candidates = adapters.iter().filter(|a| a.get_info().backend == backend).count();
        Chosen { adapter: gpu.summary(), reason: adapter::reason(&gpu.adapter, candidates.max(1)) }
    });
    Report {
        version: crate::version(),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        memory_note: memory_note(chosen.as_ref(), sources.is_empty()),
        memory_sources: sources
            .iter()
            .map(|source| Source { name: source.name(), reading: source.read() })
            .collect(),
        missing: missing(chosen.as_ref(), directories),
        adapters: adapters.iter().map(AdapterSummary::of).collect(),
        chosen,
        compute: Compute { path, reason },
        desktop: desktop(),
        directories: Folders {
            data: directories.data.display().to_string(),
            config: directories.config.display().to_string(),
            cache: directories.cache.display().to_string(),
            models: directories.models.display().to_string(),
        },
    }
}

fn memory_note(chosen: Option<&Chosen>, no_sources: bool) -> Option<String> {
    match chosen {
        Some(chosen) if chosen.adapter.software => {
            Some("a software adapter: its memory is system memory".to_owned())
        }
        Some(_) if no_sources => {
            Some("the driver does not tell; Vitrine counts what it allocates".to_owned())
        }
        _ => None,
    }
}

fn desktop() -> String {
    if !cfg!(target_os = "linux") {
        return "the system's".to_owned();
    }
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    match (variable("WAYLAND_DISPLAY"), variable("DISPLAY")) {
        (Some(wayland), Some(x11)) => format!("Wayland ({wayland}), X11 at hand ({x11})"),
        (Some(wayland), None) => format!("Wayland ({wayland})"),
        (None, Some(x11)) => format!("X11 ({x11})"),
        (None, None) => "none".to_owned(),
    }
}

/// Whether a folder is there or could be made: the nearest one above it that exists is a folder.
fn can_hold_files(folder: &Path) -> bool {
    folder.ancestors().find(|path| path.symlink_metadata().is_ok()).is_some_and(|nearest| {
        nearest.metadata().is_ok_and(|metadata| metadata.is_dir() && !metadata.permissions().readonly())
    })
}

fn missing(chosen: Option<&Chosen>, directories: &Directories) -> Vec<Missing> {
    let mut missing = Vec::new();
    let folders = [&directories.config, &directories.data, &directories.cache, &directories.models];
    if let Some(broken) = folders.into_iter().find(|folder| !can_hold_files(folder)) {
        missing.push(Missing {
            what: "a folder to keep things in",
            consequence: "settings and caches are not kept",
            remedy: format!("--data-dir with a folder you may write to, instead of {}", broken.display()),
        });
    }
    match chosen {
        None => missing.push(Missing {
            what: "a graphics adapter",
            consequence: "no window; pictures are drawn on the processor",
            remedy: adapter::missing_driver_hint().to_owned(),
        }),
        Some(chosen) if chosen.adapter.software => missing.push(Missing {
            what: "a hardware graphics driver",
            consequence: "everything works, more slowly",
            remedy: "if this machine has a graphics card, install its maker's Vulkan driver".to_owned(),
        }),
        Some(_) => {}
    }
    if cfg!(target_os = "linux") {
        if desktop() == "none" {
            missing.push(Missing {
                what: "a desktop (neither WAYLAND_DISPLAY nor DISPLAY is set)",
                consequence: "no window; all commands work",
                remedy: "start from a graphical session, or with a virtual one: package xvfb, then xvfb-run vitrine"
                    .to_owned(),
            });
        }
        if !has_file_dialog() {
            missing.push(Missing {
                what: "a file dialog",
                consequence: "files are opened by dropping them, by path or from the command line",
                remedy: "package xdg-desktop-portal with your desktop's backend, or zenity".to_owned(),
            });
        }
    }
    missing
}

fn has_file_dialog() -> bool {
    let portal = ["/usr/share/dbus-1/services/org.freedesktop.portal.Desktop.service"];
    portal.iter().any(|file| Path::new(file).exists())
        || std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join("zenity").exists()))
}

fn print(report: &Report) {
    let row = |name: &str, value: &str| println!("{name:<16} {value}");
    row("version", &report.version);
    row("system", &format!("{}, {} cores", report.system, report.cores));
    row("desktop", &report.desktop);
    println!();
    if report.adapters.is_empty() {
        row("adapters", "none");
    }
    for adapter in &report.adapters {
        row("adapter", &adapter.to_string());
        row(
            "",
            &format!(
                "textures to {} px, buffers to {} MB, {} storage buffers",
                adapter.max_texture_side,
                adapter.max_buffer_bytes / 1_000_000,
                adapter.max_storage_buffers
            ),
        );
    }
    if let Some(chosen) = &report.chosen {
        row("chosen", &format!("{} with {}: {}", chosen.adapter.name, chosen.adapter.backend, chosen.reason));
    }
    row("compute", &format!("{}: {}", report.compute.path, report.compute.reason));
    for source in &report.memory_sources {
        let used = source.reading.process_bytes.or(source.reading.card_used_bytes);
        let total = source.reading.card_total_bytes.or(source.reading.process_budget_bytes);
        let words = |bytes: Option<u64>| bytes.map_or("?".to_owned(), crate::ui::widgets::bytes);
        row("video memory", &format!("{}: {} of {}", source.name, words(used), words(total)));
    }
    if let Some(note) = &report.memory_note {
        row("video memory", note);
    }
    println!();
    row("settings", &report.directories.config);
    row("data", &report.directories.data);
    row("cache", &report.directories.cache);
    row("models", &report.directories.models);
    println!();
    if report.missing.is_empty() {
        println!("Nothing is missing.");
    }
    for missing in &report.missing {
        row("missing", missing.what);
        row("  means", missing.consequence);
        row("  remedy", &missing.remedy);
    }
}

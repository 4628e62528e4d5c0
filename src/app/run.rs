//! Opens the window.

use std::sync::Arc;

use eframe::{NativeOptions, egui, egui_wgpu};

use super::{App, Start, settings::Settings};
use crate::{gpu, storage::Directories};

/// Name of the program for desktops: the `.desktop` file and the window belong together by it.
pub const APP_ID: &str = "vitrine";
const FIRST_SIZE: [f32; 2] = [1280.0, 820.0];
const SMALLEST_SIZE: [f32; 2] = [420.0, 320.0];

/// What the command line says about the window.
#[derive(Clone, Debug, Default)]
pub struct WindowOptions {
    /// What to do after the start.
    pub start: Start,
    /// Use X11 also where the desktop is Wayland.
    pub x11: bool,
}

/// Why no window opened.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No adapter can draw it.
    #[error("no graphics adapter can draw the window ({0}); {hint}", hint = gpu::adapter::missing_driver_hint())]
    NoAdapter(String),
    /// There is no desktop to open it on.
    #[error(
        "no desktop to open a window on ({0}); start Vitrine from a graphical session, or use its commands, which need \
         none: vitrine --help"
    )]
    NoDesktop(String),
}

/// Runs the window until it is closed.
///
/// # Errors
/// When the window cannot be opened.
pub fn run(directories: &Directories, options: &WindowOptions) -> Result<(), RunError> {
    let (settings, warning) = Settings::load(directories);
    let tries = [Some(gpu::adapter::first_backends()), gpu::adapter::second_backends()];
    let mut refusal = None;
    for backends in tries.into_iter().flatten() {
        match open(directories, options, &settings, warning.as_deref(), backends) {
            Ok(()) => return Ok(()),
            Err(eframe::Error::Wgpu(error)) => {
                log::warn!("no window with {backends:?}: {error}");
                refusal.get_or_insert(error.to_string());
            }
            Err(error) => return Err(RunError::NoDesktop(without_source_place(&error.to_string()))),
        }
    }
    Err(RunError::NoAdapter(refusal.unwrap_or_default()))
}

/// winit puts the place in its own source before what it says.
fn without_source_place(message: &str) -> String {
    match message.split_once(".rs:") {
        Some((_, rest)) => rest.split_once(": ").map_or(message, |(_, words)| words).to_owned(),
        None => message.to_owned(),
    }
}

fn open(
    directories: &Directories,
    options: &WindowOptions,
    settings: &Settings,
    warning: Option<&str>,
    backends: wgpu::Backends,
) -> Result<(), eframe::Error> {
    let native = native_options(settings, backends, options.x11 || settings.prefer_x11);
    let (directories, settings) = (directories.clone(), settings.clone());
    let start = options.start.clone();
    let warning = warning.map(str::to_owned);
    eframe::run_native(
        APP_ID,
        native,
        Box::new(move |cc| {
            let mut app = App::new(cc, directories, settings, start)?;
            if let Some(warning) = warning {
                app.notifications_mut().warn(warning);
            }
            Ok(Box::new(app))
        }),
    )
}

fn native_options(settings: &Settings, backends: wgpu::Backends, x11: bool) -> NativeOptions {
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("Vitrine")
        .with_app_id(APP_ID)
        .with_inner_size(FIRST_SIZE)
        .with_min_inner_size(SMALLEST_SIZE)
        .with_drag_and_drop(true);
    if let Some(icon) = icon() {
        viewport = viewport.with_icon(icon);
    }
    if let Some(place) = settings.window {
        viewport = viewport.with_inner_size([place.size.0, place.size.1]).with_maximized(place.maximized);
        if let Some((x, y)) = place.position {
            viewport = viewport.with_position([x, y]);
        }
    }
    let mut setup = egui_wgpu::WgpuSetupCreateNew::without_display_handle();
    setup.instance_descriptor = gpu::adapter::instance_descriptor(backends);
    setup.native_adapter_selector = Some(Arc::new(gpu::adapter::choose));
    setup.device_descriptor = Arc::new(gpu::window_device_descriptor);
    NativeOptions {
        viewport,
        renderer: eframe::Renderer::Wgpu,
        wgpu_options: egui_wgpu::WgpuConfiguration {
            surface: egui_wgpu::SurfaceConfig::HIGH_THROUGHPUT,
            wgpu_setup: egui_wgpu::WgpuSetup::CreateNew(setup),
            ..Default::default()
        },
        event_loop_builder: x11.then_some(Box::new(prefer_x11) as eframe::EventLoopBuilderHook),
        // The window's place is part of the settings.
        persist_window: false,
        ..NativeOptions::default()
    }
}

#[cfg(target_os = "linux")]
fn prefer_x11(builder: &mut eframe::EventLoopBuilder<eframe::UserEvent>) {
    use winit::platform::x11::EventLoopBuilderExtX11 as _;
    builder.with_x11();
}

#[cfg(not(target_os = "linux"))]
fn prefer_x11(_builder: &mut eframe::EventLoopBuilder<eframe::UserEvent>) {}

fn icon() -> Option<egui::IconData> {
    let picture = image::load_from_memory(include_bytes!("../../assets/icon.png")).ok()?.into_rgba8();
    let (width, height) = picture.dimensions();
    Some(egui::IconData { rgba: picture.into_raw(), width, height })
}

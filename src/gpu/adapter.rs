//! Which of the machine's adapters draws the window.
//!
//! One backend per system is asked first: probing several costs hundreds of milliseconds at start (wgpu #6155). GL is the
//! second try, for machines whose driver has no Vulkan, Metal or DX12.

use serde::Serialize;

/// The backend that is asked first on this system. `WGPU_BACKEND` overrides it.
#[must_use]
pub fn first_backends() -> wgpu::Backends {
    wgpu::Backends::from_env().unwrap_or(if cfg!(target_os = "macos") {
        wgpu::Backends::METAL
    } else if cfg!(windows) {
        wgpu::Backends::DX12
    } else {
        wgpu::Backends::VULKAN
    })
}

/// What is tried when [`first_backends`] has no adapter that works; `None` when the user fixed the backend.
#[must_use]
pub fn second_backends() -> Option<wgpu::Backends> {
    wgpu::Backends::from_env().is_none().then_some(wgpu::Backends::GL)
}

/// An instance restricted to some backends.
#[must_use]
pub fn instance_descriptor(backends: wgpu::Backends) -> wgpu::InstanceDescriptor {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = backends;
    descriptor.flags = wgpu::InstanceFlags::from_build_config().with_env();
    descriptor.backend_options = wgpu::BackendOptions::from_env_or_default();
    // Out of memory is then an error of the one picture that asked for too much, before the driver starts thrashing.
    descriptor.memory_budget_thresholds.for_resource_creation = Some(90);
    descriptor
}

/// What there is to know about an adapter, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdapterSummary {
    /// Name as the driver gives it.
    pub name: String,
    /// `vulkan`, `metal`, `dx12` or `gl`.
    pub backend: String,
    /// `discrete GPU`, `integrated GPU`, `virtual GPU`, `software` or `other`.
    pub kind: String,
    /// Driver name and version.
    pub driver: String,
    /// PCI address (`0000:01:00.0`), empty where the system does not tell.
    pub pci_bus_id: String,
    /// Largest side of a 2D texture in pixels.
    pub max_texture_side: u32,
    /// Largest buffer in bytes.
    pub max_buffer_bytes: u64,
    /// Largest storage binding in bytes.
    pub max_storage_binding_bytes: u64,
    /// Storage buffers a shader stage can see.
    pub max_storage_buffers: u32,
    /// Whether it computes on the processor.
    pub software: bool,
}

impl AdapterSummary {
    /// Reads the facts off an adapter.
    #[must_use]
    pub fn of(adapter: &wgpu::Adapter) -> Self {
        let info = adapter.get_info();
        let limits = adapter.limits();
        Self {
            backend: info.backend.to_str().to_owned(),
            kind: kind_words(info.device_type).to_owned(),
            driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
            pci_bus_id: info.device_pci_bus_id,
            max_texture_side: limits.max_texture_dimension_2d,
            max_buffer_bytes: limits.max_buffer_size,
            max_storage_binding_bytes: limits.max_storage_buffer_binding_size,
            max_storage_buffers: limits.max_storage_buffers_per_shader_stage,
            software: info.device_type == wgpu::DeviceType::Cpu,
            name: info.name,
        }
    }
}

impl std::fmt::Display for AdapterSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}, {}; {})", self.name, self.kind, self.backend, self.driver)
    }
}

fn kind_words(kind: wgpu::DeviceType) -> &'static str {
    match kind {
        wgpu::DeviceType::DiscreteGpu => "discrete GPU",
        wgpu::DeviceType::IntegratedGpu => "integrated GPU",
        wgpu::DeviceType::VirtualGpu => "virtual GPU",
        wgpu::DeviceType::Cpu => "software",
        wgpu::DeviceType::Other => "other",
    }
}

/// Order of preference, lowest first: hardware before software, discrete before integrated.
#[must_use]
pub fn preference(kind: wgpu::DeviceType) -> u8 {
    match kind {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        // What a GL driver says of most real cards; below those that say what they are, above software.
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    }
}

/// Picks the adapter that draws, and says in the log what was seen.
///
/// # Errors
/// In words, when there is none, or none that can present to the surface.
pub fn choose(
    adapters: &[wgpu::Adapter],
    surface: Option<&wgpu::Surface<'_>>,
) -> Result<wgpu::Adapter, String> {
    for adapter in adapters {
        let presents = surface.is_none_or(|s| adapter.is_surface_supported(s));
        log::info!(
            "adapter {}{}",
            AdapterSummary::of(adapter),
            if presents { "" } else { ", cannot present to this window" }
        );
    }
    let mut usable: Vec<&wgpu::Adapter> =
        adapters.iter().filter(|a| surface.is_none_or(|s| a.is_surface_supported(s))).collect();
    // Stable: among equals the driver's own order decides.
    usable.sort_by_key(|a| preference(a.get_info().device_type));
    match usable.first() {
        Some(adapter) => {
            log::info!("drawing with {}: {}", AdapterSummary::of(adapter), reason(adapter, usable.len()));
            Ok((*adapter).clone())
        }
        None if adapters.is_empty() => Err("no graphics adapter found".to_owned()),
        None => Err("no graphics adapter can present to this window".to_owned()),
    }
}

/// Why [`choose`] took this adapter.
#[must_use]
pub fn reason(adapter: &wgpu::Adapter, candidates: usize) -> String {
    let info = adapter.get_info();
    match (candidates, info.device_type) {
        (1, wgpu::DeviceType::Cpu) => "the only one; it draws on the processor".to_owned(),
        (1, _) => "the only one".to_owned(),
        (n, kind) => format!("{} comes first of {n}", kind_words(kind)),
    }
}

/// What to install where no adapter is found.
#[must_use]
pub fn missing_driver_hint() -> &'static str {
    if cfg!(target_os = "linux") {
        "install a Vulkan driver: package mesa-vulkan-drivers on Debian, Ubuntu and Fedora (it includes the software \
         driver lavapipe, so it works without a graphics card), vulkan-swrast on Arch, or your card's own driver"
    } else if cfg!(windows) {
        "install the graphics driver of your card's maker, or Windows' optional feature Graphics Tools (it brings the \
         software adapter WARP)"
    } else {
        "Vitrine needs a Mac with Metal"
    }
}

/// Every adapter of the machine, over all backends that this system has; for `vitrine doctor`.
#[must_use]
pub fn all() -> Vec<wgpu::Adapter> {
    let backends = first_backends() | second_backends().unwrap_or(wgpu::Backends::empty());
    let instance = wgpu::Instance::new(instance_descriptor(backends));
    pollster::block_on(instance.enumerate_adapters(backends))
}

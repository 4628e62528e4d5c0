//! What the driver says about video memory.
//!
//! Sources differ in what they know: some see this process, some the whole card. All that work are asked, in a fixed
//! order, and a number is taken from the first that has it. Reading can take milliseconds, so the System panel's sampler
//! does it on a thread of its own.

#[cfg(target_os = "linux")]
mod amdgpu;
#[cfg(windows)]
mod dxgi;
#[cfg(target_os = "macos")]
mod metal;
#[cfg(not(target_os = "macos"))]
mod nvml;
#[cfg(not(target_os = "macos"))]
mod vulkan;

use serde::Serialize;

/// What one source, or all together, know at a moment. Bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MemoryReading {
    /// What this process uses.
    pub process_bytes: Option<u64>,
    /// What this process may use before the system starts to move memory about.
    pub process_budget_bytes: Option<u64>,
    /// What everybody uses on the card.
    pub card_used_bytes: Option<u64>,
    /// What the card has.
    pub card_total_bytes: Option<u64>,
}

impl MemoryReading {
    /// Fills the gaps of `self` from a source that comes later in the order.
    #[must_use]
    pub fn or(self, later: Self) -> Self {
        Self {
            process_bytes: self.process_bytes.or(later.process_bytes),
            process_budget_bytes: self.process_budget_bytes.or(later.process_budget_bytes),
            card_used_bytes: self.card_used_bytes.or(later.card_used_bytes),
            card_total_bytes: self.card_total_bytes.or(later.card_total_bytes),
        }
    }
}

/// Something that can be asked about video memory.
pub trait MemorySource: Send {
    /// Its name in the field, as shown to the user.
    fn name(&self) -> &'static str;
    /// What it says now; empty when it fails.
    fn read(&self) -> MemoryReading;
}

/// Every source that answers for this adapter, in order of preference: VK_EXT_memory_budget, NVML, amdgpu sysfs, DXGI,
/// Metal. A software adapter has none: its memory is system memory.
#[must_use]
pub fn sources(adapter: &wgpu::Adapter) -> Vec<Box<dyn MemorySource>> {
    let info = adapter.get_info();
    if info.device_type == wgpu::DeviceType::Cpu {
        return Vec::new();
    }
    let mut sources: Vec<Box<dyn MemorySource>> = Vec::new();
    #[cfg(not(target_os = "macos"))]
    {
        sources.extend(vulkan::VulkanBudget::find(adapter).map(|s| Box::new(s) as Box<dyn MemorySource>));
        sources.extend(nvml::Nvml::find(&info).map(|s| Box::new(s) as Box<dyn MemorySource>));
    }
    #[cfg(target_os = "linux")]
    sources.extend(
        amdgpu::AmdGpu::find(std::path::Path::new("/sys"), &info.device_pci_bus_id)
            .map(|s| Box::new(s) as Box<dyn MemorySource>),
    );
    #[cfg(windows)]
    sources.extend(dxgi::Dxgi::find(adapter).map(|s| Box::new(s) as Box<dyn MemorySource>));
    #[cfg(target_os = "macos")]
    sources.extend(metal::Metal::find(adapter).map(|s| Box::new(s) as Box<dyn MemorySource>));
    sources
}

/// Asks every source, in order.
#[must_use]
pub fn read_all(sources: &[Box<dyn MemorySource>]) -> MemoryReading {
    sources.iter().fold(MemoryReading::default(), |known, source| known.or(source.read()))
}

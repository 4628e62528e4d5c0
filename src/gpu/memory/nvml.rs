//! NVML: the whole card and this process on NVIDIA drivers. The library is looked for at run time.

use nvml_wrapper::enums::device::UsedGpuMemory;

use super::{MemoryReading, MemorySource};

/// Vendor number of NVIDIA in PCI.
const NVIDIA: u32 = 0x10de;

/// Asks the NVIDIA management library about one card.
pub struct Nvml {
    library: nvml_wrapper::Nvml,
    pci_bus_id: String,
}

impl Nvml {
    /// When the adapter is an NVIDIA card that the management library knows.
    pub fn find(info: &wgpu::AdapterInfo) -> Option<Self> {
        if info.vendor != NVIDIA || info.device_pci_bus_id.is_empty() {
            return None;
        }
        let library = nvml_wrapper::Nvml::init().ok()?;
        let source = Self { library, pci_bus_id: info.device_pci_bus_id.clone() };
        source.library.device_by_pci_bus_id(source.pci_bus_id.as_str()).ok()?;
        Some(source)
    }
}

impl MemorySource for Nvml {
    fn name(&self) -> &'static str {
        "NVML"
    }

    fn read(&self) -> MemoryReading {
        let Ok(device) = self.library.device_by_pci_bus_id(self.pci_bus_id.as_str()) else {
            return MemoryReading::default();
        };
        let card = device.memory_info().ok();
        let processes = device
            .running_graphics_processes()
            .into_iter()
            .chain(device.running_compute_processes())
            .flatten();
        // A process that draws and computes is listed under both, with the same number.
        let own = processes
            .filter(|process| process.pid == std::process::id())
            .filter_map(|process| match process.used_gpu_memory {
                UsedGpuMemory::Used(bytes) => Some(bytes),
                UsedGpuMemory::Unavailable => None,
            })
            .max();
        MemoryReading {
            process_bytes: own,
            process_budget_bytes: None,
            card_used_bytes: card.as_ref().map(|memory| memory.used),
            card_total_bytes: card.as_ref().map(|memory| memory.total),
        }
    }
}

//! amdgpu's files under `/sys`: the whole card.

use std::path::{Path, PathBuf};

use super::{MemoryReading, MemorySource};

/// Reads the files of one card.
pub struct AmdGpu {
    device_dir: PathBuf,
}

impl AmdGpu {
    /// When the PCI device has amdgpu's files. `sys` is `/sys` but for tests.
    pub fn find(sys: &Path, pci_bus_id: &str) -> Option<Self> {
        if pci_bus_id.is_empty() {
            return None;
        }
        let device_dir = sys.join("bus/pci/devices").join(pci_bus_id.to_ascii_lowercase());
        let source = Self { device_dir };
        source.bytes("mem_info_vram_total")?;
        Some(source)
    }

    fn bytes(&self, file: &str) -> Option<u64> {
        std::fs::read_to_string(self.device_dir.join(file)).ok()?.trim().parse().ok()
    }
}

impl MemorySource for AmdGpu {
    fn name(&self) -> &'static str {
        "amdgpu sysfs"
    }

    fn read(&self) -> MemoryReading {
        MemoryReading {
            process_bytes: None,
            process_budget_bytes: None,
            card_used_bytes: self.bytes("mem_info_vram_used"),
            card_total_bytes: self.bytes("mem_info_vram_total"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_card_at_its_pci_address() {
        let sys = tempfile::tempdir().unwrap();
        let device = sys.path().join("bus/pci/devices/0000:03:00.0");
        std::fs::create_dir_all(&device).unwrap();
        std::fs::write(device.join("mem_info_vram_total"), "8573157376\n").unwrap();
        std::fs::write(device.join("mem_info_vram_used"), "1234567168\n").unwrap();
        assert!(AmdGpu::find(sys.path(), "0000:04:00.0").is_none(), "another card has no such files");
        let reading = AmdGpu::find(sys.path(), "0000:03:00.0").unwrap().read();
        assert_eq!(reading.card_used_bytes, Some(1_234_567_168));
        assert_eq!(reading.card_total_bytes, Some(8_573_157_376));
    }
}

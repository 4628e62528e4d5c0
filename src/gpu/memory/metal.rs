//! Metal: what this process has allocated, and the working set the system recommends.

use objc2_metal::MTLDevice as _;

use super::{MemoryReading, MemorySource};

/// Asks the Metal device.
pub struct Metal {
    adapter: wgpu::Adapter,
}

impl Metal {
    /// When the adapter is a Metal one.
    pub fn find(adapter: &wgpu::Adapter) -> Option<Self> {
        let source = Self { adapter: adapter.clone() };
        source.query()?;
        Some(source)
    }

    #[expect(unsafe_code, reason = "the system is asked directly; wgpu has no call for it")]
    fn query(&self) -> Option<(u64, u64)> {
        // SAFETY: the device is only used for queries, within this function, while the adapter is alive.
        let adapter = unsafe { self.adapter.as_hal::<wgpu::hal::api::Metal>() }?;
        let device = adapter.raw_device();
        Some((device.currentAllocatedSize() as u64, device.recommendedMaxWorkingSetSize()))
    }
}

impl MemorySource for Metal {
    fn name(&self) -> &'static str {
        "Metal"
    }

    fn read(&self) -> MemoryReading {
        self.query().map_or_else(MemoryReading::default, |(allocated, recommended)| MemoryReading {
            process_bytes: Some(allocated),
            process_budget_bytes: Some(recommended),
            card_used_bytes: None,
            card_total_bytes: None,
        })
    }
}

//! DXGI: usage and budget of this process on Windows.

use windows::Win32::Graphics::Dxgi::{DXGI_MEMORY_SEGMENT_GROUP_LOCAL, DXGI_QUERY_VIDEO_MEMORY_INFO};

use super::{MemoryReading, MemorySource};

/// Asks DXGI about the adapter that draws.
pub struct Dxgi {
    adapter: wgpu::Adapter,
}

impl Dxgi {
    /// When the adapter is a DX12 one.
    pub fn find(adapter: &wgpu::Adapter) -> Option<Self> {
        let source = Self { adapter: adapter.clone() };
        source.query()?;
        Some(source)
    }

    #[expect(unsafe_code, reason = "the system is asked directly; wgpu has no call for it")]
    fn query(&self) -> Option<DXGI_QUERY_VIDEO_MEMORY_INFO> {
        let mut info = DXGI_QUERY_VIDEO_MEMORY_INFO::default();
        // SAFETY: the COM handle is only used for a query, within this function, while the adapter is alive; node 0 is
        // every adapter's first.
        unsafe {
            let adapter = self.adapter.as_hal::<wgpu::hal::api::Dx12>()?;
            adapter.as_raw().QueryVideoMemoryInfo(0, DXGI_MEMORY_SEGMENT_GROUP_LOCAL, &raw mut info).ok()?;
        }
        Some(info)
    }
}

impl MemorySource for Dxgi {
    fn name(&self) -> &'static str {
        "DXGI"
    }

    fn read(&self) -> MemoryReading {
        self.query().map_or_else(MemoryReading::default, |info| MemoryReading {
            process_bytes: Some(info.CurrentUsage),
            process_budget_bytes: Some(info.Budget),
            card_used_bytes: None,
            card_total_bytes: None,
        })
    }
}

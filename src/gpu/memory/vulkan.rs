//! `VK_EXT_memory_budget`: usage and budget of this process, any vendor.

use super::{MemoryReading, MemorySource};

/// Asks the Vulkan driver.
pub struct VulkanBudget {
    adapter: wgpu::Adapter,
}

impl VulkanBudget {
    /// When the adapter is a Vulkan one whose driver keeps the budget.
    pub fn find(adapter: &wgpu::Adapter) -> Option<Self> {
        let source = Self { adapter: adapter.clone() };
        source.heaps()?;
        Some(source)
    }

    /// (usage, budget, size) of the device-local heaps, summed.
    #[expect(unsafe_code, reason = "the driver is asked directly; wgpu has no call for it")]
    fn heaps(&self) -> Option<(u64, u64, u64)> {
        // SAFETY: the handle is only used for queries, within this function, while the adapter is alive.
        let adapter = unsafe { self.adapter.as_hal::<wgpu::hal::api::Vulkan>() }?;
        if !adapter.physical_device_capabilities().supports_extension(ash::ext::memory_budget::NAME) {
            return None;
        }
        let instance = adapter.shared_instance();
        if instance.instance_api_version() < ash::vk::API_VERSION_1_1 {
            return None;
        }
        let mut budget = ash::vk::PhysicalDeviceMemoryBudgetPropertiesEXT::default();
        let mut properties = ash::vk::PhysicalDeviceMemoryProperties2::default().push_next(&mut budget);
        // SAFETY: the physical device belongs to this instance, Vulkan 1.1 has the call, and the extension that gives
        // the chained struct its meaning is supported (both checked above).
        unsafe {
            instance
                .raw_instance()
                .get_physical_device_memory_properties2(adapter.raw_physical_device(), &mut properties);
        }
        let memory = properties.memory_properties;
        let mut sum = (0, 0, 0);
        for (index, heap) in memory.memory_heaps.iter().enumerate().take(memory.memory_heap_count as usize) {
            if heap.flags.contains(ash::vk::MemoryHeapFlags::DEVICE_LOCAL) {
                sum.0 += budget.heap_usage.get(index).copied().unwrap_or(0);
                sum.1 += budget.heap_budget.get(index).copied().unwrap_or(0);
                sum.2 += heap.size;
            }
        }
        Some(sum)
    }
}

impl MemorySource for VulkanBudget {
    fn name(&self) -> &'static str {
        "VK_EXT_memory_budget"
    }

    fn read(&self) -> MemoryReading {
        self.heaps().map_or_else(MemoryReading::default, |(usage, budget, size)| MemoryReading {
            process_bytes: Some(usage),
            process_budget_bytes: Some(budget),
            card_used_bytes: None,
            card_total_bytes: Some(size),
        })
    }
}

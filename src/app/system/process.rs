//! What the operating system says about this process.

use std::time::Duration;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// Asks the system about this process, again and again.
pub struct ProcessMeter {
    system: System,
    pid: Pid,
}

/// One reading.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProcessUsage {
    /// Resident memory of this process in bytes.
    pub resident_bytes: u64,
    /// Load since the reading before, in percent of one core.
    pub cpu_percent: f32,
    /// Processor time since the start of the process.
    pub cpu_time: Duration,
    /// Memory of the machine in bytes.
    pub machine_total_bytes: u64,
    /// Memory of the machine in use, in bytes.
    pub machine_used_bytes: u64,
}

impl ProcessMeter {
    /// `None` on systems that keep it secret.
    #[must_use]
    pub fn new() -> Option<Self> {
        let system = System::new().ok()?;
        Some(Self { system, pid: Pid::from_u32(std::process::id()) })
    }

    /// Reads everything anew.
    pub fn read(&mut self) -> ProcessUsage {
        self.system.refresh_processes_specifics(
            ProcessesToUpdate::Some(&[self.pid]),
            false,
            ProcessRefreshKind::nothing().with_cpu().with_memory().without_tasks(),
        );
        self.system.refresh_memory();
        let machine = ProcessUsage {
            machine_total_bytes: self.system.total_memory(),
            machine_used_bytes: self.system.used_memory(),
            ..ProcessUsage::default()
        };
        self.system.process(self.pid).map_or(machine, |process| ProcessUsage {
            resident_bytes: process.memory(),
            cpu_percent: process.cpu_usage(),
            cpu_time: Duration::from_millis(process.accumulated_cpu_time()),
            ..machine
        })
    }
}

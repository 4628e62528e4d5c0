//! Which processes this one started: figures are drawn without any, and say so.

/// A count of the processes that this one starts from now on.
pub struct ChildCensus {
    faults_before: u64,
}

impl ChildCensus {
    /// Begins to count.
    #[must_use]
    pub fn begin() -> Self {
        Self { faults_before: faults_of_ended_children() }
    }

    /// Children that run now, and, where the system tells, one more if others have come and gone.
    #[must_use]
    pub fn count(&self) -> usize {
        running_children() + usize::from(faults_of_ended_children() > self.faults_before)
    }
}

#[cfg(target_os = "linux")]
fn running_children() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    children.map(|children| children.split_whitespace().count()).sum()
}

#[cfg(not(target_os = "linux"))]
fn running_children() -> usize {
    let Ok(mut system) = sysinfo::System::new() else { return 0 };
    system.refresh_processes(sysinfo::ProcessesToUpdate::All, true);
    let own = sysinfo::get_current_pid().ok();
    system
        .processes()
        .values()
        .filter(|process| process.parent().is_some() && process.parent() == own)
        .count()
}

/// Linux counts the page faults of children that ended, and there is no process without any.
fn faults_of_ended_children() -> u64 {
    const FIELD: usize = 8;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program may contain blanks; what follows its bracket does not.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    fields.split(' ').nth(FIELD).and_then(|count| count.parse().ok()).unwrap_or(0)
}

//! What one process knows about the size of the folder between two looks at it.

#[derive(Default)]
pub(super) struct Totals {
    pub(super) entries: u64,
    pub(super) bytes: u64,
    /// Written by this process, ever.
    written_bytes: u64,
    /// `written_bytes` at the last look.
    looked_at_bytes: u64,
}

impl Totals {
    pub(super) fn written(&mut self, bytes: u64, replaced_bytes: Option<u64>) {
        self.entries += u64::from(replaced_bytes.is_none());
        self.bytes = (self.bytes + bytes).saturating_sub(replaced_bytes.unwrap_or(0));
        self.written_bytes += bytes;
    }

    pub(super) fn removed(&mut self, bytes: u64) {
        self.entries = self.entries.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Over the budget by what is known, or enough was written that others may have written as much.
    pub(super) fn is_look_due(&self, budget_bytes: u64) -> bool {
        self.bytes > budget_bytes || self.written_bytes - self.looked_at_bytes >= budget_bytes / 16
    }

    /// To be handed to [`Self::looked`] by the look that begins now.
    pub(super) fn mark(&self) -> u64 {
        self.written_bytes
    }

    /// Takes over what a look found. What was written during it may or may not have been seen: its bytes are
    /// added, for too early a next look does no harm.
    pub(super) fn looked(&mut self, entries: u64, bytes: u64, mark: u64) {
        self.entries = entries;
        self.bytes = bytes + (self.written_bytes - mark);
        self.looked_at_bytes = mark;
    }
}

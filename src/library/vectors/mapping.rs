//! A file's first bytes in memory, read by the system when they are touched.

use std::fs::File;
use std::io;

use memmap2::{Mmap, MmapOptions};

/// A mapped file.
#[derive(Debug)]
pub struct Mapping {
    map: Mmap,
}

impl Mapping {
    /// Maps the first `length` bytes.
    ///
    /// # Errors
    /// When the system refuses, or `length` is zero.
    #[expect(unsafe_code, reason = "mapped bytes change when somebody else changes the file")]
    pub fn new(file: &File, length: u64) -> io::Result<Self> {
        let length = usize::try_from(length).map_err(io::Error::other)?;
        // SAFETY: the file lies in the program's own folder. Its one writer, who holds the lock, never changes or cuts off
        // a complete block: blocks are added behind the last one, compaction writes another file, and only an
        // incomplete end is cut off, which nobody but the writer itself ever maps, and not while it cuts.
        let map = unsafe { MmapOptions::new().len(length).map(file) }?;
        Ok(Self { map })
    }

    /// All bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }
}

//! The file is written anew without its dead rows.

use std::fs::{self, File};
use std::path::Path;

use super::files::{sync_folder_of, write_header};
use super::{VectorStore, tail};
use crate::library::vectors::block::Content;
use crate::library::vectors::error::VectorError;
use crate::library::vectors::header::HEADER_BYTES;

/// Vectors in a block that compaction writes.
const COMPACTED_BYTES: usize = 8 << 20;

impl VectorStore {
    /// Writes the file anew without dead rows when more than half of its rows are dead, or when it has damaged blocks whose
    /// rows were all made again or struck out; says whether it did.
    ///
    /// # Errors
    /// What the system says; the old file is then as it was. Where open files cannot be replaced, snapshots still in use
    /// may be the reason.
    pub fn compact(&mut self) -> Result<bool, VectorError> {
        self.flush()?;
        let is_mostly_dead = self.contents.stored > 2 * self.contents.live.len();
        let is_mended = self.contents.repair.damaged_blocks > 0 && self.contents.repair.lost.is_empty();
        if !is_mostly_dead && !is_mended {
            return Ok(false);
        }
        self.must_write()?;
        let new_path = self.path.with_added_extension("new");
        let written = self.write_compacted(&new_path);
        // A mapped file cannot be replaced everywhere.
        self.open = None;
        self.changed();
        let replaced = written.and_then(|()| {
            fs::rename(&new_path, &self.path).map_err(VectorError::io("replace the vectors", &self.path))
        });
        if replaced.is_err() {
            fs::remove_file(&new_path).ok();
        }
        sync_folder_of(&self.path);
        self.load()?;
        replaced.map(|()| true)
    }

    fn write_compacted(&self, new_path: &Path) -> Result<(), VectorError> {
        let failed = || VectorError::io("write vectors", new_path);
        let rows = self.rows();
        let mut file = File::create(new_path).map_err(failed())?;
        let tag = write_header(&mut file, &self.space, new_path)?;
        let dimensions = self.space.dimensions;
        let rows_in_block = (COMPACTED_BYTES / (2 * dimensions)).max(1);
        let mut end = HEADER_BYTES;
        for (number, ids) in rows.ids().chunks(rows_in_block).enumerate() {
            let first = number * rows_in_block;
            let vectors: Vec<u16> = (first..first + ids.len())
                .flat_map(|position| rows.bits(position).unwrap_or_default().iter().copied())
                .collect();
            let ids: Vec<u32> = ids.iter().map(|id| id.0).collect();
            let (supersedes, superseded_so_far) = (0, 0);
            let content = Content {
                ids: &ids,
                rows: ids.len(),
                vectors: &vectors,
                number: number as u32,
                supersedes,
                superseded_so_far,
            };
            let (bytes, _) = content.to_bytes(tag, dimensions);
            tail::write_at(&mut file, end, &bytes).map_err(failed())?;
            end += bytes.len() as u64;
        }
        file.sync_all().map_err(failed())
    }
}

//! Reading a file of vectors from its beginning: which rows are alive, and what is damaged.
//!
//! The rule is that a wrong vector is never given. A block whose vectors are damaged takes its ids with it, older rows of
//! them included, since those were replaced. A block that nothing is known about takes all older rows with it, unless
//! the next block tells that it had superseded none. What comes after the last complete block was never promised.

use std::collections::BTreeMap;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::super::RowId;
use super::block::{ALIGNMENT, End, HEAD_BYTES, Head};
use super::header::HEADER_BYTES;

/// What was cut off or lost when a file was opened. Nothing, as a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    /// Bytes after the last complete block: a flush that was cut short.
    pub torn_bytes: u64,
    /// Blocks that are damaged.
    pub damaged_blocks: usize,
    /// Rows that were there and have to be made again.
    pub lost: Vec<RowId>,
    /// Whether there may be lost rows that `lost` does not name; the catalog knows which rows there should be.
    pub lost_more: bool,
}

impl Repair {
    /// Whether nothing was wrong.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Contents {
    /// Rows that are alive, and the byte where each one's vector begins.
    pub live: BTreeMap<RowId, u64>,
    /// Rows in intact blocks, dead ones included.
    pub stored: usize,
    /// Where the next block goes.
    pub end: u64,
    /// The number of the next block.
    pub next_number: u32,
    /// See [`Head::superseded_so_far`].
    pub superseded: u64,
    /// What was wrong.
    pub repair: Repair,
}

/// A stretch of the file.
enum Stretch {
    /// A block whose head or foot is intact.
    Block { at: u64, head: Head },
    /// Nothing can be made out.
    Gap,
}

/// Reads all blocks; `bytes` is the whole file, its header included.
pub fn read(bytes: &[u8], tag: u64, dimensions: usize) -> Contents {
    let (stretches, end) = stretches(bytes, tag, dimensions);
    let checked: Vec<Checked> =
        stretches.par_iter().map(|stretch| check(stretch, bytes, dimensions)).collect();
    let mut reading = Reading::default();
    for stretch in checked {
        reading.take(stretch, dimensions);
    }
    let lost = reading.rows.iter().filter(|(_, place)| place.is_none()).map(|(id, _)| *id).collect();
    let live = reading.rows.into_iter().filter_map(|(id, place)| Some((id, place?))).collect();
    let repair = Repair {
        torn_bytes: bytes.len() as u64 - end.min(bytes.len() as u64),
        damaged_blocks: reading.damaged,
        lost,
        lost_more: reading.lost_more,
    };
    Contents {
        live,
        stored: reading.stored,
        end,
        next_number: reading.next_number,
        superseded: reading.superseded,
        repair,
    }
}

/// Cuts the file into blocks and gaps; also where the last block ends.
fn stretches(bytes: &[u8], tag: u64, dimensions: usize) -> (Vec<Stretch>, u64) {
    let length = bytes.len() as u64;
    let mut stretches = Vec::new();
    let mut at = HEADER_BYTES;
    while at + HEAD_BYTES <= length {
        if let Some(head) = block_at(bytes, at, tag, dimensions) {
            stretches.push(Stretch::Block { at, head });
            at += head.layout(dimensions).total;
            continue;
        }
        let Some((next, head)) = next_block(bytes, at, tag, dimensions) else { break };
        if next > at {
            stretches.push(Stretch::Gap);
        }
        stretches.push(Stretch::Block { at: next, head });
        at = next + head.layout(dimensions).total;
    }
    (stretches, at)
}

/// A whole block that begins at `at`.
fn block_at(bytes: &[u8], at: u64, tag: u64, dimensions: usize) -> Option<Head> {
    let head = Head::read(bytes, at, End::Head, tag)?;
    (at + head.layout(dimensions).total <= bytes.len() as u64).then_some(head)
}

/// The first block from `from` on that can be recognised, by its head or by its foot.
fn next_block(bytes: &[u8], from: u64, tag: u64, dimensions: usize) -> Option<(u64, Head)> {
    let mut at = from;
    while at + HEAD_BYTES <= bytes.len() as u64 {
        if let Some(head) = block_at(bytes, at, tag, dimensions) {
            return Some((at, head));
        }
        if let Some(head) = Head::read(bytes, at, End::Foot, tag)
            && let Some(start) = (at + HEAD_BYTES).checked_sub(head.layout(dimensions).total)
            && start >= from
        {
            return Some((start, head));
        }
        at += ALIGNMENT;
    }
    None
}

/// A stretch after its checksums were computed.
enum Checked {
    Block { at: u64, head: Head, ids: Option<Vec<u32>>, is_intact: bool },
    Gap,
}

fn check(stretch: &Stretch, bytes: &[u8], dimensions: usize) -> Checked {
    match stretch {
        Stretch::Block { at, head } => Checked::Block {
            at: *at,
            head: *head,
            ids: head.ids(bytes, *at, dimensions),
            is_intact: head.vectors_are_intact(bytes, *at, dimensions),
        },
        Stretch::Gap => Checked::Gap,
    }
}

/// The rows while the blocks are gone through in order.
#[derive(Default)]
struct Reading {
    /// Place of each row; `None` when it is lost.
    rows: BTreeMap<RowId, Option<u64>>,
    stored: usize,
    next_number: u32,
    superseded: u64,
    damaged: usize,
    lost_more: bool,
    gap_before: bool,
}

impl Reading {
    fn take(&mut self, stretch: Checked, dimensions: usize) {
        let Checked::Block { at, head, ids, is_intact } = stretch else {
            self.damaged += 1;
            self.lost_more = true;
            self.gap_before = true;
            return;
        };
        let superseded_before = head.superseded_so_far.saturating_sub(u64::from(head.supersedes));
        // Blocks can also be missing without a trace, when one was cut out of the file.
        let is_missing_some = self.gap_before || head.number != self.next_number;
        if is_missing_some && superseded_before != self.superseded {
            self.lose_all();
        }
        self.lost_more |= head.number != self.next_number;
        self.gap_before = false;
        self.next_number = head.number.wrapping_add(1);
        self.superseded = head.superseded_so_far;
        self.damaged += usize::from(ids.is_none() || !is_intact);
        let Some(ids) = ids else {
            self.lost_more = true;
            if head.supersedes > 0 {
                self.lose_all();
            }
            return;
        };
        let vectors = at + head.layout(dimensions).vectors;
        let (rows, removed) = ids.split_at_checked(head.rows as usize).unwrap_or((&ids, &[]));
        if is_intact {
            self.stored += rows.len();
        }
        for (row, id) in rows.iter().enumerate() {
            let place = vectors + (2 * dimensions * row) as u64;
            self.rows.insert(RowId(*id), is_intact.then_some(place));
        }
        for id in removed {
            self.rows.remove(&RowId(*id));
        }
    }

    fn lose_all(&mut self) {
        for place in self.rows.values_mut() {
            *place = None;
        }
    }
}

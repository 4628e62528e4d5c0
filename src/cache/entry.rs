//! The file of one entry.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 4 | `VTRC` |
//! | 4 | 4 | version of this format |
//! | 8 | 32 | the key: a file under another name is no entry |
//! | 40 | 8 | length of the content |
//! | 48 | 8 | length of the payload |
//! | 56 | 32 | blake3 of all of the above and of the payload |
//! | 88 | | the payload: the content as one zstd frame |
//!
//! Numbers are little-endian. The checksum covers what is on the disk, so it is verified before zstd reads any
//! of it, and the length of the content is known to be ours before memory is reserved for it.

use std::io;

use super::CacheKey;

const MAGIC: &[u8; 4] = b"VTRC";
const FORMAT_VERSION: u32 = 1;
const CHECKSUM_AT: usize = 56;
const HEADER_BYTES: usize = 88;

/// Level 3 packs as fast as a disk writes; higher ones gain little on what is cached here.
const ZSTD_LEVEL: i32 = 3;

pub(super) fn encode(key: &CacheKey, content: &[u8]) -> io::Result<Vec<u8>> {
    let payload = zstd::bulk::compress(content, ZSTD_LEVEL)?;
    let mut file = Vec::with_capacity(HEADER_BYTES + payload.len());
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    file.extend_from_slice(key.as_bytes());
    file.extend_from_slice(&(content.len() as u64).to_le_bytes());
    file.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    let checksum = checksum(&file, &payload);
    file.extend_from_slice(checksum.as_bytes());
    file.extend_from_slice(&payload);
    Ok(file)
}

/// The content, or `None` when the file is not exactly what was written under `key`.
pub(super) fn decode(key: &CacheKey, file: &[u8]) -> Option<Vec<u8>> {
    let (head, rest) = file.split_at_checked(CHECKSUM_AT)?;
    let (stored_checksum, payload) = rest.split_at_checked(HEADER_BYTES - CHECKSUM_AT)?;
    let (magic, head_rest) = head.split_first_chunk::<4>()?;
    let (version, head_rest) = head_rest.split_first_chunk::<4>()?;
    let (stored_key, head_rest) = head_rest.split_first_chunk::<32>()?;
    let (content_len, head_rest) = head_rest.split_first_chunk::<8>()?;
    let payload_len = head_rest.first_chunk::<8>()?;

    let is_ours = magic == MAGIC
        && u32::from_le_bytes(*version) == FORMAT_VERSION
        && stored_key == key.as_bytes()
        && u64::from_le_bytes(*payload_len) == payload.len() as u64
        && checksum(head, payload).as_bytes() == stored_checksum;
    if !is_ours {
        return None;
    }
    let content_len = usize::try_from(u64::from_le_bytes(*content_len)).ok()?;
    let content = zstd::bulk::decompress(payload, content_len).ok()?;
    (content.len() == content_len).then_some(content)
}

fn checksum(head: &[u8], payload: &[u8]) -> blake3::Hash {
    blake3::Hasher::new().update(head).update(payload).finalize()
}

//! Names for results: the hash of everything that a result depends on.
//!
//! Every part goes into the hash behind a tag and its length, so that no two lists of parts read the same:
//! `"ab" + "c"` is not `"a" + "bc"`, and content is not taken for parameters.

use std::fmt;

use serde::Serialize;

use super::CacheError;

/// Changes when the framing changes, which makes every older key unreachable.
const FRAMING: &[u8] = b"vitrine cache key 1";

const TAG_KIND: u8 = b'k';
const TAG_ALGORITHM: u8 = b'a';
const TAG_CONTENT: u8 = b'c';
const TAG_PARAMETERS_RON: u8 = b'p';
const TAG_PARAMETERS_RAW: u8 = b'r';

/// The name of a result in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CacheKey([u8; 32]);

/// Gathers what a result depends on. The order of the parts counts.
#[must_use]
pub struct CacheKeyBuilder {
    hasher: blake3::Hasher,
}

impl CacheKey {
    /// Begins the key of a result of that kind ("crystal render") from that version of its algorithm.
    #[expect(clippy::new_ret_no_self, reason = "a key is made in steps that read from left to right")]
    pub fn new(kind: &str, algorithm_version: u32) -> CacheKeyBuilder {
        let mut hasher = blake3::Hasher::new();
        hasher.update(FRAMING);
        let mut builder = CacheKeyBuilder { hasher };
        builder.part(TAG_KIND, kind.as_bytes());
        builder.part(TAG_ALGORITHM, &algorithm_version.to_le_bytes());
        builder
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for CacheKey {
    /// 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl CacheKeyBuilder {
    /// The result depends on these bytes.
    pub fn content(self, bytes: &[u8]) -> Self {
        self.content_hash(blake3::hash(bytes).as_bytes())
    }

    /// The result depends on the bytes with this blake3 hash; the same key as from the bytes themselves.
    pub fn content_hash(mut self, hash: &[u8; 32]) -> Self {
        self.part(TAG_CONTENT, hash);
        self
    }

    /// The result depends on these parameters, by the names and values of their fields.
    ///
    /// A `HashMap` or `HashSet` in them would give another key at every run: use the B-tree ones.
    ///
    /// # Errors
    /// [`CacheError::Parameters`] when they cannot be written as RON.
    pub fn parameters(mut self, parameters: &impl Serialize) -> Result<Self, CacheError> {
        let text = ron::to_string(parameters).map_err(|error| CacheError::Parameters(error.to_string()))?;
        self.part(TAG_PARAMETERS_RON, text.as_bytes());
        Ok(self)
    }

    /// The result depends on these parameters in a form of the caller's own.
    pub fn parameter_bytes(mut self, parameters: &[u8]) -> Self {
        self.part(TAG_PARAMETERS_RAW, parameters);
        self
    }

    /// The key.
    pub fn finish(self) -> CacheKey {
        CacheKey(*self.hasher.finalize().as_bytes())
    }

    fn part(&mut self, tag: u8, bytes: &[u8]) {
        self.hasher.update(&[tag]).update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
    }
}

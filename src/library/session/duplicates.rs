//! Duplicates over the open libraries: from what is kept to a graph that regroups at once.

use std::path::PathBuf;
use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::{Libraries, LibraryError};
use crate::library::descriptors::{SPACES, similarity_weights};
use crate::library::duplicates::crops::{self, CropSignature};
use crate::library::duplicates::trash::KnownFile;
use crate::library::duplicates::{
    Candidate, FileIdentity, Graph, Group, Kind, LOOSEST_DISTANCE, PairEvidence, Thresholds, gather,
};
use crate::library::vectors::{Rows, close_pairs};
use crate::library::{ContentHash, PictureId, RowId};

/// How far apart pictures may be and still be remembered as a pair; thresholds can only be tighter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DuplicateScope {
    /// Bits of the perceptual hash; `None` leaves hashes out.
    pub hash_distance: Option<u32>,
    /// Cosine of the look; `None` leaves looks out.
    pub similarity: Option<f32>,
    /// Whether crops are looked for, which takes longest.
    pub crops: bool,
}

impl Default for DuplicateScope {
    fn default() -> Self {
        Self { hash_distance: Some(LOOSEST_DISTANCE.into()), similarity: Some(0.9), crops: true }
    }
}

/// Correlation of a crop with the place in its source from which on it is one.
const SURE_CROP: f32 = 0.8;

/// What the search is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicateStage {
    /// Reading what is known.
    Reading,
    /// Comparing all hashes.
    Hashes,
    /// Comparing all looks.
    Looks,
    /// Describing pictures for the search for crops: so many of so many.
    Describing(usize, usize),
    /// Searching crops.
    Crops,
}

/// Groups of contents that the user has settled, in the order of settling.
#[derive(Clone, Debug, Default)]
pub struct Resolved(Vec<Vec<ContentHash>>);

impl Resolved {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a group, its contents in order.
    pub fn push(&mut self, contents: Vec<ContentHash>) {
        self.0.push(contents);
    }

    /// Takes back the one that was added last.
    pub fn pop(&mut self) -> Option<Vec<ContentHash>> {
        self.0.pop()
    }

    /// Takes back one of them, its contents in order.
    pub fn remove(&mut self, contents: &[ContentHash]) {
        if let Some(at) = self.0.iter().rposition(|group| group == contents) {
            self.0.remove(at);
        }
    }

    /// Whether these (in order) are a settled group, or what is left of one. One content alone is settled only as such: that
    /// it differs from others says nothing about its copies.
    #[must_use]
    pub fn contains(&self, contents: &[ContentHash]) -> bool {
        let holds = |group: &Vec<ContentHash>| {
            (contents.len() > 1 || group.len() == 1)
                && contents.iter().all(|content| group.binary_search(content).is_ok())
        };
        !contents.is_empty() && self.0.iter().any(holds)
    }
}

/// All pairs that may be duplicates.
#[derive(Debug, Default)]
pub struct Duplicates {
    /// The pictures, in the order that groups number them.
    pub ids: Vec<PictureId>,
    /// What is known of each.
    pub candidates: Vec<Candidate>,
    /// Where each file is.
    pub paths: Vec<PathBuf>,
    graph: Graph,
    resolved: Resolved,
}

impl Duplicates {
    /// Groups under these thresholds; fast enough for every step of a slider. Settled groups are left out.
    #[must_use]
    pub fn groups(&self, thresholds: &Thresholds) -> Vec<Group> {
        self.graph.groups(thresholds, &|members| self.resolved.contains(&self.contents(members)))
    }

    /// Groups that the user settled before this search; they are left out.
    #[must_use]
    pub fn resolved_count(&self) -> usize {
        self.resolved.len()
    }

    /// Pairs that are kept.
    #[must_use]
    pub fn pair_count(&self) -> usize {
        self.graph.pair_count()
    }

    /// Every pair with its kind, the surest first; those with the same bytes aside.
    pub fn pairs(&self) -> impl Iterator<Item = (&PairEvidence, Kind)> {
        self.graph.pairs()
    }

    /// Two paths that lead to one file; they are no duplicates.
    #[must_use]
    pub fn same_files(&self) -> &[(u32, u32)] {
        self.graph.same_files()
    }

    /// A picture's file as it was when it was indexed.
    #[must_use]
    pub fn known_files(&self) -> Vec<KnownFile> {
        let known = |(path, candidate): (&PathBuf, &Candidate)| KnownFile {
            path: path.clone(),
            content: candidate.content,
            size_bytes: candidate.size_bytes,
            modified_ns: candidate.modified_ns,
        };
        self.paths.iter().zip(&self.candidates).map(known).collect()
    }

    /// Contents of members, in order.
    #[must_use]
    pub fn contents(&self, members: &[u32]) -> Vec<ContentHash> {
        let of = |index: &u32| self.candidates.get(*index as usize).map(|candidate| candidate.content);
        let mut contents: Vec<ContentHash> = members.iter().filter_map(of).collect();
        contents.sort();
        contents.dedup();
        contents
    }
}

impl Libraries {
    /// Compares all completely described pictures of the open libraries (of `only`, unless that is empty). Blocks.
    ///
    /// # Errors
    /// [`LibraryError`] when a catalog cannot be read.
    pub fn find_duplicates(
        &self,
        only: &[u32],
        scope: DuplicateScope,
        on_stage: &(dyn Fn(DuplicateStage) + Sync),
        should_stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Duplicates, LibraryError> {
        self.mending(|| self.compare(only, scope, on_stage, should_stop))
    }

    fn compare(
        &self,
        only: &[u32],
        scope: DuplicateScope,
        on_stage: &(dyn Fn(DuplicateStage) + Sync),
        should_stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Duplicates, LibraryError> {
        on_stage(DuplicateStage::Reading);
        let mut found = Duplicates::default();
        for library in self.all().iter().filter(|open| only.is_empty() || only.contains(&open.number)) {
            for (row, candidate) in library.store.candidates(library.number)? {
                let path = library.root.join(&candidate.relative);
                let candidate = Candidate { file: FileIdentity::of(&path).ok(), ..candidate };
                found.ids.push(PictureId { library: library.number, row });
                found.candidates.push(candidate);
                found.paths.push(path);
            }
            found.resolved.0.extend(library.store.catalog.resolved_groups()?);
        }
        let looks = Arc::new(self.looks(&found.ids));
        let close = Self::close(&found, scope, on_stage, should_stop);
        on_stage(DuplicateStage::Looks);
        let similar = match scope.similarity {
            Some(least) => self.shared.vectors.pairs_above(&looks, least, should_stop),
            None => Vec::new(),
        };
        // Positions among the rows are those of the pictures: a row is missing only where a vector is.
        let place = |position: u32| looks.ids().get(position as usize).map(|row| row.0);
        let similar = similar.into_iter().filter_map(|(a, b, score)| Some((place(a)?, place(b)?, score)));
        let similar: Vec<_> = similar.collect();
        let crops = if scope.crops { self.crops(&found, on_stage, should_stop) } else { Vec::new() };
        let similarity_of = |a: u32, b: u32| {
            let (a, b) = (looks.get(RowId(a))?, looks.get(RowId(b))?);
            Some(a.iter().zip(&b).map(|(a, b)| a * b).sum())
        };
        let pairs = gather(&found.candidates, close, similar, crops, &similarity_of);
        found.graph = Graph::new(&found.candidates, pairs);
        Ok(found)
    }

    /// Pairs of pictures with close hashes.
    fn close(
        found: &Duplicates,
        scope: DuplicateScope,
        on_stage: &(dyn Fn(DuplicateStage) + Sync),
        should_stop: &(dyn Fn() -> bool + Sync),
    ) -> Vec<(u32, u32)> {
        let Some(most) = scope.hash_distance else { return Vec::new() };
        on_stage(DuplicateStage::Hashes);
        let hashed: Vec<(u32, [u64; 8])> = found
            .candidates
            .iter()
            .zip(0_u32..)
            .filter_map(|(candidate, at)| Some((at, candidate.hashes?)))
            .collect();
        let hashes: Vec<[u64; 8]> = hashed.iter().map(|(_, hashes)| *hashes).collect();
        let place = |at: u32| hashed.get(at as usize).map(|(at, _)| *at);
        let pairs = close_pairs(&hashes, most, should_stop);
        pairs.into_iter().filter_map(|pair| Some((place(pair.a)?, place(pair.b)?))).collect()
    }

    /// One vector for each picture whose cosine is the similarity of the look, numbered by position.
    pub(super) fn looks(&self, ids: &[PictureId]) -> Rows {
        let weights = similarity_weights();
        let views: Vec<_> = self.all().iter().map(|open| open.view()).collect();
        let mut dimensions = 0;
        let look = |id: &PictureId| {
            let view = views.iter().find(|view| view.number == id.library)?;
            let mut look = Vec::new();
            for space in (0..SPACES).filter(|space| weights.get(*space) > Some(&0.0)) {
                let scale = weights.get(space)?.sqrt();
                look.extend(view.spaces.get(space)?.rows.get(id.row)?.iter().map(|value| value * scale));
            }
            Some(look)
        };
        let vectors: Vec<(RowId, Vec<f32>)> =
            ids.iter().zip(0_u32..).filter_map(|(id, at)| Some((RowId(at), look(id)?))).collect();
        if let Some((_, vector)) = vectors.first() {
            dimensions = vector.len();
        }
        let slices = vectors.iter().map(|(row, vector)| (*row, vector.as_slice()));
        Rows::in_memory(dimensions, slices).unwrap_or_default()
    }

    /// Crops, from signatures that are kept beside the thumbnails.
    fn crops(
        &self,
        found: &Duplicates,
        on_stage: &(dyn Fn(DuplicateStage) + Sync),
        should_stop: &(dyn Fn() -> bool + Sync),
    ) -> Vec<crops::CropMatch> {
        let done = std::sync::atomic::AtomicUsize::new(0);
        let count = found.ids.len();
        let pictures: Vec<(PictureId, ContentHash)> =
            found.ids.iter().zip(&found.candidates).map(|(id, candidate)| (*id, candidate.content)).collect();
        let signature = |(id, content): &(PictureId, ContentHash)| {
            let at = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if at.is_multiple_of(64) {
                on_stage(DuplicateStage::Describing(at, count));
            }
            if should_stop() { None } else { self.crop_signature(*id, content) }
        };
        let signatures: Vec<Option<CropSignature>> = pictures.par_iter().map(signature).collect();
        if should_stop() {
            return Vec::new();
        }
        on_stage(DuplicateStage::Crops);
        let present: Vec<(u32, &CropSignature)> =
            signatures.iter().zip(0_u32..).filter_map(|(s, at)| Some((at, s.as_ref()?))).collect();
        let only: Vec<&CropSignature> = present.iter().map(|(_, signature)| *signature).collect();
        let place = |at: u32| present.get(at as usize).map(|(at, _)| *at);
        let matches = crops::find(&only, should_stop).into_iter().filter_map(|found| {
            Some(crops::CropMatch { source: place(found.source)?, crop: place(found.crop)?, ..found })
        });
        let matches: Vec<crops::CropMatch> = matches.collect();
        // Points may agree by chance; the pixels do not.
        let verified = |matched: &crops::CropMatch| {
            let pixels = |at: u32| self.thumbnail(*found.ids.get(at as usize)?).ok();
            let (source, crop) = (pixels(matched.source)?, pixels(matched.crop)?);
            let score = crops::verify(&source, &crop, matched.rect);
            (score >= SURE_CROP && !should_stop()).then_some(crops::CropMatch { score, ..*matched })
        };
        matches.par_iter().filter_map(verified).collect()
    }

    fn crop_signature(&self, id: PictureId, content: &ContentHash) -> Option<CropSignature> {
        let key = crop_key(content);
        let kept = self.thumbnails().get(&key).and_then(|bytes| CropSignature::from_bytes(&bytes).ok());
        if kept.is_some() {
            return kept;
        }
        let signature = CropSignature::of(&self.thumbnail(id).ok()?);
        let bytes = signature.to_bytes();
        self.thumbnails().put_many(std::iter::once((key, bytes.as_slice())));
        Some(signature)
    }

    /// Remembers that the user settled a group: it does not come back while its contents are the same.
    ///
    /// # Errors
    /// [`LibraryError`] when the catalog cannot be written.
    pub fn resolve(&self, libraries: &[u32], contents: &[ContentHash]) -> Result<(), LibraryError> {
        for number in libraries {
            self.library(*number)?.store.catalog.resolve_group(contents)?;
        }
        Ok(())
    }

    /// Takes that back for one group.
    ///
    /// # Errors
    /// [`LibraryError`] when a catalog cannot be written.
    pub fn unresolve(&self, contents: &[ContentHash]) -> Result<(), LibraryError> {
        for library in self.all() {
            library.store.catalog.unresolve_group(contents)?;
        }
        Ok(())
    }

    /// Takes that back for all groups of the open libraries.
    ///
    /// # Errors
    /// [`LibraryError`] when a catalog cannot be written.
    pub fn unresolve_all(&self) -> Result<(), LibraryError> {
        for library in self.all() {
            for group in library.store.catalog.resolved_groups()? {
                library.store.catalog.unresolve_group(&group)?;
            }
        }
        Ok(())
    }
}

/// Under which the crop signature of a content is kept: another kind of result of the same content.
pub(super) fn crop_key(content: &ContentHash) -> ContentHash {
    ContentHash(blake3::derive_key("vitrine crop signature 1", &content.0))
}

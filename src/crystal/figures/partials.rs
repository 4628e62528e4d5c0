//! Results that several figures share, kept on their own: another wavelength takes the reflections that are there, another
//! width of bins the distances.

use super::{
    FigureFailure,
    settings::{RdfSettings, XrdSettings},
};
use crate::{
    cache::{Cache, CacheKey},
    crystal::{
        analysis::{
            diffraction::{Displacements, Merge, Pattern, REFLECTIONS_VERSION, Reflections},
            pairs::{PairDistances, PairDistribution},
        },
        structure::Structure,
    },
    figure::Stage,
};

/// Changes when distances or their form do.
const DISTANCES_VERSION: u32 = 1;

/// What is known of one structure, from the cache or computed.
pub struct Partials<'a> {
    structure: &'a Structure,
    /// blake3 of its canonical bytes.
    content: [u8; 32],
    cache: Option<&'a Cache>,
}

impl<'a> Partials<'a> {
    /// Of a structure whose canonical bytes have this blake3 hash. Without a cache all is computed.
    #[must_use]
    pub fn new(structure: &'a Structure, content: [u8; 32], cache: Option<&'a Cache>) -> Self {
        Self { structure, content, cache }
    }

    /// The powder pattern.
    ///
    /// # Errors
    /// When the structure has none, or the settings are out of range.
    pub fn pattern(&self, settings: &XrdSettings) -> Result<Pattern, FigureFailure> {
        let pattern = settings.pattern();
        let g_max = pattern.g_max_per_angstrom()?;
        let displacements =
            if settings.use_displacements { Displacements::FromStructure } else { Displacements::Ignored };
        let key = self
            .key("crystal reflections", u32::from(REFLECTIONS_VERSION))
            .parameters(&(settings.probe, settings.merge, settings.use_displacements))
            .map_err(|error| FigureFailure::new(Stage::Analysis, error))?
            .finish();
        let reflections = self.stored(
            &key,
            |bytes| Reflections::from_bytes(bytes).ok().filter(|known| known.covers(g_max)),
            Reflections::to_bytes,
            || match settings.merge {
                Merge::Parity => Reflections::new(self.structure, settings.probe, &displacements, g_max),
                Merge::Symmetrized => {
                    Reflections::symmetrized(self.structure, settings.probe, &displacements, g_max)
                }
            },
        )?;
        Ok(Pattern::new(&reflections, &pattern)?)
    }

    /// The pair distribution.
    ///
    /// # Errors
    /// When the structure has none, or the settings are out of range.
    pub fn distribution(&self, settings: &RdfSettings) -> Result<PairDistribution, FigureFailure> {
        let binning = settings.binning();
        let reach = binning.reach_angstrom();
        let key = self.key("crystal distances", DISTANCES_VERSION).finish();
        let distances = self.stored(
            &key,
            |bytes| PairDistances::from_bytes(bytes).ok().filter(|known| known.covers(reach)),
            PairDistances::to_bytes,
            || PairDistances::new(self.structure, reach),
        )?;
        Ok(PairDistribution::new(&distances, binning)?)
    }

    fn key(&self, kind: &str, version: u32) -> crate::cache::CacheKeyBuilder {
        CacheKey::new(kind, version).content_hash(&self.content)
    }

    /// What is stored, if it is whole and reaches far enough; else what is computed, which takes its place.
    fn stored<T, E>(
        &self,
        key: &CacheKey,
        read: impl FnOnce(&[u8]) -> Option<T>,
        write: impl FnOnce(&T) -> Vec<u8>,
        compute: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let Some(cache) = self.cache else { return compute() };
        let known = cache.get(key).unwrap_or_else(|error| {
            log::debug!("{error}");
            None
        });
        if let Some(value) = known.and_then(|bytes| read(&bytes)) {
            return Ok(value);
        }
        let value = compute()?;
        // A full disk costs time at the next run, not this result.
        if let Err(error) = cache.put(key, &write(&value)) {
            log::debug!("{error}");
        }
        Ok(value)
    }
}

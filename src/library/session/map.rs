//! What the map needs: one vector for each picture, and words that say what it is.

use std::collections::BTreeMap;

use super::Libraries;
use super::view::LibraryView;
use crate::library::catalog::{PictureRecord, Swatches};
use crate::library::descriptors::{BUILT_IN, SPACES, concepts, similarity_weights};
use crate::library::query::CivilDate;
use crate::library::{PictureId, RowId};

/// A look counts as a word from this degree on.
const LEAST_DEGREE: f32 = 0.5;
/// Looks that one picture is named by.
const MOST_LOOKS: usize = 3;

/// A picture of the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapRow<'a> {
    /// Which.
    pub id: PictureId,
    /// Its look; the dot product of two is their similarity.
    pub vector: &'a [f32],
    /// Its colours mixed, sRGB.
    pub color: Option<[u8; 3]>,
}

/// What a picture is, in words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapFacts {
    /// Days since 1970 when it was taken.
    pub day: Option<i32>,
    /// Folder below the library's root; empty for the root itself.
    pub folder: String,
    /// Maker and model.
    pub camera: Option<String>,
    /// Kind of file.
    pub format: Option<&'static str>,
    /// Everything that a group of pictures may be named by: tags, persons, places, folder, year, camera, looks.
    pub words: Vec<String>,
}

impl Libraries {
    /// Shows all pictures that have a look, in the order of libraries and rows. Blocks for a moment: all vectors are read.
    pub fn map_rows(&self, mut show: impl FnMut(MapRow<'_>)) {
        for library in self.all() {
            let view = library.view();
            let swatches: BTreeMap<RowId, Swatches> =
                library.store.catalog.swatches().unwrap_or_default().into_iter().collect();
            for id in view.entries.iter().map(|entry| entry.id) {
                if let Some(vector) = look(&view, id.row) {
                    show(MapRow { id, vector: &vector, color: swatches.get(&id.row).and_then(mixed) });
                }
            }
        }
    }

    /// Where pictures were when the map was laid out last. Blocks.
    #[must_use]
    pub fn map_places(&self) -> Vec<(PictureId, [f32; 2])> {
        let mut places = Vec::new();
        for library in self.all() {
            let id = |row| PictureId { library: library.number, row };
            places.extend(library.store.map_places().into_iter().map(|(row, place)| (id(row), place)));
        }
        places
    }

    /// Keeps where pictures are, for the next time; for libraries that another process writes to it does. Blocks.
    pub fn keep_map_places(&self, places: impl Iterator<Item = (PictureId, [f32; 2])>) {
        let mut by_library: BTreeMap<u32, Vec<(RowId, [f32; 2])>> = BTreeMap::new();
        for (id, place) in places {
            by_library.entry(id.library).or_default().push((id.row, place));
        }
        for library in self.all().iter().filter(|library| library.store.can_write()) {
            let places = by_library.remove(&library.number).unwrap_or_default();
            if let Err(error) = library.store.keep_map_places(&places) {
                log::warn!("the map will be laid out anew next time: {error}");
            }
        }
    }

    /// What these pictures are, in their order; empty for those that are gone. Blocks: the catalogs are read once.
    #[must_use]
    pub fn map_facts(&self, ids: &[PictureId]) -> Vec<MapFacts> {
        let mut known = BTreeMap::new();
        for library in self.all() {
            let view = library.view();
            for (row, record) in library.store.catalog.labels().unwrap_or_default() {
                let mut facts = facts(&record);
                facts.words.extend(looks(&view, row));
                known.insert(PictureId { library: library.number, row }, facts);
            }
        }
        ids.iter().map(|id| known.remove(id).unwrap_or_default()).collect()
    }
}

/// The spaces of the look one after the other, weighted so that their dot product is the similarity.
fn look(view: &LibraryView, row: RowId) -> Option<Vec<f32>> {
    let weights = similarity_weights();
    let mut look = Vec::new();
    for (space, weight) in view.spaces.iter().zip(weights).take(SPACES).filter(|(_, weight)| *weight > 0.0) {
        let scale = weight.sqrt();
        look.extend(space.rows.get(row)?.into_iter().map(|value| value * scale));
    }
    Some(look)
}

/// Colours mixed by their shares.
fn mixed(swatches: &Swatches) -> Option<[u8; 3]> {
    let all: f32 = swatches.iter().map(|(_, share)| share).sum();
    let channel = |channel: usize| {
        let part = |(rgb, share): &([u8; 3], f32)| f32::from(*rgb.get(channel).unwrap_or(&0)) * share;
        (swatches.iter().map(part).sum::<f32>() / all).round() as u8
    };
    (all > 0.0).then(|| std::array::from_fn(channel))
}

/// The looks that are strongest in a picture.
fn looks(view: &LibraryView, row: RowId) -> Vec<String> {
    let space = BUILT_IN.iter().position(|space| space.name == "concepts");
    let degrees = space.and_then(|space| view.spaces.get(space)?.rows.get(row)).unwrap_or_default();
    let mut looks: Vec<(f32, &str)> = concepts()
        .iter()
        .filter_map(|concept| Some((*degrees.get(concept.index)?, concept.name)))
        .filter(|(degree, _)| *degree >= LEAST_DEGREE)
        .collect();
    looks.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    looks.into_iter().take(MOST_LOOKS).map(|(_, name)| name.to_owned()).collect()
}

fn facts(record: &PictureRecord) -> MapFacts {
    let day = record.taken_wall_secs.map(|secs| secs.div_euclid(86_400) as i32);
    let parent = record.relative.parent();
    let mut words: Vec<String> = record.tags.iter().chain(&record.people).cloned().collect();
    let places = [&record.location, &record.city, &record.state, &record.country, &record.camera];
    words.extend(places.into_iter().flatten().cloned());
    words
        .extend(parent.and_then(|folder| folder.file_name()).map(|name| name.to_string_lossy().into_owned()));
    words.extend(day.map(|day| CivilDate::from_days_since_1970(day).year.to_string()));
    if record.is_monochrome == Some(true) {
        words.push("black and white".to_owned());
    }
    words.retain(|word| !word.trim().is_empty());
    MapFacts {
        day,
        folder: parent.map(|folder| folder.display().to_string()).unwrap_or_default(),
        camera: record.camera.clone(),
        format: record.format.map(crate::library::Format::name),
        words,
    }
}

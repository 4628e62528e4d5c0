//! The question that is asked, and the last answer to it.
//!
//! Every change asks anew on a thread of its own, where the newest question wins: an older answer is never shown after a
//! newer one. What changes in the libraries asks again, but never in place of a question that is being answered.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::TextureHandle;

use crate::jobs::{Jobs, LatestWorker};
use crate::library::query::complete::Completion;
use crate::library::session::{
    Crop, Hit, Libraries, PictureQuery, PictureSource, SearchRequest, SearchResponse, Sketch,
};
use crate::library::{PictureId, Pixels};
use crate::ui::Shell;

/// A picture that is searched with.
pub struct Chip {
    /// Names it in the window.
    pub number: u64,
    /// Which.
    pub source: PictureSource,
    /// Its name.
    pub name: String,
    /// The file, where it is no picture of a library.
    pub file: Option<PathBuf>,
    /// The part that counts.
    pub crop: Option<Crop>,
    /// How much it counts.
    pub weight: f32,
    /// What is shown of a picture from elsewhere.
    pub texture: Option<TextureHandle>,
}

/// The answer to a question.
#[derive(Default)]
pub struct Answer {
    /// The text that was asked.
    pub text: String,
    /// Hits and readings.
    pub response: SearchResponse,
    /// Whether the cut was chosen by hand.
    pub has_own_cut: bool,
    /// What went wrong.
    pub error: Option<String>,
}

impl Answer {
    /// The hits that are shown.
    pub fn shown(&self, with_weak: bool) -> &[Hit] {
        let hits = &self.response.hits;
        let takes_all = with_weak || self.nothing_stands_out();
        let count = if takes_all { hits.len() } else { self.response.above_cut.min(hits.len()) };
        hits.get(..count).unwrap_or_default()
    }

    /// Whether the scores suggest that no picture fits: then all are shown, the closest first.
    pub fn nothing_stands_out(&self) -> bool {
        self.response.above_cut == 0 && !self.has_own_cut && self.response.histogram.is_some()
    }
}

/// The search.
#[derive(Default)]
pub struct Search {
    /// What is typed.
    pub text: String,
    /// Pictures to be like.
    pub chips: Vec<Chip>,
    /// The sketch.
    pub sketch: Sketch,
    /// Only among these, as chosen on the map.
    pub within: Option<Arc<[PictureId]>>,
    /// Only pictures of this library.
    pub only: Option<u32>,
    /// Cut chosen by hand.
    pub cut: Option<f32>,
    /// Whether hits below the cut are shown too.
    pub with_weak: bool,
    /// The last answer.
    pub answer: Answer,
    /// What can be typed next, for which text and cursor.
    pub completions: Completions,
    /// What is shown of the last answer, for those who look pictures up in it.
    lit: Option<(Lit, Arc<HashSet<PictureId>>)>,
    answers_taken: u64,
    worker: Option<LatestWorker<SearchRequest, Answer>>,
    asked: Option<Asked>,
    chips_made: u64,
}

/// What was asked, to see whether something else is asked now.
#[derive(Clone, PartialEq)]
struct Asked {
    text: String,
    chips: Vec<(u64, Option<Crop>, f32)>,
    sketch: Sketch,
    within: Option<Arc<[PictureId]>>,
    only: Option<u32>,
    order: super::settings::Sorting,
    cut: Option<f32>,
    generation: u64,
}

/// What a set of shown pictures was made of: the number of the answer, and whether weak ones are shown.
type Lit = (u64, bool);

/// A text, and what can be typed next in it.
type Completed = (String, Vec<Completion>);

/// What can be typed next.
#[derive(Default)]
pub struct Completions {
    /// Best first.
    pub list: Vec<Completion>,
    /// The text that they are for.
    pub text: String,
    /// The one that Enter or Tab takes.
    pub chosen: Option<usize>,
    worker: Option<LatestWorker<(String, usize), Completed>>,
    asked: (String, usize),
}

impl Search {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        let has_pictures = !self.chips.is_empty() || self.within.is_some() || self.only.is_some();
        self.text.trim().is_empty() && !has_pictures && self.sketch.blobs.is_empty()
    }

    /// Whether something is asked for that some pictures fit better than others.
    pub fn ranks(&self) -> bool {
        !(self.text.trim().is_empty() && self.chips.is_empty() && self.sketch.blobs.is_empty())
    }

    /// Whether an answer is awaited.
    pub fn is_busy(&self) -> bool {
        self.worker.as_ref().is_some_and(LatestWorker::is_busy)
            || self.completions.worker.as_ref().is_some_and(LatestWorker::is_busy)
    }

    /// Whether the libraries have changed since it was asked; it is asked again with the next frame.
    pub fn is_behind(&self, generation: u64) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.generation != generation)
    }

    /// The pictures that are shown.
    pub fn lit(&mut self) -> Arc<HashSet<PictureId>> {
        let key = (self.answers_taken, self.with_weak);
        if let Some((_, lit)) = self.lit.as_ref().filter(|(made_of, _)| *made_of == key) {
            return Arc::clone(lit);
        }
        let lit = Arc::new(self.answer.shown(self.with_weak).iter().map(|hit| hit.id).collect());
        self.lit = Some((key, Arc::clone(&lit)));
        lit
    }

    /// Asks nothing.
    pub fn clear(&mut self) {
        self.text.clear();
        self.chips.clear();
        self.sketch = Sketch::default();
        self.within = None;
        self.only = None;
        self.cut = None;
    }

    /// Searches with a picture of a library.
    pub fn add(&mut self, id: PictureId, name: String, crop: Option<Crop>) {
        self.push(PictureSource::Library(id), name, None, crop, None);
    }

    /// Searches with a picture from elsewhere.
    pub fn add_foreign(
        &mut self,
        pixels: Arc<Pixels>,
        name: String,
        file: Option<PathBuf>,
        texture: TextureHandle,
    ) {
        self.push(PictureSource::Foreign(pixels, name.clone()), name, file, None, Some(texture));
    }

    fn push(
        &mut self,
        source: PictureSource,
        name: String,
        file: Option<PathBuf>,
        crop: Option<Crop>,
        texture: Option<TextureHandle>,
    ) {
        self.chips_made += 1;
        self.cut = None;
        self.chips.push(Chip { number: self.chips_made, source, name, file, crop, weight: 1.0, texture });
    }

    /// Pictures of a library that is gone are not searched with any more.
    pub fn forget_library(&mut self, library: u32) {
        self.only = self.only.filter(|only| *only != library);
        self.chips.retain(|chip| !matches!(chip.source, PictureSource::Library(id) if id.library == library));
    }

    /// Asks when something else is asked than before; returns the hits of the answer before when a new one has come.
    pub fn refresh(
        &mut self,
        libraries: &Libraries,
        order: super::settings::Sorting,
        shell: &mut Shell<'_>,
    ) -> Option<Vec<Hit>> {
        let now = Asked {
            text: self.text.clone(),
            chips: self.chips.iter().map(|chip| (chip.number, chip.crop, chip.weight)).collect(),
            sketch: self.sketch.clone(),
            within: self.within.clone(),
            only: self.only,
            order,
            cut: self.cut,
            generation: libraries.generation(),
        };
        let is_same_question = self
            .asked
            .as_ref()
            .is_some_and(|asked| Asked { generation: now.generation, ..asked.clone() } == now);
        let is_news = self.asked.as_ref() != Some(&now) && !(is_same_question && self.is_answering());
        if is_news {
            if !is_same_question && self.asked.as_ref().is_some_and(|asked| asked.text != now.text) {
                // Another question has another scale.
                self.cut = None;
            }
            let request = SearchRequest {
                text: now.text.clone(),
                pictures: self.chips.iter().map(Chip::query).collect(),
                sketch: (!now.sketch.blobs.is_empty()).then(|| now.sketch.clone()),
                within: self.within.clone(),
                libraries: self.only.into_iter().collect(),
                order: order.into(),
                cut: self.cut,
            };
            self.asked = Some(Asked { cut: self.cut, ..now });
            if let Some(worker) = self.worker(libraries, shell) {
                worker.request(request);
            }
        }
        let result = self.worker.as_ref()?.take()?;
        match result {
            Ok(answer) => {
                if let Some(error) = &answer.error {
                    shell.notifications.error(format!("The search failed: {error}"));
                    self.answer.text = answer.text;
                    return None;
                }
                self.answers_taken += 1;
                let old = std::mem::replace(&mut self.answer, answer);
                Some(old.response.hits)
            }
            Err(error) => {
                shell.notifications.error(format!("The search failed: {error}"));
                None
            }
        }
    }

    fn is_answering(&self) -> bool {
        self.worker.as_ref().is_some_and(LatestWorker::is_busy)
    }

    fn worker(
        &mut self,
        libraries: &Libraries,
        shell: &mut Shell<'_>,
    ) -> Option<&mut LatestWorker<SearchRequest, Answer>> {
        if self.worker.is_none() {
            let libraries = libraries.clone();
            let started = LatestWorker::new(shell.jobs, "search", move |request: SearchRequest, newer| {
                let result = libraries.search(&request, &|| newer.is_waiting());
                if newer.is_waiting() {
                    return None;
                }
                let (text, has_own_cut) = (request.text, request.cut.is_some());
                Some(match result {
                    Ok(response) => Answer { text, response, has_own_cut, error: None },
                    Err(error) => Answer { text, error: Some(error.to_string()), ..Answer::default() },
                })
            });
            match started {
                Ok(worker) => self.worker = Some(worker),
                Err(error) => shell.notifications.error(format!("Nothing can be searched: {error}")),
            }
        }
        self.worker.as_mut()
    }
}

impl Chip {
    fn query(&self) -> PictureQuery {
        PictureQuery { source: self.source.clone(), crop: self.crop, weight: self.weight }
    }
}

impl Completions {
    /// Asks what can be typed at the cursor (in bytes), and takes what has arrived.
    pub fn refresh(&mut self, text: &str, cursor: usize, libraries: &Libraries, jobs: &Jobs) {
        if self.worker.is_none() {
            let libraries = libraries.clone();
            let work = move |(text, cursor): (String, usize), _: &crate::jobs::Newer<'_>| {
                let list = libraries.completions(&text, cursor);
                Some((text, list))
            };
            self.worker = LatestWorker::new(jobs, "completions", work)
                .inspect_err(|error| log::warn!("no completions: {error}"))
                .ok();
        }
        let Some(worker) = &mut self.worker else { return };
        if self.asked.0 != text || self.asked.1 != cursor {
            self.asked = (text.to_owned(), cursor);
            worker.request(self.asked.clone());
        }
        if let Some(Ok((text, list))) = worker.take() {
            self.text = text;
            self.list = list;
            self.chosen = None;
        }
    }

    /// Offers nothing until something else is typed.
    pub fn close(&mut self) {
        self.list.clear();
        self.chosen = None;
    }
}

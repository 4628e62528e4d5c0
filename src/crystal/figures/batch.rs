//! Many figures of many files, on several threads, each one failing for itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use serde::Serialize;

use super::{FigureFailure, FigureKind, FigureMaker, FigureSettings, canonical_bytes};
use crate::{
    crystal::{io, structure::Structure},
    figure::{FileFormat, Stage},
    jobs::Jobs,
    storage::{StorageError, ensure_folder, sweep_unfinished, write_atomic},
};

/// What to make.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Structure files.
    pub files: Vec<PathBuf>,
    /// Figures of each.
    pub kinds: Vec<FigureKind>,
    /// Files of each figure.
    pub formats: Vec<FileFormat>,
    /// Folder for the figures; made if need be.
    pub out: PathBuf,
    /// How they look.
    pub settings: FigureSettings,
}

/// What became of a figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// It is there.
    Written {
        /// The structure file.
        file: PathBuf,
        /// What is shown.
        kind: FigureKind,
        /// The kind of file.
        format: FileFormat,
        /// The figure.
        path: PathBuf,
        /// Time it took, from structure to file, in milliseconds.
        ms: f64,
        /// Whether it was taken from the cache.
        cached: bool,
        /// Its size.
        bytes: u64,
    },
    /// It is not; nor is a file of its name.
    Failed {
        /// The structure file.
        file: PathBuf,
        /// What would have been shown.
        kind: FigureKind,
        /// Why not.
        error: FigureFailure,
    },
}

/// Letters of a content hash in a file name.
const HASH_LETTERS: usize = 8;

/// What a file holds.
#[derive(Default)]
struct Content {
    structures: Vec<Structure>,
    /// Why it holds no more.
    failures: Vec<FigureFailure>,
}

/// A file, read when its first figure is made and forgotten after its last.
struct Input {
    path: PathBuf,
    /// Whether another file has the same stem, so that a hash has to tell them apart.
    shares_stem: bool,
    read: OnceLock<()>,
    content: Mutex<Option<Arc<Content>>>,
    left: AtomicUsize,
}

impl Batch {
    /// How many figures will be made or fail, if every file holds one structure.
    #[must_use]
    pub fn figure_count(&self) -> usize {
        self.files.len() * self.kinds.len()
    }

    /// Makes all figures on `workers` threads. `progress` is told from those threads how many pieces of work are done.
    /// The outcomes stand in the order of files, kinds and formats.
    ///
    /// # Errors
    /// When the folder cannot be made. What happens to a figure is in its outcome.
    pub fn run(
        &self,
        jobs: &Jobs,
        maker: &FigureMaker,
        workers: usize,
        progress: impl Fn(usize) + Send + Sync + 'static,
    ) -> Result<Vec<Outcome>, StorageError> {
        ensure_folder(&self.out)?;
        sweep_unfinished(&self.out);
        let inputs = Arc::new(inputs(&self.files, self.kinds.len()));
        let shared = Arc::new(Shared {
            batch: self.clone(),
            maker: maker.clone(),
            inputs: Arc::clone(&inputs),
            next: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            outcomes: Mutex::default(),
            progress: Box::new(progress),
        });
        let handles: Vec<_> = (1..=workers.max(1))
            .map(|number| {
                let shared = Arc::clone(&shared);
                jobs.spawn(format!("figures {number}"), move |_| {
                    shared.work();
                    Ok(())
                })
            })
            .collect();
        for handle in handles {
            // A thread that did not start, or broke, leaves its share to the others.
            if let Err(error) = handle.wait() {
                log::warn!("{error}");
            }
        }
        // Whatever no thread took.
        shared.work();
        let outcomes = std::mem::take(&mut *shared.outcomes.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(outcomes.into_values().flatten().collect())
    }
}

struct Shared {
    batch: Batch,
    maker: FigureMaker,
    inputs: Arc<Vec<Input>>,
    next: AtomicUsize,
    done: AtomicUsize,
    outcomes: Mutex<BTreeMap<usize, Vec<Outcome>>>,
    progress: Box<dyn Fn(usize) + Send + Sync>,
}

impl Shared {
    fn work(&self) {
        let kinds = &self.batch.kinds;
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(input) = self.inputs.get(index / kinds.len().max(1)) else { return };
            let Some(&kind) = kinds.get(index % kinds.len().max(1)) else { return };
            let outcomes =
                catch_unwind(AssertUnwindSafe(|| self.figures_of(input, kind))).unwrap_or_else(|_| {
                    let error = FigureFailure::new(
                        Stage::Draw,
                        "the program broke off here; please report this file",
                    );
                    vec![Outcome::Failed { file: input.path.clone(), kind, error }]
                });
            input.release();
            self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).insert(index, outcomes);
            (self.progress)(self.done.fetch_add(1, Ordering::Relaxed) + 1);
        }
    }

    /// All formats of one kind, of all structures of a file.
    fn figures_of(&self, input: &Input, kind: FigureKind) -> Vec<Outcome> {
        let failed = |error: FigureFailure| Outcome::Failed { file: input.path.clone(), kind, error };
        let content = input.content();
        let mut outcomes: Vec<Outcome> = content.failures.iter().cloned().map(failed).collect();
        let siblings = content.structures.len() + content.failures.len();
        for (structure, number) in content.structures.iter().zip(1..) {
            let began = Instant::now();
            let made = self.maker.make(structure, kind, &self.batch.formats, &self.batch.settings);
            match made {
                Ok(made) => {
                    let share = 1.0 / made.len().max(1) as f64;
                    let ms = began.elapsed().as_secs_f64() * 1e3 * share;
                    let stem = input.stem(structure, number, siblings);
                    for (made, &format) in made.iter().zip(&self.batch.formats) {
                        let name = format!("{stem}-{}.{}", kind.name(), format.extension());
                        let path = self.batch.out.join(name);
                        let began = Instant::now();
                        outcomes.push(match write_atomic(&path, &made.bytes) {
                            Ok(()) => Outcome::Written {
                                file: input.path.clone(),
                                kind,
                                format,
                                path,
                                ms: ms + began.elapsed().as_secs_f64() * 1e3,
                                cached: made.cached,
                                bytes: made.bytes.len() as u64,
                            },
                            Err(error) => failed(FigureFailure::new(Stage::Write, error)),
                        });
                    }
                }
                Err(error) => outcomes.push(failed(error)),
            }
        }
        outcomes
    }
}

impl Input {
    fn content(&self) -> Arc<Content> {
        self.read.get_or_init(|| {
            let content = Arc::new(read(&self.path));
            *self.content.lock().unwrap_or_else(PoisonError::into_inner) = Some(content);
        });
        // Released only after the last figure, which holds its own.
        self.content.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
    }

    fn release(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            *self.content.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    /// Name of a figure's file before its kind. Structures of one file are numbered, so that frames stand in order.
    fn stem(&self, structure: &Structure, number: usize, siblings: usize) -> String {
        let stem = stem_of(&self.path);
        if !self.shares_stem && siblings == 1 {
            return stem;
        }
        let hash = blake3::hash(&canonical_bytes(structure)).to_hex();
        let hash = hash.get(..HASH_LETTERS).unwrap_or_default();
        if siblings == 1 {
            return format!("{stem}-{hash}");
        }
        let digits = siblings.to_string().len();
        format!("{stem}-{number:0digits$}-{hash}")
    }
}

fn read(path: &Path) -> Content {
    match io::open(path) {
        Ok(file) => {
            let failure = |error| FigureFailure::new(Stage::Read, format!("{error}: {}", path.display()));
            Content {
                structures: file.structures,
                failures: file.failures.into_iter().map(failure).collect(),
            }
        }
        Err(error) => Content { structures: Vec::new(), failures: vec![error.into()] },
    }
}

fn stem_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Every file once.
fn inputs(files: &[PathBuf], kinds: usize) -> Vec<Input> {
    let mut seen = BTreeSet::new();
    let distinct: Vec<&PathBuf> = files
        .iter()
        .filter(|file| seen.insert(file.canonicalize().unwrap_or_else(|_| (*file).clone())))
        .collect();
    let mut stems: BTreeMap<String, usize> = BTreeMap::new();
    for file in &distinct {
        // Some systems tell `NaCl` and `nacl` not apart.
        *stems.entry(stem_of(file).to_lowercase()).or_default() += 1;
    }
    distinct
        .into_iter()
        .map(|path| Input {
            path: path.clone(),
            shares_stem: stems.get(&stem_of(path).to_lowercase()).is_some_and(|count| *count > 1),
            read: OnceLock::new(),
            content: Mutex::default(),
            left: AtomicUsize::new(kinds),
        })
        .collect()
}

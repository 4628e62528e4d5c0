//! The search for pairs, in the background.

use std::sync::{Arc, Mutex, PoisonError};

use eframe::egui;

use crate::{
    jobs::{JobContext, JobError, JobHandle},
    library::session::{DuplicateScope, DuplicateStage, Duplicates, Libraries},
    ui::{Shell, Theme},
};

/// A search that runs.
pub(super) struct Finding {
    handle: JobHandle<Duplicates>,
    stage: Arc<Mutex<DuplicateStage>>,
    /// State of the libraries when it began.
    pub generation: u64,
    /// The one library that is searched; all of them when absent.
    pub only: Option<u32>,
}

impl Finding {
    pub fn start(libraries: &Libraries, only: Option<u32>, scope: DuplicateScope, shell: &Shell<'_>) -> Self {
        let stage = Arc::new(Mutex::new(DuplicateStage::Reading));
        let generation = libraries.generation();
        let (shared, libraries) = (Arc::clone(&stage), libraries.clone());
        let handle = shell.jobs.spawn("Find duplicates", move |job: &JobContext| {
            let on_stage = |stage: DuplicateStage| {
                *shared.lock().unwrap_or_else(PoisonError::into_inner) = stage;
                job.message(words(stage));
                if let DuplicateStage::Describing(done, count) = stage {
                    job.progress(done as u64, count as u64);
                }
            };
            let should_stop = || job.is_cancelled();
            let found = libraries.find_duplicates(only.as_slice(), scope, &on_stage, &should_stop);
            // What was found before a stop is not all, and would pass for all.
            job.check()?;
            found.map_err(JobError::failed)
        });
        Self { handle, stage, generation, only }
    }

    pub fn poll(&mut self) -> Option<Result<Duplicates, JobError>> {
        self.handle.poll()
    }

    /// How far it is; returns whether to stop.
    pub fn ui(&self, ui: &mut egui::Ui) -> bool {
        let stage = *self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        ui.horizontal(|ui| {
            ui.spinner();
            if let DuplicateStage::Describing(done, count) = stage {
                let share = done as f32 / count.max(1) as f32;
                ui.add(egui::ProgressBar::new(share).desired_width(0.5 * Theme::get().sidebar_width));
            }
            ui.label(words(stage));
            ui.button("Cancel").clicked()
        })
        .inner
    }

    pub fn cancel(&self) {
        self.handle.cancel();
    }
}

fn words(stage: DuplicateStage) -> String {
    match stage {
        DuplicateStage::Reading => "Reading what is known".to_owned(),
        DuplicateStage::Hashes => "Comparing structures".to_owned(),
        DuplicateStage::Looks => "Comparing looks".to_owned(),
        DuplicateStage::Describing(done, count) => {
            format!("Describing pictures for the search for parts, {done} of {count}")
        }
        DuplicateStage::Crops => "Searching parts of pictures".to_owned(),
    }
}

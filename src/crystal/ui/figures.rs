//! Drawing figures for the window: previews on a thread of their own, whole sets and reports in jobs.

use std::{path::Path, sync::Arc};

use super::{Shown, shown::Strain};
use crate::{
    crystal::{
        bonds::Bond,
        drawing::MAX_SHAPES,
        figures::{
            FigureFailure, FigureKind, FigureMaker, FigureSettings, about, from_camera, report, scene_of,
        },
        loaded::{Loaded, Source},
        render::Renderer,
        scene::{Camera, CameraFrame},
        structure::Structure,
    },
    figure::{About, FileFormat, Pixels, to_pixels},
    jobs::{JobContext, JobError},
    storage::write_atomic,
};

/// Resolution of the pixels in a figure of more atoms than vector graphics take.
const PICTURE_DPI: f64 = 300.0;

/// What a figure says of a strain in percent along a, b and c; nothing without one.
fn remark(strain: Strain) -> String {
    let [a, b, c] = strain;
    let text = match strain {
        [0.0, 0.0, 0.0] => return String::new(),
        _ if a == b && b == c => format!("strained {a:+.1} %"),
        _ => format!("strained {a:+.1}, {b:+.1}, {c:+.1} %"),
    };
    text.replace('-', "−")
}

/// What a preview is asked to show.
#[derive(Clone)]
pub(super) struct Request {
    structure: Arc<Structure>,
    bonds: Arc<Vec<Bond>>,
    camera: Camera,
    frame: CameraFrame,
    kind: FigureKind,
    settings: FigureSettings,
    /// Width of the preview.
    pixels: f64,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        // From where it is seen matters to the structure only.
        let same_view = self.kind != FigureKind::Structure || self.frame == other.frame;
        Arc::ptr_eq(&self.structure, &other.structure)
            && self.kind == other.kind
            && self.settings == other.settings
            && self.pixels == other.pixels
            && same_view
    }
}

/// A drawing, and what it looks like.
pub(super) struct Drawing {
    pub svg: Arc<str>,
    pub pixels: Pixels,
}

impl Request {
    pub(super) fn new(shown: &Shown, kind: FigureKind, settings: FigureSettings, pixels: f64) -> Self {
        let settings = FigureSettings { remark: remark(shown.strain), ..settings };
        Self {
            structure: Arc::clone(shown.structure()),
            bonds: Arc::clone(&shown.loaded.bonds),
            camera: shown.camera.clone(),
            frame: shown.camera.frame(1.0),
            kind,
            settings,
            pixels,
        }
    }

    pub(super) fn about(&self) -> About {
        about(&self.structure, self.kind)
    }

    /// Draws; a failure in words.
    pub(super) fn draw(&self) -> Result<Drawing, String> {
        let svg = self.svg().map_err(|failure| super::graphs::sentence(&failure))?;
        let dpi = self.pixels / (self.settings.width_mm / 25.4);
        let pixels = to_pixels(&svg, dpi).map_err(|error| super::graphs::sentence(&error))?;
        Ok(Drawing { svg: svg.into(), pixels })
    }

    fn svg(&self) -> Result<String, FigureFailure> {
        if self.kind != FigureKind::Structure {
            return FigureMaker::new(None, 1).svg(&self.structure, self.kind, &self.settings);
        }
        let mut settings = self.settings.clone();
        let cell = self.settings.theme.palette().ink;
        let scene = Arc::new(scene_of(&self.structure, &self.bonds, &settings.structure.scene, cell));
        if scene.atoms.len() > MAX_SHAPES {
            settings.structure.picture_dpi = Some(PICTURE_DPI);
        }
        let size = settings.size(FigureKind::Structure)?;
        from_camera(&self.structure, &scene, &self.camera, &settings, size, Renderer::Raycast)
    }
}

/// Every figure of structures, into a folder. What cannot be drawn is left out and counted.
pub(super) fn write_all(
    subjects: Vec<(Loaded, Arc<Structure>)>,
    format: FileFormat,
    settings: &FigureSettings,
    folder: &Path,
    job: &JobContext,
) -> Result<String, JobError> {
    let maker = FigureMaker::new(None, 1);
    let count = (subjects.len() * FigureKind::ALL.len()) as u64;
    let (mut done, mut written) = (0, 0);
    let mut failures: Vec<String> = Vec::new();
    let mut taken = std::collections::BTreeSet::new();
    for (loaded, structure) in subjects {
        let stem = free_stem(&stem_of(&loaded), &mut taken);
        let is_strained = !Arc::ptr_eq(&structure, &loaded.structure);
        let remark = if is_strained { "strained".to_owned() } else { String::new() };
        let settings = &FigureSettings { remark, ..settings.clone() };
        for kind in FigureKind::ALL {
            job.check()?;
            job.message(format!("{}: {}", loaded.title, kind.title()));
            match maker.make(&structure, kind, &[format], settings) {
                Ok(made) => {
                    for file in made {
                        let name = format!("{stem}-{}.{}", kind.name(), format.extension());
                        write_atomic(&folder.join(name), &file.bytes).map_err(JobError::failed)?;
                        written += 1;
                    }
                }
                Err(failure) => failures.push(format!("{}: {failure}", loaded.title)),
            }
            done += 1;
            job.progress(done, count);
        }
    }
    let written = format!("{written} figures written to {}", folder.display());
    Ok(match failures.first() {
        None => written,
        Some(first) => format!("{written}; {} could not be drawn ({first})", failures.len()),
    })
}

/// The report of structures.
pub(super) fn write_report(
    structures: &[Loaded],
    settings: &FigureSettings,
    path: &Path,
    job: &JobContext,
) -> Result<String, JobError> {
    let count = structures.len() as u64;
    let mut progress = |done: usize| {
        job.progress(done as u64, count);
        !job.is_cancelled()
    };
    let made = report(structures, &FigureMaker::new(None, 1), settings, &mut progress);
    let Some(made) = made.map_err(JobError::failed)? else { return Err(JobError::Cancelled) };
    let path = if path.extension().is_some() { path.to_owned() } else { path.with_extension("pdf") };
    write_atomic(&path, &made.pdf).map_err(JobError::failed)?;
    Ok(format!("Report of {} pages written to {}", made.pages, path.display()))
}

fn stem_of(loaded: &Loaded) -> String {
    let name = match &loaded.source {
        Source::File(path) => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        Source::Sample(file) => file.trim_end_matches(".cif").to_owned(),
    };
    if name.is_empty() { "structure".to_owned() } else { name }
}

/// The stem, numbered where another structure has it. Some systems tell `NaCl` and `nacl` not apart.
fn free_stem(stem: &str, taken: &mut std::collections::BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{stem}-{number}"));
    let free = std::iter::once(stem.to_owned()).chain(numbered).find(|s| taken.insert(s.to_lowercase()));
    free.unwrap_or_else(|| stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crystal::{loaded::load_sample, samples::SAMPLES},
        jobs::Jobs,
    };

    #[test]
    fn all_figures_of_structures_of_one_name_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let loaded = load_sample(&SAMPLES[0]).unwrap().remove(0);
        let subject = (loaded.clone(), Arc::clone(&loaded.structure));
        let to = folder.path().to_owned();
        let jobs = Jobs::default();
        let handle = jobs.spawn("figures", move |job: &JobContext| {
            let settings = FigureSettings::default();
            write_all(vec![subject.clone(), subject], FileFormat::Svg, &settings, &to, job)
        });
        let said = handle.wait().unwrap();
        let count = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(count, 2 * FigureKind::ALL.len(), "{said}");
    }
}

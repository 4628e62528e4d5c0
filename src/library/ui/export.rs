//! Taking what is selected (or all that is shown) away: contact sheets, tables, copies.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;

use super::LibraryCommand;
use crate::figure::FileFormat;
use crate::jobs::{JobContext, JobError, JobHandle, Jobs};
use crate::library::PictureId;
use crate::library::export::sheet::SheetOptions;
use crate::library::export::{CopyOptions, CopyReport, CopyWay, CsvOptions, Outcome, Task};
use crate::library::session::Libraries;
use crate::ui::{Shell, Theme, dialogs, widgets};
use crate::units;

/// Ways to take pictures away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportWay {
    /// A contact sheet as PDF.
    SheetPdf,
    /// A contact sheet as PNG.
    SheetPng,
    /// A table of all that is known.
    Csv,
    /// The same as JSON.
    Json,
    /// Copies of the files, or links to them.
    Copies,
}

impl ExportWay {
    const ALL: [Self; 5] = [Self::SheetPdf, Self::SheetPng, Self::Csv, Self::Json, Self::Copies];

    /// Its name in menus.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::SheetPdf => "Contact sheet (PDF)…",
            Self::SheetPng => "Contact sheet (PNG)…",
            Self::Csv => "Table (CSV)…",
            Self::Json => "Table (JSON)…",
            Self::Copies => "Files into a folder…",
        }
    }

    /// What the file dialog offers; `None` where a folder is asked for.
    fn file(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::SheetPdf => Some(("contact sheet.pdf", "pdf")),
            Self::SheetPng => Some(("contact sheet.png", "png")),
            Self::Csv => Some(("pictures.csv", "csv")),
            Self::Json => Some(("pictures.json", "json")),
            Self::Copies => None,
        }
    }
}

/// An export that began with the question where to.
struct UnderWay {
    way: ExportWay,
    ids: Arc<Vec<PictureId>>,
    handle: JobHandle<Ended>,
}

/// How one ended.
enum Ended {
    /// With a sentence.
    Told(String),
    /// The user chose no place.
    Nowhere,
    /// There is no dialog to choose a place with.
    NoDialog,
    /// Something is at the place that was typed; a dialog would have asked whether to replace it.
    Taken(PathBuf),
}

/// A place that is typed, where there is no dialog.
struct Typing {
    way: ExportWay,
    ids: Arc<Vec<PictureId>>,
    path: String,
    is_taken: bool,
}

/// What was answered to that.
enum Typed {
    NotYet,
    Nowhere,
    Place(PathBuf),
}

/// Exports under way.
#[derive(Default)]
pub struct Exports {
    under_way: Vec<UnderWay>,
    typing: Option<Typing>,
    /// Pictures that are to go into a folder; the user is asked how.
    copying: Option<Vec<PictureId>>,
    /// What was answered last.
    copy_options: CopyOptions,
}

impl Exports {
    /// Whether one runs.
    pub fn is_busy(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// Asks where to, and for files also how, and begins.
    pub fn ask(&mut self, way: ExportWay, ids: Vec<PictureId>, libraries: &Libraries, jobs: &Jobs) {
        if way == ExportWay::Copies {
            self.copying = Some(ids);
        } else {
            self.begin(way, Arc::new(ids), None, libraries, jobs);
        }
    }

    /// The questions how files go into a folder, and where to when there is no dialog for that.
    pub fn questions_ui(&mut self, ctx: &egui::Context, libraries: &Libraries, jobs: &Jobs) {
        match self.typing.as_mut().map(|typing| typing.ui(ctx)) {
            Some(Typed::Place(path)) => {
                if let Some(Typing { way, ids, .. }) = self.typing.take() {
                    self.begin(way, ids, Some(path), libraries, jobs);
                }
                ctx.request_repaint();
            }
            Some(Typed::Nowhere) => self.typing = None,
            Some(Typed::NotYet) | None => {}
        }
        let Some(ids) = &self.copying else { return };
        let answer = copies_ui(ctx, ids.len(), &mut self.copy_options);
        if answer.is_none() {
            return;
        }
        if let (Some(true), Some(ids)) = (answer, self.copying.take()) {
            self.begin(ExportWay::Copies, Arc::new(ids), None, libraries, jobs);
        }
        ctx.request_repaint();
    }

    /// Exports to a place, or asks for one first.
    fn begin(
        &mut self,
        way: ExportWay,
        ids: Arc<Vec<PictureId>>,
        place: Option<PathBuf>,
        libraries: &Libraries,
        jobs: &Jobs,
    ) {
        let (libraries, options, chosen) = (libraries.clone(), self.copy_options, Arc::clone(&ids));
        let work = move |job: &JobContext| {
            let place = match place {
                Some(place) if way.file().is_some() && place.exists() => return Ok(Ended::Taken(place)),
                Some(place) => Ok(Some(place)),
                None => ask_place(way),
            };
            match place {
                Err(_) => Ok(Ended::NoDialog),
                Ok(None) => Ok(Ended::Nowhere),
                Ok(Some(path)) => export(way, options, &chosen, &path, &libraries, job).map(Ended::Told),
            }
        };
        let handle = jobs.spawn("Export pictures", work);
        self.under_way.push(UnderWay { way, ids, handle });
    }

    /// Tells how they ended.
    pub fn poll(&mut self, shell: &mut Shell<'_>) {
        self.under_way.retain_mut(|one| {
            let Some(result) = one.handle.poll() else { return true };
            match result {
                Ok(Ended::Told(told)) => shell.notifications.info(told),
                Ok(Ended::NoDialog) => self.typing = Some(Typing::new(one.way, Arc::clone(&one.ids))),
                Ok(Ended::Taken(path)) => {
                    let (ids, path) = (Arc::clone(&one.ids), path.display().to_string());
                    self.typing = Some(Typing { way: one.way, ids, path, is_taken: true });
                }
                Ok(Ended::Nowhere) | Err(JobError::Cancelled) => {}
                Err(error) => shell.notifications.error(format!(
                    "The pictures were not exported: {error}; vitrine library export does it too"
                )),
            }
            false
        });
    }
}

fn ask_place(way: ExportWay) -> Result<Option<PathBuf>, JobError> {
    let dialog = rfd::FileDialog::new();
    if let Some((name, ending)) = way.file() {
        let dialog = dialog.set_file_name(name).add_filter(ending.to_uppercase(), &[ending]);
        return dialogs::ask(|| dialog.save_file());
    }
    let dialog = dialog.set_title("A folder to put the pictures into");
    dialogs::ask(|| dialog.pick_folder())
}

impl Typing {
    fn new(way: ExportWay, ids: Arc<Vec<PictureId>>) -> Self {
        let home = directories::UserDirs::new().map(|user| user.home_dir().to_owned()).unwrap_or_default();
        let name = way.file().map_or("pictures", |(name, _)| name);
        Self { way, ids, path: home.join(name).display().to_string(), is_taken: false }
    }

    /// Draws the question.
    fn ui(&mut self, ctx: &egui::Context) -> Typed {
        let modal = egui::Modal::new(egui::Id::unique("where to export")).show(ctx, |ui| {
            let theme = Theme::get();
            ui.set_width(theme.dialog_width.min(ctx.content_rect().width() - 48.0));
            ui.heading(self.way.title().trim_end_matches('…'));
            ui.label("This desktop offers no file dialog. Where to?");
            ui.add_space(theme.space_small);
            let field = egui::TextEdit::singleline(&mut self.path).desired_width(f32::INFINITY);
            let field = widgets::named(ui.add(field), "Path to export to");
            let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if self.is_taken {
                let words = "This is there already; choose another name.";
                ui.colored_label(Theme::of(ui).error.egui(), words);
            }
            ui.add_space(theme.space);
            ui.horizontal(|ui| {
                let goes_on = ui.button("Export").clicked() || is_entered;
                if ui.button("Cancel").clicked() {
                    return Typed::Nowhere;
                }
                widgets::typed_path(&self.path).filter(|_| goes_on).map_or(Typed::NotYet, Typed::Place)
            })
            .inner
        });
        if modal.should_close() { Typed::Nowhere } else { modal.inner }
    }
}

fn export(
    way: ExportWay,
    options: CopyOptions,
    ids: &[PictureId],
    path: &Path,
    libraries: &Libraries,
    job: &JobContext,
) -> Result<String, JobError> {
    let stop = || job.is_cancelled();
    let progress = |done: usize, all: usize| job.progress(done as u64, all as u64);
    let task = Task { should_stop: &stop, progress: &progress };
    let sheet = |format| {
        let title = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let options = SheetOptions { title, ..SheetOptions::default() };
        let report = libraries.export_sheet(ids, path, format, &options, &task).map_err(JobError::failed)?;
        Ok((report.pictures, report.failed.len()))
    };
    let (taken, failed) = match way {
        ExportWay::SheetPdf => sheet(FileFormat::Pdf)?,
        ExportWay::SheetPng => sheet(FileFormat::Png)?,
        ExportWay::Csv => {
            let written = libraries.export_csv(ids, path, CsvOptions::default(), &task);
            (written.map_err(JobError::failed)?, 0)
        }
        ExportWay::Json => (libraries.export_json(ids, path, &task).map_err(JobError::failed)?, 0),
        ExportWay::Copies => {
            let report = libraries.export_copies(ids, path, options, &task).map_err(JobError::failed)?;
            return told_of_copies(&report, path, job);
        }
    };
    if job.is_cancelled() {
        return Err(JobError::Cancelled);
    }
    let place: PathBuf = path.to_owned();
    let told = format!("{taken} pictures: {}", place.display());
    Ok(if failed == 0 { told } else { format!("{told}; {failed} could not be read") })
}

/// What became of files, in a sentence.
fn told_of_copies(report: &CopyReport, folder: &Path, job: &JobContext) -> Result<String, JobError> {
    job.check()?;
    if let Some(halted) = &report.halted {
        return Err(JobError::failed(halted));
    }
    let mut told = format!("{}: {}", units::count(report.taken(), "file", "files"), folder.display());
    let of = |wanted: fn(&Outcome) -> Option<&str>| {
        let mut reasons = report.files.iter().filter_map(|file| wanted(&file.outcome));
        reasons.next().map(|first| (1 + reasons.count(), first))
    };
    let instead = of(|outcome| match outcome {
        Outcome::CopiedInstead(_, why) => Some(why),
        _ => None,
    });
    if let Some((count, why)) = instead {
        told = format!("{told}; {} instead of links: {why}", units::count(count, "copy", "copies"));
    }
    let failed = of(|outcome| match outcome {
        Outcome::Failed(why) => Some(why),
        _ => None,
    });
    if let Some((count, why)) = failed {
        told = format!("{told}; {} not taken: {why}", units::count(count, "file", "files"));
    }
    Ok(told)
}

/// Asks how files go into a folder; whether to go on, once that is answered.
fn copies_ui(ctx: &egui::Context, count: usize, options: &mut CopyOptions) -> Option<bool> {
    let modal = egui::Modal::new(egui::Id::unique("files into a folder")).show(ctx, |ui| {
        let theme = Theme::get();
        ui.set_width(theme.dialog_width.min(ctx.content_rect().width() - 48.0));
        ui.heading(format!("{} into a folder", units::count(count, "picture", "pictures")));
        ui.label("Nothing that is in the folder is overwritten.");
        ui.add_space(theme.space_small);
        for (way, words, hint) in [
            (CopyWay::Copy, "As copies", "Files of their own"),
            (CopyWay::HardLink, "As hard links", "Other names of the same files, on the same drive"),
            (CopyWay::SymbolicLink, "As links", "They lead to where the pictures are now"),
        ] {
            ui.radio_value(&mut options.way, way, words).on_hover_text(hint);
        }
        ui.add_space(theme.space_small);
        ui.checkbox(&mut options.sidecars, "With the XMP files beside the pictures");
        ui.checkbox(&mut options.keep_folders, "In folders as in the library");
        ui.add_space(theme.space);
        ui.horizontal(|ui| {
            let goes_on = ui.button("Choose a folder…").clicked().then_some(true);
            ui.button("Cancel").clicked().then_some(false).or(goes_on)
        })
        .inner
    });
    modal.inner.or_else(|| modal.should_close().then_some(false))
}

/// The menu; `what` says what would be taken.
pub fn menu_ui(ui: &mut egui::Ui, what: &str, commands: &mut Vec<LibraryCommand>) {
    ui.menu_button("Export", |ui| {
        ui.weak(what);
        for way in ExportWay::ALL {
            if ui.button(way.title()).clicked() {
                commands.push(LibraryCommand::Export(way));
                ui.close();
            }
        }
    });
}

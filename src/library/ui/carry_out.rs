//! Commands of the Library, carried out.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui;

use super::work::name_of;
use super::{LibraryCommand, LibraryRoom, MOST_QUERY_PICTURES, View, files, viewer};
use crate::jobs::{JobContext, JobError, JobHandle};
use crate::library::PictureId;
use crate::ui::{Shell, Workspace};

/// How much a picture counts that what is found shall not be like: less than one that it shall be like.
const UNLIKE: f32 = -0.5;
/// Longer side of a picture on the clipboard.
const CLIPBOARD_SIDE: u32 = 4096;

impl LibraryRoom {
    pub(super) fn run(&mut self, command: LibraryCommand, ctx: &egui::Context, shell: &mut Shell<'_>) {
        match command {
            LibraryCommand::AskFolder => self.work.ask_folder(shell.jobs),
            LibraryCommand::OpenFolder(path) => self.open(&[path], shell),
            LibraryCommand::Update(library) => self.work.index(&self.libraries, library, true, shell),
            LibraryCommand::UpdateAll => {
                for info in self.libraries.list() {
                    self.work.index(&self.libraries, info.number, true, shell);
                }
            }
            LibraryCommand::Pause(library) => self.libraries.set_paused(library, true),
            LibraryCommand::Resume(library) => self.libraries.set_paused(library, false),
            LibraryCommand::Stop(library) => self.work.stop(library),
            LibraryCommand::AskForget(root) => self.forgetting = Some(root),
            LibraryCommand::Forget(root) => self.forget(root, shell),
            LibraryCommand::ShowFailed(library) => self.work.ask_failed(&self.libraries, library, shell.jobs),
            LibraryCommand::ForgetRecent => self.settings.recent.clear(),
            LibraryCommand::ShowOnly(library) => self.search.only = library,
            LibraryCommand::ShowView(view) => self.view = view,
            LibraryCommand::FocusSearch => {
                self.viewer.close();
                if self.view == View::Duplicates {
                    self.view = View::Grid;
                }
                self.search_box.focus = true;
            }
            LibraryCommand::ClearSearch => self.search.clear(),
            LibraryCommand::Open(id) => self.viewer.open(id),
            LibraryCommand::CloseViewer => {
                self.viewer.close();
                self.grid.scroll_to_cursor = true;
            }
            LibraryCommand::StepViewer(by) => self.step(by),
            LibraryCommand::FindSimilar(ids) => {
                self.search.clear();
                for id in ids.into_iter().take(MOST_QUERY_PICTURES) {
                    self.search.add(id, self.name(id), None);
                }
                self.viewer.close();
            }
            LibraryCommand::AlsoLike(id, likes) => {
                self.search.add(id, self.name(id), None);
                if let Some(chip) = self.search.chips.last_mut().filter(|_| !likes) {
                    chip.weight = UNLIKE;
                }
                self.viewer.close();
            }
            LibraryCommand::FindPart(id, crop) => {
                self.search.clear();
                self.search.add(id, self.name(id), Some(crop));
                self.viewer.close();
            }
            LibraryCommand::SearchWith(path) => self.search_with(vec![path], shell),
            LibraryCommand::Reveal(id) => self.reveal(id, shell),
            LibraryCommand::CopyPaths(ids) => {
                let paths: Vec<String> = ids
                    .iter()
                    .filter_map(|id| Some(self.libraries.path(*id)?.display().to_string()))
                    .collect();
                ctx.copy_text(paths.join("\n"));
                let count = paths.len();
                shell.notifications.info(if count == 1 {
                    "Path copied".to_owned()
                } else {
                    format!("{count} paths copied")
                });
            }
            LibraryCommand::CopyPicture(id) => self.copy_picture(id, shell),
            LibraryCommand::Export(way) => {
                let shown = self.search.answer.shown(self.search.with_weak);
                let mut ids = self.selection.ordered(shown);
                if ids.is_empty() {
                    ids = shown.iter().map(|hit| hit.id).collect();
                }
                self.exports.ask(way, ids, &self.libraries, shell.jobs);
            }
            LibraryCommand::SelectAll => {
                self.selection.all(self.search.answer.shown(self.search.with_weak));
            }
            LibraryCommand::SelectNone => self.selection.clear(),
        }
    }

    fn name(&self, id: PictureId) -> String {
        self.libraries.table().get(id).map(|entry| name_of(&entry.relative)).unwrap_or_default()
    }

    fn forget(&mut self, root: PathBuf, shell: &Shell<'_>) {
        for info in self.libraries.list().into_iter().filter(|info| info.root == root) {
            self.thumbs.forget_library(info.number);
            self.search.forget_library(info.number);
        }
        self.selection.clear();
        self.viewer.close();
        self.work.forget(&self.libraries, root, shell.jobs);
    }

    /// The next picture, or the one before.
    fn step(&mut self, by: i32) {
        let hits = self.search.answer.shown(self.search.with_weak);
        let Some(shown) = self.viewer.shown() else { return };
        let at = self.selection.cursor().filter(|at| hits.get(*at).is_some_and(|hit| hit.id == shown));
        let Some(at) = at.or_else(|| hits.iter().position(|hit| hit.id == shown)) else { return };
        let to = at.saturating_add_signed(by as isize).min(hits.len().saturating_sub(1));
        if let Some(hit) = hits.get(to) {
            self.viewer.open(hit.id);
            self.selection.pick(hits, to, egui::Modifiers::NONE);
        }
    }

    fn reveal(&mut self, id: PictureId, shell: &mut Shell<'_>) {
        let Some(path) = self.libraries.path(id) else {
            shell.notifications.warn("This picture is not in the library any more");
            return;
        };
        self.revealing.push(shell.jobs.spawn("Show in the file manager", move |_: &JobContext| {
            files::reveal(&path).map_err(JobError::failed)
        }));
    }

    fn copy_picture(&mut self, id: PictureId, shell: &Shell<'_>) {
        let libraries = self.libraries.clone();
        self.copying = Some(shell.jobs.spawn("Copy picture", move |_: &JobContext| {
            let pixels = libraries.load(id, CLIPBOARD_SIDE).map_err(JobError::failed)?;
            Ok(Arc::new(viewer::image_of(&pixels)))
        }));
    }

    pub(super) fn poll_small(&mut self, ctx: &egui::Context, shell: &mut Shell<'_>) {
        self.exports.poll(shell);
        self.revealing.retain_mut(|handle| {
            let Some(result) = handle.poll() else { return true };
            if let Err(error) = result {
                shell.notifications.error(format!("The file manager was not opened: {error}"));
            }
            false
        });
        if let Some(result) = self.copying.as_mut().and_then(JobHandle::poll) {
            self.copying = None;
            match result {
                Ok(image) => {
                    ctx.copy_image(Arc::unwrap_or_clone(image));
                    shell.notifications.info("Picture copied");
                }
                Err(error) => shell.notifications.error(format!("The picture was not copied: {error}")),
            }
        }
    }
}

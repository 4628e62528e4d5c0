//! What the requests of the view's parts do.

use std::{collections::BTreeSet, sync::Arc};

use super::{DuplicatesView, actions::Action, compare::Compare, finding::Finding, grouping::Grouped};
use crate::{
    jobs::{JobContext, JobError},
    library::session::{Duplicates, Libraries},
    ui::Shell,
};

impl DuplicatesView {
    pub(super) fn carry_out(&mut self, action: Action, shell: &mut Shell<'_>, libraries: &Libraries) {
        match action {
            Action::Find => {
                if self.finding.is_none() {
                    self.finding = Some(Finding::start(libraries, self.settings.scope(), shell));
                }
            }
            Action::Cancel => {
                if let Some(finding) = &self.finding {
                    finding.cancel();
                }
                self.moving.cancel();
            }
            Action::Regroup => self.wants_groups = true,
            Action::Show(place) => {
                self.current = Some(place);
                self.is_opened = true;
            }
            Action::Back => self.is_opened = false,
            Action::Toggle(index) => self.toggle(index, shell),
            Action::KeepSuggested(place) => {
                if let Some(group) = self.groups.all.get(place) {
                    self.marks.keep_suggested(group);
                }
            }
            Action::KeepAllSuggested => {
                for group in &self.groups.all {
                    self.marks.keep_suggested(group);
                }
            }
            Action::KeepAll(place) => {
                if let Some(group) = self.groups.all.get(place) {
                    self.marks.keep_all(group);
                }
            }
            Action::Clear => self.marks.clear(),
            Action::Settle(place) => self.settle(place, shell, libraries),
            Action::Compare(first, second) => self.compare(first, second),
            Action::Prefer(folder) => {
                if !self.folders.contains(&folder) {
                    self.folders.push(folder);
                }
                self.wants_groups = true;
            }
            Action::ForgetFolders => {
                self.folders.clear();
                self.wants_groups = true;
            }
            Action::Trash => {
                if let Some(found) = &self.found {
                    self.moving.ask(self.marks.decisions(&self.groups), found.known_files(), shell);
                }
            }
            Action::Undo => {
                let found = self.found.clone();
                let library = move |index: u32| Some(found.as_ref()?.ids.get(index as usize)?.library);
                self.moving.undo(libraries, library, shell);
            }
            Action::Dismiss => self.moving.done = None,
            // The room has carried it out.
            Action::Room(_) => {}
        }
        self.count();
    }

    fn toggle(&mut self, index: u32, shell: &mut Shell<'_>) {
        let Some(group) = self.groups.place_of(index).and_then(|place| self.groups.all.get(place)) else {
            return;
        };
        if !self.marks.toggle(group, index) {
            shell.notifications.warn("One picture of every group stays; keep another one first");
        }
    }

    fn compare(&mut self, first: u32, second: u32) {
        self.close_compare();
        let group = self.groups.place_of(first).and_then(|place| self.groups.all.get(place));
        if let Some((group, found)) = group.zip(self.found.as_ref()) {
            self.compare = Some(Compare::new(group, found, first, second));
        }
    }

    /// Leaves a group out, from now on and in later searches.
    fn settle(&mut self, place: usize, shell: &Shell<'_>, libraries: &Libraries) {
        let Some((group, found)) = self.groups.all.get(place).zip(self.found.clone()) else { return };
        let positions = group.positions.clone();
        self.marks.keep_all(group);
        remember_settled(group, &found, shell, libraries);
        Arc::make_mut(&mut self.settled).insert(positions);
        self.is_opened = false;
        self.wants_groups = true;
    }
}

/// Writes it down, in the background.
fn remember_settled(group: &Grouped, found: &Duplicates, shell: &Shell<'_>, libraries: &Libraries) {
    let contents = found.contents(&group.positions);
    let library = |index: &u32| found.ids.get(*index as usize).map(|id| id.library);
    let numbers: BTreeSet<u32> = group.positions.iter().filter_map(library).collect();
    let numbers: Vec<u32> = numbers.into_iter().collect();
    let libraries = libraries.clone();
    let handle = shell.jobs.spawn("Remember what is no duplicate", move |_: &JobContext| {
        libraries.resolve(&numbers, &contents).map_err(JobError::failed)
    });
    drop(handle);
}

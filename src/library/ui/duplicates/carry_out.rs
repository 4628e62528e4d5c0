//! What the requests of the view's parts do.

use std::{collections::BTreeSet, sync::Arc};

use super::{DuplicatesView, actions::Action, compare::Compare, finding::Finding, grouping::Grouped};
use crate::{
    jobs::{JobContext, JobError, JobHandle},
    library::{
        ContentHash,
        session::{Duplicates, Libraries},
    },
    ui::Shell,
};

impl DuplicatesView {
    pub(super) fn carry_out(&mut self, action: Action, shell: &mut Shell<'_>, libraries: &Libraries) {
        match action {
            Action::Find => {
                if self.finding.is_none() {
                    self.finding = Some(Finding::start(libraries, self.only, self.settings.scope(), shell));
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
                for group in self.groups.all.iter().filter(|group| group.group.kind.is_copy()) {
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
            Action::UnsettleLast => self.unsettle_last(shell, libraries),
            Action::UnsettleAll => self.unsettle_all(shell, libraries),
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
            Action::Undo => self.moving.undo(shell),
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
        let contents = found.contents(&group.positions);
        self.marks.keep_all(group);
        let handle = remember_settled(group, &found, contents.clone(), shell, libraries);
        self.settling.push((contents.clone(), handle));
        Arc::make_mut(&mut self.settled).push(contents);
        self.is_opened = false;
        self.wants_groups = true;
    }

    /// Takes the end of writing down what was settled; what could not be written comes back.
    pub(super) fn take_settled(&mut self, shell: &mut Shell<'_>) {
        let (settled, mut is_lost) = (&mut self.settled, false);
        self.settling.retain_mut(|(contents, handle)| {
            let Some(result) = handle.poll() else { return true };
            if let Err(error) = result {
                Arc::make_mut(settled).remove(contents);
                is_lost = true;
                shell.notifications.error(format!("A group cannot be left out: {error}"));
            }
            false
        });
        self.wants_groups |= is_lost;
    }

    fn unsettle_last(&mut self, shell: &Shell<'_>, libraries: &Libraries) {
        let Some(contents) = Arc::make_mut(&mut self.settled).pop() else { return };
        let libraries = libraries.clone();
        let handle = shell.jobs.spawn("Bring a group back", move |_: &JobContext| {
            libraries.unresolve(&contents).map_err(JobError::failed)
        });
        self.unsettling = Some((handle, false));
        self.wants_groups = true;
    }

    fn unsettle_all(&mut self, shell: &Shell<'_>, libraries: &Libraries) {
        self.settled = Arc::default();
        let libraries = libraries.clone();
        let handle = shell.jobs.spawn("Bring all groups back", move |_: &JobContext| {
            libraries.unresolve_all().map_err(JobError::failed)
        });
        // Those settled before the last search were left out of it.
        self.unsettling = Some((handle, self.settled_count() > 0));
        self.wants_groups = true;
    }

    /// Takes the end of bringing groups back.
    pub(super) fn take_unsettled(&mut self, shell: &mut Shell<'_>, libraries: &Libraries) {
        let Some((handle, searches_again)) = &mut self.unsettling else { return };
        let Some(result) = handle.poll() else { return };
        let searches_again = *searches_again;
        self.unsettling = None;
        match result {
            Ok(()) if searches_again => self.carry_out(Action::Find, shell, libraries),
            Ok(()) => {}
            Err(error) => shell.notifications.error(format!("Groups stay left out: {error}")),
        }
    }

    /// Groups that are left out because the user settled them.
    pub(super) fn settled_count(&self) -> usize {
        self.settled.len() + self.found.as_ref().map_or(0, |found| found.resolved_count())
    }
}

/// Writes a settled group down, in the background.
fn remember_settled(
    group: &Grouped,
    found: &Duplicates,
    contents: Vec<ContentHash>,
    shell: &Shell<'_>,
    libraries: &Libraries,
) -> JobHandle<()> {
    let library = |index: &u32| found.ids.get(*index as usize).map(|id| id.library);
    let numbers: BTreeSet<u32> = group.positions.iter().filter_map(library).collect();
    let numbers: Vec<u32> = numbers.into_iter().collect();
    let libraries = libraries.clone();
    shell.jobs.spawn("Remember what is no duplicate", move |_: &JobContext| {
        libraries.resolve(&numbers, &contents).map_err(JobError::failed)
    })
}

//! The view of pictures that are there more than once.
//!
//! A job compares all pictures and keeps every pair up to the loosest thresholds ([`finding`]); a thread regroups while
//! sliders move ([`grouping`]). Nothing is marked by itself: a person marks pictures, or takes over what the rules
//! suggest ([`marks`]). What is marked goes to the system's trash after a question, and nowhere else ([`moving`]).

mod actions;
mod carry_out;
mod compare;
mod confirm;
mod controls;
mod finding;
mod group;
pub mod grouping;
mod list;
mod look;
pub mod marks;
mod moving;
mod plot;
mod settings;
mod view;

use std::{collections::BTreeSet, sync::Arc};

use eframe::egui;

pub use self::moving::SharedTrash;
pub use self::settings::{DuplicateSettings, KeepRule};

use self::{
    actions::Action,
    compare::Compare,
    finding::Finding,
    grouping::{Grouped, Grouper, Groups, Request},
    marks::{Marks, Total},
    moving::Moving,
    plot::PairPlot,
};
use super::{RoomAction, thumbs::Thumbnails};
use crate::{
    jobs::{JobError, JobHandle},
    library::{
        ContentHash,
        duplicates::{SystemTrash, keep::PreferredFolder},
        session::{Duplicates, Libraries, Resolved},
    },
    ui::Shell,
};

/// The view of pictures that are there more than once.
pub struct DuplicatesView {
    settings: DuplicateSettings,
    /// Folders whose pictures are to be kept, the first one first. Not remembered: libraries have other numbers next time.
    folders: Vec<PreferredFolder>,
    finding: Option<Finding>,
    found: Option<Arc<Duplicates>>,
    /// State of the libraries that the search saw.
    found_generation: u64,
    /// The one library that it searched.
    found_only: Option<u32>,
    /// The one library that is searched next; all of them when absent.
    pub only: Option<u32>,
    plot: PairPlot,
    grouper: Grouper,
    groups: Groups,
    wants_groups: bool,
    /// Where the opened group is in the list.
    current: Option<usize>,
    /// On narrow windows, whether the opened group is shown in place of the list.
    is_opened: bool,
    scroll_to_current: bool,
    marks: Marks,
    total: Total,
    gone: Arc<BTreeSet<u32>>,
    /// Settled since this search, in order.
    settled: Arc<Resolved>,
    /// Those of them that are being written down.
    settling: Vec<(Vec<ContentHash>, JobHandle<()>)>,
    /// Groups on their way back, and whether the search is to be done again for them.
    unsettling: Option<(JobHandle<()>, bool)>,
    compare: Option<Compare>,
    moving: Moving,
    changed: BTreeSet<u32>,
    actions: Vec<Action>,
}

impl Default for DuplicatesView {
    fn default() -> Self {
        Self::new()
    }
}

impl DuplicatesView {
    /// Does nothing before it is first shown.
    #[must_use]
    pub fn new() -> Self {
        Self::with(DuplicateSettings::default(), Arc::new(SystemTrash))
    }

    /// With what is remembered, and with another trash than the system's, as tests do.
    #[must_use]
    pub fn with(settings: DuplicateSettings, trash: SharedTrash) -> Self {
        Self {
            settings: settings.validated(),
            folders: Vec::new(),
            finding: None,
            found: None,
            found_generation: 0,
            found_only: None,
            only: None,
            plot: PairPlot::default(),
            grouper: Grouper::default(),
            groups: Groups::default(),
            wants_groups: false,
            current: None,
            is_opened: false,
            scroll_to_current: false,
            marks: Marks::default(),
            total: Total::default(),
            gone: Arc::default(),
            settled: Arc::default(),
            settling: Vec::new(),
            unsettling: None,
            compare: None,
            moving: Moving::new(trash),
            changed: BTreeSet::new(),
            actions: Vec::new(),
        }
    }

    /// What is worth remembering.
    #[must_use]
    pub fn settings(&self) -> &DuplicateSettings {
        &self.settings
    }

    /// The groups that are shown.
    #[must_use]
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Files that are marked for the trash, and their bytes.
    #[must_use]
    pub fn total(&self) -> Total {
        self.total
    }

    /// Whether background work runs whose result it waits for.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.finding.is_some()
            || self.grouper.is_busy()
            || self.wants_groups
            || self.moving.is_busy()
            || !self.settling.is_empty()
            || self.unsettling.is_some()
            || self.compare.as_ref().is_some_and(Compare::is_busy)
            || !self.actions.is_empty()
    }

    /// Takes what background work has finished. Called while it is shown.
    pub fn logic(&mut self, shell: &mut Shell<'_>, libraries: &Libraries) {
        self.take_found(shell);
        self.take_unsettled(shell, libraries);
        self.take_settled(shell);
        self.take_moved(shell);
        for action in std::mem::take(&mut self.actions) {
            self.carry_out(action, shell, libraries);
        }
        self.regroup(shell);
        if let Some(compare) = &mut self.compare {
            compare.request_missing(shell, libraries);
        }
    }

    /// Draws.
    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        shell: &mut Shell<'_>,
        libraries: &Libraries,
        thumbnails: &mut Thumbnails,
    ) -> Option<RoomAction> {
        let mut actions = self.draw(ui, shell, libraries, thumbnails);
        let place = actions.iter().position(|action| matches!(action, Action::Room(_)));
        let room = match place.map(|place| actions.remove(place)) {
            Some(Action::Room(action)) => Some(action),
            _ => None,
        };
        if !actions.is_empty() {
            self.actions.append(&mut actions);
            // They are carried out before the next frame.
            ui.ctx().request_repaint();
        }
        room
    }

    /// Libraries whose files went to the trash or came back, since this was last asked: they are to be looked through.
    pub fn take_changed(&mut self) -> BTreeSet<u32> {
        std::mem::take(&mut self.changed)
    }

    fn take_moved(&mut self, shell: &mut Shell<'_>) {
        let moved = self.moving.logic(shell);
        self.changed.extend(moved.libraries);
        let Some(found) = self.found.as_ref().filter(|_| !(moved.gone.is_empty() && moved.back.is_empty()))
        else {
            return;
        };
        // What came back after another search is in none of its groups; then that one is out of date.
        let gone = Arc::make_mut(&mut self.gone);
        for (path, index) in found.paths.iter().zip(0_u32..) {
            let is_gone = moved.gone.contains(path);
            if is_gone || moved.back.contains(path) {
                self.moving.has_moved = true;
                if is_gone {
                    gone.insert(index);
                } else {
                    gone.remove(&index);
                }
            }
        }
        self.close_compare();
        self.wants_groups = true;
    }

    fn take_found(&mut self, shell: &mut Shell<'_>) {
        let Some(result) = self.finding.as_mut().and_then(Finding::poll) else { return };
        let (generation, only) =
            self.finding.take().map_or((0, None), |finding| (finding.generation, finding.only));
        match result {
            Ok(found) => {
                self.plot = PairPlot::new(&found);
                // Positions mean other pictures now.
                match &self.found {
                    Some(before) => self.marks.carry_over(before, &found),
                    None => self.marks.clear(),
                }
                self.found = Some(Arc::new(found));
                self.found_generation = generation;
                self.found_only = only;
                self.gone = Arc::default();
                self.moving.has_moved = false;
                self.settled = Arc::default();
                self.current = None;
                self.is_opened = false;
                self.groups = Groups::default();
                self.close_compare();
                self.wants_groups = true;
            }
            Err(JobError::Cancelled) => {}
            Err(error) => shell.notifications.error(format!("Duplicates were not searched: {error}")),
        }
    }

    /// Asks for groups when something changed, and takes them.
    fn regroup(&mut self, shell: &mut Shell<'_>) {
        if std::mem::take(&mut self.wants_groups)
            && let Some(found) = &self.found
        {
            let request = Request {
                found: Arc::clone(found),
                thresholds: self.settings.thresholds(),
                rules: self.settings.keep_rules(&self.folders),
                gone: Arc::clone(&self.gone),
                settled: Arc::clone(&self.settled),
            };
            self.grouper.request(request, shell);
        }
        match self.grouper.take() {
            // One that was begun before a new search counts other pictures; another is on its way.
            Some(Ok(groups)) if !self.grouper.is_busy() => {
                let anchor = self.current_group().and_then(|group| group.group.members.first());
                let anchor = anchor.map(|member| member.index);
                self.groups = groups;
                let last = self.groups.all.len().checked_sub(1);
                let place = anchor.and_then(|index| self.groups.place_of(index));
                let place = place.unwrap_or(self.current.unwrap_or(0));
                self.current = last.map(|last| place.min(last));
                self.scroll_to_current = true;
                self.count();
            }
            Some(Ok(_)) | None => {}
            Some(Err(error)) => shell.notifications.error(format!("Duplicates cannot be grouped: {error}")),
        }
    }

    fn current_group(&self) -> Option<&Grouped> {
        self.groups.all.get(self.current?)
    }

    /// Counts what is marked.
    fn count(&mut self) {
        let found = self.found.as_ref();
        self.total = found.map(|found| self.marks.total(&self.groups, found)).unwrap_or_default();
    }

    fn close_compare(&mut self) {
        self.compare = None;
    }
}

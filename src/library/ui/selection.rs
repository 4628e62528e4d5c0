//! Which pictures are selected, and where the keyboard is.

use std::collections::HashSet;

use eframe::egui::Modifiers;

use crate::library::PictureId;
use crate::library::session::Hit;

/// The selection, of the grid and of the map.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    chosen: HashSet<PictureId>,
    /// Where the keyboard is.
    cursor: Option<usize>,
    /// Where a range began.
    anchor: Option<usize>,
    revision: u64,
}

impl Selection {
    /// Whether a picture is selected.
    #[must_use]
    pub fn contains(&self, id: PictureId) -> bool {
        self.chosen.contains(&id)
    }

    /// How many are selected.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// Another number after every change.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The selected ones among these, in their order.
    #[must_use]
    pub fn among(&self, hits: &[Hit]) -> Vec<PictureId> {
        hits.iter().map(|hit| hit.id).filter(|id| self.contains(*id)).collect()
    }

    /// Where the keyboard is.
    #[must_use]
    pub fn cursor(&self) -> Option<usize> {
        self.cursor
    }

    /// A click, or a step of the keyboard: alone, with shift a range, with ctrl one more or less.
    pub fn pick(&mut self, hits: &[Hit], index: usize, modifiers: Modifiers) {
        let Some(hit) = hits.get(index) else { return };
        self.revision += 1;
        if modifiers.shift {
            let anchor = self.anchor.unwrap_or(index).min(hits.len() - 1);
            if !modifiers.command {
                self.chosen.clear();
            }
            let range = anchor.min(index)..=anchor.max(index);
            self.chosen.extend(hits.get(range).into_iter().flatten().map(|hit| hit.id));
        } else {
            if !modifiers.command {
                self.chosen.clear();
                self.chosen.insert(hit.id);
            } else if !self.chosen.remove(&hit.id) {
                self.chosen.insert(hit.id);
            }
            self.anchor = Some(index);
        }
        self.cursor = Some(index);
    }

    /// Selects these, in addition to what was selected before where `base` says so.
    pub fn set(&mut self, ids: impl Iterator<Item = PictureId>, base: Option<&HashSet<PictureId>>) {
        self.revision += 1;
        self.chosen = base.cloned().unwrap_or_default();
        self.chosen.extend(ids);
    }

    /// All that is selected.
    #[must_use]
    pub fn chosen(&self) -> &HashSet<PictureId> {
        &self.chosen
    }

    /// Selects all.
    pub fn all(&mut self, hits: &[Hit]) {
        self.revision += 1;
        self.chosen = hits.iter().map(|hit| hit.id).collect();
    }

    /// Selects none; the keyboard stays where it is.
    pub fn clear(&mut self) {
        self.revision += 1;
        self.chosen.clear();
    }

    /// All that is selected: what is among these in their order, then the rest by library and row.
    #[must_use]
    pub fn ordered(&self, hits: &[Hit]) -> Vec<PictureId> {
        let mut ids = self.among(hits);
        if ids.len() < self.chosen.len() {
            let listed: HashSet<PictureId> = ids.iter().copied().collect();
            let mut others: Vec<PictureId> = self.chosen.difference(&listed).copied().collect();
            others.sort_unstable();
            ids.extend(others);
        }
        ids
    }

    /// Drops what is not among these.
    pub fn keep(&mut self, hits: &[Hit]) {
        if self.chosen.is_empty() {
            return;
        }
        let shown: HashSet<PictureId> = self.among(hits).into_iter().collect();
        if shown.len() < self.chosen.len() {
            self.revision += 1;
            self.chosen = shown;
        }
    }

    /// Other hits are shown: the keyboard stays at its picture where that is still there.
    pub fn moved(&mut self, old: &[Hit], new: &[Hit]) {
        let Some(id) = self.cursor.and_then(|at| old.get(at)).map(|hit| hit.id) else {
            self.cursor = None;
            self.anchor = None;
            return;
        };
        self.cursor = new.iter().position(|hit| hit.id == id);
        self.anchor = self.cursor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::RowId;

    fn hits(rows: &[u32]) -> Vec<Hit> {
        rows.iter().map(|row| Hit::plain(PictureId { library: 0, row: RowId(*row) })).collect()
    }

    fn rows(selection: &Selection, hits: &[Hit]) -> Vec<u32> {
        selection.among(hits).into_iter().map(|id| id.row.0).collect()
    }

    #[test]
    fn clicks_choose_alone_together_and_in_ranges() {
        let shown = hits(&[5, 6, 7, 8, 9]);
        let mut selection = Selection::default();
        selection.pick(&shown, 1, Modifiers::NONE);
        assert_eq!(rows(&selection, &shown), [6]);
        selection.pick(&shown, 3, Modifiers::SHIFT);
        assert_eq!(rows(&selection, &shown), [6, 7, 8]);
        selection.pick(&shown, 0, Modifiers::SHIFT);
        assert_eq!(rows(&selection, &shown), [5, 6], "from where the range began");
        selection.pick(&shown, 4, Modifiers::COMMAND);
        assert_eq!(rows(&selection, &shown), [5, 6, 9]);
        selection.pick(&shown, 0, Modifiers::COMMAND);
        assert_eq!(rows(&selection, &shown), [6, 9]);
        selection.pick(&shown, 99, Modifiers::NONE);
        assert_eq!(rows(&selection, &shown), [6, 9], "there is no such picture");
    }

    #[test]
    fn what_is_not_shown_comes_after_what_is_or_is_dropped() {
        let mut selection = Selection::default();
        selection.set(hits(&[9, 3, 5, 1]).iter().map(|hit| hit.id), None);
        let numbers = |ids: Vec<PictureId>| ids.iter().map(|id| id.row.0).collect::<Vec<_>>();
        assert_eq!(numbers(selection.ordered(&hits(&[7, 5, 3]))), [5, 3, 1, 9]);
        let before = selection.revision();
        selection.keep(&hits(&[1, 3, 5, 9]));
        assert_eq!(selection.revision(), before, "nothing is dropped");
        selection.keep(&hits(&[7, 5, 3]));
        assert_eq!(numbers(selection.ordered(&[])), [3, 5]);
        assert_ne!(selection.revision(), before);
    }

    #[test]
    fn the_keyboard_stays_at_its_picture() {
        let (old, new) = (hits(&[1, 2, 3, 4]), hits(&[4, 3, 1]));
        let mut selection = Selection::default();
        selection.pick(&old, 2, Modifiers::NONE);
        selection.moved(&old, &new);
        assert_eq!(selection.cursor(), Some(1));
        selection.moved(&new, &hits(&[1]));
        assert_eq!(selection.cursor(), None);
    }
}

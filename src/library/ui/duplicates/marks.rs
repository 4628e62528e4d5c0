//! What goes and what stays. Nothing goes before somebody says so, and of every group at least one picture stays.

use std::collections::{BTreeMap, BTreeSet};

use super::grouping::{Grouped, Groups};
use crate::library::{PictureId, duplicates::trash::Decision, session::Duplicates};

/// Pictures that are to go to the trash, by position. Marks outlive regrouping; they count only while their picture is in
/// a group that is shown.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    discarded: BTreeSet<u32>,
}

/// What all marks amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// Files that go.
    pub files: usize,
    /// Their sizes.
    pub bytes: u64,
}

impl Marks {
    /// Whether a picture of a group goes. Where every member is marked, as after two groups became one, the suggested one
    /// stays.
    #[must_use]
    pub fn discards(&self, group: &Grouped, index: u32) -> bool {
        self.discarded.contains(&index) && !(index == group.choice.index && self.marks_all(group))
    }

    fn marks_all(&self, group: &Grouped) -> bool {
        group.positions.iter().all(|index| self.discarded.contains(index))
    }

    /// Members that go.
    #[must_use]
    pub fn discarded(&self, group: &Grouped) -> Vec<u32> {
        group.positions.iter().copied().filter(|index| self.discards(group, *index)).collect()
    }

    /// Keeps a picture that was to go, or the other way round. False, and nothing changes, when it is the last that stays.
    pub fn toggle(&mut self, group: &Grouped, index: u32) -> bool {
        if self.discards(group, index) {
            return self.discarded.remove(&index);
        }
        let stay = group.positions.iter().filter(|other| !self.discards(group, **other)).count();
        if stay < 2 || !group.positions.contains(&index) {
            return false;
        }
        self.discarded.insert(index);
        true
    }

    /// Only the suggested picture stays.
    pub fn keep_suggested(&mut self, group: &Grouped) {
        self.discarded.extend(group.positions.iter().filter(|index| **index != group.choice.index));
        self.discarded.remove(&group.choice.index);
    }

    /// All stay.
    pub fn keep_all(&mut self, group: &Grouped) {
        for index in &group.positions {
            self.discarded.remove(index);
        }
    }

    /// All pictures of all groups stay.
    pub fn clear(&mut self) {
        self.discarded.clear();
    }

    /// After another search: the same pictures go, under their new positions, where their files are as they were.
    pub fn carry_over(&mut self, from: &Duplicates, to: &Duplicates) {
        let new: BTreeMap<PictureId, u32> = to.ids.iter().copied().zip(0_u32..).collect();
        let content = |found: &Duplicates, index: u32| Some(found.candidates.get(index as usize)?.content);
        let moved = self.discarded.iter().filter_map(|&index| {
            let there = *new.get(from.ids.get(index as usize)?)?;
            (content(from, index) == content(to, there)).then_some(there)
        });
        self.discarded = moved.collect();
    }

    /// Files that go, and their bytes.
    #[must_use]
    pub fn total(&self, groups: &Groups, found: &Duplicates) -> Total {
        let mut total = Total::default();
        for index in groups.all.iter().flat_map(|group| self.discarded(group)) {
            total.files += 1;
            total.bytes += found.candidates.get(index as usize).map_or(0, |candidate| candidate.size_bytes);
        }
        total
    }

    /// What was decided about the groups of which something goes.
    #[must_use]
    pub fn decisions(&self, groups: &Groups) -> Vec<Decision> {
        let decision = |group: &Grouped| {
            let (discarded, kept): (Vec<u32>, Vec<u32>) =
                group.positions.iter().partition(|index| self.discards(group, **index));
            (!discarded.is_empty()).then_some(Decision { kept, discarded })
        };
        groups.all.iter().filter_map(decision).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::library::duplicates::{Group, Kind, keep::Choice};

    fn grouped(positions: &[u32], keeper: u32) -> Grouped {
        Grouped {
            group: Group { kind: Kind::Exact, members: Vec::new(), bytes_reclaimable: 0 },
            choice: Choice { index: keeper, reasons: Vec::new() },
            bytes_freed: 0,
            positions: positions.to_vec(),
        }
    }

    #[test]
    fn the_last_one_stays() {
        let group = grouped(&[3, 5], 3);
        let mut marks = Marks::default();
        assert!(marks.toggle(&group, 3));
        assert!(!marks.toggle(&group, 5));
        assert_eq!(marks.discarded(&group), vec![3]);
        assert!(marks.toggle(&group, 3));
        assert!(marks.discarded(&group).is_empty());
    }

    #[test]
    fn groups_that_became_one_keep_the_suggested() {
        let mut marks = Marks::default();
        marks.keep_suggested(&grouped(&[1, 2], 1));
        marks.keep_suggested(&grouped(&[3, 4], 4));
        marks.keep_suggested(&grouped(&[1, 4, 9], 9));
        assert_eq!(marks.discarded(&grouped(&[1, 2, 3, 4], 2)), vec![1, 3, 4]);
    }

    proptest! {
        /// Whatever is clicked, in whatever grouping, something stays.
        #[test]
        fn something_stays(clicks in proptest::collection::vec((0_u32..6, any::<bool>()), 0..40), keeper in 0_u32..6) {
            let wide = grouped(&[0, 1, 2, 3, 4, 5], keeper);
            let narrow = grouped(&[1, 2, 3], 2);
            let mut marks = Marks::default();
            for (index, in_wide) in clicks {
                marks.toggle(if in_wide { &wide } else { &narrow }, index);
                prop_assert!(marks.discarded(&wide).len() < 6);
                prop_assert!(marks.discarded(&narrow).len() < 3);
            }
        }
    }
}
